//! Pseudonyms.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test says where")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use dokuei_dicom::deid::{Dates, DeidError, Key, Options, Warning, pseudonymise};
use dokuei_dicom::files::{Limits, find};
use dokuei_dicom::header::read_instance;
use dokuei_dicom::report::{ImageFacts, Measurement, Points, Shape, ShownFrame, to_illustrations};
use dokuei_dicom::{
    HeaderError, InstanceHeader, RenderRequest, read_header, read_header_file, render_png, to_sr,
};

const KEY: Key = Key::from_bytes([7; 32]);

/// Nothing but the Basic Profile.
const BASIC: Options = Options {
    dates: Dates::Remove,
    patient_characteristics: false,
    descriptions: false,
    device: false,
    institution: false,
    uids: false,
    graphics: false,
    structured_content: false,
    safe_private: false,
};

fn anew(file: &[u8], options: &Options) -> Result<Vec<u8>, DeidError> {
    let mut made = Vec::new();
    let mut reading = pseudonymise(file, options, &KEY)?;
    reading
        .read_to_end(&mut made)
        .map_err(|error| DeidError::Header(HeaderError::Io(error)))?;
    Ok(made)
}

/// pydicom's folder, and the files in it.
fn files() -> Option<(PathBuf, Vec<PathBuf>)> {
    let Some(dir) = std::env::var_os("DOKUEI_PYDICOM_FILES").map(PathBuf::from) else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return None;
    };
    let files = find(std::slice::from_ref(&dir), Limits::default()).unwrap().files;
    Some((dir, files))
}

#[test]
fn r12_a_japanese_patient_is_nowhere_in_the_object_under_her_pseudonym() {
    let file = common::slice();
    let before = read_header(file.as_slice()).unwrap();
    let made = anew(&file, &Options::default()).unwrap();
    let after = read_instance(made.as_slice()).unwrap();
    let code = KEY.pseudonym(&before.patient.id).code;
    assert_eq!(after.patient.id, code);
    assert_eq!(after.patient.name.to_groups(), code);
    assert_eq!(after.patient.birth_date, "");
    assert_eq!(after.patient.sex, before.patient.sex);
    assert_eq!(
        (after.rows, after.columns, after.frames),
        (before.rows, before.columns, before.frames)
    );
    for (one, other) in [
        (&after.study_instance_uid, &before.study_instance_uid),
        (&after.series_instance_uid, &before.series_instance_uid),
        (&after.sop_instance_uid, &before.sop_instance_uid),
    ] {
        assert_eq!(*one, KEY.uid(other.as_str(), &Options::default()));
    }
    assert_ne!(after.study_date, before.study_date);
    assert_eq!(after.study_date.len(), 8);
    let name = before.patient.name.alphabetic.split('^').next().unwrap();
    for secret in [
        name.as_bytes(),
        before.patient.id.as_bytes(),
        before.patient.birth_date.as_bytes(),
        before.study_instance_uid.as_str().as_bytes(),
        b"\x1b$B",
    ] {
        let found = made.windows(secret.len()).any(|window| window == secret);
        assert!(!found, "{:?}", String::from_utf8_lossy(secret));
    }
    assert_eq!(
        render_png(&made, &RenderRequest::default()).unwrap(),
        render_png(&file, &RenderRequest::default()).unwrap()
    );
    assert_eq!(made, anew(&file, &Options::default()).unwrap(), "it repeats");
    let warnings = pseudonymise(file.as_slice(), &BASIC, &KEY).unwrap().warnings;
    assert_eq!(warnings, BTreeSet::from([Warning::RecognisableFace]));
}

/// A report on the slice, and a presentation state that draws on it; both name the patient in their text.
fn documents() -> [Vec<u8>; 2] {
    let mut content = common::report();
    content.recommendations = "山田さんに説明すること。".into();
    let image = ShownFrame {
        instance: content.evidence[0].clone(),
        frame: 1,
        facts: ImageFacts::read(common::slice().as_slice(), 1).unwrap(),
    };
    let drawn = |label: &str| Measurement {
        image: image.clone(),
        shape: Shape::Line,
        points: Points::Image(vec![[2_000, 3_000], [9_000, 9_000]]),
        quantities: Vec::new(),
        tooth: None,
        words: String::new(),
        label: label.into(),
    };
    content.illustrations.measurements = vec![drawn("2.10 mm"), drawn("YAMADA 4.20 mm")];
    let state = to_illustrations(&content).unwrap().remove(0);
    content.illustrations.measurements.clear();
    [to_sr(&content).unwrap().bytes, state.bytes]
}

