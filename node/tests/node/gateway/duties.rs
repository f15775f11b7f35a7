//! What accompanies request and report, between two nodes: doubts, amendments, urgent and incidental findings, the word to
//! the patient, and what is due.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::gate::{Answer, Gate};
use crate::support::pair::{Pair, address_of};
use crate::support::registry::{SATO, TANAKA};
use crate::support::turned::Turned;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The path of a case whose study the specialist has opened.
pub(crate) async fn opened(pair: &Pair) -> String {
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    done(&pair.hospital, &pair.sato, &format!("{path}/accept"), json!({})).await;
    until(&pair.hospital, &pair.sato, &path, "the study is open", |case| {
        case["transfer"]["state"] == "opened"
    })
    .await;
    // The receipt is at the clinic too.
    until(&pair.clinic, &pair.tanaka, &path, "it is delivered", |case| {
        case["state"] == "delivered"
    })
    .await;
    path
}

/// Does one act; gives the answer.
pub(crate) async fn done(gate: &Gate, token: &str, path: &str, body: Value) -> Value {
    let answer = gate.post(path, token, &body).await;
    assert!(answer.status.is_success(), "{path}: {:?}", answer.body);
    answer.json()
}

/// Tries an act that must not be done; gives the code.
pub(crate) async fn refused(gate: &Gate, token: &str, path: &str, body: Value) -> String {
    let answer: Answer = gate.post(path, token, &body).await;
    assert!(answer.status.is_client_error(), "{path}: {:?}", answer.body);
    answer.problem()
}

/// Waits until what is shown is as it should be; gives it.
pub(crate) async fn until(
    gate: &Gate,
    token: &str,
    path: &str,
    what: &str,
    good: impl Fn(&Value) -> bool,
) -> Value {
    eventually(what, || async {
        let answer = gate.get(path, token).await;
        let shown = (answer.status == StatusCode::OK).then(|| answer.json());
        shown.filter(|shown| good(shown))
    })
    .await
}

pub(crate) fn report() -> Value {
    json!({"status": "final", "findings": "下顎右側第一大臼歯根尖に透過像", "impression": "根尖性歯周炎",
        "recommendations": ""})
}

fn id(value: &Value) -> String {
    value["entry_id"].as_str().unwrap().to_owned()
}

async fn session(gate: &Gate, token: &str) -> Value {
    gate.get("/api/v1/session", token).await.json()["fingerprint"].clone()
}

