//! What people are told outside the app, and who is asked next by herself: two and three nodes in one process.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::duties::{done, refused, report, until};
use super::forwarding::{Third, consent};
use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::pair::Pair;
use crate::support::registry::{KATO, SATO};

/// What waits to be shown on her desktop.
async fn fresh(gate: &Gate, token: &str) -> Vec<Value> {
    let answer = gate.get("/api/v1/me/notices/new", token).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.json().as_array().unwrap().clone()
}

async fn record(gate: &Gate, token: &str, statement: Value) -> Value {
    let answer = gate.post("/api/v1/governance/records", token, &statement).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    answer.json()
}

async fn told(gate: &Gate, token: &str, matter: &str) -> Value {
    eventually(matter, || async {
        let all = fresh(gate, token).await;
        all.into_iter().find(|one| one["matter"] == matter)
    })
    .await
}

/// R7, R16: a request is told on the desktop of whoever is asked, once, without anything of the patient; what somebody does
/// not want to hear of is not told; and nobody sees or ends another's notices.
#[tokio::test(flavor = "multi_thread")]
async fn r7_r16_a_request_is_told_on_the_desktop_once() {
    let pair = Pair::new().await;
    let (clinic, tanaka, hospital, sato) = (&pair.clinic, &pair.tanaka, &pair.hospital, &pair.sato);
    hospital.node.tell_outside();
    clinic.node.tell_outside();
    let mut chosen = clinic.get("/api/v1/me/notices", tanaka).await.json()["settings"].clone();
    chosen["desktop"] = json!(["report"]);
    let body = json!({"settings": chosen});
    assert_eq!(
        clinic.put("/api/v1/me/notices", tanaka, &body).await.status,
        StatusCode::OK
    );
    pair.agree().await;
    let case = pair.request().await;
    let notice = told(hospital, sato, "requested").await;
    assert_eq!(
        (&notice["case_id"], &notice["channel"]),
        (&json!(case), &json!("desktop"))
    );
    let patient = clinic.get(&format!("/api/v1/cases/{case}"), tanaka).await.json()["patient_name"].clone();
    assert!(!notice.to_string().contains(patient.as_str().unwrap()));

    // Another's is left alone.
    let shown = json!({"ids": [notice["id"]]});
    assert!(
        clinic
            .post("/api/v1/me/notices/shown", tanaka, &shown)
            .await
            .status
            .is_success()
    );
    assert_eq!(fresh(hospital, sato).await.len(), 1);
    assert!(
        hospital
            .post("/api/v1/me/notices/shown", sato, &shown)
            .await
            .status
            .is_success()
    );
    assert_eq!(fresh(hospital, sato).await, [] as [Value; 0]);
    let kept = hospital.get("/api/v1/me/notices", sato).await.json();
    assert_eq!(kept["recent"][0]["state"], "sent");
    let trail = hospital.get("/api/v1/audit?event=notice", sato).await.json();
    assert!(trail.to_string().contains("desktop requested to"), "{trail}");

    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    done(hospital, sato, &format!("{path}/accept"), json!({})).await;
    until(clinic, tanaka, &path, "it is accepted", |case| {
        case["state"] != "awaiting_acceptance"
    })
    .await;
    until(hospital, sato, &path, "the study is open", |case| {
        case["transfer"]["state"] == "opened"
    })
    .await;
    done(
        hospital,
        sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    told(clinic, tanaka, "final_report").await;
    let matters: Vec<Value> = fresh(clinic, tanaka)
        .await
        .iter()
        .map(|one| one["matter"].clone())
        .collect();
    assert_eq!(
        matters,
        ["final_report"],
        "that it was accepted she did not want to hear"
    );
}

/// R24: settings and mail servers that make no sense are refused, and a password comes back to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn r24_settings_of_notices_are_bounded_and_secrets_stay_inside() {
    let pair = Pair::new().await;
    let (clinic, tanaka) = (&pair.clinic, &pair.tanaka);
    let kept = clinic.get("/api/v1/me/notices", tanaka).await.json()["settings"].clone();
    let with = |field: &str, value: Value| {
        let mut settings = kept.clone();
        settings[field] = value;
        json!({"settings": settings})
    };
    let put = |body: Value| async move {
        let answer = clinic.put("/api/v1/me/notices", tanaka, &body).await;
        (answer.status, answer)
    };
    for (field, value) in [
        ("quiet", json!({"from": "9:00", "until": "07:00"})),
        ("quiet", json!({"from": "09:00", "until": "09:00"})),
        ("email", json!({"address": "a@b\r\nBcc: c@d", "groups": []})),
        ("webhook", json!({"url": "http://house.example/", "groups": []})),
        ("version", json!(2)),
    ] {
        let (status, answer) = put(with(field, value.clone())).await;
        assert!(status.is_client_error(), "{field} {value}: {:?}", answer.body);
    }
    let (_, answer) = put(with("email", json!({"address": "a@b.jp", "groups": []}))).await;
    assert_eq!(answer.problem(), "no_mail_server");
    let (_, answer) = put(with(
        "webhook",
        json!({"url": "https://127.0.0.1:9/", "groups": []}),
    ))
    .await;
    let first = answer.json();
    assert!(first["secret"].as_str().unwrap().len() >= 40, "shown once");
    assert_eq!(
        clinic.get("/api/v1/me/notices", tanaka).await.json()["secret"],
        Value::Null
    );
    let test = json!({"channel": "webhook"});
    assert_eq!(
        refused(clinic, tanaka, "/api/v1/me/notices/test", test).await,
        "notice_not_sent"
    );

    let smtp = json!({"host": "mail.example.jp", "port": 465, "security": "tls", "from": "dokuei@example.jp",
        "user": "dokuei", "password": "hidden word"});
    let set = clinic
        .put("/api/v1/notices/outlets", tanaka, &json!({"smtp": smtp}))
        .await;
    assert_eq!(set.status, StatusCode::OK, "{:?}", set.body);
    let shown = clinic.get("/api/v1/notices/outlets", tanaka).await.json();
    assert_eq!(shown["smtp"]["has_password"], true);
    assert!(!shown.to_string().contains("hidden word"));
    // To another server the password that is kept is not given.
    let mut other = smtp.clone();
    other["host"] = "evil.example.jp".into();
    other.as_object_mut().unwrap().remove("password");
    let set = clinic
        .put("/api/v1/notices/outlets", tanaka, &json!({"smtp": other}))
        .await;
    assert!(set.status.is_client_error());
}

