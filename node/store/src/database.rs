//! Opening the SQLCipher file: key, pragmas, schema.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Once;

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::files::create_new;
use crate::migration::{STEPS, migrate};
use crate::{StoreError, StoreKey};

static READY: Once = Once::new();

/// Begins SQLCipher once for this process, and lets nobody pass before it is done. SQLite says that it is ready before the
/// cipher is (`SQLITE_EXTRA_INIT` runs last, outside its lock): of two threads that open their first databases at the same
/// moment, one would be refused its key.
fn ready() {
    READY.call_once(|| {
        // Whether it opens is of no matter: what fails here fails again where somebody hears of it.
        let _ = Connection::open_in_memory();
    });
}

/// Opens (or, with `create`, makes) the database at `path` and brings its schema up to date.
pub(crate) fn open(path: &Path, key: &StoreKey, create: bool) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        // An empty file is an empty database; made here, it (and the log, which takes after it) is the owner's only.
        create_new(path)?;
    }
    ready();
    let mut connection = Connection::open_with_flags(path, flags)?;
    unlock(&connection, key)?;
    configure(&connection)?;
    migrate(&mut connection, STEPS)?;
    Ok(connection)
}

/// Opens the database, which is up to date, for reading only.
pub(crate) fn open_to_read(path: &Path, key: &StoreKey) -> Result<Connection, StoreError> {
    // Read and write to the file system: a reader takes its place in the index of the write-ahead log.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    ready();
    let connection = Connection::open_with_flags(path, flags)?;
    unlock(&connection, key)?;
    configure(&connection)?;
    // Each page that is not in the cache is decrypted anew: 8 MiB hold the index of a hundred thousand instances.
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8192;")?;
    Ok(connection)
}

/// A raw key skips SQLCipher's own password stretching, which [`StoreKey`] does not need; all other cipher settings
/// are the defaults of SQLCipher 4 (AES-256-CBC, HMAC-SHA512 per page).
fn unlock(connection: &Connection, key: &StoreKey) -> Result<(), StoreError> {
    let mut pragma = Zeroizing::new(String::with_capacity(96));
    pragma.push_str("PRAGMA key = \"x'");
    for byte in key.database().iter() {
        write!(pragma, "{byte:02x}").expect("writing to a String does not fail");
    }
    pragma.push_str("'\"");
    // A wrong key is our error to report; without this SQLCipher writes to stderr about it.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    connection.execute_batch(&pragma)?;
    // The key is first used by the first read: a wrong one shows here.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(())
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Database(format!(
            "write-ahead logging is not possible here (mode {mode})"
        )));
    }
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;
         PRAGMA busy_timeout = 5000;",
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pragma(connection: &Connection, name: &str) -> i64 {
        connection
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap()
    }

    /// R19: durable, consistent, and wiped on deletion.
    #[test]
    fn r19_the_pragmas_hold() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        let connection = open(&path, &StoreKey::from_bytes([1; 32]), true).unwrap();
        for (name, value) in [
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("secure_delete", 1),
            ("temp_store", 2),
        ] {
            assert_eq!(pragma(&connection, name), value, "{name}");
        }
        let cipher: String = connection
            .pragma_query_value(None, "cipher_version", |row| row.get(0))
            .unwrap();
        assert!(cipher.starts_with("4."), "{cipher}");
    }

    /// R19: without the key there is nothing to read.
    #[test]
    fn r19_a_wrong_key_is_its_own_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        drop(open(&path, &StoreKey::from_bytes([1; 32]), true).unwrap());
        let error = open(&path, &StoreKey::from_bytes([2; 32]), false).unwrap_err();
        assert!(matches!(error, StoreError::WrongKey));
        assert!(open(&path, &StoreKey::from_bytes([1; 32]), false).is_ok());
    }
}
