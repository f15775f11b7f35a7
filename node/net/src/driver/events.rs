//! What the swarm reports.

use std::time::Instant;

use libp2p::core::{ConnectedPoint, Endpoint};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{ConnectionId, SwarmEvent};
use libp2p::{Multiaddr, PeerId, autonat, identify, kad, mdns, ping};

use super::{Connection, Driver, Notice};
use crate::behaviour::BehaviourEvent;
use crate::error::cause;
use crate::routing;

impl Driver {
    pub(super) async fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => {
                self.on_connected(peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                ..
            } => {
                self.on_disconnected(peer_id, connection_id).await;
            }
            SwarmEvent::OutgoingConnectionError {
                peer_id: Some(peer),
                error,
                ..
            } => {
                tracing::debug!(%peer, error = cause(&error), "not reached");
                self.on_dial_failed(&peer);
            }
            SwarmEvent::IncomingConnectionError {
                send_back_addr: from,
                error,
                ..
            } => tracing::debug!(%from, error = cause(&error), "somebody did not come in"),
            SwarmEvent::NewListenAddr { address, .. } => {
                tracing::info!(%address, "listening");
                self.announce(&address);
                self.dirty = true;
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                tracing::info!(%address, "not listening there any more");
                self.withdraw(&address);
                self.dirty = true;
            }
            SwarmEvent::ExternalAddrExpired { address } => {
                self.announced.remove(&address);
                self.dirty = true;
            }
            SwarmEvent::ExternalAddrConfirmed { address } => {
                tracing::info!(%address, "others can reach us here");
                // Where we listen is told already, and each registration is news for everybody.
                self.addresses_changed |= self.announced.insert(address);
                self.dirty = true;
            }
            SwarmEvent::ListenerClosed {
                listener_id, reason, ..
            } => {
                if let Some(relay) = self.reservations.remove(&listener_id) {
                    tracing::info!(%relay, ?reason, "a relay reservation ended");
                }
                self.dirty = true;
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "a listener failed"),
            SwarmEvent::Behaviour(event) => self.on_behaviour(event).await,
            _ => {}
        }
    }

    async fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
                self.on_identified(peer_id, &info).await;
            }
            BehaviourEvent::Ping(ping) => self.on_ping(ping),
            BehaviourEvent::Mdns(mdns::Event::Discovered(found)) => {
                for (peer, address) in found {
                    self.on_found_nearby(peer, address);
                }
            }
            BehaviourEvent::Rendezvous(event) => self.on_rendezvous(event),
            BehaviourEvent::Gossip(event) => self.on_gossip(event),
            BehaviourEvent::Autonat(autonat::v2::client::Event {
                tested_addr: address,
                server,
                result: Err(error),
                ..
            }) => tracing::info!(%address, %server, %error, "others cannot reach us here"),
            BehaviourEvent::Kad(routing::Event::Named(peer, addresses)) => self.on_located(&peer, addresses),
            BehaviourEvent::Kad(routing::Event::Kad(event)) => self.on_routing(*event),
            BehaviourEvent::Dcutr(event) => {
                let peer = event.remote_peer_id;
                match event.result {
                    Ok(_) => tracing::info!(%peer, "a direct path was found"),
                    Err(error) => {
                        tracing::info!(%peer, %error, "no direct path; the relay is used");
                        self.on_not_punched(&peer);
                    }
                }
            }
            // Puts are never stored (see `kademlia`); the rest is of no interest.
            _ => {}
        }
    }

    fn on_routing(&mut self, event: kad::Event) {
        let kad::Event::OutboundQueryProgressed {
            id,
            result: kad::QueryResult::GetClosestPeers(found),
            stats,
            step,
        } = event
        else {
            return;
        };
        let found = found.map_or_else(
            |kad::GetClosestPeersError::Timeout { peers, .. }| peers,
            |all| all.peers,
        );
        for peer in found {
            self.on_located(&peer.peer_id, peer.addrs);
        }
        if step.last {
            self.on_searched(&id, &stats);
        }
    }

    /// A connection that answers no ping any more is ended: QUIC finds out by itself, but TCP would believe in a line
    /// that was cut for many minutes after it is mended.
    fn on_ping(&mut self, ping: ping::Event) {
        match ping.result {
            Ok(time) => {
                if let Some(peer) = self.peers.get_mut(&ping.peer) {
                    peer.round_trip = Some(time);
                    self.dirty = true;
                }
            }
            Err(ping::Failure::Unsupported) => {}
            // The first of two failures in a row is not told to us.
            Err(error) => {
                tracing::info!(peer = %ping.peer, %error, "a connection answers no more and is ended");
                self.swarm.close_connection(ping.connection);
            }
        }
    }

    fn on_connected(&mut self, peer: PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let connection = Connection {
            id,
            relayed: endpoint.is_relayed(),
            ours: endpoint.to_endpoint() == Endpoint::Dialer,
            address: way_to(peer, endpoint),
            since: Instant::now(),
        };
        let state = self.peers.entry(peer).or_default();
        state.connections.push(connection);
        if endpoint.is_relayed() {
            state.shortening.begin();
        }
        if let Some(wanted) = self.wanted.get_mut(&peer) {
            wanted.connected();
        }
        if let Some(routing) = self.swarm.behaviour_mut().kad.as_mut() {
            routing.found(&peer);
        }
        // Bootstraps are helpers, not peers: they are never admitted.
        if !self.is_bootstrap(&peer) {
            if let Some(code) = self.host.barred(peer) {
                tracing::info!(%peer, %code, "a barred peer was disconnected");
                self.hold_off(peer, self.limits.hold_off);
            } else if begins(endpoint) {
                self.begin_admission(peer);
            }
        }
        self.dirty = true;
    }

    async fn on_disconnected(&mut self, peer: PeerId, id: ConnectionId) {
        self.dirty = true;
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        state.connections.retain(|connection| connection.id != id);
        if !state.connections.is_empty() {
            return;
        }
        let Some(state) = self.peers.remove(&peer) else {
            return;
        };
        if let Some(wanted) = self.wanted.get_mut(&peer) {
            match state.admitted {
                Some(_) => {
                    wanted.begin_anew();
                    self.seek_lost();
                }
                None => wanted.turned_away(),
            }
        }
        if self.is_bootstrap(&peer) {
            self.forget_bootstrap_state(&peer);
        } else if state.admitted.is_some() {
            self.notify(Notice::Gone(peer)).await;
        }
        if let Some(lately) = state.anew {
            self.dial_anew(peer, lately, state.told);
        }
    }
}

/// Of a connection that both sides dialled, as through a punched hole, one begins.
const fn begins(endpoint: &ConnectedPoint) -> bool {
    matches!(
        endpoint,
        ConnectedPoint::Dialer {
            role_override: Endpoint::Dialer,
            ..
        }
    )
}

/// Where the other side is. Who comes by a relay is named without it; it is the one at which we listen.
fn way_to(peer: PeerId, endpoint: &ConnectedPoint) -> Multiaddr {
    match endpoint {
        ConnectedPoint::Listener { local_addr, .. } if endpoint.is_relayed() => {
            local_addr.clone().with(Protocol::P2p(peer))
        }
        _ => endpoint.get_remote_address().clone(),
    }
}
