//! A practice passes to a new owner: one act of the old one over all consultations in which she is the requester, ended ones
//! too, and one of the new one, by which she takes them over (R5). Each consultation is an entry of its own: what was begun
//! when the machine stopped is done as far as it was, and the rest by doing the same again. Studies, retention and the audit
//! trail are the house's and stay where they are, so the new owner must work at this node.
//!
//! From a requester who has lost her credential for good a colleague of her house takes over alone; every node sees for itself
//! that she has.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_consultation::body::{Body, Decline, Ground, HandOver, Loss, Succeeding, TakeOver};
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::standing::Standing;
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{self, Action, Object};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Node;
use super::confirming::Confirmation;
use super::error::ServiceError;
use super::events::EventKind;
use super::session::Session;
use super::work_list::Gist;
use crate::clock;

/// The practice is handed over, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewHandOver {
    /// Fingerprint of the new owner, who works at this node.
    pub to: String,
    /// Why, in words that name no patient.
    pub reason: String,
    /// That it is the old owner who signs.
    #[serde(flatten)]
    pub confirmation: Confirmation,
}

/// The practice is taken over, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewTakeOver {
    /// Fingerprint of the requester whose consultations are taken over.
    pub from: String,
    /// That it is the new owner who signs.
    #[serde(flatten)]
    pub confirmation: Confirmation,
}

/// It is handed over to nobody after all: taken back, or declined.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndingHandOver {
    /// Fingerprint of the other of the two.
    pub with: String,
    /// Why, in words that name no patient.
    pub reason: String,
}

/// How a consultation stands between two requesters: kept with what else follows from its log.
#[derive(Debug, Clone, Default)]
pub(in crate::service) struct Passing {
    pub(in crate::service) requester: Option<Fingerprint>,
    /// To whom it is offered.
    offered: Option<Fingerprint>,
    ended: bool,
    frozen: bool,
    /// The readers with whom a new owner must have an agreement of her own.
    readers: Vec<Fingerprint>,
    /// Everybody who reads in it, or was asked to: none of them can answer for its patient.
    barred: Vec<Fingerprint>,
}

impl Passing {
    pub(in crate::service) fn of(case: &Case) -> Self {
        Self {
            requester: case.requester(),
            offered: case.hand_over().map(|offer| offer.body.to),
            ended: case.state().is_ended(),
            frozen: case.log().fork().is_some(),
            readers: case.to_agree_with().into_iter().map(|(_, who)| who).collect(),
            barred: case.readings().iter().map(|one| one.who).collect(),
        }
    }
}

/// What passes from one requester to one new owner, counted.
#[derive(Debug, Default)]
struct Count {
    open: u64,
    ended: u64,
    /// Of both, how many are offered to her.
    offered: u64,
    frozen: u64,
    /// In which she reads herself.
    barred: u64,
    /// Readers with whom she has no agreement, and in how many consultations.
    lacking: BTreeMap<Fingerprint, u64>,
}

