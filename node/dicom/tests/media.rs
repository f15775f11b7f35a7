//! Media and archives.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test says where")]

mod common;

use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use common::slice;
use dokuei_dicom::dicomdir::read_directory;
use dokuei_dicom::files::{Limits, Skipped, find};
use dokuei_dicom::zipped::{ZipError, ZipLimits, ZipRefusal, Zipped};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn medium() -> Option<PathBuf> {
    let Some(dir) = std::env::var_os("DOKUEI_PYDICOM_FILES") else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return None;
    };
    Some(PathBuf::from(dir).join("test_files/dicomdirtests"))
}

#[test]
fn r1_every_dicomdir_of_other_makers_lists_its_files_whatever_is_wrong_with_its_offsets() {
    let Some(medium) = medium() else { return };
    let count = |name: &str| {
        let read = read_directory(File::open(medium.join(name)).unwrap());
        read.unwrap_or_else(|error| panic!("{name}: {error}")).files.len()
    };
    assert_eq!(count("DICOMDIR"), 31);
    for odd in [
        "DICOMDIR-bigEnd",
        "DICOMDIR-implicit",
        "DICOMDIR-nooffset",
        "DICOMDIR-reordered",
    ] {
        assert_eq!(count(odd), 31, "{odd}");
    }
    assert_eq!(count("DICOMDIR-nopatient"), 31);
    assert_eq!(count("DICOMDIR-empty.dcm"), 0);
    assert_eq!(count("TINY_ALPHA/DICOMDIR"), 50);
}

#[test]
fn r14_a_directory_leads_to_its_files_and_tells_of_those_that_are_gone() {
    let Some(medium) = medium() else { return };
    let named = find(&[medium.join("TINY_ALPHA/DICOMDIR")], Limits::default()).unwrap();
    assert_eq!(named.files.len(), 50);
    assert_eq!(named.skipped, []);

    // Copied to a disk in lower case, and one file lost on the way.
    let copy = tempfile::tempdir().unwrap();
    let series = copy.path().join("pt000000/st000000/se000000");
    fs::create_dir_all(&series).unwrap();
    for file in &named.files[1..] {
        let name = file.file_name().unwrap().to_string_lossy().to_lowercase();
        fs::copy(file, series.join(name)).unwrap();
    }
    fs::copy(medium.join("TINY_ALPHA/DICOMDIR"), copy.path().join("dicomdir")).unwrap();
    for path in [copy.path().join("dicomdir"), copy.path().to_owned()] {
        let found = find(&[path], Limits::default()).unwrap();
        assert_eq!(found.files.len(), 49);
        let missing = copy.path().join("PT000000/ST000000/SE000000/IM000000");
        assert_eq!(found.skipped, [(missing, Skipped::Missing)]);
    }
}

