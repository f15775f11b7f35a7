//! What goes to and fro beside request and report: doubts and their answers, the word to the patient, and taking a request
//! back (R7).

use dokuei_consultation::body::{Answer, Body, PatientInformed, Query, Withdraw};
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Node;
use super::error::ServiceError;
use super::reporting::entry_id;
use super::session::Session;
use crate::clock;

/// A doubt, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewQuery {
    /// The question.
    pub question: String,
    /// Fingerprint of whoever is asked; unset: the other side.
    #[serde(default)]
    pub to: Option<String>,
    /// The entry that it is about; unset: the newest version of the report, else the request.
    #[serde(default)]
    pub about: Option<String>,
}

/// That a result was explained to the patient, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Informing {
    /// The name of the person who explained.
    pub by: String,
    /// The version or the urgent finding; unset: the newest final version.
    #[serde(default)]
    pub about: Option<String>,
    /// When, RFC 3339; unset: now.
    #[serde(default)]
    pub at: Option<String>,
    /// What was said.
    #[serde(default)]
    pub note: String,
}

impl Node {
    /// Asks another who takes part about a doubt (疑義照会).
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn query(&self, session: &Session, id: &str, query: NewQuery) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let to = query.to.as_deref().map(fingerprint).transpose()?;
        let about = query.about.as_deref().map(entry_id).transpose()?;
        self.act(session, id, "query", |case| {
            let (request, _) = case.request().ok_or(ServiceError::Unknown("request"))?;
            let newest = case.versions().last().map(|version| version.id);
            Ok(Body::Query(Query {
                to: to
                    .or_else(|| other_side(case, &me))
                    .ok_or(ServiceError::Unknown("practitioner"))?,
                about: about.or(newest).unwrap_or(request),
                question: query.question,
            }))
        })
    }

    /// Answers a query; whoever asked it says so how it was settled otherwise.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn answer_query(
        &self,
        session: &Session,
        id: &str,
        query: &str,
        answer: String,
    ) -> Result<Value, ServiceError> {
        let query = entry_id(query)?;
        self.act(session, id, "answer", |_| {
            Ok(Body::Answer(Answer { query, answer }))
        })
    }

    /// Records that a result was explained to the patient.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule, [`ServiceError::NoReport`].
    pub fn inform(&self, session: &Session, id: &str, informing: Informing) -> Result<Value, ServiceError> {
        let about = informing.about.as_deref().map(entry_id).transpose()?;
        let at = self.said_at("at", informing.at.as_deref())?;
        self.act(session, id, "informed", |case| {
            let newest = || case.versions().into_iter().rfind(|version| version.is_final());
            let newest = || newest().map(|version| version.id);
            Ok(Body::PatientInformed(PatientInformed {
                about: about.or_else(newest).ok_or(ServiceError::NoReport)?,
                by: informing.by,
                at,
                note: informing.note,
            }))
        })
    }

    /// Takes a request back.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn withdraw(&self, session: &Session, id: &str, reason: String) -> Result<Value, ServiceError> {
        self.act(session, id, "withdraw", |_| {
            Ok(Body::Withdraw(Withdraw { reason }))
        })
    }

    /// A time that somebody tells; now when she tells none. What is still to come has not happened.
    pub(super) fn said_at(&self, field: &'static str, at: Option<&str>) -> Result<Timestamp, ServiceError> {
        let now = self.now();
        let Some(text) = at.filter(|text| !text.is_empty()) else {
            return Ok(now);
        };
        let at = clock::parse(text)
            .ok_or_else(|| ServiceError::field(field, "it is not a time as RFC 3339 writes it"))?;
        if at > now.plus(dokuei_consultation::CLOCK_TOLERANCE) {
            return Err(ServiceError::field(field, "it is still to come"));
        }
        Ok(at)
    }
}

/// A practitioner who is named by the app.
pub(super) fn fingerprint(text: &str) -> Result<Fingerprint, ServiceError> {
    text.parse().map_err(|error| ServiceError::field("to", error))
}

/// The requester, for a reader; for the requester whoever reads.
pub(super) fn other_side(case: &Case, me: &Fingerprint) -> Option<Fingerprint> {
    let requester = case.requester()?;
    if requester == *me {
        case.consultant()
    } else {
        Some(requester)
    }
}
