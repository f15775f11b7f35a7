//! A node's own copy of the register, and its judgement of what others show it.
//!
//! Nothing is stored that is not proven to be of the register the registry signed: new entries are taken only when
//! the tree of everything here and of them has the signed root, or, for a part, is proven to be a beginning of it.

use thiserror::Error;

use super::answer::{READ, Source, compose};
use super::checkpoint::{Checkpoint, CheckpointError, VerifiedCheckpoint};
use super::entry::{Act, Entry, EntryError};
use super::evidence::{Evidence, Prefix, contradiction};
use super::hash::Hash;
use super::proof::{
    Proof, ProofError, check_consistency, consistency_proof, extend, hash_count, inclusion_proof, root_after,
    root_of,
};
use super::standing::{Standing, Standings};
use super::store::{Batch, HashSource, HashStore, StoreError};
use super::succession::KeyFault;
use super::wire::{Answer, Ask, HeldList, Link};
use crate::chain::{Chain, ChainError};
use crate::fingerprint::Fingerprint;
use crate::revocation::RevocationList;
use crate::time::Timestamp;

/// Why an answer or checkpoint was not accepted. Nothing was stored, whatever it is.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The checkpoint cannot be accepted.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The certificate whose key signed the checkpoint is not a registry's of this network.
    #[error("the registry's certificate is refused: {0}")]
    Registry(#[from] ChainError),
    /// The registry's certificate was revoked or suspended.
    #[error("the registry's certificate {0} is no longer in force")]
    RegistryNotInForce(Fingerprint),
    /// Its key is not the one that signs this register.
    #[error("the checkpoint is refused: {0}")]
    Key(#[from] KeyFault),
    /// The registry signed two registers, or took entries back: keep the evidence, and show it to others.
    #[error("the registry showed two different registers; keep the evidence and ask the registry's operator")]
    SplitView(Box<Evidence>),
    /// The answer begins after what is here.
    #[error("the answer begins at entry {from}, but only {have} are here; ask again")]
    Gap {
        /// Where it begins.
        from: u64,
        /// How many are here.
        have: u64,
    },
    /// The answer has nothing new, though its checkpoint is larger.
    #[error("the answer has no new entries, though its checkpoint has more; ask another")]
    NothingNew,
    /// The entries are not those that the registry signed: whoever answered altered, dropped or reordered them.
    #[error("the entries are not those that the registry signed; ask another")]
    NotSigned,
    /// An entry that the registry signed breaks the rules of a register.
    #[error("entry {number} of the register is refused: {error}")]
    Entry {
        /// Its number.
        number: u64,
        /// Why.
        error: EntryError,
    },
    /// An entry is older than the one before it, or newer than its checkpoint.
    #[error("entry {number} of the register is out of the order of time")]
    EntryTime {
        /// Its number.
        number: u64,
    },
    /// What is stored here is not what was stored.
    #[error("the register kept here is damaged: {0}; delete it and it will be fetched again")]
    Damaged(&'static str),
    /// It could not be read or kept.
    #[error("the register cannot be read or kept: {0}")]
    Store(StoreError),
}

impl RegisterError {
    /// A stable word for logs and scripts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Checkpoint(_) => "checkpoint",
            Self::Registry(_) => "registry-certificate",
            Self::RegistryNotInForce(_) => "registry-not-in-force",
            Self::Key(_) => "register-key",
            Self::SplitView(_) => "split-view",
            Self::Gap { .. } => "gap",
            Self::NothingNew => "nothing-new",
            Self::NotSigned => "not-signed",
            Self::Entry { .. } => "entry",
            Self::EntryTime { .. } => "entry-time",
            Self::Damaged(_) => "damaged",
            Self::Store(_) => "storage",
        }
    }
}

impl From<ProofError> for RegisterError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Store(error) => Self::Store(error),
            ProofError::OutOfRange | ProofError::Invalid => Self::NotSigned,
        }
    }
}

/// What a checkpoint is to this replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Of the same register at the same size; perhaps signed later.
    Same,
    /// Of the same register at an earlier size, which was proven.
    Behind,
    /// Of a later size: fetch what is missing, only then it can be judged.
    Ahead,
    /// It contradicts what the registry signed before.
    SplitView(Box<Evidence>),
}

/// What an accepted answer brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The new entries, with their numbers.
    pub entries: Vec<(u64, Entry)>,
    /// Whether every entry of the newest known checkpoint is here; else ask again.
    pub complete: bool,
    /// Whether the checkpoint is newer than what was here (later signed, or larger).
    pub newer: bool,
}

