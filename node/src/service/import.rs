//! Takes DICOM files into the encrypted store: each is read once, hashed and sealed in the same pass.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dokuei_dicom::files::{self, Limits};
use dokuei_dicom::{InstanceHeader, read_header_file};
use dokuei_store::{
    FinishedBlob, Inserted, NewInstance, Origin, PersonName, SeriesRecord, StoreError, StudyRecord,
};
use serde::Serialize;
use serde_json::Value;

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::jobs::Job;

/// Bytes copied at a time.
const BUFFER: usize = 256 * 1024;

/// Instances whose rows are written together: each is an open file until then.
pub(super) const BATCH: usize = 64;

/// A file that was not imported.
#[derive(Debug, Serialize)]
struct RefusedFile {
    file: PathBuf,
    reason: String,
}

/// What an import did.
#[derive(Debug, Default, Serialize)]
struct Imported {
    imported: u64,
    duplicates: u64,
    bytes: u64,
    studies: BTreeSet<String>,
    refused: Vec<RefusedFile>,
}

impl Imported {
    fn refuse(&mut self, file: PathBuf, error: &ServiceError) {
        self.refused.push(RefusedFile {
            file,
            reason: error.to_string(),
        });
    }
}

/// A copied file, before its row is written.
pub(super) struct Copied {
    pub(super) header: InstanceHeader,
    pub(super) blob: FinishedBlob,
}

/// Copied instances of one series whose rows are written together.
pub(super) struct Batch {
    origin: Origin,
    copied: Vec<Copied>,
}

/// What became of an instance of a batch.
pub(super) struct Kept {
    pub(super) outcome: Inserted,
    study: String,
    bytes: u64,
}

impl Kept {
    /// Conflict until it is stored.
    fn not_yet(copied: &Copied) -> Self {
        Self {
            outcome: Inserted::Conflict,
            study: copied.header.study_instance_uid.to_string(),
            bytes: copied.blob.bytes(),
        }
    }
}

impl Batch {
    /// An empty batch for instances of this origin.
    pub(super) const fn new(origin: Origin) -> Self {
        Self {
            origin,
            copied: Vec::new(),
        }
    }

    /// Whether it must be kept before this one is added: it is full, or of another series.
    pub(super) fn is_full_for(&self, next: &Copied) -> bool {
        self.copied.len() >= BATCH
            || self.copied.first().is_some_and(|first| {
                first.header.series_instance_uid != next.header.series_instance_uid
                    || first.header.patient.id != next.header.patient.id
                    || first.header.study_instance_uid != next.header.study_instance_uid
            })
    }

    /// How many it holds.
    pub(super) fn len(&self) -> usize {
        self.copied.len()
    }

    /// Adds one.
    pub(super) fn add(&mut self, copied: Copied) {
        self.copied.push(copied);
    }
}

impl Node {
    /// Imports a file or a folder in the background.
    #[must_use]
    pub fn start_import(&self, path: PathBuf) -> Arc<Job> {
        let node = self.clone();
        self.0
            .jobs
            .start("import", &self.0.events, move |job| node.import(job, path))
    }

    fn import(&self, job: &Job, path: PathBuf) -> Result<Value, ServiceError> {
        self.may_work()?;
        let candidates = files::find(&[path], Limits::default())?;
        self.require_room(candidates.bytes)?;
        job.expect(candidates.bytes);
        let mut result = Imported::default();
        let mut batch = Batch::new(Origin::Imported);
        let mut paths = Vec::new();
        for file in candidates.files {
            match self.read_file(&file, job) {
                Ok(copied) => {
                    if batch.is_full_for(&copied) {
                        self.keep_imported(&mut batch, &mut paths, &mut result)?;
                    }
                    batch.add(copied);
                    paths.push(file);
                }
                // A full disk ends the import; a bad file does not.
                Err(error @ ServiceError::Store(StoreError::NoSpace)) => return Err(error),
                Err(error) => result.refuse(file, &error),
            }
        }
        self.keep_imported(&mut batch, &mut paths, &mut result)?;
        for (file, why) in candidates.skipped {
            let reason = serde_json::to_value(why)
                .ok()
                .and_then(|word| word.as_str().map(skipped_because));
            result.refused.push(RefusedFile {
                file,
                reason: reason.unwrap_or_default(),
            });
        }
        for study in &result.studies {
            self.audit("operator", "import", study, "success")?;
            self.0.events.publish(EventKind::Study, study);
        }
        Ok(serde_json::to_value(result).unwrap_or_default())
    }

    fn read_file(&self, path: &Path, job: &Job) -> Result<Copied, ServiceError> {
        let header = read_header_file(path)?;
        let file = File::open(path).map_err(ServiceError::file(path))?;
        self.copy_in(header, file, |bytes| job.advance(bytes))
            .map_err(|error| match error {
                ServiceError::File { source, .. } => ServiceError::File {
                    path: path.to_owned(),
                    source,
                },
                other => other,
            })
    }

