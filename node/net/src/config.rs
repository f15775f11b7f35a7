//! What a network is started with.

use std::time::Duration;

use dokuei_identity::key::SecretKey;
use libp2p::{Multiaddr, PeerId};

use crate::conduct::Ban;

/// How a node joins its network.
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// The node's key. The PeerId is this key, and the node certificate certifies it.
    pub key: SecretKey,
    /// Where to listen. [`NetworkConfig::new`] gives QUIC and TCP on every interface, any port.
    pub listen: Vec<Multiaddr>,
    /// Bootstrap nodes, each ending in `/p2p/PEER_ID`.
    pub bootstraps: Vec<Multiaddr>,
    /// Peers to keep connected, each ending in `/p2p/PEER_ID` (VPN, or a fixed partner).
    pub peers: Vec<Multiaddr>,
    /// Name of the network, derived from its root certificate: part of every rendezvous and protocol name, so that
    /// networks with different roots never meet.
    pub network: String,
    /// Whether to be found and to find others through the bootstraps. Off: only `peers` and wanted addresses are
    /// dialled, no bootstrap is contacted, and routing, rendezvous, AutoNAT, relays and hole punching are not spoken at
    /// all (R16: inside a VPN).
    pub discovery: bool,
    /// Whether to ask the local network who is there, and to answer (mDNS). It tells everybody in that network that this
    /// node exists, and serves an institution with several nodes that is cut off from the rest.
    pub mdns: bool,
    /// Whether to hold a relay reservation at the bootstraps, so that peers behind NAT are reached.
    pub relay: bool,
    /// Bounds on what others may cost us.
    pub limits: Limits,
    /// Bans of nodes that were in force when this node was last ended ([`crate::Network::bans`]).
    pub bans: Vec<Ban>,
    /// Nodes whose certificate is known: they are no strangers, although they have not been admitted since the start.
    pub known: Vec<PeerId>,
}

impl NetworkConfig {
    /// A configuration with the defaults: listen everywhere on a free port, discovery and relay on.
    #[must_use]
    pub fn new(key: SecretKey, network: impl Into<String>) -> Self {
        let listen = [
            "/ip4/0.0.0.0/udp/0/quic-v1",
            "/ip6/::/udp/0/quic-v1",
            "/ip4/0.0.0.0/tcp/0",
            "/ip6/::/tcp/0",
        ];
        Self {
            key,
            listen: listen.iter().filter_map(|address| address.parse().ok()).collect(),
            bootstraps: Vec::new(),
            peers: Vec::new(),
            network: network.into(),
            discovery: true,
            mdns: false,
            relay: true,
            limits: Limits::default(),
            bans: Vec::new(),
            known: Vec::new(),
        }
    }
}

/// Bounds on what others may cost us.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Connections being set up, each direction.
    pub pending_connections: u32,
    /// Connections in all.
    pub connections: u32,
    /// Connections with one peer. During hole punching a relayed one lives beside two direct ones, because both sides
    /// dial at once: with less room, each side might end the one that the other keeps.
    pub connections_per_peer: u32,
    /// Connections of those who dialled us and are not admitted: from everywhere, and from one place (an address, or a
    /// network of IPv6), or by relay. When there are more, the oldest of the place with most is ended.
    pub strangers: usize,
    /// See `strangers`.
    pub strangers_per_place: usize,
    /// Strangers are dialled, to be introduced, up to this many connected peers, and kept: in a small network everybody
    /// sees who is there. Beyond it each is met once and let go when its turn comes.
    pub introductions: usize,
    /// How often one more stranger is met when there are as many peers as that.
    pub meet_every: Duration,
    /// Resident memory of the process above which new connections are refused, bytes: when everything else failed, for
    /// the bounds below are kept long before.
    pub memory: usize,
    /// Application streams that one peer may have open with us at once.
    pub streams_per_peer: usize,
    /// Package streams served at once, all peers together; a receiver asks on a few at a time.
    pub serving: usize,
    /// How long a refused peer is held off.
    pub hold_off: Duration,
    /// How long whoever does not keep to the rules is banned for the first time; each time doubles it.
    pub first_ban: Duration,
    /// The longest ban.
    pub longest_ban: Duration,
    /// How long a package stream may stand still before it is ended.
    pub stall: Duration,
    /// How long a case call may take in all.
    pub call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pending_connections: 64,
            connections: 512,
            connections_per_peer: 4,
            strangers: 64,
            strangers_per_place: 16,
            introductions: 128,
            meet_every: Duration::from_secs(2),
            memory: 1 << 30,
            streams_per_peer: 64,
            serving: 32,
            hold_off: Duration::from_secs(60),
            first_ban: Duration::from_secs(60),
            longest_ban: Duration::from_secs(3600),
            stall: Duration::from_secs(20),
            call: Duration::from_secs(30),
        }
    }
}
