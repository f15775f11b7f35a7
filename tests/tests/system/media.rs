//! A consultation whose images, questions and report travel by medium only.
//!
//! Shows R14 on the real programs: never more than one node runs, so that no network can have helped.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::path::Path;
use std::time::Duration;

use dokuei_tests::canary::Canaries;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::people::{Person, SATO, SUZUKI, TANAKA};
use dokuei_tests::{consult, fixtures, foreign, wait};
use serde_json::{Value, json};

/// How long a medium may take.
const MEDIUM: Duration = Duration::from_secs(300);

/// Starts a node that nobody can reach and signs somebody in at its command line.
fn alone(node: &mut Node, who: &Person) {
    node.start(&[]).unwrap();
    let secret = node.secret("session.passphrase", who.passphrase).unwrap();
    node.cli(&["sign-in", "--id", who.id, "--passphrase-file", &secret])
        .unwrap();
}

fn media(node: &Node, words: &[&str]) -> Value {
    let said = node.cli(&[&["--json", "media"], words].concat()).unwrap();
    serde_json::from_str(&said).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// R14, R24: the study goes by a stick, the report comes back as a disc image; a specialist to whom it is not sealed is
/// refused; the reader's node is killed while it reads and goes on.
#[test]
fn r14_r24_a_whole_consultation_without_a_network() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let reader = session.meet().unwrap();
    pair.specialist.stop();
    pair.bootstraps.clear();
    pair.clinic.stop();
    let folder = pair.lab.folder().to_owned();
    let (stick, back) = (folder.join("stick"), folder.join("back.iso"));

    alone(&mut pair.clinic, &TANAKA);
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    let source = folder.join("source");
    fixtures::phantom(&pair.clinic, &source, 120).unwrap();
    consult::import(&clinic, &source, |_| ()).unwrap();
    let study = clinic.get::<Vec<Value>>("/studies").unwrap()[0]["study_instance_uid"].clone();
    let study = study.as_str().unwrap().to_owned();
    let case = consult::request(&clinic, &study, &reader, |_| ()).unwrap();
    let written = media(&pair.clinic, &["write", &case, "--to", text(&stick)]);
    assert_eq!(written["study"], true);
    let images = consult::hashes(&clinic, &study).unwrap();
    let searcher = Canaries::of_studies(&clinic, &source)
        .unwrap()
        .searcher()
        .unwrap();
    let (found, searched) = searcher.in_folder(&stick).unwrap();
    assert!(
        found.is_empty() && searched > 1_000_000,
        "{found:?} in {searched} bytes"
    );
    pair.clinic.stop();

    // An ordinary dentist of the same hospital.
    alone(&mut pair.specialist, &SATO);
    let refused = pair.specialist.try_cli(&["media", "read", text(&stick)]).unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("nothing on the medium is sealed to you"), "{said}");
    let theirs = pair.specialist.sign_in(&SATO).unwrap();
    assert_eq!(theirs.get::<Value>("/cases").unwrap(), json!([]));

    let secret = pair
        .specialist
        .secret("session.passphrase", SUZUKI.passphrase)
        .unwrap();
    pair.specialist
        .cli(&["sign-in", "--id", SUZUKI.id, "--passphrase-file", &secret])
        .unwrap();
    let first = media(&pair.specialist, &["read", text(&stick)]);
    assert_eq!(first["cases"][0]["study"], "accept_first");
    pair.specialist.cli(&["consult", "accept", &case]).unwrap();
    let specialist = pair.specialist.sign_in(&SUZUKI).unwrap();
    // The power fails while the images are read.
    let started: Value = specialist
        .post("/media/read", &json!({"paths": [stick]}))
        .unwrap();
    let job = format!("/jobs/{}", started["job"].as_str().unwrap());
    wait::until("the first images", MEDIUM, || {
        let job: Value = specialist.get(&job)?;
        Ok((job["done"].as_u64() > Some(0) || job["state"] != "running").then_some(()))
    })
    .unwrap();
    pair.specialist.kill();
    alone(&mut pair.specialist, &SUZUKI);
    let specialist = pair.specialist.sign_in(&SUZUKI).unwrap();
    let again = media(&pair.specialist, &["read", text(&stick)]);
    assert_eq!(again["cases"][0]["entries"], 0, "{again}");
    consult::wait_opened(&specialist, &case, |_, _| ()).unwrap();
    assert_eq!(consult::hashes(&specialist, &study).unwrap(), images);
    consult::report(&specialist, &case).unwrap();
    let written = media(&pair.specialist, &["write", &case, "--to", text(&back)]);
    assert_eq!(written["media"], json!([back]));
    assert_eq!(searcher.in_file(&back).unwrap(), []);
    pair.specialist.stop();

    alone(&mut pair.clinic, &TANAKA);
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    media(&pair.clinic, &["read", text(&back)]);
    media(&pair.clinic, &["read", text(&back), text(&stick)]);
    let seen: Value = clinic.get(&format!("/cases/{case}")).unwrap();
    assert_eq!(seen["reports"][0]["findings"], consult::FINDINGS);
    assert_eq!(seen["reports"].as_array().unwrap().len(), 1);
    let pdf = folder.join("report.pdf");
    pair.clinic
        .cli(&["consult", "pdf", &case, "--out", text(&pdf)])
        .unwrap();
    let printed: String = foreign::pdf_text(&pdf).unwrap().split_whitespace().collect();
    assert!(printed.contains(consult::IMPRESSION), "{printed}");
    let _: Value = clinic.post(&format!("/cases/{case}/read"), &json!({})).unwrap();
}
