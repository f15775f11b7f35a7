//! Bad input: each gives one clear sentence and an exit code that is not 0, and nothing that is stored is lost.
//!
//! Shows R6, R11 and R24 by the command line, as an administrator meets it.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use dokuei_tests::capture::is_root;
use dokuei_tests::lab::{Lab, write_secret};
use dokuei_tests::node::Node;
use dokuei_tests::pair::Pair;
use dokuei_tests::people::{CLINIC, SUZUKI, TANAKA};
use dokuei_tests::{consult, fixtures, foreign, wait};
use serde_json::Value;

/// The words that a program said when it failed; fails when it did not, or said nothing clear.
fn sentence(what: &str, ended: &Output, must_name: &str) -> String {
    let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    assert!(!ended.status.success(), "{what}: ended with success");
    assert!(ended.status.code().is_some(), "{what}: ended by a signal\n{said}");
    assert!(
        !said.contains("panicked") && !said.contains("RUST_BACKTRACE"),
        "{what}: {said}"
    );
    assert!(
        !said.is_empty() && said.lines().count() <= 4,
        "{what}: not one clear sentence:\n{said}"
    );
    assert!(
        said.to_lowercase().contains(&must_name.to_lowercase()),
        "{what}: does not name {must_name}: {said}"
    );
    said
}

/// A running clinic with one study stored.
fn clinic() -> (Pair, dokuei_tests::api::Client) {
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.start_nodes().unwrap();
    let session = pair.clinic.sign_in(&TANAKA).unwrap();
    let source = pair.lab.folder().join("stored");
    fixtures::phantom(&pair.clinic, &source, 3).unwrap();
    consult::import(&session, &source, |_| ()).unwrap();
    (pair, session)
}

fn stored(client: &dokuei_tests::api::Client) -> Vec<Value> {
    client.get("/studies").unwrap()
}

fn import(node: &Node, path: &Path) -> Output {
    node.try_cli(&["study", "import", &path.display().to_string()])
        .unwrap()
}

/// R11, R24: the table of bad files.
#[test]
fn r11_r24_bad_files_are_refused_in_one_sentence() {
    let (pair, session) = clinic();
    let before = stored(&session);
    let folder = pair.lab.folder().join("bad");
    fs::create_dir(&folder).unwrap();
    let good = fixtures::pydicom_files().unwrap().join("CT_small.dcm");
    let bytes = fs::read(&good).unwrap();
    let bad: [(&str, Vec<u8>); 5] = [
        ("text.dcm", b"this is a letter, not an image".to_vec()),
        ("empty.dcm", Vec::new()),
        ("cut-in-the-header.dcm", bytes[..140].to_vec()),
        ("cut-in-the-data-set.dcm", bytes[..900].to_vec()),
        ("charset.dcm", with_charset(&bytes)),
    ];
    for (name, content) in &bad {
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        let said = sentence(name, &import(&pair.clinic, &path), name);
        println!("{name}: {said}");
    }
    sentence(
        "missing",
        &import(&pair.clinic, &folder.join("missing.dcm")),
        "missing.dcm",
    );
    assert_eq!(stored(&session), before, "a refused file changed what is stored");
}

/// The file with a character set that does not exist and a name that is none in any that does. (With an ASCII name
/// the file is read all the same: every character set has that.)
fn with_charset(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    replace(&mut bytes, b"ISO_IR 100", b"ISO_IR 999");
    replace(&mut bytes, b"CompressedSamples", &[0xff; 17]);
    bytes
}

fn replace(bytes: &mut [u8], known: &[u8], other: &[u8]) {
    let found = bytes.windows(known.len()).position(|window| window == known);
    let at = found.expect("the sample file is the one that pydicom ships");
    bytes[at..at + known.len()].copy_from_slice(other);
}

/// R6: a wrong passphrase, of the node and of a person.
#[test]
fn r6_a_wrong_passphrase_opens_nothing() {
    let (mut pair, _) = clinic();
    let wrong = pair.lab.folder().join("wrong");
    write_secret(&wrong, "not the passphrase").unwrap();
    let wrong = wrong.display().to_string();
    let ended = pair
        .clinic
        .try_cli(&["sign-in", "--id", TANAKA.id, "--passphrase-file", &wrong])
        .unwrap();
    sentence("sign-in", &ended, "passphrase");
    pair.clinic.stop();
    let ended = pair
        .clinic
        .try_cli(&["run", "--passphrase-file", &wrong, "--api", "127.0.0.1:0"])
        .unwrap();
    sentence("run", &ended, "passphrase");
    pair.clinic.start(&[]).unwrap();
    assert_eq!(stored(&pair.clinic.sign_in(&TANAKA).unwrap()).len(), 1);
}

/// R11: a second node on the same data, a taken port, and a node that does not run.
#[test]
fn r11_ports_and_data_in_use_are_named() {
    let (mut pair, _) = clinic();
    let second = pair.clinic.run_command(&[]).unwrap().output().unwrap();
    sentence("second node", &second, "");
    pair.clinic.stop();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap();
    let secret = pair.clinic.secret("node.passphrase", CLINIC.passphrase).unwrap();
    let ended = pair
        .clinic
        .try_cli(&["run", "--passphrase-file", &secret, "--api", &port.to_string()])
        .unwrap();
    sentence("port in use", &ended, &port.port().to_string());
    let ended = pair.clinic.try_cli(&["study", "list"]).unwrap();
    sentence("no node", &ended, "dokuei run");
    assert_eq!(ended.status.code(), Some(3));
}

