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
    fn of(peer: PeerId, state: &Peer) -> Option<Self> {
        let (_, since) = state.admitted?;
        let ours = state.connections.iter().all(|connection| connection.ours);
        let rest = if ours { WELCOME } else { SILENT };
        let rested = since.elapsed() > rest && state.busy.is_none_or(|busy| busy.elapsed() > rest);
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
        for (peer, state) in &mut self.peers {
            if self.gate.streams(peer) > 0 || self.gate.is_asking(peer) {
                state.busy = Some(Instant::now());
            }
        }
        let spared = |peer: &PeerId| self.is_bootstrap(peer) || self.wanted.contains_key(peer);
        let idle = self.peers.iter().filter(|(peer, _)| !spared(peer));
        let idle = idle.filter_map(|(peer, state)| Idle::of(*peer, state)).collect();
        for peer in leaving(idle, here, kept) {
            tracing::debug!(%peer, "is let go: nobody needs it now");
            // An error says that it is gone already.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
