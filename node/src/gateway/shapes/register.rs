//! The register as it is here.

use serde::Serialize;
use utoipa::ToSchema;

/// How old the newest view of the register is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// As fresh as it should be.
    Current,
    /// It should have come.
    Ageing,
    /// Too old to begin anything with.
    Stale,
    /// None was seen.
    Never,
}

/// How well this node knows who holds a credential now.
#[derive(Serialize, ToSchema)]
pub struct RegisterView {
    entries: u64,
    /// When the newest view of it was signed.
    seen: Option<String>,
    freshness: Freshness,
    /// Proofs held here that two contradicting registers were signed.
    split_views: u64,
}

/// A state of the register that the registry signed.
#[derive(Serialize, ToSchema)]
pub struct RegisterPoint {
    size: u64,
    root: String,
    signed_at: String,
}

/// How two registers contradict each other.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Charge {
    /// Two roots for one size.
    TwoRoots,
    /// The smaller is no beginning of the larger.
    NotAPrefix,
    /// A later one is smaller.
    SizeFell,
}

/// Proof that two contradicting registers were signed.
#[derive(Serialize, ToSchema)]
pub struct RegisterEvidence {
    id: String,
    found: String,
    /// Null when it cannot be verified here any more.
    charge: Option<Charge>,
    /// Whether one is signed with a key that the root had already replaced.
    replaced_key: Option<bool>,
    smaller: Option<RegisterPoint>,
    larger: Option<RegisterPoint>,
}

/// The register, and evidence against it.
#[derive(Serialize, ToSchema)]
pub struct Register {
    entries: u64,
    seen: Option<String>,
    freshness: Freshness,
    checkpoint: Option<RegisterPoint>,
    evidence: Vec<RegisterEvidence>,
}

/// What a file brought.
#[derive(Serialize, ToSchema)]
pub struct RegisterImported {
    entries: u64,
    new: u64,
    signed_at: String,
}
