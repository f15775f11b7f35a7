//! Data sets without file meta information.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

use dokuei_dicom::bare::file_meta;
use dokuei_dicom::{HeaderError, read_header};

fn element(explicit: bool, big: bool, (group, number): (u16, u16), vr: &str, value: &str) -> Vec<u8> {
    let value = if value.len().is_multiple_of(2) {
        value.to_owned()
    } else {
        format!("{value}\0")
    };
    let short = |number: u16| {
        if big {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    };
    let mut bytes = [short(group), short(number)].concat();
    if explicit {
        bytes.extend_from_slice(vr.as_bytes());
        bytes.extend_from_slice(&short(value.len() as u16));
    } else {
        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
    }
    bytes.extend_from_slice(value.as_bytes());
    bytes
}

fn data_set(explicit: bool, big: bool) -> Vec<u8> {
    [
        ((8, 5), "CS", "ISO_IR 100"),
        ((8, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.2"),
        ((8, 0x18), "UI", "1.2.3.4"),
        ((0x10, 0x10), "PN", "Yamada^Tarou"),
        ((0x20, 0xd), "UI", "1.2.3"),
        ((0x20, 0xe), "UI", "1.2.3.1"),
    ]
    .into_iter()
    .flat_map(|(tag, vr, value)| element(explicit, big, tag, vr, value))
    .collect()
}

#[test]
fn r1_r11_a_bare_data_set_gets_what_it_lacks_and_stays_as_it_is() {
    for (explicit, big, syntax) in [
        (false, false, "1.2.840.10008.1.2"),
        (true, false, "1.2.840.10008.1.2.1"),
        (true, true, "1.2.840.10008.1.2.2"),
    ] {
        let bare = data_set(explicit, big);
        let meta = file_meta(bare.as_slice()).unwrap();
        assert_eq!(meta, file_meta(bare.as_slice()).unwrap(), "the same each time");
        let file = [meta.as_slice(), &bare].concat();
        let header = read_header(file.as_slice()).unwrap();
        assert_eq!(header.transfer_syntax_uid.as_str(), syntax);
        assert_eq!(header.patient.name.alphabetic, "Yamada^Tarou");
        assert_eq!(header.sop_instance_uid.as_str(), "1.2.3.4");
        assert!(file.ends_with(&bare));
        assert!(header.notes.is_empty(), "{:?}", header.notes);
    }
}

#[test]
fn r24_a_bare_data_set_that_cannot_be_understood_is_refused_by_name() {
    let mut compressed = data_set(true, false);
    compressed.extend_from_slice(&[0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0, 0xff, 0xff, 0xff, 0xff]);
    compressed.extend_from_slice(&[0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0]);
    let refused = |bytes: &[u8]| file_meta(bytes).unwrap_err();
    assert!(matches!(refused(&compressed), HeaderError::CompressedUnknown));
    let nameless = element(true, false, (8, 5), "CS", "ISO_IR 100");
    assert!(matches!(refused(&nameless), HeaderError::MissingUid { .. }));
    assert!(matches!(
        refused(b"a letter to the patient"),
        HeaderError::NotDicom
    ));
    assert!(matches!(refused(b""), HeaderError::NotDicom));
    // Implicit VR in big endian is no transfer syntax of DICOM.
    let implicit_big = [0, 8, 0, 5, 0, 0, 0, 2, b'I', b'S', 0, 0];
    assert!(matches!(refused(&implicit_big), HeaderError::NotDicom));
}