impl Node {
    /// What of the practitioner's could be handed over, to whom and what hinders; and what is offered to her, or left by a
    /// colleague who has lost her credential. Nothing of a patient.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn hand_over_view(&self, session: &Session, to: Option<&str>) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let asked_about = to.map(named).transpose()?.map(|to| self.people().person(&to));
        let gists = self.gists()?;
        let mine = gists.iter().filter(|gist| gist.passing.requester == Some(me));
        let offered = mine.clone().find_map(|gist| gist.passing.offered);
        let to = asked_about.or(offered);
        let mut from: BTreeSet<Fingerprint> = BTreeSet::new();
        for gist in gists.iter().filter(|gist| gist.passing.requester != Some(me)) {
            if let Some(requester) = gist.passing.requester
                && !from.contains(&requester)
                && (gist.passing.offered == Some(me) || self.may_follow(&me, &requester))
            {
                from.insert(requester);
            }
        }
        let mut for_me = Vec::new();
        for requester in from {
            let count = self.count(&gists, &requester, &me)?;
            let lapse = self
                .lapse(&requester)
                .filter(|_| self.may_follow(&me, &requester));
            let mut view = self.count_view(&count);
            view["from"] = self.party(&requester);
            view["lost"] = lapse.map_or(
                Value::Null,
                |lapse| json!({"state": lapse.loss.name(), "since": clock::rfc3339(lapse.since)}),
            );
            for_me.push(view);
        }
        let mut own = match to {
            Some(to) => self.count_view(&self.count(&gists, &me, &to)?),
            None => self.count_view(&self.count(&gists, &me, &me)?),
        };
        own["to"] = to.map_or(Value::Null, |to| self.party(&to));
        Ok(json!({"mine": own, "candidates": self.candidates(&me)?, "for_me": for_me}))
    }

    fn count(
        &self,
        gists: &[std::sync::Arc<Gist>],
        from: &Fingerprint,
        to: &Fingerprint,
    ) -> Result<Count, ServiceError> {
        let (now, mut count) = (self.now(), Count::default());
        let mut agreed: BTreeMap<Fingerprint, bool> = BTreeMap::new();
        let passing = gists.iter().map(|gist| &gist.passing);
        for one in passing.filter(|one| one.requester == Some(*from)) {
            count.open += u64::from(!one.ended);
            count.ended += u64::from(one.ended);
            count.offered += u64::from(one.offered == Some(*to));
            count.frozen += u64::from(one.frozen);
            count.barred += u64::from(one.barred.contains(to));
            if from == to {
                continue;
            }
            for reader in one.readers.iter().filter(|reader| *reader != to) {
                let has = match agreed.get(reader) {
                    Some(has) => *has,
                    None => self.agreement_with(to, reader, now)?.is_some(),
                };
                agreed.insert(*reader, has);
                if !has {
                    *count.lacking.entry(*reader).or_default() += 1;
                }
            }
        }
        Ok(count)
    }

    fn count_view(&self, count: &Count) -> Value {
        let lacking: Vec<Value> = count
            .lacking
            .iter()
            .map(|(reader, cases)| json!({"reader": self.party(reader), "cases": cases}))
            .collect();
        json!({
            "open": count.open,
            "ended": count.ended,
            "offered": count.offered,
            "frozen": count.frozen,
            "barred": count.barred,
            "lacking": lacking,
        })
    }

    /// Those who work here beside her and may answer for a consultation.
    fn candidates(&self, me: &Fingerprint) -> Result<Value, ServiceError> {
        let now = self.now();
        let people = self.people_here()?.into_iter();
        let others = people.filter(|one| {
            let who = self.people().person(&one.fingerprint);
            let may = policy::entitled(one, Action::Request, now).is_ok();
            who != *me && may && self.somebody_works_here(&[who])
        });
        Ok(others
            .map(|one| self.party(&self.people().person(&one.fingerprint)))
            .collect())
    }

    /// The certificates, that hold, of those who work here.
    fn people_here(&self) -> Result<Vec<PractitionerCertificate>, ServiceError> {
        let (held, now, mut people) = (self.trust()?, self.now(), Vec::new());
        for person in self.practitioners()? {
            if let Some(chain) = self.practitioner_files().chain(&person.id)?
                && let Ok(certificate) = held.practitioner(&chain, now)
            {
                people.push(certificate);
            }
        }
        Ok(people)
    }

    /// Whether she is a colleague of one who has lost her credential for good, as the certificates of both say.
    pub(super) fn may_follow(&self, me: &Fingerprint, requester: &Fingerprint) -> bool {
        let house = |who| {
            let certificate = self.people().present(who)?;
            certificate.institution.filter(|name| !name.trim().is_empty())
        };
        let hers = house(me);
        hers.is_some() && hers == house(requester) && self.people().lost_for_good(requester, me)
    }

    /// Hands all consultations of the practitioner's over to a new owner, who becomes their requester when she takes them
    /// over. Done again, it goes on where it had stopped.
    ///
    /// # Errors
    /// [`ServiceError::Field`] for somebody who does not work here, [`ServiceError::Denied`] for one who may not ask for a
    /// consultation, or what [`Node::sign_in`] refuses of passphrase and second factor.
    pub fn hand_over(&self, session: &Session, wanted: NewHandOver) -> Result<Value, ServiceError> {
        let (me, now) = (self.me(session), self.now());
        let to = self.people().person(&named(&wanted.to)?);
        let heir = self
            .people()
            .present(&to)
            .ok_or(ServiceError::Unknown("practitioner"))?;
        if to == me || !self.somebody_works_here(&[to]) {
            let why = "it must be another practitioner, who works at this node";
            return Err(ServiceError::field("to", why));
        }
        policy::entitled(&heir, Action::Request, now)?;
        self.people().standing_now(&to)?;
        let offer = HandOver {
            to,
            name: heir.name.japanese.clone(),
            reason: wanted.reason,
        };
        offer.validate().map_err(Refusal::from)?;
        self.confirmed(session, wanted.confirmation)?;
        let mut offered = false;
        for gist in self.gists()? {
            let passing = &gist.passing;
            let mine = passing.requester == Some(me) && !passing.frozen;
            if mine && passing.offered != Some(to) && !passing.barred.contains(&to) {
                self.pass(session, gist.case, "hand_over", |case| {
                    let again = case.hand_over().is_some_and(|one| one.body.to == to);
                    Ok((!again).then(|| Body::HandOver(offer.clone())))
                })?;
                offered = true;
            }
        }
        if offered {
            self.queue_to_take_over(&[to], &format!("{me}:{}", now.0))?;
        }
        self.passed(session, None)
    }

    /// Takes over what a requester has offered, or has left behind when she lost her credential for good: every consultation
    /// for whose readers there is an agreement. Done again, it goes on with the others.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when nothing is offered, or what [`Node::sign_in`] refuses of passphrase and second factor.
    pub fn take_over(&self, session: &Session, wanted: NewTakeOver) -> Result<Value, ServiceError> {
        let (me, from) = (self.me(session), self.people().person(&named(&wanted.from)?));
        let alone = self.may_follow(&me, &from);
        let gists = self.gists()?;
        let to_take = |passing: &Passing| {
            let hers = passing.requester == Some(from) && !passing.frozen;
            hers && !passing.barred.contains(&me) && (alone || passing.offered == Some(me))
        };
        if !gists.iter().any(|gist| to_take(&gist.passing)) {
            return Err(Refusal::NotTheSuccessor.into());
        }
        self.confirmed(session, wanted.confirmation)?;
        for gist in gists.iter().filter(|gist| to_take(&gist.passing)) {
            self.pass(session, gist.case, "take_over", |case| {
                self.taking(session, case, &from)
            })?;
        }
        // The keys of what was sealed here are hers to wrap now.
        if let Err(error) = self.grant_again_for(session, None) {
            tracing::warn!(code = error.code(), "studies could not be granted yet");
        }
        self.passed(session, Some(&from))
    }

    /// What she signs to take a case over; nothing while an agreement lacks.
    fn taking(
        &self,
        session: &Session,
        case: &Case,
        from: &Fingerprint,
    ) -> Result<Option<Body>, ServiceError> {
        let (certificate, now) = (&session.certificate, self.now());
        let me = self.me(session);
        if case.requester() != Some(*from) {
            return Ok(None);
        }
        let offer = case.hand_over().filter(|one| one.body.to == me);
        let ground = match offer {
            Some(offer) => Ground::HandedOver { hand_over: offer.id },
            None => match self.lapse(from).filter(|lapse| lapse.loss != Loss::Suspended) {
                Some(lapse) => Ground::Lost {
                    loss: lapse.loss,
                    since: lapse.since,
                },
                None => return Ok(None),
            },
        };
        let mut agreements = Vec::new();
        for (request, reader) in case.to_agree_with() {
            let Some(agreement) = self.agreement_with(&me, &reader, now)? else {
                return Ok(None);
            };
            let agreement = agreement.reference();
            agreements.push(Succeeding { request, agreement });
        }
        let house = &self.config().institution.name;
        Ok(Some(Body::TakeOver(Box::new(TakeOver {
            from: *from,
            ground,
            name: certificate.name.japanese.clone(),
            institution: certificate.institution.clone().unwrap_or_else(|| house.clone()),
            agreements,
        }))))
    }

    /// Takes back what the practitioner has offered to somebody, or declines what somebody has offered to her.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when nothing is offered, or for words that are missing.
    pub fn end_hand_over(&self, session: &Session, wanted: EndingHandOver) -> Result<Value, ServiceError> {
        let (me, with) = (self.me(session), self.people().person(&named(&wanted.with)?));
        let concerns = |requester: Option<Fingerprint>, offered: Option<Fingerprint>| {
            (requester, offered) == (Some(me), Some(with)) || (requester, offered) == (Some(with), Some(me))
        };
        let gists = self.gists()?;
        let all: Vec<_> = gists
            .iter()
            .filter(|gist| concerns(gist.passing.requester, gist.passing.offered))
            .collect();
        if all.is_empty() {
            return Err(Refusal::NotTheSuccessor.into());
        }
        for gist in all {
            let reason = wanted.reason.clone();
            self.pass(session, gist.case, "end_hand_over", move |case| {
                let offer = case.hand_over();
                let offered = offer.map(|one| one.body.to);
                let request: Option<EntryId> = offer.map(|one| one.id);
                let request = request.filter(|_| concerns(case.requester(), offered));
                Ok(request.map(|request| Body::Decline(Decline { request, reason })))
            })?;
        }
        self.passed(session, None)
    }

    /// Those who work here and can take over alone from somebody who has lost her credential.
    pub(super) fn colleagues_of(&self, lost: &Fingerprint) -> Result<Vec<Fingerprint>, ServiceError> {
        let people = self.people_here()?.into_iter();
        let colleagues = people.map(|one| self.people().person(&one.fingerprint));
        Ok(colleagues.filter(|who| self.may_follow(who, lost)).collect())
    }

    fn confirmed(&self, session: &Session, confirmation: Confirmation) -> Result<(), ServiceError> {
        self.permit(session, Action::Correspond, Object::OWN_CASE)?;
        let passphrase = Zeroizing::new(confirmation.passphrase);
        let answer = confirmation.second_factor.as_ref();
        drop(self.unlock(&session.id, &passphrase, answer)?);
        Ok(())
    }

    /// Signs one entry in one of the cases, as it is now. One that the rules refuse meanwhile does not hold up the others: what
    /// is left is shown, with what hinders.
    fn pass(
        &self,
        session: &Session,
        id: CaseId,
        verb: &str,
        body: impl FnOnce(&Case) -> Result<Option<Body>, ServiceError>,
    ) -> Result<(), ServiceError> {
        let writing = self.write_lock();
        let mut case = self.case_log(id)?;
        let Some(body) = body(&case)? else {
            return Ok(());
        };
        let outcome = self.author_case(session, &mut case, body);
        drop(writing);
        let word = outcome.as_ref().map_or_else(ServiceError::code, |_| "success");
        self.audit(&session.id, verb, &id.to_string(), word)?;
        match outcome {
            Ok(_) => Ok(()),
            Err(ServiceError::Refused(refusal)) if !is_of_words(&refusal) => {
                tracing::warn!(code = refusal.code(), "a consultation could not be passed on yet");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn passed(&self, session: &Session, from: Option<&Fingerprint>) -> Result<Value, ServiceError> {
        self.ring();
        self.events().publish(EventKind::Duty, "hand-over");
        if from.is_some() {
            // Whoever was lost is not any more what somebody has to see to.
            self.0.lapses.look_now();
        }
        self.hand_over_view(session, None)
    }

    /// How a case passes on, to whoever takes part in it: the offer that stands and for which agreements it waits, and everybody
    /// who has taken it over.
    pub(super) fn passing_view(&self, case: &Case, me: &Fingerprint) -> Result<(Value, Value), ServiceError> {
        let hidden = case.withheld_from(me);
        let mut offered = Value::Null;
        if let Some(offer) = case.hand_over().filter(|one| !hidden.contains(&one.id)) {
            let (now, mut lacking) = (self.now(), Vec::new());
            for (_, reader) in case.to_agree_with() {
                if self.agreement_with(&offer.body.to, &reader, now)?.is_none() {
                    lacking.push(reader);
                }
            }
            // Agreements between others are not all here: each is told what she herself has to do.
            let (theirs, mine) = (lacking.len(), lacking.contains(me));
            let requests = case.requester() == Some(*me);
            offered = json!({
                "entry_id": offer.id,
                "to": self.party(&offer.body.to),
                "name": offer.body.name,
                "at": clock::rfc3339(offer.at),
                "reason": offer.body.reason,
                "waits_for_me": mine,
                "waits_for": if requests { Some(theirs) } else { None },
            });
        }
        let taken = case
            .taken_over()
            .into_iter()
            .filter(|one| !hidden.contains(&one.id));
        let taken = taken
            .map(|one| {
                let (lost, since) = match one.body.ground {
                    Ground::HandedOver { .. } => (None, None),
                    Ground::Lost { loss, since } => (Some(loss.name()), Some(clock::rfc3339(since))),
                };
                json!({
                    "entry_id": one.id,
                    "from": self.party(&one.body.from),
                    "by": self.party(&one.by),
                    "name": one.body.name,
                    "institution": one.body.institution,
                    "at": clock::rfc3339(one.at),
                    "lost": lost,
                    "lost_since": since,
                })
            })
            .collect();
        Ok((offered, taken))
    }
}

fn named(text: &str) -> Result<Fingerprint, ServiceError> {
    text.parse().map_err(|error| ServiceError::field("to", error))
}

/// What would be refused in every case alike: what was written is at fault.
const fn is_of_words(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Incomplete(_) | Refusal::Denied(_))
}
