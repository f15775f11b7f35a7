//! Entries that a peer has not acknowledged yet. They survive every restart, and are sent until it has.

use dokuei_identity::time::Timestamp;
use rusqlite::Transaction;

use crate::text::{signed, unsigned};
use crate::{Id16, Id32, Store, StoreError};

/// An entry to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The text of the peer's `PeerId`.
    pub peer: String,
    /// The log.
    pub log_id: Id16,
    /// The entry.
    pub entry_id: Id32,
    /// The entry's type, `report`.
    pub entry_type: String,
    /// Since when it waits.
    pub queued_at: Timestamp,
    /// The code with which the peer refused it for good: then it is not sent any more.
    pub refused: Option<String>,
}

impl Store {
    /// Queues a stored entry for a peer; again is fine.
    ///
    /// # Errors
    /// When the database refuses, as it does for an entry that is not stored.
    pub fn queue(
        &self,
        peer: &str,
        log_id: &Id16,
        entry_id: &Id32,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| add(transaction, peer, log_id, entry_id, now))
    }

    /// Queues all entries of a log for a peer that may hold none of them; gives how many did not wait already.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn queue_log(&self, peer: &str, log_id: &Id16, now: Timestamp) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let sql = "INSERT INTO outbox (peer, log_id, entry_id, queued_at)
                       SELECT ?1, log_id, entry_id, ?3 FROM entries WHERE log_id = ?2 ON CONFLICT DO NOTHING";
            Ok(transaction
                .prepare_cached(sql)?
                .execute((peer, log_id, signed(now.0)))?)
        })
    }

    /// Nothing waits for this peer any more; gives how much did.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn unqueue(&self, peer: &str) -> Result<usize, StoreError> {
        self.write(|transaction| Ok(transaction.execute("DELETE FROM outbox WHERE peer = ?1", [peer])?))
    }

    /// What waits for a peer (or for all), in the order in which it can be taken in: longest waiting log first, and
    /// within it parents before children. What a peer has refused for good is among it, and says so.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn outbox(&self, peer: Option<&str>) -> Result<Vec<OutboxRow>, StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT outbox.*, entries.type FROM outbox JOIN entries USING (entry_id) WHERE ?1 IS NULL OR peer = ?1
                       ORDER BY peer, min(queued_at) OVER (PARTITION BY peer, outbox.log_id), outbox.log_id,
                           lamport, entry_id";
            let rows = connection
                .prepare_cached(sql)?
                .query_map([peer], |row| {
                    Ok(OutboxRow {
                        peer: row.get("peer")?,
                        log_id: row.get("log_id")?,
                        entry_id: row.get("entry_id")?,
                        entry_type: row.get("type")?,
                        queued_at: Timestamp(unsigned(row, "queued_at")?),
                        refused: row.get("refused")?,
                    })
                })?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    /// The peer will not take an entry, for the reason that `code` names.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn note_refused(&self, peer: &str, entry_id: &Id32, code: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("UPDATE outbox SET refused = ?3 WHERE peer = ?1 AND entry_id = ?2")?
                .execute((peer, entry_id, code))?;
            Ok(())
        })
    }

    /// The peer has said that it holds these entries.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn acknowledge(&self, peer: &str, entry_ids: &[Id32]) -> Result<(), StoreError> {
        self.write(|transaction| {
            for entry_id in entry_ids {
                transaction
                    .prepare_cached("DELETE FROM outbox WHERE peer = ?1 AND entry_id = ?2")?
                    .execute((peer, entry_id))?;
            }
            Ok(())
        })
    }
}

pub(crate) fn add(
    transaction: &Transaction<'_>,
    peer: &str,
    log_id: &Id16,
    entry_id: &Id32,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO outbox (peer, log_id, entry_id, queued_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET refused = NULL",
        )?
        .execute((peer, log_id, entry_id, signed(now.0)))?;
    Ok(())
}
