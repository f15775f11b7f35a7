//! Certificate revocation lists (RFC 5280 §5).

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::certificate::UnknownWord;
use crate::chain::{Chain, ChainError, TrustAnchor};
use crate::issue::CertificateAuthority;
use crate::serial::Serial;
use crate::time::Timestamp;

/// Why a certificate no longer holds (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RevocationReason {
    /// Not said.
    Unspecified,
    /// The key came, or may have come, into other hands; also a lost device.
    KeyCompromise,
    /// The holder left the institution.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// The holder ceased to practise.
    CessationOfOperation,
    /// Suspended for now.
    CertificateHold,
    /// The licence or qualification was withdrawn.
    PrivilegeWithdrawn,
}

impl FromStr for RevocationReason {
    type Err = UnknownWord;

    fn from_str(_text: &str) -> Result<Self, UnknownWord> {
        todo!()
    }
}

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Its serial number.
    pub serial: Serial,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// Why a revocation list was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// Not a CRL.
    #[error("this is not a revocation list: {0}")]
    Malformed(String),
    /// The issuer's chain is not good.
    #[error("the issuer of the revocation list is not good: {0}")]
    Issuer(#[from] ChainError),
}

/// How old a list is against its own `nextUpdate`, as the protocol's freshness rule asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Up to 24 h old: everything goes.
    Fresh,
    /// 24 to 72 h: read and finish running transfers.
    Ageing,
    /// Older: no sessions.
    Stale,
}

/// A verified list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    der: Vec<u8>,
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: Vec<Revoked>,
}

impl RevocationList {
    /// Parses DER and verifies it: issued by the first intermediate of `chain`, which leads to `anchor`.
    ///
    /// # Errors
    /// [`RevocationError`].
    pub fn verify(
        _der: &[u8],
        _chain: &Chain,
        _anchor: &TrustAnchor,
        _now: Timestamp,
    ) -> Result<Self, RevocationError> {
        todo!()
    }

    /// The same from PEM.
    ///
    /// # Errors
    /// [`RevocationError`].
    pub fn verify_pem(
        _pem: &str,
        _chain: &Chain,
        _anchor: &TrustAnchor,
        _now: Timestamp,
    ) -> Result<Self, RevocationError> {
        todo!()
    }

    /// Its number; a newer list has a higher one.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// When it was made.
    #[must_use]
    pub const fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next will have been made.
    #[must_use]
    pub const fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// How fresh it is at `now`.
    #[must_use]
    pub fn freshness(&self, _now: Timestamp) -> Freshness {
        todo!()
    }

    /// What it revokes.
    #[must_use]
    pub fn revoked(&self) -> &[Revoked] {
        &self.revoked
    }

    /// The signed list, DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The signed list, PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        todo!()
    }
}

/// Makes and signs a list; gives PEM.
#[must_use]
pub fn make(
    _authority: &CertificateAuthority,
    _number: u64,
    _this_update: Timestamp,
    _next_update: Timestamp,
    _revoked: &[Revoked],
) -> String {
    todo!()
}
