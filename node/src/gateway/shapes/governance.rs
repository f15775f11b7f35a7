//! How the house runs its node.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Something that is due.
#[derive(Serialize, ToSchema)]
pub struct Due {
    /// `incident`, `first_report`, `final_report`, `policy`, `acknowledgement`, `administrator`, `pledge`, `training`,
    /// `inspection`, `finding`, `review`, `display_check` or `constancy`.
    what: String,
    /// `missing`, `overdue`, `soon` or `failed`.
    state: String,
    /// Of what or whom, as it is told from others.
    about: String,
    /// The same as people call it.
    name: String,
    /// Its day, `2026-11-30`.
    day: Option<String>,
    /// Whether it stands against the node now, and not only soon.
    wrong: bool,
    /// The requirement that it belongs to.
    clause: String,
    /// In English.
    sentence: String,
}

/// What is due on a node.
#[derive(Serialize, ToSchema)]
pub struct Governance {
    /// The day in Japan.
    today: String,
    due: Vec<Due>,
    /// The record of the incident that is open.
    incident: Option<String>,
    /// No real patient is on this node.
    practice: bool,
    policies_required: bool,
    people_required: bool,
    /// How many records there are.
    records: u64,
}

/// What is due of whoever is signed in.
#[derive(Serialize, ToSchema)]
pub struct Mine {
    id: String,
    name: String,
    due: Vec<Due>,
    duties: Vec<String>,
    /// Whether she may work with patients' data.
    may_work: bool,
}

/// A role with the duties that come with it.
#[derive(Serialize, ToSchema)]
pub struct RoleDuties {
    role: String,
    duties: Vec<String>,
}

/// A duty in words.
#[derive(Serialize, ToSchema)]
pub struct DutyWords {
    duty: String,
    en: String,
    ja: String,
}

/// Somebody who can sign in.
#[derive(Serialize, ToSchema)]
pub struct Member {
    id: String,
    name: String,
    role: Option<String>,
    /// What she may do today.
    duties: Vec<String>,
    /// Duties that she was given besides those of her role.
    given: Vec<String>,
    /// The last day of her role, `YYYY-MM-DD`; none when it has none.
    until: Option<String>,
}

/// Roles and duties.
#[derive(Serialize, ToSchema)]
pub struct Roles {
    matrix: Vec<RoleDuties>,
    duties: Vec<DutyWords>,
    people: Vec<Member>,
    /// Whether anybody is named as administrator; until then everybody has all duties.
    administered: bool,
}

/// A point of the checklist.
#[derive(Serialize, ToSchema)]
pub struct ChecklistItem {
    word: String,
    /// `organisational`, `physical`, `technical` or `human`.
    area: String,
    ja: String,
    en: String,
}

/// The checklist.
#[derive(Serialize, ToSchema)]
pub struct Checklist {
    edition: u32,
    items: Vec<ChecklistItem>,
}

/// What a document says of the house.
#[derive(Serialize, ToSchema)]
pub struct Facts {
    institution: Option<String>,
    manager: Option<String>,
    administrator: Option<String>,
    contact: Option<String>,
    devices: Option<String>,
    record_years: Option<u8>,
    image_years: Option<u8>,
    /// Whether two persons sign every deletion.
    deletion_by_two: Option<bool>,
}

/// Which draft is wanted.
#[derive(Serialize, ToSchema)]
pub struct Wanted {
    /// `ja` or `en`.
    #[schema(nullable = false)]
    language: Option<String>,
    facts: Option<Facts>,
}

/// A draft: of a document it is what is signed, as it stands.
#[derive(Serialize, ToSchema)]
pub struct Draft {
    #[schema(nullable = false)]
    record: Option<String>,
    #[schema(nullable = false)]
    kind: Option<String>,
    #[schema(nullable = false)]
    language: Option<String>,
    #[schema(nullable = false)]
    version: Option<u32>,
    text: String,
    facts: Facts,
    from: String,
    until: String,
}

/// A statement: `record` names its kind (`policy`, `acknowledgement`, `assignment`, `pledge`, `training`, `inspection`,
/// `remedy`, `review`, `display`, `display_check`, `incident`, `response`, `hold`, `release`), and the other fields are those of that kind.
#[derive(Serialize, ToSchema)]
pub struct Statement {
    record: String,
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, Value>,
}

/// Until when something is kept.
#[derive(Serialize, ToSchema)]
pub struct Until {
    /// The last day, `YYYY-MM-DD`.
    day: String,
    /// Years from completion.
    years: u8,
    /// `law`, or `house` when the house's own rule is longer.
    because: String,
}

/// A legal hold.
#[derive(Serialize, ToSchema)]
pub struct LegalHold {
    /// Its record.
    id: String,
    /// Sign-in name of whoever placed it.
    by: String,
    name: String,
    at: String,
    why: String,
}

/// What a case left here.
#[derive(Serialize, ToSchema)]
pub struct KeptCase {
    case_id: String,
    /// The day on which it was completed, `YYYY-MM-DD`; none while it is open.
    completed: Option<String>,
    records: Option<Until>,
    images: Option<Until>,
    /// The records need not be kept any longer, and nothing holds them.
    records_due: bool,
    images_due: bool,
    hold: Option<LegalHold>,
}

/// What is kept here, and until when.
#[derive(Serialize, ToSchema)]
pub struct Retention {
    /// The day in Japan.
    today: String,
    cases: Vec<KeptCase>,
    /// How many cases cannot be read; they are kept.
    unreadable: u32,
}

/// A signed statement.
#[derive(Serialize, ToSchema)]
pub struct Record {
    id: String,
    number: u64,
    at: String,
    /// Sign-in name of whoever signed.
    by: String,
    name: String,
    /// Her certificate.
    signer: String,
    statement: Statement,
}
