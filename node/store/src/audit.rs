//! What was done here and by whom: a hash chain that is only ever appended to.
//!
//! Each row's hash is SHA-256 over the previous hash and the row's fields, each preceded by its length, so that anyone
//! with a hash tool can check an export. Whoever holds the database key can of course compute a whole new chain:
//! [`Store::audit_head`] is there to be kept elsewhere too.

use dokuei_identity::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::integrity::{self, SealKey, Table};
use crate::text::{signed, unsigned};
use crate::{Id32, Store, StoreError};

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// By whom: a practitioner's fingerprint, `operator`, or a peer.
    pub actor: String,
    /// What, as a stable word: `sign_in`, `study.view`.
    pub action: String,
    /// On what: a UID or an id.
    pub object: String,
    /// How it ended: `ok`, or the code of the refusal.
    pub outcome: String,
}

/// An event in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Counts from 1.
    pub seq: u64,
    /// The event.
    #[serde(flatten)]
    pub event: AuditEvent,
    /// Hash of the row before; zeros for the first.
    #[serde(serialize_with = "crate::text::as_hex")]
    pub prev_hash: Id32,
    /// Hash of this row.
    #[serde(serialize_with = "crate::text::as_hex")]
    pub hash: Id32,
}

impl AuditRow {
    /// The bytes whose SHA-256 is [`Self::hash`]: the hash before, then number, time and texts, each after its length.
    #[must_use]
    pub fn hashed(&self) -> Vec<u8> {
        hashed(&self.prev_hash, self.seq, &self.event)
    }
}

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// Number of the newest row; 0 when there is none.
    pub seq: u64,
    /// Its hash; zeros when there is none.
    pub hash: Id32,
}

impl Store {
    /// Appends an event; durable when this returns.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn audit(&self, event: &AuditEvent) -> Result<AuditHead, StoreError> {
        self.write(|transaction| append(transaction, self.seal_key(), event))
    }

    /// At most `limit` rows from number `from` on, each compared with its hash and the row before.
    ///
    /// # Errors
    /// [`StoreError::AuditBroken`] names the first row that was changed, removed or put in; or the database refuses.
    pub fn audit_rows(&self, from: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|connection| {
            let from = from.max(1);
            let mut last = AuditHead {
                seq: from - 1,
                hash: [0; 32],
            };
            if from > 1 {
                let sql = "SELECT hash FROM audit WHERE seq = ?1";
                let before = connection
                    .prepare_cached(sql)?
                    .query_row([signed(from - 1)], |row| row.get(0))
                    .optional()?;
                let Some(hash) = before else {
                    // Beyond the end there is nothing; before it a row is missing.
                    return match head(connection)?.seq {
                        end if end < from => Ok(Vec::new()),
                        _ => Err(StoreError::AuditBroken { seq: from - 1 }),
                    };
                };
                last.hash = hash;
            }
            let sql = "SELECT * FROM audit WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query((signed(from), limit))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let row = audit_row(row)?;
                last = follows(&last, &row)?;
                found.push(row);
            }
            Ok(found)
        })
    }

    /// The end of the chain, to be kept elsewhere too.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn audit_head(&self) -> Result<AuditHead, StoreError> {
        self.read(head)
    }

    /// Recomputes the whole chain.
    ///
    /// # Errors
    /// [`StoreError::AuditBroken`] names the first row that was changed, removed or put in.
    pub fn verify_audit(&self) -> Result<AuditHead, StoreError> {
        self.read(|connection| {
            let mut last = AuditHead {
                seq: 0,
                hash: [0; 32],
            };
            let mut statement = connection.prepare_cached("SELECT * FROM audit ORDER BY seq")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                last = follows(&last, &audit_row(row)?)?;
            }
            let sealed = integrity::check(connection, self.seal_key(), Table::AuditHead, &integrity::HEAD);
            if head(connection)? == last && !matches!(sealed, Err(StoreError::Altered(_))) {
                sealed.map(|()| last)
            } else {
                Err(StoreError::AuditBroken { seq: last.seq + 1 })
            }
        })
    }
}

/// Appends an event within a transaction that writes what it is about too.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    key: &SealKey,
    event: &AuditEvent,
) -> Result<AuditHead, StoreError> {
    let (table, id) = (Table::AuditHead, &integrity::HEAD);
    let sound = integrity::is_sound(transaction, key, table, id)?;
    let last = head(transaction)?;
    let seq = last.seq + 1;
    let next = AuditHead {
        seq,
        hash: hash(&last.hash, seq, event),
    };
    transaction
        .prepare_cached("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute((
            signed(seq),
            signed(event.at.0),
            &event.actor,
            &event.action,
            &event.object,
            &event.outcome,
            last.hash,
            next.hash,
        ))?;
    transaction
        .prepare_cached("INSERT OR REPLACE INTO audit_head VALUES (1, ?1, ?2)")?
        .execute((signed(seq), next.hash))?;
    if sound {
        integrity::seal(transaction, key, table, id)?;
    }
    Ok(next)
}

