//! Findings by tooth: what a report says of single teeth, by their numbers (ISO 3950), and after which template it was
//! written.
//!
//! They are part of what is signed. A report that has any is an entry of its own number
//! ([`EntryType::StructuredReport`](crate::entry::EntryType::StructuredReport)), so that a node which does not know of them
//! leaves it with its sender instead of showing half of it.

use std::collections::BTreeSet;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, form, required};
use super::measurement::Tooth;
use super::redacted;

/// The most teeth that one report speaks of: all of both dentitions, and some that no number was made for.
pub const MAX_TEETH: usize = 64;
/// The longest name of a template, characters.
pub const MAX_TEMPLATE: usize = 64;

/// What is to be said of one tooth.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct ToothFinding {
    /// Which; of a supernumerary tooth the one beside which it lies.
    #[n(0)]
    pub tooth: Tooth,
    /// A tooth too many, which has no number of its own.
    #[n(1)]
    #[serde(default)]
    pub supernumerary: bool,
    /// What is seen.
    #[n(2)]
    pub words: String,
}

/// What a report says by tooth, and the form that it follows; at least one of either.
#[derive(Clone, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Structure {
    /// The name of the template, as `implant`; none when it was written without.
    #[n(0)]
    #[serde(default)]
    pub template: Option<String>,
    /// Each tooth once, in the order in which the report lists them.
    #[n(1)]
    #[serde(default)]
    pub teeth: Vec<ToothFinding>,
}

impl Structure {
    /// Whether there is nothing in it; such a one is not signed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.template.is_none() && self.teeth.is_empty()
    }

    pub(super) fn validate(&self) -> Result<(), Incomplete> {
        form("structure", !self.is_empty())?;
        if let Some(template) = &self.template {
            required("template", template, MAX_TEMPLATE)?;
            form("template", !template.contains(char::is_whitespace))?;
        }
        form("teeth", self.teeth.len() <= MAX_TEETH)?;
        let places: BTreeSet<_> = self.teeth.iter().map(ToothFinding::place).collect();
        form("teeth", places.len() == self.teeth.len())?;
        for one in &self.teeth {
            form("teeth.tooth", Tooth::new(one.tooth.number()).is_some())?;
            required("teeth.words", &one.words, MAX_LINE)?;
        }
        Ok(())
    }

    /// Whether all that was said of teeth `before` is still said, in the same words or more.
    #[must_use]
    pub(super) fn keeps(&self, before: &Self) -> bool {
        before.teeth.iter().all(|old| {
            let mut now = self.teeth.iter();
            now.any(|new| new.place() == old.place() && new.words.starts_with(&old.words))
        })
    }

    /// As a text, a tooth a line: what versions are compared by.
    #[must_use]
    pub fn lines(&self) -> String {
        let lines: Vec<_> = self.teeth.iter().map(ToothFinding::line).collect();
        lines.join("\n")
    }
}

impl ToothFinding {
    const fn place(&self) -> (Tooth, bool) {
        (self.tooth, self.supernumerary)
    }

    /// `48: 水平埋伏`; of a supernumerary tooth `11 過剰歯 supernumerary: 逆生`.
    #[must_use]
    pub fn line(&self) -> String {
        let beside = if self.supernumerary {
            " 過剰歯 supernumerary"
        } else {
            ""
        };
        format!("{}{beside}: {}", self.tooth.number(), self.words)
    }
}

redacted!(ToothFinding, Structure);
