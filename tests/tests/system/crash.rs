//! The power fails in the middle of a transfer.
//!
//! Shows R6 and R17: what is stored stays whole, and no receipt is signed for what is not.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::time::Duration;

use dokuei_tests::lab::Lab;
use dokuei_tests::people::SUZUKI;
use dokuei_tests::{consult, fixtures, wait};
use serde_json::Value;

/// R6, R17: the receiver is killed in mid-transfer and started again; the transfer completes with equal hashes, and
/// until then the sender never sees "delivered".
#[test]
fn r6_r17_a_killed_receiver_goes_on_where_it_was() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let source = pair.lab.folder().join("source");
    fixtures::phantom(&pair.clinic, &source, 300).unwrap();
    consult::import(&session.clinic, &source, |_| ()).unwrap();
    let study = session.clinic.get::<Vec<Value>>("/studies").unwrap()[0]["study_instance_uid"].clone();
    let study = study.as_str().unwrap();
    let reader = session.meet().unwrap();
    let case = consult::request(&session.clinic, study, &reader, |_| ()).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    let path = format!("/cases/{case}");
    wait::until("the first chunks", Duration::from_secs(60), || {
        let one: Value = session.specialist.get(&path)?;
        Ok((one["transfer"]["done"].as_u64() > Some(0)).then_some(()))
    })
    .unwrap();
    pair.specialist.kill();
    let at_the_sender: Value = session.clinic.get(&path).unwrap();
    println!("killed while the sender saw {}", at_the_sender["transfer"]);

    pair.specialist.start(&pair.bootstrap_addresses()).unwrap();
    let specialist = pair.specialist.sign_in(&SUZUKI).unwrap();
    consult::wait_opened(&specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &case).unwrap();
    assert_eq!(
        consult::hashes(&session.clinic, study).unwrap(),
        consult::hashes(&specialist, study).unwrap()
    );
}

/// R6: a sender that is killed with a request under way has lost nothing after its restart.
#[test]
fn r6_a_killed_sender_keeps_its_case_and_delivers() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let source = pair.lab.folder().join("source");
    fixtures::phantom(&pair.clinic, &source, 10).unwrap();
    consult::import(&session.clinic, &source, |_| ()).unwrap();
    let study = session.clinic.get::<Vec<Value>>("/studies").unwrap()[0]["study_instance_uid"].clone();
    let reader = session.meet().unwrap();
    let case = consult::request(&session.clinic, study.as_str().unwrap(), &reader, |_| ()).unwrap();
    pair.clinic.kill();
    pair.clinic.start(&pair.bootstrap_addresses()).unwrap();
    let clinic = pair.clinic.sign_in(&dokuei_tests::people::TANAKA).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&clinic, &case).unwrap();
}
