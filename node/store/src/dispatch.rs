//! What is sent to the archives of the house by DICOM. A dispatch survives every restart, knows which of its instances
//! have arrived, and is tried again until all have, or it was cancelled, or the archive does not want them.

use std::collections::BTreeSet;

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use crate::text::{signed, stored_as_text, unsigned};
use crate::{Id16, Id32, Store, StoreError};

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispatched {
    /// The instances of a study.
    Study,
    /// The documents of a report.
    Report,
    /// The outcome of a storage commitment that the archive asked for.
    Commitment,
}
stored_as_text!(Dispatched { Study => "study", Report => "report", Commitment => "commitment" });

/// How a dispatch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DispatchState {
    /// It is to be sent, or to be sent again.
    Waiting,
    /// All of it is there.
    Delivered,
    /// Some of it will not be taken.
    Failed,
    /// Nobody wants it sent any more.
    Cancelled,
}
stored_as_text!(DispatchState {
    Waiting => "waiting",
    Delivered => "delivered",
    Failed => "failed",
    Cancelled => "cancelled",
});

/// What became of the storage commitment that we asked an archive for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commitment {
    /// The archive was asked, and has to tell.
    Asked,
    /// The archive keeps all of it.
    Safe,
    /// It does not keep some of it.
    NotSafe,
    /// The archive does not offer it.
    NotOffered,
    /// The archive would not be asked.
    Refused,
}
stored_as_text!(Commitment {
    Asked => "asked",
    Safe => "safe",
    NotSafe => "not_safe",
    NotOffered => "not_offered",
    Refused => "refused",
});

/// How an instance of a dispatch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceState {
    /// It is to be sent.
    Waiting,
    /// The archive has it.
    Sent,
    /// The archive will not take it.
    Refused,
}
stored_as_text!(InstanceState { Waiting => "waiting", Sent => "sent", Refused => "refused" });

/// A dispatch to be queued.
#[derive(Debug, Clone)]
pub struct NewDispatch {
    /// Its identifier.
    pub dispatch_id: Id16,
    /// AE title of the archive.
    pub peer: String,
    /// What is sent.
    pub what: Dispatched,
    /// Of which study; empty for the outcome of a commitment.
    pub study_instance_uid: String,
    /// Case and entry of a report.
    pub report: Option<(Id16, Id32)>,
    /// What is to be told of a commitment.
    pub body: Option<Vec<u8>>,
    /// Who asked for it, as the audit log names them.
    pub asked_by: String,
    /// Its instances: SOP Class and SOP Instance UID.
    pub instances: Vec<(String, String)>,
}

/// A dispatch as it is kept.
#[derive(Debug, Clone)]
pub struct DispatchRow {
    /// Its identifier.
    pub dispatch_id: Id16,
    /// AE title of the archive.
    pub peer: String,
    /// What is sent.
    pub what: Dispatched,
    /// Of which study.
    pub study_instance_uid: String,
    /// Case and entry of a report.
    pub report: Option<(Id16, Id32)>,
    /// Who asked for it.
    pub asked_by: String,
    /// How it stands.
    pub state: DispatchState,
    /// How often it was tried in vain since it last got on.
    pub attempts: u32,
    /// When it is tried next.
    pub next_try: Timestamp,
    /// What was in the way last.
    pub reason: Option<String>,
    /// What became of the commitment that we asked for.
    pub commitment: Option<Commitment>,
    /// Since when it waits.
    pub queued_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Its instances.
    pub instances: u64,
    /// Those that the archive has.
    pub sent: u64,
    /// Those that it will not take.
    pub refused: u64,
}

/// An instance of a dispatch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchedInstance {
    /// Its place.
    pub position: u32,
    /// (0008,0016).
    pub sop_class_uid: String,
    /// (0008,0018).
    pub sop_instance_uid: String,
    /// How it stands.
    pub state: InstanceState,
    /// Why it is refused.
    pub reason: Option<String>,
}

/// Without the body, which may be long.
const ROWS: &str =
    "SELECT dispatch_id, peer, what, study_instance_uid, case_id, entry_id, asked_by, dispatches.state,
        attempts, next_try, dispatches.reason, commitment, queued_at, changed_at,
        count(position) AS instances,
        count(position) FILTER (WHERE dispatched_instances.state = 'sent') AS sent,
        count(position) FILTER (WHERE dispatched_instances.state = 'refused') AS refused
     FROM dispatches LEFT JOIN dispatched_instances USING (dispatch_id)";

