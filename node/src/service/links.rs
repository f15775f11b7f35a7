//! How fast images went to each node lately, so that the next study is sealed in a form that suits the line. Kept over
//! restarts, of a bounded number of nodes.
//!
//! Measured by what the receiver says it has verified, from the first to the newest time that it asked: that is what
//! arrives, with disk and decoder of both sides. It is the receiver's word, and bears on nothing but the form in which
//! the sender chooses to send to it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_net::{Multiaddr, PeerId};
use dokuei_package::chunk::CHUNK;
use dokuei_store::Store;
use serde::{Deserialize, Serialize};

use super::Node;
use super::error::ServiceError;

/// Where it is kept.
const SETTING: &str = "links";

/// Nodes that are remembered; the one that was measured longest ago gives way.
const NODES: usize = 256;

/// Transfers that are measured at once.
const UNDER_WAY: usize = 256;

/// Less than this says nothing: the beginning of a transfer finds out how fast the line is.
const LEAST: u64 = 4 << 20;
const SHORTEST: Duration = Duration::from_millis(500);

/// It is written down no more often than this: a receiver asks several times a second.
const WRITTEN: Duration = Duration::from_secs(10);

/// After a pause it is measured anew.
const PAUSE: Duration = Duration::from_secs(30);

/// What is supposed of a line that was not measured yet, bytes in a second: in one house a gigabit, else 100 Mbit/s.
const NEAR: u64 = 125_000_000;
const FAR: u64 = 12_500_000;

/// How fast images will go to somebody, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Bytes in a second.
    pub(super) rate: u64,
    /// How it is known: measured, limit, same_network, supposed.
    pub(super) from: &'static str,
}

/// What was measured of one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Measured {
    peer: String,
    /// Bytes in a second.
    rate: u64,
    at: Timestamp,
}

/// A transfer that is being measured.
#[derive(Debug, Clone, Copy)]
struct Way {
    since: Duration,
    from: u64,
    last: Duration,
}

#[derive(Debug)]
struct Inner {
    begun: Instant,
    /// The newest last.
    measured: Vec<Measured>,
    under_way: HashMap<(PeerId, [u8; 16]), Way>,
    /// When it was last written down.
    written: Option<Duration>,
}

/// What is known of the lines to others.
#[derive(Debug, Clone)]
pub(super) struct Links(Arc<Mutex<Inner>>);

impl Links {
    pub(super) fn open(store: &Store) -> Result<Self, ServiceError> {
        let kept = store.setting(SETTING)?.map(|text| serde_json::from_str(&text));
        let mut measured: Vec<Measured> = match kept {
            Some(Ok(measured)) => measured,
            Some(Err(error)) => {
                tracing::warn!(%error, "what was measured of lines is not understood and is forgotten");
                Vec::new()
            }
            None => Vec::new(),
        };
        measured.truncate(NODES);
        Ok(Self(Arc::new(Mutex::new(Inner {
            begun: Instant::now(),
            measured,
            under_way: HashMap::new(),
            written: None,
        }))))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How fast images went to this node when it was last measured, bytes in a second.
    pub(super) fn rate(&self, peer: &PeerId) -> Option<u64> {
        let (inner, peer) = (self.lock(), peer.to_string());
        let found = inner.measured.iter().find(|one| one.peer == peer);
        found.map(|one| one.rate)
    }

    /// A node asks for more of a package and has so many chunks of it; what is to be kept, when something was learnt.
    fn asked(&self, peer: PeerId, package: [u8; 16], held: u64, now: Timestamp) -> Option<String> {
        let mut inner = self.lock();
        let time = inner.begun.elapsed();
        let rate = inner.measure(peer, package, held.saturating_mul(CHUNK as u64), time)?;
        inner.learn(&peer.to_string(), rate, now);
        if !inner.is_to_be_written(time) {
            return None;
        }
        serde_json::to_string(&inner.measured).ok()
    }
}

impl Inner {
    /// Bytes in a second, once that can be said.
    fn measure(&mut self, peer: PeerId, package: [u8; 16], held: u64, now: Duration) -> Option<u64> {
        self.under_way
            .retain(|_, way| now.saturating_sub(way.last) < PAUSE);
        if self.under_way.len() >= UNDER_WAY {
            return None;
        }
        let way = self.under_way.entry((peer, package)).or_insert(Way {
            since: now,
            from: held,
            last: now,
        });
        way.last = now;
        let (bytes, time) = (held.saturating_sub(way.from), now.saturating_sub(way.since));
        (bytes >= LEAST && time >= SHORTEST).then(|| (bytes as f64 / time.as_secs_f64()) as u64)
    }

    fn is_to_be_written(&mut self, now: Duration) -> bool {
        if self.written.is_some_and(|at| now.saturating_sub(at) < WRITTEN) {
            return false;
        }
        self.written = Some(now);
        true
    }

