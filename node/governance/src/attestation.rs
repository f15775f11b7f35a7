//! A signed statement: COSE_Sign1 of kind [`Kind::Attestation`] over deterministic CBOR, with a number and the hash of the
//! statement before, so that none can be taken out, put in, or altered without being told.

use std::fmt;
use std::str::FromStr;

use dokuei_identity::cbor::{self, CborError};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::signed::{self, Kind, SignedError};
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::duty::{Name, SignInName};
use crate::statement::Statement;

/// The largest signed attestation, bytes: a document of 20,000 characters and its envelope.
pub const MAX_ATTESTATION: usize = 128 * 1024;

/// SHA-256 of a signed attestation: its id, and the link of the next one to it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct RecordId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 32],
);

impl RecordId {
    /// What the first attestation of a node names as the one before.
    pub const NONE: Self = Self([0; 32]);

    /// Of these signed bytes.
    #[must_use]
    pub fn of(signed: &[u8]) -> Self {
        Self(Sha256::digest(signed).into())
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

impl FromStr for RecordId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Attestation {
    /// Counts from 1 at this node.
    #[n(0)]
    pub number: u64,
    /// The one before; [`RecordId::NONE`] for the first.
    #[n(1)]
    pub previous: RecordId,
    /// When, by the node's clock.
    #[n(2)]
    pub at: Timestamp,
    /// The sign-in name of whoever signs.
    #[n(3)]
    pub by: SignInName,
    /// Her name, as her certificate has it.
    #[n(4)]
    pub name: Name,
    /// What she states.
    #[n(5)]
    pub statement: Statement,
}

/// Why an attestation was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// More than [`MAX_ATTESTATION`] bytes.
    #[error("the record is larger than {} KiB", MAX_ATTESTATION / 1024)]
    TooLarge,
    /// Not a signed document of ours, or not signed by whoever it names.
    #[error("the record is not signed by whoever it names: {0}")]
    Signature(#[from] SignedError),
    /// Not an attestation, or of a newer program.
    #[error("the record cannot be read: {0}")]
    Payload(#[from] CborError),
    /// Nothing is known of whoever signed.
    #[error("the certificate of whoever signed the record is not known here: {0}")]
    UnknownSigner(Fingerprint),
}

/// An attestation whose signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// Its id.
    pub id: RecordId,
    /// The certificate whose key signed.
    pub signer: Fingerprint,
    /// What was signed.
    pub attestation: Attestation,
}

/// Signs.
///
/// # Errors
/// [`AttestationError::TooLarge`].
pub fn sign(
    attestation: &Attestation,
    key: &SecretKey,
    signer: &Fingerprint,
) -> Result<Vec<u8>, AttestationError> {
    let bytes = signed::sign(Kind::Attestation, key, signer, cbor::encode(attestation));
    if bytes.len() > MAX_ATTESTATION {
        return Err(AttestationError::TooLarge);
    }
    Ok(bytes)
}

/// Verifies signed bytes with the key of whoever they name.
///
/// # Errors
/// [`AttestationError`], telling what is wrong.
pub fn verify(
    bytes: &[u8],
    key_of: impl Fn(&Fingerprint) -> Option<PublicKey>,
) -> Result<Attested, AttestationError> {
    if bytes.len() > MAX_ATTESTATION {
        return Err(AttestationError::TooLarge);
    }
    let document = signed::parse(bytes)?;
    let signer = document.signer();
    let key = key_of(&signer).ok_or(AttestationError::UnknownSigner(signer))?;
    let payload = document.verify(Kind::Attestation, &key)?;
    Ok(Attested {
        id: RecordId::of(bytes),
        signer,
        attestation: cbor::decode_within(&payload, MAX_ATTESTATION)?,
    })
}
