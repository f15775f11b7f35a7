//! Images that a failing disk has damaged: told as what they are, and replaced by the same image that comes again.

use std::fs;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use dokuei_node::config::Config;
use dokuei_node::service::status::Meeting;
use serde_json::{Value, json};

use crate::archive::illustrated_report;
use crate::support::gate::Gate;
use crate::support::pair::{Pair, address_of};
use crate::support::registry::{SATO, TANAKA};
use crate::support::turned::Turned;
use crate::support::{eventually, files, hashes, sample_study};

/// The sealed blobs below a folder.
fn blobs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(blobs(&path));
        } else if path.extension().is_some_and(|extension| extension == "blob") {
            found.push(path);
        }
    }
    found
}

/// A bit in the middle becomes another one, as on a disk that fails.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// R1, R11, R15: an image under a key image is damaged at the clinic. Nothing of it is given out, and the reason is told with
/// what to do; the report that was signed goes on, without the image and not without a word; the image that is imported again
/// takes its own place, and everything is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn r1_r11_r15_a_damaged_image_under_a_key_image_is_told_and_comes_again() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let report = format!("{path}/report");
    let accept = format!("{path}/accept");
    let accepted = pair.hospital.post(&accept, &pair.sato, &json!({})).await;
    assert!(accepted.status.is_success());
    let seen = eventually("the study is opened", || async {
        let seen = pair
            .hospital
            .get(&format!("/api/v1/studies/{}", pair.study), &pair.sato)
            .await;
        seen.status.is_success().then(|| seen.json())
    })
    .await;
    let wanted = SATO.confirmed(illustrated_report(&seen));
    eventually("the report is signed", || async {
        let signed = pair.hospital.post(&report, &pair.sato, &wanted).await;
        signed.status.is_success().then_some(())
    })
    .await;
    let object = format!("{path}/report-objects/0");
    let ask = async |what: &str| pair.clinic.get(what, &pair.tanaka).await;
    let whole = eventually("the report is back", || async {
        let object = ask(&object).await;
        object.status.is_success().then_some(object.body)
    })
    .await;

    let there = blobs(pair.clinic.home.dir.root());
    assert_eq!(there.len(), 3, "{there:?}");
    there.iter().for_each(|blob| damage(blob));
    let image = &wanted["key_images"][0]["image"]["sop_instance_uid"];
    let rendered = format!(
        "/dicomweb/studies/{}/series/{}/instances/{}/rendered",
        pair.study,
        seen["series"][0]["series_instance_uid"].as_str().unwrap(),
        image.as_str().unwrap(),
    );
    let refused = ask(&rendered).await;
    assert_eq!(
        (refused.status, refused.problem()),
        (StatusCode::CONFLICT, "image_damaged".to_owned())
    );
    assert!(
        refused.json()["next"]
            .as_str()
            .unwrap()
            .contains("import it again")
    );
    assert_eq!(
        ask(&object).await.status,
        StatusCode::NOT_FOUND,
        "it shows no image"
    );
    assert!(
        ask(&format!("{path}/report.pdf")).await.status.is_success(),
        "the words stay"
    );
    assert!(ask(&format!("{path}/report.dcm")).await.status.is_success());

    let again = pair.clinic.import(&pair.clinic.home.beside("cbct")).await;
    let told: (&Value, &Value) = (&again["result"]["imported"], &again["result"]["duplicates"]);
    assert_eq!(told, (&3.into(), &0.into()), "{again}");
    assert!(ask(&rendered).await.status.is_success());
    assert_eq!(ask(&object).await.body, whole, "it is as it was");
    let again = pair.clinic.import(&pair.clinic.home.beside("cbct")).await;
    assert_eq!(again["result"]["duplicates"], 3, "{again}");

    pair.hospital.node.leave().await;
    pair.clinic.node.leave().await;
    let rows = format!("{:?}", pair.clinic.close().store().audit_rows(1, 400).unwrap());
    assert!(rows.contains("image_damaged"), "{rows}");
}

/// The events of the trail of one kind.
async fn told(gate: &Gate, token: &str, event: &str) -> String {
    let rows = gate.get(&format!("/api/v1/audit?event={event}"), token).await;
    assert_eq!(rows.status, StatusCode::OK);
    String::from_utf8(rows.body.to_vec()).unwrap()
}

/// Writes a study out as it was received; the hashes of its files.
async fn written(gate: &Gate, token: &str, study: &str, name: &str) -> Option<Vec<[u8; 32]>> {
    let out = gate.home.beside(name);
    let _ = fs::remove_dir_all(&out);
    let asked = json!({"path": out, "dicomdir": false});
    let started = gate
        .post(&format!("/api/v1/studies/{study}/export"), token, &asked)
        .await;
    let job = gate.job(&started).await;
    (job["state"] == "done").then(|| hashes(&out))
}

