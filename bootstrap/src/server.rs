//! The libp2p behaviours of a bootstrap node.

use std::time::Duration;

use anyhow::Result;
use dokuei_identity::network::NetworkName;
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::identity::Keypair;
use libp2p::kad::{self, store::MemoryStore};
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{
    StreamProtocol, Swarm, SwarmBuilder, autonat, identify, memory_connection_limits, ping, relay,
    rendezvous, tcp, tls, yamux,
};

use crate::config::Config;
use crate::gossip::{self, Gossip};

/// One routing table serves every Dokuei network; networks are told apart by their rendezvous namespace.
const KADEMLIA: StreamProtocol = StreamProtocol::new("/dokuei/kad/1");

/// Connections without streams and reservations are ended after this long.
const IDLE: Duration = Duration::from_secs(900);

#[derive(NetworkBehaviour)]
pub(crate) struct Server {
    limits: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub(crate) kad: kad::Behaviour<MemoryStore>,
    rendezvous: rendezvous::server::Behaviour,
    relay: Toggle<relay::Behaviour>,
    autonat: autonat::v2::server::Behaviour,
    pub(crate) gossip: Toggle<Gossip>,
    pub(crate) streams: libp2p_stream::Behaviour,
}

/// Builds the swarm: QUIC and TCP + TLS + Yamux, as nodes speak.
pub(crate) fn swarm(config: &Config, key: Keypair, network: Option<&NetworkName>) -> Result<Swarm<Server>> {
    let gossip = network
        .map(|network| gossip::behaviour(network, &key, config.connections))
        .transpose()?;
    let swarm = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            tls::Config::new,
            yamux::Config::default,
        )?
        .with_quic()
        .with_dns()?
        .with_behaviour(|key| server(config, key, gossip))?
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(IDLE))
        .build();
    Ok(swarm)
}

fn server(config: &Config, key: &Keypair, gossip: Option<Gossip>) -> Server {
    let me = key.public().to_peer_id();
    let connections = ConnectionLimits::default()
        .with_max_pending_incoming(Some(256))
        .with_max_pending_outgoing(Some(256))
        .with_max_established(Some(config.connections))
        .with_max_established_per_peer(Some(4));
    let identify = identify::Config::new("/dokuei/1".to_owned(), key.public())
        .with_agent_version("dokuei-bootstrap".to_owned());
    // Routing only: peers are put into the table after identify showed that they serve it, and no record is kept,
    // because there is none in this version whose signature could be checked.
    let mut routing = kad::Config::new(KADEMLIA);
    routing
        .set_record_filtering(kad::StoreInserts::FilterBoth)
        .set_kbucket_inserts(kad::BucketInserts::Manual)
        .disjoint_query_paths(true);
    let mut kad = kad::Behaviour::with_config(me, MemoryStore::new(me), routing);
    kad.set_mode(Some(kad::Mode::Server));
    let limits = &config.relay;
    let relay = (limits.circuits > 0).then(|| {
        let relay = relay::Config {
            max_reservations: limits.reservations,
            max_circuits: limits.circuits,
            max_circuit_bytes: limits.bytes,
            max_circuit_duration: limits.time,
            ..relay::Config::default()
        };
        relay::Behaviour::new(me, relay)
    });
    Server {
        limits: connection_limits::Behaviour::new(connections),
        memory: memory_connection_limits::Behaviour::with_max_bytes(config.memory),
        identify: identify::Behaviour::new(identify),
        ping: ping::Behaviour::default(),
        kad,
        rendezvous: rendezvous::server::Behaviour::new(rendezvous::server::Config::default()),
        relay: relay.into(),
        autonat: autonat::v2::server::Behaviour::default(),
        gossip: gossip.into(),
        streams: libp2p_stream::Behaviour::new(),
    }
}
