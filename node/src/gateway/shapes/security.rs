//! How the keys of whoever is signed in are protected.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A second factor that is enrolled.
#[derive(Serialize, ToSchema)]
pub struct EnrolledFactor {
    kind: String,
    recovery_codes_left: u32,
}

/// How the keys of whoever is signed in are protected.
#[derive(Serialize, ToSchema)]
pub struct Security {
    second_factor: Option<EnrolledFactor>,
    recovery_kit: bool,
    auto_lock_seconds: u64,
    kem_valid_until: String,
}

/// What a device is told when it is enrolled, by its kind; of `totp`: `uri`, `secret` and `qr_svg`.
#[derive(Serialize, ToSchema)]
pub struct Enrolment {
    kind: String,
    #[schema(nullable = false)]
    uri: Option<String>,
    #[schema(nullable = false)]
    secret: Option<String>,
    #[schema(nullable = false)]
    qr_svg: Option<String>,
}

/// They are shown once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// It is shown once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryKit {
    sheets: Vec<String>,
    /// How many of the sheets are needed.
    needed: u32,
    /// The page to print, HTML.
    page: String,
}

/// What the second factor is asked.
#[derive(Serialize, ToSchema)]
pub struct FactorAsked {
    kind: String,
    /// What a device is to sign; null for a kind that answers none, as one-time passwords.
    challenge: Option<String>,
    /// As the kind defines them.
    options: Value,
}
