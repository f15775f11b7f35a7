//! The register of credentials: what [`dokuei_identity::register::Replica`] keeps, in the node's database.

use dokuei_identity::register::{Batch, Hash, HashSource, HashStore, Head, StoreError as KeepError};
use dokuei_identity::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};
use sha2::{Digest, Sha256};

use crate::directory::is_newer;
use crate::text::{signed, unsigned};
use crate::{Id32, Store, StoreError};

/// The key identifier of an issuing authority.
pub type IssuerId = [u8; 20];

/// The store as the register's replica wants it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RegisterStore(Store);

impl RegisterStore {
    /// The register in `store`.
    #[must_use]
    pub const fn new(store: Store) -> Self {
        Self(store)
    }
}

impl HashSource for RegisterStore {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, KeepError> {
        let read = |connection: &Connection| {
            let mut statement =
                connection.prepare_cached("SELECT hash FROM register_hashes WHERE number = ?1")?;
            indexes
                .iter()
                .map(|index| {
                    let hash: Option<Id32> = statement
                        .query_row([signed(*index)], |row| row.get(0))
                        .optional()?;
                    hash.map(Hash::from_bytes)
                        .ok_or(StoreError::NotFound("hash of the register"))
                })
                .collect()
        };
        Ok(self.0.read(read)?)
    }
}

impl HashStore for RegisterStore {
    fn head(&self) -> Result<Head, KeepError> {
        let read = |connection: &Connection| {
            let size = count(connection, "register_entries")?;
            let nothing_yet = (None, None);
            let (checkpoint, target) = connection
                .query_row("SELECT checkpoint, target FROM register_head", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?
                .unwrap_or(nothing_yet);
            Ok(Head {
                size,
                checkpoint,
                target,
            })
        };
        Ok(self.0.read(read)?)
    }

    fn read_entries(&self, from: u64, many: usize) -> Result<Vec<Vec<u8>>, KeepError> {
        let read = |connection: &Connection| {
            let mut statement = connection.prepare_cached(
                "SELECT entry FROM register_entries WHERE number >= ?1 ORDER BY number LIMIT ?2",
            )?;
            let limit = i64::try_from(many).unwrap_or(i64::MAX);
            let rows = statement.query_map((signed(from), limit), |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        Ok(self.0.read(read)?)
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), KeepError> {
        Ok(self.0.write(|transaction| append(transaction, batch))?)
    }

    fn clear(&mut self) -> Result<(), KeepError> {
        Ok(self.0.write(|transaction| {
            for table in ["register_entries", "register_hashes", "register_head"] {
                transaction.execute(&format!("DELETE FROM {table}"), [])?;
            }
            Ok(())
        })?)
    }
}

fn append(transaction: &Transaction<'_>, batch: &Batch<'_>) -> Result<(), StoreError> {
    if count(transaction, "register_entries")? != batch.size
        || count(transaction, "register_hashes")? != batch.hash_count
    {
        return Err(StoreError::Database(
            "the entries do not follow those of the register that are kept".to_owned(),
        ));
    }
    let mut insert = transaction.prepare_cached("INSERT INTO register_entries VALUES (?1, ?2)")?;
    for (number, entry) in (batch.size..).zip(batch.entries) {
        insert.execute((signed(number), entry))?;
    }
    let mut insert = transaction.prepare_cached("INSERT INTO register_hashes VALUES (?1, ?2)")?;
    for (number, hash) in (batch.hash_count..).zip(batch.hashes) {
        insert.execute((signed(number), hash.as_bytes()))?;
    }
    transaction
        .prepare_cached("INSERT OR REPLACE INTO register_head VALUES (1, ?1, ?2)")?
        .execute((batch.checkpoint, batch.target))?;
    Ok(())
}

/// Rows of a table that is numbered from 0 without gaps: the last number tells without counting.
fn count(connection: &Connection, table: &'static str) -> Result<u64, StoreError> {
    let sql = format!("SELECT coalesce(max(number) + 1, 0) AS rows FROM {table}");
    Ok(connection.query_row(&sql, [], |row| unsigned(row, "rows"))?)
}

impl Store {
    /// Keeps the chains (encoded together) of the registry's certificates that signed checkpoints.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_register_signers(&self, chains: &[u8]) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("INSERT OR REPLACE INTO register_signer VALUES (1, ?1)", [chains])?;
            Ok(())
        })
    }

    /// The chains that were kept last.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn register_signers(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .query_row("SELECT chain FROM register_signer", [], |row| row.get(0))
                .optional()?)
        })
    }

    /// Keeps a verified revocation list (DER) of an issuing authority by its CRL number. Says whether it is new.
    ///
    /// # Errors
    /// [`StoreError::Outdated`] for a lower number, [`StoreError::Equivocation`] for the same number with other bytes.
    pub fn put_revocation_list(
        &self,
        issuer: &IssuerId,
        number: u64,
        list: &[u8],
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let stored = transaction
                .prepare_cached("SELECT number, list FROM revocation_lists WHERE issuer = ?1")?
                .query_row([issuer], |row| Ok((unsigned(row, "number")?, row.get("list")?)))
                .optional()?;
            if !is_newer("revocation list", stored, number, list)? {
                return Ok(false);
            }
            transaction.execute(
                "INSERT OR REPLACE INTO revocation_lists VALUES (?1, ?2, ?3)",
                (issuer, signed(number), list),
            )?;
            Ok(true)
        })
    }

    /// The newest revocation list of each issuing authority, DER.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn revocation_lists(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare("SELECT list FROM revocation_lists ORDER BY issuer")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Keeps evidence (encoded) that the registry showed two registers. Whether it is new.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_register_evidence(&self, evidence: &[u8], now: Timestamp) -> Result<bool, StoreError> {
        let name: Id32 = Sha256::digest(evidence).into();
        self.write(|transaction| {
            let changed = transaction.execute(
                "INSERT OR IGNORE INTO register_evidence VALUES (?1, ?2, ?3)",
                (name, evidence, signed(now.0)),
            )?;
            Ok(changed == 1)
        })
    }

    /// All evidence against the registry, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn register_evidence(&self) -> Result<Vec<(Timestamp, Vec<u8>)>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare("SELECT found_at, evidence FROM register_evidence ORDER BY found_at")?;
            let rows = statement.query_map([], |row| {
                Ok((Timestamp(unsigned(row, "found_at")?), row.get("evidence")?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
