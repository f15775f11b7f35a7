//! How much of all packages that are being pulled may lie in memory between network and disk, whoever sends.
//!
//! Each package has several streams, and room for slices that wait for the disk. With two hundred at once that would be more
//! than a node may take; so a slice comes in when there is room for it. Where packages wait for room each waits with one of its
//! streams only, and they are served in turn, so that none gets more than another by asking more often. What is not read yet
//! stays in the windows of its connection.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

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
    /// For one package more.
    pub(crate) fn of_a_package(&self) -> PackageMemory {
        PackageMemory {
            all: self.clone(),
            turn: Mutex::new(()),
        }
    }

    /// How long a slice of `bytes` may take at most once there is room for it, seconds.
    pub(crate) const fn longest(bytes: u64) -> u64 {
        bytes.div_ceil(SLOWEST)
    }
}

/// What one package takes of the memory for slices.
#[derive(Debug)]
pub(crate) struct PackageMemory {
    all: SliceMemory,
    /// Which of the package's streams waits with the other packages.
    turn: Mutex<()>,
}

impl PackageMemory {
    /// Waits for room for a slice of `bytes`, which no slice may exceed.
    pub(crate) async fn take(&self, bytes: usize) -> Taken {
        let pieces = bytes.min(MAX_SLICE_BYTES).div_ceil(PIECE).max(1) as u32;
        // Nobody is overtaken: while somebody waits no room is free.
        if let Ok(room) = Arc::clone(&self.all.0).try_acquire_many_owned(pieces) {
            return Taken { _room: Some(room) };
        }
        let _turn = self.turn.lock().await;
        // The semaphore is never closed.
        let room = Arc::clone(&self.all.0).acquire_many_owned(pieces).await.ok();
        Taken { _room: room }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// R17 (obstruct), R24: two hundred packages take no more memory than was set aside for all.
    #[tokio::test]
    async fn r17_r24_slices_beyond_the_room_wait_until_one_is_on_disk() {
        let memory = SliceMemory::default().of_a_package();
        let mut held = Vec::new();
        while let Some(taken) = memory.take(MAX_SLICE_BYTES).now_or_never() {
            held.push(taken);
        }
        assert_eq!(held.len(), ALL / MAX_SLICE_BYTES);
        assert!(memory.take(1).now_or_never().is_none());
        held.pop();
        assert!(memory.take(MAX_SLICE_BYTES).now_or_never().is_some());
    }

    /// R2: many clinics are served in turn, however many streams each of them has.
    #[tokio::test]
    async fn r2_packages_that_wait_for_room_get_it_in_turn() {
        let memory = SliceMemory::default();
        let (greedy, modest) = (memory.of_a_package(), memory.of_a_package());
        let mut held = Vec::new();
        while let Some(taken) = greedy.take(MAX_SLICE_BYTES).now_or_never() {
            held.push(taken);
        }
        let mut waiting: Vec<_> = [&greedy, &greedy, &greedy, &modest]
            .map(|package| Box::pin(package.take(MAX_SLICE_BYTES)))
            .into();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        held.truncate(held.len() - 2);
        let served: Vec<_> = waiting.iter_mut().map(|one| one.now_or_never()).collect();
        assert_eq!(
            served.iter().map(Option::is_some).collect::<Vec<_>>(),
            [true, false, false, true],
            "one of each, and not two of the first"
        );
    }

    #[test]
    fn the_slowest_line_has_two_minutes_for_a_slice() {
        assert_eq!(SliceMemory::longest(MAX_SLICE_BYTES as u64), 128);
    }
}
