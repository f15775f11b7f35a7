//! Packages: the holder serves slices, the receiver pulls them.

pub(crate) mod gather;
mod memory;
mod plan;
mod pull;
pub(crate) mod serve;
pub(crate) mod throttle;

pub(crate) use self::memory::SliceMemory;
use libp2p::PeerId;
use tokio::sync::{mpsc, watch};

use crate::wire::package::{ChunkRange, MAX_RANGES, PackageId};

/// Slices (1 MiB each) that lie between network and disk at most, of one package at its receiver.
const DEPTH: usize = 8;

/// What to pull.
#[derive(Debug, Clone)]
pub struct PullRequest {
    /// Which package.
    pub package: PackageId,
    /// Which chunks (what the bitmap lacks), ascending and disjoint; at most
    /// [`crate::wire::package::MAX_RANGES`].
    pub ranges: Vec<ChunkRange>,
    /// How many chunks of it are here and verified: a holder is told, so that it can show how far the transfer is.
    pub held: u64,
    /// Where to tell how far it is.
    pub progress: Option<watch::Sender<PullProgress>>,
    /// Where to name holders that broke the protocol or sent what the package's root does not cover.
    pub faults: Option<mpsc::Sender<Fault>>,
}

/// A holder that is to blame for something, and is not asked any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Who.
    pub peer: PeerId,
    /// What it did.
    pub why: String,
}

/// How many bytes of packages may pass in a second; none: as many as the line carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// From here to others.
    pub up: Option<u64>,
    /// From others to here.
    pub down: Option<u64>,
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

/// Ascending, disjoint, not empty, not too many, and nowhere near the end of the number space.
pub(crate) fn check_ranges(ranges: &[ChunkRange]) -> Result<(), &'static str> {
    if ranges.is_empty() || ranges.len() > MAX_RANGES {
        return Err("there must be between 1 and 1024 ranges");
    }
    let mut from = 0;
    for range in ranges {
        let end = range
            .first
            .checked_add(range.count)
            .ok_or("a range ends beyond all numbers")?;
        if range.count == 0 || range.first < from {
            return Err("ranges must not be empty and must ascend without overlap");
        }
        from = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u64, count: u64) -> ChunkRange {
        ChunkRange { first, count }
    }

    #[test]
    fn ranges_that_ascend_are_good() {
        assert_eq!(check_ranges(&[range(0, 1), range(1, 16), range(40, 2)]), Ok(()));
    }

    /// R17 (obstruct): hostile ranges are refused before anything is read.
    #[test]
    fn r17_empty_overlapping_endless_and_too_many_ranges_are_refused() {
        let many: Vec<_> = (0..=MAX_RANGES as u64).map(|index| range(index * 2, 1)).collect();
        for bad in [
            &[][..],
            &[range(3, 0)],
            &[range(0, 2), range(1, 1)],
            &[range(u64::MAX, 2)],
            &many,
        ] {
            assert!(check_ranges(bad).is_err(), "{bad:?}");
        }
    }
}
