//! From a new node to its certificates: applied for, sealed, brought to the registry, looked at, issued or refused, and
//! installed by itself.
//!
//! Shows R3, R17, R21 and R24 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dokuei_tests::bootstrap::Bootstrap;
use dokuei_tests::capture::free_ports;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::people::{CLINIC, HOSPITAL, Institution, Person, TANAKA};
use dokuei_tests::process::output;
use dokuei_tests::registry::Registry;
use dokuei_tests::wait;
use serde_json::Value;

/// How long anything here may take on a busy machine.
const SOON: Duration = Duration::from_secs(120);

/// A PNG of one black pixel: the scan of a licence.
const SCAN: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82";

/// Fields end in this order: processes before the folder they work in.
struct Scene {
    bootstrap: Bootstrap,
    registry: Registry,
    lab: Lab,
}

impl Scene {
    fn with(options: &[&str]) -> Self {
        let lab = Lab::new().unwrap();
        let registry = lab.registry().unwrap();
        let port = free_ports(1).unwrap()[0];
        let bootstrap = lab.bootstrap_with("bootstrap", port, &registry, options).unwrap();
        Self {
            bootstrap,
            registry,
            lab,
        }
    }

    /// A new node that trusts the registry and runs, without any certificate.
    fn fresh(&self, institution: &Institution) -> Node {
        let mut node = self.lab.node(institution).unwrap();
        node.init().unwrap();
        let root = self.registry.root().display().to_string();
        node.cli(&["identity", "trust", &root]).unwrap();
        node.start(&self.bootstrap.addresses).unwrap();
        wait::until("the register at a node without a certificate", SOON, || {
            let status: Value = node.operator()?.get("/status")?;
            Ok((status["register"]["entries"].as_u64() > Some(0)).then_some(()))
        })
        .unwrap();
        node
    }

    /// Applications that wait at the bootstrap are taken in, by an operator when some are named; gives what the registry
    /// says.
    fn collect(&self, operator: Option<&str>) -> Value {
        let words = format!("application collect --url {}", self.bootstrap.health);
        match operator {
            Some(operator) => self.registry.json_by(operator, &words).unwrap(),
            None => self.registry.json(&words).unwrap(),
        }
    }
}

