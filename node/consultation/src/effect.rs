//! What the node must do, in the order given: what is to be persisted comes first, so that an acknowledgement never
//! runs ahead of the disk.

use dokuei_identity::fingerprint::Fingerprint;

use crate::body::PackageOffered;
use crate::entry::SignedEntry;
use crate::fork::ForkProof;
use crate::id::{EntryId, PackageId};
use crate::refusal::Refusal;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Write the entry durably. All further effects of the same event wait for that.
    Persist(SignedEntry),
    /// Write the evidence durably.
    PersistForkProof(ForkProof),
    /// Tell the sending node that the entry is durable here; it may take it out of its outbox.
    Acknowledge(EntryId),
    /// Bring the entries to all other nodes of these practitioners, again and again until acknowledged.
    Send {
        /// The certificates of the practitioners.
        to: Vec<Fingerprint>,
        /// The entries.
        entries: Vec<EntryId>,
    },
    /// Bring the evidence to all other nodes of these practitioners.
    SendForkProof {
        /// The certificates of the practitioners.
        to: Vec<Fingerprint>,
        /// The evidence.
        proof: ForkProof,
    },
    /// Give these entries, in this order, to the node that told its heads.
    Give {
        /// The certificate of the node.
        peer: Fingerprint,
        /// The entries that it lacks.
        entries: Vec<SignedEntry>,
    },
    /// Ask the sender for these entries: others wait for them.
    Ask {
        /// The entries.
        missing: Vec<EntryId>,
    },
    /// An entry that had waited is not allowed; it is dropped and written to the audit log.
    Reject {
        /// The entry.
        entry: EntryId,
        /// Why.
        refusal: Refusal,
    },
    /// Fetch the package to this node: the case is accepted and this node holds a grant.
    FetchPackage {
        /// The practitioner who offers it.
        from: Fingerprint,
        /// The entry that offers it.
        offered_by: EntryId,
        /// The offer: name, core hash, root and length to be verified.
        offer: PackageOffered,
        /// The entry with the key for this node.
        grant: EntryId,
    },
    /// The package is no longer wanted: stop fetching it.
    StopFetching(PackageId),
    /// Alarm a practitioner, if she works at this node, until [`Self::EndAlarm`]: nothing but an acknowledgement by a
    /// person ends it (R9). After a start, [`crate::machine::Case::alarms`] tells which go on.
    Alarm {
        /// Whom.
        who: Fingerprint,
        /// The urgent finding.
        finding: EntryId,
    },
    /// The urgent finding is acknowledged.
    EndAlarm {
        /// The urgent finding.
        finding: EntryId,
    },
    /// Tell a practitioner, if she works at this node.
    Notify {
        /// Whom.
        who: Fingerprint,
        /// What.
        notice: Notice,
        /// The entry that it is about.
        entry: EntryId,
    },
}

/// What a practitioner is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Notice {
    /// An agreement is proposed to you.
    AgreementProposed,
    /// Your agreement is countersigned.
    AgreementInForce,
    /// You are asked for a consultation.
    Requested,
    /// Your request is taken on.
    Accepted,
    /// Your request is declined.
    Declined,
    /// The images have arrived, whole.
    Delivered,
    /// A preliminary report has come.
    PreliminaryReport,
    /// A final report, or a correction of it, has come.
    FinalReport,
    /// Your report has been read.
    ReportRead,
    /// The consultation is closed.
    Closed,
    /// The request is taken back.
    Withdrawn,
    /// The images are taken back, or the reader has given them up.
    TransferCancelled,
    /// A grant to you is taken back.
    GrantRevoked,
    /// You are asked about a doubt.
    Queried,
    /// A query of yours is answered, or settled by whoever asked you.
    Answered,
    /// A final report has been amended or added to.
    AmendedReport,
    /// An urgent finding: see [`Effect::Alarm`].
    UrgentFinding,
    /// Your urgent finding is acknowledged.
    UrgentAcknowledged,
    /// An incidental finding is to be followed up.
    IncidentalFinding,
    /// An incidental finding has been seen to.
    IncidentalResolved,
    /// The patient was told the result.
    PatientInformed,
    /// A reader asks for your consent to a further reader.
    ConsentAsked,
    /// The requester consents to the further reader whom you proposed.
    ForwardConsented,
    /// You are asked for a further reading.
    Forwarded,
    /// The further reading that you were asked for is no longer wanted.
    ForwardEnded,
    /// Another reader has taken the case on.
    TakenByAnother,
    /// The blind reader has committed herself to her report.
    BlindCommitted,
    /// The other reader proposes a reconciled opinion, which waits for your signature.
    ReconciliationProposed,
    /// Two readers have signed one opinion, or one has co-signed a report.
    CoSigned,
    /// A reader does not sign what another has signed, and says why.
    Dissented,
    /// Two entries were signed for one place in this log: it is frozen.
    Forked,
    /// You have lost your credential, and the requester has let you go.
    Released,
    /// The requester hands the case over: an agreement with the new owner is needed.
    HandingOver,
    /// Somebody else answers for the patient from now on.
    TakenOver,
    /// You are asked to erase your copy of what was sent to you.
    EraseAsked,
    /// Somebody whom you asked to erase her copy has erased it, or says why she keeps it.
    EraseAnswered,
}
