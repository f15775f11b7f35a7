//! The register of credentials, from the registry's folder through the bootstraps' mirrors to every node.
//!
//! Shows R4, R17, R19 and R20 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::fs;
use std::time::{Duration, Instant};

use dokuei_tests::api::Client;
use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::people::{Institution, SUZUKI, TANAKA};
use dokuei_tests::process::output;
use dokuei_tests::registry::Registry;
use dokuei_tests::{consult, wait};
use serde_json::Value;

/// How long anything here may take; what it took is printed.
const SOON: Duration = Duration::from_secs(30);

/// A laptop of the clinic.
const LAPTOP: Institution = Institution {
    role: "laptop",
    name: "さくら歯科クリニック 訪問診療",
    code: "1312345679",
    passphrase: "the laptop goes 4 a ride",
};

/// A laptop of the clinic that is switched off.
const SPARE: Institution = Institution {
    role: "spare",
    name: "さくら歯科クリニック 予備機",
    code: "1312345679",
    passphrase: "the spare one 5 sleeps",
};

fn revoke(registry: &Registry, subject: &str, reason: &str) -> Instant {
    let listed = registry.list().unwrap();
    let listed = listed.as_array().unwrap();
    let one = listed
        .iter()
        .find(|one| one["subject"].as_str().unwrap().contains(subject))
        .unwrap();
    let fingerprint = one["fingerprint"].as_str().unwrap();
    output(
        registry
            .command(&format!("revoke {fingerprint} --reason {reason}"))
            .arg("--json"),
    )
    .unwrap();
    Instant::now()
}

/// R4, R17: a practitioner whose credential is revoked loses her session at her own node, and the other node sends her
/// nothing more; what is already there stays readable.
#[test]
fn r4_r17_a_revoked_practitioner_is_shut_out_while_everything_runs() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let study = &pair.phantom(&session.clinic, 3, SIZE).unwrap();
    let reader = session.meet().unwrap();
    for node in [&session.clinic, &session.specialist] {
        wait::until("the register at the node", SOON, || {
            let status: Value = node.get("/status")?;
            Ok((status["register"]["entries"].as_u64() > Some(4)).then_some(()))
        })
        .unwrap();
    }
    let since = revoke(&pair.registry, SUZUKI.name_latin, "privilegeWithdrawn");
    wait::until("her session to end", SOON, || {
        Ok(session.specialist.get::<Value>("/cases").err().map(drop))
    })
    .unwrap();
    println!("her session ended after {:.1} s", since.elapsed().as_secs_f64());
    let body = consult::request_body(study, &reader).unwrap();
    let refused = wait::until("the request to be refused", SOON, || {
        Ok(session.clinic.post::<Value>("/cases", &body).err())
    })
    .unwrap();
    println!("refused: {refused:#}");
    let still: Vec<Value> = session.clinic.get("/studies").unwrap();
    assert_eq!(still.len(), 1);
    let again = pair.specialist.sign_in(&SUZUKI).unwrap_err().to_string();
    assert!(!again.contains("passphrase"), "{again}");
}

/// R19, R20: the lost-laptop drill. The registry revokes the portable node as lost: peers drop it, and the thief who
/// starts it finds that it has destroyed its keys. One that was off destroys them when it is started.
#[test]
fn r19_r20_a_lost_laptop_destroys_its_keys() {
    let mut pair = dokuei_tests::pair::Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.start_bootstraps().unwrap();
    pair.start_nodes().unwrap();
    let bootstraps = pair.bootstrap_addresses();
    let mut laptops = [&LAPTOP, &SPARE].map(|one| pair.lab.node(one).unwrap());
    for laptop in &mut laptops {
        laptop.enrol_as(&pair.registry, "portable").unwrap();
        laptop.type_passphrase();
        laptop.start(&bootstraps).unwrap();
    }
    let [mut laptop, mut spare] = laptops;
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    let address = laptop.address().unwrap();
    let met = |role: &str| -> anyhow::Result<Option<()>> {
        let status: Value = clinic.get("/status")?;
        let peers = status["peers"].as_array().cloned().unwrap_or_default();
        Ok(peers.iter().any(|peer| peer["institution"] == role).then_some(()))
    };
    wait::until("the laptop to be admitted", SOON, || met(LAPTOP.name)).unwrap();
    wait::until("the spare one to be admitted", SOON, || met(SPARE.name)).unwrap();
    spare.stop();
    let [sealed, spared] = [&laptop, &spare].map(|node| node.data_dir().join("node.key"));
    assert!(sealed.is_file() && spared.is_file(), "{address}");

    revoke(&pair.registry, "予備機", "keyCompromise");
    let since = revoke(&pair.registry, "訪問診療", "keyCompromise");
    wait::until("the clinic to drop it", SOON, || {
        Ok(met(LAPTOP.name)?.is_none().then_some(()))
    })
    .unwrap();
    println!("dropped after {:.1} s", since.elapsed().as_secs_f64());
    wait::until("the keys to be destroyed", SOON, || {
        Ok((!sealed.exists()).then_some(()))
    })
    .unwrap();
    println!("keys destroyed after {:.1} s", since.elapsed().as_secs_f64());
    assert!(spared.is_file(), "nobody started it");
    spare.start(&bootstraps).unwrap();
    let since = Instant::now();
    wait::until("the keys of the spare one to be destroyed", SOON, || {
        Ok((!spared.exists()).then_some(()))
    })
    .unwrap();
    println!(
        "the spare one's {:.1} s after its start",
        since.elapsed().as_secs_f64()
    );
    spare.stop();
    laptop.stop();
    let started = laptop.run_command(&bootstraps).unwrap().output().unwrap();
    assert!(!started.status.success());
    assert!(
        fs::read_dir(laptop.data_dir().join("practitioners"))
            .unwrap()
            .next()
            .is_none()
    );
}

