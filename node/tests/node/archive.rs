//! The way out by DICOM network: Orthanc is the archive of the house, as a PACS is.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dokuei_node::config::{Config, DicomPeer};
use serde_json::{Value, json};

use crate::fetching::fetched_by_the_command_line;
use crate::reception::{large, peak};
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::orthanc::{Orthanc, Storescp, free_port};
use crate::support::pair::Pair;
use crate::support::program::{Running, dokuei, passphrase_file};
use crate::support::registry::{SATO, TANAKA};
use crate::support::{NODE_PASSPHRASE, eventually, files, sample_study};

/// The settings of a node that listens here and sends to an archive there.
pub(crate) fn set(home: &Home, listen: u16, archive: u16) {
    let mut config = Config::read(&home.dir).unwrap();
    config.dicom.listen = Some(format!("127.0.0.1:{listen}").parse().unwrap());
    config.dicom.peers = vec![DicomPeer {
        aet: "PACS".to_owned(),
        address: Some("127.0.0.1".parse().unwrap()),
        port: Some(archive),
        send: true,
        reports: true,
        commitment: true,
        ..DicomPeer::default()
    }];
    config.write(&home.dir).unwrap();
}

async fn dispatches(gate: &Gate) -> Vec<Value> {
    let all = gate.get("/api/v1/dispatches", &gate.operator).await.json();
    all.as_array().unwrap().clone()
}

/// The dispatch when it is as wanted.
async fn until(gate: &Gate, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    eventually("the dispatch is as wanted", || async {
        let path = format!("/api/v1/dispatches/{id}");
        let view = gate.get(&path, &gate.operator).await.json();
        wanted(&view).then_some(view)
    })
    .await
}

