//! How many connections there are: in all, from each source, with each peer, and on their way.
//!
//! In place of `libp2p::connection_limits`, which knows no addresses, and which keeps an entry for every peer that was
//! ever here: a host that runs for years would fill with them.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::hash::Hash;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished, DialFailure, ListenFailure};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
    ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};

use super::{Refusal, Source};

/// How long a source that asked for too much is kept out.
const BARRED: Duration = Duration::from_secs(3600);

/// Sources that are kept out at once; beyond it the next has luck.
const MAX_BARRED: usize = 8192;

/// The bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// In all.
    pub(crate) total: u32,
    /// From one source.
    pub(crate) per_source: u32,
    /// With one peer.
    pub(crate) per_peer: u32,
    /// On their way, each direction.
    pub(crate) pending: u32,
}

/// Why a connection was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) Refusal);

impl std::fmt::Display for Refused {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "a bound of this host was reached: {}", self.0.name())
    }
}

impl std::error::Error for Refused {}

/// Counts that forget what is zero.
#[derive(Debug)]
struct Counts<K>(HashMap<K, u32>);

impl<K: Eq + Hash> Counts<K> {
    fn new() -> Self {
        Self(HashMap::new())
    }

    fn of(&self, key: &K) -> u32 {
        self.0.get(key).copied().unwrap_or(0)
    }

    fn add(&mut self, key: K) {
        *self.0.entry(key).or_insert(0) += 1;
    }

    fn remove(&mut self, key: &K) {
        if let Some(count) = self.0.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(key);
            }
        }
    }
}

/// Refuses connections beyond the bounds, before their handshake where that is possible.
#[derive(Debug)]
pub(crate) struct Behaviour {
    bounds: Bounds,
    coming: HashMap<ConnectionId, Source>,
    going: HashSet<ConnectionId>,
    established: HashMap<ConnectionId, (PeerId, Option<Source>)>,
    /// Those that are coming and those that came; the ones that we made are no stranger's.
    per_source: Counts<Source>,
    per_peer: Counts<PeerId>,
    barred: HashMap<Source, Instant>,
}

impl Behaviour {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            coming: HashMap::new(),
            going: HashSet::new(),
            established: HashMap::new(),
            per_source: Counts::new(),
            per_peer: Counts::new(),
            barred: HashMap::new(),
        }
    }

    /// Keeps a source out for an hour.
    pub(crate) fn bar(&mut self, source: Source, now: Instant) {
        self.barred.retain(|_, until| *until > now);
        if self.barred.len() < MAX_BARRED {
            self.barred.insert(source, now + BARRED);
        }
    }

    fn full(&self) -> Result<(), Refused> {
        let most = usize::try_from(self.bounds.total).unwrap_or(usize::MAX);
        refuse_if(self.established.len() >= most, Refusal::Connections)
    }

    fn may_come(&self, source: Source, now: Instant) -> Result<(), Refused> {
        let pending = usize::try_from(self.bounds.pending).unwrap_or(usize::MAX);
        let barred = self.barred.get(&source).is_some_and(|until| *until > now);
        refuse_if(barred, Refusal::Barred)?;
        refuse_if(
            self.per_source.of(&source) >= self.bounds.per_source,
            Refusal::ConnectionsPerSource,
        )?;
        refuse_if(self.coming.len() >= pending, Refusal::PendingConnections)?;
        self.full()
    }

    fn may_stay(&self, peer: &PeerId) -> Result<(), Refused> {
        refuse_if(
            self.per_peer.of(peer) >= self.bounds.per_peer,
            Refusal::ConnectionsPerPeer,
        )?;
        self.full()
    }

    fn came_to_nothing(&mut self, id: ConnectionId) {
        self.going.remove(&id);
        if let Some(source) = self.coming.remove(&id) {
            self.per_source.remove(&source);
        }
    }

    fn opened(&mut self, id: ConnectionId, peer: PeerId) {
        self.going.remove(&id);
        let source = self.coming.remove(&id);
        self.per_peer.add(peer);
        self.established.insert(id, (peer, source));
    }

    fn closed(&mut self, id: ConnectionId) {
        let Some((peer, source)) = self.established.remove(&id) else {
            return;
        };
        self.per_peer.remove(&peer);
        if let Some(source) = source {
            self.per_source.remove(&source);
        }
    }
}

