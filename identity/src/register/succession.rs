//! The key that signs the register, and how another takes its place.
//!
//! The first key is believed because its certificate leads to the root. A key that takes its place needs more: the
//! root itself signs a [`KeySuccession`], which is entered as the first entry after the last that the former key signed.
//! From then on the former key counts for what it had signed until then and for nothing else, so that neither a stolen
//! register key nor a stolen issuing authority can lead the register away from its readers.
//!
//! A succession stands by its signature alone. Whoever answers a question about the register adds every succession of
//! roots and keys ([`super::Answer::successions`]): a node that was off while they changed, or that followed a thief,
//! can then judge who signed what it is shown.

use minicbor::{Decode, Encode};
use thiserror::Error;

use super::checkpoint::{Checkpoint, CheckpointError, VerifiedCheckpoint};
use super::entry::{Act, Entry, MAX_ENTRY};
use super::hash::Hash;
use crate::anchor::TrustAnchors;
use crate::cbor;
use crate::chain::Anchors;
use crate::fingerprint::Fingerprint;
use crate::issue::CertificateAuthority;
use crate::key::PublicKey;
use crate::network::NetworkName;
use crate::signed::{self, Kind, SignedError};
use crate::time::Timestamp;

/// What a root says of the key that signs the register from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct KeySuccession {
    /// The key that signed until now.
    #[n(0)]
    pub previous: PublicKey,
    /// The key that signs from now on.
    #[n(1)]
    pub next: PublicKey,
    /// How many entries the register had; the number of the entry that holds this.
    #[n(2)]
    pub size: u64,
    /// The register's root at that size.
    #[n(3)]
    pub root: Hash,
    /// When. Nothing counts that the former key signed later.
    #[n(4)]
    pub at: Timestamp,
    /// Whether the former key was lost or stolen, and not merely old.
    #[n(5)]
    pub compromised: bool,
}

/// Why a succession is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SuccessionError {
    /// Not one.
    #[error("this is not a succession of the register's key: {0}")]
    Malformed(String),
    /// Signed by no root of this network.
    #[error("the succession of the register's key is not signed by a root of this network")]
    Signer,
    /// The envelope or its signature.
    #[error("the succession of the register's key is refused: {0}")]
    Signed(#[from] SignedError),
}

impl KeySuccession {
    /// Signs it with the root's key; gives the document.
    #[must_use]
    pub fn sign(&self, root: &CertificateAuthority) -> Vec<u8> {
        let signer = Fingerprint::of(root.certificate());
        signed::sign(Kind::RegisterKey, root.key(), &signer, cbor::encode(self))
    }

    /// Verifies a document: one of the roots signed it.
    ///
    /// # Errors
    /// [`SuccessionError`].
    pub fn verify<A: Anchors + ?Sized>(document: &[u8], anchors: &A) -> Result<Self, SuccessionError> {
        let document = signed::parse(document)?;
        let mut roots = anchors.roots().iter();
        let root = roots
            .find(|root| root.fingerprint() == document.signer())
            .ok_or(SuccessionError::Signer)?;
        let payload = document.verify(Kind::RegisterKey, &root.parsed().key)?;
        cbor::decode_within(&payload, MAX_ENTRY)
            .map_err(|error| SuccessionError::Malformed(error.to_string()))
    }
}

/// Which key may sign which checkpoint of a register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySchedule(Vec<KeySuccession>);

/// Why a key may not sign a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// The root put another key in its place before.
    #[error("the key that signed it was replaced before; whoever still signs with it is not the registry")]
    Retired,
    /// The root never named it.
    #[error("the register's key has another successor; whoever signs with this one is not the registry")]
    NotNamed,
}

