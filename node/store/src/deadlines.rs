//! Deadlines of which people were told: each once, whatever happens to the machine in between.

use dokuei_identity::time::Timestamp;
use rusqlite::OptionalExtension;

use crate::text::{signed, unsigned};
use crate::{Id16, Id32, Store, StoreError};

/// A deadline of which people were told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldDeadline {
    /// The entry that it is about.
    pub entry_id: Id32,
    /// What is to be done.
    pub duty: String,
    /// How pressing it was.
    pub stage: String,
    /// When.
    pub told_at: Timestamp,
}

impl Store {
    /// Notes that people are told of a deadline; whether it is for the first time.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn tell_deadline(
        &self,
        log_id: &Id16,
        entry_id: &Id32,
        (duty, stage): (&str, &str),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let told = self.read(|connection| {
            let sql = "SELECT 1 FROM told_deadlines WHERE entry_id = ?1 AND duty = ?2 AND stage = ?3";
            let found: Option<i64> = connection
                .prepare_cached(sql)?
                .query_row((entry_id, duty, stage), |row| row.get(0))
                .optional()?;
            Ok(found.is_some())
        })?;
        if told {
            return Ok(false);
        }
        self.write(|transaction| {
            let sql = "INSERT INTO told_deadlines VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
            let new =
                transaction
                    .prepare_cached(sql)?
                    .execute((log_id, entry_id, duty, stage, signed(now.0)))?;
            Ok(new > 0)
        })
    }

    /// The deadlines of a log of which people were told, the earliest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn told_deadlines(&self, log_id: &Id16) -> Result<Vec<ToldDeadline>, StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT * FROM told_deadlines WHERE log_id = ?1 ORDER BY told_at, entry_id, duty, stage";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([log_id], |row| {
                    Ok(ToldDeadline {
                        entry_id: row.get("entry_id")?,
                        duty: row.get("duty")?,
                        stage: row.get("stage")?,
                        told_at: Timestamp(unsigned(row, "told_at")?),
                    })
                })?
                .collect::<Result<_, _>>()?)
        })
    }
}
