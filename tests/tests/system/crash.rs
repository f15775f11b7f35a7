//! The power fails in the middle of a transfer.
//!
//! Shows R6 and R17: what is stored stays whole, and no receipt is signed for what is not.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use dokuei_tests::consult;
use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::people::{SUZUKI, TANAKA};
use serde_json::Value;

/// R6, R17: the receiver is killed in mid-transfer and started again; the transfer completes with equal hashes, and
/// until then the sender never sees "delivered".
#[test]
fn r6_r17_a_killed_receiver_goes_on_where_it_was() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let (study, case) = pair.accepted(&session, 300, SIZE).unwrap();
    consult::wait_begun(&session.specialist, &case).unwrap();
    pair.specialist.kill();
    let at_the_sender: Value = session.clinic.get(&format!("/cases/{case}")).unwrap();
    println!("killed while the sender saw {}", at_the_sender["transfer"]);

    pair.specialist.start(&pair.bootstrap_addresses()).unwrap();
    let specialist = pair.specialist.sign_in(&SUZUKI).unwrap();
    consult::wait_opened(&specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &case).unwrap();
    consult::ensure_same(&session.clinic, &specialist, &study).unwrap();
}

/// R6: a sender that is killed with a request under way has lost nothing after its restart.
#[test]
fn r6_a_killed_sender_keeps_its_case_and_delivers() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let (_, case) = pair.requested(&session, 10, SIZE).unwrap();
    pair.clinic.kill();
    pair.clinic.start(&pair.bootstrap_addresses()).unwrap();
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&clinic, &case).unwrap();
}
