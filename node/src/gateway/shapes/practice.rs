//! What there is to practise with.

use serde::Serialize;
use utoipa::ToSchema;

use super::cases::Urgency;

/// A request that was written to practise; it was sent to nobody.
#[derive(Serialize, ToSchema)]
pub struct PracticeRequest {
    /// Who wrote it.
    by: String,
    at: String,
    question: String,
    history: String,
    region: String,
    justification: String,
    urgency: Urgency,
}

/// The practice study of this house; all is null while there is none.
#[derive(Serialize, ToSchema)]
pub struct Practice {
    study_instance_uid: Option<String>,
    made_at: Option<String>,
    request: Option<PracticeRequest>,
}
