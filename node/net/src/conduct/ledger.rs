//! The accounts of many, of whom no more are remembered than there is room for. Pure, like the accounts.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use super::account::{Account, Rules, Sentence};
use super::misdeed::Misdeed;

/// Accounts by name.
#[derive(Debug)]
pub(crate) struct Ledger<K> {
    rules: Rules,
    most: usize,
    accounts: HashMap<K, Account>,
}

impl<K: Eq + Hash + Clone> Ledger<K> {
    pub(crate) fn new(rules: Rules, most: usize) -> Self {
        Self {
            rules,
            most,
            accounts: HashMap::new(),
        }
    }

    /// Counts a misdeed of `name`; gives the ban when it is one too many.
    pub(crate) fn charge(&mut self, name: &K, misdeed: Misdeed, now: Duration) -> Option<Sentence> {
        self.make_room(name, now);
        let account = self.accounts.entry(name.clone()).or_default();
        account.charge(misdeed, now, &self.rules)
    }

    /// Takes over a ban from before a restart: what is left of it, at most the longest that there is.
    pub(crate) fn restore(&mut self, name: &K, left: Duration, times: u32, misdeed: Misdeed, now: Duration) {
        self.make_room(name, now);
        let sentence = Sentence {
            until: now.saturating_add(left.min(self.rules.longest)),
            times,
            misdeed,
            end_told: false,
        };
        self.accounts.insert(name.clone(), Account::restored(sentence));
    }

    pub(crate) fn is_banned(&self, name: &K, now: Duration) -> bool {
        self.accounts.get(name).is_some_and(|one| one.is_banned(now))
    }

    /// The bans that are in force.
    pub(crate) fn bans(&self, now: Duration) -> Vec<(K, Sentence)> {
        let banned = self.accounts.iter();
        banned
            .filter_map(|(name, account)| Some((name.clone(), account.ban(now)?)))
            .collect()
    }

    /// Forgets everything that was held against `name`; gives the ban that was in force.
    pub(crate) fn forgive(&mut self, name: &K, now: Duration) -> Option<Sentence> {
        self.accounts.remove(name)?.ban(now)
    }

    /// The bans that ended since this was asked last; what is not worth remembering is forgotten.
    pub(crate) fn ended(&mut self, now: Duration) -> Vec<(K, Sentence)> {
        let accounts = self.accounts.iter_mut();
        let ended = accounts
            .filter_map(|(name, account)| Some((name.clone(), account.ended(now)?)))
            .collect();
        let rules = self.rules;
        self.accounts.retain(|_, account| !account.is_clean(now, &rules));
        ended
    }

    /// The one that weighs least gives way: whoever is not banned before whoever is, the lower score first.
    fn make_room(&mut self, name: &K, now: Duration) {
        if self.accounts.len() < self.most || self.accounts.contains_key(name) {
            return;
        }
        let weight = |account: &Account| {
            let until = account.ban(now).map(|ban| ban.until);
            (until, account.score(now, &self.rules))
        };
        let least = self.accounts.iter().min_by_key(|(_, account)| weight(account));
        if let Some(least) = least.map(|(name, _)| name.clone()) {
            self.accounts.remove(&least);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: Rules = Rules {
        limit: 100,
        fade: Duration::from_secs(6),
        first: Duration::from_secs(60),
        longest: Duration::from_secs(3600),
        forget: Duration::from_secs(86_400),
    };

    #[test]
    fn a_ban_is_restored_no_longer_than_there_is_one() {
        let (mut ledger, now) = (Ledger::new(RULES, 8), Duration::from_secs(5));
        ledger.restore(&"a", Duration::from_secs(86_400 * 365), 3, Misdeed::Flood, now);
        assert!(ledger.is_banned(&"a", now + RULES.longest - Duration::from_secs(1)));
        let after = now + RULES.longest;
        assert!(!ledger.is_banned(&"a", after));
        assert_eq!(ledger.ended(after).len(), 1);
        // It is remembered that it was the third.
        let next = (0..4).find_map(|_| ledger.charge(&"a", Misdeed::Garbage, after));
        assert_eq!(next.map(|ban| ban.times), Some(4));
        assert!(ledger.forgive(&"a", after).is_some() && ledger.bans(after).is_empty());
    }

    proptest! {
        /// R17: nobody gets anybody else banned, however many there are, and memory stays bounded.
        #[test]
        fn r17_one_pays_for_oneself_only(
            charges in prop::collection::vec((0u32..2000, 0u64..100), 1..600)
        ) {
            let (mut ledger, mut now) = (Ledger::new(RULES, 64), Duration::ZERO);
            let honest = u32::MAX;
            let mut last = None;
            for (name, pause) in charges {
                now += Duration::from_millis(pause);
                let _ = ledger.charge(&(name % 97), Misdeed::Forged, now);
                // Now and then the honest one's line breaks.
                if last.is_none_or(|last| now - last > Duration::from_secs(125)) {
                    prop_assert!(ledger.charge(&honest, Misdeed::Slow, now).is_none());
                    last = Some(now);
                }
                prop_assert!(!ledger.is_banned(&honest, now));
                prop_assert!(ledger.accounts.len() <= 64);
            }
            let _ = ledger.ended(now + RULES.longest);
            let _ = ledger.ended(now + RULES.longest + RULES.forget * 50);
            prop_assert!(ledger.accounts.is_empty());
        }

        /// R17: whoever fills the table with new names frees no one who is banned while there are others.
        #[test]
        fn r17_new_names_push_out_no_ban(names in 100u32..2000) {
            let (mut ledger, now) = (Ledger::new(RULES, 64), Duration::ZERO);
            for _ in 0..4 {
                let _ = ledger.charge(&0, Misdeed::Garbage, now);
            }
            for name in 1..names {
                let _ = ledger.charge(&name, Misdeed::Slow, now);
            }
            prop_assert!(ledger.is_banned(&0, now));
        }
    }
}
