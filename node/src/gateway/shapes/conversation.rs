//! What goes to and fro in a case beside request and report.

use serde::Serialize;
use utoipa::ToSchema;

use super::cases::{Delivery, Role};
use super::people::Counterpart;

/// How soon somebody must know of an urgent finding.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum Category {
    Minutes,
    Hours,
    Days,
}

/// How somebody was reached.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum Channel {
    Screen,
    Telephone,
    InPerson,
}

/// What became of an incidental finding.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum Resolution {
    Examined,
    Treated,
    Referred,
    FollowedUp,
    NothingNeeded,
    PatientDeclined,
}

/// What a further reader is asked for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForwardKind {
    /// A second opinion, which sees the first.
    SecondOpinion,
    /// Reads instead.
    Alternative,
    /// Reads without seeing the first report.
    Blind,
}

/// How a final report is changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmendmentKind {
    /// Something is added.
    Addendum,
    /// Something was not right.
    Amended,
}

/// How far beyond its time a duty is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "described in docs/case-log.md")]
pub enum Stage {
    Remind,
    Warn,
    Escalate,
}

/// Whom a telephone number reaches.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// The reader.
    Reader,
    /// Whom the agreement names for emergencies.
    Emergency,
}

/// Whom to telephone about a case.
#[derive(Serialize, ToSchema)]
pub struct Contact {
    kind: ContactKind,
    name: String,
    text: String,
}

/// That a person has taken note.
#[derive(Serialize, ToSchema)]
pub struct Acknowledged {
    entry_id: String,
    by: String,
    at: String,
    channel: Channel,
    note: String,
}

/// Something that the requester must know at once.
#[derive(Serialize, ToSchema)]
pub struct UrgentFinding {
    entry_id: String,
    category: Category,
    finding: String,
    advice: String,
    /// Where the reader can be reached.
    contact: String,
    identified_at: String,
    signed_at: String,
    by: Option<Counterpart>,
    mine: bool,
    delivery: Option<Delivery>,
    acknowledged: Option<Acknowledged>,
    contacts: Vec<Contact>,
}

/// One of the urgent findings of all cases.
#[derive(Serialize, ToSchema)]
pub struct ListedUrgent {
    #[serde(flatten)]
    finding: UrgentFinding,
    case_id: String,
    patient_name: String,
    role: Role,
    due_at: Option<String>,
    stage: Option<Stage>,
}

/// An answer to a doubt.
#[derive(Serialize, ToSchema)]
pub struct QueryAnswer {
    entry_id: String,
    text: String,
    by: Option<Counterpart>,
    at: String,
}

/// A doubt and its answer (疑義照会).
#[derive(Serialize, ToSchema)]
pub struct Query {
    entry_id: String,
    from: Option<Counterpart>,
    to: Option<Counterpart>,
    about: String,
    question: String,
    asked_at: String,
    mine: bool,
    for_me: bool,
    answer: Option<QueryAnswer>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub struct Resolved {
    resolution: Resolution,
    note: String,
    at: String,
    by: Option<Counterpart>,
}

/// Something that is seen to before the end.
#[derive(Serialize, ToSchema)]
pub struct Incidental {
    entry_id: String,
    finding: String,
    advice: String,
    owner: Option<Counterpart>,
    mine: bool,
    due_at: String,
    overdue: bool,
    signed_at: String,
    by: Option<Counterpart>,
    resolved: Option<Resolved>,
}

/// That something was explained to the patient.
#[derive(Serialize, ToSchema)]
pub struct Informed {
    entry_id: String,
    about: String,
    by: String,
    at: String,
    note: String,
}

/// As what somebody reads.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "described at ForwardKind")]
pub enum ReaderKind {
    Consultant,
    SecondOpinion,
    Alternative,
    Blind,
}

/// Somebody who reads a case, or was asked to.
#[derive(Serialize, ToSchema)]
pub struct AskedReader {
    /// The request or the forward.
    entry_id: String,
    kind: ReaderKind,
    reader: Option<Counterpart>,
    /// As the forward names her.
    name: Option<String>,
    asked_by: Option<Counterpart>,
    question: Option<String>,
    consented: bool,
    accepted: bool,
    declined: bool,
    /// She has lost her credential, and the requester has let her go.
    released: bool,
    committed: bool,
    reported: bool,
    mine: bool,
}

/// How somebody lost her credential.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LossState {
    /// It does not hold for now.
    Suspended,
    /// It holds no more.
    Revoked,
    /// Its time is over.
    Expired,
}

/// What somebody was in a case who has lost her credential.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LostPart {
    /// She asked.
    Requester,
    /// Her report is the one that was asked for.
    Reader,
    /// She was asked for a further opinion.
    FurtherReader,
    /// Her final report is signed: nobody has to go on in her place.
    Reported,
}

