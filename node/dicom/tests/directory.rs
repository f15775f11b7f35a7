//! A DICOMDIR that we write, read by DCMTK and by pydicom.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;

use std::path::Path;
use std::process::Command;

use common::{present, report, slice};
use dokuei_dicom::directory::{DirectoryError, DirectoryWriter};
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
