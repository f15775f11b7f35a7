//! Importing what lies on a disk or a medium: files, folders, archives.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dokuei_dicom::bare;
use dokuei_dicom::files::{self, FileKind, HEAD, Limits, Skipped, kind_by};
use dokuei_dicom::header::read_header_of;
use dokuei_dicom::wrap::Foreign;
use dokuei_dicom::zipped::{ZipEntry, ZipLimits, Zipped};
use dokuei_package::lanes::{Lanes, threads};
use dokuei_store::{Inserted, Origin, StoreError};
use serde::Serialize;

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::import::{Batch, Copied};
use super::jobs::Job;
use super::same::digest;

/// The most files that are taken in at once: each needs the buffers of an encoder, about 10 MB.
const AT_ONCE: usize = 4;

/// A file that was not imported.
#[derive(Debug, Serialize)]
struct RefusedFile {
    file: PathBuf,
    /// Stable word.
    code: &'static str,
    reason: String,
}

/// What an import did.
#[derive(Debug, Default, Serialize)]
pub(super) struct Imported {
    pub(super) imported: u64,
    pub(super) duplicates: u64,
    bytes: u64,
    pub(super) studies: BTreeSet<String>,
    refused: Vec<RefusedFile>,
}

impl Imported {
    fn refuse(&mut self, file: PathBuf, error: &ServiceError) {
        self.refused.push(RefusedFile {
            file,
            code: error.code(),
            reason: error.to_string(),
        });
    }

    fn skip(&mut self, file: PathBuf, why: Skipped) {
        let (code, reason) = because(why);
        self.refused.push(RefusedFile {
            file,
            code,
            reason: reason.to_owned(),
        });
    }

    fn refuse_entry(&mut self, file: PathBuf, why: impl std::fmt::Display) {
        self.refused.push(RefusedFile {
            file,
            code: "archive_refused",
            reason: why.to_string(),
        });
    }

    /// How many were not taken.
    pub(super) fn refused(&self) -> usize {
        self.refused.len()
    }

    /// Why the last of them was not.
    pub(super) fn last_reason(&self) -> Option<String> {
        let last = self.refused.last()?;
        Some(format!("{}: {}", last.file.display(), last.reason))
    }
}

/// Where an instance is read from, and whether it lacks the file meta information, which is put before it then.
struct Place {
    lies: Lies,
    bare: bool,
}

impl Place {
    const fn of(lies: Lies) -> Self {
        Self { lies, bare: false }
    }

    const fn bare(lies: Lies) -> Self {
        Self { lies, bare: true }
    }

    /// How people are told of it.
    fn shown(&self) -> PathBuf {
        self.lies.shown()
    }

    /// Reads the Part 10 file with `work`.
    fn read<T>(
        &self,
        work: impl FnOnce(&mut dyn Read, u64) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        if !self.bare {
            return self.lies.read(work);
        }
        let meta = self.lies.read(|reader, _| Ok(bare::file_meta(reader)?))?;
        self.lies.read(|reader, length| {
            let length = length.saturating_add(meta.len() as u64);
            work(&mut meta.as_slice().chain(reader), length)
        })
    }
}

/// Where the bytes lie.
enum Lies {
    File(PathBuf),
    Entry(Arc<Mutex<Zipped>>, ZipEntry, PathBuf),
}

impl Lies {
    /// How people are told of it.
    fn shown(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Entry(_, entry, archive) => archive.join(&entry.name),
        }
    }

    /// Reads it with `work`.
    fn read<T>(
        &self,
        work: impl FnOnce(&mut dyn Read, u64) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        match self {
            Self::File(path) => {
                let file = File::open(path).map_err(ServiceError::file(path))?;
                let length = file.metadata().map_err(ServiceError::file(path))?.len();
                work(&mut BufReader::with_capacity(64 * 1024, file), length)
            }
            Self::Entry(archive, entry, _) => {
                let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
                let unreadable = |why| ServiceError::Store(StoreError::from(std::io::Error::other(why)));
                let mut reader = archive.read(entry).map_err(unreadable)?;
                work(&mut reader, entry.size)
            }
        }
    }
}

/// An import on its way.
struct Importing<'a> {
    node: &'a Node,
    /// What reads, hashes, encodes and seals them.
    hands: Lanes<Place, (Place, Result<Copied, ServiceError>)>,
    result: Imported,
    batch: Batch,
    places: Vec<Place>,
}

