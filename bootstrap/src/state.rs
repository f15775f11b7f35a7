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
    /// The mirror of the register, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) register: Option<Register>,
    /// The drop box, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drop_box: Option<DropBox>,
}

/// How far the mirror is.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Register {
    pub(crate) entries: u64,
    /// When the newest checkpoint was signed, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_at: Option<u64>,
}

/// What waits for the registry.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct DropBox {
    pub(crate) deposits: usize,
    pub(crate) bytes: u64,
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
