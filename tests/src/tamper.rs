//! Changing bytes on disk, as an attacker with the disk in hand would.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Flips one bit of the byte at `offset`. Doing it twice restores the file.
///
/// # Errors
/// When the file is shorter or cannot be changed.
pub fn flip(path: &Path, offset: u64) -> Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path);
    let mut file = file.with_context(|| format!("cannot change {}", path.display()))?;
    let mut byte = [0];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut byte)
        .with_context(|| format!("{} is shorter than {offset} bytes", path.display()))?;
    byte[0] ^= 1;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(&byte)?;
    Ok(file.sync_all()?)
}

/// The files below `folder` that are not among `before`: what has been written since.
#[must_use]
pub fn new_files(folder: &Path, before: &[PathBuf]) -> Vec<PathBuf> {
    crate::digest::files_below(folder)
        .into_iter()
        .filter(|path| !before.contains(path))
        .collect()
}

/// The largest of `files`.
#[must_use]
pub fn largest(files: Vec<PathBuf>) -> Option<PathBuf> {
    files
        .into_iter()
        .max_by_key(|path| path.metadata().map(|data| data.len()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flipping_twice_restores() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("package");
        std::fs::write(&path, b"sealed").unwrap();
        flip(&path, 3).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"seamed");
        flip(&path, 3).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"sealed");
        assert!(flip(&path, 6).is_err());
    }

    #[test]
    fn what_was_written_since_is_found() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a"), b"123456").unwrap();
        let before = crate::digest::files_below(dir.path());
        std::fs::write(dir.path().join("b"), b"12").unwrap();
        std::fs::write(dir.path().join("c"), b"123").unwrap();
        let new = new_files(dir.path(), &before);
        assert_eq!(new.len(), 2);
        assert_eq!(largest(new), Some(dir.path().join("c")));
    }
}
