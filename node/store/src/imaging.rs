//! Instances go in with their study and series, in one transaction with their blobs; studies are erased whole.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction, named_params};

use crate::files::{sync_directory, sync_file_system};
use crate::indexing::index;
use crate::proof::UNKNOWN;
use crate::records::{Origin, SeriesRecord, StudyRecord};
use crate::text::signed;
use crate::vault::FinishedBlob;
use crate::{Id16, Id32, Store, StoreError};

/// From so many blobs on, one wait for the whole file system is shorter than one for each file and directory.
const MANY: usize = 4;

/// What the importer knows of an instance; size and hashes come from its blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewInstance {
    /// (0008,0018).
    pub sop_instance_uid: String,
    /// (0008,0016).
    pub sop_class_uid: String,
    /// (0002,0010).
    pub transfer_syntax_uid: String,
    /// (0020,0013).
    pub number: Option<i64>,
    /// (0028,0010), pixels; 0 when it is no image.
    pub rows: u32,
    /// (0028,0011), pixels; 0 when it is no image.
    pub columns: u32,
    /// (0028,0008); 1 for a single-frame image, 0 when it is no image.
    pub frames: u32,
    /// (0028,0100); 0 when it is no image.
    pub bits_allocated: u32,
}

/// What became of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is stored now: it was not, or only damaged.
    Added,
    /// The same bytes were stored before, and are there still; nothing changed.
    AlreadyThere,
    /// Other bytes are stored under its SOP Instance UID; they were kept and these were not.
    Conflict,
}

impl Store {
    /// Stores an instance with its study and series in one transaction; durable when this returns. The study's and
    /// the series' values are kept as they first came.
    ///
    /// # Errors
    /// [`StoreError::InstanceConflict`] or [`StoreError::SeriesConflict`]: what is stored stays as it is.
    pub fn insert_instance(
        &self,
        study: &StudyRecord,
        series: &SeriesRecord,
        instance: &NewInstance,
        blob: FinishedBlob,
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let outcomes = self.insert_instances(study, series, vec![(instance.clone(), blob)], now)?;
        match outcomes.first() {
            Some(Inserted::Conflict) | None => Err(StoreError::InstanceConflict),
            Some(outcome) => Ok(*outcome),
        }
    }

    /// Stores several instances of one series in one transaction, which costs one wait for the disk instead of many.
    /// Durable when this returns.
    /// One answer for each, in order; the conflict of one does not keep the others out.
    ///
    /// # Errors
    /// [`StoreError::SeriesConflict`], [`StoreError::NoSpace`] …: then none of them is stored.
    pub fn insert_instances(
        &self,
        study: &StudyRecord,
        series: &SeriesRecord,
        instances: Vec<(NewInstance, FinishedBlob)>,
        now: Timestamp,
    ) -> Result<Vec<Inserted>, StoreError> {
        self.insert(study, series, instances, false, now)
    }

    /// The same, and notes in the same transaction that the request for which this thread works is done by it: what would
    /// be another object if it were made again.
    ///
    /// # Errors
    /// As [`Self::insert_instances`].
    pub fn insert_made(
        &self,
        study: &StudyRecord,
        series: &SeriesRecord,
        instances: Vec<(NewInstance, FinishedBlob)>,
        now: Timestamp,
    ) -> Result<Vec<Inserted>, StoreError> {
        self.insert(study, series, instances, true, now)
    }

    fn insert(
        &self,
        study: &StudyRecord,
        series: &SeriesRecord,
        mut instances: Vec<(NewInstance, FinishedBlob)>,
        made: bool,
        now: Timestamp,
    ) -> Result<Vec<Inserted>, StoreError> {
        let mut outcomes = Vec::with_capacity(instances.len());
        // Rows become durable after the files that they name; the reverse would show images that are not there. What is
        // named by no row in the end is removed, at the latest when the store is next opened.
        settle(
            self.vault_directory(),
            instances.iter_mut().map(|(_, blob)| blob).collect(),
        )?;
        self.write(|transaction| {
            for (position, (instance, blob)) in instances.iter_mut().enumerate() {
                if position == 0 {
                    insert_study(transaction, study, blob, now)?;
                    insert_series(transaction, study, series)?;
                }
                outcomes.push(insert_one(transaction, series, instance, blob)?);
            }
            if made {
                crate::repeats::note(transaction)?;
            }
            Ok(())
        })?;
        self.mend(series, &instances, &mut outcomes)?;
        for ((_, blob), outcome) in instances.iter_mut().zip(&outcomes) {
            if *outcome == Inserted::Added {
                blob.keep();
            }
        }
        self.new_study_keys().remove(&study.study_instance_uid);
        Ok(outcomes)
    }

