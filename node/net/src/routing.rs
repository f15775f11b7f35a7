//! Kademlia, and what a search in it cost.
//!
//! libp2p counts the requests of a query and not how far it had to go. Here the answers are looked at as they pass: who
//! was named by whom tells how many answers in a row it took until the wanted one was named.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::kad::{self, KadPeer, QueryId, store::MemoryStore};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
    ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

type Kademlia = kad::Behaviour<MemoryStore>;

/// What a handler of Kademlia tells.
type Told = THandlerOutEvent<Kademlia>;

/// Bytes of a request for one peer: the message's length, its type, and the key.
const REQUEST: u64 = 43;

/// Bytes around a peer and around each of its addresses in an answer.
const AROUND: u64 = 6;

/// Addresses of the wanted one that are kept.
const MAX_ADDRESSES: usize = 32;

/// Kademlia with an account of the searches that somebody follows.
pub(crate) struct Routing {
    kad: Kademlia,
    searches: HashMap<QueryId, Search>,
}

/// A search as it goes.
#[derive(Debug)]
pub(crate) struct Search {
    wanted: PeerId,
    /// After how many answers in a row each peer was named; those that we knew ourselves are not in here.
    depths: HashMap<PeerId, u32>,
    /// What was told of the wanted one, once it was named.
    pub(crate) named: Option<Named>,
    /// Bytes of Kademlia's messages, both ways.
    pub(crate) bytes: u64,
}

/// The wanted one, as it was first named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Answers in a row that it took; 0: it stood in our own table.
    pub(crate) hops: u32,
    /// Where it is said to be, by whoever named it.
    pub(crate) addresses: Vec<Multiaddr>,
}

impl Search {
    fn new(wanted: PeerId, own: Option<Vec<Multiaddr>>) -> Self {
        Self {
            wanted,
            depths: HashMap::new(),
            named: own.map(|addresses| Named { hops: 0, addresses }),
            bytes: 0,
        }
    }

    /// `source` has answered with these.
    fn answered<'a>(
        &mut self,
        source: &PeerId,
        peers: impl Iterator<Item = (&'a PeerId, &'a Vec<Multiaddr>)>,
    ) {
        let hops = self.depths.get(source).copied().unwrap_or_default() + 1;
        self.bytes += REQUEST + AROUND;
        for (peer, addresses) in peers {
            self.bytes += 38 + AROUND;
            let lengths = addresses.iter().map(|address| address.len() as u64 + AROUND);
            self.bytes += lengths.sum::<u64>();
            let depth = self.depths.entry(*peer).or_insert(hops);
            *depth = hops.min(*depth);
            if *peer == self.wanted {
                let named = self.named.get_or_insert_with(|| Named {
                    hops,
                    addresses: Vec::new(),
                });
                for address in addresses {
                    if named.addresses.len() < MAX_ADDRESSES && !named.addresses.contains(address) {
                        named.addresses.push(address.clone());
                    }
                }
            }
        }
    }
}

impl Routing {
    pub(crate) fn new(kad: Kademlia) -> Self {
        Self {
            kad,
            searches: HashMap::new(),
        }
    }

    /// Asks for a peer; what it cost is told by [`Self::end`].
    pub(crate) fn search(&mut self, wanted: PeerId) -> QueryId {
        let key = kad::KBucketKey::from(wanted);
        let own = self.kad.kbucket(wanted).and_then(|bucket| {
            let mut entries = bucket.iter();
            let entry = entries.find(|entry| *entry.node.key == key)?;
            Some(entry.node.value.iter().cloned().collect())
        });
        let query = self.kad.get_closest_peers(wanted);
        self.searches.insert(query, Search::new(wanted, own));
        query
    }

    /// The query has ended: what came of the search, if it was one that somebody follows.
    pub(crate) fn end(&mut self, query: &QueryId) -> Option<Search> {
        self.searches.remove(query)
    }
}

impl Deref for Routing {
    type Target = Kademlia;

    fn deref(&self) -> &Kademlia {
        &self.kad
    }
}

impl DerefMut for Routing {
    fn deref_mut(&mut self) -> &mut Kademlia {
        &mut self.kad
    }
}

impl NetworkBehaviour for Routing {
    type ConnectionHandler = <Kademlia as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = <Kademlia as NetworkBehaviour>::ToSwarm;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.kad.handle_pending_inbound_connection(id, local, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.kad
            .handle_established_inbound_connection(id, peer, local, remote)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.kad
            .handle_pending_outbound_connection(id, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.kad
            .handle_established_outbound_connection(id, peer, address, role, port)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        self.kad.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, id: ConnectionId, event: THandlerOutEvent<Self>) {
        if let Told::FindNodeRes {
            closer_peers,
            query_id,
        } = &event
            && let Some(search) = self.searches.get_mut(query_id)
        {
            let named = |one: &KadPeer| -> (PeerId, Vec<Multiaddr>) { (one.node_id, one.multiaddrs.clone()) };
            let named: Vec<_> = closer_peers.iter().map(named).collect();
            search.answered(&peer, named.iter().map(|(peer, addresses)| (peer, addresses)));
        }
        self.kad.on_connection_handler_event(peer, id, event);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.kad.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(search: &mut Search, source: PeerId, peers: &[PeerId]) {
        let address: Multiaddr = "/ip4/192.0.2.1/udp/4600/quic-v1".parse().unwrap();
        let peers: Vec<_> = peers.iter().map(|peer| (*peer, vec![address.clone()])).collect();
        search.answered(&source, peers.iter().map(|(peer, addresses)| (peer, addresses)));
    }

    #[test]
    fn hops_are_the_answers_in_a_row_by_the_shortest_way() {
        let [near, far, farther, wanted] = std::array::from_fn(|_| PeerId::random());
        let mut search = Search::new(wanted, None);
        told(&mut search, near, &[far]);
        told(&mut search, far, &[farther]);
        assert_eq!(search.named, None);
        told(&mut search, farther, &[wanted]);
        assert_eq!(search.named.as_ref().map(|named| named.hops), Some(3));
        // Another names it as well, and is nearer: it was found when it was first named.
        told(&mut search, near, &[wanted]);
        let named = search.named.unwrap();
        assert_eq!(
            (named.hops, named.addresses.len()),
            (3, 1),
            "an address is told once"
        );
        assert!(search.bytes > 4 * REQUEST);
    }

    #[test]
    fn who_stands_in_the_own_table_needs_no_answer() {
        let [near, wanted] = std::array::from_fn(|_| PeerId::random());
        let mut search = Search::new(wanted, Some(Vec::new()));
        told(&mut search, near, &[wanted]);
        assert_eq!(
            search.named.map(|named| (named.hops, named.addresses.len())),
            Some((0, 1))
        );
    }
}
