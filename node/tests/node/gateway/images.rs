//! Studies through the API: seen, rendered, exported, and each of these audited.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::gate::Gate;
use crate::support::registry::TANAKA;
use crate::support::{hashes, sample_study};

/// A node with a sample study; its UID, the token of the dentist, the study as the API shows it.
async fn with_study(slices: u32) -> (Gate, String, Value) {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, slices);
    gate.import(&folder).await;
    let token = gate.sign_in(&TANAKA).await;
    let study = gate.get(&format!("/api/v1/studies/{uid}"), &token).await.json();
    (gate, token, study)
}

fn instance_path(study: &Value, index: usize) -> String {
    let series = &study["series"][0];
    let uid = |value: &Value| value.as_str().unwrap().to_owned();
    format!(
        "/dicomweb/studies/{}/series/{}/instances/{}",
        uid(&study["study_instance_uid"]),
        uid(&series["series_instance_uid"]),
        uid(&series["instances"][index]["sop_instance_uid"])
    )
}

/// Width, height and grey values of a PNG.
fn pixels(png: &[u8]) -> (u32, u32, Vec<u8>) {
    let image = image::load_from_memory_with_format(png, image::ImageFormat::Png).unwrap();
    (image.width(), image.height(), image.into_luma8().into_raw())
}

#[tokio::test]
async fn a_slice_is_rendered_as_an_image_with_something_on_it() {
    let (gate, token, study) = with_study(3).await;
    let path = format!("{}/rendered", instance_path(&study, 1));
    let answer = gate.get(&path, &token).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    assert_eq!(answer.header("content-type"), "image/png");
    assert!(answer.header("cache-control").starts_with("private"));
    let (width, height, grey) = pixels(&answer.body);
    assert_eq!((width, height), (48, 48));
    let (least, most) = (grey.iter().min().unwrap(), grey.iter().max().unwrap());
    assert!(most - least > 50, "from {least} to {most}");

    let narrow = gate.get(&format!("{path}?window=300,10"), &token).await;
    assert_ne!(narrow.body, answer.body, "the window changes the picture");
    let small = gate.get(&format!("{path}?viewport=16,16"), &token).await;
    assert_eq!(pixels(&small.body).0, 16);
}

#[tokio::test]
async fn an_instance_is_found_only_in_its_own_study_and_series() {
    let (gate, token, study) = with_study(1).await;
    let path = instance_path(&study, 0);
    assert_eq!(gate.get(&path, &token).await.status, StatusCode::OK);
    let series = study["series"][0]["series_instance_uid"].as_str().unwrap();
    for wrong in [path.replace(series, "1.2.3"), format!("{path}.9")] {
        let answer = gate.get(&wrong, &token).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        assert_eq!(answer.problem(), "not_found");
    }
}

#[tokio::test]
async fn r23_an_export_gives_back_bit_for_bit_what_was_imported_and_leaves_rows() {
    let (gate, token, study) = with_study(4).await;
    let uid = study["study_instance_uid"].as_str().unwrap().to_owned();
    let out = gate.home.beside("export");
    let export = format!("/api/v1/studies/{uid}/export");
    let started = gate.post(&export, &token, &json!({"path": out})).await;
    let job = gate.job(&started).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["result"]["files"], 4);
    assert_eq!(hashes(&out), hashes(&gate.home.beside("cbct")));

    // What lies in a folder already is never mixed with patients' images, nor overwritten.
    let again = gate.post(&export, &token, &json!({"path": out})).await;
    let job = gate.job(&again).await;
    assert_eq!(job["state"], "failed");
    assert_eq!(job["error"]["code"], "not_empty");
    assert_eq!(hashes(&out).len(), 4);

    let home = gate.close();
    let store = home.store();
    let rows = store.audit_rows(1, 100).unwrap();
    let audited = |actor: &str, action: &str, outcome: &str| {
        rows.iter().any(|row| {
            let event = &row.event;
            event.actor == actor && event.action == action && event.outcome == outcome && event.object == uid
        })
    };
    assert!(audited("operator", "import", "success"));
    assert!(audited("tanaka", "view", "success"));
    assert!(audited("tanaka", "export", "begun"));
    assert!(audited("tanaka", "export", "success"));
    store.verify_audit().unwrap();
}

#[tokio::test]
async fn r24_retrieving_a_file_is_audited() {
    let (gate, token, study) = with_study(1).await;
    gate.get(&instance_path(&study, 0), &token).await;
    let home = gate.close();
    let rows = home.store().audit_rows(1, 100).unwrap();
    assert!(rows.iter().any(|row| row.event.action == "retrieve"));
}
