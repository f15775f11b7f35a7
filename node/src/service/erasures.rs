//! Asking the others of a case to erase their copies of what was sent to them, and answering it (guideline 6(3): images that need
//! not be kept are returned or erased, and it is recorded). A person confirms: she deletes the study as everything is deleted
//! for good here ([`super::deletion`]), and the certificate goes back with her signature; or she says why it is kept.

use dokuei_consultation::AnsweredErasing;
use dokuei_consultation::body::{
    Body, EraseAnswer, EraseOutcome, EraseRequest, Erased, KeepGround, Kept, MAX_CERTIFICATE,
};
use dokuei_consultation::id::{CaseId, EntryId, Sha256Hash};
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::{LogKind, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Node;
use super::deletion::subject;
use super::error::ServiceError;
use super::forwarding::is_requester;
use super::reporting::entry_id;
use super::session::Session;
use crate::clock;

/// What became of a request to erase, as the app sends it: one of the two is given.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerErasing {
    /// The number of the deletion here by which the study went, of which there is a certificate.
    #[serde(default)]
    pub deletion: Option<u64>,
    /// Why it is kept.
    #[serde(default)]
    pub keep: Option<KeepingCopy>,
}

/// Why a copy is kept.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepingCopy {
    /// `legal_hold`, `retention_duty` or `other`.
    #[schema(value_type = String)]
    pub ground: KeepGround,
    /// In words.
    pub reason: String,
}

