//! Asking the other side to erase its copy: a person there deletes it with a certificate, which comes back, or says why not.

use axum::http::StatusCode;
use dokuei_node::service::deletion::VERIFY_SH;
use serde_json::{Value, json};

use super::deletion::{DELETIONS, close, wish};
use super::{sign, try_to_sign};
use crate::support::eventually;
use crate::support::factor::{enrol, prove};
use crate::support::gate::Gate;
use crate::support::registry::{ITO, SATO};
use crate::support::unpacked::Unpacked;
use crate::trail::reported;

async fn erasure(gate: &Gate, token: &str, path: &str, good: impl Fn(&Value) -> bool) -> Value {
    eventually("the request to erase and its answers", || async {
        let case = gate.get(path, token).await.json();
        let one = case["erasures"][0].clone();
        (one.is_object() && good(&one)).then_some(one)
    })
    .await
}

/// R19, R24: the clinic asks when the case is closed; the hospital, where it is on hold, says so; when the hold is over somebody
/// there deletes the study because the sender asked, and the certificate comes back to the clinic, where OpenSSL verifies it.
/// Nobody claims a deletion that was not, and nobody gives the sender's request as a reason who was not asked.
#[tokio::test(flavor = "multi_thread")]
async fn r19_r24_a_copy_is_erased_at_the_other_side_and_its_certificate_comes_back() {
    let (pair, case) = reported().await;
    let (clinic, hospital) = (&pair.clinic, &pair.hospital);
    let path = format!("/api/v1/cases/{case}");
    let ask = format!("{path}/erase-requests");
    let reason = json!({"reason": "当院で保存しているため"});
    let open = clinic.post(&ask, &pair.tanaka, &reason).await;
    assert_eq!(open.problem(), "not_now", "the case has not ended");
    close(&pair, &case).await;
    let study = pair.study.clone();
    let mut codes = enrol(hospital, &pair.sato, &SATO).await;
    let proof = prove(hospital, &pair.sato, &SATO, &mut codes).await;
    let unasked = wish("study_instance_uid", &study, "sender_request", true, &proof);
    let unasked = hospital.post(DELETIONS, &pair.sato, &unasked).await;
    assert_eq!(unasked.problem(), "bad_field", "{:?}", unasked.body);

    let asked = clinic.post(&ask, &pair.tanaka, &reason).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{:?}", asked.body);
    let asked = erasure(hospital, &pair.sato, &path, |one| one["for_me"] == true).await;
    let answer = format!("{ask}/{}/answer", asked["entry_id"].as_str().unwrap());
    let held = json!({"record": "hold", "case": case, "why": "係争中"});
    let hold = sign(hospital, &pair.sato, &held).await;
    let keep = json!({"keep": {"ground": "legal_hold", "reason": "係争中のため保全しています"}});
    let kept = hospital.post(&answer, &pair.sato, &keep).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{:?}", kept.body);
    let shown = erasure(clinic, &pair.tanaka, &path, |one| one["answers"] != json!([])).await;
    assert_eq!(
        (&shown["answers"][0]["outcome"], &shown["answers"][0]["ground"]),
        (&json!("kept"), &json!("legal_hold"))
    );
    let invented = hospital.post(&answer, &pair.sato, &json!({"deletion": 1})).await;
    assert_eq!(invented.problem(), "bad_field", "nothing was deleted");

    let over = json!({"record": "release", "hold": hold["id"], "why": "和解"});
    // Not by whoever placed it.
    let ito = hospital.sign_in(&ITO).await;
    let over = try_to_sign(hospital, &ito, &over).await;
    assert!(over.status.is_success(), "{:?}", over.body);
    let proof = prove(hospital, &pair.sato, &SATO, &mut codes).await;
    let wanted = wish("study_instance_uid", &study, "sender_request", true, &proof);
    let deleted = hospital.post(DELETIONS, &pair.sato, &wanted).await;
    assert_eq!(deleted.status, StatusCode::CREATED, "{:?}", deleted.body);
    let number = deleted.json()["number"].clone();
    let seen = erasure(hospital, &pair.sato, &path, |one| !one["deletion"].is_null()).await;
    assert_eq!(seen["deletion"], number);
    let sent = hospital
        .post(&answer, &pair.sato, &json!({"deletion": number}))
        .await;
    assert_eq!(sent.status, StatusCode::CREATED, "{:?}", sent.body);

    let shown = erasure(clinic, &pair.tanaka, &path, |one| {
        one["answers"].as_array().is_some_and(|all| all.len() == 2)
    })
    .await;
    let erased = &shown["answers"][1];
    assert_eq!(
        (&erased["outcome"], &erased["certificate"]),
        (&json!("erased"), &number)
    );
    let file = format!(
        "{path}/erase-answers/{}/certificate",
        erased["entry_id"].as_str().unwrap()
    );
    let archive = clinic.get(&file, &pair.tanaka).await;
    assert_eq!(archive.header("content-type"), "application/zip");
    let unpacked = Unpacked::of(&archive.body);
    let root = clinic.home.beside("root.pem");
    std::fs::write(&root, clinic.home.registry().root_pem()).unwrap();
    let more = ["--root", root.to_str().unwrap(), "--without-register"];
    let said = unpacked.verified_by(VERIFY_SH, &more);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    // A colleague who has no part in the case gets neither.
    let others = clinic.get(&file, &pair.suzuki).await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
}
