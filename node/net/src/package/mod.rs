//! Packages: the holder serves slices, the receiver pulls them.

use tokio::sync::watch;

use crate::wire::package::{ChunkRange, PackageId};

/// What to pull.
#[derive(Debug, Clone)]
pub struct PullRequest {
    /// Which package.
    pub package: PackageId,
    /// Which chunks (what the bitmap lacks), ascending and disjoint; at most
    /// [`crate::wire::package::MAX_RANGES`].
    pub ranges: Vec<ChunkRange>,
    /// Where to tell how far it is.
    pub progress: Option<watch::Sender<PullProgress>>,
}

/// How far a pull is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PullProgress {
    /// Chunks that the sink accepted.
    pub chunks: u64,
    /// Chunks asked for.
    pub of: u64,
    /// Bytes of chunks that the sink accepted.
    pub bytes: u64,
}

/// A pull that ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullOutcome {
    /// Chunks that the sink accepted: all that were asked for.
    pub chunks: u64,
    /// Their bytes.
    pub bytes: u64,
}
