//! Frames as PNG: window, sense, size, colour, and what is refused.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;
mod kinds;

use common::{explicit, identity, part10, slice};
use dokuei_dicom::{RenderError, RenderRequest, Window, render_png};
use image::GenericImageView;
use proptest::prelude::*;

const EXPLICIT: &str = "1.2.840.10008.1.2.1";

fn us(group: u16, element: u16, value: u16) -> Vec<u8> {
    explicit(group, element, b"US", &value.to_le_bytes())
}

/// An image of the given samples; `extra` are elements of group 0028 after (0028,0103).
fn picture(photometric: &str, size: (u16, u16), bits: u16, extra: &[u8], samples: &[u8]) -> Vec<u8> {
    let colours = if photometric == "RGB" { 3 } else { 1 };
    let mut data = identity();
    data.extend(us(0x28, 2, colours));
    data.extend(explicit(0x28, 4, b"CS", photometric.as_bytes()));
    data.extend(
        [
            us(0x28, 0x10, size.0),
            us(0x28, 0x11, size.1),
            us(0x28, 0x100, bits),
            us(0x28, 0x101, bits),
        ]
        .concat(),
    );
    data.extend(us(0x28, 0x103, 0));
    data.extend(extra);
    data.extend_from_slice(&[0xe0, 0x7f, 0x10, 0]);
    data.extend_from_slice(b"OW\0\0");
    data.extend_from_slice(&(samples.len() as u32).to_le_bytes());
    data.extend_from_slice(samples);
    part10(EXPLICIT, &data)
}

fn levels(file: &[u8], request: &RenderRequest) -> Vec<u8> {
    image::load_from_memory(&render_png(file, request).unwrap())
        .unwrap()
        .into_luma8()
        .into_raw()
}

#[test]
fn r1_without_a_window_the_whole_range_is_shown_and_monochrome1_is_turned() {
    let samples: Vec<u8> = [100u16, 150, 200, 300]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let request = RenderRequest::default();
    assert_eq!(
        levels(&picture("MONOCHROME2", (2, 2), 16, b"", &samples), &request),
        [0, 64, 128, 255]
    );
    assert_eq!(
        levels(&picture("MONOCHROME1", (2, 2), 16, b"", &samples), &request),
        [255, 191, 127, 0]
    );
}

#[test]
fn r1_the_window_asked_for_comes_before_the_files_own_and_is_in_rescaled_units() {
    let samples: Vec<u8> = [0u16, 1000, 1040, 2000]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let lut = [
        explicit(0x28, 0x1050, b"DS", b"40"),
        explicit(0x28, 0x1051, b"DS", b"401"),
        explicit(0x28, 0x1052, b"DS", b"-1000"),
        explicit(0x28, 0x1053, b"DS", b"1"),
    ];
    let file = picture("MONOCHROME2", (1, 4), 16, &lut.concat(), &samples);
    // 0 HU lies 39.5 below the centre of a window of 401: a little darker than the middle.
    assert_eq!(levels(&file, &RenderRequest::default()), [0, 102, 128, 255]);
    let narrow = RenderRequest {
        window: Some(Window {
            center: 20.0,
            width: 1.0,
        }),
        ..RenderRequest::default()
    };
    assert_eq!(levels(&file, &narrow), [0, 0, 255, 255]);
}

#[test]
fn r1_colour_and_frames_and_scaling() {
    let two_frames = explicit(0x28, 8, b"IS", b"2");
    let rgb: Vec<u8> = (0..24).collect();
    let mut file = picture("RGB", (2, 2), 8, b"", &rgb);
    // (0028,0008) belongs before (0028,0010), but readers don't depend on the order.
    let at = file
        .windows(4)
        .position(|window| window == [0xe0, 0x7f, 0x10, 0])
        .unwrap();
    file.splice(at..at, two_frames);
    let second = image::load_from_memory(
        &render_png(
            &file,
            &RenderRequest {
                frame: 1,
                ..Default::default()
            },
        )
        .unwrap(),
    );
    assert_eq!(
        second.unwrap().into_rgb8().into_raw(),
        (12..24).collect::<Vec<u8>>()
    );
    let third = render_png(
        &file,
        &RenderRequest {
            frame: 2,
            ..Default::default()
        },
    );
    assert!(matches!(
        third,
        Err(RenderError::NoSuchFrame { frame: 2, frames: 2 })
    ));
    let wide = picture("MONOCHROME2", (10, 40), 8, b"", &[7; 400]);
    let small = RenderRequest {
        max_width: 20,
        max_height: 20,
        ..RenderRequest::default()
    };
    let image = image::load_from_memory(&render_png(&wide, &small).unwrap()).unwrap();
    assert_eq!(image.dimensions(), (20, 5));
}

#[test]
fn r24_what_can_not_be_shown_is_refused() {
    let render = |file: &[u8]| render_png(file, &RenderRequest::default()).unwrap_err();
    assert!(matches!(render(b"no"), RenderError::Header(_)));
    assert!(matches!(
        render(&part10(EXPLICIT, &identity())),
        RenderError::NoPixels
    ));
    assert!(matches!(
        render(&picture("MONOCHROME2", (60000, 60000), 16, b"", b"")),
        RenderError::TooLarge
    ));
    assert!(matches!(
        render(&picture("MONOCHROME2", (64, 64), 16, b"", b"short!")),
        RenderError::Undecodable
    ));
    assert!(matches!(
        render(&picture("PALETTE COLOR", (1, 1), 8, b"", b"xx")),
        RenderError::Undecodable
    ));
    let nothing = RenderRequest {
        max_width: 0,
        ..RenderRequest::default()
    };
    assert!(matches!(
        render_png(&slice(), &nothing),
        Err(RenderError::BadRequest)
    ));
    let empty = RenderRequest {
        window: Some(Window {
            center: 0.0,
            width: 0.0,
        }),
        ..RenderRequest::default()
    };
    assert!(matches!(
        render_png(&slice(), &empty),
        Err(RenderError::BadRequest)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r24_changed_bytes_never_make_rendering_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..16),
    ) {
        let mut file = slice();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let _ = render_png(&file, &RenderRequest::default());
    }
}
