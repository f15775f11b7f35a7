//! Strangers: peers of whom a bootstrap or the local network told us. They are dialled to be introduced, because their
//! hello fills the directory.

use std::time::{Duration, Instant};

use libp2p::{Multiaddr, PeerId};

use super::Driver;
use super::dialling::{is_relayed, without_peer};

/// Discovered peers that are remembered, and addresses of each.
const MAX_KNOWN: usize = 4096;
const MAX_KNOWN_ADDRESSES: usize = 16;

/// A stranger that was not admitted is tried again after this long, and then more and more seldom: one that was refused
/// for its clock comes again with the right one soon, and one that is off does not.
const INTRODUCE_SOON: Duration = Duration::from_secs(5);
const INTRODUCE_AGAIN: Duration = Duration::from_secs(60);

/// A peer that we were told of.
pub(super) struct Known {
    pub(super) addresses: Vec<Multiaddr>,
    /// When it is tried, and how long to wait after that.
    next: Instant,
    delay: Duration,
    /// Direct addresses are being tried; when they fail, a relay is.
    relayed_next: bool,
    /// It was admitted once: its hello has been heard.
    met: bool,
}

impl Known {
    fn at(addresses: Vec<Multiaddr>) -> Self {
        Self {
            addresses,
            next: Instant::now(),
            delay: INTRODUCE_SOON,
            relayed_next: false,
            met: false,
        }
    }

    /// Where to try now. Direct first, so that a relay never wins a race it should lose. A peer behind a router names
    /// direct addresses too, those of its own network.
    fn next_try(&mut self, now: Instant) -> Vec<Multiaddr> {
        self.next = now + self.delay;
        let (by_relay, direct): (Vec<_>, Vec<_>) = self.addresses.iter().cloned().partition(is_relayed);
        let use_relay = (self.relayed_next || direct.is_empty()) && !by_relay.is_empty();
        self.relayed_next = !use_relay && !by_relay.is_empty();
        if !self.relayed_next {
            self.delay = (self.delay * 2).min(INTRODUCE_AGAIN);
        }
        if use_relay { by_relay } else { direct }
    }

    /// A try failed: a relay, if there is one, is tried without waiting.
    pub(super) fn failed(&mut self) {
        if self.relayed_next {
            self.hurry();
        }
    }

    /// It is tried at once.
    fn hurry(&mut self) {
        self.next = Instant::now();
    }

    /// It is tried at once, and soon again: it was admitted, or there is a new reason to think that it will be.
    pub(super) fn begin_anew(&mut self) {
        self.hurry();
        self.delay = INTRODUCE_SOON;
    }

    /// Its hello has been heard.
    pub(super) fn admitted(&mut self) {
        self.begin_anew();
        self.met = true;
    }
}

impl Driver {
    /// Somebody is said to be at these addresses, and no others. Only a hint: TLS and admission decide.
    pub(super) fn on_found(&mut self, peer: PeerId, addresses: Vec<Multiaddr>) {
        let addresses = addresses.into_iter().take(MAX_KNOWN_ADDRESSES);
        let addresses: Vec<_> = addresses.map(without_peer).collect();
        if !self.may_know(peer) {
            return;
        }
        let known = self.known.entry(peer).or_insert_with(|| Known::at(Vec::new()));
        if known.addresses != addresses {
            let met = known.met;
            *known = Known {
                met,
                ..Known::at(addresses)
            };
            if let Some(wanted) = self.wanted.get_mut(&peer) {
                wanted.hurry();
            }
        }
    }

    /// Somebody in the local network answered with this address, perhaps among others.
    pub(super) fn on_found_nearby(&mut self, peer: PeerId, address: Multiaddr) {
        let mut addresses = match self.known.get(&peer) {
            Some(known) => known.addresses.clone(),
            None => Vec::new(),
        };
        let address = without_peer(address);
        if !addresses.contains(&address) {
            addresses.insert(0, address);
            self.on_found(peer, addresses);
        }
    }

    fn may_know(&self, peer: PeerId) -> bool {
        let room = self.known.len() < MAX_KNOWN || self.known.contains_key(&peer);
        room && peer != self.me.peer && !self.is_bootstrap(&peer)
    }

    /// Dials a few strangers; when there are as many peers as are kept, now and then one that was never met.
    pub(super) fn introduce(&mut self, now: Instant) {
        let (here, most) = (self.peers.len(), self.limits.introductions);
        // Who is being dialled will be here in a moment: without them, each look would dial four more.
        let counters = self.swarm.network_info().connection_counters().clone();
        let under_way = counters.num_pending_outgoing() as usize;
        let mut room = most.saturating_sub(here + under_way).min(4);
        let crowded = here >= most;
        if crowded && now.saturating_duration_since(self.met) >= self.limits.meet_every {
            (room, self.met) = (1, now);
        }
        if room == 0 {
            return;
        }
        let strangers: Vec<_> = self
            .known
            .iter()
            .filter(|(peer, known)| {
                known.next <= now
                    && (!crowded || !known.met)
                    && !self.peers.contains_key(peer)
                    && !self.wanted.contains_key(peer)
                    && !self.gate.is_held(peer)
            })
            .map(|(peer, _)| *peer)
            .take(room)
            .collect();
        for peer in strangers {
            if let Some(known) = self.known.get_mut(&peer) {
                let addresses = known.next_try(now);
                self.dial(peer, addresses);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_behind_a_router_is_tried_by_relay_as_soon_as_its_own_addresses_failed() {
        let direct: Multiaddr = "/ip4/10.1.0.2/udp/4600/quic-v1".parse().unwrap();
        let relay = PeerId::random();
        let relayed: Multiaddr = format!("/ip4/192.0.2.1/udp/1/quic-v1/p2p/{relay}/p2p-circuit")
            .parse()
            .unwrap();
        let mut known = Known::at(vec![relayed.clone(), direct.clone()]);
        let start = Instant::now();
        assert_eq!(known.next_try(start), std::slice::from_ref(&direct));
        known.failed();
        let now = Instant::now();
        assert!(known.next <= now);
        assert_eq!(known.next_try(now), [relayed]);
        known.failed();
        assert_eq!(known.next, now + INTRODUCE_SOON, "then it waits");
        assert_eq!(known.next_try(now), [direct]);
    }

    #[test]
    fn a_stranger_without_a_relay_is_tried_where_it_says_that_it_is() {
        let direct: Multiaddr = "/ip4/192.0.2.7/udp/4600/quic-v1".parse().unwrap();
        let mut known = Known::at(vec![direct.clone()]);
        let now = Instant::now();
        assert_eq!(known.next_try(now), std::slice::from_ref(&direct));
        known.failed();
        assert_eq!(known.next, now + INTRODUCE_SOON);
        assert_eq!(known.next_try(now), [direct]);
    }

    #[test]
    fn a_stranger_that_is_not_admitted_is_tried_more_and_more_seldom_and_soon_again_after_it_was() {
        let mut known = Known::at(vec!["/ip4/192.0.2.7/udp/4600/quic-v1".parse().unwrap()]);
        let mut now = Instant::now();
        let mut waits = Vec::new();
        for _ in 0..6 {
            known.next_try(now);
            waits.push((known.next - now).as_secs());
            now = known.next;
        }
        assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
        known.begin_anew();
        assert!(known.next <= Instant::now());
        known.next_try(now);
        assert_eq!(known.next - now, INTRODUCE_SOON);
    }
}
