//! Requests that carry an idempotency key (draft-ietf-httpapi-idempotency-key-header): what became of them, for whoever
//! asks again.
//!
//! A key is reserved before anything is done, and its answer is kept afterwards. A crash may come between the two. So what a
//! request signs (entries of logs, records of the house) or does to the queue of the archives is noted with its key in the
//! same transaction: after a crash a key with a note is done, and one without may be used anew. What leaves no note (files
//! that are taken in or written, mail) may be done twice over a crash.

use std::cell::RefCell;

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use crate::text::signed;
use crate::{Store, StoreError};

/// How long an answer is kept, seconds.
pub const KEPT: u64 = 86_400;
/// Keys of one person that are kept; the oldest make room.
const OF_ONE: u32 = 1_000;
/// The largest answer that is kept, bytes. Of a larger one it is kept that there was one.
pub const MAX_ANSWER: usize = 64 << 10;

/// Whose request it is, and its key: at most a few hundred bytes each, which whoever takes it in sees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeatable {
    /// The practitioner's sign-in name, or `operator`.
    pub person: String,
    /// As it was sent.
    pub key: String,
}

/// An answer as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Of the body; empty when there is none.
    pub media_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What is answered is about patients.
impl std::fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeptAnswer({}, {} bytes)", self.status, self.body.len())
    }
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it is reserved now, and the request is to be done.
    Nothing,
    /// It was used for another request.
    OfAnother,
    /// The request is being done.
    UnderWay,
    /// It was done, and this was answered: by this run of the node, or by an earlier one.
    Answered(KeptAnswer, bool),
    /// What it asks for was written down; what was answered is not known.
    Done,
    /// It was done, and the answer was larger than [`MAX_ANSWER`].
    Unkept,
}

struct Row {
    digest: [u8; 32],
    run: [u8; 16],
    done: bool,
    /// It was answered, by more than is kept.
    unkept: bool,
    answer: Option<KeptAnswer>,
}

thread_local! {
    static ASKED: RefCell<Option<Repeatable>> = const { RefCell::new(None) };
}

/// Does `work` for this request: what it signs is noted with the key.
pub fn within<T>(request: Option<Repeatable>, work: impl FnOnce() -> T) -> T {
    /// Puts back what was there, also when `work` panics.
    struct Before(Option<Repeatable>);
    impl Drop for Before {
        fn drop(&mut self) {
            ASKED.set(self.0.take());
        }
    }
    let _before = Before(ASKED.replace(request));
    work()
}

/// The request that this thread works for, to be handed on to a thread that goes on with it.
#[must_use]
pub fn asked() -> Option<Repeatable> {
    ASKED.with_borrow(Clone::clone)
}

/// Notes that the request of this thread has an effect, in the transaction that is the effect.
pub(crate) fn note(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let Some(request) = asked() else {
        return Ok(());
    };
    transaction
        .prepare_cached("UPDATE repeats SET done = 1 WHERE person = ?1 AND key = ?2")?
        .execute((&request.person, &request.key))?;
    Ok(())
}

