//! A signed report as a document: PDF for people, Structured Report for the clinic's PACS.

use dokuei_consultation::body::Report;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_dicom::header::read_instance;
use dokuei_dicom::report::{EvidenceInstance, ReportContent, WrittenObject, to_illustrations};
use dokuei_dicom::{InstanceHeader, to_encapsulated_pdf, to_sr};
use dokuei_document::{Fonts, render_report};
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use super::Node;
use super::error::ServiceError;
use super::illustrating::{lines, measured_in};
use super::reported::{Reported, uid};
use super::session::Session;

/// Who signs, when and where.
struct Signing {
    entry: Option<EntryId>,
    at: Timestamp,
    author: PractitionerCertificate,
    institution: String,
}

impl Node {
    /// The newest report as PDF/A.
    ///
    /// # Errors
    /// [`ServiceError::NoReport`], or no Japanese font is installed.
    pub fn report_pdf(&self, session: &Session, id: &str) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let version = newest_seen(&case, &self.me(session))?;
        let pdf = self.report_pdf_of(&case, Some(&version))?;
        self.audit(&session.id, "report_pdf", id, "success")?;
        Ok(pdf)
    }

    /// The newest report as a DICOM Structured Report under the original study, with everybody who has co-signed it.
    ///
    /// # Errors
    /// [`ServiceError::NoReport`].
    pub fn report_sr(&self, session: &Session, id: &str) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let version = newest_seen(&case, &self.me(session))?;
        let seen = case.seen_by(&self.me(session));
        let object = match self.co_signed_sr_of(&seen, &version)? {
            Some(co_signed) => co_signed,
            None => self.sr_of(&case, Some(&version))?,
        };
        self.audit(&session.id, "report_sr", id, "success")?;
        Ok(object.bytes)
    }

    /// What the newest report shows and measures, by its place: key object selections, presentation states, measurements.
    ///
    /// # Errors
    /// [`ServiceError::NoReport`], or [`ServiceError::Unknown`] behind the last.
    pub fn report_object(&self, session: &Session, id: &str, index: usize) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let version = newest_seen(&case, &self.me(session))?;
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
        let reported = self.reported(case, version)?;
        let beside = reported
            .entry
            .map(|entry| self.signed_beside(case, &entry))
            .unwrap_or_default();
        self.pdf_of(&reported, beside)
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

    /// The same as PDF/A in a DICOM object: as its author signed it, so that the same instance is the same bytes whatever is
    /// signed beside it later.
    pub(super) fn encapsulated_pdf_of(
        &self,
        case: &Case,
        version: Option<&EntryId>,
    ) -> Result<WrittenObject, ServiceError> {
        let reported = self.reported(case, version)?;
        let pdf = self.pdf_of(&reported, Vec::new())?;
        Ok(to_encapsulated_pdf(&self.dicom_of(&reported)?, &pdf)?)
    }

    pub(super) fn dicom_of(&self, reported: &Reported<'_>) -> Result<ReportContent, ServiceError> {
        let mut content = reported.dicom(self.evidence(reported)?)?;
        content.illustrations = self.dicom_illustrations(reported.report, &reported.found);
        Ok(content)
    }

    fn pdf_of(&self, reported: &Reported<'_>, beside: Vec<String>) -> Result<Vec<u8>, ServiceError> {
        let fonts = Fonts::find(self.config().document.font.as_deref())?;
        let mut paper = reported.paper();
        paper.basis.extend(beside);
        paper.key_images = self.printed_images(reported.report, &reported.found);
        paper.measurements = lines(reported.report, &reported.found);
        Ok(render_report(&paper, &fonts)?)
    }

    pub(super) fn reported<'a>(
        &self,
        case: &'a Case,
        version: Option<&EntryId>,
    ) -> Result<Reported<'a>, ServiceError> {
        let versions = case.versions();
        let version = match version {
            Some(id) => versions.iter().find(|one| one.id == *id),
            None => versions.last(),
        };
        let version = version.ok_or(ServiceError::NoReport)?;
        let header = case
            .log()
            .get(&version.id)
            .ok_or(ServiceError::NoReport)?
            .header();
        let author = self
            .people()
            .certificate(&header.signer)
            .ok_or(ServiceError::Unknown("practitioner"))?;
        let signed = Signing {
            entry: Some(version.id),
            at: header.time,
            institution: self.institution_of(&header.device, &author),
            author,
        };
        self.shown(case, version.report, signed)
    }

    /// What a practitioner is about to sign, as it would be printed.
    ///
    /// # Errors
    /// As [`Node::report_pdf`].
    pub(super) fn draft_pdf(
        &self,
        session: &Session,
        case: &Case,
        report: &Report,
    ) -> Result<Vec<u8>, ServiceError> {
        let author = session.certificate.clone();
        let signing = Signing {
            entry: None,
            at: self.now(),
            institution: self.institution_of(&self.here()?, &author),
            author,
        };
        self.pdf_of(&self.shown(case, report, signing)?, Vec::new())
    }

    fn shown<'a>(
        &self,
        case: &'a Case,
        report: &'a Report,
        signing: Signing,
    ) -> Result<Reported<'a>, ServiceError> {
        let (_, request) = case.request().ok_or(ServiceError::Unknown("request"))?;
        let versions = case.versions();
        // Each reader counts her own.
        let of_reader = versions.iter().filter(|one| one.report.request == report.request);
        let number = of_reader.take_while(|one| Some(one.id) != signing.entry).count() + 1;
        let before = versions.iter().find(|one| report.predecessor == Some(one.id));
        // A report on a study under a pseudonym is the real patient's here.
        let study = self
            .store()
            .study(&self.real_study(&request.study_instance_uid))?;
        Ok(Reported {
            case,
            entry: signing.entry,
            signed_at: i64::try_from(signing.at.0).unwrap_or(i64::MAX),
            report,
            request,
            version: u32::try_from(number).unwrap_or(u32::MAX),
            previous_measured_in: before.and_then(|one| measured_in(one.report)),
            found: self.found_images(&request.study_instance_uid, report)?,
            image: self.first_image(&study.study.study_instance_uid)?,
            study,
            author_institution: signing.institution,
            author: signing.author,
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
    pub(super) fn institution_of(&self, device: &Fingerprint, author: &PractitionerCertificate) -> String {
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

/// The newest version that she may see: reports of others are withheld from who reads blind.
pub(super) fn newest_seen(case: &Case, who: &Fingerprint) -> Result<EntryId, ServiceError> {
    let withheld = case.withheld_from(who);
    let versions = case.versions();
    let mut seen = versions.iter().rev().filter(|one| !withheld.contains(&one.id));
    seen.next().map(|one| one.id).ok_or(ServiceError::NoReport)
}
