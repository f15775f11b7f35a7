//! One entry of a log as it is signed, sent and stored: a signed header that commits to a salted body.
//!
//! The header alone is signed and chained; the body is bound to it by SHA-256(salt ‖ body). So a body can later be
//! erased without breaking the chain, and the salt keeps an erased body from being guessed.

use std::fmt;

use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::signed::{self, Kind};
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::body::Body;
pub use crate::entry_type::EntryType;
use crate::id::{EntryId, LogId, Sha256Hash};
use crate::refusal::Refusal;
use crate::standing::Standing;

/// The most parents (concurrent heads) that one entry may name.
pub const MAX_PARENTS: usize = 32;

/// The signed part of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EntryHeader {
    /// The log that this entry belongs to.
    #[n(0)]
    pub log: LogId,
    /// The type of the body.
    #[n(1)]
    pub entry_type: EntryType,
    /// The certificate whose key signs: a practitioner's; for [`EntryType::Received`] the node's.
    #[n(2)]
    pub signer: Fingerprint,
    /// The certificate of the node at which it was written.
    #[n(3)]
    pub device: Fingerprint,
    /// Counts the entries of (log, signer, device), from 1.
    #[n(4)]
    pub seq: u64,
    /// The entry before this one of (log, signer, device); none for the first.
    #[n(5)]
    pub prev_self: Option<EntryId>,
    /// The heads of the log that the author had seen, strictly ascending; none for the first entry of a log.
    #[n(6)]
    pub parents: Vec<EntryId>,
    /// One more than the largest of the parents; 1 for the first entry of a log.
    #[n(7)]
    pub lamport: u64,
    /// When the author says it was written. A claim: nothing is ordered by it.
    #[n(8)]
    pub time: Timestamp,
    /// The number of the revocation list that the author had.
    #[n(9)]
    pub crl_number: u64,
    /// SHA-256(salt ‖ body).
    #[n(10)]
    pub body_commit: Sha256Hash,
}

/// An entry on the wire and in the store. Nothing in it may be believed before [`VerifiedEntry::open`].
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SignedEntry {
    /// COSE_Sign1 over the encoded [`EntryHeader`].
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub header: Vec<u8>,
    /// The encoded [`Body`].
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// 32 random bytes.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub salt: [u8; 32],
}

impl SignedEntry {
    /// The id of this entry.
    #[must_use]
    pub fn id(&self) -> EntryId {
        EntryId::of(&self.header)
    }

    /// The header *before* verification: only for finding the log that must judge this entry, and the certificates
    /// that it needs.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] when there is no header of ours in it.
    pub fn unverified_header(&self) -> Result<EntryHeader, Refusal> {
        let document = signed::parse(&self.header).map_err(|_| Refusal::Malformed)?;
        cbor::decode(document.unverified_payload()).map_err(|_| Refusal::Malformed)
    }

    /// Signs `header` with `key`. The header's commitment must be that of `body` and `salt`; see [`crate::author`].
    #[must_use]
    pub fn sign(header: &EntryHeader, body: Vec<u8>, salt: [u8; 32], key: &SecretKey) -> Self {
        Self {
            header: signed::sign(Kind::Entry, key, &header.signer, cbor::encode(header)),
            body,
            salt,
        }
    }
}

impl fmt::Debug for SignedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedEntry({}, body of {} bytes)", self.id(), self.body.len())
    }
}

/// SHA-256(salt ‖ body).
#[must_use]
pub fn commitment(salt: &[u8; 32], body: &[u8]) -> Sha256Hash {
    let digest = Sha256::new().chain_update(salt).chain_update(body).finalize();
    Sha256Hash::from_bytes(digest.into())
}

/// An entry whose signature, commitment and form have been verified. Whether it may stand at its place is for the
/// log and the machine to say.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedEntry {
    id: EntryId,
    header: EntryHeader,
    author: Fingerprint,
    body: Body,
    signed: SignedEntry,
}

impl VerifiedEntry {
    /// Verifies `signed`: canonical, signed by the certificate it names with a key of the right sort (a node's key
    /// for receipts, a person's for all else: R5), body as committed to, of the type named and complete.
    ///
    /// # Errors
    /// The [`Refusal`] that names what does not hold.
    pub fn open(signed: SignedEntry, standing: &dyn Standing) -> Result<Self, Refusal> {
        let document = signed::parse(&signed.header).map_err(|_| Refusal::Malformed)?;
        let header: EntryHeader =
            cbor::decode(document.unverified_payload()).map_err(|_| Refusal::Malformed)?;
        if document.signer() != header.signer {
            return Err(Refusal::Malformed);
        }
        let person = || standing.practitioner(&header.signer).map(|person| person.key);
        let node = || standing.node(&header.signer).map(|node| node.key);
        let key = match header.entry_type {
            EntryType::Received => node(),
            // Who may sign it is for a later version to say; that it was signed can be told already.
            EntryType::Newer(_) => person().or_else(node),
            _ => person(),
        };
        let Some(key) = key else {
            let machine = header.entry_type != EntryType::Received && standing.node(&header.signer).is_some();
            return Err(if machine {
                Refusal::NotAPerson
            } else {
                Refusal::UnknownSigner(header.signer)
            });
        };
        document
            .verify(Kind::Entry, &key)
            .map_err(|_| Refusal::BadSignature)?;
        let commit = commitment(&signed.salt, &signed.body);
        if !bool::from(commit.as_bytes().ct_eq(header.body_commit.as_bytes())) {
            return Err(Refusal::BodyAltered);
        }
        check_form(&header)?;
        if let EntryType::Newer(number) = header.entry_type {
            return Err(Refusal::Newer(number));
        }
        let body = Body::decode(header.entry_type, &signed.body)?.by_person(standing);
        Ok(Self {
            id: signed.id(),
            author: standing.person(&header.signer),
            header,
            body,
            signed,
        })
    }

    /// The id of this entry.
    #[must_use]
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &EntryHeader {
        &self.header
    }

    /// Who signed it, named as [`Standing::person`] does: a renewed certificate is another, and the same person.
    #[must_use]
    pub const fn author(&self) -> Fingerprint {
        self.author
    }

    /// The body, with everybody named as [`Standing::person`] does; as it was signed it is in [`Self::signed`].
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// The bytes as received, for sending and storing.
    #[must_use]
    pub const fn signed(&self) -> &SignedEntry {
        &self.signed
    }
}

impl fmt::Debug for VerifiedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedEntry({}, {:?})", self.id, self.header.entry_type)
    }
}

/// What can be said of a header without knowing its log.
fn check_form(header: &EntryHeader) -> Result<(), Refusal> {
    let sorted = header.parents.windows(2).all(|pair| pair[0] < pair[1]);
    let first_of_chain = (header.seq == 1) == header.prev_self.is_none();
    let first_of_log = (header.lamport == 1) == header.parents.is_empty();
    let received_by_node = header.entry_type != EntryType::Received || header.signer == header.device;
    let good = sorted
        && first_of_chain
        && first_of_log
        && received_by_node
        && header.seq > 0
        && header.lamport > 0
        && header.parents.len() <= MAX_PARENTS;
    if good { Ok(()) } else { Err(Refusal::Malformed) }
}
