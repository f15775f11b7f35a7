//! Whether rows are as they were written: a keyed hash over each, in a table of their own.
//!
//! SQLCipher tells when a page of the file was altered without its key. Seals tell when a row was altered with it: by
//! an SQL shell, by another program, by a page of an old copy. Their key is derived from the store's and is not the
//! database's. A row that is read is compared with its seal; [`Store::altered_rows`] compares all.

use std::collections::BTreeSet;
use std::io::Write as _;

use dokuei_identity::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use serde::Serialize;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::log::StoredEntry;
use crate::text::signed;
use crate::{Id16, Id32, Store, StoreError, files};

/// The key of seals.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct SealKey(pub(crate) [u8; 32]);

/// The sealed tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    AuditHead,
    Logs,
    Entries,
    Forks,
    Packages,
}

const ALL: [Table; 5] = [
    Table::AuditHead,
    Table::Logs,
    Table::Entries,
    Table::Forks,
    Table::Packages,
];

impl Table {
    /// What a row of it is called.
    const fn what(self) -> &'static str {
        match self {
            Self::AuditHead => "audit_head",
            Self::Logs => "log",
            Self::Entries => "entry",
            Self::Forks => "fork",
            Self::Packages => "package",
        }
    }

    /// All its rows, with the id by which each is sealed first and the log in which it is second.
    const fn rows(self) -> &'static str {
        match self {
            Self::AuditHead => "SELECT x'01', NULL, * FROM audit_head",
            Self::Logs => "SELECT log_id, NULL, * FROM logs",
            Self::Entries => "SELECT entry_id, log_id, * FROM entries",
            Self::Forks => "SELECT entry_id, log_id, * FROM forks",
            Self::Packages => "SELECT package_id, NULL, * FROM packages",
        }
    }

    /// One of its rows.
    fn row(self) -> String {
        let one = match self {
            Self::AuditHead => "id = 1 AND ?1 = x'01'",
            Self::Logs => "log_id = ?1",
            Self::Entries | Self::Forks => "entry_id = ?1",
            Self::Packages => "package_id = ?1",
        };
        format!("{} WHERE {one}", self.rows())
    }
}

/// The one row of the audit trail's head.
pub(crate) const HEAD: [u8; 1] = [1];

/// A row that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlteredRow {
    /// What it is: entry, fork, log, package, `audit_head`.
    pub what: &'static str,
    /// Its id, hexadecimal.
    pub id: String,
    /// The log that it belongs to, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// It is gone; else it was changed or put in.
    pub missing: bool,
}

/// What is wrong with the entries of a log.
#[derive(Debug, Clone, Default)]
pub struct LogDamage {
    /// Rows that are as they were written.
    pub sound: Vec<StoredEntry>,
    /// Rows that were changed or put in, as they are now.
    pub altered: Vec<StoredEntry>,
    /// Entries that were written here and are not there any more as they were.
    pub missing: Vec<Id32>,
}

impl LogDamage {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.altered.is_empty() && self.missing.is_empty()
    }
}

/// What a row comes to: name, kind and bytes of each column that is not NULL, so that a column which is added later
/// changes nothing. The first two columns are not of the table.
fn digest(key: &SealKey, table: Table, row: &Row<'_>) -> Result<Id32, StoreError> {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    let mut field = |kind: u8, bytes: &[u8]| {
        hasher.update(&[kind]);
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(b't', table.what().as_bytes());
    let statement: &rusqlite::Statement<'_> = row.as_ref();
    for column in 2..statement.column_count() {
        let name = statement.column_name(column)?;
        let value = row.get_ref(column)?;
        if value != ValueRef::Null {
            field(b'n', name.as_bytes());
        }
        match value {
            ValueRef::Null => {}
            ValueRef::Integer(number) => field(b'i', &number.to_be_bytes()),
            ValueRef::Real(number) => field(b'r', &number.to_be_bytes()),
            ValueRef::Text(text) => field(b's', text),
            ValueRef::Blob(bytes) => field(b'b', bytes),
        }
    }
    Ok(hasher.finalize().into())
}

