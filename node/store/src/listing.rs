//! What is stored, listed for people and programs.

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::records::{InstanceRecord, PersonName, SeriesRecord, StudyRecord, StudySummary};
use crate::text::unsigned;
use crate::{Store, StoreError};

const STUDIES: &str = "SELECT studies.*,
        (SELECT group_concat(modality) FROM (SELECT DISTINCT modality FROM series
            WHERE series.study_instance_uid = studies.study_instance_uid ORDER BY modality)) AS modalities,
        (SELECT count(*) FROM series WHERE series.study_instance_uid = studies.study_instance_uid) AS series,
        count(instances.sop_instance_uid) AS instances,
        coalesce(sum(instances.bytes), 0) AS bytes
     FROM studies LEFT JOIN series USING (study_instance_uid) LEFT JOIN instances USING (series_instance_uid)";

const INSTANCES: &str =
    "SELECT instances.*, study_instance_uid FROM instances JOIN series USING (series_instance_uid)";

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

    /// The series of a study, by number.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn series_of(&self, study_instance_uid: &str) -> Result<Vec<SeriesRecord>, StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT * FROM series WHERE study_instance_uid = ?1 ORDER BY number, series_instance_uid";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([study_instance_uid], series)?
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
                "{INSTANCES} WHERE series_instance_uid = ?1 ORDER BY instances.number, sop_instance_uid"
            );
            Ok(connection
                .prepare_cached(&sql)?
                .query_map([series_instance_uid], instance)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// One instance.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn instance(&self, sop_instance_uid: &str) -> Result<InstanceRecord, StoreError> {
        self.read(|connection| {
            let sql = format!("{INSTANCES} WHERE sop_instance_uid = ?1");
            connection
                .prepare_cached(&sql)?
                .query_row([sop_instance_uid], instance)
                .optional()?
                .ok_or(StoreError::NotFound("instance"))
        })
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<StudySummary> {
    let modalities: Option<String> = row.get("modalities")?;
    Ok(StudySummary {
        study: study(row)?,
        // A modality is a DICOM Code String: it holds no comma.
        modalities: modalities
            .iter()
            .flat_map(|all| all.split(','))
            .map(str::to_owned)
            .collect(),
        series: unsigned(row, "series")?,
        instances: unsigned(row, "instances")?,
        bytes: unsigned(row, "bytes")?,
        added_at: Timestamp(unsigned(row, "added_at")?),
    })
}

fn study(row: &Row<'_>) -> rusqlite::Result<StudyRecord> {
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
        description: row.get("description")?,
        accession_number: row.get("accession_number")?,
        origin: row.get("origin")?,
        case_id: row.get("case_id")?,
    })
}

fn series(row: &Row<'_>) -> rusqlite::Result<SeriesRecord> {
    Ok(SeriesRecord {
        series_instance_uid: row.get("series_instance_uid")?,
        study_instance_uid: row.get("study_instance_uid")?,
        number: row.get("number")?,
        modality: row.get("modality")?,
        description: row.get("description")?,
    })
}

fn instance(row: &Row<'_>) -> rusqlite::Result<InstanceRecord> {
    Ok(InstanceRecord {
        sop_instance_uid: row.get("sop_instance_uid")?,
        series_instance_uid: row.get("series_instance_uid")?,
        study_instance_uid: row.get("study_instance_uid")?,
        sop_class_uid: row.get("sop_class_uid")?,
        transfer_syntax_uid: row.get("transfer_syntax_uid")?,
        number: row.get("number")?,
        rows: row.get("rows")?,
        columns: row.get("columns")?,
        frames: row.get("frames")?,
        bytes: unsigned(row, "bytes")?,
        sha256: row.get("sha256")?,
        blake3: row.get("blake3")?,
        blob_id: row.get("blob_id")?,
    })
}
