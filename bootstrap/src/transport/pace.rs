//! A pace that several share: who is ahead of it waits.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

/// So many units in a second, together. Each who takes some waits until what was taken before is paid for, so that all
/// get their turn: the generic cell rate algorithm of ITU-T I.371.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Units in a second; nothing: no bound.
    rate: Option<f64>,
    /// How far one may be ahead without waiting.
    ahead: Duration,
    /// When everything that was taken is paid for.
    paid: Mutex<Instant>,
}

impl Pace {
    /// `rate` units in a second, 0 for any number; `ahead` seconds' worth of them at once.
    pub(crate) fn new(rate: u64, ahead: Duration) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 52 bits")]
        let rate = (rate > 0).then_some(rate as f64);
        Self {
            rate,
            ahead,
            paid: Mutex::new(Instant::now()),
        }
    }

    /// Takes `units`, and tells how long to wait before the next.
    pub(crate) fn take(&self, units: usize, now: Instant) -> Option<Duration> {
        let rate = self.rate?;
        #[expect(clippy::cast_precision_loss, reason = "a buffer has less than 2^52 bytes")]
        let cost = Duration::from_secs_f64(units as f64 / rate);
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        *paid = (*paid).max(now) + cost;
        let early = paid.saturating_duration_since(now).checked_sub(self.ahead)?;
        (!early.is_zero()).then_some(early)
    }
}

/// The waiting of one who took.
#[derive(Debug, Default)]
pub(crate) struct Turn(Option<Pin<Box<Sleep>>>);

impl Turn {
    /// Waits until it is this one's turn.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(sleep) = &mut self.0 {
            std::task::ready!(sleep.as_mut().poll(context));
            self.0 = None;
        }
        Poll::Ready(())
    }

    /// Takes `units` of `pace`, which the next turn waits for.
    pub(crate) fn take(&mut self, pace: &Pace, units: usize) {
        self.0 = pace
            .take(units, Instant::now())
            .map(|wait| Box::pin(tokio::time::sleep(wait)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17 (obstruct): what several take together stays within the rate, and each gets the same share.
    #[test]
    fn r17_several_share_a_pace_fairly() {
        let (pace, start) = (Pace::new(1000, Duration::from_millis(100)), Instant::now());
        let mut next = [start; 4];
        let mut taken = [0usize; 4];
        for step in 0..10_000 {
            let now = start + Duration::from_millis(step);
            for (next, taken) in next.iter_mut().zip(&mut taken) {
                if *next <= now {
                    *taken += 10;
                    *next = now + pace.take(10, now).unwrap_or_default();
                }
            }
        }
        let all: usize = taken.iter().sum();
        assert!((10_000..=10_200).contains(&all), "{taken:?}");
        assert!(taken.iter().all(|one| one.abs_diff(all / 4) < 500), "{taken:?}");
    }

    #[test]
    fn without_a_rate_nobody_waits() {
        let pace = Pace::new(0, Duration::ZERO);
        assert_eq!(pace.take(usize::MAX, Instant::now()), None);
    }
}
