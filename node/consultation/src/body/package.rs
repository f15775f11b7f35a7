//! Entries about the sealed study package. The domain knows its name, commitments and length, never its key.

use dokuei_identity::fingerprint::Fingerprint;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, form, required};
use super::redacted;
use crate::id::{EntryId, PackageId};

/// The longest sealed key in a grant, bytes.
pub const MAX_GRANT: usize = 8 * 1024;

/// The longest signed core, bytes.
pub const MAX_CORE: usize = 2 * 1024;

/// A package is sealed and ready.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct PackageOffered {
    /// The package.
    #[n(0)]
    pub package: PackageId,
    /// The signed core as the package crate writes it; at most [`MAX_CORE`] bytes. It is opaque here; whoever fetches
    /// verifies it and compares it with this entry.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub core: Vec<u8>,
    /// BLAKE3 root of the ciphertext.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub root: [u8; 32],
    /// Length of the ciphertext, bytes.
    #[n(3)]
    pub length: u64,
    /// How many DICOM instances are in it.
    #[n(4)]
    pub instances: u32,
    /// Length of the instances before sealing, bytes.
    #[n(5)]
    pub original_bytes: u64,
}

/// The package's content key, sealed to one device of the consultant.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Grant {
    /// The package.
    #[n(0)]
    pub package: PackageId,
    /// The practitioner to whom it is granted.
    #[n(1)]
    pub recipient: Fingerprint,
    /// The node that holds the device key: the one that may fetch, and that signs the receipt.
    #[n(2)]
    pub node: Fingerprint,
    /// The id of the device's KEM key.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub kid: [u8; 16],
    /// The sealed key as the package crate writes it; at most [`MAX_GRANT`] bytes.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Grant({:?} to {:?})", self.package, self.node)
    }
}

/// A grant is taken back: the node that it names fetches no more. What it has read already stays read.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct GrantRevoke {
    /// The entry of the grant.
    #[n(0)]
    pub grant: EntryId,
    /// Why.
    #[n(1)]
    pub reason: String,
}

/// Every byte of the package is verified and on disk at the node that signs this.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Received {
    /// The package.
    #[n(0)]
    pub package: PackageId,
    /// BLAKE3 root that was verified.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub root: [u8; 32],
    /// Bytes that were verified and stored.
    #[n(2)]
    pub length: u64,
}

/// A package is taken back by its sender, or given up by its reader: it is not to be fetched any more, and each node
/// erases its key and what there is of it. It may be offered again, as another package.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct EraseNotice {
    /// The package.
    #[n(0)]
    pub package: PackageId,
    /// Why.
    #[n(1)]
    pub reason: String,
}

redacted!(EraseNotice, GrantRevoke);

impl GrantRevoke {
    /// # Errors
    /// [`Incomplete`] when there is no reason.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("reason", &self.reason, MAX_LINE)
    }
}

impl EraseNotice {
    /// # Errors
    /// [`Incomplete`] when there is no reason.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("reason", &self.reason, MAX_LINE)
    }
}

impl PackageOffered {
    /// # Errors
    /// [`Incomplete`] when the package is empty.
    pub fn validate(&self) -> Result<(), Incomplete> {
        form("core", !self.core.is_empty() && self.core.len() <= MAX_CORE)?;
        form("length", self.length > 0)?;
        form("instances", self.instances > 0)
    }
}

impl Grant {
    /// # Errors
    /// [`Incomplete`] when there is no sealed key, or it is too long.
    pub fn validate(&self) -> Result<(), Incomplete> {
        form(
            "sealed",
            !self.sealed.is_empty() && self.sealed.len() <= MAX_GRANT,
        )
    }
}

impl Received {
    /// # Errors
    /// [`Incomplete`] when nothing was received.
    pub fn validate(&self) -> Result<(), Incomplete> {
        form("length", self.length > 0)
    }
}
