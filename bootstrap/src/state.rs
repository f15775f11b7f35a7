//! What the bootstrap counts, for health and logs. No addresses of peers, no PeerIds but its own.

use serde::Serialize;

/// Shown by `GET /health`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct State {
    /// "ok" while at least one listener works.
    pub(crate) status: &'static str,
    pub(crate) version: &'static str,
    pub(crate) peer_id: String,
    pub(crate) addresses: Vec<String>,
    pub(crate) uptime_seconds: u64,
    pub(crate) connections: u32,
    pub(crate) peers: usize,
    pub(crate) registrations: u64,
    pub(crate) discoveries: u64,
    pub(crate) reservations: u64,
    pub(crate) circuits_open: u64,
    pub(crate) circuits_total: u64,
    pub(crate) circuits_refused: u64,
}

/// `addresses.json`: what nodes need to know.
#[derive(Debug, Serialize)]
pub(crate) struct Addresses {
    pub(crate) peer_id: String,
    /// Each ends in `/p2p/PEER_ID`.
    pub(crate) addresses: Vec<String>,
    /// Where health is served, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) health: Option<String>,
}
