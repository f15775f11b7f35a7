//! The report. A version never changes: a later one names the one it replaces, and both stay readable (R6).

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::illustration::Illustrations;
use super::limits::{Incomplete, MAX_LIST, MAX_TEXT, form, optional, required, some, uid};
use super::redacted;
use super::teeth::Structure;
use crate::id::{EntryId, PackageId, Sha256Hash};

/// The guideline that reports are made under.
pub const GUIDELINE: &str = "歯科遠隔画像診断の使用指針";

/// How far a report has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum ReportStatus {
    /// A first word; a final report follows.
    #[n(0)]
    Preliminary,
    /// The report.
    #[n(1)]
    Final,
}

/// Which images the report is based on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct ImagesReviewed {
    /// How many instances.
    #[n(0)]
    pub instances: u32,
    /// Series Instance UIDs (0020,000E).
    #[n(1)]
    pub series: Vec<String>,
}

/// One version of the report.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Report {
    /// The request that it answers.
    #[n(0)]
    pub request: EntryId,
    /// The package that was read.
    #[n(1)]
    pub package: PackageId,
    /// The version that it replaces; none for the first.
    #[n(2)]
    pub predecessor: Option<EntryId>,
    /// Preliminary or final.
    #[n(3)]
    pub status: ReportStatus,
    /// What is seen.
    #[n(4)]
    pub findings: String,
    /// What it means.
    #[n(5)]
    pub impression: String,
    /// What is recommended; may be empty.
    #[n(6)]
    pub recommendations: String,
    /// Technique and limits of the images; may be empty.
    #[n(7)]
    pub technique: String,
    /// The images.
    #[n(8)]
    pub images: ImagesReviewed,
    /// SHA-256 of the terms of the agreement that it is made under.
    #[n(9)]
    pub terms: Sha256Hash,
    /// The guideline, by title and version; see [`GUIDELINE`].
    #[n(10)]
    pub guideline: String,
    /// Key images and measurements; none for a report of words, which is encoded as it was before there were any.
    #[n(11)]
    #[serde(default)]
    pub illustrations: Option<Illustrations>,
    /// Findings by tooth; none for a report that has none, which is encoded as it was before there were any.
    #[n(12)]
    #[serde(default)]
    pub structure: Option<Structure>,
}

impl Report {
    /// A report says what is seen, what it means and which images it is based on.
    ///
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("findings", &self.findings, MAX_TEXT)?;
        required("impression", &self.impression, MAX_TEXT)?;
        optional("recommendations", &self.recommendations, MAX_TEXT)?;
        optional("technique", &self.technique, MAX_TEXT)?;
        form("images.instances", self.images.instances > 0)?;
        some("images.series", self.images.series.len(), MAX_LIST)?;
        for series in &self.images.series {
            uid("images.series", series)?;
        }
        required("guideline", &self.guideline, 256)?;
        self.illustrations
            .as_ref()
            .map_or(Ok(()), Illustrations::validate)?;
        self.structure.as_ref().map_or(Ok(()), Structure::validate)
    }

    /// What it says by tooth, a tooth a line; empty when it says nothing so.
    #[must_use]
    pub fn teeth(&self) -> String {
        self.structure.as_ref().map(Structure::lines).unwrap_or_default()
    }
}

redacted!(Report);