fn id(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

/// R13, R15: a study goes to the archive, which says that it keeps it; what the archive does not take waits; and the archive
/// may ask the same of what it stored here.
#[tokio::test(flavor = "multi_thread")]
async fn r13_r15_a_study_goes_to_the_archive_which_commits_itself_to_it() {
    let listen = free_port();
    let mut orthanc = Orthanc::start(listen);
    let home = Home::with(&[TANAKA]);
    set(&home, listen, orthanc.dicom);
    let gate = Gate::of(home);
    gate.node.receive().await.unwrap();
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 3);
    gate.import(&folder).await;
    let token = gate.sign_in(&TANAKA).await;

    let echo = gate
        .post("/api/v1/archives/PACS/echo", &gate.operator, &json!({}))
        .await
        .json();
    assert_eq!(echo["ok"], true, "{echo}");
    let send = format!("/api/v1/studies/{uid}/send");
    let stranger = gate.post(&send, &token, &json!({"to": "NOWHERE"})).await;
    assert_eq!(stranger.problem(), "not_found");
    let queued = gate.post(&send, &token, &json!({"to": "PACS"})).await;
    let queued = id(&queued.json());
    let done = until(&gate, &queued, |one| {
        one["state"] == "delivered" && one["commitment"] != "asked"
    })
    .await;
    assert_eq!(
        (&done["sent"], &done["instances"]),
        (&3.into(), &3.into()),
        "{done}"
    );
    assert_eq!(done["commitment"], "safe", "{done}");
    let there = orthanc.instances();
    assert_eq!(there.len(), 3);
    for one in &there {
        assert_eq!(one["StudyInstanceUID"], uid.as_str());
        assert_eq!(one["Modality"], "CT");
    }

    // The archive asks what of it is safe here.
    let mut asked: Vec<Value> = there
        .iter()
        .map(|one| json!([one["SOPClassUID"], one["SOPInstanceUID"]]))
        .collect();
    let ask = |instances: &[Value]| {
        let body = json!({"DicomInstances": instances});
        let asked = orthanc.post("/modalities/DOKUEI/storage-commitment", &body);
        asked["Path"].as_str().unwrap().to_owned()
    };
    let settled = async |path: String| {
        eventually("the archive hears of it", || async {
            let report = orthanc.get(&path);
            (report["Status"] != "Pending").then_some(report)
        })
        .await
    };
    let report = settled(ask(&asked)).await;
    assert_eq!(report["Status"], "Success", "{report}");
    asked.push(json!(["1.2.840.10008.5.1.4.1.1.2", "1.2.3.4.5"]));
    let report = settled(ask(&asked)).await;
    assert_eq!(report["Status"], "Failure", "{report}");
    assert_eq!(report["Failures"][0]["SOPInstanceUID"], "1.2.3.4.5", "{report}");

    // It is off: what is to be sent waits, says why, and goes when it is back.
    orthanc.stop();
    let waiting = id(&gate.post(&send, &token, &json!({"to": "PACS"})).await.json());
    let stuck = until(&gate, &waiting, |one| one["attempts"] != 0).await;
    assert_eq!(stuck["state"], "queued", "{stuck}");
    assert!(
        stuck["why"].as_str().unwrap().contains("does not answer"),
        "{stuck}"
    );
    assert!(stuck["next_try"].is_string(), "{stuck}");
    let unwanted = id(&gate.post(&send, &token, &json!({"to": "PACS"})).await.json());
    let cancel = format!("/api/v1/dispatches/{unwanted}/cancel");
    let cancelled = gate.post(&cancel, &gate.operator, &json!({})).await.json();
    assert_eq!(cancelled["state"], "cancelled");
    orthanc.resume();
    let again = format!("/api/v1/dispatches/{waiting}/again");
    gate.post(&again, &gate.operator, &json!({})).await;
    until(&gate, &waiting, |one| one["state"] == "delivered").await;

    // The same study as a medium.
    let out = gate.home.beside("disc");
    let export = format!("/api/v1/studies/{uid}/export");
    let started = gate
        .post(&export, &token, &json!({"path": out, "dicomdir": true}))
        .await;
    let job = gate.job(&started).await;
    assert_eq!(job["result"]["compressed"], 0, "{job}");
    let found = std::process::Command::new("/usr/bin/dcmdump")
        .args(["+P", "0004,1500"])
        .arg(out.join("DICOMDIR"))
        .output()
        .unwrap();
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(found.contains("[SE00001\\IM00003]"), "{found}");
    assert_eq!(job["result"]["profiles"], json!(["STD-GEN-CD"]), "{job}");

    // And as an image to burn: DCMTK makes the same table of contents of what is on it.
    let image = gate.home.beside("disc.iso");
    let started = gate
        .post(&export, &token, &json!({"path": image, "dicomdir": true}))
        .await;
    let job = gate.job(&started).await;
    assert_eq!(job["result"]["path"], json!(image), "{job}");
    let burnt = gate.home.beside("burnt");
    let run = |program: &str, arguments: &[&str]| {
        let output = std::process::Command::new(program)
            .args(arguments)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "{program}: {said}");
        said
    };
    let (image, burnt_at) = (image.to_str().unwrap(), burnt.to_str().unwrap());
    let from = [
        "-osirrox",
        "on:auto_chmod_on",
        "-indev",
        image,
        "-extract",
        "/",
        burnt_at,
    ];
    run("/usr/bin/xorriso", &from);
    let listed = |table: &Path| {
        let said = run(
            "/usr/bin/dcmdump",
            &["+P", "0004,1430", "+P", "0004,1500", table.to_str().unwrap()],
        );
        let values = said
            .lines()
            .filter_map(|line| line.split_once('[')?.1.split_once(']'));
        let mut values: Vec<String> = values.map(|(value, _)| value.trim().to_owned()).collect();
        values.sort();
        values
    };
    let ours = listed(&burnt.join("DICOMDIR"));
    assert!(ours.iter().any(|one| one == "SE00001\\IM00003"), "{ours:?}");
    let theirs = burnt.join("THEIRS");
    let all = [
        "--general-purpose",
        "+r",
        "+id",
        burnt_at,
        "+D",
        theirs.to_str().unwrap(),
        "SE00001",
    ];
    run("/usr/bin/dcmmkdir", &all);
    assert_eq!(listed(&theirs), ours);
    let beside: Vec<String> = fs::read_dir(gate.home.beside(""))
        .unwrap()
        .map(|one| one.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("dokuei-files"))
        .collect();
    assert!(beside.is_empty(), "{beside:?} lies beside the image still");

    gate.node.leave().await;
    let rows = format!("{:?}", gate.close().store().audit_rows(1, 200).unwrap());
    for told in [
        "study for dicom:PACS",
        "delivered: 3 instances",
        "3 safe, 0 not",
        "3 safe, 1 not",
        "not yet: 127.0.0.1",
        "cancelled for dicom:PACS",
    ] {
        assert!(rows.contains(told), "{told} is not in {rows}");
    }
}

