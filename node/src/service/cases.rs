//! Consultations: what the two practitioners of a case do in it.

use dokuei_consultation::body::{Accept, Body, Close, Decline, Outcome};
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_dicom::deid::Options;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Object};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Node;
use super::checking::MeantPatient;
use super::error::ServiceError;
use super::reporting::reading_of;
use super::session::Session;

/// What a dentist asks, as the app sends it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
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
    #[schema(value_type = Option<crate::gateway::shapes::studies::PseudonymOptions>)]
    pub pseudonymise: Option<Options>,
    /// The patient who is meant, to be compared with the images.
    #[serde(default)]
    pub patient: Option<MeantPatient>,
    /// The words of the findings that were looked at (`acknowledge` of [`Node::check_request`]).
    #[serde(default)]
    pub acknowledged: Vec<String>,
}

/// The patient's consent, as the app sends it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewConsent {
    /// Who explained.
    pub explained_by: String,
    /// When, RFC 3339.
    pub explained_at: String,
    /// What was agreed to.
    pub scope: String,
}

/// How a case is closed, as the app sends it: one of the two is given.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Closing {
    /// Who informed the patient.
    #[serde(default)]
    pub patient_informed_by: Option<String>,
    /// Why nobody did.
    #[serde(default)]
    pub not_informed_because: Option<String>,
}

impl Node {
    /// Accepts a request, or a further reading; the study is fetched from then on.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn accept(&self, session: &Session, id: &str) -> Result<Value, ServiceError> {
        let me = self.me(session);
        // Another's case is told from one that is not here by nothing, this neither (R12).
        self.my_case(session, id)?;
        self.may_begin(session)?;
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
        let me = self.me(session);
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
        self.row(&case, &self.me(session))
    }

    /// A case in which the practitioner has a part: another's is not told from one that is not here (R12).
    pub(super) fn my_case(&self, session: &Session, id: &str) -> Result<Case, ServiceError> {
        let id: CaseId = id.parse().map_err(|_| ServiceError::Unknown("case"))?;
        let case = match self.case_log(id) {
            Err(ServiceError::Unknown(_)) => return Err(self.gone("case", &id.to_string())),
            case => case?,
        };
        if case.parties().contains(&self.me(session)) {
            Ok(case)
        } else {
            Err(ServiceError::Unknown("case"))
        }
    }

    /// How a practitioner is named in a list.
    pub(super) fn party(&self, fingerprint: &Fingerprint) -> Value {
        let certificate = self.people().present(fingerprint);
        certificate.map_or(Value::Null, |one| {
            json!({
                "fingerprint": one.fingerprint,
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
    let unanswered = hers.find(|one| one.accepted.is_none() && one.is_asked());
    let asked = unanswered
        .or_else(|| reading_of(case, me))
        .map(|one| one.asked_by);
    asked
        .or_else(|| case.request().map(|(id, _)| id))
        .ok_or(ServiceError::Unknown("request"))
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
        "reconcile" => (Action::SignFinal, Object::PARTY_CASE),
        "co_sign" => (Action::CoSign, Object::PARTY_CASE),
        "forward" => (Action::Forward, Object::OWN_CASE),
        "decline" | "cancel_receiving" | "propose_forward" | "answer_erase" => {
            (Action::Correspond, Object::PARTY_CASE)
        }
        _ => (Action::Correspond, Object::OWN_CASE),
    }
}
