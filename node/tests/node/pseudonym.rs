//! A study under a pseudonym: sent, read, reported on, and the real patient's again when the report is back. And what is
//! looked at before anything is sent.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::archive::illustrated_report;
use crate::support::gate::Gate;
use crate::support::pair::Pair;
use crate::support::registry::{SATO, TANAKA};
use crate::support::{eventually, files, sample_study};

fn codes(answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|one| one["code"].as_str().unwrap().to_owned())
        .collect()
}

/// The words by which all that was found is acknowledged.
fn words(answer: &Value) -> Value {
    let findings = answer["findings"].as_array().unwrap();
    findings.iter().map(|one| one["acknowledge"].clone()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn r12_a_study_goes_under_a_pseudonym_and_its_report_comes_back_to_the_real_patient() {
    let pair = Pair::new().await;
    pair.agree().await;
    let (clinic, hospital) = (&pair.clinic, &pair.hospital);
    let mut wanted = pair.wanted();
    wanted["pseudonymise"] = json!({});
    wanted["history"] = "山田さんは昨年から痛みを訴える".into();
    let refused = clinic.post("/api/v1/cases", &pair.tanaka, &wanted).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{:?}", refused.body);
    assert_eq!(refused.problem(), "to_acknowledge");
    assert_eq!(codes(&refused.json()), ["named_in_text", "face"]);
    wanted["history"] = "昨年から痛みを訴える".into();
    let other = clinic
        .post("/api/v1/cases/check", &pair.tanaka, &wanted)
        .await
        .json();
    wanted["region"] = "36".into();
    wanted["acknowledged"] = words(&other);
    let refused = clinic.post("/api/v1/cases", &pair.tanaka, &wanted).await;
    assert_eq!(
        refused.problem(),
        "to_acknowledge",
        "what was looked at is not what is asked now"
    );
    for bare in ["face", "differs_from_request"] {
        wanted["acknowledged"] = json!([bare]);
        let refused = clinic.post("/api/v1/cases", &pair.tanaka, &wanted).await;
        assert_eq!(refused.problem(), "to_acknowledge", "a code alone says nothing");
    }
    wanted["acknowledged"] = words(&refused.json());
    let started = clinic.post("/api/v1/cases", &pair.tanaka, &wanted).await;
    let job = clinic.job(&started).await;
    assert_eq!(job["state"], "done", "{job}");
    let case = started.json()["case_id"].as_str().unwrap().to_owned();
    pair.arrived(&case).await;

    let listed = clinic.get("/api/v1/studies", &pair.tanaka).await.json();
    let listed = listed.as_array().unwrap();
    let copies: Vec<&Value> = listed.iter().filter(|one| !one["pseudonym"].is_null()).collect();
    assert_eq!(
        (listed.len(), copies.len()),
        (2, 1),
        "the copy is told as what it is"
    );
    assert_eq!(copies[0]["pseudonym"]["finished"], true);

    let path = format!("/api/v1/cases/{case}");
    let here = clinic.get(&path, &pair.tanaka).await.json();
    let code = here["pseudonym"].as_str().unwrap().to_owned();
    assert_eq!(here["patient_name"], "山田 太郎", "at home she is who she is");
    let there = hospital.get(&path, &pair.sato).await;
    assert!(!holds(&there.body, "太郎") && !holds(&there.body, "TARO"));
    assert!(!holds(&there.body, &pair.study), "nor is her study named");
    assert_eq!(there.json()["patient_name"], code.as_str());

    hospital
        .post(&format!("{path}/accept"), &pair.sato, &json!({}))
        .await;
    let study = eventually("the study arrives", || async {
        let seen = hospital.get(&path, &pair.sato).await.json();
        (seen["transfer"]["state"] == "opened").then(|| seen["study_instance_uid"].clone())
    })
    .await;
    let uid = study.as_str().unwrap();
    let seen = hospital
        .get(&format!("/api/v1/studies/{uid}"), &pair.sato)
        .await
        .json();
    assert_eq!(seen["instances"], 3);
    let refused = hospital
        .post(
            &format!("/api/v1/studies/{uid}/pseudonymise"),
            &pair.sato,
            &json!({}),
        )
        .await;
    assert_eq!(
        refused.problem(),
        "bad_field",
        "what came with a consultation gets no copy"
    );
    let instance = &seen["series"][0]["instances"][0];
    let file = format!(
        "/dicomweb/studies/{uid}/series/{}/instances/{}",
        seen["series"][0]["series_instance_uid"].as_str().unwrap(),
        instance["sop_instance_uid"].as_str().unwrap()
    );
    let bytes = hospital.get(&file, &pair.sato).await.body;
    assert!(holds(&bytes, &code) && holds(&bytes, "113100"));
    assert!(!holds(&bytes, "YAMADA") && !holds(&bytes, "DOKUEI-SAMPLE-1"));

    let report = SATO.confirmed(illustrated_report(&seen));
    let shown = report["key_images"][0]["image"]["sop_instance_uid"]
        .as_str()
        .unwrap();
    let signed = hospital
        .post(&format!("{path}/report"), &pair.sato, &report)
        .await;
    assert_eq!(signed.status, StatusCode::OK, "{:?}", signed.body);
    let sr = eventually("the report is back", || async {
        let sr = clinic.get(&format!("{path}/report.dcm"), &pair.tanaka).await;
        (sr.status == StatusCode::OK).then_some(sr.body)
    })
    .await;
    assert!(
        holds(&sr, "山田^太郎") && holds(&sr, &pair.study),
        "filed under the real study"
    );
    assert!(!holds(&sr, &code) && !holds(&sr, uid) && !holds(&sr, shown));
    // What was shown and measured is of the real images too.
    let mine = clinic
        .get(&format!("/api/v1/studies/{}", pair.study), &pair.tanaka)
        .await
        .json();
    let real = &mine["series"][0]["instances"][0]["sop_instance_uid"];
    let objects = format!("{path}/report-objects");
    let classes = [
        "1.2.840.10008.5.1.4.1.1.11.1",
        "1.2.840.10008.5.1.4.1.1.88.59",
        "1.2.840.10008.5.1.4.1.1.88.33",
    ];
    for (at, class) in classes.into_iter().enumerate() {
        let object = format!("{objects}/{at}");
        let bytes = clinic.get(&object, &pair.tanaka).await.body;
        assert!(holds(&bytes, class) && holds(&bytes, &pair.study), "{class}");
        assert!(
            holds(&bytes, real.as_str().unwrap()) && holds(&bytes, "山田^太郎"),
            "{class}"
        );
        assert!(
            !holds(&bytes, &code) && !holds(&bytes, uid) && !holds(&bytes, shown),
            "{class}"
        );
    }
    let behind = clinic.get(&format!("{objects}/3"), &pair.tanaka).await;
    assert_eq!(behind.status, StatusCode::NOT_FOUND);
    let theirs = hospital.get(&format!("{path}/report.dcm"), &pair.sato).await.body;
    assert!(holds(&theirs, &code) && !holds(&theirs, "太郎"));
}

#[tokio::test]
async fn r7_r12_missing_slices_wrong_sides_and_other_patients_are_told_before_anything_is_sent() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let study = sample_study(&folder, 12);
    for index in [4, 5] {
        std::fs::remove_file(&files(&folder)[index]).unwrap();
    }
    gate.import(&folder).await;
    let token = gate.sign_in(&TANAKA).await;
    let wanted = json!({
        "study_instance_uid": study,
        "with": "0".repeat(64),
        "question": "左下智歯と下顎管の関係",
        "region": "48",
        "justification": "x",
        "consent": {"explained_by": "x", "explained_at": "2026-04-01T10:00:00+09:00", "scope": "x"},
        "patient": {"name": "山田 花子", "id": "DOKUEI-SAMPLE-1"},
    });
    let answer = gate.post("/api/v1/cases/check", &token, &wanted).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    assert_eq!(
        codes(&answer.json()),
        ["differs_from_request", "sides_differ", "missing_slices"]
    );
    let told = answer.json();
    let missing = &told["findings"][2];
    assert!(
        missing["detail"].as_str().unwrap().contains("at least 2"),
        "{missing}"
    );
    assert!(
        missing["detail_ja"].as_str().unwrap().contains("2枚"),
        "{missing}"
    );
}

#[tokio::test]
async fn r12_a_copy_that_was_begun_only_is_known_as_one_and_not_sent() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    // More than is stored at a time, and one among the rest that can be kept but not written anew.
    let study = sample_study(&folder, 70);
    let last = files(&folder).pop().unwrap();
    let mut bytes = std::fs::read(&last).unwrap();
    let pixels = [0xe0, 0x7f, 0x10, 0x00, b'O', b'W'];
    let at = bytes
        .windows(pixels.len())
        .position(|window| window == pixels)
        .unwrap();
    // An Icon Image Sequence that holds something else than an item.
    let icon = [
        0x88, 0, 0, 2, b'S', b'Q', 0, 0, 8, 0, 0, 0, 8, 0, 0x60, 0, 0, 0, 0, 0,
    ];
    bytes.splice(at..at, icon);
    std::fs::write(&last, bytes).unwrap();
    assert_eq!(gate.import(&folder).await["result"]["imported"], 70);
    let token = gate.sign_in(&TANAKA).await;
    let path = format!("/api/v1/studies/{study}/pseudonymise");
    let started = gate.post(&path, &token, &json!({})).await;
    assert_eq!(gate.job(&started).await["state"], "failed");

    let listed = gate.get("/api/v1/studies", &token).await.json();
    let listed = listed.as_array().unwrap();
    let copy = listed.iter().find(|one| !one["pseudonym"].is_null()).unwrap();
    assert_eq!(copy["pseudonym"]["finished"], false);
    assert_eq!(copy["instances"], 64, "what was stored before");
    let uid = copy["study_instance_uid"].as_str().unwrap();
    let wanted = json!({
        "study_instance_uid": uid,
        "with": "0".repeat(64),
        "question": "x",
        "region": "48",
        "justification": "x",
        "consent": {"explained_by": "x", "explained_at": "2026-04-01T10:00:00+09:00", "scope": "x"},
    });
    let refused = gate.post("/api/v1/cases/check", &token, &wanted).await;
    assert_eq!(refused.problem(), "bad_field", "{:?}", refused.body);
    let again = format!("/api/v1/studies/{uid}/pseudonymise");
    let refused = gate.post(&again, &token, &json!({})).await;
    assert_eq!(refused.problem(), "bad_field", "it is no original");
}
