//! What was done here.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::cases::{CaseState, Consent, Requester};
use super::people::Counterpart;
use super::studies::StudyOrigin;

/// Where the chain of the trail is.
#[derive(Serialize, ToSchema)]
pub struct AuditHead {
    seq: u64,
    hash: String,
}

/// A code of PS3.16 CID 400.
#[derive(Serialize, ToSchema)]
pub struct AuditEvent {
    code: String,
    name: String,
}

/// Who did it.
#[derive(Serialize, ToSchema)]
pub struct AuditActor {
    id: String,
    /// Where it is known.
    #[schema(nullable = false)]
    name: Option<String>,
    /// Whether it is a person, and no program or other node.
    person: bool,
}

/// A row of the trail.
#[derive(Serialize, ToSchema)]
pub struct AuditRow {
    seq: u64,
    at: String,
    actor: AuditActor,
    /// A stable word.
    action: String,
    object: String,
    outcome: String,
    hash: String,
    /// Whose data it was, where that is known.
    #[schema(nullable = false)]
    patient: Option<AuditPatient>,
    #[schema(nullable = false, value_type = Option<Value>)]
    study: Option<Value>,
    #[schema(nullable = false)]
    case: Option<String>,
    event: AuditEvent,
    what_en: String,
    what_ja: String,
    /// Of PS3.15 A.5: `0` success, `4`, `8`, `12` worse and worse.
    indicator: String,
}

/// Whose data it was.
#[derive(Serialize, ToSchema)]
pub struct AuditPatient {
    id: String,
    name: String,
    /// Whose number it is.
    issuer: String,
    /// `YYYYMMDD`, or empty.
    birth_date: String,
}

/// Rows of the trail, newest first.
#[derive(Serialize, ToSchema)]
pub struct AuditRows {
    rows: Vec<AuditRow>,
    head: AuditHead,
}

/// Something of a patient's that was seen or given out.
#[derive(Serialize, ToSchema)]
pub struct Disclosed {
    seq: u64,
    at: String,
    who: String,
    name: Option<String>,
    action: String,
    what_en: String,
    what_ja: String,
    study: Option<String>,
    case_id: Option<String>,
    outcome: String,
}

/// Where a study was received.
#[derive(Serialize, ToSchema)]
pub struct ReceivedBy {
    institution: Option<String>,
    at: String,
}

/// A consultation about a patient.
#[derive(Serialize, ToSchema)]
pub struct DisclosedConsultation {
    case_id: String,
    requested_at: String,
    by: Requester,
    with: Vec<Option<Counterpart>>,
    /// What the patient is called in it, when not by her name.
    pseudonym: Option<String>,
    study_instance_uid: String,
    why: String,
    justification: String,
    consent: Consent,
    received: Vec<ReceivedBy>,
    state: CaseState,
}

/// All that was disclosed of a patient.
#[derive(Serialize, ToSchema)]
pub struct Disclosures {
    patient: AuditPatient,
    institution: String,
    made_at: String,
    made_by: String,
    disclosures: Vec<Disclosed>,
    consultations: Vec<DisclosedConsultation>,
    audit_head: AuditHead,
}

/// How far the trail has come on its way to the collector of the house.
#[derive(Serialize, ToSchema)]
pub struct Collector {
    configured: bool,
    /// Host and port, when one is configured, as is the rest.
    to: Option<String>,
    /// Rows of the trail.
    rows: u64,
    sent: Option<u64>,
    waiting: Option<u64>,
    sent_at: Option<String>,
    trouble: Option<String>,
}

/// The chain of the trail.
#[derive(Serialize, ToSchema)]
pub struct AuditChain {
    rows: u64,
    /// Where it breaks, in words.
    broken: Option<String>,
}

/// A study of which images cannot be read as they were stored.
#[derive(Serialize, ToSchema)]
pub struct DamagedStudy {
    study_instance_uid: String,
    origin: StudyOrigin,
    /// How many. What came from another node is asked for anew by itself; the rest is to be imported again.
    images: u64,
}

/// Whether what is stored is as it was written.
#[derive(Serialize, ToSchema)]
pub struct Integrity {
    ok: bool,
    audit: AuditChain,
    /// Rows that were altered.
    altered: Vec<Value>,
    /// Studies of which images cannot be read as they were stored.
    damaged_images: Vec<DamagedStudy>,
    /// Logs that wait for another node's copy.
    waiting_for_a_copy: Vec<String>,
    mended: u64,
}