fn refuse_if(reached: bool, refusal: Refusal) -> Result<(), Refused> {
    if reached { Err(Refused(refusal)) } else { Ok(()) }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        let source = Source::of(remote);
        self.may_come(source, Instant::now())
            .map_err(ConnectionDenied::new)?;
        self.per_source.add(source);
        self.coming.insert(id, source);
        Ok(())
    }

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        // It stays among those that come until the swarm says that it came, or that somebody else refused it.
        self.may_stay(&peer).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        _: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        let pending = usize::try_from(self.bounds.pending).unwrap_or(usize::MAX);
        refuse_if(self.going.len() >= pending, Refusal::PendingConnections).map_err(ConnectionDenied::new)?;
        self.going.insert(id);
        Ok(Vec::new())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.may_stay(&peer).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished {
                connection_id,
                peer_id,
                ..
            }) => self.opened(connection_id, peer_id),
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. }) => self.closed(connection_id),
            FromSwarm::DialFailure(DialFailure { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.came_to_nothing(connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behaviour() -> Behaviour {
        Behaviour::new(Bounds {
            total: 4,
            per_source: 2,
            per_peer: 1,
            pending: 3,
        })
    }

    fn come(behaviour: &mut Behaviour, id: usize, from: &str) -> Result<(), Refusal> {
        let here = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
        let from = from.parse().unwrap();
        behaviour
            .handle_pending_inbound_connection(ConnectionId::new_unchecked(id), &here, &from)
            .map_err(|denied| denied.downcast::<Refused>().unwrap().0)
    }

    /// R17 (obstruct): one network of the sixth version counts as one, on its way and when it is there.
    #[test]
    fn r17_a_source_has_its_share_and_no_more() {
        let mut one = behaviour();
        come(&mut one, 1, "/ip6/2001:db8::1/tcp/5").unwrap();
        come(&mut one, 2, "/ip6/2001:db8::2/udp/5/quic-v1").unwrap();
        one.opened(ConnectionId::new_unchecked(1), PeerId::random());
        assert_eq!(
            come(&mut one, 3, "/ip6/2001:db8::3/tcp/5"),
            Err(Refusal::ConnectionsPerSource)
        );
        come(&mut one, 4, "/ip6/2001:db8:0:9::3/tcp/5").unwrap();
        one.closed(ConnectionId::new_unchecked(1));
        come(&mut one, 5, "/ip6/2001:db8::3/tcp/5").unwrap();
        assert_eq!(
            come(&mut one, 6, "/ip4/192.0.2.1/tcp/5"),
            Err(Refusal::PendingConnections)
        );
    }

    /// R17 (obstruct): nothing is remembered of who left.
    #[test]
    fn r17_whoever_left_leaves_nothing() {
        let mut one = behaviour();
        for id in 0..1000 {
            come(&mut one, id, "/ip4/192.0.2.1/tcp/5").unwrap();
            one.opened(ConnectionId::new_unchecked(id), PeerId::random());
            one.closed(ConnectionId::new_unchecked(id));
            come(&mut one, id, "/ip4/192.0.2.1/tcp/5").unwrap();
            one.came_to_nothing(ConnectionId::new_unchecked(id));
        }
        assert!(one.per_source.0.is_empty() && one.per_peer.0.is_empty());
        assert!(one.established.is_empty() && one.coming.is_empty());
    }

    #[test]
    fn a_barred_source_waits_an_hour_and_others_do_not() {
        let (mut one, now) = (behaviour(), Instant::now());
        let source = Source::of(&"/ip4/192.0.2.1/tcp/5".parse().unwrap());
        one.bar(source, now);
        assert_eq!(come(&mut one, 1, "/ip4/192.0.2.1/tcp/6"), Err(Refusal::Barred));
        come(&mut one, 2, "/ip4/192.0.2.2/tcp/6").unwrap();
        assert_eq!(one.may_come(source, now + BARRED), Ok(()));
    }

    #[test]
    fn a_peer_and_everybody_together_have_bounds_too() {
        let (mut one, peer) = (behaviour(), PeerId::random());
        one.opened(ConnectionId::new_unchecked(1), peer);
        assert_eq!(one.may_stay(&peer), Err(Refused(Refusal::ConnectionsPerPeer)));
        for id in 2..5 {
            one.opened(ConnectionId::new_unchecked(id), PeerId::random());
        }
        assert_eq!(
            one.may_stay(&PeerId::random()),
            Err(Refused(Refusal::Connections))
        );
        assert_eq!(
            come(&mut one, 9, "/ip4/192.0.2.1/tcp/5"),
            Err(Refusal::Connections)
        );
    }
}
