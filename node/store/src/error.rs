//! What can go wrong, named by whose fault it is; each message is one sentence a person can act on.

use std::io;
use std::path::PathBuf;

use dokuei_package::stream::StreamError;
use thiserror::Error;

/// Why the store did not do what was asked. After an error nothing is half-written and what was there still is.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The key is not the one the database was made with (or the file is not a database at all).
    #[error("the database does not open with this key; use the node passphrase it was made with")]
    WrongKey,
    /// Another process has the directory open.
    #[error("another node is using {}; stop it first or choose another data directory", .0.display())]
    InUse(PathBuf),
    /// There is already a store where one was to be made.
    #[error("{} already holds a store; open it or choose an empty directory", .0.display())]
    AlreadyExists(PathBuf),
    /// There is no store in the directory.
    #[error("{} holds no store yet; run `dokuei init` first", .0.display())]
    NoStore(PathBuf),
    /// A newer version of Dokuei wrote the database.
    #[error(
        "the database has schema {found} and this program knows {known}; install the newer version of Dokuei"
    )]
    NewerSchema {
        /// Schema of the file.
        found: u32,
        /// Newest schema this program knows.
        known: u32,
    },
    /// The disk (or quota) is full.
    #[error(
        "the disk that holds the data directory is full; nothing was stored, free some space and try again"
    )]
    NoSpace,
    /// An instance with the same SOP Instance UID but other bytes is stored already; the stored one is kept.
    #[error(
        "another image or document with the same SOP Instance UID is stored already and was kept: ask who made this file which of the two is right"
    )]
    InstanceConflict,
    /// A series is already stored under another study.
    #[error("a series with the same UID already belongs to another study; the stored one was kept")]
    SeriesConflict,
    /// A study of another patient is already stored under this Study Instance UID.
    #[error(
        "a study of another patient with the same Study Instance UID is stored here; it was kept as it is"
    )]
    PatientConflict,
    /// What was asked for is not stored.
    #[error("no such {0} is stored")]
    NotFound(&'static str),
    /// A device list or revocation list older than the stored one.
    #[error("a {what} with number {got} was offered and {stored} is already known; the newer one was kept")]
    Outdated {
        /// Which kind of list.
        what: &'static str,
        /// Number of the stored one.
        stored: u64,
        /// Number of the one offered.
        got: u64,
    },
    /// A list with the same number but other bytes: its author has signed two versions.
    #[error("two different versions of a {what} carry number {number}; its author must issue a newer one")]
    Equivocation {
        /// Which kind of list.
        what: &'static str,
        /// The number both carry.
        number: u64,
    },
    /// A row of the audit log does not fit its chain.
    #[error(
        "the audit log was changed at row {seq}; keep the data directory as evidence and restore a backup"
    )]
    AuditBroken {
        /// The first row that does not fit (one past the end when rows at the end are gone).
        seq: u64,
    },
    /// An image that lies here is not the one that its hash names: it is not given out.
    #[error(
        "the stored image is not the one that its checksum names; ask its sender to send it again, or import it again"
    )]
    Differs,
    /// A row of the logs or packages is not as it was written, or is gone.
    #[error(
        "a stored {0} was altered by other hands; keep the data directory as evidence and see `dokuei doctor`"
    )]
    Altered(&'static str),
    /// Something stored cannot be read back as it was written.
    #[error("the stored {0} is damaged; restore it from a backup or ask the sender again")]
    Damaged(&'static str),
    /// The operating system refused.
    #[error("the data directory cannot be used: {0}")]
    Io(#[source] io::Error),
    /// The database refused; the text never holds stored values.
    #[error("the database refused: {0}")]
    Database(String),
}

/// `ENOSPC` and `EDQUOT` are the same thing to a user. What reading an image said of it stays what it is.
impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(told) => return told,
            Err(error) => error,
        };
        if error.get_ref().is_some_and(|why| why.is::<StreamError>()) {
            return Self::Damaged("image");
        }
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace,
            _ => Self::Io(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::NoSpace,
            Some(rusqlite::ErrorCode::NotADatabase) => Self::WrongKey,
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Self::Damaged("database"),
            _ => Self::Database(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issue of a full disk: both ways in which it shows end in the same sentence.
    #[test]
    fn r11_an_image_that_is_damaged_further_on_is_told_as_one_that_is_at_its_beginning() {
        let further_on = io::Error::from(StreamError::OtherKey);
        assert!(matches!(further_on.into(), StoreError::Damaged("image")));
        let compared = io::Error::new(io::ErrorKind::InvalidData, StoreError::Differs);
        assert!(matches!(compared.into(), StoreError::Differs));
        let disk = io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(matches!(disk.into(), StoreError::Io(_)));
    }

    #[test]
    fn a_full_disk_is_one_error_wherever_it_shows() {
        let by_file: StoreError = io::Error::from(io::ErrorKind::StorageFull).into();
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
        let by_database: StoreError = rusqlite::Error::SqliteFailure(code, None).into();
        assert!(matches!(by_file, StoreError::NoSpace));
        assert_eq!(by_file.to_string(), by_database.to_string());
    }
}