impl Store {
    /// Queues a dispatch; it is due at once.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_dispatch(&self, dispatch: &NewDispatch, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO dispatches (dispatch_id, peer, what, study_instance_uid, case_id, entry_id, body,
                        asked_by, state, attempts, next_try, queued_at, changed_at)
                     VALUES (:id, :peer, :what, :study, :case, :entry, :body, :by, 'waiting', 0, :now, :now, :now)",
                )?
                .execute(named_params! {
                    ":id": dispatch.dispatch_id,
                    ":peer": dispatch.peer,
                    ":what": dispatch.what,
                    ":study": dispatch.study_instance_uid,
                    ":case": dispatch.report.map(|(case, _)| case),
                    ":entry": dispatch.report.map(|(_, entry)| entry),
                    ":body": dispatch.body,
                    ":by": dispatch.asked_by,
                    ":now": signed(now.0),
                })?;
            let mut insert = transaction
                .prepare_cached("INSERT INTO dispatched_instances VALUES (?1, ?2, ?3, ?4, 'waiting', NULL)")?;
            for (position, (class, instance)) in (0_u32..).zip(&dispatch.instances) {
                insert.execute((dispatch.dispatch_id, position, class, instance))?;
            }
            crate::repeats::note(transaction)
        })
    }

    /// All dispatches, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn dispatches(&self) -> Result<Vec<DispatchRow>, StoreError> {
        self.read(|connection| {
            let sql = format!("{ROWS} GROUP BY dispatch_id ORDER BY queued_at DESC, dispatch_id");
            Ok(connection
                .prepare_cached(&sql)?
                .query_map([], row)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// One dispatch.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn dispatch(&self, id: &Id16) -> Result<DispatchRow, StoreError> {
        self.read(|connection| {
            let sql = format!("{ROWS} WHERE dispatch_id = ?1 GROUP BY dispatch_id");
            let found = connection.prepare_cached(&sql)?.query_row([id], row).optional()?;
            found.ok_or(StoreError::NotFound("dispatch"))
        })
    }

    /// What is to be told of a commitment; `None` when there is nothing, or it was told.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn dispatch_body(&self, id: &Id16) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT body FROM dispatches WHERE dispatch_id = ?1";
            let found = connection.prepare_cached(sql)?.query_row([id], |row| row.get(0));
            found.optional()?.ok_or(StoreError::NotFound("dispatch"))
        })
    }

    /// Whether somebody still wants it sent.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn dispatch_waits(&self, id: &Id16) -> Result<bool, StoreError> {
        self.read(|connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM dispatches WHERE dispatch_id = ?1 AND state = 'waiting')";
            Ok(connection
                .prepare_cached(sql)?
                .query_row([id], |row| row.get(0))?)
        })
    }

    /// How many dispatches of this kind wait.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn waiting_dispatches(&self, what: Dispatched) -> Result<u64, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*) AS waiting FROM dispatches WHERE state = 'waiting' AND what = ?1";
            Ok(connection
                .prepare_cached(sql)?
                .query_row([what], |row| unsigned(row, "waiting"))?)
        })
    }

    /// The dispatch to an archive that is due and has waited longest.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn due_dispatch(&self, peer: &str, now: Timestamp) -> Result<Option<DispatchRow>, StoreError> {
        self.read(|connection| {
            // The outcome of a commitment and reports are small, and somebody waits for them.
            let sql = format!(
                "{ROWS} WHERE dispatch_id = (
                    SELECT dispatch_id FROM dispatches WHERE state = 'waiting' AND peer = ?1 AND next_try <= ?2
                    ORDER BY what = 'study', queued_at, dispatch_id LIMIT 1
                 ) GROUP BY dispatch_id"
            );
            Ok(connection
                .prepare_cached(&sql)?
                .query_row((peer, signed(now.0)), row)
                .optional()?)
        })
    }

    /// When the next dispatch to this archive is due.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn next_dispatch(&self, peer: &str) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT min(next_try) FROM dispatches WHERE state = 'waiting' AND peer = ?1";
            let next: Option<i64> = connection
                .prepare_cached(sql)?
                .query_row([peer], |row| row.get(0))?;
            Ok(next.and_then(|next| u64::try_from(next).ok()).map(Timestamp))
        })
    }

    /// The instances of a dispatch, in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn dispatched_instances(&self, id: &Id16) -> Result<Vec<DispatchedInstance>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT * FROM dispatched_instances WHERE dispatch_id = ?1 ORDER BY position";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([id], instance)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// What became of instances.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn note_dispatched(
        &self,
        id: &Id16,
        instances: &[(u32, InstanceState, Option<String>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut update = transaction.prepare_cached(
                "UPDATE dispatched_instances SET state = ?3, reason = ?4 WHERE dispatch_id = ?1 AND position = ?2",
            )?;
            for (position, state, reason) in instances {
                update.execute((id, position, state, reason))?;
            }
            let sql = "UPDATE dispatches SET changed_at = ?2 WHERE dispatch_id = ?1";
            transaction.prepare_cached(sql)?.execute((id, signed(now.0)))?;
            Ok(())
        })
    }

    /// A dispatch did not get to its end: why, how often that was so, and when it is tried next. One that was cancelled
    /// meanwhile stays so.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn postpone_dispatch(
        &self,
        id: &Id16,
        reason: &str,
        attempts: u32,
        (next, now): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE dispatches SET reason = ?2, attempts = ?3, next_try = ?4, changed_at = ?5
                     WHERE dispatch_id = ?1 AND state = 'waiting'",
                )?
                .execute((id, reason, attempts, signed(next.0), signed(now.0)))?;
            Ok(())
        })
    }

    /// A dispatch that waits ends in this state; gives whether it waited. What was to be told is kept only of one that
    /// was cancelled, which may still be wanted.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn end_dispatch(
        &self,
        id: &Id16,
        state: DispatchState,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let ended = transaction
                .prepare_cached(
                    "UPDATE dispatches SET state = ?2, reason = ?3, changed_at = ?4,
                        body = CASE WHEN ?2 = 'cancelled' THEN body END
                     WHERE dispatch_id = ?1 AND state = 'waiting'",
                )?
                .execute((id, state, reason, signed(now.0)))?;
            if ended > 0 {
                crate::repeats::note(transaction)?;
            }
            Ok(ended > 0)
        })
    }

    /// A dispatch is due at once, with everything that is not known to have arrived; one whose archive does not keep
    /// what it took, with all. The archive is asked anew for its commitment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn renew_dispatch(&self, id: &Id16, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE dispatched_instances SET state = 'waiting', reason = NULL WHERE dispatch_id = ?1
                        AND (state = 'refused' OR (SELECT commitment FROM dispatches WHERE dispatch_id = ?1) = 'not_safe')",
                )?
                .execute([id])?;
            let renewed = transaction
                .prepare_cached(
                    "UPDATE dispatches SET state = 'waiting', attempts = 0, next_try = ?2, reason = NULL,
                        commitment = NULL, transaction_uid = NULL, changed_at = ?2 WHERE dispatch_id = ?1",
                )?
                .execute((id, signed(now.0)))?;
            if renewed == 0 {
                return Err(StoreError::NotFound("dispatch"));
            }
            crate::repeats::note(transaction)
        })
    }

    /// An archive is about to be asked for a commitment under this transaction. Until it has answered nothing is known
    /// of the commitment, but its outcome is taken.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn begin_commitment(&self, id: &Id16, transaction_uid: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE dispatches SET commitment = NULL, transaction_uid = ?2 WHERE dispatch_id = ?1",
                )?
                .execute((id, transaction_uid))?;
            Ok(())
        })
    }

    /// What became of asking for a commitment. An outcome that came before this stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn note_commitment(&self, id: &Id16, commitment: Commitment) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE dispatches SET commitment = ?2 WHERE dispatch_id = ?1 AND commitment IS NULL",
                )?
                .execute((id, commitment))?;
            Ok(())
        })
    }

    /// The outcome of a commitment that this archive was asked for under this transaction: the SOP Instance UIDs of what
    /// it keeps, and of what it does not keep, with why. What was sent and is named in neither is not kept. Gives the
    /// dispatch; `None` when nobody asked. An outcome that is told again changes nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn settle_commitment(
        &self,
        peer: &str,
        transaction_uid: &str,
        (safe, failed): (&[String], &[(String, String)]),
        now: Timestamp,
    ) -> Result<Option<Id16>, StoreError> {
        self.write(|transaction| {
            let found: Option<(Id16, Option<Commitment>)> = transaction
                .prepare_cached(
                    "SELECT dispatch_id, commitment FROM dispatches WHERE peer = ?1 AND transaction_uid = ?2",
                )?
                .query_row((peer, transaction_uid), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((id, None | Some(Commitment::Asked))) = &found {
                settle(transaction, id, (safe, failed), now)?;
            }
            Ok(found.map(|(id, _)| id))
        })
    }

    /// Reports received or written since then that were never dispatched to an archive: log and entry.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn undispatched_reports(
        &self,
        peer: &str,
        since: Timestamp,
    ) -> Result<Vec<(Id16, Id32)>, StoreError> {
        self.read(|connection| {
            // Each part by an index of its own.
            let sql = "SELECT log_id, entry_id FROM (
                    SELECT * FROM entries WHERE type = 'report' AND received_at >= ?2
                    UNION ALL SELECT * FROM entries WHERE type = 'amendment' AND received_at >= ?2) AS entries
                WHERE NOT EXISTS (SELECT 1 FROM dispatches
                    WHERE dispatches.entry_id = entries.entry_id AND dispatches.peer = ?1)
                ORDER BY received_at, lamport, entry_id";
            Ok(connection
                .prepare_cached(sql)?
                .query_map((peer, signed(since.0)), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Logs in which somebody signed beside another since then, as it was received or written.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn co_signed_logs(&self, since: Timestamp) -> Result<Vec<Id16>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT DISTINCT log_id FROM entries
                WHERE type = 'co_signature' AND received_at >= ?1 ORDER BY log_id";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([signed(since.0)], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Whether an instance that was made of a case was ever queued for an archive, whatever became of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn was_dispatched(
        &self,
        peer: &str,
        case: &Id16,
        sop_instance_uid: &str,
    ) -> Result<bool, StoreError> {
        self.read(|connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM dispatches JOIN dispatched_instances USING (dispatch_id)
                WHERE case_id = ?1 AND peer = ?2 AND sop_instance_uid = ?3)";
            let query = (case, peer, sop_instance_uid);
            Ok(connection
                .prepare_cached(sql)?
                .query_row(query, |row| row.get(0))?)
        })
    }

    /// Forgets dispatches that ended before then.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forget_dispatches(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let sql = "DELETE FROM dispatches WHERE state <> 'waiting' AND changed_at < ?1";
            Ok(transaction.prepare_cached(sql)?.execute([signed(before.0)])?)
        })
    }
}

