//! Writing to logs: entries, their places in the outbox, and what must not be there without them, in one transaction.

use std::collections::BTreeSet;

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction, named_params};

use crate::audit::AuditEvent;
use crate::integrity::{self, SealKey, Table};
use crate::log::{Appended, Queued, StoredEntry};
use crate::packages::PackageState;
use crate::text::signed;
use crate::{Id16, Id32, Store, StoreError};

/// What is written in the same transaction as entries.
#[derive(Debug, Default, Clone, Copy)]
pub struct Along<'a> {
    /// How far the package is of which the entries tell.
    pub package: Option<(&'a Id16, PackageState)>,
    /// The row of the audit log for what they tell.
    pub told: Option<&'a AuditEvent>,
}

impl Store {
    /// Appends one entry; see [`Store::append_entries`].
    ///
    /// # Errors
    /// When the database refuses.
    pub fn append_entry(&self, entry: &StoredEntry, queue_for: &[&str]) -> Result<Appended, StoreError> {
        let outcomes = self.append_entries(std::slice::from_ref(entry), queue_for)?;
        outcomes.first().copied().ok_or(StoreError::NotFound("entry"))
    }

    /// Appends entries and queues them for `queue_for` (texts of `PeerId`s), all in one transaction: what is sent is
    /// stored, and what must be sent is not forgotten. Appending an entry again changes nothing.
    ///
    /// # Errors
    /// When the database refuses; none is stored then.
    pub fn append_entries(
        &self,
        entries: &[StoredEntry],
        queue_for: &[&str],
    ) -> Result<Vec<Appended>, StoreError> {
        self.write(|transaction| {
            let mut outcomes = Vec::with_capacity(entries.len());
            for entry in entries {
                let outcome = append(transaction, self.seal_key(), entry)?;
                if !matches!(outcome, Appended::Fork { .. }) {
                    for peer in queue_for {
                        crate::outbox::add(
                            transaction,
                            peer,
                            &entry.log_id,
                            &entry.entry_id,
                            entry.received_at,
                        )?;
                    }
                }
                outcomes.push(outcome);
            }
            Ok(outcomes)
        })
    }

    /// Appends entries, and queues what is named, which may have been stored before: who was brought into a case late is
    /// given all that she may see of it, and nobody what she may not. All in one transaction, as
    /// [`Store::append_entries`].
    ///
    /// # Errors
    /// When the database refuses; none is stored then.
    pub fn append_and_queue(
        &self,
        entries: &[StoredEntry],
        queue: &[Queued],
        now: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        self.append_with(entries, queue, Along::default(), now)
    }

    /// The same, and in the same transaction writes what goes along: after a crash none is there without the others.
    ///
    /// # Errors
    /// As [`Store::append_and_queue`]; [`StoreError::NotFound`].
    pub fn append_with(
        &self,
        entries: &[StoredEntry],
        queue: &[Queued],
        along: Along<'_>,
        now: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        self.write(|transaction| {
            let mut outcomes = Vec::with_capacity(entries.len());
            let mut forks = BTreeSet::new();
            if let Some((id, state)) = along.package {
                crate::packages::set_state(transaction, self.seal_key(), id, state)?;
            }
            for entry in entries {
                let outcome = append(transaction, self.seal_key(), entry)?;
                if matches!(outcome, Appended::Fork { .. }) {
                    forks.insert(entry.entry_id);
                }
                outcomes.push(outcome);
            }
            for one in queue.iter().filter(|one| !forks.contains(&one.entry_id)) {
                crate::outbox::add(transaction, &one.peer, &one.log_id, &one.entry_id, now)?;
            }
            if let Some(event) = along.told {
                crate::audit::append(transaction, self.seal_key(), event)?;
            }
            Ok(outcomes)
        })
    }
}

fn append(transaction: &Transaction<'_>, key: &SealKey, entry: &StoredEntry) -> Result<Appended, StoreError> {
    let sound = integrity::is_sound(transaction, key, Table::Logs, &entry.log_id)?;
    transaction
        .prepare_cached("INSERT INTO logs VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO NOTHING")?
        .execute((entry.log_id, entry.kind, signed(entry.received_at.0)))?;
    let rival: Option<Id32> = transaction
        .prepare_cached(
            "SELECT entry_id FROM entries
             WHERE entry_id = ?1 OR (log_id = ?2 AND signer = ?3 AND device = ?4 AND seq = ?5)",
        )?
        .query_row(
            (
                entry.entry_id,
                entry.log_id,
                entry.signer.as_bytes(),
                entry.device.as_bytes(),
                signed(entry.seq),
            ),
            |row| row.get(0),
        )
        .optional()?;
    match rival {
        Some(id) if id == entry.entry_id => Ok(Appended::AlreadyThere),
        Some(rival_of) => {
            transaction
                .prepare_cached(
                    "INSERT INTO forks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                )?
                .execute((
                    entry.entry_id,
                    entry.log_id,
                    rival_of,
                    &entry.header,
                    &entry.body,
                    entry.salt,
                    signed(entry.received_at.0),
                ))?;
            integrity::seal(transaction, key, Table::Forks, &entry.entry_id)?;
            Ok(Appended::Fork { rival_of })
        }
        None => {
            insert(transaction, entry)?;
            crate::repeats::note(transaction)?;
            transaction
                .prepare_cached("UPDATE logs SET updated_at = max(updated_at, ?2) WHERE log_id = ?1")?
                .execute((entry.log_id, signed(entry.received_at.0)))?;
            integrity::seal(transaction, key, Table::Entries, &entry.entry_id)?;
            if sound {
                integrity::seal(transaction, key, Table::Logs, &entry.log_id)?;
            }
            Ok(Appended::Added)
        }
    }
}

pub(crate) fn insert(transaction: &Transaction<'_>, entry: &StoredEntry) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO entries VALUES (:id, :log, :type, :signer, :device, :seq, :lamport, :header, :body, :salt, :at)",
        )?
        .execute(named_params! {
            ":id": entry.entry_id,
            ":log": entry.log_id,
            ":type": entry.entry_type,
            ":signer": entry.signer.as_bytes(),
            ":device": entry.device.as_bytes(),
            ":seq": signed(entry.seq),
            ":lamport": signed(entry.lamport),
            ":header": entry.header,
            ":body": entry.body,
            ":salt": entry.salt,
            ":at": signed(entry.received_at.0),
        })?;
    Ok(())
}
