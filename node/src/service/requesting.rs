//! Asking for a consultation: the request is signed, the study sealed, the key granted to the specialist's devices,
//! and only when all of it is on disk does anything count as sent.

use std::sync::Arc;

use dokuei_consultation::agreement::AgreementInForce;
use dokuei_consultation::author::Author;
use dokuei_consultation::body::{
    Body, Consent, Grant, Patient, PersonName, Request, Requester, Sex, Urgency,
};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::event::Event;
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{self, Action, Object};
use dokuei_package::grant::grant;
use dokuei_store::{Direction, LogKind, NewPackage, StudySummary};
use serde_json::{Value, json};

use super::Node;
use super::cases::NewRequest;
use super::error::ServiceError;
use super::jobs::Job;
use super::sealing::{SealedStudy, ToSeal};
use super::session::Session;
use crate::clock;

/// A case that is being written but is not on disk yet: nobody else can know of it.
struct Beginning<'a> {
    node: &'a Node,
    session: &'a Session,
    author: Author,
    case: Case,
    effects: Vec<Effect>,
}

impl Beginning<'_> {
    /// Signs the next entry and keeps what is to be done for it.
    fn add(&mut self, body: Body) -> Result<EntryId, ServiceError> {
        let (people, now) = (self.node.people(), self.node.now());
        let draft = self.case.draft(&self.author, body, people, now)?;
        let entry = draft.sign(&self.session.secrets.signing, &mut rand::rng());
        let id = entry.id();
        self.effects
            .extend(self.case.handle(Event::Authored(entry), people, now)?);
        Ok(id)
    }
}

impl Node {
    /// Checks a request at once; then signs it and seals the study in the background.
    ///
    /// # Errors
    /// [`ServiceError`] for whatever is missing or not allowed; nothing has changed then.
    pub fn start_request(
        &self,
        session: &Arc<Session>,
        wanted: NewRequest,
    ) -> Result<(CaseId, Arc<Job>), ServiceError> {
        let now = self.now();
        self.permit(session, Action::Request, Object::OWN_CASE)?;
        self.refuse_practice(&wanted.study_instance_uid)?;
        self.may_begin(session)?;
        let consultant: Fingerprint = wanted
            .with
            .parse()
            .map_err(|error| ServiceError::field("with", error))?;
        let reader = self
            .people()
            .present(&consultant)
            .ok_or(ServiceError::Unknown("practitioner"))?;
        policy::entitled(&reader, Action::Consult, now)?;
        self.people().standing_now(&consultant)?;
        if self.people().nodes_of(&consultant, now)?.is_empty() {
            return Err(ServiceError::NoDevice);
        }
        let study = self.seen_study(&self.me(session), &wanted.study_instance_uid)?;
        self.require_finished(&wanted.study_instance_uid)?;
        let sent = match &wanted.pseudonymise {
            None => study.clone(),
            Some(options) => {
                self.to_pseudonymise(&self.me(session), &wanted.study_instance_uid, options)?;
                self.as_pseudonymised(&study, options)?
            }
        };
        let agreement = self
            .agreement_with(&self.me(session), &consultant, now)?
            .ok_or(ServiceError::NoAgreement)?;
        self.require_settled(&study, &wanted)?;
        let pseudonymise = wanted.pseudonymise;
        let request = self.request_body(session, consultant, &agreement, &sent, wanted)?;
        let id = CaseId::from_bytes(rand::random());
        let author = self.author(session)?;
        let mut check = Beginning {
            node: self,
            session,
            author,
            case: Case::new(id, self.here()?),
            effects: Vec::new(),
        };
        check.add(Body::Request(Box::new(request.clone())))?;
        let (node, session) = (self.clone(), Arc::clone(session));
        let job = self
            .0
            .jobs
            .start("request", &self.0.events, move |job| match pseudonymise {
                None => node.request(job, &session, id, request, &study),
                Some(options) => {
                    node.pseudonymised(job, &session.id, &study, &options)?;
                    let sent = node.store().study(&request.study_instance_uid)?;
                    node.request(job, &session, id, request, &sent)
                }
            });
        Ok((id, job))
    }

