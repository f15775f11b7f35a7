//! Letting go of those whom nobody needs now. Who was dialled only to be introduced or asked for a way goes when there are
//! more than are kept, the one that has been here longest first. Who dialled us has a reason of its own and stays longer;
//! but where everybody is introduced to some, those who were there first are dialled by more and more, until nobody who
//! has something urgent would find room. So when there are twice as many as are kept, who has been silent for long goes too.

use std::time::{Duration, Instant};

use libp2p::PeerId;

use super::{Driver, Peer};

/// What both have to tell each other first has been told by then: people, profiles, heads.
const WELCOME: Duration = Duration::from_secs(30);

/// Who dialled us and let nothing be heard of for this long had no reason to stay.
const SILENT: Duration = Duration::from_secs(600);

/// Who goes at one look, of which there are four in a second. Both sides of a connection have too many at the same time: if
/// each let go of all that it has too many, both would have too few, dial anew, and have too many again, for ever.
const AT_ONCE: usize = 1;

/// Somebody who could go.
#[derive(Debug, Clone, Copy)]
struct Idle {
    peer: PeerId,
    since: Instant,
    /// We dialled.
    ours: bool,
}

impl Idle {
    /// None while something runs with it, or did a moment ago. Who is not admitted has a deadline of its own.
    fn of(peer: PeerId, state: &Peer, used: Option<Instant>, now: Instant) -> Option<Self> {
        let (_, since) = state.admitted?;
        let ours = state.connections.iter().all(|connection| connection.ours);
        let rest = if ours { WELCOME } else { SILENT };
        let last = used.map_or(since, |used| used.max(since));
        let rested = now.saturating_duration_since(last) > rest;
        (rested && !state.round.running).then_some(Self { peer, since, ours })
    }
}

/// Of those who could go, who goes when so many are here.
fn leaving(mut idle: Vec<Idle>, mut here: usize, kept: usize) -> Vec<PeerId> {
    idle.sort_by_key(|one| (!one.ours, one.since));
    let goes = |one: &Idle| {
        let most = if one.ours { kept } else { kept.saturating_mul(2) };
        let goes = here > most;
        here -= usize::from(goes);
        goes
    };
    let mut going = idle;
    going.retain(goes);
    going.into_iter().map(|one| one.peer).collect()
}

impl Driver {
    pub(super) fn let_go(&mut self) {
        let here = self.peers.keys().filter(|peer| !self.is_bootstrap(peer)).count();
        // A quarter more than are dialled: who is let go looks for somebody else, who would have to let go of a third.
        let kept = self.limits.introductions + self.limits.introductions / 4;
        if here <= kept {
            return;
        }
        let now = Instant::now();
        let spared = |peer: &PeerId| self.is_bootstrap(peer) || self.wanted.contains_key(peer);
        let idle = self.peers.iter().filter(|(peer, _)| !spared(peer));
        let idle = idle
            .filter_map(|(peer, state)| Idle::of(*peer, state, self.gate.used(peer), now))
            .collect();
        for peer in leaving(idle, here, kept).into_iter().take(AT_ONCE) {
            tracing::debug!(%peer, "is let go: nobody needs it now");
            // An error says that it is gone already.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use libp2p::Multiaddr;
    use libp2p::swarm::ConnectionId;

    use super::*;
    use crate::driver::Connection;
    use crate::gate::Gate;

    /// R9, R17 (urgent, obstruct): messages so short that nobody looks while they pass are messages all the same.
    #[test]
    fn r9_r17_who_sent_something_short_has_not_been_silent_since() {
        let (gate, peer, id) = (Gate::default(), PeerId::random(), ConnectionId::new_unchecked(1));
        gate.connected(peer, id);
        gate.admit(peer);
        let begun = Instant::now();
        let connection = Connection {
            id,
            relayed: false,
            ours: false,
            address: Multiaddr::empty(),
            since: begun,
        };
        let state = Peer {
            connections: vec![connection],
            admitted: Some(([0; 16], begun)),
            ..Peer::default()
        };
        let moment = Duration::from_millis(1);
        let goes = |used, now| Idle::of(peer, &state, used, now).is_some();
        assert_eq!(gate.used(&peer), None);
        assert!(!goes(None, begun + SILENT) && goes(None, begun + SILENT + moment));
        let message = gate.enter(peer, 1).unwrap();
        assert!(gate.used(&peer).is_some_and(|used| used >= begun), "it runs");
        drop(message);
        let used = gate.used(&peer).unwrap();
        assert!(!goes(Some(used), used + SILENT) && goes(Some(used), used + SILENT + moment));
        drop(gate.enter_question(peer).unwrap());
        assert!(gate.used(&peer).is_some_and(|asked| asked >= used));
    }

    /// R17 (obstruct): a network in which everybody is in touch with everybody comes to rest, and does not fall apart, after
    /// which all would dial anew.
    #[test]
    fn r17_those_who_have_too_many_come_to_rest_without_having_too_few() {
        const KEPT: usize = 10;
        let (nodes, begun) = ([(); 40].map(|()| PeerId::random()), Instant::now());
        // Of two, the one that comes first has dialled.
        let all = |one| (one + 1..nodes.len()).map(move |other| (one, other));
        let mut ties: Vec<(usize, usize)> = (0..nodes.len()).flat_map(all).collect();
        let others = |ties: &[(usize, usize)], node| -> Vec<Idle> {
            let of_it = ties.iter().filter(|tie| tie.0 == node || tie.1 == node);
            of_it
                .map(|tie| Idle {
                    peer: nodes[tie.0 + tie.1 - node],
                    since: begun,
                    ours: tie.0 == node,
                })
                .collect()
        };
        loop {
            let before = ties.clone();
            for (node, name) in nodes.iter().enumerate() {
                // All look at the same moment, before they hear of each other.
                let here = others(&before, node);
                let count = here.len();
                for gone in leaving(here, count, KEPT).into_iter().take(AT_ONCE) {
                    ties.retain(|tie| {
                        ![(nodes[tie.0], nodes[tie.1]), (nodes[tie.1], nodes[tie.0])].contains(&(*name, gone))
                    });
                }
            }
            if ties.len() == before.len() {
                break;
            }
        }
        let left: Vec<_> = (0..nodes.len()).map(|node| others(&ties, node).len()).collect();
        assert!(left.iter().all(|count| *count <= KEPT * 2), "{left:?}");
        assert!(
            left.iter().sum::<usize>() >= nodes.len() * KEPT * 3 / 4,
            "{left:?}"
        );
    }

    /// R17 (obstruct): with however many nodes in the network, those who are in touch with us for no reason are few.
    #[test]
    fn r17_whom_we_dialled_goes_first_and_who_dialled_us_when_there_are_twice_as_many() {
        let begun = Instant::now();
        let idle: Vec<_> = (0..10)
            .map(|number| Idle {
                peer: PeerId::random(),
                // The later ones have been here longer.
                since: begun - Duration::from_secs(number),
                ours: number < 4,
            })
            .collect();
        let peers =
            |numbers: &[usize]| -> Vec<_> { numbers.iter().map(|number| idle[*number].peer).collect() };
        assert_eq!(leaving(idle.clone(), 10, 10), []);
        assert_eq!(leaving(idle.clone(), 10, 8), peers(&[3, 2]));
        assert_eq!(leaving(idle.clone(), 10, 4), peers(&[3, 2, 1, 0]));
        assert_eq!(leaving(idle.clone(), 10, 2), peers(&[3, 2, 1, 0, 9, 8]));
        assert_eq!(leaving(idle.clone(), 1000, 2).len(), 10);
    }
}
