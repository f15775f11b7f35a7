//! Consultations: the work list, one case, and what its two practitioners do in it.

use std::collections::HashMap;

use dokuei_consultation::body::{Accept, Body, Close, Decline, Outcome};
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;
use dokuei_dicom::deid::Options;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Object};
use dokuei_store::{OutboxRow, PackageRow, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Node;
use super::checking::MeantPatient;
use super::error::ServiceError;
use super::findings::role;
use super::reporting::reading_of;
use super::session::Session;
use crate::clock;

/// What a dentist asks, as the app sends it.
#[derive(Debug, Deserialize)]
pub struct NewRequest {
    /// Study Instance UID.
    pub study_instance_uid: String,
    /// Fingerprint of the specialist.
    pub with: String,
    /// Clinical question.
    pub question: String,
    /// History and symptoms.
    #[serde(default)]
    pub history: String,
    /// Region.
    pub region: String,
    /// Why the examination was justified.
    pub justification: String,
    /// The patient's consent.
    pub consent: NewConsent,
    /// routine, urgent, emergency.
    #[serde(default)]
    pub urgency: String,
    /// How a pseudonym is given before it leaves; unset: it goes under the patient's name.
    #[serde(default)]
    pub pseudonymise: Option<Options>,
    /// The patient who is meant, to be compared with the images.
    #[serde(default)]
    pub patient: Option<MeantPatient>,
    /// The words of the findings that were looked at (`acknowledge` of [`Node::check_request`]).
    #[serde(default)]
    pub acknowledged: Vec<String>,
}

/// The patient's consent, as the app sends it.
#[derive(Debug, Deserialize)]
pub struct NewConsent {
    /// Who explained.
    pub explained_by: String,
    /// When, RFC 3339.
    pub explained_at: String,
    /// What was agreed to.
    pub scope: String,
}

/// How a case is closed, as the app sends it: one of the two is given.
#[derive(Deserialize)]
pub struct Closing {
    /// Who informed the patient.
    #[serde(default)]
    pub patient_informed_by: Option<String>,
    /// Why nobody did.
    #[serde(default)]
    pub not_informed_because: Option<String>,
}

impl Node {
    /// The work list of a practitioner: urgent first, then newest first.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn cases(&self, session: &Session) -> Result<Value, ServiceError> {
        let me = session.certificate.fingerprint;
        // Once for all: with hundreds of cases, asking for each would be hundreds of questions.
        let outbox = self.store().outbox(None)?;
        let mut packages: HashMap<[u8; 16], Vec<PackageRow>> = HashMap::new();
        for row in self.store().packages(None)? {
            packages.entry(row.package.case_id).or_default().push(row);
        }
        let mut rows = Vec::new();
        for case in self.readable_cases()? {
            if case.parties().contains(&me) {
                let packages = packages.get(case.id().as_bytes()).map_or(&[][..], Vec::as_slice);
                rows.push(self.row_among(&case, &me, packages, &outbox)?);
            }
        }
        let rank = |row: &Value| match row["urgency"].as_str() {
            Some("emergency") => 0,
            Some("urgent") => 1,
            _ => 2,
        };
        rows.sort_by(|a, b| {
            rank(a)
                .cmp(&rank(b))
                .then_with(|| b["requested_at"].as_str().cmp(&a["requested_at"].as_str()))
        });
        Ok(rows.into())
    }

    /// Accepts a request, or a further reading; the study is fetched from then on.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn accept(&self, session: &Session, id: &str) -> Result<Value, ServiceError> {
        let me = session.certificate.fingerprint;
        self.act(session, id, "accept", |case| {
            let request = asked_of(case, &me)?;
            let mut readings = case.readings().into_iter();
            let blind = readings.any(|one| one.asked_by == request && one.is_blind());
            self.read_apart(case, &me, blind)?;
            Ok(Body::Accept(Accept {
                request,
                note: String::new(),
            }))
        })
    }

    /// Declines a request, or a further reading.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn decline(&self, session: &Session, id: &str, reason: String) -> Result<Value, ServiceError> {
        let me = session.certificate.fingerprint;
        self.act(session, id, "decline", |case| {
            Ok(Body::Decline(Decline {
                request: asked_of(case, &me)?,
                reason,
            }))
        })
    }

    /// Closes a consultation.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn close(&self, session: &Session, id: &str, closing: Closing) -> Result<Value, ServiceError> {
        let outcome = match (closing.patient_informed_by, closing.not_informed_because) {
            (Some(by), None) => Outcome::PatientInformed { by, at: self.now() },
            (None, Some(reason)) => Outcome::NotInformed { reason },
            _ => {
                let why = "say either who informed the patient or why nobody did";
                return Err(ServiceError::field("patient_informed_by", why));
            }
        };
        self.act(session, id, "close", |_| Ok(Body::Close(Close { outcome })))
    }

    /// Reads the case, writes one entry of the practitioner's and shows the case as it is then.
    pub(super) fn act(
        &self,
        session: &Session,
        id: &str,
        verb: &str,
        body: impl FnOnce(&Case) -> Result<Body, ServiceError>,
    ) -> Result<Value, ServiceError> {
        let writing = self.write_lock();
        // First whether there is a case for her at all: the policy must not tell what is here (R12).
        let mut case = self.my_case(session, id)?;
        let (action, object) = asked_of_policy(verb);
        match self.permit(session, action, object) {
            // R9: never held back for what others may know better; it goes as soon as somebody can be reached.
            Err(ServiceError::StaleRegister { .. }) if NEVER_HELD_BACK.contains(&verb) => {}
            permitted => permitted?,
        }
        let outcome = body(&case).and_then(|body| self.author_case(session, &mut case, body));
        drop(writing);
        self.audit(
            &session.id,
            verb,
            id,
            if outcome.is_ok() { "success" } else { "refused" },
        )?;
        outcome?;
        self.ring();
        self.row(&case, &session.certificate.fingerprint)
    }

    /// A case in which the practitioner has a part: another's is not told from one that is not here (R12).
    pub(super) fn my_case(&self, session: &Session, id: &str) -> Result<Case, ServiceError> {
        let id: CaseId = id.parse().map_err(|_| ServiceError::Unknown("case"))?;
        let case = self.case_log(id)?;
        if case.parties().contains(&session.certificate.fingerprint) {
            Ok(case)
        } else {
            Err(ServiceError::Unknown("case"))
        }
    }

    pub(super) fn row(&self, case: &Case, me: &Fingerprint) -> Result<Value, ServiceError> {
        let packages = self.store().packages(Some(case.id().as_bytes()))?;
        self.row_among(case, me, &packages, &self.store().outbox(None)?)
    }

    /// A case as the work list shows it; `packages` are those of the case, `outbox` is all that waits.
    fn row_among(
        &self,
        case: &Case,
        me: &Fingerprint,
        packages: &[PackageRow],
        outbox: &[OutboxRow],
    ) -> Result<Value, ServiceError> {
        // Neither what it waits for nor an alarm tells a blind reader of another's report.
        let (overdue, seen) = (self.overdue_in(case, me), case.seen_by(me));
        let case = &*seen;
        let Some((id, request)) = case.request() else {
            return Ok(Value::Null);
        };
        let requesting = request.requester.practitioner == *me;
        let other = if requesting {
            case.consultant().unwrap_or(request.consultant)
        } else {
            request.requester.practitioner
        };
        let (state, open, reports) = (case.state(), case.open(), case.versions());
        let requested_at = case
            .log()
            .get(&id)
            .map(|entry| clock::rfc3339(entry.header().time));
        let (patient, pseudonym) = self.shown_patient(request);
        let [study_date, description] = self.seen_of(&self.real_study(&request.study_instance_uid))?;
        let newest = reports
            .last()
            .map(|version| json!({"status": version.status(), "version": reports.len()}));
        let asked = reading_of(case, me)
            .is_some_and(|one| one.consented && one.accepted.is_none() && one.declined.is_none());
        let open: Vec<Value> = open
            .iter()
            .map(|one| json!({"kind": one.kind.name(), "entry": one.entry, "mine": one.owner == *me}))
            .collect();
        Ok(json!({
            "case_id": case.id(),
            "role": role(requesting),
            "state": state.name(),
            "unread": unread(&state, requesting, asked),
            "alarm": !case.alarms().is_empty(),
            "frozen": case.log().fork().is_some(),
            "open": open,
            "overdue": overdue,
            "patient_name": patient.display_name(),
            "patient": patient,
            "pseudonym": pseudonym,
            "study_instance_uid": request.study_instance_uid,
            "modalities": request.modalities,
            "study_date": study_date,
            "study_description": description,
            "requester": {
                "name": request.requester.name,
                "institution": request.requester.institution,
            },
            "with": self.party(&other),
            "question": request.question,
            "region": request.region,
            "urgency": request.urgency,
            "requested_at": requested_at,
            "due_at": request.due.map(clock::rfc3339),
            "transfer": self.transfer(case, packages, requesting)?,
            "waiting": self.waiting_in(case.id().as_bytes(), outbox),
            "report": newest,
        }))
    }

    /// Day and description of a study that is here, as DICOM writes them; the request does not tell them.
    fn seen_of(&self, uid: &str) -> Result<[Option<String>; 2], ServiceError> {
        // Not the summary: for each row of the list it would count what the study holds.
        match self.store().study_record(uid) {
            Ok(study) => {
                let told = |text: String| Some(text).filter(|text| !text.is_empty());
                Ok([told(study.study_date), told(study.description)])
            }
            Err(StoreError::NotFound(_)) => Ok([None, None]),
            Err(error) => Err(error.into()),
        }
    }

    /// How a practitioner is named in a list.
    pub(super) fn party(&self, fingerprint: &Fingerprint) -> Value {
        let certificate = self.people().certificate(fingerprint);
        certificate.map_or(Value::Null, |one| {
            json!({
                "fingerprint": fingerprint,
                "name_ja": one.name.japanese,
                "name_latin": one.name.latin,
                "institution": one.institution,
                "licence_number": one.licence.number,
            })
        })
    }
}

