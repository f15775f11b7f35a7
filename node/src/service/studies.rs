//! What studies are held here, and looking at them.

use std::io::Read;

use dokuei_dicom::{RenderRequest, render_png};
use dokuei_store::{InstanceRecord, SeriesRecord, StoreError, StudySummary};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::session::Session;

/// The largest instance that is read whole for the viewer, bytes.
const MAX_INSTANCE: u64 = 1 << 30;

impl Node {
    /// All studies held here.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn studies(&self) -> Result<Value, ServiceError> {
        Ok(self.store().studies()?.iter().map(summary).collect())
    }

    /// One study with its series and instances; looking at it is audited.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn study(&self, session: &Session, uid: &str) -> Result<Value, ServiceError> {
        let study = self.store().study(uid)?;
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
        let record = self.instance_at(path)?;
        self.audit(&session.id, "retrieve", &record.sop_instance_uid, "success")?;
        self.read_instance(&record)
    }

    /// One frame of an instance as PNG.
    ///
    /// # Errors
    /// [`ServiceError::Render`] when it has no image.
    pub fn rendered(
        &self,
        _session: &Session,
        path: [&str; 3],
        request: &RenderRequest,
    ) -> Result<Vec<u8>, ServiceError> {
        let record = self.instance_at(path)?;
        Ok(render_png(&self.read_instance(&record)?, request)?)
    }

    fn instance_at(&self, [study, series, instance]: [&str; 3]) -> Result<InstanceRecord, ServiceError> {
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
