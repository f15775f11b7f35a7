//! How often anybody may leave something.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use libp2p::PeerId;

/// The time that limits speak of.
const HOUR: Duration = Duration::from_secs(3600);

/// Peers and addresses that are remembered; when there are more within an hour, strangers have to wait.
const REMEMBERED: usize = 8192;

/// Deposits of each peer and of each address within the last hour.
pub(super) struct Limits {
    per_peer: Counts<PeerId>,
    per_address: Counts<IpAddr>,
}

impl Limits {
    /// `per_hour` for a peer, eight times as many for an address: a clinic's nodes share one.
    pub(super) fn new(per_hour: u32) -> Self {
        Self {
            per_peer: Counts::new(per_hour),
            per_address: Counts::new(per_hour.saturating_mul(8)),
        }
    }

    /// Counts a deposit; `false` when it is one too many.
    pub(super) fn take(&mut self, peer: PeerId, address: IpAddr, now: Instant) -> bool {
        // A network of the sixth version is one address: whoever has one has 2^64 of them.
        let address = match address {
            IpAddr::V6(six) => {
                let network = u128::from(six) & (u128::MAX << 64);
                IpAddr::V6(network.into())
            }
            four => four,
        };
        self.per_address.take(address, now) && self.per_peer.take(peer, now)
    }
}

struct Counts<K> {
    most: u32,
    counts: HashMap<K, (u32, Instant)>,
}

impl<K: Eq + Hash> Counts<K> {
    fn new(most: u32) -> Self {
        Self {
            most,
            counts: HashMap::new(),
        }
    }

    fn take(&mut self, key: K, now: Instant) -> bool {
        let over = |since: &Instant| now.duration_since(*since) >= HOUR;
        if self.counts.len() >= REMEMBERED {
            self.counts.retain(|_, (_, since)| !over(since));
            if self.counts.len() >= REMEMBERED && !self.counts.contains_key(&key) {
                return false;
            }
        }
        let (count, since) = self.counts.entry(key).or_insert((0, now));
        if over(since) {
            (*count, *since) = (0, now);
        }
        *count = count.saturating_add(1);
        *count <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17 (obstruct): many peers behind one address are limited by the address, and an address of the sixth version
    /// by its network.
    #[test]
    fn r17_peers_and_addresses_are_limited_by_the_hour() {
        let (mut limits, start) = (Limits::new(2), Instant::now());
        let (home, peer): (IpAddr, _) = ("192.0.2.1".parse().unwrap(), PeerId::random());
        let taken = |limits: &mut Limits, at| (0..5).filter(|_| limits.take(peer, home, at)).count();
        assert_eq!(taken(&mut limits, start), 2);
        assert_eq!(taken(&mut limits, start + HOUR), 2);
        let mut limits = Limits::new(2);
        let strangers = (0..100u16).filter(|index| {
            let address = format!("2001:db8::{index:x}").parse().unwrap();
            limits.take(PeerId::random(), address, start)
        });
        assert_eq!(strangers.count(), 16);
    }
}
