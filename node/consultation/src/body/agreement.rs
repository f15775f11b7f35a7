//! The agreement that two practitioners sign before the first request (R8).

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, MAX_NAME, MAX_TEXT, form, required};
use crate::id::{EntryId, Sha256Hash};

/// One side of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Party {
    /// The practitioner's certificate.
    #[n(0)]
    pub practitioner: Fingerprint,
    /// The practitioner's name.
    #[n(1)]
    pub name: String,
    /// The institution.
    #[n(2)]
    pub institution: String,
}

/// Proposal of an agreement, or its countersignature: then all else is as proposed and
/// [`countersigns`](Self::countersigns) names the proposal.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Agreement {
    /// Who proposes.
    #[n(0)]
    pub proposer: Party,
    /// Who is to countersign.
    #[n(1)]
    pub other: Party,
    /// The terms, whole.
    #[n(2)]
    pub terms: String,
    /// SHA-256 of the terms in UTF-8.
    #[n(3)]
    pub terms_hash: Sha256Hash,
    /// From when it is in force.
    #[n(4)]
    pub valid_from: Timestamp,
    /// Until when, this second included.
    #[n(5)]
    pub valid_until: Timestamp,
    /// Within how many hours of acceptance a routine report is due.
    #[n(6)]
    pub turnaround_hours: u32,
    /// Whom to call in an emergency, and the number.
    #[n(7)]
    pub emergency_contact: String,
    /// For how many years both keep the records.
    #[n(8)]
    pub retention_years: u32,
    /// How responsibility is shared (責任分担).
    #[n(9)]
    pub responsibilities: String,
    /// The proposal that this countersigns; none for the proposal.
    #[n(10)]
    pub countersigns: Option<EntryId>,
}

impl Agreement {
    /// An agreement has terms, a term, two institutions and someone to call.
    ///
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        for party in [&self.proposer, &self.other] {
            required("party.name", &party.name, MAX_NAME)?;
            required("party.institution", &party.institution, MAX_NAME)?;
        }
        required("terms", &self.terms, MAX_TEXT)?;
        form(
            "terms_hash",
            self.terms_hash == Sha256Hash::of(self.terms.as_bytes()),
        )?;
        form("valid_until", self.valid_from < self.valid_until)?;
        form(
            "turnaround_hours",
            (1..=24 * 365).contains(&self.turnaround_hours),
        )?;
        required("emergency_contact", &self.emergency_contact, MAX_LINE)?;
        form("retention_years", (1..=100).contains(&self.retention_years))?;
        required("responsibilities", &self.responsibilities, MAX_TEXT)
    }

    /// The countersignature of this proposal, whose entry is `proposal`.
    #[must_use]
    pub fn countersignature(&self, proposal: EntryId) -> Self {
        Self {
            countersigns: Some(proposal),
            ..self.clone()
        }
    }
}
