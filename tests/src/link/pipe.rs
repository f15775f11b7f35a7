//! One direction of a link as a calculation: when does a packet that is offered now come out, if it does?

use std::time::{Duration, Instant};

use super::Link;

/// What a pipe did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets that passed or will.
    pub passed: u64,
    /// Their bytes, IP headers included.
    pub bytes: u64,
    /// Packets lost at random.
    pub lost: u64,
    /// Packets that found the queue full.
    pub dropped: u64,
}

/// One direction of a link.
#[derive(Debug)]
pub struct Pipe {
    link: Link,
    up: bool,
    free_at: Option<Instant>,
    random: u64,
    counts: Counts,
}

impl Pipe {
    /// A pipe whose losses are those of `seed`.
    #[must_use]
    pub fn new(link: Link, seed: u64) -> Self {
        Self {
            link,
            up: true,
            free_at: None,
            random: seed,
            counts: Counts::default(),
        }
    }

    /// Behaves like `link` from now on.
    pub fn change(&mut self, link: Link) {
        self.link = link;
    }

    /// A pipe that is not up loses everything.
    pub fn set_up(&mut self, up: bool) {
        self.up = up;
    }

    /// What it did so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// A packet of `bytes` comes at `now`: when it is out at the other end, or nothing when it is not.
    ///
    /// Packets never overtake each other while the link stays as it is.
    pub fn offer(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        let start = self.free_at.map_or(now, |free| free.max(now));
        if start.duration_since(now) > self.link.queue {
            self.counts.dropped += 1;
            return None;
        }
        let sent = start + serialisation(bytes, self.link.rate);
        self.free_at = Some(sent);
        // What is lost on the way has taken its time on the wire.
        if !self.up || self.chance() < self.link.loss {
            self.counts.lost += 1;
            return None;
        }
        self.counts.passed += 1;
        self.counts.bytes += bytes as u64;
        Some(sent + self.link.delay)
    }

    /// Between 0 and 1; SplitMix64, so that a seed gives the same losses everywhere.
    fn chance(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// How long `bytes` occupy a wire of `rate` bits per second.
fn serialisation(bytes: usize, rate: u64) -> Duration {
    let nanoseconds = (bytes as u64 * 8).saturating_mul(1_000_000_000).checked_div(rate);
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Link = Link {
        loss: 0.0,
        ..Link::METRO
    };

    #[test]
    fn a_packet_takes_its_time_on_the_wire_and_the_delay() {
        let now = Instant::now();
        let mut pipe = Pipe::new(QUIET, 1);
        // 1250 bytes are 100 µs at 100 Mbit/s.
        let wire = Duration::from_micros(100);
        assert_eq!(pipe.offer(now, 1250), Some(now + wire + QUIET.delay));
        assert_eq!(pipe.offer(now, 1250), Some(now + wire * 2 + QUIET.delay));
    }

    #[test]
    fn a_full_queue_drops_and_drains() {
        let now = Instant::now();
        let mut pipe = Pipe::new(QUIET, 1);
        let taken = (0..1000).filter(|_| pipe.offer(now, 1250).is_some()).count();
        // 50 ms of 100 µs each, and the one that is on the wire.
        assert_eq!(taken, 501);
        assert_eq!(pipe.counts().dropped, 499);
        assert!(pipe.offer(now + QUIET.queue, 1250).is_some());
    }

    #[test]
    fn as_many_are_lost_as_are_told() {
        let now = Instant::now();
        let mut pipe = Pipe::new(
            Link {
                rate: 0,
                ..Link::ISLAND
            },
            7,
        );
        for _ in 0..100_000 {
            pipe.offer(now, 100);
        }
        assert!(
            (1_800..2_200).contains(&pipe.counts().lost),
            "{:?}",
            pipe.counts()
        );
    }

    #[test]
    fn a_cut_link_loses_everything_until_it_is_mended() {
        let now = Instant::now();
        let mut pipe = Pipe::new(Link::LAN, 1);
        pipe.set_up(false);
        assert_eq!(pipe.offer(now, 1), None);
        pipe.set_up(true);
        assert_eq!(pipe.offer(now, 1), Some(now));
    }
}
