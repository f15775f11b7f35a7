use std::io::Cursor;

use super::*;
use crate::phantom::{PhantomOptions, write_cbct};

/// A Part 10 file of this syntax, with the elements of a small grey image before its pixels.
fn file(syntax: &str, frames: u32, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend_from_slice(b"DICM");
    let mut short = |group: u16, element: u16, vr: &[u8], value: &[u8]| {
        bytes.extend_from_slice(&group.to_le_bytes());
        bytes.extend_from_slice(&element.to_le_bytes());
        bytes.extend_from_slice(vr);
        bytes.extend_from_slice(&(value.len() as u16).to_le_bytes());
        bytes.extend_from_slice(value);
    };
    let padded = |text: &str, pad: char| {
        let mut text = text.to_owned();
        if text.len() % 2 == 1 {
            text.push(pad);
        }
        text.into_bytes()
    };
    short(2, 0x10, b"UI", &padded(syntax, '\0'));
    short(0x28, 0x02, b"US", &1u16.to_le_bytes());
    short(0x28, 0x08, b"IS", &padded(&frames.to_string(), ' '));
    short(0x28, 0x10, b"US", &2u16.to_le_bytes());
    short(0x28, 0x11, b"US", &3u16.to_le_bytes());
    short(0x28, 0x100, b"US", &16u16.to_le_bytes());
    bytes.extend_from_slice(&[0xe0, 0x7f, 0x10, 0, b'O', b'W', 0, 0]);
    bytes.extend_from_slice(pixels);
    bytes
}

fn item(value: &[u8]) -> Vec<u8> {
    [&ITEM[..], &(value.len() as u32).to_le_bytes(), value].concat()
}

/// Pixels in fragments after this table.
fn fragments(table: &[u32], fragments: &[&[u8]]) -> Vec<u8> {
    let table: Vec<u8> = table.iter().flat_map(|offset| offset.to_le_bytes()).collect();
    let mut pixels = vec![0xff; 4];
    pixels.extend(item(&table));
    pixels.extend(fragments.iter().flat_map(|fragment| item(fragment)));
    pixels.extend_from_slice(&SEQUENCE_END);
    pixels.extend_from_slice(&[0; 4]);
    pixels
}

const JPEG: &str = "1.2.840.10008.1.2.4.50";

fn frame(bytes: &[u8], index: u32) -> Result<Vec<u8>, RenderError> {
    let mut file = Cursor::new(bytes);
    FrameIndex::read(&mut file)?.frame(&mut file, index)
}

#[test]
fn native_frames_are_cut_out() {
    let pixels: Vec<u8> = (0..24).collect();
    let declared = [&24u32.to_le_bytes()[..], &pixels].concat();
    let image = file("1.2.840.10008.1.2.1", 2, &declared);
    assert_eq!(frame(&image, 0).unwrap(), pixels[..12]);
    assert_eq!(frame(&image, 1).unwrap(), pixels[12..]);
    assert!(matches!(
        frame(&image, 2),
        Err(RenderError::NoSuchFrame { frame: 2, frames: 2 })
    ));
}

#[test]
fn more_frames_than_there_are_pixels_for_are_none() {
    let image = file(
        "1.2.840.10008.1.2.1",
        3,
        &[&24u32.to_le_bytes()[..], &[0; 24]].concat(),
    );
    assert!(matches!(frame(&image, 0), Err(RenderError::Undecodable)));
    let cut = file(
        "1.2.840.10008.1.2.1",
        2,
        &[&24u32.to_le_bytes()[..], &[0; 20]].concat(),
    );
    assert!(matches!(frame(&cut, 1), Err(RenderError::Undecodable)));
}

#[test]
fn fragments_are_joined_to_frames() {
    let one = file(JPEG, 1, &fragments(&[], &[b"ab", b"cd"]));
    assert_eq!(frame(&one, 0).unwrap(), b"abcd");
    let each = file(JPEG, 2, &fragments(&[], &[b"ab", b"cd"]));
    assert_eq!(frame(&each, 1).unwrap(), b"cd");
    let table = file(JPEG, 2, &fragments(&[0, 20], &[b"ab", b"cd", b"ef"]));
    assert_eq!(frame(&table, 0).unwrap(), b"abcd");
    assert_eq!(frame(&table, 1).unwrap(), b"ef");
}

/// With an extended offset table (7FE0,0001) each frame is one fragment, and the basic one is empty (PS3.3 C.7.6.3.1.8): the
/// fragments say where the frames are, whatever the table says of them.
#[test]
fn r17_frames_are_found_without_the_extended_offset_table_that_lies_before_them() {
    let frames: Vec<Vec<u8>> = (0..3_u8).map(|number| vec![number; 4]).collect();
    let parts: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
    let plain = file(JPEG, 3, &fragments(&[], &parts));
    let pixels = plain
        .windows(4)
        .rposition(|four| four == [0xe0, 0x7f, 0x10, 0])
        .unwrap();
    for offsets in [[0_u64, 12, 24], [u64::MAX, 7, 0]] {
        let mut image = plain[..pixels].to_vec();
        for (element, values) in [(1_u8, offsets), (2, [4; 3])] {
            image.extend_from_slice(&[0xe0, 0x7f, element, 0, b'O', b'V', 0, 0, 24, 0, 0, 0]);
            image.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        image.extend_from_slice(&plain[pixels..]);
        for (number, expected) in frames.iter().enumerate() {
            assert_eq!(frame(&image, number as u32).unwrap(), *expected, "{offsets:?}");
        }
    }
}

#[test]
fn r17_offsets_that_are_not_true_are_no_way_out() {
    for table in [&[0, u32::MAX][..], &[20, 0], &[8, 20]] {
        let image = file(JPEG, 2, &fragments(table, &[b"ab", b"cd", b"ef"]));
        let read = frame(&image, 1);
        assert!(
            matches!(read, Err(RenderError::Undecodable)),
            "{table:?}: {read:?}"
        );
    }
    let mut endless = file(JPEG, 1, &fragments(&[], &[b"ab"]));
    let at = endless.len() - 8 - 2 - 4;
    endless[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(frame(&endless, 0).is_err());
}

#[test]
fn the_frame_of_a_slice_is_its_pixels() {
    let dir = tempfile::tempdir().unwrap();
    let options = PhantomOptions {
        slices: 1,
        rows: 40,
        columns: 30,
        ..PhantomOptions::default()
    };
    let slice = &write_cbct(dir.path(), &options).unwrap().files[0];
    let bytes = std::fs::read(slice).unwrap();
    let mut opened = std::fs::File::open(slice).unwrap();
    let index = FrameIndex::read(&mut opened).unwrap();
    assert!(index.is_native() && index.frames() == 1);
    assert_eq!(index.frame(&mut opened, 0).unwrap(), bytes[bytes.len() - 2400..]);
    assert_eq!(samples(&bytes, 0).unwrap().bytes, bytes[bytes.len() - 2400..]);
}
