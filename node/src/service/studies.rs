//! What studies are held here, and looking at them.

use std::collections::{HashMap, HashSet};

use dokuei_consultation::id::CaseId;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::{InstanceRecord, Origin, SeriesRecord, StoreError, StudyRecord, StudySummary};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::session::Session;

/// The cases in which somebody takes part, and which of them are about a study.
#[derive(Default)]
struct Mine {
    cases: HashSet<CaseId>,
    about: HashMap<String, Vec<CaseId>>,
}

impl Node {
    /// The studies held here that the practitioner may see.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn studies(&self, session: &Session) -> Result<Value, ServiceError> {
        let (mut views, mine) = (Vec::new(), self.cases_with(&self.me(session))?);
        let damaged = self.damaged_by_study()?;
        for study in self.store().studies()? {
            let record = &study.study;
            let sees = record.origin == Origin::Imported
                || self.sees(&mine, &record.study_instance_uid, record.case_id)?;
            if sees {
                views.push(self.study_summary(&study, &damaged));
            }
        }
        Ok(views.into())
    }

    /// A study, when the practitioner may see it; else it is as if it were not here.
    pub(super) fn seen_study(&self, who: &Fingerprint, uid: &str) -> Result<StudySummary, ServiceError> {
        let study = match self.store().study(uid) {
            Ok(study) => study,
            Err(StoreError::NotFound(_)) => return Err(self.gone("study", uid)),
            Err(error) => return Err(error.into()),
        };
        if self.may_see(who, &study.study)? {
            Ok(study)
        } else {
            Err(ServiceError::Unknown("study"))
        }
    }

    /// Whether the practitioner may see a study; else it is as if it were not here.
    pub(super) fn require_seen(&self, who: &Fingerprint, uid: &str) -> Result<(), ServiceError> {
        let seen = match self.store().study_record(uid) {
            Ok(study) => self.may_see(who, &study)?,
            Err(StoreError::NotFound(_)) => return Err(self.gone("study", uid)),
            Err(error) => return Err(error.into()),
        };
        if seen {
            Ok(())
        } else {
            Err(ServiceError::Unknown("study"))
        }
    }

    /// The received studies that the practitioner may see.
    pub(super) fn received_seen_by(&self, who: &Fingerprint) -> Result<Vec<String>, ServiceError> {
        let received = self.store().received_studies()?;
        if received.is_empty() {
            return Ok(Vec::new());
        }
        let mine = self.cases_with(who)?;
        let mut seen = Vec::new();
        for (study, newest) in received {
            if self.sees(&mine, &study, newest)? {
                seen.push(study);
            }
        }
        Ok(seen)
    }

    /// The cases in which a practitioner takes part.
    fn cases_with(&self, who: &Fingerprint) -> Result<Mine, ServiceError> {
        let mut mine = Mine::default();
        for gist in self.gists()? {
            if gist.parties.contains(who) {
                mine.cases.insert(gist.case);
                mine.about.entry(gist.study.clone()).or_default().push(gist.case);
            }
        }
        Ok(mine)
    }

    /// Whether somebody who takes part in these cases may see a received study, `newest` being the case with which it came
    /// last.
    fn sees(&self, mine: &Mine, study: &str, newest: Option<[u8; 16]>) -> Result<bool, ServiceError> {
        let Some(newest) = newest else {
            return Ok(false);
        };
        if mine.cases.contains(&CaseId::from_bytes(newest)) {
            return Ok(true);
        }
        // Two colleagues may have been asked about the same study one after the other.
        for case in mine.about.get(study).into_iter().flatten() {
            if self.package_of(case)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the institution imported is its own staff's to see; what came with a consultation is for those who have a
    /// part in one about it (R12).
    fn may_see(&self, who: &Fingerprint, study: &StudyRecord) -> Result<bool, ServiceError> {
        if study.origin == Origin::Imported {
            return Ok(true);
        }
        let Some(newest) = study.case_id else {
            return Ok(false);
        };
        if self.gist(CaseId::from_bytes(newest))?.parties.contains(who) {
            return Ok(true);
        }
        self.sees(&self.cases_with(who)?, &study.study_instance_uid, Some(newest))
    }

    /// One study with its series and instances; looking at it is audited.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn study(&self, session: &Session, uid: &str) -> Result<Value, ServiceError> {
        let study = self.seen_study(&self.me(session), uid)?;
        let mut view = self.study_summary(&study, &self.damaged_by_study()?);
        let mut all = Vec::new();
        for series in self.store().series_of(uid)? {
            let instances = self.store().instances_of(&series.series_instance_uid)?;
            all.push(series_view(&series, &instances));
        }
        view["series"] = Value::from(all);
        self.audit(&session.id, "view", uid, "success")?;
        Ok(view)
    }

    /// How many images of studies are known to be damaged.
    fn damaged_by_study(&self) -> Result<HashMap<String, u64>, ServiceError> {
        let damaged = self.store().damaged_studies()?.into_iter();
        Ok(damaged.map(|one| (one.study_instance_uid, one.images)).collect())
    }

    /// What is told of a study; of one under a pseudonym that this node gave, that it is one and whether it is whole.
    fn study_summary(&self, study: &StudySummary, damaged: &HashMap<String, u64>) -> Value {
        let mut view = summary(study);
        view["damaged"] = damaged
            .get(&study.study.study_instance_uid)
            .copied()
            .unwrap_or(0)
            .into();
        let pseudonym = self.pseudonym_of(&study.study.study_instance_uid);
        view["pseudonym"] = pseudonym.map_or(
            Value::Null,
            |record| json!({"code": record.code, "finished": record.finished}),
        );
        view
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
        "notes": study.notes,
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
