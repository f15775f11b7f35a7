//! What the API answers, described. A handler gives what a use case of [`crate::service`] gives, and names a shape of these
//! in its `#[utoipa::path]`; from them comes the OpenAPI document, and from that the types of the app.
//!
//! They are described and never made, so a test holds them to the truth: every answer that the tests of this package and of
//! the whole system receive is compared with the document. The names of fields are those of the answers. What may be null
//! is always there; a field with `nullable = false` may be absent. Times are RFC 3339 in UTC, identifiers and hashes
//! lower-case hexadecimal, unless something else is said.

pub mod archives;
pub mod audit;
pub mod cases;
pub mod conversation;
pub mod directory;
pub mod governance;
pub mod illustrations;
pub mod live;
pub mod node;
pub mod notices;
pub mod passing;
pub mod people;
pub mod practice;
pub mod reconciling;
pub mod register;
pub mod reports;
pub mod retention;
pub mod security;
pub mod setup;
pub mod studies;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Long work was begun.
#[derive(Serialize, ToSchema)]
pub struct Begun {
    /// For `GET /jobs/{id}`.
    job: String,
}

/// Long work was begun for a consultation.
#[derive(Serialize, ToSchema)]
pub struct BegunCase {
    case_id: String,
    /// For `GET /jobs/{id}`.
    job: String,
}

/// Where long work is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It goes on.
    Running,
    /// It ended well.
    Done,
    /// It ended with `error`.
    Failed,
}

/// Long work of the node.
#[derive(Serialize, ToSchema)]
pub struct Job {
    id: String,
    /// What it does, as `import`.
    kind: String,
    state: JobState,
    /// Bytes, entries or files, as the kind counts.
    done: u64,
    /// Zero while it is not known.
    total: u64,
    /// As the kind gives it, when it is done.
    #[schema(nullable = false)]
    result: Option<Value>,
    /// Why it failed, when it did.
    #[schema(nullable = false)]
    error: Option<Refusal>,
}

/// Why something is not as it should be, told beside what is.
#[derive(Serialize, ToSchema)]
pub struct Refusal {
    /// Stable word.
    code: String,
    /// One sentence.
    detail: String,
    /// The same in Japanese, where the rules that refused have their own words.
    detail_ja: Option<String>,
    /// What to do next; may be empty.
    next: String,
    next_ja: Option<String>,
}

/// What must be looked at before a study is sent.
#[derive(Serialize, ToSchema)]
pub struct Finding {
    /// Stable word.
    code: String,
    /// Nobody can acknowledge it: it stands in the way.
    #[serde(rename = "final")]
    last: bool,
    /// What `acknowledged` takes.
    acknowledge: String,
    /// One sentence.
    detail: String,
    detail_ja: String,
}

/// Codes of the node. Entries of a consultation and passphrases are refused with codes of their own beside these.
#[derive(Serialize, ToSchema)]
#[schema(value_type = String)]
pub struct ProblemCode(String);

/// A refusal (RFC 9457). `code` is stable; `detail` and `next` are for people and may change.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// `urn:dokuei:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The words of the HTTP status.
    title: String,
    status: u16,
    /// What and why, one sentence.
    detail: String,
    /// The same in Japanese, where the rules that refused have their own words.
    #[schema(nullable = false)]
    detail_ja: Option<String>,
    /// A [`ProblemCode`], or one of an entry or a passphrase.
    code: String,
    /// What to do next; may be empty.
    next: String,
    #[schema(nullable = false)]
    next_ja: Option<String>,
    /// Seconds to wait before trying again.
    #[schema(nullable = false)]
    retry_after: Option<u32>,
    /// With `second_factor_required`.
    #[schema(nullable = false)]
    second_factor: Option<security::FactorAsked>,
    /// With `to_acknowledge`.
    #[schema(nullable = false)]
    findings: Option<Vec<Finding>>,
}
