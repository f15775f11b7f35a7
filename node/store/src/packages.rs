//! Sealed packages on disk: the ciphertext and its outboard tree as files, all else in a row.

use std::fs;
use std::path::{Path, PathBuf};

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, named_params};
use zeroize::Zeroizing;

use crate::files::{create_new, id_of, remove, sync_together};
use crate::integrity::{self, SealKey, Table};
use crate::text::{signed, stored_as_text, unsigned};
use crate::{Id16, Id32, Store, StoreError};

const PACKAGE_KEY: &str = "package key";
const SET_STATE: &str = "UPDATE packages SET state = ?2 WHERE package_id = ?1";
const PAYLOAD: &str = "pkg";
const OUTBOARD: &str = "outboard";

/// Which way a package goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Sealed here.
    Outgoing,
    /// Pulled from another node.
    Incoming,
}
stored_as_text!(Direction { Outgoing => "outgoing", Incoming => "incoming" });

/// How far a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageState {
    /// Outgoing: sealed, not yet asked for. Incoming: known, not yet asked for.
    Queued,
    /// Chunks are moving.
    Transferring,
    /// All chunks are verified and on this disk (incoming).
    Complete,
    /// The receiver has signed that all of it arrived (outgoing), or this node has signed so (incoming).
    Delivered,
    /// All of it is here (incoming), and the key to which it was granted is not: it waits for another grant.
    AwaitingGrant,
    /// Opened into a study.
    Opened,
    /// Refused for good: what it holds does not agree with what was signed.
    Refused,
}
stored_as_text!(PackageState {
    Queued => "queued",
    Transferring => "transferring",
    Complete => "complete",
    Delivered => "delivered",
    AwaitingGrant => "awaiting_grant",
    Opened => "opened",
    Refused => "refused",
});

/// A package to be kept; `verified` is the bitmap of dokuei-package as bytes (empty for an outgoing one).
#[derive(Debug, Clone)]
pub struct NewPackage {
    /// Its id.
    pub package_id: Id16,
    /// The case it belongs to.
    pub case_id: Id16,
    /// Which way it goes.
    pub direction: Direction,
    /// The signed core, as received or made.
    pub core: Vec<u8>,
    /// Hash of the core.
    pub core_hash: Id32,
    /// BLAKE3 root over the ciphertext.
    pub root: Id32,
    /// Length of the ciphertext, bytes.
    pub length: u64,
    /// Which chunks are verified and on disk.
    pub verified: Vec<u8>,
}

/// A package as it is kept.
#[derive(Debug, Clone)]
pub struct PackageRow {
    /// What it is.
    pub package: NewPackage,
    /// How far it is.
    pub state: PackageState,
    /// Whether the content key is kept.
    pub has_key: bool,
    /// When it was sealed or first heard of.
    pub created_at: Timestamp,
    /// In which form it was sealed here, and why (JSON).
    pub form: Option<String>,
    file_id: Id16,
}

/// The two files of a package that no row names yet; dropped before [`Store::add_package`], they are removed.
#[derive(Debug)]
pub struct PackageFile {
    id: Id16,
    payload: PathBuf,
    outboard: PathBuf,
    kept: bool,
}

impl PackageFile {
    /// Where the ciphertext goes (`Write + Seek`); the file exists and is empty.
    #[must_use]
    pub fn payload(&self) -> &Path {
        &self.payload
    }

    /// Where the tree goes; the file exists and is empty.
    #[must_use]
    pub fn outboard(&self) -> &Path {
        &self.outboard
    }
}

impl Drop for PackageFile {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept when the store is next opened.
            let _ = remove(&self.payload).and(remove(&self.outboard));
        }
    }
}

impl Store {
    /// Makes the files of a package, empty, under a random name.
    ///
    /// # Errors
    /// [`StoreError::NoSpace`] or what the system refused.
    pub fn new_package_file(&self) -> Result<PackageFile, StoreError> {
        let id: Id16 = rand::random();
        let (payload, outboard) = self.package_paths(&id);
        let file = PackageFile {
            id,
            payload,
            outboard,
            kept: false,
        };
        create_new(&file.payload)?;
        create_new(&file.outboard)?;
        Ok(file)
    }