impl KeySchedule {
    /// The schedule of these documents; those that no root of `anchors` signed are left out.
    #[must_use]
    pub fn of<'a, A: Anchors + ?Sized>(documents: impl IntoIterator<Item = &'a [u8]>, anchors: &A) -> Self {
        let verified = documents
            .into_iter()
            .filter_map(|document| KeySuccession::verify(document, anchors).ok());
        let mut successions: Vec<_> = verified.collect();
        successions.sort_by_key(|succession| succession.size);
        successions.dedup();
        Self(successions)
    }

    /// The successions, the oldest first.
    #[must_use]
    pub fn successions(&self) -> &[KeySuccession] {
        &self.0
    }

    /// The key that signs now; `None` while the first one does.
    #[must_use]
    pub fn current(&self) -> Option<PublicKey> {
        self.0.last().map(|succession| succession.next)
    }

    /// Whether `key` may have signed a checkpoint of this size at this time. `known` is the key that signed what is
    /// here; it is asked for only while there was no succession.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn check(
        &self,
        key: &PublicKey,
        size: u64,
        time: Timestamp,
        known: Option<&PublicKey>,
    ) -> Result<(), KeyFault> {
        let retired = |key: &PublicKey| self.0.iter().any(|succession| succession.previous == *key);
        let expected = match self.0.iter().find(|succession| size <= succession.size) {
            Some(succession) if time > succession.at => None,
            Some(succession) => Some(succession.previous),
            None => self.current().or(known.copied()).or(Some(*key)),
        };
        match expected {
            Some(expected) if expected == *key => Ok(()),
            _ if retired(key) => Err(KeyFault::Retired),
            _ => Err(KeyFault::NotNamed),
        }
    }

    /// Verifies a checkpoint that came without a certificate: by `known`, or by a key of the schedule that may have
    /// signed it.
    ///
    /// # Errors
    /// [`CheckpointError`]; [`CheckpointError::UnknownKey`] when it is by none of these, or by one that may not have
    /// signed it.
    pub fn verify(
        &self,
        checkpoint: &Checkpoint,
        known: Option<&PublicKey>,
        network: &NetworkName,
    ) -> Result<VerifiedCheckpoint, CheckpointError> {
        let retired = self.0.iter().map(|succession| succession.previous);
        let mut keys = self.current().into_iter().chain(known.copied()).chain(retired);
        let signed = keys.find_map(|key| match checkpoint.clone().verify(&[key], network) {
            Err(CheckpointError::UnknownKey) => None,
            verified => Some((key, verified)),
        });
        let (key, verified) = signed.ok_or(CheckpointError::UnknownKey)?;
        let verified = verified?;
        self.check(&key, verified.size(), verified.time(), known)
            .map_err(|_| CheckpointError::UnknownKey)?;
        Ok(verified)
    }

    /// Whether a checkpoint that was once taken counts for nothing: it is by a key that the root had already replaced,
    /// so that a thief signed it.
    #[must_use]
    pub fn voids(&self, checkpoint: &VerifiedCheckpoint, network: &NetworkName) -> bool {
        self.0.iter().any(|succession| {
            let beyond = checkpoint.size() > succession.size || checkpoint.time() > succession.at;
            beyond && checkpoint.signed_by(&succession.previous, network)
        })
    }
}

/// The successions of roots and keys among encoded entries. What cannot be read is left out.
pub(super) fn among<'a>(entries: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<Entry> {
    let parsed = entries.into_iter().filter_map(|entry| Entry::parse(entry).ok());
    parsed.filter(|entry| is_succession(&entry.act)).collect()
}

pub(super) const fn is_succession(act: &Act) -> bool {
    matches!(act, Act::SuccessorRoot { .. } | Act::RegisterKey { .. })
}

/// The roots with their successors among `entries`, each proven by the one before it.
pub(super) fn learned<'a, A: Anchors + ?Sized>(
    anchors: &A,
    entries: impl IntoIterator<Item = &'a Entry>,
) -> TrustAnchors {
    let mut learned = TrustAnchors::of(anchors);
    for entry in entries {
        if let Act::SuccessorRoot { der, cross } = &entry.act {
            // One that is not proven proves nothing; what it signed is then refused for want of its root.
            let _ = learned.add(der, cross, entry.at);
        }
    }
    learned
}

/// The documents of key successions among `entries`.
pub(super) fn documents<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> impl Iterator<Item = &'a [u8]> {
    entries.into_iter().filter_map(|entry| match &entry.act {
        Act::RegisterKey { statement } => Some(statement.as_slice()),
        _ => None,
    })
}
