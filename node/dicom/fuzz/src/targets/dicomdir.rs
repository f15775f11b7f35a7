//! The directory of a medium.

use dokuei_dicom::dicomdir::read_directory;

pub(super) fn run(data: &[u8]) -> bool {
    let Ok(directory) = read_directory(data) else {
        return false;
    };
    for id in &directory.files {
        assert!(
            (1..=8).contains(&id.len()),
            "a file ID has one to eight components"
        );
        assert!(id.iter().all(|part| !part.contains(['/', '\\']) && part != ".."));
    }
    !directory.files.is_empty()
}
