//! What a study should make its sender stop and look, before it leaves: whether all of it is of one patient, whether the
//! request speaks of the side and the tooth that it names, and whether slices are missing. Pure: facts in, findings out.

mod finding;
mod geometry;
mod mixup;
mod teeth;

use std::collections::BTreeSet;
use std::io::Read;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

pub use self::finding::{Finding, PatientField};
pub use self::geometry::gaps;
pub use self::mixup::{Expected, compare, compare_expected};
pub use self::teeth::{Asked, speech};
use crate::deid::{Said, Warning, warnings};
use crate::header::{HeaderError, InstanceHeader, WANTED, build};
use crate::scan::{Scanned, scan};

/// What the checks must know of one instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Its header.
    pub header: InstanceHeader,
    /// (0020,0032), mm in the patient's system.
    pub position: Option<[f64; 3]>,
    /// (0020,0037), row and column.
    pub orientation: Option<[f64; 6]>,
    /// (0028,0030), mm.
    pub spacing: Option<[f64; 2]>,
    /// (0020,0062), else (0020,0060): `L`, `R`, `B`, `U` or empty.
    pub laterality: String,
    /// (0008,0008) names it a localizer.
    pub is_localizer: bool,
    /// What a pseudonym would not hide in it.
    pub warnings: BTreeSet<Warning>,
}

const MORE: [Tag; 8] = [
    tags::IMAGE_POSITION_PATIENT,
    tags::IMAGE_ORIENTATION_PATIENT,
    tags::PIXEL_SPACING,
    tags::IMAGE_LATERALITY,
    tags::LATERALITY,
    tags::IMAGE_TYPE,
    tags::BURNED_IN_ANNOTATION,
    tags::RECOGNIZABLE_VISUAL_FEATURES,
];

/// Reads the facts of the Part 10 file in `reader`, up to its pixels.
///
/// # Errors
/// As [`crate::read_header`].
pub fn read_facts<R: Read>(reader: R) -> Result<Facts, HeaderError> {
    let scanned = scan(reader, |tag| WANTED.contains(&tag) || MORE.contains(&tag))?;
    let laterality = match text(&scanned, tags::IMAGE_LATERALITY) {
        none if none.is_empty() => text(&scanned, tags::LATERALITY),
        given => given,
    };
    let kind = text(&scanned, tags::IMAGE_TYPE);
    Ok(Facts {
        position: numbers(&scanned, tags::IMAGE_POSITION_PATIENT),
        orientation: numbers(&scanned, tags::IMAGE_ORIENTATION_PATIENT),
        spacing: numbers(&scanned, tags::PIXEL_SPACING),
        laterality,
        is_localizer: kind.contains("LOCALIZER"),
        warnings: warnings(&Said {
            has_pixels: scanned.pixels.is_some(),
            sop_class: &text(&scanned, tags::SOP_CLASS_UID),
            modality: &text(&scanned, tags::MODALITY),
            burned_in: &text(&scanned, tags::BURNED_IN_ANNOTATION),
            recognisable: &text(&scanned, tags::RECOGNIZABLE_VISUAL_FEATURES),
        }),
        header: build(scanned)?,
    })
}

fn text(scanned: &Scanned, tag: Tag) -> String {
    String::from_utf8_lossy(scanned.bytes(tag))
        .trim_matches(['\0', ' '])
        .to_owned()
}

/// As many finite numbers as there must be.
fn numbers<const N: usize>(scanned: &Scanned, tag: Tag) -> Option<[f64; N]> {
    let values: Vec<f64> = text(scanned, tag)
        .split('\\')
        .filter_map(|value| value.trim().parse().ok())
        .filter(|value: &f64| value.is_finite())
        .collect();
    values.try_into().ok()
}
