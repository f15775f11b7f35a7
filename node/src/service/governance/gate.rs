//! What follows from what is signed: duties for what is privileged, documents before a consultation begins, pledge and
//! training before patients' data, and standstill during an incident.

use std::sync::atomic::Ordering;

use dokuei_governance::due::{self, What};
use dokuei_governance::duty::Duty;
use dokuei_governance::policy::PolicyKind;

use super::super::Node;
use super::super::error::ServiceError;
use super::super::session::Session;

impl Node {
    /// Whether somebody (a sign-in name) has a duty here (R22). A refusal is audited.
    ///
    /// # Errors
    /// [`ServiceError::Rule`] when she has not.
    pub(in crate::service) fn require_duty(&self, who: &str, duty: Duty) -> Result<(), ServiceError> {
        let object = serde_json::to_value(duty).ok();
        let object = object.as_ref().and_then(|word| word.as_str()).unwrap_or("duty");
        match self.ledger() {
            Ok(ledger) if ledger.has(who, duty, self.today()) => return Ok(()),
            Ok(_) => {}
            // Whoever looks into what happened needs the trail and the evidence now; that it was used is written down.
            // Nothing else is done on the strength of records that do not hold.
            Err(error @ ServiceError::DamagedRecords(_)) if matches!(duty, Duty::Trail | Duty::Evidence) => {
                return self.audit(who, "duty", object, error.code());
            }
            Err(error) => {
                self.audit(who, "duty", object, error.code())?;
                return Err(error);
            }
        }
        self.audit(who, "duty", object, "refused")?;
        Err(dokuei_governance::rules::RuleError::NotYourDuty(duty).into())
    }

    /// Whether whoever acts may change how the node works. Whoever runs it may: without her there is none.
    ///
    /// # Errors
    /// [`ServiceError::Rule`] when a person who is signed in has not the duty.
    pub fn may_operate(&self, actor: Option<&str>) -> Result<(), ServiceError> {
        actor.map_or(Ok(()), |who| self.require_duty(who, Duty::Operation))
    }

    /// Whether a new consultation may begin here: no incident is open, and the documents are in force where they are
    /// required (R11).
    ///
    /// # Errors
    /// [`ServiceError::Frozen`] or [`ServiceError::NoPolicy`].
    pub fn may_begin(&self, session: &Session) -> Result<(), ServiceError> {
        let governed = self.begins();
        if let Err(error) = &governed {
            self.audit(&session.id, "governance", error.code(), "refused")?;
        }
        governed
    }

    /// The same for what the node does by itself again and again: a refusal is not audited.
    pub(in crate::service) fn begins(&self) -> Result<(), ServiceError> {
        self.require_thawed().and_then(|()| self.require_policies())
    }

    fn require_policies(&self) -> Result<(), ServiceError> {
        if !self.config().governance.requires_policies() {
            return Ok(());
        }
        let (ledger, today) = (self.ledger()?, self.today());
        let missing = PolicyKind::ALL
            .into_iter()
            .find(|kind| ledger.in_force(*kind, today).is_none());
        missing.map_or(Ok(()), |kind| Err(ServiceError::NoPolicy(kind.title().0)))
    }

    /// Whether studies may be sent and received: not while an incident is open.
    ///
    /// # Errors
    /// [`ServiceError::Frozen`].
    pub(in crate::service) fn require_thawed(&self) -> Result<(), ServiceError> {
        if self.is_frozen() {
            return Err(ServiceError::Frozen);
        }
        Ok(())
    }

    /// Whether an incident is open, so that nothing of a study leaves or comes.
    pub(in crate::service) fn is_frozen(&self) -> bool {
        self.0.governing.frozen.load(Ordering::Acquire)
    }

    /// Whether somebody may work with patients' data: her pledge and her training are valid, where that is required (R25).
    ///
    /// # Errors
    /// [`ServiceError::NotTrained`].
    pub fn may_work_with_patients(&self, session: &Session) -> Result<(), ServiceError> {
        if !self.config().governance.requires_people() {
            return Ok(());
        }
        // Records that do not hold are told by doctor and the app; they stop nobody's care by themselves.
        let Ok(ledger) = self.ledger() else { return Ok(()) };
        let due = due::of_person(
            &ledger,
            &session.id,
            &session.certificate.name.japanese,
            self.today(),
        );
        let lacks = |one: &due::Due| matches!(one.what, What::Pledge | What::Training) && one.is_wrong();
        if due.iter().any(lacks) {
            return Err(ServiceError::NotTrained);
        }
        Ok(())
    }
}
