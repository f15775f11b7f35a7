//! A practice passes to a new owner, between two nodes: what is open goes on with her, what has ended is hers to keep, and
//! nothing passes without her own signature.

use axum::http::StatusCode;
use dokuei_identity::revocation::RevocationReason;
use serde_json::{Value, json};

use super::dropping::{World, notices};
use super::duties::{done, opened, refused, report, until};
use super::forwarding::consent;
use crate::support::eventually;
use crate::support::factor::enrol;
use crate::support::gate::Gate;
use crate::support::pair::Pair;
use crate::support::registry::{SATO, SUZUKI, TANAKA};

const HAND_OVER: &str = "/api/v1/hand-over";
const TAKEN: &str = "/api/v1/hand-over/taken";

async fn who(gate: &Gate, token: &str) -> String {
    let me = gate.get("/api/v1/session", token).await.json();
    me["fingerprint"].as_str().unwrap().to_owned()
}

/// The dentist who is to own the practice and the specialist agree.
async fn agree(pair: &Pair) {
    let (clinic, hospital) = (&pair.clinic, &pair.hospital);
    let wanted = json!({"with": pair.specialist});
    let proposed = done(clinic, &pair.suzuki, "/api/v1/agreements", wanted).await;
    let accept = format!("/api/v1/agreements/{}/accept", proposed["id"].as_str().unwrap());
    eventually("the proposal arrives", || async {
        let accepted = hospital.post(&accept, &pair.sato, &json!({})).await;
        (accepted.status == StatusCode::OK).then_some(())
    })
    .await;
    until(
        clinic,
        &pair.suzuki,
        "/api/v1/agreements",
        "it is in force",
        |all| {
            let mut all = all.as_array().unwrap().iter();
            all.any(|one| one["id"] == proposed["id"] && one["state"] == "in_force")
        },
    )
    .await;
}