/// R2, R5, R8, R12: the requester says beforehand who is asked next; when the specialist declines the next is asked by
/// itself, in the same case and with her consent, and reads.
#[tokio::test(flavor = "multi_thread")]
async fn r2_r5_the_next_reader_is_asked_by_itself_when_the_first_declines() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let third = Third::beside(&pair, &pair.clinic, &pair.tanaka).await;
    let (clinic, tanaka) = (&pair.clinic, &pair.tanaka);
    clinic.node.follow_successions();
    let successors = format!("{path}/successors");
    let wanted = json!({"readers": [third.fingerprint], "consent": consent()});
    let without = json!({"readers": [third.fingerprint]});
    let (sato, hospital) = (&pair.sato, &pair.hospital);
    let foreign = hospital.put(&successors, sato, &wanted).await;
    assert!(foreign.status.is_client_error(), "{:?}", foreign.body);
    let unconsented = clinic.put(&successors, tanaka, &without).await;
    assert!(unconsented.status.is_client_error(), "{:?}", unconsented.body);
    let kept = clinic.put(&successors, tanaka, &wanted).await;
    assert_eq!(kept.status, StatusCode::OK, "{:?}", kept.body);
    let shown = clinic.get(&path, tanaka).await.json();
    assert_eq!(shown["successors"][0]["name_ja"], KATO.japanese);
    assert_eq!(
        shown["readers"].as_array().unwrap().len(),
        1,
        "nobody is asked before"
    );

    // R11: during an incident nobody is asked, and nobody loses her place.
    let today = clinic.get("/api/v1/governance", tanaka).await.json()["today"].clone();
    let incident = json!({"record": "incident", "what": "訓練", "noticed": today, "personal_data": false, "malice": false});
    let begun = record(clinic, tanaka, incident).await;
    let reason = json!({"reason": "不在"});
    done(hospital, sato, &format!("{path}/decline"), reason).await;
    until(clinic, tanaka, &path, "it is declined", |case| {
        case["state"] == "declined"
    })
    .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let shown = clinic.get(&path, tanaka).await.json();
    assert_eq!(shown["readers"].as_array().unwrap().len(), 1);
    assert_eq!(shown["successors"][0]["name_ja"], KATO.japanese);
    let end = json!({"record": "response", "incident": begun["id"], "step": "end", "what": "終了"});
    record(clinic, tanaka, end).await;
    third.open(&path).await;
    let shown = clinic.get(&path, tanaka).await.json();
    assert_eq!(shown["successors"], json!([]));
    assert_eq!(shown["readers"][1]["kind"], "alternative");
    assert_eq!(shown["with"]["name_ja"], KATO.japanese);
}
