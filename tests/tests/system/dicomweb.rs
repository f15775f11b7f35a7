//! Our DICOMweb, spoken by other people's programs.
//!
//! Shows R1, R12 and R13 with dicomweb-client, pydicom and Orthanc, on the real program and a real socket.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use dokuei_tests::api::Client;
use dokuei_tests::capture::free_ports;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::people::{CLINIC, TANAKA};
use dokuei_tests::process::Process;
use dokuei_tests::{consult, digest, fixtures, foreign, process, wait};
use serde_json::{Value, json};

/// Where the judge is: beside this file.
const JUDGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/system/dicomweb.py");

/// A certified node that runs, and its dentist's session.
fn running(lab: &Lab) -> (Node, Client) {
    let registry = lab.registry().unwrap();
    let mut node = lab.node(&CLINIC).unwrap();
    node.enrol(&registry).unwrap();
    node.enrol_practitioner(&registry, &TANAKA).unwrap();
    node.start(&[]).unwrap();
    let dentist = node.sign_in(&TANAKA).unwrap();
    (node, dentist)
}

#[test]
fn r12_r13_dicomweb_client_stores_searches_and_retrieves() {
    let files = fixtures::pydicom_files().unwrap();
    let python = fixtures::dicomweb_client().unwrap();
    let lab = Lab::new().unwrap();
    let (_node, dentist) = running(&lab);
    let mut judge = Command::new(python);
    judge
        .args(["-W", "ignore", JUDGE, dentist.base(), dentist.token()])
        .arg(files);
    let said = String::from_utf8(process::output(&mut judge).unwrap()).unwrap();
    assert!(
        said.contains("15 instances stored, searched and retrieved"),
        "{said}"
    );
}

/// An Orthanc with a server `node` to speak DICOMweb with.
struct Orthanc {
    process: Process,
    base: String,
}

impl Orthanc {
    fn start(folder: &Path, node: &Client) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let port = free_ports(1).unwrap()[0];
        let settings = json!({
            "StorageDirectory": folder.join("storage"),
            "IndexDirectory": folder.join("storage"),
            "HttpPort": port,
            "DicomServerEnabled": false,
            "AuthenticationEnabled": false,
            "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
            "DicomWeb": {"Enable": true, "Servers": {"node": {
                "Url": format!("{}/dicomweb/", node.base()),
                "HttpHeaders": {"Authorization": format!("Bearer {}", node.token())},
            }}},
        });
        let file = folder.join("orthanc.json");
        std::fs::write(&file, settings.to_string()).unwrap();
        let mut command = foreign::command("Orthanc").unwrap();
        command.arg(&file);
        let process = Process::start("Orthanc", command, &folder.join("orthanc.log")).unwrap();
        let base = format!("http://127.0.0.1:{port}");
        let ready = || Ok(ureq::get(format!("{base}/system")).call().ok().map(drop));
        wait::until("Orthanc", Duration::from_secs(60), ready).unwrap();
        Self { process, base }
    }

    fn get(&self, path: &str) -> Vec<u8> {
        let mut answer = ureq::get(format!("{}{path}", self.base)).call().unwrap();
        answer.body_mut().read_to_vec().unwrap()
    }

    fn post(&self, path: &str, body: &[u8]) -> Value {
        let ask = ureq::post(format!("{}{path}", self.base))
            .config()
            .http_status_as_error(false);
        let mut answer = ask.build().send(body).unwrap();
        let said = answer.body_mut().read_to_string().unwrap();
        let log = || self.process.last_lines(20);
        assert!(answer.status().is_success(), "{path}: {said}\n{}", log());
        serde_json::from_str(&said).unwrap()
    }

    fn instances(&self) -> Vec<String> {
        serde_json::from_slice(&self.get("/instances")).unwrap()
    }
}

/// R13: a server of others stores a study here and fetches it again: the same data sets.
#[test]
fn r13_orthanc_stores_and_fetches_a_study() {
    let lab = Lab::new().unwrap();
    let (node, dentist) = running(&lab);
    let source = lab.folder().join("source");
    fixtures::phantom(&node, &source, 5).unwrap();
    let orthanc = Orthanc::start(&lab.folder().join("orthanc"), &dentist);
    for file in digest::files_below(&source) {
        orthanc.post("/instances", &std::fs::read(file).unwrap());
    }
    let studies = orthanc.get("/studies");
    let all: Value = serde_json::from_slice(&studies).unwrap();
    let stored = orthanc.post(
        "/dicom-web/servers/node/stow",
        json!({"Resources": all, "Synchronous": true})
            .to_string()
            .as_bytes(),
    );
    let here = consult::studies(&dentist).unwrap();
    assert_eq!(here.len(), 1, "{stored}");
    let view: Value = dentist.get(&format!("/studies/{}", here[0])).unwrap();
    assert_eq!(view["instances"], 5, "{stored}");

    let found = orthanc.post(
        "/dicom-web/servers/node/qido",
        json!({"Uri": "/studies", "Arguments": {"00100020": view["patient"]["id"]}})
            .to_string()
            .as_bytes(),
    );
    assert!(found.to_string().contains(&here[0]), "{found}");
    for instance in orthanc.instances() {
        ureq::delete(format!("{}/instances/{instance}", orthanc.base))
            .call()
            .unwrap();
    }
    let fetched = orthanc.post(
        "/dicom-web/servers/node/retrieve",
        json!({"Resources": [{"Study": here[0]}], "Synchronous": true})
            .to_string()
            .as_bytes(),
    );
    assert_eq!(orthanc.instances().len(), 5, "{fetched}");
    let again = lab.folder().join("again");
    std::fs::create_dir(&again).unwrap();
    for instance in orthanc.instances() {
        let file = orthanc.get(&format!("/instances/{instance}/file"));
        std::fs::write(again.join(instance), file).unwrap();
    }
    assert_eq!(digest::folder(&again).unwrap(), digest::folder(&source).unwrap());
}
