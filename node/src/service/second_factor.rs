//! The second factor: enrolled in two steps, asked for at sign-in, removed with passphrase and code.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use dokuei_identity::passphrase::Rule;
use dokuei_identity::time::Timestamp;
use zeroize::Zeroizing;

use super::Node;
use super::error::ServiceError;
use super::session::Session;
use crate::practitioners::Unlocked;
use crate::recovery::qr_svg;
use crate::second_factor::{Response, SecondFactor, Totp, looks_like_digits};

/// How long an enrolment waits for its first code, seconds.
const PATIENCE: u64 = 600;

/// Factors whose first code has not been typed yet, by sign-in name.
#[derive(Debug, Default)]
pub(super) struct Enrolling(Mutex<HashMap<String, (Totp, Timestamp)>>);

impl Enrolling {
    fn begin(&self, id: &str, factor: Totp, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, since)| now.since(*since) <= PATIENCE);
        all.insert(id.to_owned(), (factor, now));
    }

    fn pending(&self, id: &str, now: Timestamp) -> Option<Totp> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, since)| now.since(*since) <= PATIENCE);
        all.get(id).map(|(factor, _)| factor.clone())
    }

    fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// What an authenticator needs to know.
#[derive(Debug)]
pub struct Enrolment {
    /// `otpauth://…`
    pub uri: Zeroizing<String>,
    /// The secret, to be typed where nothing can be scanned.
    pub secret: Zeroizing<String>,
    /// The address as QR code, SVG.
    pub qr_svg: Zeroizing<String>,
}

impl Node {
    /// First step of enrolment: makes a secret. Nothing is kept until a code of it was given.
    ///
    /// # Errors
    /// [`ServiceError::WrongPassphrase`], [`ServiceError::AlreadyEnrolled`].
    pub fn enrol_second_factor(
        &self,
        session: &Session,
        passphrase: &str,
    ) -> Result<Enrolment, ServiceError> {
        let unlocked = match self.unlock(&session.id, passphrase, None) {
            Err(ServiceError::SecondFactorRequired) => return Err(ServiceError::AlreadyEnrolled),
            unlocked => unlocked?,
        };
        drop(unlocked);
        let factor = Totp::generate(&mut rand::rng());
        let uri = factor.uri(&session.id);
        let enrolment = Enrolment {
            secret: factor.secret_text(),
            qr_svg: Zeroizing::new(qr_svg(&uri).unwrap_or_default()),
            uri,
        };
        self.0.enrolling.begin(&session.id, factor, self.now());
        Ok(enrolment)
    }

    /// Second step: the first code shows that the authenticator works. Gives the recovery codes, once.
    ///
    /// # Errors
    /// [`ServiceError::NotEnrolling`], [`ServiceError::SecondFactorWrong`].
    pub fn confirm_second_factor(
        &self,
        session: &Session,
        code: &str,
    ) -> Result<Vec<Zeroizing<String>>, ServiceError> {
        let id = &session.id;
        self.attempt(id, |now| {
            let mut factor = self
                .0
                .enrolling
                .pending(id, now)
                .ok_or(ServiceError::NotEnrolling)?;
            let step = judge(&factor, code, None, now)?;
            let mut secrets = self.practitioner_files().reopen(id, &session.key)?;
            let codes = factor.make_recovery_codes(&mut rand::rng());
            secrets.second_factor = Some(factor);
            self.remember_step(id, step)?;
            let unlocked = Unlocked {
                secrets,
                key: session.key.clone(),
            };
            self.practitioner_files().keep(id, &unlocked, &mut rand::rng())?;
            self.audit(id, "second_factor", id, "enrolled")?;
            self.0.enrolling.end(id);
            Ok(codes)
        })
    }

    /// Removes the second factor. The passphrase must be one that may stand alone.
    ///
    /// # Errors
    /// [`ServiceError::NoSecondFactor`], [`ServiceError::Passphrase`], or what [`Node::sign_in`] refuses.
    pub fn remove_second_factor(
        &self,
        session: &Session,
        passphrase: &str,
        code: &str,
    ) -> Result<(), ServiceError> {
        let id = &session.id;
        let mut unlocked = self.unlock(id, passphrase, Some(code))?;
        if unlocked.secrets.second_factor.is_none() {
            return Err(ServiceError::NoSecondFactor);
        }
        self.practitioner_files()
            .may_choose(id, passphrase, Rule::Alone)?;
        let _one = self.unlocking_lock();
        unlocked.secrets = self.practitioner_files().reopen(id, &unlocked.key)?;
        unlocked.secrets.second_factor = None;
        self.practitioner_files().keep(id, &unlocked, &mut rand::rng())?;
        self.store().remove_setting(&step_setting(id))?;
        self.audit(id, "second_factor", id, "removed")
    }

    /// Checks a code of somebody who is signed in, for an act that asks for one. A code is taken once.
    ///
    /// # Errors
    /// [`ServiceError::NoSecondFactor`], [`ServiceError::SecondFactorWrong`], [`ServiceError::LockedOut`].
    pub fn verify_code(&self, session: &Session, code: &str) -> Result<(), ServiceError> {
        self.attempt(&session.id, |now| {
            let mut unlocked = Unlocked {
                secrets: self.practitioner_files().reopen(&session.id, &session.key)?,
                key: session.key.clone(),
            };
            self.check_code(&session.id, &mut unlocked, code, now)
        })
    }

    /// Checks a code; that it was used is on disk when this returns. The caller holds the lock of attempts.
    pub(super) fn check_code(
        &self,
        id: &str,
        unlocked: &mut Unlocked,
        code: &str,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let factor = unlocked
            .secrets
            .second_factor
            .as_mut()
            .ok_or(ServiceError::NoSecondFactor)?;
        if looks_like_digits(code) {
            let last = self.store().setting(&step_setting(id))?;
            let last = last.and_then(|text| text.parse().ok());
            let step = judge(factor, code, last, now)?;
            return self.remember_step(id, step);
        }
        if !factor.use_recovery_code(code) {
            return Err(ServiceError::SecondFactorWrong);
        }
        self.practitioner_files().keep(id, unlocked, &mut rand::rng())?;
        self.audit(id, "second_factor", id, "recovery code used")
    }

    fn remember_step(&self, id: &str, step: u64) -> Result<(), ServiceError> {
        Ok(self.store().set_setting(&step_setting(id), &step.to_string())?)
    }
}

fn judge(
    factor: &dyn SecondFactor,
    code: &str,
    last: Option<u64>,
    now: Timestamp,
) -> Result<u64, ServiceError> {
    let response = Response {
        answer: code,
        challenge: None,
        now,
    };
    factor
        .verify(&response, last)
        .map_err(|_| ServiceError::SecondFactorWrong)
}

/// The setting that holds the last step that was taken.
pub(super) fn step_setting(id: &str) -> String {
    format!("second_factor.step.{id}")
}
