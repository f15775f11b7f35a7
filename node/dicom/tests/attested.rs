//! Documents that more than one reader has signed: the opinion of two, and a report that was co-signed.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;

use std::process::Command;

use common::{present, report};
use dokuei_dicom::report::{
    Attestation, Attested, ReportPerson, ReportStatus, WrittenObject, document_instances,
};
use dokuei_dicom::{PersonName, ReportContent, read_header, to_attested_sr, to_sr};

fn second_reader() -> ReportPerson {
    ReportPerson {
        name: PersonName::from_groups("KATO^MIDORI=加藤^みどり"),
        institution: "画像診断研究所".into(),
    }
}

/// What both mean, written from the report of the first.
fn opinion(status: ReportStatus) -> ReportContent {
    ReportContent {
        entry_id: [9; 32],
        status,
        findings: String::new(),
        technique: String::new(),
        teeth: Vec::new(),
        impression: "両者とも歯根嚢胞と判断する。".into(),
        recommendations: "摘出を勧める。".into(),
        ..report()
    }
}

fn of_both() -> Attested {
    Attested {
        also_verified_by: vec![Attestation {
            person: second_reader(),
            at: 1_790_003_600,
        }],
        observers: vec![second_reader()],
        follows: vec![[7; 32], [8; 32]],
        ..Attested::default()
    }
}

/// What a program says about the object, or nothing when it isn't installed.
fn said(program: &str, arguments: &[&str], object: &WrittenObject) -> Option<String> {
    if !present(program) {
        return None;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &object.bytes).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .arg(file.path())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{said:?}");
    Some(said.concat())
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

/// R6, R15: both readers have verified the opinion that both have signed, each at her time; both are its observers, and the
/// documents of both reports are its predecessors.
#[test]
fn r6_r15_the_opinion_of_two_names_both_as_verifying_and_follows_both_reports() {
    let object = to_attested_sr(&opinion(ReportStatus::Final), &of_both()).unwrap();
    let header = read_header(object.bytes.as_slice()).unwrap();
    assert_eq!(header.sop_instance_uid, object.sop_instance_uid);
    for entry in [[7; 32], [8; 32]] {
        let [(_, sr), _] = document_instances(&entry);
        assert!(
            holds(&object.bytes, sr.as_str()),
            "names the document of each report"
        );
        assert_ne!(sr, object.sop_instance_uid);
    }
    let Some(shown) = said("/usr/bin/dsrdump", &["+Pl"], &object) else {
        return;
    };
    for expected in [
        "Completion Flag     : COMPLETE",
        "Verification Flag   : VERIFIED",
        "2026-09-21 23:13:20 +09:00, SUZUKI^ICHIRO=鈴木^一郎, 大学病院歯科放射線科",
        "2026-09-22 00:13:20 +09:00, KATO^MIDORI=加藤^みどり, 画像診断研究所",
        "Predecessor Docs    : 2",
        "両者とも歯根嚢胞と判断する。",
        "摘出を勧める。",
    ] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
    let observers = shown
        .lines()
        .filter(|line| line.contains("Person Observer Name"))
        .count();
    assert_eq!(observers, 2, "{shown}");
}

/// R6: an opinion to which the other has not agreed is verified by nobody, and says what she says to it.
#[test]
fn r6_an_opinion_of_one_is_neither_complete_nor_verified_and_holds_the_dissent() {
    let attested = Attested {
        also_verified_by: Vec::new(),
        observers: Vec::new(),
        remarks: vec!["異見 Dissent: 加藤 みどり 囊胞壁を認めない".into()],
        ..of_both()
    };
    let object = to_attested_sr(&opinion(ReportStatus::Preliminary), &attested).unwrap();
    if let Some(shown) = said("/usr/bin/dsrdump", &["+Pl"], &object) {
        assert!(shown.contains("Verification Flag   : UNVERIFIED"), "{shown}");
        assert!(!shown.contains("Verifying Observers"), "{shown}");
        assert!(
            shown.contains("囊胞壁を認めない") && shown.contains("Conclusions"),
            "{shown}"
        );
    }
}

/// R6: a report that another reader co-signs is a document of its own, which follows the one that its author signed; that
/// one stays as it was, byte for byte.
#[test]
fn r6_a_co_signed_report_is_another_document_after_the_authors_own() {
    let (own, content) = (to_sr(&report()).unwrap(), report());
    let attested = Attested {
        document: Some([10; 32]),
        also_verified_by: of_both().also_verified_by,
        follows: vec![content.entry_id],
        ..Attested::default()
    };
    let co_signed = to_attested_sr(&content, &attested).unwrap();
    assert_ne!(co_signed.sop_instance_uid, own.sop_instance_uid);
    assert_ne!(co_signed.series_instance_uid, own.series_instance_uid);
    assert!(holds(&co_signed.bytes, own.sop_instance_uid.as_str()));
    assert_eq!(to_attested_sr(&content, &Attested::default()).unwrap(), own);
    if let Some(shown) = said("/usr/bin/dsrdump", &["+Pl"], &co_signed) {
        assert!(shown.contains("Predecessor Docs    : 1"), "{shown}");
        assert!(
            shown.contains("KATO^MIDORI") && shown.contains("SUZUKI^ICHIRO"),
            "{shown}"
        );
        let observers = shown.matches("Person Observer Name").count();
        assert_eq!(observers, 1, "who signs beside her has not observed: {shown}");
    }
}

/// R15: David Clunie's validator finds nothing wrong with any of them.
#[test]
fn r15_documents_of_more_than_one_signer_are_as_the_standard_has_them() {
    let dissent = Attested {
        remarks: vec!["異見".into()],
        also_verified_by: Vec::new(),
        ..of_both()
    };
    let co_signed = Attested {
        document: Some([10; 32]),
        follows: vec![report().entry_id],
        observers: Vec::new(),
        ..of_both()
    };
    for object in [
        to_attested_sr(&opinion(ReportStatus::Final), &of_both()).unwrap(),
        to_attested_sr(&opinion(ReportStatus::Preliminary), &dissent).unwrap(),
        to_attested_sr(&report(), &co_signed).unwrap(),
    ] {
        let Some(said) = said("/usr/bin/dciodvfy", &[], &object) else {
            return;
        };
        let mut faults = said
            .lines()
            .filter(|line| line.starts_with("Error") || line.starts_with("Warning"));
        assert_eq!(faults.next(), None, "{said}");
    }
}

/// R24: what more than one has signed shows no words in a log either.
#[test]
fn r24_the_debug_of_what_is_added_shows_no_words() {
    let attested = Attested {
        remarks: vec!["智歯".into()],
        ..of_both()
    };
    assert!(!format!("{attested:?}").contains("智歯"));
}
