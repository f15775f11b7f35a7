//! Which study was made of which under a pseudonym: known at the node that made it only.

use dokuei_identity::time::Timestamp;
use rusqlite::Row;

use crate::text::{signed, unsigned};
use crate::{Store, StoreError};

/// A study under a pseudonym.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PseudonymRecord {
    /// Its own Study Instance UID.
    pub study_instance_uid: String,
    /// That of the study that it was made of.
    pub original_uid: String,
    /// What the patient is called in it.
    pub code: String,
    /// How it was made, opaque here.
    pub options: String,
    /// When.
    pub made_at: Timestamp,
    /// Whether all of it was made.
    pub finished: bool,
}

impl Store {
    /// Notes a study under a pseudonym, which need not be here yet; a later note of the same study replaces an earlier one.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn note_pseudonym(&self, record: &PseudonymRecord) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO pseudonyms VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET original_uid = excluded.original_uid, code = excluded.code,
                        options = excluded.options, made_at = excluded.made_at,
                        finished = excluded.finished",
                )?
                .execute((
                    &record.study_instance_uid,
                    &record.original_uid,
                    &record.code,
                    &record.options,
                    signed(record.made_at.0),
                    record.finished,
                ))?;
            Ok(())
        })
    }

    /// All of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn pseudonyms(&self) -> Result<Vec<PseudonymRecord>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM pseudonyms ORDER BY made_at")?;
            let rows = statement.query_map([], record)?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<PseudonymRecord> {
    Ok(PseudonymRecord {
        study_instance_uid: row.get("study_instance_uid")?,
        original_uid: row.get("original_uid")?,
        code: row.get("code")?,
        options: row.get("options")?,
        made_at: Timestamp(unsigned(row, "made_at")?),
        finished: row.get("finished")?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test says where")]
mod tests {
    use super::*;
    use crate::StoreKey;

    #[test]
    fn r12_a_study_under_a_pseudonym_is_known_before_anything_of_it_is_here_and_after_a_crash() {
        let directory = tempfile::tempdir().unwrap();
        let key = StoreKey::from_bytes([1; 32]);
        let store = Store::create(directory.path(), &key).unwrap();
        let mut record = PseudonymRecord {
            study_instance_uid: "2.25.1".into(),
            original_uid: "1.2.3".into(),
            code: "P-1".into(),
            options: "{}".into(),
            made_at: Timestamp(7),
            finished: false,
        };
        store.note_pseudonym(&record).unwrap();
        drop(store);
        let store = Store::open(directory.path(), &key).unwrap();
        assert_eq!(store.pseudonyms().unwrap(), [record.clone()]);
        record.finished = true;
        store.note_pseudonym(&record).unwrap();
        assert_eq!(store.pseudonyms().unwrap(), [record]);
    }
}
