//! Certificates are renewed in mid-case: the same key for another year, and another key. With the real registry, its register
//! over the bootstraps, and both nodes started again.
//!
//! Shows R3, R5, R6 and R17 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::time::Duration;

use dokuei_tests::api::Client;
use dokuei_tests::consult;
use dokuei_tests::fixtures::SIZE;
use dokuei_tests::foreign;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::pair::Pair;
use dokuei_tests::people::{Person, SUZUKI, TANAKA};
use dokuei_tests::process::output;
use dokuei_tests::registry::Registry;
use dokuei_tests::wait;
use serde_json::{Value, json};

/// How long anything here may take on a busy machine.
const SOON: Duration = Duration::from_secs(120);

/// The specialist once more, at the same machine, with a new key.
const SUZUKI_ANEW: Person = Person {
    id: "suzuki-2",
    passphrase: "kawa to yama 21 hon",
    ..SUZUKI
};

/// The newest certificate of this name that the registry has issued.
fn newest(registry: &Registry, name: &str) -> String {
    let listed = registry.list().unwrap();
    let mut listed = listed.as_array().unwrap().iter().filter(|one| {
        one["subject"].as_str().unwrap().contains(name) && one["replaced_by"].as_str().is_none()
    });
    let one = listed.next_back().unwrap();
    one["fingerprint"].as_str().unwrap().to_owned()
}

/// Renews a certificate for the same key; gives the new one.
fn renew(pair: &Pair, person: &Person) -> String {
    let out = pair.lab.folder().join(format!("{}.renewed.pem", person.id));
    let words = format!("renew {}", newest(&pair.registry, person.name_latin));
    output(pair.registry.command(&words).arg("--out").arg(out)).unwrap();
    newest(&pair.registry, person.name_latin)
}

/// Signs in until it is with this certificate, which comes by the register.
fn sign_in_with(node: &Node, person: &Person, certificate: &str) -> Client {
    wait::until("her to be signed in with the new certificate", SOON, || {
        let client = node.sign_in(person)?;
        let me: Value = client.get("/session")?;
        Ok((me["fingerprint"] == certificate).then_some(client))
    })
    .unwrap()
}

fn case(client: &Client, case: &str) -> Value {
    client.get(&format!("/cases/{case}")).unwrap()
}

/// The other side is shown who it is, with the register's entry.
fn sees_renewal(client: &Client, id: &str, later: &str) {
    let shown = wait::until("the other side to know her", SOON, || {
        let shown: Value = client.get(&format!("/cases/{id}"))?;
        let mut all = shown["renewals"].as_array().cloned().unwrap_or_default();
        all.retain(|one| one["later"] == later);
        Ok(all.pop())
    })
    .unwrap();
    assert!(shown["register_entry"].is_u64(), "{shown}");
    assert_ne!(shown["earlier"], shown["later"]);
}

fn restart(pair: &mut Pair) {
    let bootstraps = pair.bootstrap_addresses();
    pair.clinic.stop();
    pair.specialist.stop();
    pair.clinic.start(&bootstraps).unwrap();
    pair.specialist.start(&bootstraps).unwrap();
}

