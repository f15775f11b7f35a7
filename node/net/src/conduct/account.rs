//! What one peer, or one place, has done lately. Pure: the time comes in as an argument, counted from some beginning.
//!
//! A score is kept as the instant at which it will have faded to nothing. Each misdeed moves that instant further away;
//! when it is as far away as the whole limit takes to fade, there is a ban. Its time doubles with each that follows, up to
//! a ceiling, and a long time of good conduct makes one of them forgotten.

use std::time::Duration;

use super::misdeed::Misdeed;

/// How misdeeds add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Points that are a ban.
    pub(crate) limit: u32,
    /// How long one point takes to fade.
    pub(crate) fade: Duration,
    /// The first ban.
    pub(crate) first: Duration,
    /// The longest ban.
    pub(crate) longest: Duration,
    /// Good conduct after which one ban is forgotten.
    pub(crate) forget: Duration,
}

/// A ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) until: Duration,
    /// Which one it is, counted from 1.
    pub(crate) times: u32,
    /// What filled the measure.
    pub(crate) misdeed: Misdeed,
    /// Whether its end was told.
    pub(crate) end_told: bool,
}

/// The account of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Account {
    clean_at: Duration,
    /// When those that count once a second were counted last.
    counted: Vec<(Misdeed, Duration)>,
    sentence: Option<Sentence>,
}

/// See [`Misdeed::counts_once_a_second`].
const SECOND: Duration = Duration::from_secs(1);

impl Account {
    /// Counts a misdeed; gives the ban when it is one too many. What happens during a ban does not prolong it.
    pub(crate) fn charge(&mut self, misdeed: Misdeed, now: Duration, rules: &Rules) -> Option<Sentence> {
        if self.is_banned(now) || !self.counts(misdeed, now) {
            return None;
        }
        let cost = rules.fade.saturating_mul(misdeed.points());
        self.clean_at = self.clean_at.max(now).saturating_add(cost);
        // Rounded up: two that weigh fifty each are a hundred although a moment lies between them.
        if self.score(now, rules) < rules.limit {
            return None;
        }
        let times = self.remembered(now, rules).saturating_add(1);
        let doubled = rules.first.saturating_mul(1 << (times - 1).min(24));
        let sentence = Sentence {
            until: now.saturating_add(doubled.min(rules.longest)),
            times,
            misdeed,
            end_told: false,
        };
        *self = Self {
            sentence: Some(sentence),
            ..Self::default()
        };
        Some(sentence)
    }

    /// Takes over a ban from before a restart.
    pub(crate) fn restored(sentence: Sentence) -> Self {
        Self {
            sentence: Some(sentence),
            ..Self::default()
        }
    }

    pub(crate) fn is_banned(&self, now: Duration) -> bool {
        self.ban(now).is_some()
    }

    /// The ban that is in force.
    pub(crate) fn ban(&self, now: Duration) -> Option<Sentence> {
        self.sentence.filter(|sentence| now < sentence.until)
    }

    /// The ban that has ended, the first time that it is asked about.
    pub(crate) fn ended(&mut self, now: Duration) -> Option<Sentence> {
        let sentence = self.sentence.as_mut()?;
        let ended = sentence.until <= now && !sentence.end_told;
        ended.then(|| {
            sentence.end_told = true;
            *sentence
        })
    }

    /// Points now.
    pub(crate) fn score(&self, now: Duration, rules: &Rules) -> u32 {
        let left = self.clean_at.saturating_sub(now).as_millis();
        let points = left.div_ceil(rules.fade.as_millis().max(1));
        u32::try_from(points).unwrap_or(u32::MAX)
    }

    /// Whether nothing of it is worth remembering.
    pub(crate) fn is_clean(&self, now: Duration, rules: &Rules) -> bool {
        let done = self.sentence.is_none_or(|sentence| sentence.end_told);
        done && self.clean_at <= now && self.remembered(now, rules) == 0
    }

    /// How many bans are held against it.
    fn remembered(&self, now: Duration, rules: &Rules) -> u32 {
        self.sentence.map_or(0, |sentence| {
            let good = now.saturating_sub(sentence.until).as_millis();
            let forgotten = good / rules.forget.as_millis().max(1);
            sentence
                .times
                .saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
        })
    }