/// R1, R11: images that were received are damaged on the reader's disk. They are told; as long as the package in which they
/// came is whole they are taken from it, without anybody; what is damaged of the package too waits for its sender's node
/// and is asked for anew there. Nobody does anything, and every file is the sender's again, bit for bit.
#[tokio::test(flavor = "multi_thread")]
async fn r1_r11_a_received_image_that_the_disk_has_damaged_comes_again_from_its_sender() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let accept = format!("/api/v1/cases/{case}/accept");
    assert!(
        pair.hospital
            .post(&accept, &pair.sato, &json!({}))
            .await
            .status
            .is_success()
    );
    let Pair {
        clinic,
        hospital,
        sato,
        study,
        ..
    } = pair;
    let sent = hashes(&clinic.home.beside("cbct"));
    let whole = async || {
        eventually("every file is the sender's", || async {
            let here = written(&hospital, &sato, &study, "out").await?;
            (here == sent).then_some(())
        })
        .await;
    };
    whole().await;
    clinic.node.leave().await;

    // Of the images only: altered, cut and gone.
    let root = hospital.home.dir.root().to_owned();
    let vault = blobs(&root);
    assert_eq!(vault.len(), 3, "{vault:?}");
    damage(&vault[0]);
    let half = fs::read(&vault[1]).unwrap();
    fs::write(&vault[1], &half[..half.len() / 2]).unwrap();
    fs::remove_file(&vault[2]).unwrap();
    assert_eq!(
        written(&hospital, &sato, &study, "out").await,
        None,
        "nothing of them is given out"
    );
    whole().await;
    assert!(
        told(&hospital, &sato, "damage")
            .await
            .contains("3 images cannot be read")
    );
    let mended = eventually("it is in the trail", || async {
        let mended = told(&hospital, &sato, "mend").await;
        mended.contains("success").then_some(mended)
    })
    .await;
    assert!(!mended.contains("not yet"), "{mended}");

    // Of the package as well, and its sender is away.
    for path in files(&root) {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("pkg" | "blob") => damage(&path),
            // The hashes over the package.
            Some("outboard") => fs::remove_file(&path).unwrap(),
            _ => {}
        }
    }
    assert_eq!(written(&hospital, &sato, &study, "out").await, None);
    eventually("its sender is missed", || async {
        told(&hospital, &sato, "mend")
            .await
            .contains("not yet: holder_away")
            .then_some(())
    })
    .await;
    assert_eq!(written(&hospital, &sato, &study, "out").await, None);

    let clinic = Gate::of(clinic.close());
    let address = address_of(&hospital).await;
    let meeting = Meeting {
        listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
        peers: vec![address.parse().unwrap()],
        ..Meeting::default()
    };
    clinic.node.join(meeting).await.unwrap();
    whole().await;

    // What was damaged of the package is as it was sent, too: it can be given to others.
    for gate in [&clinic, &hospital] {
        gate.node.leave().await;
    }
    let package = |gate: &Gate| {
        let mut found = files(gate.home.dir.root());
        found.retain(|path| path.extension().is_some_and(|extension| extension == "pkg"));
        found
            .iter()
            .map(|path| fs::read(path).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(package(&hospital), package(&clinic));
}

/// R1, R11, R19: nobody looks at these images. The node reads them by itself, finds what the disk has damaged, tells it where
/// it is looked for, and knows it after a restart; imported again it is whole, which the next reading finds after the days
/// that the settings say.
#[tokio::test(flavor = "multi_thread")]
async fn r1_r11_r19_damage_of_images_that_nobody_reads_is_found_and_told() {
    let clock = Turned::now();
    let gate = Gate::by(crate::support::home::Home::with(&[TANAKA]), clock.clock());
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 3);
    gate.import(&folder).await;
    let there = blobs(gate.home.dir.root());
    damage(&there[1]);
    let scan = async |gate: &Gate| gate.get("/api/v1/status", &gate.operator).await.json()["scan"].clone();
    let before = scan(&gate).await;
    assert_eq!(
        (&before["last"], &before["damaged"]),
        (&Value::Null, &0.into()),
        "{before}"
    );

    let ended = async |gate: &Gate| {
        gate.node.scan_images();
        let read = eventually("all images are read", || async {
            let read = scan(gate).await;
            let last = read["last"]["ended"].as_str().map(ToOwned::to_owned);
            (last.is_some()
                && read["running"].is_null()
                && last != before["last"]["ended"].as_str().map(ToOwned::to_owned))
            .then_some(read)
        });
        read.await
    };
    let read = ended(&gate).await;
    assert_eq!(read["last"]["images"], 3, "{read}");
    assert_eq!(read["last"]["damaged"], 1, "{read}");
    assert_eq!(read["damaged"], 1, "{read}");
    let view = async |gate: &Gate| gate.get("/api/v1/integrity", &gate.operator).await.json();
    let damaged = json!([{"study_instance_uid": uid, "origin": "imported", "images": 1}]);
    let seen = view(&gate).await;
    assert_eq!(
        (&seen["ok"], &seen["damaged_images"]),
        (&false.into(), &damaged),
        "{seen}"
    );
    let token = gate.sign_in(&TANAKA).await;
    let listed = gate.get("/api/v1/studies", &token).await.json();
    assert_eq!(listed[0]["damaged"], 1, "{listed}");
    gate.node.leave().await;
    let home = gate.close();
    let rows = format!("{:?}", home.store().audit_rows(1, 100).unwrap());
    assert_eq!(
        rows.matches("1 images cannot be read; import them again").count(),
        1,
        "{rows}"
    );

    let gate = Gate::by(home, clock.clock());
    assert_eq!(
        view(&gate).await["damaged_images"],
        damaged,
        "also after a restart"
    );
    let again = gate.import(&folder).await;
    assert_eq!(
        (&again["result"]["imported"], &again["result"]["duplicates"]),
        (&1.into(), &2.into())
    );
    assert_eq!(view(&gate).await["damaged_images"], json!([]));
    // Not before the days have passed.
    damage(&blobs(gate.home.dir.root())[0]);
    gate.node.scan_images();
    tokio::time::sleep(std::time::Duration::from_secs(7)).await;
    assert_eq!(scan(&gate).await["last"], read["last"]);
    clock.turn(30 * 86_400);
    eventually("it is found when they have", || async {
        (scan(&gate).await["damaged"] == 1).then_some(())
    })
    .await;
    gate.node.leave().await;
}

