//! STOW-RS.

use std::fs;

use axum::http::StatusCode;
use dokuei_node::service::sample;
use serde_json::Value;

use super::{store, store_body};
use crate::support::gate::Gate;
use crate::support::registry::TANAKA;
use crate::support::{files, sample_study};

/// What failed, by its reason.
fn failures(answer: &Value) -> Vec<u64> {
    let items = ["00081198", "0008119A"]
        .iter()
        .filter_map(|tag| answer[tag]["Value"].as_array());
    items
        .flatten()
        .map(|item| item["00081197"]["Value"][0].as_u64().unwrap())
        .collect()
}

fn slices(gate: &Gate, seed: u64) -> (String, Vec<Vec<u8>>) {
    let folder = gate.home.beside(&format!("slices-{seed}"));
    let study = sample::write(&folder, 3, 48, seed).unwrap().study_instance_uid;
    (
        study,
        files(&folder)
            .iter()
            .map(|path| fs::read(path).unwrap())
            .collect(),
    )
}

#[tokio::test]
async fn r13_what_is_stored_is_in_the_list_once_and_conflicts_are_told() {
    let gate = Gate::with(&[TANAKA]);
    let token = gate.sign_in(&TANAKA).await;
    let (study, files) = slices(&gate, 1);
    let answer = store(&gate, &token, "/dicomweb/studies", &files).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    assert_eq!(answer.header("content-type"), "application/dicom+json");
    let told = answer.json();
    assert_eq!(told["00081199"]["Value"].as_array().unwrap().len(), 3, "{told}");
    let uri = told["00081190"]["Value"][0].as_str().unwrap();
    assert!(uri.ends_with(&format!("/dicomweb/studies/{study}")), "{uri}");

    // Again, to the study itself; staff may do so without seeing anything.
    let path = format!("/dicomweb/studies/{study}");
    let again = store(&gate, &gate.operator, &path, &files).await;
    assert_eq!((again.status, failures(&again.json())), (StatusCode::OK, vec![]));
    let studies = gate.get("/api/v1/studies", &token).await.json();
    assert_eq!(
        (&studies[0]["instances"], &studies[0]["origin"]),
        (&3.into(), &"imported".into())
    );

    // The same UID with other pixels; another study; no DICOM at all: the good one among them is kept.
    let mut altered = files[0].clone();
    *altered.last_mut().unwrap() ^= 0xff;
    let (_, others) = slices(&gate, 2);
    let mixed = [altered, others[0].clone(), b"no DICOM".to_vec(), files[1].clone()];
    let answer = store(&gate, &token, &path, &mixed).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(failures(&answer.json()), [0xc000, 0xa900, 0xc000]);
    assert!(
        answer.header("warning").contains("another object"),
        "{}",
        answer.header("warning")
    );
    let none = store(&gate, &token, &path, &mixed[..3]).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    let studies = gate.get("/api/v1/studies", &token).await.json();
    assert_eq!(
        (studies.as_array().unwrap().len(), &studies[0]["instances"]),
        (1, &3.into())
    );

    let rows = format!("{:?}", gate.close().store().audit_rows(1, 200).unwrap());
    for told in [
        "stow:tanaka",
        "stow:operator",
        &study,
        "3 were here already",
        "another object with this SOP Instance UID",
    ] {
        assert!(rows.contains(told), "{told} is not in {rows}");
    }
}

#[tokio::test]
async fn r17_what_is_no_delivery_is_refused_and_leaves_nothing() {
    let gate = Gate::with(&[TANAKA]);
    let token = gate.sign_in(&TANAKA).await;
    let (_, files) = slices(&gate, 1);
    let parts = r#"multipart/related; type="application/dicom"; boundary=XX"#;
    let mut broken = b"\r\n--XX\r\nContent-Type: application/dicom\r\n\r\n".to_vec();
    broken.extend_from_slice(&files[0][..files[0].len() - 100]);
    for (content_type, body, status) in [
        (
            "application/dicom",
            files[0].clone(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            r#"multipart/related; type="application/dicom+json"; boundary=XX"#,
            Vec::new(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (parts, Vec::new(), StatusCode::BAD_REQUEST),
        (parts, b"\r\n--XX--\r\n".to_vec(), StatusCode::BAD_REQUEST),
        (parts, broken, StatusCode::BAD_REQUEST),
    ] {
        let answer = store_body(&gate, &token, "/dicomweb/studies", content_type, body).await;
        assert_eq!(answer.status, status, "{:?}", answer.body);
        answer.problem();
    }
    let stranger = store(&gate, "nobody", "/dicomweb/studies", &files).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        gate.get("/api/v1/studies", &token).await.json(),
        serde_json::json!([])
    );
    let vault = gate.home.dir.root().join("vault");
    assert!(crate::support::files(&vault).is_empty(), "a blob is left");
}

/// A study that is stored is as one that was imported: the same files are here already.
#[tokio::test]
async fn what_was_stored_is_known_when_it_is_imported() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    sample_study(&folder, 2);
    let all: Vec<Vec<u8>> = files(&folder)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let stored = store(&gate, &gate.operator, "/dicomweb/studies", &all).await;
    assert_eq!(stored.status, StatusCode::OK);
    assert_eq!(gate.import(&folder).await["result"]["duplicates"], 2);
}
