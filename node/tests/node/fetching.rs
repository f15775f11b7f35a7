//! What the archives of the house have is looked for and fetched: from Orthanc and from DCMTK's image archive.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dokuei_node::config::{Config, DicomPeer, DicomTls, OldestTls};
use dokuei_node::service::sample;
use serde_json::{Value, json};

use crate::support::dcmtk::{Dcmqrscp, fill, find};
use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::orthanc::{Orthanc, free_port};
use crate::support::program::dokuei;
use crate::support::registry::TANAKA;
use crate::support::sample_study;

/// A node that may fetch from an archive at this port, and listens when it is told where; its dentist's token.
async fn fetching_from(archive: u16, listen: Option<u16>) -> (Gate, String) {
    let home = Home::with(&[TANAKA]);
    let mut config = Config::read(&home.dir).unwrap();
    config.dicom.listen = listen.map(|port| format!("127.0.0.1:{port}").parse().unwrap());
    config.dicom.peers = vec![DicomPeer {
        aet: "PACS".to_owned(),
        address: Some("127.0.0.1".parse().unwrap()),
        port: Some(archive),
        send: true,
        fetch: true,
        ..DicomPeer::default()
    }];
    config.write(&home.dir).unwrap();
    let gate = Gate::of(home);
    gate.node.receive().await.unwrap();
    let token = gate.sign_in(&TANAKA).await;
    (gate, token)
}

async fn ask(gate: &Gate, token: &str, question: Value) -> Vec<Value> {
    let answer = gate
        .post("/api/v1/archives/PACS/find", token, &question)
        .await
        .json();
    let studies = answer["studies"].as_array();
    studies.unwrap_or_else(|| panic!("{answer}")).clone()
}

async fn fetch(gate: &Gate, token: &str, study: &str) -> Value {
    let body = json!({"study_instance_uid": study});
    let started = gate.post("/api/v1/archives/PACS/fetch", token, &body).await;
    gate.job(&started).await
}

/// What was fetched is what lies in the folder: importing that brings nothing new, and no conflict.
async fn is_the_same(gate: &Gate, folder: &Path, instances: u64) {
    let again = gate.import(folder).await;
    assert_eq!(again["result"]["duplicates"], instances, "{again}");
    assert_eq!(again["result"]["imported"], 0, "{again}");
    assert_eq!(again["result"]["refused"], json!([]), "{again}");
}

/// R13: the same by the command line, on a node that runs as the program and calls the archive at this port `ARCHIVE`.
pub(crate) fn fetched_by_the_command_line(root: &Path, archive: u16, folder: &Path) {
    let uid = sample::write(folder, 2, 48, 3).unwrap().study_instance_uid;
    fill(archive, folder);
    let find = |words: &[&str]| dokuei(root, &[&["archive", "find", "ARCHIVE"], words].concat());
    let found = find(&["--name", "山田", "--json"]).json();
    assert_eq!(found["studies"][0]["study_instance_uid"], uid.as_str(), "{found}");
    assert_eq!(found["studies"][0]["here"], 0, "{found}");
    let told = find(&["--name", "yamada", "--modality", "CT"]).out;
    assert!(told.contains("山田 太郎") && told.contains(&uid), "{told}");
    let nobody = find(&["--id", "nobody"]);
    assert!(nobody.out.contains("no such study"), "{nobody:?}");
    assert_eq!(find(&[]).code, Some(1), "a question must ask for something");

    let fetch = |study: &str| dokuei(root, &["archive", "fetch", "ARCHIVE", study]);
    let fetched = fetch(&uid);
    assert_eq!(fetched.code, Some(0), "{fetched:?}");
    assert!(
        fetched.out.starts_with("2 new, 0 were here already"),
        "{fetched:?}"
    );
    let again = fetch(&uid);
    assert!(again.out.starts_with("0 new, 2 were here already"), "{again:?}");
    assert_eq!(
        find(&["--name", "山田", "--json"]).json()["studies"][0]["here"],
        2
    );
    let missing = fetch("1.2.3.4");
    assert!(missing.code == Some(1) && !missing.err.is_empty(), "{missing:?}");
}

