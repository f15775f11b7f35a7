//! Finds and reads a medium: a folder (a mounted stick or disc), or an ISO 9660 image or disc that is not mounted.
//!
//! What is found is hostile: links and special files are not followed, sizes are looked at before anything is taken, and
//! names are only compared, never used as paths.

mod folder;
mod iso;

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dokuei_package::tree::ReadAt;
use thiserror::Error;

use self::folder::Folder;
use self::iso::Image;
use crate::index::MAX_DISCS;
use crate::names::{FOLDER, INDEX, SetFolder};

/// The most sets of one medium that are read.
pub const MAX_SETS: usize = 64;

/// Why a medium or a file on it cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// There is nothing of ours.
    #[error("there is no folder {FOLDER} in it")]
    NotAMedium,
    /// An image that is damaged, or made to confuse.
    #[error("the disc image is damaged: {0}")]
    Image(&'static str),
    /// A link, a device, or a file that is a folder.
    #[error("{0} on the medium is not a plain file")]
    NotPlain(String),
    /// Longer than it can be.
    #[error("{0} on the medium is longer than it can be")]
    TooLong(String),
    /// More than [`MAX_SETS`].
    #[error("there are more than {MAX_SETS} sets on one medium")]
    TooMany,
    /// The system says no.
    #[error("the medium cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// A medium, opened.
#[derive(Debug)]
pub struct Medium {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Folder(Folder),
    Image(Image),
}

impl Medium {
    /// Opens a folder, an image, or a drive with a disc in it.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let kind = std::fs::metadata(path)?.file_type();
        let kind = if kind.is_dir() {
            Kind::Folder(Folder::open(path)?)
        } else if kind.is_file() || kind.is_block_device() {
            Kind::Image(Image::open(File::open(path)?)?)
        } else {
            return Err(SourceError::NotPlain(path.display().to_string()));
        };
        Ok(Self { kind })
    }

    /// The folders of sets on it, in order.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn sets(&self) -> Result<Vec<SetFolder>, SourceError> {
        let names = match &self.kind {
            Kind::Folder(folder) => folder.sets()?,
            Kind::Image(image) => image.sets()?,
        };
        let mut sets: Vec<SetFolder> = names.iter().filter_map(|name| SetFolder::parse(name)).collect();
        sets.sort_unstable();
        sets.dedup();
        if sets.len() > MAX_SETS {
            return Err(SourceError::TooMany);
        }
        Ok(sets)
    }

    /// A file of a set; `None` when it is not on this medium.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn file(&self, set: SetFolder, name: &str) -> Result<Option<MediumFile>, SourceError> {
        match &self.kind {
            Kind::Folder(folder) => folder.file(&set.to_string(), name),
            Kind::Image(image) => image.file(&set.to_string(), name),
        }
    }

    /// The bytes of the index of a set; `None` when writing it was not finished.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn index(&self, set: SetFolder) -> Result<Option<Vec<u8>>, SourceError> {
        let file = self.file(set, INDEX)?;
        file.map(|file| file.read_whole(INDEX, crate::index::MAX_BYTES as u64))
            .transpose()
    }
}

/// The media that a path names: itself, or the folders `DISC1`, `DISC2`, … that were written into it.
#[must_use]
pub fn media_below(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() && !path.join(FOLDER).exists() {
        let discs = (1..=MAX_DISCS).map(|number| disc_folder(path, number));
        let is_folder = |disc: &PathBuf| disc.symlink_metadata().is_ok_and(|found| found.is_dir());
        let found: Vec<PathBuf> = discs.filter(is_folder).collect();
        if !found.is_empty() {
            return found;
        }
    }
    vec![path.to_owned()]
}

/// The folder for one disc of several below `path`.
#[must_use]
pub fn disc_folder(path: &Path, number: usize) -> PathBuf {
    path.join(format!("DISC{number}"))
}

/// A file on a medium: a stretch of a file or of an image.
#[derive(Debug, Clone)]
pub struct MediumFile {
    file: Arc<File>,
    offset: u64,
    length: u64,
}

impl MediumFile {
    /// All of a file.
    pub(crate) fn of(file: File, length: u64) -> Self {
        Self {
            file: Arc::new(file),
            offset: 0,
            length,
        }
    }

    /// Its length, bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// All of it, when it is not longer than `limit` bytes.
    ///
    /// # Errors
    /// [`SourceError::TooLong`] before anything is taken, or [`SourceError::Io`].
    pub fn read_whole(&self, name: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
        let length = Some(self.length).filter(|length| *length <= limit);
        let length = length.and_then(|length| usize::try_from(length).ok());
        let mut bytes = vec![0; length.ok_or_else(|| SourceError::TooLong(name.to_owned()))?];
        self.file.read_exact_at(self.offset, &mut bytes)?;
        Ok(bytes)
    }

    /// Lets the system forget what it keeps of the file in memory, so that what is read next is read from the medium.
    pub fn forget_cached(&self) {
        let length = std::num::NonZeroU64::new(self.length);
        let advice = rustix::fs::Advice::DontNeed;
        // Advice only: a system that does not take it reads from memory.
        let _ = rustix::fs::fadvise(&*self.file, self.offset, length, advice);
    }
}

impl ReadAt for MediumFile {
    fn read_at(&self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(position);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        match buffer.get_mut(..most) {
            Some(buffer) if !buffer.is_empty() => self.file.read_at(self.offset + position, buffer),
            _ => Ok(0),
        }
    }
}

/// A part of a payload in the place where it belongs: what lies before and after it is not there.
#[derive(Debug, Clone)]
pub struct Placed {
    file: MediumFile,
    at: u64,
}

impl Placed {
    /// The part whose first byte is byte `at` of the payload.
    #[must_use]
    pub const fn new(file: MediumFile, at: u64) -> Self {
        Self { file, at }
    }
}

impl ReadAt for Placed {
    fn read_at(&self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match position.checked_sub(self.at) {
            Some(position) => self.file.read_at(position, buffer),
            None => Ok(0),
        }
    }
}

/// The length of a file or of the disc in a drive.
fn length_of(file: &File) -> io::Result<u64> {
    let mut file = file;
    file.seek(SeekFrom::End(0))
}
