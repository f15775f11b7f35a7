//! Key images and measurements as DICOM objects: read back by ourselves, by DCMTK, by dicom3tools and by highdicom.

use std::path::{Path, PathBuf};
use std::process::Command;

use dokuei_dicom::report::{
    Coordinates, Illustrations, ImageFacts, KeyImage, Measurement, Points, Quantity, QuantityKind, Shape,
    ShownFrame, WrittenObject, to_illustrations,
};
use dokuei_dicom::{ReportContent, read_header, to_sr};

use crate::common::{present, report, slice};
use crate::{dump, faults, holds};

const KOS: &str = "1.2.840.10008.5.1.4.1.1.88.59";
const GSPS: &str = "1.2.840.10008.5.1.4.1.1.11.1";
const COLOUR: &str = "1.2.840.10008.5.1.4.1.1.11.2";
const COMPREHENSIVE: &str = "1.2.840.10008.5.1.4.1.1.88.33";
const COMPREHENSIVE_3D: &str = "1.2.840.10008.5.1.4.1.1.88.34";

fn shown(frame: u32) -> ShownFrame {
    let content = report();
    ShownFrame {
        instance: content.evidence[0].clone(),
        frame,
        facts: ImageFacts::read(slice().as_slice(), frame).unwrap(),
    }
}

fn key_image(title: (&str, &str), words: &str) -> KeyImage {
    KeyImage {
        image: shown(1),
        title: (title.0.into(), title.1.into()),
        words: words.into(),
        window: Some(["400".into(), "2000".into()]),
    }
}

const OF_INTEREST: (&str, &str) = ("113000", "Of Interest");

fn measurement(shape: Shape, points: Points, quantities: &[(QuantityKind, &str, &str)]) -> Measurement {
    Measurement {
        image: shown(1),
        shape,
        points,
        quantities: quantities
            .iter()
            .map(|(kind, value, unit)| Quantity {
                kind: *kind,
                value: (*value).into(),
                unit: (*unit).into(),
            })
            .collect(),
        tooth: Some(48),
        words: "計測1 歯 48 長さ 2.10 mm（実寸）画像 1：下顎管まで".into(),
        label: "2.10 mm".into(),
    }
}

fn line() -> Measurement {
    let points = Points::Image(vec![[2_500, 3_000], [10_500, 9_250]]);
    measurement(Shape::Line, points, &[(QuantityKind::Length, "2.1", "mm")])
}

fn everything() -> Vec<Measurement> {
    use QuantityKind::{Angle, Area, Maximum, Mean, Minimum, StandardDeviation, Value};
    let corners = vec![[2_000, 2_000], [9_000, 2_000], [9_000, 6_000], [2_000, 6_000]];
    let axes = vec![[2_000, 5_000], [10_000, 5_000], [6_000, 3_000], [6_000, 7_000]];
    let angle = vec![[1_000, 1_000], [5_000, 5_000], [9_000, 1_000]];
    vec![
        line(),
        measurement(Shape::Angle, Points::Image(angle), &[(Angle, "90", "deg")]),
        measurement(
            Shape::Ellipse,
            Points::Image(axes),
            &[
                (Area, "1.005", "mm2"),
                (Mean, "512.3", "[hnsf'U]"),
                (StandardDeviation, "20.5", "[hnsf'U]"),
                (Minimum, "-12", "[hnsf'U]"),
                (Maximum, "900", "[hnsf'U]"),
            ],
        ),
        measurement(
            Shape::Rectangle,
            Points::Image(corners),
            &[(Area, "28", "{pixels}"), (Mean, "77.25", "1")],
        ),
        measurement(
            Shape::Point,
            Points::Image(vec![[8_500, 8_500]]),
            &[(Value, "301", "[hnsf'U]")],
        ),
    ]
}

fn of(key_images: Vec<KeyImage>, measurements: Vec<Measurement>) -> ReportContent {
    ReportContent {
        illustrations: Illustrations {
            key_images,
            measurements,
        },
        ..report()
    }
}

fn full() -> ReportContent {
    of(
        vec![
            key_image(OF_INTEREST, "根尖と下顎管の接触"),
            key_image(("113007", "For Patient"), ""),
        ],
        everything(),
    )
}