/// R13: a study is found in the archive by the patient's name as the clinic writes it, by its reading, ID and day, and is
/// here bit for bit when it was fetched, told in the audit log without a name.
#[tokio::test(flavor = "multi_thread")]
async fn r13_a_study_is_found_by_its_japanese_name_and_fetched() {
    let listen = free_port();
    let orthanc = Orthanc::start(listen);
    let (gate, token) = fetching_from(orthanc.dicom, None).await;
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 3);
    fill(orthanc.dicom, &folder);
    for question in [
        json!({"patient_name": "山田"}),
        json!({"patient_name": "山田 太郎"}),
        json!({"patient_name": "yamada"}),
        json!({"patient_name": "ヤマダ"}),
        json!({"modality": "CT", "study_date": "20260101-20261231"}),
    ] {
        let found = ask(&gate, &token, question.clone()).await;
        assert_eq!(found.len(), 1, "{question}: {found:?}");
        assert_eq!(found[0]["study_instance_uid"], uid.as_str());
        assert_eq!(
            found[0]["patient"]["name"]["ideographic"], "山田^太郎",
            "{found:?}"
        );
        assert_eq!(found[0]["here"], 0);
    }
    for nobody in [
        json!({"patient_name": "鈴木"}),
        json!({"patient_id": "nobody"}),
        json!({"study_date": "-20251231"}),
    ] {
        assert!(ask(&gate, &token, nobody.clone()).await.is_empty(), "{nobody}");
    }
    let job = fetch(&gate, &token, &uid).await;
    let result = &job["result"];
    assert_eq!(
        (&result["way"], &result["new"], &result["missing"]),
        (&"get".into(), &3.into(), &0.into()),
        "{job}"
    );
    assert_eq!(result["complete"], true, "{job}");
    assert_eq!((&job["done"], &job["total"]), (&3.into(), &3.into()), "{job}");
    assert_eq!(
        ask(&gate, &token, json!({"patient_name": "山田"})).await[0]["here"],
        3
    );
    is_the_same(&gate, &folder, 3).await;
    let again = fetch(&gate, &token, &uid).await;
    assert_eq!(again["result"]["already_here"], 3, "{again}");
    gate.node.leave().await;
    let rows = format!("{:?}", gate.close().store().audit_rows(1, 200).unwrap());
    for told in [
        "dicom_query",
        "1 studies",
        "3 new, 0 were here already",
        "\"import\"",
    ] {
        assert!(rows.contains(told), "{told} is not in {rows}");
    }
    assert!(!rows.contains("山田"), "the audit log names no patient");
}

/// R13: an archive that gives nothing on the association that asks sends it to the listener; and what goes to it by C-STORE is
/// found there by others.
#[tokio::test(flavor = "multi_thread")]
async fn r13_an_archive_of_the_old_kind_sends_what_is_asked_for() {
    let listen = free_port();
    let archive = Dcmqrscp::start(listen, &["--disable-get"]);
    let (gate, token) = fetching_from(archive.port, Some(listen)).await;
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 3);
    fill(archive.port, &folder);
    assert_eq!(archive.kept(), 3);
    let found = ask(&gate, &token, json!({"patient_name": "山田"})).await;
    assert_eq!(found[0]["study_instance_uid"], uid.as_str(), "{found:?}");
    assert_eq!(found[0]["patient"]["name"]["ideographic"], "山田^太郎");
    let job = fetch(&gate, &token, &uid).await;
    let result = &job["result"];
    assert_eq!(
        (&result["way"], &result["new"], &result["missing"]),
        (&"move".into(), &3.into(), &0.into()),
        "{job}"
    );
    is_the_same(&gate, &folder, 3).await;

    let other = Dcmqrscp::start(free_port(), &[]);
    let (there, dentist) = fetching_from(other.port, None).await;
    there.import(&folder).await;
    let send = format!("/api/v1/studies/{uid}/send");
    there.post(&send, &dentist, &json!({"to": "PACS"})).await;
    eventually("DCMTK's archive has all of it", || async {
        (other.kept() == 3).then_some(())
    })
    .await;
    let said = find(other.port, &["StudyInstanceUID", "PatientName=*YAMADA*"]);
    assert!(said.contains(&uid), "{said}");
    there.node.leave().await;
    gate.node.leave().await;
}

