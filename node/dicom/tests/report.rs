//! Reports as DICOM objects: read back by ourselves and by DCMTK.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;
mod illustrated;

use std::process::Command;

use common::{present, report, slice};
use dokuei_dicom::report::{ReportError, ReportStatus, WrittenObject};
use dokuei_dicom::{ReportContent, read_header, to_encapsulated_pdf, to_sr};

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

/// What `program` says about the object, or nothing when it isn't installed.
fn dump(program: &str, arguments: &[&str], object: &WrittenObject) -> Option<String> {
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
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn r15_both_objects_lie_under_the_study_patient_and_accession_of_the_clinic() {
    let image = read_header(slice().as_slice()).unwrap();
    for object in [
        to_sr(&report()).unwrap(),
        to_encapsulated_pdf(&report(), PDF).unwrap(),
    ] {
        let header = read_header(object.bytes.as_slice()).unwrap();
        assert_eq!(header.study_instance_uid, image.study_instance_uid);
        assert_eq!(header.patient, image.patient);
        assert_eq!(header.accession_number, image.accession_number);
        assert_eq!(
            (header.study_date, header.study_id),
            (image.study_date.clone(), image.study_id.clone())
        );
        assert_ne!(header.series_instance_uid, image.series_instance_uid);
        assert_eq!(
            (header.sop_instance_uid, header.sop_class_uid),
            (object.sop_instance_uid, object.sop_class_uid)
        );
        assert_eq!((header.frames, header.notes), (None, vec![]));
    }
}

#[test]
fn r15_the_same_entry_gives_the_same_bytes_and_another_version_another_object() {
    let first = to_sr(&report()).unwrap();
    assert_eq!(first, to_sr(&report()).unwrap());
    let amended = to_sr(&amended()).unwrap();
    assert_ne!(first.sop_instance_uid, amended.sop_instance_uid);
    // The amended one names the first as its predecessor.
    assert!(holds(&amended.bytes, first.sop_instance_uid.as_str().as_bytes()));
    let pdf = to_encapsulated_pdf(&report(), PDF).unwrap();
    assert!(holds(&pdf.bytes, PDF) && holds(&pdf.bytes, first.sop_instance_uid.as_str().as_bytes()));
}

#[test]
fn r15_dcmtk_reads_the_report_with_its_headings_and_its_verifying_observer() {
    if let Some(shown) = dump("/usr/bin/dsrdump", &["+Pl"], &to_sr(&report()).unwrap()) {
        assert!(
            shown.contains("Patient             : YAMADA^TARO=山田^太郎=やまだ^たろう"),
            "{shown}"
        );
        let verified =
            "Verifying Observers : 2026-09-21 23:13:20 +09:00, SUZUKI^ICHIRO=鈴木^一郎, 大学病院歯科放射線科";
        assert!(
            shown.contains("Completion Flag     : COMPLETE") && shown.contains(verified),
            "{shown}"
        );
        let tree: Vec<&str> = shown
            .lines()
            .filter(|line| line.trim_start().starts_with('<'))
            .collect();
        insta::assert_snapshot!("sr_tree_as_dcmtk_reads_it", tree.join("\n"));
    }
    if let Some(shown) = dump("/usr/bin/dsrdump", &["+Pl"], &to_sr(&amended()).unwrap()) {
        assert!(shown.contains("Predecessor Docs    : 1"), "{shown}");
    }
}

#[test]
fn r6_a_preliminary_report_is_neither_complete_nor_verified() {
    let preliminary = ReportContent {
        status: ReportStatus::Preliminary,
        ..report()
    };
    if let Some(shown) = dump("/usr/bin/dsrdump", &[], &to_sr(&preliminary).unwrap()) {
        assert!(shown.contains("Completion Flag     : PARTIAL"), "{shown}");
        assert!(shown.contains("Verification Flag   : UNVERIFIED"), "{shown}");
        assert!(!shown.contains("Verifying Observers"), "{shown}");
    }
}

#[test]
fn r15_what_is_no_pdf_or_no_time_is_refused() {
    assert!(matches!(
        to_encapsulated_pdf(&report(), b"MZ"),
        Err(ReportError::BadPdf)
    ));
    let late = ReportContent {
        signed_at: i64::MAX,
        ..report()
    };
    assert!(matches!(to_sr(&late), Err(ReportError::BadTime)));
}

#[test]
fn r24_the_debug_of_a_report_shows_no_words_and_no_patient() {
    let shown = format!("{:?}", report());
    assert!(!shown.contains("智歯") && !shown.contains("YAMADA"), "{shown}");
}

/// R15: David Clunie's validator finds nothing wrong with what is written.
#[test]
fn r15_the_objects_are_as_the_standard_has_them() {
    if !present("/usr/bin/dciodvfy") {
        return;
    }
    for object in [
        to_sr(&report()).unwrap(),
        to_sr(&amended()).unwrap(),
        to_encapsulated_pdf(&report(), PDF).unwrap(),
    ] {
        let found = faults(&object);
        assert!(found.is_empty(), "{found:?}");
    }
}

/// What dciodvfy finds wrong with an object.
fn faults(object: &WrittenObject) -> Vec<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &object.bytes).unwrap();
    let output = Command::new("/usr/bin/dciodvfy")
        .arg(file.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let faults = said
        .lines()
        .filter(|line| line.starts_with("Error") || line.starts_with("Warning"));
    let faults: Vec<String> = faults.map(str::to_owned).collect();
    assert!(output.status.success() || !faults.is_empty(), "{said}");
    faults
}

fn amended() -> ReportContent {
    let first = report();
    ReportContent {
        entry_id: [8; 32],
        previous_entry_id: Some(first.entry_id),
        version: 2,
        status: ReportStatus::Amended,
        ..first
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
