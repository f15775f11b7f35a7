//! The way in by DICOM network: DCMTK sends, as a CBCT or an archive of the house does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dokuei_node::config::{Config, DicomPeer};
use dokuei_node::service::sample;
use serde_json::Value;

use crate::support::dcmtk::{send, start_sending};
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::program::{Running, dokuei, passphrase_file};
use crate::support::registry::TANAKA;
use crate::support::{NODE_PASSPHRASE, files, sample_study};

/// A node that listens at a free port for CBCT1.
fn listening() -> Home {
    let home = Home::with(&[TANAKA]);
    let mut config = Config::read(&home.dir).unwrap();
    config.dicom.listen = Some("127.0.0.1:0".parse().unwrap());
    config.dicom.peers = vec![DicomPeer {
        aet: "CBCT1".to_owned(),
        address: Some("127.0.0.1".parse().unwrap()),
        ..DicomPeer::default()
    }];
    config.write(&home.dir).unwrap();
    home
}

fn port(status: &Value) -> u16 {
    let listening = status["dicom"]["listening"].as_str().unwrap();
    listening.rsplit(':').next().unwrap().parse().unwrap()
}

async fn status(gate: &Gate) -> Value {
    gate.get("/api/v1/status", &gate.operator).await.json()
}

async fn sent(port: u16, path: &Path) -> (bool, String) {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || send(port, &[], &[&path]))
        .await
        .unwrap()
}

/// R13: what arrives by network is in the list like what was imported, once, however often and by whichever way it
/// comes; something else under its name is refused and told.
#[tokio::test(flavor = "multi_thread")]
async fn r13_a_study_that_is_sent_is_in_the_list_once() {
    let gate = Gate::of(listening());
    gate.node.receive().await.unwrap();
    let port = port(&status(&gate).await);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 5);

    let (ok, said) = sent(port, &folder).await;
    assert!(ok, "{said}");
    let token = gate.sign_in(&TANAKA).await;
    let studies = gate.get("/api/v1/studies", &token).await.json();
    assert_eq!(studies[0]["study_instance_uid"], uid.as_str());
    assert_eq!(
        (&studies[0]["instances"], &studies[0]["origin"]),
        (&5.into(), &"imported".into())
    );
    assert_eq!(studies[0]["patient"]["name"]["ideographic"], "山田^太郎");

    // Sent again, by network and from files.
    let (ok, said) = sent(port, &folder).await;
    assert!(ok, "{said}");
    let view = status(&gate).await["dicom"].clone();
    assert_eq!(
        (&view["received"], &view["already_here"]),
        (&5.into(), &5.into()),
        "{view}"
    );
    assert_eq!(view["last"]["study_instance_uid"], uid.as_str());
    let from_files = gate.import(&folder).await;
    assert_eq!(from_files["result"]["duplicates"], 5, "{from_files}");

    let altered = gate.home.beside("altered.dcm");
    let mut bytes = fs::read(&files(&folder)[0]).unwrap();
    *bytes.last_mut().unwrap() ^= 0xff;
    fs::write(&altered, bytes).unwrap();
    let (ok, said) = sent(port, &altered).await;
    assert!(!ok && said.contains("CannotUnderstand"), "{said}");
    let view = status(&gate).await["dicom"].clone();
    assert_eq!(view["refused"], 1, "{view}");
    assert!(
        view["last_refused"]["why"]
            .as_str()
            .unwrap()
            .contains("another object"),
        "{view}"
    );
    let studies = gate.get("/api/v1/studies", &token).await.json();
    assert_eq!(studies[0]["instances"], 5, "the stored ones stay");

    gate.node.leave().await;
    let rows = format!("{:?}", gate.close().store().audit_rows(1, 200).unwrap());
    for told in [
        "dicom:CBCT1",
        &uid,
        "5 were here already",
        "another object with this SOP Instance UID",
    ] {
        assert!(rows.contains(told), "{told} is not in {rows}");
    }
}

/// R1, R11: an image that is refused while its study comes is told to the device and on this node, and keeps no other out.
#[tokio::test(flavor = "multi_thread")]
async fn r1_r11_one_image_that_is_refused_keeps_no_other_out() {
    let gate = Gate::of(listening());
    gate.node.receive().await.unwrap();
    let port = port(&status(&gate).await);
    let folder = gate.home.beside("cbct");
    sample_study(&folder, 5);
    // Something else lies here under the UID of the third.
    let altered = gate.home.beside("altered.dcm");
    let mut bytes = fs::read(&files(&folder)[2]).unwrap();
    *bytes.last_mut().unwrap() ^= 0xff;
    fs::write(&altered, bytes).unwrap();
    gate.import(&altered).await;

    let (_, said) = tokio::task::spawn_blocking(move || send(port, &["-v", "--no-halt"], &[&folder]))
        .await
        .unwrap();
    assert_eq!(said.matches("CannotUnderstand").count(), 1, "{said}");
    let view = status(&gate).await["dicom"].clone();
    assert_eq!(
        (&view["received"], &view["refused"]),
        (&4.into(), &1.into()),
        "{view}"
    );
    let why = view["last_refused"]["why"].as_str().unwrap();
    assert!(why.contains("another object"), "{view}");
    let token = gate.sign_in(&TANAKA).await;
    let studies = gate.get("/api/v1/studies", &token).await.json();
    assert_eq!(
        (studies.as_array().unwrap().len(), &studies[0]["instances"]),
        (1, &5.into())
    );
    gate.node.leave().await;
    let rows = format!("{:?}", gate.close().store().audit_rows(1, 200).unwrap());
    assert!(
        rows.contains("another object with this SOP Instance UID"),
        "{rows}"
    );
}

