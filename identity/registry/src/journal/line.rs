//! One line of the journal: something that happened for good.

use dokuei_identity::certificate::Validity;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::serial::Serial;
use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One line. Fields that came later are optional, so that every journal that was ever written can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Line {
    /// A certificate was issued.
    Issued(Box<IssuedLine>),
    /// A certificate was suspended: it does not hold until it is reinstated.
    Suspended {
        at: Timestamp,
        serial: Serial,
        #[serde(default)]
        by: String,
    },
    /// A suspension ended.
    Reinstated {
        at: Timestamp,
        serial: Serial,
        #[serde(default)]
        by: String,
    },
    /// A certificate was revoked.
    Revoked {
        at: Timestamp,
        serial: Serial,
        reason: RevocationReason,
        #[serde(default)]
        by: String,
    },
    /// Revocation lists were signed, one by each issuing authority that still has to.
    List {
        at: Timestamp,
        number: u64,
        #[serde(default)]
        lists: Vec<SignedList>,
    },
    /// An issuing authority was taken into service; it issues from now on.
    Authority {
        at: Timestamp,
        der: String,
        #[serde(default)]
        by: String,
    },
    /// A root takes the place of the one before it, which certified it.
    Root {
        at: Timestamp,
        der: String,
        cross: String,
        #[serde(default)]
        by: String,
    },
    /// Another key signs the register from now on.
    RegisterKey(Box<RegisterKeyLine>),
    /// Something else for the register: its entry, as it is published.
    Entry { at: Timestamp, entry: String },
}

/// What is known of an issued certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IssuedLine {
    pub(crate) at: Timestamp,
    pub(crate) kind: Kind,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) serial: Serial,
    pub(crate) subject: String,
    pub(crate) validity: Validity,
    /// The certificate, so that the journal alone can be audited.
    pub(crate) der: String,
    /// The certificate of the issuing authority; the registry's first one when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<Fingerprint>,
    /// The certificate in whose place it comes, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<Replaces>,
    /// The application that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) application: Option<String>,
    #[serde(default)]
    pub(crate) by: String,
}

/// The certificate in whose place another comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replaces {
    /// Which.
    pub(crate) fingerprint: Fingerprint,
    /// Whether the key is a new one: then the old certificate is revoked as superseded. After a mere renewal it
    /// lasts to its end, so that nobody is cut off before the new one has arrived.
    pub(crate) rekeyed: bool,
}

/// A change of the register's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RegisterKeyLine {
    pub(crate) at: Timestamp,
    /// The root's word for it, as it is published, hexadecimal.
    pub(crate) statement: String,
    /// Whether the former key was lost or stolen.
    pub(crate) compromised: bool,
    /// The former key's certificate.
    pub(crate) retired: RetiredCertificate,
    #[serde(default)]
    pub(crate) by: String,
}

/// A certificate of the register's key that is in the revocation list since another key took its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RetiredCertificate {
    pub(crate) serial: Serial,
    /// The certificate of the issuing authority.
    pub(crate) issuer: Fingerprint,
    /// When it would have ended.
    pub(crate) not_after: Timestamp,
}

/// A revocation list that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignedList {
    /// The authority's certificate.
    pub(crate) issuer: Fingerprint,
    /// SHA-256 of the list's DER, hexadecimal.
    pub(crate) sha256: String,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Practitioner,
    Node,
}

impl Line {
    /// When it happened.
    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Self::Issued(line) => line.at,
            Self::RegisterKey(line) => line.at,
            Self::Suspended { at, .. }
            | Self::Reinstated { at, .. }
            | Self::Revoked { at, .. }
            | Self::List { at, .. }
            | Self::Authority { at, .. }
            | Self::Root { at, .. }
            | Self::Entry { at, .. } => *at,
        }
    }
}
