//! Whoever runs this node shows it to the app by the node's own passphrase. She may administer and apply for
//! certificates then, before anybody can sign in, and sees no patient by that.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dokuei_identity::time::Timestamp;

use super::Node;
use super::error::ServiceError;
use crate::keys::NodeSecrets;
use crate::practitioners::PractitionerError;
use crate::token::Token;

/// How many may be open at once; the one that was not used for longest makes room.
const MOST: usize = 8;
/// Where wrong passphrases are counted. No sign-in name has a dot.
const COUNTER: &str = "node.passphrase";

/// Those who showed the node's passphrase.
#[derive(Debug, Default)]
pub(super) struct Owners(Mutex<Vec<Held>>);

#[derive(Debug)]
struct Held {
    token: Token,
    used: Timestamp,
}

impl Owners {
    fn lock(&self) -> MutexGuard<'_, Vec<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, now: Timestamp) -> Token {
        let token = Token::generate();
        let mut held = self.lock();
        if held.len() >= MOST {
            held.sort_by_key(|one| one.used);
            held.remove(0);
        }
        held.push(Held {
            token: token.clone(),
            used: now,
        });
        token
    }

    fn find(&self, token: &str, now: Timestamp, lasting: u64, counts: bool) -> bool {
        let mut held = self.lock();
        held.retain(|one| now.since(one.used) <= lasting);
        let found = held.iter_mut().find(|one| one.token.matches(token));
        found.is_some_and(|one| {
            if counts {
                one.used = one.used.max(now);
            }
            true
        })
    }

    fn close(&self, token: &str) {
        self.lock().retain(|one| !one.token.matches(token));
    }
}

impl Node {
    /// Lets in whoever knows the node's passphrase, and gives her token.
    ///
    /// # Errors
    /// [`ServiceError::WrongPassphrase`], or [`ServiceError::LockedOut`] after too many.
    pub fn open_as_owner(&self, passphrase: &str) -> Result<Token, ServiceError> {
        self.attempt_at(COUNTER, "operator", |_| {
            let path = self.0.dir.node_key();
            let sealed = fs::read(&path).map_err(ServiceError::file(path))?;
            NodeSecrets::open(&sealed, passphrase).map_err(PractitionerError::from)?;
            Ok(())
        })?;
        self.audit("operator", "sign_in", "operator", "success")?;
        Ok(self.0.owners.open(self.now()))
    }

    /// Whether this is the token of whoever runs the node. What nobody asked for by hand does not count as use.
    #[must_use]
    pub fn is_owner(&self, token: &str, counts: bool) -> bool {
        self.0
            .owners
            .find(token, self.now(), self.sessions().auto_lock(), counts)
    }

    /// Ends what [`Self::open_as_owner`] began.
    pub fn close_as_owner(&self, token: &str) {
        self.0.owners.close(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_it_ends_without_use_and_only_so_many_are_open() {
        let owners = Owners::default();
        let first = owners.open(Timestamp(100));
        assert!(owners.find(first.expose(), Timestamp(160), 60, true));
        assert!(owners.find(first.expose(), Timestamp(220), 60, false));
        assert!(!owners.find(first.expose(), Timestamp(221), 60, true));
        let oldest = owners.open(Timestamp(300));
        let others: Vec<Token> = (0..MOST).map(|_| owners.open(Timestamp(301))).collect();
        assert!(!owners.find(oldest.expose(), Timestamp(302), 60, true));
        assert!(
            others
                .iter()
                .all(|one| owners.find(one.expose(), Timestamp(302), 60, true))
        );
        owners.close(others[0].expose());
        assert!(!owners.find(others[0].expose(), Timestamp(302), 60, true));
    }
}
