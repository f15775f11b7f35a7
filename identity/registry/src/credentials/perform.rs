//! Does acts: checks, enters, and writes the row of the operator log, whatever the outcome.

use dokuei_identity::certificate::Scope;
use dokuei_identity::issue::{LONGEST_PROVISIONAL, NodeSubject, PractitionerSubject};
use dokuei_identity::key::PublicKey;
use dokuei_identity::request::{self, Request};
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

use super::act::Act;
use super::issue::{DAYS, Made};
use super::rules::Step;
use crate::failure::Failure;
use crate::journal::{Credential, Kind, Line, Replaces, State};
use crate::operators::log::{Draft, Outcome};
use crate::operators::member::Member;
use crate::operators::pending::{self, Confirmed};
use crate::operators::{Actor, member, naming};
use crate::registry::{Delivery, Reason, Registry};

/// What came of an act.
pub(crate) enum Done {
    /// It is done and durable.
    Now {
        /// For scripts and the API.
        object: Value,
        /// The certificate, when one was issued.
        delivery: Option<Box<Delivery>>,
    },
    /// It waits for a second operator.
    Waits {
        /// Its name, for `pending approve`.
        id: String,
    },
}

/// What an act is about, the object for scripts, and the certificate.
type Outcoming = (String, Value, Option<Delivery>);

impl Registry {
    /// Does what an operator asks for, or lets it wait for a second one.
    pub(crate) fn submit(&mut self, actor: &Actor, act: Act) -> Result<Done, Failure> {
        if self.rules().four_eyes && act.needs_second() && !self.is_first_steps(&act) {
            return self.wait(actor, act);
        }
        self.perform(actor, act, None)
    }

    /// Does it now. `confirmed` tells who had asked for it, when it was another.
    pub(crate) fn perform(
        &mut self,
        actor: &Actor,
        act: Act,
        confirmed: Option<&Confirmed>,
    ) -> Result<Done, Failure> {
        let by = confirmed.map_or_else(|| actor.name.clone(), |confirmed| confirmed.by(actor));
        let (word, asked) = (act.word(), act.about());
        let mut detail = json!({});
        if let Some(confirmed) = confirmed {
            detail["proposed_by"] = confirmed.proposer.clone().into();
            detail["pending"] = confirmed.id.clone().into();
        }
        let done = self.carry_out(act, by, &mut detail);
        let (outcome, about) = match &done {
            Ok((about, ..)) => (Outcome::Done, Some(about.clone())),
            Err(failure) => {
                detail["code"] = failure.code().into();
                (Outcome::Refused, asked)
            }
        };
        let journal = self.register().lines.len() as u64;
        let draft = Draft {
            act: word,
            about,
            detail,
            outcome,
            journal,
        };
        self.note(actor, vec![draft])?;
        let (_, object, delivery) = done?;
        Ok(Done::Now {
            object,
            delivery: delivery.map(Box::new),
        })
    }

    /// Until there are two operators, nobody could confirm that there should be.
    fn is_first_steps(&self, act: &Act) -> bool {
        matches!(act, Act::OperatorAdd { .. }) && member::list(self.operator_log().rows()).len() < 2
    }

    fn wait(&mut self, actor: &Actor, act: Act) -> Result<Done, Failure> {
        if !actor.named() {
            return Err(Failure::OperatorNeeded);
        }
        self.check(&act)?;
        let (word, about) = (act.word(), act.about());
        let (id, sha256) = pending::put(self.layout(), actor, self.time(), act)?;
        let journal = self.register().lines.len() as u64;
        let draft = Draft {
            act: word,
            about,
            detail: json!({"pending": id, "sha256": sha256}),
            outcome: Outcome::Pending,
            journal,
        };
        self.note(actor, vec![draft])?;
        Ok(Done::Waits { id })
    }

    /// What can be refused at once, without troubling a second operator.
    fn check(&self, act: &Act) -> Result<(), Failure> {
        match act {
            Act::Issue { order, .. } => order.make(self, &Reason::default(), self.time()).map(drop),
            Act::Renew { credential, .. } => self.found(credential, Step::Renew).map(drop),
            Act::Rekey {
                credential, request, ..
            } => {
                request::read(request)?;
                self.found(credential, Step::Rekey).map(drop)
            }
            Act::Suspend { credential } => self.found(credential, Step::Suspend).map(drop),
            Act::Reinstate { credential } => self.found(credential, Step::Reinstate).map(drop),
            Act::Revoke { credential, reason } => {
                reason.parse::<RevocationReason>()?;
                self.found(credential, Step::Revoke).map(drop)
            }
            Act::OperatorAdd { name, .. } => naming::check(self, name),
            Act::OperatorRemove { name } => self.can_go(name),
            Act::Import { .. } => Ok(()),
        }
    }

