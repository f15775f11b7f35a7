//! A signed report as a document: PDF for people, Structured Report for the clinic's PACS.

use dokuei_consultation::body::{Report, ReportStatus, Request};
use dokuei_consultation::entry::VerifiedEntry;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_dicom::header::read_instance;
use dokuei_dicom::report::{
    Coordinates, EvidenceInstance, Illustrations, ReportContent, ReportPerson, ReportStatus as DicomStatus,
    ReportedStudy, WrittenObject, to_illustrations,
};
use dokuei_dicom::{InstanceHeader, Patient, PersonName, Uid, to_encapsulated_pdf, to_sr};
use dokuei_document::{
    Fonts, PatientBlock, ReportDocument, ReportStatus as PaperStatus, RequestBlock, SignerBlock, StudyBlock,
    render_report,
};
use dokuei_identity::certificate::{LicenceKind, PractitionerCertificate};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::{StoreError, StudySummary};

use super::Node;
use super::error::ServiceError;
use super::illustrating::{Found, lines, measured_in};
use super::requesting::patient_of;
use super::session::Session;

/// Japan has one time zone, UTC+9.
const JAPAN_OFFSET_MINUTES: i16 = 540;

/// A version of a report with everything that a document shows of it.
struct Reported<'a> {
    case: &'a Case,
    entry: &'a VerifiedEntry,
    report: &'a Report,
    request: &'a Request,
    version: u32,
    study: StudySummary,
    /// What one of its images says of the study.
    image: Option<InstanceHeader>,
    author: PractitionerCertificate,
    author_institution: String,
    /// How the version before it gave its measurements.
    previous_measured_in: Option<Coordinates>,
    /// The images that it names.
    found: Found,
}

impl Node {
    /// The newest report as PDF/A.
    ///
    /// # Errors
    /// [`ServiceError::NoReport`], or no Japanese font is installed.
    pub fn report_pdf(&self, session: &Session, id: &str) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let version = newest_seen(&case, &session.certificate.fingerprint)?;
        let pdf = self.report_pdf_of(&case, Some(&version))?;
        self.audit(&session.id, "report_pdf", id, "success")?;
        Ok(pdf)
    }

    /// The newest report as a DICOM Structured Report under the original study.
    ///
    /// # Errors
    /// [`ServiceError::NoReport`].
    pub fn report_sr(&self, session: &Session, id: &str) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let version = newest_seen(&case, &session.certificate.fingerprint)?;
        let object = self.sr_of(&case, Some(&version))?;
        self.audit(&session.id, "report_sr", id, "success")?;
        Ok(object.bytes)
    }

    /// What the newest report shows and measures, by its place: key object selections, presentation states, measurements.
    ///
    /// # Errors
    /// [`ServiceError::NoReport`], or [`ServiceError::Unknown`] behind the last.
    pub fn report_object(&self, session: &Session, id: &str, index: usize) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let version = newest_seen(&case, &session.certificate.fingerprint)?;
        let mut objects = self.illustrations_of(&case, Some(&version))?.into_iter();
        let object = objects
            .nth(index)
            .ok_or(ServiceError::Unknown("object of the report"))?;
        self.audit(&session.id, "report_sr", id, "success")?;
        Ok(object.bytes)
    }

    /// A version of the report (`None`: the newest) as PDF/A.
    pub(super) fn report_pdf_of(
        &self,
        case: &Case,
        version: Option<&EntryId>,
    ) -> Result<Vec<u8>, ServiceError> {
        self.pdf_of(&self.reported(case, version)?)
    }

    /// What a version of the report shows and measures, as DICOM objects under the original study.
    pub(super) fn illustrations_of(
        &self,
        case: &Case,
        version: Option<&EntryId>,
    ) -> Result<Vec<WrittenObject>, ServiceError> {
        Ok(to_illustrations(&self.dicom_of(&self.reported(case, version)?)?)?)
    }

    /// A version of the report (`None`: the newest) as a DICOM Structured Report.
    pub(super) fn sr_of(
        &self,
        case: &Case,
        version: Option<&EntryId>,
    ) -> Result<WrittenObject, ServiceError> {
        Ok(to_sr(&self.dicom_of(&self.reported(case, version)?)?)?)
    }

    /// The same as PDF/A in a DICOM object.
    pub(super) fn encapsulated_pdf_of(
        &self,
        case: &Case,
        version: Option<&EntryId>,
    ) -> Result<WrittenObject, ServiceError> {
        let reported = self.reported(case, version)?;
        let pdf = self.pdf_of(&reported)?;
        Ok(to_encapsulated_pdf(&self.dicom_of(&reported)?, &pdf)?)
    }

    fn dicom_of(&self, reported: &Reported<'_>) -> Result<ReportContent, ServiceError> {
        let mut content = reported.dicom(self.evidence(reported)?)?;
        content.illustrations = self.dicom_illustrations(reported.report, &reported.found);
        Ok(content)
    }

    fn pdf_of(&self, reported: &Reported<'_>) -> Result<Vec<u8>, ServiceError> {
        let fonts = Fonts::find(self.config().document.font.as_deref())?;
        let mut paper = reported.paper();
        paper.key_images = self.printed_images(reported.report, &reported.found);
        paper.measurements = lines(reported.report, &reported.found);
        Ok(render_report(&paper, &fonts)?)
    }

    fn reported<'a>(&self, case: &'a Case, version: Option<&EntryId>) -> Result<Reported<'a>, ServiceError> {
        let (_, request) = case.request().ok_or(ServiceError::Unknown("request"))?;
        let versions = case.versions();
        let version = match version {
            Some(id) => versions.iter().find(|one| one.id == *id),
            None => versions.last(),
        };
        let version = version.ok_or(ServiceError::NoReport)?;
        let entry = case.log().get(&version.id).ok_or(ServiceError::NoReport)?;
        let report = version.report;
        // Each reader counts her own.
        let of_reader = versions.iter().filter(|one| one.report.request == report.request);
        let number = of_reader.take_while(|one| one.id != version.id).count() + 1;
        let before = versions.iter().find(|one| report.predecessor == Some(one.id));
        let signer = entry.header().signer;
        // A report on a study under a pseudonym is the real patient's here.
        let study = self
            .store()
            .study(&self.real_study(&request.study_instance_uid))?;
        let author = self
            .people()
            .certificate(&signer)
            .ok_or(ServiceError::Unknown("practitioner"))?;
        Ok(Reported {
            case,
            entry,
            report,
            request,
            version: u32::try_from(number).unwrap_or(u32::MAX),
            previous_measured_in: before.and_then(|one| measured_in(one.report)),
            found: self.found_images(&request.study_instance_uid, report)?,
            image: self.first_image(&study.study.study_instance_uid)?,
            study,
            author_institution: self.institution_of(&entry.header().device, &author),
            author,
        })
    }

    /// What the first image that can be read of the first ones of its series says of a study; `None` when there is none.
    fn first_image(&self, study: &str) -> Result<Option<InstanceHeader>, ServiceError> {
        for series in self.store().series_of(study)? {
            if let Some(first) = self.store().instances_of(&series.series_instance_uid)?.first() {
                let blob = self.store().blob_reader(&first.sop_instance_uid).ok();
                if let Some(header) = blob.and_then(|blob| read_instance(blob).ok()) {
                    return Ok(Some(header));
                }
            }
        }
        Ok(None)
    }

    /// The institution whose node an entry was signed at.
    fn institution_of(&self, device: &Fingerprint, author: &PractitionerCertificate) -> String {
        let node = self
            .people()
            .node_certificate(device)
            .map(|node| node.institution);
        node.or_else(|| author.institution.clone()).unwrap_or_default()
    }

    fn evidence(&self, reported: &Reported<'_>) -> Result<Vec<EvidenceInstance>, ServiceError> {
        let mut evidence = Vec::new();
        for series in &reported.report.images.series {
            let instances = self.store().instances_of(series)?;
            let study = &reported.request.study_instance_uid;
            for instance in self.real_instances(study, instances)? {
                evidence.push(EvidenceInstance {
                    series_instance_uid: uid(&instance.series_instance_uid)?,
                    sop_class_uid: uid(&instance.sop_class_uid)?,
                    sop_instance_uid: uid(&instance.sop_instance_uid)?,
                });
            }
        }
        Ok(evidence)
    }
}

