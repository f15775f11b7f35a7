//! Logs of signed entries, kept as the bytes that were signed.

use std::collections::BTreeSet;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use crate::integrity::{self, SealKey, Table};
use crate::text::{signed, stored_as_text, unsigned};
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
    /// Appends one entry; see [`Store::append_entries`].
    ///
    /// # Errors
    /// When the database refuses.
    pub fn append_entry(&self, entry: &StoredEntry, queue_for: &[&str]) -> Result<Appended, StoreError> {
        let outcomes = self.append_entries(std::slice::from_ref(entry), queue_for)?;
        outcomes.first().copied().ok_or(StoreError::NotFound("entry"))
    }

    /// Appends entries and queues them for `queue_for` (texts of `PeerId`s), all in one transaction: what is sent is
    /// stored, and what must be sent is not forgotten. Appending an entry again changes nothing.
    ///
    /// # Errors
    /// When the database refuses; none is stored then.
    pub fn append_entries(
        &self,
        entries: &[StoredEntry],
        queue_for: &[&str],
    ) -> Result<Vec<Appended>, StoreError> {
        self.write(|transaction| {
            let mut outcomes = Vec::with_capacity(entries.len());
            for entry in entries {
                let outcome = append(transaction, self.seal_key(), entry)?;
                if !matches!(outcome, Appended::Fork { .. }) {
                    for peer in queue_for {
                        crate::outbox::add(
                            transaction,
                            peer,
                            &entry.log_id,
                            &entry.entry_id,
                            entry.received_at,
                        )?;
                    }
                }
                outcomes.push(outcome);
            }
            Ok(outcomes)
        })
    }

    /// Appends entries, and queues what is named, which may have been stored before: who was brought into a case late is
    /// given all that she may see of it, and nobody what she may not. All in one transaction, as
    /// [`Store::append_entries`].
    ///
    /// # Errors
    /// When the database refuses; none is stored then.
    pub fn append_and_queue(
        &self,
        entries: &[StoredEntry],
        queue: &[Queued],
        now: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        self.write(|transaction| {
            let mut outcomes = Vec::with_capacity(entries.len());
            let mut forks = BTreeSet::new();
            for entry in entries {
                let outcome = append(transaction, self.seal_key(), entry)?;
                if matches!(outcome, Appended::Fork { .. }) {
                    forks.insert(entry.entry_id);
                }
                outcomes.push(outcome);
            }
            for one in queue.iter().filter(|one| !forks.contains(&one.entry_id)) {
                crate::outbox::add(transaction, &one.peer, &one.log_id, &one.entry_id, now)?;
            }
            Ok(outcomes)
        })
    }

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

fn append(transaction: &Transaction<'_>, key: &SealKey, entry: &StoredEntry) -> Result<Appended, StoreError> {
    let sound = integrity::is_sound(transaction, key, Table::Logs, &entry.log_id)?;
    transaction
        .prepare_cached("INSERT INTO logs VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO NOTHING")?
        .execute((entry.log_id, entry.kind, signed(entry.received_at.0)))?;
    let rival: Option<Id32> = transaction
        .prepare_cached(
            "SELECT entry_id FROM entries
             WHERE entry_id = ?1 OR (log_id = ?2 AND signer = ?3 AND device = ?4 AND seq = ?5)",
        )?
        .query_row(
            (
                entry.entry_id,
                entry.log_id,
                entry.signer.as_bytes(),
                entry.device.as_bytes(),
                signed(entry.seq),
            ),
            |row| row.get(0),
        )
        .optional()?;
    match rival {
        Some(id) if id == entry.entry_id => Ok(Appended::AlreadyThere),
        Some(rival_of) => {
            transaction
                .prepare_cached(
                    "INSERT INTO forks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                )?
                .execute((
                    entry.entry_id,
                    entry.log_id,
                    rival_of,
                    &entry.header,
                    &entry.body,
                    entry.salt,
                    signed(entry.received_at.0),
                ))?;
            integrity::seal(transaction, key, Table::Forks, &entry.entry_id)?;
            Ok(Appended::Fork { rival_of })
        }
        None => {
            insert(transaction, entry)?;
            transaction
                .prepare_cached("UPDATE logs SET updated_at = max(updated_at, ?2) WHERE log_id = ?1")?
                .execute((entry.log_id, signed(entry.received_at.0)))?;
            integrity::seal(transaction, key, Table::Entries, &entry.entry_id)?;
            if sound {
                integrity::seal(transaction, key, Table::Logs, &entry.log_id)?;
            }
            Ok(Appended::Added)
        }
    }
}

pub(crate) fn insert(transaction: &Transaction<'_>, entry: &StoredEntry) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO entries VALUES (:id, :log, :type, :signer, :device, :seq, :lamport, :header, :body, :salt, :at)",
        )?
        .execute(named_params! {
            ":id": entry.entry_id,
            ":log": entry.log_id,
            ":type": entry.entry_type,
            ":signer": entry.signer.as_bytes(),
            ":device": entry.device.as_bytes(),
            ":seq": signed(entry.seq),
            ":lamport": signed(entry.lamport),
            ":header": entry.header,
            ":body": entry.body,
            ":salt": entry.salt,
            ":at": signed(entry.received_at.0),
        })?;
    Ok(())
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