/// Seals a row as it is now; that there is none unseals it.
pub(crate) fn seal(
    transaction: &Transaction<'_>,
    key: &SealKey,
    table: Table,
    id: &[u8],
) -> Result<(), StoreError> {
    let mut statement = transaction.prepare_cached(&table.row())?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else {
        transaction
            .prepare_cached("DELETE FROM row_seals WHERE kind = ?1 AND id = ?2")?
            .execute((table.what(), id))?;
        return Ok(());
    };
    put(transaction, table, row, &digest(key, table, row)?)
}

fn put(transaction: &Transaction<'_>, table: Table, row: &Row<'_>, seal: &Id32) -> Result<(), StoreError> {
    let (id, within): (Vec<u8>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
    transaction
        .prepare_cached("INSERT OR REPLACE INTO row_seals VALUES (?1, ?2, ?3, ?4)")?
        .execute((table.what(), id, within, seal))?;
    Ok(())
}

fn sealed(connection: &Connection, table: Table, id: &[u8]) -> Result<Option<Id32>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT seal FROM row_seals WHERE kind = ?1 AND id = ?2")?
        .query_row((table.what(), id), |row| row.get(0))
        .optional()?)
}

/// Refuses a row that is not as it was written. One that is neither there nor sealed is none.
pub(crate) fn check(
    connection: &Connection,
    key: &SealKey,
    table: Table,
    id: &[u8],
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(&table.row())?;
    let mut rows = statement.query([id])?;
    let is = rows.next()?.map(|row| digest(key, table, row)).transpose()?;
    if is == sealed(connection, table, id)? {
        Ok(())
    } else {
        Err(StoreError::Altered(table.what()))
    }
}