/// Somebody of an open case who has lost her credential.
#[derive(Serialize, ToSchema)]
pub struct LostCredential {
    who: Option<Counterpart>,
    /// The request or forward by which she was asked; of the requester her request.
    entry_id: String,
    part: LostPart,
    state: LossState,
    /// The registry's reason, a word of RFC 5280; null when only its time is over.
    reason: Option<String>,
    since: String,
}

/// That whoever signed something does not hold her certificate any more. What she signed before stays valid.
#[derive(Serialize, ToSchema)]
pub struct CredentialMark {
    state: LossState,
    /// The registry's reason, a word of RFC 5280; null when only its time is over.
    reason: Option<String>,
    since: String,
    /// Whether it was signed while her certificate held, by the time that it says.
    signed_before: bool,
}

/// That somebody's certificate took the place of an earlier one of hers.
#[derive(Serialize, ToSchema)]
pub struct Renewal {
    who: Option<Counterpart>,
    /// Fingerprint of the earlier certificate.
    earlier: String,
    /// Fingerprint of the later one.
    later: String,
    /// When the later one begins.
    since: String,
    /// When it ends.
    until: String,
    /// The number of the entry in the public register that says so.
    register_entry: u64,
}

/// What became of a request to erase at one of those who were asked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureOutcome {
    /// It is erased there.
    Erased,
    /// It is kept there.
    Kept,
}

/// Why a copy is kept.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeepGround {
    /// It is on legal hold.
    LegalHold,
    /// It must be kept.
    RetentionDuty,
    /// Another reason.
    Other,
}

/// The answer to a request to erase.
#[derive(Serialize, ToSchema)]
pub struct ErasureAnswer {
    entry_id: String,
    by: Option<Counterpart>,
    at: String,
    outcome: ErasureOutcome,
    /// Of what is kept.
    ground: Option<KeepGround>,
    reason: Option<String>,
    /// When nothing was left.
    erased_at: Option<String>,
    /// The number of the certificate at that node.
    certificate: Option<u64>,
    /// SHA-256 of the certificate.
    sha256: Option<String>,
}

/// A request to erase the images that were sent.
#[derive(Serialize, ToSchema)]
pub struct Erasure {
    entry_id: String,
    by: Option<Counterpart>,
    at: String,
    reason: String,
    /// Whether the one who looks has asked.
    mine: bool,
    /// Whether the one who looks is to answer, or has not erased it yet.
    for_me: bool,
    /// Who has not answered.
    waits_for: Vec<Option<Counterpart>>,
    answers: Vec<ErasureAnswer>,
    /// The number of the deletion here by which the study went, when it did.
    deletion: Option<u64>,
}

/// Two entries that somebody has signed for one place.
#[derive(Serialize, ToSchema)]
pub struct Fork {
    who: Option<Counterpart>,
    /// The institution of the node at which they were signed.
    institution: Option<String>,
    /// Which entry of hers at that node it is, from 1.
    number: u64,
    /// The two.
    entries: Vec<ForkedEntry>,
}

/// One of two entries for one place.
#[derive(Serialize, ToSchema)]
pub struct ForkedEntry {
    entry_id: String,
    r#type: String,
    /// When, as it says.
    at: String,
    /// Whether it is the one that stands in the log here.
    here: bool,
}

/// One of the open consultations in which somebody has lost her credential; nothing of a patient.
#[derive(Serialize, ToSchema)]
pub struct LapsedCase {
    case_id: String,
    who: Option<Counterpart>,
    part: LostPart,
    state: LossState,
    /// The registry's reason, a word of RFC 5280; null when only its time is over.
    reason: Option<String>,
    since: String,
}

/// What kind of thing keeps a case from being closed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum OpenKind {
    UrgentFinding,
    UnreadReport,
    IncidentalFinding,
    Query,
    Forward,
}

/// What keeps a case from being closed.
#[derive(Serialize, ToSchema)]
pub struct OpenItem {
    kind: OpenKind,
    entry: String,
    /// Whether it is for the one who asks to see to.
    mine: bool,
}

/// What is to be done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum DutyName {
    Acknowledge,
    SeeTo,
    Answer,
    Report,
    Read,
    Explain,
    Reply,
    Consent,
    ReplaceReader,
    ReplaceRequester,
}

/// Something that is to be done in a case, by whom and when.
#[derive(Serialize, ToSchema)]
pub struct Duty {
    case_id: String,
    patient_name: String,
    duty: DutyName,
    entry: String,
    owner: Option<Counterpart>,
    mine: bool,
    due_at: Option<String>,
    stage: Option<Stage>,
    /// When its stage was told of, once.
    told_at: Option<String>,
    contacts: Vec<Contact>,
}
