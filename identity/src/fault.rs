//! Why one certificate of a chain is refused: one reason each, so that whoever reads a log knows what to change.

use std::fmt;

use thiserror::Error;

use crate::time::Timestamp;

/// Which certificate of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    /// The practitioner's or node's.
    End,
    /// The issuing authority's.
    Issuing,
    /// The root.
    Root,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::End => "end",
            Self::Issuing => "issuing authority's",
            Self::Root => "root",
        })
    }
}

/// What is wrong with a certificate (RFC 5280 §4 and §6, and the profile of [`crate::issue`]).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Larger than [`crate::chain::MAX_CERTIFICATE`].
    #[error("it has {got} bytes, more than are accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
    },
    /// Not a certificate.
    #[error("it is not an X.509 certificate ({0})")]
    Malformed(String),
    /// Encoding what was read gives other bytes.
    #[error("it is not in DER")]
    NotDer,
    /// Not version 3.
    #[error("its version is not 3")]
    Version,
    /// Zero, negative or longer than 20 bytes.
    #[error("its serial number is not a positive number of at most 20 bytes")]
    Serial,
    /// Signed by another algorithm, or the two places that name it differ.
    #[error("its signature algorithm is not Ed25519")]
    Algorithm,
    /// Certifies a key of another kind.
    #[error("its key is not an Ed25519 key")]
    Key,
    /// It ends before it begins.
    #[error("its validity ends before it begins")]
    Validity,
    /// Has an issuer or subject unique identifier, which RFC 5280 §4.1.2.8 forbids.
    #[error("it has a unique identifier, which RFC 5280 forbids")]
    UniqueId,
    /// An extension stands in it twice.
    #[error("the extension {0} stands in it twice")]
    DuplicateExtension(String),
    /// A critical extension that is not known here.
    #[error("the critical extension {0} is unknown")]
    UnknownCritical(String),
    /// An extension that must be there is not.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// An extension is critical and must not be, or the other way round.
    #[error("the criticality of its {0} is wrong")]
    Criticality(&'static str),
    /// An extension cannot be read.
    #[error("its {0} cannot be read")]
    Extension(&'static str),
    /// The key identifier is not that of its key.
    #[error("its subject key identifier does not belong to its key")]
    SubjectKeyId,
    /// Its issuer has another name.
    #[error("it was issued by somebody of another name")]
    IssuerName,
    /// Its issuer has another key.
    #[error("it was issued under another key")]
    AuthorityKeyId,
    /// The signature is not its issuer's.
    #[error("its signature is not its issuer's")]
    Signature,
    /// An authority without the CA bit.
    #[error("it may not issue certificates")]
    NotAnAuthority,
    /// An end certificate with the CA bit.
    #[error("it is an authority's, where a practitioner's or node's belongs")]
    IsAnAuthority,
    /// The path length does not allow this chain.
    #[error("its path length does not fit its place in the chain")]
    PathLength,
    /// The key usage is not the one of its place in the chain.
    #[error("its key usage does not fit its place in the chain")]
    KeyUsage,
    /// Its time has not come.
    #[error("it is not valid before {} (Unix time)", from.0)]
    NotYetValid {
        /// First second.
        from: Timestamp,
    },
    /// Its time is over.
    #[error("it expired at {} (Unix time); have the registry renew it", since.0)]
    Expired {
        /// Last second.
        since: Timestamp,
    },
    /// An end certificate that lives longer than a year.
    #[error("it is valid for longer than a year")]
    TooLong,
    /// Not under our policy of its kind; a node's in the place of a practitioner's, for example.
    #[error("it was not issued under the policy for a certificate of this kind")]
    Policy,
    /// The licence extension is not acceptable.
    #[error("its licence information is refused: {0}")]
    Licence(&'static str),
    /// The device extension is not acceptable.
    #[error("its device information is refused: {0}")]
    Device(&'static str),
    /// hcRole says another profession than the licence, or something that is not known.
    #[error("its hcRole does not agree with its licence")]
    Role,
    /// The subject does not agree with the extensions.
    #[error("its subject name does not agree with what it attests")]
    Subject,
}
