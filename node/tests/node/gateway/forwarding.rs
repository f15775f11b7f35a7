//! Further readers, at a third node: with the clinic's consent, images that are not sent again, and blind.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::duties::{done, meet, opened, refused, report, until};
use super::heads::{case_bytes, rival};
use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::pair::{Pair, address_of};
use crate::support::registry::{KATO, SATO, TANAKA};

/// A third facility with a specialist, who has met clinic and hospital and has an agreement with one of them.
pub(crate) struct Third {
    pub(crate) gate: Gate,
    pub(crate) kato: String,
    pub(crate) fingerprint: String,
}

impl Third {
    pub(crate) async fn beside(pair: &Pair, asker: &Gate, token: &str) -> Self {
        let home = pair
            .clinic
            .home
            .of_another("画像診断研究所", "1390001111", &[KATO]);
        let gate = Gate::of(home);
        let kato = gate.sign_in(&KATO).await;
        let meeting = dokuei_node::service::status::Meeting {
            listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
            peers: vec![
                address_of(&pair.clinic).await.parse().unwrap(),
                address_of(&pair.hospital).await.parse().unwrap(),
            ],
            ..Default::default()
        };
        gate.node.join(meeting).await.unwrap();
        let me = gate.get("/api/v1/session", &kato).await.json();
        let fingerprint = me["fingerprint"].as_str().unwrap().to_owned();
        for (of, token) in [(&pair.clinic, &pair.tanaka), (&pair.hospital, &pair.sato)] {
            let known = |people: &Value| {
                let mut people = people.as_array().unwrap().iter();
                people.any(|one| one["name_ja"] == KATO.japanese)
            };
            until(of, token, "/api/v1/directory", "she is known", known).await;
        }
        let proposal = json!({"with": fingerprint, "emergency_contact": "03-2222-3333 当直"});
        let proposed = done(asker, token, "/api/v1/agreements", proposal).await;
        assert_eq!(proposed["emergency_contact"], "03-2222-3333 当直");
        let accept = format!("/api/v1/agreements/{}/accept", proposed["id"].as_str().unwrap());
        eventually("the proposal arrives", || async {
            let accepted = gate.post(&accept, &kato, &json!({})).await;
            (accepted.status == StatusCode::OK).then_some(())
        })
        .await;
        until(asker, token, "/api/v1/agreements", "it is in force", |all| {
            let mut all = all.as_array().unwrap().iter();
            all.any(|one| one["id"] == proposed["id"] && one["state"] == "in_force")
        })
        .await;
        Self {
            gate,
            kato,
            fingerprint,
        }
    }

    pub(crate) const fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn token(&self) -> &str {
        &self.kato
    }

    /// Puts her node down and takes it up again.
    async fn again(self, pair: &Pair) -> Self {
        self.gate.node.leave().await;
        let gate = Gate::of({
            let home = self.gate.close();
            drop(home.store());
            home
        });
        let kato = gate.sign_in(&KATO).await;
        meet(&gate, &pair.clinic).await;
        Self { gate, kato, ..self }
    }

    pub(crate) async fn open(&self, path: &str) {
        let accept = format!("{path}/accept");
        eventually("the forward arrives and is accepted", || async {
            let accepted = self.gate.post(&accept, &self.kato, &json!({})).await;
            (accepted.status == StatusCode::OK).then_some(())
        })
        .await;
        until(&self.gate, &self.kato, path, "the images are open", |case| {
            case["transfer"]["state"] == "opened"
        })
        .await;
    }
}

pub(crate) fn consent() -> Value {
    json!({"explained_by": "田中 花子", "explained_at": "2026-04-02T09:00:00+09:00",
        "scope": "別の読影医への画像と報告書の提供"})
}

