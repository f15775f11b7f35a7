//! A signed report as DICOM objects under the study it reports: Basic Text SR and Encapsulated PDF; with key images also
//! Key Object Selections and Softcopy Presentation States, with measurements a Comprehensive (3D) SR.
//!
//! UIDs and times come from the report's entry alone, so that making the objects again, on either side,
//! gives the same bytes. Our signature stays outside of DICOM (the case log); the SR names the signer as
//! its verifying observer (PS3.3 C.17.2).

use std::fmt;

use dicom_dictionary_std::uids;
use serde::{Deserialize, Serialize};

use crate::header::{InstanceHeader, Patient};
use crate::name::PersonName;
use crate::uid::Uid;

mod attested;
mod content;
mod document;
mod gsps;
mod icc;
mod illustrated;
mod kos;
mod measurement;
mod object;
mod pdf;
mod sr;
mod teeth;

pub use attested::{Attestation, Attested};
pub use illustrated::{
    Coordinates, Illustrations, ImageFacts, KeyImage, Measurement, Points, Quantity, QuantityKind, Shape,
    ShownFrame,
};
use object::{Kind, SignedAt};

/// The study that is reported, as it is known at the requesting clinic.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedStudy {
    /// (0020,000D).
    pub study_instance_uid: Uid,
    /// The patient, under the clinic's own ID.
    pub patient: Patient,
    /// (0008,0020) as `YYYYMMDD`, or empty.
    pub study_date: String,
    /// (0008,0030), or empty.
    pub study_time: String,
    /// (0008,1030), or empty.
    pub study_description: String,
    /// (0020,0010), or empty.
    pub study_id: String,
    /// (0008,0050), or empty.
    pub accession_number: String,
    /// (0008,0090), or empty.
    pub referring_physician: PersonName,
}

impl fmt::Debug for ReportedStudy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportedStudy(redacted)")
    }
}

impl From<&InstanceHeader> for ReportedStudy {
    fn from(header: &InstanceHeader) -> Self {
        Self {
            study_instance_uid: header.study_instance_uid.clone(),
            patient: header.patient.clone(),
            study_date: header.study_date.clone(),
            study_time: header.study_time.clone(),
            study_description: header.study_description.clone(),
            study_id: header.study_id.clone(),
            accession_number: header.accession_number.clone(),
            referring_physician: header.referring_physician.clone(),
        }
    }
}

/// An instance on which the report rests (PS3.3 C.17.2, evidence).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceInstance {
    /// (0020,000E).
    pub series_instance_uid: Uid,
    /// (0008,0016).
    pub sop_class_uid: Uid,
    /// (0008,0018).
    pub sop_instance_uid: Uid,
}

/// A practitioner with the institution for which they act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPerson {
    /// Name.
    pub name: PersonName,
    /// Institution.
    pub institution: String,
}

/// How far the report has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportStatus {
    /// Signed, but not the last word: PARTIAL, preliminary.
    Preliminary,
    /// Signed and complete.
    Final,
    /// A later version of a final report.
    Amended,
}

/// Everything that a report's objects show. `Debug` leaves out the text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportContent {
    /// The entry of the case log that is this report; all UIDs follow from it.
    pub entry_id: [u8; 32],
    /// The entry of the version that this one replaces.
    pub previous_entry_id: Option<[u8; 32]>,
    /// How that version's measurements were given; none when it had none.
    pub previous_measured_in: Option<Coordinates>,
    /// Version, from 1.
    pub version: u32,
    /// Status.
    pub status: ReportStatus,
    /// The study.
    pub study: ReportedStudy,
    /// Modality of the images, as (0008,0060); chooses the document title.
    pub modality: String,
    /// The instances read.
    pub evidence: Vec<EvidenceInstance>,
    /// Who asked.
    pub requested_by: ReportPerson,
    /// Who read, and signed.
    pub signed_by: ReportPerson,
    /// When it was signed: seconds since 1970-01-01 UTC.
    pub signed_at: i64,
    /// Offset of the times written into the objects from UTC, minutes (Japan: 540).
    pub utc_offset_minutes: i16,
    /// The question.
    pub request: String,
    /// History and symptoms, or empty.
    pub history: String,
    /// Technique and limits of the images, or empty.
    pub technique: String,
    /// Findings.
    pub findings: String,
    /// Findings by tooth.
    pub teeth: Vec<ToothFinding>,
    /// Impression.
    pub impression: String,
    /// Recommendations, or empty.
    pub recommendations: String,
    /// Key images and measurements.
    pub illustrations: Illustrations,
}

/// What is said of one tooth.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToothFinding {
    /// Its number after ISO 3950: 11 to 48, 51 to 85.
    pub tooth: u8,
    /// A tooth too many beside that one.
    pub supernumerary: bool,
    /// As a line for people: tooth and what is seen.
    pub line: String,
}

impl fmt::Debug for ToothFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToothFinding(redacted)")
    }
}

impl fmt::Debug for ReportContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportContent")
            .field("version", &self.version)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A new DICOM object, ready to be stored or sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenObject {
    /// Its SOP class.
    pub sop_class_uid: Uid,
    /// Its own UID.
    pub sop_instance_uid: Uid,
    /// Its series.
    pub series_instance_uid: Uid,
    /// The Part 10 file.
    pub bytes: Vec<u8>,
}

/// The object can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// `signed_at` or the offset lies outside of the calendar.
    #[error("the time of signing is not a date")]
    BadTime,
    /// Not a PDF, or one too large for the object.
    #[error("the document is not a PDF, or larger than a DICOM object may hold")]
    BadPdf,
    /// The encoder failed.
    #[error("the DICOM object can't be written: {0}")]
    Write(String),
}

/// The documents that every report has, before they are made: SOP Class and SOP Instance UID of the structured report and
/// of the PDF.
#[must_use]
pub fn document_instances(entry_id: &[u8; 32]) -> [(&'static str, Uid); 2] {
    [
        (uids::BASIC_TEXT_SR_STORAGE, Kind::SR),
        (uids::ENCAPSULATED_PDF_STORAGE, Kind::PDF),
    ]
    .map(|(class, kind)| (class, kind.instance(entry_id)))
}

/// What shows and measures, as objects beside the report's: key object selections, presentation states, and measurements
/// after TID 1500. Nothing for a report of words.
///
/// # Errors
/// [`ReportError`].
pub fn to_illustrations(content: &ReportContent) -> Result<Vec<WrittenObject>, ReportError> {
    let mut objects = gsps::write(content)?;
    objects.extend(kos::write(content)?);
    objects.extend(measurement::write(content)?);
    Ok(objects)
}

/// The report as Basic Text SR (PS3.3 A.35.1) after TID 2000, in UTF-8 (`ISO_IR 192`).
///
/// # Errors
/// [`ReportError`].
pub fn to_sr(content: &ReportContent) -> Result<WrittenObject, ReportError> {
    sr::write(content, &Attested::default())
}

/// The same with what others have signed or said to it: the opinion of two readers, or a report that was co-signed.
///
/// # Errors
/// [`ReportError`].
pub fn to_attested_sr(content: &ReportContent, attested: &Attested) -> Result<WrittenObject, ReportError> {
    sr::write(content, attested)
}

/// The report's PDF as Encapsulated PDF (PS3.3 A.45.1) under the same study.
///
/// # Errors
/// [`ReportError`].
pub fn to_encapsulated_pdf(content: &ReportContent, pdf: &[u8]) -> Result<WrittenObject, ReportError> {
    pdf::write(content, pdf)
}
