//! Practising: a study of nobody that this node makes itself, and a request about it that is kept here and sent to nobody. So
//! whoever is new tries the request and the reader before the first patient.
//!
//! There is one at a time for the whole house. It never leaves the node as a consultation, under a pseudonym or to an archive,
//! and rows of the audit trail about it name no patient.

use std::io::Cursor;
use std::sync::Arc;

use dokuei_dicom::header::read_header_of;
use dokuei_dicom::phantom::{Cbct, PhantomOptions};
use dokuei_dicom::{Patient, PersonName};
use dokuei_identity::time::Timestamp;
use dokuei_store::{Origin, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Node;
use super::cases::NewRequest;
use super::error::ServiceError;
use super::events::EventKind;
use super::import::{BATCH, Batch};
use super::jobs::Job;
use super::session::Session;
use crate::clock;

/// The setting that has it.
const SETTING: &str = "practice";
/// Slices, rows and columns of the study, and the edge of its voxels, mm: a jaw of 80 by 80 by 40 mm in 16 MB.
const SLICES: u32 = 128;
const SIZE: u16 = 256;
const VOXEL_MM: f64 = 0.3125;
/// Characters of a text of a practice request, at most.
const MAX_TEXT: usize = 4_000;

/// What is there to practise with. Written before the images are, so that none of them is ever taken for a patient's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Practice {
    /// All of its images follow from it.
    seed: u64,
    study: String,
    made_at: Timestamp,
    request: Option<PracticeRequest>,
}

/// A request that was written to practise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PracticeRequest {
    by: String,
    at: Timestamp,
    question: String,
    history: String,
    region: String,
    justification: String,
    urgency: String,
}

fn options(seed: u64) -> PhantomOptions {
    PhantomOptions {
        slices: SLICES,
        rows: SIZE,
        columns: SIZE,
        voxel_mm: VOXEL_MM,
        seed,
        patient: Patient {
            name: PersonName::from_groups("RENSHU^KANJA=練習^患者=れんしゅう^かんじゃ"),
            id: "DOKUEI-PRACTICE".into(),
            id_issuer: "Dokuei practice".into(),
            ..PhantomOptions::default().patient
        },
        ..PhantomOptions::default()
    }
}

