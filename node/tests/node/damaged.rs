//! Images that a failing disk has damaged: told as what they are, and replaced by the same image that comes again.

use std::fs;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::archive::illustrated_report;
use crate::support::eventually;
use crate::support::pair::Pair;

/// The sealed blobs below a folder.
fn blobs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(blobs(&path));
        } else if path.extension().is_some_and(|extension| extension == "blob") {
            found.push(path);
        }
    }
    found
}

/// A bit in the middle becomes another one, as on a disk that fails.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// R1, R11, R15: an image under a key image is damaged at the clinic. Nothing of it is given out, and the reason is told with
/// what to do; the report that was signed goes on, without the image and not without a word; the image that is imported again
/// takes its own place, and everything is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn r1_r11_r15_a_damaged_image_under_a_key_image_is_told_and_comes_again() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let report = format!("{path}/report");
    let accept = format!("{path}/accept");
    let accepted = pair.hospital.post(&accept, &pair.sato, &json!({})).await;
    assert!(accepted.status.is_success());
    let seen = eventually("the study is opened", || async {
        let seen = pair
            .hospital
            .get(&format!("/api/v1/studies/{}", pair.study), &pair.sato)
            .await;
        seen.status.is_success().then(|| seen.json())
    })
    .await;
    let wanted = illustrated_report(&seen);
    eventually("the report is signed", || async {
        let signed = pair.hospital.post(&report, &pair.sato, &wanted).await;
        signed.status.is_success().then_some(())
    })
    .await;
    let object = format!("{path}/report-objects/0");
    let ask = async |what: &str| pair.clinic.get(what, &pair.tanaka).await;
    let whole = eventually("the report is back", || async {
        let object = ask(&object).await;
        object.status.is_success().then_some(object.body)
    })
    .await;

    let there = blobs(pair.clinic.home.dir.root());
    assert_eq!(there.len(), 3, "{there:?}");
    there.iter().for_each(|blob| damage(blob));
    let image = &wanted["key_images"][0]["image"]["sop_instance_uid"];
    let rendered = format!(
        "/dicomweb/studies/{}/series/{}/instances/{}/rendered",
        pair.study,
        seen["series"][0]["series_instance_uid"].as_str().unwrap(),
        image.as_str().unwrap(),
    );
    let refused = ask(&rendered).await;
    assert_eq!(
        (refused.status, refused.problem()),
        (StatusCode::CONFLICT, "image_damaged".to_owned())
    );
    assert!(
        refused.json()["next"]
            .as_str()
            .unwrap()
            .contains("import it again")
    );
    assert_eq!(
        ask(&object).await.status,
        StatusCode::NOT_FOUND,
        "it shows no image"
    );
    assert!(
        ask(&format!("{path}/report.pdf")).await.status.is_success(),
        "the words stay"
    );
    assert!(ask(&format!("{path}/report.dcm")).await.status.is_success());

    let again = pair.clinic.import(&pair.clinic.home.beside("cbct")).await;
    let told: (&Value, &Value) = (&again["result"]["imported"], &again["result"]["duplicates"]);
    assert_eq!(told, (&3.into(), &0.into()), "{again}");
    assert!(ask(&rendered).await.status.is_success());
    assert_eq!(ask(&object).await.body, whole, "it is as it was");
    let again = pair.clinic.import(&pair.clinic.home.beside("cbct")).await;
    assert_eq!(again["result"]["duplicates"], 3, "{again}");

    pair.hospital.node.leave().await;
    pair.clinic.node.leave().await;
    let rows = format!("{:?}", pair.clinic.close().store().audit_rows(1, 400).unwrap());
    assert!(rows.contains("image_damaged"), "{rows}");
}
