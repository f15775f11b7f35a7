//! What two readers of one case say together: a reconciled opinion over their two reports, and the signature under what
//! somebody else has signed, or the dissent from it (R2, R6).
//!
//! Neither changes a report: all versions stay readable beside it.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_TEXT, form, optional, required};
use super::redacted;
use crate::id::EntryId;

/// One of two readers says what follows from both reports. It is the opinion of both once the other has co-signed it.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Reconciliation {
    /// The newest version of the report of whoever signs; the id is the hash of that entry.
    #[n(0)]
    pub own: EntryId,
    /// The newest version of the other reader's.
    #[n(1)]
    pub other: EntryId,
    /// What both mean.
    #[n(2)]
    pub opinion: String,
    /// What both recommend; may be empty.
    #[n(3)]
    pub recommendations: String,
}

/// Whether somebody stands by what another has signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// She answers for it as well.
    #[n(0)]
    Agrees,
    /// She does not, and says why.
    #[n(1)]
    Dissents,
}

/// A second signature: under a reconciled opinion by the other of the two readers, or under another reader's report by
/// whoever answers for it as well.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct CoSignature {
    /// What is co-signed, by the SHA-256 of all that its author signed.
    #[n(0)]
    pub of: EntryId,
    /// For or against.
    #[n(1)]
    pub stance: Stance,
    /// In words; a dissent says why.
    #[n(2)]
    pub words: String,
}

impl Reconciliation {
    /// It rests on two reports and says something.
    ///
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        form("other", self.own != self.other)?;
        required("opinion", &self.opinion, MAX_TEXT)?;
        optional("recommendations", &self.recommendations, MAX_TEXT)
    }
}

impl CoSignature {
    /// A dissent says why.
    ///
    /// # Errors
    /// [`Incomplete`], naming the field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        match self.stance {
            Stance::Agrees => optional("words", &self.words, MAX_TEXT),
            Stance::Dissents => required("words", &self.words, MAX_TEXT),
        }
    }
}

redacted!(Reconciliation, CoSignature);
