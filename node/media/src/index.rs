//! The index of a set: everything that belongs together and on which disc it lies. It is the same on every disc, signed
//! by the practitioner who writes.

use dokuei_identity::cbor::{self, CborError};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::signed::{self, Kind, SignedError};
use dokuei_identity::time::Timestamp;
use dokuei_package::chunk::CHUNK;
use dokuei_package::envelope::Envelope;
use dokuei_package::tree::TreeId;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::names::{self, SetId};

/// The only format there is.
pub const FORMAT: u8 = 1;
/// The longest index file, bytes: the signed index and the chain of whoever signed it.
pub const MAX_BYTES: usize = cbor::MAX_DOCUMENT + 64 * 1024;
/// The most discs of one set.
pub const MAX_DISCS: usize = 999;
/// The most packages of one set.
pub const MAX_PACKAGES: usize = 16;
/// The most parts of all payloads.
pub const MAX_PARTS: usize = 8192;
/// The most envelopes.
pub const MAX_ENVELOPES: usize = 64;
/// The most chunks of one part, a file of 64 MiB: an interrupted write begins again with the part that it was at, and every
/// file system and every reader of ISO 9660 holds such a file.
pub const PART_CHUNKS: u32 = 1024;

/// A sealed package of the set.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Package {
    /// Its name.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub id: [u8; 16],
    /// BLAKE3 of its payload, the root of its tree.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub root: [u8; 32],
    /// Length of its payload, bytes.
    #[n(2)]
    pub length: u64,
}

impl Package {
    /// What its bytes are checked against.
    #[must_use]
    pub const fn tree(&self) -> TreeId {
        TreeId::new(self.root, self.length)
    }
}

/// A piece of a payload, a file of its own. Its bytes are proven by the tree, and need no other mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Part {
    /// The place of its package in the index.
    #[n(0)]
    pub package: u16,
    /// Its number among the parts of its package, from 1.
    #[n(1)]
    pub number: u32,
    /// Its first chunk of 64 KiB.
    #[n(2)]
    pub start: u32,
    /// One after its last chunk.
    #[n(3)]
    pub end: u32,
}

impl Part {
    /// The name of the file.
    #[must_use]
    pub fn name(&self) -> String {
        names::part(self.package, self.number)
    }

    /// Where it begins in the payload, bytes.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.start as u64 * CHUNK as u64
    }

    /// How long it is in a payload of `whole` bytes.
    #[must_use]
    pub const fn length(&self, whole: u64) -> u64 {
        let end = self.end as u64 * CHUNK as u64;
        let end = if end < whole { end } else { whole };
        end.saturating_sub(self.offset())
    }
}

/// What lies on one disc beside what lies on all.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Disc {
    /// The parts.
    #[n(0)]
    pub parts: Vec<Part>,
}

/// The index.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Index {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// The network: fingerprint of its root.
    #[n(1)]
    pub network: Fingerprint,
    /// Which set.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub set: [u8; 16],
    /// When it was written, by its author's clock.
    #[n(3)]
    pub written_at: Timestamp,
    /// The node at which it was written.
    #[n(4)]
    pub node: Fingerprint,
    /// The letter's key, for each device that may open it.
    #[n(5)]
    pub envelopes: Vec<Envelope>,
    /// BLAKE3 of the sealed letter, which lies on every disc.
    #[n(6)]
    #[cbor(with = "minicbor::bytes")]
    pub letter: [u8; 32],
    /// The packages, of which the trees lie on every disc.
    #[n(7)]
    pub packages: Vec<Package>,
    /// What lies on each disc; at least one.
    #[n(8)]
    pub discs: Vec<Disc>,
}

/// The index file: the chain comes with it, because the reader may not have met the sender's newest certificate.
#[derive(Encode, Decode)]
#[cbor(array)]
struct IndexFile {
    #[n(0)]
    chain: ByteVec,
    #[n(1)]
    signed: ByteVec,
}

