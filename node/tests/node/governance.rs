//! How the house runs its node: documents, duties, people, inspections, displays and incidents, as signed records.

mod deletion;
mod erasing;
mod people;
mod retention;

use axum::http::StatusCode;
use dokuei_node::config::{Config, Governance, Rule};
use dokuei_node::service::storage_key;
use serde_json::{Value, json};

use crate::support::NODE_PASSPHRASE;
use crate::support::gate::{Answer, Gate};
use crate::support::home::Home;
use crate::support::pair::Pair;
use crate::support::program::{dokuei, passphrase_file};
use crate::support::registry::{ITO, SATO, TANAKA};

const RECORDS: &str = "/api/v1/governance/records";

/// Signs a statement; it must be taken.
async fn sign(gate: &Gate, token: &str, statement: &Value) -> Value {
    let answer = try_to_sign(gate, token, statement).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    answer.json()
}

async fn try_to_sign(gate: &Gate, token: &str, statement: &Value) -> Answer {
    gate.post(RECORDS, token, statement).await
}

/// The draft of a document with every fact of the house.
async fn draft(gate: &Gate, token: &str, kind: &str) -> Value {
    let facts = json!({
        "institution": "山田歯科医院", "manager": "山田 一郎", "administrator": "田中 花子",
        "contact": "03-1234-5678", "devices": "診察室のパソコン1台", "record_years": 5, "image_years": 5,
    });
    let answer = gate
        .post(
            &format!("/api/v1/governance/drafts/{kind}"),
            token,
            &json!({"language": "ja", "facts": facts}),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.json()
}

/// Signs all three documents.
async fn sign_documents(gate: &Gate, token: &str) {
    for kind in ["management", "security", "incident"] {
        let policy = draft(gate, token, kind).await;
        sign(gate, token, &policy).await;
    }
}

async fn due(gate: &Gate, token: &str) -> Vec<(String, String)> {
    let view = gate.get("/api/v1/governance", token).await.json();
    let due = view["due"].as_array().unwrap().iter();
    due.map(|one| {
        let word = |name: &str| one[name].as_str().unwrap().to_owned();
        (word("what"), word("state"))
    })
    .collect()
}

/// The same node, held to what was signed.
fn held_to(home: Home, governance: Governance) -> Home {
    let mut config = Config::read(&home.dir).unwrap();
    config.governance = governance;
    config.write(&home.dir).unwrap();
    home
}

/// R11: a document is drafted from the facts of the house, signed by whoever answers for it, read by the others, and made
/// anew by its next version; nothing with an open place in it is signed, and what is signed stays.
#[tokio::test]
async fn r11_documents_are_drafted_signed_read_and_made_anew() {
    let hospital = Gate::with(&[SATO, ITO]);
    let (sato, ito) = (hospital.sign_in(&SATO).await, hospital.sign_in(&ITO).await);
    assert!(
        due(&hospital, &sato)
            .await
            .contains(&("policy".into(), "missing".into()))
    );

    let open = hospital
        .post("/api/v1/governance/drafts/management", &sato, &json!({}))
        .await
        .json();
    assert!(open["text"].as_str().unwrap().contains("＿＿＿＿"));
    let refused = try_to_sign(&hospital, &sato, &open).await;
    assert_eq!(refused.problem(), "record_refused", "something is not filled in");

    sign_documents(&hospital, &sato).await;
    let states = due(&hospital, &sato).await;
    assert!(!states.iter().any(|(what, _)| what == "policy"), "{states:?}");
    let of_ito = hospital.get("/api/v1/governance/me", &ito).await.json();
    assert_eq!(of_ito["due"][0]["what"], "acknowledgement", "{of_ito}");

    let all = hospital.get(RECORDS, &ito).await.json();
    for record in all.as_array().unwrap() {
        let read = json!({"record": "acknowledgement", "policy": record["id"]});
        sign(&hospital, &ito, &read).await;
    }
    let of_ito = hospital.get("/api/v1/governance/me", &ito).await.json();
    assert!(
        of_ito["due"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["what"] != "acknowledgement")
    );

    // The next version must be the next, knows the facts, and is to be read again.
    let again = hospital
        .post("/api/v1/governance/drafts/security", &sato, &json!({}))
        .await
        .json();
    assert_eq!(
        (again["version"].as_u64(), &again["facts"]["manager"]),
        (Some(2), &json!("山田 一郎"))
    );
    let mut first = again.clone();
    first["version"] = 1.into();
    assert_eq!(
        try_to_sign(&hospital, &sato, &first).await.problem(),
        "record_refused"
    );
    let second = sign(&hospital, &sato, &again).await;
    let of_ito = hospital.get("/api/v1/governance/me", &ito).await.json();
    assert_eq!(of_ito["due"][0]["what"], "acknowledgement", "{of_ito}");

    let paper = hospital
        .get(
            &format!("{RECORDS}/{}/paper.pdf", second["id"].as_str().unwrap()),
            &ito,
        )
        .await;
    assert!(paper.status != StatusCode::OK || paper.body.starts_with(b"%PDF-1.7"));
    let table = hospital.get("/api/v1/governance/tables/records", &ito).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        String::from_utf8_lossy(&table.body).lines().count(),
        8,
        "a heading and seven records"
    );

    // A node that is opened anew reads the same chain; one whose end was cut off says so.
    let kept = hospital.get(RECORDS, &sato).await.json();
    let home = hospital.close();
    let again = Gate::of(home);
    let sato = again.sign_in(&SATO).await;
    assert_eq!(again.get(RECORDS, &sato).await.json(), kept);
    let home = again.close();
    cut_the_last(&home);
    let cut = Gate::of(home);
    let sato = cut.sign_in(&SATO).await;
    let told = cut.get("/api/v1/governance", &sato).await;
    assert_eq!(told.problem(), "records_damaged");
    let trail = cut.get("/api/v1/audit?event=duty", &sato).await;
    assert_eq!(
        trail.json()["rows"][0]["outcome"],
        "records_damaged",
        "whoever looks into it can"
    );
}

