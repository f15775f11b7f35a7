//! How fast bytes come or go, as it is told to people: over the last seconds, so that a pause shows and a hiccup does
//! not. Pure: the time comes in as an argument.

use std::collections::VecDeque;
use std::time::Duration;

/// What is looked back on.
const WINDOW: Duration = Duration::from_secs(10);

/// Marks are not kept closer together than this.
const APART: Duration = Duration::from_millis(250);

/// Below this nothing can be said yet.
const SOONEST: Duration = Duration::from_secs(1);

/// How far something was at which times.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace(VecDeque<(Duration, u64)>);

impl Pace {
    /// So many bytes are done by now. Fewer than before when some were counted that did not arrive.
    pub(super) fn note(&mut self, now: Duration, done: u64) {
        while self.0.len() > 1
            && self
                .0
                .get(1)
                .is_some_and(|(at, _)| now.saturating_sub(*at) > WINDOW)
        {
            self.0.pop_front();
        }
        let several = self.0.len() > 1;
        match self.0.back_mut() {
            Some((at, last)) if now.saturating_sub(*at) < APART && several => *last = done,
            _ => self.0.push_back((now, done)),
        }
    }

    /// Bytes in a second; `None` while it is too early to say.
    pub(super) fn rate(&self, now: Duration) -> Option<u64> {
        let (from, before) = self.0.front()?;
        let (_, done) = self.0.back()?;
        let time = now.saturating_sub(*from);
        (time >= SOONEST).then(|| (done.saturating_sub(*before) as f64 / time.as_secs_f64()) as u64)
    }
}

/// Seconds until `left` bytes are done; `None` when that cannot be said.
pub(super) fn seconds_left(left: u64, rate: Option<u64>) -> Option<u64> {
    rate.filter(|rate| *rate > 0).map(|rate| left.div_ceil(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn an_even_flow_has_its_rate_and_the_time_that_is_left() {
        let mut pace = Pace::default();
        for tick in 0..200 {
            pace.note(at(tick * 100), tick * 100_000);
        }
        let rate = pace.rate(at(19_900)).unwrap();
        assert!((950_000..=1_050_000).contains(&rate), "{rate}");
        assert_eq!(seconds_left(10_000_000, Some(1_000_000)), Some(10));
        assert_eq!(seconds_left(1, Some(0)), None);
    }

    #[test]
    fn a_pause_shows_and_a_new_beginning_is_not_a_leap() {
        let mut pace = Pace::default();
        assert_eq!(pace.rate(at(0)), None);
        pace.note(at(0), 0);
        pace.note(at(500), 1_000_000);
        assert_eq!(pace.rate(at(500)), None, "too early");
        assert!(pace.rate(at(100_000)).unwrap() < 20_000, "it stands still");
        pace.note(at(101_000), 10);
        assert_eq!(pace.rate(at(101_500)), Some(0));
    }

    #[test]
    fn what_was_counted_too_early_and_taken_back_does_not_change_the_rate() {
        let mut pace = Pace::default();
        let mut done = 0;
        for tick in 0..40 {
            // Three are read ahead, and two of them counted back as soon as the other side says what it has.
            done += 3_000_000;
            pace.note(at(tick * 1_000), done);
            done -= 2_000_000;
            pace.note(at(tick * 1_000 + 500), done);
        }
        let rate = pace.rate(at(40_000)).unwrap();
        assert!((700_000..=1_400_000).contains(&rate), "{rate}");
    }
}
