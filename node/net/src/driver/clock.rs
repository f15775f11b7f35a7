//! The clock of this machine was set, or the machine slept: who refused us for the clock, or was not reached, may be reached
//! now, and is tried at once.

use std::time::{Duration, Instant};

use dokuei_identity::time::Timestamp;

use super::Driver;

/// By how much the clock must have moved other than by itself.
const JUMP: u64 = 30;

/// Watches whether the clock jumps.
pub(super) struct Watch {
    shown: Timestamp,
    at: Instant,
}

impl Watch {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            shown: now,
            at: Instant::now(),
        }
    }

    /// Whether the clock has jumped since it was looked at the last time.
    fn has_jumped(&mut self, now: Timestamp, since: Duration) -> bool {
        let expected = self.shown.plus(since.as_secs());
        self.shown = now;
        self.at += since;
        expected.since(now).max(now.since(expected)) > JUMP
    }
}

impl Driver {
    pub(super) fn look_at_clock(&mut self) {
        let (now, since) = (self.host.now(), self.clock.at.elapsed());
        if !self.clock.has_jumped(now, since) {
            return;
        }
        tracing::info!("the clock was set, or this machine slept: everybody is tried again");
        self.wanted.values_mut().for_each(super::Wanted::begin_anew);
        self.known.values_mut().for_each(super::Known::begin_anew);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_or_slept_through_has_jumped_and_one_that_goes_has_not() {
        let start = Timestamp(1_795_000_000);
        let mut watch = Watch::new(start);
        let tick = Duration::from_secs(1);
        assert!(!watch.has_jumped(start.plus(1), tick));
        assert!(!watch.has_jumped(start.plus(3), tick), "a slow tick");
        assert!(watch.has_jumped(start.plus(86_403), tick), "set forward");
        assert!(!watch.has_jumped(start.plus(86_404), tick));
        assert!(watch.has_jumped(start, tick), "set back");
        assert!(!watch.has_jumped(start.plus(3600), Duration::from_secs(3600)));
    }
}
