//! Signing in: passphrase, lock-out, certificate, and the device list that tells others where to seal to.

use std::sync::Arc;

use dokuei_identity::device_list::{self, Device, DeviceList, ListedDevice};
use dokuei_identity::time::Timestamp;
use dokuei_package::kem::{KemSecretKey, kid_of};

use super::Node;
use super::error::ServiceError;
use super::session::Session;
use crate::keys::PractitionerSecrets;
use crate::practitioners::{Practitioner, PractitionerError};
use crate::token::Token;

/// Wrong passphrases that are let pass before waiting begins.
const FREE_FAILURES: u32 = 5;
/// The longest wait, seconds.
const LONGEST_WAIT: u64 = 3600;
/// How long a device stands in a list, seconds (30 days).
const DEVICE_VALIDITY: u64 = 30 * 86_400;
/// A list that runs out within this time is renewed at sign-in, seconds (10 days).
const RENEW_BEFORE: u64 = 10 * 86_400;

impl Node {
    /// Who can sign in here.
    ///
    /// # Errors
    /// [`ServiceError::Practitioner`].
    pub fn practitioners(&self) -> Result<Vec<Practitioner>, ServiceError> {
        Ok(self.practitioner_files().list()?)
    }

    /// Signs a practitioner in: unlocks her keys, verifies her certificate, publishes her device list, and opens what
    /// has arrived for her.
    ///
    /// # Errors
    /// [`ServiceError::WrongPassphrase`], [`ServiceError::LockedOut`] or what is wrong with her certificate.
    pub fn sign_in(&self, id: &str, passphrase: &str) -> Result<(Token, Arc<Session>), ServiceError> {
        let now = self.now();
        let secrets = self.unlock(id, passphrase)?;
        let chain = self
            .practitioner_files()
            .chain(id)?
            .ok_or(ServiceError::NoPractitionerCertificate)?;
        let certificate = self.trust()?.practitioner(&chain, now)?;
        self.people().remember_practitioner(&chain, &certificate, now)?;
        let session = Session {
            id: id.to_owned(),
            certificate,
            secrets,
        };
        self.publish_devices(&session, now)?;
        self.audit(id, "sign_in", id, "success")?;
        let (token, session) = self.sessions().open(session, now);
        self.open_arrived();
        self.ring();
        Ok((token, session))
    }

    /// Signs out.
    pub fn sign_out(&self, token: &str) {
        self.sessions().close(token, self.now());
    }

    /// Unlocks a practitioner's keys. One attempt a time: guesses sent together are counted one by one, and the memory
    /// that Argon2id takes is taken once.
    fn unlock(&self, id: &str, passphrase: &str) -> Result<PractitionerSecrets, ServiceError> {
        let _one = self.unlocking_lock();
        let now = self.now();
        self.refuse_while_locked(id, now)?;
        match self.practitioner_files().open(id, passphrase) {
            Ok(secrets) => {
                self.store().clear_sign_in_failures(id)?;
                Ok(secrets)
            }
            // Not written down: it may be a passphrase that was typed into the wrong field.
            Err(error @ PractitionerError::Unknown(_)) => {
                self.audit("unknown", "sign_in", "unknown", "failure")?;
                Err(error.into())
            }
            Err(error) => {
                self.store().note_sign_in_failure(id, now)?;
                self.audit(id, "sign_in", id, "failure")?;
                Err(error.into())
            }
        }
    }

    fn refuse_while_locked(&self, id: &str, now: Timestamp) -> Result<(), ServiceError> {
        let Some(failures) = self.store().sign_in_failures(id)? else {
            return Ok(());
        };
        let wait = wait_after(failures.count);
        let waited = now.since(failures.last);
        if waited < wait {
            Err(ServiceError::LockedOut {
                seconds: wait - waited,
            })
        } else {
            Ok(())
        }
    }

    /// Puts this node into the practitioner's device list when it is not in it or runs out soon.
    fn publish_devices(&self, session: &Session, now: Timestamp) -> Result<(), ServiceError> {
        let held = self.trust()?;
        let node = &held.certificate;
        let kem = kem_key(&session.secrets);
        let (public, kid) = (kem.public(), kid_of(&kem.public()));
        let known = self.people().device_list(&session.certificate, now)?;
        let stands = known
            .as_ref()
            .and_then(|list| list.device_of(node, now))
            .is_some_and(|device| device.kid == kid && device.valid_until > now.plus(RENEW_BEFORE));
        if stands {
            return Ok(());
        }
        let device = Device {
            node: node.fingerprint,
            node_key: node.key,
            kem: public,
            kid,
            valid_until: now.plus(DEVICE_VALIDITY),
        };
        let consent = device_list::consent(&session.certificate.fingerprint, &device, &self.0.secrets.node);
        let others = known
            .as_ref()
            .map(|list| list.list().devices.as_slice())
            .unwrap_or_default();
        let mut devices: Vec<ListedDevice> = others
            .iter()
            .filter(|listed| listed.device.node != node.fingerprint && listed.device.valid_until >= now)
            .cloned()
            .collect();
        devices.push(ListedDevice { device, consent });
        let list = DeviceList {
            practitioner: session.certificate.fingerprint,
            seq: known.as_ref().map_or(0, |list| list.list().seq) + 1,
            issued_at: now,
            devices,
        };
        let bytes = device_list::sign(&list, &session.secrets.signing);
        self.people()
            .learn_device_list(&session.certificate, &bytes, now)?;
        let met = self.met().clone();
        self.to_introduce().extend(met);
        Ok(())
    }
}

/// The practitioner's key encapsulation key on this node.
#[must_use]
pub(super) fn kem_key(secrets: &PractitionerSecrets) -> KemSecretKey {
    KemSecretKey::from_seed(secrets.kem_seed.clone())
}

/// Seconds to wait after so many failures in a row: none at first, then doubling.
fn wait_after(failures: u32) -> u64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(over) => 2_u64
            .checked_pow(over.saturating_add(2))
            .unwrap_or(LONGEST_WAIT)
            .min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::wait_after;

    #[test]
    fn r6_guessing_gets_slower_and_slower() {
        let waits: Vec<u64> = [0, 4, 5, 6, 8, 20, u32::MAX].map(wait_after).to_vec();
        assert_eq!(waits, [0, 0, 4, 8, 32, 3600, 3600]);
    }
}
