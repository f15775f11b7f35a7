//! Walks for import.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use common::slice;
use dokuei_dicom::files::{FilesError, Limits, Skipped, find};
use dokuei_dicom::network::data_set_of;

#[test]
fn r13_dicom_is_told_by_content_and_everything_else_with_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir_all(path("a/b/c")).unwrap();
    let file = slice();
    fs::write(path("a/no-extension"), &file).unwrap();
    fs::write(path("a/b/bare.dcm"), &file[132..]).unwrap();
    fs::write(path("a/b/c/deep.dcm"), &file).unwrap();
    // From its first attribute on.
    let mut data_set = Vec::new();
    let (_, mut rest) = data_set_of(file.as_slice()).unwrap();
    rest.read_to_end(&mut data_set).unwrap();
    fs::write(path("a/data-set"), &data_set).unwrap();
    fs::write(path("a/picture.dcm"), b"\x89PNG not DICOM").unwrap();
    fs::write(path("empty"), b"").unwrap();
    let directory = common::part10(
        "1.2.840.10008.1.2.1",
        &common::explicit(4, 0x1130, b"CS", b"SAMPLES"),
    );
    let sop_class = "1.2.840.10008.5.1.4.1.1.2";
    let at = directory
        .windows(25)
        .position(|window| window == sop_class.as_bytes())
        .unwrap();
    let mut directory_file = directory.clone();
    directory_file[at..at + 26].copy_from_slice(b"1.2.840.10008.1.3.10\0\0\0\0\0\0");
    fs::write(path("DICOMDIR"), directory_file).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", path("link")).unwrap();

    let found = find(
        &[dir.path().to_owned()],
        Limits {
            depth: 3,
            ..Limits::default()
        },
    )
    .unwrap();
    assert_eq!(found.files, [path("a/b/bare.dcm"), path("a/no-extension")]);
    assert_eq!(found.bare, [path("a/data-set")]);
    assert_eq!(found.bytes, (2 * file.len() - 132 + data_set.len()) as u64);
    assert!(
        found
            .skipped
            .contains(&(path("a/picture.dcm"), Skipped::NotDicom))
    );
    assert!(found.skipped.contains(&(path("empty"), Skipped::NotDicom)));
    let directory = |one: &PathBuf| one.ends_with("DICOMDIR");
    assert!(!found.files.iter().any(directory), "a directory is no instance");
    assert!(
        !found.skipped.iter().any(|(one, _)| directory(one)),
        "and lists nothing that is missing"
    );
    assert!(found.skipped.contains(&(path("a/b/c"), Skipped::TooDeep)));
    #[cfg(unix)]
    assert!(found.skipped.contains(&(path("link"), Skipped::Link)));
}

#[test]
fn r24_a_walk_is_bounded_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["1", "2", "3"] {
        fs::write(dir.path().join(name), slice()).unwrap();
    }
    let few = Limits {
        files: 2,
        ..Limits::default()
    };
    assert!(matches!(
        find(&[dir.path().to_owned()], few),
        Err(FilesError::TooMany { limit: 2 })
    ));
    let missing = find(&[dir.path().join("missing")], Limits::default());
    assert!(matches!(missing, Err(FilesError::Unreadable { .. })));
}
