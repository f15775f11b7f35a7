//! Agreements on who is responsible for what, signed by both before the first request (R8).

use std::sync::Arc;

use dokuei_consultation::agreement::{AgreementInForce, AgreementLog};
use dokuei_consultation::author::Author;
use dokuei_consultation::body::{Agreement, Body, Party};
use dokuei_consultation::entry::EntryType;
use dokuei_consultation::event::Event;
use dokuei_consultation::id::{AgreementId, EntryId};
use dokuei_consultation::standing::Standing;
use dokuei_consultation::template;
use dokuei_document::{Fonts, render_form};
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Object};
use dokuei_identity::time::Timestamp;
use dokuei_store::LogKind;
use serde_json::{Value, json};

use super::Node;
use super::agreement_text::{Wishes, agreement_paper, consent_form, written_out};
use super::error::ServiceError;
use super::session::Session;
use crate::clock;

/// How long an agreement is in force, seconds (one year).
const VALIDITY: u64 = 365 * 86_400;

impl Node {
    /// The agreements of a practitioner.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn agreements(&self, session: &Session) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let mut views = Vec::new();
        for log in self.agreement_logs()? {
            if log.parties().contains(&me) {
                views.push(self.agreement_view(&log, &me));
            }
        }
        Ok(views.into())
    }

    /// Proposes the agreement, written out, to another practitioner; `wishes` say whom to call in an emergency, how soon
    /// reports come, for how long records are kept, and what is paid.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule, for example for one of the same institution.
    pub fn propose_agreement(
        &self,
        session: &Session,
        with: &str,
        wishes: Wishes,
    ) -> Result<Value, ServiceError> {
        let now = self.now();
        self.permit(session, Action::Agree, Object::OWN_CASE)?;
        wishes.validate()?;
        let with: Fingerprint = with.parse().map_err(|error| ServiceError::field("with", error))?;
        let other = self
            .people()
            .certificate(&with)
            .ok_or(ServiceError::Unknown("practitioner"))?;
        let (proposer, other) = (
            self.as_party(&session.certificate, now)?,
            self.as_party(&other, now)?,
        );
        let contact = wishes
            .emergency_contact
            .clone()
            .filter(|contact| !contact.trim().is_empty())
            .unwrap_or_else(|| format!("{} {}", proposer.institution, proposer.name));
        let agreement = template::standard(proposer, other, contact, now, now.plus(VALIDITY));
        let agreement = written_out(agreement, &wishes);
        let id = AgreementId::from_bytes(rand::random());
        let _writing = self.write_lock();
        self.sign_agreement(session, AgreementLog::new(id), agreement, now)
    }

    /// Countersigns an agreement that was proposed to the practitioner.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn countersign_agreement(&self, session: &Session, id: &str) -> Result<Value, ServiceError> {
        let now = self.now();
        self.permit(session, Action::Agree, Object::OWN_CASE)?;
        let id: AgreementId = id.parse().map_err(|_| ServiceError::Unknown("agreement"))?;
        // Read under the lock: two clicks must not become two signatures for one place.
        let _writing = self.write_lock();
        let log = self.agreement_log(id)?;
        if !log.parties().contains(&self.me(session)) {
            return Err(ServiceError::Unknown("agreement"));
        }
        if log.countersigned().is_some() {
            return Ok(self.agreement_view(&log, &self.me(session)));
        }
        let (proposal, _) = log.proposal().ok_or(ServiceError::Unknown("agreement"))?;
        let signed = log.log().get(&proposal).map(|entry| &entry.signed().body);
        // As it was signed: both sign the same words.
        let signed = signed.ok_or(ServiceError::Unknown("agreement"))?;
        let Body::Agreement(agreement) = Body::decode(EntryType::Agreement, signed)? else {
            return Err(ServiceError::Unknown("agreement"));
        };
        let countersignature = agreement.countersignature(proposal);
        self.sign_agreement(session, log, countersignature, now)
    }

    /// An agreement as a paper, PDF/A, with who has signed it and when.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for one of others, or no Japanese font is installed.
    pub fn agreement_paper(&self, session: &Session, id: &str) -> Result<Vec<u8>, ServiceError> {
        let id: AgreementId = id.parse().map_err(|_| ServiceError::Unknown("agreement"))?;
        let log = self.agreement_log(id)?;
        if !log.parties().contains(&self.me(session)) {
            return Err(ServiceError::Unknown("agreement"));
        }
        let (proposal, agreement) = log.proposal().ok_or(ServiceError::Unknown("agreement"))?;
        let signed = |entry: Option<EntryId>, party: &Party| {
            let at = entry.and_then(|entry| log.log().get(&entry));
            let when = at.map_or_else(
                || "未署名 not signed".to_owned(),
                |entry| clock::rfc3339(entry.header().time),
            );
            (format!("{} {}", party.name, party.institution), when)
        };
        let both = [
            signed(Some(proposal), &agreement.proposer),
            signed(countersignature(&log, proposal), &agreement.other),
        ];
        let now = i64::try_from(self.now().0).unwrap_or(i64::MAX);
        let paper = agreement_paper(agreement, &id.to_string(), &both, now);
        let fonts = Fonts::find(self.config().document.font.as_deref())?;
        Ok(render_form(&paper, &fonts)?)
    }

    /// The form on which a patient consents, PDF/A, to be signed by hand.
    ///
    /// # Errors
    /// When no Japanese font is installed.
    pub fn consent_form(&self) -> Result<Vec<u8>, ServiceError> {
        let now = i64::try_from(self.now().0).unwrap_or(i64::MAX);
        let fonts = Fonts::find(self.config().document.font.as_deref())?;
        Ok(render_form(
            &consent_form(&self.config().institution.name, now),
            &fonts,
        )?)
    }

    /// The caller holds the write lock.
    fn sign_agreement(
        &self,
        session: &Session,
        mut log: AgreementLog,
        agreement: Agreement,
        now: Timestamp,
    ) -> Result<Value, ServiceError> {
        let author: Author = self.author(session)?;
        let draft = log.draft(&author, agreement, self.people(), now)?;
        let entry = draft.sign(&session.secrets.signing, &mut rand::rng());
        let effects = log.handle(Event::Authored(entry), self.people(), now)?;
        self.perform(LogKind::Agreement, *log.id().as_bytes(), effects)?;
        self.audit(&session.id, "agree", &log.id().to_string(), "success")?;
        self.ring();
        Ok(self.agreement_view(&log, &self.me(session)))
    }

    /// The agreement in force between two practitioners; of several the one that runs longest.
    pub(super) fn agreement_with(
        &self,
        one: &Fingerprint,
        other: &Fingerprint,
        now: Timestamp,
    ) -> Result<Option<AgreementInForce>, ServiceError> {
        let (one, other) = (self.people().person(one), self.people().person(other));
        let all = self
            .agreement_logs()?
            .into_iter()
            .filter_map(|log| log.in_force(now));
        Ok(all
            .filter(|agreement| agreement.between(&one, &other))
            .max_by_key(|one| one.agreement().valid_until))
    }

    pub(super) fn people_agreement(&self, id: &AgreementId) -> Option<AgreementInForce> {
        self.people().agreement(id)
    }

    pub(super) fn agreement_logs(&self) -> Result<Vec<Arc<AgreementLog>>, ServiceError> {
        let mut logs = Vec::new();
        for row in self.store().logs(Some(LogKind::Agreement))? {
            match self.kept_agreement(AgreementId::from_bytes(row.log_id)) {
                Ok(log) => logs.push(log),
                Err(ServiceError::Refused(refusal)) => {
                    tracing::error!(
                        code = refusal.code(),
                        "a stored agreement does not verify; see `dokuei doctor`"
                    );
                }
                // It was told when it was found.
                Err(ServiceError::DamagedLog) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(logs)
    }

    /// An agreement as it is on disk, to write to.
    pub(super) fn agreement_log(&self, id: AgreementId) -> Result<AgreementLog, ServiceError> {
        Ok(Arc::unwrap_or_clone(self.kept_agreement(id)?))
    }

    /// An agreement as it is on disk, verified as a case is ([`Self::kept_case`]).
    fn kept_agreement(&self, id: AgreementId) -> Result<Arc<AgreementLog>, ServiceError> {
        if let Some(agreement) = self.0.replays.agreement(id.as_bytes()) {
            return Ok(agreement);
        }
        let begun = self.0.replays.begin();
        let entries = self.sound_entries(LogKind::Agreement, id.as_bytes())?;
        let agreement = Arc::new(AgreementLog::replay(id, entries, self.people())?);
        // What is not here yet is not remembered.
        if agreement.proposal().is_some() {
            self.0.replays.keep_agreement(begun, &agreement);
        }
        Ok(agreement)
    }

    /// A practitioner with the institution at which she works: her node's, else the one in her certificate.
    fn as_party(&self, certificate: &PractitionerCertificate, now: Timestamp) -> Result<Party, ServiceError> {
        let devices = self.people().nodes_of(&certificate.fingerprint, now)?;
        let node = devices
            .iter()
            .find_map(|device| self.people().node_certificate(&device.node));
        let institution = node
            .map(|node| node.institution)
            .or_else(|| certificate.institution.clone());
        Ok(Party {
            practitioner: certificate.fingerprint,
            name: certificate.name.japanese.clone(),
            institution: institution.unwrap_or_default(),
        })
    }

    fn agreement_view(&self, log: &AgreementLog, me: &Fingerprint) -> Value {
        let Some((_, agreement)) = log.proposal() else {
            return Value::Null;
        };
        let by_me = agreement.proposer.practitioner == *me;
        let other = if by_me {
            &agreement.other
        } else {
            &agreement.proposer
        };
        let mut with = self.party(&other.practitioner);
        if with.is_null() {
            with = json!({"fingerprint": other.practitioner, "name_ja": other.name, "institution": other.institution});
        }
        json!({
            "id": log.id(),
            "state": log.state(self.now()).name(),
            "with": with,
            "proposed_by_me": by_me,
            "terms": agreement.terms,
            "turnaround_hours": agreement.turnaround_hours,
            "emergency_contact": agreement.emergency_contact,
            "valid_from": clock::rfc3339(agreement.valid_from),
            "valid_until": clock::rfc3339(agreement.valid_until),
        })
    }
}

/// The entry by which a proposal is countersigned.
fn countersignature(log: &AgreementLog, proposal: EntryId) -> Option<EntryId> {
    let mut entries = log.log().ordered().into_iter();
    entries
        .find(|entry| matches!(entry.body(), Body::Agreement(one) if one.countersigns == Some(proposal)))
        .map(dokuei_consultation::entry::VerifiedEntry::id)
}
