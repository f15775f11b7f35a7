//! Agreements and cases through the API, between two nodes on loopback.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::pair::Pair;
use crate::support::registry::{ITO, SATO};
use crate::support::{eventually, files, sample_study};

#[tokio::test(flavor = "multi_thread")]
async fn r8_no_request_before_an_agreement_is_in_force() {
    let pair = Pair::new().await;
    let answer = pair
        .clinic
        .post("/api/v1/cases", &pair.tanaka, &pair.wanted())
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.problem(), "no_agreement");
    pair.agree().await;
    pair.request().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_a_request_to_somebody_without_the_qualification_is_refused() {
    let pair = Pair::new().await;
    let suzuki = pair.clinic.get("/api/v1/session", &pair.suzuki).await.json();
    let mut wanted = pair.wanted();
    wanted["with"] = suzuki["fingerprint"].clone();
    let answer = pair.clinic.post("/api/v1/cases", &pair.tanaka, &wanted).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.problem(), "not_qualified");
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_a_request_without_justification_or_consent_is_refused_and_leaves_nothing() {
    let pair = Pair::new().await;
    pair.agree().await;
    for field in [
        "/justification",
        "/question",
        "/consent/explained_by",
        "/consent/explained_at",
    ] {
        let mut wanted = pair.wanted();
        *wanted.pointer_mut(field).unwrap() = "".into();
        let answer = pair.clinic.post("/api/v1/cases", &pair.tanaka, &wanted).await;
        assert!(answer.status.is_client_error(), "{field}: {}", answer.status);
        answer.problem();
    }
    let cases = pair.clinic.get("/api/v1/cases", &pair.tanaka).await.json();
    assert_eq!(cases, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn r12_another_practitioners_case_is_not_told_from_one_that_is_missing() {
    let pair = Pair::new().await;
    let agreement = pair.agree().await;
    let case = pair.request().await;
    let gate = &pair.clinic;
    let cases = gate.get("/api/v1/cases", &pair.tanaka).await.json();
    assert_eq!(cases[0]["case_id"], case.as_str(), "{cases}");
    let own = gate.get(&format!("/api/v1/cases/{case}"), &pair.tanaka).await;
    assert_eq!(own.status, StatusCode::OK);

    assert_eq!(gate.get("/api/v1/cases", &pair.suzuki).await.json(), json!([]));
    assert_eq!(
        gate.get("/api/v1/agreements", &pair.suzuki).await.json(),
        json!([])
    );
    let missing = "0123456789abcdef0123456789abcdef";
    for rest in ["", "/report.pdf", "/report.dcm"] {
        let real = gate
            .get(&format!("/api/v1/cases/{case}{rest}"), &pair.suzuki)
            .await;
        let none = gate
            .get(&format!("/api/v1/cases/{missing}{rest}"), &pair.suzuki)
            .await;
        assert_eq!(real.status, StatusCode::NOT_FOUND, "{rest}");
        assert_eq!(real.body, none.body, "{rest}");
    }
    let report = json!({"status": "final", "findings": "x", "impression": "x", "reason": "x",
        "patient_informed_by": "x", "passphrase": "x"});
    for act in ["accept", "decline", "report", "read", "close"] {
        let real = format!("/api/v1/cases/{case}/{act}");
        let none = format!("/api/v1/cases/{missing}/{act}");
        let real = gate.post(&real, &pair.suzuki, &report).await;
        let none = gate.post(&none, &pair.suzuki, &report).await;
        assert_eq!(real.status, StatusCode::NOT_FOUND, "{act}");
        assert_eq!(real.body, none.body, "{act}");
    }
    let accept = format!("/api/v1/agreements/{agreement}/accept");
    assert!(
        gate.post(&accept, &pair.suzuki, &json!({}))
            .await
            .status
            .is_client_error()
    );
}

/// R17: each request has a package of its own; that of a declined one goes, and the reason is told on both sides.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_declined_request_leaves_no_sealed_package_and_takes_none_from_another() {
    let pair = Pair::new().await;
    pair.agree().await;
    let declined = pair.request().await;
    let sealed = || files(&pair.clinic.home.dir.root().join("packages"));
    let of_declined = sealed();
    assert!(!of_declined.is_empty(), "where packages lie has changed");
    let other = pair.request().await;
    let of_other: Vec<_> = sealed()
        .into_iter()
        .filter(|file| !of_declined.contains(file))
        .collect();
    for case in [&declined, &other] {
        pair.arrived(case).await;
    }
    let path = format!("/api/v1/cases/{declined}");
    let reason = json!({"reason": "学会で不在のため"});
    let answer = pair
        .hospital
        .post(&format!("{path}/decline"), &pair.sato, &reason)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    eventually("its package is erased at the clinic", || async {
        (sealed() == of_other).then_some(())
    })
    .await;
    for (gate, token) in [(&pair.clinic, &pair.tanaka), (&pair.hospital, &pair.sato)] {
        let seen = gate.get(&path, token).await.json();
        assert_eq!(seen["state"], "declined");
        assert_eq!(seen["transfer"]["state"], "none");
        let timeline = seen["timeline"].as_array().unwrap();
        assert_eq!(timeline.last().unwrap()["reason"], reason["reason"]);
        assert!(timeline[0]["reason"].is_null(), "{timeline:?}");
    }

    let path = format!("/api/v1/cases/{other}");
    pair.hospital
        .post(&format!("{path}/accept"), &pair.sato, &json!({}))
        .await;
    eventually("the other is opened", || async {
        let seen = pair.hospital.get(&path, &pair.sato).await.json();
        (seen["transfer"]["state"] == "opened").then_some(())
    })
    .await;
    let rows = pair.hospital.get("/api/v1/cases", &pair.sato).await.json();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["case_id"] == *other);
    let row = row.unwrap();
    assert_eq!(row["modalities"], json!(["CT"]));
    assert_eq!(row["study_date"], "20260401");
    assert_eq!(row["study_description"], "Dokuei sample / 練習用");
    assert_eq!(row["requester"]["institution"], "山田歯科医院");
}

