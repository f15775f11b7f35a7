//! How fresh the knowledge is of who is revoked, and what may be done on knowledge of that age.
//!
//! The age is measured from the newest view of the register that the registry signed: a checkpoint, or a revocation
//! list. Reading what is already here is never a question of it.

use serde::Serialize;

use crate::time::Timestamp;

/// The ages, seconds, at which less may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshnessPolicy {
    /// Up to this age everything goes.
    pub full: u64,
    /// Up to this age one reads, composes and finishes running transfers; beyond it there are no sessions with others.
    pub running: u64,
}

impl FreshnessPolicy {
    /// 24 and 72 hours.
    pub const STANDARD: Self = Self {
        full: 24 * 3600,
        running: 72 * 3600,
    };
}

impl Default for FreshnessPolicy {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// How fresh the view of the register is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Everything goes.
    Current,
    /// No new grant and nothing new is sent.
    Ageing,
    /// No sessions with others.
    Stale,
    /// Nothing was ever seen of the register: as [`Self::Stale`].
    Never,
}

impl Freshness {
    /// Every value, the freshest first.
    pub const ALL: [Self; 4] = [Self::Current, Self::Ageing, Self::Stale, Self::Never];

    /// How fresh a view is that was signed at `seen`. A view from the future counts as current: whether its clock can
    /// be right was asked when it was taken.
    #[must_use]
    pub fn of(seen: Option<Timestamp>, now: Timestamp, policy: &FreshnessPolicy) -> Self {
        match seen.map(|seen| now.since(seen)) {
            None => Self::Never,
            Some(age) if age <= policy.full => Self::Current,
            Some(age) if age <= policy.running.max(policy.full) => Self::Ageing,
            Some(_) => Self::Stale,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17, R19: the bounds are those of the protocol, to the second.
    #[test]
    fn r17_the_bounds_hold_to_the_second() {
        let seen = Timestamp(1_000_000);
        for (age, expected) in [
            (0, Freshness::Current),
            (24 * 3600, Freshness::Current),
            (24 * 3600 + 1, Freshness::Ageing),
            (72 * 3600, Freshness::Ageing),
            (72 * 3600 + 1, Freshness::Stale),
        ] {
            let found = Freshness::of(Some(seen), seen.plus(age), &FreshnessPolicy::STANDARD);
            assert_eq!(found, expected, "{age} s");
        }
        assert_eq!(
            Freshness::of(None, seen, &FreshnessPolicy::STANDARD),
            Freshness::Never
        );
        let ahead = Freshness::of(Some(seen.plus(60)), seen, &FreshnessPolicy::STANDARD);
        assert_eq!(ahead, Freshness::Current);
    }

    /// R17: an administrator who sets the bounds the wrong way round does not forbid what the first bound allows.
    #[test]
    fn r17_a_policy_with_its_bounds_crossed_is_read_as_its_larger() {
        let policy = FreshnessPolicy {
            full: 100,
            running: 10,
        };
        let seen = Timestamp(1_000);
        assert_eq!(
            Freshness::of(Some(seen), seen.plus(100), &policy),
            Freshness::Current
        );
        assert_eq!(
            Freshness::of(Some(seen), seen.plus(101), &policy),
            Freshness::Stale
        );
    }
}
