//! Sending what waits: all that waits for a person by one way in one message, later again when it is not taken, and an audit
//! row for each notice that went out.

use std::collections::BTreeMap;

use dokuei_notice::{Channel, Matter, letter, next_try};
use dokuei_store::{AuditEvent, NoticeRow, NoticeState};
use sha2::{Digest, Sha256};

use super::super::Node;
use super::super::error::ServiceError;

/// Notices that are looked at together.
const BATCH: u32 = 200;
/// Between two messages to a person by one way there is at least this, seconds; what is urgent does not wait.
const PACE: u64 = 120;

impl Node {
    /// Sends what waits for a way and is to be tried now.
    pub(super) fn send_by(&self, channel: Channel) -> Result<(), ServiceError> {
        let now = self.now();
        let mut people: BTreeMap<String, Vec<NoticeRow>> = BTreeMap::new();
        let due = self
            .store()
            .due_messages(channel.name(), (now, now.minus(PACE)), BATCH)?;
        for row in due {
            people.entry(row.practitioner.clone()).or_default().push(row);
        }
        for (who, rows) in people {
            self.send_and_note(&who, channel, &rows)?;
        }
        Ok(())
    }

    fn send_and_note(&self, who: &str, channel: Channel, rows: &[NoticeRow]) -> Result<(), ServiceError> {
        let outcome = self.send_message(who, channel, rows);
        let now = self.now();
        match &outcome {
            Ok(()) => {
                let sent = self.noted(rows, "sent");
                self.store()
                    .note_notices(&sent, (NoticeState::Sent, now, None), now)?;
            }
            Err(why) => {
                // The address is hers and stands in no log.
                tracing::info!(
                    channel = channel.name(),
                    "a notice was not taken; it is tried again"
                );
                for row in rows {
                    let next = next_try(row.attempts + 1, now);
                    let state = next.map_or(NoticeState::Failed, |_| NoticeState::Waiting);
                    let noted = (state, next.unwrap_or(now), Some(why.as_str()));
                    let told = match next {
                        Some(_) => vec![(row.id, None)],
                        None => self.noted(std::slice::from_ref(row), "given up"),
                    };
                    self.store().note_notices(&told, noted, now)?;
                }
            }
        }
        Ok(())
    }

    /// Each notice with its row of the audit trail: of what, to whom, by which way.
    pub(super) fn noted(&self, rows: &[NoticeRow], outcome: &str) -> Vec<(u64, Option<AuditEvent>)> {
        let event = |row: &NoticeRow| AuditEvent {
            at: self.now(),
            actor: "node".to_owned(),
            action: "notice".to_owned(),
            object: row.case_id.map_or_else(|| "node".to_owned(), hex::encode),
            outcome: format!(
                "{} {} to {}: {outcome}",
                row.channel, row.matter, row.practitioner
            ),
        };
        rows.iter().map(|row| (row.id, Some(event(row)))).collect()
    }

    /// Gives one message to the mail server or the webhook; why it was not taken, otherwise.
    pub(super) fn send_message(&self, who: &str, channel: Channel, rows: &[NoticeRow]) -> Result<(), String> {
        let failed = |error: ServiceError| error.to_string();
        let (settings, secret) = self.chosen(who).map_err(failed)?;
        let outlets = self.outlets().map_err(failed)?;
        let off = || "this way was turned off meanwhile".to_owned();
        match channel {
            Channel::Email => {
                let (to, smtp) = settings.email.zip(outlets.smtp.as_ref()).ok_or_else(off)?;
                let matters: Vec<Matter> = rows.iter().filter_map(|row| Matter::named(&row.matter)).collect();
                let id = message_id(rows, &self.mark());
                smtp.send(&to.address, &letter(&matters, settings.language), &id)
            }
            Channel::Webhook => {
                let (to, secret) = settings.webhook.zip(secret).ok_or_else(off)?;
                let authorities = outlets.webhook_authorities.as_deref();
                super::webhook::send(&to.url, secret.as_bytes(), rows, (authorities, self.now()))
            }
            Channel::Desktop => Err("the app shows these".to_owned()),
        }
    }
}

/// The same for the same notices of the same node, whenever they are sent: what is sent again after a kill is one letter to a
/// mailbox. When a notice was queued tells one test, which has no number, from the next.
fn message_id(rows: &[NoticeRow], node: &str) -> String {
    let mut hash = Sha256::new();
    for row in rows {
        hash.update(row.id.to_be_bytes());
        hash.update(row.queued_at.0.to_be_bytes());
    }
    format!("{}.{node}", hex::encode(&hash.finalize()[..16]))
}

#[cfg(test)]
mod tests {
    use dokuei_identity::time::Timestamp;

    use super::*;

    fn row(id: u64, queued_at: u64) -> NoticeRow {
        NoticeRow {
            id,
            practitioner: "tanaka".to_owned(),
            channel: "email".to_owned(),
            matter: "final_report".to_owned(),
            case_id: None,
            urgent: false,
            state: NoticeState::Waiting,
            attempts: 0,
            next_try: Timestamp(queued_at),
            reason: None,
            queued_at: Timestamp(queued_at),
            changed_at: Timestamp(queued_at),
        }
    }

    #[test]
    fn a_letter_that_is_sent_again_has_the_same_number() {
        let first = message_id(&[row(7, 100), row(8, 101)], "ab");
        let mut again = [row(7, 100), row(8, 101)];
        for row in &mut again {
            (row.attempts, row.next_try, row.changed_at) = (3, Timestamp(900), Timestamp(800));
        }
        assert_eq!(message_id(&again, "ab"), first);
        for other in [message_id(&again[..1], "ab"), message_id(&again, "cd")] {
            assert_ne!(other, first);
        }
        assert_ne!(
            message_id(&[row(0, 1)], "ab"),
            message_id(&[row(0, 2)], "ab"),
            "two tests"
        );
    }
}