fn settle(
    transaction: &Transaction<'_>,
    id: &Id16,
    (safe, failed): (&[String], &[(String, String)]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut lost = transaction.prepare_cached(
        "UPDATE dispatched_instances SET state = 'refused', reason = ?3
         WHERE dispatch_id = ?1 AND sop_instance_uid = ?2",
    )?;
    for (instance, why) in failed {
        lost.execute((id, instance, why))?;
    }
    let safe: BTreeSet<&str> = safe.iter().map(String::as_str).collect();
    let sent: Vec<String> = transaction
        .prepare_cached(
            "SELECT sop_instance_uid FROM dispatched_instances WHERE dispatch_id = ?1 AND state = 'sent'",
        )?
        .query_map([id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let unnamed = sent.iter().filter(|one| !safe.contains(one.as_str()));
    let unnamed: Vec<&String> = unnamed.collect();
    for instance in &unnamed {
        lost.execute((id, instance, "the archive does not say that it keeps it"))?;
    }
    let outcome = if failed.is_empty() && unnamed.is_empty() {
        Commitment::Safe
    } else {
        Commitment::NotSafe
    };
    transaction
        .prepare_cached("UPDATE dispatches SET commitment = ?2, changed_at = ?3 WHERE dispatch_id = ?1")?
        .execute((id, outcome, signed(now.0)))?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<DispatchRow> {
    let case: Option<Id16> = row.get("case_id")?;
    let entry: Option<Id32> = row.get("entry_id")?;
    Ok(DispatchRow {
        dispatch_id: row.get("dispatch_id")?,
        peer: row.get("peer")?,
        what: row.get("what")?,
        study_instance_uid: row.get("study_instance_uid")?,
        report: case.zip(entry),
        asked_by: row.get("asked_by")?,
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        next_try: Timestamp(unsigned(row, "next_try")?),
        reason: row.get("reason")?,
        commitment: row.get("commitment")?,
        queued_at: Timestamp(unsigned(row, "queued_at")?),
        changed_at: Timestamp(unsigned(row, "changed_at")?),
        instances: unsigned(row, "instances")?,
        sent: unsigned(row, "sent")?,
        refused: unsigned(row, "refused")?,
    })
}

fn instance(row: &Row<'_>) -> rusqlite::Result<DispatchedInstance> {
    Ok(DispatchedInstance {
        position: row.get("position")?,
        sop_class_uid: row.get("sop_class_uid")?,
        sop_instance_uid: row.get("sop_instance_uid")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
    })
}
