use super::*;

/// A Part 10 file of a grey image of 2 × 3 pixels of 8 bits in RLE, a fragment for each frame.
fn image(frames: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend_from_slice(b"DICM");
    let mut short = |group: u16, element: u16, vr: &[u8], value: &[u8]| {
        bytes.extend_from_slice(&group.to_le_bytes());
        bytes.extend_from_slice(&element.to_le_bytes());
        bytes.extend_from_slice(vr);
        bytes.extend_from_slice(&(value.len() as u16).to_le_bytes());
        bytes.extend_from_slice(value);
    };
    short(2, 0x10, b"UI", b"1.2.840.10008.1.2.5\0");
    short(0x28, 0x02, b"US", &[1, 0]);
    short(0x28, 0x04, b"CS", b"MONOCHROME2 ");
    short(0x28, 0x08, b"IS", format!("{:2}", frames.len()).as_bytes());
    for (element, value) in [
        (0x10, 2),
        (0x11, 3),
        (0x100, 8),
        (0x101, 8),
        (0x102, 7),
        (0x103, 0),
    ] {
        short(0x28, element, b"US", &[value, 0]);
    }
    let item = |value: &[u8]| {
        [
            &[0xfe, 0xff, 0, 0xe0],
            &(value.len() as u32).to_le_bytes()[..],
            value,
        ]
        .concat()
    };
    bytes.extend_from_slice(&[0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0, 0xff, 0xff, 0xff, 0xff]);
    bytes.extend(item(&[]));
    for frame in frames {
        bytes.extend(item(frame));
    }
    bytes.extend_from_slice(&[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
    bytes
}

/// A frame of these six values, as one run of PS3.5 G.3.1.
fn frame(values: [u8; 6]) -> Vec<u8> {
    let mut coded = vec![0; 64];
    (coded[0], coded[4]) = (1, 64);
    coded.push(5);
    coded.extend(values);
    coded.push(0);
    coded
}

/// The samples that a file has in Explicit VR Little Endian, which come last in it.
fn converted(file: &[u8], length: usize) -> Vec<u8> {
    let mut written = Vec::new();
    write_data_set(file, uids::EXPLICIT_VR_LITTLE_ENDIAN, &mut written).unwrap();
    written.split_off(written.len() - length)
}

#[test]
fn r1_all_frames_are_decompressed_in_their_order() {
    let (first, second) = (frame([1, 2, 3, 4, 5, 6]), frame([6, 5, 4, 3, 2, 1]));
    let file = image(&[&first, &second]);
    assert_eq!(converted(&file, 12), [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1]);
}

/// A large image is most of the work of a conversion: a frame that was decompressed to know what it is like is not
/// decompressed again. Whoever asks twice gets it from the image, which here is another one.
#[test]
fn r24_the_first_frame_is_decompressed_once() {
    let file = image(&[&frame([1, 2, 3, 4, 5, 6])]);
    let damaged = image(&[&[0; 64]]);
    let mut frames = Frames::of(Image::open(&file).unwrap()).unwrap().unwrap();
    frames.image = Image::open(&damaged).unwrap();
    assert_eq!(frames.samples(0).unwrap(), [1, 2, 3, 4, 5, 6]);
    assert!(frames.samples(0).is_err(), "it is not kept any longer either");
}
