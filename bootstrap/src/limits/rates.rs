//! How often anybody may do something.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use libp2p::PeerId;

use super::Source;

const HOUR: Duration = Duration::from_secs(3600);

/// Peers and sources that are remembered; when there are more within the time, strangers have to wait.
const REMEMBERED: usize = 8192;

/// What each peer and each source did within the last hour.
pub(crate) struct Rates {
    per_peer: Rate<PeerId>,
    per_source: Rate<Source>,
}

impl Rates {
    /// So many within an hour.
    pub(crate) fn hourly(per_peer: u32, per_source: u32) -> Self {
        Self {
            per_peer: Rate::new(per_peer, HOUR),
            per_source: Rate::new(per_source, HOUR),
        }
    }

    /// Counts one; `false` when it is one too many.
    pub(crate) fn take(&mut self, peer: PeerId, source: Source, now: Instant) -> bool {
        self.per_source.take(source, now) && self.per_peer.take(peer, now)
    }

    /// Counts one that has happened; whether the peer or its source is to blame for too many.
    pub(crate) fn exceed(&mut self, peer: PeerId, source: Source, now: Instant) -> bool {
        let source = self.per_source.exceed(source, now);
        let peer = self.per_peer.exceed(peer, now);
        source || peer
    }
}

/// Counts within a time that begins with the first.
pub(crate) struct Rate<K> {
    most: u32,
    window: Duration,
    counts: HashMap<K, (u32, Instant)>,
}

impl<K: Eq + Hash> Rate<K> {
    pub(crate) fn new(most: u32, window: Duration) -> Self {
        Self {
            most,
            window,
            counts: HashMap::new(),
        }
    }

    /// Counts one; `false` when it is one too many, or when there is no room to count it.
    pub(crate) fn take(&mut self, key: K, now: Instant) -> bool {
        self.count(key, now).is_some_and(|count| count <= self.most)
    }

    /// Counts one; `true` when it is one too many. For whom there is no room to count is not to blame: others used it up.
    pub(crate) fn exceed(&mut self, key: K, now: Instant) -> bool {
        self.count(key, now).is_some_and(|count| count > self.most)
    }

    fn count(&mut self, key: K, now: Instant) -> Option<u32> {
        let over = |since: &Instant| now.duration_since(*since) >= self.window;
        if self.counts.len() >= REMEMBERED && !self.counts.contains_key(&key) {
            self.counts.retain(|_, (_, since)| !over(since));
            if self.counts.len() >= REMEMBERED {
                return None;
            }
        }
        let (count, since) = self.counts.entry(key).or_insert((0, now));
        if over(since) {
            (*count, *since) = (0, now);
        }
        *count = count.saturating_add(1);
        Some(*count)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    /// R17 (obstruct): many peers behind one address are limited by the address, and an address of the sixth version
    /// by its network.
    #[test]
    fn r17_peers_and_addresses_are_limited_by_the_hour() {
        let source = |address: &str| Source::from(address.parse::<IpAddr>().unwrap());
        let (mut rates, start) = (Rates::hourly(2, 16), Instant::now());
        let (home, peer) = (source("192.0.2.1"), PeerId::random());
        let taken = |rates: &mut Rates, at| (0..5).filter(|_| rates.take(peer, home, at)).count();
        assert_eq!(taken(&mut rates, start), 2);
        assert_eq!(taken(&mut rates, start + HOUR), 2);
        let mut rates = Rates::hourly(2, 16);
        let strangers = (0..100u16)
            .filter(|index| rates.take(PeerId::random(), source(&format!("2001:db8::{index:x}")), start));
        assert_eq!(strangers.count(), 16);
    }

    /// R17 (obstruct): whoever comes with ever new names is not remembered for ever.
    #[test]
    fn r17_memory_for_names_is_bounded_and_known_ones_go_on() {
        let (mut rate, start) = (Rate::new(3, HOUR), Instant::now());
        let admitted = (0..REMEMBERED * 2).filter(|name| rate.take(*name, start)).count();
        assert_eq!(admitted, REMEMBERED);
        let stranger = REMEMBERED * 3;
        assert!(!rate.take(stranger, start) && !rate.exceed(stranger, start));
        assert!(rate.take(0, start));
        assert!(rate.take(REMEMBERED + 1, start + HOUR));
        assert_eq!(rate.counts.len(), 1);
    }
}
