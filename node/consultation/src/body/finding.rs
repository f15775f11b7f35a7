//! Findings that must not wait for the report or be lost in it: urgent ones (R9) and incidental ones (R10).

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, MAX_NAME, MAX_TEXT, form, optional, required};
use super::redacted;
use crate::id::{EntryId, PackageId};

/// How soon somebody must know: the categories of the American College of Radiology, RadLex RID49480 to RID49482
/// (DICOM PS3.16, CID 7035).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Within minutes (RID49480).
    #[n(0)]
    Minutes,
    /// Within hours (RID49481).
    #[n(1)]
    Hours,
    /// Within days (RID49482).
    #[n(2)]
    Days,
}

/// Something the requester must know at once; it may come before any report (R9).
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct UrgentFinding {
    /// The request, or the forward, in answer to which the images were read.
    #[n(0)]
    pub request: EntryId,
    /// The package in which it is seen.
    #[n(1)]
    pub package: PackageId,
    /// How soon.
    #[n(2)]
    pub category: Category,
    /// What is seen.
    #[n(3)]
    pub finding: String,
    /// What is to be done.
    #[n(4)]
    pub advice: String,
    /// When it was seen.
    #[n(5)]
    pub identified_at: Timestamp,
    /// Where the reader can be reached, a telephone number.
    #[n(6)]
    pub contact: String,
}

/// By which way the one who acknowledges was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// On the screen.
    #[n(0)]
    Screen,
    /// By telephone.
    #[n(1)]
    Telephone,
    /// In person.
    #[n(2)]
    InPerson,
}

/// The requester's side has taken note of an urgent finding (R9). Nothing else ends its alarm.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct UrgentAck {
    /// The finding.
    #[n(0)]
    pub finding: EntryId,
    /// The name of the person who took note.
    #[n(1)]
    pub by: String,
    /// When.
    #[n(2)]
    pub at: Timestamp,
    /// How that person was reached.
    #[n(3)]
    pub channel: Channel,
    /// What is done about it; may be empty.
    #[n(4)]
    pub note: String,
}

/// Something that was not asked for and must be followed up: an item with an owner and a day (R10).
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct IncidentalFinding {
    /// The request, or the forward, in answer to which the images were read.
    #[n(0)]
    pub request: EntryId,
    /// The package in which it is seen.
    #[n(1)]
    pub package: PackageId,
    /// What is seen.
    #[n(2)]
    pub finding: String,
    /// What is to be done.
    #[n(3)]
    pub advice: String,
    /// The practitioner who sees to it; one who takes part in the case.
    #[n(4)]
    pub owner: Fingerprint,
    /// By when.
    #[n(5)]
    pub due: Timestamp,
}

/// What became of an incidental finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// Examined further; the note says with what result.
    #[n(0)]
    Examined,
    /// Treated.
    #[n(1)]
    Treated,
    /// Referred to somebody else, whom the note names.
    #[n(2)]
    Referred,
    /// It will be looked at again, as the note says.
    #[n(3)]
    FollowedUp,
    /// Nothing needs to be done, for the reason in the note.
    #[n(4)]
    NothingNeeded,
    /// The patient does not want it followed up.
    #[n(5)]
    PatientDeclined,
}

/// An incidental finding has been seen to (R10).
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct IncidentalResolved {
    /// The finding.
    #[n(0)]
    pub finding: EntryId,
    /// What became of it.
    #[n(1)]
    pub resolution: Resolution,
    /// In words.
    #[n(2)]
    pub note: String,
}

impl UrgentFinding {
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("finding", &self.finding, MAX_TEXT)?;
        required("advice", &self.advice, MAX_TEXT)?;
        form("identified_at", self.identified_at.0 > 0)?;
        required("contact", &self.contact, MAX_LINE)
    }
}

impl UrgentAck {
    /// # Errors
    /// [`Incomplete`] when no person or time is named.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("by", &self.by, MAX_NAME)?;
        form("at", self.at.0 > 0)?;
        optional("note", &self.note, MAX_TEXT)
    }
}

impl IncidentalFinding {
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("finding", &self.finding, MAX_TEXT)?;
        required("advice", &self.advice, MAX_TEXT)?;
        form("due", self.due.0 > 0)
    }
}

impl IncidentalResolved {
    /// # Errors
    /// [`Incomplete`] when it is not said in words.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("note", &self.note, MAX_TEXT)
    }
}

redacted!(UrgentFinding, UrgentAck, IncidentalFinding, IncidentalResolved);
