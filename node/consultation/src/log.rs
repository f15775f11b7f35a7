//! The log: entries linked by the hashes of the heads their authors had seen.
//!
//! An entry is judged by what is *before* it (its ancestors), which every replica sees alike, never by what happened
//! to arrive earlier. So replicas that hold the same entries agree, whatever the order in which they came.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_identity::fingerprint::Fingerprint;

use crate::entry::{EntryHeader, SignedEntry, VerifiedEntry};
use crate::fork::ForkProof;
use crate::id::{EntryId, LogId};
use crate::ledger::CLOCK_TOLERANCE;
use crate::refusal::Refusal;

/// The most entries in one log.
pub const MAX_ENTRIES: usize = 4_096;
/// The most entries that wait for parents.
pub const MAX_WAITING: usize = 256;

/// What became of an entry that was offered to the log.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Entries that are now part of the log, in the order of joining: the offered one and those that waited for it.
    pub admitted: Vec<EntryId>,
    /// Entries that had waited and turned out not to be allowed.
    pub rejected: Vec<(EntryId, Refusal)>,
    /// Entries that must be had before the offered one can be judged.
    pub missing: Vec<EntryId>,
    /// The log has just been found to be forked.
    pub fork: Option<ForkProof>,
}

impl Outcome {
    /// Both, one after the other.
    pub(crate) fn absorb(&mut self, later: Self) {
        self.admitted.extend(later.admitted);
        self.rejected.extend(later.rejected);
        self.missing.extend(later.missing);
        self.fork = self.fork.take().or(later.fork);
    }
}

/// One log.
#[derive(Debug, Clone)]
pub struct Log {
    id: LogId,
    entries: BTreeMap<EntryId, VerifiedEntry>,
    chains: BTreeMap<(Fingerprint, Fingerprint, u64), EntryId>,
    heads: BTreeSet<EntryId>,
    waiting: BTreeMap<EntryId, VerifiedEntry>,
    /// Alarms that were refused, to be judged again when the log is known to be frozen.
    aside: Vec<VerifiedEntry>,
    fork: Option<ForkProof>,
}

impl Log {
    /// An empty log.
    #[must_use]
    pub const fn new(id: LogId) -> Self {
        Self {
            id,
            entries: BTreeMap::new(),
            chains: BTreeMap::new(),
            heads: BTreeSet::new(),
            waiting: BTreeMap::new(),
            aside: Vec::new(),
            fork: None,
        }
    }

    /// The log's id.
    #[must_use]
    pub const fn id(&self) -> LogId {
        self.id
    }

    /// How many entries are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry with this id.
    #[must_use]
    pub fn get(&self, id: &EntryId) -> Option<&VerifiedEntry> {
        self.entries.get(id)
    }

    /// The entries that nothing follows yet, ascending.
    #[must_use]
    pub fn heads(&self) -> Vec<EntryId> {
        self.heads.iter().copied().collect()
    }

    /// The evidence for which the log is frozen.
    #[must_use]
    pub const fn fork(&self) -> Option<&ForkProof> {
        self.fork.as_ref()
    }

