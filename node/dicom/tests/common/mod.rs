//! Samples that the tests share.
#![allow(dead_code, reason = "each test program uses a part")]

use std::path::Path;

use dokuei_dicom::phantom::{PhantomOptions, write_cbct};
use dokuei_dicom::report::{EvidenceInstance, Illustrations, ReportPerson, ReportStatus, ToothFinding};
use dokuei_dicom::{PersonName, ReportContent, read_header};

/// One small slice of the phantom, as bytes.
pub(crate) fn slice() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let options = PhantomOptions {
        slices: 1,
        rows: 16,
        columns: 16,
        ..PhantomOptions::default()
    };
    std::fs::read(&write_cbct(dir.path(), &options).unwrap().files[0]).unwrap()
}

/// A Part 10 file in Explicit VR Little Endian of the given elements, in the order given.
pub(crate) fn part10(transfer_syntax: &str, data: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 128];
    file.extend_from_slice(b"DICM");
    for (element, value) in [
        (2u16, "1.2.840.10008.5.1.4.1.1.2"),
        (3, "1.2.3.4"),
        (0x10, transfer_syntax),
    ] {
        file.extend_from_slice(&explicit(2, element, b"UI", value.as_bytes()));
    }
    file.extend_from_slice(data);
    file
}

/// One element of a short VR, padded.
pub(crate) fn explicit(group: u16, element: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let padding = if vr == b"UI" { 0 } else { b' ' };
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes(), *vr].concat();
    bytes.extend_from_slice(&(value.len().next_multiple_of(2) as u16).to_le_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(2), padding);
    bytes
}

/// The identifying elements that every instance needs.
pub(crate) fn identity() -> Vec<u8> {
    [
        explicit(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.2"),
        explicit(8, 0x18, b"UI", b"1.2.3.4"),
        explicit(0x20, 0x0d, b"UI", b"1.2.3"),
        explicit(0x20, 0x0e, b"UI", b"1.2.3.1"),
    ]
    .concat()
}

/// A report on [`slice`].
pub(crate) fn report() -> ReportContent {
    let header = read_header(slice().as_slice()).unwrap();
    let person = |name: &str, institution: &str| ReportPerson {
        name: PersonName::from_groups(name),
        institution: institution.into(),
    };
    ReportContent {
        entry_id: [7; 32],
        previous_entry_id: None,
        previous_measured_in: None,
        version: 1,
        status: ReportStatus::Final,
        study: (&header).into(),
        modality: header.modality.clone(),
        evidence: vec![EvidenceInstance {
            series_instance_uid: header.series_instance_uid.clone(),
            sop_class_uid: header.sop_class_uid.clone(),
            sop_instance_uid: header.sop_instance_uid.clone(),
        }],
        requested_by: person("TANAKA^HANAKO=田中^花子", "たなか歯科医院"),
        signed_by: person("SUZUKI^ICHIRO=鈴木^一郎", "大学病院歯科放射線科"),
        signed_at: 1_790_000_000,
        utc_offset_minutes: 540,
        request: "48と下顎管の位置関係".into(),
        history: String::new(),
        findings: "48は近心傾斜埋伏。\n根尖は下顎管に接する。".into(),
        technique: "歯科用コーンビームCT。撮影範囲外は評価していない。".into(),
        teeth: vec![
            ToothFinding {
                tooth: 48,
                supernumerary: false,
                line: "48: 近心傾斜埋伏".into(),
            },
            ToothFinding {
                tooth: 11,
                supernumerary: true,
                line: "11 過剰歯 supernumerary: 逆生".into(),
            },
        ],
        impression: "48 埋伏智歯。".into(),
        recommendations: "下歯槽神経損傷の危険を説明すること。".into(),
        illustrations: Illustrations::default(),
    }
}

/// Whether `program` is there; says so when the test that needs it can't run.
pub(crate) fn present(program: &str) -> bool {
    let present = Path::new(program).exists();
    if !present {
        println!("skipped: {program} is not installed");
    }
    present
}