impl Node {
    /// What there is to practise with.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn practice(&self) -> Result<Value, ServiceError> {
        let kept = self.kept_practice()?;
        Ok(json!({
            "study_instance_uid": kept.as_ref().map(|one| &one.study),
            "made_at": kept.as_ref().map(|one| clock::rfc3339(one.made_at)),
            "request": kept.and_then(|one| one.request).map(|one| json!({
                "by": one.by,
                "at": clock::rfc3339(one.at),
                "question": one.question,
                "history": one.history,
                "region": one.region,
                "justification": one.justification,
                "urgency": one.urgency,
            })),
        }))
    }

    /// Makes the practice study in the background; the one there is stays, and is made whole when the node was stopped
    /// meanwhile.
    ///
    /// # Errors
    /// [`ServiceError::Denied`] at a machine at which nobody may work, [`ServiceError::Store`].
    pub fn start_practice(&self) -> Result<Arc<Job>, ServiceError> {
        self.may_work()?;
        let kept = self.begun_practice()?;
        let node = self.clone();
        Ok(self.0.jobs.start("practice", &self.0.events, move |job| {
            node.make_practice(job, kept.seed)?;
            node.events().publish(EventKind::Study, &kept.study);
            Ok(json!({"study_instance_uid": kept.study}))
        }))
    }

    fn begun_practice(&self) -> Result<Practice, ServiceError> {
        let _writing = self.write_lock();
        if let Some(kept) = self.kept_practice()? {
            return Ok(kept);
        }
        let seed = rand::random();
        let options = options(seed);
        let cbct = Cbct::new(&options).map_err(|error| ServiceError::field("practice", error))?;
        let made = Practice {
            seed,
            study: cbct.study_instance_uid().to_string(),
            made_at: self.now(),
            request: None,
        };
        self.keep_practice(&made)?;
        self.audit("operator", "practice", "node", "made")?;
        Ok(made)
    }

    fn make_practice(&self, job: &Job, seed: u64) -> Result<(), ServiceError> {
        let options = options(seed);
        let cbct = Cbct::new(&options).map_err(|error| ServiceError::field("practice", error))?;
        let all = u64::from(SLICES) * u64::from(SIZE) * u64::from(SIZE) * 2;
        self.require_room(all)?;
        job.expect(all);
        let mut batch = Batch::new(Origin::Imported);
        for index in 0..SLICES {
            let file = cbct.slice(index);
            let header = read_header_of(Cursor::new(&file), file.len() as u64)?;
            let copied = self.copy_in(header, file.as_slice(), |bytes| job.advance(bytes))?;
            batch.add(copied);
            if batch.len() >= BATCH {
                self.keep_all(&mut batch)?;
            }
        }
        self.keep_all(&mut batch)?;
        Ok(())
    }

    /// Keeps a request about the practice study, as if it were sent; it is looked at as a real one is.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for another study, [`ServiceError::Field`] for what is missing or too long,
    /// [`ServiceError::ToAcknowledge`] for what must be looked at first.
    pub fn practise_request(&self, session: &Session, wanted: &NewRequest) -> Result<Value, ServiceError> {
        let study = self.seen_study(&self.me(session), &wanted.study_instance_uid)?;
        if !self.is_practice(&wanted.study_instance_uid)? {
            return Err(ServiceError::Unknown("practice study"));
        }
        let consent = &wanted.consent;
        for (name, text, needed) in [
            ("question", &wanted.question, true),
            ("region", &wanted.region, true),
            ("justification", &wanted.justification, true),
            ("consent.explained_by", &consent.explained_by, true),
            ("history", &wanted.history, false),
        ] {
            if needed && text.trim().is_empty() {
                return Err(ServiceError::field(name, "it is missing"));
            }
            if text.chars().count() > MAX_TEXT {
                let why = format!("it has at most {MAX_TEXT} characters");
                return Err(ServiceError::field(name, why));
            }
        }
        if !["", "routine", "urgent", "emergency"].contains(&wanted.urgency.as_str()) {
            let why = "it is routine, urgent or emergency";
            return Err(ServiceError::field("urgency", why));
        }
        self.require_settled(&study, wanted)?;
        let writing = self.write_lock();
        let kept = self.kept_practice()?;
        let mut kept = kept.ok_or(ServiceError::Unknown("practice study"))?;
        kept.request = Some(PracticeRequest {
            by: session.certificate.name.japanese.clone(),
            at: self.now(),
            question: wanted.question.clone(),
            history: wanted.history.clone(),
            region: wanted.region.clone(),
            justification: wanted.justification.clone(),
            urgency: Some(wanted.urgency.clone())
                .filter(|one| !one.is_empty())
                .unwrap_or_else(|| "routine".to_owned()),
        });
        self.keep_practice(&kept)?;
        drop(writing);
        self.practice()
    }

    /// Deletes the practice study and the request about it; that there is none is fine.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn delete_practice(&self) -> Result<(), ServiceError> {
        let _writing = self.write_lock();
        let Some(kept) = self.kept_practice()? else {
            return Ok(());
        };
        match self.store().erase_study(&kept.study) {
            Ok(()) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
        // Last: as long as images are here they count as what they are.
        self.store().remove_setting(SETTING)?;
        self.audit("operator", "practice", "node", "deleted")?;
        self.events().publish(EventKind::Study, &kept.study);
        Ok(())
    }

    /// Whether a study is the one to practise with.
    pub(super) fn is_practice(&self, study: &str) -> Result<bool, ServiceError> {
        Ok(self.kept_practice()?.is_some_and(|kept| kept.study == study))
    }

    /// Refuses to let the practice study out of this node.
    pub(super) fn refuse_practice(&self, study: &str) -> Result<(), ServiceError> {
        if self.is_practice(study)? {
            return Err(ServiceError::PracticeOnly);
        }
        Ok(())
    }

    fn kept_practice(&self) -> Result<Option<Practice>, ServiceError> {
        let kept = self.store().setting(SETTING)?;
        let read = kept.map(|text| serde_json::from_str(&text)).transpose();
        // It was written by this program, or by a newer one.
        read.map_err(|error| ServiceError::field("practice", error))
    }

    fn keep_practice(&self, practice: &Practice) -> Result<(), ServiceError> {
        let text = serde_json::to_string(practice).map_err(|error| ServiceError::field("practice", error))?;
        Ok(self.store().set_setting(SETTING, &text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is stored: a change of it is a decision about versions.
    #[test]
    fn stored_form() {
        let practice = Practice {
            seed: 7,
            study: "2.25.1".to_owned(),
            made_at: Timestamp(1),
            request: Some(PracticeRequest {
                by: "田中 花子".to_owned(),
                at: Timestamp(2),
                question: "q".to_owned(),
                history: String::new(),
                region: "46".to_owned(),
                justification: "j".to_owned(),
                urgency: "routine".to_owned(),
            }),
        };
        let text = serde_json::to_string(&practice).unwrap();
        let expected = r#"{"seed":7,"study":"2.25.1","made_at":1,"request":{"by":"田中 花子","at":2,"question":"q","history":"","region":"46","justification":"j","urgency":"routine"}}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Practice>(&text).unwrap(), practice);
    }

    /// The patient of the practice study is nobody, in every writing.
    #[test]
    fn the_practice_patient_says_that_it_is_for_practice() {
        let options = options(1);
        assert_eq!(options.patient.name.ideographic, "練習^患者");
        assert_eq!(options.patient.id, "DOKUEI-PRACTICE");
        assert!(Cbct::new(&options).is_ok());
    }
}
