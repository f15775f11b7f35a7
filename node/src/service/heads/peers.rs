//! How far heads have been compared with each peer, and what the logs come to.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_net::PeerId;
use dokuei_net::wire::case::{EntryId as WireEntryId, LogHeads, LogId};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::MAX_LOGS;

/// The most heads of one log that are told and heard.
pub(super) const MAX_HEADS: usize = 64;
/// The most logs of one peer that wait to be asked for; the rest is told again the next time.
const MAX_TOLD: usize = 4_096;
/// How many logs a peer may name in a row that it then does not give, before it is not listened to for a time.
const IN_VAIN: u32 = 16;
/// How often heads are compared with a peer that stays, and how soon again when somebody has begun to work there.
const AGAIN: Duration = Duration::from_secs(600);
const SOON: Duration = Duration::from_secs(5);
/// How long a peer that did not answer is left alone.
const LATER: Duration = Duration::from_secs(60);
/// How long what depends on being up to date waits for a peer that was just met.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many logs are read and verified at once for this.
const READERS: usize = 2;

/// What a log comes to: kept until something is written to it, for verifying a log takes its time.
#[derive(Debug, Clone)]
pub(super) struct Summary {
    pub(super) parties: Vec<Fingerprint>,
    pub(super) heads: Vec<WireEntryId>,
    /// Of what may be given to those who read blind, and have not committed themselves.
    pub(super) blind: Vec<(Fingerprint, Vec<WireEntryId>)>,
}

/// How far we are with a peer that is there.
#[derive(Debug)]
struct Peer {
    node: Fingerprint,
    met: Instant,
    due: Instant,
    compared: Option<Instant>,
    /// The first comparison has ended: what it has is here.
    settled: bool,
    /// What is just asked for.
    asked: Option<LogId>,
    /// What it has of logs, as it said.
    told: VecDeque<LogHeads>,
    /// Of these logs something could not be judged yet.
    waiting: Vec<LogHeads>,
    /// Of these logs it has something that is refused here for good: they are asked for no more while it stays.
    hopeless: BTreeSet<LogId>,
    /// Those who take part in logs of which it has asked, and who were not introduced to it yet; and who were.
    unknown: BTreeSet<Fingerprint>,
    introduced: BTreeSet<Fingerprint>,
    in_vain: u32,
    working: bool,
}

/// Heads, ours and theirs.
#[derive(Debug)]
pub(in crate::service) struct Heads {
    summaries: Mutex<HashMap<[u8; 16], Summary>>,
    peers: Mutex<HashMap<PeerId, Peer>>,
    pub(super) readers: Arc<Semaphore>,
}

impl Default for Heads {
    fn default() -> Self {
        Self {
            summaries: Mutex::default(),
            peers: Mutex::default(),
            readers: Arc::new(Semaphore::new(READERS)),
        }
    }
}

impl Heads {
    pub(super) fn summaries(&self) -> MutexGuard<'_, HashMap<[u8; 16], Summary>> {
        self.summaries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn peers(&self) -> MutexGuard<'_, HashMap<PeerId, Peer>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was written to a log.
    pub(in crate::service) fn changed(&self, log: &[u8; 16]) {
        self.summaries().remove(log);
    }

    /// A peer was admitted, with this certificate.
    pub(in crate::service) fn met(&self, peer: PeerId, node: Fingerprint) {
        let working = self.peers().get(&peer).is_some_and(|one| one.working);
        let new = Peer {
            node,
            met: Instant::now(),
            due: Instant::now(),
            compared: None,
            settled: false,
            asked: None,
            told: VecDeque::new(),
            waiting: Vec::new(),
            hopeless: BTreeSet::new(),
            unknown: BTreeSet::new(),
            introduced: BTreeSet::new(),
            in_vain: 0,
            working,
        };
        self.peers().insert(peer, new);
    }

    /// A peer is gone.
    pub(in crate::service) fn gone(&self, peer: &PeerId) {
        self.peers().remove(peer);
    }

    /// Something that was here is to be asked for again, of whoever has it.
    pub(in crate::service) fn compare_soon(&self) {
        for peer in self.peers().values_mut() {
            peer.due = Instant::now();
            peer.hopeless.clear();
        }
    }

