//! What is kept and what was deleted.

use serde::Serialize;
use utoipa::ToSchema;

use super::governance::{KeptCase, Until};

/// A study that is kept here.
#[derive(Serialize, ToSchema)]
pub struct KeptStudy {
    study_instance_uid: String,
    /// `imported` or `received`.
    origin: String,
    /// The day on which it was taken in, `YYYY-MM-DD`.
    added: String,
    /// Until when its images must be kept.
    images: Until,
    /// A consultation about it has not ended.
    open: bool,
    /// Somebody holds a case about it.
    held: bool,
    /// It need not be kept any longer, and nothing stands against its deletion.
    due: bool,
    /// The cases that are about it.
    cases: Vec<String>,
}

/// Who signed a deletion.
#[derive(Serialize, ToSchema)]
pub struct DeletedBy {
    /// Sign-in name.
    id: String,
    name: String,
}

/// What was deleted. It names no patient.
#[derive(Serialize, ToSchema)]
pub struct Deletion {
    /// Of its certificate.
    number: u64,
    /// `case` or `study`.
    kind: String,
    case_id: Option<String>,
    /// SHA-256 of the Study Instance UID.
    study_sha256: Option<String>,
    /// `kept_long_enough`, `patient_request`, `wrongly_received`, `wrong_patient`, `duplicate`, `trial` or
    /// `sender_request`.
    reason: String,
    why: String,
    /// It was deleted before its time.
    early: bool,
    ordered_at: String,
    ordered_by: DeletedBy,
    second: Option<DeletedBy>,
    images: u64,
    entries: u64,
    completed_at: Option<String>,
    /// `destroying`: it is done when the node starts again; `destroyed`: its certificate is made at the next start;
    /// `certified`.
    state: String,
}

/// What is kept here, until when, and what was deleted.
#[derive(Serialize, ToSchema)]
pub struct Keeping {
    /// The day in Japan.
    today: String,
    /// Those first that are due soonest.
    cases: Vec<KeptCase>,
    /// How many cases cannot be read; they are kept.
    unreadable: u32,
    /// Those first that are due soonest, at most 2,000.
    studies: Vec<KeptStudy>,
    studies_total: u64,
    /// Two persons sign every deletion.
    two_persons: bool,
    /// Whoever asks has the duty to delete.
    may_delete: bool,
    /// The newest first.
    deletions: Vec<Deletion>,
}

/// What is past the time for which it must be kept.
#[derive(Serialize, ToSchema)]
pub struct Past {
    cases: u64,
    studies: u64,
}

/// Somebody has shown that it is she.
#[derive(Serialize, ToSchema)]
pub struct Proved {
    /// Good once.
    proof: String,
    /// Whose it is.
    practitioner: String,
    /// Seconds.
    expires_in: u64,
}
