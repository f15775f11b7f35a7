//! Reports that are being written: sealed bytes, one for each case and author, each with the number of times it was saved.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use crate::text::{signed, unsigned};
use crate::{Id16, Store, StoreError};

/// A draft as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Where the first saving began to count, never 0; each further saving adds one.
    pub revision: u64,
    /// When it was saved last.
    pub saved_at: Timestamp,
    /// What only its author opens.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for DraftRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DraftRow(revision {})", self.revision)
    }
}

impl Store {
    /// Keeps `draft` in the place of revision `before` (0: there is none). False, and nothing is changed, when another
    /// revision is here: it was saved elsewhere meanwhile.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn save_draft(
        &self,
        case: &Id16,
        author: &Fingerprint,
        before: u64,
        draft: &DraftRow,
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            if revision(transaction, case, author)? != before {
                return Ok(false);
            }
            transaction
                .prepare_cached("INSERT OR REPLACE INTO report_drafts VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute((
                    case,
                    author.as_bytes(),
                    signed(draft.revision),
                    signed(draft.saved_at.0),
                    &draft.sealed,
                ))?;
            Ok(true)
        })
    }

    /// An author's draft in a case.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn report_draft(&self, case: &Id16, author: &Fingerprint) -> Result<Option<DraftRow>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM report_drafts WHERE case_id = ?1 AND author = ?2")?
                .query_row((case, author.as_bytes()), |row| {
                    Ok(DraftRow {
                        revision: unsigned(row, "revision")?,
                        saved_at: Timestamp(unsigned(row, "saved_at")?),
                        sealed: row.get("sealed")?,
                    })
                })
                .optional()?)
        })
    }

    /// Forgets an author's draft in a case; that there is none is fine.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forget_draft(&self, case: &Id16, author: &Fingerprint) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM report_drafts WHERE case_id = ?1 AND author = ?2")?
                .execute((case, author.as_bytes()))?;
            Ok(())
        })
    }

    /// Forgets everybody's drafts in a case.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forget_drafts_in(&self, case: &Id16) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM report_drafts WHERE case_id = ?1")?
                .execute([case])?;
            Ok(())
        })
    }

    /// All drafts that are kept: in which case, and whose.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn drafted(&self) -> Result<Vec<(Id16, Fingerprint)>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT case_id, author FROM report_drafts ORDER BY saved_at")?
                .query_map([], |row| Ok((row.get(0)?, Fingerprint::from_bytes(row.get(1)?))))?
                .collect::<Result<_, _>>()?)
        })
    }
}

fn revision(transaction: &Transaction<'_>, case: &Id16, author: &Fingerprint) -> Result<u64, StoreError> {
    let found = transaction
        .prepare_cached("SELECT revision FROM report_drafts WHERE case_id = ?1 AND author = ?2")?
        .query_row((case, author.as_bytes()), |row| unsigned(row, "revision"))
        .optional()?;
    Ok(found.unwrap_or(0))
}
