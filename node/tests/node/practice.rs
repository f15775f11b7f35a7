//! Practising: a study of nobody that the node makes itself, a request about it that goes to nobody, and that it counts as
//! no patient.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::gate::Gate;
use crate::support::pair::Pair;

async fn made(gate: &Gate, token: &str) -> String {
    let started = gate.post("/api/v1/practice", token, &json!({})).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{:?}", started.body);
    let job = gate.job(&started).await;
    assert_eq!(job["state"], "done", "{job}");
    job["result"]["study_instance_uid"].as_str().unwrap().to_owned()
}

async fn studies(gate: &Gate, token: &str) -> Vec<Value> {
    let all = gate.get("/api/v1/studies", token).await.json();
    all.as_array().unwrap().clone()
}

fn words(answer: &Value) -> Value {
    let findings = answer["findings"].as_array().unwrap();
    findings.iter().map(|one| one["acknowledge"].clone()).collect()
}

/// R11, R12, R17: the request is tried with a study of nobody and looked at as a real one is; it goes to no real person, under
/// no name, and is deleted again.
#[tokio::test(flavor = "multi_thread")]
async fn r11_r12_r17_a_practice_study_is_tried_and_sent_to_nobody() {
    let pair = Pair::new().await;
    pair.agree().await;
    let (clinic, tanaka) = (&pair.clinic, &pair.tanaka);
    let nothing = clinic.get("/api/v1/practice", tanaka).await.json();
    assert_eq!(
        nothing,
        json!({"study_instance_uid": null, "made_at": null, "request": null})
    );
    let study = made(clinic, tanaka).await;
    assert_eq!(made(clinic, tanaka).await, study, "there is one at a time");
    let all = studies(clinic, tanaka).await;
    let one = all
        .iter()
        .find(|one| one["study_instance_uid"] == study.as_str())
        .unwrap();
    assert_eq!(one["instances"], 128);
    assert_eq!(one["patient"]["name"]["ideographic"], "練習^患者");

    // To a real person, with an agreement in force: refused with one sentence, and nothing begins.
    let mut wanted = pair.wanted();
    wanted["study_instance_uid"] = study.clone().into();
    for options in [Value::Null, json!({})] {
        wanted["pseudonymise"] = options;
        let refused = clinic.post("/api/v1/cases", tanaka, &wanted).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(refused.problem(), "practice_only");
    }
    wanted.as_object_mut().unwrap().remove("pseudonymise");
    let copied = clinic
        .post(
            &format!("/api/v1/studies/{study}/pseudonymise"),
            tanaka,
            &json!({}),
        )
        .await;
    assert_eq!(copied.problem(), "practice_only");
    assert_eq!(clinic.get("/api/v1/cases", tanaka).await.json(), json!([]));

    // As an exercise: what is missing is told, what was found is looked at, and it stays here.
    let path = "/api/v1/practice/request";
    wanted["with"] = "".into();
    let mut empty = wanted.clone();
    empty["question"] = " ".into();
    assert_eq!(clinic.post(path, tanaka, &empty).await.problem(), "bad_field");
    let found = clinic.post("/api/v1/cases/check", tanaka, &wanted).await.json();
    wanted["acknowledged"] = words(&found);
    let kept = clinic.post(path, tanaka, &wanted).await;
    assert_eq!(kept.status, StatusCode::OK, "{:?}", kept.body);
    assert_eq!(kept.json()["request"]["question"], wanted["question"]);
    assert_eq!(kept.json()["request"]["by"], "田中 花子");
    assert_eq!(clinic.get("/api/v1/cases", tanaka).await.json(), json!([]));
    assert_eq!(
        pair.hospital.get("/api/v1/cases", &pair.sato).await.json(),
        json!([])
    );
    let mut real = wanted.clone();
    real["study_instance_uid"] = pair.study.clone().into();
    assert_eq!(
        clinic.post(path, tanaka, &real).await.status,
        StatusCode::NOT_FOUND
    );

    for _ in 0..2 {
        let bearer = format!("Bearer {tanaka}");
        let gone = clinic
            .call(
                Method::DELETE,
                "/api/v1/practice",
                &[("authorization", &bearer)],
                None,
            )
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{:?}", gone.body);
    }
    assert_eq!(studies(clinic, tanaka).await.len(), all.len() - 1);
    assert_eq!(clinic.get("/api/v1/practice", tanaka).await.json(), nothing);
    assert_ne!(
        made(clinic, tanaka).await,
        study,
        "another study, not the deleted one"
    );
}

/// R12: looking at it is in the trail, and is nobody's disclosure: no row of it names a patient.
#[tokio::test(flavor = "multi_thread")]
async fn r12_looking_at_the_practice_study_counts_as_no_patient() {
    let pair = Pair::new().await;
    let (clinic, tanaka) = (&pair.clinic, &pair.tanaka);
    let study = made(clinic, tanaka).await;
    for seen in [&study, &pair.study] {
        let shown = clinic.get(&format!("/api/v1/studies/{seen}"), tanaka).await;
        assert_eq!(shown.status, StatusCode::OK);
    }
    let trail = clinic.get("/api/v1/audit", tanaka).await.json();
    let rows = trail["rows"].as_array().unwrap();
    let of = |study: &str| {
        rows.iter()
            .filter(|row| row["object"] == study)
            .collect::<Vec<_>>()
    };
    assert!(
        !of(&study).is_empty() && of(&study).iter().all(|row| row["patient"].is_null()),
        "{trail}"
    );
    assert!(
        of(&pair.study).iter().any(|row| !row["patient"].is_null()),
        "{trail}"
    );
}