fn file(node: &Node, name: &str) -> PathBuf {
    node.data_dir().with_file_name(name)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Applies by command line and gives how the application stands.
fn apply(node: &Node, words: &[&str]) -> Value {
    let said = node
        .cli(&[&["--json", "identity", "apply"], words].concat())
        .unwrap();
    serde_json::from_str(&said).unwrap()
}

/// A practitioner applies, with a scan of her licence.
fn apply_practitioner(node: &Node, person: &Person, way: &[&str]) -> Value {
    let scan = file(node, "menkyo.png");
    fs::write(&scan, SCAN).unwrap();
    let phrase = node
        .secret(&format!("{}.passphrase", person.id), person.passphrase)
        .unwrap();
    let evidence = format!("licence={}", text(&scan));
    let who = [
        "--id",
        person.id,
        "--name-ja",
        person.name_ja,
        "--name-latin",
        person.name_latin,
    ];
    let licence = [
        "--licence-type",
        person.licence,
        "--licence-number",
        person.number,
    ];
    let rest = [
        "--passphrase-file",
        &phrase,
        "--evidence",
        &evidence,
        "--email",
        "t@example.jp",
    ];
    apply(
        node,
        &[&["practitioner"], &who[..], &licence, &rest, way].concat(),
    )
}

fn state_of(node: &Node, id: &Value) -> anyhow::Result<Value> {
    node.operator()?
        .get(&format!("/applications/{}", id.as_str().unwrap_or_default()))
}

fn await_state(node: &Node, id: &Value, state: &str) -> Value {
    wait::until(state, SOON, || {
        let stands = state_of(node, id)?;
        Ok((stands["state"] == state).then_some(stands))
    })
    .unwrap()
}

/// R3, R17, R21, R24: two new nodes and a dentist apply through a bootstrap host; the registry collects, looks at the
/// evidence, and issues when a second operator has agreed. Nobody carries a file: the certificates are installed, the
/// dentist signs in, and the two nodes admit each other.
#[test]
fn r3_r17_r21_a_clinic_gets_its_certificates_without_a_file() {
    let scene = Scene::with(&[]);
    scene.registry.add_operator("mori", None).unwrap();
    scene.registry.add_operator("abe", Some("mori")).unwrap();
    scene.registry.demand_four_eyes().unwrap();
    let clinic = scene.fresh(&CLINIC);
    let hospital = scene.fresh(&HOSPITAL);
    let applied = [
        (
            &clinic,
            apply(&clinic, &["node", "--email", "it@example.jp", "--send"]),
        ),
        (&clinic, apply_practitioner(&clinic, &TANAKA, &["--send"])),
        (&hospital, apply(&hospital, &["node", "--send"])),
    ];
    for (_, one) in &applied {
        assert_eq!(one["state"], "deposited", "{one}");
    }
    // R17: whoever keeps the drop box cannot read what lies there, and a node without a certificate meets nobody.
    let kept: Vec<_> = fs::read_dir(scene.bootstrap.data_dir().join("drop-box"))
        .unwrap()
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect();
    assert_eq!(kept.len(), 3);
    for bytes in &kept {
        for secret in [TANAKA.name_ja.as_bytes(), b"IHDR", CLINIC.code.as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
    let status: Value = clinic.operator().unwrap().get("/status").unwrap();
    assert_eq!(
        (&status["peers"], &status["node_fingerprint"]),
        (&Value::Array(vec![]), &Value::Null)
    );
    let early = clinic.sign_in(&TANAKA).unwrap_err().to_string();
    assert!(!early.contains("passphrase"), "{early}");

    assert_eq!(
        scene.collect(Some("mori"))["received"].as_array().unwrap().len(),
        3
    );
    assert_eq!(
        scene.collect(Some("mori"))["received"].as_array().unwrap().len(),
        0,
        "once is enough"
    );
    for (_, one) in &applied {
        let id = one["id"].as_str().unwrap();
        let evidence = scene.lab.folder().join(format!("evidence-{id}"));
        let words = format!("application evidence {id} --out {}", evidence.display());
        output(&mut scene.registry.command_by("mori", &words)).unwrap();
        if one["kind"] == "practitioner" {
            let shown = scene
                .registry
                .json_by("mori", &format!("application show {id}"))
                .unwrap();
            assert!(shown.to_string().contains(TANAKA.number), "{shown}");
            assert_eq!(fs::read(evidence.join("0-licence.png")).unwrap(), SCAN);
        }
        let waits = scene
            .registry
            .json_by("mori", &format!("application approve {id}"))
            .unwrap();
        let pending = format!("pending approve {}", waits["pending"].as_str().unwrap());
        assert!(scene.registry.json_by("mori", &pending).is_err(), "by herself");
        assert_eq!(scene.registry.list().unwrap().to_string().matches(id).count(), 0);
        scene.registry.json_by("abe", &pending).unwrap();
    }
    for (node, one) in &applied {
        let issued = await_state(node, &one["id"], "issued");
        assert!(issued["fingerprint"].is_string(), "{issued}");
    }
    assert!(clinic.data_dir().join("node.pem").is_file());
    let tanaka = clinic.sign_in(&TANAKA).unwrap();
    wait::until("the two nodes to admit each other", SOON, || {
        let status: Value = tanaka.get("/status")?;
        let peers = status["peers"].as_array().cloned().unwrap_or_default();
        let met = peers.iter().any(|peer| peer["institution"] == HOSPITAL.name);
        Ok(met.then_some(()))
    })
    .unwrap();
}

/// R17, R24: the way by file, and what is not taken: made for another registry, altered, or brought twice. A refusal
/// comes back with its reason, by file or through the bootstrap host, and a new application may follow.
#[test]
fn r17_r24_an_application_goes_by_file_and_a_refusal_comes_back() {
    let scene = Scene::with(&[]);
    let clinic = scene.fresh(&CLINIC);
    let sealed = file(&clinic, "application.sealed");
    let made = apply(&clinic, &["node", "--out", &text(&sealed)]);
    assert_eq!(made["state"], "written", "{made}");
    let receive = |path: &Path| format!("application receive {}", path.display());

    let other = scene.lab.other_registry().unwrap();
    let refused = other.json(&receive(&sealed)).unwrap_err().to_string();
    assert!(refused.contains("another registry"), "{refused}");
    let mut altered = fs::read(&sealed).unwrap();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let bad = file(&clinic, "altered.sealed");
    fs::write(&bad, altered).unwrap();
    assert!(scene.registry.json(&receive(&bad)).is_err());

    let taken = scene.registry.json(&receive(&sealed)).unwrap();
    assert_eq!(taken["received"][0]["new"], true, "{taken}");
    let id = made["id"].as_str().unwrap();
    let refuse = |id: &str, reason: &str| {
        let mut command = scene.registry.command(&format!("application refuse {id}"));
        output(command.args(["--reason", reason])).unwrap();
    };
    refuse(id, "医療機関コードが違います");
    // R17: brought once more it stays refused.
    let again = scene.registry.json(&receive(&sealed)).unwrap();
    assert_eq!(again["received"][0]["new"], false, "{again}");
    assert_eq!(
        scene.registry.json("application list").unwrap()[0]["state"],
        "refused"
    );
    let answer = file(&clinic, "answer.sealed");
    output(
        &mut scene
            .registry
            .command(&format!("application answer {id} --out {}", answer.display())),
    )
    .unwrap();
    clinic.cli(&["identity", "answer", &text(&answer)]).unwrap();
    let stands = state_of(&clinic, &made["id"]).unwrap();
    assert_eq!(
        (&stands["state"], &stands["reason"]),
        (&"refused".into(), &"医療機関コードが違います".into())
    );

    // Through the bootstrap host the refusal comes by itself.
    let second = apply(&clinic, &["node", "--send"]);
    scene.collect(None);
    refuse(
        second["id"].as_str().unwrap(),
        "the code belongs to another clinic",
    );
    assert_eq!(scene.collect(None)["answered"], 1);
    let stands = await_state(&clinic, &second["id"], "refused");
    assert_eq!(stands["reason"], "the code belongs to another clinic");

    // And the next application may well be approved.
    let third = apply(&clinic, &["node", "--out", &text(&sealed)]);
    scene.registry.json(&receive(&sealed)).unwrap();
    let chain = file(&clinic, "chain.pem");
    let words = format!(
        "application approve {} --out {}",
        third["id"].as_str().unwrap(),
        chain.display()
    );
    output(&mut scene.registry.command(&words)).unwrap();
    await_state(&clinic, &third["id"], "issued");
}

/// R17 (obstruct), R24: evidence that is too large or no image is refused before anything leaves the node, and a drop
/// box takes only so many within the hour; each refusal says what to do.
#[test]
fn r17_r24_too_large_too_many_and_no_images_are_refused() {
    let scene = Scene::with(&["--drop-box-per-hour", "2"]);
    let clinic = scene.fresh(&CLINIC);
    let refused = |words: &[&str]| {
        let said = clinic
            .try_cli(&[&["identity", "apply", "node"], words].concat())
            .unwrap();
        assert!(!said.status.success());
        String::from_utf8_lossy(&said.stderr).into_owned()
    };
    let large = file(&clinic, "large.png");
    fs::write(&large, [SCAN, &vec![0; 2 << 20]].concat()).unwrap();
    let said = refused(&["--evidence", &format!("institution={}", text(&large)), "--send"]);
    assert!(said.contains("2 MiB") && said.contains("→"), "{said}");
    let script = file(&clinic, "evidence.png");
    fs::write(&script, b"#!/bin/sh\necho hello").unwrap();
    let said = refused(&["--evidence", &format!("institution={}", text(&script)), "--send"]);
    assert!(said.contains("PNG, JPEG nor PDF"), "{said}");
    assert_eq!(
        clinic
            .operator()
            .unwrap()
            .get::<Vec<Value>>("/applications")
            .unwrap()
            .len(),
        0
    );

    for _ in 0..2 {
        assert_eq!(apply(&clinic, &["node", "--send"])["state"], "deposited");
    }
    let said = refused(&["--send"]);
    assert!(said.contains("too many") && said.contains("--out"), "{said}");
    assert_eq!(scene.collect(None)["received"].as_array().unwrap().len(), 2);
    let elsewhere = scene.lab.other_registry().unwrap();
    let root = text(elsewhere.root());
    let said = clinic.try_cli(&["identity", "trust", &root]).unwrap();
    assert!(String::from_utf8_lossy(&said.stderr).contains("another registry's root"));
}

/// The detached signature of a card over a file, by OpenSSL: the card is one that no HPKI root vouches for.
fn card_signature(folder: &Path, statement: &Path) -> PathBuf {
    let run = |words: &str| {
        let mut command = Command::new("openssl");
        output(command.current_dir(folder).args(words.split(' '))).unwrap();
    };
    run(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout card.key -out card.pem -subj /CN=card -days 9",
    );
    let statement = statement.display();
    run(&format!(
        "cms -sign -binary -outform DER -signer card.pem -inkey card.key -in {statement} -out card.p7s"
    ));
    folder.join("card.p7s")
}

/// R3: the holder of an HPKI card signs what the node gives out for it, and goes on where she was. Until the card can be
/// verified, a narrower credential is issued; what was sealed is not altered any more.
#[test]
fn r3_a_card_countersigns_and_a_provisional_credential_is_issued() {
    let scene = Scene::with(&[]);
    let clinic = scene.fresh(&CLINIC);
    let (statement, sealed) = (file(&clinic, "statement.bin"), file(&clinic, "tanaka.sealed"));
    let said = apply_practitioner(&clinic, &TANAKA, &["--hpki-statement", &text(&statement)]);
    let (made, folder) = (&said["application"], scene.lab.folder());
    assert_eq!(made["state"], "made", "{said}");
    let signature = text(&card_signature(folder, &statement));
    let id = made["id"].as_str().unwrap();
    let submit = [
        "identity",
        "submit",
        id,
        "--hpki-signature",
        &signature,
        "--out",
        &text(&sealed),
    ];
    clinic.cli(&submit).unwrap();
    let again = clinic.try_cli(&submit).unwrap();
    assert!(String::from_utf8_lossy(&again.stderr).contains("sealed already"));

    let receive = format!("application receive {}", sealed.display());
    scene.registry.json(&receive).unwrap();
    let shown = scene.registry.json(&format!("application show {id}")).unwrap();
    assert_eq!(shown["countersigned"], true, "{shown}");
    let chain = file(&clinic, "tanaka.pem");
    let approve = format!("application approve {id} --provisional --out {}", chain.display());
    output(&mut scene.registry.command(&approve)).unwrap();
    await_state(&clinic, &made["id"], "issued");
}
