//! Deleting for good what need not be kept any longer. An order is written down with what is to be destroyed before anything
//! is; then each part is destroyed, and each step can be done again after a crash; then the certificate is kept.

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::text::{signed, unsigned};
use crate::{AuditEvent, Id16, Id32, Origin, Store, StoreError, audit, repeats};

/// What is to be destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destruction {
    /// A case, with its log, drafts and everything else that belongs to it.
    pub case: Option<Id16>,
    /// Packages.
    pub packages: Vec<Id16>,
    /// Studies, by Study Instance UID.
    pub studies: Vec<String>,
}

impl Destruction {
    fn written(&self) -> String {
        let mut lines = Vec::new();
        lines.extend(self.case.map(|id| format!("case {}", hex::encode(id))));
        lines.extend(
            self.packages
                .iter()
                .map(|id| format!("package {}", hex::encode(id))),
        );
        lines.extend(self.studies.iter().map(|uid| format!("study {uid}")));
        lines.join("\n")
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        let mut read = Self::default();
        let id = |text: &str| {
            let bytes = hex::decode(text)
                .ok()
                .and_then(|bytes| Id16::try_from(bytes).ok());
            bytes.ok_or(StoreError::Damaged("deletion"))
        };
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("case", one)) => read.case = Some(id(one)?),
                Some(("package", one)) => read.packages.push(id(one)?),
                Some(("study", uid)) => read.studies.push(uid.to_owned()),
                _ => return Err(StoreError::Damaged("deletion")),
            }
        }
        Ok(read)
    }
}

/// An order, as it is written down.
#[derive(Debug, Clone)]
pub struct NewDeletion {
    /// One more than the last.
    pub number: u64,
    /// When it was signed.
    pub ordered_at: Timestamp,
    /// As it was signed.
    pub order: Vec<u8>,
    /// The same, signed by a second person.
    pub countersigned: Option<Vec<u8>>,
    /// Hashes of what is destroyed, a line each.
    pub list: String,
    /// What is to be destroyed.
    pub work: Destruction,
    /// SHA-256 of the identifiers of all that goes.
    pub subjects: Vec<Id32>,
}

/// A deletion as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionRow {
    /// Its number.
    pub number: u64,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// The signed order.
    pub order: Vec<u8>,
    /// The same, signed by a second person.
    pub countersigned: Option<Vec<u8>>,
    /// Hashes of what was destroyed.
    pub list: String,
    /// The row of the audit trail that names it.
    pub audit_seq: u64,
    /// What is still to be destroyed; nothing when all of it is.
    pub work: Option<Destruction>,
    /// When nothing was left.
    pub completed_at: Option<Timestamp>,
    /// Whether its certificate is here.
    pub certified: bool,
}

/// By which deletion something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// Its number.
    pub number: u64,
    /// Whether somebody has said since that it may be taken in again.
    pub readmitted: bool,
}

const COLUMNS: &str = "number, ordered_at, signed_order, countersigned, list, audit_seq, work, completed_at, \
    certificate IS NOT NULL AS certified";