/// R13, R16: inside TLS a study is sent, found and fetched, with certificates of both sides.
#[tokio::test(flavor = "multi_thread")]
async fn r13_r16_an_archive_is_searched_inside_tls() {
    let home = Home::with(&[TANAKA]);
    let folder = home.beside("tls");
    std::fs::create_dir_all(&folder).unwrap();
    let (certificate, key) = (folder.join("house.pem"), folder.join("house.key"));
    let made = Command::new("/usr/bin/openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=house",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let orthanc = Orthanc::start_with(
        free_port(),
        &json!({
            "DicomTlsEnabled": true,
            "DicomTlsCertificate": certificate,
            "DicomTlsPrivateKey": key,
            "DicomTlsTrustedCertificates": certificate,
        }),
    );
    let mut config = Config::read(&home.dir).unwrap();
    config.dicom.tls = Some(DicomTls {
        certificate: certificate.clone(),
        key,
        clients: Some(certificate),
        authorities: None,
        oldest: OldestTls::V1_2,
    });
    config.dicom.peers = vec![DicomPeer {
        aet: "PACS".to_owned(),
        host: Some("localhost".to_owned()),
        port: Some(orthanc.dicom),
        send: true,
        fetch: true,
        tls: true,
        ..DicomPeer::default()
    }];
    config.write(&home.dir).unwrap();
    let gate = Gate::of(home);
    gate.node.receive().await.unwrap();
    let token = gate.sign_in(&TANAKA).await;
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 2);
    gate.import(&folder).await;
    let send = format!("/api/v1/studies/{uid}/send");
    gate.post(&send, &token, &json!({"to": "PACS"})).await;
    eventually("the archive has it", || async {
        (orthanc.instances().len() == 2).then_some(())
    })
    .await;
    let found = ask(&gate, &token, json!({"patient_name": "山田"})).await;
    assert_eq!(found[0]["here"], 2, "{found:?}");
    let job = fetch(&gate, &token, &uid).await;
    assert_eq!(
        (&job["result"]["way"], &job["result"]["already_here"]),
        (&"get".into(), &2.into()),
        "{job}"
    );
    gate.node.leave().await;
}

/// R13: what does not work says what to do: nobody there, a title that is not admitted, nothing asked for, no such study, and
/// neither way offered. A fetch of which nothing comes is cancelled.
#[tokio::test(flavor = "multi_thread")]
async fn r13_what_cannot_be_fetched_says_why_and_a_fetch_is_cancelled() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (gate, token) = fetching_from(silent.local_addr().unwrap().port(), None).await;
    let find = "/api/v1/archives/PACS/find";
    let nothing = gate.post(find, &token, &json!({})).await;
    assert_eq!(nothing.problem(), "bad_field");
    let stranger = gate
        .post(
            "/api/v1/archives/NOWHERE/find",
            &token,
            &json!({"patient_id": "1"}),
        )
        .await;
    assert_eq!(stranger.problem(), "not_found");
    let operator = gate.post(find, &gate.operator, &json!({"patient_id": "1"})).await;
    assert_eq!(
        operator.problem(),
        "not_signed_in",
        "patients are shown to practitioners only"
    );

    let body = json!({"study_instance_uid": "1.2.3"});
    let started = gate.post("/api/v1/archives/PACS/fetch", &token, &body).await;
    let job = started.json()["job"].as_str().unwrap().to_owned();
    let (held, _) = tokio::task::spawn_blocking(move || {
        let accepted = silent.accept().unwrap().0;
        (accepted, drop(silent))
    })
    .await
    .unwrap();
    let cancel = format!("/api/v1/fetches/{job}/cancel");
    let cancelled = gate.post(&cancel, &token, &json!({})).await;
    assert!(cancelled.status.is_success(), "{:?}", cancelled.body);
    let ended = gate.job(&started).await;
    assert_eq!(ended["error"]["code"], "fetch_cancelled", "{ended}");
    assert_eq!(
        gate.post(&cancel, &token, &json!({})).await.problem(),
        "not_found"
    );
    drop(held);

    let gone = gate.post(find, &token, &json!({"patient_id": "1"})).await;
    assert_eq!(gone.problem(), "archive_not_reached");
    assert!(!gone.json()["next"].as_str().unwrap().is_empty());
    gate.node.leave().await;

    // Neither way: it does not give, and we do not listen.
    let archive = Dcmqrscp::start(free_port(), &["--disable-get"]);
    let (gate, token) = fetching_from(archive.port, None).await;
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 1);
    fill(archive.port, &folder);
    let ended = fetch(&gate, &token, &uid).await;
    assert_eq!(ended["error"]["code"], "archive_gives_nothing", "{ended}");
    let lost = fetch(&gate, &token, "1.2.3.4").await;
    assert_eq!(lost["error"]["code"], "archive_gives_nothing", "{lost}");
    gate.node.leave().await;
}

