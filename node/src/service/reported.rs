//! A version of a report with everything that a document shows of it: on paper, and as DICOM.

use dokuei_consultation::body::{Report, ReportStatus, Request};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_dicom::report::{
    Coordinates, EvidenceInstance, Illustrations, ReportContent, ReportPerson, ReportStatus as DicomStatus,
    ReportedStudy, ToothFinding,
};
use dokuei_dicom::{InstanceHeader, Patient, PersonName, Uid};
use dokuei_document::{
    PatientBlock, ReportDocument, ReportStatus as PaperStatus, RequestBlock, SignerBlock, StudyBlock,
};
use dokuei_identity::certificate::{LicenceKind, PractitionerCertificate};
use dokuei_store::{StoreError, StudySummary};

use super::error::ServiceError;
use super::illustrating::Found;
use super::requesting::patient_of;

/// Japan has one time zone, UTC+9.
const JAPAN_OFFSET_MINUTES: i16 = 540;

/// A version of a report with everything that a document shows of it.
pub(super) struct Reported<'a> {
    pub(super) case: &'a Case,
    /// The entry that it is; none while it is not signed.
    pub(super) entry: Option<EntryId>,
    /// Seconds since 1970-01-01 UTC.
    pub(super) signed_at: i64,
    pub(super) report: &'a Report,
    pub(super) request: &'a Request,
    pub(super) version: u32,
    pub(super) study: StudySummary,
    /// What one of its images says of the study.
    pub(super) image: Option<InstanceHeader>,
    pub(super) author: PractitionerCertificate,
    pub(super) author_institution: String,
    /// How the version before it gave its measurements.
    pub(super) previous_measured_in: Option<Coordinates>,
    /// The images that it names.
    pub(super) found: Found,
}

impl Reported<'_> {
    /// Who asked; and who answers for the patient since, as far as it was known when this was signed.
    fn answers_for(&self) -> String {
        let known = self.entry.map(|entry| self.case.log().past(&[entry]));
        let taken = self.case.taken_over().into_iter();
        let taken = taken.filter(|one| known.as_ref().is_none_or(|past| past.contains(&one.id)));
        let told = taken.map(|one| {
            let alone = if one.body.offer().is_none() {
                "単独での引継 taken over alone"
            } else {
                "引継 taken over"
            };
            format!("{}（{alone}）", one.body.name)
        });
        std::iter::once(self.request.requester.name.clone())
            .chain(told)
            .collect::<Vec<_>>()
            .join(" → ")
    }

    /// As it is printed, but for its pictures and numbers.
    pub(super) fn paper(&self) -> ReportDocument {
        let study = &self.study.study;
        let patient = if study.study_instance_uid == self.request.study_instance_uid {
            self.request.patient.clone()
        } else {
            patient_of(&self.study)
        };
        ReportDocument {
            requesting_institution: self.request.requester.institution.clone(),
            reading_institution: self.author_institution.clone(),
            patient: PatientBlock {
                name: patient.display_name(),
                reading: reading(&patient.name.phonetic, &patient.name.alphabetic),
                id: patient.id.clone(),
                birth_date: patient.birth_date.clone().unwrap_or_default(),
                sex: study.sex.clone(),
            },
            study: StudyBlock {
                date: study.study_date.clone(),
                modality: self.request.modalities.join(", "),
                description: study.description.clone(),
                accession_number: study.accession_number.clone(),
            },
            request: RequestBlock {
                requester: self.answers_for(),
                question: self.request.question.clone(),
                history: self.request.history.clone(),
                region: self.request.region.clone(),
            },
            technique: self.report.technique.clone(),
            findings: self.report.findings.clone(),
            teeth: printed_teeth(self.report),
            impression: self.report.impression.clone(),
            recommendations: self.report.recommendations.clone(),
            basis: basis(self.report),
            status: match (self.report.status, self.report.predecessor) {
                (ReportStatus::Preliminary, _) => PaperStatus::Preliminary,
                (ReportStatus::Final, None) => PaperStatus::Final,
                (ReportStatus::Final, Some(_)) => PaperStatus::Amended,
            },
            version: self.version,
            signer: signer(&self.author, self.signed_at),
            key_images: Vec::new(),
            measurements: Vec::new(),
            draft: self.entry.is_none(),
            entry_id: self.entry.map(|id| id.to_string()).unwrap_or_default(),
            case_id: self.case.id().to_string(),
        }
    }

    /// As DICOM has it, but for what it shows and measures.
    pub(super) fn dicom(&self, evidence: Vec<EvidenceInstance>) -> Result<ReportContent, ServiceError> {
        let study = &self.study.study;
        let name = &study.patient_name;
        let of_image = |value: fn(&InstanceHeader) -> &String| self.image.as_ref().map(value).cloned();
        Ok(ReportContent {
            entry_id: *self.entry.ok_or(ServiceError::NoReport)?.as_bytes(),
            previous_entry_id: self.report.predecessor.map(|id| *id.as_bytes()),
            previous_measured_in: self.previous_measured_in,
            version: self.version,
            status: match (self.report.status, self.report.predecessor) {
                (ReportStatus::Preliminary, _) => DicomStatus::Preliminary,
                (ReportStatus::Final, None) => DicomStatus::Final,
                (ReportStatus::Final, Some(_)) => DicomStatus::Amended,
            },
            study: ReportedStudy {
                study_instance_uid: uid(&study.study_instance_uid)?,
                patient: Patient {
                    name: PersonName {
                        alphabetic: name.alphabetic.clone(),
                        ideographic: name.ideographic.clone(),
                        phonetic: name.phonetic.clone(),
                    },
                    id: study.patient_id.clone(),
                    id_issuer: of_image(|image| &image.patient.id_issuer).unwrap_or_default(),
                    birth_date: study.birth_date.clone(),
                    sex: study.sex.clone(),
                },
                study_date: study.study_date.clone(),
                study_time: of_image(|image| &image.study_time).unwrap_or_default(),
                study_description: study.description.clone(),
                study_id: of_image(|image| &image.study_id).unwrap_or_default(),
                accession_number: study.accession_number.clone(),
                referring_physician: self
                    .image
                    .as_ref()
                    .map(|image| image.referring_physician.clone())
                    .unwrap_or_default(),
            },
            modality: self.request.modalities.first().cloned().unwrap_or_default(),
            evidence,
            requested_by: person(
                "",
                &self.request.requester.name,
                &self.request.requester.institution,
            ),
            signed_by: person(
                &self.author.name.latin,
                &self.author.name.japanese,
                &self.author_institution,
            ),
            signed_at: self.signed_at,
            utc_offset_minutes: JAPAN_OFFSET_MINUTES,
            request: format!("{}: {}", self.request.region, self.request.question),
            history: self.request.history.clone(),
            technique: self.report.technique.clone(),
            findings: self.report.findings.clone(),
            teeth: coded_teeth(self.report),
            impression: self.report.impression.clone(),
            recommendations: self.report.recommendations.clone(),
            illustrations: Illustrations::default(),
        })
    }
}

