//! A practice that passes to a new owner.

use serde::Serialize;
use utoipa::ToSchema;

use super::conversation::LossState;
use super::people::Counterpart;

/// A reader with whom the new owner has no agreement yet.
#[derive(Serialize, ToSchema)]
pub struct LackingAgreement {
    reader: Option<Counterpart>,
    /// In how many consultations her report is awaited.
    cases: u64,
}

/// How many consultations pass from one to another, and what hinders.
#[derive(Serialize, ToSchema)]
pub struct PassingCount {
    /// That have not ended.
    open: u64,
    /// That have.
    ended: u64,
    /// Of both, how many are offered.
    offered: u64,
    /// Whose log is frozen: they stay.
    frozen: u64,
    /// In which the new owner reads, or was asked to: they stay.
    barred: u64,
    /// Readers with whom an agreement is to be signed first.
    lacking: Vec<LackingAgreement>,
}

/// What of the practitioner's own passes to somebody.
#[derive(Serialize, ToSchema)]
pub struct OwnPassing {
    #[serde(flatten)]
    count: PassingCount,
    /// To whom it is offered, or who was asked about; null while neither.
    to: Option<Counterpart>,
}

/// Since when a certificate does not hold.
#[derive(Serialize, ToSchema)]
pub struct LostSince {
    state: LossState,
    since: String,
}

/// What somebody else has offered, or left.
#[derive(Serialize, ToSchema)]
pub struct PassingFrom {
    #[serde(flatten)]
    count: PassingCount,
    from: Option<Counterpart>,
    /// When she has lost her credential for good: then it is taken over alone.
    lost: Option<LostSince>,
}

/// The practice, as it passes on.
#[derive(Serialize, ToSchema)]
pub struct HandOverView {
    mine: OwnPassing,
    /// Who works here and could be the new owner.
    candidates: Vec<Counterpart>,
    for_me: Vec<PassingFrom>,
}

/// A consultation is offered to a new owner.
#[derive(Serialize, ToSchema)]
pub struct OfferedCase {
    entry_id: String,
    to: Option<Counterpart>,
    /// As the one who offers it names her.
    name: String,
    at: String,
    reason: String,
    /// Whether it waits for an agreement of whoever asks with the new owner.
    waits_for_me: bool,
    /// To the requester: for how many readers' agreements it waits.
    waits_for: Option<u64>,
}

/// Somebody has taken a consultation over.
#[derive(Serialize, ToSchema)]
pub struct TakenCase {
    entry_id: String,
    from: Option<Counterpart>,
    by: Option<Counterpart>,
    /// As her certificate had it.
    name: String,
    institution: String,
    at: String,
    /// When she took it over alone: what became of the certificate of whoever was requester before her.
    lost: Option<LossState>,
    lost_since: Option<String>,
}
