//! Practitioners.

use serde::Serialize;
use utoipa::ToSchema;

/// The profession of a licence.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LicenceKind {
    /// 歯科医師.
    Dentist,
    /// 医師.
    Physician,
}

/// The licence of a state.
#[derive(Serialize, ToSchema)]
pub struct Licence {
    kind: LicenceKind,
    /// ISO 3166-1 alpha-2.
    jurisdiction: String,
    number: String,
}

/// What a registry certified that somebody may read.
#[derive(Serialize, ToSchema)]
pub struct Qualification {
    code: String,
    label_ja: String,
    label_en: String,
    #[schema(nullable = false)]
    valid_until: Option<String>,
    /// Why the ability is held to be equal, for `equivalent`.
    ground: Option<String>,
}

/// A person, as her certificate has her.
#[derive(Serialize, ToSchema)]
pub struct Certified {
    /// SHA-256 of her certificate.
    fingerprint: String,
    name_ja: String,
    name_latin: String,
    institution: Option<String>,
    licence: Licence,
    qualifications: Vec<Qualification>,
    /// True when this credential may sign a report.
    may_read: bool,
    /// True when it may ask for one.
    may_request: bool,
}

/// A practitioner of this node.
#[derive(Serialize, ToSchema)]
pub struct Practitioner {
    /// Her sign-in name.
    id: String,
    #[serde(flatten)]
    certified: Certified,
    valid_until: String,
}

/// Someone who can sign in at this node.
#[derive(Serialize, ToSchema)]
pub struct SignInChoice {
    id: String,
    name: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub struct SignedInAs {
    /// For `Authorization: Bearer`; a browser has it in a cookie too.
    token: String,
    practitioner: Practitioner,
    expires_at: String,
}

/// Somebody else in an agreement or a case.
#[derive(Serialize, ToSchema)]
pub struct Counterpart {
    fingerprint: String,
    name_ja: String,
    /// Missing while only the name on an agreement is known.
    #[schema(nullable = false)]
    name_latin: Option<String>,
    institution: Option<String>,
}
