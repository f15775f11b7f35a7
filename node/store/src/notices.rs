//! What people are to be told outside the app: who wants what, what waits, and what became of it.

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::text::{signed, stored_as_text, unsigned};
use crate::{AuditEvent, Id16, Id32, Store, StoreError, audit};

/// Most notices that wait for one person by one way; beyond it only what is urgent is queued.
const MOST_WAITING: i64 = 500;
/// The longest reason that is kept, characters.
const MAX_REASON: usize = 300;

/// What became of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// It is to be sent.
    Waiting,
    /// It was taken by whoever it was given to.
    Sent,
    /// It was given up.
    Failed,
}

stored_as_text!(NoticeState {
    Waiting => "waiting",
    Sent => "sent",
    Failed => "failed",
});

/// A notice that is to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// Whom, by her sign-in name.
    pub practitioner: String,
    /// By which way: desktop, email, webhook.
    pub channel: &'static str,
    /// The word of its matter.
    pub matter: &'static str,
    /// What it is about: told once by each way.
    pub about: String,
    /// The case that it is about.
    pub case_id: Option<Id16>,
    /// Whether it is urgent.
    pub urgent: bool,
    /// Not before.
    pub at: Timestamp,
}

/// A queued notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its number.
    pub id: u64,
    /// Whom, by her sign-in name.
    pub practitioner: String,
    /// By which way.
    pub channel: String,
    /// The word of its matter.
    pub matter: String,
    /// The case that it is about.
    pub case_id: Option<Id16>,
    /// Whether it is urgent.
    pub urgent: bool,
    /// What became of it.
    pub state: NoticeState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next_try: Timestamp,
    /// Why it was not taken, the last time.
    pub reason: Option<String>,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it was last tried, or queued.
    pub changed_at: Timestamp,
}

/// What somebody wants to be told.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeSettings {
    /// As JSON.
    pub form: String,
    /// What her webhook's messages are signed with.
    pub webhook_secret: Option<String>,
}

impl std::fmt::Debug for NoticeSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NoticeSettings").finish_non_exhaustive()
    }
}