impl Reported<'_> {
    fn paper(&self) -> ReportDocument {
        let study = &self.study.study;
        let patient = if study.study_instance_uid == self.request.study_instance_uid {
            self.request.patient.clone()
        } else {
            patient_of(&self.study)
        };
        let kind = match self.author.licence.kind {
            LicenceKind::Dentist => "歯科医籍",
            LicenceKind::Physician => "医籍",
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
                requester: self.request.requester.name.clone(),
                question: self.request.question.clone(),
                history: self.request.history.clone(),
                region: self.request.region.clone(),
            },
            findings: self.report.findings.clone(),
            impression: self.report.impression.clone(),
            recommendations: self.report.recommendations.clone(),
            status: match (self.report.status, self.report.predecessor) {
                (ReportStatus::Preliminary, _) => PaperStatus::Preliminary,
                (ReportStatus::Final, None) => PaperStatus::Final,
                (ReportStatus::Final, Some(_)) => PaperStatus::Amended,
            },
            version: self.version,
            signer: SignerBlock {
                name: self.author.name.japanese.clone(),
                name_latin: self.author.name.latin.clone(),
                licence: format!("{kind} 第{}号", self.author.licence.number),
                qualifications: self
                    .author
                    .qualifications
                    .iter()
                    .map(|one| one.code.label_ja().to_owned())
                    .collect(),
                signed_at: self.signed_at(),
            },
            key_images: Vec::new(),
            measurements: Vec::new(),
            entry_id: self.entry.id().to_string(),
            case_id: self.case.id().to_string(),
        }
    }

    fn dicom(&self, evidence: Vec<EvidenceInstance>) -> Result<ReportContent, ServiceError> {
        let study = &self.study.study;
        let name = &study.patient_name;
        let of_image = |value: fn(&InstanceHeader) -> &String| self.image.as_ref().map(value).cloned();
        Ok(ReportContent {
            entry_id: *self.entry.id().as_bytes(),
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
            signed_at: self.signed_at(),
            utc_offset_minutes: JAPAN_OFFSET_MINUTES,
            request: format!("{}: {}", self.request.region, self.request.question),
            history: self.request.history.clone(),
            findings: self.report.findings.clone(),
            impression: self.report.impression.clone(),
            recommendations: self.report.recommendations.clone(),
            illustrations: Illustrations::default(),
        })
    }

    fn signed_at(&self) -> i64 {
        i64::try_from(self.entry.header().time.0).unwrap_or(i64::MAX)
    }
}

fn person(latin: &str, japanese: &str, institution: &str) -> ReportPerson {
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

/// The newest version that she may see: reports of others are withheld from who reads blind.
pub(super) fn newest_seen(case: &Case, who: &Fingerprint) -> Result<EntryId, ServiceError> {
    let withheld = case.withheld_from(who);
    let versions = case.versions();
    let mut seen = versions.iter().rev().filter(|one| !withheld.contains(&one.id));
    seen.next().map(|one| one.id).ok_or(ServiceError::NoReport)
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
