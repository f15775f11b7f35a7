//! Further readers: a second opinion, a blind second reading, or one of several of whom the first to accept reads.
//!
//! The further reader answers the forward as the consultant answers the request: with the same entries, which name the
//! forward where those of the consultant name the request.

use dokuei_identity::fingerprint::Fingerprint;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_NAME, MAX_TEXT, required};
use super::redacted;
use super::request::{AgreementReference, Consent};
use crate::id::{EntryId, Sha256Hash};

/// What a further reader is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum ForwardKind {
    /// A second opinion; she sees all that is in the case.
    #[n(0)]
    SecondOpinion,
    /// To take the case on in place of the consultant: the first to accept reads.
    #[n(1)]
    Alternative,
    /// A second reading by one who has committed herself before any other report reaches her.
    #[n(2)]
    Blind,
}

/// Brings a further reader into the case (R1). Proposed by a reader, it waits for the requester's consent; by the
/// requester, it holds it.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Forward {
    /// The request.
    #[n(0)]
    pub request: EntryId,
    /// What for.
    #[n(1)]
    pub kind: ForwardKind,
    /// The certificate of the further reader.
    #[n(2)]
    pub to: Fingerprint,
    /// The further reader's name, as the one who forwards knows it.
    #[n(3)]
    pub name: String,
    /// The agreement in force between who forwards and the further reader (R8).
    #[n(4)]
    pub agreement: AgreementReference,
    /// What is asked of her.
    #[n(5)]
    pub question: String,
    /// The patient's consent, when the requester forwards; else it comes with [`ForwardConsent`].
    #[n(6)]
    pub consent: Option<Consent>,
}

/// The requester consents to a forward, with the patient's consent to it (R12). Before it, nothing of the case goes to
/// the further reader.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct ForwardConsent {
    /// The forward.
    #[n(0)]
    pub forward: EntryId,
    /// The patient's consent.
    #[n(1)]
    pub consent: Consent,
}

/// A blind reader has written her report and sealed it: the commitment in the header of the entry that will show it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct BlindCommitment {
    /// The forward.
    #[n(0)]
    pub forward: EntryId,
    /// [`crate::entry::commitment`] of the report that will follow.
    #[n(1)]
    pub commitment: Sha256Hash,
}

impl Forward {
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("name", &self.name, MAX_NAME)?;
        required("question", &self.question, MAX_TEXT)?;
        self.consent.as_ref().map_or(Ok(()), Consent::validate)
    }
}

impl ForwardConsent {
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        self.consent.validate()
    }
}

redacted!(Forward, ForwardConsent);