    /// Somebody has become known, or begun to work at these nodes: what was not to be judged, or not to be shared, may be now.
    pub(in crate::service) fn look_again(&self, joined: &[Fingerprint]) {
        for peer in self.peers().values_mut() {
            if joined.contains(&peer.node) {
                let soon = peer.compared.map_or_else(Instant::now, |at| at + SOON);
                peer.due = peer.due.min(soon);
            }
            peer.told.extend(peer.waiting.drain(..));
        }
    }

    /// Something of a log could not be judged yet: it is asked for again when somebody new has become known.
    pub(super) fn wait(&self, peer: &PeerId, told: LogHeads) {
        if let Some(peer) = self.peers().get_mut(peer)
            && peer.waiting.len() < MAX_TOLD
        {
            peer.waiting.push(told);
        }
    }

    /// Something of a log was refused for good.
    pub(super) fn give_up(&self, peer: &PeerId, log: LogId) {
        if let Some(peer) = self.peers().get_mut(peer)
            && peer.hopeless.len() < MAX_TOLD
        {
            peer.hopeless.insert(log);
        }
    }

    /// A peer has asked for entries of a log of these parties, or is brought some: it may have met only some of them. Gives
    /// whether there are such.
    pub(in crate::service) fn asked_about(&self, peer: &PeerId, parties: &[Fingerprint]) -> bool {
        let mut peers = self.peers();
        let Some(peer) = peers.get_mut(peer) else {
            return false;
        };
        let new = parties.iter().filter(|one| !peer.introduced.contains(*one));
        let before = peer.unknown.len();
        peer.unknown.extend(new);
        peer.unknown.len() > before
    }

    /// Who is to be introduced to a peer.
    pub(super) fn next_unknown(&self, peer: &PeerId) -> BTreeSet<Fingerprint> {
        let mut peers = self.peers();
        let Some(peer) = peers.get_mut(peer) else {
            return BTreeSet::new();
        };
        peer.introduced.extend(&peer.unknown);
        std::mem::take(&mut peer.unknown)
    }

    /// A peer has told its heads.
    pub(super) fn note(&self, peer: PeerId, logs: Vec<LogHeads>) {
        let mut peers = self.peers();
        let Some(peer) = peers.get_mut(&peer).filter(|peer| peer.in_vain < IN_VAIN) else {
            return;
        };
        for mut told in logs.into_iter().take(MAX_LOGS) {
            told.heads.truncate(MAX_HEADS);
            peer.told.retain(|before| before.log != told.log);
            let wanted = !told.heads.is_empty() && !peer.hopeless.contains(&told.log);
            if wanted && peer.told.len() < MAX_TOLD {
                peer.told.push_back(told);
            }
        }
    }

    /// The peers with whom there is something to do and nothing is being done yet; it is, from now on. With each its
    /// certificate when our heads are to be told.
    pub(super) fn begin(&self, now: Instant) -> Vec<(PeerId, Option<Fingerprint>)> {
        let mut begun = Vec::new();
        for (id, peer) in self.peers().iter_mut().filter(|(_, peer)| !peer.working) {
            let due = peer.due <= now;
            if !due && peer.told.is_empty() && peer.unknown.is_empty() {
                continue;
            }
            if due {
                (peer.due, peer.compared, peer.in_vain) = (now + AGAIN, Some(now), 0);
            }
            peer.working = true;
            begun.push((*id, due.then_some(peer.node)));
        }
        begun
    }

    pub(super) fn end(&self, peer: &PeerId) {
        if let Some(peer) = self.peers().get_mut(peer) {
            (peer.working, peer.asked) = (false, None);
            peer.settled |= peer.compared.is_some();
        }
    }

    pub(super) fn next_told(&self, peer: &PeerId) -> Option<LogHeads> {
        let mut peers = self.peers();
        let peer = peers.get_mut(peer)?;
        let told = peer.told.pop_front();
        peer.asked = told.as_ref().map(|told| told.log);
        told
    }

