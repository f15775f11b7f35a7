//! Letting go of those who were dialled only to be introduced or asked for a way: when there are more than are kept, the
//! one that has been here longest goes. Who dialled us has a reason of its own, and is not ended by us.

use std::time::{Duration, Instant};

use super::Driver;

/// What both have to tell each other first has been told by then: people, profiles, heads.
const WELCOME: Duration = Duration::from_secs(30);

impl Driver {
    pub(super) fn let_go(&mut self) {
        let here = self.peers.keys().filter(|peer| !self.is_bootstrap(peer)).count();
        let too_many = here.saturating_sub(self.limits.introductions);
        if too_many == 0 {
            return;
        }
        for (peer, state) in &mut self.peers {
            if self.gate.streams(peer) > 0 || self.gate.is_asking(peer) {
                state.busy = Some(Instant::now());
            }
        }
        let mut idle: Vec<_> = self
            .peers
            .iter()
            .filter(|(peer, state)| {
                let (_, since) = match state.admitted {
                    Some(admitted) => admitted,
                    // Who is not admitted has a deadline.
                    None => return false,
                };
                since.elapsed() > WELCOME
                    && state.connections.iter().all(|connection| connection.ours)
                    && !state.round.running
                    && !self.is_bootstrap(peer)
                    && !self.wanted.contains_key(peer)
                    && state.busy.is_none_or(|busy| busy.elapsed() > WELCOME)
            })
            .map(|(peer, _)| *peer)
            .collect();
        idle.sort_by_key(|peer| {
            self.peers
                .get(peer)
                .and_then(|state| state.admitted.map(|(_, since)| since))
        });
        for peer in idle.into_iter().take(too_many) {
            tracing::debug!(%peer, "was introduced, and is let go");
            // An error says that it is gone already.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
    }
}
