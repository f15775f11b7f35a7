//! The archives of the house, and media.

use serde::Serialize;
use utoipa::ToSchema;

use super::studies::StudyPatient;

/// An archive of the house, as the settings have it.
#[derive(Serialize, ToSchema)]
pub struct Archive {
    aet: String,
    address: String,
    tls: bool,
    /// Studies and reports may be sent to it.
    send: bool,
    /// Its studies may be looked for and fetched.
    fetch: bool,
    reports: bool,
    commitment: bool,
    waiting: u64,
    why: Option<String>,
    next_try: Option<String>,
}

/// Whether it answers.
#[derive(Serialize, ToSchema)]
pub struct Echo {
    aet: String,
    address: String,
    tls: bool,
    ok: bool,
    why: Option<String>,
    milliseconds: u64,
}

/// A study that an archive has.
#[derive(Serialize, ToSchema)]
pub struct FoundStudy {
    study_instance_uid: String,
    patient: StudyPatient,
    study_date: String,
    study_time: String,
    accession_number: String,
    description: String,
    modalities: Vec<String>,
    /// Null when the archive does not say.
    instances: Option<u64>,
    /// Images of it that are here already.
    here: u64,
}

/// What an archive has of what was asked for.
#[derive(Serialize, ToSchema)]
pub struct FoundStudies {
    archive: String,
    studies: Vec<FoundStudy>,
    /// There are more than are shown.
    more: bool,
}

/// What is on its way.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum DispatchKind {
    Study,
    Report,
    Commitment,
}

/// Where it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum DispatchState {
    Queued,
    Sending,
    Delivered,
    Failed,
    Cancelled,
}

/// What an archive said when it was asked to answer for what it took (PS3.4 J).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "described in docs/dicom.md")]
pub enum CommitmentState {
    Asked,
    Safe,
    NotSafe,
    NotOffered,
}

/// An instance that was not taken.
#[derive(Serialize, ToSchema)]
pub struct NotTaken {
    sop_instance_uid: String,
    why: Option<String>,
}

/// Something on its way to an archive, or that was.
#[derive(Serialize, ToSchema)]
pub struct Dispatch {
    id: String,
    archive: String,
    what: DispatchKind,
    study_instance_uid: String,
    case_id: Option<String>,
    state: DispatchState,
    instances: u64,
    sent: u64,
    refused: u64,
    reasons: Vec<NotTaken>,
    why: Option<String>,
    attempts: u64,
    next_try: Option<String>,
    commitment: Option<CommitmentState>,
    queued: String,
    changed: String,
}
