//! Who is asked next in a case: the readers in their order, each with the consent to her.

use dokuei_identity::fingerprint::Fingerprint;
use rusqlite::Row;

use crate::{Id16, Store, StoreError};

/// A reader who is asked when those before her will not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// Who.
    pub reader: Fingerprint,
    /// The patient's consent to her, as JSON.
    pub consent: String,
}

impl Store {
    /// Sets who is asked next in a case, in place of whoever was to be; nobody: the list is given up. `false` when that would
    /// be a list for more than `most_cases` cases, and nothing was changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn set_successors(
        &self,
        case: &Id16,
        successors: &[Successor],
        most_cases: u32,
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let others: u32 = transaction
                .prepare_cached("SELECT count(DISTINCT case_id) FROM successors WHERE case_id <> ?1")?
                .query_row([case], |row| row.get(0))?;
            if !successors.is_empty() && others >= most_cases {
                return Ok(false);
            }
            transaction
                .prepare_cached("DELETE FROM successors WHERE case_id = ?1")?
                .execute([case])?;
            let mut insert = transaction.prepare_cached("INSERT INTO successors VALUES (?1, ?2, ?3, ?4)")?;
            for (place, one) in (0_i64..).zip(successors) {
                insert.execute((case, one.reader.as_bytes(), place, &one.consent))?;
            }
            Ok(true)
        })
    }

    /// Who is asked next in a case, the next first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn successors(&self, case: &Id16) -> Result<Vec<Successor>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT reader, consent FROM successors WHERE case_id = ?1 ORDER BY place")?
                .query_map([case], successor)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Cases in which somebody is to be asked next.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn cases_with_successors(&self) -> Result<Vec<Id16>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT DISTINCT case_id FROM successors")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// One of them is asked next no more; the others are left as they are. That she is not among them is fine.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn remove_successor(&self, case: &Id16, reader: &Fingerprint) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM successors WHERE case_id = ?1 AND reader = ?2")?
                .execute((case, reader.as_bytes()))?;
            Ok(())
        })
    }
}

fn successor(row: &Row<'_>) -> rusqlite::Result<Successor> {
    Ok(Successor {
        reader: Fingerprint::from_bytes(row.get("reader")?),
        consent: row.get("consent")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StoreKey;

    fn one(reader: u8) -> Successor {
        Successor {
            reader: Fingerprint::from_bytes([reader; 32]),
            consent: "{}".to_owned(),
        }
    }

    /// R5: between asking somebody and noting that she was asked, the requester may choose anew, there or in another case: only
    /// she who was asked is removed, what was withdrawn stays withdrawn, and what was chosen is not lost.
    #[test]
    fn r5_what_is_chosen_while_somebody_is_asked_is_neither_lost_nor_undone() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
        let (first, second) = ([1; 16], [2; 16]);
        assert!(store.set_successors(&first, &[one(7), one(8)], 2).unwrap());
        let asked = store.successors(&first).unwrap().remove(0).reader;
        assert!(store.set_successors(&first, &[one(9), one(7)], 2).unwrap());
        assert!(store.set_successors(&second, &[one(7)], 2).unwrap());
        store.remove_successor(&first, &asked).unwrap();
        assert_eq!(store.successors(&first).unwrap(), [one(9)]);
        assert_eq!(store.successors(&second).unwrap(), [one(7)]);

        let asked = store.successors(&first).unwrap().remove(0).reader;
        assert!(store.set_successors(&first, &[], 2).unwrap());
        store.remove_successor(&first, &asked).unwrap();
        assert_eq!(store.cases_with_successors().unwrap(), [second]);

        assert!(store.set_successors(&first, &[one(7)], 2).unwrap());
        assert!(!store.set_successors(&[3; 16], &[one(7)], 2).unwrap(), "too many");
        assert!(
            store.set_successors(&second, &[one(8)], 2).unwrap(),
            "not one more"
        );
    }
}
