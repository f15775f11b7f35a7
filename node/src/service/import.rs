//! Takes instances into the encrypted store: each is read once, hashed and sealed in the same pass.

use std::io::{self, Read, Write};

use dokuei_dicom::InstanceHeader;
use dokuei_store::{
    FinishedBlob, Inserted, NewInstance, Origin, PersonName, SeriesRecord, StoreError, StudyRecord,
};

use super::Node;
use super::dicomweb::describe;
use super::error::ServiceError;
use super::sealing::find_samples;

/// Bytes copied at a time.
const BUFFER: usize = 256 * 1024;

/// Instances whose rows are written together: each is an open file until then.
pub(super) const BATCH: usize = 64;

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
    pub(super) study: String,
    pub(super) bytes: u64,
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

    /// Adds those of another batch of the same series.
    pub(super) fn join(&mut self, other: Self) {
        self.copied.extend(other.copied);
    }

    /// Of which series it is; `None` as long as it is empty.
    pub(super) fn series(&self) -> Option<String> {
        let first = self.copied.first()?;
        Some(first.header.series_instance_uid.to_string())
    }
}

impl Node {
    /// Seals the bytes of one instance into the vault; nothing refers to them before [`Self::keep`].
    pub(super) fn copy_in(
        &self,
        header: InstanceHeader,
        mut from: impl Read,
        mut progress: impl FnMut(u64),
    ) -> Result<Copied, ServiceError> {
        let mut blob = self
            .store()
            .blob_writer(header.study_instance_uid.as_str())?
            .finding(find_samples);
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

    /// Writes the rows of an instance that was made here: from here on it is stored, and the request that asked for it is done,
    /// also after a crash.
    pub(super) fn keep_made(&self, copied: Copied, origin: Origin) -> Result<Inserted, ServiceError> {
        let mut batch = Batch::new(origin);
        batch.add(copied);
        let kept = self.keep_batch(&mut batch, true)?;
        Ok(kept.first().map_or(Inserted::Conflict, |kept| kept.outcome))
    }

    /// Writes the rows of a batch, which is empty after that: from here on its instances are stored, for all of them with
    /// one wait for the disk. One answer for each, in order.
    pub(super) fn keep_all(&self, batch: &mut Batch) -> Result<Vec<Kept>, ServiceError> {
        self.keep_batch(batch, false)
    }

    fn keep_batch(&self, batch: &mut Batch, made: bool) -> Result<Vec<Kept>, ServiceError> {
        let copied = std::mem::take(&mut batch.copied);
        let Some(first) = copied.first() else {
            return Ok(Vec::new());
        };
        let header = &first.header;
        // What comes with a consultation was accepted; everything else is taken in only knowingly.
        if batch.origin == Origin::Imported {
            self.refuse_deleted(header.study_instance_uid.as_str())?;
        }
        let study = study_of(header, batch.origin);
        let series = SeriesRecord {
            series_instance_uid: header.series_instance_uid.to_string(),
            study_instance_uid: header.study_instance_uid.to_string(),
            number: header.series_number.map(i64::from),
            modality: header.modality.clone(),
            description: header.series_description.clone(),
            body_part: header.body_part.clone(),
        };
        let mut kept: Vec<Kept> = copied.iter().map(Kept::not_yet).collect();
        let instances = copied
            .into_iter()
            .map(|Copied { header, blob }| (instance_of(&header), blob))
            .collect();
        let (store, now) = (self.store(), self.now());
        let outcomes = if made {
            store.insert_made(&study, &series, instances, now)?
        } else {
            store.insert_instances(&study, &series, instances, now)?
        };
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
        bits_allocated: header.bits_allocated.map_or(0, u32::from),
    }
}

fn study_of(header: &InstanceHeader, origin: Origin) -> StudyRecord {
    let name = &header.patient.name;
    let mut study = StudyRecord {
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
        ..StudyRecord::default()
    };
    describe(&mut study, header);
    study
}
