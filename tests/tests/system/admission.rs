//! Who is let in: only a node whose certificate this network's registry issued.
//!
//! Shows R17: impersonation and intrusion fail.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::time::Duration;

use dokuei_tests::lab::Lab;
use dokuei_tests::pair::Pair;
use dokuei_tests::people::{Institution, SATO};
use serde_json::Value;

const STRANGER: Institution = Institution {
    role: "stranger",
    name: "どこか歯科",
    code: "1300001",
    passphrase: "dokoka node 2026 kagi",
};

/// R17: a node with a certificate from another registry, and even with practitioners of its own, meets nobody here.
#[test]
fn r17_a_node_of_another_registry_is_not_admitted() {
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    let elsewhere = Lab::new().unwrap();
    let other_registry = elsewhere.registry().unwrap();
    let mut stranger = elsewhere.node(&STRANGER).unwrap();
    stranger.enrol(&other_registry).unwrap();
    stranger.enrol_practitioner(&other_registry, &SATO).unwrap();
    pair.start_bootstraps().unwrap();
    pair.start_nodes().unwrap();
    let session = pair.sign_in().unwrap();
    // The stranger dials the clinic itself, as an intruder who knows its address would.
    let mut doors = pair.bootstrap_addresses();
    doors.extend(pair.clinic.addresses().unwrap());
    stranger.start(&doors).unwrap();
    stranger.sign_in(&SATO).unwrap();
    session.meet().unwrap();
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(stranger.peers().unwrap(), Vec::<String>::new());
    for node in [&pair.clinic, &pair.specialist] {
        assert!(!node.peers().unwrap().contains(&STRANGER.name.to_owned()));
        let directory: Vec<Value> = node.operator().unwrap().get("/directory").unwrap();
        assert!(
            directory.iter().all(|one| one["institution"] != STRANGER.name),
            "{directory:?}"
        );
    }
}

/// R17: a certificate of another key, or under another root, is not installed.
#[test]
fn r17_a_strangers_certificate_is_not_installed() {
    let pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    let elsewhere = Lab::new().unwrap();
    let other_registry = elsewhere.registry().unwrap();
    let visitor = elsewhere.node(&STRANGER).unwrap();
    visitor.init().unwrap();
    let foreign_key = visitor
        .install(&pair.registry, &pair.chains[0])
        .unwrap_err()
        .to_string();
    assert!(!foreign_key.contains("panicked"), "{foreign_key}");
    let wrong_root = pair
        .clinic
        .install(&other_registry, &pair.chains[0])
        .unwrap_err()
        .to_string();
    assert!(!wrong_root.contains("panicked"), "{wrong_root}");
}
