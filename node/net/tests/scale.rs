//! Many nodes that know nothing but a bootstrap find each other in the routing tables.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[allow(unreachable_pub, missing_docs, reason = "shared with others")]
mod bootstrap;
#[allow(unreachable_pub, missing_docs, reason = "shared with the measurement")]
mod crowd;

use std::time::Duration;

use dokuei_net::{Found, Network};
use futures::StreamExt as _;
use tokio::time::Instant;

/// As many as one bucket of a routing table has places, so that not everybody can stand in everybody's by chance.
const NODES: usize = 20;

/// Others whom each looks up.
const OTHERS: usize = 3;

/// Looks up until it is found, or the time is over.
async fn find(node: Network, wanted: dokuei_net::PeerId, end: Instant) -> Found {
    loop {
        let found = node.find(wanted).await.unwrap();
        if !found.addresses.is_empty() {
            return found;
        }
        assert!(Instant::now() < end, "{} does not find {wanted}", node.peer_id());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// R17 (obstruct): nodes that have nothing in common but a bootstrap find each other by their ids within few hops, most of
/// them within two and nobody by more than everybody, and what is found is where the other listens.
#[tokio::test(flavor = "multi_thread")]
async fn r17_twenty_nodes_find_each_other_within_few_hops() {
    let bootstraps = [bootstrap::bootstrap("/ip4/127.0.0.1/udp/0/quic-v1").await];
    let mut nodes = Vec::new();
    for index in 0..NODES {
        nodes.push(crowd::node(index, &bootstraps).await);
    }
    let end = Instant::now() + Duration::from_secs(120);
    let pairs = (0..NODES).flat_map(|one| (1..=OTHERS).map(move |step| (one, (one + step * 6) % NODES)));
    let pairs: Vec<_> = pairs
        .map(|(one, other)| (nodes[one].clone(), nodes[other].clone()))
        .collect();
    assert!(pairs.iter().all(|(one, other)| one.peer_id() != other.peer_id()));
    let found: Vec<_> = futures::stream::iter(pairs)
        .map(|(one, other)| async move { (find(one, other.peer_id(), end).await, other) })
        .buffer_unordered(8)
        .collect()
        .await;
    for (found, other) in &found {
        let listens = &other.status().listening[0];
        assert!(found.addresses.contains(listens), "{found:?} is not at {listens}");
        // Tables are still being filled: one lookup may go a long way round, but asks nobody twice.
        let everybody = NODES + bootstraps.len();
        assert!(found.asked as usize <= everybody, "{found:?}");
        assert!(found.answered >= 1 || found.hops == 0, "{found:?}");
    }
    let mut hops: Vec<_> = found.iter().map(|(found, _)| found.hops).collect();
    hops.sort_unstable();
    assert!(hops[hops.len() / 2] <= 2, "hops of all lookups: {hops:?}");
    let nobody = nodes[0].find(dokuei_net::PeerId::random()).await.unwrap();
    assert!(nobody.addresses.is_empty() && nobody.hops == 0, "{nobody:?}");
    assert!(nobody.asked >= 1, "{nobody:?}");
    let most = nodes.iter().map(|node| node.status().peers.len()).max().unwrap();
    println!("{} lookups; at most {most} peers each", found.len());
}
