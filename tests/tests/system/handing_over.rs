//! A practice passes to a new owner while its node is killed in the middle, of the offer and of the taking over.
//!
//! Shows R5, R6 and R8 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::time::Duration;

use dokuei_tests::api::Client;
use dokuei_tests::consult;
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::{Pair, find_online};
use dokuei_tests::people::{Person, SUZUKI, TANAKA};
use dokuei_tests::wait;
use serde_json::{Value, json};

/// How long anything here may take on a busy machine.
const SOON: Duration = Duration::from_secs(120);
/// Requests that were taken back: what has ended passes too.
const ENDED: u64 = 6;

/// The dentist who is to own the clinic.
const HEIR: Person = Person {
    id: "kimura",
    name_ja: "木村 良子",
    name_latin: "Kimura Ryoko",
    licence: "dentist",
    number: "567890",
    qualifications: &[],
    passphrase: "tsuki no kage 9 mai",
};

/// The clinic's node comes back, as whoever signs in sees it.
fn again(pair: &mut Pair, person: &Person) -> Client {
    let bootstraps = pair.bootstrap_addresses();
    pair.clinic.start(&bootstraps).unwrap();
    wait::until_ok("her to sign in", SOON, || pair.clinic.sign_in(person)).unwrap()
}

/// Asks for something and kills the node as soon as some of it is done, or all.
fn killed_in(pair: &mut Pair, client: &Client, path: &str, body: &Value, done: impl Fn(&Value) -> bool) {
    let (asking, path, body) = (client.clone(), path.to_owned(), body.clone());
    let asked = std::thread::spawn(move || asking.post::<Value>(&path, &body).is_ok());
    let begun = std::time::Instant::now();
    while begun.elapsed() < SOON {
        if client.get::<Value>("/hand-over").is_ok_and(|view| done(&view)) {
            break;
        }
    }
    pair.clinic.kill();
    println!(
        "{}",
        if asked.join().unwrap() {
            "it was done already"
        } else {
            "in the middle"
        }
    );
}

fn number(of: &Value) -> u64 {
    of.as_u64().unwrap()
}

/// R5, R6, R8: with one case open, one closed and some taken back; killed in the middle of each act it is whole after the next.
#[test]
fn r5_r6_r8_a_practice_passes_though_its_node_is_killed_in_the_middle() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let (study, closed) = pair.accepted(&session, 3, 64).unwrap();
    consult::wait_opened(&session.specialist, &closed, |_, _| ()).unwrap();
    consult::report(&session.specialist, &closed).unwrap();
    consult::wait_state(&session.clinic, &closed, "reported").unwrap();
    consult::read_and_close(&session.clinic, &session.specialist, &closed).unwrap();
    let reader = find_online(&session.clinic, SUZUKI.name_latin).unwrap();
    let ask = || consult::request(&session.clinic, &study, &reader, |_| ()).unwrap();
    for _ in 0..ENDED {
        consult::act(
            &session.clinic,
            &ask(),
            "withdraw",
            &json!({"reason": "取り下げ"}),
        )
        .unwrap();
    }
    let open = ask();
    pair.clinic.stop();
    pair.clinic.enrol_practitioner(&pair.registry, &HEIR).unwrap();
    let heir = again(&mut pair, &HEIR);
    let hers: Value = heir.get("/session").unwrap();
    let tanaka = pair.clinic.sign_in(&TANAKA).unwrap();
    let his: Value = tanaka.get("/session").unwrap();

    let offer = json!({"to": hers["fingerprint"], "reason": "閉院", "passphrase": TANAKA.passphrase});
    killed_in(&mut pair, &tanaka, "/hand-over", &offer, |view| {
        number(&view["mine"]["offered"]) > 0
    });
    let tanaka = again(&mut pair, &TANAKA);
    let view: Value = tanaka.get("/hand-over").unwrap();
    println!("{} of {} were offered", view["mine"]["offered"], ENDED + 2);
    let view: Value = tanaka.post("/hand-over", &offer).unwrap();
    assert_eq!(number(&view["mine"]["offered"]), ENDED + 2);

    let heir = pair.clinic.sign_in(&HEIR).unwrap();
    let proposed: Value = heir.post("/agreements", &json!({"with": reader})).unwrap();
    let accept = format!("/agreements/{}/accept", proposed["id"].as_str().unwrap());
    wait::until_ok("the proposal to be countersigned", SOON, || {
        session.specialist.post::<Value>(&accept, &json!({}))
    })
    .unwrap();
    wait::until("the agreement in force", SOON, || {
        let view: Value = heir.get("/hand-over")?;
        Ok((view["for_me"][0]["lacking"] == json!([])).then_some(()))
    })
    .unwrap();
    let take = json!({"from": his["fingerprint"], "passphrase": HEIR.passphrase});
    killed_in(&mut pair, &heir, "/hand-over/taken", &take, |view| {
        number(&view["mine"]["ended"]) > 0
    });
    let heir = again(&mut pair, &HEIR);
    let view: Value = heir.get("/hand-over").unwrap();
    println!(
        "{} of {} were taken",
        number(&view["mine"]["ended"]) + number(&view["mine"]["open"]),
        ENDED + 2
    );
    if view["for_me"] != json!([]) {
        let _: Value = heir.post("/hand-over/taken", &take).unwrap();
    }
    finishes(&pair, &heir, &session.specialist, (&open, &closed));
}

/// The new owner has what has ended, and ends what is open; her predecessor is refused.
fn finishes(pair: &Pair, heir: &Client, specialist: &Client, (open, closed): (&str, &str)) {
    let view: Value = heir.get("/hand-over").unwrap();
    let all = (number(&view["mine"]["open"]), number(&view["mine"]["ended"]));
    assert_eq!((all, &view["for_me"]), ((1, ENDED + 1), &json!([])));
    let kept: Value = heir.get(&format!("/cases/{closed}")).unwrap();
    assert_eq!(kept["state"], "closed");
    wait::until("the reader to be told", SOON, || {
        let shown: Value = specialist.get(&format!("/cases/{open}"))?;
        Ok((shown["taken_over"][0]["by"]["name_latin"] == HEIR.name_latin).then_some(()))
    })
    .unwrap();
    let tanaka = pair.clinic.sign_in(&TANAKA).unwrap();
    let late = tanaka
        .refused(
            &format!("/cases/{open}/withdraw"),
            &json!({"reason": "もう依頼者ではない"}),
        )
        .unwrap();
    assert_eq!(late.code, "not_found");
    consult::accept(specialist, open).unwrap();
    consult::wait_opened(specialist, open, |_, _| ()).unwrap();
    consult::report(specialist, open).unwrap();
    consult::wait_state(heir, open, "reported").unwrap();
    consult::read_and_close(heir, specialist, open).unwrap();
}