impl Node {
    /// Asks everybody else who takes part to erase the images of a case that has ended.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn ask_to_erase(&self, session: &Session, id: &str, reason: String) -> Result<Value, ServiceError> {
        self.act(session, id, "ask_erase", |_| {
            Ok(Body::EraseRequest(EraseRequest { reason }))
        })
    }

    /// Answers such a request: with the certificate of the deletion here, or with the reason why it is kept.
    ///
    /// # Errors
    /// [`ServiceError::Field`] when there is no such deletion of this study, or it is here again; [`ServiceError::Refused`].
    pub fn answer_erasing(
        &self,
        session: &Session,
        id: &str,
        request: &str,
        answer: AnswerErasing,
    ) -> Result<Value, ServiceError> {
        let request = entry_id(request)?;
        self.act(session, id, "answer_erase", |case| {
            let outcome = match (answer.deletion, answer.keep) {
                (Some(number), None) => EraseOutcome::Erased(self.erased_by(case, number)?),
                (None, Some(keep)) => EraseOutcome::Kept(Kept {
                    ground: keep.ground,
                    reason: keep.reason,
                }),
                _ => {
                    let why = "say either by which deletion it was erased or why it is kept";
                    return Err(ServiceError::field("deletion", why));
                }
            };
            Ok(Body::EraseAnswer(Box::new(EraseAnswer { request, outcome })))
        })
    }

    /// The certificate of a deletion here, which must be of the study of this case, with nothing of it left.
    fn erased_by(&self, case: &Case, number: u64) -> Result<Erased, ServiceError> {
        let refuse = |why: &'static str| ServiceError::field("deletion", why);
        let (_, asked) = case.request().ok_or(ServiceError::Unknown("request"))?;
        let study = &asked.study_instance_uid;
        let deleted = self.store().deleted(&subject(study))?;
        if deleted.is_none_or(|one| one.number != number) {
            return Err(refuse("by this deletion the study of this case did not go"));
        }
        match self.store().study_record(study) {
            Err(StoreError::NotFound(_)) => {}
            Ok(_) => return Err(refuse("the study is here again: delete it first")),
            Err(error) => return Err(error.into()),
        }
        let row = self.store().deletion(number)?;
        let certificate = self.store().deletion_certificate(number)?;
        let (Some(at), Some(certificate)) = (row.completed_at, certificate) else {
            return Err(refuse("its certificate is not made yet: start the node again"));
        };
        if certificate.len() > MAX_CERTIFICATE {
            return Err(refuse(
                "its certificate is too large to be sent: bring it on another way",
            ));
        }
        Ok(Erased {
            at,
            number,
            sha256: Sha256Hash::of(&certificate),
            certificate,
        })
    }

    /// Whether somebody who sent a study here has asked for it to be erased, and nobody here has answered that it was.
    pub(super) fn is_asked_to_erase(&self, study: &str) -> Result<bool, ServiceError> {
        for id in self.store().log_ids(LogKind::Case)? {
            let Ok(case) = self.kept_case(CaseId::from_bytes(id)) else {
                continue;
            };
            let about = case
                .request()
                .is_some_and(|(_, request)| request.study_instance_uid == study);
            let asked = about && !case.erasures().is_empty();
            let parties = case.parties().into_iter();
            let readers: Vec<_> = parties.filter(|who| !is_requester(&case, who)).collect();
            if asked && self.somebody_works_here(&readers) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Requests to erase, with their answers, as somebody who takes part sees them.
    pub(super) fn erasures_view(&self, case: &Case, me: &Fingerprint) -> Result<Value, ServiceError> {
        let study = case
            .request()
            .map(|(_, asked)| subject(&asked.study_instance_uid));
        let gone = match study {
            Some(study) => self.store().deleted(&study)?.filter(|one| !one.readmitted),
            None => None,
        };
        let (asks, parties) = (is_requester(case, me), case.parties());
        let all = case.erasures().into_iter();
        let views = all.map(|asked| {
            let answers: Vec<Value> = asked.answers.iter().map(|one| self.answer_view(one)).collect();
            let erased = |who: &Fingerprint| {
                let mut hers = asked.answers.iter().filter(|one| one.by == *who);
                hers.any(|one| one.body.is_erased())
            };
            let waits = parties
                .iter()
                .filter(|who| **who != asked.by && !asked.answers.iter().any(|one| one.by == **who));
            json!({
                "entry_id": asked.id,
                "by": self.party(&asked.by),
                "at": clock::rfc3339(asked.at),
                "reason": asked.body.reason,
                "mine": asks,
                "for_me": !asks && parties.contains(me) && !erased(me),
                "waits_for": waits.map(|who| self.party(who)).collect::<Vec<_>>(),
                "answers": answers,
                "deletion": gone.map(|one| one.number),
            })
        });
        Ok(views.collect())
    }

    fn answer_view(&self, one: &AnsweredErasing<'_>) -> Value {
        let mut view = json!({
            "entry_id": one.id,
            "by": self.party(&one.by),
            "at": clock::rfc3339(one.at),
            "outcome": "kept",
            "ground": null,
            "reason": null,
            "erased_at": null,
            "certificate": null,
            "sha256": null,
        });
        match &one.body.outcome {
            EraseOutcome::Kept(kept) => {
                view["ground"] = kept.ground.name().into();
                view["reason"] = kept.reason.clone().into();
            }
            EraseOutcome::Erased(erased) => {
                view["outcome"] = "erased".into();
                view["erased_at"] = clock::rfc3339(erased.at).into();
                view["certificate"] = erased.number.into();
                view["sha256"] = erased.sha256.to_string().into();
            }
        }
        view
    }

    /// The certificate that came back with an answer; that it was taken is in the trail.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when there is no such answer in a case of hers.
    pub fn erasure_certificate(
        &self,
        session: &Session,
        id: &str,
        answer: &str,
    ) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let answer: EntryId = entry_id(answer)?;
        let erasures = case.erasures();
        let mut answers = erasures.iter().flat_map(|asked| &asked.answers);
        let found = answers.find(|one| one.id == answer).map(|one| &one.body.outcome);
        let Some(EraseOutcome::Erased(erased)) = found else {
            return Err(ServiceError::Unknown("certificate"));
        };
        self.audit(&session.id, "erase_certificate", id, "success")?;
        Ok(erased.certificate.clone())
    }
}
