//! Bulk import.

use std::process::Stdio;
use std::time::{Duration, Instant};

use dokuei_identity::chain::verify_practitioner;
use dokuei_identity::key::SecretKey;
use dokuei_identity::request;

use crate::desk::{Desk, Serving, now};

const HEADER: &str = "name_ja,name_latin,licence_type,licence_number,qualifications,institution,request\n";

fn key(number: u32) -> SecretKey {
    let mut seed = [3; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SecretKey::from_seed(&seed)
}

fn row(number: u32) -> String {
    let request = request::make(&key(number), "import").unwrap();
    format!("山田 {number},Yamada {number},dentist,{number:06},oral-radiology,みなと歯科,\"{request}\"\n")
}

fn file(rows: u32) -> String {
    let mut text = HEADER.to_owned();
    (0..rows).for_each(|number| text.push_str(&row(number)));
    text
}

/// R4, R11: each row gets its certificate; bad and doubled ones are told with their line, and keep nobody waiting.
#[test]
fn r4_import_issues_and_reports_bad_rows_and_duplicates() {
    let desk = Desk::new();
    let request = desk.request("beside", 77);
    let mut text = file(2);
    text.push_str(&format!(
        "佐藤 一,Sato Hajime,physician,900001,diagnostic-radiology,,{request}\n"
    ));
    text.push_str(&row(1));
    text.push_str(&format!("偽 名,Same Key,dentist,900002,,,{request}\n"));
    text.push_str("無 鍵,No Request,dentist,900003,,,missing.csr\n");
    text.push_str(&format!(
        "占 い,Bad Code,dentist,900004,astrology,,\"{}\"\n",
        request::make(&key(9), "x").unwrap()
    ));
    text.push_str("短い,Too Short\n");
    desk.write("people.csv", &text);
    let dry = ["import", "people.csv", "--out-dir", "chains", "--dry-run"];
    desk.refused(&dry);
    assert_eq!(desk.done(&["list", "--json"]).trim(), "[]");
    let (code, sentence) = desk.refused(&["import", "people.csv", "--out-dir", "chains"]);
    assert!(
        code == 1 && sentence.contains("5 rows were not issued"),
        "{sentence}"
    );
    let report = desk.read("people.csv.report.csv");
    let count = |word: &str| report.lines().filter(|line| line.contains(word)).count();
    assert_eq!(
        (count(",issued,"), count(",duplicate,"), count(",bad,")),
        (3, 2, 3),
        "{report}"
    );
    for part in [
        "the same licence as line",
        "the same key as line",
        "missing.csr",
        "astrology",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
    let chain = desk.chain("chains/JP-physician-900001.pem");
    let certificate = verify_practitioner(&chain, &desk.anchor(), now(), None).unwrap();
    assert_eq!(certificate.name.japanese, "佐藤 一");
    // Again: nothing is issued twice, and a chain that got lost is written again.
    std::fs::remove_file(desk.path("chains/JP-dentist-000001.pem")).unwrap();
    desk.refused(&["import", "people.csv", "--out-dir", "chains"]);
    assert_eq!(desk.json(&["list"]).as_array().unwrap().len(), 3);
    assert!(desk.path("chains/JP-dentist-000001.pem").exists());
    let rows = desk.json(&["operator-log", "show"]);
    assert_eq!(rows.as_array().unwrap().len(), 3, "a row for each certificate");
    desk.write("headless.csv", "name,number\n");
    let (code, sentence) = desk.refused(&["import", "headless.csv"]);
    assert!(code == 2 && sentence.contains("no column name_ja"), "{sentence}");
}

/// R24: killed in the middle, started again: everybody has exactly one certificate, and both logs are whole.
#[test]
fn r24_an_import_that_was_killed_goes_on() {
    const ROWS: u32 = 1200;
    let desk = Desk::new();
    desk.write("people.csv", &file(ROWS));
    let arguments = ["import", "people.csv", "--out-dir", "chains"];
    let mut child = desk
        .command(&arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let journal = desk.path("registry/register.jsonl");
    let deadline = Instant::now() + Duration::from_secs(120);
    let start = std::fs::metadata(&journal).unwrap().len();
    while std::fs::metadata(&journal).unwrap().len() == start && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = desk.json(&["list"]).as_array().unwrap().len();
    assert!(
        before > 0 && before < ROWS as usize,
        "{before} were issued before the kill"
    );
    let said = desk.json(&arguments);
    assert_eq!(said["sums"]["already"], before);
    assert_eq!(desk.json(&["list"]).as_array().unwrap().len(), ROWS as usize);
    assert_eq!(
        std::fs::read_dir(desk.path("chains")).unwrap().count(),
        ROWS as usize
    );
    assert_eq!(desk.json(&["operator-log", "verify"])["rows"], ROWS);
}

/// R11: the whole size; run by hand, it takes a while: `cargo test -p dokuei-registry ten_thousand -- --ignored`.
#[test]
#[ignore = "takes minutes on a slow machine"]
fn r11_ten_thousand_practitioners() {
    let desk = Desk::new();
    desk.write("people.csv", &file(10_000));
    let start = Instant::now();
    let said = desk.json(&["import", "people.csv", "--out-dir", "chains"]);
    println!("10,000 rows in {:?}", start.elapsed());
    assert_eq!(said["sums"]["issued"], 10_000);
    let start = Instant::now();
    desk.done(&["crl"]);
    println!("opening with 10,000 and signing a list: {:?}", start.elapsed());
    let start = Instant::now();
    let said = desk.json(&["import", "people.csv", "--out-dir", "chains"]);
    println!("the same again: {:?}", start.elapsed());
    assert_eq!(said["sums"]["already"], 10_000);
}

/// R4, R11: the console's import issues in the background, tells its progress and each row's fate, reads no file of the
/// registry's computer, and issues nothing twice.
#[test]
fn r4_the_console_imports_and_goes_on() {
    let desk = Desk::new();
    let outside = desk.request("outside", 78);
    let outside = desk.path(&outside);
    let mut text = file(300);
    text.push_str(&format!(
        "外 部,Out Side,dentist,900001,,,{}\n",
        outside.display()
    ));
    let api = Serving::start(&desk);
    let json = |(status, body): (u16, String)| -> (u16, serde_json::Value) {
        (status, serde_json::from_str(&body).unwrap())
    };
    let ended = || {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let all = json(api.ask("GET", "/api/v1/imports", "")).1;
            if all[0]["state"] == "done" {
                return all[0]["ended"]["sums"].clone();
            }
            assert!(Instant::now() < deadline, "{all}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let (status, said) = json(api.upload("/api/v1/imports", text.as_bytes()));
    assert_eq!(status, 202, "{said}");
    let sums = ended();
    assert_eq!(
        (&sums["issued"], &sums["bad"]),
        (&300.into(), &1.into()),
        "{sums}"
    );
    let name = said["sha256"].as_str().unwrap();
    let (status, report) = api.ask("GET", &format!("/api/v1/imports/{name}/report"), "");
    assert!(status == 200 && report.contains(",bad,"), "{report}");
    assert_eq!(
        api.ask("POST", &format!("/api/v1/imports/{name}/start"), "").0,
        202
    );
    let sums = ended();
    assert_eq!(
        (&sums["issued"], &sums["already"]),
        (&0.into(), &300.into()),
        "{sums}"
    );
    let (status, said) = json(api.ask("POST", "/api/v1/imports/..%2F..%2Froot/start", ""));
    assert_eq!((status, &said["code"]), (404, &"unknown_import".into()));
}