/// R13: cancelling ends the connection over which is sent, whoever asks the archive meanwhile whether it is there.
#[tokio::test(flavor = "multi_thread")]
async fn r13_what_is_cancelled_while_it_is_sent_ends() {
    let silent = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
    let accept = || {
        let silent = Arc::clone(&silent);
        async {
            tokio::task::spawn_blocking(move || silent.accept().unwrap().0)
                .await
                .unwrap()
        }
    };
    let home = Home::with(&[TANAKA]);
    set(&home, free_port(), silent.local_addr().unwrap().port());
    let gate = Gate::of(home);
    gate.node.receive().await.unwrap();
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 1);
    gate.import(&folder).await;
    let token = gate.sign_in(&TANAKA).await;
    let send = format!("/api/v1/studies/{uid}/send");
    let sending = id(&gate.post(&send, &token, &json!({"to": "PACS"})).await.json());
    let first = accept().await;
    let nothing = json!({});
    let echo = gate.post("/api/v1/archives/PACS/echo", &gate.operator, &nothing);
    let cancelling = async {
        let asked = accept().await;
        let cancel = format!("/api/v1/dispatches/{sending}/cancel");
        gate.post(&cancel, &gate.operator, &nothing).await;
        let ended = tokio::task::spawn_blocking(move || {
            first.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            (&first).read_to_end(&mut Vec::new())
        });
        assert!(ended.await.unwrap().is_ok(), "it still holds the connection");
        drop(asked);
    };
    let (echo, ()) = tokio::join!(echo, cancelling);
    assert_eq!(echo.json()["ok"], false);
    // What is sent next goes at once, and the cancelled one stays as it is.
    gate.post(&send, &token, &json!({"to": "PACS"})).await;
    drop(accept().await);
    let after = until(&gate, &sending, |_| true).await;
    assert_eq!(
        (&after["state"], &after["attempts"], &after["why"]),
        (&"cancelled".into(), &0.into(), &Value::Null)
    );
    gate.node.leave().await;
}

/// R23: one odd image does not keep a study from leaving: neither on a medium, where it stays compressed as it was, nor in
/// what the web is told of it.
#[tokio::test(flavor = "multi_thread")]
async fn r23_one_odd_image_does_not_keep_the_others() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 3);
    let slices = files(&folder);
    // A compressed stream that says other rows than the header.
    let odd = folder.join("odd");
    let done = std::process::Command::new("/usr/bin/dcmcjpls")
        .args([&slices[0], &odd])
        .status()
        .unwrap();
    assert!(done.success());
    let mut bytes = fs::read(&odd).unwrap();
    let frame = bytes.windows(2).rposition(|two| two == [0xff, 0xf7]).unwrap();
    bytes[frame + 6] ^= 1;
    fs::write(&slices[0], &bytes).unwrap();
    fs::remove_file(&odd).unwrap();
    // A header that is longer than what is held of one.
    let mut long = fs::read(&slices[1]).unwrap();
    let pixels = long
        .windows(4)
        .rposition(|tag| tag == [0xe0, 0x7f, 0x10, 0])
        .unwrap();
    let values = (0..300_u16).flat_map(|number| {
        let mut element = vec![0x29, 0];
        element.extend_from_slice(&(0x1000 + number).to_le_bytes());
        element.extend_from_slice(b"UT\0\0");
        element.extend_from_slice(&60_000_u32.to_le_bytes());
        element.resize(element.len() + 60_000, b'x');
        element
    });
    long.splice(pixels..pixels, values.collect::<Vec<u8>>());
    fs::write(&slices[1], &long).unwrap();
    let imported = gate.import(&folder).await;
    let token = gate.sign_in(&TANAKA).await;

    let metadata = gate
        .get(&format!("/dicomweb/studies/{uid}/metadata"), &token)
        .await
        .json();
    let all = metadata.as_array().unwrap();
    assert_eq!(all.len(), 3, "{imported}");
    let of_patient = all.iter().filter(|one| one["00100010"].is_object());
    assert_eq!(of_patient.count(), 2, "one has what its row has");
    assert!(all.iter().all(|one| one["00080018"]["Value"][0].is_string()));

    let out = gate.home.beside("disc");
    let export = format!("/api/v1/studies/{uid}/export");
    let started = gate
        .post(&export, &token, &json!({"path": out, "dicomdir": true}))
        .await;
    let result = &gate.job(&started).await["result"];
    assert_eq!(
        (&result["files"], &result["compressed"], &result["unconverted"]),
        (&3.into(), &1.into(), &1.into()),
        "{result}"
    );
    assert!(out.join("DICOMDIR").exists());
    let as_it_was = files(&out).iter().any(|path| fs::read(path).unwrap() == bytes);
    assert!(as_it_was, "it is not on the medium as it was imported");
}