impl Store {
    /// Reserves a key for this run of the node, or tells what is known of it. `digest` is that of the request; `again`
    /// says of an answer of an earlier run with this status whether it holds no more (its job is gone).
    ///
    /// # Errors
    /// When the database refuses.
    pub fn reserve(
        &self,
        request: &Repeatable,
        digest: &[u8; 32],
        run: &[u8; 16],
        now: Timestamp,
        again: impl Fn(u16) -> bool,
    ) -> Result<Known, StoreError> {
        self.write(|transaction| {
            forget_old(transaction, now)?;
            make_room(transaction, request, run)?;
            let Some(row) = find(transaction, request)? else {
                transaction
                    .prepare_cached(
                        "INSERT INTO repeats (person, key, digest, run, asked_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute((&request.person, &request.key, digest, run, signed(now.0)))?;
                return Ok(Known::Nothing);
            };
            let ours = row.run == *run;
            Ok(match row.answer {
                _ if row.digest != *digest => Known::OfAnother,
                _ if row.unkept => Known::Unkept,
                Some(answer) if ours || !again(answer.status) => Known::Answered(answer, ours),
                None if ours => Known::UnderWay,
                _ if row.done => Known::Done,
                _ => {
                    transaction
                        .prepare_cached(
                            "UPDATE repeats SET run = ?3, status = NULL, media_type = NULL, answer = NULL \
                             WHERE person = ?1 AND key = ?2",
                        )?
                        .execute((&request.person, &request.key, run))?;
                    Known::Nothing
                }
            })
        })
    }

    /// Keeps what was answered; `None` when it was refused or failed: then the key may be used anew, unless something was
    /// written down all the same.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn settle(&self, request: &Repeatable, answer: Option<&KeptAnswer>) -> Result<(), StoreError> {
        let (person, key) = (&request.person, &request.key);
        self.write(|transaction| {
            match answer {
                Some(answer) if answer.body.len() > MAX_ANSWER => transaction
                    .prepare_cached("UPDATE repeats SET done = 1, status = ?3 WHERE person = ?1 AND key = ?2")?
                    .execute((person, key, answer.status))?,
                Some(answer) => transaction
                    .prepare_cached(
                        "UPDATE repeats SET status = ?3, media_type = ?4, answer = ?5 WHERE person = ?1 AND key = ?2",
                    )?
                    .execute((person, key, answer.status, &answer.media_type, &answer.body))?,
                None => {
                    transaction
                        .prepare_cached("DELETE FROM repeats WHERE person = ?1 AND key = ?2 AND NOT done")?
                        .execute((person, key))?;
                    // Of no run: whoever asks again is told that it is done.
                    transaction
                        .prepare_cached(
                            "UPDATE repeats SET done = 1, run = zeroblob(16) WHERE person = ?1 AND key = ?2",
                        )?
                        .execute((person, key))?
                }
            };
            Ok(())
        })
    }

    /// Forgets what is older than [`KEPT`], also what is still said to be under way.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forget_repeats(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(|transaction| forget_old(transaction, now))
    }
}

fn find(transaction: &Transaction<'_>, request: &Repeatable) -> Result<Option<Row>, StoreError> {
    Ok(transaction
        .prepare_cached("SELECT * FROM repeats WHERE person = ?1 AND key = ?2")?
        .query_row((&request.person, &request.key), |row| {
            let status: Option<u16> = row.get("status")?;
            let body: Option<Vec<u8>> = row.get("answer")?;
            let unkept = status.is_some() && body.is_none();
            let answer = match (status, body) {
                (Some(status), Some(body)) => Some(KeptAnswer {
                    status,
                    media_type: row.get("media_type")?,
                    body,
                }),
                _ => None,
            };
            Ok(Row {
                digest: row.get("digest")?,
                run: row.get("run")?,
                done: row.get("done")?,
                unkept,
                answer,
            })
        })
        .optional()?)
}

/// No request lasts so long: one that is still said to be under way ended in a way that could not be noted.
fn forget_old(transaction: &Transaction<'_>, now: Timestamp) -> Result<usize, StoreError> {
    Ok(transaction
        .prepare_cached("DELETE FROM repeats WHERE asked_at < ?1")?
        .execute([signed(now.0.saturating_sub(KEPT))])?)
}

/// Forgets of one person what is too much; never what is under way.
fn make_room(transaction: &Transaction<'_>, request: &Repeatable, run: &[u8; 16]) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "DELETE FROM repeats WHERE person = ?1 AND NOT (status IS NULL AND run = ?2) AND key IN \
             (SELECT key FROM repeats WHERE person = ?1 ORDER BY asked_at DESC LIMIT -1 OFFSET ?3)",
        )?
        .execute((&request.person, run, OF_ONE - 1))?;
    Ok(())
}
