//! Checkpoints that come by gossip: judged by the host in tasks of their own, passed on only then.

use std::sync::Arc;
use std::time::Duration;

use libp2p::PeerId;
use libp2p::gossipsub::{self, MessageAcceptance, MessageId, PublishError};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Driver, Report};
use crate::conduct::bucket::Buckets;
use crate::conduct::{Misdeed, REMEMBERED};
use crate::gossip::{JUDGEMENTS, topic};
use crate::host::Verdict;
use crate::wire::register::MAX_CHECKPOINT;

/// Checkpoints that are judged at once.
const JUDGED: usize = 8;

/// How long the host may take with one.
const JUDGEMENT: Duration = Duration::from_secs(5);

/// What bounds the work that gossip makes.
pub(super) struct Hearing {
    budgets: Buckets<PeerId>,
    slots: Arc<Semaphore>,
}

impl Hearing {
    pub(super) fn new() -> Self {
        Self {
            budgets: Buckets::new(JUDGEMENTS, REMEMBERED),
            slots: Arc::new(Semaphore::new(JUDGED)),
        }
    }

    pub(super) fn tidy(&mut self, now: Duration) {
        self.budgets.tidy(now);
    }
}

/// A judgement on its way back to the swarm.
pub(crate) struct Judged {
    message: MessageId,
    from: PeerId,
    verdict: Verdict,
}

impl Driver {
    pub(super) fn on_gossip(&mut self, event: gossipsub::Event) {
        let gossipsub::Event::Message {
            propagation_source: from,
            message_id: message,
            message: checkpoint,
        } = event
        else {
            return;
        };
        let judged = |verdict| Judged {
            message: message.clone(),
            from,
            verdict,
        };
        if checkpoint.data.len() > MAX_CHECKPOINT {
            return self.on_judged(judged(Verdict::Reject));
        }
        let slot = if self.hearing.budgets.take(from, 1.0, self.conduct.now()) {
            self.hearing.slots.clone().try_acquire_owned().ok()
        } else {
            None
        };
        let Some(slot) = slot else {
            tracing::debug!(%from, "a checkpoint was not heard: too many at once");
            return self.on_judged(judged(Verdict::Ignore));
        };
        let (host, reports) = (self.host.clone(), self.reports.0.clone());
        tokio::spawn(async move {
            let _slot = slot;
            let asked = timeout(JUDGEMENT, host.on_checkpoint(checkpoint.data, from)).await;
            let verdict = asked.unwrap_or(Verdict::Ignore);
            // The driver is gone only when everything ends.
            let _ = reports
                .send(Report::Judged(Judged {
                    message,
                    from,
                    verdict,
                }))
                .await;
        });
    }

    pub(super) fn on_judged(&mut self, judged: Judged) {
        let acceptance = match judged.verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
            Verdict::Reject => {
                // Nobody passes on what is not good: it would have been rejected there.
                self.conduct.charge(judged.from, Misdeed::Forged);
                MessageAcceptance::Reject
            }
        };
        self.swarm
            .behaviour_mut()
            .gossip
            .report_message_validation_result(&judged.message, &judged.from, acceptance);
    }

    /// Tells a checkpoint to everybody. What cannot be told is fetched by the others in time.
    pub(super) fn announce_checkpoint(&mut self, checkpoint: Vec<u8>) {
        let topic = topic(&self.network);
        match self.swarm.behaviour_mut().gossip.publish(topic, checkpoint) {
            Ok(_) | Err(PublishError::Duplicate | PublishError::NoPeersSubscribedToTopic) => {}
            Err(error) => tracing::warn!(%error, "a checkpoint could not be told"),
        }
    }
}
