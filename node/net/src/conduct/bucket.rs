//! How often, and how much, within a time. Pure: the time comes in as an argument, counted from some beginning.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// So much at once, and then so much in a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate {
    burst: f64,
    per_second: f64,
}

impl Rate {
    pub(crate) const fn new(burst: u32, per_second: f64) -> Self {
        Self {
            burst: burst as f64,
            per_second,
        }
    }
}

/// What is left of a rate.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Bucket {
    /// What was taken and has not flowed back, at `at`.
    taken: f64,
    at: Duration,
}

impl Bucket {
    /// How much may be taken now.
    pub(crate) fn left(&self, rate: &Rate, now: Duration) -> f64 {
        (rate.burst - self.taken_by(rate, now)).max(0.0)
    }

    /// Takes so much, or nothing when there is not enough.
    pub(crate) fn take(&mut self, amount: f64, rate: &Rate, now: Duration) -> bool {
        let enough = self.left(rate, now) >= amount;
        if enough {
            self.owe(amount, rate, now);
        }
        enough
    }

    /// Takes so much even if there is not enough, for what happened already; the debt is never more than the burst.
    pub(crate) fn owe(&mut self, amount: f64, rate: &Rate, now: Duration) {
        self.taken = (self.taken_by(rate, now) + amount).min(rate.burst);
        self.at = self.at.max(now);
    }

    fn taken_by(&self, rate: &Rate, now: Duration) -> f64 {
        let back = now.saturating_sub(self.at).as_secs_f64() * rate.per_second;
        (self.taken - back).max(0.0)
    }
}

/// A bucket for each name, forgotten when it is full again, so that coming back refills none.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    rate: Rate,
    most: usize,
    buckets: HashMap<K, Bucket>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// At most `most` are remembered; beyond it the next has to wait.
    pub(crate) fn new(rate: Rate, most: usize) -> Self {
        Self {
            rate,
            most,
            buckets: HashMap::new(),
        }
    }

    /// Takes so much of the bucket of `name`, or nothing when there is not enough.
    pub(crate) fn take(&mut self, name: K, amount: f64, now: Duration) -> bool {
        if self.buckets.len() >= self.most && !self.buckets.contains_key(&name) {
            self.tidy(now);
            if self.buckets.len() >= self.most {
                return false;
            }
        }
        self.buckets
            .entry(name)
            .or_default()
            .take(amount, &self.rate, now)
    }

    /// Whether so much could be taken.
    pub(crate) fn has(&self, name: &K, amount: f64, now: Duration) -> bool {
        let bucket = self.buckets.get(name).copied().unwrap_or_default();
        bucket.left(&self.rate, now) >= amount
    }

    /// Forgets those that are full.
    pub(crate) fn tidy(&mut self, now: Duration) {
        let rate = self.rate;
        self.buckets
            .retain(|_, bucket| bucket.left(&rate, now) < rate.burst);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate::new(16, 2.0);

    #[test]
    fn a_burst_and_then_so_many_in_a_second() {
        let (mut buckets, start) = (Buckets::new(RATE, 8), Duration::from_secs(9));
        let taken =
            |buckets: &mut Buckets<_>, name, at| (0..100).filter(|_| buckets.take(name, 1.0, at)).count();
        assert_eq!(taken(&mut buckets, "a", start), 16);
        assert!(!buckets.has(&"a", 1.0, start) && buckets.has(&"b", 16.0, start));
        assert_eq!(taken(&mut buckets, "a", start + Duration::from_secs(3)), 6);
        assert_eq!(taken(&mut buckets, "b", start), 16, "others are not affected");
    }

    /// R17 (obstruct): whoever comes with ever new names is not remembered for ever.
    #[test]
    fn r17_names_are_bounded_and_forgotten_when_they_rest() {
        let (mut buckets, start) = (Buckets::new(RATE, 64), Duration::ZERO);
        let let_in = (0..1000).filter(|name| buckets.take(*name, 1.0, start)).count();
        assert_eq!(let_in, 64);
        assert!(buckets.take(0, 1.0, start), "known ones go on");
        buckets.tidy(start + Duration::from_secs(8));
        assert!(buckets.buckets.is_empty());
    }

    proptest! {
        /// Whatever is asked for whenever: no more passes than the rate allows.
        #[test]
        fn r17_the_rate_holds(asked in prop::collection::vec((1u32..20, 0u64..2000), 1..300)) {
            let (mut bucket, mut now, mut passed) = (Bucket::default(), Duration::ZERO, 0.0);
            for (amount, pause) in asked {
                now += Duration::from_millis(pause);
                if bucket.take(amount.into(), &RATE, now) {
                    passed += f64::from(amount);
                }
                prop_assert!(passed <= 16.0 + now.as_secs_f64() * 2.0 + 1e-6);
            }
        }
    }
}