impl Node {
    /// Imports a file, a folder, a medium or an archive in the background.
    #[must_use]
    pub fn start_import(&self, path: PathBuf) -> Arc<Job> {
        let node = self.clone();
        self.0.jobs.start("import", &self.0.events, move |job| {
            let result = node.import(Some(job), &[path])?;
            Ok(serde_json::to_value(result).unwrap_or_default())
        })
    }

    /// Imports what is found under `paths`.
    pub(super) fn import(&self, job: Option<&Arc<Job>>, paths: &[PathBuf]) -> Result<Imported, ServiceError> {
        self.may_work()?;
        let candidates = files::find(paths, Limits::default())?;
        self.require_room(candidates.bytes)?;
        if let Some(job) = job {
            job.expect(candidates.bytes);
        }
        let hands = Lanes::start("import", threads(AT_ONCE), || {
            let (node, job) = (self.clone(), job.cloned());
            Ok(move |place: Place| {
                let copied = node.import_one(job.as_deref(), &place);
                (place, copied)
            })
        });
        let mut importing = Importing {
            node: self,
            hands: hands.map_err(StoreError::from)?,
            result: Imported::default(),
            batch: Batch::new(Origin::Imported),
            places: Vec::new(),
        };
        for file in candidates.files {
            importing.take(Place::of(Lies::File(file)))?;
        }
        for file in candidates.bare {
            importing.take(Place::bare(Lies::File(file)))?;
        }
        for archive in candidates.archives {
            importing.archive(&archive)?;
        }
        while importing.taken()? {}
        importing.keep()?;
        let mut result = importing.result;
        for (file, why) in candidates.skipped {
            result.skip(file, why);
        }
        for study in &result.studies {
            self.audit("operator", "import", study, "success")?;
            // What comes from a watched folder may be a part of a study only; its pictures are made when it is sent.
            if job.is_some()
                && let Err(error) = self.pictures_of(study)
            {
                tracing::warn!(%error, "previews could not be made yet");
            }
            self.0.events.publish(EventKind::Study, study);
        }
        Ok(result)
    }
}

impl Node {
    /// Seals the instance in a place.
    fn import_one(&self, job: Option<&Job>, place: &Place) -> Result<Copied, ServiceError> {
        let header = place.read(|reader, length| Ok(read_header_of(reader, length)?))?;
        let progress = |bytes| {
            if let Some(job) = job {
                job.advance(bytes);
            }
        };
        place
            .read(|reader, _| self.copy_in(header, reader, progress))
            .map_err(|error| match error {
                ServiceError::File { source, .. } => ServiceError::File {
                    path: place.shown(),
                    source,
                },
                other => other,
            })
    }
}