/// Why an index was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IndexError {
    /// Not an index.
    #[error("the index of the medium cannot be read: {0}")]
    Malformed(#[from] CborError),
    /// Not signed as it claims.
    #[error("the index of the medium is not signed as it claims: {0}")]
    Signature(#[from] SignedError),
    /// Of a later version.
    #[error("the medium was written by a later version of Dokuei (format {0})")]
    Format(u8),
    /// It contradicts itself.
    #[error("the index of the medium contradicts itself: {0}")]
    Contradiction(&'static str),
}

impl Index {
    /// The set's id.
    #[must_use]
    pub const fn set_id(&self) -> SetId {
        SetId(self.set)
    }

    /// Whether these bytes are the sealed letter.
    #[must_use]
    pub fn is_letter(&self, sealed: &[u8]) -> bool {
        hash(sealed) == self.letter
    }

    /// Signs it; gives the bytes of the index file. `chain` is that of the signer's certificate.
    ///
    /// # Errors
    /// [`IndexError`] when no reader would take it.
    pub fn sign(&self, key: &SecretKey, signer: &Fingerprint, chain: Vec<u8>) -> Result<Vec<u8>, IndexError> {
        self.check()?;
        let signed = signed::sign(Kind::MediaIndex, key, signer, cbor::encode(self));
        signed::parse(&signed)?;
        Ok(cbor::encode(&IndexFile {
            chain: chain.into(),
            signed: signed.into(),
        }))
    }

    fn check(&self) -> Result<(), IndexError> {
        let refuse = |why| Err(IndexError::Contradiction(why));
        if self.format != FORMAT {
            return Err(IndexError::Format(self.format));
        }
        if self.discs.is_empty() || self.discs.len() > MAX_DISCS {
            return refuse("there must be between 1 and 999 discs");
        }
        if self.packages.len() > MAX_PACKAGES {
            return refuse("there are too many packages");
        }
        if self.envelopes.is_empty() || self.envelopes.len() > MAX_ENVELOPES {
            return refuse("it is for nobody, or for too many");
        }
        let parts: usize = self.discs.iter().map(|disc| disc.parts.len()).sum();
        if parts > MAX_PARTS {
            return refuse("there are too many parts");
        }
        let of_none = |part: &Part| usize::from(part.package) >= self.packages.len();
        if self.discs.iter().flat_map(|disc| &disc.parts).any(of_none) {
            return refuse("a part belongs to no package");
        }
        (0_u16..)
            .zip(&self.packages)
            .try_for_each(|(number, package)| self.check_parts(number, package))
    }

    /// The parts of a package are all of its chunks, once each.
    fn check_parts(&self, number: u16, package: &Package) -> Result<(), IndexError> {
        let refuse = |why| Err(IndexError::Contradiction(why));
        let Some(chunks) = package.tree().chunks() else {
            return refuse("no package has this length");
        };
        let parts = self.discs.iter().flat_map(|disc| &disc.parts);
        let mut parts: Vec<&Part> = parts.filter(|part| part.package == number).collect();
        parts.sort_unstable_by_key(|part| part.start);
        let mut next = 0;
        for (place, part) in (1_u32..).zip(parts) {
            let count = part.end.saturating_sub(part.start);
            if part.start != next || count == 0 || count > PART_CHUNKS || part.number != place {
                return refuse("the parts of a package overlap or leave something out");
            }
            next = part.end;
        }
        if next == chunks {
            Ok(())
        } else {
            refuse("a package is not whole")
        }
    }
}

/// How an index names bytes: BLAKE3.
#[must_use]
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

/// An index that was found and says who signed it. Use what is in it only to find out whether it is for us and which
/// key must have signed.
#[derive(Debug, Clone)]
pub struct UnverifiedIndex {
    index: Index,
    chain: Vec<u8>,
    document: signed::Unverified,
}

impl UnverifiedIndex {
    /// Parses an index file.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        let file: IndexFile = cbor::decode_within(bytes, MAX_BYTES)?;
        let document = signed::parse(&file.signed)?;
        let index: Index = cbor::decode(document.unverified_payload())?;
        index.check()?;
        Ok(Self {
            index,
            chain: file.chain.into(),
            document,
        })
    }

    /// What it says, believed by nobody yet.
    #[must_use]
    pub const fn unverified(&self) -> &Index {
        &self.index
    }

    /// The chain that came with it, as identity encodes it.
    #[must_use]
    pub fn chain(&self) -> &[u8] {
        &self.chain
    }

    /// The certificate that is claimed to have signed.
    #[must_use]
    pub const fn signer(&self) -> Fingerprint {
        self.document.signer()
    }

    /// Verifies with the key of the signer.
    ///
    /// # Errors
    /// [`IndexError::Signature`].
    pub fn verify(self, key: &PublicKey) -> Result<Index, IndexError> {
        self.document.verify(Kind::MediaIndex, key)?;
        Ok(self.index)
    }
}
