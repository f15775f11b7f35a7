//! What a countersignature showed.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::certificate::LicenceKind;
use crate::fingerprint::Fingerprint;
use crate::time::Timestamp;

/// What an HPKI countersignature showed when it was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(array)]
pub struct HpkiEvidence {
    /// The holder's distinguished name (RFC 4514).
    #[n(0)]
    pub subject: String,
    /// The name of the holder in it, for comparison with the claimed one.
    #[n(1)]
    pub common_name: Option<String>,
    /// The profession that the card attests.
    #[n(2)]
    pub hc_role: LicenceKind,
    /// The issuer's distinguished name.
    #[n(3)]
    pub issuer: String,
    /// The certificate's serial number, hexadecimal.
    #[n(4)]
    pub serial: String,
    /// The certificate's last second.
    #[n(5)]
    pub not_after: Timestamp,
    /// The policies that it was issued under, dotted.
    #[n(6)]
    pub policies: Vec<String>,
    /// How the application was signed, for example `rsa-pkcs1-sha256`.
    #[n(7)]
    pub algorithm: String,
    /// SHA-256 of the configured root that it leads to.
    #[n(8)]
    pub root: Fingerprint,
    /// The revocation list that was looked at; `None` when there was none of this issuer.
    #[n(9)]
    pub revocation: Option<RevocationNote>,
    /// When it was checked.
    #[n(10)]
    pub checked_at: Timestamp,
}

/// The revocation list that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(array)]
pub struct RevocationNote {
    /// When it was made.
    #[n(0)]
    pub this_update: Timestamp,
    /// When the next is due.
    #[n(1)]
    pub next_update: Timestamp,
    /// Its number, hexadecimal, when it has one.
    #[n(2)]
    pub number: Option<String>,
}
