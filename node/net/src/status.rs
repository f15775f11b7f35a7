//! What can be seen of the network at a moment.

use std::time::Duration;

use libp2p::{Multiaddr, PeerId};

/// A snapshot of the network.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Addresses on which we listen, relayed ones included.
    pub listening: Vec<Multiaddr>,
    /// Addresses of ours that others were proved to reach.
    pub external: Vec<Multiaddr>,
    /// The bootstraps.
    pub bootstraps: Vec<BootstrapStatus>,
    /// Peers with whom we are connected, bootstraps excluded.
    pub peers: Vec<PeerStatus>,
    /// Peers that we try to reach and have not reached.
    pub wanted: Vec<WantedStatus>,
}

/// A peer that is not reached.
#[derive(Debug, Clone)]
pub struct WantedStatus {
    /// Who.
    pub peer: PeerId,
    /// Whether any address of it is known.
    pub located: bool,
    /// How often it was tried in vain since it was last here.
    pub failures: u32,
    /// How long until it is tried again.
    pub next: Duration,
}

/// A bootstrap node as seen from here.
#[derive(Debug, Clone)]
pub struct BootstrapStatus {
    /// Who.
    pub peer: PeerId,
    /// Its address as configured.
    pub address: Multiaddr,
    /// Whether we are connected.
    pub connected: bool,
    /// Whether it answers questions about the register.
    pub mirror: bool,
}

/// A connected peer.
#[derive(Debug, Clone)]
pub struct PeerStatus {
    /// Who.
    pub peer: PeerId,
    /// Whether both sides have admitted each other.
    pub admitted: bool,
    /// Whether a direct connection exists.
    pub direct: bool,
    /// Whether a relayed connection exists.
    pub relayed: bool,
    /// Round trip as last measured.
    pub round_trip: Option<Duration>,
    /// The address of the newest connection.
    pub address: Option<Multiaddr>,
}
