//! What this node trusts at this moment. It changes while the node runs: a newer revocation list, a renewed
//! certificate, a successor of the root.

use std::sync::{Arc, PoisonError, RwLock};

use dokuei_identity::certificate::NodeCertificate;

use super::error::ServiceError;
use crate::credentials::Credentials;

/// The credentials in force, shared by all that verify. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Trust(Arc<RwLock<Option<Arc<Held>>>>);

/// Credentials with the node's own certificate, verified when they were taken up.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) credentials: Credentials,
    pub(super) certificate: NodeCertificate,
}

impl Trust {
    pub(super) fn new(held: Option<Held>) -> Self {
        Self(Arc::new(RwLock::new(held.map(Arc::new))))
    }

    /// What is trusted now; `None` while no certificate of this node is installed.
    pub(super) fn get(&self) -> Option<Arc<Held>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// As [`Self::get`].
    ///
    /// # Errors
    /// [`ServiceError::NoNodeCertificate`].
    pub(super) fn require(&self) -> Result<Arc<Held>, ServiceError> {
        self.get().ok_or(ServiceError::NoNodeCertificate)
    }

    /// Puts newer credentials in force: what is verified from now on is verified against them.
    pub(super) fn replace(&self, held: Held) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(held));
    }
}
