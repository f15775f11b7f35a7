//! The second factor: enrolled in two steps, asked for at sign-in, removed with passphrase and answer. Of whatever kind.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use dokuei_identity::passphrase::Rule;
use dokuei_identity::time::Timestamp;
use rand::Rng;
use serde_json::Value;
use zeroize::Zeroizing;

use super::Node;
use super::error::ServiceError;
use super::session::Session;
use crate::practitioners::Unlocked;
use crate::second_factor::{Answer, Asked, CHALLENGE, Enrolment, KeptFactor, Response, SecondFactor};

/// How long an enrolment waits for its first answer, seconds.
const PATIENCE: u64 = 600;
/// How long a challenge waits for its answer, seconds.
const CHALLENGE_LIFE: u64 = 120;
/// The most challenges of one person that wait; a newer one takes the place of the oldest.
const MOST_CHALLENGES: usize = 8;

/// Kept by sign-in name.
type ByName<T> = Mutex<HashMap<String, T>>;
/// A challenge, and when it was given out.
type Given = ([u8; CHALLENGE], Timestamp);

/// Factors whose first answer has not come yet, by sign-in name.
#[derive(Default)]
pub(super) struct Enrolling(ByName<(Arc<dyn Enrolment>, Timestamp)>);

impl Enrolling {
    fn begin(&self, id: &str, enrolment: Arc<dyn Enrolment>, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, since)| now.since(*since) <= PATIENCE);
        all.insert(id.to_owned(), (enrolment, now));
    }

    fn pending(&self, id: &str, now: Timestamp) -> Option<Arc<dyn Enrolment>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, since)| now.since(*since) <= PATIENCE);
        all.get(id).map(|(enrolment, _)| Arc::clone(enrolment))
    }

    fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// Challenges that wait for their answer, by sign-in name. Only whoever gave the right passphrase is given one, so there
/// are no more names here than people. They are forgotten when the node ends, and what answered them is void then.
#[derive(Debug, Default)]
pub(super) struct Challenges(ByName<Vec<Given>>);

impl Challenges {
    fn give_out(&self, id: &str, now: Timestamp) -> [u8; CHALLENGE] {
        let mut challenge = [0; CHALLENGE];
        rand::rng().fill_bytes(&mut challenge);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hers = all.entry(id.to_owned()).or_default();
        hers.retain(|(_, since)| now.since(*since) <= CHALLENGE_LIFE);
        if hers.len() >= MOST_CHALLENGES {
            hers.remove(0);
        }
        hers.push((challenge, now));
        challenge
    }

    /// Takes a challenge back, once; whether it was given out to her and still holds.
    fn take_back(&self, id: &str, named: &str, now: Timestamp) -> Option<[u8; CHALLENGE]> {
        let named = BASE64.decode(named).ok()?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hers = all.get_mut(id)?;
        hers.retain(|(_, since)| now.since(*since) <= CHALLENGE_LIFE);
        let at = hers
            .iter()
            .position(|(challenge, _)| challenge.as_slice() == named)?;
        Some(hers.remove(at).0)
    }
}

impl Node {
    /// First step of enrolment: gives what the device is told, with the word of the kind. Nothing is kept until the device
    /// has answered.
    ///
    /// # Errors
    /// [`ServiceError::Field`] for a kind that is not known here, [`ServiceError::WrongPassphrase`],
    /// [`ServiceError::AlreadyEnrolled`].
    pub fn enrol_second_factor(
        &self,
        session: &Session,
        kind: &str,
        passphrase: &str,
    ) -> Result<Value, ServiceError> {
        let Some(kind) = self.0.factors.named(kind) else {
            return Err(ServiceError::field(
                "kind",
                "this node knows no second factor of this kind",
            ));
        };
        match self.unlock(&session.id, passphrase, None) {
            Err(ServiceError::SecondFactorRequired(_)) => return Err(ServiceError::AlreadyEnrolled),
            unlocked => drop(unlocked?),
        }
        let enrolment = kind.begin(&session.id, &mut rand::rng());
        let mut offer = enrolment.offer();
        offer["kind"] = kind.name().into();
        self.0.enrolling.begin(&session.id, enrolment, self.now());
        Ok(offer)
    }