/// R15: a final report and its amendment go back to the clinic's archive by themselves, as SR and PDF, with what they show and
/// measure, under the clinic's own Patient ID, accession number and Study Instance UID.
#[tokio::test(flavor = "multi_thread")]
async fn r15_reports_go_to_the_archive_by_themselves() {
    let listen = free_port();
    let orthanc = Orthanc::start(listen);
    let pair = Pair::with_clinic(|home| set(home, listen, orthanc.dicom)).await;
    pair.clinic.node.receive().await.unwrap();
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let act = async |verb: &str, body: Value| {
        let answer = pair
            .hospital
            .post(&format!("{path}/{verb}"), &pair.sato, &body)
            .await;
        assert!(answer.status.is_success(), "{verb}: {:?}", answer.body);
    };
    act("accept", json!({})).await;
    let study = format!("/api/v1/studies/{}", pair.study);
    let seen = eventually("the study is opened", || async {
        let seen = pair.hospital.get(&study, &pair.sato).await;
        seen.status.is_success().then(|| seen.json())
    })
    .await;
    let mut illustrated = SATO.confirmed(illustrated_report(&seen));
    let image = illustrated["key_images"][0]["image"]["sop_instance_uid"].clone();
    illustrated["key_images"][0]["image"]["sop_instance_uid"] = "1.2.3".into();
    let report = format!("{path}/report");
    // Until every image was compared there is nothing to report on.
    let refused = eventually("the study is whole", || async {
        let refused = pair.hospital.post(&report, &pair.sato, &illustrated).await;
        (refused.problem() != "not_opened").then_some(refused)
    })
    .await;
    assert_eq!(refused.problem(), "bad_field", "an image of another study");
    illustrated["key_images"][0]["image"]["sop_instance_uid"] = image.clone();
    act("report", illustrated).await;
    let documents = async |count: usize| {
        eventually("the documents are at the archive", || async {
            let there = orthanc.instances();
            (there.len() == count).then_some(there)
        })
        .await
    };
    let first = documents(5).await;
    let selection = first.iter().find(|one| one["Modality"] == "KO").unwrap();
    let evidence = &selection["CurrentRequestedProcedureEvidenceSequence"];
    assert!(evidence.to_string().contains(&image.to_string()), "{evidence}");
    let mut modalities = Vec::new();
    for one in first {
        assert_eq!(one["StudyInstanceUID"], pair.study.as_str(), "{one}");
        let study = pair.clinic.get("/api/v1/studies", &pair.tanaka).await.json()[0].clone();
        assert_eq!(one["PatientID"], study["patient"]["id"], "{one}");
        assert_eq!(one["AccessionNumber"], study["accession_number"], "{one}");
        assert_eq!(one["StudyDate"], study["study_date"], "{one}");
        modalities.push(one["Modality"].as_str().unwrap().to_owned());
    }
    modalities.sort();
    assert_eq!(modalities, ["DOC", "KO", "PR", "SR", "SR"]);
    act(
        "report",
        SATO.confirmed(json!({"status": "final", "findings": "右側である。", "impression": "歯根嚢胞", "reason": "左右の訂正"})),
    )
    .await;
    let there = documents(7).await;
    let amended = there
        .iter()
        .find(|one| one["PredecessorDocumentsSequence"].is_array());
    assert!(amended.is_some(), "no report names its predecessor");
    let done = eventually("both are delivered", || async {
        let all = dispatches(&pair.clinic).await;
        all.iter().all(|one| one["state"] == "delivered").then_some(all)
    })
    .await;
    assert_eq!(done.len(), 2, "each once: {done:?}");
    assert!(
        done.iter()
            .all(|one| one["what"] == "report" && one["asked_by"] == "node")
    );
    pair.clinic.node.leave().await;
    pair.hospital.node.leave().await;
}

/// A report with a key image, a line and a region in the first image of the study that is seen.
pub(crate) fn illustrated_report(seen: &Value) -> Value {
    let image = &seen["series"][0]["instances"][0]["sop_instance_uid"];
    let image = json!({"sop_instance_uid": image, "frame": 1});
    json!({
        "status": "final",
        "findings": "46の根尖部に透過像を認める。",
        "impression": "歯根嚢胞の疑い",
        "key_images": [{
            "image": image,
            "title": "of_interest",
            "words": "近心根",
            "window": {"center": 400, "width": 2000},
        }],
        "measurements": [
            {
                "image": image,
                "shape": "line",
                "points": {"image": [[2.5, 3], [10.5, 9.25]]},
                "quantities": [{"kind": "length", "value": 2.104, "unit": "mm"}],
                "calibration": "object",
                "tooth": 46,
                "words": "下顎管まで",
            },
            {
                "image": image,
                "shape": "rectangle",
                "points": {"image": [[2, 2], [9, 2], [9, 6], [2, 6]]},
                "quantities": [
                    {"kind": "area", "value": 4.48, "unit": "mm2"},
                    {"kind": "mean", "value": -12.5, "unit": "HU"},
                ],
                "calibration": "object",
            },
        ],
    })
}