    /// Keeps a package whose files were written or are to be filled: both are synced first, then the row is durable.
    /// `sealed` is, of one that was sealed here, the content key, which is wrapped under this node's own, and in which form
    /// it was sealed, and why (JSON), for people to see.
    ///
    /// # Errors
    /// [`StoreError::Database`] when a package with this id is there already.
    pub fn add_package(
        &self,
        new: &NewPackage,
        mut file: PackageFile,
        sealed: Option<(&[u8; 32], &str)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sync_together(&[&file.payload, &file.outboard, self.package_directory()])?;
        let wrapped = sealed.map(|(key, _)| self.wrap(key, PACKAGE_KEY, &new.package_id));
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO packages VALUES (:id, :case, :direction, :core, :hash, :root, :length, :state, :file,
                        :key, :verified, :now, :form)",
                )?
                .execute(named_params! {
                    ":id": new.package_id,
                    ":case": new.case_id,
                    ":direction": new.direction,
                    ":core": new.core,
                    ":hash": new.core_hash,
                    ":root": new.root,
                    ":length": signed(new.length),
                    ":state": PackageState::Queued,
                    ":file": file.id,
                    ":key": wrapped,
                    ":verified": new.verified,
                    ":now": signed(now.0),
                    ":form": sealed.map(|(_, form)| form),
                })?;
            integrity::seal(transaction, self.seal_key(), Table::Packages, &new.package_id)
        })?;
        file.kept = true;
        Ok(())
    }

    /// One package.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Altered`].
    pub fn package(&self, package_id: &Id16) -> Result<PackageRow, StoreError> {
        self.read(|connection| {
            integrity::check(connection, self.seal_key(), Table::Packages, package_id)?;
            connection
                .prepare_cached("SELECT * FROM packages WHERE package_id = ?1")?
                .query_row([package_id], package)
                .optional()?
                .ok_or(StoreError::NotFound("package"))
        })
    }

    /// All packages, oldest first; those of one case when it is named.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn packages(&self, case_id: Option<&Id16>) -> Result<Vec<PackageRow>, StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT * FROM packages WHERE ?1 IS NULL OR case_id = ?1 ORDER BY created_at, package_id";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([case_id], package)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Paths of the ciphertext and of its outboard tree.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn package_files(&self, package_id: &Id16) -> Result<(PathBuf, PathBuf), StoreError> {
        Ok(self.package_paths(&self.package(package_id)?.file_id))
    }

    /// Notes which chunks are verified and on disk. Both files are synced first: after a crash the bitmap never
    /// claims what is not there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::NoSpace`].
    pub fn set_verified(&self, package_id: &Id16, bitmap: &[u8]) -> Result<(), StoreError> {
        let (payload, outboard) = self.package_files(package_id)?;
        sync_together(&[&payload, &outboard])?;
        self.update_package(
            package_id,
            "UPDATE packages SET verified = ?2 WHERE package_id = ?1",
            bitmap,
        )
    }

    /// Notes how far a package is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn set_package_state(&self, package_id: &Id16, state: PackageState) -> Result<(), StoreError> {
        self.update_package(package_id, SET_STATE, state)
    }

    /// Keeps the content key, wrapped under this node's own key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn set_package_key(&self, package_id: &Id16, key: &[u8; 32]) -> Result<(), StoreError> {
        let wrapped = self.wrap(key, PACKAGE_KEY, package_id);
        self.update_package(
            package_id,
            "UPDATE packages SET wrapped_key = ?2 WHERE package_id = ?1",
            wrapped,
        )
    }

    /// The content key, when it is kept.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Damaged`].
    pub fn package_key(&self, package_id: &Id16) -> Result<Option<Zeroizing<[u8; 32]>>, StoreError> {
        let wrapped: Option<Vec<u8>> = self.read(|connection| {
            connection
                .prepare_cached("SELECT wrapped_key FROM packages WHERE package_id = ?1")?
                .query_row([package_id], |row| row.get(0))
                .optional()?
                .ok_or(StoreError::NotFound("package"))
        })?;
        wrapped
            .map(|wrapped| self.unwrap_key(&wrapped, PACKAGE_KEY, package_id))
            .transpose()
    }

    /// Erases a package: key and row first, then the files.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn erase_package(&self, package_id: &Id16) -> Result<(), StoreError> {
        let (payload, outboard) = self.package_files(package_id)?;
        self.write(|transaction| {
            transaction.execute("DELETE FROM packages WHERE package_id = ?1", [package_id])?;
            integrity::seal(transaction, self.seal_key(), Table::Packages, package_id)
        })?;
        self.truncate_log()?;
        remove(&payload)?;
        Ok(remove(&outboard)?)
    }

    fn update_package(
        &self,
        package_id: &Id16,
        sql: &str,
        value: impl rusqlite::ToSql,
    ) -> Result<(), StoreError> {
        self.write(|transaction| update(transaction, self.seal_key(), package_id, sql, value))
    }

    fn package_paths(&self, file_id: &Id16) -> (PathBuf, PathBuf) {
        let path = self.package_directory().join(hex::encode(file_id));
        (path.with_extension(PAYLOAD), path.with_extension(OUTBOARD))
    }

    /// Removes package files that no row names.
    pub(crate) fn sweep_packages(&self) -> Result<(), StoreError> {
        for file in fs::read_dir(self.package_directory())? {
            let path = file?.path();
            let Some(id) = id_of(&path, PAYLOAD).or_else(|| id_of(&path, OUTBOARD)) else {
                continue;
            };
            let named: bool = self.read(|connection| {
                Ok(connection
                    .prepare_cached("SELECT EXISTS (SELECT 1 FROM packages WHERE file_id = ?1)")?
                    .query_row([id], |row| row.get(0))?)
            })?;
            if !named {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// Notes how far a package is.
pub(crate) fn set_state(
    transaction: &Transaction<'_>,
    key: &SealKey,
    package_id: &Id16,
    state: PackageState,
) -> Result<(), StoreError> {
    update(transaction, key, package_id, SET_STATE, state)
}

fn update(
    transaction: &Transaction<'_>,
    key: &SealKey,
    package_id: &Id16,
    sql: &str,
    value: impl rusqlite::ToSql,
) -> Result<(), StoreError> {
    let table = Table::Packages;
    let sound = integrity::is_sound(transaction, key, table, package_id)?;
    match transaction.prepare_cached(sql)?.execute((package_id, value))? {
        0 => Err(StoreError::NotFound("package")),
        _ if sound => integrity::seal(transaction, key, table, package_id),
        _ => Ok(()),
    }
}

pub(crate) fn package(row: &Row<'_>) -> rusqlite::Result<PackageRow> {
    Ok(PackageRow {
        package: NewPackage {
            package_id: row.get("package_id")?,
            case_id: row.get("case_id")?,
            direction: row.get("direction")?,
            core: row.get("core")?,
            core_hash: row.get("core_hash")?,
            root: row.get("root")?,
            length: unsigned(row, "length")?,
            verified: row.get("verified")?,
        },
        state: row.get("state")?,
        has_key: row.get::<_, Option<Vec<u8>>>("wrapped_key")?.is_some(),
        created_at: Timestamp(unsigned(row, "created_at")?),
        form: row.get("form")?,
        file_id: row.get("file_id")?,
    })
}
