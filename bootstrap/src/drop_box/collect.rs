//! `POST /drop-box/collect`: the registry takes what waits for it.

use std::sync::Arc;

use axum::http::StatusCode;
use dokuei_identity::time::Timestamp;
use libp2p::PeerId;

use super::DropBox;
use crate::register::Mirror;

/// The largest request, bytes.
pub(crate) const MAX_REQUEST: usize = 16 * 1024;

/// What may collect, and from where.
pub(crate) struct Collector {
    pub(crate) drop_box: Arc<DropBox>,
    pub(crate) mirror: Arc<Mirror>,
    pub(crate) me: PeerId,
}

impl Collector {
    /// Checks a request and gives what it asks for.
    pub(crate) fn collect(&self, request: &[u8], now: Timestamp) -> Result<Vec<u8>, StatusCode> {
        let _ = (request, now, &self.drop_box, &self.mirror, self.me);
        Err(StatusCode::NOT_IMPLEMENTED)
    }
}