/// R11: records that do not hold end no incident that stands in what still holds of them, and give nobody a duty; whoever
/// looks into it may read the trail.
#[tokio::test]
async fn r11_damaged_records_lift_no_freeze_and_give_no_duty() {
    let hospital = Gate::with(&[SATO]);
    let sato = hospital.sign_in(&SATO).await;
    let today = hospital.get("/api/v1/governance", &sato).await.json()["today"].clone();
    let incident = json!({"record": "incident", "what": "端末の紛失", "noticed": today, "personal_data": false, "malice": false});
    let begun = sign(&hospital, &sato, &incident).await;
    let note = json!({"record": "response", "incident": begun["id"], "step": "note", "what": "探している"});
    sign(&hospital, &sato, &note).await;
    let home = hospital.close();
    cut_the_last(&home);
    let cut = Gate::of(home);
    let sato = cut.sign_in(&SATO).await;
    let error = cut.node.may_begin(&session(&cut, &sato)).unwrap_err();
    assert_eq!(error.code(), "node_frozen");
    let forgiven = cut
        .post("/api/v1/bans/forgive", &sato, &json!({"who": "x"}))
        .await;
    assert_eq!(forgiven.problem(), "records_damaged");
    assert_eq!(cut.get("/api/v1/audit", &sato).await.status, StatusCode::OK);
}

/// As an insider with the key of the database would.
fn cut_the_last(home: &Home) {
    let sql = "DROP TRIGGER attestations_are_never_deleted;
               DELETE FROM attestations WHERE number = (SELECT max(number) FROM attestations);";
    drop(home.store());
    dokuei_store::as_an_insider(home.dir.root(), &storage_key(home.secrets()), sql).unwrap();
}

/// R11: where the settings require it, no consultation begins without documents in force; with them it does.
#[tokio::test(flavor = "multi_thread")]
async fn r11_without_documents_no_consultation_begins_where_they_are_required() {
    let strict = Governance {
        policies: Rule::Require,
        ..Governance::default()
    };
    let clinic = Gate::of(held_to(Home::with(&[TANAKA]), strict));
    let tanaka = clinic.sign_in(&TANAKA).await;
    let view = clinic.get("/api/v1/governance", &tanaka).await.json();
    assert_eq!(
        (&view["policies_required"], &view["practice"]),
        (&json!(true), &json!(false))
    );
    let error = clinic.node.may_begin(&session(&clinic, &tanaka)).unwrap_err();
    assert_eq!(error.code(), "policy_missing");
    sign_documents(&clinic, &tanaka).await;
    clinic.node.may_begin(&session(&clinic, &tanaka)).unwrap();
    let rows = clinic.get("/api/v1/audit?event=governance", &tanaka).await.json();
    assert_eq!(rows["rows"][0]["object"], "policy_missing", "{rows}");
}

