//! The documents of a report, and what more than one reader has signed, as they are sent to the clinic's archive: under the
//! clinic's own Patient ID, accession number and Study Instance UID.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_consultation::body::{Body, ReportStatus};
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_dicom::report::{WrittenObject, document_instances};
use dokuei_store::{DispatchRow, Dispatched, Id16, Id32, NewDispatch, Origin};

use super::Node;
use crate::config::Archive;
use crate::service::error::ServiceError;
use crate::service::opinions::answers_to;

/// Reports that came before this many seconds are not sent by themselves: an archive that is named in the settings today
/// is not given years of them.
const RECENT: u64 = 30 * 86_400;

/// Objects by their SOP Instance UID, or why one cannot be made.
pub(super) type Documents = BTreeMap<String, Result<WrittenObject, String>>;

impl Node {
    /// The documents that are to be sent with this; none when it is not a report.
    pub(super) fn documents_of(&self, row: &DispatchRow) -> Result<Documents, ServiceError> {
        let (Dispatched::Report, Some((case, entry))) = (row.what, row.report) else {
            return Ok(Documents::new());
        };
        let case = self.case_log(CaseId::from_bytes(case))?;
        let entry = EntryId::from_bytes(entry);
        if let Some(of) = signed_beside(&case, &entry) {
            let made = self.attested_srs(&case, &of)?.into_iter();
            return Ok(made
                .map(|one| (one.sop_instance_uid.to_string(), Ok(one)))
                .collect());
        }
        let [(_, sr), (_, pdf)] = document_instances(entry.as_bytes());
        let words = |error: ServiceError| error.to_string();
        let mut documents: Documents = [
            (sr.to_string(), self.sr_of(&case, Some(&entry)).map_err(words)),
            (
                pdf.to_string(),
                self.encapsulated_pdf_of(&case, Some(&entry)).map_err(words),
            ),
        ]
        .into();
        // What was queued of them and cannot be made now is refused, as it is not in the list.
        if let Ok(objects) = self.illustrations_of(&case, Some(&entry)) {
            let named = objects.into_iter();
            documents.extend(named.map(|one| (one.sop_instance_uid.to_string(), Ok(one))));
        }
        Ok(documents)
    }

    /// Queues what was reported on studies of this institution, and what readers signed beside each other, for every archive
    /// that is to have it.
    pub(super) fn queue_new_reports(&self, archives: &[Archive]) -> Result<(), ServiceError> {
        let since = self.now().minus(RECENT);
        for archive in archives.iter().filter(|archive| archive.reports) {
            let name = archive.aet.as_str();
            for (case, entry) in self.store().undispatched_reports(name, since)? {
                if let Some(study) = self.reported_here(case, entry) {
                    self.queue_report(name, (case, entry), &study, "node")?;
                }
            }
            for case in self.store().co_signed_logs(since)? {
                self.queue_new_attested(name, case)?;
            }
        }
        Ok(())
    }

    /// Queues what of a case is signed by more than one reader and was not yet sent as it stands.
    fn queue_new_attested(&self, archive: &str, case: Id16) -> Result<(), ServiceError> {
        let Ok(log) = self.kept_case(CaseId::from_bytes(case)) else {
            return Ok(());
        };
        let Some(study) = self.study_here(&log) else {
            return Ok(());
        };
        for (entry, document) in self.attested(&log) {
            let instance = document.sop_instance_uid.to_string();
            if !self.store().was_dispatched(archive, &case, &instance)? {
                self.queue_attested(archive, (case, entry), &study, ("node", &document))?;
            }
        }
        Ok(())
    }

    /// What of a case is signed by more than one reader, as it stands now, with the newest signature beside it.
    pub(super) fn attested(&self, case: &Case) -> Vec<(Id32, WrittenObject)> {
        let answers = case.co_signed();
        let subjects: BTreeSet<EntryId> = answers.iter().map(|one| one.body.of).collect();
        let newest = |of: EntryId| {
            let made = self.attested_srs(case, &of);
            if let Err(error) = &made {
                // The reports go all the same, and this is tried again with the next.
                tracing::warn!(
                    code = error.code(),
                    "what two readers signed could not be made for an archive"
                );
            }
            let answer = answers_to(case, &of).pop()?;
            Some((*answer.id.as_bytes(), made.ok()?.pop()?))
        };
        subjects.into_iter().filter_map(newest).collect()
    }

    /// Queues what more than one reader has signed; gives the dispatch.
    pub(super) fn queue_attested(
        &self,
        archive: &str,
        report: (Id16, Id32),
        study: &str,
        (asked_by, document): (&str, &WrittenObject),
    ) -> Result<Id16, ServiceError> {
        let instance = (
            document.sop_class_uid.to_string(),
            document.sop_instance_uid.to_string(),
        );
        self.queue(NewDispatch {
            dispatch_id: rand::random(),
            peer: archive.to_owned(),
            what: Dispatched::Report,
            study_instance_uid: study.to_owned(),
            report: Some(report),
            body: None,
            asked_by: asked_by.to_owned(),
            instances: vec![instance],
        })
    }

    /// The study of a final report, when it is one of this institution's own.
    fn reported_here(&self, case: Id16, entry: Id32) -> Option<String> {
        let case = self.kept_case(CaseId::from_bytes(case)).ok()?;
        let versions = case.versions();
        let found = versions.iter().find(|one| *one.id.as_bytes() == entry)?;
        let last = found.report.status == ReportStatus::Final;
        self.study_here(&case).filter(|_| last)
    }

    /// The study of a case, when it is one of this institution's own.
    fn study_here(&self, case: &Case) -> Option<String> {
        // Under a pseudonym it was somebody's all the same.
        let study = self.real_study(&case.request()?.1.study_instance_uid);
        let kept = self.store().study(&study).ok()?;
        (kept.study.origin == Origin::Imported).then_some(study)
    }

    /// Queues the documents of a report; gives the dispatch.
    pub(super) fn queue_report(
        &self,
        archive: &str,
        (case, entry): (Id16, Id32),
        study: &str,
        asked_by: &str,
    ) -> Result<Id16, ServiceError> {
        let mut instances =
            Vec::from(document_instances(&entry).map(|(class, uid)| (class.to_owned(), uid.to_string())));
        let log = self.kept_case(CaseId::from_bytes(case))?;
        match self.illustrations_of(&log, Some(&EntryId::from_bytes(entry))) {
            Ok(objects) => instances.extend(
                objects
                    .into_iter()
                    .map(|one| (one.sop_class_uid.to_string(), one.sop_instance_uid.to_string())),
            ),
            // The words go all the same.
            Err(error) => tracing::warn!(
                code = error.code(),
                "what a report shows could not be made for an archive"
            ),
        }
        self.queue(NewDispatch {
            dispatch_id: rand::random(),
            peer: archive.to_owned(),
            what: Dispatched::Report,
            study_instance_uid: study.to_owned(),
            report: Some((case, entry)),
            body: None,
            asked_by: asked_by.to_owned(),
            instances,
        })
    }
}

/// What was signed beside another with this entry; none when it is no such signature.
fn signed_beside(case: &Case, entry: &EntryId) -> Option<EntryId> {
    match case.log().get(entry)?.body() {
        Body::CoSignature(signed) => Some(signed.of),
        _ => None,
    }
}
