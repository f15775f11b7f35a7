//! How many bytes of packages may pass in a second, changed at any time.
//!
//! A bucket that is small on purpose (no crate that we know lets the rate of a bucket that is waited for be changed):
//! it knows when the line will be free again, and who comes waits until then. Entries do not pass here: they are small,
//! and an urgent report is not to wait for images.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// What may pass at once after a pause: as much as the rate allows in this time.
const BURST: Duration = Duration::from_millis(250);

/// When the line is free, in time since some beginning. Pure: the time comes in as an argument.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Bucket {
    /// Bytes in a second; none: no limit.
    rate: Option<u64>,
    free_at: Duration,
}

impl Bucket {
    /// Lets `bytes` pass and says how long they are to wait first.
    fn take(&mut self, bytes: usize, now: Duration) -> Duration {
        let Some(rate) = self.rate else {
            return Duration::ZERO;
        };
        let from = self.free_at.max(now.saturating_sub(BURST));
        let time = Duration::from_secs_f64(bytes as f64 / rate.max(1) as f64);
        self.free_at = from.saturating_add(time);
        from.saturating_sub(now)
    }

    /// Changes the rate; what was owed at the old one is forgotten.
    fn set(&mut self, rate: Option<u64>, now: Duration) {
        self.rate = rate;
        self.free_at = self.free_at.min(now);
    }
}

/// A limit that all streams of one direction share.
#[derive(Debug, Clone)]
pub(crate) struct Throttle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bucket: Mutex<Bucket>,
    limited: AtomicBool,
    changed: watch::Sender<()>,
    begun: Instant,
}

impl Default for Throttle {
    fn default() -> Self {
        Self(Arc::new(Shared {
            bucket: Mutex::default(),
            limited: AtomicBool::new(false),
            changed: watch::Sender::new(()),
            begun: Instant::now(),
        }))
    }
}

impl Throttle {
    /// Sets the rate, bytes in a second; who waits goes on by the new one.
    pub(crate) fn set(&self, rate: Option<u64>) {
        self.lock().set(rate, self.0.begun.elapsed());
        self.0.limited.store(rate.is_some(), Ordering::Relaxed);
        self.0.changed.send_replace(());
    }

    /// The rate now.
    pub(crate) fn rate(&self) -> Option<u64> {
        self.lock().rate
    }

    /// Whether there is a limit now: then bytes pass in small pieces.
    pub(crate) fn is_limited(&self) -> bool {
        self.0.limited.load(Ordering::Relaxed)
    }

    /// Waits until `bytes` may pass.
    pub(crate) async fn pass(&self, bytes: usize) {
        if !self.is_limited() {
            return;
        }
        let mut changed = self.0.changed.subscribe();
        let wait = self.lock().take(bytes, self.0.begun.elapsed());
        if !wait.is_zero() {
            // After a change what was owed is forgotten, also by those who wait.
            let _ = tokio::time::timeout(wait, changed.changed()).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Bucket> {
        self.0.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MBIT: u64 = 125_000;

    /// Sends pieces one after the other and gives the time at which the last may go.
    fn last(bucket: &mut Bucket, pieces: &[usize], mut now: Duration) -> Duration {
        for piece in pieces {
            now += bucket.take(*piece, now);
        }
        now
    }

    #[test]
    fn without_a_rate_nothing_waits() {
        let mut bucket = Bucket::default();
        assert_eq!(
            last(&mut bucket, &[usize::MAX; 4], Duration::ZERO),
            Duration::ZERO
        );
    }

    #[test]
    fn a_change_forgets_what_was_owed() {
        let mut bucket = Bucket::default();
        bucket.set(Some(1), Duration::ZERO);
        bucket.take(1_000_000, Duration::ZERO);
        assert!(bucket.take(1, Duration::ZERO) > Duration::from_secs(999_000));
        bucket.set(Some(MBIT), Duration::from_secs(5));
        assert!(bucket.take(1, Duration::from_secs(5)) < Duration::from_secs(1));
    }

    #[test]
    fn a_pause_saves_up_no_more_than_a_burst() {
        let mut bucket = Bucket::default();
        bucket.set(Some(10 * MBIT), Duration::ZERO);
        let hour = Duration::from_secs(3600);
        let end = last(&mut bucket, &[16_384; 800], hour);
        // 13.1 MB at 1.25 MB/s are 10.5 s.
        assert!(end - hour > Duration::from_secs(10), "{:?}", end - hour);
    }

    proptest! {
        /// Whatever comes in whatever pieces and pauses: no more passes than the rate allows, and the line is used.
        #[test]
        fn the_rate_holds(pieces in prop::collection::vec((1usize..64_000, 0u64..400), 1..400), mbit in 1u64..200) {
            let mut bucket = Bucket::default();
            bucket.set(Some(mbit * MBIT), Duration::ZERO);
            let (mut now, mut before) = (Duration::ZERO, 0u64);
            for (bytes, pause) in pieces {
                now += Duration::from_millis(pause);
                now += bucket.take(bytes, now);
                // What went before this piece had its time, but for the burst.
                let allowed = (now + BURST).as_secs_f64() * (mbit * MBIT) as f64 + 1.0;
                prop_assert!(before as f64 <= allowed, "{before} bytes by {now:?}");
                before += bytes as u64;
            }
        }
    }
}
