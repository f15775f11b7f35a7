//! Holes through both routers (DCUtR): what both sides must know of themselves for one, and trying again.
//!
//! Over a relay each side tells the other where bootstrap hosts see it, and both dial there at the same moment. Who
//! reached its bootstrap hosts by TCP alone, as happens at a busy start, was seen by no one on its UDP port: what it tells
//! is of no use to a side that knows nothing but its own UDP port. So each bootstrap host that is reached by TCP is dialled
//! by QUIC too. libp2p's DCUtR gives up after three attempts, with the addresses that were known when the relayed
//! connection came about: another one by another relayed connection, which begins with what is known by then.

use std::time::{Duration, Instant};

use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::PeerCondition;
use libp2p::{Multiaddr, PeerId};

use super::dialling::without_peer;
use super::{Connection, Driver};

/// First and longest wait before another hole is tried.
const FIRST: Duration = Duration::from_secs(2);
const LAST: Duration = Duration::from_secs(600);

/// How much longer each wait is than the one before.
const LONGER: u32 = 3;

/// A second relayed connection is there to punch a hole, which takes three attempts of 5 s, and ends after that.
const PUNCHING: Duration = Duration::from_secs(20);

/// When something is tried again, more and more seldom.
#[derive(Debug, Default)]
pub(super) struct Again {
    next: Option<Instant>,
    delay: Duration,
}

impl Again {
    /// At once, and soon again.
    pub(super) fn now() -> Self {
        Self {
            next: Some(Instant::now()),
            delay: Duration::ZERO,
        }
    }

    /// Later, if at all.
    fn later(&mut self, now: Instant) {
        self.delay = (self.delay * LONGER).clamp(FIRST, LAST);
        self.next = Some(now + self.delay);
    }

    fn is_due(&self, now: Instant) -> bool {
        self.next.is_some_and(|next| next <= now)
    }
}

impl Driver {
    /// Dials bootstrap hosts that are reached by TCP by QUIC too, so that they see our UDP port.
    pub(super) fn show_by_quic(&mut self) {
        let now = Instant::now();
        let mut due: Vec<(PeerId, Vec<Multiaddr>)> = Vec::new();
        for bootstrap in &self.bootstraps {
            let reached = self.peers.get(&bootstrap.peer);
            let by_tcp_only =
                reached.is_some_and(|state| !state.connections.iter().any(|one| is_quic(&one.address)));
            if !by_tcp_only || !bootstrap.quic.is_due(now) || !is_quic(&bootstrap.address) {
                continue;
            }
            let address = without_peer(bootstrap.address.clone());
            match due.iter_mut().find(|(peer, _)| *peer == bootstrap.peer) {
                Some((_, addresses)) => addresses.push(address),
                None => due.push((bootstrap.peer, vec![address])),
            }
        }
        for (peer, addresses) in due {
            self.dial_when(peer, addresses, PeerCondition::NotDialing);
            let same = self.bootstraps.iter_mut().filter(|one| one.peer == peer);
            same.for_each(|bootstrap| bootstrap.quic.later(now));
        }
    }

    /// No hole came about: another time perhaps.
    pub(super) fn on_not_punched(&mut self, peer: &PeerId) {
        if let Some(state) = self.peers.get_mut(peer) {
            state.punching.later(Instant::now());
        }
    }

    /// Tries holes again, by relayed connections of their own.
    pub(super) fn punch_due(&mut self) {
        let now = Instant::now();
        let due: Vec<_> = self
            .peers
            .iter()
            .filter(|(peer, state)| {
                state.punching.is_due(now) && state.admitted.is_some() && !self.is_direct(peer)
            })
            .map(|(peer, _)| *peer)
            .collect();
        for peer in due {
            let circuits = self.circuits_to(&peer);
            let dialled = self.dial_when(peer, circuits, PeerCondition::NotDialing);
            if let Some(state) = self.peers.get_mut(&peer) {
                // How it ends is told; if it cannot even begin, it is tried again.
                state.punching.next = (!dialled).then(|| now + FIRST);
            }
        }
    }
}

/// Of several relayed connections with one peer, those that have had their time for a hole. What runs goes on over the
/// oldest, so that trying again interrupts nothing.
pub(super) fn spent(connections: &[Connection]) -> impl Iterator<Item = ConnectionId> {
    let relayed = connections.iter().filter(|one| one.relayed).skip(1);
    relayed
        .filter(|one| one.since.elapsed() > PUNCHING)
        .map(|one| one.id)
}

fn is_quic(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == Protocol::QuicV1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_tried_again_more_and_more_seldom_and_never_given_up() {
        let (mut again, mut now) = (Again::default(), Instant::now());
        assert!(!again.is_due(now + LAST), "none failed");
        let mut waits = Vec::new();
        for _ in 0..8 {
            again.later(now);
            assert!(!again.is_due(now + again.delay / 2) && again.is_due(now + again.delay));
            now += again.delay;
            waits.push(again.delay.as_secs());
        }
        assert_eq!(waits, [2, 6, 18, 54, 162, 486, 600, 600]);
        assert!(Again::now().is_due(Instant::now()));
    }

    #[test]
    fn a_second_relayed_connection_ends_when_it_had_its_time_and_the_first_stays() {
        let long_ago = Instant::now().checked_sub(PUNCHING * 2).unwrap();
        let connection = |id, relayed, since| Connection {
            id: ConnectionId::new_unchecked(id),
            relayed,
            ours: true,
            address: Multiaddr::empty(),
            since,
        };
        let all = [
            connection(1, true, long_ago),
            connection(2, true, long_ago),
            connection(3, true, Instant::now()),
        ];
        let ending: Vec<_> = spent(&all).collect();
        assert_eq!(ending, [ConnectionId::new_unchecked(2)]);
    }
}