/// Whether a row may be sealed anew after it is changed: one that was altered before stays told.
pub(crate) fn is_sound(
    connection: &Connection,
    key: &SealKey,
    table: Table,
    id: &[u8],
) -> Result<bool, StoreError> {
    match check(connection, key, table, id) {
        Ok(()) => Ok(true),
        Err(StoreError::Altered(what)) => {
            tracing::error!(
                what,
                "a stored row was altered by other hands; see `dokuei doctor`"
            );
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Refuses the entries of a log when one of them was changed, removed or put in.
pub(crate) fn check_log(connection: &Connection, key: &SealKey, log_id: &Id16) -> Result<(), StoreError> {
    let table = Table::Entries;
    let mut there = 0_u64;
    let sql = format!("{} WHERE log_id = ?1", table.rows());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([log_id])?;
    while let Some(row) = rows.next()? {
        let id: Vec<u8> = row.get(0)?;
        if sealed(connection, table, &id)? != Some(digest(key, table, row)?) {
            return Err(StoreError::Altered(table.what()));
        }
        there += 1;
    }
    let known: i64 = connection
        .prepare_cached("SELECT count(*) FROM row_seals WHERE within = ?1 AND kind = 'entry'")?
        .query_row([log_id], |row| row.get(0))?;
    if known == signed(there) {
        Ok(())
    } else {
        Err(StoreError::Altered(table.what()))
    }
}

/// The file beside the database that says that it is sealed: whoever can only write to the database cannot have it sealed
/// anew by removing all seals.
const MARK: &str = "sealed";

fn mark(key: &SealKey) -> String {
    blake3::keyed_hash(&key.0, b"dokuei: the rows of this store are sealed")
        .to_hex()
        .to_string()
}

/// Seals everything once, when the store is one from before there were seals.
pub(crate) fn begin(transaction: &Transaction<'_>, key: &SealKey) -> Result<(), StoreError> {
    const BEGUN: &str = "begun";
    let begun: bool = transaction
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM row_seals WHERE kind = ?1)")?
        .query_row([BEGUN], |row| row.get(0))?;
    if begun {
        return Ok(());
    }
    for table in ALL {
        let mut statement = transaction.prepare(table.rows())?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            put(transaction, table, row, &digest(key, table, row)?)?;
        }
    }
    transaction.execute(
        "INSERT INTO row_seals VALUES (?1, x'00', NULL, zeroblob(32))",
        [BEGUN],
    )?;
    Ok(())
}

impl Store {
    /// Seals everything once, when the store is one from before there were seals.
    pub(crate) fn begin_seals(&self, directory: &std::path::Path) -> Result<(), StoreError> {
        let (key, path) = (self.seal_key(), directory.join(MARK));
        let mark = mark(key);
        if std::fs::read_to_string(&path).is_ok_and(|kept| kept == mark) {
            return Ok(());
        }
        self.write(|transaction| begin(transaction, key))?;
        // A crash before this is on the disk is made good at the next start.
        files::remove(&path)?;
        let mut file = files::create_new(&path)?;
        file.write_all(mark.as_bytes())?;
        file.sync_all()?;
        Ok(files::sync_directory(directory)?)
    }

    /// Every row of logs, packages and the head of the audit trail that is not as it was written.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn altered_rows(&self) -> Result<Vec<AlteredRow>, StoreError> {
        let key = self.seal_key();
        self.read(|connection| {
            let mut found = Vec::new();
            for table in ALL {
                let mut seen = BTreeSet::new();
                let mut statement = connection.prepare(table.rows())?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let (id, log): (Vec<u8>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
                    if sealed(connection, table, &id)? != Some(digest(key, table, row)?) {
                        found.push(AlteredRow {
                            what: table.what(),
                            id: hex::encode(&id),
                            log: log.map(hex::encode),
                            missing: false,
                        });
                    }
                    seen.insert(id);
                }
                let mut statement = connection.prepare("SELECT id, within FROM row_seals WHERE kind = ?1")?;
                let mut seals = statement.query([table.what()])?;
                while let Some(row) = seals.next()? {
                    let (id, log): (Vec<u8>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
                    if !seen.contains(&id) {
                        found.push(AlteredRow {
                            what: table.what(),
                            id: hex::encode(&id),
                            log: log.map(hex::encode),
                            missing: true,
                        });
                    }
                }
            }
            Ok(found)
        })
    }

    /// How many altered entries were found and replaced by good copies since this store was made.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn mended_entries(&self) -> Result<u64, StoreError> {
        self.read(|connection| {
            let count: i64 =
                connection.query_row("SELECT count(*) FROM altered_entries", [], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
    }

    /// What is wrong with the entries of a log.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn log_damage(&self, log_id: &Id16) -> Result<LogDamage, StoreError> {
        let key = self.seal_key();
        self.read(|connection| {
            let mut damage = LogDamage::default();
            let mut sound = BTreeSet::new();
            let sql = "SELECT entries.*, kind FROM entries JOIN logs USING (log_id)
                       WHERE log_id = ?1 OR entry_id IN (SELECT id FROM row_seals WHERE kind = 'entry' AND within = ?1)
                       ORDER BY lamport, entry_id";
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query([log_id])?;
            while let Some(row) = rows.next()? {
                let entry = crate::log::entry(row)?;
                match check(connection, key, Table::Entries, &entry.entry_id) {
                    Ok(()) if entry.log_id == *log_id => {
                        sound.insert(entry.entry_id);
                        damage.sound.push(entry);
                    }
                    Ok(()) | Err(StoreError::Altered(_)) => damage.altered.push(entry),
                    Err(error) => return Err(error),
                }
            }
            let sql = "SELECT id FROM row_seals WHERE kind = 'entry' AND within = ?1";
            let mut statement = connection.prepare(sql)?;
            let known = statement.query_map([log_id], |row| row.get::<_, Id32>(0))?;
            for id in known {
                let id = id?;
                if !sound.contains(&id) {
                    damage.missing.push(id);
                }
            }
            Ok(damage)
        })
    }

    /// Whether an entry was written here and is not there any more as it was.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn is_missing(&self, entry_id: &Id32) -> Result<bool, StoreError> {
        let key = self.seal_key();
        self.read(|connection| {
            if sealed(connection, Table::Entries, entry_id)?.is_none() {
                return Ok(false);
            }
            match check(connection, key, Table::Entries, entry_id) {
                Ok(()) => Ok(false),
                Err(StoreError::Altered(_)) => Ok(true),
                Err(error) => Err(error),
            }
        })
    }

    /// Puts a good copy of an entry into its place, unless it is as it was; whether it did. What was there is kept beside as
    /// evidence. The caller has verified the entry, and that it was here before.
    ///
    /// # Errors
    /// When the database refuses; nothing has changed then.
    pub fn restore_entry(&self, entry: &StoredEntry, now: Timestamp) -> Result<bool, StoreError> {
        let key = self.seal_key();
        self.write(|transaction| {
            // Another reader may have found it as well, and been faster.
            let there = sealed(transaction, Table::Entries, &entry.entry_id)?.is_some();
            if there && check(transaction, key, Table::Entries, &entry.entry_id).is_ok() {
                return Ok(false);
            }
            let place = (
                entry.entry_id,
                entry.log_id,
                entry.signer.as_bytes(),
                entry.device.as_bytes(),
                signed(entry.seq),
            );
            let altered: Option<i64> = transaction
                .prepare_cached(
                    "SELECT rowid FROM entries
                     WHERE entry_id = ?1 OR (log_id = ?2 AND signer = ?3 AND device = ?4 AND seq = ?5)",
                )?
                .query_row(place, |row| row.get(0))
                .optional()?;
            if let Some(row) = altered {
                transaction.execute(
                    "INSERT INTO altered_entries
                     SELECT ?2, log_id, entry_id, header, body, salt FROM entries WHERE rowid = ?1",
                    (row, signed(now.0)),
                )?;
                transaction.execute(
                    "UPDATE entries SET entry_id = ?2, log_id = ?3, type = ?4, signer = ?5, device = ?6, seq = ?7,
                        lamport = ?8, header = ?9, body = ?10, salt = ?11 WHERE rowid = ?1",
                    rusqlite::params![
                        row,
                        entry.entry_id,
                        entry.log_id,
                        entry.entry_type,
                        entry.signer.as_bytes(),
                        entry.device.as_bytes(),
                        signed(entry.seq),
                        signed(entry.lamport),
                        entry.header,
                        entry.body,
                        entry.salt
                    ],
                )?;
            } else {
                transaction.execute(
                    "INSERT INTO altered_entries VALUES (?1, ?2, ?3, x'', x'', x'')",
                    (signed(now.0), entry.log_id, entry.entry_id),
                )?;
                crate::append::insert(transaction, entry)?;
            }
            seal(transaction, key, Table::Entries, &entry.entry_id)?;
            Ok(true)
        })
    }

    /// Takes a row of the logs' list as it is now: what it says follows from the entries, which are sealed by themselves.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn restore_log_row(&self, log_id: &Id16) -> Result<(), StoreError> {
        let key = self.seal_key();
        self.write(|transaction| {
            transaction.execute(
                "UPDATE logs SET kind = CASE WHEN EXISTS (SELECT 1 FROM entries WHERE entries.log_id = ?1
                        AND type = 'agreement') THEN 'agreement' ELSE 'case' END,
                    created_at = (SELECT min(received_at) FROM entries WHERE entries.log_id = ?1),
                    updated_at = (SELECT max(received_at) FROM entries WHERE entries.log_id = ?1)
                 WHERE log_id = ?1 AND EXISTS (SELECT 1 FROM entries WHERE entries.log_id = ?1)",
                [log_id],
            )?;
            seal(transaction, key, Table::Logs, log_id)
        })
    }
}

/// Runs SQL on the database beside whoever has it open, as an insider with its key and an SQL shell would: for tests of
/// what is told then.
///
/// # Errors
/// What the database refuses.
#[doc(hidden)]
pub fn as_an_insider(
    directory: &std::path::Path,
    key: &crate::StoreKey,
    sql: &str,
) -> Result<(), StoreError> {
    let connection = crate::database::open(&directory.join(crate::store::DATABASE), key, false)?;
    connection.execute_batch("PRAGMA foreign_keys = OFF")?;
    Ok(connection.execute_batch(sql)?)
}

#[cfg(test)]
mod tests;
