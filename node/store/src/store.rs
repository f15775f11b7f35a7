//! The handle: one open data directory.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::files::{DirectoryLock, make_directory, sync_directory};
use crate::key::WrappingKey;
use crate::vault::StudyKey;
use crate::{StoreError, StoreKey, database};

const DATABASE: &str = "dokuei.db";

/// An open store. Cloning is cheap; all clones share it, and it closes with the last of them.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    connection: Mutex<Connection>,
    vault_key: WrappingKey,
    /// Keys of studies that have a blob being written but no row yet.
    new_study_keys: Mutex<HashMap<String, StudyKey>>,
    vault: PathBuf,
    packages: PathBuf,
    // Dropped last: the directory is free only once the database is closed.
    _lock: DirectoryLock,
}

impl Store {
    /// Makes a new store in `directory` (made when missing; other files in it are left alone).
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`], [`StoreError::InUse`], [`StoreError::NoSpace`] or what the system refused.
    pub fn create(directory: &Path, key: &StoreKey) -> Result<Self, StoreError> {
        make_directory(directory)?;
        let lock = DirectoryLock::take(directory)?;
        if directory.join(DATABASE).exists() {
            return Err(StoreError::AlreadyExists(directory.to_owned()));
        }
        let store = Self::assemble(directory, key, lock, true)?;
        sync_directory(directory)?;
        Ok(store)
    }

    /// Opens the store in `directory`, brings its schema up to date and removes files that a crash left over.
    ///
    /// # Errors
    /// [`StoreError::NoStore`], [`StoreError::WrongKey`], [`StoreError::InUse`], [`StoreError::NewerSchema`] or
    /// what the system refused.
    pub fn open(directory: &Path, key: &StoreKey) -> Result<Self, StoreError> {
        if !directory.join(DATABASE).exists() {
            return Err(StoreError::NoStore(directory.to_owned()));
        }
        let lock = DirectoryLock::take(directory)?;
        let store = Self::assemble(directory, key, lock, false)?;
        store.sweep_blobs()?;
        store.sweep_packages()?;
        Ok(store)
    }

    fn assemble(
        directory: &Path,
        key: &StoreKey,
        lock: DirectoryLock,
        create: bool,
    ) -> Result<Self, StoreError> {
        let connection = database::open(&directory.join(DATABASE), key, create)?;
        let (vault, packages) = (directory.join("vault"), directory.join("packages"));
        make_directory(&vault)?;
        make_directory(&packages)?;
        Ok(Self(Arc::new(Inner {
            connection: Mutex::new(connection),
            vault_key: key.vault(),
            new_study_keys: Mutex::default(),
            vault,
            packages,
            _lock: lock,
        })))
    }

    /// Runs `work` on the connection, outside a transaction of its own.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        work(&self.connection())
    }

    /// Runs `work` in a transaction that is durable when this returns `Ok` and undone when it returns `Err`.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Takes deleted pages out of the write-ahead log, where their old (encrypted) versions still lie.
    pub(crate) fn truncate_log(&self) -> Result<(), StoreError> {
        self.read(|connection| Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?))
    }

    /// A thread that died while it held the lock had its transaction rolled back: the connection is sound.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn new_study_keys(&self) -> MutexGuard<'_, HashMap<String, StudyKey>> {
        self.0
            .new_study_keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn vault_directory(&self) -> &Path {
        &self.0.vault
    }

    pub(crate) fn package_directory(&self) -> &Path {
        &self.0.packages
    }

    pub(crate) fn wrap(&self, key: &[u8; 32], purpose: &str, name: &[u8]) -> Vec<u8> {
        self.0.vault_key.wrap(key, purpose, name)
    }

    pub(crate) fn unwrap_key(
        &self,
        wrapped: &[u8],
        purpose: &'static str,
        name: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        self.0.vault_key.unwrap(wrapped, purpose, name)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