fn head(connection: &Connection) -> Result<AuditHead, StoreError> {
    let head = connection
        .prepare_cached("SELECT seq, hash FROM audit_head")?
        .query_row([], |row| {
            Ok(AuditHead {
                seq: unsigned(row, "seq")?,
                hash: row.get("hash")?,
            })
        })
        .optional()?;
    Ok(head.unwrap_or(AuditHead {
        seq: 0,
        hash: [0; 32],
    }))
}

/// Whether a row stands where the chain is at `last`; where it is then.
fn follows(last: &AuditHead, row: &AuditRow) -> Result<AuditHead, StoreError> {
    let seq = last.seq + 1;
    let expected = hash(&last.hash, seq, &row.event);
    if row.seq != seq || row.prev_hash != last.hash || row.hash != expected {
        return Err(StoreError::AuditBroken { seq });
    }
    Ok(AuditHead { seq, hash: expected })
}

fn hash(previous: &Id32, seq: u64, event: &AuditEvent) -> Id32 {
    Sha256::digest(hashed(previous, seq, event)).into()
}

/// What the hash of a row is over.
fn hashed(previous: &Id32, seq: u64, event: &AuditEvent) -> Vec<u8> {
    let mut bytes = previous.to_vec();
    let (seq, at) = (seq.to_be_bytes(), event.at.0.to_be_bytes());
    let texts = [&event.actor, &event.action, &event.object, &event.outcome].map(|text| text.as_bytes());
    for field in [seq.as_slice(), at.as_slice()].into_iter().chain(texts) {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

fn audit_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        seq: unsigned(row, "seq")?,
        event: AuditEvent {
            at: Timestamp(unsigned(row, "at")?),
            actor: row.get("actor")?,
            action: row.get("action")?,
            object: row.get("object")?,
            outcome: row.get("outcome")?,
        },
        prev_hash: row.get("prev_hash")?,
        hash: row.get("hash")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StoreKey;

    fn store_with_rows(directory: &std::path::Path, rows: u64) -> Store {
        let store = Store::create(directory, &StoreKey::from_bytes([3; 32])).unwrap();
        for at in 0..rows {
            let event = AuditEvent {
                at: Timestamp(at),
                actor: "operator".into(),
                action: "study.view".into(),
                object: format!("1.2.{at}"),
                outcome: "ok".into(),
            };
            store.audit(&event).unwrap();
        }
        store
    }

    /// As an insider with the key and an SQL shell would.
    fn tamper(store: &Store, sql: &str) {
        store
            .write(|connection| {
                connection.execute_batch(
                    "DROP TRIGGER IF EXISTS audit_is_never_changed; DROP TRIGGER IF EXISTS audit_is_never_deleted;",
                )?;
                Ok(connection.execute_batch(sql)?)
            })
            .unwrap();
    }

    /// R6, R24: the chain names the first row that was changed, removed, put in or cut off.
    #[test]
    fn r6_r24_a_changed_audit_row_is_found() {
        for (sql, broken) in [
            ("UPDATE audit SET outcome = 'denied' WHERE seq = 3", 3),
            (
                "UPDATE audit SET actor = 'operatorstudy.view', action = '' WHERE seq = 2",
                2,
            ),
            ("UPDATE audit SET at = 99 WHERE seq = 5", 5),
            ("DELETE FROM audit WHERE seq = 4", 4),
            ("DELETE FROM audit WHERE seq = 5", 5),
            ("DELETE FROM audit", 1),
            (
                "INSERT INTO audit SELECT 6, at, actor, action, object, outcome, hash, hash FROM audit WHERE seq = 5",
                6,
            ),
        ] {
            let directory = tempfile::tempdir().unwrap();
            let store = store_with_rows(directory.path(), 5);
            assert_eq!(store.verify_audit().unwrap().seq, 5);
            tamper(&store, sql);
            let error = store.verify_audit().unwrap_err();
            assert!(
                matches!(error, StoreError::AuditBroken { seq } if seq == broken),
                "{sql}: {error}"
            );
        }
    }

    /// R24: ordinary statements cannot touch it at all.
    #[test]
    fn r24_the_audit_log_refuses_update_and_delete() {
        let directory = tempfile::tempdir().unwrap();
        let store = store_with_rows(directory.path(), 2);
        for sql in ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"] {
            let refused = store.write(|connection| Ok(connection.execute_batch(sql)?));
            assert!(
                refused.unwrap_err().to_string().contains("only ever appended"),
                "{sql}"
            );
        }
        assert_eq!(store.audit_rows(2, 10).unwrap().len(), 1);
    }

    /// The format of a hash is a promise to whoever checks an export.
    #[test]
    fn audit_hash_snapshot() {
        let event = AuditEvent {
            at: Timestamp(1_764_000_000),
            actor: "operator".into(),
            action: "sign_in".into(),
            object: "tanaka".into(),
            outcome: "ok".into(),
        };
        insta::assert_snapshot!(hex::encode(hash(&[0; 32], 1, &event)));
    }
}