fn archive(fill: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.zip");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut writer);
    fs::write(&path, writer.finish().unwrap().into_inner()).unwrap();
    (dir, path)
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

#[test]
fn r1_a_study_in_an_archive_is_read_byte_for_byte() {
    let file = slice();
    let (_dir, path) = archive(|zip| {
        zip.add_directory("CT/", deflated()).unwrap();
        zip.start_file("CT/1.dcm", deflated()).unwrap();
        zip.write_all(&file).unwrap();
        zip.start_file(
            "CT/2.dcm",
            SimpleFileOptions::default().compression_method(CompressionMethod::Stored),
        )
        .unwrap();
        zip.write_all(&file).unwrap();
    });
    let mut zipped = Zipped::open(&path, &ZipLimits::default()).unwrap();
    let entries = zipped.entries.clone();
    assert_eq!(entries.len(), 2);
    for entry in &entries {
        let mut read = Vec::new();
        zipped.read(entry).unwrap().read_to_end(&mut read).unwrap();
        assert_eq!(read, file, "{}", entry.name);
    }
    assert!(zipped.refused.is_empty());
}

#[test]
fn r24_a_bomb_is_refused_before_anything_of_it_is_read() {
    let zeros = vec![0; 80 << 20];
    let (_dir, path) = archive(|zip| {
        zip.start_file("zeros", deflated()).unwrap();
        zip.write_all(&zeros).unwrap();
    });
    assert!(matches!(
        Zipped::open(&path, &ZipLimits::default()),
        Err(ZipError::Bomb { bytes }) if bytes == 80 << 20
    ));
    let (_dir, path) = archive(|zip| {
        for number in 0..30 {
            zip.start_file(format!("{number}"), deflated()).unwrap();
        }
    });
    let few = ZipLimits {
        entries: 20,
        ..ZipLimits::default()
    };
    assert!(matches!(
        Zipped::open(&path, &few),
        Err(ZipError::TooMany { limit: 20 })
    ));
}

#[test]
fn r24_an_entry_never_gives_more_or_other_bytes_than_it_declares() {
    let file = slice();
    let (_dir, path) = archive(|zip| {
        zip.start_file("1.dcm", deflated()).unwrap();
        zip.write_all(&file).unwrap();
    });
    let whole = fs::read(&path).unwrap();
    let directory = whole.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    // The uncompressed size in the central directory: less, and more, than there is; and another checksum.
    for (at, value) in [(24, 100_u32), (24, 10_000_000), (16, 1)] {
        let mut lying = whole.clone();
        lying[directory + at..directory + at + 4].copy_from_slice(&value.to_le_bytes());
        fs::write(&path, &lying).unwrap();
        let mut zipped = Zipped::open(&path, &ZipLimits::default()).unwrap();
        let entry = zipped.entries[0].clone();
        let mut read = Vec::new();
        let outcome = match zipped.read(&entry) {
            Ok(mut reader) => reader.read_to_end(&mut read).map(|_| ()).map_err(|_| ()),
            Err(_) => Err(()),
        };
        assert!(outcome.is_err(), "{at} {value}");
        assert!(read.len() as u64 <= u64::from(value).max(file.len() as u64));
    }
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(
            Zipped::open(&path, &ZipLimits::default()).is_err(),
            "cut at {length}"
        );
    }
}

#[test]
fn r24_names_that_lead_out_and_what_needs_a_password_are_refused_by_name() {
    let (_dir, path) = archive(|zip| {
        for name in [
            "../../etc/passwd",
            "/etc/passwd",
            "good.dcm",
            "C:\\windows\\x",
            "a/../../b",
        ] {
            zip.start_file(name, deflated()).unwrap();
            zip.write_all(b"x").unwrap();
        }
        zip.add_symlink("link", "/etc/passwd", deflated()).unwrap();
    });
    let mut bytes = fs::read(&path).unwrap();
    let zipped = Zipped::open(&path, &ZipLimits::default()).unwrap();
    for entry in &zipped.entries {
        let safe = !entry.name.starts_with('/') && !entry.name.split('/').any(|part| part == "..");
        assert!(safe, "{}", entry.name);
    }
    assert!(zipped.entries.iter().any(|entry| entry.name == "good.dcm"));
    assert!(zipped.refused.iter().any(|(_, why)| *why == ZipRefusal::Name));
    assert!(zipped.refused.contains(&("link".into(), ZipRefusal::Link)));

    // The flag of encryption, in every header.
    for magic in [b"PK\x01\x02", b"PK\x03\x04"] {
        let at = if magic[2] == 1 { 8 } else { 6 };
        let places: Vec<usize> = bytes
            .windows(4)
            .enumerate()
            .filter(|(_, four)| four == magic)
            .map(|(place, _)| place)
            .collect();
        for place in places {
            bytes[place + at] |= 1;
        }
    }
    fs::write(&path, &bytes).unwrap();
    let zipped = Zipped::open(&path, &ZipLimits::default()).unwrap();
    assert!(zipped.entries.is_empty());
    assert!(
        zipped
            .refused
            .contains(&("good.dcm".into(), ZipRefusal::Encrypted))
    );
}
