//! Looking somebody up in the routing tables, with what it cost.

use std::time::Duration;

use libp2p::kad::{QueryId, QueryStats};
use libp2p::{Multiaddr, PeerId};
use tokio::sync::oneshot;

use super::Driver;
use super::dialling::without_peer;

/// Searches that are followed at once; further ones are answered at once, with nothing.
const MAX_SEARCHES: usize = 64;

/// What a search in the routing tables gave, and what it cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// Where the wanted one is said to be; empty when nobody named it. A hint: TLS and admission decide.
    pub addresses: Vec<Multiaddr>,
    /// Answers in a row until it was first named; 0 when it stood in the own table, or when nobody named it.
    pub hops: u32,
    /// Peers that were asked.
    pub asked: u32,
    /// Of these, how many answered.
    pub answered: u32,
    /// Bytes of Kademlia's messages, questions and answers, without what TLS and QUIC add.
    pub bytes: u64,
    /// From the first question until the search ended, which it does when the nearest have answered.
    pub time: Duration,
}

/// Who waits for a search.
pub(super) type Waiting = std::collections::HashMap<QueryId, oneshot::Sender<Found>>;

impl Driver {
    /// Begins a search; where there are no routing tables (discovery is off) nothing is found.
    pub(super) fn find(&mut self, peer: PeerId, tell: oneshot::Sender<Found>) {
        let room = self.searching.len() < MAX_SEARCHES;
        match self.swarm.behaviour_mut().kad.as_mut().filter(|_| room) {
            Some(routing) => {
                let query = routing.search(peer);
                self.searching.insert(query, tell);
            }
            None => drop(tell.send(Found::default())),
        }
    }

    /// A query has ended; perhaps somebody waits for it.
    pub(super) fn on_searched(&mut self, query: &QueryId, stats: &QueryStats) {
        let routing = self.swarm.behaviour_mut().kad.as_mut();
        let search = routing.and_then(|routing| routing.end(query));
        let (Some(tell), Some(search)) = (self.searching.remove(query), search) else {
            return;
        };
        let named = search.named.unwrap_or_default();
        let found = Found {
            addresses: named.addresses.into_iter().map(without_peer).collect(),
            hops: named.hops,
            asked: stats.num_requests(),
            answered: stats.num_successes(),
            bytes: search.bytes,
            time: stats.duration().unwrap_or_default(),
        };
        // Whoever asked may have stopped waiting.
        let _ = tell.send(found);
    }
}
