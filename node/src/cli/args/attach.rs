//! Attaching what is no DICOM, and pseudonyms.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// `dokuei study attach`
#[derive(Debug, Args)]
pub(crate) struct Attach {
    /// JPEG, PNG, TIFF, PDF or STL
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The study that they belong to (Study Instance UID)
    #[arg(long, required_unless_present = "patient_id")]
    pub(crate) study: Option<String>,
    /// The patient's number, for whom a study is made
    #[arg(long, conflicts_with = "study", requires = "patient_name")]
    pub(crate) patient_id: Option<String>,
    /// Her name, such as YAMADA^TARO=山田^太郎=やまだ^たろう
    #[arg(long, conflicts_with = "study")]
    pub(crate) patient_name: Option<String>,
    /// Her date of birth, YYYYMMDD
    #[arg(long, conflicts_with = "study", default_value = "", hide_default_value = true)]
    pub(crate) patient_born: String,
    /// Her sex: M, F or O
    #[arg(long, conflicts_with = "study", default_value = "", hide_default_value = true)]
    pub(crate) patient_sex: String,
    /// When they were made, YYYYMMDD; what a camera wrote prevails
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) date: String,
    /// What they show
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) description: String,
    /// As what pictures are kept
    #[arg(long = "as", value_enum, default_value_t = PictureKind::Photograph)]
    pub(crate) kind: PictureKind,
    /// Modality of a radiograph: PX, IO, DX, CR …
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) modality: String,
}

/// As what a picture is kept.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PictureKind {
    /// A photograph of the patient
    Photograph,
    /// A picture of a radiograph
    Radiograph,
}

impl PictureKind {
    /// The word of the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Photograph => "photograph",
            Self::Radiograph => "radiograph",
        }
    }
}

/// How a pseudonym is given (PS3.15 annex E).
#[derive(Debug, Args, Clone)]
pub(crate) struct Pseudonym {
    /// What becomes of dates
    #[arg(long, value_enum, default_value_t = Dates::Shift)]
    pub(crate) dates: Dates,
    /// Remove age, sex, size and weight too
    #[arg(long)]
    pub(crate) drop_characteristics: bool,
    /// Remove descriptions too
    #[arg(long)]
    pub(crate) drop_descriptions: bool,
    /// Keep what identifies the device
    #[arg(long)]
    pub(crate) keep_device: bool,
    /// Keep the institution
    #[arg(long)]
    pub(crate) keep_institution: bool,
    /// Take presentation states too; text drawn on images stays where it does not name the patient
    #[arg(long)]
    pub(crate) with_graphics: bool,
    /// Take structured reports and key image selections too; their text stays where it does not name the patient
    #[arg(long)]
    pub(crate) with_reports: bool,
    /// Keep the private attributes that the standard knows as safe
    #[arg(long)]
    pub(crate) keep_safe_private: bool,
}

/// What becomes of dates.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Dates {
    /// Moved by the same number of days for one patient
    Shift,
    /// Left as they are
    Keep,
    /// Removed
    Remove,
}

impl Pseudonym {
    /// As the API takes it.
    pub(crate) fn options(&self) -> Value {
        let dates = match self.dates {
            Dates::Shift => "shift",
            Dates::Keep => "keep",
            Dates::Remove => "remove",
        };
        json!({
            "dates": dates,
            "patient_characteristics": !self.drop_characteristics,
            "descriptions": !self.drop_descriptions,
            "device": self.keep_device,
            "institution": self.keep_institution,
            "graphics": self.with_graphics,
            "structured_content": self.with_reports,
            "safe_private": self.keep_safe_private,
        })
    }
}
