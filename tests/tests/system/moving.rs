//! A node moves to new hardware while a study is on its way to it.
//!
//! Shows R6, R17 and R20 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::process::Command;
use std::time::Duration;

use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::people::{HOSPITAL, Institution, SUZUKI};
use dokuei_tests::process::output;
use dokuei_tests::{consult, wait};
use serde_json::Value;

/// How long anything here may take.
const SOON: Duration = Duration::from_secs(60);

/// The same department at its new machine.
const NEW_MACHINE: Institution = Institution {
    role: "new-machine",
    passphrase: "minato node 2027 atarashii",
    ..HOSPITAL
};

/// R6, R17, R20: the reader's node is switched off in mid-transfer and moved. The study goes on to the new machine from
/// where it was and is there once; the old machine does not start, and a copy of its disk, made before the move, says
/// that it was revoked and is admitted by nobody.
#[test]
fn r6_r17_r20_a_study_in_transit_follows_its_reader_to_the_new_machine() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let (study, case) = pair.accepted(&session, 300, SIZE).unwrap();
    consult::wait_begun(&session.specialist, &case).unwrap();
    pair.specialist.stop();
    let disk = pair.lab.folder().join("copy");
    output(
        Command::new("cp")
            .arg("-a")
            .arg(pair.specialist.data_dir())
            .arg(&disk),
    )
    .unwrap();

    let mut new = pair.lab.node(&NEW_MACHINE).unwrap();
    let old = issued(&pair.registry);
    pair.specialist.move_to(&new, &pair.registry).unwrap();
    let revoke = format!("revoke {old} --reason superseded");
    output(&mut pair.registry.command(&revoke)).unwrap();
    let bootstraps = pair.bootstrap_addresses();
    new.start(&bootstraps).unwrap();
    let specialist = new.sign_in(&SUZUKI).unwrap();
    consult::wait_opened(&specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &case).unwrap();
    consult::ensure_same(&session.clinic, &specialist, &study).unwrap();
    assert_eq!(specialist.get::<Vec<Value>>("/studies").unwrap().len(), 1);
    assert_eq!(specialist.get::<Vec<Value>>("/cases").unwrap().len(), 1);
    consult::report(&specialist, &case).unwrap();
    consult::wait_state(&session.clinic, &case, "reported").unwrap();

    // The old machine was told by the move itself.
    let refused = pair
        .specialist
        .run_command(&bootstraps)
        .unwrap()
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && told.contains("moved to another machine"),
        "{told}"
    );
    // A copy of its disk learns it from the register.
    let data = pair.specialist.data_dir();
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::rename(&disk, &data).unwrap();
    pair.specialist.start(&bootstraps).unwrap();
    let operator = pair.specialist.operator().unwrap();
    let status = wait::until("the copy to know that it was revoked", SOON, || {
        let status: Value = operator.get("/status")?;
        Ok(status["refused"].is_object().then_some(status))
    })
    .unwrap();
    assert!(status["peers"].as_array().unwrap().is_empty(), "{status}");
    let said = pair.specialist.cli(&["status"]).unwrap();
    assert!(said.contains("refused") && said.contains("revoked"), "{said}");
}

/// The fingerprint of the hospital's node, as the registry lists it.
fn issued(registry: &dokuei_tests::registry::Registry) -> String {
    let listed = registry.list().unwrap();
    let mut listed = listed.as_array().unwrap().iter();
    let one =
        listed.find(|one| one["kind"] == "node" && one["subject"].as_str().unwrap().contains(HOSPITAL.name));
    one.unwrap()["fingerprint"].as_str().unwrap().to_owned()
}
