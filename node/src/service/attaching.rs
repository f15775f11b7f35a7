//! Photographs, documents and models, which become objects of a study when it is said whose they are.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dokuei_dicom::header::read_header;
use dokuei_dicom::safety::{PatientField, compare};
use dokuei_dicom::wrap::{self, About, MAX_FILE, PictureKind, new_study};
use dokuei_dicom::{InstanceHeader, Patient, PersonName};
use dokuei_store::{Inserted, Origin, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Node;
use super::checking::patient_of;
use super::error::ServiceError;
use super::events::EventKind;
use super::jobs::Job;

/// A file that is no DICOM, and whose it is: a study that is here, or a patient.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// On this machine.
    #[schema(value_type = String)]
    pub path: PathBuf,
    /// The study that it belongs to.
    #[serde(default)]
    pub study_instance_uid: Option<String>,
    /// The patient, for whom a study is made.
    #[serde(default)]
    pub patient: Option<AttachPatient>,
    /// When it was made, `YYYYMMDD`; what a camera wrote prevails. The day of the new study.
    #[serde(default)]
    pub date: String,
    /// What it shows.
    #[serde(default)]
    pub description: String,
    /// As what a picture is kept.
    #[serde(default)]
    #[schema(value_type = crate::gateway::shapes::studies::PictureKind)]
    pub kind: PictureKind,
    /// Of a radiograph: PX, IO, DX …
    #[serde(default)]
    pub modality: String,
}

/// A patient to whom a file is attached.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachPatient {
    /// Her number in this institution.
    pub id: String,
    /// Her name, groups divided by `=`, parts by `^`: `YAMADA^TARO=山田^太郎=やまだ^たろう`.
    pub name: String,
    /// `YYYYMMDD`.
    #[serde(default)]
    pub birth_date: String,
    /// `M`, `F`, `O`.
    #[serde(default)]
    pub sex: String,
}

/// A name stays out of logs.
impl std::fmt::Debug for AttachPatient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AttachPatient(redacted)")
    }
}

impl Node {
    /// Makes an object of a file and keeps it, in the background.
    ///
    /// # Errors
    /// [`ServiceError::Field`] when it is not said whose it is.
    pub fn start_attach(&self, wanted: Attach) -> Result<Arc<Job>, ServiceError> {
        let study = self.study_for(&wanted)?;
        let modality = wanted.modality.trim().to_ascii_uppercase();
        if modality.len() > 16 || !modality.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ServiceError::field("modality", "it is a word like PX, IO or DX"));
        }
        let about = About {
            study,
            kind: wanted.kind,
            modality,
            description: wanted.description,
            date: wanted.date,
        };
        let (node, path) = (self.clone(), wanted.path);
        Ok(self.0.jobs.start("attach", &self.0.events, move |job| {
            node.attach(job, &path, &about)
        }))
    }

    fn attach(&self, job: &Job, path: &Path, about: &About) -> Result<Value, ServiceError> {
        self.may_work()?;
        let bytes = read_bounded(path)?;
        self.require_room(2 * bytes.len() as u64)?;
        job.expect(bytes.len() as u64);
        let wrapped = wrap::wrap(&bytes, about)?;
        job.advance(bytes.len() as u64);
        let header = read_header(wrapped.file.as_slice())?;
        let study = header.study_instance_uid.to_string();
        let copied = self.copy_in(header, wrapped.file.as_slice(), |_| {})?;
        let outcome = match self.keep_made(copied, Origin::Imported)? {
            Inserted::Added => "added",
            Inserted::AlreadyThere => "already_there",
            Inserted::Conflict => return Err(StoreError::InstanceConflict.into()),
        };
        self.audit("operator", "attach", &study, "success")?;
        self.0.events.publish(EventKind::Study, &study);
        let notes: &BTreeSet<wrap::Note> = &wrapped.notes;
        Ok(json!({
            "outcome": outcome,
            "study_instance_uid": study,
            "sop_instance_uid": wrapped.sop_instance_uid,
            "notes": notes,
        }))
    }

    fn study_for(&self, wanted: &Attach) -> Result<InstanceHeader, ServiceError> {
        if !wanted.date.is_empty() && !is_date(&wanted.date) {
            return Err(ServiceError::field("date", "it is written YYYYMMDD"));
        }
        match (&wanted.study_instance_uid, &wanted.patient) {
            (Some(uid), None) => self.header_of_study(uid),
            (None, Some(patient)) => {
                let name = PersonName::from_groups(&patient.name);
                if patient.id.trim().is_empty() || name.is_empty() {
                    return Err(ServiceError::field("patient", "number and name must be given"));
                }
                if !patient.birth_date.is_empty() && !is_date(&patient.birth_date) {
                    return Err(ServiceError::field(
                        "patient.birth_date",
                        "it is written YYYYMMDD",
                    ));
                }
                if !["", "M", "F", "O"].contains(&patient.sex.as_str()) {
                    return Err(ServiceError::field("patient.sex", "it is M, F or O"));
                }
                let patient = Patient {
                    name,
                    id: patient.id.trim().to_owned(),
                    id_issuer: String::new(),
                    birth_date: patient.birth_date.clone(),
                    sex: patient.sex.clone(),
                };
                self.require_same_patient(&patient)?;
                Ok(new_study(patient, &wanted.date, &wanted.description))
            }
            _ => Err(ServiceError::field(
                "study_instance_uid",
                "say either to which study it belongs or to which patient",
            )),
        }
    }

    /// Refuses a number under which somebody of another name or birth date stands here.
    fn require_same_patient(&self, patient: &Patient) -> Result<(), ServiceError> {
        let own = self
            .store()
            .studies()?
            .into_iter()
            .filter(|one| one.study.origin == Origin::Imported && one.study.patient_id == patient.id);
        for other in own {
            let fields = compare(patient, &patient_of(&other.study));
            if [PatientField::Name, PatientField::BirthDate]
                .iter()
                .any(|field| fields.contains(field))
            {
                return Err(ServiceError::field(
                    "patient",
                    "a patient of another name or birth date has this number here: check the number, or name the study \
                     that the file belongs to",
                ));
            }
        }
        Ok(())
    }

    /// The header of an object of a study of this institution.
    fn header_of_study(&self, uid: &str) -> Result<InstanceHeader, ServiceError> {
        let study = self.store().study(uid)?;
        if study.study.origin != Origin::Imported || self.pseudonym_of(uid).is_some() {
            return Err(ServiceError::field(
                "study_instance_uid",
                "nothing is added to a study that came with a consultation or goes under a pseudonym",
            ));
        }
        for series in self.store().series_of(uid)? {
            if let Some(instance) = self
                .store()
                .instances_of(&series.series_instance_uid)?
                .into_iter()
                .next()
            {
                let blob = self.store().blob_reader(&instance.sop_instance_uid)?;
                return Ok(read_header(std::io::BufReader::new(blob))?);
            }
        }
        Err(ServiceError::Unknown("study"))
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 8 && text.parse::<u32>().is_ok() && jiff::civil::Date::strptime("%Y%m%d", text).is_ok()
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, ServiceError> {
    let file = File::open(path).map_err(ServiceError::file(path))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(ServiceError::file(path))?;
    Ok(bytes)
}