/// Who signed at this moment (seconds since 1970-01-01 UTC), as it is printed.
pub(super) fn signer(who: &PractitionerCertificate, signed_at: i64) -> SignerBlock {
    let kind = match who.licence.kind {
        LicenceKind::Dentist => "歯科医籍",
        LicenceKind::Physician => "医籍",
    };
    let qualifications = who.qualifications.iter();
    SignerBlock {
        name: who.name.japanese.clone(),
        name_latin: who.name.latin.clone(),
        licence: format!("{kind} 第{}号", who.licence.number),
        qualifications: qualifications.map(|one| one.code.label_ja().to_owned()).collect(),
        signed_at,
    }
}

/// Tooth and what is seen, as they are printed.
fn printed_teeth(report: &Report) -> Vec<(String, String)> {
    let teeth = report.structure.iter().flat_map(|one| &one.teeth);
    let printed = teeth.map(|one| {
        let beside = if one.supernumerary {
            " 過剰歯 supernumerary"
        } else {
            ""
        };
        (format!("{}{beside}", one.tooth.number()), one.words.clone())
    });
    printed.collect()
}

fn coded_teeth(report: &Report) -> Vec<ToothFinding> {
    let teeth = report.structure.iter().flat_map(|one| &one.teeth);
    let coded = teeth.map(|one| ToothFinding {
        tooth: one.tooth.number(),
        supernumerary: one.supernumerary,
        line: one.line(),
    });
    coded.collect()
}

/// On what the report rests: images, agreement, guideline.
fn basis(report: &Report) -> Vec<String> {
    let (images, series) = (report.images.instances, report.images.series.len());
    vec![
        format!("読影した画像: {images}枚・{series}シリーズ Images read: {images} in {series} series"),
        format!("指針 Guideline: {}", report.guideline),
        format!("取り決め（条項のSHA-256） Terms (SHA-256): {}", report.terms),
    ]
}

pub(super) fn person(latin: &str, japanese: &str, institution: &str) -> ReportPerson {
    let components = |name: &str| name.split([' ', '\u{3000}']).collect::<Vec<_>>().join("^");
    let name = PersonName {
        alphabetic: components(latin),
        ideographic: components(japanese),
        phonetic: String::new(),
    };
    ReportPerson {
        name,
        institution: institution.to_owned(),
    }
}

/// How a name is read: kana where there are any, else Latin letters.
fn reading(phonetic: &str, alphabetic: &str) -> String {
    let name = if phonetic.trim().is_empty() {
        alphabetic
    } else {
        phonetic
    };
    name.replace('^', " ").trim().to_owned()
}

pub(super) fn uid(text: &str) -> Result<Uid, ServiceError> {
    text.parse()
        .map_err(|_| ServiceError::Store(StoreError::Damaged("UID")))
}
