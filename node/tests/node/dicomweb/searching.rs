//! QIDO-RS.

use std::fs;

use axum::http::StatusCode;
use dokuei_node::service::sample;

use crate::support::gate::Gate;
use crate::support::pair::Pair;
use crate::support::registry::{ITO, TANAKA};
use crate::support::{eventually, files, sample_study};

/// The study of 山田^太郎 with so many slices; its UID and a token.
async fn with_study(slices: u32) -> (Gate, String, String) {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, slices);
    gate.import(&folder).await;
    let token = gate.sign_in(&TANAKA).await;
    (gate, token, uid)
}

/// How many are found.
async fn count(gate: &Gate, token: &str, path: &str) -> usize {
    let answer = gate.get(&format!("/dicomweb{path}"), token).await;
    match answer.status {
        StatusCode::NO_CONTENT => 0,
        StatusCode::OK => answer.json().as_array().unwrap().len(),
        other => panic!("{path}: {other} {:?}", answer.body),
    }
}

/// Text in a URI.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn r12_studies_are_found_by_what_is_known_of_them() {
    let (gate, token, uid) = with_study(3).await;
    let answer = gate.get("/dicomweb/studies", &token).await;
    assert_eq!(answer.header("content-type"), "application/dicom+json");
    let study = answer.json()[0].clone();
    let value = |tag: &str| study[tag]["Value"][0].clone();
    assert_eq!(value("0020000D"), uid.as_str());
    assert_eq!(value("00080005"), "ISO_IR 192");
    assert_eq!(value("00100010")["Ideographic"], "山田^太郎");
    assert_eq!((value("00201206"), value("00201208")), (1.into(), 3.into()));
    assert_eq!(value("00080061"), "CT");
    assert!(
        value("00081190")
            .as_str()
            .unwrap()
            .ends_with(&format!("/dicomweb/studies/{uid}"))
    );
    assert!(study.get("00081030").is_none(), "only when it is asked for");
    let more = gate
        .get("/dicomweb/studies?includefield=StudyDescription", &token)
        .await
        .json();
    assert!(more[0].get("00081030").is_some());

    let (date, id) = (value("00080020"), value("00100020"));
    let (date, id) = (date.as_str().unwrap(), id.as_str().unwrap());
    for found in [
        format!("StudyDate={date}"),
        format!("StudyDate={date}-"),
        format!("00080020=19000101-{date}"),
        format!("PatientID={id}"),
        format!("PatientID={}*", &id[..3]),
        format!("StudyInstanceUID={uid},1.2.3"),
        "ModalitiesInStudy=CT".to_owned(),
        "PatientName=yamada*".to_owned(),
        format!("PatientName={}", escaped("*太郎")),
        "PatientName=".to_owned(),
    ] {
        assert_eq!(
            count(&gate, &token, &format!("/studies?{found}")).await,
            1,
            "{found}"
        );
    }
    for not_found in [
        "StudyDate=19000101",
        "PatientID=x",
        "ModalitiesInStudy=MR",
        "PatientName=yamada",
        "PatientName=suzuki*",
        "offset=1",
    ] {
        assert_eq!(
            count(&gate, &token, &format!("/studies?{not_found}")).await,
            0,
            "{not_found}"
        );
    }
    for text in [
        "山田",
        "ヤマダ",
        "やまだ　たろう",
        "yamada taro",
        "Tarou",
        "山田太郎",
    ] {
        let path = format!("/studies?fuzzymatching=true&PatientName={}", escaped(text));
        assert_eq!(count(&gate, &token, &path).await, 1, "{text}");
    }
    // Without it more would be found than was asked for.
    for refused in [
        "PatientComments=x",
        "Nonsense=1",
        "StudyDate=yesterday",
        "limit=all",
    ] {
        let answer = gate.get(&format!("/dicomweb/studies?{refused}"), &token).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (StatusCode::BAD_REQUEST, "bad_query".to_owned())
        );
    }
}

