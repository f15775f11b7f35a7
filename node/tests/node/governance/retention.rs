//! Legal holds, and until when what a case left is kept.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{sign, try_to_sign};
use crate::support::eventually;
use crate::support::pair::Pair;

async fn kept(pair: &Pair, case: &str) -> Value {
    let view = pair
        .clinic
        .get("/api/v1/governance/retention", &pair.tanaka)
        .await;
    let view = view.json();
    let mut cases = view["cases"].as_array().unwrap().iter();
    cases.find(|one| one["case_id"] == case).unwrap().clone()
}

/// How often something of a case was erased at the clinic.
async fn erased(pair: &Pair, case: &str) -> usize {
    let rows = pair.clinic.get("/api/v1/audit?event=erase", &pair.tanaka).await;
    assert_eq!(rows.status, StatusCode::OK, "{:?}", rows.body);
    let text = rows.json().to_string();
    text.matches(&format!("\"object\":\"{case}\"")).count()
}

async fn withdraw(pair: &Pair, case: &str) {
    let path = format!("/api/v1/cases/{case}/withdraw");
    let body = json!({"reason": "転院"});
    let answer = pair.clinic.post(&path, &pair.tanaka, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

/// R24: what a withdrawn case left is erased at once, but not while somebody holds it, whoever asks; a second person
/// releases it, and then what was asked is done. Until when it must be kept is told from its end on.
#[tokio::test]
async fn r24_nothing_of_a_case_on_hold_is_erased_until_a_second_person_releases_it() {
    let pair = Pair::new().await;
    pair.agree().await;
    let (held, other) = (pair.request().await, pair.request().await);
    assert!(kept(&pair, &held).await["completed"].is_null(), "it is open");

    let unknown = json!({"record": "hold", "case": "5f".repeat(held.len() / 2), "why": "照会"});
    assert_eq!(
        try_to_sign(&pair.clinic, &pair.tanaka, &unknown).await.problem(),
        "not_found"
    );
    let hold = json!({"record": "hold", "case": held, "why": "裁判所の照会"});
    let hold = sign(&pair.clinic, &pair.tanaka, &hold).await;
    let cancel = format!("/api/v1/cases/{held}/cancel-transfer");
    let refused = pair
        .clinic
        .post(&cancel, &pair.tanaka, &json!({"reason": "取消"}))
        .await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (StatusCode::CONFLICT, "on_hold")
    );

    withdraw(&pair, &held).await;
    withdraw(&pair, &other).await;
    eventually("the other case is erased", || async {
        (erased(&pair, &other).await == 1).then_some(())
    })
    .await;
    assert_eq!(erased(&pair, &held).await, 1, "the refusal alone is in the trail");
    let row = kept(&pair, &held).await;
    assert_eq!(
        (&row["hold"]["id"], &row["records_due"]),
        (&hold["id"], &json!(false)),
        "{row}"
    );
    assert_eq!(
        (&row["records"]["because"], &row["records"]["years"]),
        (&json!("law"), &json!(5)),
        "{row}"
    );

    let release = json!({"record": "release", "hold": hold["id"], "why": "回答済"});
    let alone = try_to_sign(&pair.clinic, &pair.tanaka, &release).await;
    assert_eq!(
        alone.problem(),
        "record_refused",
        "whoever placed it does not release it"
    );
    sign(&pair.clinic, &pair.suzuki, &release).await;
    eventually("the case is erased", || async {
        (erased(&pair, &held).await == 2).then_some(())
    })
    .await;
    assert!(kept(&pair, &held).await["hold"].is_null());
}
