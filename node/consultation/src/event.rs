//! What happens to a log.

use dokuei_identity::fingerprint::Fingerprint;

use crate::entry::SignedEntry;
use crate::fork::ForkProof;
use crate::id::EntryId;

/// What happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// An entry was drafted and signed at this node; see [`crate::author`].
    Authored(SignedEntry),
    /// An entry came from another node, or from a medium.
    Arrived(SignedEntry),
    /// A node that takes part told its heads of this log: give it what it lacks.
    PeerHeads {
        /// The certificate of the node.
        peer: Fingerprint,
        /// Its heads.
        heads: Vec<EntryId>,
    },
    /// Evidence of a fork came from another node.
    ForkShown(ForkProof),
}
