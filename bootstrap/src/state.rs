//! What the bootstrap counts, for health, metrics and logs. No addresses of peers, no PeerIds but its own.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::health::Check;

/// Shown by `GET /health`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct State {
    /// "ok" while every check holds, "failing" otherwise.
    pub(crate) status: &'static str,
    /// What was looked at.
    pub(crate) checks: Vec<Check>,
    pub(crate) version: &'static str,
    pub(crate) peer_id: String,
    pub(crate) addresses: Vec<String>,
    /// Seconds since 1970.
    pub(crate) started_at: u64,
    pub(crate) uptime_seconds: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) connections: u32,
    pub(crate) peers: usize,
    /// Registrations that stand.
    pub(crate) registered: usize,
    pub(crate) registrations: u64,
    pub(crate) discoveries: u64,
    pub(crate) reservations: u64,
    pub(crate) circuits_open: u64,
    pub(crate) circuits_total: u64,
    pub(crate) circuits_refused: u64,
    /// Bytes through circuits, both directions.
    pub(crate) relayed_bytes: u64,
    /// The mirror of the register, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) register: Option<Register>,
    /// The drop box, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drop_box: Option<DropBox>,
    /// What was refused, by the bound that was reached.
    pub(crate) refused: BTreeMap<&'static str, u64>,
    /// The bounds.
    pub(crate) limits: BTreeMap<&'static str, u64>,
}

impl State {
    /// Whether everything holds.
    pub(crate) fn is_healthy(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }
}

/// How far the mirror is.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Register {
    pub(crate) entries: u64,
    /// When the newest checkpoint was signed, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_at: Option<u64>,
    /// SHA-256 of the newest checkpoint, hexadecimal: two mirrors that say the same are equally far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) head: Option<String>,
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
    /// Where metrics are served, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metrics: Option<String>,
}