impl Store {
    /// Writes an order down, with the row of the audit trail about it: durable when this returns, and nothing is destroyed.
    ///
    /// # Errors
    /// When the number is given already, or the database refuses.
    pub fn begin_deletion(&self, new: &NewDeletion, event: &AuditEvent) -> Result<(), StoreError> {
        self.write(|transaction| {
            let head = audit::append(transaction, self.seal_key(), event)?;
            transaction
                .prepare_cached(
                    "INSERT INTO deletions (number, ordered_at, signed_order, countersigned, list, audit_seq, work)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute((
                    signed(new.number),
                    signed(new.ordered_at.0),
                    &new.order,
                    &new.countersigned,
                    &new.list,
                    signed(head.seq),
                    new.work.written(),
                ))?;
            for subject in &new.subjects {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO deleted VALUES (?1, ?2, NULL)")?
                    .execute((subject, signed(new.number)))?;
            }
            repeats::note(transaction)
        })
    }

    /// All deletions, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn deletions(&self) -> Result<Vec<DeletionRow>, StoreError> {
        self.listed(&format!("SELECT {COLUMNS} FROM deletions ORDER BY number"))
    }

    /// Those that are not finished, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn unfinished_deletions(&self) -> Result<Vec<DeletionRow>, StoreError> {
        self.listed(&format!(
            "SELECT {COLUMNS} FROM deletions WHERE certificate IS NULL ORDER BY number"
        ))
    }

    fn listed(&self, sql: &str) -> Result<Vec<DeletionRow>, StoreError> {
        let rows = self.read(|connection| {
            Ok(connection
                .prepare_cached(sql)?
                .query_map([], kept)?
                .collect::<Result<Vec<_>, _>>()?)
        })?;
        rows.into_iter().map(whole).collect()
    }

    /// One deletion.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn deletion(&self, number: u64) -> Result<DeletionRow, StoreError> {
        let row = self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM deletions WHERE number = ?1");
            let row = connection.prepare_cached(&sql)?.query_row([signed(number)], kept);
            row.optional()?.ok_or(StoreError::NotFound("deletion"))
        })?;
        whole(row)
    }

    /// The certificate of a deletion, when it is made.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn deletion_certificate(&self, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT certificate FROM deletions WHERE number = ?1")?
                .query_row([signed(number)], |row| row.get(0))
                .optional()?
                .ok_or(StoreError::NotFound("deletion"))
        })
    }

    /// By which deletion the case or study went whose identifier has this SHA-256.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn deleted(&self, subject: &Id32) -> Result<Option<Deleted>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM deleted WHERE subject = ?1")?
                .query_row([subject], |row| {
                    Ok(Deleted {
                        number: unsigned(row, "number")?,
                        readmitted: row.get::<_, Option<i64>>("readmitted_at")?.is_some(),
                    })
                })
                .optional()?)
        })
    }

    /// Notes that what went by a deletion may be taken in again, with the row of the audit trail about it.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn readmit(&self, number: u64, event: &AuditEvent) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("UPDATE deleted SET readmitted_at = ?2 WHERE number = ?1")?
                .execute((signed(number), signed(event.at.0)))?;
            audit::append(transaction, self.seal_key(), event)?;
            repeats::note(transaction)
        })
    }

    /// Destroys a package, a study or a case of `work`, whichever of them is still here: packages first, because a case is
    /// known by its log. May be called again after a crash, until it returns.
    ///
    /// # Errors
    /// What the database or the file system refuses; then a part of it is left.
    pub fn destroy(&self, work: &Destruction) -> Result<(), StoreError> {
        for package in &work.packages {
            absent_is_fine(self.erase_package(package))?;
        }
        for study in &work.studies {
            absent_is_fine(self.erase_study(study))?;
        }
        self.write(|transaction| {
            for study in &work.studies {
                forget_study(transaction, study)?;
            }
            work.case
                .iter()
                .try_for_each(|case| forget_case(transaction, case))
        })?;
        self.truncate_log()
    }

    /// Notes that nothing is left of what a deletion was about; what it was is forgotten with that.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn complete_deletion(&self, number: u64, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            let changed = transaction
                .prepare_cached(
                    "UPDATE deletions SET work = NULL, completed_at = ?2 WHERE number = ?1 AND work IS NOT NULL",
                )?
                .execute((signed(number), signed(now.0)))?;
            (changed == 1).then_some(()).ok_or(StoreError::NotFound("deletion"))
        })?;
        self.truncate_log()
    }

    /// Keeps the certificate of a deletion, with the row of the audit trail about it. It is never changed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not completed, or has a certificate.
    pub fn certify_deletion(
        &self,
        number: u64,
        certificate: &[u8],
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            let changed = transaction
                .prepare_cached(
                    "UPDATE deletions SET certificate = ?2
                     WHERE number = ?1 AND certificate IS NULL AND completed_at IS NOT NULL",
                )?
                .execute((signed(number), certificate))?;
            if changed != 1 {
                return Err(StoreError::NotFound("deletion"));
            }
            audit::append(transaction, self.seal_key(), event)?;
            Ok(())
        })
    }
}