#[tokio::test]
async fn series_and_instances_are_found_in_pages() {
    let (gate, token, uid) = with_study(5).await;
    let series = gate
        .get(&format!("/dicomweb/studies/{uid}/series"), &token)
        .await
        .json();
    assert_eq!(series[0]["00201209"]["Value"][0], 5);
    let series = series[0]["0020000E"]["Value"][0].as_str().unwrap().to_owned();
    for (path, found) in [
        ("/series?Modality=CT".to_owned(), 1),
        ("/series?Modality=MR".to_owned(), 0),
        (format!("/studies/{uid}/instances"), 5),
        (format!("/studies/{uid}/series/{series}/instances"), 5),
        (format!("/studies/{uid}/series/1.2/instances"), 0),
        (
            format!("/instances?SeriesInstanceUID={series}&InstanceNumber=2"),
            1,
        ),
        (
            "/instances?SOPClassUID=1.2.840.10008.5.1.4.1.1.2&limit=3".to_owned(),
            3,
        ),
    ] {
        assert_eq!(count(&gate, &token, &path).await, found, "{path}");
    }
    let mut numbers = Vec::new();
    for offset in [0, 2, 4] {
        let path = format!("/dicomweb/studies/{uid}/instances?limit=2&offset={offset}");
        let page = gate.get(&path, &token).await;
        assert_eq!(
            page.headers.contains_key("warning"),
            offset < 4,
            "offset {offset}"
        );
        let page = page.json();
        let found = page.as_array().unwrap();
        numbers.extend(
            found
                .iter()
                .map(|one| one["00200013"]["Value"][0].as_i64().unwrap()),
        );
        assert_eq!(found[0]["00280010"]["Value"][0], 48);
    }
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

/// R12: a program sees what the practitioner sees for whom it works, and nobody is told that there is more.
#[tokio::test(flavor = "multi_thread")]
async fn r12_what_came_with_a_consultation_is_found_by_those_who_have_a_part_in_it() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let hospital = &pair.hospital;
    let accepted = hospital
        .post(
            &format!("/api/v1/cases/{case}/accept"),
            &pair.sato,
            &serde_json::json!({}),
        )
        .await;
    assert_eq!(accepted.status, StatusCode::OK, "{:?}", accepted.body);
    eventually("all images are found by her who was asked", || async {
        let found = count(
            hospital,
            &pair.sato,
            &format!("/studies/{}/instances", pair.study),
        )
        .await;
        (found == 3).then_some(())
    })
    .await;
    let colleague = hospital.sign_in(&ITO).await;
    for path in ["/studies", "/series", "/instances"] {
        assert!(count(hospital, &pair.sato, path).await > 0, "{path}");
        assert_eq!(count(hospital, &colleague, path).await, 0, "{path}");
    }
    let metadata = format!("/dicomweb/studies/{}/metadata", pair.study);
    assert_eq!(hospital.get(&metadata, &pair.sato).await.status, StatusCode::OK);
    assert_eq!(
        hospital.get(&metadata, &colleague).await.status,
        StatusCode::NOT_FOUND
    );
    let unknown = hospital.get("/dicomweb/studies", "nobody").await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
}

/// A name in Shift_JIS without any character set, as old equipment of the field writes it.
fn without_character_set(file: &std::path::Path) {
    let mut bytes = fs::read(file).unwrap();
    let at = |bytes: &[u8], head: &[u8]| bytes.windows(head.len()).position(|six| six == head).unwrap();
    let charset = at(&bytes, &[0x08, 0, 0x05, 0, b'C', b'S']);
    let length = usize::from(u16::from_le_bytes([bytes[charset + 6], bytes[charset + 7]]));
    bytes[charset + 8..charset + 8 + length].fill(b' ');
    let name = at(&bytes, &[0x10, 0, 0x10, 0, b'P', b'N']);
    let length = usize::from(u16::from_le_bytes([bytes[name + 6], bytes[name + 7]]));
    // 鈴木^一郎
    let shift_jis = b"\x97\xe9\x96\xd8^\x88\xea\x98\x59 ";
    bytes.splice(name + 8..name + 8 + length, shift_jis.iter().copied());
    bytes[name + 6..name + 8].copy_from_slice(&(shift_jis.len() as u16).to_le_bytes());
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_name_without_its_character_set_is_repaired_told_and_found() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("old");
    sample::write(&folder, 1, 48, 7).unwrap();
    without_character_set(&files(&folder)[0]);
    let job = gate.import(&folder).await;
    assert_eq!(job["result"]["imported"], 1, "{job}");
    let token = gate.sign_in(&TANAKA).await;
    let studies = gate.get("/api/v1/studies", &token).await.json();
    assert_eq!(studies[0]["patient"]["name"]["alphabetic"], "鈴木^一郎");
    let notes = studies[0]["notes"].as_array().unwrap();
    assert!(notes.contains(&"read_as_shift_jis".into()), "{notes:?}");
    let path = format!("/studies?fuzzymatching=true&PatientName={}", escaped("鈴木一郎"));
    assert_eq!(count(&gate, &token, &path).await, 1);
    // What is kept is what was read.
    let out = gate.home.beside("out");
    let uid = studies[0]["study_instance_uid"].as_str().unwrap();
    let export = format!("/api/v1/studies/{uid}/export");
    let started = gate
        .post(&export, &token, &serde_json::json!({"path": out}))
        .await;
    gate.job(&started).await;
    assert_eq!(crate::support::hashes(&out), crate::support::hashes(&folder));
}
