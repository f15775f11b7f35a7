//! The forms of reports that practitioners made for themselves, as text that this layer does not interpret.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::text::signed;
use crate::{Store, StoreError};

impl Store {
    /// Keeps a template of a practitioner under a name; one of the same name is replaced. False, and nothing is changed,
    /// when she has `limit` others already.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn save_template(
        &self,
        practitioner: &Fingerprint,
        (name, template): (&str, &str),
        limit: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let others: u32 = transaction
                .prepare_cached(
                    "SELECT count(*) FROM report_templates WHERE practitioner = ?1 AND name <> ?2",
                )?
                .query_row((practitioner.as_bytes(), name), |row| row.get(0))?;
            if others >= limit {
                return Ok(false);
            }
            transaction
                .prepare_cached("INSERT OR REPLACE INTO report_templates VALUES (?1, ?2, ?3, ?4)")?
                .execute((practitioner.as_bytes(), name, template, signed(now.0)))?;
            Ok(true)
        })
    }

    /// The templates of a practitioner by their names.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn templates_of(&self, practitioner: &Fingerprint) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT template FROM report_templates WHERE practitioner = ?1 ORDER BY name",
                )?
                .query_map([practitioner.as_bytes()], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Removes a template of a practitioner; says whether there was one.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn remove_template(&self, practitioner: &Fingerprint, name: &str) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let removed = transaction
                .prepare_cached("DELETE FROM report_templates WHERE practitioner = ?1 AND name = ?2")?
                .execute((practitioner.as_bytes(), name))?;
            Ok(removed > 0)
        })
    }
}