/// R1, R11: the same of images that were received: found without anybody, and had again without anybody.
#[tokio::test(flavor = "multi_thread")]
async fn r1_r11_damage_of_received_images_that_nobody_reads_is_found_and_mended() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    let accept = format!("/api/v1/cases/{case}/accept");
    assert!(hospital.post(&accept, sato, &json!({})).await.status.is_success());
    let sent = hashes(&pair.clinic.home.beside("cbct"));
    eventually("every file is the sender's", || async {
        let here = written(hospital, sato, &pair.study, "out").await?;
        (here == sent).then_some(())
    })
    .await;
    let vault = blobs(hospital.home.dir.root());
    damage(&vault[0]);
    fs::remove_file(&vault[1]).unwrap();
    hospital.node.scan_images();
    // Nobody asks for an image until the trail says that it is whole.
    eventually("it is mended", || async {
        let mended = told(hospital, sato, "mend").await;
        mended.contains("success").then_some(())
    })
    .await;
    assert!(
        told(hospital, sato, "damage")
            .await
            .contains("2 images cannot be read")
    );
    let seen = hospital.get("/api/v1/integrity", &hospital.operator).await.json();
    assert_eq!(
        (&seen["ok"], &seen["damaged_images"]),
        (&true.into(), &json!([])),
        "{seen}"
    );
    assert_eq!(written(hospital, sato, &pair.study, "out").await, Some(sent));
    let status = hospital.get("/api/v1/status", &hospital.operator).await.json();
    assert_eq!(status["scan"]["last"]["damaged"], 2, "{status}");
    hospital.node.leave().await;
    pair.clinic.node.leave().await;
}

/// R11: it can be switched off.
#[tokio::test(flavor = "multi_thread")]
async fn r11_a_node_that_is_told_to_reads_nothing_by_itself() {
    let home = crate::support::home::Home::with(&[TANAKA]);
    let mut config = Config::read(&home.dir).unwrap();
    config.scan.every_days = 0;
    config.write(&home.dir).unwrap();
    let gate = Gate::of(home);
    let folder = gate.home.beside("cbct");
    sample_study(&folder, 1);
    gate.import(&folder).await;
    gate.node.scan_images();
    tokio::time::sleep(std::time::Duration::from_secs(7)).await;
    let scan = gate.get("/api/v1/status", &gate.operator).await.json()["scan"].clone();
    assert_eq!(
        (&scan["every_days"], &scan["running"], &scan["last"]),
        (&0.into(), &Value::Null, &Value::Null)
    );
    gate.node.leave().await;
}
