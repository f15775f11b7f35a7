//! Brings entries to the other nodes: again and again until each has said that they are on its disk.
//!
//! The outbox is durable; a peer that comes back is served as soon as it has been admitted.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use dokuei_consultation::id::CaseId;
use dokuei_identity::cbor;
use dokuei_net::wire::case::{CaseMessage, CaseReply, EntryBytes, EntryId, MAX_ENTRIES_BYTES, RefusedEntry};
use dokuei_net::wire::hello::MAX_PRACTITIONERS;
use dokuei_net::{CallError, Multiaddr, Network, PeerId, RefusalCode};
use dokuei_store::{LogKind, OutboxRow};

use super::Node;
use super::applications::ASK_ANSWERS;
use super::error::ServiceError;
use super::events::EventKind;
use super::register::ASK_EVERY;

/// How often the outbox is looked through even when nothing rang.
const PATROL: Duration = Duration::from_secs(5);
/// Entries sent at once, at most.
const BATCH: usize = 64;

impl Node {
    /// Sends what waits and fetches what is granted, until the node stops.
    pub(super) async fn patrol(self, network: Network) {
        let mut asked: Option<tokio::time::Instant> = None;
        let mut answers: Option<(tokio::time::Instant, tokio::task::JoinHandle<()>)> = None;
        loop {
            // Whoever rings while we work is heard afterwards: the bell keeps one ring.
            let _ = tokio::time::timeout(PATROL, self.0.bell.notified()).await;
            if network.is_closed() {
                return;
            }
            if asked.is_none_or(|asked| asked.elapsed() >= ASK_EVERY)
                && !network.register_sources().is_empty()
            {
                asked = Some(tokio::time::Instant::now());
                self.catch_up_soon(None);
            }
            let due = |(asked, task): &(tokio::time::Instant, tokio::task::JoinHandle<()>)| {
                asked.elapsed() >= ASK_ANSWERS && task.is_finished()
            };
            if answers.as_ref().is_none_or(due) {
                // Beside the rest: a bootstrap host that is slow to answer must not hold up entries.
                let task = tokio::spawn(self.clone().ask_for_answers(network.clone()));
                answers = Some((tokio::time::Instant::now(), task));
            }
            self.limit_bandwidth(&network);
            // Entries first: they are small, and a report is what somebody waits for.
            if let Err(error) = self.send_waiting(&network).await {
                tracing::error!(code = error.code(), "the outbox could not be worked through");
            }
            self.compare_heads(&network);
            self.end_stale_sessions(&network).await;
            let node = self.clone();
            let _ = tokio::task::spawn_blocking(move || node.lock_idle()).await;
            let node = self.clone();
            if let Err(error) = blocking(move || node.look_for_lapses()).await {
                tracing::error!(code = error.code(), "it could not be looked for lost credentials");
            }
            let node = self.clone();
            if let Err(error) = blocking(move || node.erase_cancelled()).await {
                tracing::error!(code = error.code(), %error, "a cancelled package could not be erased yet");
            }
            self.introduce(&network).await;
            let node = self.clone();
            if let Err(error) = blocking(move || node.tell_what_is_due()).await {
                tracing::error!(code = error.code(), "what is due could not be told");
            }
            self.fetch_outstanding(&network).await;
            self.renew_damaged(&network).await;
        }
    }

    /// Tells peers who works here: those just admitted (somebody may have signed in while the hello was on its way),
    /// and everybody when somebody signs in for the first time. Who cannot be told hears of it when we meet again.
    async fn introduce(&self, network: &Network) {
        let waiting = std::mem::take(&mut *self.to_introduce());
        if waiting.is_empty() {
            return;
        }
        let node = self.clone();
        let Ok(practitioners) = blocking(move || node.own_cards()).await else {
            return;
        };
        for peer in waiting.into_iter().filter(|peer| network.is_admitted(peer)) {
            for cards in practitioners.chunks(MAX_PRACTITIONERS) {
                let message = CaseMessage::Introduce {
                    practitioners: cards.to_vec(),
                };
                if let Err(error) = network.call_case(peer, message).await {
                    tracing::info!(%peer, %error, "an introduction did not arrive; it is tried again");
                    self.to_introduce().insert(peer);
                }
            }
            if let Err(error) = self.bring_profiles(network, peer).await {
                tracing::info!(%peer, %error, "a profile did not arrive; it is offered again when we meet again");
            }
        }
    }

    /// Sends to every peer that is there, each in a task of its own, so that one that is slow to answer holds up nobody
    /// else's entries; the others are looked for.
    async fn send_waiting(&self, network: &Network) -> Result<(), ServiceError> {
        for peer in self.waited_for().await? {
            if !network.is_admitted(&peer) {
                let _ = network.want(peer, self.addresses_of(&peer).await?).await;
            } else if self.0.reach.begin(peer) {
                let (node, network) = (self.clone(), network.clone());
                tokio::spawn(async move {
                    if let Err(error) = node.send_to(&network, peer).await {
                        tracing::error!(code = error.code(), "the outbox could not be worked through");
                    }
                    if node.0.reach.end(peer) {
                        node.ring();
                    }
                });
            }
        }
        Ok(())
    }

