//! An archive that outsiders verify, unpacked.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::files;

/// The archive, unpacked.
pub(crate) struct Unpacked(TempDir);

impl Unpacked {
    pub(crate) fn of(archive: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let path = folder.path().join(file.enclosed_name().unwrap());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs a script of this text on it, as an outsider does.
    pub(crate) fn verified_by(&self, script: &str, more: &[&str]) -> Output {
        let beside = tempfile::tempdir().unwrap();
        let file = beside.path().join("verify.sh");
        fs::write(&file, script).unwrap();
        let mut shell = Command::new("/bin/sh");
        shell.arg(file).args(more).arg(self.path()).output().unwrap()
    }

    /// The files, by their path in the archive.
    pub(crate) fn files(&self) -> BTreeMap<String, PathBuf> {
        let named = files(self.path()).into_iter();
        named
            .map(|path| {
                let name = path.strip_prefix(self.path()).unwrap();
                (name.to_str().unwrap().to_owned(), path)
            })
            .collect()
    }
}

/// Flips a bit in the middle of a file, runs, and flips it back.
pub(crate) fn with_flipped<T>(path: &Path, run: impl FnOnce() -> T) -> T {
    let before = fs::read(path).unwrap();
    let mut altered = before.clone();
    let middle = altered.len() / 2;
    match altered.get_mut(middle) {
        Some(byte) => *byte ^= 1,
        // An empty file gets something in it.
        None => altered.push(b'x'),
    }
    fs::write(path, &altered).unwrap();
    let outcome = run();
    fs::write(path, before).unwrap();
    outcome
}
