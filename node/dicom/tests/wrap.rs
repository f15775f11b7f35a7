//! Photographs, documents and models.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::process::Command;

use dokuei_dicom::header::read_instance;
use dokuei_dicom::wrap::{About, Note, PictureKind, WrapError, new_study, wrap};
use dokuei_dicom::{Patient, PersonName, RenderRequest, render_png};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

fn about(kind: PictureKind) -> About {
    let patient = Patient {
        name: PersonName::from_groups("YAMADA^TARO=山田^太郎=やまだ^たろう"),
        id: "1234".into(),
        id_issuer: String::new(),
        birth_date: "19800102".into(),
        sex: "M".into(),
    };
    About {
        study: new_study(patient, "20260401", "口腔内写真"),
        kind,
        modality: "PX".into(),
        description: "口腔内写真".into(),
        date: "20260401".into(),
    }
}

/// Wider than high; its upper left corner is red.
fn picture() -> RgbImage {
    RgbImage::from_fn(48, 32, |x, y| {
        if x < 24 && y < 16 {
            Rgb([220, 20, 20])
        } else {
            Rgb([20, 20, 200])
        }
    })
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG as a telephone writes it: turned, with its place and the name of its owner.
fn of_a_telephone(orientation: u8) -> Vec<u8> {
    let jpeg = encoded(&picture().into(), ImageFormat::Jpeg);
    // TIFF, little endian: orientation, artist, GPS; in the last the latitude's reference.
    let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend_from_slice(&[0x3b, 0x01, 2, 0, 8, 0, 0, 0, 68, 0, 0, 0]);
    tiff.extend_from_slice(&[0x25, 0x88, 4, 0, 1, 0, 0, 0, 50, 0, 0, 0]);
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    tiff.extend_from_slice(&[1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend_from_slice(b"Tanaka!\0");
    let mut segment = b"\xff\xe1".to_vec();
    segment.extend_from_slice(&(tiff.len() as u16 + 8).to_be_bytes());
    segment.extend_from_slice(b"Exif\0\0");
    segment.extend_from_slice(&tiff);
    [&jpeg[..2], &segment, &jpeg[2..], b"a film behind the picture"].concat()
}

fn pixels(file: &[u8]) -> RgbImage {
    let png = render_png(file, &RenderRequest::default()).unwrap();
    image::load_from_memory(&png).unwrap().into_rgb8()
}

fn is_red(pixel: &Rgb<u8>) -> bool {
    pixel.0[0] > 150 && pixel.0[2] < 100
}

#[test]
fn r1_a_photograph_stays_the_stream_that_it_was_without_what_its_camera_wrote() {
    let jpeg = of_a_telephone(1);
    let wrapped = wrap(&jpeg, &about(PictureKind::Photograph)).unwrap();
    assert_eq!(
        wrapped.notes,
        BTreeSet::from([Note::PlaceDropped, Note::MetadataDropped])
    );
    let header = read_instance(wrapped.file.as_slice()).unwrap();
    assert_eq!(header.transfer_syntax_uid.as_str(), "1.2.840.10008.1.2.4.50");
    assert_eq!((header.columns, header.rows), (Some(48), Some(32)));
    assert_eq!(header.modality, "XC");
    assert_eq!(header.patient.name.ideographic, "山田^太郎");
    assert!(header.lossy);
    let shown = pixels(&wrapped.file);
    assert!(is_red(shown.get_pixel(4, 4)) && !is_red(shown.get_pixel(40, 4)));
    for secret in [&b"Exif"[..], b"Tanaka!", b"a film"] {
        assert!(!wrapped.file.windows(secret.len()).any(|window| window == secret));
    }
    assert_eq!(
        wrap(&jpeg, &about(PictureKind::Photograph)).unwrap(),
        wrapped,
        "it repeats"
    );
}

#[test]
fn r1_r12_two_patients_of_one_number_do_not_share_a_study() {
    let patient = about(PictureKind::Photograph).study.patient;
    let of = |change: fn(&mut Patient)| {
        let mut patient = patient.clone();
        change(&mut patient);
        new_study(patient, "20260401", "x").study_instance_uid
    };
    assert_eq!(of(|_| ()), of(|_| ()));
    assert_ne!(
        of(|_| ()),
        of(|one| one.name = PersonName::from_groups("SATO^JIRO"))
    );
    assert_ne!(of(|_| ()), of(|one| one.birth_date = "19800103".into()));
}

#[test]
fn r1_a_turned_photograph_is_turned_and_told() {
    let wrapped = wrap(&of_a_telephone(6), &about(PictureKind::Photograph)).unwrap();
    assert!(wrapped.notes.contains(&Note::Turned));
    let header = read_instance(wrapped.file.as_slice()).unwrap();
    assert_eq!((header.columns, header.rows), (Some(32), Some(48)));
    assert!(header.lossy, "what JPEG took away does not come back");
    let shown = pixels(&wrapped.file);
    assert!(is_red(shown.get_pixel(28, 4)) && !is_red(shown.get_pixel(4, 4)));
}

#[test]
fn r1_png_and_tiff_are_kept_sample_by_sample() {
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let wrapped = wrap(
            &encoded(&picture().into(), format),
            &about(PictureKind::Radiograph),
        )
        .unwrap();
        let header = read_instance(wrapped.file.as_slice()).unwrap();
        assert_eq!(header.sop_class_uid.as_str(), "1.2.840.10008.5.1.4.1.1.7");
        assert_eq!(header.modality, "PX");
        assert!(!header.lossy);
        assert_eq!(pixels(&wrapped.file), picture(), "{format:?}");
    }
    let glass = RgbaImage::from_fn(5, 5, |_, _| Rgba([10, 20, 30, 0]));
    let wrapped = wrap(
        &encoded(&glass.into(), ImageFormat::Png),
        &about(PictureKind::Photograph),
    )
    .unwrap();
    assert_eq!(wrapped.notes, BTreeSet::from([Note::Flattened]));
    assert!(pixels(&wrapped.file).pixels().all(|pixel| pixel.0 == [255; 3]));
    let deep = image::ImageBuffer::<image::Luma<u16>, Vec<u16>>::from_fn(6, 4, |x, _| {
        image::Luma([x as u16 * 1000])
    });
    let wrapped = wrap(
        &encoded(&deep.into(), ImageFormat::Png),
        &about(PictureKind::Radiograph),
    )
    .unwrap();
    let header = read_instance(wrapped.file.as_slice()).unwrap();
    assert_eq!(
        (header.bits_allocated, header.photometric_interpretation.as_str()),
        (Some(16), "MONOCHROME2")
    );
    assert!(wrapped.file.ends_with(&5000_u16.to_le_bytes()));
}

#[test]
fn r1_documents_and_models_are_kept_byte_for_byte() {
    let pdf = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n".to_vec();
    let mut stl = vec![0; 80];
    stl.extend_from_slice(&1_u32.to_le_bytes());
    stl.resize(134, 1);
    for (bytes, class) in [(pdf, "104.1"), (stl, "104.3")] {
        let wrapped = wrap(&bytes, &about(PictureKind::Photograph)).unwrap();
        let header = read_instance(wrapped.file.as_slice()).unwrap();
        assert!(header.sop_class_uid.as_str().ends_with(class));
        assert!(wrapped.file.windows(bytes.len()).any(|window| window == bytes));
    }
    let cut = wrap(b"%PDF-1.7\n1 0 obj", &about(PictureKind::Photograph));
    assert!(matches!(cut, Err(WrapError::NoEnd)));
}

#[test]
fn r24_damaged_pictures_are_refused_and_never_panic() {
    let about = about(PictureKind::Photograph);
    assert!(matches!(wrap(b"hello", &about), Err(WrapError::Unknown)));
    let good = [
        of_a_telephone(6),
        of_a_telephone(1),
        encoded(&picture().into(), ImageFormat::Png),
        encoded(&picture().into(), ImageFormat::Tiff),
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for file in good {
        for length in [3, 20, file.len() / 2, file.len() - 40] {
            let _ = wrap(&file[..length], &about);
        }
        for _ in 0..200 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let mut changed = file.clone();
            let at = (state % changed.len() as u64) as usize;
            changed[at] = (state >> 32) as u8;
            if let Ok(wrapped) = wrap(&changed, &about) {
                read_instance(wrapped.file.as_slice()).unwrap();
            }
        }
    }
}

#[test]
fn r1_wrapped_objects_are_what_the_standard_asks_for() {
    let program = "/usr/bin/dciodvfy";
    if !common::present(program) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let pdf = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n".to_vec();
    let png = encoded(&picture().into(), ImageFormat::Png);
    for (name, bytes, kind) in [
        ("photograph", of_a_telephone(1), PictureKind::Photograph),
        ("turned", of_a_telephone(6), PictureKind::Photograph),
        ("radiograph", png, PictureKind::Radiograph),
        ("document", pdf, PictureKind::Photograph),
    ] {
        let path = dir.path().join(name);
        std::fs::write(&path, wrap(&bytes, &about(kind)).unwrap().file).unwrap();
        let output = Command::new(program).arg(&path).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<&str> = told.lines().filter(|line| line.starts_with("Error")).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}
