//! What changes at the registry while nodes are off, and nodes that no network reaches.
//!
//! Shows R17 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::path::Path;
use std::time::{Duration, Instant};

use dokuei_tests::api::Client;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::pair::Pair;
use dokuei_tests::people::{CLINIC, HOSPITAL, Institution, SATO, SUZUKI};
use dokuei_tests::process::output;
use dokuei_tests::registry::Registry;
use dokuei_tests::wait;
use serde_json::Value;

/// How long anything here may take on a busy machine; what it took is printed.
const SOON: Duration = Duration::from_secs(120);

/// A clinic that joins when everything has changed.
const LATER: Institution = Institution {
    role: "later",
    name: "みどり歯科",
    code: "1312345685",
    passphrase: "late but 4 good reasons",
};

/// The fingerprint of what was issued to this subject last.
fn issued(registry: &Registry, subject: &str) -> String {
    let listed = registry.list().unwrap();
    let mut found = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["subject"].as_str().unwrap().contains(subject));
    let last = found.next_back().unwrap();
    last["fingerprint"].as_str().unwrap().to_owned()
}

fn revoke(registry: &Registry, subject: &str, reason: &str) {
    let words = format!("revoke {} --reason {reason}", issued(registry, subject));
    registry.json(&words).unwrap();
}

fn entries(client: &Client) -> anyhow::Result<u64> {
    let status: Value = client.get("/status")?;
    Ok(status["register"]["entries"].as_u64().unwrap_or_default())
}

/// How many entries the registry has published.
fn published(registry: &Registry) -> u64 {
    let note = std::fs::read_to_string(registry.register().join("checkpoint")).unwrap();
    note.lines().nth(1).unwrap().parse().unwrap()
}

fn catches_up(node: &Node, when: &str, registry: &Registry) {
    let (since, size) = (Instant::now(), published(registry));
    let role = node.institution().role;
    wait::until(&format!("the register at {role} {when}"), SOON, || {
        Ok((entries(node.operator()?)? >= size).then_some(()))
    })
    .unwrap();
    println!(
        "{role} {when}: {size} entries after {:.1} s",
        since.elapsed().as_secs_f64()
    );
}

/// Whoever is revoked cannot sign in, and is not told that her passphrase is wrong.
fn is_shut_out(node: &Node) {
    let refused = format!("{:#}", node.sign_in(&SATO).unwrap_err());
    assert!(!refused.contains("passphrase"), "{refused}");
}

fn has_certificate(node: &Node, fingerprint: &str) {
    wait::until("the renewed certificate at the node", SOON, || {
        let status: Value = node.operator()?.get("/status")?;
        Ok((status["node_fingerprint"] == fingerprint).then_some(()))
    })
    .unwrap();
}

fn meets(node: &Node, institution: &Institution) {
    wait::until("the nodes to admit each other", SOON, || {
        Ok(node.peers()?.contains(&institution.name.to_owned()).then_some(()))
    })
    .unwrap();
}

/// While the clinic is off: keys and root change, its certificate is renewed under the new authority, and somebody is
/// revoked. Gives the renewed certificate's fingerprint.
fn everything_changes(pair: &Pair) -> String {
    let registry = &pair.registry;
    registry.json("register rekey --compromised").unwrap();
    catches_up(&pair.specialist, "after a stolen key", registry);
    registry.json("root rotate").unwrap();
    let key = registry.data_dir().join("root-2/root.key");
    output(registry.command("authority rotate").arg("--key").arg(key)).unwrap();
    let renewed = pair.lab.folder().join("renewed.pem");
    let renew = format!("renew {}", issued(registry, CLINIC.name));
    output(registry.command(&renew).arg("--out").arg(renewed)).unwrap();
    revoke(registry, SATO.name_latin, "privilegeWithdrawn");
    // The root in force signs it, which nobody has to name.
    registry.json("register rekey").unwrap();
    registry.json("register rekey --compromised").unwrap();
    catches_up(&pair.specialist, "after all changes", registry);
    issued(registry, CLINIC.name)
}

/// R17: while one node is off, the registry changes the key of its register, its root and its issuing authority, renews
/// that node's certificate under the new root, and revokes somebody. The node that runs follows at once, the other at its
/// next contact, and starts again with what it got; and who joins later starts with the root and its successor.
#[test]
fn r17_a_node_that_was_off_over_changes_of_key_and_root_follows() {
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.start_bootstraps().unwrap();
    pair.start_nodes().unwrap();
    catches_up(&pair.clinic, "at first", &pair.registry);
    let former = issued(&pair.registry, CLINIC.name);
    has_certificate(&pair.clinic, &former);
    pair.clinic.kill();
    let renewed = everything_changes(&pair);
    assert_ne!(renewed, former);
    is_shut_out(&pair.specialist);

    let bootstraps = pair.bootstrap_addresses();
    pair.clinic.start(&bootstraps).unwrap();
    catches_up(&pair.clinic, "which was off", &pair.registry);
    has_certificate(&pair.clinic, &renewed);
    pair.clinic.stop();
    pair.clinic.start(&bootstraps).unwrap();
    has_certificate(&pair.clinic, &renewed);
    let shown = pair.clinic.cli(&["register", "show"]).unwrap();
    assert!(shown.contains("current"), "{shown}");
    meets(&pair.clinic, &HOSPITAL);
    pair.sign_in().unwrap().meet().unwrap();

    let out = pair.registry.root().to_owned();
    output(pair.registry.command("root").arg("--out").arg(out)).unwrap();
    let mut later = pair.lab.node(&LATER).unwrap();
    later.enrol(&pair.registry).unwrap();
    later.start(&bootstraps).unwrap();
    catches_up(&later, "which joined later", &pair.registry);
    meets(&later, &HOSPITAL);
    meets(&later, &CLINIC);
}

fn export(registry: &Registry, from: u64, out: &Path) -> String {
    let words = format!("register export --from {from}");
    output(registry.command(&words).arg("--out").arg(out)).unwrap();
    out.display().to_string()
}

/// R17: a clinic without any network takes the register from files that somebody carries, and acts on what it says, also
/// over a change of the register's key and of the root.
#[test]
fn r17_a_clinic_without_a_network_follows_the_register_by_files() {
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.specialist.start(&[]).unwrap();
    let (node, registry) = (&pair.specialist, &pair.registry);
    let file = pair.lab.folder().join("register.file");
    let carried = export(registry, 0, &file);
    node.cli(&["register", "import", &carried]).unwrap();
    let shown = node.cli(&["register", "show"]).unwrap();
    assert!(shown.contains("current"), "{shown}");
    let have = entries(node.operator().unwrap()).unwrap();
    assert_eq!(have, published(registry));
    node.sign_in(&SATO).unwrap();

    let again = node.try_cli(&["register", "import", &carried, "--json"]).unwrap();
    let said = [again.stderr, again.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        !again.status.success() && said.contains("register_older"),
        "{said}"
    );

    registry.json("register rekey --compromised").unwrap();
    registry.json("root rotate").unwrap();
    registry.json("authority rotate").unwrap();
    registry.json("register rekey").unwrap();
    revoke(registry, SATO.name_latin, "keyCompromise");
    let carried = export(registry, have, &file);
    node.cli(&["register", "import", &carried]).unwrap();
    assert_eq!(entries(node.operator().unwrap()).unwrap(), published(registry));
    is_shut_out(node);
    node.sign_in(&SUZUKI).unwrap();
}
