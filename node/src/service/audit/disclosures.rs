//! What a patient may ask for (個人情報保護法 33条): who saw or received what of hers, when and why.

use std::collections::BTreeSet;

use dokuei_audit::{Audited, Patient, act};
use dokuei_consultation::body::{Body, Request};
use dokuei_consultation::machine::Case;
use dokuei_store::Origin;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AuditWanted, Filter};
use crate::clock;
use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::session::Session;

/// Whose disclosures are asked for. Institutions number their patients as they like: where one number is that of several
/// patients here, institution and date of birth say which is meant.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// Patient ID.
    pub patient: String,
    /// The institution whose number it is.
    #[serde(default)]
    pub institution: Option<String>,
    /// As DICOM writes it, `YYYYMMDD`.
    #[serde(default)]
    pub birth_date: Option<String>,
}

impl Whose {
    fn is(&self, patient: &Patient) -> bool {
        let fits = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        patient.id == self.patient
            && fits(&self.institution, &patient.issuer)
            && fits(&self.birth_date, &patient.birth_date)
    }
}

impl Node {
    /// Everything that was disclosed of a patient by what the one who asks may see, oldest first: by rows of the trail, and
    /// by consultations, which say to whom and why.
    ///
    /// # Errors
    /// [`ServiceError::Field`] when it is not clear who is meant, [`ServiceError::Unknown`] when there is nothing of this
    /// patient here that the practitioner may see.
    pub fn disclosures(&self, session: &Session, whose: &Whose) -> Result<Value, ServiceError> {
        self.require_duty(&session.id, dokuei_governance::duty::Duty::Privacy)?;
        if whose.patient.trim().is_empty() {
            return Err(ServiceError::field("patient", "say whose Patient ID"));
        }
        let mut rows = self.rows_of(self.sight_of(session)?, &Filter::of(about(&whose.patient))?)?;
        rows.retain(|row| row.patient.as_ref().is_some_and(|patient| whose.is(patient)));
        let who: BTreeSet<(&str, &str)> = rows
            .iter()
            .filter_map(|row| row.patient.as_ref())
            .map(|patient| (patient.issuer.as_str(), patient.birth_date.as_str()))
            .collect();
        if who.len() > 1 {
            let which: Vec<String> = who.iter().map(|(of, born)| format!("{of} {born}")).collect();
            let which = format!(
                "several patients have this number here; say which, by institution and date of birth: {}",
                which.join(", ")
            );
            return Err(ServiceError::field("patient", which));
        }
        let patient = rows.iter().rev().find_map(|row| row.patient.clone());
        let patient = patient.ok_or(ServiceError::Unknown("patient"))?;
        let mut consultations = Vec::new();
        for case in self.readable_cases()? {
            if let Some((_, request)) = case.request()
                && case.parties().contains(&self.me(session))
            {
                let (shown, _) = self.shown_patient(request);
                let same = shown.id == patient.id
                    && shown.birth_date.as_deref().unwrap_or_default() == patient.birth_date
                    && self.issuer_of(request) == patient.issuer;
                if same {
                    consultations.push(self.disclosed_by(&case));
                }
            }
        }
        let disclosed: Vec<Value> = rows.iter().filter(|row| discloses(row)).map(line).collect();
        // On something of the patient's, so that the row itself is hers.
        let on = rows
            .iter()
            .find_map(|row| row.case.as_ref().or(row.study.as_ref().map(|study| &study.uid)));
        self.audit(&session.id, "disclosures", on.map_or("audit", |on| on), "success")?;
        Ok(json!({
            "patient": patient,
            "institution": self.config().institution.name,
            "made_at": clock::rfc3339(self.now()),
            "made_by": session.certificate.name.japanese,
            "disclosures": disclosed,
            "consultations": consultations,
            "audit_head": super::head_view(&self.store().audit_head()?),
        }))
    }

    /// The institution whose Patient ID a request names.
    pub(super) fn issuer_of(&self, request: &Request) -> String {
        let study = self.real_study(&request.study_instance_uid);
        let ours = self
            .store()
            .study_record(&study)
            .is_ok_and(|study| study.origin == Origin::Imported);
        if ours {
            self.config().institution.name.clone()
        } else {
            request.requester.institution.clone()
        }
    }

    /// To whom a consultation disclosed what, and why.
    fn disclosed_by(&self, case: &Case) -> Value {
        let Some((id, request)) = case.request() else {
            return Value::Null;
        };
        let at = |entry: &dokuei_consultation::entry::VerifiedEntry| clock::rfc3339(entry.header().time);
        let requested_at = case.log().get(&id).map(at);
        let received: Vec<Value> = case
            .log()
            .ordered()
            .into_iter()
            .filter(|entry| matches!(entry.body(), Body::Received(_)))
            .map(|entry| {
                let node = self.people().node_certificate(&entry.header().device);
                json!({"institution": node.map(|node| node.institution), "at": at(entry)})
            })
            .collect();
        let (_, pseudonym) = self.shown_patient(request);
        let with: Vec<Value> = case
            .parties()
            .iter()
            .filter(|party| case.requester() != Some(**party))
            .map(|party| self.party(party))
            .collect();
        json!({
            "case_id": case.id(),
            "requested_at": requested_at,
            "by": {"name": request.requester.name, "institution": request.requester.institution},
            "with": with,
            "pseudonym": pseudonym,
            "study_instance_uid": request.study_instance_uid,
            "why": request.question,
            "justification": request.justification,
            "consent": {
                "explained_by": request.consent.explained_by,
                "explained_at": clock::rfc3339(request.consent.explained_at),
                "scope": request.consent.scope,
            },
            "received": received,
            "state": case.state().name(),
        })
    }
}

fn about(patient: &str) -> AuditWanted {
    AuditWanted {
        patient: Some(patient.to_owned()),
        ..AuditWanted::default()
    }
}

fn discloses(row: &Audited) -> bool {
    act(&row.action, row.case.is_some()).discloses
}

fn line(row: &Audited) -> Value {
    let what = act(&row.action, row.case.is_some());
    json!({
        "seq": row.seq,
        "at": row.time(),
        "who": row.actor.id,
        "name": row.actor.name,
        "action": row.action,
        "what_en": what.words.0,
        "what_ja": what.words.1,
        "study": row.study.as_ref().map(|study| &study.uid),
        "case_id": row.case,
        "outcome": row.outcome,
    })
}