    /// Puts what came into the place of what is stored of the same and cannot be read any more: whoever brings an image a
    /// second time may do so because of that, and must not hear that it is here when it is not.
    fn mend(
        &self,
        series: &SeriesRecord,
        instances: &[(NewInstance, FinishedBlob)],
        outcomes: &mut [Inserted],
    ) -> Result<(), StoreError> {
        for ((instance, blob), outcome) in instances.iter().zip(outcomes) {
            if *outcome != Inserted::AlreadyThere || self.is_whole(&instance.sop_instance_uid)? {
                continue;
            }
            *outcome = self.write(|transaction| replace(transaction, series, instance, blob))?;
            tracing::warn!("a damaged image was replaced by the same that came again");
        }
        Ok(())
    }

    /// Notes the case that the study is sent for.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn set_study_case(&self, study_instance_uid: &str, case_id: &Id16) -> Result<(), StoreError> {
        self.write(|transaction| {
            let sql = "UPDATE studies SET case_id = ?2 WHERE study_instance_uid = ?1";
            match transaction
                .prepare_cached(sql)?
                .execute((study_instance_uid, case_id))?
            {
                0 => Err(StoreError::NotFound("study")),
                _ => Ok(()),
            }
        })
    }

    /// Erases a study for good: its key is destroyed with its rows, then its files are removed. A crash in between
    /// leaves files that nothing can open, and the next start removes them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn erase_study(&self, study_instance_uid: &str) -> Result<(), StoreError> {
        let blobs = self.write(|transaction| {
            let blobs = transaction
                .prepare_cached(
                    "SELECT blob_id FROM instances JOIN series USING (series_instance_uid)
                     WHERE study_instance_uid = ?1",
                )?
                .query_map([study_instance_uid], |row| row.get(0))?
                .collect::<Result<Vec<Id16>, _>>()?;
            let sql = "DELETE FROM studies WHERE study_instance_uid = ?1";
            match transaction.prepare_cached(sql)?.execute([study_instance_uid])? {
                0 => Err(StoreError::NotFound("study")),
                _ => Ok(blobs),
            }
        })?;
        self.truncate_log()?;
        self.remove_blobs(&blobs)
    }
}

/// Gives all `blobs` their final names and makes contents and names durable.
fn settle(vault: &Path, mut blobs: Vec<&mut FinishedBlob>) -> Result<(), StoreError> {
    if blobs.len() >= MANY {
        blobs.iter_mut().try_for_each(|blob| blob.settle())?;
        if sync_file_system(vault)? {
            return Ok(());
        }
    }
    let mut directories: BTreeSet<PathBuf> = BTreeSet::new();
    for blob in blobs {
        blob.sync()?;
        blob.settle()?;
        directories.extend(blob.directory().map(ToOwned::to_owned));
        // The shard itself may be new.
        directories.extend(
            blob.directory()
                .and_then(|shard| shard.parent())
                .map(ToOwned::to_owned),
        );
    }
    for directory in directories {
        sync_directory(&directory)?;
    }
    Ok(())
}

fn insert_study(
    transaction: &Transaction<'_>,
    study: &StudyRecord,
    blob: &FinishedBlob,
    now: Timestamp,
) -> Result<(), StoreError> {
    let inserted = transaction
        .prepare_cached(
            "INSERT INTO studies (study_instance_uid, patient_name_alphabetic, patient_name_ideographic,
                patient_name_phonetic, patient_id, birth_date, sex, study_date, description, accession_number, origin,
                case_id, added_at, wrapped_key)
             VALUES (:uid, :alphabetic, :ideographic, :phonetic, :patient, :birth, :sex, :date,
                :description, :accession, :origin, :case, :now, :key) ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! {
            ":uid": study.study_instance_uid,
            ":alphabetic": study.patient_name.alphabetic,
            ":ideographic": study.patient_name.ideographic,
            ":phonetic": study.patient_name.phonetic,
            ":patient": study.patient_id,
            ":birth": study.birth_date,
            ":sex": study.sex,
            ":date": study.study_date,
            ":description": study.description,
            ":accession": study.accession_number,
            ":origin": study.origin,
            ":case": study.case_id,
            ":now": signed(now.0),
            ":key": blob.study_key.wrapped,
        })?;
    if inserted == 1 {
        index(transaction, study)?;
    }
    // A blob written while its study was erased and came anew would be under a key that no row keeps.
    let (kept, patient): (Vec<u8>, String) = transaction
        .prepare_cached("SELECT wrapped_key, patient_id FROM studies WHERE study_instance_uid = ?1")?
        .query_row([&study.study_instance_uid], |row| Ok((row.get(0)?, row.get(1)?)))?;
    // What comes from another node is compared with what was asked for, where that is known.
    if study.origin == Origin::Imported && patient != study.patient_id {
        return Err(StoreError::PatientConflict);
    }
    if kept == blob.study_key.wrapped {
        Ok(())
    } else {
        Err(StoreError::NotFound("study key"))
    }
}

