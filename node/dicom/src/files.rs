//! Which files of a folder are worth importing: told by content, never by name (PS3.10 section 7).

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use dicom_dictionary_std::uids;
use serde::Serialize;

use crate::header::HeaderError;
use crate::scan;

/// Bounds of one walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files looked at before the walk stops with [`FilesError::TooMany`].
    pub files: usize,
    /// Depth of folders below a named path; deeper ones are skipped and told.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 200_000,
            depth: 16,
        }
    }
}

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A Part 10 file: worth reading its header.
    Dicom,
    /// The directory of a medium (PS3.10 section 8): the files it lists are found by the walk itself.
    DicomDir,
    /// Nothing of ours.
    Other,
}

/// Why a path that was met isn't among the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Skipped {
    /// Not a Part 10 file.
    NotDicom,
    /// A DICOMDIR: not used yet, the files it lists are found by the walk.
    DicomDir,
    /// Neither file nor folder, or a symbolic link, which could lead out of what was named.
    Link,
    /// Deeper than the limit.
    TooDeep,
    /// Could not be read.
    Unreadable,
}

/// What a walk found, in a stable (sorted) order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Candidates {
    /// Part 10 files.
    pub files: Vec<PathBuf>,
    /// Everything else met, with the reason.
    pub skipped: Vec<(PathBuf, Skipped)>,
    /// Sum of the sizes of `files`, in bytes.
    pub bytes: u64,
}

/// The walk could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilesError {
    /// A named path cannot be opened.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The path named by the caller.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// More files than the limit.
    #[error("there are more than {limit} files here: import a smaller folder")]
    TooMany {
        /// The limit in force.
        limit: usize,
    },
}

/// Finds the Part 10 files among `paths` (files or folders, walked without following links).
///
/// # Errors
/// When a path named by the caller cannot be read, or there are more files than `limits` allow.
pub fn find(paths: &[PathBuf], limits: Limits) -> Result<Candidates, FilesError> {
    let mut walk = Walk {
        limits,
        seen: 0,
        found: Candidates::default(),
    };
    for path in paths {
        let unreadable = |source| FilesError::Unreadable {
            path: path.clone(),
            source,
        };
        // What the user names may be a link; what lies below may not.
        if fs::metadata(path).map_err(unreadable)?.is_dir() {
            walk.folder(path, fs::read_dir(path).map_err(unreadable)?, 1)?;
        } else {
            File::open(path).map_err(unreadable)?;
            walk.file(path)?;
        }
    }
    Ok(walk.found)
}

/// Tells what a file is from its start.
///
/// # Errors
/// When it cannot be opened or read.
pub fn kind_of(path: &Path) -> Result<FileKind, std::io::Error> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    let sop_class = match scan::media_storage_sop_class(head.as_slice()) {
        Ok(sop_class) => sop_class,
        // A program in the preamble is for the header reader to refuse by name.
        Err(HeaderError::NotDicom) => return Ok(FileKind::Other),
        Err(_) => return Ok(FileKind::Dicom),
    };
    let directory = sop_class == uids::MEDIA_STORAGE_DIRECTORY_STORAGE;
    Ok(if directory {
        FileKind::DicomDir
    } else {
        FileKind::Dicom
    })
}

/// Bytes looked at to tell what a file is: more than any file meta information in use.
const HEAD: u64 = 16 * 1024;

struct Walk {
    limits: Limits,
    seen: usize,
    found: Candidates,
}

impl Walk {
    fn folder(&mut self, path: &Path, entries: fs::ReadDir, depth: usize) -> Result<(), FilesError> {
        if depth > self.limits.depth {
            self.found.skipped.push((path.to_owned(), Skipped::TooDeep));
            return Ok(());
        }
        let mut entries: Vec<fs::DirEntry> = entries.take(self.limits.files + 1).flatten().collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => match fs::read_dir(&path) {
                    Ok(below) => self.folder(&path, below, depth + 1)?,
                    Err(_) => self.found.skipped.push((path, Skipped::Unreadable)),
                },
                Ok(kind) if kind.is_file() => self.file(&path)?,
                _ => self.found.skipped.push((path, Skipped::Link)),
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), FilesError> {
        self.seen += 1;
        if self.seen > self.limits.files {
            return Err(FilesError::TooMany {
                limit: self.limits.files,
            });
        }
        let skipped = match kind_of(path) {
            Ok(FileKind::Dicom) => {
                self.found.bytes += fs::metadata(path).map_or(0, |metadata| metadata.len());
                self.found.files.push(path.to_owned());
                return Ok(());
            }
            Ok(FileKind::DicomDir) => Skipped::DicomDir,
            Ok(FileKind::Other) => Skipped::NotDicom,
            Err(_) => Skipped::Unreadable,
        };
        self.found.skipped.push((path.to_owned(), skipped));
        Ok(())
    }
}
