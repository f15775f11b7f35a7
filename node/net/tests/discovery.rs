//! Two nodes that know nothing but a bootstrap between them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[allow(unreachable_pub, missing_docs, reason = "shared with others")]
mod bootstrap;
mod common;

use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{QUIC, TCP, TestHost, TestSink, config, start_with, until, until_within};
use dokuei_net::wire::case::CaseMessage;
use dokuei_net::wire::package::PackageId;
use dokuei_net::{CallError, Multiaddr, NetworkConfig, PullRequest};
use futures::StreamExt as _;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{SwarmBuilder, identify, relay, tcp, tls, yamux};

fn with_bootstrap(seed: u8, listen: Option<&str>, bootstrap: &Multiaddr) -> NetworkConfig {
    let mut config = config(seed, QUIC);
    config.listen = listen.iter().map(|address| address.parse().unwrap()).collect();
    config.discovery = true;
    config.bootstraps = vec![bootstrap.clone()];
    config
}

/// R17: two strangers of one network find each other through rendezvous and are introduced; the bootstrap itself is
/// never admitted and gets no application stream.
#[tokio::test(flavor = "multi_thread")]
async fn r17_strangers_meet_through_a_bootstrap_that_stays_outside() {
    let address = bootstrap::bootstrap(TCP).await;
    let (a, host_a) = start_with(with_bootstrap(41, Some(QUIC), &address), TestHost::new(41)).await;
    let (b, _) = start_with(with_bootstrap(42, Some(QUIC), &address), TestHost::new(42)).await;
    until_within(Duration::from_secs(40), "they meet", || {
        a.is_admitted(&b.peer_id()) && b.is_admitted(&a.peer_id())
    })
    .await;
    let status = a.status();
    assert!(status.bootstraps[0].connected);
    let Some(libp2p::multiaddr::Protocol::P2p(relay)) = address.iter().last() else {
        panic!("no PeerId")
    };
    assert!(
        status.peers.iter().all(|peer| peer.peer != relay),
        "a bootstrap is not a peer"
    );
    assert!(matches!(
        a.call_case(relay, CaseMessage::Heads { logs: vec![] }).await,
        Err(CallError::NotAdmitted)
    ));
    until("the host is told of the peer only", || {
        *host_a.admitted.lock().unwrap() == [b.peer_id()]
    })
    .await;
}

/// Nodes of different networks do not meet, although they share a bootstrap.
#[tokio::test(flavor = "multi_thread")]
async fn r17_networks_with_different_roots_do_not_meet() {
    let address = bootstrap::bootstrap(TCP).await;
    let (a, host_a) = start_with(with_bootstrap(43, Some(QUIC), &address), TestHost::new(43)).await;
    let mut other = with_bootstrap(44, Some(QUIC), &address);
    other.network = "other".to_owned();
    let (b, _) = start_with(other, TestHost::new(44)).await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!a.is_admitted(&b.peer_id()) && host_a.admitted.lock().unwrap().is_empty());
}

/// A node that cannot be dialled is reached through the bootstrap's relay: admission, calls and a package pass.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_be_dialled_is_reached_by_relay() {
    let address = bootstrap::bootstrap(TCP).await;
    let (hidden, _) = start_with(with_bootstrap(45, None, &address), TestHost::new(45)).await;
    until("it has a reservation", || !hidden.status().listening.is_empty()).await;
    let (a, _) = start_with(with_bootstrap(46, None, &address), TestHost::new(46)).await;
    a.want(hidden.peer_id(), vec![]).await.unwrap();
    until_within(Duration::from_secs(40), "it is reached", || {
        a.is_admitted(&hidden.peer_id())
    })
    .await;
    a.call_case(hidden.peer_id(), CaseMessage::Heads { logs: vec![] })
        .await
        .unwrap();
    let sink = TestSink::default();
    let request = PullRequest {
        package: PackageId([1; 16]),
        ranges: sink.missing(32),
        held: 0,
        progress: None,
        faults: None,
    };
    a.pull_package(&[hidden.peer_id()], request, Box::new(sink.clone()))
        .await
        .unwrap();
    assert!(sink.missing(32).is_empty());
    until("the status says relayed", || {
        a.status()
            .peers
            .iter()
            .any(|peer| peer.peer == hidden.peer_id() && peer.relayed && !peer.direct)
    })
    .await;
}

#[derive(NetworkBehaviour)]
struct Curious {
    identify: identify::Behaviour,
}

