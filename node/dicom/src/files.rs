//! Which files of a folder are worth importing: told by content, never by name (PS3.10 section 7).

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use dicom_dictionary_std::uids;
use serde::Serialize;

use crate::bare;
use crate::dicomdir::{find_file, read_directory};
use crate::header::HeaderError;
use crate::scan;
use crate::wrap::Foreign;
use crate::zipped::is_zip;

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
    /// The directory of a medium (PS3.10 section 8).
    DicomDir,
    /// A ZIP archive: what is in it is looked at.
    Zip,
    /// A picture, a document or a model: it must be said whose it is (see [`crate::wrap`]).
    Foreign(Foreign),
    /// A data set of DICOM without the file meta information that tells how it is encoded.
    BareDataSet,
    /// Nothing of ours.
    Other,
}

/// Why a path that was met isn't among the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Skipped {
    /// Not a Part 10 file.
    NotDicom,
    /// A picture, a document or a model: it must be said whose it is.
    Foreign(Foreign),
    /// A file that a DICOMDIR lists and that is not there.
    Missing,
    /// A DICOMDIR that can't be read, or that lists files by impossible names.
    BadDirectory,
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
    /// Data sets without file meta information ([`crate::bare`]).
    pub bare: Vec<PathBuf>,
    /// ZIP archives.
    pub archives: Vec<PathBuf>,
    /// Everything else met, with the reason.
    pub skipped: Vec<(PathBuf, Skipped)>,
    /// Sum of the sizes of all of these, in bytes.
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

/// Finds the Part 10 files and archives among `paths` (files or folders, walked without following links). A DICOMDIR that
/// is met is asked which files it lists; those that are not there are told. Of a DICOMDIR that `paths` names the files
/// are taken that it lists.
///
/// # Errors
/// When a path named by the caller cannot be read, or there are more files than `limits` allow.
pub fn find(paths: &[PathBuf], limits: Limits) -> Result<Candidates, FilesError> {
    let mut walk = Walk {
        limits,
        seen: 0,
        directories: Vec::new(),
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
            if let Some(directory) = walk.directories.pop() {
                walk.listed(&directory, true)?;
            }
        }
    }
    for directory in std::mem::take(&mut walk.directories) {
        walk.listed(&directory, false)?;
    }
    // A file may be named twice, and listed by several directories.
    let mut seen = HashSet::new();
    walk.found.files.retain(|file| seen.insert(file.clone()));
    walk.found.bare.retain(|file| seen.insert(file.clone()));
    // So may one that is missing.
    let mut told = HashSet::new();
    walk.found.skipped.retain(|one| told.insert(one.clone()));
    Ok(walk.found)
}

/// Tells what a file is from its start.
///
/// # Errors
/// When it cannot be opened or read.
pub fn kind_of(path: &Path) -> Result<FileKind, std::io::Error> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    Ok(kind_by(&head, length))
}

/// Tells what a file of `length` bytes is from its beginning: its first [`HEAD`] bytes, or all of a shorter one.
#[must_use]
pub fn kind_by(head: &[u8], length: u64) -> FileKind {
    match scan::media_storage_sop_class(head) {
        Ok(sop_class) if sop_class == uids::MEDIA_STORAGE_DIRECTORY_STORAGE => FileKind::DicomDir,
        Err(HeaderError::NotDicom) if is_zip(head) => FileKind::Zip,
        Err(HeaderError::NotDicom) => match Foreign::of(head, length) {
            Some(kind) => FileKind::Foreign(kind),
            None if bare::encoding(head).is_some() => FileKind::BareDataSet,
            None => FileKind::Other,
        },
        // A program in the preamble is for the header reader to refuse by name.
        _ => FileKind::Dicom,
    }
}

/// Bytes looked at to tell what a file is: more than any file meta information in use.
pub const HEAD: u64 = 16 * 1024;

struct Walk {
    limits: Limits,
    seen: usize,
    directories: Vec<PathBuf>,
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
            Ok(FileKind::Zip) => {
                self.found.bytes += fs::metadata(path).map_or(0, |metadata| metadata.len());
                self.found.archives.push(path.to_owned());
                return Ok(());
            }
            Ok(FileKind::BareDataSet) => {
                self.found.bytes += fs::metadata(path).map_or(0, |metadata| metadata.len());
                self.found.bare.push(path.to_owned());
                return Ok(());
            }
            Ok(FileKind::DicomDir) => {
                self.directories.push(path.to_owned());
                return Ok(());
            }
            Ok(FileKind::Foreign(kind)) => Skipped::Foreign(kind),
            Ok(FileKind::Other) => Skipped::NotDicom,
            Err(_) => Skipped::Unreadable,
        };
        self.found.skipped.push((path.to_owned(), skipped));
        Ok(())
    }

    /// Looks for what a DICOMDIR lists, and takes it when `take`.
    fn listed(&mut self, path: &Path, take: bool) -> Result<(), FilesError> {
        let read = File::open(path)
            .map_err(HeaderError::from)
            .and_then(|file| read_directory(std::io::BufReader::new(file)));
        let Ok(directory) = read else {
            self.found.skipped.push((path.to_owned(), Skipped::BadDirectory));
            return Ok(());
        };
        if directory.bad_names > 0 {
            self.found.skipped.push((path.to_owned(), Skipped::BadDirectory));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        for id in directory.files {
            match find_file(folder, &id) {
                Some(file) if take => self.file(&file)?,
                Some(_) => {}
                None => {
                    let named = id.iter().fold(folder.to_owned(), |path, part| path.join(part));
                    self.found.skipped.push((named, Skipped::Missing));
                }
            }
        }
        // A medium within a medium: its directory is only a file here.
        self.directories.retain(|one| one != path);
        Ok(())
    }
}