fn session(gate: &Gate, token: &str) -> std::sync::Arc<dokuei_node::service::session::Session> {
    gate.node.sessions().find(token, gate.node.now()).unwrap()
}

/// R11, R17: from the beginning of an incident nothing of a study is sent or received; what is here can be read; after the end
/// it goes on. The limits for reporting a leak run.
#[tokio::test(flavor = "multi_thread")]
async fn r11_an_incident_stops_studies_until_it_is_over() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    let today = hospital.get("/api/v1/governance", sato).await.json()["today"].clone();
    let incident = json!({"record": "incident", "what": "訓練ではない：端末の紛失", "noticed": today,
                          "personal_data": true, "malice": false});
    let begun = sign(hospital, sato, &incident).await;
    let states = due(hospital, sato).await;
    for what in ["incident", "first_report", "final_report"] {
        assert!(
            states.contains(&(what.into(), "missing".into())),
            "{what}: {states:?}"
        );
    }
    let path = format!("/api/v1/cases/{case}");
    let accept = hospital.post(&format!("{path}/accept"), sato, &json!({})).await;
    assert_eq!(accept.problem(), "node_frozen");
    let consent =
        json!({"explained_by": "佐藤", "explained_at": "2026-11-01T09:00:00+09:00", "scope": "読影"});
    let forward = json!({"kind": "second_opinion", "with": "11".repeat(32), "question": "?"});
    let attempts = [
        (format!("{path}/forwards/{}/consent", "11".repeat(32)), consent),
        (format!("{path}/forward"), forward),
        (
            "/api/v1/archives/PACS/fetch".into(),
            json!({"study_instance_uid": "1.2"}),
        ),
        ("/api/v1/studies/1.2/send".into(), json!({"to": "PACS"})),
        (format!("{path}/send-report"), json!({"to": "PACS"})),
        ("/api/v1/studies/1.2/export".into(), json!({"path": "/tmp/x"})),
    ];
    for (place, body) in attempts {
        let refused = hospital.post(&place, sato, &body).await;
        assert_eq!(refused.problem(), "node_frozen", "{place}");
    }
    assert_eq!(
        hospital.get(&path, sato).await.status,
        StatusCode::OK,
        "reading goes on"
    );

    let step = |step: &str| json!({"record": "response", "incident": begun["id"], "step": step, "what": "委員会へ速報"});
    sign(hospital, sato, &step("first_report")).await;
    sign(hospital, sato, &step("end")).await;
    let over = try_to_sign(hospital, sato, &step("end")).await;
    assert_eq!(over.problem(), "record_refused");
    let accept = hospital.post(&format!("{path}/accept"), sato, &json!({})).await;
    assert_eq!(accept.status, StatusCode::OK, "{:?}", accept.body);
    let left = due(hospital, sato).await;
    assert!(
        left.contains(&("final_report".into(), "missing".into())),
        "{left:?}"
    );
    assert!(
        !left
            .iter()
            .any(|(what, _)| what == "first_report" || what == "incident")
    );
}

/// R11, R21, R22: the doctor fails without signed documents, says what is missing, and asks nothing of a node for practice.
#[test]
fn r11_the_doctor_fails_without_documents_and_says_what_is_missing() {
    let home = Home::with(&[TANAKA]);
    let root = home.dir.root();
    let phrase = passphrase_file(root, NODE_PASSPHRASE);
    let arguments = ["doctor", "--json", "--passphrase-file", phrase.to_str().unwrap()];
    let looked = dokuei(root, &arguments);
    assert_eq!(looked.code, Some(1), "{looked:?}");
    for (sentence, clause) in [
        ("運用管理規程 is missing", "documents"),
        ("nobody is named as administrator", "administrator"),
        ("the training of 田中 花子 is missing", "training"),
        ("the yearly review is missing", "review"),
    ] {
        assert!(looked.out.contains(sentence), "{clause}: {}", looked.out);
    }
    let practice = Governance {
        practice: true,
        ..Governance::default()
    };
    let home = held_to(home, practice);
    let looked = dokuei(home.dir.root(), &arguments);
    assert!(!looked.out.contains("運用管理規程"), "{}", looked.out);
}
