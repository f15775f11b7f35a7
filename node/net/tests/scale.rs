//! Many nodes that know nothing but a bootstrap find each other in the routing tables.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[allow(unreachable_pub, missing_docs, reason = "shared with the measurement")]
mod crowd;

use std::time::Duration;

use dokuei_net::{Found, Multiaddr, Network};
use futures::StreamExt as _;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{SwarmBuilder, autonat, identify, kad, ping, rendezvous};
use tokio::time::Instant;

/// As many as one bucket of a routing table has places, so that not everybody can stand in everybody's by chance.
const NODES: usize = 20;

/// Others whom each looks up.
const OTHERS: usize = 3;

#[derive(NetworkBehaviour)]
struct Bootstrap {
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    kad: kad::Behaviour<kad::store::MemoryStore>,
    rendezvous: rendezvous::server::Behaviour,
    autonat: autonat::v2::server::Behaviour,
}

/// A bootstrap as `dokuei-bootstrap` is one, within this process; gives its address.
async fn bootstrap() -> Multiaddr {
    let mut swarm = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_quic()
        .with_behaviour(|key| {
            let me = key.public().to_peer_id();
            let mut routing = kad::Config::new(libp2p::StreamProtocol::new("/dokuei/kad/1"));
            routing.set_kbucket_inserts(kad::BucketInserts::Manual);
            let mut kad = kad::Behaviour::with_config(me, kad::store::MemoryStore::new(me), routing);
            kad.set_mode(Some(kad::Mode::Server));
            Bootstrap {
                identify: identify::Behaviour::new(identify::Config::new(
                    "/dokuei/1".to_owned(),
                    key.public(),
                )),
                ping: ping::Behaviour::default(),
                kad,
                rendezvous: rendezvous::server::Behaviour::new(rendezvous::server::Config::default()),
                autonat: autonat::v2::server::Behaviour::default(),
            }
        })
        .unwrap()
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(Duration::from_secs(900)))
        .build();
    swarm
        .listen_on("/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap())
        .unwrap();
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
            break address;
        }
    };
    swarm.add_external_address(address.clone());
    let named = address.with_p2p(*swarm.local_peer_id()).unwrap();
    tokio::spawn(async move {
        loop {
            let event = swarm.select_next_some().await;
            if let SwarmEvent::Behaviour(BootstrapEvent::Identify(identify::Event::Received {
                peer_id,
                info,
                ..
            })) = event
                && info
                    .protocols
                    .iter()
                    .any(|protocol| protocol.as_ref() == "/dokuei/kad/1")
            {
                for address in info.listen_addrs {
                    swarm.behaviour_mut().kad.add_address(&peer_id, address);
                }
            }
        }
    });
    named
}

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
    let bootstraps = [bootstrap().await];
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
