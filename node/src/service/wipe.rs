//! The end of a node that was revoked.

use std::collections::BTreeSet;

use dokuei_identity::fingerprint::Fingerprint;

use super::Node;
use super::error::ServiceError;
use crate::relocation;
use crate::wipe;

impl Node {
    /// Destroys this node's keys and those of the people who work here, ends all sessions, and marks the data directory,
    /// which is of no use from then on: to be called when this node's own certificate was found revoked. The process
    /// should end afterwards, for it still holds what was destroyed on disk.
    ///
    /// # Errors
    /// [`ServiceError::File`] when a key could not be destroyed; to be called again then.
    pub fn wipe(&self, reason: &str) -> Result<(), ServiceError> {
        let _one = self.unlocking_lock();
        let outcome = wipe::destroy_keys(&self.0.dir, reason, self.now())
            .map_err(ServiceError::file(self.0.dir.root()));
        // Whatever became of the files: nobody works here any more.
        self.sessions().close_all(self.now());
        self.0.looks.forget();
        outcome?;
        self.0.wiped.notify_one();
        self.audit("registry", "wipe", reason, "success")
    }

    /// Nodes that this one took the place of.
    pub(super) fn nodes_left_behind(&self) -> Result<BTreeSet<Fingerprint>, ServiceError> {
        relocation::left_behind(&self.0.dir).map_err(ServiceError::file(self.0.dir.moved_in()))
    }
}