impl Store {
    /// Sets what somebody wants to be told.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn set_notice_settings(
        &self,
        practitioner: &str,
        settings: &NoticeSettings,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO notice_settings VALUES (?1, ?2, ?3)")?
                .execute((practitioner, &settings.form, &settings.webhook_secret))?;
            Ok(())
        })
    }

    /// What somebody wants to be told; `None` when she has not chosen.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn notice_settings(&self, practitioner: &str) -> Result<Option<NoticeSettings>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT form, webhook_secret FROM notice_settings WHERE practitioner = ?1";
            Ok(connection
                .prepare_cached(sql)?
                .query_row([practitioner], |row| {
                    Ok(NoticeSettings {
                        form: row.get("form")?,
                        webhook_secret: row.get("webhook_secret")?,
                    })
                })
                .optional()?)
        })
    }

    /// Entries of which nobody has been told, with their logs; at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn untold_entries(&self, limit: u32) -> Result<Vec<(Id32, Id16)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT entry_id, log_id FROM untold_entries LIMIT ?1";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Queues notices, each once for a person, a way and what it is about, and notes that of these entries people are told:
    /// in one transaction. Gives how many are new.
    ///
    /// # Errors
    /// When the database refuses; nothing is queued then.
    pub fn queue_notices(
        &self,
        notices: &[NewNotice],
        told: &[Id32],
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let mut new = 0;
            for notice in notices {
                new += queue(transaction, notice, now)?;
            }
            let mut forget = transaction.prepare_cached("DELETE FROM untold_entries WHERE entry_id = ?1")?;
            for entry in told {
                forget.execute([entry])?;
            }
            Ok(new)
        })
    }

    /// What waits for a way and is to be tried now, the oldest first; at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn due_notices(
        &self,
        channel: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT * FROM notices WHERE state = 'waiting' AND channel = ?1 AND next_try <= ?2
                       ORDER BY urgent DESC, notice_id LIMIT ?3";
            Ok(connection
                .prepare_cached(sql)?
                .query_map((channel, signed(now.0), limit), notice)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// The same for one person.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn due_notices_of(
        &self,
        practitioner: &str,
        channel: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT * FROM notices WHERE practitioner = ?1 AND channel = ?2 AND state = 'waiting'
                       AND next_try <= ?3 ORDER BY urgent DESC, notice_id LIMIT ?4";
            Ok(connection
                .prepare_cached(sql)?
                .query_map((practitioner, channel, signed(now.0), limit), notice)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// The last notices of a person, the newest first; at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn notices_of(&self, practitioner: &str, limit: u32) -> Result<Vec<NoticeRow>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT * FROM notices WHERE practitioner = ?1 ORDER BY notice_id DESC LIMIT ?2";
            Ok(connection
                .prepare_cached(sql)?
                .query_map((practitioner, limit), notice)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// What waits for a way and is to be sent now, the urgent and the oldest first, at most `limit`: without those of people to
    /// whom something was sent since `rested`, unless something urgent waits for them. A clock that was set back silences nobody.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn due_messages(
        &self,
        channel: &str,
        (now, rested): (Timestamp, Timestamp),
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT * FROM notices WHERE state = 'waiting' AND channel = ?1 AND next_try <= ?2
                       AND (practitioner NOT IN (SELECT practitioner FROM notices WHERE state = 'sent' AND channel = ?1
                                AND changed_at > ?3 AND changed_at <= ?2)
                            OR practitioner IN (SELECT practitioner FROM notices WHERE state = 'waiting' AND channel = ?1
                                AND next_try <= ?2 AND urgent = 1))
                       ORDER BY urgent DESC, notice_id LIMIT ?4";
            Ok(connection
                .prepare_cached(sql)?
                .query_map((channel, signed(now.0), signed(rested.0), limit), notice)?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Notes what became of notices of one message, each with its event in the audit trail where there is one: in one
    /// transaction. What waits no more is left alone, and its event is not written.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn note_notices(
        &self,
        notices: &[(u64, Option<AuditEvent>)],
        (state, next_try, reason): (NoticeState, Timestamp, Option<&str>),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let reason: Option<String> = reason.map(|reason| reason.chars().take(MAX_REASON).collect());
        self.write(|transaction| {
            let sql = "UPDATE notices SET state = ?2, next_try = ?3, reason = ?4, changed_at = ?5,
                       attempts = attempts + 1 WHERE notice_id = ?1 AND state = 'waiting'";
            let mut update = transaction.prepare_cached(sql)?;
            for (id, event) in notices {
                let noted =
                    update.execute((signed(*id), state, signed(next_try.0), &reason, signed(now.0)))?;
                if let Some(event) = event
                    && noted > 0
                {
                    audit::append(transaction, self.seal_key(), event)?;
                }
            }
            Ok(())
        })
    }

    /// Forgets notices that do not wait and were last changed before then; gives how many. What has waited since before
    /// then is given up.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forget_notices(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(|transaction| {
            Ok(transaction
                .prepare_cached("DELETE FROM notices WHERE changed_at < ?1")?
                .execute([signed(before.0)])?)
        })
    }
}

fn queue(transaction: &Transaction<'_>, notice: &NewNotice, now: Timestamp) -> Result<usize, StoreError> {
    if !notice.urgent {
        let sql =
            "SELECT count(*) FROM notices WHERE practitioner = ?1 AND channel = ?2 AND state = 'waiting'";
        let waiting: i64 = transaction
            .prepare_cached(sql)?
            .query_row((&notice.practitioner, notice.channel), |row| row.get(0))?;
        if waiting >= MOST_WAITING {
            return Ok(0);
        }
    }
    let sql = "INSERT INTO notices (practitioner, channel, matter, about, case_id, urgent, state, attempts, next_try,
               queued_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', 0, ?7, ?8, ?8) ON CONFLICT DO NOTHING";
    Ok(transaction.prepare_cached(sql)?.execute((
        &notice.practitioner,
        notice.channel,
        notice.matter,
        &notice.about,
        notice.case_id,
        notice.urgent,
        signed(notice.at.0),
        signed(now.0),
    ))?)
}

fn notice(row: &Row<'_>) -> rusqlite::Result<NoticeRow> {
    Ok(NoticeRow {
        id: unsigned(row, "notice_id")?,
        practitioner: row.get("practitioner")?,
        channel: row.get("channel")?,
        matter: row.get("matter")?,
        case_id: row.get("case_id")?,
        urgent: row.get("urgent")?,
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        next_try: Timestamp(unsigned(row, "next_try")?),
        reason: row.get("reason")?,
        queued_at: Timestamp(unsigned(row, "queued_at")?),
        changed_at: Timestamp(unsigned(row, "changed_at")?),
    })
}
