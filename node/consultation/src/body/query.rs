//! Doubts and their answers (疑義照会), and what the patient was told (R7).

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_NAME, MAX_TEXT, form, optional, required};
use super::redacted;
use crate::id::EntryId;

/// One who takes part in the case asks another.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Query {
    /// Who is asked.
    #[n(0)]
    pub to: Fingerprint,
    /// The entry that it is about: the request, a version of the report, a finding, an earlier answer.
    #[n(1)]
    pub about: EntryId,
    /// The question.
    #[n(2)]
    pub question: String,
}

/// The answer to a query. When the one who asked signs it, it says how the matter was settled otherwise.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Answer {
    /// The query.
    #[n(0)]
    pub query: EntryId,
    /// The answer.
    #[n(1)]
    pub answer: String,
}

/// The requester has explained a result to the patient (R7).
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct PatientInformed {
    /// What was explained: a version of the report that was read, or an urgent finding that was acknowledged.
    #[n(0)]
    pub about: EntryId,
    /// The name of the person who explained.
    #[n(1)]
    pub by: String,
    /// When.
    #[n(2)]
    pub at: Timestamp,
    /// What was said; may be empty.
    #[n(3)]
    pub note: String,
}

impl Query {
    /// # Errors
    /// [`Incomplete`] when nothing is asked.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("question", &self.question, MAX_TEXT)
    }
}

impl Answer {
    /// # Errors
    /// [`Incomplete`] when nothing is answered.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("answer", &self.answer, MAX_TEXT)
    }
}

impl PatientInformed {
    /// # Errors
    /// [`Incomplete`] when no person or time is named.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("by", &self.by, MAX_NAME)?;
        form("at", self.at.0 > 0)?;
        optional("note", &self.note, MAX_TEXT)
    }
}

redacted!(Query, Answer, PatientInformed);