/// A copy of the register. Readers may share it; only one may [accept](Self::accept) at a time.
#[derive(Debug, Clone)]
pub struct Replica<S> {
    store: S,
    size: u64,
    checkpoint: Option<VerifiedCheckpoint>,
    target: Option<VerifiedCheckpoint>,
    standings: Standings,
}

impl<S: HashStore> Replica<S> {
    /// Opens what a store keeps: checks that its hashes still have the root of its checkpoint, and folds its entries
    /// (this reads all of them).
    ///
    /// # Errors
    /// [`RegisterError::Store`] or [`RegisterError::Damaged`].
    pub fn open(store: S) -> Result<Self, RegisterError> {
        let damaged = RegisterError::Damaged;
        let head = store.head().map_err(RegisterError::Store)?;
        // Only verified checkpoints are ever stored.
        let stored = |note: Option<Vec<u8>>| -> Result<Option<VerifiedCheckpoint>, RegisterError> {
            let parsed = note.as_deref().map(Checkpoint::parse).transpose();
            Ok(parsed
                .map_err(|_| damaged("its checkpoint cannot be read"))?
                .map(Checkpoint::trusted))
        };
        let (checkpoint, target) = (stored(head.checkpoint)?, stored(head.target)?);
        if let Some(checkpoint) = &checkpoint
            && (checkpoint.size() > head.size || root_of(&store, checkpoint.size())? != checkpoint.root())
        {
            return Err(damaged("its hashes do not lead to its checkpoint"));
        }
        let mut replica = Self {
            store,
            size: head.size,
            checkpoint,
            target,
            standings: Standings::default(),
        };
        replica.fold()?;
        Ok(replica)
    }

    fn fold(&mut self) -> Result<(), RegisterError> {
        let damaged = RegisterError::Damaged;
        while self.standings.entries() < self.size {
            let entries = self.read(self.standings.entries(), READ)?;
            if entries.is_empty() {
                return Err(damaged("entries are missing"));
            }
            for entry in entries {
                let entry = Entry::parse(&entry).map_err(|_| damaged("an entry cannot be read"))?;
                self.standings.apply(&entry);
            }
        }
        Ok(())
    }

    /// How many entries are here.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The newest checkpoint whose entries are all here. Its time is what freshness is measured by.
    #[must_use]
    pub const fn checkpoint(&self) -> Option<&VerifiedCheckpoint> {
        self.checkpoint.as_ref()
    }

    /// Whether no entries are missing of the newest checkpoint that is known.
    #[must_use]
    pub const fn complete(&self) -> bool {
        self.checkpoint.is_some() && self.target.is_none()
    }

    /// A newer checkpoint of which the entries here are a proven beginning, while some are missing.
    #[must_use]
    pub const fn target(&self) -> Option<&VerifiedCheckpoint> {
        self.target.as_ref()
    }

    /// What the entries here amount to.
    #[must_use]
    pub const fn standings(&self) -> &Standings {
        &self.standings
    }

    /// The standing of a certificate; `None` when the register does not know it.
    #[must_use]
    pub fn standing(&self, fingerprint: &Fingerprint) -> Option<Standing> {
        self.standings.standing(fingerprint)
    }

    /// Forgets everything: what is here turned out to be a thief's ([`super::Signed::void`]).
    ///
    /// # Errors
    /// [`RegisterError::Store`]; then nothing was forgotten.
    pub fn begin_anew(&mut self) -> Result<(), RegisterError> {
        self.store.clear().map_err(RegisterError::Store)?;
        (self.size, self.checkpoint, self.target) = (0, None, None);
        self.standings = Standings::default();
        Ok(())
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Gives the store back.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    /// An entry.
    ///
    /// # Errors
    /// [`RegisterError::Store`] or [`RegisterError::Damaged`].
    pub fn entry(&self, number: u64) -> Result<Option<Entry>, RegisterError> {
        if number >= self.size {
            return Ok(None);
        }
        let bytes = self.read(number, 1)?.into_iter().next();
        let bytes = bytes.ok_or(RegisterError::Damaged("an entry is missing"))?;
        let entry = Entry::parse(&bytes).map_err(|_| RegisterError::Damaged("an entry cannot be read"))?;
        Ok(Some(entry))
    }

    /// The certificate of this fingerprint with its issuing authority's, when it was entered.
    ///
    /// # Errors
    /// As [`Self::entry`].
    pub fn chain(&self, fingerprint: &Fingerprint) -> Result<Option<Chain>, RegisterError> {
        let number = self.standings.member(fingerprint).and_then(|member| member.entry);
        let entry = number.map(|number| self.entry(number)).transpose()?.flatten();
        Ok(entry.and_then(|entry| match entry.act {
            Act::Issued { chain, .. } => Some(chain),
            _ => None,
        }))
    }

    /// Proves that entry `number` is in the register of the newest complete checkpoint.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn inclusion_proof(&self, number: u64) -> Result<Proof, ProofError> {
        let size = self.checkpoint.as_ref().map_or(0, VerifiedCheckpoint::size);
        inclusion_proof(&self.store, size, number)
    }

