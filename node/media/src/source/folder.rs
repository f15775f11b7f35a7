//! A medium that is a folder: a mounted stick or disc, or any folder. Only the folder itself was named by a person; below
//! it nothing is followed that leads elsewhere.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{Dir, FileType, Mode, OFlags, fstat, openat};
use rustix::io::Errno;

use super::{MAX_SETS, MediumFile, SourceError, length_of};
use crate::names::FOLDER;

/// Names in one folder that are looked at.
const MAX_NAMES: usize = 16 * MAX_SETS;

/// The folder `DOKUEI` of a medium.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let root = File::open(path)?;
        let found = descend(&root.into(), FOLDER)?;
        found.map(Self).ok_or(SourceError::NotAMedium)
    }

    pub(super) fn sets(&self) -> Result<Vec<String>, SourceError> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)
            .map_err(std::io::Error::from)?
            .take(MAX_NAMES)
        {
            let entry = entry.map_err(std::io::Error::from)?;
            names.extend(entry.file_name().to_str().ok().map(str::to_owned));
        }
        Ok(names)
    }

    pub(super) fn file(&self, set: &str, name: &str) -> Result<Option<MediumFile>, SourceError> {
        let Some(set) = descend(&self.0, set)? else {
            return Ok(None);
        };
        // A pipe in the place of a file must not make us wait.
        let Some(file) = either_case(&set, name, OFlags::NONBLOCK)? else {
            return Ok(None);
        };
        let kind = FileType::from_raw_mode(fstat(&file).map_err(std::io::Error::from)?.st_mode);
        if kind != FileType::RegularFile {
            return Err(SourceError::NotPlain(name.to_owned()));
        }
        let file = File::from(file);
        let length = length_of(&file)?;
        Ok(Some(MediumFile::of(file, length)))
    }
}

fn descend(folder: &OwnedFd, name: &str) -> Result<Option<OwnedFd>, SourceError> {
    either_case(folder, name, OFlags::DIRECTORY)
}

/// Opens what is of this name, or of its lower-case letters, as some systems show the names on a disc.
fn either_case(folder: &OwnedFd, name: &str, flags: OFlags) -> Result<Option<OwnedFd>, SourceError> {
    for name in [name, &name.to_ascii_lowercase()] {
        let flags = flags | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(folder, name, flags, Mode::empty()) {
            Ok(opened) => return Ok(Some(opened)),
            Err(Errno::NOENT) => {}
            Err(Errno::LOOP | Errno::NOTDIR) => return Err(SourceError::NotPlain(name.to_owned())),
            Err(error) => return Err(std::io::Error::from(error).into()),
        }
    }
    Ok(None)
}
