//! Headers of whole, odd and hostile files.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;

use common::{explicit, identity, part10, report, slice};
use dokuei_dicom::header::HeaderNote;
use dokuei_dicom::{HeaderError, InstanceHeader, read_header, read_header_file, to_encapsulated_pdf, to_sr};
use proptest::prelude::*;

const EXPLICIT: &str = "1.2.840.10008.1.2.1";

fn json(header: &InstanceHeader) -> String {
    serde_json::to_string_pretty(header).unwrap()
}

fn error(file: &[u8]) -> String {
    read_header(file).unwrap_err().to_string()
}

#[test]
fn r1_what_a_ct_slice_and_a_report_say_about_themselves() {
    insta::assert_snapshot!("ct_slice", json(&read_header(slice().as_slice()).unwrap()));
    insta::assert_snapshot!(
        "sr",
        json(&read_header(to_sr(&report()).unwrap().bytes.as_slice()).unwrap())
    );
    let pdf = to_encapsulated_pdf(&report(), b"%PDF-1.4\n").unwrap();
    insta::assert_snapshot!("pdf", json(&read_header(pdf.bytes.as_slice()).unwrap()));
}

#[test]
fn r24_the_debug_of_a_header_names_no_patient() {
    let shown = format!("{:?}", read_header(slice().as_slice()).unwrap());
    for secret in ["YAMADA", "DOKUEI-SAMPLE-1", "SAMPLE0001", "19700401"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn r1_a_file_without_preamble_is_read_and_told() {
    let file = slice();
    let header = read_header(&file[132..]).unwrap();
    assert_eq!(header.notes, [HeaderNote::NoPreamble]);
    assert_eq!(header.patient, read_header(file.as_slice()).unwrap().patient);
}

#[test]
fn r1_a_data_set_that_is_not_encoded_as_declared_is_read_as_what_it_is() {
    let header = read_header(part10("1.2.840.10008.1.2", &identity()).as_slice()).unwrap();
    assert_eq!(header.notes, [HeaderNote::EncodingMismatch]);
    let header = read_header(part10("", &identity()).as_slice()).unwrap();
    assert_eq!(
        (header.transfer_syntax_uid.as_str(), header.notes),
        (EXPLICIT, vec![HeaderNote::TransferSyntaxAssumed])
    );
}

#[test]
fn r24_what_can_not_be_filed_is_refused_with_a_sentence() {
    insta::assert_snapshot!(error(b""), @"this is not a DICOM file");
    insta::assert_snapshot!(error(&[b'x'; 4096]), @"this is not a DICOM file");
    insta::assert_snapshot!(error(&part10(EXPLICIT, b"")), @"this DICOM file is incomplete: it ends at byte 210, get it again");
    let modality = explicit(8, 0x60, b"CS", b"CT");
    insta::assert_snapshot!(error(&part10(EXPLICIT, &modality)), @"this DICOM file has no SOP Instance UID, without which it cannot be filed: export it again from the program that made it");
    let bad = explicit(8, 0x18, b"UI", b"1.2../../etc");
    insta::assert_snapshot!(error(&part10(EXPLICIT, &bad)), @"the SOP Instance UID of this DICOM file is not a valid UID");
    let name = [
        explicit(8, 0x18, b"UI", b"1.2"),
        explicit(0x10, 0x10, b"PN", b"\xb1\xb2"),
    ]
    .concat();
    insta::assert_snapshot!(error(&part10(EXPLICIT, &name)), @"the patient's name can't be read: the character set of this DICOM file is unknown or wrong");
    let mut program = slice();
    program[..2].copy_from_slice(b"MZ");
    insta::assert_snapshot!(error(&program), @"this DICOM file begins like a program and is refused: ask the sender for a clean export");
}

#[test]
fn r24_lengths_and_nesting_that_a_file_declares_are_bounded() {
    // A patient name of 4 GiB less one, in Implicit VR.
    let huge = [&[0x10, 0, 0x10, 0][..], &0xffff_fffeu32.to_le_bytes()].concat();
    insta::assert_snapshot!(error(&part10("1.2.840.10008.1.2", &huge)), @"the header of this DICOM file is too large: a value is longer than 64 KiB");
    // An unwanted one of the same length is stepped over, to the end of the file.
    let skipped = [&[0x11, 0, 0x10, 0][..], &0xffff_fffeu32.to_le_bytes()].concat();
    assert!(matches!(
        read_header(part10("1.2.840.10008.1.2", &skipped).as_slice()),
        Err(HeaderError::Truncated { .. } | HeaderError::TooLarge { .. })
    ));
    let sequence = [
        &[0x40, 0, 0x75, 0xa7][..],
        b"SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff",
    ]
    .concat();
    insta::assert_snapshot!(error(&part10(EXPLICIT, &sequence.repeat(10_000))), @"the header of this DICOM file is too large: its sequences are nested too deeply");
}

#[test]
fn r24_a_file_cut_anywhere_is_refused_or_whole_and_never_panics() {
    let file = slice();
    let whole = read_header(file.as_slice()).unwrap();
    let pixels = file.len() - 16 * 16 * 2;
    for length in 0..file.len() {
        match read_header(&file[..length]) {
            Ok(header) if length >= pixels => assert_eq!(header, whole),
            // A cut between two elements looks like the end of a smaller object without pixels.
            Ok(header) => assert_eq!(header.frames, None, "cut at {length}"),
            Err(error) => assert!(!matches!(error, HeaderError::Io(_)), "{error}"),
        }
    }
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(path.path(), &file[..file.len() - 1]).unwrap();
    assert!(matches!(
        read_header_file(path.path()),
        Err(HeaderError::Truncated { .. })
    ));
}

#[test]
fn r24_every_single_bit_flipped_never_panics() {
    let mut file = slice();
    let pixels = file.len() - 16 * 16 * 2;
    for at in 0..pixels {
        for bit in 0..8 {
            file[at] ^= 1 << bit;
            let _ = read_header(file.as_slice());
            file[at] ^= 1 << bit;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r24_random_changes_never_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..32),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut file = to_sr(&report()).unwrap().bytes;
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let _ = read_header(file.as_slice());
        let _ = read_header(&file[..cut.index(file.len())]);
        let _ = dokuei_dicom::render_png(&file, &Default::default());
    }

    #[test]
    fn r24_random_bytes_after_the_prefix_never_panic(data in proptest::collection::vec(any::<u8>(), 0..512)) {
        for syntax in [EXPLICIT, "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", ""] {
            let _ = read_header(part10(syntax, &data).as_slice());
        }
        let _ = read_header(data.as_slice());
    }
}
