//! Agreements and consultations.

use serde::Serialize;
use utoipa::ToSchema;

use super::Finding;
use super::conversation::{
    AskedReader, Contact, CredentialMark, Duty, Erasure, Fork, Incidental, Informed, LostCredential,
    OpenItem, Query, Renewal, UrgentFinding,
};
use super::illustrations::Illustrations;
use super::people::Counterpart;
use super::reconciling::{CoSignature, Comparison, Reconciliation};
use super::reports::{ImagesReviewed, ToothFinding};

/// Which side somebody is on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Asks.
    Requesting,
    /// Reads.
    Consulting,
}

/// Where a consultation is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "described in docs/case-log.md")]
pub enum CaseState {
    AwaitingAcceptance,
    Accepted,
    Declined,
    Delivered,
    Reported,
    Read,
    Closed,
    Withdrawn,
}

/// Where the images of a case are.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "described in docs/delivery.md")]
pub enum TransferState {
    None,
    Queued,
    Connecting,
    Transferring,
    Delivered,
    AwaitingGrant,
    Opened,
    Refused,
    Cancelled,
}

/// Why something stands still: a stable word, and when.
#[derive(Serialize, ToSchema)]
pub struct Stuck {
    reason: Option<String>,
    since: Option<String>,
    next_try: Option<String>,
}

/// How the images of a case get on.
#[derive(Serialize, ToSchema)]
pub struct Transfer {
    #[serde(flatten)]
    stuck: Stuck,
    state: TransferState,
    /// Bytes.
    done: u64,
    total: u64,
    /// Bytes in a second, once that can be said.
    rate: Option<u64>,
    seconds_left: Option<u64>,
}

/// Where an entry is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "described in docs/delivery.md")]
pub enum DeliveryState {
    Queued,
    Connecting,
    Sending,
    Delivered,
    Opened,
    Refused,
}

/// How an entry that was written at this node stands.
#[derive(Serialize, ToSchema)]
pub struct Delivery {
    #[serde(flatten)]
    stuck: Stuck,
    state: DeliveryState,
}

/// Entries that the other side does not have yet, and how the oldest stands.
#[derive(Serialize, ToSchema)]
pub struct Waiting {
    #[serde(flatten)]
    delivery: Delivery,
    entries: u64,
}

/// How much a case hurries.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum Urgency {
    Routine,
    Urgent,
    Emergency,
}

/// Whoever asked, as the request names her.
#[derive(Serialize, ToSchema)]
pub struct Requester {
    name: String,
    institution: String,
}

/// Whose case it is.
#[derive(Serialize, ToSchema)]
pub struct CasePatient {
    id: String,
}

/// The newest report of a case.
#[derive(Serialize, ToSchema)]
pub struct NewestReport {
    status: String,
    version: u32,
}

/// A row of the work list.
#[derive(Serialize, ToSchema)]
pub struct CaseSummary {
    case_id: String,
    role: Role,
    state: CaseState,
    patient_name: String,
    patient: CasePatient,
    study_instance_uid: String,
    modalities: Vec<String>,
    /// As DICOM writes it; null while the study is not here.
    study_date: Option<String>,
    /// Likewise.
    study_description: Option<String>,
    requester: Requester,
    /// Null while this node does not know her certificate.
    with: Option<Counterpart>,
    question: String,
    region: String,
    urgency: Urgency,
    requested_at: String,
    due_at: Option<String>,
    transfer: Transfer,
    waiting: Option<Waiting>,
    report: Option<NewestReport>,
    unread: bool,
    /// Something urgent that nobody has acknowledged.
    alarm: bool,
    /// Two entries were signed for one place: only what is urgent goes on.
    frozen: bool,
    open: Vec<OpenItem>,
    overdue: u64,
}

/// The patient's consent.
#[derive(Serialize, ToSchema)]
pub struct Consent {
    explained_by: String,
    explained_at: String,
    scope: String,
}

/// An entry of the log.
#[derive(Serialize, ToSchema)]
pub struct TimelineEntry {
    entry_id: String,
    #[serde(rename = "type")]
    kind: String,
    by: Option<String>,
    at: String,
    verified: bool,
    /// Null while the certificate of whoever signed it holds.
    credential: Option<CredentialMark>,
    summary_ja: String,
    summary_en: String,
    /// Why, in the author's own words; null for entries that need none.
    reason: Option<String>,
    /// Null for what others wrote.
    delivery: Option<Delivery>,
}