    /// Whether a peer has told of entries of this log that may be lacking here.
    pub(super) fn is_told(&self, log: &LogId) -> bool {
        let peers = self.peers();
        let told = |peer: &Peer| peer.asked == Some(*log) || peer.told.iter().any(|one| one.log == *log);
        peers.values().any(told)
    }

    /// The certificates of peers that were just met and have not told yet what they have.
    pub(super) fn unsettled(&self, now: Instant) -> Vec<Fingerprint> {
        let peers = self.peers();
        let unsettled = peers
            .values()
            .filter(|peer| !peer.settled && now.duration_since(peer.met) < PATIENCE);
        unsettled.map(|peer| peer.node).collect()
    }

    /// A peer does not answer: what was to be asked and told is forgotten until heads are compared again.
    pub(super) fn lost(&self, peer: &PeerId) {
        if let Some(peer) = self.peers().get_mut(peer) {
            peer.told.clear();
            peer.unknown.clear();
            peer.due = peer.due.min(Instant::now() + LATER);
        }
    }

    /// Whether something came of a log that a peer had named.
    pub(super) fn came(&self, peer: &PeerId, something: bool) {
        if let Some(peer) = self.peers().get_mut(peer) {
            peer.in_vain = if something { 0 } else { peer.in_vain + 1 };
            if peer.in_vain >= IN_VAIN {
                peer.told.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(logs: std::ops::Range<u16>) -> Vec<LogHeads> {
        let named = logs.map(|log| {
            let mut id = [0; 16];
            id[..2].copy_from_slice(&log.to_be_bytes());
            LogHeads {
                log: LogId(id),
                heads: vec![WireEntryId([7; 32]); 1000],
            }
        });
        named.collect()
    }

    fn met() -> (Heads, PeerId) {
        let (heads, peer) = (Heads::default(), PeerId::random());
        heads.met(peer, Fingerprint::of(b"node"));
        (heads, peer)
    }

    /// R17 (obstruct): what a peer names is bounded, and none of it counts twice.
    #[test]
    fn r17_a_peer_names_a_bounded_number_of_logs_and_heads() {
        let (heads, peer) = met();
        for page in 0..200 {
            heads.note(peer, told(page * 64..page * 64 + 64));
            heads.note(peer, told(page * 64..page * 64 + 64));
        }
        let mut named = 0;
        while let Some(log) = heads.next_told(&peer) {
            assert_eq!(log.heads.len(), MAX_HEADS);
            named += 1;
        }
        assert_eq!(named, MAX_TOLD);
    }

    /// R17 (obstruct): who names what it does not give is not listened to until heads are compared again.
    #[test]
    fn r17_a_peer_that_names_logs_in_vain_is_not_listened_to_for_a_time() {
        let (heads, peer) = met();
        for _ in 0..IN_VAIN {
            heads.note(peer, told(0..2));
            heads.came(&peer, false);
        }
        heads.note(peer, told(0..2));
        assert_eq!(heads.next_told(&peer), None);
        assert_eq!(heads.begin(Instant::now()).len(), 1, "it is time to compare");
        heads.note(peer, told(0..2));
        assert!(heads.next_told(&peer).is_some());
        heads.give_up(&peer, told(0..1)[0].log);
        heads.note(peer, told(0..1));
        let left: Vec<_> = std::iter::from_fn(|| heads.next_told(&peer)).collect();
        assert_eq!(left.len(), 1, "one of both was refused for good");
    }

    #[test]
    fn one_thing_at_a_time_is_done_with_a_peer_and_it_settles_when_that_has_ended() {
        let (heads, peer) = met();
        let now = Instant::now();
        let node = Fingerprint::of(b"node");
        assert_eq!(heads.unsettled(now), [node]);
        assert_eq!(heads.begin(now), [(peer, Some(node))]);
        heads.note(peer, told(0..1));
        assert!(heads.begin(now).is_empty() && heads.is_told(&told(0..1)[0].log));
        heads.end(&peer);
        assert!(heads.unsettled(now).is_empty());
        assert_eq!(heads.begin(now), [(peer, None)], "what it told meanwhile");
        heads.gone(&peer);
        assert!(heads.begin(now).is_empty() && !heads.is_told(&told(0..1)[0].log));
    }
}
