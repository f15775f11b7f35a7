//! Named settings, and how often a sign-in failed.

use dokuei_identity::time::Timestamp;
use rusqlite::OptionalExtension;

use crate::text::{signed, unsigned};
use crate::{Store, StoreError};

/// Failed sign-ins of one practitioner since the last success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInFailures {
    /// How many in a row.
    pub count: u32,
    /// When the last one was.
    pub last: Timestamp,
}

impl Store {
    /// Sets a setting.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO settings VALUES (?1, ?2)")?
                .execute((name, value))?;
            Ok(())
        })
    }

    /// A setting, if set.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT value FROM settings WHERE name = ?1")?;
            Ok(statement.query_row([name], |row| row.get(0)).optional()?)
        })
    }

    /// Removes a setting; that it is not set is fine.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn remove_setting(&self, name: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM settings WHERE name = ?1", [name])?;
            Ok(())
        })
    }

    /// Counts a failed sign-in (R6: lock-out is the caller's rule, remembering is ours).
    ///
    /// # Errors
    /// When the database refuses.
    pub fn note_sign_in_failure(
        &self,
        practitioner: &str,
        now: Timestamp,
    ) -> Result<SignInFailures, StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO sign_in_failures VALUES (?1, 1, ?2)
                     ON CONFLICT DO UPDATE SET count = count + 1, last = excluded.last",
                )?
                .execute((practitioner, signed(now.0)))?;
            Ok(())
        })?;
        Ok(self
            .sign_in_failures(practitioner)?
            .unwrap_or(SignInFailures { count: 1, last: now }))
    }

    /// Lets the wait after failed sign-ins begin anew, without counting another one: the clock was set back, and what
    /// has passed of the wait is not known.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn restart_sign_in_wait(&self, practitioner: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("UPDATE sign_in_failures SET last = ?2 WHERE practitioner = ?1")?
                .execute((practitioner, signed(now.0)))?;
            Ok(())
        })
    }

    /// Failed sign-ins since the last success; `None` when there are none.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn sign_in_failures(&self, practitioner: &str) -> Result<Option<SignInFailures>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT count, last FROM sign_in_failures WHERE practitioner = ?1")?
                .query_row([practitioner], |row| {
                    Ok(SignInFailures {
                        count: row.get("count")?,
                        last: Timestamp(unsigned(row, "last")?),
                    })
                })
                .optional()?)
        })
    }

    /// A sign-in succeeded: the count starts anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn clear_sign_in_failures(&self, practitioner: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "DELETE FROM sign_in_failures WHERE practitioner = ?1",
                [practitioner],
            )?;
            Ok(())
        })
    }
}
