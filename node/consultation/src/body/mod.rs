//! What entries say. One type per [`EntryType`] (several for reports, see [`Illustrations`] and [`Structure`]), encoded as CBOR arrays, bounded and complete, or not read at all.

mod agreement;
mod amendment;
mod answer;
mod erasure;
mod finding;
mod forward;
mod hand_over;
mod illustration;
mod limits;
mod measurement;
mod package;
mod query;
mod reconciliation;
mod release;
mod report;
mod request;
mod teeth;
mod thousandths;

use std::fmt;

use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use minicbor::{Decode, Encode};
use serde::Serialize;

pub use agreement::{Agreement, Party};
pub use amendment::{Amendment, AmendmentKind};
pub use answer::{Accept, Close, Decline, Outcome, ReportRead, Withdraw};
pub use erasure::{EraseAnswer, EraseOutcome, EraseRequest, Erased, KeepGround, Kept, MAX_CERTIFICATE};
pub use finding::{
    Category, Channel, IncidentalFinding, IncidentalResolved, Resolution, UrgentAck, UrgentFinding,
};
pub use forward::{BlindCommitment, Forward, ForwardConsent, ForwardKind};
pub use hand_over::{Ground, HandOver, Succeeding, TakeOver};
pub use illustration::{
    Illustrations, ImageReference, KeyImage, KeyImageTitle, MAX_KEY_IMAGES, MAX_MEASUREMENTS, Window,
};
pub use limits::{Incomplete, MAX_LINE, MAX_LIST, MAX_NAME, MAX_TEXT, Problem};
pub use measurement::{Calibration, Measurement, Points, Quantity, QuantityKind, Shape, Tooth, Unit};
pub use package::{EraseNotice, Grant, GrantRevoke, MAX_CORE, MAX_GRANT, PackageOffered, Received};
pub use query::{Answer, PatientInformed, Query};
pub use reconciliation::{CoSignature, Reconciliation, Stance};
pub use release::{Loss, Release};
pub use report::{GUIDELINE, ImagesReviewed, Report, ReportStatus};
pub use request::{AgreementReference, Consent, Patient, PersonName, Request, Requester, Sex, Urgency};
pub use teeth::{MAX_TEETH, MAX_TEMPLATE, Structure, ToothFinding};
pub use thousandths::Thousandths;

use crate::entry::EntryType;
use crate::refusal::Refusal;
use crate::standing::Standing;

