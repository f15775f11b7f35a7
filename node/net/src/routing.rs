//! Kademlia, and what a search in it cost.
//!
//! libp2p counts the requests of a query and not how far it had to go. Here the answers are looked at as they pass: who
//! was named by whom tells how many answers in a row it took until the wanted one was named.
//!
//! libp2p tells where somebody is only when a query has ended, that is when the twenty nearest were asked, of whom some are
//! to be dialled first and some are off. Here it is told as soon as somebody names the wanted one, and a search ends when
//! there is nothing more to learn from it.
//!
//! A node looks for those who are nearest to itself, and no more: libp2p would then look through every other part of the
//! network, twenty nodes in each, all of which would have to be dialled. Those it knows by being introduced.

use std::collections::{HashMap, VecDeque};
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

/// Answers that name the wanted one, after which a search ends that only asks where it is: more would say the same.
const ENOUGH: usize = 3;

/// What is told of routing.
#[derive(Debug)]
pub(crate) enum Event {
    /// By Kademlia.
    Kad(Box<kad::Event>),
    /// Somebody who is sought is said to be there.
    Named(PeerId, Vec<Multiaddr>),
}

/// Kademlia with an account of the searches that somebody follows.
pub(crate) struct Routing {
    kad: Kademlia,
    searches: HashMap<QueryId, Search>,
    news: VecDeque<(PeerId, Vec<Multiaddr>)>,
}

/// A search as it goes.
#[derive(Debug)]
pub(crate) struct Search {
    wanted: PeerId,
    /// After how many answers in a row each peer was named; those that we knew ourselves are not in here.
    depths: HashMap<PeerId, u32>,
    /// What was told of the wanted one, once it was named.
    pub(crate) named: Option<Named>,
    /// How many have named it.
    namers: usize,
    /// It goes on until the wanted one is there, or all were asked: whoever names it may be mistaken.
    sought: bool,
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
            namers: 0,
            sought: false,
            bytes: 0,
        }
    }

    /// `source` has answered with these; gives where the wanted one is said to be, as far as that is new.
    fn answered<'a>(
        &mut self,
        source: &PeerId,
        peers: impl Iterator<Item = (&'a PeerId, &'a Vec<Multiaddr>)>,
    ) -> Vec<Multiaddr> {
        let (mut news, mut names) = (Vec::new(), false);
        let hops = self.depths.get(source).copied().unwrap_or_default() + 1;
        self.bytes += REQUEST + AROUND;
        for (peer, addresses) in peers {
            self.bytes += 38 + AROUND;
            let lengths = addresses.iter().map(|address| address.len() as u64 + AROUND);
            self.bytes += lengths.sum::<u64>();
            let depth = self.depths.entry(*peer).or_insert(hops);
            *depth = hops.min(*depth);
            if *peer == self.wanted {
                names = true;
                let named = self.named.get_or_insert_with(|| Named {
                    hops,
                    addresses: Vec::new(),
                });
                for address in addresses {
                    if named.addresses.len() < MAX_ADDRESSES && !named.addresses.contains(address) {
                        named.addresses.push(address.clone());
                        news.push(address.clone());
                    }
                }
            }
        }
        // Whoever says it three times is one who says it.
        self.namers += usize::from(names);
        news
    }

    /// Whether nothing more is to be learned from going on.
    const fn is_over(&self) -> bool {
        !self.sought && self.namers >= ENOUGH
    }
}

