//! What the policy says about an act here and now: the practitioner, the machine, what the register says of both, and
//! how fresh that is.

use dokuei_identity::policy::{
    self, Action, Denial, Object, REGISTER_VIEW_AGEING, REGISTER_VIEW_STALE, Subject,
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
        let mut subject = Subject::practitioner(person).at(machine);
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
        self.ask(&Subject::node(&own.certificate), action, object)
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
