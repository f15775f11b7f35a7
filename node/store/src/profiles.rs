//! What practitioners say of themselves: the newest signed profile of each, as the bytes that were received.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::directory::is_newer;
use crate::text::{signed, unsigned};
use crate::{Id32, Store, StoreError};

/// A practitioner's newest profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    /// Whose.
    pub practitioner: Fingerprint,
    /// Its number.
    pub seq: u64,
    /// The signed bytes.
    pub profile: Vec<u8>,
    /// When it was stored.
    pub seen_at: Timestamp,
}

impl Store {
    /// Keeps a verified profile. Says whether it is new (`false`: the same one is there already).
    ///
    /// # Errors
    /// [`StoreError::Outdated`] for a lower number, [`StoreError::Equivocation`] for the same number with other bytes.
    pub fn put_profile(
        &self,
        practitioner: &Fingerprint,
        seq: u64,
        profile: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let stored = transaction
                .prepare_cached("SELECT seq, profile FROM profiles WHERE practitioner = ?1")?
                .query_row([practitioner.as_bytes()], |row| {
                    Ok((unsigned(row, "seq")?, row.get("profile")?))
                })
                .optional()?;
            if !is_newer("profile", stored, seq, profile)? {
                return Ok(false);
            }
            transaction
                .prepare_cached("INSERT OR REPLACE INTO profiles VALUES (?1, ?2, ?3, ?4)")?
                .execute((practitioner.as_bytes(), signed(seq), profile, signed(now.0)))?;
            Ok(true)
        })
    }

    /// A practitioner's newest profile.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn profile(&self, practitioner: &Fingerprint) -> Result<Option<ProfileRow>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM profiles WHERE practitioner = ?1")?
                .query_row([practitioner.as_bytes()], profile)
                .optional()?)
        })
    }

    /// The number of a practitioner's newest profile, without reading the profile.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn profile_seq(&self, practitioner: &Fingerprint) -> Result<Option<u64>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT seq FROM profiles WHERE practitioner = ?1")?
                .query_row([practitioner.as_bytes()], |row| unsigned(row, "seq"))
                .optional()?)
        })
    }

    /// Whose profiles are here and their numbers, last stored first, at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn profile_numbers(&self, limit: usize) -> Result<Vec<(Fingerprint, u64)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT practitioner, seq FROM profiles ORDER BY seen_at DESC, practitioner LIMIT ?1",
                )?
                .query_map([limit], |row| {
                    Ok((Fingerprint::from_bytes(row.get(0)?), unsigned(row, "seq")?))
                })?
                .collect::<Result<_, _>>()?)
        })
    }
}

fn profile(row: &Row<'_>) -> rusqlite::Result<ProfileRow> {
    Ok(ProfileRow {
        practitioner: Fingerprint::from_bytes(row.get::<_, Id32>("practitioner")?),
        seq: unsigned(row, "seq")?,
        profile: row.get("profile")?,
        seen_at: Timestamp(unsigned(row, "seen_at")?),
    })
}
