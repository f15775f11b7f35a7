//! Nobody but the two nodes sees the patient: not the wire, not a bootstrap node, not a disk in a thief's hand.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use dokuei_tests::canary::{Canaries, Found, Searcher};
use dokuei_tests::capture::Captured;
use dokuei_tests::{digest, pcap};
use serde_json::Value;

use super::super::consultation::Told;
use super::super::record::Record;
use super::super::scene::Scene;
use crate::console::bytes;

/// Looks for the patients everywhere.
///
/// # Errors
/// When the patterns cannot be made.
pub(super) fn prove(scene: &mut Scene, told: &Told, record: &mut Record) -> Result<()> {
    let canaries = canaries(scene, told)?;
    let searcher = canaries.searcher()?;
    let source = told.source.clone();
    record.check("the search finds the patients where they are", {
        searcher.in_folder(&source).and_then(|(found, _)| {
            ensure!(
                !found.is_empty(),
                "the search is blind: it finds no patient in the plain files"
            );
            Ok(format!(
                "{} patterns: names in 6 encodings, UIDs, runs of pixels",
                canaries.len()
            ))
        })
    });
    let capture = scene.capture.take().context("nobody listened on the wire")?;
    match capture.finish() {
        Ok(captured) => {
            record.check(
                "what passed the network holds no name, UID or pixels",
                wire(&searcher, &captured),
            );
            record.check(
                "the study passed between the two nodes only",
                routes(scene, told, &captured),
            );
        }
        Err(error) => record.check("what passed the network holds no name, UID or pixels", Err(error)),
    }
    let bootstraps: Vec<PathBuf> = (1..=2)
        .map(|n| scene.pair.lab.folder().join(format!("bootstrap-{n}")))
        .collect();
    record.check(
        "the bootstrap nodes hold no name, UID or pixels",
        folders(&searcher, &bootstraps),
    );
    let mut disks = vec![scene.pair.registry.data_dir().to_owned()];
    disks.extend([scene.pair.clinic.data_dir(), scene.pair.specialist.data_dir()]);
    record.check(
        "the raw disks of registry, clinic and specialist hold none",
        folders(&searcher, &disks),
    );
    record.check("no log holds one", logs(&searcher, scene));
    Ok(())
}

/// Everything of the patients that may be seen nowhere.
fn canaries(scene: &Scene, told: &Told) -> Result<Canaries> {
    let mut canaries = Canaries::new();
    let studies: Vec<Value> = scene.session.clinic.get("/studies")?;
    for study in &studies {
        let name = &study["patient"]["name"];
        for group in ["alphabetic", "ideographic", "phonetic"] {
            canaries.name(name[group].as_str().unwrap_or_default());
        }
        canaries.identifier("patient ID", study["patient"]["id"].as_str().unwrap_or_default());
        let uid = study["study_instance_uid"]
            .as_str()
            .context("a study without UID")?;
        let whole: Value = scene.session.clinic.get(&format!("/studies/{uid}"))?;
        canaries.identifier("study", uid);
        for series in whole["series"].as_array().into_iter().flatten() {
            canaries.identifier(
                "series",
                series["series_instance_uid"].as_str().unwrap_or_default(),
            );
            for instance in series["instances"].as_array().into_iter().flatten() {
                canaries.identifier(
                    "instance",
                    instance["sop_instance_uid"].as_str().unwrap_or_default(),
                );
            }
        }
    }
    let files = digest::files_below(&told.source);
    let step = (files.len() / 40).max(1);
    for file in files.iter().step_by(step) {
        canaries.pixels_of(file, 2, 48)?;
    }
    Ok(canaries)
}

fn wire(searcher: &Searcher, captured: &Captured) -> Result<String> {
    none(&searcher.in_file(&captured.file)?)?;
    Ok(format!(
        "{} captured, {} packets missed",
        bytes(captured.bytes),
        captured.dropped
    ))
}

/// At least a quarter of the study's bytes went between the nodes' ports (images are sealed losslessly compressed), and
/// little passed the bootstrap nodes (they are spoken to anyway, which for a study of a few kilobytes is more than the
/// study).
fn routes(scene: &Scene, told: &Told, captured: &Captured) -> Result<String> {
    let (bootstraps, nodes) = scene.pair.ports.split_at(2);
    let (mut direct, mut other, mut seen) = (0, 0, 0);
    for ((protocol, from, to), count) in pcap::flows(&captured.file)? {
        if bootstraps.contains(&from) || bootstraps.contains(&to) {
            seen += count;
        } else if protocol == pcap::UDP && (nodes.contains(&from) || nodes.contains(&to)) {
            direct += count;
        } else {
            other += count;
        }
    }
    let study = told.sent.first().map_or(0, |sent| sent.bytes);
    let told = format!(
        "{} by QUIC between the nodes, {} at the bootstrap nodes",
        bytes(direct),
        bytes(seen)
    );
    ensure!(
        direct >= study / 4 && other < direct,
        "the study did not go by QUIC: {told}, {} by TCP",
        bytes(other)
    );
    ensure!(
        seen < study.max(4_000_000) / 2,
        "too much passed the bootstrap nodes: {told}"
    );
    Ok(told)
}

fn folders(searcher: &Searcher, folders: &[PathBuf]) -> Result<String> {
    let (mut size, mut files) = (0, 0);
    for folder in folders {
        let (found, searched) = searcher.in_folder(folder)?;
        none(&found)?;
        size += searched;
        files += digest::files_below(folder).len();
    }
    ensure!(files > 0, "there is nothing to search");
    Ok(format!("{files} files, {} searched", bytes(size)))
}

fn logs(searcher: &Searcher, scene: &Scene) -> Result<String> {
    let all = digest::files_below(scene.pair.lab.folder());
    let logs: Vec<_> = all
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "log"))
        .collect();
    for log in &logs {
        none(&searcher.in_file(log)?)?;
    }
    Ok(format!("{} logs", logs.len()))
}

fn none(found: &[Found]) -> Result<()> {
    if let Some(first) = found.first() {
        anyhow::bail!(
            "{} is in {} at byte {} (of {} finds)",
            first.what,
            first.place,
            first.offset,
            found.len()
        );
    }
    Ok(())
}
