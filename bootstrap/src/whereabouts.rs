//! Where the connected peers are.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId};

use crate::limits::Source;

/// The source of each connected peer. The last connection counts.
#[derive(Clone, Default)]
pub(crate) struct Whereabouts(Arc<Mutex<HashMap<PeerId, Source>>>);

impl Whereabouts {
    fn peers(&self) -> MutexGuard<'_, HashMap<PeerId, Source>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes who comes and who goes.
    pub(crate) fn on_event<E>(&self, event: &SwarmEvent<E>) {
        match event {
            SwarmEvent::ConnectionEstablished {
                peer_id, endpoint, ..
            } => self.connected(*peer_id, endpoint.get_remote_address()),
            SwarmEvent::ConnectionClosed {
                peer_id,
                num_established: 0,
                ..
            } => drop(self.peers().remove(peer_id)),
            _ => {}
        }
    }

    fn connected(&self, peer: PeerId, address: &Multiaddr) {
        self.peers().insert(peer, Source::of(address));
    }

    /// Where a peer is; one place for all that are gone already.
    pub(crate) fn of(&self, peer: &PeerId) -> Source {
        let known = self.peers().get(peer).copied();
        known.unwrap_or_else(|| IpAddr::V4(Ipv4Addr::UNSPECIFIED).into())
    }
}