#[tokio::test(flavor = "multi_thread")]
async fn r5_only_the_consulting_specialist_accepts_and_only_once_there_is_a_study_reports() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let accept = format!("/api/v1/cases/{case}/accept");
    let own = pair.clinic.post(&accept, &pair.tanaka, &json!({})).await;
    assert!(
        own.status.is_client_error(),
        "one does not accept one's own request"
    );
    own.problem();
    let report = SATO.confirmed(json!({"status": "final", "findings": "所見", "impression": "印象"}));
    let early = pair
        .hospital
        .post(&format!("/api/v1/cases/{case}/report"), &pair.sato, &report)
        .await;
    assert!(
        early.status.is_client_error(),
        "no report before the request is accepted"
    );
    early.problem();
    let accepted = pair.hospital.post(&accept, &pair.sato, &json!({})).await;
    assert_eq!(accepted.status, StatusCode::OK, "{:?}", accepted.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn r12_a_received_study_is_seen_by_the_specialist_who_was_asked_and_by_no_colleague() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let accept = format!("/api/v1/cases/{case}/accept");
    pair.hospital.post(&accept, &pair.sato, &json!({})).await;
    let hospital = &pair.hospital;
    let study = format!("/api/v1/studies/{}", pair.study);
    let seen = eventually("the study arrives", || async {
        let seen = hospital.get(&study, &pair.sato).await;
        (seen.status == StatusCode::OK).then(|| seen.json())
    })
    .await;
    let series = &seen["series"][0];
    let image = format!(
        "/dicomweb/studies/{}/series/{}/instances/{}/rendered",
        pair.study,
        series["series_instance_uid"].as_str().unwrap(),
        series["instances"][0]["sop_instance_uid"].as_str().unwrap()
    );
    assert_eq!(hospital.get(&image, &pair.sato).await.status, StatusCode::OK);

    let colleague = hospital.sign_in(&ITO).await;
    assert_eq!(
        hospital.get("/api/v1/studies", &colleague).await.json(),
        json!([])
    );
    for path in [&study, &image] {
        let real = hospital.get(path, &colleague).await;
        let none = hospital
            .get(&path.replace(&pair.study, "1.2.3"), &colleague)
            .await;
        assert_eq!(real.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(real.body, none.body, "{path}");
    }
    let out = hospital.home.beside("out");
    let started = hospital
        .post(&format!("{study}/export"), &colleague, &json!({"path": out}))
        .await;
    let job = hospital.job(&started).await;
    assert_eq!(job["error"]["code"], "not_found", "{job}");
    assert!(!out.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_a_study_that_arrives_while_nobody_is_signed_in_is_opened_at_sign_in() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    pair.hospital
        .post(&format!("{path}/accept"), &pair.sato, &json!({}))
        .await;
    let bearer = format!("Bearer {}", pair.sato);
    let out = pair
        .hospital
        .call(
            axum::http::Method::DELETE,
            "/api/v1/session",
            &[("authorization", &bearer)],
            None,
        )
        .await;
    assert!(out.status.is_success(), "{:?}", out.body);
    eventually("the receipt is at the clinic", || async {
        let seen = pair.clinic.get(&path, &pair.tanaka).await.json();
        (seen["transfer"]["state"] == "delivered").then_some(())
    })
    .await;
    let again = pair.hospital.sign_in(&SATO).await;
    eventually("the study is open", || async {
        let seen = pair.hospital.get(&path, &again).await.json();
        (seen["transfer"]["state"] == "opened").then_some(())
    })
    .await;
    let study = format!("/api/v1/studies/{}", pair.study);
    assert_eq!(pair.hospital.get(&study, &again).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_a_received_image_never_takes_the_place_of_one_that_is_here() {
    let pair = Pair::new().await;
    // The hospital has a study of its own under the same UIDs, with other pixels.
    let folder = pair.hospital.home.beside("own");
    sample_study(&folder, 3);
    std::fs::remove_dir_all(&folder).unwrap();
    copy_altered(&pair.clinic.home.beside("cbct"), &folder);
    let imported = pair.hospital.import(&folder).await;
    assert_eq!(imported["state"], "done", "{imported}");
    let study = format!("/api/v1/studies/{}", pair.study);
    let before = pair.hospital.get(&study, &pair.sato).await.json();

    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    pair.hospital
        .post(&format!("{path}/accept"), &pair.sato, &json!({}))
        .await;
    eventually("what came is refused", || async {
        let seen = pair.hospital.get(&path, &pair.sato).await.json();
        (seen["transfer"]["state"] == "refused").then_some(())
    })
    .await;
    let after = pair.hospital.get(&study, &pair.sato).await.json();
    assert_eq!(
        before["series"], after["series"],
        "the hospital's own images changed"
    );
}

/// The files of a folder with the last byte of each (a pixel) changed.
fn copy_altered(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for (index, path) in crate::support::files(from).iter().enumerate() {
        let mut bytes = std::fs::read(path).unwrap();
        *bytes.last_mut().unwrap() ^= 0x55;
        std::fs::write(to.join(format!("{index}.dcm")), bytes).unwrap();
    }
}
