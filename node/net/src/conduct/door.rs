//! Where connections are let in or not, and where those of somebody who was banned are ended.
//!
//! In place of `libp2p::connection_limits`, which knows no addresses, and which keeps an entry for every peer that was
//! ever here.

use std::convert::Infallible;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::behaviour::{AddressChange, ConnectionClosed, DialFailure, ListenFailure};
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};

use super::guests::Refused;
use super::place::Place;
use super::{ALL_ARRIVALS, Conduct};

/// The door of a node.
pub(crate) struct Door(Conduct);

impl Door {
    pub(crate) const fn new(conduct: Conduct) -> Self {
        Self(conduct)
    }

    fn come(&self, id: ConnectionId, remote: &Multiaddr) -> Result<(), Refused> {
        let place = Place::of(remote);
        if place.is_some_and(|place| !self.0.may_come(place)) {
            return Err(Refused::Banned);
        }
        self.0.lock().guests.come(id, place)
    }

    /// Somebody has proved who it is, and that it is where it says.
    fn came(&self, peer: PeerId, remote: &Multiaddr) -> Result<(), Refused> {
        self.may_be_here(&peer)?;
        let gate = &self.0.0.gate;
        if gate.is_admitted(&peer) || self.0.lock().guests.is_known(&peer) {
            return Ok(());
        }
        let (place, now) = (Place::of(remote), self.0.now());
        let mut inner = self.0.lock();
        if place.is_some_and(|place| inner.places.is_banned(&place, now)) {
            return Err(Refused::Banned);
        }
        let (each, all) = &mut inner.arrivals;
        let within = place.is_none_or(|place| each.take(place, 1.0, now));
        if !within || !all.take(1.0, &ALL_ARRIVALS, now) {
            return Err(Refused::TooOften);
        }
        let goes = inner
            .guests
            .room_for_stranger(place, |peer| gate.is_admitted(peer))?;
        if let Some((id, peer)) = goes {
            inner.closing.push_back((peer, Some(id)));
        }
        Ok(())
    }

    /// A connection stands, unless another behaviour refuses it yet. Told now and not when the swarm says that it stands:
    /// it runs by then, and an admission may be over on it.
    fn opened(&self, id: ConnectionId, peer: PeerId, remote: &Multiaddr) {
        let (place, now) = (Place::of(remote), self.0.now());
        self.0.lock().guests.opened(id, peer, place, now);
        self.0.0.gate.connected(peer, id);
    }

    fn may_be_here(&self, peer: &PeerId) -> Result<(), Refused> {
        if self.0.is_banned(peer) {
            return Err(Refused::Banned);
        }
        self.0.lock().guests.room_for(peer)
    }
}

impl NetworkBehaviour for Door {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.come(id, remote).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.came(peer, remote).map_err(ConnectionDenied::new)?;
        self.opened(id, peer, remote);
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        if peer.is_some_and(|peer| self.0.is_banned(&peer)) {
            return Err(ConnectionDenied::new(Refused::Banned));
        }
        self.0.lock().guests.go(id).map_err(ConnectionDenied::new)?;
        Ok(Vec::new())
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        remote: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.may_be_here(&peer).map_err(ConnectionDenied::new)?;
        self.opened(id, peer, remote);
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        let now = self.0.now();
        match event {
            FromSwarm::AddressChange(AddressChange {
                connection_id, new, ..
            }) => {
                let place = Place::of(new.get_remote_address());
                self.0.lock().guests.moved(&connection_id, place);
            }
            FromSwarm::ConnectionClosed(ConnectionClosed {
                connection_id,
                peer_id,
                ..
            }) => {
                let was_admitted = self.0.0.gate.is_admitted(&peer_id);
                self.0.lock().guests.closed(&connection_id, was_admitted, now);
                self.0.0.gate.disconnected(&connection_id);
            }
            FromSwarm::DialFailure(DialFailure { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.0.lock().guests.came_to_nothing(&connection_id);
                self.0.0.gate.disconnected(&connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        let mut inner = self.0.lock();
        if let Some((peer_id, id)) = inner.closing.pop_front() {
            let connection = id.map_or(CloseConnection::All, CloseConnection::One);
            return Poll::Ready(ToSwarm::CloseConnection { peer_id, connection });
        }
        inner.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