    fn request(
        &self,
        job: &Job,
        session: &Session,
        id: CaseId,
        request: Request,
        study: &StudySummary,
    ) -> Result<Value, ServiceError> {
        let (now, consultant) = (self.now(), request.consultant);
        let author = self.author(session)?;
        let mut beginning = Beginning {
            node: self,
            session,
            author,
            case: Case::new(id, self.here()?),
            effects: Vec::new(),
        };
        let request = beginning.add(Body::Request(Box::new(request)))?;
        let what = ToSeal {
            case: id,
            request,
            reader: consultant,
            study,
        };
        let sealed = self.seal(job, session, what, now)?;
        beginning.add(Body::PackageOffered(sealed.offer()))?;
        for device in self.people().nodes_of(&consultant, now)? {
            let key = grant(
                &sealed.cek,
                &sealed.core,
                &consultant,
                &device.kem,
                &mut rand::rng(),
            )
            .map_err(|error| ServiceError::field("device list", error))?;
            beginning.add(Body::Grant(Grant {
                package: sealed.package,
                recipient: consultant,
                node: device.node,
                kid: device.kid,
                sealed: key.to_bytes(),
            }))?;
        }
        let (bytes, sealed_bytes) = (sealed.bytes, sealed.core.core().ciphertext_length);
        self.keep_package(id, sealed)?;
        let effects = beginning.effects;
        let _writing = self.write_lock();
        self.perform(LogKind::Case, *id.as_bytes(), effects)?;
        // It is on its way while the rest is written down.
        self.ring();
        self.store()
            .set_study_case(&study.study.study_instance_uid, id.as_bytes())?;
        self.audit(&session.id, "request", &id.to_string(), "success")?;
        Ok(json!({"case_id": id, "bytes": bytes, "sealed_bytes": sealed_bytes}))
    }

    pub(super) fn keep_package(&self, case: CaseId, sealed: SealedStudy) -> Result<(), ServiceError> {
        let core = sealed.core.core();
        let package = NewPackage {
            package_id: *sealed.package.as_bytes(),
            case_id: *case.as_bytes(),
            direction: Direction::Outgoing,
            core: sealed.core.bytes().to_vec(),
            core_hash: *sealed.core.hash(),
            root: core.root,
            length: core.ciphertext_length,
            verified: Vec::new(),
        };
        let (key, form) = (sealed.cek.as_bytes(), sealed.form.to_string());
        Ok(self
            .store()
            .add_package(&package, sealed.file, Some((key, &form)), self.now())?)
    }

    fn request_body(
        &self,
        session: &Session,
        consultant: Fingerprint,
        agreement: &AgreementInForce,
        study: &StudySummary,
        wanted: NewRequest,
    ) -> Result<Request, ServiceError> {
        let certificate = &session.certificate;
        let explained_at = clock::parse(&wanted.consent.explained_at).ok_or_else(|| {
            ServiceError::field("consent.explained_at", "it is not a time as RFC 3339 writes it")
        })?;
        let hours = u64::from(agreement.agreement().turnaround_hours);
        Ok(Request {
            agreement: agreement.reference(),
            requester: Requester {
                practitioner: certificate.fingerprint,
                name: certificate.name.japanese.clone(),
                institution: self.own()?.certificate.institution.clone(),
            },
            consultant,
            patient: patient_of(study),
            study_instance_uid: study.study.study_instance_uid.clone(),
            modalities: study.modalities.clone(),
            region: wanted.region,
            question: wanted.question,
            history: wanted.history,
            urgency: urgency_of(&wanted.urgency)?,
            due: Some(self.now().plus(hours * 3600)),
            justification: wanted.justification,
            consent: Consent {
                explained_by: wanted.consent.explained_by,
                explained_at,
                scope: wanted.consent.scope,
            },
        })
    }
}

pub(super) fn patient_of(summary: &StudySummary) -> Patient {
    let study = &summary.study;
    Patient {
        name: PersonName {
            alphabetic: study.patient_name.alphabetic.clone(),
            ideographic: study.patient_name.ideographic.clone(),
            phonetic: study.patient_name.phonetic.clone(),
        },
        id: study.patient_id.clone(),
        birth_date: Some(study.birth_date.clone()).filter(|date| !date.is_empty()),
        sex: match study.sex.as_str() {
            "F" => Sex::Female,
            "M" => Sex::Male,
            "O" => Sex::Other,
            _ => Sex::Unknown,
        },
    }
}

fn urgency_of(word: &str) -> Result<Urgency, ServiceError> {
    match word {
        "routine" | "" => Ok(Urgency::Routine),
        "urgent" => Ok(Urgency::Urgent),
        "emergency" => Ok(Urgency::Emergency),
        _ => Err(ServiceError::field(
            "urgency",
            "it is routine, urgent or emergency",
        )),
    }
}
