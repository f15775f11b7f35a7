//! Proofs: somebody who is about to do what cannot be undone shows once more that it is she, with passphrase and second
//! factor. A proof is good once, for a short time, for whoever asked for it; so no secret goes with what it is for.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::session::Session;
use crate::practitioner_keys::PractitionerSecrets;
use crate::second_factor::Answer;
use crate::token::Token;

/// How long a proof waits to be used, seconds.
const LIFE: u64 = 300;
/// The most that wait; the oldest makes room.
const MOST: usize = 32;

/// Somebody who has proved herself, with the keys that she signs with.
pub(super) struct Proven {
    /// Her sign-in name.
    pub(super) id: String,
    /// Her certificate.
    pub(super) certificate: PractitionerCertificate,
    /// Her keys.
    pub(super) secrets: PractitionerSecrets,
}

struct Waiting {
    asked_by: String,
    since: Timestamp,
    proven: Proven,
}

/// Proofs that wait to be used, by their word. They are forgotten when the node ends.
#[derive(Default)]
pub(super) struct Proofs(Mutex<HashMap<String, Waiting>>);

impl Proofs {
    fn lock(&self, now: Timestamp) -> MutexGuard<'_, HashMap<String, Waiting>> {
        // Nothing in here can panic half-way.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, one| now.since(one.since) <= LIFE && one.since <= now);
        all
    }

    fn keep(&self, word: &str, asked_by: &str, proven: Proven, now: Timestamp) {
        let mut all = self.lock(now);
        if all.len() >= MOST {
            let oldest = all.iter().min_by_key(|(_, one)| one.since);
            if let Some(word) = oldest.map(|(word, _)| word.clone()) {
                all.remove(&word);
            }
        }
        let waiting = Waiting {
            asked_by: asked_by.to_owned(),
            since: now,
            proven,
        };
        all.insert(word.to_owned(), waiting);
    }

    /// Takes a proof, which is of no use from then on. Nobody else's.
    pub(super) fn take(&self, word: &str, asked_by: &str, now: Timestamp) -> Option<Proven> {
        let mut all = self.lock(now);
        let hers = all.get(word).is_some_and(|one| one.asked_by == asked_by);
        hers.then(|| all.remove(word)).flatten().map(|one| one.proven)
    }
}

impl Node {
    /// Shows that it is she who is signed in (or, beside her, a colleague of the house) with passphrase and second factor.
    ///
    /// # Errors
    /// [`ServiceError::NoSecondFactor`] when she has enrolled none, or what [`Node::sign_in`] refuses.
    pub fn prove(
        &self,
        session: &Session,
        who: Option<&str>,
        passphrase: &str,
        answer: Option<&Answer>,
    ) -> Result<Value, ServiceError> {
        let id = who.unwrap_or(&session.id);
        let unlocked = self.unlock(id, passphrase, answer)?;
        if unlocked.secrets.second_factor.is_none() {
            return Err(ServiceError::NoSecondFactor);
        }
        let now = self.now();
        let chain = self
            .practitioner_files()
            .chain(id)?
            .ok_or(ServiceError::NoPractitionerCertificate)?;
        let certificate = self.trust()?.practitioner(&chain, now)?;
        self.people().remember_practitioner(&chain, &certificate, now)?;
        self.audit(id, "proof", id, "success")?;
        let word = Token::generate();
        let proven = Proven {
            id: id.to_owned(),
            certificate,
            secrets: unlocked.secrets,
        };
        self.0.proofs.keep(word.expose(), &session.id, proven, now);
        Ok(json!({"proof": word.expose(), "practitioner": id, "expires_in": LIFE}))
    }
}
