//! The status, as of now.

use std::time::Instant;

use super::Driver;
use crate::status::{BootstrapStatus, PeerStatus, Status, WantedStatus};

impl Driver {
    pub(super) fn publish_status(&self) {
        let bootstraps = self.bootstraps.iter().map(|bootstrap| BootstrapStatus {
            peer: bootstrap.peer,
            address: bootstrap.address.clone(),
            connected: self.peers.contains_key(&bootstrap.peer),
            mirror: bootstrap.mirror,
        });
        let peers = self
            .peers
            .iter()
            .filter(|(peer, _)| !self.is_bootstrap(peer))
            .map(|(peer, state)| PeerStatus {
                peer: *peer,
                admitted: self.gate.is_admitted(peer),
                direct: state.connections.iter().any(|connection| !connection.relayed),
                relayed: state.connections.iter().any(|connection| connection.relayed),
                round_trip: state.round_trip,
                address: state
                    .connections
                    .last()
                    .map(|connection| connection.address.clone()),
            });
        self.status.send_replace(Status {
            listening: self.swarm.listeners().cloned().collect(),
            external: self.swarm.external_addresses().cloned().collect(),
            bootstraps: bootstraps.collect(),
            peers: peers.collect(),
            wanted: self
                .wanted
                .iter()
                .filter(|(peer, _)| !self.peers.contains_key(peer))
                .map(|(peer, wanted)| WantedStatus {
                    peer: *peer,
                    located: wanted.is_located() || self.known.contains_key(peer),
                    failures: wanted.failures,
                    next: wanted.next.saturating_duration_since(Instant::now()),
                })
                .collect(),
        });
    }
}
