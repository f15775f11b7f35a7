//! Sign-in: a practitioner's unlocked keys, held in memory until she signs out or the time without use has passed.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::time::Timestamp;

use crate::keys::PractitionerSecrets;
use crate::token::Token;

/// A signed-in practitioner.
pub struct Session {
    /// Her sign-in name.
    pub id: String,
    /// Her certificate, verified at sign-in.
    pub certificate: PractitionerCertificate,
    /// Her keys.
    pub secrets: PractitionerSecrets,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Held {
    token: Token,
    session: Arc<Session>,
    used: Timestamp,
}

/// The sessions of this node. Several people may be signed in at once, each with her own token.
#[derive(Debug)]
pub struct Sessions {
    held: Mutex<HashMap<String, Held>>,
    auto_lock: u64,
}

impl Sessions {
    /// No sessions; each will be locked after `auto_lock` seconds without use.
    #[must_use]
    pub fn new(auto_lock: u64) -> Self {
        Self {
            held: Mutex::default(),
            auto_lock,
        }
    }

    /// Opens a session and gives its token. An earlier session of the same person stays open.
    #[must_use]
    pub fn open(&self, session: Session, now: Timestamp) -> (Token, Arc<Session>) {
        let (token, session) = (Token::generate(), Arc::new(session));
        let held = Held {
            token: token.clone(),
            session: Arc::clone(&session),
            used: now,
        };
        self.with(now, |all| all.insert(handle(token.expose()), held));
        (token, session)
    }

    /// The session of this token, unless it has been locked meanwhile; counts as use.
    #[must_use]
    pub fn find(&self, token: &str, now: Timestamp) -> Option<Arc<Session>> {
        self.with(now, |all| {
            let held = all
                .get_mut(&handle(token))
                .filter(|held| held.token.matches(token))?;
            held.used = now;
            Some(Arc::clone(&held.session))
        })
    }

    /// Ends a session.
    pub fn close(&self, token: &str, now: Timestamp) {
        self.with(now, |all| all.remove(&handle(token)));
    }

    /// Ends every session of a person.
    pub fn close_all_of(&self, id: &str, now: Timestamp) {
        self.with(now, |all| all.retain(|_, held| held.session.id != id));
    }

    /// Everybody who is signed in.
    #[must_use]
    pub fn all(&self, now: Timestamp) -> Vec<Arc<Session>> {
        self.with(now, |all| {
            all.values().map(|held| Arc::clone(&held.session)).collect()
        })
    }

    /// When a session that is used now would be locked.
    #[must_use]
    pub const fn expiry(&self, now: Timestamp) -> Timestamp {
        now.plus(self.auto_lock)
    }

    /// Works on the sessions after dropping (and thereby zeroising) those that were not used for too long.
    fn with<T>(&self, now: Timestamp, work: impl FnOnce(&mut HashMap<String, Held>) -> T) -> T {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, one| now.since(one.used) <= self.auto_lock);
        work(&mut held)
    }
}

/// The part of a token under which its session is looked up; the whole token is then compared in constant time.
fn handle(token: &str) -> String {
    token.chars().take(8).collect()
}