/// R17: an expired certificate is refused with its date.
#[test]
fn r17_an_expired_certificate_is_refused() {
    let lab = Lab::new().unwrap();
    let registry = lab.registry().unwrap();
    let node = lab.node(&CLINIC).unwrap();
    node.enrol(&registry).unwrap();
    let request = node.request_practitioner(&TANAKA).unwrap();
    let chain = registry
        .issue_practitioner(&TANAKA, &CLINIC, &request, 1)
        .unwrap();
    let Ok(mut later) = foreign::command("faketime") else {
        println!("skipped: faketime is not installed");
        return;
    };
    later
        .args(["-f", "+3d"])
        .arg(&lab.programs().node)
        .args(["identity", "install", "--root"])
        .arg(registry.root());
    let ended = later
        .arg("--chain")
        .arg(&chain)
        .env("DOKUEI_DATA_DIR", node.data_dir())
        .output()
        .unwrap();
    sentence("expired", &ended, "expired");
    node.install(&registry, &chain).unwrap();
}

/// A small file system that is unmounted at the end.
struct SmallDisk<'a>(&'a Path);

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// R6, R11: the disk is full in the middle of an import; what was stored before is whole, and the node goes on.
#[test]
fn r6_r11_a_full_disk_loses_nothing() {
    let lab = Lab::new().unwrap();
    let registry = lab.registry().unwrap();
    let mut node = lab.node(&CLINIC).unwrap();
    let data = node.data_dir();
    fs::create_dir_all(&data).unwrap();
    let mounted = is_root()
        && Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs"])
            .arg(&data)
            .status()
            .is_ok_and(|status| status.success());
    if !mounted {
        println!("skipped: needs root and the right to mount a small tmpfs");
        return;
    }
    let _disk = SmallDisk(&data);
    node.enrol(&registry).unwrap();
    node.enrol_practitioner(&registry, &TANAKA).unwrap();
    node.start(&[]).unwrap();
    let session = node.sign_in(&TANAKA).unwrap();
    let small = lab.folder().join("small");
    fixtures::phantom(&node, &small, 2).unwrap();
    consult::import(&session, &small, |_| ()).unwrap();
    let before = stored(&session);
    let large = lab.folder().join("large");
    fixtures::phantom(&node, &large, 200).unwrap();
    let said = sentence("full disk", &import(&node, &large), "");
    println!("full disk: {said}");
    let after = stored(&session);
    let uid = before[0]["study_instance_uid"].as_str().unwrap();
    assert!(
        after.iter().any(|study| study["study_instance_uid"] == uid),
        "the stored study is gone"
    );
    let hashes = consult::hashes(&session, uid).unwrap();
    node.stop();
    node.start(&[]).unwrap();
    assert_eq!(
        consult::hashes(&node.sign_in(&TANAKA).unwrap(), uid).unwrap(),
        hashes
    );
}

/// R6, R17: the sender goes in mid-transfer. The command that waits says what is here and that it goes on by itself;
/// and so it does when the sender is back.
#[test]
fn r6_r17_a_sender_that_goes_in_mid_transfer_is_named() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let source = pair.lab.folder().join("source");
    fixtures::phantom(&pair.clinic, &source, 400).unwrap();
    consult::import(&session.clinic, &source, |_| ()).unwrap();
    let study = stored(&session.clinic)[0]["study_instance_uid"].clone();
    let study = study.as_str().unwrap();
    let reader = session.meet().unwrap();
    let case = consult::request(&session.clinic, study, &reader, |_| ()).unwrap();
    let path = format!("/cases/{case}");
    wait::until("the request", Duration::from_secs(60), || {
        Ok(session.specialist.get::<Value>(&path).ok().map(drop))
    })
    .unwrap();
    let secret = pair.specialist.secret("suzuki", SUZUKI.passphrase).unwrap();
    pair.specialist
        .cli(&["sign-in", "--id", SUZUKI.id, "--passphrase-file", &secret])
        .unwrap();
    let ended = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            pair.specialist
                .try_cli(&["consult", "accept", &case, "--wait", "--patience", "15"])
        });
        wait::until("the first chunks", Duration::from_secs(60), || {
            let one: Value = session.specialist.get(&path)?;
            Ok((one["transfer"]["done"].as_u64() > Some(0)).then_some(()))
        })
        .unwrap();
        pair.clinic.kill();
        waiting.join().unwrap().unwrap()
    });
    let said = sentence("peer gone", &ended, CLINIC.name);
    println!("peer gone: {said}");
    assert!(said.contains(" % of the study"), "{said}");
    assert!(said.contains("by itself"), "{said}");

    pair.clinic.start(&pair.bootstrap_addresses()).unwrap();
    let here = pair
        .specialist
        .try_cli(&["consult", "fetch", &case, "--patience", "60"])
        .unwrap();
    assert!(here.status.success(), "{}", String::from_utf8_lossy(&here.stderr));
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    assert_eq!(
        consult::hashes(&clinic, study).unwrap(),
        consult::hashes(&session.specialist, study).unwrap()
    );
}
