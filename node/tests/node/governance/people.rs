//! Who may do what, and what people are reminded of: roles, pledges, training, self-inspection, displays.

use axum::http::{Method, StatusCode};
use dokuei_node::config::{Governance, Rule};
use serde_json::{Value, json};

use super::{due, held_to, sign, try_to_sign};
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::registry::{ITO, SATO};

async fn day(gate: &Gate, token: &str) -> String {
    let view = gate.get("/api/v1/governance", token).await.json();
    view["today"].as_str().unwrap().to_owned()
}

/// The same day of the next year.
fn next_year(day: &str) -> String {
    let year: u32 = day[..4].parse().unwrap();
    format!(
        "{}-{}",
        year + 1,
        if &day[5..] == "02-29" { "02-28" } else { &day[5..] }
    )
}

fn role(id: &str, name: &str, role: &str, duties: &[&str]) -> Value {
    json!({"record": "assignment", "person": {"id": id, "name": name}, "role": role, "duties": duties})
}

/// R22: once an administrator is named, what is privileged is refused to whoever has not the duty, and the refusal is in the
/// trail; the node is never left without an administrator.
#[tokio::test]
async fn r22_a_privileged_act_without_the_duty_is_refused_and_audited() {
    let hospital = Gate::with(&[SATO, ITO]);
    let (sato, ito) = (hospital.sign_in(&SATO).await, hospital.sign_in(&ITO).await);
    assert_eq!(
        hospital.get("/api/v1/audit", &ito).await.status,
        StatusCode::OK,
        "nobody is named yet"
    );
    assert!(
        due(&hospital, &sato)
            .await
            .contains(&("administrator".into(), "missing".into()))
    );

    sign(&hospital, &sato, &role(SATO.id, "佐藤", "administrator", &[])).await;
    let bearer = format!("Bearer {ito}");
    let limit = json!({"up_mbit": 10});
    let refused = [
        hospital.get("/api/v1/audit", &ito).await,
        hospital.get("/api/v1/audit/export/csv", &ito).await,
        hospital.get("/api/v1/audit/disclosures?patient=1", &ito).await,
        hospital
            .post("/api/v1/bans/forgive", &ito, &json!({"who": "x"}))
            .await,
        hospital
            .call(
                Method::PUT,
                "/api/v1/bandwidth",
                &[("authorization", &bearer)],
                Some(&limit),
            )
            .await,
        hospital
            .put("/api/v1/notices/outlets", &ito, &json!({"smtp": null}))
            .await,
        try_to_sign(&hospital, &ito, &role(ITO.id, "伊藤", "administrator", &[])).await,
    ];
    for answer in refused {
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::FORBIDDEN, "no_duty")
        );
    }
    let rows = hospital.get("/api/v1/audit?event=duty", &sato).await.json();
    let rows = rows["rows"].as_array().unwrap();
    assert!(
        rows.len() >= 4 && rows.iter().all(|row| row["outcome"] == "refused"),
        "{rows:?}"
    );

    // The duty given besides opens that door and no other.
    sign(
        &hospital,
        &sato,
        &role(ITO.id, "伊藤", "practitioner", &["trail"]),
    )
    .await;
    assert_eq!(hospital.get("/api/v1/audit", &ito).await.status, StatusCode::OK);
    let still = hospital
        .post("/api/v1/bans/forgive", &ito, &json!({"who": "x"}))
        .await;
    assert_eq!(still.problem(), "no_duty");

    let last = try_to_sign(&hospital, &sato, &role(SATO.id, "佐藤", "left", &[])).await;
    assert_eq!(last.problem(), "record_refused", "the last administrator stays");
    sign(&hospital, &sato, &role(ITO.id, "伊藤", "administrator", &[])).await;
    sign(&hospital, &ito, &role(SATO.id, "佐藤", "left", &[])).await;
    assert_eq!(hospital.get("/api/v1/audit", &sato).await.problem(), "no_duty");
}

/// R25: whoever lacks pledge or training is reminded, and where the settings require them works with no patient's data until
/// both are there; nobody pledges for another.
#[tokio::test]
async fn r25_without_pledge_and_training_nobody_works_where_they_are_required() {
    let strict = Governance {
        people: Rule::Require,
        ..Governance::default()
    };
    let hospital = Gate::of(held_to(Home::with(&[SATO, ITO]), strict));
    let (sato, ito) = (hospital.sign_in(&SATO).await, hospital.sign_in(&ITO).await);
    let refused = hospital.get("/api/v1/studies", &sato).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (StatusCode::FORBIDDEN, "not_trained")
    );
    assert_eq!(
        hospital.get("/dicomweb/studies", &sato).await.problem(),
        "not_trained"
    );
    assert_eq!(
        hospital.get("/api/v1/session", &sato).await.status,
        StatusCode::OK
    );

    let today = day(&hospital, &sato).await;
    let until = next_year(&today);
    let draft = hospital
        .post(
            "/api/v1/governance/drafts/pledge",
            &sato,
            &json!({"language": "ja"}),
        )
        .await
        .json();
    let pledge = |id: &str, name: &str| json!({"record": "pledge", "person": {"id": id, "name": name}, "text": draft["text"], "until": until});
    let foreign = try_to_sign(&hospital, &sato, &pledge(ITO.id, "伊藤")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    sign(&hospital, &sato, &pledge(SATO.id, "佐藤")).await;
    assert_eq!(
        hospital.get("/api/v1/studies", &sato).await.problem(),
        "not_trained",
        "trained in nothing"
    );

    let training = |on: &str, until: &str| {
        json!({"record": "training", "person": {"id": SATO.id, "name": "佐藤"}, "topic": "個人情報の保護",
               "given_by": "院内研修", "on": on, "until": until})
    };
    sign(&hospital, &sato, &training("2025-01-10", "2026-01-09")).await;
    assert_eq!(
        hospital.get("/api/v1/studies", &sato).await.problem(),
        "not_trained",
        "it ran out"
    );
    sign(&hospital, &sato, &training(&today, &until)).await;
    assert_eq!(
        hospital.get("/api/v1/studies", &sato).await.status,
        StatusCode::OK
    );
    assert_eq!(
        hospital.get("/api/v1/studies", &ito).await.problem(),
        "not_trained"
    );
}

