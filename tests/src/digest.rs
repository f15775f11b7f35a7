//! Hashes of files and folders, for comparing what was sent with what arrived.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// SHA-256 of a file's bytes, in hex.
///
/// # Errors
/// When the file cannot be read.
pub fn file(path: &Path) -> Result<String> {
    let mut source = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}

/// All files below `folder`, sorted.
#[must_use]
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    walk.filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// The SHA-256 hashes of all files below `folder`, whatever their names.
///
/// # Errors
/// When a file cannot be read.
pub fn folder(folder: &Path) -> Result<BTreeSet<String>> {
    files_below(folder).iter().map(|path| file(path)).collect()
}

/// The number of bytes in all files below `folder`.
#[must_use]
pub fn size(folder: &Path) -> u64 {
    files_below(folder)
        .iter()
        .filter_map(|path| path.metadata().ok())
        .map(|data| data.len())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_hashes_do_not_depend_on_names() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(one.path().join("a.dcm"), b"abc").unwrap();
        std::fs::create_dir(two.path().join("deep")).unwrap();
        std::fs::write(two.path().join("deep/IM0001"), b"abc").unwrap();
        assert_eq!(folder(one.path()).unwrap(), folder(two.path()).unwrap());
        assert_eq!(size(two.path()), 3);
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-4, "abc"
        assert_eq!(file(&one.path().join("a.dcm")).unwrap(), known);
    }
}