/// R3, R5, R6, R17: reader and requester renew their certificates while a case is open and both nodes are started again. Each
/// keeps her part, signs with the new one, and is shown to the other as the same person; what she signed before is valid; the
/// evidence of it all verifies with nothing but the registry's root.
#[test]
fn r3_r5_r6_r17_renewed_certificates_keep_their_part() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let (_, id) = pair.accepted(&session, 3, SIZE).unwrap();
    consult::wait_opened(&session.specialist, &id, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &id).unwrap();
    let mut preliminary = session.specialist.confirmed(consult::report_body());
    preliminary["status"] = "preliminary".into();
    consult::act(&session.specialist, &id, "report", &preliminary).unwrap();
    consult::wait_state(&session.clinic, &id, "reported").unwrap();

    let suzuki = renew(&pair, &SUZUKI);
    sign_in_with(&pair.specialist, &SUZUKI, &suzuki);
    restart(&mut pair);
    let specialist = sign_in_with(&pair.specialist, &SUZUKI, &suzuki);
    let listed: Vec<Value> = specialist.get("/cases").unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(case(&specialist, &id)["reports"][0]["mine"], true);
    consult::report(&specialist, &id).unwrap();
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    wait::until("her final report", SOON, || {
        let shown: Value = clinic.get(&format!("/cases/{id}"))?;
        Ok((shown["reports"].as_array().map_or(0, Vec::len) == 2).then_some(()))
    })
    .unwrap();
    sees_renewal(&clinic, &id, &suzuki);
    let shown = case(&clinic, &id);
    assert_eq!(shown["lost"], json!([]));
    assert!(
        shown["reports"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["credential"].is_null())
    );

    let tanaka = renew(&pair, &TANAKA);
    sign_in_with(&pair.clinic, &TANAKA, &tanaka);
    restart(&mut pair);
    let specialist = sign_in_with(&pair.specialist, &SUZUKI, &suzuki);
    let clinic = sign_in_with(&pair.clinic, &TANAKA, &tanaka);
    assert_eq!(clinic.get::<Vec<Value>>("/cases").unwrap().len(), 1);
    assert_eq!(
        clinic.get::<Vec<Value>>("/agreements").unwrap()[0]["state"],
        "in_force"
    );
    consult::read_and_close(&clinic, &specialist, &id).unwrap();
    sees_renewal(&specialist, &id, &tanaka);

    let archive = pair.lab.folder().join("evidence.zip");
    let secret = pair
        .clinic
        .secret("session.passphrase", TANAKA.passphrase)
        .unwrap();
    pair.clinic
        .cli(&["sign-in", "--id", TANAKA.id, "--passphrase-file", &secret])
        .unwrap();
    pair.clinic
        .cli(&["case", "export", &id, "--to", archive.to_str().unwrap()])
        .unwrap();
    let folder = pair.lab.folder().join("evidence");
    let mut unpack = foreign::command("python3").unwrap();
    unpack.args(["-m", "zipfile", "-e"]).arg(&archive).arg(&folder);
    foreign::text(&mut unpack).unwrap();
    let mut shell = foreign::command("sh").unwrap();
    shell
        .arg(folder.join("verify.sh"))
        .arg("--root")
        .arg(pair.registry.root());
    let said = foreign::text(&mut shell).unwrap();
    assert!(said.contains("OK 合格"), "{said}");
    let listed = std::fs::read_to_string(folder.join("certificates.txt")).unwrap();
    assert!(listed.contains(&suzuki) && listed.contains(&tanaka), "{listed}");
}

/// R3, R6, R17: a reader replaces her key before she has opened the images: the new certificate takes the place of the old one, the
/// images are granted to the new key by themselves, and nothing that the old key signs is taken any more.
#[test]
fn r3_r6_r17_a_new_key_takes_the_part_over_and_the_old_one_is_refused() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let (_, id) = pair.accepted(&session, 3, SIZE).unwrap();
    consult::wait_delivered(&session.clinic, &id).unwrap();
    let old = newest(&pair.registry, SUZUKI.name_latin);
    let request = pair.specialist.request_practitioner(&SUZUKI_ANEW).unwrap();
    let out = pair.lab.folder().join("anew.pem");
    let words = format!("rekey {old}");
    output(
        pair.registry
            .command(&words)
            .arg("--request")
            .arg(&request)
            .arg("--out")
            .arg(&out),
    )
    .unwrap();
    let new = newest(&pair.registry, SUZUKI.name_latin);
    assert_ne!(old, new);
    let specialist = sign_in_with(&pair.specialist, &SUZUKI_ANEW, &new);
    let refused = format!("{:#}", pair.specialist.sign_in(&SUZUKI).unwrap_err());
    assert!(refused.contains("certificate_refused"), "{refused}");
    consult::wait_opened(&specialist, &id, |_, _| ()).unwrap();
    consult::report(&specialist, &id).unwrap();
    consult::wait_state(&session.clinic, &id, "reported").unwrap();
    sees_renewal(&session.clinic, &id, &new);
    assert_eq!(case(&session.clinic, &id)["lost"], json!([]));
    restart(&mut pair);
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    let specialist = sign_in_with(&pair.specialist, &SUZUKI_ANEW, &new);
    consult::read_and_close(&clinic, &specialist, &id).unwrap();
}
