//! A DICOMDIR that we write, read by DCMTK and by pydicom.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;

use std::path::Path;
use std::process::Command;

use common::{explicit, part10, present, report, slice};
use dokuei_dicom::directory::{DirectoryError, DirectoryWriter};
use dokuei_dicom::medium::{OnMedium, write_file};
use dokuei_dicom::phantom::{PhantomOptions, write_cbct};
use dokuei_dicom::{to_encapsulated_pdf, to_sr};

fn path(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

/// A folder with three slices, a report and its PDF, and their DICOMDIR.
fn medium(folder: &Path) {
    let slices = folder.join("slices");
    let options = PhantomOptions {
        slices: 3,
        rows: 16,
        columns: 16,
        ..PhantomOptions::default()
    };
    let mut files: Vec<Vec<u8>> = write_cbct(&slices, &options)
        .unwrap()
        .files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect();
    std::fs::remove_dir_all(&slices).unwrap();
    files.push(to_sr(&report()).unwrap().bytes);
    files.push(
        to_encapsulated_pdf(&report(), b"%PDF-1.4\n%%EOF\n")
            .unwrap()
            .bytes,
    );
    let mut writer = DirectoryWriter::default();
    std::fs::create_dir(folder.join("IMAGES")).unwrap();
    for (number, file) in files.iter().enumerate() {
        let name = format!("IM{number:05}");
        std::fs::write(folder.join("IMAGES").join(&name), file).unwrap();
        writer.add(&path(&["IMAGES", &name]), file.as_slice()).unwrap();
    }
    std::fs::write(folder.join("DICOMDIR"), writer.finish("DOKUEI").unwrap()).unwrap();
}

#[test]
fn r12_dcmtk_finds_every_record_of_the_directory() {
    let program = "/usr/bin/dcmdump";
    if !present(program) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    medium(folder.path());
    let output = Command::new(program)
        .args(["+L", "+P", "0004,1430"])
        .arg(folder.path().join("DICOMDIR"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}");
    for (kind, count) in [
        ("PATIENT", 1),
        ("STUDY", 1),
        ("SERIES", 3),
        ("IMAGE", 3),
        ("SR DOCUMENT", 1),
        ("ENCAP DOC", 1),
    ] {
        let found = told.matches(&format!("[{kind}")).count();
        assert_eq!(found, count, "{kind}: {told}");
    }
    // It adds a file of its own to what it understands.
    let added = Command::new("/usr/bin/dcmmkdir")
        .args(["--append", "--general-purpose", "--input-directory"])
        .arg(folder.path())
        .args(["+D"])
        .arg(folder.path().join("DICOMDIR"))
        .args(["+r"])
        .output()
        .unwrap();
    assert!(
        added.status.success(),
        "{}",
        String::from_utf8_lossy(&added.stderr)
    );
}

#[test]
fn r12_pydicom_finds_every_file_by_the_offsets_of_the_records() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
    if !python.exists() {
        println!("skipped: pydicom is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    medium(folder.path());
    let script = "import sys, pydicom\nfrom pydicom.fileset import FileSet\n\
        set = FileSet(sys.argv[1])\n\
        print(len(set), sorted({one.load().Modality for one in set}), set.find_values('PatientID'), len(set.find(PatientName='YAMADA^TARO=山田^太郎=やまだ^たろう')))\n\
        print([record.DirectoryRecordType for record in pydicom.dcmread(sys.argv[1]).DirectoryRecordSequence])\n";
    let output = Command::new(python)
        .args(["-c", script])
        .arg(folder.path().join("DICOMDIR"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.starts_with("5 ['CT', 'DOC', 'SR']"), "{told}");
}

/// An intra-oral radiograph of 2 by 2 pixels of 12 bits as sensors write them, with or without what the dental profile
/// wants to be there if empty.
fn radiograph(complete: bool) -> Vec<u8> {
    let number = |group, element, value: u16| explicit(group, element, b"US", &value.to_le_bytes());
    let text = |group, element, vr, value: &str| explicit(group, element, vr, value.as_bytes());
    let mut data = vec![
        text(8, 0x16, b"UI", "1.2.840.10008.5.1.4.1.1.1.3"),
        text(8, 0x18, b"UI", "1.2.3.4"),
        text(8, 0x20, b"DA", "20260301"),
        text(8, 0x30, b"TM", "101500"),
        text(8, 0x50, b"SH", "A1"),
        text(8, 0x60, b"CS", "IO"),
    ];
    if complete {
        data.extend([text(8, 0x80, b"LO", ""), text(8, 0x1090, b"LO", "Sensor 3")]);
    }
    data.extend([
        text(0x10, 0x10, b"PN", "YAMADA^TARO"),
        text(0x10, 0x20, b"LO", "1234"),
    ]);
    if complete {
        data.extend([0x700a, 0x702a, 0x702b].map(|element| {
            let vr = if element == 0x700a { b"SH" } else { b"LO" };
            text(0x18, element, vr, "")
        }));
    }
    data.extend([
        text(0x20, 0x0d, b"UI", "1.2.3"),
        text(0x20, 0x0e, b"UI", "1.2.3.1"),
        text(0x20, 0x10, b"SH", "1"),
        text(0x20, 0x11, b"IS", "1"),
        text(0x20, 0x13, b"IS", "1"),
        number(0x28, 0x02, 1),
        text(0x28, 0x04, b"CS", "MONOCHROME2"),
        number(0x28, 0x10, 2),
        number(0x28, 0x11, 2),
        number(0x28, 0x100, 16),
        number(0x28, 0x101, 12),
        number(0x28, 0x102, 11),
        number(0x28, 0x103, 0),
    ]);
    let mut data = data.concat();
    data.extend_from_slice(&[0xe0, 0x7f, 0x10, 0, b'O', b'W', 0, 0, 8, 0, 0, 0]);
    data.extend_from_slice(&[1, 0, 2, 0, 3, 0, 4, 0]);
    let mut file = part10("1.2.840.10008.1.2.1", &data);
    // The class in the file meta information is the image's own.
    let at = 132 + 8;
    assert_eq!(&file[at..at + 25], b"1.2.840.10008.5.1.4.1.1.2");
    file.splice(
        132..at + 26,
        explicit(2, 2, b"UI", b"1.2.840.10008.5.1.4.1.1.1.3"),
    );
    file
}

/// R12: a radiograph that lacks, as those of many sensors do, what the dental profile wants to be there, gets it empty on
/// a medium; all else stays, and DCMTK takes the medium for one of that profile.
#[test]
fn r12_radiographs_make_a_medium_of_the_dental_profile() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DirectoryWriter::default();
    let whole = radiograph(true);
    for (name, file, as_told) in [
        ("IM00001", radiograph(false), OnMedium::Completed),
        ("IM00002", whole.clone(), OnMedium::Plain),
    ] {
        let mut written = Vec::new();
        assert_eq!(write_file(file.as_slice(), &mut written).unwrap(), as_told);
        std::fs::write(folder.path().join(name), &written).unwrap();
        writer.add(&path(&[name]), written.as_slice()).unwrap();
        let pixels = |of: &[u8]| of[of.len() - 8..].to_vec();
        assert_eq!(pixels(&written), pixels(&file));
        if as_told == OnMedium::Plain {
            assert_eq!(written, whole, "nothing was missing, so not a bit was changed");
        }
    }
    assert_eq!(writer.profiles(), ["STD-GEN-CD", "STD-DEN-CD"]);
    let most = writer.length();
    let directory = writer.finish("DOKUEI").unwrap();
    assert!(most >= directory.len() as u64, "{most} < {}", directory.len());

    let mut other = DirectoryWriter::default();
    other
        .add(&path(&["IM00001"]), radiograph(false).as_slice())
        .unwrap();
    assert_eq!(other.profiles(), ["STD-GEN-CD"], "as the sensor wrote it");
    if !present("/usr/bin/dcmmkdir") {
        return;
    }
    let judged = |names: &[&str]| {
        Command::new("/usr/bin/dcmmkdir")
            .args(["--dental-radiograph", "--abort-inconsist-file", "+id"])
            .arg(folder.path())
            .arg("+D")
            .arg(folder.path().join("DICOMDIR"))
            .args(names)
            .output()
            .unwrap()
    };
    for name in ["IM00001", "IM00002"] {
        let output = judged(&[name]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("E:"), "{name}: {said}");
    }
    // And it is one who would say no.
    std::fs::write(folder.path().join("IM00003"), radiograph(false)).unwrap();
    std::fs::remove_file(folder.path().join("DICOMDIR")).unwrap();
    assert!(!judged(&["IM00003"]).status.success());
}

#[test]
fn a_name_that_no_medium_can_have_is_refused() {
    for bad in [
        &["IM00001.dcm"][..],
        &["images", "A"],
        &["TOOLONGNAME"],
        &[],
        &["A"; 9],
    ] {
        let mut writer = DirectoryWriter::default();
        let refused = writer.add(&path(bad), slice().as_slice());
        assert!(matches!(refused, Err(DirectoryError::BadFileId(_))), "{bad:?}");
    }
}

/// The attributes of each record below its type, by what it references: as `dcmdump` shows them, without where records lie.
fn keys(directory: &Path) -> Vec<(String, std::collections::BTreeSet<String>)> {
    let output = Command::new("/usr/bin/dcmdump")
        .args(["+L", "-q"])
        .arg(directory)
        .output()
        .unwrap();
    assert!(output.status.success());
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut all = Vec::new();
    for item in told.split("\n  (fffe,e000)").skip(1) {
        let of_record = |line: &&str| line.starts_with("    (");
        let lines: Vec<&str> = item.lines().filter(of_record).collect();
        let value = |tag: &str| {
            let line = lines.iter().find(|line| line.contains(tag))?;
            Some(line.split_once('[')?.1.split_once(']')?.0.trim().to_owned())
        };
        let of = [value("(0004,1430)"), value("(0004,1500)")].map(Option::unwrap_or_default);
        let tags = lines
            .iter()
            .map(|line| line[4..15].to_owned())
            .filter(|tag| !["(0004,1400)", "(0004,1420)"].contains(&tag.as_str()));
        all.push((of.join(" "), tags.collect()));
    }
    all.sort();
    all
}

/// R12: PS3.3 F.5: our records of images, a report and its PDF have every attribute that those have which DCMTK makes of the
/// same files by the general purpose profile.
#[test]
fn r12_records_have_what_dcmtks_have() {
    if !present("/usr/bin/dcmmkdir") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    medium(folder.path());
    let theirs = folder.path().join("THEIRS");
    let made = Command::new("/usr/bin/dcmmkdir")
        .args(["--general-purpose", "--recurse", "--input-directory"])
        .arg(folder.path())
        .arg("--output-file")
        .arg(&theirs)
        .arg("IMAGES")
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (ours, theirs) = (keys(&folder.path().join("DICOMDIR")), keys(&theirs));
    assert_eq!(ours.len(), theirs.len());
    assert!(
        ours.iter().any(|(of, _)| of.starts_with("SR DOCUMENT")),
        "{ours:?}"
    );
    for ((of, ours), (also_of, theirs)) in ours.iter().zip(&theirs) {
        assert_eq!(of, also_of);
        let missing: Vec<&String> = theirs.difference(ours).collect();
        assert!(missing.is_empty(), "{of}: {missing:?}");
    }
}

/// R12: PS3.11 D.3.3 and K.3.3, PS3.3 F.5.1: without a Patient ID, or with one of two issuers' patients, a medium meets neither
/// profile, and is not said to.
#[test]
fn r12_patients_who_are_not_told_apart_by_their_id_meet_no_profile() {
    let without = |id: &[u8], issuer: &[u8]| {
        let mut data = [
            explicit(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.2"),
            explicit(8, 0x18, b"UI", b"1.2.3.4"),
            explicit(0x10, 0x20, b"LO", id),
            explicit(0x10, 0x21, b"LO", issuer),
            explicit(0x20, 0x0d, b"UI", b"1.2.3"),
            explicit(0x20, 0x0e, b"UI", b"1.2.3.1"),
        ]
        .concat();
        data.extend_from_slice(&[0xe0, 0x7f, 0x10, 0, b'O', b'W', 0, 0, 0, 0, 0, 0]);
        part10("1.2.840.10008.1.2.1", &data)
    };
    let profiles = |files: &[Vec<u8>]| {
        let mut writer = DirectoryWriter::default();
        for (number, file) in files.iter().enumerate() {
            writer
                .add(&path(&[&format!("IM{number}")]), file.as_slice())
                .unwrap();
        }
        writer.profiles()
    };
    assert_eq!(profiles(&[without(b"1234", b"A")]), ["STD-GEN-CD"]);
    assert_eq!(
        profiles(&[without(b"1234", b"A"), without(b"5678", b"A")]),
        ["STD-GEN-CD"]
    );
    assert_eq!(profiles(&[without(b"", b"A")]), [""; 0]);
    assert_eq!(profiles(&[without(b"  ", b"A")]), [""; 0]);
    assert_eq!(
        profiles(&[without(b"1234", b"A"), without(b"1234", b"B")]),
        [""; 0]
    );
}
