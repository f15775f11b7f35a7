//! What the policy says about an act here and now: the practitioner, the machine, what the register says of both, and
//! how fresh that is.

use std::sync::atomic::Ordering;

use dokuei_identity::policy::{
    self, Action, Data, Denial, Object, REGISTER_VIEW_AGEING, REGISTER_VIEW_STALE, Relation, Subject,
};

use super::Node;
use super::error::ServiceError;
use super::session::Session;

impl Node {
    /// Whether a signed-in practitioner may do this now.
    ///
    /// # Errors
    /// [`ServiceError::Denied`] with the rule, or [`ServiceError::StaleRegister`].
    pub(super) fn permit(
        &self,
        session: &Session,
        action: Action,
        object: Object,
    ) -> Result<(), ServiceError> {
        let (held, own) = (self.trust()?, self.own()?);
        let (person, machine) = (&session.certificate, &own.certificate);
        let mut subject = Subject::practitioner(person).at(machine).started(self.0.start);
        if let Some(standing) = held
            .register
            .says(&person.fingerprint, person.validity.not_before)
        {
            subject = subject.standing(standing);
        }
        if let Some(standing) = held
            .register
            .says(&machine.fingerprint, machine.validity.not_before)
        {
            subject = subject.node_standing(standing);
        }
        self.ask(&subject, action, object)
    }

    /// Whether this node may do this by itself now.
    ///
    /// # Errors
    /// As [`Self::permit`].
    pub(super) fn permit_node(&self, action: Action, object: Object) -> Result<(), ServiceError> {
        let own = self.own()?;
        let subject = Subject::node(&own.certificate).started(self.0.start);
        self.ask(&subject, action, object)
    }

    /// Whether anything may be done at this machine as it was started (R20): asked at the start, before a hello, at
    /// sign-in and before files are taken in. A machine that is not certified yet is none that the rules know.
    ///
    /// # Errors
    /// [`ServiceError::Denied`] with the rule.
    pub fn may_work(&self) -> Result<(), ServiceError> {
        let Ok(own) = self.own() else {
            return Ok(());
        };
        // Time and register are asked for each act; what stays open without them is asked for here.
        let subject = Subject::staff(&own.certificate).started(self.0.start);
        let local = Object::new(Data::Images, Relation::Local);
        Ok(policy::may_have(&subject, Action::Import, local, self.now())?)
    }

    /// Why this machine is none to work at now, whoever signs in: as it was started, because its certificate does not
    /// stand, or because its clock agrees with nobody's. `None` while it is, or is not certified yet.
    pub(super) fn refused(&self) -> Option<ServiceError> {
        let held = self.0.trust.get()?;
        let own = held.own.as_ref()?;
        let stands = || held.node(&own.chain, self.now()).map(drop);
        let met = || {
            let apart = self.0.clock_apart.load(Ordering::Relaxed) && self.met().is_empty();
            if apart {
                Err(ServiceError::ClockApart)
            } else {
                Ok(())
            }
        };
        self.may_work().and_then(|()| stands()).and_then(|()| met()).err()
    }

    fn ask(&self, subject: &Subject<'_>, action: Action, object: Object) -> Result<(), ServiceError> {
        let now = self.now();
        policy::may(subject, action, object, now, self.freshness(now)).map_err(|denial| self.refusal(denial))
    }

    fn refusal(&self, denial: Denial) -> ServiceError {
        let is = |rule: policy::Rule| denial.rule.id == rule.id;
        if is(REGISTER_VIEW_STALE) || is(REGISTER_VIEW_AGEING) {
            return ServiceError::StaleRegister {
                since: self.register_seen(),
            };
        }
        denial.into()
    }
}
