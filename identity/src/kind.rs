//! A certificate of whatever kind it is.

use serde::Serialize;

use crate::certificate::{NodeCertificate, PractitionerCertificate, RegistryCertificate};
use crate::chain::{Anchors, Chain, ChainError, verify_node, verify_practitioner, verify_registry};
use crate::extension::{DEVICE_INFO, LICENCE_INFO, NODE_POLICY, PRACTITIONER_POLICY, REGISTRY_POLICY};
use crate::fingerprint::Fingerprint;
use crate::path::claims_of;
use crate::revocation::RevocationList;
use crate::time::Timestamp;

/// What kind of end certificate one claims to be. Nothing is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndKind {
    /// A practitioner's: [`verify_practitioner`].
    Practitioner,
    /// A node's: [`verify_node`].
    Node,
    /// A registry's: [`verify_registry`].
    Registry,
}

impl EndKind {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Practitioner => "practitioner",
            Self::Node => "node",
            Self::Registry => "registry",
        }
    }

    /// What this certificate (DER) claims to be: by our extension that only one kind has, else by its policy.
    #[must_use]
    pub fn claimed_by(end: &[u8]) -> Option<Self> {
        let claims = claims_of(end)?;
        [
            (LICENCE_INFO, Self::Practitioner),
            (DEVICE_INFO, Self::Node),
            (PRACTITIONER_POLICY, Self::Practitioner),
            (NODE_POLICY, Self::Node),
            (REGISTRY_POLICY, Self::Registry),
        ]
        .into_iter()
        .find_map(|(claim, kind)| claims.contains(&claim).then_some(kind))
    }
}

/// A verified end certificate of any kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Verified {
    /// A practitioner's.
    Practitioner(PractitionerCertificate),
    /// A node's.
    Node(NodeCertificate),
    /// A registry's.
    Registry(RegistryCertificate),
}

impl Verified {
    /// Which kind.
    #[must_use]
    pub const fn kind(&self) -> EndKind {
        match self {
            Self::Practitioner(_) => EndKind::Practitioner,
            Self::Node(_) => EndKind::Node,
            Self::Registry(_) => EndKind::Registry,
        }
    }

    /// SHA-256 of the certificate.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Practitioner(certificate) => certificate.fingerprint,
            Self::Node(certificate) => certificate.fingerprint,
            Self::Registry(certificate) => certificate.fingerprint,
        }
    }
}

/// Verifies a chain as the kind that its end certificate claims to be ([`EndKind::claimed_by`]); one that claims none
/// is judged as a practitioner's, and never passes.
///
/// # Errors
/// [`ChainError`], with the certificate and the reason.
pub fn verify<A: Anchors + ?Sized>(
    chain: &Chain,
    anchors: &A,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<Verified, ChainError> {
    match EndKind::claimed_by(&chain.end) {
        Some(EndKind::Node) => verify_node(chain, anchors, now, revoked).map(Verified::Node),
        Some(EndKind::Registry) => verify_registry(chain, anchors, now, revoked).map(Verified::Registry),
        Some(EndKind::Practitioner) | None => {
            verify_practitioner(chain, anchors, now, revoked).map(Verified::Practitioner)
        }
    }
}
