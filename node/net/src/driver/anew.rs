//! Meeting a peer anew: what runs with it ends, and it is dialled again as soon as the last connection is gone.

use std::time::{Duration, Instant};

use libp2p::{Multiaddr, PeerId};

use super::Driver;
use super::dialling::{Wanted, is_relayed, without_peer};

/// How long a peer that is to be met anew is looked for.
const FOR_A_WHILE: Duration = Duration::from_secs(60);

/// How long the other side has to see its old connection end before a new one begins. With both at once, what ran would go
/// on over the new one, as it does when a second way to a peer is found.
const PARTING: Duration = Duration::from_secs(1);

/// Addresses of a peer that are remembered, of each kind.
const MAX_ADDRESSES: usize = 16;

impl Driver {
    /// Closes the gate and every connection; without a hold-off, for the peer itself has done nothing.
    pub(super) fn meet_anew(&mut self, peer: PeerId) {
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        self.gate.dismiss(&peer);
        let lately = state
            .connections
            .iter()
            .map(|connection| connection.address.clone());
        state.anew = Some(lately.collect());
        for connection in &state.connections {
            self.swarm.close_connection(connection.id);
        }
        tracing::info!(%peer, "a peer is met anew");
    }

    /// Looks for a peer whose connections have ended because it is to be met anew, for a while and as often as for one that
    /// something waits for. Whichever side was dialled before: the other may not know yet that there is a reason.
    pub(super) fn dial_anew(&mut self, peer: PeerId, lately: Vec<Multiaddr>, told: Vec<Multiaddr>) {
        let until = Instant::now() + FOR_A_WHILE;
        let wanted = self.wanted.entry(peer).or_insert_with(|| Wanted::until(until));
        for address in told.into_iter().chain(lately) {
            wanted.learn(without_peer(address));
        }
        wanted.begin_anew();
        wanted.next = Instant::now() + PARTING;
        self.seek_lost();
    }

    /// A peer told where it listens. Only a hint, as every address is: TLS and admission decide.
    pub(super) fn note_told(&mut self, peer: &PeerId, addresses: &[Multiaddr]) {
        let direct = addresses.iter().filter(|address| !is_relayed(address));
        let told: Vec<_> = direct.take(MAX_ADDRESSES).cloned().map(without_peer).collect();
        if let Some(state) = self.peers.get_mut(peer) {
            state.told = told;
        }
    }
}
