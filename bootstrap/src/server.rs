//! The libp2p behaviours of a bootstrap node.

use std::time::Duration;

use anyhow::Result;
use dokuei_identity::network::NetworkName;
use libp2p::identity::Keypair;
use libp2p::kad::{self, store::MemoryStore};
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, autonat, identify, memory_connection_limits, ping, relay};

use crate::config::Config;
use crate::gossip::{self, Gossip};
use crate::limits::connections;
use crate::meters::Meters;
use crate::relay::Circuits;
use crate::rendezvous;
use crate::transport::{AHEAD, Pace, Relayed, transport};

/// One routing table serves every Dokuei network; networks are told apart by their rendezvous namespace.
const KADEMLIA: StreamProtocol = StreamProtocol::new("/dokuei/kad/1");

/// Connections without streams and reservations are ended after this long.
const IDLE: Duration = Duration::from_secs(900);

#[derive(NetworkBehaviour)]
pub(crate) struct Server {
    pub(crate) limits: connections::Behaviour,
    memory: memory_connection_limits::Behaviour,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub(crate) kad: kad::Behaviour<MemoryStore>,
    pub(crate) rendezvous: rendezvous::Behaviour,
    relay: Toggle<relay::Behaviour>,
    autonat: autonat::v2::server::Behaviour,
    pub(crate) gossip: Toggle<Gossip>,
    pub(crate) streams: libp2p_stream::Behaviour,
}

/// Builds the swarm: QUIC and TCP + TLS + Yamux, as nodes speak.
pub(crate) fn swarm(
    config: &Config,
    key: Keypair,
    network: Option<&NetworkName>,
    (meters, circuits): (&Meters, Circuits),
) -> Result<Swarm<Server>> {
    let gossip = network
        .map(|network| gossip::behaviour(network, &key, config.connections.total))
        .transpose()?;
    let relayed = Relayed::new(Pace::new(config.relay.rate, AHEAD), meters.relayed.clone());
    let swarm = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_other_transport(|key| {
            transport(key, config.window, relayed).map_err(Box::<dyn std::error::Error + Send + Sync>::from)
        })?
        .with_dns()?
        .with_behaviour(|key| server(config, key, gossip, circuits))?
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(IDLE))
        .build();
    Ok(swarm)
}

fn server(config: &Config, key: &Keypair, gossip: Option<Gossip>, circuits: Circuits) -> Server {
    let me = key.public().to_peer_id();
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
    Server {
        limits: connections::Behaviour::new(config.connections),
        memory: memory_connection_limits::Behaviour::with_max_bytes(config.memory),
        identify: identify::Behaviour::new(identify),
        ping: ping::Behaviour::default(),
        kad,
        rendezvous: rendezvous::behaviour(),
        relay: crate::relay::behaviour(me, &config.relay, circuits).into(),
        autonat: autonat::v2::server::Behaviour::default(),
        gossip: gossip.into(),
        streams: libp2p_stream::Behaviour::new(),
    }
}