/// The path of a case that is closed.
async fn closed(pair: &Pair) -> String {
    let path = opened(pair).await;
    let (clinic, tanaka) = (&pair.clinic, &pair.tanaka);
    done(
        &pair.hospital,
        &pair.sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    until(clinic, tanaka, &path, "the report", |case| {
        case["state"] == "reported"
    })
    .await;
    done(clinic, tanaka, &format!("{path}/read"), json!({})).await;
    let close = json!({"patient_informed_by": "田中 花子"});
    done(clinic, tanaka, &format!("{path}/close"), close).await;
    path
}

async fn is_hers(gate: &Gate, token: &str, path: &str) -> bool {
    gate.get(path, token).await.status == StatusCode::OK
}

fn counted(count: &Value) -> [&Value; 3] {
    [&count["open"], &count["ended"], &count["offered"]]
}

/// R5, R8, R12: everything that the old owner has asked for passes by one act of hers and one of the new owner's, confirmed by
/// passphrase and second factor; what waits for an agreement follows it; the reader's report goes to the new owner.
#[tokio::test(flavor = "multi_thread")]
async fn r5_r8_r12_a_practice_passes_with_what_is_open_and_what_has_ended() {
    let pair = Pair::new().await;
    let ended = closed(&pair).await;
    let case = pair.request().await;
    let open = format!("/api/v1/cases/{case}");
    pair.arrived(&case).await;
    let (clinic, tanaka, suzuki) = (&pair.clinic, &pair.tanaka, &pair.suzuki);
    let heir = who(clinic, suzuki).await;
    let shown = clinic.get(HAND_OVER, tanaka).await.json();
    assert_eq!(counted(&shown["mine"]), [1, 1, 0].map(|n| json!(n)).each_ref());
    assert_eq!(shown["candidates"][0]["fingerprint"], heir);
    let shown = clinic.get(&format!("{HAND_OVER}?to={heir}"), tanaka).await.json();
    assert_eq!(shown["mine"]["lacking"][0]["cases"], 1);
    assert_eq!(
        shown["mine"]["lacking"][0]["reader"]["fingerprint"],
        pair.specialist
    );

    let mut codes = enrol(clinic, tanaka, &TANAKA).await;
    let mut offer = json!({"to": heir, "reason": "閉院", "passphrase": "not hers"});
    refused(clinic, tanaka, HAND_OVER, offer.clone()).await;
    offer["passphrase"] = TANAKA.passphrase.into();
    assert_eq!(
        refused(clinic, tanaka, HAND_OVER, offer.clone()).await,
        "second_factor_required"
    );
    let mut elsewhere = offer.clone();
    elsewhere["to"] = pair.specialist.clone().into();
    refused(clinic, tanaka, HAND_OVER, elsewhere).await;
    offer["second_factor"] = json!({"answer": codes.take()});
    let shown = done(clinic, tanaka, HAND_OVER, offer).await;
    assert_eq!(counted(&shown["mine"]), [1, 1, 2].map(|n| json!(n)).each_ref());
    // The reader is told for what it waits; the new owner sees nothing of a patient before she has signed.
    let shown = until(&pair.hospital, &pair.sato, &open, "the offer", |case| {
        !case["hand_over"].is_null()
    })
    .await;
    assert_eq!(shown["hand_over"]["waits_for_me"], true);
    assert!(!is_hers(clinic, suzuki, &ended).await);
    let from = who(clinic, tanaka).await;
    let take = json!({"from": from, "passphrase": SUZUKI.passphrase});
    let shown = done(clinic, suzuki, TAKEN, take.clone()).await;
    assert_eq!(
        counted(&shown["for_me"][0]),
        [1, 0, 1].map(|n| json!(n)).each_ref()
    );
    assert!(is_hers(clinic, suzuki, &ended).await && !is_hers(clinic, tanaka, &ended).await);
    assert!(!is_hers(clinic, suzuki, &open).await, "R8: no agreement yet");

    agree(&pair).await;
    let shown = done(clinic, suzuki, TAKEN, take).await;
    assert_eq!(shown["for_me"], json!([]));
    assert_eq!(counted(&shown["mine"]), [1, 1, 0].map(|n| json!(n)).each_ref());
    goes_on(&pair, &open).await;
}

/// The new owner finishes what her predecessor has begun, who can do nothing more.
async fn goes_on(pair: &Pair, open: &str) {
    let (clinic, tanaka, suzuki) = (&pair.clinic, &pair.tanaka, &pair.suzuki);
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    let shown = until(hospital, sato, open, "it is told", |case| {
        case["taken_over"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    assert_eq!(shown["taken_over"][0]["by"]["name_ja"], SUZUKI.japanese);
    assert_eq!(shown["requester"]["name"], SUZUKI.japanese);
    let withdraw = json!({"reason": "もう依頼者ではない"});
    assert_eq!(
        refused(clinic, tanaka, &format!("{open}/withdraw"), withdraw).await,
        "not_found"
    );
    done(hospital, sato, &format!("{open}/accept"), json!({})).await;
    until(hospital, sato, open, "the study is open", |case| {
        case["transfer"]["state"] == "opened"
    })
    .await;
    done(
        hospital,
        sato,
        &format!("{open}/report"),
        SATO.confirmed(report()),
    )
    .await;
    until(clinic, suzuki, open, "the report is the new owner's", |case| {
        case["state"] == "reported" && case["role"] == "requesting"
    })
    .await;
    done(clinic, suzuki, &format!("{open}/read"), json!({})).await;
    let close = json!({"patient_informed_by": "鈴木 一郎"});
    done(clinic, suzuki, &format!("{open}/close"), close).await;
    until(hospital, sato, open, "the end", |case| case["state"] == "closed").await;
}

/// R5: an offer is taken back, or declined; and nobody takes what is not offered to her.
#[tokio::test(flavor = "multi_thread")]
async fn r5_an_offer_is_taken_back_or_declined() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    let (clinic, tanaka, suzuki) = (&pair.clinic, &pair.tanaka, &pair.suzuki);
    let (from, heir) = (who(clinic, tanaka).await, who(clinic, suzuki).await);
    let take = json!({"from": from, "passphrase": SUZUKI.passphrase});
    assert_eq!(
        refused(clinic, suzuki, TAKEN, take.clone()).await,
        "not_the_successor"
    );
    let offer = json!({"to": heir, "reason": "閉院", "passphrase": TANAKA.passphrase});
    let ended = format!("{HAND_OVER}/ended");
    for (token, with) in [(tanaka, &heir), (suzuki, &from)] {
        done(clinic, tanaka, HAND_OVER, offer.clone()).await;
        done(clinic, token, &ended, json!({"with": with, "reason": "取りやめ"})).await;
        assert_eq!(
            refused(clinic, suzuki, TAKEN, take.clone()).await,
            "not_the_successor"
        );
    }
    let path = format!("/api/v1/cases/{case}");
    assert_eq!(clinic.get(&path, tanaka).await.json()["hand_over"], Value::Null);
}

/// R5, R6, R9, R17: a requester is revoked: her colleague takes over alone, the other node sees for itself that she may, and the
/// urgent finding that waited is acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn r5_r6_r9_r17_a_colleague_takes_over_alone_from_one_who_is_revoked() {
    let mut world = World::new().await;
    world.pair.clinic.node.tell_outside();
    let path = opened(&world.pair).await;
    agree(&world.pair).await;
    let from = who(&world.pair.clinic, &world.pair.tanaka).await;
    let take = json!({"from": from, "passphrase": SUZUKI.passphrase});
    let early = refused(&world.pair.clinic, &world.pair.suzuki, TAKEN, take.clone()).await;
    assert_eq!(early, "not_the_successor");
    let tanaka = world.pair.clinic.home.practitioner_chain(&TANAKA).fingerprint();
    let reason = RevocationReason::CessationOfOperation;
    world.act(|register, _| register.revoke(tanaka, reason)).await;
    let pair = &world.pair;
    let (clinic, suzuki, hospital, sato) = (&pair.clinic, &pair.suzuki, &pair.hospital, &pair.sato);
    let finding = json!({"category": "minutes", "finding": "下顎骨骨折の疑い", "advice": "ただちに口腔外科へ",
        "contact": "03-1111-2222"});
    done(hospital, sato, &format!("{path}/urgent"), finding).await;
    let shown = clinic.get(HAND_OVER, suzuki).await.json();
    assert_eq!(shown["for_me"][0]["lost"]["state"], "revoked");
    eventually("her colleague is told", || async {
        (notices(clinic, suzuki, "to_take_over").await == 1).then_some(())
    })
    .await;
    done(clinic, suzuki, TAKEN, take).await;
    let shown = until(hospital, sato, &path, "it is told and marked", |case| {
        case["taken_over"][0]["lost"] == "revoked" && case["lost"] == json!([])
    })
    .await;
    assert_eq!(shown["taken_over"][0]["by"]["name_ja"], SUZUKI.japanese);
    let shown = until(clinic, suzuki, &path, "the finding", |case| {
        case["urgent"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    let finding = shown["urgent"][0]["entry_id"].as_str().unwrap();
    let note = json!({"by": SUZUKI.japanese, "channel": "telephone", "note": "本日紹介"});
    done(
        clinic,
        suzuki,
        &format!("{path}/urgent/{finding}/acknowledge"),
        note,
    )
    .await;
    done(
        hospital,
        sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    until(clinic, suzuki, &path, "the report", |case| {
        case["state"] == "reported"
    })
    .await;
    let pdf = clinic.get(&format!("{path}/report.pdf"), suzuki).await;
    assert_eq!(pdf.status, StatusCode::OK);
    // R6: a node that comes later never met the one who is lost: it takes what she signed on the word of her successor.
    let third = world.third_of_suzuki().await;
    let (clinic, suzuki) = (&world.pair.clinic, &world.pair.suzuki);
    let second = json!({"kind": "second_opinion", "with": third.fingerprint, "question": "第二の意見",
        "consent": consent()});
    done(clinic, suzuki, &format!("{path}/forward"), second).await;
    third.accept_and_open(&path).await;
    let shown = third.gate.get(&path, &third.kato).await.json();
    assert_eq!(shown["taken_over"][0]["lost"], "revoked");
    let marked = |one: &Value| one["type"] == "request" && one["credential"]["signed_before"] == true;
    assert!(shown["timeline"].as_array().unwrap().iter().any(marked));
}
