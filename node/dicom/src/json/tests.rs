use super::*;
use crate::phantom::{PhantomOptions, write_cbct};

/// An element with a 16-bit length.
fn short(group: u16, element: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes()].concat();
    bytes.extend_from_slice(vr);
    bytes.extend_from_slice(&(value.len() as u16).to_le_bytes());
    bytes.extend_from_slice(value);
    bytes
}

/// An element with a 32-bit length.
fn long(group: u16, element: u16, vr: &[u8; 2], length: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes()].concat();
    bytes.extend_from_slice(vr);
    bytes.extend_from_slice(&[0, 0]);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(value);
    bytes
}

fn item(elements: &[u8]) -> Vec<u8> {
    [
        &[0xfe, 0xff, 0, 0xe0][..],
        &(elements.len() as u32).to_le_bytes(),
        elements,
    ]
    .concat()
}

/// A Part 10 file in Explicit VR Little Endian.
fn file(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend_from_slice(b"DICM");
    bytes.extend(short(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0"));
    bytes.extend(elements.concat());
    bytes
}

fn json_of(elements: &[Vec<u8>]) -> Value {
    metadata(file(elements).as_slice(), "http://here/bulkdata")
        .unwrap()
        .into()
}

#[test]
fn values_are_written_by_their_vr() {
    let found = json_of(&[
        short(0x08, 0x08, b"CS", br"ORIGINAL\\AXIAL "),
        short(0x08, 0x20, b"DA", b""),
        short(0x08, 0x90, b"PN", b"^^^^"),
        short(0x10, 0x1010, b"AS", b"045Y"),
        short(0x18, 0x50, b"DS", br"0.40\-1e2\x "),
        short(0x20, 0x13, b"IS", b"+7"),
        short(0x20, 0x5000, b"AT", &[0x28, 0, 0x10, 0]),
        short(0x28, 0x10, b"US", &[0, 2]),
        short(0x28, 0x106, b"SS", &[0xff, 0xff]),
        short(0x40, 0xa13a, b"FL", &f32::INFINITY.to_le_bytes()),
        long(0x42, 0x11, b"OB", 4, &[1, 2, 3, 4]),
    ]);
    assert_eq!(
        found["00080008"],
        json!({"vr": "CS", "Value": ["ORIGINAL", null, "AXIAL"]})
    );
    assert_eq!(found["00080020"], json!({"vr": "DA"}));
    assert_eq!(found["00080090"], json!({"vr": "PN"}));
    assert_eq!(found["00101010"]["Value"], json!(["045Y"]));
    assert_eq!(found["00180050"]["Value"], json!([0.4, -100.0, "x"]));
    assert_eq!(found["00200013"]["Value"], json!([7]));
    assert_eq!(found["00205000"]["Value"], json!(["00280010"]));
    assert_eq!(found["00280010"]["Value"], json!([512]));
    assert_eq!(found["00280106"]["Value"], json!([-1]));
    assert_eq!(found["0040A13A"]["Value"], json!(["inf"]));
    assert_eq!(found["00420011"], json!({"vr": "OB", "InlineBinary": "AQIDBA=="}));
    assert_eq!(found["00083002"]["Value"], json!(["1.2.840.10008.1.2.1"]));
}

#[test]
fn names_and_text_are_of_the_character_set_of_their_item() {
    let yamada = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B";
    let inner = [
        short(0x08, 0x05, b"CS", b"ISO_IR 100"),
        short(0x10, 0x10, b"PN", b"M\xfcller^J\xf6rg"),
    ]
    .concat();
    let found = json_of(&[
        short(0x08, 0x05, b"CS", br"\ISO 2022 IR 87 "),
        long(0x08, 0x1120, b"SQ", item(&inner).len() as u32, &item(&inner)),
        short(0x10, 0x10, b"PN", yamada),
    ]);
    assert_eq!(found["00080005"]["Value"], json!(["ISO_IR 192"]));
    assert_eq!(
        found["00100010"]["Value"],
        json!([{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎"}])
    );
    let item = &found["00081120"]["Value"][0];
    assert_eq!(item["00100010"]["Value"][0]["Alphabetic"], "Müller^Jörg");
    assert_eq!(item["00080005"]["Value"], json!(["ISO_IR 192"]));
}

#[test]
fn long_values_are_named_and_found_by_their_name() {
    let lut = vec![7; 3000];
    let inner = [
        short(0x28, 0x3003, b"LO", b"LUT "),
        long(0x28, 0x3006, b"OW", 3000, &lut),
    ]
    .concat();
    // Of undefined length, as most write it.
    let sequence = [item(&inner), vec![0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]].concat();
    let elements = [
        long(0x28, 0x3010, b"SQ", u32::MAX, &sequence),
        long(0x7fe0, 0x10, b"OW", 8, &[9; 8]),
    ];
    let found = json_of(&elements);
    let uri = "http://here/bulkdata/00283010/1/00283006";
    assert_eq!(found["00283010"]["Value"][0]["00283006"]["BulkDataURI"], uri);
    assert_eq!(
        found["7FE00010"],
        json!({"vr": "OW", "BulkDataURI": "http://here/bulkdata/7FE00010"})
    );
    let file = file(&elements);
    let place = |path: &str| find_bulk(file.as_slice(), &path.parse().unwrap()).unwrap();
    let Some(BulkPlace::InFile { at, length }) = place("00283010/1/00283006") else {
        panic!("it is in the file");
    };
    assert_eq!(file[at as usize..(at + length) as usize], lut);
    let Some(BulkPlace::InFile { at, length }) = place("7FE00010") else {
        panic!("pixels are in the file");
    };
    assert_eq!(file[at as usize..(at + length) as usize], [9; 8]);
    assert_eq!(
        place("00283010/1/00283003"),
        Some(BulkPlace::Bytes(b"LUT ".to_vec()))
    );
    for none in [
        "00283010/2/00283006",
        "00283010",
        "00100010",
        "00283006/1/00283006",
    ] {
        assert_eq!(place(none), None, "{none}");
    }
    for wrong in [
        "",
        "x",
        "0028301",
        "00283010/0/00283006",
        "00283010/1",
        "00283010//00283006",
    ] {
        assert!(wrong.parse::<BulkPath>().is_err(), "{wrong}");
    }
    let path: BulkPath = "00283010/1/00283006".parse().unwrap();
    assert_eq!(path.to_string(), "00283010/1/00283006");
}

#[test]
fn what_is_long_and_in_big_endian_is_not_given_as_if_it_were_not() {
    let mut file = vec![0; 128];
    file.extend_from_slice(b"DICM");
    file.extend_from_slice(&short(2, 0x10, b"UI", b"1.2.840.10008.1.2.2\0"));
    for (element, vr, length) in [
        (0x3006_u16, b"OW", 2_u32),
        (0x3007, b"OW", 3000),
        (0x3008, b"OB", 3000),
    ] {
        file.extend_from_slice(&0x28_u16.to_be_bytes());
        file.extend_from_slice(&element.to_be_bytes());
        file.extend_from_slice(vr);
        file.extend_from_slice(&[0, 0]);
        file.extend_from_slice(&length.to_be_bytes());
        file.extend((0..length).map(|number| number as u8));
    }
    let place = |path: &str| find_bulk(file.as_slice(), &path.parse().unwrap()).unwrap();
    assert_eq!(place("00283006"), Some(BulkPlace::Bytes(vec![1, 0])));
    assert_eq!(place("00283007"), Some(BulkPlace::BigEndian));
    assert!(matches!(
        place("00283008"),
        Some(BulkPlace::InFile { length: 3000, .. })
    ));
}

#[test]
fn r17_a_file_that_is_cut_anywhere_is_an_error_or_is_shorter() {
    let dir = tempfile::tempdir().unwrap();
    let options = PhantomOptions {
        slices: 1,
        rows: 16,
        columns: 16,
        ..PhantomOptions::default()
    };
    let slice = write_cbct(dir.path(), &options).unwrap().files.remove(0);
    let bytes = std::fs::read(slice).unwrap();
    let whole = Value::from(metadata(bytes.as_slice(), "x").unwrap());
    assert_eq!(whole["00100010"]["Value"][0]["Phonetic"], "やまだ^たろう");
    for length in 0..bytes.len() {
        let found = metadata(&bytes[..length], "x");
        if let Ok(found) = found {
            let found = Value::from(found);
            assert!(found.as_object().unwrap().len() <= whole.as_object().unwrap().len());
        }
    }
}

#[test]
fn tags_are_found_by_keyword() {
    assert_eq!(tag_of("PatientName"), Some(0x0010_0010));
    assert_eq!(tag_of("0020000d"), Some(0x0020_000d));
    assert_eq!(tag_of("patientname"), None);
}
