//! The trail goes to the collector of the house as it grows: from a durable position, at least once, later when the
//! collector is away, and never in the way of what is audited.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dokuei_audit::{Header, frame, to_syslog, to_xml};
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::context::{Resolver, Sight};
use super::syslog;
use crate::clock;
use crate::config::Syslog;
use crate::service::Node;
use crate::service::error::ServiceError;

/// How often it is looked for new rows.
const EVERY: Duration = Duration::from_secs(2);
/// The longest pause after failures; each is twice the one before.
const LONGEST: Duration = Duration::from_secs(300);
/// Rows in one batch.
const BATCH: u32 = 200;
/// Where it is kept which row was sent last, and to whom.
const POSITION: &str = "audit_forwarded";

/// How forwarding stands.
#[derive(Debug, Default)]
pub(in crate::service) struct Forwarding {
    stop: CancellationToken,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When a batch last arrived.
    sent_at: Option<Timestamp>,
    /// Why the last one did not.
    trouble: Option<String>,
}

impl Forwarding {
    fn state(&self) -> MutexGuard<'_, State> {
        // Two values for people to see.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is sent any more; it goes on after the next start.
    pub(in crate::service) fn end(&self) {
        self.stop.cancel();
    }
}

impl Node {
    /// Begins to send the trail to the collector that the settings name, if they name one.
    pub fn forward_audit(&self) {
        let Some(to) = self.config().audit.syslog.clone() else {
            return;
        };
        let (node, stop) = (self.clone(), self.0.collector.stop.clone());
        tokio::spawn(async move {
            let mut pause = EVERY;
            loop {
                let (forwarding, to) = (node.clone(), to.clone());
                let sent = tokio::task::spawn_blocking(move || forwarding.forward_batch(&to)).await;
                pause = match sent {
                    Ok(Ok(rows)) if rows == BATCH as usize => Duration::ZERO,
                    Ok(Ok(_)) => EVERY,
                    Ok(Err(error)) => {
                        let told = error.to_string();
                        tracing::warn!(error = %told, "the audit trail could not be sent on; it is tried again");
                        node.0.collector.state().trouble = Some(told);
                        pause.max(EVERY).saturating_mul(2).min(LONGEST)
                    }
                    // The runtime ends.
                    Err(_) => return,
                };
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
            }
        });
    }

    /// Sends the next rows; gives how many. The position moves only when the collector has read them.
    fn forward_batch(&self, to: &Syslog) -> Result<usize, ServiceError> {
        let last = self.forwarded(to)?;
        let rows = self.store().audit_rows(last + 1, BATCH)?;
        let Some(newest) = rows.last().map(|row| row.seq) else {
            return Ok(0);
        };
        let (count, node) = (rows.len(), self.audit_source());
        let mut resolver = Resolver::new(self, Sight::Everything);
        let messages: io::Result<Vec<Vec<u8>>> = rows
            .into_iter()
            .map(|row| {
                let row = resolver.resolve(row);
                let xml = to_xml(&row, &node)?;
                Ok(frame(&to_syslog(&Header::of(&row, &node), &xml)))
            })
            .collect();
        let sent = messages.and_then(|messages| syslog::send(to, &messages));
        sent.map_err(|error| ServiceError::field("audit.syslog", error))?;
        self.store()
            .set_setting(POSITION, &format!("{newest} {}", place(to)))?;
        let mut state = self.0.collector.state();
        (state.sent_at, state.trouble) = (Some(self.now()), None);
        Ok(count)
    }

    /// The last row that was sent to this collector; another one gets everything.
    fn forwarded(&self, to: &Syslog) -> Result<u64, ServiceError> {
        let kept = self.store().setting(POSITION)?;
        let last = kept.as_deref().and_then(|kept| {
            let (seq, whom) = kept.split_once(' ')?;
            (whom == place(to)).then(|| seq.parse().ok()).flatten()
        });
        Ok(last.unwrap_or(0))
    }

    /// Where the trail goes, how far it is, and what is in the way.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn forwarding_view(&self) -> Result<Value, ServiceError> {
        let head = self.store().audit_head()?.seq;
        let Some(to) = &self.config().audit.syslog else {
            return Ok(json!({
                "configured": false,
                "to": null,
                "rows": head,
                "sent": null,
                "waiting": null,
                "sent_at": null,
                "trouble": null,
            }));
        };
        let sent = self.forwarded(to)?;
        let state = self.0.collector.state();
        Ok(json!({
            "configured": true,
            "to": place(to),
            "rows": head,
            "sent": sent,
            "waiting": head.saturating_sub(sent),
            "sent_at": state.sent_at.map(clock::rfc3339),
            "trouble": state.trouble,
        }))
    }
}

fn place(to: &Syslog) -> String {
    format!("{}:{}", to.host, to.port)
}