/// A part of a report that may differ from one version to the next.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum ReportField {
    Findings,
    Teeth,
    Impression,
    Recommendations,
    Technique,
}

/// How a version of a report differs from the one before it.
#[derive(Serialize, ToSchema)]
pub struct ChangedField {
    field: ReportField,
    before: String,
    after: String,
}

/// A version of a report.
#[derive(Serialize, ToSchema)]
pub struct Report {
    entry_id: String,
    version: u32,
    status: String,
    findings: String,
    impression: String,
    recommendations: String,
    technique: String,
    /// The template that it follows.
    template: Option<String>,
    teeth: Vec<ToothFinding>,
    images: ImagesReviewed,
    /// SHA-256 of the agreement's terms.
    terms: String,
    guideline: String,
    /// Null for a report of words.
    illustrations: Option<Illustrations>,
    author: Option<String>,
    signed_at: String,
    /// Null while the author's certificate holds.
    credential: Option<CredentialMark>,
    /// The request or forward that it answers.
    request: String,
    /// Whether the one who asks signed it.
    mine: bool,
    /// Whether it is its reader's newest version.
    newest: bool,
    /// The version before it, and why it was not left so.
    predecessor: Option<String>,
    reason: Option<String>,
    changed: Vec<ChangedField>,
    read_at: Option<String>,
    informed_at: Option<String>,
}

/// A consultation.
#[derive(Serialize, ToSchema)]
pub struct CaseDetail {
    #[serde(flatten)]
    summary: CaseSummary,
    justification: String,
    history: String,
    consent: Consent,
    timeline: Vec<TimelineEntry>,
    reports: Vec<Report>,
    /// The newest final reports of every two readers.
    comparisons: Vec<Comparison>,
    /// What two readers have said together, oldest first.
    reconciliations: Vec<Reconciliation>,
    co_signatures: Vec<CoSignature>,
    queries: Vec<Query>,
    urgent: Vec<UrgentFinding>,
    incidental: Vec<Incidental>,
    informed: Vec<Informed>,
    readers: Vec<AskedReader>,
    contacts: Vec<Contact>,
    /// To the requester while nobody has accepted: when the consultant is away, and who stands in.
    absence: Option<super::directory::AbsenceView>,
    /// To the requester: who is asked by itself when nobody accepts, the next first.
    successors: Vec<super::people::Counterpart>,
    /// Who has lost her credential since, while the case is open.
    lost: Vec<LostCredential>,
    /// Who takes part with another certificate than the first of hers here, and what proves it.
    renewals: Vec<Renewal>,
    /// Requests to erase the images that were sent, oldest first.
    erasures: Vec<Erasure>,
    /// Where somebody has signed two entries for one place: the log is frozen.
    forks: Vec<Fork>,
    /// The offer to a new owner that stands.
    hand_over: Option<super::passing::OfferedCase>,
    /// Who has taken it over, oldest first.
    taken_over: Vec<super::passing::TakenCase>,
    duties: Vec<Duty>,
}

/// What must be looked at before a request is sent.
#[derive(Serialize, ToSchema)]
pub struct Checked {
    findings: Vec<Finding>,
}

/// Where an agreement is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgreementState {
    /// One has signed.
    Proposed,
    /// Both have signed.
    InForce,
    /// Its time is over.
    Expired,
}

/// Who is responsible for what between two practitioners.
#[derive(Serialize, ToSchema)]
pub struct Agreement {
    id: String,
    state: AgreementState,
    with: Counterpart,
    proposed_by_me: bool,
    terms: String,
    valid_from: String,
    valid_until: String,
}

/// What a preview shows.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreviewKind {
    /// Maximum intensity along the body's axis.
    AxialMip,
    /// Along the dental arch.
    Panoramic,
    /// Across it.
    CrossSection,
    /// Of what is no volume.
    Other,
}

/// A small picture that lies first in a package; never for diagnosis.
#[derive(Serialize, ToSchema)]
pub struct Preview {
    index: u32,
    kind: PreviewKind,
    series_instance_uid: String,
}
