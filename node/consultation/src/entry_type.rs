//! What an entry says, as a number on the wire and a name in the API and the store.
//!
//! Numbers are only ever appended. A number of a later version is read as [`EntryType::Newer`]: such an entry is
//! nobody's fault, is not judged here, and waits at its sender until this node has been updated.

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};
use serde::{Serialize, Serializer};

/// Defines the types, each with its number and its name.
macro_rules! entry_types {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)+) => {
        /// What an entry says; the body is of the same type.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EntryType {
            $($(#[$doc])* $variant,)+
            /// Of a later version of the protocol, by its number.
            Newer(u16),
        }

        impl EntryType {
            /// Every type that this version knows, in the order of their numbers.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, as in the API and the store.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Newer(_) => "newer",
                }
            }

            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self {
                    $(Self::$variant => $number,)+
                    Self::Newer(number) => number,
                }
            }

            /// The type with this number.
            #[must_use]
            pub const fn of(number: u16) -> Self {
                match number {
                    $($number => Self::$variant,)+
                    _ => Self::Newer(number),
                }
            }
        }
    };
}

entry_types! {
    /// Proposal or countersignature of an agreement.
    Agreement = 0, "agreement";
    /// The consultation is asked for.
    Request = 1, "request";
    /// The consultant takes it on.
    Accept = 2, "accept";
    /// The consultant does not take it on.
    Decline = 3, "decline";
    /// A sealed study package is ready to be fetched.
    PackageOffered = 4, "package_offered";
    /// The package's key, sealed to one device of the consultant.
    Grant = 5, "grant";
    /// Every byte of the package has been verified and stored by the consultant's node.
    Received = 6, "received";
    /// A version of the report.
    Report = 7, "report";
    /// The requester has read a version of the report.
    ReportRead = 8, "report_read";
    /// The requester ends the consultation.
    Close = 9, "close";
    /// The requester takes the request back.
    Withdraw = 10, "withdraw";
    /// A package is taken back by its sender or given up by its reader, and erased.
    EraseNotice = 11, "erase_notice";
    /// A grant is taken back.
    GrantRevoke = 12, "grant_revoke";
    /// Somebody who takes part asks another.
    Query = 13, "query";
    /// A query is answered.
    Answer = 14, "answer";
    /// A final report is added to or changed, for a reason.
    Amendment = 15, "amendment";
    /// Something the requester must know at once.
    UrgentFinding = 16, "urgent_finding";
    /// A person on the requester's side has taken note of it.
    UrgentAck = 17, "urgent_ack";
    /// Something that must be followed up, with owner and day.
    IncidentalFinding = 18, "incidental_finding";
    /// It has been seen to.
    IncidentalResolved = 19, "incidental_resolved";
    /// A result was explained to the patient.
    PatientInformed = 20, "patient_informed";
    /// A further reader is brought in.
    Forward = 21, "forward";
    /// The requester consents to a further reader.
    ForwardConsent = 22, "forward_consent";
    /// A blind reader has committed herself to her report.
    BlindCommitment = 23, "blind_commitment";
    /// A version of the report with key images or measurements: to people the same as one without.
    IllustratedReport = 24, "report";
    /// The same of an amendment.
    IllustratedAmendment = 25, "amendment";
    /// A version of the report with findings by tooth or after a template: to people the same as one without.
    StructuredReport = 26, "report";
    /// The same of an amendment.
    StructuredAmendment = 27, "amendment";
    /// One of two readers says what follows from both their reports.
    Reconciliation = 28, "reconciliation";
    /// Somebody signs what another has signed, or dissents from it.
    CoSignature = 29, "co_signature";
    /// A reader who has lost her credential is let go.
    Release = 30, "release";
    /// The requester offers the case to a new owner.
    HandOver = 31, "hand_over";
    /// The new owner takes it over, and is the requester from then on.
    TakeOver = 32, "take_over";
    /// The requester asks the others to erase their copies.
    EraseRequest = 33, "erase_request";
    /// One of them has erased hers, or keeps it for a reason.
    EraseAnswer = 34, "erase_answer";
}

impl EntryType {
    /// Whether it belongs to what may never be held back: an urgent finding, and the word that somebody has taken note. A
    /// frozen log takes these, and nothing else (R9).
    #[must_use]
    pub const fn alarms(self) -> bool {
        matches!(self, Self::UrgentFinding | Self::UrgentAck)
    }
}

impl<C> Encode<C> for EntryType {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        encoder.u16(self.number()).map(drop)
    }
}

impl<'b, C> Decode<'b, C> for EntryType {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        decoder.u16().map(Self::of)
    }
}

impl Serialize for EntryType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
