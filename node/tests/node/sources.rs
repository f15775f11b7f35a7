//! Where studies come from: other makers' files, media, archives, watched folders, cameras.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::StatusCode;
use dokuei_node::config::Config;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::registry::TANAKA;
use crate::support::{eventually, files, hashes, sample_study};

/// SHA-256 of every stored instance, hexadecimal.
async fn stored(gate: &Gate) -> BTreeSet<String> {
    let token = gate.sign_in(&TANAKA).await;
    let mut found = BTreeSet::new();
    for study in gate
        .get("/api/v1/studies", &token)
        .await
        .json()
        .as_array()
        .unwrap()
    {
        let uid = study["study_instance_uid"].as_str().unwrap();
        let study = gate.get(&format!("/api/v1/studies/{uid}"), &token).await.json();
        for series in study["series"].as_array().unwrap() {
            for instance in series["instances"].as_array().unwrap() {
                found.insert(instance["sha256"].as_str().unwrap().to_owned());
            }
        }
    }
    found
}

/// Refusals by code.
fn by_code(result: &Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for refused in result["refused"].as_array().unwrap() {
        assert!(!refused["reason"].as_str().unwrap().contains('\n'));
        *counts
            .entry(refused["code"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn r1_r24_every_file_that_pydicom_ships_is_imported_right_or_refused_with_its_reason() {
    let Some(data) = std::env::var_os("DOKUEI_PYDICOM_FILES").map(PathBuf::from) else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return;
    };
    let gate = Gate::with(&[TANAKA]);
    // Without what pip writes there.
    let folder = gate.home.beside("pydicom");
    for path in files(&data) {
        let below = path.strip_prefix(&data).unwrap();
        if !below.starts_with("__pycache__") && below.components().count() > 1 {
            let copy = folder.join(below);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(&path, copy).unwrap();
        }
    }
    let job = gate.import(&folder).await;
    assert_eq!(job["state"], "done", "{job}");
    let result = &job["result"];
    let counts = by_code(result);
    let told: Vec<String> = result["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}: {}", one["code"], one["file"], one["reason"]))
        .collect();
    println!("{}\n{counts:?}", told.join("\n"));
    let taken = result["imported"].as_u64().unwrap() + result["duplicates"].as_u64().unwrap();
    let refused = result["refused"].as_array().unwrap().len() as u64;
    let directories = 8;
    let missing = counts.get("listed_but_missing").copied().unwrap_or_default() as u64;
    assert_eq!(
        taken + refused - missing + directories,
        files(&folder).len() as u64
    );
    let sources: BTreeSet<String> = files(&folder)
        .iter()
        .map(|path| hex(&Sha256::digest(fs::read(path).unwrap())))
        .collect();
    let stored = stored(&gate).await;
    assert_eq!(stored.len() as u64, result["imported"].as_u64().unwrap());
    // Of a data set that came without its file meta information the data set is the same; the test below shows it.
    let bare = stored.difference(&sources).count();
    assert_eq!(bare, BARE, "what is stored is what was there, bit for bit");
    let expected: BTreeMap<String, usize> = EXPECTED
        .iter()
        .map(|(code, count)| ((*code).to_owned(), *count))
        .collect();
    assert_eq!(counts, expected);
}

/// What pydicom 3.0.2 ships and this node does not take, by reason.
const EXPECTED: &[(&str, usize)] = &[
    // One image in several encodings, under one UID.
    ("conflict", 29),
    // Cut short, or without the UIDs by which an instance is filed.
    ("dicom_refused", 22),
    ("not_dicom", 12),
];

/// Of pydicom's files, those that are stored data sets without file meta information; a third is another encoding of one.
const BARE: usize = 2;

/// R1, R11: a data set without its file meta information, as older programs write it, is taken as it is, known again when it
/// comes a second time, by itself or in an archive, and shown.
#[tokio::test]
async fn r1_r11_a_data_set_without_its_header_is_taken_and_known_again() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 2);
    let paths = files(&folder);
    let whole = fs::read(&paths[0]).unwrap();
    let (_, mut rest) = dokuei_dicom::network::data_set_of(whole.as_slice()).unwrap();
    let mut data_set = Vec::new();
    std::io::Read::read_to_end(&mut rest, &mut data_set).unwrap();
    fs::write(&paths[0], &data_set).unwrap();
    let job = gate.import(&folder).await;
    assert_eq!(
        (&job["result"]["imported"], &job["result"]["refused"]),
        (&2.into(), &json!([])),
        "{job}"
    );
    assert_eq!(gate.import(&folder).await["result"]["duplicates"], 2);

    let zipped = gate.home.beside("bare.zip");
    let mut zip = ZipWriter::new(fs::File::create(&zipped).unwrap());
    zip.start_file("IM1", SimpleFileOptions::default()).unwrap();
    zip.write_all(&data_set).unwrap();
    zip.finish().unwrap();
    assert_eq!(gate.import(&zipped).await["result"]["duplicates"], 1);
    // With its header it is the same instance.
    let again = gate.home.beside("again.dcm");
    fs::write(&again, &whole).unwrap();
    assert_eq!(gate.import(&again).await["result"]["duplicates"], 1);

    let token = gate.sign_in(&TANAKA).await;
    let study = gate.get(&format!("/api/v1/studies/{uid}"), &token).await.json();
    let series = &study["series"][0];
    let mut ends = 0;
    for instance in series["instances"].as_array().unwrap() {
        let path = format!(
            "/dicomweb/studies/{uid}/series/{}/instances/{}",
            series["series_instance_uid"].as_str().unwrap(),
            instance["sop_instance_uid"].as_str().unwrap()
        );
        ends += usize::from(gate.get(&path, &token).await.body.ends_with(&data_set));
        let rendered = gate.get(&format!("{path}/rendered"), &token).await;
        assert_eq!(rendered.status, StatusCode::OK);
    }
    assert_eq!(ends, 1, "bit for bit");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn r1_an_archive_is_imported_without_unpacking_it_and_what_is_bad_in_it_is_named() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    sample_study(&folder, 4);
    let path = gate.home.beside("study.zip");
    let mut zip = ZipWriter::new(fs::File::create(&path).unwrap());
    for (number, file) in files(&folder).iter().enumerate() {
        zip.start_file(format!("CT/{number}.dcm"), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&fs::read(file).unwrap()).unwrap();
    }
    for (name, bytes) in [
        ("notes.txt", &b"call the patient"[..]),
        ("inner.zip", b"PK\x03\x04 and more"),
        ("letter.pdf", b"%PDF-1.7"),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    let job = gate.import(&path).await;
    assert_eq!(job["result"]["imported"], 4, "{job}");
    assert_eq!(
        by_code(&job["result"]),
        [("archive_refused", 1), ("document", 1), ("not_dicom", 1)]
            .map(|(code, count)| (code.to_owned(), count))
            .into()
    );
    let wanted: BTreeSet<String> = hashes(&folder).iter().map(|hash| hex(hash)).collect();
    assert_eq!(stored(&gate).await, wanted);
    assert_eq!(gate.import(&path).await["result"]["duplicates"], 4);

    let bomb = gate.home.beside("bomb.zip");
    let mut zip = ZipWriter::new(fs::File::create(&bomb).unwrap());
    zip.start_file("zeros.dcm", SimpleFileOptions::default()).unwrap();
    zip.write_all(&vec![0; 80 << 20]).unwrap();
    zip.finish().unwrap();
    let job = gate.import(&bomb).await;
    assert_eq!(job["result"]["imported"], 0);
    assert!(
        job["result"]["refused"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("bomb"),
        "{job}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_what_a_device_writes_into_a_watched_folder_is_imported_when_it_is_whole() {
    let home = Home::with(&[TANAKA]);
    let folder = home.beside("watched");
    fs::create_dir(&folder).unwrap();
    let mut config = Config::read(&home.dir).unwrap();
    config.import.watch = vec![folder.clone(), home.beside("not-there")];
    (config.import.settle_seconds, config.import.every_seconds) = (2, 1);
    config.write(&home.dir).unwrap();
    let gate = Gate::of(home);
    gate.node.watch();

    let made = gate.home.beside("cbct");
    sample_study(&made, 2);
    let sources = files(&made);
    let whole = fs::read(&sources[0]).unwrap();
    let growing = folder.join("1.dcm");
    // A device that writes slowly: each piece before the file counts as settled.
    for part in 1..=4 {
        fs::write(&growing, &whole[..whole.len() * part / 4]).unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    fs::create_dir(folder.join("below")).unwrap();
    fs::copy(&sources[1], folder.join("below/2.dcm")).unwrap();
    fs::write(folder.join("readme.txt"), "of the device").unwrap();
    // Not for the node to read: the others are taken all the same.
    #[cfg(unix)]
    let locked = {
        use std::os::unix::fs::PermissionsExt as _;
        let path = folder.join("0-locked.dcm");
        fs::write(&path, &whole).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
        fs::File::open(&path).is_err()
    };
    let watched = eventually("it is imported", || async {
        let status = gate.node.status().await.unwrap();
        let watched = status["watch"].as_array().unwrap().clone();
        (watched[0]["imported"] == 2 && watched[0]["refused"] == 1).then_some(watched)
    })
    .await;
    #[cfg(unix)]
    if locked {
        assert_eq!(watched[0]["waiting"], 1, "{watched:?}");
        assert_eq!(watched[0]["state"], "trouble");
    }
    assert_eq!(watched[1]["state"], "trouble");
    assert_eq!(
        fs::read(&growing).unwrap(),
        whole,
        "what lies there is not touched"
    );
    let wanted: BTreeSet<String> = hashes(&made).iter().map(|hash| hex(hash)).collect();
    assert_eq!(stored(&gate).await, wanted);
}

#[tokio::test]
async fn r1_a_photograph_joins_a_study_or_begins_one_for_its_patient() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let study = sample_study(&folder, 1);
    gate.import(&folder).await;
    let path = gate.home.beside("photo.png");
    image::RgbImage::from_pixel(8, 6, image::Rgb([200, 100, 50]))
        .save(&path)
        .unwrap();
    let attach = |more: Value| {
        let mut body = json!({"path": path, "description": "口腔内写真"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let joined = attach(json!({"study_instance_uid": study}));
    let started = gate.post("/api/v1/studies/attach", &gate.operator, &joined).await;
    let job = gate.job(&started).await;
    assert_eq!(job["result"]["outcome"], "added", "{job}");
    assert_eq!(job["result"]["study_instance_uid"], study);
    let started = gate.post("/api/v1/studies/attach", &gate.operator, &joined).await;
    assert_eq!(gate.job(&started).await["result"]["outcome"], "already_there");

    let patient = json!({"id": "77", "name": "SATO^JIRO=佐藤^次郎", "birth_date": "19700101", "sex": "M"});
    let begun =
        attach(json!({"patient": patient, "date": "20260401", "kind": "radiograph", "modality": "px"}));
    let started = gate.post("/api/v1/studies/attach", &gate.operator, &begun).await;
    let made = gate.job(&started).await["result"]["study_instance_uid"].clone();
    let token = gate.sign_in(&TANAKA).await;
    let shown = gate
        .get(&format!("/api/v1/studies/{}", made.as_str().unwrap()), &token)
        .await
        .json();
    assert_eq!(shown["patient"]["name"]["ideographic"], "佐藤^次郎");
    assert_eq!(shown["series"][0]["modality"], "PX");

    let another = json!({"id": "77", "name": "SATO^SABURO=佐藤^三郎"});
    let younger = json!({"id": "77", "name": "SATO^JIRO=佐藤^次郎", "birth_date": "19710101"});
    for bad in [
        attach(json!({"patient": another})),
        attach(json!({"patient": younger})),
        attach(json!({})),
        attach(json!({"patient": {"id": "", "name": "X"}})),
        attach(json!({"study_instance_uid": "1.2.3", "patient": patient})),
        attach(json!({"patient": patient, "date": "1 April"})),
    ] {
        let answer = gate.post("/api/v1/studies/attach", &gate.operator, &bad).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert_eq!(answer.problem(), "bad_field");
    }
}