/// What a node says that it speaks, to whoever dials it.
async fn spoken_by(node: &dokuei_net::Network) -> Vec<String> {
    let mut swarm = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_quic()
        .with_behaviour(|key| Curious {
            identify: identify::Behaviour::new(identify::Config::new("/dokuei/1".to_owned(), key.public())),
        })
        .unwrap()
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(Duration::from_secs(60)))
        .build();
    swarm.dial(common::address_of(node)).unwrap();
    let told = async {
        loop {
            let event = swarm.select_next_some().await;
            if let SwarmEvent::Behaviour(CuriousEvent::Identify(identify::Event::Received { info, .. })) =
                event
            {
                return info.protocols.iter().map(ToString::to_string).collect();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.unwrap()
}

/// R16: with discovery off a node speaks nothing by which others find, relay, punch or route. With discovery on it does,
/// so that what is looked for here is known to be visible.
#[tokio::test(flavor = "multi_thread")]
async fn r16_a_node_in_a_vpn_speaks_nothing_that_serves_discovery() {
    let discovering = ["autonat", "/dcutr", "circuit", "kad", "rendezvous"];
    let found = |spoken: &[String]| -> Vec<&str> {
        let has = |word: &&str| spoken.iter().any(|protocol| protocol.contains(*word));
        discovering.into_iter().filter(has).collect()
    };
    let (closed, _) = start_with(config(51, QUIC), TestHost::new(51)).await;
    let spoken = spoken_by(&closed).await;
    assert_eq!(found(&spoken), [""; 0], "{spoken:?}");
    assert!(
        spoken.iter().any(|protocol| protocol.contains("admission")),
        "{spoken:?}"
    );
    let mut open = config(52, QUIC);
    open.discovery = true;
    let (open, _) = start_with(open, TestHost::new(52)).await;
    let spoken = spoken_by(&open).await;
    assert!(found(&spoken).contains(&"autonat"), "{spoken:?}");
}

#[derive(NetworkBehaviour)]
struct Hidden {
    identify: identify::Behaviour,
    relay: relay::client::Behaviour,
}

/// A peer behind a relay that comes to be reachable: a wanted peer is dialled directly again while the relayed
/// connection stands, and the relay is then spared.
#[tokio::test(flavor = "multi_thread")]
async fn a_peer_reached_only_by_relay_is_dialled_directly_again() {
    let address = bootstrap::bootstrap(TCP).await;
    let mut hidden = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default(), tls::Config::new, yamux::Config::default)
        .unwrap()
        .with_relay_client(tls::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|key, relay| Hidden {
            identify: identify::Behaviour::new(
                identify::Config::new("/dokuei/1".to_owned(), key.public())
                    .with_push_listen_addr_updates(true),
            ),
            relay,
        })
        .unwrap()
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(Duration::from_secs(600)))
        .build();
    let peer = *hidden.local_peer_id();
    hidden
        .listen_on(address.clone().with(Protocol::P2pCircuit))
        .unwrap();
    let (opens, mut told) = tokio::sync::mpsc::channel::<()>(1);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = hidden.select_next_some() => {}
                Some(()) = told.recv() => drop(hidden.listen_on(TCP.parse().unwrap()).unwrap()),
            }
        }
    });
    let (a, _) = start_with(with_bootstrap(47, None, &address), TestHost::new(47)).await;
    a.want(peer, vec![]).await.unwrap();
    let is = |direct: bool, relayed: bool| {
        let mut peers = a.status().peers.into_iter();
        peers.any(|one| one.peer == peer && one.direct == direct && one.relayed == relayed)
    };
    until_within(Duration::from_secs(40), "it is reached by relay", || {
        is(false, true)
    })
    .await;
    opens.send(()).await.unwrap();
    until_within(Duration::from_secs(40), "it is reached directly", || {
        is(true, false)
    })
    .await;
}

/// R17: a node without a certificate keeps to its bootstrap, and nobody hears of it. Once it has one it is found,
/// without being started again.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_node_without_a_certificate_is_not_announced() {
    let address = bootstrap::bootstrap(TCP).await;
    let applicant = TestHost::new(50);
    applicant.enrolled.store(false, Ordering::SeqCst);
    let (a, host_a) = start_with(with_bootstrap(50, Some(QUIC), &address), applicant).await;
    let (b, _) = start_with(with_bootstrap(48, Some(QUIC), &address), TestHost::new(48)).await;
    until("it is at the bootstrap", || {
        a.status().bootstraps.first().is_some_and(|one| one.connected)
    })
    .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(a.status().peers.is_empty() && b.status().peers.is_empty());
    host_a.enrolled.store(true, Ordering::SeqCst);
    until_within(Duration::from_secs(60), "they meet", || {
        a.is_admitted(&b.peer_id()) && b.is_admitted(&a.peer_id())
    })
    .await;
}
