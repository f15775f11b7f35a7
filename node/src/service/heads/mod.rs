//! Two nodes that meet compare the heads of the logs which people at both have a part in, and each asks for what it lacks.
//! So a node that was put back from a copy, or that somebody has begun to work at, gets what it missed, entries of others
//! too. What a node wrote itself waits in its outbox as well, until it is acknowledged ([`super::delivery`]).
//!
//! A node is told of no log in which nobody who works there has a part, nor is it asked for one in which nobody has who
//! works here. What comes is judged like every other entry.

mod peers;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use dokuei_consultation::entry::{EntryType, SignedEntry};
use dokuei_consultation::event::Event;
use dokuei_consultation::id::{AgreementId, CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_net::wire::case::{CaseMessage, CaseReply, EntryBytes, EntryId as WireEntryId, LogHeads, LogId};
use dokuei_net::wire::hello::{MAX_PRACTITIONERS, PractitionerCard};
use dokuei_net::{Misdeed, Network, PeerId, RefusalCode};
use dokuei_store::{LogKind, StoreError};
use tokio::time::Instant;

use super::Node;
use super::delivery::blocking;
use super::error::ServiceError;
use super::host::{MAX_ENTRIES, lasting, misdeed};
use super::vouching::Excusing;
pub(super) use peers::Heads;
use peers::{MAX_HEADS, Summary};

/// The most logs compared in one message.
pub(super) const MAX_LOGS: usize = 64;
/// How often one log is asked for in a row: each time at most [`MAX_ENTRIES`] come.
const ROUNDS: usize = 64;

/// What became of entries that were asked for.
#[derive(Debug, Default)]
struct Came {
    /// How many are new here.
    new: usize,
    /// Whether some cannot be judged yet.
    later: bool,
    /// Whether one is refused for good.
    refused: bool,
}

impl Node {
    /// Compares heads with those with whom it is time, each in a task of its own.
    pub(super) fn compare_heads(&self, network: &Network) {
        for (peer, tell) in self.0.heads.begin(Instant::now()) {
            let (node, network) = (self.clone(), network.clone());
            tokio::spawn(async move {
                if let Err(error) = node.compare_with(&network, peer, tell).await {
                    tracing::error!(code = error.code(), %peer, "heads could not be compared");
                }
                node.0.heads.end(&peer);
                // What was told meanwhile.
                node.ring();
            });
        }
    }

    async fn compare_with(
        &self,
        network: &Network,
        peer: PeerId,
        tell: Option<Fingerprint>,
    ) -> Result<(), ServiceError> {
        if let Some(with) = tell {
            let shared = self.reading(move |node| node.shared_logs(&with)).await?;
            for page in shared.chunks(MAX_LOGS) {
                let logs = page.to_vec();
                match network.call_case(peer, CaseMessage::Heads { logs }).await {
                    Ok(CaseReply::Heads { logs }) => self.0.heads.note(peer, logs),
                    Ok(_) => break,
                    Err(error) => {
                        tracing::info!(%peer, %error, "heads were not compared; they are later");
                        self.0.heads.lost(&peer);
                        return Ok(());
                    }
                }
            }
        }
        while let Some(told) = self.0.heads.next_told(&peer) {
            self.ask_for(network, peer, told).await?;
        }
        let unknown = self.0.heads.next_unknown(&peer);
        let cards = self.reading(move |node| node.cards_of(&unknown)).await?;
        for cards in cards.chunks(MAX_PRACTITIONERS) {
            let practitioners = cards.to_vec();
            let introduce = CaseMessage::Introduce { practitioners };
            if let Err(error) = network.call_case(peer, introduce).await {
                tracing::info!(%peer, %error, "an introduction did not arrive");
                self.0.heads.lost(&peer);
                return Ok(());
            }
        }
        Ok(())
    }

    /// The cards of practitioners who are known here, wherever they work.
    fn cards_of(&self, people: &BTreeSet<Fingerprint>) -> Result<Vec<PractitionerCard>, ServiceError> {
        let mut cards = Vec::new();
        for person in people {
            let Some(certificate) = self.people().certificate(person) else {
                // A node that has signed receipts is introduced as well: without a list of devices.
                if let Some((chain, true)) = self.people().chain_of(person) {
                    cards.push(PractitionerCard {
                        chain: cbor::encode(&chain),
                        device_list: Vec::new(),
                    });
                }
                continue;
            };
            let chain = self.people().chain_of(person).map(|(chain, _)| chain);
            let list = self.people().device_list(&certificate)?;
            if let Some((chain, list)) = chain.zip(list) {
                cards.push(PractitionerCard {
                    chain: cbor::encode(&chain),
                    device_list: list.bytes().to_vec(),
                });
            }
        }
        Ok(cards)
    }

    /// Asks a peer for what is lacking here of a log of which it has told these heads.
    async fn ask_for(&self, network: &Network, peer: PeerId, told: LogHeads) -> Result<(), ServiceError> {
        let log = told.log;
        for _ in 0..ROUNDS {
            let heads = told.heads.clone();
            let Some(have) = self.reading(move |node| node.lacking(&log, &heads)).await? else {
                return Ok(());
            };
            let entries = match network.call_case(peer, CaseMessage::Want { log, have }).await {
                Ok(CaseReply::Entries { entries, .. }) => entries,
                Ok(_) => Vec::new(),
                Err(error) => {
                    tracing::info!(%peer, %error, "what is lacking did not come; it is asked for again later");
                    self.0.heads.lost(&peer);
                    return Ok(());
                }
            };
            let came = self
                .reading(move |node| node.take_wanted(&peer, &log, entries))
                .await?;
            if came.new > 0 {
                tracing::info!(%peer, entries = came.new, "a log was brought up to date");
            }
            self.0.heads.came(&peer, came.new > 0 || came.later);
            if came.later {
                self.0.heads.wait(&peer, told);
                return Ok(());
            }
            if came.refused {
                self.0.heads.give_up(&peer, log);
            }
            if came.new == 0 || came.refused {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads logs beside the rest of the work, not too many at once.
    async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let readers = Arc::clone(&self.0.heads.readers);
        let slot = readers.acquire_owned().await;
        let node = self.clone();
        blocking(move || {
            let _slot = slot;
            work(&node)
        })
        .await
    }

    /// What a log comes to; `None` when it is not here, or cannot be read.
    fn summary(&self, log: &[u8; 16]) -> Result<Option<Summary>, ServiceError> {
        if let Some(summary) = self.0.heads.summaries().get(log) {
            return Ok(Some(summary.clone()));
        }
        // Nothing is written meanwhile: what is kept is what is on the disk.
        let _writing = self.write_lock();
        let kind = match self.store().log(log) {
            Ok(row) => row.kind,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let read = match kind {
            LogKind::Case => self
                .case_log(CaseId::from_bytes(*log))
                .map(|case| (case.parties(), case.log().heads(), blind_heads(&case))),
            LogKind::Agreement => self
                .agreement_log(AgreementId::from_bytes(*log))
                .map(|agreement| (agreement.parties(), agreement.log().heads(), Vec::new())),
        };
        let (parties, heads, blind) = match read {
            Ok(read) => read,
            // It was altered on this disk, which is told elsewhere; the others may have a good copy.
            Err(ServiceError::DamagedLog) => {
                let part = self.sound_part(kind, log)?;
                return Ok(Some(Summary {
                    parties: part.parties,
                    heads: part.heads.into_iter().map(WireEntryId).collect(),
                    blind: Vec::new(),
                }));
            }
            Err(ServiceError::Refused(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut heads: Vec<WireEntryId> = heads.iter().map(|id| WireEntryId(*id.as_bytes())).collect();
        // Who lacks one of two entries for one place is to get it, and to freeze the log as well.
        heads.extend(
            self.store()
                .forks(log)?
                .iter()
                .map(|fork| WireEntryId(fork.entry_id)),
        );
        heads.sort_unstable();
        heads.dedup();
        let summary = Summary {
            parties,
            heads,
            blind,
        };
        self.0.heads.summaries().insert(*log, summary.clone());
        Ok(Some(summary))
    }

    /// Our heads of the logs in which somebody has a part who works at the node with this certificate; agreements first,
    /// since cases rest on them.
    fn shared_logs(&self, with: &Fingerprint) -> Result<Vec<LogHeads>, ServiceError> {
        let mut rows = self.store().logs(None)?;
        rows.sort_by_key(|row| row.kind != LogKind::Agreement);
        let mut there = There::default();
        let mut shared = Vec::new();
        for row in rows {
            if let Some(heads) = self.heads_for(&row.log_id, with, &mut there)? {
                shared.push(heads);
            }
        }
        Ok(shared)
    }

    fn heads_for(
        &self,
        log: &[u8; 16],
        with: &Fingerprint,
        there: &mut There,
    ) -> Result<Option<LogHeads>, ServiceError> {
        let Some(summary) = self.summary(log)? else {
            return Ok(None);
        };
        if !summary.parties.iter().any(|party| there.works(self, party, with)) {
            return Ok(None);
        }
        // A node at which somebody reads blind is told of nothing that she may not be given yet.
        let mut blind = summary.blind.iter();
        let shown = blind.find(|(reader, _)| there.works(self, reader, with));
        let heads = shown.map_or(&summary.heads, |(_, heads)| heads);
        let heads = heads.iter().take(MAX_HEADS).copied().collect();
        Ok(Some(LogHeads {
            log: LogId(*log),
            heads,
        }))
    }

    /// Whether entries of this log may be on their way, of which some are our own: until they are here nothing is to be
    /// signed without being asked to.
    pub(super) fn may_be_behind(&self, log: &[u8; 16]) -> Result<bool, ServiceError> {
        if self.0.heads.is_told(&LogId(*log)) {
            return Ok(true);
        }
        for node in self.0.heads.unsettled(Instant::now()) {
            if self.is_shared(&node, log)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A peer asks for entries of a log: nothing is there for it unless somebody has a part who works there, and it may not
    /// have met the others who have.
    pub(super) fn answer_want(
        &self,
        peer: PeerId,
        from: &Fingerprint,
        log: LogId,
        have: &[WireEntryId],
    ) -> Result<CaseReply, ServiceError> {
        if !self.is_shared(from, &log.0)? {
            return Ok(CaseReply::Entries {
                entries: Vec::new(),
                more: false,
            });
        }
        if let Some(summary) = self.summary(&log.0)? {
            self.0.heads.asked_about(&peer, &summary.parties);
            self.ring();
        }
        self.give(log.0, from, have)
    }

    /// Whether a log is shared with the node with this certificate: to others a log does not exist.
    fn is_shared(&self, with: &Fingerprint, log: &[u8; 16]) -> Result<bool, ServiceError> {
        Ok(self.heads_for(log, with, &mut There::default())?.is_some())
    }

    /// A peer tells its heads: it is told ours, and asked for what is lacking here.
    pub(super) fn answer_heads(
        &self,
        peer: PeerId,
        from: &Fingerprint,
        logs: Vec<LogHeads>,
    ) -> Result<CaseReply, ServiceError> {
        let mut there = There::default();
        let mut asked: Vec<LogId> = logs.iter().map(|told| told.log).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut ours = Vec::new();
        for log in asked {
            ours.extend(self.heads_for(&log.0, from, &mut there)?);
        }
        self.0.heads.note(peer, logs);
        self.ring();
        Ok(CaseReply::Heads { logs: ours })
    }

    /// Our heads of a log when some of `theirs` are not here; `None` when they are, or the log takes nothing more.
    fn lacking(&self, log: &LogId, theirs: &[WireEntryId]) -> Result<Option<Vec<WireEntryId>>, ServiceError> {
        if !self.store().forks(&log.0)?.is_empty() || self.is_deleted_case(&log.0)? {
            return Ok(None);
        }
        let here = self.store().entry_ids(&log.0)?;
        if theirs.iter().all(|id| here.contains(&id.0)) && !self.is_damaged(&log.0) {
            return Ok(None);
        }
        Ok(Some(
            self.summary(&log.0)?.map_or_else(Vec::new, |ours| ours.heads),
        ))
    }

    /// Takes what a peer gives of a log that it was asked for.
    fn take_wanted(
        &self,
        peer: &PeerId,
        log: &LogId,
        entries: Vec<EntryBytes>,
    ) -> Result<Came, ServiceError> {
        let (mut came, mut granted) = (Came::default(), false);
        // Who was brought in later is found in a later entry: what comes is looked at as a whole first.
        let vouched = self.vouched(&entries);
        let concerns_us = self.concerns_us(log, &entries, &vouched)?;
        for bytes in entries.into_iter().take(MAX_ENTRIES) {
            let decoded = cbor::decode::<SignedEntry>(&bytes.0).ok();
            let header = decoded.as_ref().and_then(|entry| entry.unverified_header().ok());
            let Some((entry, header)) = decoded.zip(header) else {
                self.blame(*peer, Misdeed::Garbage);
                break;
            };
            let id: EntryId = entry.id();
            if header.log.as_bytes() != &log.0 {
                tracing::warn!(%peer, "what came is of another log than was asked for");
                break;
            }
            if self.take_back(peer, &log.0, &entry)? {
                came.new += 1;
                continue;
            }
            if self.stored_entry(id.as_bytes())?.is_some() {
                continue;
            }
            let is_grant = header.entry_type == EntryType::Grant;
            let wanted = |parties: &[Fingerprint]| concerns_us || self.somebody_works_here(parties);
            match self.take_for(entry, vouched.contains(&id), wanted) {
                Ok(_) if self.stored_entry(id.as_bytes())?.is_some() => {
                    came.new += 1;
                    granted |= is_grant;
                }
                // Its parents are lacking, or it is the rival of an entry that is here: then the log is frozen now.
                Ok(_) => break,
                Err(ServiceError::Refused(refusal)) => {
                    tracing::info!(%peer, code = refusal.code(), "an entry that was asked for was not taken");
                    if let Some(misdeed) = misdeed(&refusal) {
                        self.blame(*peer, misdeed);
                    }
                    let code = lasting(&refusal);
                    (came.later, came.refused) = (code == RefusalCode::Stale, code != RefusalCode::Stale);
                    if came.refused {
                        self.audit(&peer.to_string(), "entry", &id.to_string(), refusal.code())?;
                    }
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        if granted {
            // A study that is here already may have waited for this key.
            self.open_arrived();
        }
        Ok(came)
    }

    /// Whether a case that is not here yet has a part for somebody who works here, once all of these entries are taken.
    fn concerns_us(
        &self,
        log: &LogId,
        entries: &[EntryBytes],
        vouched: &BTreeSet<EntryId>,
    ) -> Result<bool, ServiceError> {
        let id = CaseId::from_bytes(log.0);
        let mut case = match self.case_log(id) {
            Ok(case) => case,
            Err(ServiceError::Unknown(_)) => Case::new(id, self.here()?),
            // What is wrong here is told where it is taken.
            Err(_) => return Ok(false),
        };
        for bytes in entries.iter().take(MAX_ENTRIES) {
            let Ok(entry) = cbor::decode::<SignedEntry>(&bytes.0) else {
                break;
            };
            let signer = entry.unverified_header().ok().map(|header| header.signer);
            let people = Excusing {
                people: self.people(),
                excused: signer.filter(|_| vouched.contains(&entry.id())),
            };
            if case.handle(Event::Arrived(entry), &people, self.now()).is_err() {
                break;
            }
        }
        Ok(self.somebody_works_here(&case.parties()))
    }

    /// Whether this practitioner works at the node with this certificate.
    pub(super) fn works_at(&self, who: &Fingerprint, node: &Fingerprint) -> bool {
        There::default().works(self, who, node)
    }

    /// Whether one of these practitioners works at this node.
    pub(super) fn somebody_works_here(&self, parties: &[Fingerprint]) -> bool {
        let Ok(here) = self.here() else { return false };
        let mut there = There::default();
        parties.iter().any(|party| there.works(self, party, &here))
    }
}

/// For each who reads blind, the heads of what she may be given.
fn blind_heads(case: &Case) -> Vec<(Fingerprint, Vec<WireEntryId>)> {
    let mut all = Vec::new();
    for who in case.parties() {
        let hidden = case.withheld_from(&who);
        if hidden.is_empty() {
            continue;
        }
        let ordered = case.log().ordered();
        let shown = ordered.iter().filter(|entry| !hidden.contains(&entry.id()));
        let mut heads: BTreeSet<EntryId> = BTreeSet::new();
        for entry in shown {
            for parent in &entry.header().parents {
                heads.remove(parent);
            }
            heads.insert(entry.id());
        }
        let heads = heads.iter().map(|id| WireEntryId(*id.as_bytes()));
        all.push((who, heads.collect()));
    }
    all
}

/// Who works at a node; remembered while one question is answered.
#[derive(Default)]
struct There(HashMap<Fingerprint, bool>);

impl There {
    /// Whether a practitioner's newest list names the node, and she has not been revoked.
    fn works(&mut self, node: &Node, party: &Fingerprint, at: &Fingerprint) -> bool {
        *self.0.entry(*party).or_insert_with(|| {
            // By its key, to which what waits in the outbox is addressed as well: a certificate may have been renewed.
            let Some(key) = node.people().node_certificate(at).map(|node| node.key) else {
                return false;
            };
            let devices = node.people().all_nodes_of(party).unwrap_or_default();
            devices.iter().any(|device| device.node_key == key) && !node.people().is_gone(party)
        })
    }
}