/// In a section that no image is.
fn oblique() -> ReportContent {
    let points = Points::Space(vec![[-1_000, 2_000, 3_000], [1_500, 2_000, 8_000]]);
    let line = measurement(Shape::Line, points, &[(QuantityKind::Length, "5.59", "mm")]);
    of(vec![], vec![line])
}

/// Frames of a panoramic radiograph: no rescaling, no spacing, dark where much went through.
fn panoramic() -> ReportContent {
    let mut content = of(
        vec![key_image(OF_INTEREST, "a"), key_image(OF_INTEREST, "b")],
        vec![line()],
    );
    content.modality = "PX".into();
    let facts = ImageFacts {
        rows: 16,
        columns: 16,
        frames: 3,
        photometric: "MONOCHROME1".into(),
        ..ImageFacts::default()
    };
    let multi_frame = "1.2.840.10008.5.1.4.1.1.7.3";
    content.evidence[0].sop_class_uid = multi_frame.parse().unwrap();
    for (at, one) in content.illustrations.key_images.iter_mut().enumerate() {
        one.image.instance = content.evidence[0].clone();
        (one.image.facts, one.image.frame) = (facts.clone(), at as u32 + 2);
        one.window = (at == 0).then(|| ["100".into(), "200".into()]);
    }
    let measured = &mut content.illustrations.measurements[0];
    measured.image.instance = content.evidence[0].clone();
    (measured.image.facts, measured.image.frame) = (facts, 2);
    measured.quantities[0].unit = "{pixels}".into();
    content
}

/// A photograph of a mouth beside the slice, with something measured in it.
fn photograph(has_profile: bool) -> ReportContent {
    let mut content = of(
        vec![key_image(OF_INTEREST, "歯肉"), key_image(OF_INTEREST, "")],
        vec![line()],
    );
    let mut instance = content.evidence[0].clone();
    instance.sop_class_uid = "1.2.840.10008.5.1.4.1.1.77.1.4".parse().unwrap();
    instance.sop_instance_uid = "1.2.3.77".parse().unwrap();
    instance.series_instance_uid = "1.2.3.7".parse().unwrap();
    content.evidence.push(instance.clone());
    let image = ShownFrame {
        instance,
        frame: 1,
        facts: ImageFacts {
            rows: 16,
            columns: 16,
            frames: 1,
            photometric: "YBR_FULL_422".into(),
            has_profile,
            ..ImageFacts::default()
        },
    };
    content.illustrations.key_images[0].image = image.clone();
    content.illustrations.key_images[0].window = None;
    let measured = &mut content.illustrations.measurements[0];
    measured.image = image;
    measured.quantities[0].unit = "{pixels}".into();
    content
}

fn classes(objects: &[WrittenObject]) -> Vec<&str> {
    objects.iter().map(|one| one.sop_class_uid.as_str()).collect()
}

#[test]
fn r15_a_report_of_words_shows_and_measures_nothing() {
    assert_eq!(to_illustrations(&report()).unwrap(), []);
}

#[test]
fn r15_what_is_shown_and_measured_lies_under_the_study_as_the_words_do() {
    let image = read_header(slice().as_slice()).unwrap();
    let objects = to_illustrations(&full()).unwrap();
    assert_eq!(classes(&objects), [GSPS, KOS, KOS, COMPREHENSIVE]);
    let mut uids = Vec::new();
    for object in &objects {
        let header = read_header(object.bytes.as_slice()).unwrap();
        assert_eq!(header.study_instance_uid, image.study_instance_uid);
        assert_eq!(header.patient, image.patient);
        assert_eq!(header.accession_number, image.accession_number);
        assert_ne!(header.series_instance_uid, image.series_instance_uid);
        assert!(holds(&object.bytes, image.sop_instance_uid.as_str().as_bytes()));
        uids.push(header.sop_instance_uid);
    }
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), 4, "each has a name of its own");
    assert_eq!(objects, to_illustrations(&full()).unwrap(), "and the same again");
    // The selection says how its images are to be shown, and so does the report.
    let state = objects[0].sop_instance_uid.as_str().as_bytes();
    assert!(holds(&objects[1].bytes, state) && holds(&to_sr(&full()).unwrap().bytes, state));
    assert_eq!(
        classes(&to_illustrations(&oblique()).unwrap()),
        [COMPREHENSIVE_3D]
    );
}

