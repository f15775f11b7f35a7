//! Trying a passphrase or a code: one attempt a time, counted on disk before it is answered, and slower and slower.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use super::Node;
use super::error::ServiceError;
use crate::practitioners::{PractitionerError, Unlocked};
use crate::second_factor::Answer;

/// Wrong answers that are let pass before waiting begins.
const FREE_FAILURES: u32 = 5;
/// The first wait, seconds; each further wrong answer doubles it.
const FIRST_WAIT: u64 = 30;
/// The longest wait, seconds.
const LONGEST_WAIT: u64 = 3600;
/// Among how many counters sign-in names that are not known here are shared out. They are locked out like known ones,
/// and neither are they written down (people type their passphrase into the wrong field) nor can they fill the disk.
const UNKNOWN_COUNTERS: u16 = 4096;

impl Node {
    /// Unlocks a practitioner's keys with her passphrase and, when she has enrolled a second factor, an answer of it.
    /// Without an answer it asks for one ([`ServiceError::SecondFactorRequired`]).
    pub(super) fn unlock(
        &self,
        id: &str,
        passphrase: &str,
        answer: Option<&Answer>,
    ) -> Result<Unlocked, ServiceError> {
        self.attempt(id, |now| {
            let mut unlocked = self.practitioner_files().unlock(id, passphrase)?;
            if let Some(kept) = &unlocked.secrets.second_factor {
                let Some(answer) = answer else {
                    let asked = self.ask_factor(id, kept, now);
                    return Err(ServiceError::SecondFactorRequired(Box::new(asked)));
                };
                self.check_answer(id, &mut unlocked, answer, now)?;
            }
            Ok(unlocked)
        })
    }

    /// One attempt at something that must not be guessed. Attempts wait for each other: guesses sent together are
    /// counted one by one, and the memory that Argon2id takes is taken once.
    pub(super) fn attempt<T>(
        &self,
        id: &str,
        attempt: impl FnOnce(Timestamp) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let known = self.practitioners()?.iter().any(|person| person.id == id);
        let (counter, named) = if known {
            (id.to_owned(), id)
        } else {
            (self.counter_of_unknown(id), "unknown")
        };
        self.attempt_at(&counter, named, attempt)
    }

    /// As [`Self::attempt`], counted under a name of its own.
    pub(super) fn attempt_at<T>(
        &self,
        counter: &str,
        named: &str,
        attempt: impl FnOnce(Timestamp) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let _one = self.unlocking_lock();
        let now = self.now();
        self.refuse_while_locked(counter, now)?;
        let outcome = attempt(now);
        match &outcome {
            Ok(_) => self.store().clear_sign_in_failures(counter)?,
            Err(ServiceError::WrongPassphrase | ServiceError::SecondFactorWrong) => {
                let failures = self.store().note_sign_in_failure(counter, now)?;
                self.audit(named, "sign_in", named, "failure")?;
                if wait_after(failures.count) > 0 {
                    self.audit(
                        named,
                        "lock_out",
                        named,
                        &format!("{} s", wait_after(failures.count)),
                    )?;
                }
            }
            // Half an answer, or this node's own fault: neither a success nor a guess.
            Err(_) => {}
        }
        outcome
    }

    fn refuse_while_locked(&self, counter: &str, now: Timestamp) -> Result<(), ServiceError> {
        let Some(failures) = self.store().sign_in_failures(counter)? else {
            return Ok(());
        };
        let wait = wait_after(failures.count);
        if wait == 0 {
            return Ok(());
        }
        if now < failures.last {
            // The clock was set back: the wait begins anew, neither ending early nor lasting until the clock has
            // caught up.
            self.store().restart_sign_in_wait(counter, now)?;
        }
        let waited = now.since(failures.last);
        if waited < wait {
            return Err(ServiceError::LockedOut {
                seconds: wait - waited,
            });
        }
        Ok(())
    }

    /// The counter of a sign-in name that is not known here: which it is depends on a secret of this node.
    fn counter_of_unknown(&self, id: &str) -> String {
        let keyed = [self.0.secrets.storage.as_slice(), b"/unknown/", id.as_bytes()].concat();
        let digest = Fingerprint::of(&zeroize::Zeroizing::new(keyed));
        let number = u16::from_be_bytes([digest.as_bytes()[0], digest.as_bytes()[1]]) % UNKNOWN_COUNTERS;
        // No sign-in name has a dot.
        format!("unknown.{number}")
    }
}

impl From<PractitionerError> for ServiceError {
    fn from(error: PractitionerError) -> Self {
        use dokuei_identity::keystore::KeystoreError;
        match error {
            PractitionerError::Unknown(_) | PractitionerError::Keystore(KeystoreError::WrongPassphrase) => {
                Self::WrongPassphrase
            }
            PractitionerError::Passphrase(error) => Self::Passphrase(error),
            PractitionerError::NoKit(_) => Self::NoKit,
            other => Self::Practitioner(other),
        }
    }
}

/// Seconds to wait after so many failures in a row: none at first, then doubling.
fn wait_after(failures: u32) -> u64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(over) => 2_u64
            .checked_pow(over)
            .and_then(|factor| factor.checked_mul(FIRST_WAIT))
            .unwrap_or(LONGEST_WAIT)
            .min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::wait_after;

    #[test]
    fn r6_guessing_gets_slower_and_slower() {
        let waits: Vec<u64> = [0, 4, 5, 6, 8, 11, 12, 20, u32::MAX].map(wait_after).to_vec();
        assert_eq!(waits, [0, 0, 30, 60, 240, 1920, 3600, 3600, 3600]);
    }
}