/// R7: a doubt is asked and answered between two nodes, keeps the case from being closed until then, and stays readable.
#[tokio::test(flavor = "multi_thread")]
async fn r7_a_doubt_is_answered_before_the_case_closes() {
    let pair = Pair::new().await;
    let path = opened(&pair).await;
    let (clinic, tanaka, hospital, sato) = (&pair.clinic, &pair.tanaka, &pair.hospital, &pair.sato);
    done(
        hospital,
        sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    until(clinic, tanaka, &path, "the report", |case| {
        case["state"] == "reported"
    })
    .await;
    done(clinic, tanaka, &format!("{path}/read"), json!({})).await;
    let doubt = json!({"question": "透過像は皮質骨を穿孔していますか"});
    done(clinic, tanaka, &format!("{path}/queries"), doubt.clone()).await;
    let close = json!({"patient_informed_by": "田中 花子"});
    assert_eq!(
        refused(clinic, tanaka, &format!("{path}/close"), close.clone()).await,
        "still_open"
    );
    let shown = until(hospital, sato, &path, "the doubt", |case| {
        case["queries"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    let asked = &shown["queries"][0];
    assert_eq!(asked["question"], doubt["question"]);
    assert_eq!((&asked["for_me"], &asked["mine"]), (&json!(true), &json!(false)));
    assert_eq!(asked["about"], shown["reports"][0]["entry_id"]);
    assert_eq!(shown["open"][0]["kind"], "query");
    assert_eq!(shown["open"][0]["mine"], true);

    let answer = format!("{path}/queries/{}/answer", id(asked));
    done(hospital, sato, &answer, json!({"answer": "穿孔は認めません"})).await;
    let shown = until(clinic, tanaka, &path, "the answer", |case| {
        !case["queries"][0]["answer"].is_null()
    })
    .await;
    assert_eq!(shown["queries"][0]["answer"]["text"], "穿孔は認めません");
    assert_eq!(shown["open"], json!([]));
    assert_eq!(
        refused(hospital, sato, &answer, json!({"answer": "もう一度"})).await,
        "not_now"
    );
    done(clinic, tanaka, &format!("{path}/close"), close).await;
    until(hospital, sato, &path, "the end", |case| case["state"] == "closed").await;
}

/// R6, R7: a final report is amended twice, each time for a reason: three versions stay readable with author, time, reason
/// and what changed; the requester reads each anew, and the archives of her house are to have each.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r7_two_amendments_leave_three_readable_versions_and_are_read_anew() {
    let pair = Pair::new().await;
    let path = opened(&pair).await;
    let (clinic, tanaka, hospital, sato) = (&pair.clinic, &pair.tanaka, &pair.hospital, &pair.sato);
    let amend = format!("{path}/amend");
    let early = json!({"kind": "amended", "reason": "x", "findings": "x", "impression": "x"});
    let early = SATO.confirmed(early);
    assert_eq!(refused(hospital, sato, &amend, early).await, "no_report");
    done(
        hospital,
        sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    until(clinic, tanaka, &path, "the report", |case| {
        case["state"] == "reported"
    })
    .await;
    done(clinic, tanaka, &format!("{path}/read"), json!({})).await;
    until(hospital, sato, &path, "it is read", |case| {
        case["state"] == "read"
    })
    .await;

    let mut text = SATO.confirmed(report());
    text["kind"] = "addendum".into();
    text["reason"] = "過去画像との比較を追加".into();
    text["impression"] = "歯根嚢胞".into();
    assert_eq!(
        refused(hospital, sato, &amend, text.clone()).await,
        "not_an_addendum"
    );
    text["impression"] = "根尖性歯周炎\n前回より縮小".into();
    done(hospital, sato, &amend, text.clone()).await;
    let mut wrong = text.clone();
    wrong["reason"] = "".into();
    assert_eq!(refused(hospital, sato, &amend, wrong).await, "incomplete");
    text["kind"] = "amended".into();
    text["reason"] = "歯式の誤記".into();
    text["findings"] = "下顎右側第二大臼歯根尖に透過像".into();
    done(hospital, sato, &amend, text).await;

    let shown = until(clinic, tanaka, &path, "both amendments", |case| {
        case["reports"].as_array().is_some_and(|all| all.len() == 3)
    })
    .await;
    let versions = shown["reports"].as_array().unwrap();
    let statuses: Vec<_> = versions
        .iter()
        .map(|one| one["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["final", "appended", "amended"]);
    assert_eq!(versions[1]["reason"], "過去画像との比較を追加");
    assert_eq!(versions[2]["predecessor"], versions[1]["entry_id"]);
    assert_eq!(versions[2]["changed"][0]["field"], "findings");
    assert_eq!(versions[2]["changed"][0]["before"], report()["findings"]);
    assert!(
        versions
            .iter()
            .all(|one| one["author"] == SATO.japanese && one["signed_at"].is_string())
    );
    assert!(versions[0]["read_at"].is_string() && versions[2]["read_at"].is_null());
    assert_eq!(shown["state"], "reported", "it is to be read again");
    assert_eq!(shown["report"], json!({"status": "amended", "version": 3}));
    let close = json!({"patient_informed_by": "田中 花子"});
    assert_eq!(
        refused(clinic, tanaka, &format!("{path}/close"), close.clone()).await,
        "not_now"
    );
    for kind in ["pdf", "dcm"] {
        let answer = clinic.get(&format!("{path}/report.{kind}"), tanaka).await;
        assert_eq!(answer.status, StatusCode::OK, "{kind}: {:?}", answer.body);
    }
    done(clinic, tanaka, &format!("{path}/read"), json!({})).await;
    let informed = json!({"by": "田中 花子", "note": "結果を説明"});
    done(clinic, tanaka, &format!("{path}/informed"), informed).await;
    let shown = until(hospital, sato, &path, "the word to the patient", |case| {
        case["informed"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    assert_eq!(shown["informed"][0]["by"], "田中 花子");
    assert!(shown["reports"][2]["informed_at"].is_string());
    done(clinic, tanaka, &format!("{path}/close"), close).await;
}

/// R10: an incidental finding is an item with an owner and a day; the case does not close before its outcome, and both
/// sides see that it is overdue.
#[tokio::test(flavor = "multi_thread")]
async fn r10_an_incidental_finding_is_followed_until_its_outcome() {
    let clock = Turned::now();
    let pair = Pair::by(&clock).await;
    let path = opened(&pair).await;
    let (clinic, tanaka, hospital, sato) = (&pair.clinic, &pair.tanaka, &pair.hospital, &pair.sato);
    let incidental = format!("{path}/incidental");
    let mut item = json!({"finding": "上顎洞粘膜肥厚", "advice": "耳鼻咽喉科へ紹介", "due": "yesterday"});
    assert_eq!(
        refused(hospital, sato, &incidental, item.clone()).await,
        "bad_field"
    );
    item["due"] = dokuei_node::clock::rfc3339(clock.at().plus(40 * 60)).into();
    done(hospital, sato, &incidental, item).await;
    done(
        hospital,
        sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    let shown = until(clinic, tanaka, &path, "report and item", |case| {
        case["incidental"].as_array().is_some_and(|all| all.len() == 1) && case["state"] == "reported"
    })
    .await;
    let item = &shown["incidental"][0];
    assert_eq!((&item["mine"], &item["overdue"]), (&json!(true), &json!(false)));
    done(clinic, tanaka, &format!("{path}/read"), json!({})).await;
    let close = json!({"patient_informed_by": "田中 花子"});
    assert_eq!(
        refused(clinic, tanaka, &format!("{path}/close"), close.clone()).await,
        "still_open"
    );

    clock.turn(45 * MINUTE);
    // Turned further than a session lasts without use.
    let (tanaka, sato) = (clinic.sign_in(&TANAKA).await, hospital.sign_in(&SATO).await);
    for (gate, token, mine) in [(clinic, &tanaka, true), (hospital, &sato, false)] {
        let due = until(gate, token, "/api/v1/duties", "it is overdue and told", |due| {
            let mut all = due.as_array().unwrap().iter();
            all.any(|one| one["duty"] == "see_to" && one["stage"] == "warn" && one["told_at"].is_string())
        })
        .await;
        let due = due
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["duty"] == "see_to")
            .unwrap();
        assert_eq!(due["mine"], mine);
        let rows = gate.get("/api/v1/cases", token).await.json();
        assert_eq!(rows[0]["overdue"], 1, "{rows}");
    }
    let resolve = format!("{incidental}/{}/resolve", id(item));
    let outcome = json!({"resolution": "referred", "note": "青空耳鼻科へ紹介状"});
    assert_eq!(
        refused(hospital, &sato, &resolve, outcome.clone()).await,
        "not_the_requester"
    );
    done(clinic, &tanaka, &resolve, outcome).await;
    done(clinic, &tanaka, &format!("{path}/close"), close).await;
    let shown = until(hospital, &sato, &path, "the end", |case| {
        case["state"] == "closed"
    })
    .await;
    assert_eq!(shown["incidental"][0]["resolved"]["resolution"], "referred");
    assert_eq!(shown["overdue"], 0);
}

/// R9: while the clinic is off its reader is warned, shown whom to call, and told again when nobody answers; each once,
/// though her node is put down in between. When the clinic is back its alarm goes on until a person acknowledges, once.
#[tokio::test(flavor = "multi_thread")]
async fn r9_an_urgent_finding_alarms_until_a_person_acknowledges_and_its_escalation_comes_once() {
    let clock = Turned::now();
    let pair = Pair::by(&clock).await;
    let path = opened(&pair).await;
    let Pair {
        clinic,
        hospital,
        sato,
        ..
    } = pair;
    clinic.node.leave().await;
    let clinic = clinic.close();
    drop(clinic.store());
    let finding = json!({"category": "minutes", "finding": "下顎骨骨髄炎の疑い、気道狭窄", "advice": "直ちに口腔外科へ",
        "contact": "03-0000-1111"});
    let row = done(&hospital, &sato, &format!("{path}/urgent"), finding.clone()).await;
    assert_eq!(row["alarm"], true);
    let listed = hospital.get("/api/v1/urgent", &sato).await.json();
    assert_eq!(listed[0]["finding"], finding["finding"]);
    assert!(listed[0]["stage"].is_null() && listed[0]["acknowledged"].is_null());
    assert_ne!(listed[0]["delivery"]["state"], "delivered");

    let due = |stage: &'static str| {
        move |due: &Value| {
            let mut all = due.as_array().unwrap().iter();
            all.any(|one| one["duty"] == "acknowledge" && one["stage"] == stage && one["told_at"].is_string())
        }
    };
    clock.turn(16 * MINUTE);
    let sato = hospital.sign_in(&SATO).await;
    until(
        &hospital,
        &sato,
        "/api/v1/duties",
        "the reader is warned",
        due("warn"),
    )
    .await;
    clock.turn(DAY);
    let sato = hospital.sign_in(&SATO).await;
    let told = until(
        &hospital,
        &sato,
        "/api/v1/duties",
        "everybody is told",
        due("escalate"),
    )
    .await;
    let contacts = told[0]["contacts"].as_array().unwrap();
    assert!(
        contacts.iter().any(|one| one["text"] == "03-0000-1111"),
        "{contacts:?}"
    );
    assert!(
        contacts.iter().any(|one| one["kind"] == "emergency"),
        "{contacts:?}"
    );

    hospital.node.leave().await;
    let hospital = Gate::by(hospital.close(), clock.clock());
    listen(&hospital).await;
    let sato = hospital.sign_in(&SATO).await;
    let again = until(
        &hospital,
        &sato,
        "/api/v1/duties",
        "it is known again",
        due("escalate"),
    )
    .await;
    assert_eq!(again[0]["told_at"], told[0]["told_at"], "told once");

    let clinic = Gate::by(clinic, clock.clock());
    let tanaka = clinic.sign_in(&TANAKA).await;
    meet(&clinic, &hospital).await;
    let alarm = until(&clinic, &tanaka, "/api/v1/urgent", "the alarm", |all| {
        all.as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    assert_eq!(
        (&alarm[0]["stage"], &alarm[0]["finding"]),
        (&json!("escalate"), &finding["finding"])
    );
    let withdraw = json!({"reason": "転院"});
    assert_eq!(
        refused(&clinic, &tanaka, &format!("{path}/withdraw"), withdraw).await,
        "still_open"
    );
    let acknowledge = format!("{path}/urgent/{}/acknowledge", id(&alarm[0]));
    let note = json!({"by": "受付 山本", "channel": "telephone", "note": "救急搬送を手配"});
    assert_eq!(
        refused(&hospital, &sato, &acknowledge, note.clone()).await,
        "not_the_requester"
    );
    assert_eq!(
        refused(
            &clinic,
            &tanaka,
            &acknowledge,
            json!({"by": "", "channel": "screen"})
        )
        .await,
        "incomplete"
    );
    let row = done(&clinic, &tanaka, &acknowledge, note.clone()).await;
    assert_eq!(row["alarm"], false);
    assert_eq!(
        refused(&clinic, &tanaka, &acknowledge, note).await,
        "not_now",
        "once"
    );
    let known = until(&hospital, &sato, "/api/v1/urgent", "the acknowledgement", |all| {
        all[0]["acknowledged"].is_object()
    })
    .await;
    assert_eq!(known[0]["acknowledged"]["by"], "受付 山本");

    hospital.node.leave().await;
    let rows = hospital.close().store().audit_rows(0, 10_000).unwrap();
    for stage in ["warn", "escalate"] {
        let named = format!("acknowledge {stage}");
        let told = rows
            .iter()
            .filter(|row| row.event.action == "deadline" && row.event.outcome.starts_with(&named));
        assert_eq!(told.count(), 1, "{stage}");
    }
}

/// R9, R10: findings are told by the reader who has the images and by nobody else; the owner of an item takes part.
#[tokio::test(flavor = "multi_thread")]
async fn r9_r10_only_the_reader_who_has_the_images_tells_of_findings() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let urgent = json!({"category": "hours", "finding": "x", "advice": "x", "contact": "x"});
    let tell = format!("{path}/urgent");
    assert_eq!(
        refused(&pair.hospital, &pair.sato, &tell, urgent.clone()).await,
        "not_now"
    );
    let code = refused(&pair.clinic, &pair.tanaka, &tell, urgent.clone()).await;
    assert_eq!(code, "not_qualified");
    let suzuki = pair.clinic.post(&tell, &pair.suzuki, &urgent).await;
    assert_eq!(
        suzuki.status,
        StatusCode::NOT_FOUND,
        "a colleague has no part in it"
    );
    let item = json!({"finding": "x", "advice": "x", "due": "2099-01-01T00:00:00Z",
        "owner": session(&pair.clinic, &pair.suzuki).await});
    let code = refused(&pair.hospital, &pair.sato, &format!("{path}/incidental"), item).await;
    assert!(["not_now", "not_a_party"].contains(&code.as_str()), "{code}");
}

async fn listen(gate: &Gate) {
    let listen = dokuei_node::service::status::Meeting {
        listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
        ..Default::default()
    };
    gate.node.join(listen).await.unwrap();
}

pub(crate) async fn meet(one: &Gate, other: &Gate) {
    let meeting = dokuei_node::service::status::Meeting {
        listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
        peers: vec![address_of(other).await.parse().unwrap()],
        ..Default::default()
    };
    one.node.join(meeting).await.unwrap();
}