    /// Stores a batch and counts what became of each file of it.
    fn keep_imported(
        &self,
        batch: &mut Batch,
        paths: &mut Vec<PathBuf>,
        result: &mut Imported,
    ) -> Result<(), ServiceError> {
        let paths = std::mem::take(paths);
        let kept = match self.keep_all(batch) {
            Ok(kept) => kept,
            Err(error @ ServiceError::Store(StoreError::NoSpace)) => return Err(error),
            Err(error) => {
                paths.into_iter().for_each(|path| result.refuse(path, &error));
                return Ok(());
            }
        };
        for (path, kept) in paths.into_iter().zip(kept) {
            match kept.outcome {
                Inserted::Added => {
                    result.imported += 1;
                    result.bytes += kept.bytes;
                }
                Inserted::AlreadyThere => result.duplicates += 1,
                Inserted::Conflict if self.has_same_as(&path).unwrap_or(false) => result.duplicates += 1,
                Inserted::Conflict => {
                    result.refuse(path, &StoreError::InstanceConflict.into());
                    continue;
                }
            }
            result.studies.insert(kept.study);
        }
        Ok(())
    }

    /// Seals the bytes of one instance into the vault; nothing refers to them before [`Self::keep`].
    pub(super) fn copy_in(
        &self,
        header: InstanceHeader,
        mut from: impl Read,
        mut progress: impl FnMut(u64),
    ) -> Result<Copied, ServiceError> {
        let mut blob = self.store().blob_writer(header.study_instance_uid.as_str())?;
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(ServiceError::file("")(error)),
            };
            blob.write_all(&buffer[..read]).map_err(StoreError::from)?;
            progress(read as u64);
        }
        Ok(Copied {
            header,
            blob: blob.finish()?,
        })
    }

    /// Writes the rows of a copied instance: from here on it is stored.
    pub(super) fn keep(&self, copied: Copied, origin: Origin) -> Result<Inserted, ServiceError> {
        let mut batch = Batch::new(origin);
        batch.add(copied);
        let kept = self.keep_all(&mut batch)?;
        Ok(kept.first().map_or(Inserted::Conflict, |kept| kept.outcome))
    }

    /// Writes the rows of a batch, which is empty after that: from here on its instances are stored, for all of them with
    /// one wait for the disk. One answer for each, in order.
    pub(super) fn keep_all(&self, batch: &mut Batch) -> Result<Vec<Kept>, ServiceError> {
        let copied = std::mem::take(&mut batch.copied);
        let Some(first) = copied.first() else {
            return Ok(Vec::new());
        };
        let header = &first.header;
        let study = study_of(header, batch.origin);
        let series = SeriesRecord {
            series_instance_uid: header.series_instance_uid.to_string(),
            study_instance_uid: header.study_instance_uid.to_string(),
            number: header.series_number.map(i64::from),
            modality: header.modality.clone(),
            description: header.series_description.clone(),
        };
        let mut kept: Vec<Kept> = copied.iter().map(Kept::not_yet).collect();
        let instances = copied
            .into_iter()
            .map(|Copied { header, blob }| (instance_of(&header), blob))
            .collect();
        let outcomes = self
            .store()
            .insert_instances(&study, &series, instances, self.now())?;
        for (kept, outcome) in kept.iter_mut().zip(outcomes) {
            kept.outcome = outcome;
        }
        Ok(kept)
    }
}

fn instance_of(header: &InstanceHeader) -> NewInstance {
    NewInstance {
        sop_instance_uid: header.sop_instance_uid.to_string(),
        sop_class_uid: header.sop_class_uid.to_string(),
        transfer_syntax_uid: header.transfer_syntax_uid.to_string(),
        number: header.instance_number.map(i64::from),
        rows: header.rows.map_or(0, u32::from),
        columns: header.columns.map_or(0, u32::from),
        frames: header.frames.unwrap_or(0),
    }
}

fn study_of(header: &InstanceHeader, origin: Origin) -> StudyRecord {
    let name = &header.patient.name;
    StudyRecord {
        study_instance_uid: header.study_instance_uid.to_string(),
        patient_name: PersonName {
            alphabetic: name.alphabetic.clone(),
            ideographic: name.ideographic.clone(),
            phonetic: name.phonetic.clone(),
        },
        patient_id: header.patient.id.clone(),
        birth_date: header.patient.birth_date.clone(),
        sex: header.patient.sex.clone(),
        study_date: header.study_date.clone(),
        description: header.study_description.clone(),
        accession_number: header.accession_number.clone(),
        origin,
        case_id: None,
    }
}

fn skipped_because(word: &str) -> String {
    match word {
        "not_dicom" => "this is not a DICOM file".to_owned(),
        "dicom_dir" => "a DICOMDIR is not needed: the files that it lists are found by themselves".to_owned(),
        "link" => "links are not followed".to_owned(),
        "too_deep" => "the folder is nested too deeply".to_owned(),
        "unreadable" => "the file cannot be read".to_owned(),
        other => other.to_owned(),
    }
}
