//! The libp2p behaviours of a node, and the swarm around them.

use std::time::Duration;

use libp2p::allow_block_list::{self, BlockedPeers};
use libp2p::identity::Keypair;
use libp2p::kad::{self, store::MemoryStore};
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{
    PeerId, Swarm, SwarmBuilder, autonat, dcutr, identify, mdns, memory_connection_limits, ping, relay,
    rendezvous, tcp, tls, yamux,
};

use crate::conduct::Conduct;
use crate::conduct::door::Door;
use crate::conduct::leash::Leashed;
use crate::config::NetworkConfig;
use crate::connected::Connected;
use crate::error::NetError;
use crate::gossip::{self, Gossip};
use crate::rendezvous::Rendezvous;
use crate::routing::Routing;
use crate::streams::Protocols;
use crate::transport::quic::{self, Timing, Windows};

/// How long a connection lives without streams. Long, because an admitted peer is one whose urgent request should
/// arrive at once; the connection limits bound the number.
const IDLE: Duration = Duration::from_secs(3600);

/// How often a node looks again who is nearest to it; before that when few are known to it. libp2p would do so every five
/// minutes, each of which is dozens of new connections.
const NEIGHBOURS: Duration = Duration::from_secs(3600);

/// A killed peer is noticed after this long, so that its return is not hidden behind a dead connection.
const TIMING: Timing = Timing {
    handshake: Duration::from_secs(5),
    silence_ms: 6_000,
    keep_alive: Duration::from_secs(2),
};

/// Streams on one connection over TCP or a relay, both ways together; with more it is ended.
const MULTIPLEXED: usize = 160;

#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) held: allow_block_list::Behaviour<BlockedPeers>,
    door: Door,
    memory: memory_connection_limits::Behaviour,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub(crate) kad: Toggle<Routing>,
    pub(crate) rendezvous: Toggle<Rendezvous>,
    autonat: Toggle<autonat::v2::client::Behaviour>,
    relay: Toggle<relay::client::Behaviour>,
    dcutr: Toggle<dcutr::Behaviour>,
    mdns: Toggle<mdns::tokio::Behaviour>,
    pub(crate) gossip: Gossip,
    pub(crate) streams: Connected,
}

/// Builds the swarm: QUIC first, TCP + TLS + Yamux as fallback, DNS names, relayed circuits.
pub(crate) fn swarm(
    config: &NetworkConfig,
    key: Keypair,
    protocols: &Protocols,
    windows: Windows,
    conduct: Conduct,
) -> Result<Swarm<Behaviour>, NetError> {
    let transport = |error: &dyn std::fmt::Display| NetError::Transport(error.to_string());
    let gossip = gossip::behaviour(&config.network, &key).map_err(|error| transport(&error))?;
    let swarm = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            leashed(&conduct),
            multiplexing,
        )
        .map_err(|error| transport(&error))?
        .with_other_transport(|key| {
            quic::Transport::new(key, TIMING, windows, conduct.clone())
                .map_err(Box::<dyn std::error::Error + Send + Sync>::from)
        })
        .map_err(|error| transport(&error))?
        .with_dns()
        .map_err(|error| transport(&error))?
        .with_relay_client(leashed(&conduct), multiplexing)
        .map_err(|error| transport(&error))?
        .with_behaviour(|key, relay| behaviour(config, key, relay, protocols, gossip, conduct.clone()))
        .map_err(|error| transport(&error))?
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(IDLE).with_smart_dial())
        .build();
    Ok(swarm)
}

/// TLS 1.3 (`libp2p-tls` knows no other version), nothing else, and what comes from strangers is read slowly.
fn leashed(
    conduct: &Conduct,
) -> impl Fn(&Keypair) -> Result<Leashed<tls::Config>, tls::certificate::GenError> + use<> {
    let conduct = conduct.clone();
    move |key| Ok(Leashed::new(tls::Config::new(key)?, conduct.clone()))
}

/// Yamux with room for what we open and serve at once; of each stream up to 256 KiB may lie unread.
fn multiplexing() -> yamux::Config {
    let mut config = yamux::Config::default();
    config.set_max_num_streams(MULTIPLEXED);
    config
}

fn behaviour(
    config: &NetworkConfig,
    key: &Keypair,
    relay: relay::client::Behaviour,
    protocols: &Protocols,
    gossip: Gossip,
    conduct: Conduct,
) -> Result<Behaviour, Box<dyn std::error::Error + Send + Sync>> {
    let me = key.public().to_peer_id();
    let limits = &config.limits;
    // Addresses of peers are told to bootstraps by rendezvous, and to peers by identify; the agent names no version,
    // which would tell an attacker what to try.
    let identify = identify::Config::new("/dokuei/1".to_owned(), key.public())
        .with_agent_version("dokuei".to_owned())
        // A peer that reaches us by relay hears at once where it could do without.
        .with_push_listen_addr_updates(true);
    let discovery = config.discovery;
    let mdns = config
        .mdns
        .then(|| mdns::tokio::Behaviour::new(local_network(), me))
        .transpose()?;
    Ok(Behaviour {
        held: allow_block_list::Behaviour::default(),
        door: Door::new(conduct),
        memory: memory_connection_limits::Behaviour::with_max_bytes(limits.memory),
        identify: identify::Behaviour::new(identify),
        ping: ping::Behaviour::new(ping::Config::new().with_interval(Duration::from_secs(10))),
        kad: discovery.then(|| kademlia(me, protocols)).into(),
        rendezvous: discovery
            .then(|| Rendezvous::new(rendezvous::client::Behaviour::new(key.clone())))
            .into(),
        autonat: discovery.then(autonat::v2::client::Behaviour::default).into(),
        relay: discovery.then_some(relay).into(),
        dcutr: discovery.then(|| dcutr::Behaviour::new(me)).into(),
        mdns: mdns.into(),
        gossip,
        streams: Connected::new(),
    })
}

/// How one asks the local network who is there.
fn local_network() -> mdns::Config {
    mdns::Config {
        // The default is five minutes, which is long where a question was lost.
        query_interval: Duration::from_secs(30),
        ..mdns::Config::default()
    }
}

/// Peer routing only. Nodes join the routing table by hand (bootstraps and admitted peers), and every record is
/// filtered: there is no kind of record in this version that could be verified, so none is ever stored.
fn kademlia(me: PeerId, protocols: &Protocols) -> Routing {
    let mut config = kad::Config::new(protocols.kademlia.clone());
    config
        .set_record_filtering(kad::StoreInserts::FilterBoth)
        .set_kbucket_inserts(kad::BucketInserts::Manual)
        .disjoint_query_paths(true)
        .set_periodic_bootstrap_interval(Some(NEIGHBOURS))
        .set_query_timeout(Duration::from_secs(20));
    Routing::new(kad::Behaviour::with_config(me, MemoryStore::new(me), config))
}
