//! Studies that are here.

use serde::Serialize;
use utoipa::ToSchema;

/// A name, as DICOM divides it (PS3.5 6.2.1.1).
#[derive(Serialize, ToSchema)]
pub struct PatientName {
    alphabetic: String,
    ideographic: String,
    phonetic: String,
}

/// Whose images they are.
#[derive(Serialize, ToSchema)]
pub struct StudyPatient {
    name: PatientName,
    id: String,
    /// `YYYYMMDD`, or empty.
    birth_date: String,
    /// `M`, `F`, `O`, or empty.
    sex: String,
}

/// How a study came here.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StudyOrigin {
    /// From this house.
    Imported,
    /// From another node.
    Received,
}

/// Of a copy that this node made under a pseudonym.
#[derive(Serialize, ToSchema)]
pub struct Pseudonym {
    /// What the patient is called in it.
    code: String,
    /// Whether it is whole.
    finished: bool,
}

/// A study.
#[derive(Serialize, ToSchema)]
pub struct StudySummary {
    study_instance_uid: String,
    patient: StudyPatient,
    study_date: String,
    description: String,
    accession_number: String,
    modalities: Vec<String>,
    series_count: u64,
    instances: u64,
    bytes: u64,
    origin: StudyOrigin,
    case_id: Option<String>,
    pseudonym: Option<Pseudonym>,
    /// Images that are known to be damaged by the disk, and were not had again yet.
    damaged: u64,
    /// What was odd about the text of its first image, and how it was read all the same.
    notes: Vec<String>,
}

/// An instance of a series.
#[derive(Serialize, ToSchema)]
pub struct Instance {
    sop_instance_uid: String,
    number: Option<i64>,
    sop_class_uid: String,
    transfer_syntax_uid: String,
    /// Zero, as are columns and frames, when this is no image.
    rows: u32,
    columns: u32,
    frames: u32,
    bytes: u64,
    /// Null until a received image was compared with what its sender signed.
    sha256: Option<String>,
}

/// A series of a study.
#[derive(Serialize, ToSchema)]
pub struct Series {
    series_instance_uid: String,
    number: Option<i64>,
    modality: String,
    description: String,
    instances: Vec<Instance>,
}

/// A study with its series.
#[derive(Serialize, ToSchema)]
pub struct Study {
    #[serde(flatten)]
    summary: StudySummary,
    series: Vec<Series>,
}

/// As what a picture is kept.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "described at dokuei_dicom's")]
pub enum PictureKind {
    Photograph,
    Radiograph,
}

/// What becomes of dates under a pseudonym.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dates {
    /// All of a patient's are moved by the same number of days, up to a year (113107).
    Shift,
    /// They stay (113106).
    Keep,
    /// They are removed.
    Remove,
}

/// The options of the profile (PS3.15 E.3); what is left out is as it suits a reading.
#[derive(Serialize, ToSchema)]
pub struct PseudonymOptions {
    #[schema(nullable = false)]
    dates: Option<Dates>,
    /// Keep age, sex, size, weight (113108).
    #[schema(nullable = false)]
    patient_characteristics: Option<bool>,
    /// Keep descriptions in which nothing of the patient is found (113105).
    #[schema(nullable = false)]
    descriptions: Option<bool>,
    /// Keep what identifies the device (113109).
    #[schema(nullable = false)]
    device: Option<bool>,
    /// Keep the institution (113112).
    #[schema(nullable = false)]
    institution: Option<bool>,
    /// Keep UIDs (113110).
    #[schema(nullable = false)]
    uids: Option<bool>,
    /// Take presentation states too, cleaned (113103).
    #[schema(nullable = false)]
    graphics: Option<bool>,
    /// Take structured reports too, cleaned (113104).
    #[schema(nullable = false)]
    structured_content: Option<bool>,
    /// Keep the private attributes that the standard knows as safe (113111).
    #[schema(nullable = false)]
    safe_private: Option<bool>,
}
