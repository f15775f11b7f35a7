//! Kinds of samples, and what a file says about how they are seen: each by values that were worked out by hand.

use dokuei_dicom::frames::{FrameIndex, samples, uncompressed};
use dokuei_dicom::{RenderError, RenderRequest, convert, render_png};

use crate::common::{identity, part10};

const EXPLICIT: &str = "1.2.840.10008.1.2.1";

/// An element of any VR, padded with zeros.
fn element(group: u16, number: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = [&group.to_le_bytes()[..], &number.to_le_bytes(), vr].concat();
    let length = value.len().next_multiple_of(2);
    if [b"OB", b"OW", b"SQ", b"UN"].contains(&vr) {
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
    } else {
        bytes.extend_from_slice(&(length as u16).to_le_bytes());
    }
    let end = bytes.len() + length;
    bytes.extend_from_slice(value);
    bytes.resize(end, if vr == b"CS" { b' ' } else { 0 });
    bytes
}

fn us(number: u16, value: u16) -> Vec<u8> {
    element(0x28, number, b"US", &value.to_le_bytes())
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// An item of a sequence.
fn item(content: &[u8]) -> Vec<u8> {
    [
        &[0xfe, 0xff, 0, 0xe0][..],
        &(content.len() as u32).to_le_bytes(),
        content,
    ]
    .concat()
}

/// An image: what it is, what else its group 0028 says, and its pixels.
struct Picture {
    syntax: &'static str,
    photometric: &'static str,
    samples: u16,
    /// Rows, columns.
    size: (u16, u16),
    /// Allocated, stored, high bit.
    bits: (u16, u16, u16),
    signed: bool,
    frames: u16,
    more: Vec<u8>,
    pixels: Vec<u8>,
}

impl Default for Picture {
    fn default() -> Self {
        Self {
            syntax: EXPLICIT,
            photometric: "MONOCHROME2",
            samples: 1,
            size: (1, 4),
            bits: (16, 16, 15),
            signed: false,
            frames: 1,
            more: Vec::new(),
            pixels: Vec::new(),
        }
    }
}

impl Picture {
    fn file(&self) -> Vec<u8> {
        let mut data = identity();
        data.extend(us(2, self.samples));
        data.extend(element(0x28, 4, b"CS", self.photometric.as_bytes()));
        if self.samples == 3 {
            data.extend(us(6, 0));
        }
        data.extend(element(0x28, 8, b"IS", self.frames.to_string().as_bytes()));
        data.extend([us(0x10, self.size.0), us(0x11, self.size.1)].concat());
        data.extend(
            [
                us(0x100, self.bits.0),
                us(0x101, self.bits.1),
                us(0x102, self.bits.2),
            ]
            .concat(),
        );
        data.extend(us(0x103, self.signed.into()));
        data.extend_from_slice(&self.more);
        data.extend_from_slice(&self.pixels);
        part10(self.syntax, &data)
    }

    /// With samples that are not compressed.
    fn native(mut self, bytes: &[u8]) -> Vec<u8> {
        self.pixels = element(0x7fe0, 0x10, b"OW", bytes);
        self.file()
    }

    /// With compressed frames, one fragment each.
    fn compressed(mut self, syntax: &'static str, frames: &[&[u8]]) -> Vec<u8> {
        self.syntax = syntax;
        self.pixels = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff".to_vec();
        self.pixels.extend(item(b""));
        for frame in frames {
            let mut frame = frame.to_vec();
            frame.resize(frame.len().next_multiple_of(2), 0);
            self.pixels.extend(item(&frame));
        }
        self.pixels.extend_from_slice(b"\xfe\xff\xdd\xe0\0\0\0\0");
        self.file()
    }
}

/// Grey levels, or red, green and blue.
fn seen(file: &[u8]) -> Vec<u8> {
    frame_seen(file, 0)
}

fn frame_seen(file: &[u8], frame: u32) -> Vec<u8> {
    let request = RenderRequest {
        frame,
        ..RenderRequest::default()
    };
    let image = image::load_from_memory(&render_png(file, &request).unwrap()).unwrap();
    image.into_bytes()
}

#[test]
fn r1_a_modality_table_comes_before_the_window() {
    let table = [
        element(0x28, 0x3002, b"US", &words(&[3, 10, 16])),
        element(0x28, 0x3006, b"OW", &words(&[0, 500, 1000])),
    ];
    let more = [
        element(0x28, 0x1050, b"DS", b"500"),
        element(0x28, 0x1051, b"DS", b"1000"),
        element(0x28, 0x1056, b"CS", b"LINEAR_EXACT"),
        element(0x28, 0x3000, b"SQ", &item(&table.concat())),
    ];
    let file = Picture {
        more: more.concat(),
        ..Picture::default()
    }
    .native(&words(&[3, 11, 12, 900]));
    // What lies outside the table takes its nearest entry.
    assert_eq!(seen(&file), [0, 128, 255, 255]);
}

#[test]
fn r1_a_voi_table_is_followed_where_there_is_no_window() {
    let table = [
        element(0x28, 0x3002, b"US", &words(&[4, 0xffff, 8])),
        // Entries of eight bits, two in a word.
        element(0x28, 0x3006, b"OW", &[10, 200, 30, 255]),
    ];
    let file = Picture {
        signed: true,
        more: element(0x28, 0x3010, b"SQ", &item(&table.concat())),
        ..Picture::default()
    }
    .native(&words(&[0xffff, 0, 1, 2]));
    assert_eq!(seen(&file), [10, 200, 30, 255]);
}

#[test]
fn r1_a_sigmoid_window_is_drawn_as_one() {
    let more = [
        element(0x28, 0x1050, b"DS", b"100"),
        element(0x28, 0x1051, b"DS", b"100"),
        element(0x28, 0x1056, b"CS", b"SIGMOID"),
    ];
    let file = Picture {
        more: more.concat(),
        ..Picture::default()
    }
    .native(&words(&[0, 100, 125, 200]));
    // 255 / (1 + exp(-4 (x - c) / w)): e^4, 1, e^-1, e^-4.
    assert_eq!(seen(&file), [5, 128, 186, 250]);
}

#[test]
fn r1_padding_is_black_and_widens_no_window() {
    let more = [us(0x120, 60000), us(0x121, 65535)].concat();
    for (photometric, levels) in [("MONOCHROME2", [0, 255, 0, 0]), ("MONOCHROME1", [255, 0, 0, 0])] {
        let file = Picture {
            photometric,
            more: more.clone(),
            ..Picture::default()
        }
        .native(&words(&[100, 200, 60000, 65535]));
        assert_eq!(seen(&file), levels, "{photometric}");
    }
}

#[test]
fn r1_stored_bits_are_found_wherever_they_lie_and_what_lies_beside_them_is_not_seen() {
    // Twelve bits from bit 4 on, signed; something else in the lowest four.
    let file = Picture {
        bits: (16, 12, 15),
        signed: true,
        ..Picture::default()
    }
    .native(&words(&[0x800f, 0xfff3, 0x0000, 0x7ff7]));
    assert_eq!(seen(&file), [0, 127, 128, 255]);
    // Ten bits from bit 0 on, an overlay above.
    let file = Picture {
        bits: (16, 10, 9),
        ..Picture::default()
    }
    .native(&words(&[0xfc00, 0x8200, 0x03ff, 0x0000]));
    assert_eq!(seen(&file), [0, 128, 255, 0]);
}

#[test]
fn r1_functional_groups_say_of_each_frame_how_it_is_seen() {
    let rescale = |slope: &[u8]| {
        let values = [
            element(0x28, 0x1052, b"DS", b"0"),
            element(0x28, 0x1053, b"DS", slope),
        ];
        item(&element(0x28, 0x9145, b"SQ", &item(&values.concat())))
    };
    let window = [
        element(0x28, 0x1050, b"DS", b"50"),
        element(0x28, 0x1051, b"DS", b"100"),
        element(0x28, 0x1056, b"CS", b"LINEAR_EXACT"),
    ];
    let shared = item(&element(0x28, 0x9132, b"SQ", &item(&window.concat())));
    let more = [
        element(0x5200, 0x9229, b"SQ", &shared),
        element(0x5200, 0x9230, b"SQ", &[rescale(b"1"), rescale(b"2")].concat()),
    ];
    let file = Picture {
        frames: 2,
        more: more.concat(),
        ..Picture::default()
    }
    .native(&words(&[0, 20, 40, 100, 0, 20, 40, 100]));
    assert_eq!(frame_seen(&file, 0), [0, 51, 102, 255]);
    assert_eq!(frame_seen(&file, 1), [0, 102, 204, 255]);
}

#[test]
fn r1_a_palette_is_followed_whole_or_in_segments() {
    let descriptor = |number| element(0x28, number, b"US", &words(&[4, 0, 16]));
    let colours = [
        descriptor(0x1101),
        descriptor(0x1102),
        descriptor(0x1103),
        element(0x28, 0x1201, b"OW", &words(&[0, 0xffff, 0, 0x8080])),
        element(0x28, 0x1202, b"OW", &words(&[0, 0, 0xffff, 0x8080])),
    ];
    // One value, then three more on a line up to 0x3000.
    let segments = element(0x28, 0x1223, b"OW", &words(&[0, 1, 0, 1, 3, 0xffff]));
    let file = Picture {
        photometric: "PALETTE COLOR",
        bits: (8, 8, 7),
        more: [colours.concat(), segments].concat(),
        ..Picture::default()
    }
    .native(&[0, 1, 2, 3]);
    assert_eq!(seen(&file), [0, 0, 0, 255, 0, 85, 0, 255, 170, 128, 128, 255]);
    let without = Picture {
        photometric: "PALETTE COLOR",
        bits: (8, 8, 7),
        ..Picture::default()
    }
    .native(&[0, 1, 2, 3]);
    let refused = render_png(&without, &RenderRequest::default());
    assert!(matches!(refused, Err(RenderError::Undecodable)));
}

#[test]
fn r1_two_pixels_may_share_their_colour() {
    let colour = |photometric| Picture {
        photometric,
        samples: 3,
        size: (1, 2),
        bits: (8, 8, 7),
        ..Picture::default()
    };
    let file = colour("YBR_FULL_422").native(&[0, 255, 128, 128]);
    assert_eq!(seen(&file), [0, 0, 0, 255, 255, 255]);
    // Black is 16 and white 235.
    let file = colour("YBR_PARTIAL_422").native(&[16, 235, 128, 128]);
    assert_eq!(seen(&file), [0, 0, 0, 255, 255, 255]);
}

#[test]
fn r1_frames_of_single_bits_follow_each_other_without_padding() {
    let file = Picture {
        bits: (1, 1, 0),
        size: (1, 3),
        frames: 3,
        ..Picture::default()
    }
    .native(&[0b1101_0101, 0b0000_0001]);
    let lit = |frame| frame_seen(&file, frame).into_iter().map(|level| level > 0);
    assert_eq!(lit(0).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(lit(1).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(lit(2).collect::<Vec<_>>(), [true, true, true]);
    let index = FrameIndex::read(&mut std::io::Cursor::new(&file)).unwrap();
    let stored = index.frame(&mut std::io::Cursor::new(&file), 1).unwrap();
    assert_eq!(stored[0] & 7, 0b010);
}

/// What `streams/make.py` compressed.
fn grey(row: u32, column: u32) -> u16 {
    ((column * column * 7 + row * 131 + column * row * 3) & 0xfff) as u16
}

fn pixels<T>(value: impl Fn(u32, u32) -> T) -> Vec<T> {
    let places = (0..24).flat_map(|row| (0..40).map(move |column| (row, column)));
    places.map(|(row, column)| value(row, column)).collect()
}

#[test]
fn r1_jpeg_xl_htj2k_and_jpeg_of_twelve_bits_give_their_samples_back() {
    let picture = || Picture {
        size: (24, 40),
        bits: (16, 12, 11),
        ..Picture::default()
    };
    let wanted = words(&pixels(grey));
    for (syntax, stream) in [
        (
            "1.2.840.10008.1.2.4.110",
            &include_bytes!("../streams/grey12.jxl")[..],
        ),
        ("1.2.840.10008.1.2.4.201", include_bytes!("../streams/grey12.jph")),
        (
            "1.2.840.10008.1.2.4.57",
            include_bytes!("../streams/grey12.ljpeg"),
        ),
    ] {
        let file = picture().compressed(syntax, &[stream]);
        assert!(samples(&file, 0).unwrap().bytes == wanted, "{syntax}");
        // And as a whole instance, which says how it is encoded now.
        let mut plain = Vec::new();
        convert::write_file(file.as_slice(), EXPLICIT, &mut plain).unwrap();
        assert!(plain.ends_with(&wanted), "{syntax}");
        assert_eq!(
            samples(&plain, 0).unwrap(),
            samples(&file, 0).unwrap(),
            "{syntax}"
        );
    }
    let smooth = words(&pixels(|row, column| (column * 60 + row * 40 + 200) as u16));
    let file = picture().compressed(
        "1.2.840.10008.1.2.4.51",
        &[include_bytes!("../streams/smooth12.jpg")],
    );
    let found = samples(&file, 0).unwrap().bytes;
    let far = found.chunks(2).zip(smooth.chunks(2)).map(|(found, wanted)| {
        let value = |pair: &[u8]| i32::from(u16::from_le_bytes([pair[0], pair[1]]));
        (value(found) - value(wanted)).abs()
    });
    assert!(far.max() <= Some(8), "JPEG with twelve bits is another picture");
    let colour: Vec<u8> = pixels(|row, column| [column * 6, row * 10, (column + row) * 4])
        .concat()
        .into_iter()
        .map(|sample| sample as u8)
        .collect();
    for (syntax, told, stream) in [
        (
            "1.2.840.10008.1.2.4.110",
            "RGB",
            &include_bytes!("../streams/colour8.jxl")[..],
        ),
        (
            "1.2.840.10008.1.2.4.201",
            "YBR_RCT",
            include_bytes!("../streams/colour8.jph"),
        ),
    ] {
        let file = Picture {
            photometric: told,
            samples: 3,
            size: (24, 40),
            bits: (8, 8, 7),
            frames: 2,
            ..Picture::default()
        }
        .compressed(syntax, &[stream, stream]);
        let found = samples(&file, 1).unwrap();
        assert_eq!(found.photometric_interpretation, "RGB", "{syntax}");
        assert!(found.bytes == colour, "{syntax}");
        let mut plain = Vec::new();
        convert::write_file(file.as_slice(), EXPLICIT, &mut plain).unwrap();
        assert!(
            plain.ends_with(&[colour.as_slice(), &colour].concat()),
            "{syntax}"
        );
        assert!(plain.windows(4).any(|four| four == b"RGB "), "{syntax}");
    }
}

#[test]
fn r24_a_stream_of_another_size_than_its_header_says_is_refused() {
    for (syntax, stream) in [
        (
            "1.2.840.10008.1.2.4.110",
            &include_bytes!("../streams/grey12.jxl")[..],
        ),
        ("1.2.840.10008.1.2.4.201", include_bytes!("../streams/grey12.jph")),
        (
            "1.2.840.10008.1.2.4.57",
            include_bytes!("../streams/grey12.ljpeg"),
        ),
    ] {
        let file = Picture {
            size: (24, 41),
            bits: (16, 12, 11),
            ..Picture::default()
        }
        .compressed(syntax, &[stream]);
        assert!(
            matches!(samples(&file, 0), Err(RenderError::Undecodable)),
            "{syntax}"
        );
    }
}

#[test]
fn what_nothing_here_decodes_is_told_by_its_transfer_syntax_and_its_kind() {
    let file = Picture::default().compressed("1.2.840.10008.1.2.4.102", &[b"film"]);
    let Err(error) = samples(&file, 0) else {
        panic!("a film as a picture")
    };
    assert!(error.to_string().contains("1.2.840.10008.1.2.4.102"), "{error}");
    let file = Picture {
        photometric: "CMYK",
        samples: 4,
        bits: (8, 8, 7),
        ..Picture::default()
    }
    .native(&[0; 16]);
    let Err(error) = samples(&file, 0) else {
        panic!("four colours as three")
    };
    assert!(error.to_string().contains("CMYK"), "{error}");
}

#[test]
fn r15_what_is_in_big_endian_is_given_in_little_endian() {
    let Some(folder) = std::env::var_os("DOKUEI_PYDICOM_FILES") else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return;
    };
    let read = |name| std::fs::read(std::path::Path::new(&folder).join("test_files").join(name)).unwrap();
    for name in [
        "MR_small_bigendian.dcm",
        "rtdose_expb_1frame.dcm",
        "SC_rgb_small_odd_big_endian.dcm",
    ] {
        let file = read(name);
        let mut little = Vec::new();
        convert::write_file(file.as_slice(), EXPLICIT, &mut little).unwrap();
        assert_eq!(samples(&little, 0).unwrap(), samples(&file, 0).unwrap(), "{name}");
        let mut told = Vec::new();
        uncompressed(&little, &[0], |bytes| {
            told.push(bytes);
            true
        })
        .unwrap();
        assert_eq!(told.len(), 1);
    }
}
