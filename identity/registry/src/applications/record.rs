//! What is kept about an application besides the application itself.

use dokuei_identity::hpki::HpkiEvidence;
use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The record of one application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// When it came here.
    pub(super) received_at: Timestamp,
    /// The last decision.
    pub(super) decision: Option<Decision>,
    /// The peer id of the bootstrap that it was collected from; none when it came as a file.
    #[serde(default)]
    pub(super) from: Option<String>,
    /// The answer to the applicant lies at that bootstrap.
    #[serde(default)]
    pub(super) answered: bool,
}

/// What an operator decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub(super) enum Decision {
    /// It is refused, for good: the applicant may apply again.
    Refused {
        at: Timestamp,
        by: String,
        reason: String,
    },
    /// It is approved: issued at once, or when a second operator confirms.
    Approved {
        at: Timestamp,
        by: String,
        /// What waits for a second operator.
        pending: Option<String>,
        provisional: bool,
        /// What the countersignature showed then.
        hpki: Option<Box<HpkiEvidence>>,
    },
}

/// How an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Nobody has decided yet; also when a second operator rejected the approval.
    Received,
    /// Approved by one operator, and waits for another.
    Approved,
    Refused,
    Issued,
}

impl State {
    /// The stable word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Issued => "issued",
        }
    }
}