/// R12: with the options for structured content and graphics, reports and presentation states go too: under the UIDs that
/// the images have, with the text that does not name anybody, and without the one that does.
#[test]
fn r12_reports_and_drawings_go_under_a_pseudonym_when_the_options_take_them() {
    let options = Options {
        graphics: true,
        structured_content: true,
        ..Options::default()
    };
    let image = read_header(common::slice().as_slice()).unwrap();
    for (file, kept, numbers) in [
        (&documents()[0], "48は近心傾斜埋伏", 0),
        (&documents()[1], "2.10 mm", 4),
    ] {
        let refused = anew(file, &Options::default());
        assert!(matches!(refused, Err(DeidError::Document)));
        let warnings = pseudonymise(file.as_slice(), &options, &KEY).unwrap().warnings;
        assert_eq!(warnings, BTreeSet::from([Warning::FreeText]));
        let made = anew(file, &options).unwrap();
        let header = read_header(made.as_slice()).unwrap();
        assert_eq!(header.patient.id, KEY.pseudonym(&image.patient.id).code);
        let study = KEY.uid(image.study_instance_uid.as_str(), &options);
        assert_eq!(header.study_instance_uid, study);
        let holds = |text: &str| made.windows(text.len()).any(|window| window == text.as_bytes());
        let given = KEY.uid(image.sop_instance_uid.as_str(), &options);
        assert!(holds(given.as_str()) && !holds(image.sop_instance_uid.as_str()));
        assert!(holds(kept) && holds("ANONYMIZED"));
        for secret in [
            "山田",
            "YAMADA",
            "SUZUKI",
            "鈴木",
            "TANAKA",
            "田中",
            "大学病院歯科放射線科",
            "4.20",
        ] {
            assert!(!holds(secret), "{secret}");
        }
        let points = [2.0_f32, 3.0, 9.0, 9.0].map(f32::to_le_bytes).concat();
        let drawn = made.windows(16).filter(|window| *window == points).count();
        assert_eq!(drawn * 2, numbers, "what was drawn stays where it was");
    }
}

#[test]
fn r12_r24_every_file_of_other_makers_goes_under_a_pseudonym_whole_or_not_at_all() {
    let Some((_, files)) = files() else { return };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &files {
        let file = std::fs::read(path).unwrap();
        let Ok(before) = read_header_file(path) else {
            *counts.entry("not imported").or_default() += 1;
            continue;
        };
        let keep = Options {
            dates: Dates::Keep,
            device: true,
            institution: true,
            ..Options::default()
        };
        for options in [Options::default(), BASIC, keep] {
            let made = match anew(&file, &options) {
                Ok(made) => made,
                Err(DeidError::Document) => {
                    *counts.entry("document").or_default() += 1;
                    break;
                }
                Err(error) => {
                    println!("{}: {error}", path.display());
                    *counts.entry("refused").or_default() += 1;
                    break;
                }
            };
            let after =
                read_instance(made.as_slice()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let seed = if before.patient.id.is_empty() {
                before.patient.name.to_groups()
            } else {
                before.patient.id.clone()
            };
            assert_eq!(after.patient.id, KEY.pseudonym(&seed).code, "{}", path.display());
            assert_eq!(after.sop_class_uid, before.sop_class_uid);
            let size = |one: &InstanceHeader| (one.rows, one.columns, one.frames);
            assert_eq!(size(&after), size(&before), "{}", path.display());
            assert_ne!(after.sop_instance_uid, before.sop_instance_uid);
            let pixels = |file: &[u8]| render_png(file, &RenderRequest::default()).ok();
            let (seen, shown) = (pixels(&file), pixels(&made));
            assert!(seen == shown, "{}", path.display());
            for (secret, least) in [(&before.patient.name.alphabetic, 6), (&before.patient.id, 6)] {
                let found = made
                    .windows(secret.len().max(1))
                    .any(|window| window == secret.as_bytes());
                assert!(
                    secret.len() < least || !found,
                    "{} holds {secret}",
                    path.display()
                );
            }
        }
        *counts.entry("made").or_default() += 1;
    }
    println!("{counts:?}");
    assert!(counts["made"] > 130, "{counts:?}");
}

/// Where pydicom's programs are.
fn python(data: &Path) -> Option<PathBuf> {
    let venv = data
        .ancestors()
        .find(|folder| folder.join("bin/python").exists())?;
    let there = data.parent()?.parent()?.join("dicomanonymizer").is_dir();
    if !there {
        println!("skipped: dicom-anonymizer is not installed beside pydicom");
    }
    there.then(|| venv.join("bin/python"))
}

#[test]
fn r12_nothing_stays_that_another_tool_takes_away() {
    let Some((data, files)) = files() else { return };
    let Some(python) = python(&data) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compare_deid.py");
    let dir = tempfile::tempdir().unwrap();
    let wanted = [
        "CT_small.dcm",
        "MR_small.dcm",
        "MR_small_RLE.dcm",
        "ExplVR_BigEnd.dcm",
        "JPEG2000.dcm",
        "rtplan.dcm",
        "rtdose_1frame.dcm",
        "rtstruct.dcm",
        "examples_overlay.dcm",
        "examples_ybr_color.dcm",
        "image_dfl.dcm",
        "chrH31.dcm",
        "UN_sequence.dcm",
        "nested_priv_SQ.dcm",
        "liver_1frame.dcm",
        "color3d_jpeg_baseline.dcm",
        "waveform_ecg.dcm",
    ];
    let (mut compared, mut kinds) = (0, BTreeMap::<String, usize>::new());
    for path in files.iter().filter(|path| {
        path.file_name()
            .is_some_and(|name| wanted.contains(&name.to_str().unwrap()))
    }) {
        let Ok(made) = anew(&std::fs::read(path).unwrap(), &BASIC) else {
            continue;
        };
        let ours = dir.path().join("ours.dcm");
        std::fs::write(&ours, made).unwrap();
        let output = Command::new(&python)
            .arg(&script)
            .arg(path)
            .arg(&ours)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{}: {}",
            path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        compared += 1;
        for line in told.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(words[3] != "same", "{}: {line}", path.display());
            *kinds
                .entry(format!("{} {} {}", words[1], words[2], words[3]))
                .or_default() += 1;
        }
    }
    for (kind, times) in &kinds {
        println!("{times:4} {kind}");
    }
    assert!(compared >= 10, "{compared}");
}
