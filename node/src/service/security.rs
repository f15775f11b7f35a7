//! What somebody does about her own keys: changes the passphrase, makes a recovery kit, comes back with one.

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Node;
use super::error::ServiceError;
use super::second_factor::mark_setting;
use super::session::Session;
use crate::clock;
use crate::keys;
use crate::recovery::{self, Owner, RecoveryKey, Split};
use crate::second_factor::Answer;

/// A recovery kit: shown once.
#[derive(Debug)]
pub struct Kit {
    /// The sheets, each as it is typed.
    pub sheets: Vec<Zeroizing<String>>,
    /// How many of them are needed.
    pub needed: u8,
    /// The page to print, HTML.
    pub page: Zeroizing<String>,
}

impl Node {
    /// How her keys are protected.
    ///
    /// # Errors
    /// [`ServiceError::WrongPassphrase`] when her passphrase was changed since she signed in.
    pub fn security(&self, session: &Session) -> Result<Value, ServiceError> {
        let secrets = self.practitioner_files().reopen(&session.id, &session.key)?;
        let factor = secrets.second_factor.as_ref();
        Ok(json!({
            "second_factor": factor.map(|factor| json!({
                "kind": factor.kind(),
                "recovery_codes_left": factor.recovery_codes_left(),
            })),
            "recovery_kit": secrets.recovery.is_some(),
            "auto_lock_seconds": self.sessions().auto_lock(),
            "kem_valid_until": clock::rfc3339(secrets.kem.valid_until()),
        }))
    }

    /// Changes her passphrase. All her sessions end: she signs in with the new one.
    ///
    /// # Errors
    /// [`ServiceError::Passphrase`] when the new one may not be chosen, or what [`Node::sign_in`] refuses.
    pub fn change_passphrase(
        &self,
        session: &Session,
        passphrase: &str,
        answer: Option<&Answer>,
        new: &str,
    ) -> Result<(), ServiceError> {
        let id = &session.id;
        let unlocked = self.unlock(id, passphrase, answer)?;
        let params = keys::tuned();
        let _one = self.unlocking_lock();
        let secrets = self.practitioner_files().reopen(id, &unlocked.key)?;
        self.practitioner_files()
            .change_passphrase(id, secrets, new, params, &mut rand::rng())?;
        self.sessions().close_all_of(id, self.now());
        self.audit(id, "passphrase", id, "changed")
    }

    /// Makes a recovery kit. An older one is void from now on.
    ///
    /// # Errors
    /// [`ServiceError::Kit`] when it cannot be split so, or what [`Node::sign_in`] refuses.
    pub fn make_recovery_kit(
        &self,
        session: &Session,
        passphrase: &str,
        answer: Option<&Answer>,
        split: Option<Split>,
    ) -> Result<Kit, ServiceError> {
        let id = &session.id;
        let mut rng = rand::rng();
        let key = RecoveryKey::generate(&mut rng);
        let sheets = key.sheets(split, &mut rng)?;
        let needed = split.map_or(1, |split| split.needed);
        let mut unlocked = self.unlock(id, passphrase, answer)?;
        let _one = self.unlocking_lock();
        unlocked.secrets = self.practitioner_files().reopen(id, &unlocked.key)?;
        unlocked.secrets.recovery = Some(key);
        self.practitioner_files().keep(id, &unlocked, &mut rng)?;
        self.audit(id, "recovery_kit", id, "made")?;
        let now = clock::rfc3339(self.now());
        let owner = Owner {
            id,
            name: &session.certificate.name.japanese,
            institution: &self.config().institution.name,
            day: now.get(..10).unwrap_or_default(),
        };
        let page = recovery::page(&owner, &sheets, needed);
        Ok(Kit { sheets, needed, page })
    }

    /// Comes back with a recovery kit: sets a new passphrase, forgets the second factor, and ends all sessions. The kit
    /// is void afterwards.
    ///
    /// # Errors
    /// [`ServiceError::NoKit`], [`ServiceError::Kit`] when a sheet was mistyped, [`ServiceError::Passphrase`]. Wrong kits
    /// are not counted: 160 random bits are not guessed.
    pub fn restore(&self, id: &str, sheets: &[String], passphrase: &str) -> Result<(), ServiceError> {
        let kit = RecoveryKey::read(sheets)?;
        let params = keys::tuned();
        let _one = self.unlocking_lock();
        let secrets = match self.practitioner_files().open_with_kit(id, &kit) {
            Ok(secrets) => secrets,
            Err(error) => {
                self.audit("operator", "recovery_kit", "unknown", "refused")?;
                return Err(error.into());
            }
        };
        self.practitioner_files()
            .change_passphrase(id, secrets, passphrase, params, &mut rand::rng())?;
        self.sessions().close_all_of(id, self.now());
        self.store().remove_setting(&mark_setting(id))?;
        self.store().clear_sign_in_failures(id)?;
        self.audit(id, "recovery_kit", id, "used")
    }
}
