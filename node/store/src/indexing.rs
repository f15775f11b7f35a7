//! What a study is found by, written with its row; and studies that came before there was an index, taken into it.

use rusqlite::{Transaction, named_params};

use crate::listing::study_of;
use crate::query::WRITTEN;
use crate::records::StudyRecord;
use crate::{Store, StoreError};

impl Store {
    /// Some studies that are not in the index yet, each with one of its instances; none when all are.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn studies_to_index(&self, most: u32) -> Result<Vec<(StudyRecord, Option<String>)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT studies.*, (SELECT sop_instance_uid FROM series JOIN instances USING (series_instance_uid)
                    WHERE series.study_instance_uid = studies.study_instance_uid
                    ORDER BY instances.rowid LIMIT 1) AS sop_instance_uid
                 FROM studies WHERE indexed = 0 LIMIT ?1";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([most], |row| Ok((study_of(row)?, row.get("sop_instance_uid")?)))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Takes studies that are here into the index, or takes what it says of them anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn index_studies(&self, studies: &[StudyRecord]) -> Result<(), StoreError> {
        self.write(|transaction| studies.iter().try_for_each(|study| index(transaction, study)))
    }
}

/// Writes what a study is found by, beyond the columns of its row that were always there.
pub(crate) fn index(transaction: &Transaction<'_>, study: &StudyRecord) -> Result<(), StoreError> {
    let uid = &study.study_instance_uid;
    let known = transaction
        .prepare_cached(
            "UPDATE studies SET study_time = :time, study_id = :id, id_issuer = :issuer,
                referring_physician = :referring, institution = :institution, notes = :notes, indexed = 1
             WHERE study_instance_uid = :uid",
        )?
        .execute(named_params! {
            ":uid": uid,
            ":time": study.study_time,
            ":id": study.study_id,
            ":issuer": study.id_issuer,
            ":referring": study.referring_physician,
            ":institution": study.institution,
            ":notes": study.notes.join(","),
        })?;
    if known == 0 {
        // Erased meanwhile.
        return Ok(());
    }
    transaction
        .prepare_cached("DELETE FROM study_terms WHERE study_instance_uid = ?1")?
        .execute([uid])?;
    let name = &study.patient_name;
    let groups = [&name.alphabetic, &name.ideographic, &name.phonetic];
    let written = groups
        .into_iter()
        .filter(|group| !group.is_empty())
        .map(|group| format!("{WRITTEN}{}", group.to_lowercase()));
    let mut insert =
        transaction.prepare_cached("INSERT INTO study_terms VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for term in written.chain(study.name_keys.iter().cloned()) {
        insert.execute((term, uid))?;
    }
    Ok(())
}
