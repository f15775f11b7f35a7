//! Studies on their way while the keys that they are granted to are replaced, destroyed, or moved to another machine.

use axum::http::StatusCode;
use dokuei_node::service::status::Meeting;
use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::pair::{Pair, address_of};
use crate::support::registry::{SATO, TANAKA};
use crate::support::turned::Turned;

const DAY: i64 = 86_400;

/// A pair whose request was sealed and granted while the hospital was off.
struct Waiting {
    clock: Turned,
    clinic: Gate,
    hospital: Home,
    case: String,
    study: String,
}

impl Waiting {
    async fn new() -> Self {
        let clock = Turned::now();
        let pair = Pair::by(&clock).await;
        pair.agree().await;
        pair.hospital.node.leave().await;
        let case = pair.request().await;
        let Pair {
            clinic,
            hospital,
            study,
            ..
        } = pair;
        Self {
            clock,
            clinic,
            hospital: hospital.close(),
            case,
            study,
        }
    }

    fn path(&self) -> String {
        format!("/api/v1/cases/{}", self.case)
    }
}

async fn meet(hospital: &Gate, clinic: &Gate) {
    let meeting = Meeting {
        listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
        peers: vec![address_of(clinic).await.parse().unwrap()],
        ..Meeting::default()
    };
    hospital.node.join(meeting).await.unwrap();
}

/// Accepts the case as soon as it has come.
async fn accept(hospital: &Gate, sato: &str, path: &str) {
    eventually("the request arrives and is accepted", || async {
        let accepted = hospital.post(&format!("{path}/accept"), sato, &json!({})).await;
        (accepted.status == StatusCode::OK).then_some(())
    })
    .await;
}

async fn transfer(gate: &Gate, token: &str, path: &str, state: &str) -> Value {
    eventually(&format!("the transfer is {state}"), || async {
        let seen = gate.get(path, token).await.json();
        (seen["transfer"]["state"] == state).then_some(seen)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn r19_a_study_granted_to_a_key_that_was_replaced_meanwhile_opens_while_the_overlap_lasts() {
    let waiting = Waiting::new().await;
    let before = waiting.hospital.secrets_of(&SATO).kem.seed.clone();
    waiting.clock.turn(21 * DAY);
    let hospital = Gate::by(waiting.hospital, waiting.clock.clock());
    let path = format!("/api/v1/cases/{}", waiting.case);
    let sato = hospital.sign_in(&SATO).await;
    let secrets = hospital.home.secrets_of(&SATO);
    assert_ne!(secrets.kem.seed, before, "the key was replaced");
    assert_eq!(secrets.retired[0].seed, before);
    // Nobody is signed in at the clinic: there is the first grant only.
    meet(&hospital, &waiting.clinic).await;
    accept(&hospital, &sato, &path).await;
    transfer(&hospital, &sato, &path, "opened").await;
    let study = format!("/api/v1/studies/{}", waiting.study);
    assert_eq!(hospital.get(&study, &sato).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn r19_a_study_granted_to_a_key_that_is_destroyed_waits_and_opens_with_the_senders_next_grant() {
    let waiting = Waiting::new().await;
    let before = waiting.hospital.secrets_of(&SATO).kem.seed.clone();
    let path = waiting.path();
    let mut home = waiting.hospital;
    for days in [21, 31] {
        waiting.clock.turn(days * DAY);
        let hospital = Gate::by(home, waiting.clock.clock());
        hospital.sign_in(&SATO).await;
        home = hospital.close();
        drop(home.store());
    }
    let hospital = Gate::by(home, waiting.clock.clock());
    let sato = hospital.sign_in(&SATO).await;
    let secrets = hospital.home.secrets_of(&SATO);
    let destroyed = secrets.retired.iter().all(|half| half.seed != before);
    assert!(destroyed && secrets.kem.seed != before);

    meet(&hospital, &waiting.clinic).await;
    accept(&hospital, &sato, &path).await;
    let seen = transfer(&hospital, &sato, &path, "awaiting_grant").await;
    assert_eq!(
        seen["transfer"]["done"], seen["transfer"]["total"],
        "all of it is here"
    );
    // The dentist need not be asked: when she is there her node grants it to the key that is listed now.
    let tanaka = waiting.clinic.sign_in(&TANAKA).await;
    assert_eq!(waiting.clinic.get(&path, &tanaka).await.status, StatusCode::OK);
    let opened = transfer(&hospital, &sato, &path, "opened").await;
    assert_eq!(opened["state"], "delivered");
    let study = format!("/api/v1/studies/{}", waiting.study);
    assert_eq!(hospital.get(&study, &sato).await.status, StatusCode::OK);
    waiting.clinic.node.leave().await;
    let rows = format!("{:?}", waiting.clinic.close().store().audit_rows(1, 300).unwrap());
    assert!(rows.contains("again: another key"), "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r20_what_was_sent_to_a_machine_that_moved_meanwhile_reaches_the_new_one() {
    let waiting = Waiting::new().await;
    let path = waiting.path();
    let old = waiting.hospital;
    let old_peer = dokuei_net::peer_id_of(&old.node_key().public()).to_string();
    let new = old.moved();
    let hospital = Gate::by(new, waiting.clock.clock());
    let sato = hospital.sign_in(&SATO).await;
    let tanaka = waiting.clinic.sign_in(&TANAKA).await;
    meet(&hospital, &waiting.clinic).await;
    accept(&hospital, &sato, &path).await;
    transfer(&hospital, &sato, &path, "opened").await;
    transfer(&waiting.clinic, &tanaka, &path, "delivered").await;
    waiting.clinic.node.leave().await;
    let clinic = waiting.clinic.close();
    let left = clinic.store().outbox(Some(&old_peer)).unwrap();
    assert!(
        left.is_empty(),
        "entries wait for a machine that is no more: {left:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_entries_reach_a_machine_whose_key_has_lapsed() {
    let clock = Turned::now();
    let pair = Pair::by(&clock).await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    // Nobody signed in at the hospital for longer than a key lives: it may not be sealed to, and is told all the same.
    clock.turn(31 * DAY);
    let tanaka = pair.clinic.sign_in(&TANAKA).await;
    let path = format!("/api/v1/cases/{case}");
    let proposed = pair
        .clinic
        .post("/api/v1/agreements", &tanaka, &json!({"with": pair.specialist}))
        .await;
    assert_eq!(proposed.status, StatusCode::CREATED, "{:?}", proposed.body);
    let proposal = proposed.json()["id"].clone();
    let sato = pair.hospital.sign_in(&SATO).await;
    eventually("the proposal arrives", || async {
        let agreements = pair.hospital.get("/api/v1/agreements", &sato).await.json();
        let mut agreements = agreements.as_array()?.iter();
        agreements.find(|one| one["id"] == proposal).map(drop)
    })
    .await;
    assert_eq!(pair.clinic.get(&path, &tanaka).await.status, StatusCode::OK);
}
