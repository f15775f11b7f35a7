//! The handle to a running network.

use std::sync::Arc;

use libp2p::{Multiaddr, PeerId};
use tokio::sync::watch;

use crate::config::NetworkConfig;
use crate::error::{CallError, NetError, PullError};
use crate::host::{Host, PackageSink, RefusalCode};
use crate::package::{PullOutcome, PullRequest};
use crate::status::Status;
use crate::wire::case::{CaseMessage, CaseReply};

/// A running network. Cheap to clone; all clones talk to one driver task, which ends at [`Network::shutdown`] or when
/// the last clone is dropped.
#[derive(Clone)]
pub struct Network {
    peer: PeerId,
    status: watch::Receiver<Status>,
}

impl Network {
    /// Starts listening and joins the network. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`NetError`] when an address is unusable or no listener works.
    pub async fn start(config: NetworkConfig, host: Arc<dyn Host>) -> Result<Self, NetError> {
        let _ = (config, host);
        Err(NetError::Closed)
    }

    /// This node's PeerId.
    #[must_use]
    pub const fn peer_id(&self) -> PeerId {
        self.peer
    }

    /// How the network looks now.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// The status as it changes.
    #[must_use]
    pub fn watch_status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Whether a peer is connected and both sides have admitted each other.
    #[must_use]
    pub fn is_admitted(&self, peer: &PeerId) -> bool {
        let _ = peer;
        false
    }

    /// Keeps trying to reach `peer` (something waits for it), at `addresses` and wherever the bootstraps know it,
    /// until [`Self::unwant`]. [`Host::on_admitted`] tells when it is there. Adds addresses when called again.
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn want(&self, peer: PeerId, addresses: Vec<Multiaddr>) -> Result<(), NetError> {
        let _ = (peer, addresses);
        Err(NetError::Closed)
    }

    /// Stops trying to reach `peer`; an existing connection stays.
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn unwant(&self, peer: PeerId) -> Result<(), NetError> {
        let _ = peer;
        Err(NetError::Closed)
    }

    /// Ends everything with `peer` at once and holds it off for a time (its certificate has been revoked).
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn expel(&self, peer: PeerId, code: RefusalCode) -> Result<(), NetError> {
        let _ = (peer, code);
        Err(NetError::Closed)
    }

    /// Sends a case message to an admitted peer and waits for its reply.
    ///
    /// # Errors
    /// [`CallError`]. After [`CallError::Lost`] or [`CallError::Timeout`] the peer may or may not have acted: ask
    /// again, storing an entry twice is harmless.
    pub async fn call_case(&self, peer: PeerId, message: CaseMessage) -> Result<CaseReply, CallError> {
        let _ = (peer, message);
        Err(CallError::NotAdmitted)
    }

    /// Pulls ranges of a package from an admitted peer into `sink`. Ends when all came, when the peer ends, or when
    /// nothing came for `Limits::stall`; what the sink accepted stays.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn pull_package(
        &self,
        peer: PeerId,
        request: PullRequest,
        sink: Box<dyn PackageSink>,
    ) -> Result<PullOutcome, PullError> {
        let _ = (peer, request, sink);
        Err(PullError::NotAdmitted)
    }

    /// Leaves the network: tells the bootstraps, closes every connection, ends the driver.
    pub async fn shutdown(&self) {}
}