/// R15: a photograph is shown by a colour state, behind the grey one; one with a colour profile of its own by none.
#[test]
fn r15_photographs_have_colour_presentation_states() {
    let objects = to_illustrations(&photograph(false)).unwrap();
    assert_eq!(classes(&objects), [GSPS, COLOUR, KOS, COMPREHENSIVE]);
    let state = &objects[1].bytes;
    assert!(
        holds(state, b"acsp") && holds(state, b"SRGB"),
        "with the profile of sRGB"
    );
    assert!(holds(state, b"2.10 mm") && !holds(&objects[0].bytes, b"2.10 mm"));
    assert!(
        !holds(state, b"IDENTITY"),
        "colours are not looked up as grey values"
    );
    let named = objects[1].sop_instance_uid.as_str().as_bytes();
    assert!(
        holds(&objects[2].bytes, named),
        "the selection says how it is shown"
    );
    let own = to_illustrations(&photograph(true)).unwrap();
    assert_eq!(classes(&own), [GSPS, KOS, COMPREHENSIVE]);
    assert_eq!(own[0], objects[0], "the grey state is the same with and without");
}

#[test]
fn r6_measurements_of_an_amended_report_refer_to_those_before() {
    let first = full();
    let amended = ReportContent {
        entry_id: [8; 32],
        previous_entry_id: Some(first.entry_id),
        previous_measured_in: Some(Coordinates::Image),
        version: 2,
        ..full()
    };
    let named = |of: &ReportContent| to_illustrations(of).unwrap().pop().unwrap().sop_instance_uid;
    let before = named(&first);
    let made = to_illustrations(&amended).unwrap().pop().unwrap();
    assert!(holds(&made.bytes, before.as_str().as_bytes()));
    let nothing_before = ReportContent {
        previous_measured_in: None,
        ..amended
    };
    let made = to_illustrations(&nothing_before).unwrap().pop().unwrap();
    assert!(!holds(&made.bytes, before.as_str().as_bytes()));
}