/// By which request or forward the practitioner is asked and has not answered; else the request.
fn asked_of(case: &Case, me: &Fingerprint) -> Result<EntryId, ServiceError> {
    let mut hers = case.readings().into_iter().filter(|one| one.who == *me);
    let unanswered = hers.find(|one| one.accepted.is_none() && one.declined.is_none());
    let asked = unanswered
        .or_else(|| reading_of(case, me))
        .map(|one| one.asked_by);
    asked
        .or_else(|| case.request().map(|(id, _)| id))
        .ok_or(ServiceError::Unknown("request"))
}

/// Whether the next move is this practitioner's and she has not made it yet.
fn unread(state: &State, requesting: bool, asked: bool) -> bool {
    match state {
        State::AwaitingReading { .. } if requesting => true,
        state => asked && !state.is_ended(),
    }
}

/// Acts that wait for nothing but the rules (R9).
const NEVER_HELD_BACK: [&str; 2] = ["urgent", "acknowledge"];

/// What the policy is asked before a step of a case is signed.
pub(super) fn asked_of_policy(verb: &str) -> (Action, Object) {
    match verb {
        "accept" | "urgent" | "incidental" => (Action::Consult, Object::PARTY_CASE),
        "report" => (Action::SignPreliminary, Object::PARTY_CASE),
        "addendum" => (Action::SignAddendum, Object::PARTY_CASE),
        "amend" => (Action::SignAmendment, Object::PARTY_CASE),
        "forward" => (Action::Forward, Object::OWN_CASE),
        "decline" | "cancel_receiving" | "propose_forward" => (Action::Correspond, Object::PARTY_CASE),
        _ => (Action::Correspond, Object::OWN_CASE),
    }
}
