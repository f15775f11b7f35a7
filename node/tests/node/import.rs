//! Import: what is taken in, and that every file that is not gets one clear sentence.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::gate::Gate;
use crate::support::registry::TANAKA;
use crate::support::{files, sample_study};

/// Why the only refused file of an import was refused; that it is one sentence without innards is checked.
fn only_reason(job: &Value) -> String {
    assert_eq!(job["state"], "done", "{job}");
    let refused = job["result"]["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1, "{job}");
    one_sentence(refused[0]["reason"].as_str().unwrap())
}

fn one_sentence(text: &str) -> String {
    assert!((10..300).contains(&text.len()), "{text:?}");
    assert!(
        !text.contains('\n') && !text.contains("Err(") && !text.contains("::"),
        "{text:?}"
    );
    text.to_owned()
}

#[tokio::test]
async fn a_study_is_imported_once_however_often_it_is_offered() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 5);

    let first = gate.import(&folder).await;
    assert_eq!(first["result"]["imported"], 5, "{first}");
    assert_eq!(first["result"]["duplicates"], 0);
    assert_eq!(first["result"]["studies"], serde_json::json!([uid]));
    assert_eq!(first["done"], first["total"]);

    let again = gate.import(&folder).await;
    assert_eq!(again["result"]["imported"], 0, "{again}");
    assert_eq!(again["result"]["duplicates"], 5);
    assert_eq!(again["result"]["refused"], serde_json::json!([]));

    let token = gate.sign_in(&TANAKA).await;
    let studies = gate.get("/api/v1/studies", &token).await.json();
    assert_eq!(studies.as_array().unwrap().len(), 1);
    assert_eq!(studies[0]["instances"], 5);
    assert_eq!(studies[0]["patient"]["name"]["ideographic"], "山田^太郎");
}

#[tokio::test]
async fn r6_an_altered_image_under_a_known_uid_is_told_and_the_stored_one_kept() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 2);
    gate.import(&folder).await;
    let path = &files(&folder)[0];
    let original = fs::read(path).unwrap();
    let mut altered = original.clone();
    *altered.last_mut().unwrap() ^= 0xff;
    let other = gate.home.beside("altered.dcm");
    fs::write(&other, &altered).unwrap();

    let reason = only_reason(&gate.import(&other).await);
    assert!(
        reason.contains("already") || reason.contains("other content"),
        "{reason}"
    );

    let token = gate.sign_in(&TANAKA).await;
    let study = gate.get(&format!("/api/v1/studies/{uid}"), &token).await.json();
    let series = &study["series"][0];
    let mut held = Vec::new();
    for instance in series["instances"].as_array().unwrap() {
        let path = format!(
            "/dicomweb/studies/{uid}/series/{}/instances/{}",
            series["series_instance_uid"].as_str().unwrap(),
            instance["sop_instance_uid"].as_str().unwrap()
        );
        held.push(gate.get(&path, &token).await.body);
    }
    assert!(
        held.iter().any(|file| **file == *original),
        "the stored one is gone"
    );
    assert!(
        held.iter().all(|file| **file != *altered),
        "the altered one is here"
    );
}

#[tokio::test]
async fn what_is_no_dicom_is_named_and_does_not_stop_the_rest() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("mixed");
    sample_study(&folder, 2);
    fs::write(folder.join("notes.txt"), "call the patient").unwrap();
    let job = gate.import(&folder).await;
    assert_eq!(job["result"]["imported"], 2);
    assert_eq!(only_reason(&job), "this is not a DICOM file");
    let refused = job["result"]["refused"][0]["file"].as_str().unwrap();
    assert!(refused.ends_with("notes.txt"));
}

#[tokio::test]
async fn a_truncated_file_is_refused_wherever_it_was_cut() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    sample_study(&folder, 1);
    let whole = fs::read(&files(&folder)[0]).unwrap();
    for length in [140, 200, 600, whole.len() / 2, whole.len() - 1] {
        let path = gate.home.beside("cut.dcm");
        fs::write(&path, &whole[..length]).unwrap();
        let job = gate.import(&path).await;
        assert_eq!(job["result"]["imported"], 0, "cut at {length}: {job}");
        only_reason(&job);
    }
    // Nothing of the attempts stays: the whole file is new.
    assert_eq!(gate.import(&folder).await["result"]["imported"], 1);
}

#[tokio::test]
async fn an_empty_folder_imports_nothing_and_a_missing_one_is_told() {
    let gate = Gate::with(&[TANAKA]);
    let empty = gate.home.beside("empty");
    fs::create_dir(&empty).unwrap();
    let job = gate.import(&empty).await;
    assert_eq!(job["state"], "done");
    assert_eq!(job["result"]["imported"], 0);

    let job = gate.import(Path::new("/no/such/folder")).await;
    assert_eq!(job["state"], "failed");
    let error = &job["error"];
    assert_eq!(error["code"], "files_unreadable", "{job}");
    assert!(one_sentence(error["detail"].as_str().unwrap()).contains("/no/such/folder"));
    assert!(!error["next"].as_str().unwrap().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn r24_a_link_out_of_the_folder_is_not_followed() {
    let gate = Gate::with(&[TANAKA]);
    let elsewhere = gate.home.beside("elsewhere");
    sample_study(&elsewhere, 1);
    let folder = gate.home.beside("folder");
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.join("more")).unwrap();
    let job = gate.import(&folder).await;
    assert_eq!(job["result"]["imported"], 0);
    assert_eq!(only_reason(&job), "links are not followed");
}

#[tokio::test]
async fn r19_no_name_uid_or_pixel_run_lies_readable_in_the_data_directory() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 3);
    gate.import(&folder).await;
    let image = fs::read(&files(&folder)[1]).unwrap();
    let run = image[image.len() / 2..image.len() / 2 + 32].to_vec();
    let home = gate.close();
    let secrets = [
        "YAMADA".as_bytes().to_vec(),
        "山田^太郎".as_bytes().to_vec(),
        b"DOKUEI-SAMPLE-1".to_vec(),
        uid.into_bytes(),
        run,
    ];
    for path in files(home.dir.root()) {
        let bytes = fs::read(&path).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(
                !found,
                "{} holds {:?}",
                path.display(),
                String::from_utf8_lossy(secret)
            );
        }
    }
}