    /// Proves that the first `earlier` entries are a beginning of the first `size`.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn consistency_proof(&self, earlier: u64, size: u64) -> Result<Proof, ProofError> {
        if size > self.size {
            return Err(ProofError::OutOfRange);
        }
        consistency_proof(&self.store, size, earlier)
    }

    /// What to ask others. `lists` are the revocation lists that are here; `None` when none are wanted.
    #[must_use]
    pub fn ask(&self, lists: Option<Vec<HeldList>>) -> Ask {
        Ask {
            from: self.size,
            checkpoint_size: self.checkpoint.as_ref().map_or(0, VerifiedCheckpoint::size),
            lists,
        }
    }

    /// Judges a checkpoint that somebody showed, which is verified already.
    ///
    /// # Errors
    /// [`RegisterError::Store`].
    pub fn judge(&self, checkpoint: &VerifiedCheckpoint) -> Result<Judgement, RegisterError> {
        let split = |evidence| Ok(Judgement::SplitView(Box::new(evidence)));
        for known in [&self.checkpoint, &self.target].into_iter().flatten() {
            if contradiction(known, checkpoint).is_some() {
                return split(Evidence::of(known, checkpoint, None));
            }
        }
        if checkpoint.size() > self.size {
            return Ok(Judgement::Ahead);
        }
        let root = root_of(&self.store, checkpoint.size())?;
        if root == checkpoint.root() {
            let same = checkpoint.size() == self.size;
            return Ok(if same { Judgement::Same } else { Judgement::Behind });
        }
        match &self.checkpoint {
            Some(known) if known.size() > checkpoint.size() => {
                let proof = consistency_proof(&self.store, known.size(), checkpoint.size())?;
                split(Evidence::of(known, checkpoint, Some(Prefix { root, proof })))
            }
            // What is here beyond the last complete checkpoint cannot be held against the registry yet.
            _ => Ok(Judgement::Ahead),
        }
    }

    /// Takes what somebody answered or sent: `checkpoint` is the answer's, verified with the key of the registry's
    /// certificate at `now`. Everything is checked before anything is stored.
    ///
    /// # Errors
    /// [`RegisterError`], telling why it was not taken.
    pub fn accept(
        &mut self,
        checkpoint: &VerifiedCheckpoint,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<Accepted, RegisterError> {
        checkpoint.check_clock(now)?;
        match self.judge(checkpoint)? {
            Judgement::SplitView(evidence) => Err(RegisterError::SplitView(evidence)),
            Judgement::Behind => Ok(self.accepted(Vec::new(), false)),
            Judgement::Same => self.refresh(checkpoint),
            Judgement::Ahead => self.grow(checkpoint, answer),
        }
    }

    /// The same size, perhaps signed later.
    fn refresh(&mut self, checkpoint: &VerifiedCheckpoint) -> Result<Accepted, RegisterError> {
        let newer = match &self.checkpoint {
            Some(known) => known.size() < checkpoint.size() || known.time() < checkpoint.time(),
            None => true,
        };
        if newer {
            self.keep(&[], &[], checkpoint)?;
        }
        Ok(self.accepted(Vec::new(), newer))
    }

    fn grow(&mut self, checkpoint: &VerifiedCheckpoint, answer: &Answer) -> Result<Accepted, RegisterError> {
        if let Some(evidence) = self.linked(checkpoint, answer.link.as_ref()) {
            return Err(RegisterError::SplitView(Box::new(evidence)));
        }
        let known = self.size.checked_sub(answer.from).ok_or(RegisterError::Gap {
            from: answer.from,
            have: self.size,
        })?;
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        let entries = answer.entries.get(known..).unwrap_or_default();
        let total = self.size.saturating_add(entries.len() as u64);
        if entries.is_empty() || checkpoint.size() <= self.size {
            return Err(RegisterError::NothingNew);
        }
        if total > checkpoint.size() {
            return Err(RegisterError::NotSigned);
        }
        let hashes = extend(&self.store, self.size, entries)?;
        let root = root_after(&self.store, self.size, &hashes, total)?;
        if total == checkpoint.size() {
            if root != checkpoint.root() {
                return Err(RegisterError::NotSigned);
            }
        } else {
            let proof = answer.proof.as_ref().ok_or(RegisterError::NotSigned)?;
            check_consistency(proof, checkpoint.size(), checkpoint.root(), total, root)?;
        }
        let parsed = self.parse(entries, checkpoint.time())?;
        self.keep(entries, &hashes, checkpoint)?;
        for (_, entry) in &parsed {
            self.standings.apply(entry);
        }
        Ok(self.accepted(parsed, true))
    }

    /// The evidence that a link is, when it shows another beginning than the one the registry signed before.
    fn linked(&self, checkpoint: &VerifiedCheckpoint, link: Option<&Link>) -> Option<Evidence> {
        let Link { size, root, proof } = link?;
        let known = self.checkpoint.as_ref()?;
        if *size != known.size() || *root == known.root() || *size >= checkpoint.size() {
            return None;
        }
        check_consistency(proof, checkpoint.size(), checkpoint.root(), *size, *root).ok()?;
        let (root, proof) = (*root, proof.clone());
        Some(Evidence::of(known, checkpoint, Some(Prefix { root, proof })))
    }

    fn parse(&self, entries: &[Vec<u8>], until: Timestamp) -> Result<Vec<(u64, Entry)>, RegisterError> {
        let mut last = self.standings.last();
        let mut parsed = Vec::with_capacity(entries.len());
        for (number, bytes) in (self.size..).zip(entries) {
            let entry = Entry::parse(bytes).map_err(|error| RegisterError::Entry { number, error })?;
            if last.is_some_and(|last| entry.at < last) || entry.at > until {
                return Err(RegisterError::EntryTime { number });
            }
            last = Some(entry.at);
            parsed.push((number, entry));
        }
        Ok(parsed)
    }

    fn keep(
        &mut self,
        entries: &[Vec<u8>],
        hashes: &[Hash],
        checkpoint: &VerifiedCheckpoint,
    ) -> Result<(), RegisterError> {
        let size = self.size + entries.len() as u64;
        let whole = (checkpoint.size() == size).then(|| checkpoint.clone());
        let whole = whole.or_else(|| self.checkpoint.clone());
        let target = [self.target.clone(), Some(checkpoint.clone())]
            .into_iter()
            .flatten()
            .filter(|target| target.size() > size)
            .max_by_key(|target| (target.size(), target.time()));
        let batch = Batch {
            size: self.size,
            hash_count: hash_count(self.size),
            entries,
            hashes,
            checkpoint: whole.as_ref().map(VerifiedCheckpoint::note),
            target: target.as_ref().map(VerifiedCheckpoint::note),
        };
        self.store.append(&batch).map_err(RegisterError::Store)?;
        (self.size, self.checkpoint, self.target) = (size, whole, target);
        Ok(())
    }

    fn accepted(&self, entries: Vec<(u64, Entry)>, newer: bool) -> Accepted {
        Accepted {
            entries,
            complete: self.complete(),
            newer,
        }
    }

    /// Answers a question out of this replica; `None` when there is no complete checkpoint here yet. `registry` is
    /// the chain of the certificate whose key signed it; of `lists`, those the asker lacks are added.
    ///
    /// # Errors
    /// [`RegisterError::Store`].
    pub fn answer(
        &self,
        ask: &Ask,
        registry: &Chain,
        lists: &[RevocationList],
    ) -> Result<Option<Answer>, RegisterError> {
        let answer = |checkpoint| compose(self, checkpoint, ask, registry, lists);
        self.checkpoint.as_ref().map(answer).transpose()
    }

    fn read(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, RegisterError> {
        self.store.read_entries(from, count).map_err(RegisterError::Store)
    }
}

impl<S: HashStore> Source for Replica<S> {
    fn hashes(&self) -> &dyn HashSource {
        &self.store
    }

    fn read_entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, RegisterError> {
        self.read(from, count)
    }

    fn successions(&self) -> Result<Vec<Vec<u8>>, RegisterError> {
        Ok(self.standings.successions().iter().map(Entry::to_bytes).collect())
    }
}
