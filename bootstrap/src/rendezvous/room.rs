//! Room for answers that are on their way. An answer takes up to a megabyte until whoever asked has read it, which may be for as
//! long as a call may take: so what one source and all together keep waiting is bounded, and pages are as long as there is
//! room for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::limits::Source;

/// Bytes of all answers on their way.
const MOST: usize = 32 << 20;

/// The same of those to one source: four whole pages.
const MOST_OF_SOURCE: usize = MOST / 8;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Room(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of: HashMap<Source, usize>,
}

impl Room {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        // Nothing in here can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that an answer to this source may have.
    pub(super) fn left(&self, source: Source) -> usize {
        let taken = self.lock();
        let of_source = taken.of.get(&source).copied().unwrap_or_default();
        MOST.saturating_sub(taken.all)
            .min(MOST_OF_SOURCE.saturating_sub(of_source))
    }

    /// Takes room until what is given back is dropped. The few bytes of an answer that tells nobody are always given.
    pub(super) fn take(&self, source: Source, bytes: usize) -> Held {
        let mut taken = self.lock();
        taken.all += bytes;
        *taken.of.entry(source).or_default() += bytes;
        Held {
            room: self.clone(),
            source,
            bytes,
        }
    }
}

/// Room that is taken.
#[derive(Debug)]
pub(super) struct Held {
    room: Room,
    source: Source,
    bytes: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut taken = self.room.lock();
        taken.all -= self.bytes;
        if let Some(of_source) = taken.of.get_mut(&self.source) {
            *of_source -= self.bytes;
            if *of_source == 0 {
                taken.of.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn source(number: u8) -> Source {
        IpAddr::from([192, 0, 2, number]).into()
    }

    /// R17 (obstruct): one source takes a part of the room, all together no more than there is, and what was sent is free again.
    #[test]
    fn r17_room_is_bounded_for_one_source_and_for_all_and_is_given_back() {
        let room = Room::default();
        let held = room.take(source(1), MOST_OF_SOURCE - 100);
        assert_eq!(room.left(source(1)), 100);
        assert_eq!(room.left(source(2)), MOST_OF_SOURCE);
        let others: Vec<_> = (2..=8)
            .map(|number| room.take(source(number), MOST_OF_SOURCE))
            .collect();
        assert_eq!(room.left(source(9)), 100);
        drop((held, others));
        assert_eq!(room.left(source(9)), MOST_OF_SOURCE);
        assert!(room.lock().of.is_empty() && room.lock().all == 0);
    }
}