/// R20: a laptop that nobody unlocked, whose passphrase came from a file, follows the register and does nothing else.
/// Although each knows where the other is, neither it nor its peers admit each other, it is told of nobody, and nobody
/// signs in; once a passphrase was typed they meet.
#[test]
fn r20_a_laptop_that_nobody_unlocked_is_served_nothing() {
    let mut pair = dokuei_tests::pair::Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.start_bootstraps().unwrap();
    pair.start_nodes().unwrap();
    let mut laptop = pair.lab.node(&LAPTOP).unwrap();
    laptop.enrol_as(&pair.registry, "portable").unwrap();
    laptop.enrol_practitioner(&pair.registry, &TANAKA).unwrap();
    let bootstraps = pair.bootstrap_addresses();
    let list = |node: &Node| format!("{:?}", node.addresses().unwrap());
    laptop.set("peers", &list(&pair.clinic)).unwrap();
    laptop.start(&bootstraps).unwrap();
    // The hospital is started anew to dial the laptop by itself.
    pair.specialist.stop();
    pair.specialist.set("peers", &list(&laptop)).unwrap();
    pair.specialist.start(&bootstraps).unwrap();
    let entries = |node: &Node| -> anyhow::Result<u64> {
        let status: Value = node.operator()?.get("/status")?;
        Ok(status["register"]["entries"].as_u64().unwrap_or_default())
    };
    wait::until("the register at the laptop", SOON, || {
        Ok((entries(&laptop)? > 0 && entries(&laptop)? >= entries(&pair.clinic)?).then_some(()))
    })
    .unwrap();
    pair.sign_in().unwrap().meet().unwrap();
    // Time in which they would meet.
    std::thread::sleep(Duration::from_secs(5));
    let status: Value = laptop.operator().unwrap().get("/status").unwrap();
    assert_eq!(status["refused"]["code"], "not_permitted", "{status}");
    assert_eq!(laptop.peers().unwrap(), Vec::<String>::new());
    for node in [&pair.clinic, &pair.specialist] {
        assert!(!node.peers().unwrap().contains(&LAPTOP.name.to_owned()));
    }
    let known: Vec<Value> = laptop.operator().unwrap().get("/directory").unwrap();
    assert!(known.iter().all(|one| one["online"] == false), "{known:?}");
    let refused = laptop.sign_in(&TANAKA).unwrap_err();
    assert!(format!("{refused:#}").contains("not_permitted"), "{refused:#}");

    laptop.stop();
    laptop.type_passphrase();
    laptop.start(&bootstraps).unwrap();
    wait::until("the laptop to be admitted", SOON, || {
        let met = |node: &Node| Ok::<_, anyhow::Error>(node.peers()?.contains(&LAPTOP.name.to_owned()));
        Ok((met(&pair.clinic)? && met(&pair.specialist)?).then_some(()))
    })
    .unwrap();
    laptop.sign_in(&TANAKA).unwrap();
}

/// R17: a node that was off while somebody was revoked learns it at its next contact, before any case traffic.
#[test]
fn r17_a_node_that_was_off_learns_it_first() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    session.meet().unwrap();
    pair.clinic.kill();
    revoke(&pair.registry, SUZUKI.name_latin, "keyCompromise");
    wait::until("the other node to know it", SOON, || {
        Ok(session.specialist.get::<Value>("/cases").err().map(drop))
    })
    .unwrap();
    pair.clinic.start(&pair.bootstrap_addresses()).unwrap();
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    let entries = |client: &Client| -> anyhow::Result<Option<u64>> {
        let status: Value = client.get("/status")?;
        Ok(status["register"]["entries"].as_u64())
    };
    let operator = pair.specialist.operator().unwrap();
    wait::until("the register at the node that was off", SOON, || {
        Ok((entries(&clinic)? >= entries(operator)?).then_some(()))
    })
    .unwrap();
    let known: Vec<Value> = clinic.get("/directory").unwrap();
    let suzuki = known.iter().find(|one| one["name_latin"] == SUZUKI.name_latin);
    assert!(
        suzuki.is_none_or(|one| one["may_read"] == false),
        "a revoked specialist is still offered: {suzuki:?}"
    );
}