    /// Entries that those waiting need and that are neither here nor waiting: ask the peers for them.
    #[must_use]
    pub fn missing(&self) -> Vec<EntryId> {
        let wanted = self.waiting.values().flat_map(needs);
        let absent = wanted.filter(|id| !self.entries.contains_key(id) && !self.waiting.contains_key(id));
        absent.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// All entries in the order in which they are shown: by logical clock, then id. Since the clock of an entry is
    /// larger than its parents', this is a topological order, and the same at every replica.
    #[must_use]
    pub fn ordered(&self) -> Vec<&VerifiedEntry> {
        let mut entries: Vec<_> = self.entries.values().collect();
        entries.sort_by_key(|entry| (entry.header().lamport, entry.id()));
        entries
    }

    /// The entries that a peer with these heads lacks, in an order in which it can append them. Heads that are not
    /// known here are ignored: the peer is ahead there.
    #[must_use]
    pub fn entries_since(&self, heads: &[EntryId]) -> Vec<&SignedEntry> {
        let known = self.past(heads);
        let lacking = self
            .ordered()
            .into_iter()
            .filter(|entry| !known.contains(&entry.id()));
        lacking.map(VerifiedEntry::signed).collect()
    }

    /// The entries `ids` and all before them, as far as they are known.
    #[must_use]
    pub fn past(&self, ids: &[EntryId]) -> BTreeSet<EntryId> {
        let mut past = BTreeSet::new();
        let mut open = ids.to_vec();
        while let Some(id) = open.pop() {
            let Some(entry) = self.entries.get(&id) else {
                continue;
            };
            if past.insert(id) {
                open.extend(&entry.header().parents);
            }
        }
        past
    }

    /// The newest entry that `device` has written for `signer`.
    #[must_use]
    pub fn newest_of(&self, signer: Fingerprint, device: Fingerprint) -> Option<&VerifiedEntry> {
        let range = (signer, device, 0)..=(signer, device, u64::MAX);
        self.chains
            .range(range)
            .next_back()
            .and_then(|(_, id)| self.entries.get(id))
    }

    /// The log as somebody sees it from whom these entries are withheld, and with each of them all that follow it.
    pub(crate) fn without(&self, hidden: &BTreeSet<EntryId>) -> Self {
        let seen = |id: &EntryId| !hidden.contains(id);
        let entries = self.entries.iter().filter(|(id, _)| seen(id));
        let entries: BTreeMap<_, _> = entries.map(|(id, entry)| (*id, entry.clone())).collect();
        let chains = self.chains.iter().filter(|(_, id)| seen(id));
        let followed: BTreeSet<_> = entries
            .values()
            .flat_map(|entry| entry.header().parents.iter().copied())
            .collect();
        let heads = entries.keys().filter(|id| !followed.contains(id));
        Self {
            id: self.id,
            chains: chains.map(|(place, id)| (*place, *id)).collect(),
            heads: heads.copied().collect(),
            entries,
            waiting: BTreeMap::new(),
            aside: Vec::new(),
            fork: self.fork.clone(),
        }
    }

    /// Freezes the log on evidence that came from elsewhere and has been verified. Alarms that waited may be taken then:
    /// [`Self::release`].
    pub fn freeze(&mut self, proof: ForkProof) {
        self.fork.get_or_insert(proof);
    }

    /// Takes the alarms that waited, or were put aside, before it was known that the log is frozen.
    pub fn release(&mut self, judge: &dyn Fn(&Self, &VerifiedEntry) -> Result<(), Refusal>) -> Outcome {
        let mut outcome = Outcome::default();
        self.release_alarms(judge, &mut outcome);
        outcome
    }

    /// Keeps an alarm of this log that was refused, if it is one: what is taken when a log is frozen need not have been
    /// allowed before. Gives whether it is kept.
    pub(crate) fn put_aside(&mut self, entry: VerifiedEntry) -> bool {
        let header = entry.header();
        let kept = header.entry_type.alarms() && header.log == self.id && self.aside.len() < MAX_ENTRIES;
        if kept {
            self.aside.push(entry);
        }
        kept
    }

    /// Offers an entry. `judge` says whether it may stand after the log's entries that are before it. An entry whose
    /// parents are not all here waits; entries that waited for it are judged after it. An entry that is already here
    /// changes nothing. A log that is frozen takes alarms only ([`crate::entry::EntryType::alarms`]).
    ///
    /// # Errors
    /// The [`Refusal`] of the offered entry; the log is then as before.
    pub fn offer(
        &mut self,
        entry: VerifiedEntry,
        judge: &dyn Fn(&Self, &VerifiedEntry) -> Result<(), Refusal>,
    ) -> Result<Outcome, Refusal> {
        let mut outcome = Outcome::default();
        if entry.header().log != self.id {
            return Err(Refusal::OtherLog);
        }
        if self.entries.contains_key(&entry.id()) {
            return Ok(outcome);
        }
        if self.fork.is_some() {
            self.take_alarm(entry, judge, &mut outcome)?;
            self.release_alarms(judge, &mut outcome);
            return Ok(outcome);
        }
        if self.forked_by(&entry, &mut outcome) {
            // It stays out of the log unless it is one that is never held back; what waited may be about it.
            self.put_aside(entry);
            self.release_alarms(judge, &mut outcome);
            return Ok(outcome);
        }
        if needs(&entry).any(|id| !self.entries.contains_key(&id)) {
            self.wait(entry)?;
            outcome.missing = self.missing();
            return Ok(outcome);
        }
        self.append(entry, judge, &mut outcome)?;
        self.drain(judge, &mut outcome);
        Ok(outcome)
    }

    /// Another entry of the log for the same place. Entries that wait do not count: until it is known that their
    /// signer takes part in this log, a stranger could freeze it with them.
    fn rival(&self, entry: &VerifiedEntry) -> Option<&VerifiedEntry> {
        let here = self.chains.get(&place(entry)).and_then(|id| self.entries.get(id));
        here.filter(|rival| rival.id() != entry.id())
    }

    /// Freezes the log when `entry` stands where another one stands already.
    fn forked_by(&mut self, entry: &VerifiedEntry, outcome: &mut Outcome) -> bool {
        let Some(proof) = self.rival(entry).map(|rival| ForkProof::of(rival, entry)) else {
            return false;
        };
        self.fork = Some(proof.clone());
        outcome.fork = Some(proof);
        true
    }

    fn wait(&mut self, entry: VerifiedEntry) -> Result<(), Refusal> {
        if self.waiting.len() >= MAX_WAITING && !self.waiting.contains_key(&entry.id()) {
            return Err(Refusal::Full { limit: MAX_WAITING });
        }
        self.waiting.insert(entry.id(), entry);
        Ok(())
    }

    fn append(
        &mut self,
        entry: VerifiedEntry,
        judge: &dyn Fn(&Self, &VerifiedEntry) -> Result<(), Refusal>,
        outcome: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.check_place(&entry)?;
        judge(self, &entry)?;
        let id = entry.id();
        for parent in &entry.header().parents {
            self.heads.remove(parent);
        }
        self.heads.insert(id);
        self.chains.insert(place(&entry), id);
        self.waiting.remove(&id);
        self.entries.insert(id, entry);
        outcome.admitted.push(id);
        Ok(())
    }

    /// Chain, logical clock and room. All parents are here.
    fn check_place(&self, entry: &VerifiedEntry) -> Result<(), Refusal> {
        let header = entry.header();
        if self.entries.len() >= MAX_ENTRIES {
            return Err(Refusal::Full { limit: MAX_ENTRIES });
        }
        let clocks = header
            .parents
            .iter()
            .filter_map(|id| self.get(id))
            .map(|parent| parent.header().lamport);
        if clocks.max().unwrap_or(0).checked_add(1) != Some(header.lamport) {
            return Err(Refusal::BadClock);
        }
        self.check_time(header)?;
        let Some(previous) = header.prev_self else {
            return Ok(());
        };
        let continues = self.get(&previous).is_some_and(|entry| {
            let before = entry.header();
            (before.signer, before.device, before.seq.checked_add(1))
                == (header.signer, header.device, Some(header.seq))
        });
        let seen = self.past(&header.parents).contains(&previous);
        if continues && seen {
            Ok(())
        } else {
            Err(Refusal::BrokenChain)
        }
    }

    /// An author's clock may be wrong, but nobody has seen an entry before it was written: one that claims so is dated
    /// back. No honest entry does, since none is admitted before its time has come, give or take the tolerance.
    pub(crate) fn check_time(&self, header: &EntryHeader) -> Result<(), Refusal> {
        let parents = header.parents.iter().filter_map(|id| self.get(id));
        let newest = parents.map(|parent| parent.header().time).max();
        let behind = newest.map_or(0, |newest| newest.since(header.time));
        if behind > CLOCK_TOLERANCE {
            Err(Refusal::Backdated { behind })
        } else {
            Ok(())
        }
    }

    /// Appends what has waited and now has its parents, until nothing more can be.
    fn drain(&mut self, judge: &dyn Fn(&Self, &VerifiedEntry) -> Result<(), Refusal>, outcome: &mut Outcome) {
        loop {
            let ready = |entry: &&VerifiedEntry| needs(entry).all(|id| self.entries.contains_key(&id));
            let Some(entry) = self.waiting.values().find(ready).cloned() else {
                return;
            };
            let id = entry.id();
            self.waiting.remove(&id);
            if self.forked_by(&entry, outcome) {
                self.put_aside(entry);
                self.release_alarms(judge, outcome);
                return;
            }
            if let Err(refusal) = self.append(entry.clone(), judge, outcome) {
                self.put_aside(entry);
                self.forget_followers(id);
                outcome.rejected.push((id, refusal));
            }
        }
    }

    /// A frozen log takes what may never be held back, and nothing else. What it names as seen may be in the branch that is
    /// not here: its parents are not asked for, nor is its place, unless all of them are here.
    fn take_alarm(
        &mut self,
        entry: VerifiedEntry,
        judge: &dyn Fn(&Self, &VerifiedEntry) -> Result<(), Refusal>,
        outcome: &mut Outcome,
    ) -> Result<(), Refusal> {
        if !entry.header().entry_type.alarms() {
            return Err(Refusal::Frozen);
        }
        if needs(&entry).all(|id| self.entries.contains_key(&id)) {
            self.check_place(&entry)?;
        } else if self.entries.len() >= MAX_ENTRIES {
            return Err(Refusal::Full { limit: MAX_ENTRIES });
        }
        judge(self, &entry)?;
        let id = entry.id();
        for parent in &entry.header().parents {
            self.heads.remove(parent);
        }
        self.heads.insert(id);
        self.chains.entry(place(&entry)).or_insert(id);
        self.waiting.remove(&id);
        self.entries.insert(id, entry);
        outcome.admitted.push(id);
        Ok(())
    }

    /// Takes the alarms that waited for what a frozen log will never take, or were put aside, the earliest first. What is
    /// refused may be about one that came after it, an acknowledgement about its finding, and is judged once more.
    fn release_alarms(
        &mut self,
        judge: &dyn Fn(&Self, &VerifiedEntry) -> Result<(), Refusal>,
        outcome: &mut Outcome,
    ) {
        let alarms = self
            .waiting
            .values()
            .filter(|one| one.header().entry_type.alarms());
        let waited: Vec<_> = alarms.cloned().collect();
        for alarm in &waited {
            self.waiting.remove(&alarm.id());
        }
        let mut left = std::mem::take(&mut self.aside);
        left.extend(waited);
        left.sort_by_key(|one| (one.header().lamport, one.id()));
        for _ in 0..2 {
            left.retain(|alarm| {
                !self.entries.contains_key(&alarm.id())
                    && self.take_alarm(alarm.clone(), judge, outcome).is_err()
            });
        }
        self.aside = left;
    }

    /// What follows a rejected entry can never be judged: it makes room for what can.
    fn forget_followers(&mut self, rejected: EntryId) {
        let mut gone = vec![rejected];
        while let Some(id) = gone.pop() {
            let follows = |entry: &&VerifiedEntry| needs(entry).any(|need| need == id);
            let followers: Vec<_> = self
                .waiting
                .values()
                .filter(follows)
                .map(VerifiedEntry::id)
                .collect();
            for follower in followers {
                if let Some(entry) = self.waiting.remove(&follower) {
                    self.put_aside(entry);
                }
                gone.push(follower);
            }
        }
    }
}

/// What must be here before the entry can be judged.
fn needs(entry: &VerifiedEntry) -> impl Iterator<Item = EntryId> {
    entry
        .header()
        .parents
        .iter()
        .copied()
        .chain(entry.header().prev_self)
}

/// What must be unique in a log: (signer, device, seq).
fn place(entry: &VerifiedEntry) -> (Fingerprint, Fingerprint, u64) {
    (entry.header().signer, entry.header().device, entry.header().seq)
}