/// The same in the other order: what was imported from files and then sent by network is here once.
#[tokio::test(flavor = "multi_thread")]
async fn r13_what_was_imported_is_known_when_it_is_sent() {
    let gate = Gate::of(listening());
    gate.node.receive().await.unwrap();
    let port = port(&status(&gate).await);
    let folder = gate.home.beside("cbct");
    sample_study(&folder, 2);
    gate.import(&folder).await;
    let (ok, said) = sent(port, &folder).await;
    assert!(ok, "{said}");
    let view = status(&gate).await["dicom"].clone();
    assert_eq!(
        (&view["received"], &view["already_here"]),
        (&0.into(), &2.into()),
        "{view}"
    );
    gate.node.leave().await;
}

/// A slice of another sample, with pixels of so many MiB.
pub(crate) fn large(folder: &Path, mib: u16) -> PathBuf {
    sample::write(folder, 1, 48, 2).unwrap();
    let path = files(folder).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    let find = |what: &[u8]| {
        bytes
            .windows(what.len())
            .position(|window| window == what)
            .unwrap()
    };
    let rows = find(&[0x28, 0, 0x10, 0, b'U', b'S', 2, 0]) + 8;
    let columns = find(&[0x28, 0, 0x11, 0, b'U', b'S', 2, 0]) + 8;
    let pixels = find(&[0xe0, 0x7f, 0x10, 0, b'O', b'W', 0, 0]) + 8;
    // Rows of 16 KiB.
    bytes[rows..rows + 2].copy_from_slice(&(mib * 64).to_le_bytes());
    bytes[columns..columns + 2].copy_from_slice(&8192_u16.to_le_bytes());
    let length = u32::from(mib) << 20;
    bytes[pixels..pixels + 4].copy_from_slice(&length.to_le_bytes());
    bytes.resize(pixels + 4 + length as usize, 0);
    fs::write(&path, bytes).unwrap();
    path
}

/// The most memory that a process had, KiB.
pub(crate) fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Whether a file below the folder holds this.
fn holds(folder: &Path, what: &str) -> bool {
    // A file that is gone meanwhile is none that holds it.
    let mut search = Command::new("grep");
    search
        .args(["-rqsaF", what])
        .arg(folder)
        .status()
        .unwrap()
        .success()
}

/// R13, R16: as the program: nothing of a patient reaches the disk unsealed, not even in the middle; a sender that is
/// killed, and a node that is, leave nothing half; memory does not grow with the object.
#[test]
fn r13_r16_what_is_sent_is_sealed_as_it_comes() {
    let home = listening();
    let root = home.dir.root();
    let phrase = passphrase_file(root, NODE_PASSPHRASE);
    let node = Running::start(root, &phrase);
    let ask = || dokuei(root, &["status", "--json"]).json();
    let at = port(&ask());
    let small = home.beside("small");
    sample_study(&small, 3);
    let (ok, said) = send(at, &[], &[&small]);
    assert!(ok, "{said}");
    let before = peak(node.id());
    let folder = home.beside("large");
    let object = large(&folder, 96);

    // In the middle of it the sender is killed.
    let mut sender = start_sending(at, &object);
    let mut tries = 0..1200;
    while ask()["dicom"]["associations"].as_array().unwrap().is_empty() {
        assert!(tries.next().is_some(), "no association is shown");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(holds(&folder, "DOKUEI-SAMPLE"), "the search finds nothing");
    assert!(
        !holds(root, "DOKUEI-SAMPLE"),
        "something of the patient lies on the disk"
    );
    sender.kill().unwrap();
    sender.wait().unwrap();
    assert!(
        !holds(root, "DOKUEI-SAMPLE"),
        "something of the patient lies on the disk"
    );
    let (ok, said) = send(at, &[], &[&object]);
    assert!(ok, "{said}");
    let grown = peak(node.id()).saturating_sub(before);
    assert!(grown < 40 * 1024, "{grown} KiB more for an object of 96 MiB");
    let told = dokuei(root, &["status"]).out;
    assert!(told.contains("as DOKUEI: 4 received"), "{told}");

    // In the middle of it the node is killed.
    let mut sender = start_sending(at, &small);
    node.kill();
    let _ = sender.wait();
    let node = Running::start(root, &phrase);
    let at = port(&ask());
    let (ok, said) = send(at, &[], &[&small, &object]);
    assert!(ok, "{said}");
    let view = ask()["dicom"].clone();
    assert_eq!(
        (&view["received"], &view["already_here"]),
        (&0.into(), &4.into()),
        "{view}"
    );
    assert!(node.terminate().success());
}
