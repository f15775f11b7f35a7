//! Entries of the register: what the registry did, one act each.
//!
//! An entry is the CBOR array `[kind, at, body]`, where `body` is a byte string that holds the CBOR of that kind. A
//! reader that does not know a kind can therefore keep, hash and skip it. Entries are never changed or removed, so
//! they hold certificates and fingerprints and nothing else about a person.

use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::cbor;
use crate::chain::Chain;
use crate::fingerprint::Fingerprint;
use crate::key::PublicKey;
use crate::revocation::RevocationReason;
use crate::time::Timestamp;
use crate::x509;

/// The largest entry, bytes.
pub const MAX_ENTRY: usize = 16 * 1024;

/// A key identifier as certificates and revocation lists carry it (RFC 7093 §2, method 1), 20 bytes.
pub type KeyId = [u8; 20];

/// The identifier of a key.
#[must_use]
pub fn key_id(key: &PublicKey) -> KeyId {
    x509::key_id(key)
}

/// Why an entry was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EntryError {
    /// Larger than [`MAX_ENTRY`].
    #[error("an entry of {got} bytes is larger than the {MAX_ENTRY} that are accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
    },
    /// Not an entry, or its body is not that of its kind.
    #[error("this is not an entry of a register: {0}")]
    Malformed(String),
}

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When the registry did it. In a register this never falls from one entry to the next.
    pub at: Timestamp,
    /// What it did.
    pub act: Act,
}

