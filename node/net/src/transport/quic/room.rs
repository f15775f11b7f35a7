//! How much of what is written may wait in the connection to be sent.
//!
//! quinn counts a byte against its own window and the other side's when it is written, not when it is sent. Images that
//! are written ahead by a whole window, 4 MiB or more, therefore leave nothing to an entry that is written after them:
//! on a line of 4 Mbit/s it waits 8 s for its turn, whatever its priority. So images wait in no more than the line needs,
//! and what is urgent always finds room.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

/// What images may fill at least, bytes: so much passes a fast line while whoever writes them is not running.
const LEAST: u64 = 1 << 20;

/// Room for everything else, bytes.
const URGENT: u64 = 256 << 10;

/// The room of a connection.
#[derive(Debug, Clone)]
pub(super) struct Room {
    connection: quinn::Connection,
    bounds: Arc<Bounds>,
}

#[derive(Debug)]
struct Bounds {
    /// What it may be.
    most: AtomicU64,
    /// What it is.
    now: AtomicU64,
}

impl Room {
    pub(super) fn new(connection: quinn::Connection, window: u32) -> Self {
        let window = u64::from(window);
        Self {
            connection,
            bounds: Arc::new(Bounds {
                most: AtomicU64::new(window),
                now: AtomicU64::new(window),
            }),
        }
    }

    pub(super) const fn connection(&self) -> &quinn::Connection {
        &self.connection
    }

    /// No more than this from now on.
    pub(super) fn bound(&self, window: u32) {
        let window = u64::from(window);
        self.bounds.most.store(window, Ordering::Relaxed);
        self.set(window.min(LEAST));
    }

    /// Makes it as wide as what is on the line needs; whether it is wider now.
    pub(super) fn follow_the_line(&self) -> bool {
        let most = self.bounds.most.load(Ordering::Relaxed);
        let wanted = wanted(self.connection.stats().path.cwnd, most);
        let now = self.bounds.now.load(Ordering::Relaxed);
        // Not for every packet.
        if wanted.abs_diff(now) > now / 8 {
            self.set(wanted);
        }
        wanted > now
    }

    /// Writes with the room that is kept for what is urgent.
    pub(super) fn for_urgent<T>(&self, write: impl FnOnce() -> Poll<T>) -> Poll<T> {
        let now = self.bounds.now.load(Ordering::Relaxed);
        self.connection.set_send_window(now + URGENT);
        let outcome = write();
        self.connection.set_send_window(now);
        outcome
    }

    fn set(&self, window: u64) {
        self.bounds.now.store(window, Ordering::Relaxed);
        self.connection.set_send_window(window);
    }
}

/// As much again as is on its way, so that the line never waits for whoever writes.
fn wanted(on_the_line: u64, most: u64) -> u64 {
    on_the_line.saturating_mul(2).max(LEAST).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_wait_in_what_the_line_needs_and_no_more() {
        let most = 32 << 20;
        assert_eq!(wanted(30_000, most), LEAST, "4 Mbit/s");
        assert_eq!(wanted(5 << 20, most), 10 << 20);
        assert_eq!(wanted(u64::MAX, most), most);
        assert_eq!(wanted(0, 512 << 10), 512 << 10, "a stranger");
    }
}