    fn counts(&mut self, misdeed: Misdeed, now: Duration) -> bool {
        if !misdeed.counts_once_a_second() {
            return true;
        }
        match self.counted.iter_mut().find(|(one, _)| *one == misdeed) {
            Some((_, last)) if now.saturating_sub(*last) < SECOND => false,
            Some((_, last)) => {
                *last = now;
                true
            }
            None => {
                self.counted.push((misdeed, now));
                true
            }
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

    fn misdeeds() -> impl Strategy<Value = Misdeed> {
        prop::sample::select(Misdeed::ALL.to_vec())
    }

    /// Charges until there is a ban.
    fn offend(account: &mut Account, now: Duration) -> Sentence {
        (0..100)
            .find_map(|_| account.charge(Misdeed::Garbage, now, &RULES))
            .expect("four of them are a ban")
    }

    /// R17: each ban is twice as long as the one before, up to an hour, and what happens during one does not prolong it.
    #[test]
    fn r17_bans_double_up_to_a_ceiling() {
        let (mut account, mut now, mut lengths) = (Account::default(), Duration::ZERO, Vec::new());
        for _ in 0..9 {
            let sentence = offend(&mut account, now);
            assert_eq!(account.charge(Misdeed::Fork, now, &RULES), None);
            assert_eq!(account.ban(now), Some(sentence));
            lengths.push((sentence.until - now).as_secs());
            now = sentence.until;
            assert!(!account.is_banned(now));
        }
        assert_eq!(lengths, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    }

    #[test]
    fn a_day_of_good_conduct_makes_one_ban_forgotten() {
        let mut account = Account::default();
        let first = offend(&mut account, Duration::ZERO);
        let second = offend(&mut account, first.until);
        assert_eq!(second.times, 2);
        let later = second.until + RULES.forget;
        assert_eq!(offend(&mut account.clone(), later).times, 2);
        let _ = account.ended(later);
        assert!(!account.is_clean(later, &RULES));
        assert!(account.is_clean(later + RULES.forget, &RULES));
    }

    #[test]
    fn the_end_of_a_ban_is_told_once() {
        let mut account = Account::default();
        let sentence = offend(&mut account, Duration::ZERO);
        assert_eq!(account.ended(sentence.until - SECOND), None);
        assert!(account.ended(sentence.until).is_some());
        assert_eq!(account.ended(sentence.until), None);
    }

    /// R17: a line that breaks ends sixty streams at once; that is one misdeed, not sixty.
    #[test]
    fn r17_a_broken_line_is_no_ban() {
        let mut account = Account::default();
        for stream in 0..60 {
            let now = Duration::from_millis(stream * 10);
            assert_eq!(account.charge(Misdeed::Slow, now, &RULES), None);
        }
        assert_eq!(
            account.score(Duration::from_millis(600), &RULES),
            Misdeed::Slow.points()
        );
    }

    proptest! {
        /// R17: whatever is charged whenever: the score stays below the limit, at the limit there is a ban, no ban is
        /// longer than the ceiling, and all of it is forgotten in the end.
        #[test]
        fn r17_the_score_is_bounded_and_fades(
            charges in prop::collection::vec((misdeeds(), 0u64..30_000), 1..300)
        ) {
            let (mut account, mut now) = (Account::default(), Duration::ZERO);
            for (misdeed, pause) in charges {
                now += Duration::from_millis(pause);
                let (before, banned) = (account.score(now, &RULES), account.is_banned(now));
                match account.charge(misdeed, now, &RULES) {
                    Some(sentence) => {
                        prop_assert!(!banned);
                        prop_assert!(before + misdeed.points() >= RULES.limit);
                        prop_assert!(sentence.until - now <= RULES.longest);
                        prop_assert!(sentence.until - now >= RULES.first);
                    }
                    None => prop_assert!(account.score(now, &RULES) < RULES.limit),
                }
            }
            let _ = account.ended(now + RULES.longest);
            prop_assert!(account.is_clean(now + RULES.longest + RULES.forget * 400, &RULES));
        }

        /// R17: who errs no faster than it fades is never banned, for however long.
        #[test]
        fn r17_seldom_errors_never_add_up(misdeed in misdeeds(), extra in 0u64..1000) {
            let (mut account, mut now) = (Account::default(), Duration::ZERO);
            for _ in 0..500 {
                prop_assert_eq!(account.charge(misdeed, now, &RULES), None);
                now += RULES.fade * misdeed.points() + Duration::from_millis(extra);
            }
        }

        /// A clock that stands still or goes back makes nothing panic and nobody free.
        #[test]
        fn a_clock_that_goes_back_frees_nobody(times in prop::collection::vec(0u64..100_000, 1..200)) {
            let mut account = Account::default();
            for now in times.into_iter().map(Duration::from_secs) {
                let until = account.ban(now).map(|ban| ban.until);
                account.charge(Misdeed::Forged, now, &RULES);
                prop_assert!(until.is_none() || account.ban(now).map(|ban| ban.until) == until);
            }
        }
    }
}