    /// For whom something waits that has not been refused for good.
    async fn waited_for(&self) -> Result<BTreeSet<PeerId>, ServiceError> {
        let store = self.store().clone();
        let rows = blocking(move || Ok(store.outbox(None)?)).await?;
        Ok(rows
            .iter()
            .filter(|row| row.refused.is_none())
            .filter_map(|row| row.peer.parse().ok())
            .collect())
    }

    async fn addresses_of(&self, peer: &PeerId) -> Result<Vec<Multiaddr>, ServiceError> {
        let (store, peer) = (self.store().clone(), peer.to_string());
        let node = blocking(move || Ok(store.node_by_peer(&peer)?)).await?;
        let addresses = node.map(|node| node.addresses).unwrap_or_default();
        Ok(addresses
            .iter()
            .filter_map(|address| address.parse().ok())
            .collect())
    }

    /// Sends what waits for a peer, a batch at a time. The outbox is looked at anew before each, so that what became
    /// urgent meanwhile goes next.
    async fn send_to(&self, network: &Network, peer: PeerId) -> Result<(), ServiceError> {
        let mut tried = HashSet::new();
        loop {
            let node = self.clone();
            let mut batch = blocking(move || node.due_for(&peer)).await?;
            batch.retain(|row| !tried.contains(&row.entry_id));
            batch.truncate(BATCH);
            if batch.is_empty() {
                return Ok(());
            }
            let (node, wanted) = (self.clone(), batch.clone());
            let entries = blocking(move || node.bodies_of(&wanted)).await?;
            // Those that did not fit the message are tried with the next.
            batch.truncate(entries.len().max(1));
            tried.extend(batch.iter().map(|row| row.entry_id));
            let reply = network.call_case(peer, CaseMessage::Entries { entries }).await;
            let node = self.clone();
            match reply {
                Ok(CaseReply::Stored {
                    stored,
                    refused,
                    missing,
                }) => {
                    let again = !stored.is_empty();
                    blocking(move || node.note_answer(&peer, &batch, &stored, &refused, &missing)).await?;
                    if again {
                        // What was refused or not given before may be taken and given now.
                        self.ring();
                    }
                }
                Ok(_) | Err(CallError::NotAdmitted) => return Ok(()),
                Err(error) => {
                    tracing::info!(%peer, %error, "entries were not delivered; they stay in the outbox");
                    self.0.reach.problem(peer, Some(call_problem(&error)));
                    return Ok(());
                }
            }
        }
    }

    /// Takes out of the outbox what is on the peer's disk, and what it will never take; queues parents that it lacks.
    fn note_answer(
        &self,
        of: &PeerId,
        sent: &[OutboxRow],
        stored: &[EntryId],
        refused: &[RefusedEntry],
        missing: &[EntryId],
    ) -> Result<(), ServiceError> {
        let peer = of.to_string();
        let done: Vec<[u8; 32]> = stored.iter().map(|id| id.0).collect();
        let mut later = None;
        for entry in refused {
            let code = RefusalCode::from_byte(entry.code);
            if code == RefusalCode::Stale {
                // Not now, but perhaps later: it stays in the outbox.
                later = Some("not_taken_yet");
                continue;
            }
            tracing::warn!(%peer, "the peer refuses an entry");
            self.audit(&peer, "entry", &hex::encode(entry.entry.0), "refused by the peer")?;
            self.store()
                .note_refused(&peer, &entry.entry.0, "peer_refuses_entry")?;
        }
        self.0.reach.problem(*of, later);
        if later.is_some() {
            self.acquaint_with(of, sent)?;
        }
        self.store().acknowledge(&peer, &done)?;
        for id in missing {
            if let Ok(entry) = self.store().entry(&id.0) {
                self.store().queue(&peer, &entry.log_id, &id.0, self.now())?;
            }
        }
        for row in sent {
            self.events().publish(EventKind::Case, hex::encode(row.log_id));
        }
        Ok(())
    }

    /// What could not be judged there rests on an agreement or a certificate that is not known there: it is brought.
    fn acquaint_with(&self, peer: &PeerId, sent: &[OutboxRow]) -> Result<(), ServiceError> {
        let peers = BTreeSet::from([*peer]);
        let logs: BTreeSet<_> = sent.iter().map(|row| row.log_id).collect();
        for log in logs {
            if self.store().log(&log)?.kind == LogKind::Case
                && let Ok(case) = self.kept_case(CaseId::from_bytes(log))
            {
                self.acquaint(&case, &peers, false)?;
            }
        }
        Ok(())
    }

    /// The entries of outbox rows, as many as fit one message.
    fn bodies_of(&self, rows: &[OutboxRow]) -> Result<Vec<EntryBytes>, ServiceError> {
        let mut entries = Vec::new();
        let mut room = MAX_ENTRIES_BYTES;
        for row in rows {
            let Some(entry) = self.stored_entry(&row.entry_id)? else {
                continue;
            };
            let bytes = cbor::encode(&entry);
            let Some(left) = room.checked_sub(bytes.len()) else {
                break;
            };
            room = left;
            entries.push(EntryBytes(bytes));
        }
        Ok(entries)
    }
}

/// Why entries did not get to a peer that is there.
const fn call_problem(error: &CallError) -> &'static str {
    match error {
        CallError::Refused(_) => "peer_refuses",
        CallError::Misbehaved(_) => "peer_misbehaves",
        CallError::Timeout => "no_answer",
        _ => "interrupted",
    }
}

/// Runs work that waits for the disk where it does not hold up the network.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(ServiceError::Interrupted))
}