/// What the registry did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// It issued a certificate.
    Issued {
        /// The certificate and its issuing authority's.
        chain: Chain,
        /// The certificate whose place it takes (renewal, new key), which is superseded from now on.
        supersedes: Option<Fingerprint>,
    },
    /// It suspended a certificate for the time being.
    Suspended {
        /// Which.
        fingerprint: Fingerprint,
    },
    /// It ended a suspension.
    Reinstated {
        /// Which.
        fingerprint: Fingerprint,
    },
    /// It revoked a certificate for good.
    Revoked {
        /// Which.
        fingerprint: Fingerprint,
        /// Why.
        reason: RevocationReason,
    },
    /// It signed a certificate revocation list.
    RevocationList {
        /// The key identifier of the authority that signed the list.
        issuer: KeyId,
        /// The list's number.
        number: u64,
        /// SHA-256 of its DER.
        sha256: [u8; 32],
    },
    /// It took an issuing authority into service.
    IssuingAuthority {
        /// Its certificate.
        der: Vec<u8>,
    },
    /// A new root takes the old one's place.
    SuccessorRoot {
        /// The new root, self-signed.
        der: Vec<u8>,
        /// The new root's key, certified by the old one.
        cross: Vec<u8>,
    },
    /// Applications are sealed to this key from now on.
    ApplicationKey {
        /// The X-Wing public key.
        kem: Vec<u8>,
        /// Its identifier.
        kid: [u8; 16],
    },
    /// Another key signs the register from now on.
    RegisterKey {
        /// The root's word for it, a [`super::KeySuccession`] as signed.
        statement: Vec<u8>,
    },
    /// Something that a later version of this program knows: kept, and otherwise skipped.
    Unknown {
        /// Its number.
        kind: u16,
        /// Its content.
        body: Vec<u8>,
    },
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Envelope {
    #[n(0)]
    kind: u16,
    #[n(1)]
    at: Timestamp,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    body: Vec<u8>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct IssuedBody {
    #[n(0)]
    chain: Chain,
    #[n(1)]
    supersedes: Option<Fingerprint>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct SubjectBody {
    #[n(0)]
    fingerprint: Fingerprint,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct RevokedBody {
    #[n(0)]
    fingerprint: Fingerprint,
    #[n(1)]
    reason: u8,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ListBody {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    issuer: KeyId,
    #[n(1)]
    number: u64,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    sha256: [u8; 32],
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct CertificateBody {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    der: Vec<u8>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct RootBody {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    der: Vec<u8>,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    cross: Vec<u8>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct KeyBody {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    kem: Vec<u8>,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    kid: [u8; 16],
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct StatementBody {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    statement: Vec<u8>,
}

/// The reasons with their codes of RFC 5280 §5.3.1.
const REASONS: [(RevocationReason, u8); 7] = [
    (RevocationReason::Unspecified, 0),
    (RevocationReason::KeyCompromise, 1),
    (RevocationReason::AffiliationChanged, 3),
    (RevocationReason::Superseded, 4),
    (RevocationReason::CessationOfOperation, 5),
    (RevocationReason::CertificateHold, 6),
    (RevocationReason::PrivilegeWithdrawn, 9),
];

const ISSUED: u16 = 1;
const SUSPENDED: u16 = 2;
const REINSTATED: u16 = 3;
const REVOKED: u16 = 4;
const REVOCATION_LIST: u16 = 5;
const ISSUING_AUTHORITY: u16 = 6;
const SUCCESSOR_ROOT: u16 = 7;
const APPLICATION_KEY: u16 = 8;
const REGISTER_KEY: u16 = 9;

impl Entry {
    /// The one encoding of this entry: what is hashed, stored and sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, body) = self.act.encode();
        cbor::encode(&Envelope {
            kind,
            at: self.at,
            body,
        })
    }

    /// Parses an entry from outside: bounded, deterministic, and of its kind.
    ///
    /// # Errors
    /// [`EntryError`], telling which of these does not hold.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > MAX_ENTRY {
            return Err(EntryError::TooLarge { got: bytes.len() });
        }
        let Envelope { kind, at, body } = read(bytes)?;
        let act = Act::decode(kind, body)?;
        Ok(Self { at, act })
    }
}

impl Act {
    /// The certificate that the act is about.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match self {
            Self::Issued { chain, .. } => Some(chain.fingerprint()),
            Self::Suspended { fingerprint }
            | Self::Reinstated { fingerprint }
            | Self::Revoked { fingerprint, .. } => Some(*fingerprint),
            Self::IssuingAuthority { der } | Self::SuccessorRoot { der, .. } => Some(Fingerprint::of(der)),
            _ => None,
        }
    }

    fn encode(&self) -> (u16, Vec<u8>) {
        match self.clone() {
            Self::Issued { chain, supersedes } => (ISSUED, cbor::encode(&IssuedBody { chain, supersedes })),
            Self::Suspended { fingerprint } => (SUSPENDED, cbor::encode(&SubjectBody { fingerprint })),
            Self::Reinstated { fingerprint } => (REINSTATED, cbor::encode(&SubjectBody { fingerprint })),
            Self::Revoked { fingerprint, reason } => {
                let reason = REASONS.iter().find(|row| row.0 == reason).map_or(0, |row| row.1);
                (REVOKED, cbor::encode(&RevokedBody { fingerprint, reason }))
            }
            Self::RevocationList {
                issuer,
                number,
                sha256,
            } => {
                let body = ListBody {
                    issuer,
                    number,
                    sha256,
                };
                (REVOCATION_LIST, cbor::encode(&body))
            }
            Self::IssuingAuthority { der } => (ISSUING_AUTHORITY, cbor::encode(&CertificateBody { der })),
            Self::SuccessorRoot { der, cross } => (SUCCESSOR_ROOT, cbor::encode(&RootBody { der, cross })),
            Self::ApplicationKey { kem, kid } => (APPLICATION_KEY, cbor::encode(&KeyBody { kem, kid })),
            Self::RegisterKey { statement } => (REGISTER_KEY, cbor::encode(&StatementBody { statement })),
            Self::Unknown { kind, body } => (kind, body),
        }
    }

    fn decode(kind: u16, body: Vec<u8>) -> Result<Self, EntryError> {
        Ok(match kind {
            ISSUED => {
                let IssuedBody { chain, supersedes } = read(&body)?;
                Self::Issued { chain, supersedes }
            }
            SUSPENDED => {
                let SubjectBody { fingerprint } = read(&body)?;
                Self::Suspended { fingerprint }
            }
            REINSTATED => {
                let SubjectBody { fingerprint } = read(&body)?;
                Self::Reinstated { fingerprint }
            }
            REVOKED => {
                let RevokedBody { fingerprint, reason } = read(&body)?;
                let reason = REASONS.iter().find(|row| row.1 == reason).map(|row| row.0);
                let reason = reason.ok_or_else(|| EntryError::Malformed("an unknown reason".to_owned()))?;
                Self::Revoked { fingerprint, reason }
            }
            REVOCATION_LIST => {
                let ListBody {
                    issuer,
                    number,
                    sha256,
                } = read(&body)?;
                Self::RevocationList {
                    issuer,
                    number,
                    sha256,
                }
            }
            ISSUING_AUTHORITY => {
                let CertificateBody { der } = read(&body)?;
                Self::IssuingAuthority { der }
            }
            SUCCESSOR_ROOT => {
                let RootBody { der, cross } = read(&body)?;
                Self::SuccessorRoot { der, cross }
            }
            APPLICATION_KEY => {
                let KeyBody { kem, kid } = read(&body)?;
                Self::ApplicationKey { kem, kid }
            }
            REGISTER_KEY => {
                let StatementBody { statement } = read(&body)?;
                Self::RegisterKey { statement }
            }
            _ => Self::Unknown { kind, body },
        })
    }
}

fn read<T>(bytes: &[u8]) -> Result<T, EntryError>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    cbor::decode_within(bytes, MAX_ENTRY).map_err(|error| EntryError::Malformed(error.to_string()))
}
