//! The signed core of a package: what it is, for which case, from whom, until when, and what its bytes must be.

use dokuei_consultation::id::{CaseId, EntryId, PackageId};
use dokuei_identity::cbor::{self, CborError};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::signed::{self, Kind, SignedError};
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::chunk::Layout;
use crate::schedule::Context;
use crate::tree::TreeId;

/// The algorithms of a package. There is one, and no fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Suite {
    /// ChaCha20-Poly1305 STREAM in 64 KiB chunks, HKDF-SHA256, BLAKE3 tree of 64 KiB groups, X-Wing grants.
    #[n(1)]
    V1,
}

/// What the study may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Purpose {
    /// To give the opinion that the request asks for.
    #[n(1)]
    Consultation,
}

/// What the sender says about a package before it is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Names the package; random, used once.
    pub package: PackageId,
    /// The case that it belongs to.
    pub case: CaseId,
    /// The request entry that it answers to.
    pub request: EntryId,
    /// The practitioner who sends it: fingerprint of the certificate.
    pub sender: Fingerprint,
    /// What it may be used for.
    pub purpose: Purpose,
    /// When it may no longer be fetched or newly opened.
    pub expires_at: Timestamp,
}

/// The core, complete once the payload is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Core {
    /// The algorithms.
    #[n(0)]
    pub suite: Suite,
    /// Names the package.
    #[n(1)]
    pub package: PackageId,
    /// The case that it belongs to.
    #[n(2)]
    pub case: CaseId,
    /// The request entry that it answers to.
    #[n(3)]
    pub request: EntryId,
    /// The practitioner who sends it, and who alone can have signed this.
    #[n(4)]
    pub sender: Fingerprint,
    /// What it may be used for.
    #[n(5)]
    pub purpose: Purpose,
    /// When it may no longer be fetched or newly opened.
    #[n(6)]
    pub expires_at: Timestamp,
    /// Salt of the key schedule.
    #[n(7)]
    #[cbor(with = "minicbor::bytes")]
    pub salt: [u8; 24],
    /// Length of the plaintext with its padding, bytes.
    #[n(8)]
    pub plaintext_length: u64,
    /// Length of the payload, bytes.
    #[n(9)]
    pub ciphertext_length: u64,
    /// BLAKE3 of the payload: the root of the tree.
    #[n(10)]
    #[cbor(with = "minicbor::bytes")]
    pub root: [u8; 32],
    /// Commitment to the key.
    #[n(11)]
    #[cbor(with = "minicbor::bytes")]
    pub commitment: [u8; 32],
}

impl Core {
    /// Signs the core with the sender's practitioner key.
    #[must_use]
    pub fn sign(&self, key: &SecretKey) -> VerifiedCore {
        let bytes = signed::sign(Kind::PackageCore, key, &self.sender, cbor::encode(self));
        VerifiedCore::new(self.clone(), bytes)
    }

    /// What the ciphertext must hash to, and its length.
    #[must_use]
    pub const fn tree(&self) -> TreeId {
        TreeId::new(self.root, self.ciphertext_length)
    }

    pub(crate) const fn context(&self) -> Context<'_> {
        Context {
            package: &self.package,
            case: &self.case,
            request: &self.request,
            sender: &self.sender,
            salt: &self.salt,
        }
    }

    /// The layout of the payload, when both lengths agree.
    pub(crate) fn layout(&self) -> Option<Layout> {
        Layout::of_plaintext(self.plaintext_length)
            .filter(|layout| layout.ciphertext_length() == self.ciphertext_length)
    }
}

/// Why the core of a package was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CoreError {
    /// Not a signed document, or not signed by this key as a package core.
    #[error("the package is not signed as it claims: {0}")]
    Signature(#[from] SignedError),
    /// Signed, but not a core of ours.
    #[error("the signed description of the package cannot be read: {0}")]
    Malformed(#[from] CborError),
    /// Signed by another than the sender it names.
    #[error("the package names another sender than the one who signed it")]
    NotBySender,
    /// The two lengths do not belong together, or are beyond the limit.
    #[error("the lengths in the description of the package do not belong together")]
    Lengths,
}

/// A core that was received and says who signed it; nothing of it may be believed yet.
#[derive(Debug, Clone)]
pub struct UnverifiedCore {
    bytes: Vec<u8>,
    document: signed::Unverified,
}

impl UnverifiedCore {
    /// Parses a signed core.
    ///
    /// # Errors
    /// [`CoreError::Signature`] when it is not a signed document.
    pub fn parse(bytes: &[u8]) -> Result<Self, CoreError> {
        Ok(Self {
            bytes: bytes.to_vec(),
            document: signed::parse(bytes)?,
        })
    }

    /// The certificate that is claimed to have signed: look it up, check its standing, then [`Self::verify`].
    #[must_use]
    pub const fn signer(&self) -> Fingerprint {
        self.document.signer()
    }

    /// Verifies with the key of the named signer, who must also be the sender.
    ///
    /// # Errors
    /// [`CoreError`], telling what does not hold.
    pub fn verify(self, key: &PublicKey) -> Result<VerifiedCore, CoreError> {
        let signer = self.document.signer();
        let core: Core = cbor::decode(&self.document.verify(Kind::PackageCore, key)?)?;
        if core.sender != signer {
            return Err(CoreError::NotBySender);
        }
        core.layout().ok_or(CoreError::Lengths)?;
        Ok(VerifiedCore::new(core, self.bytes))
    }
}

/// A core whose signature by its sender is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCore {
    core: Core,
    bytes: Vec<u8>,
    hash: [u8; 32],
}

impl VerifiedCore {
    fn new(core: Core, bytes: Vec<u8>) -> Self {
        let hash = Sha256::digest(&bytes).into();
        Self { core, bytes, hash }
    }

    /// What was signed.
    #[must_use]
    pub const fn core(&self) -> &Core {
        &self.core
    }

    /// The COSE_Sign1 as signed or received: store and forward these bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the signed bytes: what grants are bound to.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }
}