/// R21, R22: every point of the checklist is answered, findings have a remedy and a day and are due until remedied, and the
/// whole leaves as a table; the yearly review is due as well.
#[tokio::test]
async fn r22_a_self_inspection_is_whole_and_its_findings_are_followed_up() {
    let hospital = Gate::with(&[SATO]);
    let sato = hospital.sign_in(&SATO).await;
    let today = day(&hospital, &sato).await;
    let list = hospital.get("/api/v1/governance/checklist", &sato).await.json();
    let mut answers: Vec<Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!({"item": item["word"], "outcome": "fits"}))
        .collect();
    answers[4] = json!({"item": answers[4]["item"], "outcome": "finding", "note": "未読が1件"});
    let inspection = |answers: &[Value]| json!({"record": "inspection", "checklist": list["edition"], "answers": answers, "next": next_year(&today)});
    for wrong in [&answers[..], &answers[1..]] {
        let refused = try_to_sign(&hospital, &sato, &inspection(wrong)).await;
        assert_eq!(refused.problem(), "record_refused");
    }
    answers[4]["remedy"] = "翌日に確認する".into();
    answers[4]["due"] = today.clone().into();
    let signed = sign(&hospital, &sato, &inspection(&answers)).await;
    let states = due(&hospital, &sato).await;
    assert!(states.contains(&("finding".into(), "soon".into())), "{states:?}");
    assert!(!states.iter().any(|(what, _)| what == "inspection"));
    assert!(states.contains(&("review".into(), "missing".into())));

    let item = answers[4]["item"].clone();
    sign(
        &hospital,
        &sato,
        &json!({"record": "remedy", "inspection": signed["id"], "item": item, "done": "確認した"}),
    )
    .await;
    let review = json!({"record": "review", "from": "2025-11-01", "to": today, "conclusions": "おおむね良好", "next": next_year(&today)});
    sign(&hospital, &sato, &review).await;
    let states = due(&hospital, &sato).await;
    assert!(
        !states
            .iter()
            .any(|(what, _)| what == "finding" || what == "review"),
        "{states:?}"
    );
    let table = hospital.get("/api/v1/governance/tables/inspections", &sato).await;
    let text = String::from_utf8(table.body.to_vec()).unwrap();
    assert!(
        text.contains("\"要改善\",\"未読が1件\",\"翌日に確認する\""),
        "{text}"
    );
}

/// R18: a display is of the grade that its figures allow, is looked at every day, and says when it is overdue or failed.
#[tokio::test]
async fn r18_a_display_is_registered_looked_at_and_told_when_overdue() {
    let hospital = Gate::with(&[SATO]);
    let sato = hospital.sign_in(&SATO).await;
    let today = day(&hospital, &sato).await;
    let display = |grade: &str, next: &str| {
        json!({"record": "display", "name": "読影室 左", "model": "EIZO RX370", "width": 1536, "height": 2048,
               "maximum": 2500, "minimum": 8, "ambient": 30, "grade": grade, "measured_with": "内蔵センサー", "next": next})
    };
    let better = try_to_sign(&hospital, &sato, &display("1A", &next_year(&today))).await;
    assert_eq!(better.problem(), "record_refused", "250 cd/m² is no 1A");
    sign(&hospital, &sato, &display("1B", &next_year(&today))).await;
    assert!(
        due(&hospital, &sato)
            .await
            .contains(&("display_check".into(), "missing".into()))
    );
    let check = |passed: bool| json!({"record": "display_check", "name": "読影室 左", "passed": passed});
    sign(&hospital, &sato, &check(false)).await;
    assert!(
        due(&hospital, &sato)
            .await
            .contains(&("display_check".into(), "failed".into()))
    );
    sign(&hospital, &sato, &check(true)).await;
    let states = due(&hospital, &sato).await;
    assert!(
        !states
            .iter()
            .any(|(what, _)| what == "display_check" || what == "constancy"),
        "{states:?}"
    );
    let unknown = json!({"record": "display_check", "name": "別の画面", "passed": true});
    assert_eq!(
        try_to_sign(&hospital, &sato, &unknown).await.problem(),
        "record_refused"
    );
}