/// When studies came.
impl Store {
    /// When a study was taken in.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn study_added(&self, study_instance_uid: &str) -> Result<Timestamp, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT added_at FROM studies WHERE study_instance_uid = ?1")?
                .query_row([study_instance_uid], |row| unsigned(row, "added_at"))
                .optional()?
                .map(Timestamp)
                .ok_or(StoreError::NotFound("study"))
        })
    }

    /// Every study with where it came from and when it was taken in.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn studies_added(&self) -> Result<Vec<(String, Origin, Timestamp)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT study_instance_uid, origin, added_at FROM studies ORDER BY added_at, study_instance_uid";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([], |row| {
                    Ok((row.get(0)?, row.get(1)?, Timestamp(unsigned(row, "added_at")?)))
                })?
                .collect::<Result<_, _>>()?)
        })
    }
}

/// What was destroyed before a crash is not there any more.
fn absent_is_fine(outcome: Result<(), StoreError>) -> Result<(), StoreError> {
    match outcome {
        Err(StoreError::NotFound(_)) => Ok(()),
        outcome => outcome,
    }
}

/// What names a study besides its own rows.
fn forget_study(transaction: &Transaction<'_>, study: &str) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM pseudonyms WHERE study_instance_uid = ?1 OR original_uid = ?1",
        [study],
    )?;
    transaction.execute("DELETE FROM dispatches WHERE study_instance_uid = ?1", [study])?;
    forget_answers(transaction, study)
}

/// Everything of a case.
fn forget_case(transaction: &Transaction<'_>, case: &Id16) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM outbox WHERE log_id = ?1",
        "DELETE FROM forks WHERE log_id = ?1",
        "DELETE FROM altered_entries WHERE log_id = ?1",
        "DELETE FROM untold_entries WHERE log_id = ?1",
        "DELETE FROM told_deadlines WHERE log_id = ?1",
        "DELETE FROM row_seals WHERE within = ?1 OR (kind = 'log' AND id = ?1)",
        "DELETE FROM entries WHERE log_id = ?1",
        "DELETE FROM logs WHERE log_id = ?1",
        "DELETE FROM report_drafts WHERE case_id = ?1",
        "DELETE FROM successors WHERE case_id = ?1",
        "DELETE FROM dispatches WHERE case_id = ?1",
        "DELETE FROM notices WHERE case_id = ?1",
    ] {
        transaction.execute(sql, [case])?;
    }
    forget_answers(transaction, &hex::encode(case))
}

/// Answers to requests with an idempotency key that name it.
fn forget_answers(transaction: &Transaction<'_>, named: &str) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM repeats WHERE instr(answer, CAST(?1 AS BLOB)) > 0",
        [named],
    )?;
    Ok(())
}

type Kept = (DeletionRow, Option<String>);

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let completed: Option<i64> = row.get("completed_at")?;
    let kept = DeletionRow {
        number: unsigned(row, "number")?,
        ordered_at: Timestamp(unsigned(row, "ordered_at")?),
        order: row.get("signed_order")?,
        countersigned: row.get("countersigned")?,
        list: row.get("list")?,
        audit_seq: unsigned(row, "audit_seq")?,
        work: None,
        completed_at: completed.and_then(|at| u64::try_from(at).ok()).map(Timestamp),
        certified: row.get("certified")?,
    };
    Ok((kept, row.get("work")?))
}

fn whole((row, work): Kept) -> Result<DeletionRow, StoreError> {
    let work = work.as_deref().map(Destruction::read).transpose()?;
    Ok(DeletionRow { work, ..row })
}