    /// Second step: the first answer shows that the device works. Gives the recovery codes, once.
    ///
    /// # Errors
    /// [`ServiceError::NotEnrolling`], [`ServiceError::SecondFactorWrong`].
    pub fn confirm_second_factor(
        &self,
        session: &Session,
        answer: &str,
    ) -> Result<Vec<Zeroizing<String>>, ServiceError> {
        let id = &session.id;
        self.attempt(id, |now| {
            let pending = self.0.enrolling.pending(id, now);
            let enrolment = pending.ok_or(ServiceError::NotEnrolling)?;
            let (factor, mark) = enrolment
                .confirm(answer, now)
                .map_err(|_| ServiceError::SecondFactorWrong)?;
            let mut secrets = self.practitioner_files().reopen(id, &session.key)?;
            let (kept, codes) = KeptFactor::enrol(&*factor, &mut rand::rng());
            secrets.second_factor = Some(kept);
            self.remember_mark(id, mark)?;
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
        answer: Option<&Answer>,
    ) -> Result<(), ServiceError> {
        let id = &session.id;
        let mut unlocked = self.unlock(id, passphrase, answer)?;
        if unlocked.secrets.second_factor.is_none() {
            return Err(ServiceError::NoSecondFactor);
        }
        self.practitioner_files()
            .may_choose(id, passphrase, Rule::Alone)?;
        let _one = self.unlocking_lock();
        unlocked.secrets = self.practitioner_files().reopen(id, &unlocked.key)?;
        unlocked.secrets.second_factor = None;
        self.practitioner_files().keep(id, &unlocked, &mut rand::rng())?;
        self.store().remove_setting(&mark_setting(id))?;
        self.audit(id, "second_factor", id, "removed")
    }

    /// What her device is asked: with a challenge of its own for a kind that answers one. Her passphrase was right.
    pub(super) fn ask_factor(&self, id: &str, kept: &KeptFactor, now: Timestamp) -> Asked {
        // A factor that cannot be read here asks nothing; a recovery code is taken all the same.
        let factor = self.0.factors.read(kept).ok();
        let challenged = factor.as_ref().is_some_and(|factor| factor.answers_challenges());
        Asked {
            kind: kept.kind().to_owned(),
            challenge: challenged.then(|| BASE64.encode(self.0.challenges.give_out(id, now))),
            options: factor.map_or(Value::Null, |factor| factor.options()),
        }
    }

    /// Checks an answer; that it was used is on disk when this returns. The caller holds the lock of attempts.
    pub(super) fn check_answer(
        &self,
        id: &str,
        unlocked: &mut Unlocked,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let kept = unlocked
            .secrets
            .second_factor
            .as_mut()
            .ok_or(ServiceError::NoSecondFactor)?;
        // Whatever becomes of the answer, its challenge was answered.
        let named = answer.challenge.as_deref();
        let challenge = named.and_then(|named| self.0.challenges.take_back(id, named, now));
        if kept.use_recovery_code(&answer.answer) {
            self.practitioner_files().keep(id, unlocked, &mut rand::rng())?;
            return self.audit(id, "second_factor", id, "recovery code used");
        }
        let factor = self
            .0
            .factors
            .read(kept)
            .map_err(|_| ServiceError::SecondFactorWrong)?;
        let last = self.store().setting(&mark_setting(id))?;
        let last = last.and_then(|text| text.parse().ok());
        let mark = judge(&*factor, &answer.answer, challenge.as_ref(), last, now)?;
        self.remember_mark(id, mark)
    }

    fn remember_mark(&self, id: &str, mark: u64) -> Result<(), ServiceError> {
        Ok(self.store().set_setting(&mark_setting(id), &mark.to_string())?)
    }
}

/// A factor that answers challenges is never judged without one, and no other with one.
fn judge(
    factor: &dyn SecondFactor,
    answer: &str,
    challenge: Option<&[u8; CHALLENGE]>,
    last: Option<u64>,
    now: Timestamp,
) -> Result<u64, ServiceError> {
    if factor.answers_challenges() != challenge.is_some() {
        return Err(ServiceError::SecondFactorWrong);
    }
    let response = Response {
        answer,
        challenge,
        now,
    };
    factor
        .verify(&response, last)
        .map_err(|_| ServiceError::SecondFactorWrong)
}

/// The setting that holds the mark of the last answer that was taken. It has its name from the steps of one-time passwords.
pub(super) fn mark_setting(id: &str) -> String {
    format!("second_factor.step.{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_a_challenge_is_taken_once_in_time_and_by_its_own_person() {
        let challenges = Challenges::default();
        let now = Timestamp(1_000);
        let given = BASE64.encode(challenges.give_out("tanaka", now));
        assert_eq!(challenges.take_back("sato", &given, now), None);
        assert_eq!(challenges.take_back("tanaka", "?", now), None);
        assert!(
            challenges
                .take_back("tanaka", &given, now.plus(CHALLENGE_LIFE))
                .is_some()
        );
        assert_eq!(challenges.take_back("tanaka", &given, now), None, "once");
        let late = BASE64.encode(challenges.give_out("tanaka", now));
        let after = now.plus(CHALLENGE_LIFE + 1);
        assert_eq!(challenges.take_back("tanaka", &late, after), None);
        let all: Vec<_> = (0..=MOST_CHALLENGES)
            .map(|_| BASE64.encode(challenges.give_out("tanaka", now)))
            .collect();
        assert_eq!(challenges.take_back("tanaka", &all[0], now), None, "bounded");
        assert!(challenges.take_back("tanaka", &all[1], now).is_some());
    }
}