impl Routing {
    pub(crate) fn new(kad: Kademlia) -> Self {
        Self {
            kad,
            searches: HashMap::new(),
            news: VecDeque::new(),
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

    /// Asks for a peer until it is there ([`Self::found`]); where it is said to be is told as [`Event::Named`].
    pub(crate) fn seek(&mut self, wanted: PeerId) {
        let mut sought = self.searches.values().filter(|search| search.sought);
        if sought.any(|search| search.wanted == wanted) {
            return;
        }
        let query = self.search(wanted);
        if let Some(search) = self.searches.get_mut(&query) {
            search.sought = true;
            if let Some(own) = search.named.clone().filter(|own| !own.addresses.is_empty()) {
                self.news.push_back((wanted, own.addresses));
            }
        }
    }

    /// Somebody is there: who sought her need not ask any more.
    pub(crate) fn found(&mut self, peer: &PeerId) {
        let its = |search: &Search| search.sought && search.wanted == *peer;
        let over: Vec<_> = self
            .searches
            .iter()
            .filter(|(_, search)| its(search))
            .map(|(query, _)| *query)
            .collect();
        over.iter().for_each(|query| self.finish(query));
    }

    /// Whether somebody stands in the table, or a place is free. For whom none is, libp2p dials the one that was out of
    /// touch for longest, to see whether it is to give way.
    pub(crate) fn has_room(&mut self, peer: PeerId) -> bool {
        let key = kad::KBucketKey::from(peer);
        self.kad.kbucket(peer).is_some_and(|bucket| {
            let stands = || bucket.iter().any(|entry| *entry.node.key == key);
            bucket.num_entries() < kad::K_VALUE.get() || stands()
        })
    }

    fn finish(&mut self, query: &QueryId) {
        if let Some(mut query) = self.kad.query_mut(query) {
            query.finish();
        }
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
    type ToSwarm = Event;

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
        let mut over = None;
        if let Told::FindNodeRes {
            closer_peers,
            query_id,
        } = &event
            && let Some(search) = self.searches.get_mut(query_id)
        {
            let named = |one: &KadPeer| -> (PeerId, Vec<Multiaddr>) { (one.node_id, one.multiaddrs.clone()) };
            let named: Vec<_> = closer_peers.iter().map(named).collect();
            let news = search.answered(&peer, named.iter().map(|(peer, addresses)| (peer, addresses)));
            if search.sought && !news.is_empty() {
                self.news.push_back((search.wanted, news));
            }
            over = search.is_over().then_some(*query_id);
        }
        self.kad.on_connection_handler_event(peer, id, event);
        if let Some(query) = over {
            self.finish(&query);
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some((peer, addresses)) = self.news.pop_front() {
            return Poll::Ready(ToSwarm::GenerateEvent(Event::Named(peer, addresses)));
        }
        let polled = self.kad.poll(context);
        if let Poll::Ready(ToSwarm::GenerateEvent(kad::Event::OutboundQueryProgressed {
            id,
            result: kad::QueryResult::Bootstrap(_),
            step,
            ..
        })) = &polled
            && !step.last
        {
            // The nearest are known; the other parts of the network are passed over.
            self.finish(id);
        }
        polled.map(|told| told.map_out(|event| Event::Kad(Box::new(event))))
    }
}

#[cfg(test)]
mod tests {
    use libp2p::kad::K_VALUE;

    use super::*;

    fn told(search: &mut Search, source: PeerId, peers: &[PeerId]) {
        let address: Multiaddr = "/ip4/192.0.2.1/udp/4600/quic-v1".parse().unwrap();
        let peers: Vec<_> = peers.iter().map(|peer| (*peer, vec![address.clone()])).collect();
        search.answered(&source, peers.iter().map(|(peer, addresses)| (peer, addresses)));
    }

    #[test]
    fn a_search_ends_when_enough_have_named_the_wanted_one_but_not_before_one_who_is_sought_is_there() {
        let wanted = PeerId::random();
        let (mut asked, mut sought) = (Search::new(wanted, None), Search::new(wanted, None));
        sought.sought = true;
        for _ in 0..ENOUGH {
            assert!(!asked.is_over());
            told(&mut asked, PeerId::random(), &[wanted]);
            told(&mut sought, PeerId::random(), &[wanted]);
        }
        told(&mut asked, PeerId::random(), &[PeerId::random()]);
        assert!(asked.is_over() && !sought.is_over());
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

    /// R17 (obstruct): in a large network a newcomer makes nobody dial whoever stands in its place.
    #[test]
    fn r17_a_part_of_the_table_that_is_full_has_no_room_for_newcomers() {
        let me = PeerId::random();
        let mut routing = Routing::new(kad::Behaviour::new(me, MemoryStore::new(me)));
        let address: Multiaddr = "/ip4/192.0.2.1/udp/4600/quic-v1".parse().unwrap();
        // Half of all belong into the first part.
        let standing: Vec<_> = std::iter::repeat_with(PeerId::random)
            .take(1000)
            .take_while(|peer| {
                let room = routing.has_room(*peer);
                if room {
                    routing.add_address(peer, address.clone());
                }
                room
            })
            .collect();
        assert!(
            (K_VALUE.get()..1000).contains(&standing.len()),
            "{}",
            standing.len()
        );
        assert!(standing.iter().all(|peer| routing.has_room(*peer)));
        assert!(!routing.has_room(me));
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