/// R13: pynetdicom as a device and as an archive: what it sends is judged, and what it has is found and fetched.
#[tokio::test(flavor = "multi_thread")]
async fn r13_pynetdicom_sends_is_searched_and_gives() {
    let Some(data) = std::env::var_os("DOKUEI_PYDICOM_FILES").map(PathBuf::from) else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return;
    };
    let venv = data.ancestors().find(|folder| folder.join("bin/python").exists());
    let Some(python) = venv.map(|venv| venv.join("bin/python")) else {
        println!("skipped: there is no Python beside pydicom's files");
        return;
    };
    let (listen, archive) = (free_port(), free_port());
    let home = Home::with(&[TANAKA]);
    let mut config = Config::read(&home.dir).unwrap();
    config.dicom.listen = Some(format!("127.0.0.1:{listen}").parse().unwrap());
    config.dicom.peers = vec![
        DicomPeer {
            aet: "CBCT1".to_owned(),
            ..DicomPeer::default()
        },
        DicomPeer {
            aet: "PACS".to_owned(),
            host: Some("127.0.0.1".to_owned()),
            port: Some(archive),
            fetch: true,
            ..DicomPeer::default()
        },
    ];
    config.write(&home.dir).unwrap();
    let gate = Gate::of(home);
    gate.node.receive().await.unwrap();
    let token = gate.sign_in(&TANAKA).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/node/others.py");
    let mut other = Command::new(python)
        .args(["-W", "ignore", script, &listen.to_string(), &archive.to_string()])
        .arg(data.join("test_files"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(other.stdout.take().unwrap());
    let ready = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        line
    });
    assert_eq!(
        ready.await.unwrap().trim(),
        "ready",
        "what it sent was not judged as it expects"
    );
    for name in ["山田", "太郎", "やまだ", "yamada"] {
        let found = ask(&gate, &token, json!({"patient_name": name})).await;
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0]["patient"]["name"]["ideographic"], "山田^太郎");
        assert_eq!(found[0]["patient"]["id"], "J-1");
    }
    assert!(
        ask(&gate, &token, json!({"patient_name": "鈴木"}))
            .await
            .is_empty()
    );
    let study = "1.2.826.0.1.3680043.8.498.1";
    let job = fetch(&gate, &token, study).await;
    assert_eq!(
        (
            &job["result"]["way"],
            &job["result"]["new"],
            &job["result"]["missing"]
        ),
        (&"get".into(), &3.into(), &0.into()),
        "{job}"
    );
    let job = fetch(&gate, &token, "1.2.826.0.1.3680043.8.498.2").await;
    let half = &job["result"];
    assert_eq!(
        (&half["new"], &half["missing"], &half["complete"]),
        (&1.into(), &2.into(), &false.into()),
        "what is not listed and comes in part is not told as whole: {job}"
    );
    drop(other.stdin.take());
    assert!(other.wait().unwrap().success());
    gate.node.leave().await;
}
