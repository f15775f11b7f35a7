//! How much of all packages that are being pulled may lie in memory between network and disk, whoever sends.
//!
//! Each package has several streams, and room for slices that wait for the disk. With two hundred at once that would be more
//! than a node may take; so a slice comes in when there is room for it, in the order of asking. What is not read yet stays in the
//! windows of its connection.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::wire::package::MAX_SLICE_BYTES;

/// All of it, bytes.
const ALL: usize = 64 << 20;

/// It is given out in such pieces, bytes.
const PIECE: usize = 1 << 16;

/// The slowest that a slice may come, bytes in a second: whoever is slower keeps others out of the memory that it holds.
const SLOWEST: u64 = 8 << 10;

/// Memory for slices, shared by everything that pulls.
#[derive(Debug, Clone)]
pub(crate) struct SliceMemory(Arc<Semaphore>);

/// A slice's room; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    _room: Option<OwnedSemaphorePermit>,
}

impl Default for SliceMemory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ALL / PIECE)))
    }
}

impl SliceMemory {
    /// Waits for room for a slice of `bytes`, which no slice may exceed.
    pub(crate) async fn take(&self, bytes: usize) -> Taken {
        let pieces = bytes.min(MAX_SLICE_BYTES).div_ceil(PIECE).max(1) as u32;
        // The semaphore is never closed.
        let room = Arc::clone(&self.0).acquire_many_owned(pieces).await.ok();
        Taken { _room: room }
    }

    /// How long a slice of `bytes` may take at most once there is room for it, seconds.
    pub(crate) const fn longest(bytes: u64) -> u64 {
        bytes.div_ceil(SLOWEST)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// R17 (obstruct), R24: two hundred packages take no more memory than was set aside for all.
    #[tokio::test]
    async fn r17_r24_slices_beyond_the_room_wait_until_one_is_on_disk() {
        let memory = SliceMemory::default();
        let mut held = Vec::new();
        while let Some(taken) = memory.take(MAX_SLICE_BYTES).now_or_never() {
            held.push(taken);
        }
        assert_eq!(held.len(), ALL / MAX_SLICE_BYTES);
        assert!(memory.take(1).now_or_never().is_none());
        held.pop();
        assert!(memory.take(MAX_SLICE_BYTES).now_or_never().is_some());
    }

    #[test]
    fn the_slowest_line_has_two_minutes_for_a_slice() {
        assert_eq!(SliceMemory::longest(MAX_SLICE_BYTES as u64), 128);
    }
}
