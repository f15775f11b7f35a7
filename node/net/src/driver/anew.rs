//! Meeting a peer anew: what runs with it ends, and it is dialled again as soon as the last connection is gone.

use libp2p::{Multiaddr, PeerId};

use super::Driver;
use super::dialling::{is_relayed, without_peer};

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

    /// Dials a peer whose connections have ended because it is to be met anew. Whichever side was dialled before: the
    /// other may not know yet that there is a reason.
    pub(super) fn dial_anew(&mut self, peer: PeerId, lately: Vec<Multiaddr>, told: Vec<Multiaddr>) {
        if self.gate.is_held(&peer) || self.host.barred(peer).is_some() {
            return;
        }
        if let Some(wanted) = self.wanted.get_mut(&peer) {
            wanted.hurry();
        }
        let known = self.known.get(&peer).map(|known| known.addresses.clone());
        let all = lately.into_iter().chain(told).chain(known.unwrap_or_default());
        let (by_relay, direct): (Vec<_>, Vec<_>) = all.map(without_peer).partition(is_relayed);
        self.dial(peer, if direct.is_empty() { by_relay } else { direct });
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