    fn learn(&mut self, peer: &str, rate: u64, at: Timestamp) {
        self.measured.retain(|one| one.peer != peer);
        if self.measured.len() >= NODES {
            self.measured.remove(0);
        }
        self.measured.push(Measured {
            peer: peer.to_owned(),
            rate,
            at,
        });
    }
}

impl Node {
    /// How fast images will go to a practitioner: to the slowest of her nodes that was measured.
    pub(super) fn line_to(&self, practitioner: &Fingerprint) -> Result<Line, ServiceError> {
        let peers = self.peers_at_which(practitioner)?;
        let measured = peers.iter().filter_map(|peer| self.0.links.rate(peer)).min();
        let line = match measured {
            Some(rate) => Line {
                rate,
                from: "measured",
            },
            None => self.supposed(&peers),
        };
        Ok(match self.0.bandwidth.up(self.now()) {
            Some(limit) if limit < line.rate => Line {
                rate: limit,
                from: "limit",
            },
            _ => line,
        })
    }

    fn supposed(&self, peers: &[PeerId]) -> Line {
        let status = self.network().map(|network| network.status()).unwrap_or_default();
        let mut there = status.peers.iter().filter(|one| peers.contains(&one.peer));
        if there.any(|one| one.direct && one.address.as_ref().is_some_and(is_near)) {
            Line {
                rate: NEAR,
                from: "same_network",
            }
        } else {
            Line {
                rate: FAR,
                from: "supposed",
            }
        }
    }

    /// A node asks for more of a package, and has so many chunks of it: what that says of the line is kept.
    pub(super) fn note_link(&self, peer: PeerId, package: [u8; 16], held: u64) {
        // Under a limit it says how fast we let images go, not how fast they can.
        if self.0.bandwidth.up(self.now()).is_some() {
            return;
        }
        let Some(kept) = self.0.links.asked(peer, package, held, self.now()) else {
            return;
        };
        let store = self.store().clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = store.set_setting(SETTING, &kept) {
                tracing::warn!(%error, "what was measured of a line could not be kept");
            }
        });
    }
}

/// Whether an address is of this machine or this institution.
fn is_near(address: &Multiaddr) -> bool {
    let text = address.to_string();
    match text.split('/').nth(2).map(str::parse) {
        Some(Ok(IpAddr::V4(ip))) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Ok(IpAddr::V6(ip))) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn inner() -> Inner {
        Inner {
            begun: Instant::now(),
            measured: Vec::new(),
            under_way: HashMap::new(),
            written: None,
        }
    }

    #[test]
    fn many_who_ask_do_not_keep_the_disk_busy() {
        let (mut inner, at) = (inner(), Duration::from_millis);
        let written = (0..1_000).filter(|time| inner.is_to_be_written(at(*time * 25)));
        assert_eq!(written.collect::<Vec<_>>(), [0, 400, 800]);
    }

    #[test]
    fn a_line_is_measured_by_what_arrived_and_anew_after_a_pause() {
        let (mut inner, peer, at) = (inner(), PeerId::random(), Duration::from_secs);
        assert_eq!(inner.measure(peer, [1; 16], 0, at(0)), None);
        assert_eq!(inner.measure(peer, [1; 16], MIB, at(1)), None, "too little");
        assert_eq!(inner.measure(peer, [1; 16], 8 * MIB, at(4)), Some(2 * MIB));
        // What came before is not counted, nor the time of the pause.
        assert_eq!(inner.measure(peer, [1; 16], 9 * MIB, at(100)), None);
        assert_eq!(inner.measure(peer, [1; 16], 19 * MIB, at(110)), Some(MIB));
        // A receiver that has less than before, or says nonsense, is no measurement.
        assert_eq!(inner.measure(peer, [1; 16], 0, at(111)), None);
        assert_eq!(inner.measure(peer, [2; 16], u64::MAX, at(112)), None);
    }

    #[test]
    fn an_address_of_the_house_is_near() {
        for (address, near) in [
            ("/ip4/127.0.0.1/udp/1/quic-v1", true),
            ("/ip4/10.8.0.2/udp/4600/quic-v1", true),
            ("/ip6/fd00::1/tcp/4600", true),
            ("/ip4/198.18.0.1/udp/4600/quic-v1", false),
            ("/dns4/example.org/tcp/4600", false),
        ] {
            assert_eq!(is_near(&address.parse().unwrap()), near, "{address}");
        }
    }

    #[test]
    fn a_bounded_number_of_nodes_is_remembered_the_newest_of_each() {
        let mut inner = inner();
        for node in 0..2 * NODES {
            inner.learn(&node.to_string(), 1, Timestamp(node as u64));
        }
        inner.learn("400", 7, Timestamp(9));
        assert_eq!(inner.measured.len(), NODES);
        assert_eq!(inner.measured.iter().filter(|one| one.peer == "400").count(), 1);
        assert_eq!(inner.measured.last().map(|one| one.rate), Some(7));
        let peers: Vec<_> = (0..2 * UNDER_WAY).map(|_| PeerId::random()).collect();
        for peer in peers {
            inner.measure(peer, [0; 16], 0, Duration::ZERO);
        }
        assert!(inner.under_way.len() <= UNDER_WAY);
    }
}
