//! The handle: one open data directory.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::damage::Damaged;
use crate::files::{DirectoryLock, make_directory, sync_directory};
use crate::integrity::SealKey;
use crate::key::WrappingKey;
use crate::vault::StudyKey;
use crate::{Id16, Id32, StoreError, StoreKey, database};

pub(crate) const DATABASE: &str = "dokuei.db";

/// Connections for reading. A reader does not wait for a writer's `fsync` (write-ahead logging), nor for another reader
/// as long as there are no more of them than this.
const READERS: usize = 2;

/// An open store. Cloning is cheap; all clones share it, and it closes with the last of them.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    connection: Mutex<Connection>,
    readers: [Mutex<Connection>; READERS],
    next_reader: AtomicUsize,
    vault_key: WrappingKey,
    seal_key: SealKey,
    /// Keys of studies that have a blob being written but no row yet.
    new_study_keys: Mutex<HashMap<String, StudyKey>>,
    /// The SHA-256 of received images that were compared, by blob, until their rows say so.
    proven: Mutex<HashMap<Id16, Id32>>,
    damaged: Damaged,
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
        store.begin_seals(directory)?;
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
        store.begin_seals(directory)?;
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
        let path = directory.join(DATABASE);
        let connection = database::open(&path, key, create)?;
        let reader = || database::open_to_read(&path, key).map(Mutex::new);
        let readers = [reader()?, reader()?];
        let (vault, packages) = (directory.join("vault"), directory.join("packages"));
        make_directory(&vault)?;
        make_directory(&packages)?;
        Ok(Self(Arc::new(Inner {
            connection: Mutex::new(connection),
            readers,
            next_reader: AtomicUsize::new(0),
            vault_key: key.vault(),
            seal_key: key.seals(),
            new_study_keys: Mutex::default(),
            proven: Mutex::default(),
            damaged: Damaged::default(),
            vault,
            packages,
            _lock: lock,
        })))
    }

    /// Runs `work` on a connection that cannot write. It sees the database as it is when it first looks, with everything
    /// that was written before; a writer is not waited for.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let reader = self.reader();
        let snapshot = reader.unchecked_transaction()?;
        let value = work(&snapshot)?;
        snapshot.commit()?;
        Ok(value)
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
        // No page of the log may be in use by a reader.
        let _readers: Vec<_> = self.0.readers.iter().map(lock).collect();
        let connection = self.connection();
        Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        lock(&self.0.connection)
    }

    /// A reader that is free, else the next in turn.
    fn reader(&self) -> MutexGuard<'_, Connection> {
        let turn = self.0.next_reader.fetch_add(1, Ordering::Relaxed) % READERS;
        let (before, after) = self.0.readers.split_at(turn);
        let free = after
            .iter()
            .chain(before)
            .find_map(|reader| match reader.try_lock() {
                Ok(reader) => Some(reader),
                Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            });
        let [first, second] = &self.0.readers;
        free.unwrap_or_else(|| lock(if turn == 0 { first } else { second }))
    }

    pub(crate) fn new_study_keys(&self) -> MutexGuard<'_, HashMap<String, StudyKey>> {
        self.0
            .new_study_keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn proven(&self) -> MutexGuard<'_, HashMap<Id16, Id32>> {
        self.0.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Images that were found damaged.
    pub(crate) fn damaged_images(&self) -> &Damaged {
        &self.0.damaged
    }

    /// The key of seals over rows.
    pub(crate) fn seal_key(&self) -> &SealKey {
        &self.0.seal_key
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

/// A thread that died while it held the lock had its transaction rolled back: the connection is sound.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    fn count(store: &Store) -> i64 {
        let sql = "SELECT count(*) FROM settings";
        store
            .read(|connection| Ok(connection.query_row(sql, [], |row| row.get(0))?))
            .unwrap()
    }

    /// R19: who reads does not wait until somebody else's writing is on the disk, sees nothing of it before it is, and
    /// all of it afterwards.
    #[test]
    fn r19_a_reader_does_not_wait_for_a_writer() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::create(directory.path(), &StoreKey::from_bytes([1; 32])).unwrap();
        let before = count(&store);
        let (begun, writing) = mpsc::sync_channel(1);
        let (go_on, waiting) = mpsc::sync_channel::<()>(1);
        let writer = {
            let store = store.clone();
            std::thread::spawn(move || {
                store.write(|transaction| {
                    transaction.execute("INSERT INTO settings (name, value) VALUES ('slow', 'x')", [])?;
                    begun.send(()).unwrap();
                    // Ended by the reader, or never.
                    let _ = waiting.recv_timeout(Duration::from_secs(60));
                    Ok(())
                })
            })
        };
        writing.recv().unwrap();
        assert_eq!(count(&store), before);
        go_on.send(()).unwrap();
        writer.join().unwrap().unwrap();
        assert_eq!(count(&store), before + 1);
    }

    /// R19: a reader's connection cannot write.
    #[test]
    fn r19_a_reader_cannot_write() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::create(directory.path(), &StoreKey::from_bytes([1; 32])).unwrap();
        let written = store.read(|connection| Ok(connection.execute("DELETE FROM settings", [])?));
        assert!(written.is_err(), "{written:?}");
    }
}
