//! Sign-in: a practitioner's unlocked keys, held in memory until she signs out or the time without use has passed.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::keystore::SealingKey;
use dokuei_identity::time::Timestamp;

use crate::practitioner_keys::PractitionerSecrets;
use crate::token::Token;

/// A signed-in practitioner.
pub struct Session {
    /// Her sign-in name.
    pub id: String,
    /// Her certificate, verified at sign-in.
    pub certificate: PractitionerCertificate,
    /// Her keys, as they were at sign-in.
    pub secrets: PractitionerSecrets,
    /// The key of her sealed file, so that she need not type her passphrase when it changes.
    pub key: SealingKey,
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

/// The sessions of this node. Several people may be signed in at once, each with her own token and her own time.
#[derive(Debug)]
pub struct Sessions {
    state: Mutex<State>,
    auto_lock: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    held: HashMap<String, Held>,
    /// Whose sessions were locked for want of use, until somebody asks.
    locked: Vec<String>,
}

/// Names of those whose session was locked are kept up to this number.
const REMEMBERED: usize = 256;

impl Sessions {
    /// No sessions; each will be locked after `auto_lock` seconds without use.
    #[must_use]
    pub fn new(auto_lock: u64) -> Self {
        Self {
            state: Mutex::default(),
            auto_lock: AtomicU64::new(auto_lock),
        }
    }

    /// Locks after so many seconds from now on: the machine's certificate came, and says what kind of machine it is.
    pub fn lock_after(&self, auto_lock: u64) {
        self.auto_lock.store(auto_lock, Ordering::Relaxed);
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
        self.look_up(token, now, true)
    }

    /// The session of this token, for a request that nobody made by hand: does not count as use.
    #[must_use]
    pub fn peek(&self, token: &str, now: Timestamp) -> Option<Arc<Session>> {
        self.look_up(token, now, false)
    }

    fn look_up(&self, token: &str, now: Timestamp, counts: bool) -> Option<Arc<Session>> {
        self.with(now, |all| {
            let held = all
                .get_mut(&handle(token))
                .filter(|held| held.token.matches(token))?;
            if counts {
                // A clock that is set back must not make an older use the newest.
                held.used = held.used.max(now);
            }
            Some(Arc::clone(&held.session))
        })
    }

    /// Ends a session; gives whose it was.
    pub fn close(&self, token: &str, now: Timestamp) -> Option<String> {
        self.with(now, |all| {
            let matches = all
                .get(&handle(token))
                .is_some_and(|held| held.token.matches(token));
            let ended = if matches { all.remove(&handle(token)) } else { None };
            ended.map(|held| held.session.id.clone())
        })
    }

    /// Ends every session.
    pub fn close_all(&self, now: Timestamp) {
        self.with(now, HashMap::clear);
    }

    /// Drops the keys of sessions that were not used for too long; gives whose were locked since the last sweep.
    pub fn sweep(&self, now: Timestamp) -> Vec<String> {
        self.with(now, |_| ());
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.locked)
    }

    /// Ends every session of one person: her passphrase, her keys or her standing have changed.
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

    /// Seconds without use after which a session is locked.
    #[must_use]
    pub fn auto_lock(&self) -> u64 {
        self.auto_lock.load(Ordering::Relaxed)
    }

    /// When a session that is used now would be locked.
    #[must_use]
    pub fn expiry(&self, now: Timestamp) -> Timestamp {
        now.plus(self.auto_lock())
    }

    /// Works on the sessions after dropping (and thereby zeroising) those that were not used for too long.
    fn with<T>(&self, now: Timestamp, work: impl FnOnce(&mut HashMap<String, Held>) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { held, locked } = &mut *state;
        let auto_lock = self.auto_lock();
        held.retain(|_, one| {
            let stays = now.since(one.used) <= auto_lock;
            if !stays && locked.len() < REMEMBERED {
                locked.push(one.session.id.clone());
            }
            stays
        });
        work(held)
    }
}

/// The part of a token under which its session is looked up; the whole token is then compared in constant time.
fn handle(token: &str) -> String {
    token.chars().take(8).collect()
}
