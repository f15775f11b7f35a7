//! The newest list of each issuing authority.

use std::collections::BTreeMap;

use crate::chain::{Chain, issuing_key};
use crate::key::PublicKey;
use crate::revocation::RevocationList;

/// The newest revocation list of each issuing authority of a network. A list says something only about the
/// certificates of the authority that signed it, so a rollover of the issuing authority means two lists for a while.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevocationLists {
    newest: BTreeMap<PublicKey, RevocationList>,
}

impl RevocationLists {
    /// Keeps a list unless one of the same authority with the same or a higher number is here: numbers never fall.
    /// Tells whether it was kept.
    pub fn insert(&mut self, list: RevocationList) -> bool {
        match self.newest.get(list.issuer_key()) {
            Some(kept) if kept.number() >= list.number() => false,
            _ => {
                self.newest.insert(*list.issuer_key(), list);
                true
            }
        }
    }

    /// The list of the authority that issued the end certificate of `chain`, for the functions of
    /// [`crate::chain`]: `verify_node(&chain, &anchors, now, lists.of(&chain))`.
    #[must_use]
    pub fn of(&self, chain: &Chain) -> Option<&RevocationList> {
        let mut lists = self.newest.values();
        lists
            .find(|list| list.is_under(chain))
            .or_else(|| self.newest.get(&issuing_key(chain)?))
    }

    /// Every list, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &RevocationList> {
        self.newest.values()
    }
}

impl FromIterator<RevocationList> for RevocationLists {
    fn from_iter<T: IntoIterator<Item = RevocationList>>(lists: T) -> Self {
        let mut kept = Self::default();
        for list in lists {
            kept.insert(list);
        }
        kept
    }
}
