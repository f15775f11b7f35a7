//! The register's folder: plain files, each durable before the next step begins.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use dokuei_identity::register::layout::MAX_BUNDLE;
use dokuei_identity::register::{StaticFiles, StoreError};

use crate::failure::Failure;

/// A folder of the register's files.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    dir: PathBuf,
}

impl Folder {
    pub(crate) const fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Writes files, all of them durable when this returns; a file is never seen half written.
    pub(super) fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        let mut touched = BTreeSet::new();
        for (name, content) in files {
            let path = self.path(name);
            let failed = |source| Failure::storage("written", &path, source);
            let parent = path.parent().unwrap_or(&self.dir).to_owned();
            fs::create_dir_all(&parent).map_err(failed)?;
            let beside = self.path(&format!("{name}.new"));
            write_file(&beside, content)
                .and_then(|()| fs::rename(&beside, &path))
                .map_err(failed)?;
            touched.extend(
                parent
                    .ancestors()
                    .take_while(|at| at.starts_with(&self.dir))
                    .map(Path::to_owned),
            );
        }
        touched.iter().try_for_each(|directory| sync(directory))
    }

    /// Gives a file another name, durably.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), Failure> {
        let to = self.path(to);
        fs::rename(self.path(from), &to).map_err(|source| Failure::storage("written", &to, source))?;
        sync(&self.dir)
    }

    /// Removes a file or folder; it does not matter if it is not there.
    pub(super) fn remove(&self, name: &str) -> Result<(), Failure> {
        let path = self.path(name);
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        match removed {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(Failure::storage("removed", &path, source))
            }
            _ => Ok(()),
        }
    }

    /// The names in a folder; none when it is not there.
    pub(crate) fn names(&self, name: &str) -> Vec<String> {
        let names = fs::read_dir(self.path(name)).into_iter().flatten().flatten();
        names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }

    pub(crate) fn load(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let path = self.path(name);
        read_file(&path).map_err(|source| Failure::storage("read", &path, source))
    }
}

impl StaticFiles for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(read_file(&self.path(path))?)
    }
}

fn read_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut content = Vec::new();
    file.take(MAX_BUNDLE as u64 + 1).read_to_end(&mut content)?;
    if content.len() > MAX_BUNDLE {
        return Err(io::Error::other("it is larger than any file of a register"));
    }
    Ok(Some(content))
}

fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn sync(directory: &Path) -> Result<(), Failure> {
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| Failure::storage("flushed", directory, source))
}
