//! Further readers: brought in by the requester with the patient's consent, or by a reader, who proposes and waits for the
//! requester's (R1, R12). The images are not sent again: whoever brings her in wraps the key for her.

use std::collections::BTreeSet;
use std::sync::Arc;

use dokuei_consultation::body::{
    AgreementReference, Body, Consent, Decline, EraseNotice, Forward, ForwardConsent, ForwardKind,
};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::state::State;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{self, Action};
use dokuei_net::PeerId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Node;
use super::cases::NewConsent;
use super::error::ServiceError;
use super::reporting::entry_id;
use super::session::Session;

/// A further reader, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewForward {
    /// What she is asked for.
    #[schema(value_type = crate::gateway::shapes::conversation::ForwardKind)]
    pub kind: ForwardKind,
    /// Her fingerprint.
    pub with: String,
    /// What is asked of her.
    pub question: String,
    /// The patient's consent, when the requester asks.
    #[serde(default)]
    pub consent: Option<NewConsent>,
}

impl Node {
    /// Brings a further reader into a case, or proposes her to the requester. In place of one who has declined the study is
    /// sealed anew: then the answer names the job.
    ///
    /// # Errors
    /// [`ServiceError`] for whatever is missing or not allowed.
    pub fn forward(
        &self,
        session: &Arc<Session>,
        id: &str,
        wanted: NewForward,
    ) -> Result<Value, ServiceError> {
        let (me, now) = (self.me(session), self.now());
        let case = self.my_case(session, id)?;
        // A further reading is a consultation of its own.
        self.may_begin(session)?;
        let requesting = is_requester(&case, &me);
        let to: Fingerprint = wanted
            .with
            .parse()
            .map_err(|error| ServiceError::field("with", error))?;
        let reader = self
            .people()
            .present(&to)
            .ok_or(ServiceError::Unknown("practitioner"))?;
        policy::entitled(&reader, Action::Consult, now)?;
        self.people().standing_now(&to)?;
        if self.people().nodes_of(&to, now)?.is_empty() {
            return Err(ServiceError::NoDevice);
        }
        self.read_apart(&case, &to, wanted.kind == ForwardKind::Blind)?;
        let agreement: AgreementReference = self
            .agreement_with(&me, &to, now)?
            .ok_or(ServiceError::NoAgreement)?
            .reference();
        let consent = wanted.consent.map(|consent| self.consent(consent)).transpose()?;
        if requesting && wanted.kind == ForwardKind::Alternative {
            self.release_lost(session, &case)?;
        }
        let verb = if requesting { "forward" } else { "propose_forward" };
        let mut view = self.act(session, id, verb, |case| {
            let (request, _) = case.request().ok_or(ServiceError::Unknown("request"))?;
            Ok(Body::Forward(Box::new(Forward {
                request,
                kind: wanted.kind,
                to,
                name: reader.name.japanese.clone(),
                agreement,
                question: wanted.question,
                consent,
            })))
        })?;
        if !requesting {
            return Ok(view);
        }
        // Before a report can come: to a blind reader nothing is given that follows one. She is brought in already: what
        // fails from here on is told in the log and done when the requester signs in again, or sends the study again.
        if let Err(error) = self.grant_again_for(session, Some(case.id())) {
            tracing::warn!(code = error.code(), %error, "a further reader could not be granted the study yet");
        }
        self.ring();
        match self.seal_for_another(session, id) {
            Ok(Some(job)) => view["job"] = json!(job),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(code = error.code(), %error, "the study could not be sealed for a further reader yet");
            }
        }
        Ok(view)
    }

    /// What is withheld from a blind reader must not lie where she works: neither she nor another reader may be brought in
    /// to work at one node, until she has committed herself.
    pub(super) fn read_apart(&self, case: &Case, who: &Fingerprint, blind: bool) -> Result<(), ServiceError> {
        let hers: BTreeSet<Fingerprint> = self.nodes_listed(who)?;
        for other in case.readings() {
            let matters = blind || (other.is_blind() && !other.committed);
            if matters
                && other.who != *who
                && other.is_asked()
                && !hers.is_disjoint(&self.nodes_listed(&other.who)?)
            {
                return Err(Refusal::NotApart.into());
            }
        }
        Ok(())
    }

    fn nodes_listed(&self, who: &Fingerprint) -> Result<BTreeSet<Fingerprint>, ServiceError> {
        let devices = self.people().all_nodes_of(who)?;
        Ok(devices.into_iter().map(|device| device.node).collect())
    }

    /// Consents, with the patient's consent, to a further reader whom a reader has proposed.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn consent_to_forward(
        &self,
        session: &Session,
        id: &str,
        forward: &str,
        consent: NewConsent,
    ) -> Result<Value, ServiceError> {
        self.may_begin(session)?;
        let (forward, consent) = (entry_id(forward)?, self.consent(consent)?);
        self.act(session, id, "consent", |_| {
            Ok(Body::ForwardConsent(ForwardConsent { forward, consent }))
        })
    }

    /// A further reading is no longer wanted, says whoever asked for it, or the requester.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn end_forward(
        &self,
        session: &Session,
        id: &str,
        forward: &str,
        reason: String,
    ) -> Result<Value, ServiceError> {
        let request = entry_id(forward)?;
        self.act(session, id, "decline", |case| {
            // The request itself is declined by whoever was asked, and taken back by its own entry.
            let mut further = case.readings().into_iter();
            if !further.any(|one| one.asked_by == request && one.forward.is_some()) {
                return Err(ServiceError::Unknown("entry"));
            }
            Ok(Body::Decline(Decline { request, reason }))
        })
    }

    /// The patient's consent as it is signed.
    pub(super) fn consent(&self, consent: NewConsent) -> Result<Consent, ServiceError> {
        let told = Some(consent.explained_at.as_str()).filter(|text| !text.is_empty());
        let Some(told) = told else {
            return Err(ServiceError::field("consent.explained_at", "it must be given"));
        };
        Ok(Consent {
            explained_by: consent.explained_by,
            explained_at: self.said_at("consent.explained_at", Some(told))?,
            scope: consent.scope,
        })
    }

    /// What was sealed for somebody who then declined was erased here: it is taken back, and the study sealed anew for who
    /// is asked in her place.
    fn seal_for_another(&self, session: &Arc<Session>, id: &str) -> Result<Option<String>, ServiceError> {
        let case = self.my_case(session, id)?;
        if case.state() != State::AwaitingAcceptance {
            return Ok(None);
        }
        let kept = self.store().packages(Some(case.id().as_bytes()))?;
        if kept.iter().any(|row| row.has_key) {
            return Ok(None);
        }
        if let Some(package) = case.offered() {
            self.act(session, id, "cancel_sending", |_| {
                let reason = "declined: sealed anew for another reader".to_owned();
                Ok(Body::EraseNotice(EraseNotice { package, reason }))
            })?;
        }
        Ok(Some(self.send_again(session, id)?.id().to_owned()))
    }

    /// Those who read a case, or were asked to.
    pub(super) fn readers_view(&self, case: &Case, me: &Fingerprint) -> Value {
        let hidden = case.withheld_from(me);
        let readings = case.readings().into_iter();
        let seen = readings.filter(|one| !hidden.contains(&one.asked_by));
        seen.map(|one| {
            json!({
                "entry_id": one.asked_by,
                "kind": one.forward.map_or_else(|| json!("consultant"), |forward| json!(forward.kind)),
                "reader": self.party(&one.who),
                "name": one.forward.map(|forward| &forward.name),
                "asked_by": self.party(&one.by),
                "question": one.forward.map(|forward| &forward.question),
                "consented": one.consented,
                "accepted": one.accepted.is_some(),
                "declined": one.declined.is_some(),
                "released": one.released.is_some(),
                "committed": one.committed,
                "reported": one.reported && !self.is_hidden_report(case, &one.asked_by, me),
                "mine": one.who == *me,
            })
        })
        .collect()
    }

    fn is_hidden_report(&self, case: &Case, asked_by: &EntryId, me: &Fingerprint) -> bool {
        let hidden = case.withheld_from(me);
        let mut versions = case.versions().into_iter();
        versions.any(|one| one.report.request == *asked_by && hidden.contains(&one.id))
    }

    /// Lets nodes judge a case of which they were just told something: they are brought the agreements that it rests on,
    /// and are introduced to everybody who has signed in it or is named in it. Unless it is to be `always`, only those to
    /// whom somebody of it was not introduced since they were met.
    pub(super) fn acquaint(
        &self,
        case: &Case,
        peers: &BTreeSet<PeerId>,
        always: bool,
    ) -> Result<(), ServiceError> {
        let log = case.log().ordered();
        let mut people: BTreeSet<Fingerprint> = log.iter().map(|entry| entry.header().signer).collect();
        people.extend(case.readings().iter().flat_map(|one| [one.who, one.by]));
        let lines = people.iter().flat_map(|who| self.people().line(who));
        let lines: Vec<_> = lines.map(|one| one.fingerprint).collect();
        people.extend(lines);
        let people: Vec<_> = people.into_iter().collect();
        for peer in peers {
            let unknown = self.0.heads.asked_about(peer, &people);
            if !(unknown || always) {
                continue;
            }
            for agreement in case.agreements() {
                self.store()
                    .queue_log(&peer.to_string(), agreement.id.as_bytes(), self.now())?;
            }
        }
        self.ring();
        Ok(())
    }
}

/// Whom this practitioner wraps keys of a package for: a requester for those whom she has asked, a reader for those whom
/// she has brought in.
pub(super) fn to_grant(case: &Case, me: &Fingerprint) -> Vec<Fingerprint> {
    if case.state().is_ended() {
        return Vec::new();
    }
    let readings = case.readings();
    let taken_on = readings.iter().any(|one| one.leads() && one.accepted.is_some());
    let waits = |one: &&dokuei_consultation::Reading<'_>| {
        let hers = one.by == *me && one.consented && one.is_asked() && !one.reported;
        hers && (!one.leads() || !taken_on || one.accepted.is_some())
    };
    readings.iter().filter(waits).map(|one| one.who).collect()
}

pub(super) fn is_requester(case: &Case, who: &Fingerprint) -> bool {
    case.requester() == Some(*who)
}
