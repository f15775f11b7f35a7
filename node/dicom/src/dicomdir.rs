//! The directory of a medium (PS3.10 section 8, PS3.3 annex F): which files it lists.
//!
//! Its records are read one after the other, as they lie: the offsets between them, which real directories often have
//! wrong, are not needed to find the files.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use dicom_dictionary_std::{tags, uids};

use crate::header::HeaderError;
use crate::scan::tree::{Content, bytes_of, read_what_is_there};

/// Most components of a file ID, and most characters of one (PS3.10 8.2: eight of eight; real media have longer names).
const MAX_COMPONENTS: usize = 16;
const MAX_NAME: usize = 255;

/// What a DICOMDIR lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// The file IDs, each the names of folders and file below the directory's own folder; sorted, each once.
    pub files: BTreeSet<Vec<String>>,
    /// How many records name a file that cannot be one: an empty name, or one that leads elsewhere.
    pub bad_names: usize,
}

/// Reads a DICOMDIR.
///
/// # Errors
/// As [`crate::read_header`]; [`HeaderError::NotDicom`] for another object.
pub fn read_directory(reader: impl Read) -> Result<Directory, HeaderError> {
    let tree = read_what_is_there(reader)?;
    if tree.media_storage_sop_class != uids::MEDIA_STORAGE_DIRECTORY_STORAGE {
        return Err(HeaderError::NotDicom);
    }
    let mut directory = Directory::default();
    let records = tree
        .elements
        .iter()
        .filter(|element| element.tag == tags::DIRECTORY_RECORD_SEQUENCE);
    for element in records {
        let Content::Items(records) = &element.value else {
            continue;
        };
        for record in records {
            let value = bytes_of(record, tags::REFERENCED_FILE_ID);
            if value.is_empty() {
                continue;
            }
            match file_id(value) {
                Some(id) => {
                    directory.files.insert(id);
                }
                None => directory.bad_names += 1,
            }
        }
    }
    Ok(directory)
}

fn file_id(value: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(value).ok()?;
    let parts: Vec<String> = text
        .trim_end_matches(['\0', ' '])
        .split('\\')
        .map(|part| part.trim().to_owned())
        .collect();
    let good = |part: &String| {
        !part.is_empty()
            && part.len() <= MAX_NAME
            && part != "."
            && part != ".."
            && !part.contains(['/', '\0', ':'])
    };
    (parts.len() <= MAX_COMPONENTS && parts.iter().all(good)).then_some(parts)
}

/// The file below `folder` that a file ID names: as it is written, else whatever case the medium was copied in.
/// Links are not followed.
#[must_use]
pub fn find_file(folder: &Path, id: &[String]) -> Option<PathBuf> {
    let mut path = folder.to_owned();
    for part in id {
        let exact = path.join(part);
        path = match exact.symlink_metadata() {
            Ok(_) => exact,
            Err(_) => std::fs::read_dir(&path)
                .ok()?
                .flatten()
                .find(|entry| same_name(&entry.file_name().to_string_lossy(), part))?
                .path(),
        };
        if path.symlink_metadata().ok()?.is_symlink() {
            return None;
        }
    }
    path.is_file().then_some(path)
}

/// Case differs, or a version was appended (`IM1.;1`, ISO 9660), or the dot of an empty extension.
fn same_name(found: &str, wanted: &str) -> bool {
    let bare = found.split(';').next().unwrap_or_default().trim_end_matches('.');
    bare.eq_ignore_ascii_case(wanted.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_a_file_id_never_leads_out_of_the_medium() {
        assert_eq!(
            file_id(b"PT0\\ST0\\IM1 "),
            Some(vec!["PT0".into(), "ST0".into(), "IM1".into()])
        );
        for bad in [
            &b".."[..],
            b"A\\..\\B",
            b"A\\\\B",
            b"/etc\\passwd",
            b"C:\\X",
            b"\\A",
            b"A\\B\0C",
            b" ",
            &[0xff, 0xfe],
        ] {
            assert_eq!(file_id(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_copied_medium_is_read_whatever_case_its_names_have() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("pt0")).unwrap();
        std::fs::write(dir.path().join("pt0/im1.;1"), b"x").unwrap();
        let id = ["PT0".to_owned(), "IM1".to_owned()];
        assert_eq!(find_file(dir.path(), &id), Some(dir.path().join("pt0/im1.;1")));
        assert_eq!(
            find_file(dir.path(), &["PT0".to_owned()]),
            None,
            "a folder is no file"
        );
    }
}