fn insert_series(
    transaction: &Transaction<'_>,
    study: &StudyRecord,
    series: &SeriesRecord,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO series (series_instance_uid, study_instance_uid, number, modality, description, body_part)
             VALUES (:uid, :study, :number, :modality, :description, :body) ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! {
            ":uid": series.series_instance_uid,
            ":study": study.study_instance_uid,
            ":number": series.number,
            ":modality": series.modality,
            ":description": series.description,
            ":body": series.body_part,
        })?;
    let owner: String = transaction
        .prepare_cached("SELECT study_instance_uid FROM series WHERE series_instance_uid = ?1")?
        .query_row([&series.series_instance_uid], |row| row.get(0))?;
    if owner == study.study_instance_uid {
        Ok(())
    } else {
        Err(StoreError::SeriesConflict)
    }
}

fn insert_one(
    transaction: &Transaction<'_>,
    series: &SeriesRecord,
    instance: &NewInstance,
    blob: &FinishedBlob,
) -> Result<Inserted, StoreError> {
    let stored: Option<(Id32, bool)> = transaction
        .prepare_cached(
            "SELECT blake3, EXISTS (SELECT 1 FROM unproven WHERE unproven.blob_id = instances.blob_id)
             FROM instances WHERE sop_instance_uid = ?1",
        )?
        .query_row([&instance.sop_instance_uid], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((stored, unproven)) = stored {
        return match (stored == blob.blake3, unproven && blob.sha256.is_some()) {
            (false, _) => Ok(Inserted::Conflict),
            (true, false) => Ok(Inserted::AlreadyThere),
            // What is known to be right takes the place of what only claims to be the same.
            (true, true) => replace(transaction, series, instance, blob),
        };
    }
    transaction
        .prepare_cached(
            "INSERT INTO instances (sop_instance_uid, series_instance_uid, sop_class_uid, transfer_syntax_uid, number,
                rows, columns, frames, bits_allocated, bytes, sha256, blake3, blob_id)
             VALUES (:uid, :series, :class, :syntax, :number, :rows, :columns, :frames, :bits, :bytes,
                :sha256, :blake3, :blob)",
        )?
        .execute(named_params! {
            ":uid": instance.sop_instance_uid,
            ":series": series.series_instance_uid,
            ":class": instance.sop_class_uid,
            ":syntax": instance.transfer_syntax_uid,
            ":number": instance.number,
            ":rows": instance.rows,
            ":columns": instance.columns,
            ":frames": instance.frames,
            ":bits": instance.bits_allocated,
            ":bytes": signed(blob.bytes),
            ":sha256": blob.sha256.unwrap_or(UNKNOWN),
            ":blake3": blob.blake3,
            ":blob": blob.id,
        })?;
    if blob.sha256.is_none() {
        transaction
            .prepare_cached("INSERT INTO unproven VALUES (?1)")?
            .execute([blob.id])?;
    }
    Ok(Inserted::Added)
}

/// With the file goes what its sender said of it. It is named by no row any more and goes when the store is next opened.
fn replace(
    transaction: &Transaction<'_>,
    series: &SeriesRecord,
    instance: &NewInstance,
    blob: &FinishedBlob,
) -> Result<Inserted, StoreError> {
    let claimed: String = transaction
        .prepare_cached("SELECT series_instance_uid FROM instances WHERE sop_instance_uid = ?1")?
        .query_row([&instance.sop_instance_uid], |row| row.get(0))?;
    if claimed != series.series_instance_uid {
        return Ok(Inserted::Conflict);
    }
    let of = "(SELECT blob_id FROM instances WHERE sop_instance_uid = ?1)";
    for table in ["unproven", "damaged_images"] {
        transaction
            .prepare_cached(&format!("DELETE FROM {table} WHERE blob_id = {of}"))?
            .execute([&instance.sop_instance_uid])?;
    }
    transaction
        .prepare_cached(
            "UPDATE series SET bytes = series.bytes - before.bytes + ?2 FROM instances AS before
             WHERE before.sop_instance_uid = ?1 AND before.series_instance_uid = series.series_instance_uid",
        )?
        .execute((&instance.sop_instance_uid, signed(blob.bytes)))?;
    transaction
        .prepare_cached(
            "UPDATE instances SET sop_class_uid = :class, transfer_syntax_uid = :syntax, number = :number, rows = :rows,
                columns = :columns, frames = :frames, bits_allocated = :bits, bytes = :bytes, sha256 = :sha256,
                blob_id = :blob
             WHERE sop_instance_uid = :uid",
        )?
        .execute(named_params! {
            ":uid": instance.sop_instance_uid,
            ":class": instance.sop_class_uid,
            ":syntax": instance.transfer_syntax_uid,
            ":number": instance.number,
            ":rows": instance.rows,
            ":columns": instance.columns,
            ":frames": instance.frames,
            ":bits": instance.bits_allocated,
            ":bytes": signed(blob.bytes),
            ":sha256": blob.sha256.unwrap_or(UNKNOWN),
            ":blob": blob.id,
        })?;
    if blob.sha256.is_none() {
        transaction
            .prepare_cached("INSERT INTO unproven VALUES (?1)")?
            .execute([blob.id])?;
    }
    Ok(Inserted::Added)
}
