//! The proofs: every claim that the demonstration makes is tried, most of them by what would break it.

mod refusals;
mod secrecy;

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use dokuei_tests::foreign;
use dokuei_tests::node::DEVICE;
use dokuei_tests::people::{CLINIC, HOSPITAL};
use dokuei_tests::{consult, digest};
use serde_json::Value;

use super::consultation::Told;
use super::record::Record;
use super::scene::Scene;
use crate::console::say;

/// Tries every claim.
///
/// # Errors
/// Only when the scene itself breaks; a claim that does not hold is kept in the record.
pub(crate) fn prove(scene: &mut Scene, told: &Told, record: &mut Record) -> Result<()> {
    say!("\nproving what was claimed:");
    record.check("hashes equal at both ends", hashes_equal(scene, told));
    record.check(
        "files given back are the files sent, bit for bit",
        exported_equal(scene, told),
    );
    record.check("the nodes talk directly by QUIC, through no relay", direct(scene));
    record.check(
        "every entry of the case verifies at the clinic",
        entries_verify(scene, told),
    );
    record.check(
        "the report as PDF is readable Japanese (poppler)",
        pdf_is_readable(told),
    );
    record.check("the report as DICOM SR is read by DCMTK", sr_is_readable(told));
    record.check("OpenSSL verifies every issued certificate", chains_verify(scene));
    record.check("a device reaches both nodes by DICOM (DCMTK)", echo(scene));
    secrecy::prove(scene, told, record)?;
    refusals::prove(scene, told, record);
    Ok(())
}

/// Each instance's SHA-256 in both indexes.
fn hashes_equal(scene: &Scene, told: &Told) -> Result<String> {
    let mut files = 0;
    for sent in &told.sent {
        let here = consult::hashes(&scene.session.clinic, &sent.study)?;
        let there = consult::hashes(&scene.session.specialist, &sent.study)?;
        ensure!(
            here == there,
            "the study of case {} has other hashes at the specialist",
            sent.case
        );
        files += here.len();
    }
    Ok(format!("{files} SHA-256 hashes in {} studies", told.sent.len()))
}

/// The specialist exports, and the files are those that the clinic's scanner wrote.
fn exported_equal(scene: &Scene, told: &Told) -> Result<String> {
    let original = digest::folder(&told.source)?;
    let folder = scene.pair.lab.folder().join("exported");
    let mut exported = BTreeSet::new();
    for (number, sent) in told.sent.iter().enumerate() {
        let to = folder.join(number.to_string());
        consult::export(&scene.session.specialist, &sent.study, &to, |_| ())?;
        exported.extend(digest::folder(&to)?);
    }
    std::fs::remove_dir_all(&folder)?;
    let strange = exported.difference(&original).count();
    ensure!(
        strange == 0 && !exported.is_empty(),
        "{strange} of {} exported files were never sent",
        exported.len()
    );
    let complete = told.own || exported.len() == original.len();
    ensure!(
        complete,
        "{} files were sent, but {} came back",
        original.len(),
        exported.len()
    );
    Ok(format!(
        "{} files exported at the specialist, all among the originals",
        exported.len()
    ))
}

/// What each node says of its connection with the other.
fn direct(scene: &Scene) -> Result<String> {
    for (node, other) in [
        (&scene.pair.clinic, HOSPITAL.name),
        (&scene.pair.specialist, CLINIC.name),
    ] {
        let status: Value = node.operator()?.get("/status")?;
        let peers = status["peers"].as_array().context("the status lists no peers")?;
        let peer = peers.iter().find(|peer| peer["institution"] == other);
        let peer = peer.with_context(|| format!("{other} is not among the peers"))?;
        ensure!(
            peer["direct"] == true && peer["relayed"] == false,
            "the connection with {other} is not direct: {peer}"
        );
    }
    Ok("both nodes list the other as direct, not relayed".to_owned())
}

fn entries_verify(scene: &Scene, told: &Told) -> Result<String> {
    let mut count = 0;
    for sent in &told.sent {
        let case: Value = scene.session.clinic.get(&format!("/cases/{}", sent.case))?;
        let timeline = case["timeline"].as_array().context("a case without a timeline")?;
        for entry in timeline {
            ensure!(
                entry["verified"] == true,
                "the entry {} does not verify",
                entry["type"]
            );
        }
        count += timeline.len();
    }
    ensure!(count > 0, "the cases have no entries");
    Ok(format!("{count} signed entries"))
}

fn pdf_is_readable(told: &Told) -> Result<String> {
    let text = without_spaces(&foreign::pdf_text(&told.pdf)?);
    for part in [consult::FINDINGS, consult::IMPRESSION, "鈴木"] {
        ensure!(
            text.contains(&without_spaces(part)),
            "pdftotext does not find “{part}”"
        );
    }
    Ok("findings, impression and the author's name found".to_owned())
}

fn sr_is_readable(told: &Told) -> Result<String> {
    let text = without_spaces(&foreign::sr_dump(&told.sr)?);
    ensure!(
        text.contains(&without_spaces(consult::IMPRESSION)),
        "dsrdump does not show the impression"
    );
    Ok("dsrdump shows the report's text".to_owned())
}

fn chains_verify(scene: &Scene) -> Result<String> {
    for chain in &scene.pair.chains {
        foreign::openssl_verify(scene.pair.registry.root(), chain)?;
    }
    let version = dokuei_tests::process::output(Command::new("openssl").arg("version"))?;
    let version = String::from_utf8_lossy(&version);
    let version: Vec<&str> = version.split_whitespace().take(2).collect();
    Ok(format!(
        "{} chains, {}",
        scene.pair.chains.len(),
        version.join(" ")
    ))
}

/// C-ECHO as a device of the house would do it.
fn echo(scene: &Scene) -> Result<String> {
    for node in [&scene.pair.clinic, &scene.pair.specialist] {
        let port = node.dicom_port().context("a node takes no associations")?;
        let mut echo = foreign::command("echoscu")?;
        echo.args(["-aet", DEVICE, "-aec", "DOKUEI", "127.0.0.1", &port.to_string()]);
        dokuei_tests::process::output(&mut echo)?;
    }
    Ok("echoscu is answered by clinic and specialist".to_owned())
}

fn without_spaces(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .collect()
}
