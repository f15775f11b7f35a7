//! Evidence that the registry signed two checkpoints that cannot both be of one append-only register.
//!
//! It stands by itself: whoever knows the registry's key and the network can verify it without either register. To
//! show that a smaller checkpoint is *not* a beginning of a larger one, it carries the root that the larger one
//! really has at the smaller size, with the consistency proof from there: no second root has such a proof.

use minicbor::{Decode, Encode};
use thiserror::Error;

use super::checkpoint::{Checkpoint, CheckpointError, MAX_NOTE, VerifiedCheckpoint};
use super::hash::Hash;
use super::proof::{Proof, check_consistency};
use crate::cbor;
use crate::key::PublicKey;
use crate::network::NetworkName;

/// The largest evidence that is read, bytes.
const MAX_EVIDENCE: usize = 2 * MAX_NOTE + 4096;

/// What the evidence shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Charge {
    /// Two registers of the same size with different contents.
    TwoRoots,
    /// The larger register does not begin with the smaller one.
    NotAPrefix,
    /// The register was smaller later: entries were taken back.
    SizeFell,
}

impl Charge {
    /// A stable word for logs and scripts.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TwoRoots => "two-roots",
            Self::NotAPrefix => "not-a-prefix",
            Self::SizeFell => "size-fell",
        }
    }
}

/// Two signed checkpoints and, where the two alone do not show it, why they contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Evidence {
    /// The checkpoint of the smaller size (either one, when they are equal), as signed.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub smaller: Vec<u8>,
    /// The other, as signed.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub larger: Vec<u8>,
    /// What the larger one has at the size of the smaller one.
    #[n(2)]
    pub prefix: Option<Prefix>,
}

/// The root of a register at an earlier size, with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Prefix {
    /// The root at the earlier size.
    #[n(0)]
    pub root: Hash,
    /// That it is a beginning of the later one.
    #[n(1)]
    pub proof: Proof,
}

/// Why evidence does not convince.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// Not evidence.
    #[error("this is not evidence against a register: {0}")]
    Malformed(String),
    /// A checkpoint is not the registry's.
    #[error("the evidence holds a checkpoint that proves nothing: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// No registry certificate that came along was valid then and has the key that signed.
    #[error("no registry's certificate of this network in the file has the key that signed a checkpoint")]
    Signer,
    /// The two do not contradict each other.
    #[error("the two checkpoints do not contradict each other")]
    NoContradiction,
}

impl Evidence {
    pub(super) fn of(one: &VerifiedCheckpoint, other: &VerifiedCheckpoint, prefix: Option<Prefix>) -> Self {
        let (smaller, larger) = if one.size() <= other.size() {
            (one, other)
        } else {
            (other, one)
        };
        Self {
            smaller: smaller.note().to_vec(),
            larger: larger.note().to_vec(),
            prefix,
        }
    }

    /// Its one encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Parses evidence from outside; [`Self::verify`] it before believing it.
    ///
    /// # Errors
    /// [`EvidenceError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        cbor::decode_within(bytes, MAX_EVIDENCE).map_err(|error| EvidenceError::Malformed(error.to_string()))
    }

    /// Verifies it: both checkpoints are signed by one of `keys` (the registry's certified keys) for the register of
    /// `network`, and they contradict each other.
    ///
    /// # Errors
    /// [`EvidenceError`], telling why it does not convince.
    pub fn verify(&self, keys: &[PublicKey], network: &NetworkName) -> Result<Charge, EvidenceError> {
        let smaller = Checkpoint::parse(&self.smaller)?.verify(keys, network)?;
        let larger = Checkpoint::parse(&self.larger)?.verify(keys, network)?;
        match contradiction(&smaller, &larger) {
            Some(charge) => Ok(charge),
            None if self.prefix_differs(&smaller, &larger) => Ok(Charge::NotAPrefix),
            None => Err(EvidenceError::NoContradiction),
        }
    }

    fn prefix_differs(&self, smaller: &VerifiedCheckpoint, larger: &VerifiedCheckpoint) -> bool {
        self.prefix.as_ref().is_some_and(|Prefix { root, proof }| {
            let proven = check_consistency(proof, larger.size(), larger.root(), smaller.size(), *root);
            smaller.size() < larger.size() && *root != smaller.root() && proven.is_ok()
        })
    }
}

/// What two signed checkpoints alone show.
pub(super) fn contradiction(one: &VerifiedCheckpoint, other: &VerifiedCheckpoint) -> Option<Charge> {
    if one.size() == other.size() {
        return (one.root() != other.root()).then_some(Charge::TwoRoots);
    }
    let (smaller, larger) = if one.size() < other.size() {
        (one, other)
    } else {
        (other, one)
    };
    (smaller.time() > larger.time()).then_some(Charge::SizeFell)
}
