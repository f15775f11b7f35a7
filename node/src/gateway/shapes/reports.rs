//! Reports that are being written, findings by tooth, and templates, described.

use serde::Serialize;
use utoipa::ToSchema;

/// What is said of one tooth.
#[derive(Serialize, ToSchema)]
pub struct ToothFinding {
    /// Its number after ISO 3950: 11 to 48, 51 to 85.
    tooth: u8,
    /// A tooth too many beside that one.
    supernumerary: bool,
    words: String,
}

/// The same, as it is sent.
#[derive(Serialize, ToSchema)]
pub struct GivenToothFinding {
    /// Its number after ISO 3950: 11 to 48, 51 to 85.
    tooth: u8,
    /// A tooth too many beside that one; false when it is left out.
    #[schema(nullable = false)]
    supernumerary: Option<bool>,
    words: String,
}

/// The template that a report follows, and its findings by tooth, as they are sent: what is left out is none, and in an
/// amendment as it was; an empty list takes back what was said.
#[derive(Serialize, ToSchema)]
pub struct GivenStructure {
    template: Option<String>,
    #[schema(nullable = false)]
    teeth: Option<Vec<GivenToothFinding>>,
}

/// On which images a report rests.
#[derive(Serialize, ToSchema)]
pub struct ImagesReviewed {
    instances: u32,
    /// Series Instance UIDs.
    series: Vec<String>,
}

/// Whether a report is being written.
#[derive(Serialize, ToSchema)]
pub struct MaybeReportDraft {
    /// Null when there is none.
    draft: Option<KeptReportDraft>,
}

/// A report that is being written.
#[derive(Serialize, ToSchema)]
pub struct KeptReportDraft {
    /// What the next saving continues.
    revision: u64,
    saved_at: String,
    /// Whether its author has signed a version since she wrote it.
    signed_since: bool,
    /// What was saved, as it was saved.
    #[schema(value_type = Object)]
    content: serde_json::Value,
}

/// What was being written in a case when its author was let go from it.
#[derive(Serialize, ToSchema)]
pub struct LeftDraft {
    case_id: String,
    of: DraftOf,
    #[serde(flatten)]
    kept: KeptReportDraft,
}

/// What a draft was to become.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DraftOf {
    /// A report.
    Report,
    /// What follows from one's own report and another reader's.
    Opinion,
}

/// That a draft was saved.
#[derive(Serialize, ToSchema)]
pub struct SavedDraft {
    /// What the next saving continues.
    revision: u64,
    saved_at: String,
}

/// The templates that a reader may use.
#[derive(Serialize, ToSchema)]
pub struct ReportTemplates {
    /// Those that come with the program.
    #[schema(value_type = Vec<crate::service::templates::Template>)]
    built_in: Vec<serde_json::Value>,
    /// Her own.
    #[schema(value_type = Vec<crate::service::templates::Template>)]
    own: Vec<serde_json::Value>,
}
