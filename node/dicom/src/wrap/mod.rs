//! What is no DICOM and belongs to a patient all the same: photographs, scanned radiographs, documents and models, made
//! into DICOM objects (PS3.3: VL Photographic, Secondary Capture, Encapsulated PDF and STL).
//!
//! A photograph taken by JPEG stays the compressed stream that it was; what a camera writes beside it (place, owner,
//! thumbnails) is left out. The same file for the same study gives the same object.

mod document;
mod object;
mod photograph;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::header::{InstanceHeader, Patient};
use crate::name::PersonName;
use crate::uid::Uid;

/// The largest file that is wrapped, bytes.
pub const MAX_FILE: usize = 256 << 20;

/// What a file is, told by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Foreign {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF.
    Tiff,
    /// PDF.
    Pdf,
    /// A surface in STL.
    Stl,
}

impl Foreign {
    /// Tells it from the beginning of a file of this length.
    #[must_use]
    pub fn of(head: &[u8], length: u64) -> Option<Self> {
        if head.starts_with(&[0xff, 0xd8, 0xff]) {
            return Some(Self::Jpeg);
        }
        if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
            return Some(Self::Tiff);
        }
        if head.starts_with(b"%PDF-") {
            return Some(Self::Pdf);
        }
        document::is_stl(head, length).then_some(Self::Stl)
    }
}

/// As what a picture is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureKind {
    /// A photograph of the patient: VL Photographic Image, modality XC.
    #[default]
    Photograph,
    /// A picture of a radiograph: Secondary Capture.
    Radiograph,
}

/// Whose it is and to which study it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Patient and study: the header of any object of the study, or one made for a new study.
    pub study: InstanceHeader,
    /// As what a picture is kept.
    pub kind: PictureKind,
    /// Modality of a radiograph (PX, IO, DX …).
    pub modality: String,
    /// Series description; becomes the title of a document.
    pub description: String,
    /// When it was made, `YYYYMMDD`; empty when that is not known. What a camera wrote prevails.
    pub date: String,
}

/// The header of an object of a new study, to be given with a file that belongs to none. The same patient
/// (number, name and birth date), day and description give the same study.
#[must_use]
pub fn new_study(patient: Patient, date: &str, description: &str) -> InstanceHeader {
    let name = patient.name.to_groups();
    let seed = [
        patient.id.as_str(),
        name.as_str(),
        patient.birth_date.as_str(),
        date,
        description,
    ]
    .join("\0");
    let uid = |purpose: &str| Uid::derived(purpose, seed.as_bytes());
    InstanceHeader {
        sop_instance_uid: uid("dokuei new study object"),
        sop_class_uid: uid("dokuei no class"),
        study_instance_uid: uid("dokuei new study"),
        series_instance_uid: uid("dokuei new study series"),
        transfer_syntax_uid: uid("dokuei no syntax"),
        patient,
        study_date: date.to_owned(),
        study_time: String::new(),
        study_description: description.to_owned(),
        study_id: String::new(),
        accession_number: String::new(),
        referring_physician: PersonName::default(),
        institution_name: String::new(),
        modality: String::new(),
        series_number: None,
        series_description: String::new(),
        body_part: String::new(),
        instance_number: None,
        rows: None,
        columns: None,
        frames: None,
        photometric_interpretation: String::new(),
        bits_allocated: None,
        lossy: false,
        specific_character_set: String::new(),
        notes: Vec::new(),
    }
}

/// What was done to a picture on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Note {
    /// It was turned as its camera said.
    Turned,
    /// Where it was taken was written in it, and was left out.
    PlaceDropped,
    /// What else its camera wrote was left out.
    MetadataDropped,
    /// What was transparent is white now.
    Flattened,
    /// More than 8 bits a channel became 8.
    Reduced,
    /// Its JPEG is of a kind that DICOM does not have: it was decoded.
    Decoded,
}

/// A new object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The Part 10 file.
    pub file: Vec<u8>,
    /// (0008,0018).
    pub sop_instance_uid: Uid,
    /// What was done on the way.
    pub notes: BTreeSet<Note>,
}

/// It can't be wrapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// None of the kinds.
    #[error("this is neither JPEG, PNG, TIFF, PDF nor STL")]
    Unknown,
    /// Larger than [`MAX_FILE`], or more pixels than can be held.
    #[error("this file is too large: a picture or document may have 256 MiB and 100 million pixels")]
    TooLarge,
    /// The picture can't be decoded.
    #[error("this picture is damaged, or of a kind that is not known here")]
    Damaged,
    /// The document is not whole.
    #[error("this document is damaged: it has no end")]
    NoEnd,
}

/// Makes a DICOM object of the file `bytes`.
///
/// # Errors
/// [`WrapError`].
pub fn wrap(bytes: &[u8], about: &About) -> Result<Wrapped, WrapError> {
    if bytes.len() > MAX_FILE {
        return Err(WrapError::TooLarge);
    }
    match Foreign::of(bytes, bytes.len() as u64).ok_or(WrapError::Unknown)? {
        kind @ (Foreign::Jpeg | Foreign::Png | Foreign::Tiff) => photograph::wrap(bytes, kind, about),
        Foreign::Pdf => document::pdf(bytes, about),
        Foreign::Stl => Ok(document::stl(bytes, about)),
    }
}

/// The identifiers that follow from a file and its study: SOP Instance and Series Instance UID.
fn uids(bytes: &[u8], about: &About, series: &str) -> (Uid, Uid) {
    let study = about.study.study_instance_uid.as_str().as_bytes();
    let digest = Sha256::new()
        .chain_update(study)
        .chain_update([0])
        .chain_update(about.description.as_bytes())
        .chain_update([0])
        .chain_update(bytes)
        .finalize();
    let of_series = [study, series.as_bytes(), about.description.as_bytes()].join(&0);
    (
        Uid::derived("dokuei wrapped instance", &digest),
        Uid::derived("dokuei wrapped series", &of_series),
    )
}