    /// Gives what it is about, the object for scripts, and the certificate.
    fn carry_out(&mut self, act: Act, by: String, detail: &mut Value) -> Result<Outcoming, Failure> {
        let now = self.time();
        match act {
            Act::Issue { order, application } => {
                let reason = Reason {
                    by,
                    replaces: None,
                    application,
                };
                let made = order.make(self, &reason, now)?;
                self.deliver(made, now)
            }
            Act::Renew { credential, days } => {
                let old = self.found(&credential, Step::Renew)?;
                detail["replaces"] = old.fingerprint.to_string().into();
                self.issue_again(&old, None, days, by, now)
            }
            Act::Rekey {
                credential,
                request,
                days,
            } => {
                let old = self.found(&credential, Step::Rekey)?;
                detail["replaces"] = old.fingerprint.to_string().into();
                let request = request::read(&request)?;
                self.issue_again(&old, Some(request), days, by, now)
            }
            Act::Suspend { credential } => self.suspend(&credential, by, now),
            Act::Reinstate { credential } => {
                let serial = self.found(&credential, Step::Reinstate)?.serial;
                self.change(&credential, Line::Reinstated { at: now, serial, by }, now)
            }
            Act::Revoke { credential, reason } => {
                detail["reason"] = reason.clone().into();
                self.revoke(&credential, &reason, by, now)
            }
            others => self.carry_out_other(others, detail),
        }
    }

    /// What is not about one credential.
    fn carry_out_other(&self, act: Act, detail: &mut Value) -> Result<Outcoming, Failure> {
        match act {
            Act::OperatorAdd { name, key, sealed } => {
                // While it waited another of this name may have been named.
                naming::check(self, &name)?;
                let sealed = hex::decode(&sealed)
                    .map_err(|_| Failure::Damaged("the new operator's file is damaged".to_owned()))?;
                detail["key"] = key.clone().into();
                member::install(self.layout(), &name, &sealed)?;
                Ok((name.clone(), json!({"operator": name, "key": key}), None))
            }
            Act::OperatorRemove { name } => {
                self.can_go(&name)?;
                member::remove(self.layout(), &name)?;
                Ok((name.clone(), json!({"operator": name}), None))
            }
            Act::Import { sha256, rows } => {
                detail["rows"] = rows.into();
                Ok((sha256.clone(), json!({"sha256": sha256, "rows": rows}), None))
            }
            known => unreachable!("{} is about a credential and was done before", known.word()),
        }
    }

    fn revoke(
        &mut self,
        credential: &str,
        reason: &str,
        by: String,
        now: Timestamp,
    ) -> Result<Outcoming, Failure> {
        let reason: RevocationReason = reason.parse()?;
        if reason == RevocationReason::CertificateHold {
            return self.suspend(credential, by, now);
        }
        let (at, serial) = (now, self.found(credential, Step::Revoke)?.serial);
        let line = Line::Revoked {
            at,
            serial,
            reason,
            by,
        };
        let (about, mut object, delivery) = self.change(credential, line, now)?;
        // It is revoked: nothing that goes wrong from here on may say otherwise.
        let others = self.credential(credential);
        let others = others.and_then(|revoked| self.of_the_same_key(&revoked));
        object["same_key"] = others.unwrap_or_default().into();
        Ok((about, object, delivery))
    }

    /// Other certificates of its key that stand, as a renewal leaves them.
    fn of_the_same_key(&self, revoked: &Credential) -> Result<Vec<String>, Failure> {
        let key = self.key(revoked)?;
        let now = self.time();
        let mut others = Vec::new();
        for other in &self.register().credentials {
            let stands = matches!(other.state(now), State::InForce | State::Suspended);
            if stands && other.contains(key.as_bytes()) && self.key(other)? == key {
                others.push(other.fingerprint.to_string());
            }
        }
        Ok(others)
    }

    fn key(&self, credential: &Credential) -> Result<PublicKey, Failure> {
        Ok(match credential.kind {
            Kind::Practitioner => self.read_practitioner(credential)?.key,
            Kind::Node => self.read_node(credential)?.key,
        })
    }

    fn suspend(&mut self, credential: &str, by: String, now: Timestamp) -> Result<Outcoming, Failure> {
        let serial = self.found(credential, Step::Suspend)?.serial;
        self.change(credential, Line::Suspended { at: now, serial, by }, now)
    }