impl Importing<'_> {
    /// Everything that is an instance in an archive.
    fn archive(&mut self, path: &Path) -> Result<(), ServiceError> {
        let mut zipped = match Zipped::open(path, &ZipLimits::default()) {
            Ok(zipped) => zipped,
            Err(error) => {
                self.result.refuse_entry(path.to_owned(), error);
                return Ok(());
            }
        };
        let entries = std::mem::take(&mut zipped.entries);
        for (name, why) in std::mem::take(&mut zipped.refused) {
            self.result.refuse_entry(path.join(name), why);
        }
        self.node
            .require_room(entries.iter().map(|entry| entry.size).sum())?;
        let names: BTreeSet<String> = entries.iter().map(|entry| entry.name.to_lowercase()).collect();
        let archive = Arc::new(Mutex::new(zipped));
        for entry in entries {
            let place = Place::of(Lies::Entry(Arc::clone(&archive), entry.clone(), path.to_owned()));
            let head = place.read(|reader, _| {
                let mut head = Vec::new();
                let read = reader.take(HEAD).read_to_end(&mut head);
                read.map_err(ServiceError::file(path))?;
                Ok(head)
            });
            let kind = match head {
                Ok(head) => kind_by(&head, entry.size),
                Err(_) => {
                    let why = dokuei_dicom::zipped::ZipRefusal::Damaged;
                    self.result.refuse_entry(place.shown(), why);
                    continue;
                }
            };
            match kind {
                FileKind::Dicom => self.take(place)?,
                FileKind::DicomDir => self.listed(&place, &entry.name, &names),
                FileKind::Zip => {
                    let why = dokuei_dicom::zipped::ZipRefusal::Nested;
                    self.result.refuse_entry(place.shown(), why);
                }
                FileKind::Foreign(kind) => self.result.skip(place.shown(), Skipped::Foreign(kind)),
                FileKind::BareDataSet => self.take(Place::bare(place.lies))?,
                FileKind::Other => self.result.skip(place.shown(), Skipped::NotDicom),
            }
        }
        Ok(())
    }

    /// What a DICOMDIR in an archive lists and is not in it.
    fn listed(&mut self, place: &Place, name: &str, names: &BTreeSet<String>) {
        let read = place.read(|reader, _| Ok(dokuei_dicom::dicomdir::read_directory(reader)?));
        let Ok(directory) = read else {
            self.result.skip(place.shown(), Skipped::BadDirectory);
            return;
        };
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        for id in directory.files {
            let path = Path::new(folder).join(id.join("/"));
            if !names.contains(&path.to_string_lossy().to_lowercase())
                && let Some(archive) = place.shown().ancestors().find(|one| one.is_file())
            {
                self.result.skip(archive.join(path), Skipped::Missing);
            }
        }
    }

    /// Has one instance sealed, beside others.
    fn take(&mut self, place: Place) -> Result<(), ServiceError> {
        if self.hands.is_full() {
            self.taken()?;
        }
        Ok(self.hands.put(place).map_err(StoreError::from)?)
    }

    /// Takes the oldest that is being sealed; what was sealed is kept when the batch is full. False when there is none.
    fn taken(&mut self) -> Result<bool, ServiceError> {
        let Some(taken) = self.hands.take() else {
            return Ok(false);
        };
        match taken.map_err(StoreError::from)? {
            (place, Ok(copied)) => {
                if self.batch.is_full_for(&copied) {
                    self.keep()?;
                }
                self.batch.add(copied);
                self.places.push(place);
            }
            // A full disk ends the import; a bad file does not.
            (_, Err(error @ ServiceError::Store(StoreError::NoSpace))) => return Err(error),
            (place, Err(error)) => self.result.refuse(place.shown(), &error),
        }
        Ok(true)
    }

    /// Stores a batch and counts what became of each of it.
    fn keep(&mut self) -> Result<(), ServiceError> {
        let places = std::mem::take(&mut self.places);
        let kept = match self.node.keep_all(&mut self.batch) {
            Ok(kept) => kept,
            Err(error @ ServiceError::Store(StoreError::NoSpace)) => return Err(error),
            Err(error) => {
                for place in places {
                    self.result.refuse(place.shown(), &error);
                }
                return Ok(());
            }
        };
        for (place, kept) in places.into_iter().zip(kept) {
            match kept.outcome {
                Inserted::Added => {
                    self.result.imported += 1;
                    self.result.bytes += kept.bytes;
                }
                Inserted::AlreadyThere => self.result.duplicates += 1,
                Inserted::Conflict if self.has_same(&place).unwrap_or(false) => self.result.duplicates += 1,
                Inserted::Conflict => {
                    self.result
                        .refuse(place.shown(), &StoreError::InstanceConflict.into());
                    continue;
                }
            }
            self.result.studies.insert(kept.study);
        }
        Ok(())
    }

    /// Whether what is stored is the instance in this place.
    fn has_same(&self, place: &Place) -> Result<bool, ServiceError> {
        let header = place.read(|reader, length| Ok(read_header_of(reader, length)?))?;
        let (syntax, data_set) = place.read(|reader, _| digest(reader))?;
        self.node
            .has_same(header.sop_instance_uid.as_str(), &syntax, &data_set)
    }
}

/// A stable word and a sentence for what is no instance.
fn because(why: Skipped) -> (&'static str, &'static str) {
    match why {
        Skipped::NotDicom => ("not_dicom", "this is not a DICOM file"),
        Skipped::Foreign(Foreign::Pdf) => (
            "document",
            "this is a PDF: say whose it is and attach it with `dokuei study attach`",
        ),
        Skipped::Foreign(Foreign::Stl) => (
            "model",
            "this is an STL model: say whose it is and attach it with `dokuei study attach`",
        ),
        Skipped::Foreign(_) => (
            "picture",
            "this is a picture: say whose it is and attach it with `dokuei study attach`",
        ),
        Skipped::Missing => (
            "listed_but_missing",
            "the DICOMDIR lists this file, but it is not on the medium: ask for a whole copy",
        ),
        Skipped::BadDirectory => (
            "bad_dicomdir",
            "this DICOMDIR can't be read whole: whether files are missing is not known",
        ),
        Skipped::Link => ("link", "links are not followed"),
        Skipped::TooDeep => ("too_deep", "the folder is nested too deeply"),
        Skipped::Unreadable => ("unreadable", "the file cannot be read"),
    }
}
