//! Whoever signs a report, or a new version of one, is asked for passphrase and second factor for this one signature.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::duties::{done, opened, refused, report, until};
use crate::support::factor::enrol;
use crate::support::pair::Pair;
use crate::support::registry::{SATO, TANAKA};

/// What is signed, with a code of the second factor beside the passphrase.
fn coded(body: Value, code: &str) -> Value {
    let mut body = SATO.confirmed(body);
    body["second_factor"] = json!({"answer": code});
    body
}

/// R4, R6: whatever session lies open, a preliminary and a final report, an addendum and an amendment are each signed with
/// passphrase and second factor. What the rules refuse costs no code, a code is good once, and what was not confirmed is not
/// signed.
#[tokio::test(flavor = "multi_thread")]
async fn r4_r6_reports_and_their_versions_ask_for_passphrase_and_second_factor_in_their_own_right() {
    let pair = Pair::new().await;
    let path = opened(&pair).await;
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    let (signing, amending) = (format!("{path}/report"), format!("{path}/amend"));
    let mut preliminary = report();
    preliminary["status"] = "preliminary".into();
    assert_eq!(
        refused(hospital, sato, &signing, preliminary.clone()).await,
        "bad_body"
    );
    let mut wrong = preliminary.clone();
    wrong["passphrase"] = "somebody else sits here".into();
    assert_eq!(refused(hospital, sato, &signing, wrong).await, "wrong_passphrase");
    // Without a second factor the passphrase is what is asked.
    done(hospital, sato, &signing, SATO.confirmed(preliminary)).await;

    let mut codes = enrol(hospital, sato, &SATO).await;
    let last = SATO.confirmed(report());
    assert_eq!(
        refused(hospital, sato, &signing, last).await,
        "second_factor_required"
    );
    let code = codes.take();
    let mut wordless = report();
    wordless["impression"] = "".into();
    assert_eq!(
        refused(hospital, sato, &signing, coded(wordless, &code)).await,
        "incomplete",
        "what cannot be signed is told first"
    );
    done(hospital, sato, &signing, coded(report(), &code)).await;
    let mut addendum = report();
    addendum["kind"] = "addendum".into();
    addendum["reason"] = "計測を追加".into();
    addendum["findings"] = format!("{}\n長径 8 mm", report()["findings"].as_str().unwrap()).into();
    let spent = refused(hospital, sato, &amending, coded(addendum.clone(), &code)).await;
    assert_eq!(spent, "second_factor_wrong");
    assert_eq!(
        refused(hospital, sato, &amending, addendum.clone()).await,
        "bad_body"
    );
    done(hospital, sato, &amending, coded(addendum.clone(), &codes.take())).await;
    let mut amended = addendum;
    amended["kind"] = "amended".into();
    amended["findings"] = "下顎左側第一大臼歯根尖に透過像".into();
    done(hospital, sato, &amending, coded(amended, &codes.take())).await;
    let shown = hospital.get(&path, sato).await.json();
    let versions = shown["reports"].as_array().unwrap().iter();
    let statuses: Vec<_> = versions.map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["preliminary", "final", "appended", "amended"]);
}

/// R9: who must tell an urgent finding is asked for nothing before it goes out, whether she has a second factor or not.
#[tokio::test(flavor = "multi_thread")]
async fn r9_an_urgent_finding_goes_out_without_being_asked_for_a_code() {
    let pair = Pair::new().await;
    let path = opened(&pair).await;
    enrol(&pair.hospital, &pair.sato, &SATO).await;
    let urgent = json!({"category": "minutes", "finding": "顎骨骨髄炎の疑い", "advice": "本日中に紹介", "contact": "03-0000-1111"});
    done(&pair.hospital, &pair.sato, &format!("{path}/urgent"), urgent).await;
    until(&pair.clinic, &pair.tanaka, &path, "the alarm", |case| {
        case["urgent"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
}

/// R6: a signature that is asked for again with its key, because the answer was lost, is not made twice and costs no second
/// code; of passphrase and code nothing is kept beside the key.
#[tokio::test(flavor = "multi_thread")]
async fn r6_a_signature_whose_answer_was_lost_is_asked_for_again_with_its_key() {
    let pair = Pair::new().await;
    let path = opened(&pair).await;
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    let mut codes = enrol(hospital, sato, &SATO).await;
    let mut preliminary = report();
    preliminary["status"] = "preliminary".into();
    let signed = coded(preliminary.clone(), &codes.take());
    let ask = async |body: &Value| {
        let bearer = format!("Bearer {sato}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k1")];
        let path = format!("{path}/report");
        hospital.call(Method::POST, &path, &headers, Some(body)).await
    };
    let without = ask(&SATO.confirmed(preliminary.clone())).await;
    assert_eq!(
        without.problem(),
        "second_factor_required",
        "a refusal frees the key"
    );
    assert_eq!(ask(&signed).await.status, StatusCode::OK);
    let again = ask(&signed).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.header("idempotency-replayed"), "true");
    // Typed anew, it is the same act.
    let anew = ask(&coded(preliminary.clone(), &codes.take())).await;
    assert_eq!(anew.header("idempotency-replayed"), "true");
    preliminary["impression"] = "歯根嚢胞".into();
    let another = ask(&coded(preliminary, &codes.take())).await;
    assert_eq!(another.problem(), "key_reused");
    let shown = hospital.get(&path, sato).await.json();
    assert_eq!(shown["reports"].as_array().unwrap().len(), 1);
    let theirs = pair
        .clinic
        .post(
            &format!("{path}/report"),
            &pair.tanaka,
            &TANAKA.confirmed(report()),
        )
        .await;
    assert_eq!(theirs.problem(), "not_qualified");
}