    fn change(&mut self, name: &str, line: Line, now: Timestamp) -> Result<Outcoming, Failure> {
        self.commit(vec![line], now)?;
        let credential = self.credential(name)?;
        let object = json!({"credential": credential.view(now), "crl_number": self.register().last_list});
        Ok((credential.fingerprint.to_string(), object, None))
    }

    /// The same content again: for the same key, or for that of a new request.
    fn issue_again(
        &mut self,
        old: &Credential,
        request: Option<Request>,
        days: Option<u64>,
        by: String,
        now: Timestamp,
    ) -> Result<Outcoming, Failure> {
        let days = days.unwrap_or(DAYS);
        let reason = Reason {
            by,
            replaces: Some(Replaces {
                fingerprint: old.fingerprint,
                rekeyed: request.is_some(),
            }),
            application: None,
        };
        let made = match old.kind {
            Kind::Practitioner => self.practitioner_again(old, request, days, &reason, now)?,
            Kind::Node => self.node_again(old, request, days, &reason, now)?,
        };
        let (about, mut object, delivery) = self.deliver(made, now)?;
        object["replaces"] = old.fingerprint.to_string().into();
        object["crl_number"] = self.register().last_list.into();
        Ok((about, object, delivery))
    }

    fn practitioner_again(
        &self,
        old: &Credential,
        request: Option<Request>,
        days: u64,
        reason: &Reason,
        now: Timestamp,
    ) -> Result<Made, Failure> {
        let certificate = self.read_practitioner(old)?;
        let request = key_of(request, certificate.key, old)?;
        // Issuing again does not widen: full scope takes the evidence that was lacking, in a new application.
        let days = match certificate.scope {
            Scope::Full => days,
            Scope::Provisional => days.min(LONGEST_PROVISIONAL / 86_400),
        };
        let mut qualifications = certificate.qualifications;
        // Who renews has looked at the qualifications again: they hold as long as the certificate.
        for held in &mut qualifications {
            held.valid_to = held.valid_to.max(now.plus(days.saturating_mul(86_400)));
        }
        let subject = PractitionerSubject {
            name: certificate.name,
            licence: certificate.licence,
            qualifications,
            institution: certificate.institution,
        };
        self.make_practitioner(&request, &subject, (days, certificate.scope), reason, now)
            .map(Made::practitioner)
    }

    fn node_again(
        &self,
        old: &Credential,
        request: Option<Request>,
        days: u64,
        reason: &Reason,
        now: Timestamp,
    ) -> Result<Made, Failure> {
        let certificate = self.read_node(old)?;
        let request = key_of(request, certificate.key, old)?;
        let subject = NodeSubject {
            institution: certificate.institution,
            institution_code: certificate.institution_code,
            device_class: certificate.device_class,
            owner: certificate.owner,
        };
        self.make_node(&request, &subject, days, reason, now)
            .map(Made::node)
    }

    fn deliver(&mut self, made: Made, now: Timestamp) -> Result<Outcoming, Failure> {
        self.commit(vec![made.line], now)?;
        Ok((
            made.delivery.issued.fingerprint.to_string(),
            made.object,
            Some(made.delivery),
        ))
    }

    /// The credential of this name.
    pub(crate) fn credential(&self, name: &str) -> Result<Credential, Failure> {
        self.register()
            .find(name)
            .cloned()
            .ok_or_else(|| Failure::Unknown(name.to_owned()))
    }

    fn found(&self, name: &str, step: Step) -> Result<Credential, Failure> {
        let credential = self.credential(name)?;
        step.check(&credential, credential.state(self.time()))?;
        Ok(credential)
    }

    /// An operator that there is, and not the last one who can open the keys: their passphrase is sealed under hers.
    /// Whose file a crash took away does not count.
    fn can_go(&self, name: &str) -> Result<(), Failure> {
        let members = member::list(self.operator_log().rows());
        if !members.iter().any(|member| member.name == name) {
            return Err(Failure::UnknownOperator(name.to_owned()));
        }
        let stays = |other: &Member| other.name != name && member::is_known(self.layout(), &other.name);
        if !members.iter().any(stays) {
            return Err(Failure::LastOperator(name.to_owned()));
        }
        Ok(())
    }
}

/// The new key, which must be another one; or the key that there is, when none was given.
fn key_of(request: Option<Request>, held: PublicKey, old: &Credential) -> Result<Request, Failure> {
    match request {
        Some(request) if request.key == held => Err(Failure::SameKey(old.fingerprint.to_string())),
        Some(request) => Ok(request),
        None => Ok(Request::of(held)),
    }
}
