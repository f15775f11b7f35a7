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

/// A copied file, before its row is written.
pub(super) struct Copied {
    pub(super) header: InstanceHeader,
    pub(super) blob: FinishedBlob,
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
        for file in candidates.files {
            match self.import_file(&file, job, &mut result) {
                Ok(()) => {}
                // A full disk ends the import; a bad file does not.
                Err(error @ ServiceError::Store(StoreError::NoSpace)) => return Err(error),
                Err(error) => result.refused.push(RefusedFile {
                    file,
                    reason: error.to_string(),
                }),
            }
        }
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

    fn import_file(&self, path: &Path, job: &Job, result: &mut Imported) -> Result<(), ServiceError> {
        let header = read_header_file(path)?;
        let file = File::open(path).map_err(ServiceError::file(path))?;
        let copied = self
            .copy_in(header, file, |bytes| job.advance(bytes))
            .map_err(|error| match error {
                ServiceError::File { source, .. } => ServiceError::File {
                    path: path.to_owned(),
                    source,
                },
                other => other,
            })?;
        let study = copied.header.study_instance_uid.to_string();
        let bytes = copied.blob.bytes();
        match self.keep(copied, Origin::Imported)? {
            Inserted::Added => {
                result.imported += 1;
                result.bytes += bytes;
            }
            Inserted::AlreadyThere => result.duplicates += 1,
            Inserted::Conflict => return Err(StoreError::InstanceConflict.into()),
        }
        result.studies.insert(study);
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
        let Copied { header, blob } = copied;
        let study = study_of(&header, origin);
        let series = SeriesRecord {
            series_instance_uid: header.series_instance_uid.to_string(),
            study_instance_uid: header.study_instance_uid.to_string(),
            number: header.series_number.map(i64::from),
            modality: header.modality.clone(),
            description: header.series_description.clone(),
        };
        let instance = NewInstance {
            sop_instance_uid: header.sop_instance_uid.to_string(),
            sop_class_uid: header.sop_class_uid.to_string(),
            transfer_syntax_uid: header.transfer_syntax_uid.to_string(),
            number: header.instance_number.map(i64::from),
            rows: header.rows.map_or(0, u32::from),
            columns: header.columns.map_or(0, u32::from),
            frames: header.frames.unwrap_or(0),
        };
        Ok(self
            .store()
            .insert_instance(&study, &series, &instance, blob, self.now())?)
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
