//! Short entries: acceptance, refusal, reading, ending.

use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, MAX_NAME, MAX_TEXT, form, optional, required};
use super::redacted;
use crate::id::EntryId;

/// The consultant takes the case on.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Accept {
    /// The request that is accepted.
    #[n(0)]
    pub request: EntryId,
    /// A note to the requester; may be empty.
    #[n(1)]
    pub note: String,
}

/// The consultant does not take the case on.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Decline {
    /// The request that is declined.
    #[n(0)]
    pub request: EntryId,
    /// Why.
    #[n(1)]
    pub reason: String,
}

/// The requester has read one version of the report (R7).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct ReportRead {
    /// The version that was read.
    #[n(0)]
    pub report: EntryId,
}

/// What became of explaining the result to the patient (R7).
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The patient was informed.
    #[n(0)]
    PatientInformed {
        /// The name of the person who explained.
        #[n(0)]
        by: String,
        /// When.
        #[n(1)]
        at: Timestamp,
    },
    /// The patient was not informed, and why.
    #[n(1)]
    NotInformed {
        /// Why not.
        #[n(0)]
        reason: String,
    },
}

/// The requester ends the consultation.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Close {
    /// What became of explaining the result.
    #[n(0)]
    pub outcome: Outcome,
}

/// The requester takes the request back.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Withdraw {
    /// Why.
    #[n(0)]
    pub reason: String,
}

impl Accept {
    /// # Errors
    /// [`Incomplete`] when the note is too long.
    pub fn validate(&self) -> Result<(), Incomplete> {
        optional("note", &self.note, MAX_TEXT)
    }
}

impl Decline {
    /// # Errors
    /// [`Incomplete`] when there is no reason.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("reason", &self.reason, MAX_LINE)
    }
}

impl Close {
    /// # Errors
    /// [`Incomplete`] when neither a person and time nor a reason is given.
    pub fn validate(&self) -> Result<(), Incomplete> {
        match &self.outcome {
            Outcome::PatientInformed { by, at } => {
                required("patient_informed.by", by, MAX_NAME)?;
                form("patient_informed.at", at.0 > 0)
            }
            Outcome::NotInformed { reason } => required("reason", reason, MAX_LINE),
        }
    }
}

impl Withdraw {
    /// # Errors
    /// [`Incomplete`] when there is no reason.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("reason", &self.reason, MAX_LINE)
    }
}

redacted!(Accept, Decline, Outcome, Close, Withdraw);