/// The body of an entry. Debug shows its type only: there is patient data in it.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Body {
    /// Proposal or countersignature of an agreement.
    #[n(0)]
    Agreement(#[n(0)] Box<Agreement>),
    /// The consultation is asked for.
    #[n(1)]
    Request(#[n(0)] Box<Request>),
    /// The consultant takes it on.
    #[n(2)]
    Accept(#[n(0)] Accept),
    /// The consultant does not take it on.
    #[n(3)]
    Decline(#[n(0)] Decline),
    /// A sealed study package is ready to be fetched.
    #[n(4)]
    PackageOffered(#[n(0)] PackageOffered),
    /// The package's key for one device.
    #[n(5)]
    Grant(#[n(0)] Grant),
    /// The package is verified and stored.
    #[n(6)]
    Received(#[n(0)] Received),
    /// A version of the report.
    #[n(7)]
    Report(#[n(0)] Box<Report>),
    /// A version of the report has been read.
    #[n(8)]
    ReportRead(#[n(0)] ReportRead),
    /// The consultation ends.
    #[n(9)]
    Close(#[n(0)] Close),
    /// The request is taken back.
    #[n(10)]
    Withdraw(#[n(0)] Withdraw),
    /// A package is taken back or given up.
    #[n(11)]
    EraseNotice(#[n(0)] EraseNotice),
    /// A grant is taken back.
    #[n(12)]
    GrantRevoke(#[n(0)] GrantRevoke),
    /// Somebody who takes part asks another.
    #[n(13)]
    Query(#[n(0)] Query),
    /// A query is answered.
    #[n(14)]
    Answer(#[n(0)] Answer),
    /// A final report is added to or changed, for a reason.
    #[n(15)]
    Amendment(#[n(0)] Box<Amendment>),
    /// Something the requester must know at once.
    #[n(16)]
    UrgentFinding(#[n(0)] UrgentFinding),
    /// A person on the requester's side has taken note of it.
    #[n(17)]
    UrgentAck(#[n(0)] UrgentAck),
    /// Something that must be followed up, with owner and day.
    #[n(18)]
    IncidentalFinding(#[n(0)] IncidentalFinding),
    /// It has been seen to.
    #[n(19)]
    IncidentalResolved(#[n(0)] IncidentalResolved),
    /// A result was explained to the patient.
    #[n(20)]
    PatientInformed(#[n(0)] PatientInformed),
    /// A further reader is brought in.
    #[n(21)]
    Forward(#[n(0)] Box<Forward>),
    /// The requester consents to a further reader.
    #[n(22)]
    ForwardConsent(#[n(0)] ForwardConsent),
    /// A blind reader has committed herself to her report.
    #[n(23)]
    BlindCommitment(#[n(0)] BlindCommitment),
    /// One of two readers says what follows from both their reports.
    #[n(28)]
    Reconciliation(#[n(0)] Box<Reconciliation>),
    /// Somebody signs what another has signed, or dissents from it.
    #[n(29)]
    CoSignature(#[n(0)] CoSignature),
    /// A reader who has lost her credential is let go.
    #[n(30)]
    Release(#[n(0)] Release),
    /// The requester offers the case to a new owner.
    #[n(31)]
    HandOver(#[n(0)] HandOver),
    /// The new owner takes it over.
    #[n(32)]
    TakeOver(#[n(0)] Box<TakeOver>),
    /// The others are asked to erase their copies.
    #[n(33)]
    EraseRequest(#[n(0)] EraseRequest),
    /// What became of that.
    #[n(34)]
    EraseAnswer(#[n(0)] Box<EraseAnswer>),
}

impl Body {
    /// The type that the header must name.
    #[must_use]
    pub const fn entry_type(&self) -> EntryType {
        match self {
            Self::Agreement(_) => EntryType::Agreement,
            Self::Request(_) => EntryType::Request,
            Self::Accept(_) => EntryType::Accept,
            Self::Decline(_) => EntryType::Decline,
            Self::PackageOffered(_) => EntryType::PackageOffered,
            Self::Grant(_) => EntryType::Grant,
            Self::Received(_) => EntryType::Received,
            Self::Report(body) if body.structure.is_some() => EntryType::StructuredReport,
            Self::Report(body) if body.illustrations.is_some() => EntryType::IllustratedReport,
            Self::Report(_) => EntryType::Report,
            Self::ReportRead(_) => EntryType::ReportRead,
            Self::Close(_) => EntryType::Close,
            Self::Withdraw(_) => EntryType::Withdraw,
            Self::EraseNotice(_) => EntryType::EraseNotice,
            Self::GrantRevoke(_) => EntryType::GrantRevoke,
            Self::Query(_) => EntryType::Query,
            Self::Answer(_) => EntryType::Answer,
            Self::Amendment(body) if body.report.structure.is_some() => EntryType::StructuredAmendment,
            Self::Amendment(body) if body.report.illustrations.is_some() => EntryType::IllustratedAmendment,
            Self::Amendment(_) => EntryType::Amendment,
            Self::UrgentFinding(_) => EntryType::UrgentFinding,
            Self::UrgentAck(_) => EntryType::UrgentAck,
            Self::IncidentalFinding(_) => EntryType::IncidentalFinding,
            Self::IncidentalResolved(_) => EntryType::IncidentalResolved,
            Self::PatientInformed(_) => EntryType::PatientInformed,
            Self::Forward(_) => EntryType::Forward,
            Self::ForwardConsent(_) => EntryType::ForwardConsent,
            Self::BlindCommitment(_) => EntryType::BlindCommitment,
            Self::Reconciliation(_) => EntryType::Reconciliation,
            Self::CoSignature(_) => EntryType::CoSignature,
            Self::Release(_) => EntryType::Release,
            Self::HandOver(_) => EntryType::HandOver,
            Self::TakeOver(_) => EntryType::TakeOver,
            Self::EraseRequest(_) => EntryType::EraseRequest,
            Self::EraseAnswer(_) => EntryType::EraseAnswer,
        }
    }

    /// The deterministic encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes a body that must be of `expected` type, within all limits and complete.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] or [`Refusal::Incomplete`].
    pub fn decode(expected: EntryType, bytes: &[u8]) -> Result<Self, Refusal> {
        let body: Self = cbor::decode(bytes).map_err(|_| Refusal::Malformed)?;
        if body.entry_type() != expected {
            return Err(Refusal::Malformed);
        }
        body.validate()?;
        Ok(body)
    }

    /// The same with everybody named as [`Standing::person`] does, so that who is the same person is named the same.
    #[must_use]
    pub(crate) fn by_person(mut self, standing: &dyn Standing) -> Self {
        let named: [Option<&mut Fingerprint>; 2] = match &mut self {
            Self::Agreement(body) => [
                Some(&mut body.proposer.practitioner),
                Some(&mut body.other.practitioner),
            ],
            Self::Request(body) => [Some(&mut body.requester.practitioner), Some(&mut body.consultant)],
            Self::Grant(body) => [Some(&mut body.recipient), None],
            Self::Query(body) => [Some(&mut body.to), None],
            Self::IncidentalFinding(body) => [Some(&mut body.owner), None],
            Self::Forward(body) => [Some(&mut body.to), None],
            Self::HandOver(body) => [Some(&mut body.to), None],
            Self::TakeOver(body) => [Some(&mut body.from), None],
            _ => [None, None],
        };
        for who in named.into_iter().flatten() {
            *who = standing.person(who);
        }
        self
    }

    /// Whether every field is within its limits and everything that must be said is said.
    ///
    /// # Errors
    /// [`Incomplete`], naming the first field that is not.
    pub fn validate(&self) -> Result<(), Incomplete> {
        match self {
            Self::Agreement(body) => body.validate(),
            Self::Request(body) => body.validate(),
            Self::Accept(body) => body.validate(),
            Self::Decline(body) => body.validate(),
            Self::PackageOffered(body) => body.validate(),
            Self::Grant(body) => body.validate(),
            Self::Received(body) => body.validate(),
            Self::Report(body) => body.validate(),
            Self::ReportRead(_) | Self::BlindCommitment(_) => Ok(()),
            Self::Close(body) => body.validate(),
            Self::Withdraw(body) => body.validate(),
            Self::EraseNotice(body) => body.validate(),
            Self::GrantRevoke(body) => body.validate(),
            Self::Query(body) => body.validate(),
            Self::Answer(body) => body.validate(),
            Self::Amendment(body) => body.validate(),
            Self::UrgentFinding(body) => body.validate(),
            Self::UrgentAck(body) => body.validate(),
            Self::IncidentalFinding(body) => body.validate(),
            Self::IncidentalResolved(body) => body.validate(),
            Self::PatientInformed(body) => body.validate(),
            Self::Forward(body) => body.validate(),
            Self::ForwardConsent(body) => body.validate(),
            Self::Reconciliation(body) => body.validate(),
            Self::CoSignature(body) => body.validate(),
            Self::Release(body) => body.validate(),
            Self::HandOver(body) => body.validate(),
            Self::TakeOver(body) => body.validate(),
            Self::EraseRequest(body) => body.validate(),
            Self::EraseAnswer(body) => body.validate(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({:?})", self.entry_type())
    }
}

/// Debug that shows the type's name only, for types that hold patient data.
macro_rules! redacted {
    ($($name:ident),+) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        })+
    };
}
use redacted;
