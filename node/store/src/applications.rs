//! Applications for certificates that were made on this node, as the bytes that were signed.

use dokuei_identity::key::PublicKey;
use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row};
use sha2::{Digest, Sha256};

use crate::text::{signed, unsigned};
use crate::{Id16, Id32, Store, StoreError};

/// What is kept of a new application.
#[derive(Debug, Clone)]
pub struct NewApplication<'a> {
    /// Its name.
    pub id: Id16,
    /// When it was made.
    pub made_at: Timestamp,
    /// The practitioner's sign-in name; `None`: it is for the node itself.
    pub practitioner: Option<&'a str>,
    /// Whom it is for, for people.
    pub subject: &'a str,
    /// The key to be certified.
    pub key: PublicKey,
    /// How many entries the register had then.
    pub entries: u64,
    /// The seed of the key that an answer is sealed to.
    pub reply: &'a Id32,
    /// The application itself.
    pub body: &'a [u8],
}

/// An application without its documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRow {
    /// Its name.
    pub id: Id16,
    /// When it was made.
    pub made_at: Timestamp,
    /// The practitioner's sign-in name; `None`: it is for the node itself.
    pub practitioner: Option<String>,
    /// Whom it is for, for people.
    pub subject: String,
    /// The key to be certified, 32 bytes.
    pub key: Id32,
    /// How many entries the register had when it was made.
    pub entries: u64,
    /// Whether its documents are still here.
    pub open: bool,
    /// SHA-256 of it as it was sealed last.
    pub digest: Option<Id32>,
    /// When it was given out as a file.
    pub written_at: Option<Timestamp>,
    /// When it was left at a bootstrap host, and which.
    pub deposited: Option<(Timestamp, String)>,
    /// When the registry refused it, and why.
    pub refused: Option<(Timestamp, String)>,
}

impl Store {
    /// Keeps a new application.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_application(&self, new: &NewApplication<'_>) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO applications
                     (id, made_at, practitioner, subject, public_key, entries, reply, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute((
                    new.id,
                    signed(new.made_at.0),
                    new.practitioner,
                    new.subject,
                    new.key.as_bytes(),
                    signed(new.entries),
                    new.reply,
                    new.body,
                ))?;
            Ok(())
        })
    }

    /// Every application that was made here, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn applications(&self) -> Result<Vec<ApplicationRow>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT id, made_at, practitioner, subject, public_key, entries, body IS NOT NULL AS open,
                            digest, written_at, deposited_at, bootstrap, refused_at, reason
                     FROM applications ORDER BY made_at DESC, id",
                )?
                .query_map([], application)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// The application itself, while its documents are here.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn application_body(&self, id: &Id16) -> Result<Vec<u8>, StoreError> {
        self.column_of(id, "SELECT body FROM applications WHERE id = ?1")
    }

    /// The application as it was sealed last.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it was not sealed yet, or is decided.
    pub fn application_sealed(&self, id: &Id16) -> Result<Vec<u8>, StoreError> {
        self.column_of(id, "SELECT sealed FROM applications WHERE id = ?1")
    }

    /// The seed of the key that an answer to it is sealed to.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn application_reply(&self, id: &Id16) -> Result<Id32, StoreError> {
        let seed = self.column_of(id, "SELECT reply FROM applications WHERE id = ?1")?;
        seed.try_into().map_err(|_| StoreError::Damaged("application"))
    }

    fn column_of(&self, id: &Id16, query: &str) -> Result<Vec<u8>, StoreError> {
        let found: Option<Option<Vec<u8>>> = self.read(|connection| {
            let mut statement = connection.prepare_cached(query)?;
            Ok(statement.query_row([id], |row| row.get(0)).optional()?)
        })?;
        found.flatten().ok_or(StoreError::NotFound("application"))
    }

    /// Puts another body in the place of one that was not sealed yet: it was countersigned.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, or it was sealed already.
    pub fn replace_application(&self, id: &Id16, body: &[u8]) -> Result<(), StoreError> {
        self.change_application(
            "UPDATE applications SET body = ?2 WHERE id = ?1 AND sealed IS NULL AND body IS NOT NULL",
            (id, body),
        )
    }

    /// Keeps it as it was sealed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn keep_sealed_application(&self, id: &Id16, sealed: &[u8]) -> Result<(), StoreError> {
        let digest: Id32 = Sha256::digest(sealed).into();
        let query = "UPDATE applications SET sealed = ?2, digest = ?3 WHERE id = ?1 AND body IS NOT NULL";
        self.change_application(query, (id, sealed, digest))
    }

    /// It was given out as a file.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn note_application_written(&self, id: &Id16, at: Timestamp) -> Result<(), StoreError> {
        let query = "UPDATE applications SET written_at = ?2 WHERE id = ?1";
        self.change_application(query, (id, signed(at.0)))
    }

    /// It lies at a bootstrap host.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn note_application_deposited(
        &self,
        id: &Id16,
        bootstrap: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let query = "UPDATE applications SET deposited_at = ?2, bootstrap = ?3 WHERE id = ?1";
        self.change_application(query, (id, signed(at.0), bootstrap))
    }

    /// The registry refused it. Its documents are removed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn note_application_refused(&self, id: &Id16, reason: &str, at: Timestamp) -> Result<(), StoreError> {
        let query = "UPDATE applications SET refused_at = ?2, reason = ?3, body = NULL, sealed = NULL
                     WHERE id = ?1";
        self.change_application(query, (id, signed(at.0), reason))
    }

    /// It is decided: its documents are removed, the rest stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn settle_application(&self, id: &Id16) -> Result<(), StoreError> {
        let query = "UPDATE applications SET body = NULL, sealed = NULL WHERE id = ?1";
        self.change_application(query, [id])
    }

    /// Removes it with everything.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn forget_application(&self, id: &Id16) -> Result<(), StoreError> {
        self.change_application("DELETE FROM applications WHERE id = ?1", [id])
    }

    fn change_application(&self, query: &str, values: impl rusqlite::Params) -> Result<(), StoreError> {
        self.write(
            |transaction| match transaction.prepare_cached(query)?.execute(values)? {
                0 => Err(StoreError::NotFound("application")),
                _ => Ok(()),
            },
        )
    }
}

fn application(row: &Row<'_>) -> rusqlite::Result<ApplicationRow> {
    let time = |column: &str| -> rusqlite::Result<Option<Timestamp>> {
        let seconds: Option<i64> = row.get(column)?;
        Ok(seconds.map(|seconds| Timestamp(u64::try_from(seconds).unwrap_or(0))))
    };
    let with = |at: &str, text: &str| -> rusqlite::Result<Option<(Timestamp, String)>> {
        Ok(time(at)?.zip(row.get(text)?))
    };
    Ok(ApplicationRow {
        id: row.get("id")?,
        made_at: Timestamp(unsigned(row, "made_at")?),
        practitioner: row.get("practitioner")?,
        subject: row.get("subject")?,
        key: row.get("public_key")?,
        entries: unsigned(row, "entries")?,
        open: row.get("open")?,
        digest: row.get("digest")?,
        written_at: time("written_at")?,
        deposited: with("deposited_at", "bootstrap")?,
        refused: with("refused_at", "reason")?,
    })
}