/// R15: David Clunie's validator finds nothing wrong with any of them.
#[test]
fn r15_selections_states_and_measurements_are_as_the_standard_has_them() {
    if !present("/usr/bin/dciodvfy") {
        return;
    }
    let mut found = Vec::new();
    for content in [full(), oblique(), panoramic(), photograph(false)] {
        let mut objects = to_illustrations(&content).unwrap();
        objects.push(to_sr(&content).unwrap());
        for object in objects {
            found.extend(
                faults(&object)
                    .into_iter()
                    .map(|fault| format!("{}: {fault}", object.sop_class_uid)),
            );
        }
    }
    // A scheme of our own (PS3.3 8.2) is not in its list; and nobody knows of which side that radiograph is.
    found.retain(|fault| {
        !fault.contains("<99DOKUEI>") && !fault.contains("only permitted to be empty when actually unknown")
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn r15_dcmtk_reads_the_selection_and_the_measurements() {
    for content in [full(), oblique(), panoramic()] {
        for object in to_illustrations(&content).unwrap() {
            if object.sop_class_uid.as_str() != GSPS {
                dump("/usr/bin/dsrdump", &["+Pl"], &object);
            }
        }
    }
    let objects = to_illustrations(&full()).unwrap();
    let trees: Vec<String> = objects[1..]
        .iter()
        .filter_map(|object| dump("/usr/bin/dsrdump", &["+Pl"], object))
        .map(|shown| {
            let tree = shown.lines().filter(|line| line.trim_start().starts_with('<'));
            tree.collect::<Vec<_>>().join("\n")
        })
        .collect();
    if let [first, _, measured] = trees.as_slice() {
        assert!(
            first.contains("\"Of Interest\"") && first.contains("根尖と下顎管の接触"),
            "{first}"
        );
        assert!(first.contains("IMAGE:=(CT image,),(GSPS,)"), "{first}");
        assert!(measured.contains("\"2.1\" (mm,UCUM"), "{measured}");
        assert!(
            measured.contains("Mandibular right third molar tooth"),
            "{measured}"
        );
    }
}

/// R15: DCMTK's viewer takes the state, and shows the image through its window.
#[test]
fn r15_dcmtk_shows_an_image_as_the_state_has_it() {
    let program = "/usr/bin/dcmp2pgm";
    if !present(program) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut pictures = Vec::new();
    for (at, width) in ["2000", "60000"].into_iter().enumerate() {
        let mut content = full();
        content.illustrations.key_images[0].window = Some(["400".into(), width.into()]);
        content.illustrations.key_images.truncate(1);
        let state = &to_illustrations(&content).unwrap()[0];
        let paths = ["image.dcm", "state.dcm", &format!("{at}.pgm")].map(|name| dir.path().join(name));
        std::fs::write(&paths[0], slice()).unwrap();
        std::fs::write(&paths[1], &state.bytes).unwrap();
        let output = Command::new(program)
            .arg("-p")
            .arg(&paths[1])
            .args([&paths[0], &paths[2]])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("E:"), "{said}");
        pictures.push(std::fs::read(&paths[2]).unwrap());
    }
    assert_ne!(pictures[0], pictures[1], "the window makes a difference");
}

/// highdicom's Python, beside pydicom's files.
fn highdicom() -> Option<PathBuf> {
    let data = PathBuf::from(std::env::var_os("DOKUEI_PYDICOM_FILES")?);
    let venv = data
        .ancestors()
        .find(|folder| folder.join("bin/python").exists())?;
    let there = data.parent()?.parent()?.join("highdicom").is_dir();
    there.then(|| venv.join("bin/python"))
}

/// R15: a program of others finds the measurements: names, numbers, units, teeth, and where they were drawn.
#[test]
fn r15_highdicom_parses_the_measurement_groups() {
    let Some(python) = highdicom() else {
        println!("skipped: highdicom is not installed beside pydicom");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_illustrations.py");
    let dir = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for content in [full(), oblique(), photograph(false)] {
        let objects = to_illustrations(&content).unwrap();
        let mut command = Command::new(&python);
        command.arg(&script);
        for (at, object) in objects.iter().enumerate() {
            let path = dir.path().join(format!("{at}.dcm"));
            std::fs::write(&path, &object.bytes).unwrap();
            command.arg(path);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        told.push(String::from_utf8(output.stdout).unwrap());
    }
    let image = report().evidence[0].sop_instance_uid.clone();
    let [first, second, third] = told.as_slice() else {
        unreachable!()
    };
    for expected in [
        "group line: Length 2.1 mm; site 38994002; SCOORD POLYLINE 2",
        "group angle: Angle 90.0 deg; site 38994002; SCOORD POLYLINE 3",
        "group point: Attenuation Coefficient 301.0 [hnsf'U]; site 38994002; SCOORD POINT 1",
        "region ELLIPSE 4: Area 1.005 mm2; Attenuation Coefficient Mean 512.3 [hnsf'U]; \
         Attenuation Coefficient Standard Deviation 20.5 [hnsf'U]; Attenuation Coefficient Minimum -12.0 [hnsf'U]; \
         Attenuation Coefficient Maximum 900.0 [hnsf'U]; site 38994002",
        "region POLYLINE 5: Area 28.0 {pixels}; Uncalibrated grey value Mean 77.25 1; site 38994002",
        "state: 5 graphics, 5 texts, window 400 2000",
        &format!("selection Of Interest: {image}"),
        &format!("selection For Patient: {image}"),
    ] {
        assert!(first.contains(expected), "{expected} is not in\n{first}");
    }
    let expected = "group line: Length 5.59 mm; site 38994002; SCOORD3D POLYLINE 2";
    assert!(second.contains(expected), "{second}");
    let expected =
        "colour state: 1 graphics, 1 texts, profile sRGB IEC61966-2.1, scnr RGB to XYZ, white stays white";
    assert!(third.contains(expected), "{third}");
}
