//! What studies are held here, and looking at them.

use std::io::Read;

use dokuei_consultation::id::CaseId;
use dokuei_dicom::{RenderRequest, render_png};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::{InstanceRecord, Origin, SeriesRecord, StoreError, StudySummary};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::session::Session;

/// The largest instance that is read whole for the viewer, bytes.
const MAX_INSTANCE: u64 = 1 << 30;

impl Node {
    /// The studies held here that the practitioner may see.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn studies(&self, session: &Session) -> Result<Value, ServiceError> {
        let mut views = Vec::new();
        for study in self.store().studies()? {
            if self.may_see(&session.certificate.fingerprint, &study)? {
                views.push(summary(&study));
            }
        }
        Ok(views.into())
    }

    /// A study, when the practitioner may see it; else it is as if it were not here.
    pub(super) fn seen_study(&self, who: &Fingerprint, uid: &str) -> Result<StudySummary, ServiceError> {
        let study = match self.store().study(uid) {
            Ok(study) => study,
            Err(StoreError::NotFound(_)) => return Err(ServiceError::Unknown("study")),
            Err(error) => return Err(error.into()),
        };
        if self.may_see(who, &study)? {
            Ok(study)
        } else {
            Err(ServiceError::Unknown("study"))
        }
    }

    /// What the institution imported is its own staff's to see; what came with a consultation is for those who have a
    /// part in one about it (R12).
    fn may_see(&self, who: &Fingerprint, study: &StudySummary) -> Result<bool, ServiceError> {
        if study.study.origin == Origin::Imported {
            return Ok(true);
        }
        let Some(newest) = study.study.case_id else {
            return Ok(false);
        };
        if self.case_log(CaseId::from_bytes(newest))?.parties().contains(who) {
            return Ok(true);
        }
        // Two colleagues may have been asked about the same study one after the other.
        for case in self.readable_cases()? {
            let about = case
                .request()
                .is_some_and(|(_, request)| request.study_instance_uid == study.study.study_instance_uid);
            if about && case.parties().contains(who) && self.package_of(&case.id())?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One study with its series and instances; looking at it is audited.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn study(&self, session: &Session, uid: &str) -> Result<Value, ServiceError> {
        let study = self.seen_study(&session.certificate.fingerprint, uid)?;
        let mut view = summary(&study);
        let mut all = Vec::new();
        for series in self.store().series_of(uid)? {
            let instances = self.store().instances_of(&series.series_instance_uid)?;
            all.push(series_view(&series, &instances));
        }
        view["series"] = Value::from(all);
        self.audit(&session.id, "view", uid, "success")?;
        Ok(view)
    }

    /// The Part 10 file of one instance, bit for bit as it was imported or received. `path` is study, series and SOP
    /// Instance UID, which must belong together.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn instance_file(&self, session: &Session, path: [&str; 3]) -> Result<Vec<u8>, ServiceError> {
        let record = self.instance_at(session, path)?;
        self.audit(&session.id, "retrieve", &record.sop_instance_uid, "success")?;
        self.read_instance(&record)
    }

    /// One frame of an instance as PNG.
    ///
    /// # Errors
    /// [`ServiceError::Render`] when it has no image.
    pub fn rendered(
        &self,
        session: &Session,
        path: [&str; 3],
        request: &RenderRequest,
    ) -> Result<Vec<u8>, ServiceError> {
        let record = self.instance_at(session, path)?;
        Ok(render_png(&self.read_instance(&record)?, request)?)
    }

    fn instance_at(
        &self,
        session: &Session,
        [study, series, instance]: [&str; 3],
    ) -> Result<InstanceRecord, ServiceError> {
        self.seen_study(&session.certificate.fingerprint, study)?;
        let record = self.store().instance(instance)?;
        if record.study_instance_uid != study || record.series_instance_uid != series {
            return Err(ServiceError::Unknown("instance"));
        }
        Ok(record)
    }

    fn read_instance(&self, record: &InstanceRecord) -> Result<Vec<u8>, ServiceError> {
        if record.bytes > MAX_INSTANCE {
            return Err(ServiceError::field("instance", "it is too large to be shown"));
        }
        let mut file = Vec::with_capacity(usize::try_from(record.bytes).unwrap_or(0));
        let mut blob = self.store().blob_reader(&record.sop_instance_uid)?;
        blob.read_to_end(&mut file).map_err(StoreError::from)?;
        Ok(file)
    }
}

fn summary(summary: &StudySummary) -> Value {
    let study = &summary.study;
    json!({
        "study_instance_uid": study.study_instance_uid,
        "patient": {
            "name": study.patient_name,
            "id": study.patient_id,
            "birth_date": study.birth_date,
            "sex": study.sex,
        },
        "study_date": study.study_date,
        "description": study.description,
        "accession_number": study.accession_number,
        "modalities": summary.modalities,
        "series_count": summary.series,
        "instances": summary.instances,
        "bytes": summary.bytes,
        "origin": study.origin,
        "case_id": study.case_id.map(hex::encode),
    })
}

fn series_view(series: &SeriesRecord, instances: &[InstanceRecord]) -> Value {
    json!({
        "series_instance_uid": series.series_instance_uid,
        "number": series.number,
        "modality": series.modality,
        "description": series.description,
        "instances": instances,
    })
}
