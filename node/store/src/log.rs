//! Logs of signed entries, kept as the bytes that were signed.

use std::collections::BTreeSet;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::integrity::{self, Table};
use crate::text::{stored_as_text, unsigned};
use crate::{Id16, Id32, Store, StoreError};

/// What a log is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogKind {
    /// Two practitioners agree on how they work together.
    Agreement,
    /// One consultation.
    Case,
}
stored_as_text!(LogKind { Agreement => "agreement", Case => "case" });

/// A verified entry: the columns it is found by, and its bytes. The caller has verified that they belong together.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// The log it belongs to.
    pub log_id: Id16,
    /// What that log is about.
    pub kind: LogKind,
    /// SHA-256 of the signed header.
    pub entry_id: Id32,
    /// The type's name, `Request`.
    pub entry_type: String,
    /// Certificate of the signer.
    pub signer: Fingerprint,
    /// Node certificate of the device it was made on.
    pub device: Fingerprint,
    /// Count of that signer's entries from that device in this log.
    pub seq: u64,
    /// Lamport time.
    pub lamport: u64,
    /// The signed header (`COSE_Sign1`).
    pub header: Vec<u8>,
    /// The body (CBOR).
    pub body: Vec<u8>,
    /// The salt of the body's commitment.
    pub salt: Id32,
    /// When it was stored here.
    pub received_at: Timestamp,
}

/// A body may hold patient data: only the identifiers are shown.
impl std::fmt::Debug for StoredEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredEntry")
            .field("entry_id", &hex::encode(self.entry_id))
            .field("entry_type", &self.entry_type)
            .finish_non_exhaustive()
    }
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log now.
    Added,
    /// It was in the log before; nothing changed.
    AlreadyThere,
    /// Another entry has its place (same signer, device and sequence number). Both are kept, as evidence.
    Fork {
        /// The entry that came first.
        rival_of: Id32,
    },
}

/// An entry that is to be brought to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The text of the peer's `PeerId`.
    pub peer: String,
    /// The log.
    pub log_id: Id16,
    /// The entry.
    pub entry_id: Id32,
}

/// A log with what is counted over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its id: of the agreement or the case.
    pub log_id: Id16,
    /// What it is about.
    pub kind: LogKind,
    /// When its first entry was stored.
    pub created_at: Timestamp,
    /// When its newest entry was stored.
    pub updated_at: Timestamp,
    /// Number of entries.
    pub entries: u64,
}

/// An entry that contradicts one in its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The entry.
    pub entry_id: Id32,
    /// The entry in the log that has the same signer, device and sequence number.
    pub rival_of: Id32,
    /// Its signed header.
    pub header: Vec<u8>,
    /// Its body.
    pub body: Vec<u8>,
    /// Its salt.
    pub salt: Id32,
    /// When it was stored here.
    pub received_at: Timestamp,
}

impl Store {
    /// The logs of a kind, or all, newest entry first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn logs(&self, kind: Option<LogKind>) -> Result<Vec<LogRow>, StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT logs.*, (SELECT count(*) FROM entries WHERE entries.log_id = logs.log_id) AS entries
                       FROM logs WHERE ?1 IS NULL OR kind = ?1 ORDER BY updated_at DESC, log_id";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([kind], log)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// One log.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn log(&self, log_id: &Id16) -> Result<LogRow, StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT logs.*, (SELECT count(*) FROM entries WHERE entries.log_id = logs.log_id) AS entries
                       FROM logs WHERE log_id = ?1";
            let found = connection
                .prepare_cached(sql)?
                .query_row([log_id], log)
                .optional()?;
            found.ok_or(StoreError::NotFound("log"))
        })
    }

    /// The entries of a log by Lamport time, then id: parents come before their children.
    ///
    /// # Errors
    /// [`StoreError::Altered`] when one of them was changed, removed or put in; or when the database refuses.
    pub fn entries(&self, log_id: &Id16) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(|connection| {
            integrity::check_log(connection, self.seal_key(), log_id)?;
            let sql = "SELECT entries.*, kind FROM entries JOIN logs USING (log_id) WHERE log_id = ?1
                       ORDER BY lamport, entry_id";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([log_id], entry)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// One entry.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Altered`].
    pub fn entry(&self, entry_id: &Id32) -> Result<StoredEntry, StoreError> {
        self.read(|connection| {
            integrity::check(connection, self.seal_key(), Table::Entries, entry_id)?;
            let sql = "SELECT entries.*, kind FROM entries JOIN logs USING (log_id) WHERE entry_id = ?1";
            let found = connection
                .prepare_cached(sql)?
                .query_row([entry_id], entry)
                .optional()?;
            found.ok_or(StoreError::NotFound("entry"))
        })
    }

    /// The ids of a log's entries: what a peer is asked to compare.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn entry_ids(&self, log_id: &Id16) -> Result<BTreeSet<Id32>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT entry_id FROM entries WHERE log_id = ?1")?;
            Ok(statement
                .query_map([log_id], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// The forks of a log, as they were found.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forks(&self, log_id: &Id16) -> Result<Vec<Fork>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT * FROM forks WHERE log_id = ?1 ORDER BY received_at, entry_id";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([log_id], fork)?
                .collect::<Result<_, _>>()?)
        })
    }
}

fn log(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        log_id: row.get("log_id")?,
        kind: row.get("kind")?,
        created_at: Timestamp(unsigned(row, "created_at")?),
        updated_at: Timestamp(unsigned(row, "updated_at")?),
        entries: unsigned(row, "entries")?,
    })
}

pub(crate) fn entry(row: &Row<'_>) -> rusqlite::Result<StoredEntry> {
    Ok(StoredEntry {
        log_id: row.get("log_id")?,
        kind: row.get("kind")?,
        entry_id: row.get("entry_id")?,
        entry_type: row.get("type")?,
        signer: Fingerprint::from_bytes(row.get("signer")?),
        device: Fingerprint::from_bytes(row.get("device")?),
        seq: unsigned(row, "seq")?,
        lamport: unsigned(row, "lamport")?,
        header: row.get("header")?,
        body: row.get("body")?,
        salt: row.get("salt")?,
        received_at: Timestamp(unsigned(row, "received_at")?),
    })
}

fn fork(row: &Row<'_>) -> rusqlite::Result<Fork> {
    Ok(Fork {
        entry_id: row.get("entry_id")?,
        rival_of: row.get("rival_of")?,
        header: row.get("header")?,
        body: row.get("body")?,
        salt: row.get("salt")?,
        received_at: Timestamp(unsigned(row, "received_at")?),
    })
}