/// R1, R2, R12: a specialist proposes a second opinion; nothing goes to the third facility before the clinic consents with
/// the patient's consent; the images come from the specialist, though the clinic is off; who signed what stays told.
#[tokio::test(flavor = "multi_thread")]
async fn r1_r2_r12_a_second_opinion_waits_for_consent_and_gets_the_images_from_the_first_reader() {
    let pair = Pair::new().await;
    let path = opened(&pair).await;
    let third = Third::beside(&pair, &pair.hospital, &pair.sato).await;
    let (clinic, hospital) = (&pair.clinic, &pair.hospital);
    let mut wanted = json!({"kind": "second_opinion", "with": third.fingerprint, "question": "悪性の可能性について",
        "consent": consent()});
    let forward = format!("{path}/forward");
    assert_eq!(
        refused(hospital, &pair.sato, &forward, wanted.clone()).await,
        "incomplete"
    );
    assert_eq!(
        refused(clinic, &pair.tanaka, &forward, wanted.clone()).await,
        "no_agreement"
    );
    wanted["consent"] = Value::Null;
    done(hospital, &pair.sato, &forward, wanted).await;
    let shown = until(clinic, &pair.tanaka, &path, "the proposal", |case| {
        case["readers"].as_array().is_some_and(|all| all.len() == 2)
    })
    .await;
    let proposal = &shown["readers"][1];
    assert_eq!(
        (&proposal["consented"], &proposal["kind"]),
        (&json!(false), &json!("second_opinion"))
    );
    assert_eq!(
        third.gate.get(&path, &third.kato).await.status,
        StatusCode::NOT_FOUND
    );

    let entry = proposal["entry_id"].as_str().unwrap();
    let consents = format!("{path}/forwards/{entry}/consent");
    assert_eq!(
        refused(hospital, &pair.sato, &consents, consent()).await,
        "not_the_requester"
    );
    done(clinic, &pair.tanaka, &consents, consent()).await;
    until(
        &third.gate,
        &third.kato,
        "/api/v1/cases",
        "the case is there",
        |cases| cases.as_array().is_some_and(|all| all.len() == 1),
    )
    .await;
    until(hospital, &pair.sato, &path, "the consent is there", |case| {
        case["readers"][1]["consented"] == true
    })
    .await;
    clinic.node.leave().await;
    third.open(&path).await;
    let mine = third
        .gate
        .get(&format!("/api/v1/studies/{}", pair.study), &third.kato)
        .await;
    let own = hospital
        .get(&format!("/api/v1/studies/{}", pair.study), &pair.sato)
        .await;
    assert_eq!(mine.json()["series"], own.json()["series"], "bit for bit");

    let mut opinion = report();
    opinion["impression"] = "悪性所見なし".into();
    done(
        &third.gate,
        &third.kato,
        &format!("{path}/report"),
        KATO.confirmed(opinion),
    )
    .await;
    let shown = until(hospital, &pair.sato, &path, "the opinion", |case| {
        case["reports"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    assert_eq!(shown["reports"][0]["author"], KATO.japanese);
    assert_eq!(shown["reports"][0]["request"], entry);
    assert_eq!(shown["readers"][1]["reported"], true);
    // The consultant's own report is still awaited.
    done(
        hospital,
        &pair.sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    let both = hospital.get(&path, &pair.sato).await.json();
    assert_eq!(both["reports"].as_array().unwrap().len(), 2);
    assert_eq!(both["reports"][1]["author"], SATO.japanese);
}

/// R6, R7: a blind reader is given no other report before she has committed herself to hers; then both are there, and the
/// log shows which came first.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r7_a_blind_reader_sees_the_first_report_only_after_hers() {
    let pair = Pair::new().await;
    let path = opened(&pair).await;
    let third = Third::beside(&pair, &pair.clinic, &pair.tanaka).await;
    let (clinic, hospital) = (&pair.clinic, &pair.hospital);
    let wanted =
        json!({"kind": "blind", "with": third.fingerprint, "question": "独立した読影", "consent": consent()});
    done(clinic, &pair.tanaka, &format!("{path}/forward"), wanted).await;
    third.open(&path).await;
    done(
        hospital,
        &pair.sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    until(clinic, &pair.tanaka, &path, "the first report", |case| {
        case["state"] == "reported"
    })
    .await;
    // What follows it is withheld with it, and does not hold her up.
    done(clinic, &pair.tanaka, &format!("{path}/read"), json!({})).await;
    // She meets both anew, and compares heads with them.
    let third = third.again(&pair).await;
    let query = json!({"question": "過去画像はありますか"});
    done(&third.gate, &third.kato, &format!("{path}/queries"), query).await;
    until(clinic, &pair.tanaka, &path, "they have met", |case| {
        case["queries"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    let shown = third.gate.get(&path, &third.kato).await.json();
    assert_eq!(shown["reports"], json!([]), "nothing is shown");
    assert!(
        !types(&shown).contains(&"report".to_owned()),
        "{:?}",
        types(&shown)
    );

    let mut blind = report();
    blind["impression"] = "歯根嚢胞".into();
    blind["status"] = "preliminary".into();
    let mut blind = KATO.confirmed(blind);
    assert_eq!(
        refused(&third.gate, &third.kato, &format!("{path}/report"), blind.clone()).await,
        "not_now"
    );
    blind["status"] = "final".into();
    done(&third.gate, &third.kato, &format!("{path}/report"), blind).await;
    let shown = until(
        &third.gate,
        &third.kato,
        &path,
        "she sees the other now",
        |case| case["reports"].as_array().is_some_and(|all| all.len() == 2),
    )
    .await;
    assert!(types(&shown).contains(&"blind_commitment".to_owned()));
    let there = until(clinic, &pair.tanaka, &path, "both are at the clinic", |case| {
        case["reports"].as_array().is_some_and(|all| all.len() == 2)
    })
    .await;
    let hers = there["readers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["kind"] == "blind")
        .unwrap();
    assert_eq!(
        (&hers["committed"], &hers["reported"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(there["state"], "reported", "hers is to be read too");
}

/// R6, R17: the first reader signs two reports for one place. The clinic and she herself know; a blind second reader, who meets the
/// clinic after that, is shown neither the proof nor anything of either report, and is not told that there is one.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r17_a_proof_of_two_reports_is_withheld_from_a_blind_reader() {
    let mut pair = Pair::new().await;
    let path = opened(&pair).await;
    let case = path.rsplit('/').next().unwrap().to_owned();
    let third = Third::beside(&pair, &pair.clinic, &pair.tanaka).await;
    let wanted =
        json!({"kind": "blind", "with": third.fingerprint, "question": "独立した読影", "consent": consent()});
    done(&pair.clinic, &pair.tanaka, &format!("{path}/forward"), wanted).await;
    third.open(&path).await;
    done(
        &pair.hospital,
        &pair.sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    until(&pair.clinic, &pair.tanaka, &path, "the first report", |case| {
        case["state"] == "reported"
    })
    .await;
    let key = pair.hospital.home.secrets_of(&SATO).signing;
    pair.clinic.node.leave().await;
    let (clinic, log) = (pair.clinic.close(), case_bytes(&case));
    let store = clinic.store();
    let mut entries = store.entries(&log).unwrap().into_iter();
    let stands = entries.find(|entry| entry.entry_type == "report").unwrap();
    store.append_entry(&rival(stands, &key), &[]).unwrap();
    assert_eq!(store.forks(&log).unwrap().len(), 1);
    drop(store);
    pair.clinic = Gate::of(clinic);
    pair.tanaka = pair.clinic.sign_in(&TANAKA).await;
    pair.clinic
        .node
        .join(dokuei_node::service::status::Meeting {
            listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
            ..Default::default()
        })
        .await
        .unwrap();
    let shown = pair.clinic.get(&path, &pair.tanaka).await.json();
    assert_eq!(
        shown["forks"][0]["who"]["name_ja"], SATO.japanese,
        "{}",
        shown["forks"]
    );
    assert_eq!(shown["frozen"], true);

    let third = third.again(&pair).await;
    until(
        &third.gate,
        &third.kato,
        "/api/v1/directory",
        "they have met",
        |people| {
            let mut people = people.as_array().unwrap().iter();
            people.any(|one| one["name_ja"] == TANAKA.japanese && one["online"] == true)
        },
    )
    .await;
    // They have compared what they have by then, and compare again.
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    let hers = third.gate.get(&path, &third.kato).await.json();
    assert_eq!((&hers["forks"], &hers["frozen"]), (&json!([]), &json!(false)));
    assert_eq!(hers["reports"], json!([]));
    assert!(!types(&hers).contains(&"report".to_owned()));
    third.gate.node.leave().await;
    let store = third.gate.close().store();
    assert!(store.forks(&log).unwrap().is_empty());
    assert!(
        store
            .entries(&log)
            .unwrap()
            .iter()
            .all(|entry| entry.entry_type != "report")
    );
}

fn types(case: &Value) -> Vec<String> {
    let timeline = case["timeline"].as_array().unwrap().iter();
    timeline
        .map(|item| item["type"].as_str().unwrap().to_owned())
        .collect()
}

/// R2, R7: a specialist who declines is replaced: the study is sealed anew for another, who reads in her place.
#[tokio::test(flavor = "multi_thread")]
async fn r2_r7_another_specialist_reads_in_place_of_one_who_declined() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let third = Third::beside(&pair, &pair.clinic, &pair.tanaka).await;
    done(
        &pair.hospital,
        &pair.sato,
        &format!("{path}/decline"),
        json!({"reason": "不在"}),
    )
    .await;
    until(&pair.clinic, &pair.tanaka, &path, "it is declined", |case| {
        case["state"] == "declined"
    })
    .await;
    let wanted = json!({"kind": "alternative", "with": third.fingerprint, "question": "代わりの読影", "consent": consent()});
    let asked = pair
        .clinic
        .post(&format!("{path}/forward"), &pair.tanaka, &wanted)
        .await;
    assert_eq!(asked.status, StatusCode::CREATED, "{:?}", asked.body);
    assert_eq!(asked.json()["state"], "awaiting_acceptance");
    third.open(&path).await;
    done(
        &third.gate,
        &third.kato,
        &format!("{path}/report"),
        KATO.confirmed(report()),
    )
    .await;
    let shown = until(&pair.clinic, &pair.tanaka, &path, "the report", |case| {
        case["state"] == "reported"
    })
    .await;
    assert_eq!(shown["reports"][0]["author"], KATO.japanese);
    assert_eq!(shown["with"]["name_ja"], KATO.japanese);
}
