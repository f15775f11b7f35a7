//! Signing in and out: passphrase and second factor, certificate, and the keys that others seal to.

use std::sync::Arc;

use super::Node;
use super::error::ServiceError;
use super::session::Session;
use crate::practitioners::Practitioner;
use crate::second_factor::Answer;
use crate::token::Token;

impl Node {
    /// Who can sign in here.
    ///
    /// # Errors
    /// [`ServiceError::Practitioner`].
    pub fn practitioners(&self) -> Result<Vec<Practitioner>, ServiceError> {
        Ok(self.practitioner_files().list()?)
    }

    /// Signs a practitioner in: unlocks her keys, verifies her certificate, publishes her device list, and opens what
    /// has arrived for her. `answer` is that of her second factor, when she has enrolled one, or a recovery code; without it
    /// the refusal says what her device is asked.
    ///
    /// # Errors
    /// [`ServiceError::WrongPassphrase`], [`ServiceError::SecondFactorRequired`], [`ServiceError::SecondFactorWrong`],
    /// [`ServiceError::LockedOut`], what is wrong with her certificate, or [`ServiceError::Denied`] at a machine that
    /// may not be worked at as it was started.
    pub fn sign_in(
        &self,
        id: &str,
        passphrase: &str,
        answer: Option<&Answer>,
    ) -> Result<(Token, Arc<Session>), ServiceError> {
        self.may_work()?;
        let mut unlocked = self.unlock(id, passphrase, answer)?;
        let now = self.now();
        let chain = self
            .practitioner_files()
            .chain(id)?
            .ok_or(ServiceError::NoPractitionerCertificate)?;
        // Her device list names this node by its certificate.
        self.own()?;
        let certificate = self.trust()?.practitioner(&chain, now)?;
        self.people().remember_practitioner(&chain, &certificate, now)?;
        self.turn_kem_keys(id, &certificate, &mut unlocked, now)?;
        let session = Session {
            id: id.to_owned(),
            certificate,
            secrets: unlocked.secrets,
            key: unlocked.key,
        };
        self.publish_devices(&session, now)?;
        self.renew_profile(&session, now)?;
        self.audit(id, "sign_in", id, "success")?;
        let (token, session) = self.sessions().open(session, now);
        self.open_arrived();
        self.ring();
        let node = self.clone();
        tokio::task::spawn_blocking(move || node.grant_again());
        Ok((token, session))
    }

    /// Signs out: the unlocked keys are forgotten.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when it cannot be audited; the session has ended all the same.
    pub fn sign_out(&self, token: &str) -> Result<(), ServiceError> {
        self.end(token, "sign_out")
    }

    /// Locks: the unlocked keys are forgotten, and the page stays where it is until somebody signs in again.
    ///
    /// # Errors
    /// As [`Self::sign_out`].
    pub fn lock(&self, token: &str) -> Result<(), ServiceError> {
        self.end(token, "lock")
    }

    fn end(&self, token: &str, act: &str) -> Result<(), ServiceError> {
        self.0.looks.forget();
        let closed = self.sessions().close(token, self.now());
        self.leave_lives_of_absent();
        match closed {
            Some(id) => self.audit(&id, act, &id, "success"),
            None => Ok(()),
        }
    }

    /// Forgets the keys of those who have not used their session for too long; and, when nobody is signed in any more, for
    /// whatever reason, what was seen in the study that was looked at last.
    pub(super) fn lock_idle(&self) {
        let locked = self.sessions().sweep(self.now());
        if !locked.is_empty() || self.sessions().all(self.now()).is_empty() {
            self.0.looks.forget();
        }
        for id in locked {
            if let Err(error) = self.audit(&id, "auto_lock", &id, "success") {
                tracing::error!(code = error.code(), "an automatic lock could not be audited");
            }
        }
    }
}
