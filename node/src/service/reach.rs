//! Why a node is not reached, or does not take what waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_identity::time::Timestamp;
use dokuei_net::{Network, PeerId};

use super::Node;

/// How an entry stands that waits for a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    /// queued, connecting, sending.
    pub(super) state: &'static str,
    /// Why it stands still; a stable word.
    pub(super) reason: Option<&'static str>,
    /// When it is tried again.
    pub(super) next_try: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Peer {
    sending: bool,
    /// Something rang while we were sending.
    again: bool,
    problem: Option<&'static str>,
}

/// What is known of each peer since the start.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach(Arc<Mutex<HashMap<PeerId, Peer>>>);

impl Reach {
    fn lock(&self) -> MutexGuard<'_, HashMap<PeerId, Peer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to send to a peer; false when that is being done, and it will be looked at again then.
    pub(super) fn begin(&self, peer: PeerId) -> bool {
        let mut peers = self.lock();
        let one = peers.entry(peer).or_default();
        one.again = one.sending;
        !std::mem::replace(&mut one.sending, true)
    }

    /// Sending ended; gives whether something came meanwhile.
    pub(super) fn end(&self, peer: PeerId) -> bool {
        let mut peers = self.lock();
        let one = peers.entry(peer).or_default();
        one.sending = false;
        std::mem::take(&mut one.again)
    }

    pub(super) fn problem(&self, peer: PeerId, problem: Option<&'static str>) {
        self.lock().entry(peer).or_default().problem = problem;
    }

    fn of(&self, peer: &PeerId) -> (bool, Option<&'static str>) {
        let peers = self.lock();
        peers
            .get(peer)
            .map_or((false, None), |one| (one.sending, one.problem))
    }
}

impl Node {
    /// How what waits for this peer stands now.
    pub(super) fn delivery_to(&self, peer: &PeerId) -> Delivery {
        let (sending, problem) = self.0.reach.of(peer);
        let connecting = |reason, next_try| Delivery {
            state: "connecting",
            reason,
            next_try,
        };
        let Some(network) = self.network() else {
            return connecting(Some("no_network"), None);
        };
        if network.is_admitted(peer) {
            return Delivery {
                state: if sending { "sending" } else { "queued" },
                reason: problem,
                next_try: None,
            };
        }
        self.not_reached(network, peer, problem)
    }

    fn not_reached(&self, network: &Network, peer: &PeerId, problem: Option<&'static str>) -> Delivery {
        let status = network.status();
        let wanted = status.wanted.iter().find(|one| one.peer == *peer);
        let reason = problem.or_else(|| {
            let wanted = wanted?;
            match (wanted.located, wanted.failures) {
                (false, _) => Some("unknown_address"),
                (true, 0) => None,
                (true, _) => Some("unreachable"),
            }
        });
        Delivery {
            state: "connecting",
            reason,
            next_try: wanted.map(|wanted| self.now().plus(wanted.next.as_secs())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rings_while_we_send_is_not_forgotten() {
        let (reach, peer) = (Reach::default(), PeerId::random());
        assert!(reach.begin(peer));
        assert!(!reach.begin(peer));
        assert!(reach.end(peer), "look again");
        assert!(reach.begin(peer));
        assert!(!reach.end(peer));
    }
}
