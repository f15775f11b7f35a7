//! The form of a report: sections with a text to begin with and phrases to put in, in both languages. It is exchanged as
//! JSON, and read within bounds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::service::error::ServiceError;

/// The layout that is written; no other is read.
const FORMAT: u8 = 1;
const MAX_NAME: usize = 100;
const MAX_TEXT: usize = 4_000;
const MAX_SECTIONS: usize = 24;
const MAX_PHRASES: usize = 60;
const MAX_MODALITIES: usize = 16;

/// Words in both languages; one of them may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Japanese.
    #[serde(default)]
    pub ja: String,
    /// English.
    #[serde(default)]
    pub en: String,
}

/// To which text of the report a section belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Technique and limits.
    Technique,
    /// Findings.
    Findings,
    /// Impression.
    Impression,
    /// Recommendations.
    Recommendations,
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Where it goes.
    pub part: Part,
    /// What it is called.
    pub title: Words,
    /// What it says when nothing is wrong; may be empty.
    #[serde(default)]
    pub text: Words,
    /// What it may say instead or besides.
    #[serde(default)]
    pub phrases: Vec<Words>,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The layout, 1.
    pub format: u8,
    /// Its stable name: small letters, digits, `_` and `-`, at most 64; a report that follows it names it.
    pub id: String,
    /// What it is called.
    pub name: Words,
    /// For which modalities it is offered first, as (0008,0060); empty: for all.
    #[serde(default)]
    pub modalities: Vec<String>,
    /// In the order of the report.
    pub sections: Vec<Section>,
}

impl Template {
    /// Whether it is one that can be kept and offered.
    ///
    /// # Errors
    /// [`ServiceError::Field`], naming what is not good.
    pub fn validate(&self) -> Result<(), ServiceError> {
        let good = |field: &'static str, good: bool, why: &'static str| {
            if good {
                Ok(())
            } else {
                Err(ServiceError::field(field, why))
            }
        };
        good("format", self.format == FORMAT, "this version reads format 1")?;
        good(
            "id",
            is_id(&self.id),
            "it has 1 to 64 small letters, digits, `_` or `-`",
        )?;
        good(
            "name",
            self.name.says_something(MAX_NAME),
            "it is called something in Japanese or English, in at most 100 characters",
        )?;
        let modality = |text: &String| !text.is_empty() && text.len() <= 16 && text.is_ascii();
        good(
            "modalities",
            self.modalities.len() <= MAX_MODALITIES && self.modalities.iter().all(modality),
            "at most 16, each as DICOM writes it",
        )?;
        good(
            "sections",
            (1..=MAX_SECTIONS).contains(&self.sections.len()),
            "there are 1 to 24",
        )?;
        for section in &self.sections {
            good(
                "sections.title",
                section.title.says_something(MAX_NAME),
                "each has a title of at most 100 characters",
            )?;
            good(
                "sections.text",
                section.text.fits(MAX_TEXT),
                "at most 4000 characters",
            )?;
            let phrase = |words: &Words| words.says_something(MAX_TEXT);
            good(
                "sections.phrases",
                section.phrases.len() <= MAX_PHRASES && section.phrases.iter().all(phrase),
                "at most 60, each with something in it and at most 4000 characters",
            )?;
        }
        Ok(())
    }
}

impl Words {
    fn fits(&self, limit: usize) -> bool {
        let fits = |text: &String| {
            text.len() <= 4 * limit
                && text.chars().count() <= limit
                && !text.chars().any(|one| one.is_control() && one != '\n')
        };
        fits(&self.ja) && fits(&self.en)
    }

    fn says_something(&self, limit: usize) -> bool {
        self.fits(limit) && !(self.ja.trim().is_empty() && self.en.trim().is_empty())
    }
}

fn is_id(text: &str) -> bool {
    let allowed = |one: u8| one.is_ascii_lowercase() || one.is_ascii_digit() || one == b'_' || one == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}
