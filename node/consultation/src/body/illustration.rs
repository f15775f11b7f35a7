//! Key images and measurements of a report: which images show what it says, and what was measured in them.
//!
//! They are part of what is signed. A report that has any is an entry of its own number
//! ([`EntryType::IllustratedReport`](crate::entry::EntryType::IllustratedReport)), so that a node which knows only reports
//! of words leaves it with its sender instead of showing half of it.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, form, optional, some, uid};
use super::measurement::Measurement;
use super::redacted;
use super::thousandths::Thousandths;

/// The most key images of one report.
pub const MAX_KEY_IMAGES: usize = 64;
/// The most measurements of one report.
pub const MAX_MEASUREMENTS: usize = 64;

/// A frame of an image, by the names that it has for the reader: under a pseudonym they are not those of the clinic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct ImageReference {
    /// SOP Instance UID (0008,0018).
    #[n(0)]
    pub sop_instance_uid: String,
    /// From 1; 1 for an image of one frame.
    #[n(1)]
    pub frame: u32,
}

impl ImageReference {
    pub(super) fn validate(&self, field: &'static str) -> Result<(), Incomplete> {
        uid(field, &self.sop_instance_uid)?;
        form(field, (1..=65_535).contains(&self.frame))
    }
}

/// Why an image is shown: titles of key object selections (PS3.16 CID 7010) that need no modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum KeyImageTitle {
    /// 113000.
    #[n(0)]
    OfInterest,
    /// 113002.
    #[n(1)]
    ForReferringProvider,
    /// 113003.
    #[n(2)]
    ForSurgery,
    /// 113006.
    #[n(3)]
    ForTherapy,
    /// 113007.
    #[n(4)]
    ForPatient,
    /// 113020.
    #[n(5)]
    ForReportAttachment,
}

impl KeyImageTitle {
    /// Code value (scheme DCM) and code meaning.
    #[must_use]
    pub const fn code(self) -> (&'static str, &'static str) {
        match self {
            Self::OfInterest => ("113000", "Of Interest"),
            Self::ForReferringProvider => ("113002", "For Referring Provider"),
            Self::ForSurgery => ("113003", "For Surgery"),
            Self::ForTherapy => ("113006", "For Therapy"),
            Self::ForPatient => ("113007", "For Patient"),
            Self::ForReportAttachment => ("113020", "For Report Attachment"),
        }
    }
}

/// How values were shown: centre and width of the window (PS3.3 C.11.2.1.2), in the units of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Window {
    /// (0028,1050).
    #[n(0)]
    pub center: Thousandths,
    /// (0028,1051), at least 1.
    #[n(1)]
    pub width: Thousandths,
}

/// An image that shows what the report says.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct KeyImage {
    /// Which.
    #[n(0)]
    pub image: ImageReference,
    /// Why.
    #[n(1)]
    pub title: KeyImageTitle,
    /// What is to be seen in it; may be empty.
    #[n(2)]
    #[serde(default)]
    pub words: String,
    /// How the reader saw it, if that is known.
    #[n(3)]
    #[serde(default)]
    pub window: Option<Window>,
}

impl KeyImage {
    fn validate(&self) -> Result<(), Incomplete> {
        self.image.validate("key_images.image")?;
        optional("key_images.words", &self.words, MAX_LINE)?;
        let one = Thousandths::from_thousandths(1_000);
        let good = self
            .window
            .is_none_or(|window| window.width >= one && window.center.is_small() && window.width.is_small());
        form("key_images.window", good)
    }
}

/// Key images and measurements; at least one of either.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Illustrations {
    /// In the order in which the report shows them.
    #[n(0)]
    #[serde(default)]
    pub key_images: Vec<KeyImage>,
    /// In the order in which the report lists them.
    #[n(1)]
    #[serde(default)]
    pub measurements: Vec<Measurement>,
}

impl Illustrations {
    /// Whether there is nothing in it; such a one is not signed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.key_images.is_empty() && self.measurements.is_empty()
    }

    /// Every image that is named, each once.
    #[must_use]
    pub fn images(&self) -> std::collections::BTreeSet<&ImageReference> {
        let shown = self.key_images.iter().map(|one| &one.image);
        let measured = self.measurements.iter().map(|one| &one.image);
        shown.chain(measured).collect()
    }

    /// Whether nothing of `before` is lost: an addendum adds to what was shown and measured.
    pub(super) fn keep(&self, before: &Self) -> bool {
        self.key_images.starts_with(&before.key_images) && self.measurements.starts_with(&before.measurements)
    }

    pub(super) fn validate(&self) -> Result<(), Incomplete> {
        some(
            "key_images",
            self.key_images.len() + self.measurements.len(),
            MAX_KEY_IMAGES + MAX_MEASUREMENTS,
        )?;
        form("key_images", self.key_images.len() <= MAX_KEY_IMAGES)?;
        form("measurements", self.measurements.len() <= MAX_MEASUREMENTS)?;
        self.key_images.iter().try_for_each(KeyImage::validate)?;
        self.measurements.iter().try_for_each(Measurement::validate)
    }
}

redacted!(KeyImage, Illustrations);
