//! What one may ask the directory.

use dokuei_identity::certificate::{QualificationCode, UnknownWord};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

use crate::language::Language;
use crate::modality::Modality;
use crate::region::Region;

/// The most characters of a search text; what follows is not looked at.
pub const MAX_TEXT: usize = 200;
/// The most words of a search text; what follows is not looked at.
pub const MAX_WORDS: usize = 8;
/// The most hits of one page.
pub const MAX_PAGE: usize = 200;

/// Who is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everybody whose certificate is in force.
    #[default]
    Everybody,
    /// Only those who may read for others now (guideline §4).
    Readers,
}

/// In which order hits come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The best match of the text first; without a text, those who accept cases first, then by name.
    #[default]
    Relevance,
    /// The shortest turnaround first, those who do not tell last.
    Turnaround,
    /// Those who have the fewest cases first; see [`crate::index::Index::set_load`].
    Load,
}

impl FromStr for Order {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "relevance" => Ok(Self::Relevance),
            "turnaround" => Ok(Self::Turnaround),
            "load" => Ok(Self::Load),
            _ => Err(UnknownWord {
                given: text.chars().take(40).collect(),
                known: "relevance, turnaround, load",
            }),
        }
    }
}

/// A question: every filter that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Words, in any order and script; each must be found. Empty: everybody.
    pub text: String,
    /// Who is offered.
    pub scope: Scope,
    /// Holds this qualification now, by law and guideline able to use it.
    pub qualification: Option<QualificationCode>,
    /// Works in this prefecture.
    pub region: Option<Region>,
    /// Reads at least one of these kinds of image; empty: any.
    pub modalities: Vec<Modality>,
    /// Speaks this language.
    pub language: Option<Language>,
    /// Accepts cases now (`true`), or does not (`false`).
    pub accepting: Option<bool>,
    /// Usually takes at most this many hours.
    pub turnaround: Option<u16>,
    /// Works at an institution with this in its name.
    pub institution: Option<String>,
    /// The order of the hits.
    pub order: Order,
    /// How many hits to skip.
    pub offset: usize,
    /// How many hits to give, at most [`MAX_PAGE`].
    pub limit: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            text: String::new(),
            scope: Scope::Everybody,
            qualification: None,
            region: None,
            modalities: Vec::new(),
            language: None,
            accepting: None,
            turnaround: None,
            institution: None,
            order: Order::Relevance,
            offset: 0,
            limit: 50,
        }
    }
}

impl Query {
    /// Everybody who matches `text`.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Those who may read now and match `text`.
    #[must_use]
    pub fn readers(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            scope: Scope::Readers,
            ..Self::default()
        }
    }
}
