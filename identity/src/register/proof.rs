//! Roots and proofs. All hashing and all proofs are of the crate `tlog_tiles`; here are its adapters.

use std::cell::RefCell;

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};
use thiserror::Error;

use super::checkpoint::MAX_SIZE;
use super::hash::Hash;
use super::store::{HashSource, StoreError};
use crate::cbor::bounded_array;

/// The most hashes in a proof: a tree of [`MAX_SIZE`] entries needs fewer.
pub const MAX_PROOF: u64 = 64;

/// Why there is no root or proof, or why a proof does not hold.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The hashes could not be read.
    #[error("the register's hashes cannot be read: {0}")]
    Store(StoreError),
    /// The question makes no sense: an entry or size outside the tree.
    #[error("the register has no entry or earlier size of this number")]
    OutOfRange,
    /// The proof does not lead to the root.
    #[error("the proof does not lead to the register's root")]
    Invalid,
}

/// A proof of inclusion or consistency (RFC 6962 §2.1), at most [`MAX_PROOF`] hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof(Vec<Hash>);

impl Proof {
    /// Its hashes.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    fn inner(&self) -> Vec<tlog_tiles::Hash> {
        self.0.iter().map(|hash| hash.inner()).collect()
    }
}

impl From<Vec<tlog_tiles::Hash>> for Proof {
    fn from(hashes: Vec<tlog_tiles::Hash>) -> Self {
        Self(hashes.into_iter().map(Into::into).collect())
    }
}

impl<C> Encode<C> for Proof {
    fn encode<W: Write>(
        &self,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        self.0.encode(encoder, context)
    }
}

impl<'b, C> Decode<'b, C> for Proof {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, decode::Error> {
        let length = bounded_array(decoder, MAX_PROOF)?;
        let hashes = (0..length).map(|_| Hash::decode(decoder, context));
        Ok(Self(hashes.collect::<Result<_, _>>()?))
    }
}

/// The hash of an entry, as a leaf of the tree.
#[must_use]
pub fn entry_hash(entry: &[u8]) -> Hash {
    tlog_tiles::record_hash(entry).into()
}

/// The number under which the hash of entry `number` is stored.
#[must_use]
pub fn leaf_index(number: u64) -> u64 {
    tlog_tiles::stored_hash_index(0, number)
}

/// How many hashes belong to a tree of `size` entries.
pub(super) fn hash_count(size: u64) -> u64 {
    tlog_tiles::stored_hash_count(size)
}

/// The hashes to be appended when `entries` are appended to the tree of `size` entries whose hashes are in `source`.
///
/// # Errors
/// [`ProofError::Store`], or [`ProofError::OutOfRange`] above [`MAX_SIZE`].
pub fn extend(source: &dyn HashSource, size: u64, entries: &[Vec<u8>]) -> Result<Vec<Hash>, ProofError> {
    if size.saturating_add(entries.len() as u64) > MAX_SIZE {
        return Err(ProofError::OutOfRange);
    }
    let mut added = Vec::new();
    for (number, entry) in (size..).zip(entries) {
        let reader = Reader::over(source, size, &added);
        let hashes =
            tlog_tiles::stored_hashes(number, entry, &reader).map_err(|error| reader.explain(&error))?;
        added.extend(hashes.into_iter().map(Hash::from));
    }
    Ok(added)
}

/// The root of the first `size` entries.
///
/// # Errors
/// [`ProofError::Store`].
pub fn root_of(source: &dyn HashSource, size: u64) -> Result<Hash, ProofError> {
    root_after(source, size, &[], size)
}

/// The root of `total` entries, when the hashes of `size` entries are in `source` and those beyond are `added`
/// ([`extend`]).
///
/// # Errors
/// [`ProofError::Store`], or [`ProofError::OutOfRange`] above [`MAX_SIZE`].
pub fn root_after(
    source: &dyn HashSource,
    size: u64,
    added: &[Hash],
    total: u64,
) -> Result<Hash, ProofError> {
    if total > MAX_SIZE {
        return Err(ProofError::OutOfRange);
    }
    let reader = Reader::over(source, size, added);
    let root = tlog_tiles::tree_hash(total, &reader).map_err(|error| reader.explain(&error))?;
    Ok(root.into())
}

/// Proves that entry `number` is in the tree of `size` entries.
///
/// # Errors
/// [`ProofError::Store`] or [`ProofError::OutOfRange`].
pub fn inclusion_proof(source: &dyn HashSource, size: u64, number: u64) -> Result<Proof, ProofError> {
    if size > MAX_SIZE || number >= size {
        return Err(ProofError::OutOfRange);
    }
    let reader = Reader::over(source, size, &[]);
    let proof = tlog_tiles::prove_record(size, number, &reader).map_err(|error| reader.explain(&error))?;
    Ok(proof.into())
}

