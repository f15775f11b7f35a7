//! What is stored, listed for people and programs.

use std::collections::BTreeSet;

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::proof::UNKNOWN;
use crate::records::{InstanceRecord, PersonName, SeriesRecord, StudyRecord, StudySummary};
use crate::text::unsigned;
use crate::{Store, StoreError};

const STUDIES: &str = "SELECT studies.*,
        (SELECT group_concat(modality) FROM (SELECT DISTINCT modality FROM series
            WHERE series.study_instance_uid = studies.study_instance_uid ORDER BY modality)) AS modalities,
        count(series.series_instance_uid) AS series_count,
        coalesce(sum(series.instances), 0) AS instance_count,
        coalesce(sum(series.bytes), 0) AS byte_count
     FROM studies LEFT JOIN series USING (study_instance_uid)";

/// What [`series_of`] reads, beside the study's UID.
pub(crate) const SERIES_COLUMNS: &str = "series.series_instance_uid, series.number AS series_number,
    series.modality, series.description AS series_description, series.body_part";

/// What [`instance_of`] reads, beside the UIDs of study and series.
pub(crate) const INSTANCE_COLUMNS: &str = "instances.sop_instance_uid, instances.sop_class_uid,
    instances.transfer_syntax_uid, instances.number AS instance_number, instances.rows, instances.columns,
    instances.frames, instances.bits_allocated, instances.bytes, instances.sha256, instances.blake3,
    instances.blob_id";

const INSTANCES: &str = "FROM instances JOIN series USING (series_instance_uid)";

impl Store {
    /// All studies, newest study date first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn studies(&self) -> Result<Vec<StudySummary>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "{STUDIES} GROUP BY studies.study_instance_uid
                 ORDER BY study_date DESC, studies.added_at DESC, studies.study_instance_uid"
            );
            Ok(connection
                .prepare_cached(&sql)?
                .query_map([], summary)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// One study.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn study(&self, study_instance_uid: &str) -> Result<StudySummary, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "{STUDIES} WHERE studies.study_instance_uid = ?1 GROUP BY studies.study_instance_uid"
            );
            connection
                .prepare_cached(&sql)?
                .query_row([study_instance_uid], summary)
                .optional()?
                .ok_or(StoreError::NotFound("study"))
        })
    }

    /// How many studies there are.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn study_count(&self) -> Result<u32, StoreError> {
        self.read(|connection| {
            let count = connection
                .prepare_cached("SELECT count(*) FROM studies")?
                .query_row([], |row| row.get(0))?;
            Ok(count)
        })
    }

    /// One study, without what is counted over it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn study_record(&self, study_instance_uid: &str) -> Result<StudyRecord, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT * FROM studies WHERE study_instance_uid = ?1")?
                .query_row([study_instance_uid], study_of)
                .optional()?
                .ok_or(StoreError::NotFound("study"))
        })
    }

    /// The series of a study, by number.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn series_of(&self, study_instance_uid: &str) -> Result<Vec<SeriesRecord>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT study_instance_uid, {SERIES_COLUMNS} FROM series WHERE study_instance_uid = ?1
                 ORDER BY number, series_instance_uid"
            );
            Ok(connection
                .prepare_cached(&sql)?
                .query_map([study_instance_uid], series_of)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// The instances of a series, by number.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn instances_of(&self, series_instance_uid: &str) -> Result<Vec<InstanceRecord>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {INSTANCE_COLUMNS}, series_instance_uid, study_instance_uid {INSTANCES}
                 WHERE series_instance_uid = ?1 ORDER BY instances.number, sop_instance_uid"
            );
            Ok(connection
                .prepare_cached(&sql)?
                .query_map([series_instance_uid], instance_of)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// One instance.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn instance(&self, sop_instance_uid: &str) -> Result<InstanceRecord, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {INSTANCE_COLUMNS}, series_instance_uid, study_instance_uid {INSTANCES}
                 WHERE sop_instance_uid = ?1"
            );
            connection
                .prepare_cached(&sql)?
                .query_row([sop_instance_uid], instance_of)
                .optional()?
                .ok_or(StoreError::NotFound("instance"))
        })
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<StudySummary> {
    let modalities: Option<String> = row.get("modalities")?;
    Ok(StudySummary {
        study: study_of(row)?,
        // A modality is a DICOM Code String: it holds no comma.
        modalities: modalities
            .iter()
            .flat_map(|all| all.split(','))
            .map(str::to_owned)
            .collect(),
        series: unsigned(row, "series_count")?,
        instances: unsigned(row, "instance_count")?,
        bytes: unsigned(row, "byte_count")?,
        added_at: Timestamp(unsigned(row, "added_at")?),
    })
}

pub(crate) fn study_of(row: &Row<'_>) -> rusqlite::Result<StudyRecord> {
    Ok(StudyRecord {
        study_instance_uid: row.get("study_instance_uid")?,
        patient_name: PersonName {
            alphabetic: row.get("patient_name_alphabetic")?,
            ideographic: row.get("patient_name_ideographic")?,
            phonetic: row.get("patient_name_phonetic")?,
        },
        patient_id: row.get("patient_id")?,
        birth_date: row.get("birth_date")?,
        sex: row.get("sex")?,
        study_date: row.get("study_date")?,
        study_time: row.get("study_time")?,
        study_id: row.get("study_id")?,
        id_issuer: row.get("id_issuer")?,
        referring_physician: row.get("referring_physician")?,
        institution: row.get("institution")?,
        notes: words_of(&row.get::<_, String>("notes")?),
        name_keys: BTreeSet::new(),
        description: row.get("description")?,
        accession_number: row.get("accession_number")?,
        origin: row.get("origin")?,
        case_id: row.get("case_id")?,
    })
}

/// What was written by [`crate::imaging`]: words divided by commas.
fn words_of(notes: &str) -> Vec<String> {
    notes
        .split(',')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(crate) fn series_of(row: &Row<'_>) -> rusqlite::Result<SeriesRecord> {
    Ok(SeriesRecord {
        series_instance_uid: row.get("series_instance_uid")?,
        study_instance_uid: row.get("study_instance_uid")?,
        number: row.get("series_number")?,
        modality: row.get("modality")?,
        description: row.get("series_description")?,
        body_part: row.get("body_part")?,
    })
}

pub(crate) fn instance_of(row: &Row<'_>) -> rusqlite::Result<InstanceRecord> {
    Ok(InstanceRecord {
        sop_instance_uid: row.get("sop_instance_uid")?,
        series_instance_uid: row.get("series_instance_uid")?,
        study_instance_uid: row.get("study_instance_uid")?,
        sop_class_uid: row.get("sop_class_uid")?,
        transfer_syntax_uid: row.get("transfer_syntax_uid")?,
        number: row.get("instance_number")?,
        rows: row.get("rows")?,
        columns: row.get("columns")?,
        frames: row.get("frames")?,
        bits_allocated: row.get("bits_allocated")?,
        bytes: unsigned(row, "bytes")?,
        sha256: Some(row.get("sha256")?).filter(|sha256| *sha256 != UNKNOWN),
        blake3: row.get("blake3")?,
        blob_id: row.get("blob_id")?,
    })
}