/// R13: a node that is killed in the middle goes on where it was, as the program; and finds and fetches what another
/// archive has.
#[test]
fn r13_a_node_that_is_killed_goes_on_where_it_was() {
    let home = Home::with(&[TANAKA]);
    let got = home.beside("got");
    let slow = Storescp::start(&got, true);
    let fast = Storescp::start(&home.beside("fast"), false);
    let listen = free_port();
    let orthanc = Orthanc::start(listen);
    set(&home, listen, slow.port);
    let mut config = Config::read(&home.dir).unwrap();
    config.dicom.peers.push(DicomPeer {
        aet: "ARCHIVE".to_owned(),
        host: Some("localhost".to_owned()),
        port: Some(orthanc.dicom),
        fetch: true,
        ..DicomPeer::default()
    });
    config.dicom.peers.push(DicomPeer {
        aet: "DISC".to_owned(),
        host: Some("localhost".to_owned()),
        port: Some(fast.port),
        send: true,
        ..DicomPeer::default()
    });
    config.write(&home.dir).unwrap();
    let root = home.dir.root();
    let phrase = passphrase_file(root, NODE_PASSPHRASE);
    let node = Running::start(root, &phrase);
    let folder = home.beside("cbct");
    let uid = sample_study(&folder, 6);
    let person = passphrase_file(&home.beside(""), TANAKA.passphrase);
    let sign_in = || {
        let signed_in = dokuei(
            root,
            &[
                "sign-in",
                "--id",
                TANAKA.id,
                "--passphrase-file",
                person.to_str().unwrap(),
            ],
        );
        assert_eq!(signed_in.code, Some(0), "{signed_in:?}");
    };
    sign_in();
    dokuei(root, &["study", "import", folder.to_str().unwrap()]);
    let sent = dokuei(root, &["study", "send", &uid, "--to", "PACS"]);
    assert!(sent.code == Some(0), "{sent:?}");
    let show = || dokuei(root, &["archive", "queue", "--json"]).json()[0].clone();
    let wait = |wanted: &dyn Fn(&Value) -> bool| {
        for _ in 0..1200 {
            let view = show();
            if wanted(&view) {
                return view;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("waited in vain: {}", show());
    };
    wait(&|view| view["sent"].as_u64() >= Some(2));
    node.kill();
    let node = Running::start(root, &phrase);
    let done = wait(&|view| view["state"] == "delivered");
    assert_eq!(
        (&done["sent"], &done["commitment"]),
        (&6.into(), &"not_offered".into())
    );
    assert_eq!(files(&got).len(), 6);
    let told = dokuei(root, &["archive", "queue"]).out;
    assert!(told.contains("6 of 6"), "{told}");
    assert!(dokuei(root, &["archive", "echo", "PACS"]).code == Some(0));
    sign_in();
    fetched_by_the_command_line(root, orthanc.dicom, &home.beside("other"));
    // What is large is not held.
    let before = peak(node.id());
    let object = large(&home.beside("large"), 96);
    dokuei(root, &["study", "import", object.to_str().unwrap()]);
    let studies = dokuei(root, &["study", "list", "--json"]).json();
    let mut studies = studies.as_array().unwrap().iter();
    let study = studies.find(|one| one["instances"] == 1).unwrap()["study_instance_uid"].clone();
    let imported = peak(node.id());
    let sent = dokuei(
        root,
        &["study", "send", study.as_str().unwrap(), "--to", "DISC", "--wait"],
    );
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert!(sent.out.contains("delivered, 1 of 1 sent"), "{sent:?}");
    let grown = peak(node.id()) - imported;
    println!(
        "{} KiB more by importing 96 MiB, {grown} KiB by sending them",
        imported - before
    );
    assert!(grown < 40 * 1024, "{grown} KiB more for an object of 96 MiB");
    drop(slow);
    let gone = dokuei(root, &["archive", "echo", "PACS"]);
    assert!(
        gone.code == Some(1) && gone.err.contains("does not answer"),
        "{gone:?}"
    );
    assert!(node.terminate().success());
    assert!(fs::metadata(&got).is_ok());
}
