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

/// The same while something runs with the peer.
const BUSY: Duration = Duration::from_secs(120);

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

    /// A hole was tried, or not even that could begin. That it failed is told to the side that was dialled by relay only,
    /// and to nobody when the relay refused: so another one follows in any case. Who is reached directly needs none.
    fn tried(&mut self, now: Instant, began: bool) {
        if began {
            self.later(now + PUNCHING);
        } else {
            self.next = Some(now + FIRST);
        }
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
                state.punching.tried(now, dialled);
            }
        }
    }
}

/// Of several relayed connections with one peer, those that have had their time for a hole; all but the oldest. One side
/// decides, the one with the lesser id: when both dial at the same moment, what is the oldest to one is the newest to the
/// other, and each would end the one that the other keeps. A new stream runs over any of them, whichever libp2p takes, and
/// would be cut: so as long as something runs they are spared, though not for ever.
pub(super) fn spent(
    (me, peer): (&PeerId, &PeerId),
    connections: &[Connection],
    idle: bool,
) -> impl Iterator<Item = ConnectionId> {
    let patience = if idle { PUNCHING } else { BUSY };
    let relayed = connections.iter().filter(|one| one.relayed).skip(1);
    let decides = me < peer;
    relayed
        .filter(move |one| decides && one.since.elapsed() > patience)
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
    fn a_hole_that_was_tried_is_tried_again_though_nobody_tells_how_it_ended() {
        let (mut again, now) = (Again::default(), Instant::now());
        again.tried(now, false);
        assert!(again.is_due(now + FIRST), "it could not begin");
        again.tried(now, true);
        assert!(!again.is_due(now + PUNCHING), "it is under way");
        assert!(again.is_due(now + PUNCHING + FIRST));
        for _ in 0..10 {
            again.tried(now, true);
        }
        assert!(!again.is_due(now + LAST) && again.is_due(now + PUNCHING + LAST));
    }

    fn relayed(id: usize, age: Duration) -> Connection {
        Connection {
            id: ConnectionId::new_unchecked(id),
            relayed: true,
            ours: true,
            address: Multiaddr::empty(),
            since: Instant::now().checked_sub(age).unwrap(),
        }
    }

    /// Two ids, the lesser first.
    fn two() -> (PeerId, PeerId) {
        let (one, other) = (PeerId::random(), PeerId::random());
        (one.min(other), one.max(other))
    }

    #[test]
    fn a_second_relayed_connection_ends_when_it_had_its_time_and_the_first_stays() {
        let (lesser, greater) = two();
        let all = [
            relayed(1, PUNCHING * 2),
            relayed(2, PUNCHING * 2),
            relayed(3, Duration::ZERO),
        ];
        let ending: Vec<_> = spent((&lesser, &greater), &all, true).collect();
        assert_eq!(ending, [ConnectionId::new_unchecked(2)]);
    }

    #[test]
    fn of_two_who_dialled_each_other_at_the_same_moment_one_connection_stays() {
        let (lesser, greater) = two();
        let (mine, theirs) = (relayed(1, PUNCHING * 2), relayed(2, PUNCHING * 2));
        let seen_by_one = [mine, theirs];
        let ended_by_one: Vec<_> = spent((&lesser, &greater), &seen_by_one, true).collect();
        let [mine, theirs] = seen_by_one;
        let ended_by_other: Vec<_> = spent((&greater, &lesser), &[theirs, mine], true).collect();
        assert_eq!((ended_by_one.len(), ended_by_other.len()), (1, 0));
    }

    #[test]
    fn a_second_relayed_connection_is_spared_while_something_runs_but_not_for_ever() {
        let (lesser, greater) = two();
        let ending = |age| spent((&lesser, &greater), &[relayed(1, age), relayed(2, age)], false).count();
        assert_eq!((ending(PUNCHING * 2), ending(BUSY * 2)), (0, 1));
    }
}