/// Checks that the tree of `size` entries with this root has `entry` at `number`.
///
/// # Errors
/// [`ProofError::Invalid`] or [`ProofError::OutOfRange`].
pub fn check_inclusion(
    proof: &Proof,
    size: u64,
    root: Hash,
    number: u64,
    entry: &[u8],
) -> Result<(), ProofError> {
    if size > MAX_SIZE || number >= size {
        return Err(ProofError::OutOfRange);
    }
    let leaf = tlog_tiles::record_hash(entry);
    tlog_tiles::check_record(&proof.inner(), size, root.inner(), number, leaf)
        .map_err(|_| ProofError::Invalid)
}

/// Proves that the tree of the first `earlier` entries is a beginning of that of `size` entries.
///
/// # Errors
/// [`ProofError::Store`], or [`ProofError::OutOfRange`] when not 1 ≤ `earlier` ≤ `size`.
pub fn consistency_proof(source: &dyn HashSource, size: u64, earlier: u64) -> Result<Proof, ProofError> {
    if size > MAX_SIZE || earlier == 0 || earlier > size {
        return Err(ProofError::OutOfRange);
    }
    let reader = Reader::over(source, size, &[]);
    let proof = tlog_tiles::prove_tree(size, earlier, &reader).map_err(|error| reader.explain(&error))?;
    Ok(proof.into())
}

/// Checks that the tree of `earlier` entries with root `earlier_root` is a beginning of that of `size` entries with
/// root `root`.
///
/// # Errors
/// [`ProofError::Invalid`] or [`ProofError::OutOfRange`].
pub fn check_consistency(
    proof: &Proof,
    size: u64,
    root: Hash,
    earlier: u64,
    earlier_root: Hash,
) -> Result<(), ProofError> {
    if size > MAX_SIZE || earlier == 0 || earlier > size {
        return Err(ProofError::OutOfRange);
    }
    tlog_tiles::check_tree(&proof.inner(), size, root.inner(), earlier, earlier_root.inner())
        .map_err(|_| ProofError::Invalid)
}

/// The hashes of a tree in memory, without its entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    hashes: Vec<Hash>,
}

impl Tree {
    /// Appends entries.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`] above [`MAX_SIZE`].
    pub fn grow(&mut self, entries: &[Vec<u8>]) -> Result<(), ProofError> {
        let added = extend(self, self.size, entries)?;
        self.size += entries.len() as u64;
        self.hashes.extend(added);
        Ok(())
    }

    /// Its hashes, in the order in which they are stored.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// How many entries it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Its root.
    ///
    /// # Errors
    /// None that could happen: every hash is here.
    pub fn root(&self) -> Result<Hash, ProofError> {
        root_of(self, self.size)
    }
}

impl HashSource for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, StoreError> {
        let read = |index: &u64| {
            let found = usize::try_from(*index)
                .ok()
                .and_then(|index| self.hashes.get(index));
            found.copied().ok_or_else(|| "a hash is missing".into())
        };
        indexes.iter().map(read).collect()
    }
}

/// Stored hashes, followed by some that are not stored yet.
pub(super) struct Reader<'a> {
    source: &'a dyn HashSource,
    stored: u64,
    added: &'a [Hash],
    failure: RefCell<Option<StoreError>>,
}

impl<'a> Reader<'a> {
    pub(super) fn over(source: &'a dyn HashSource, size: u64, added: &'a [Hash]) -> Self {
        Self {
            source,
            stored: hash_count(size),
            added,
            failure: RefCell::new(None),
        }
    }

    /// The store's own words, which the crate's error cannot carry.
    pub(super) fn explain(&self, error: &tlog_tiles::Error) -> ProofError {
        let failure = self.failure.take().unwrap_or_else(|| error.to_string().into());
        ProofError::Store(failure)
    }

    fn read(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, StoreError> {
        let stored: Vec<u64> = indexes
            .iter()
            .copied()
            .filter(|index| *index < self.stored)
            .collect();
        let mut found = self.source.read_hashes(&stored)?.into_iter();
        let hash = |index: &u64| {
            let hash = match index.checked_sub(self.stored) {
                None => found.next(),
                Some(beyond) => usize::try_from(beyond)
                    .ok()
                    .and_then(|at| self.added.get(at))
                    .copied(),
            };
            hash.map(Hash::inner).ok_or_else(|| "a hash is missing".into())
        };
        indexes.iter().map(hash).collect()
    }
}

impl tlog_tiles::HashReader for Reader<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        self.read(indexes).map_err(|failure| {
            self.failure.replace(Some(failure));
            tlog_tiles::Error::IndexesNotInTree
        })
    }
}
