//! The requester asks the others to erase their copies of what was sent to them, and each answers (guideline 6(3): images that
//! need not be kept are returned or erased, with a record of it).

use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, form, required};
use super::redacted;
use crate::id::{EntryId, Sha256Hash};

/// The largest certificate that is brought back, bytes.
pub const MAX_CERTIFICATE: usize = 512 * 1024;

/// The requester asks everybody else who takes part to erase the images of the case.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct EraseRequest {
    /// Why.
    #[n(0)]
    pub reason: String,
}

/// Why somebody keeps her copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum KeepGround {
    /// It is on legal hold at her house.
    #[n(0)]
    LegalHold,
    /// Her house must keep it.
    #[n(1)]
    RetentionDuty,
    /// Another reason.
    #[n(2)]
    Other,
}

impl KeepGround {
    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LegalHold => "legal_hold",
            Self::RetentionDuty => "retention_duty",
            Self::Other => "other",
        }
    }
}

/// What became of a request to erase.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum EraseOutcome {
    /// It is erased at her node.
    #[n(0)]
    Erased(#[n(0)] Erased),
    /// It is kept.
    #[n(1)]
    Kept(#[n(0)] Kept),
}

/// That it was erased, and by which certificate.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Erased {
    /// When nothing was left, by that node's clock.
    #[n(0)]
    pub at: Timestamp,
    /// The number of the certificate at that node.
    #[n(1)]
    pub number: u64,
    /// SHA-256 of the certificate.
    #[n(2)]
    pub sha256: Sha256Hash,
    /// The certificate, a ZIP archive that anybody verifies; at most [`MAX_CERTIFICATE`] bytes.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(skip)]
    pub certificate: Vec<u8>,
}

/// That it is kept, and why.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Kept {
    /// What kind of reason.
    #[n(0)]
    pub ground: KeepGround,
    /// In words.
    #[n(1)]
    pub reason: String,
}

/// The answer to an [`EraseRequest`]. Whoever kept it may erase it later.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct EraseAnswer {
    /// The request.
    #[n(0)]
    pub request: EntryId,
    /// What became of it.
    #[n(1)]
    pub outcome: EraseOutcome,
}

impl EraseRequest {
    /// # Errors
    /// [`Incomplete`] when no reason is given.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("reason", &self.reason, MAX_LINE)
    }
}

impl EraseAnswer {
    /// # Errors
    /// [`Incomplete`] when there is no certificate, it is another than its hash says, or no reason is given.
    pub fn validate(&self) -> Result<(), Incomplete> {
        match &self.outcome {
            EraseOutcome::Kept(kept) => required("reason", &kept.reason, MAX_LINE),
            EraseOutcome::Erased(erased) => {
                form("at", erased.at.0 > 0)?;
                let length = erased.certificate.len();
                form("certificate", (1..=MAX_CERTIFICATE).contains(&length))?;
                form("sha256", Sha256Hash::of(&erased.certificate) == erased.sha256)
            }
        }
    }

    /// Whether it is erased.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        matches!(self.outcome, EraseOutcome::Erased(_))
    }
}

redacted!(EraseRequest, EraseOutcome, Erased, Kept, EraseAnswer);
