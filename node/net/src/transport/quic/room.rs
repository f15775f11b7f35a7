//! How much of what is written may wait in the connection to be sent.
//!
//! quinn counts a byte against its own window and the other side's when it is written, not when it is sent. Images that
//! are written ahead by a whole window, 4 MiB or more, therefore leave nothing to an entry that is written after them:
//! on a line of 4 Mbit/s it waits 8 s for its turn, whatever its priority. So images wait in no more than the line needs,
//! and what is urgent always finds room.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// What images may fill at least, bytes: so much passes a fast line while whoever writes them is not running.
const LEAST: u64 = 1 << 20;

/// Room for everything else, bytes.
const URGENT: u64 = 256 << 10;

/// The room of a connection.
#[derive(Debug, Clone)]
pub(super) struct Room {
    connection: quinn::Connection,
    width: Arc<Mutex<Width>>,
}

/// The lock is held until the connection has the window that is noted here: several threads write, and what one of them
/// puts back must not be what another has replaced meanwhile. quinn takes its own lock within ours, never around it.
#[derive(Debug)]
struct Width {
    /// What it may be.
    most: u64,
    /// What it is.
    now: u64,
}

impl Room {
    pub(super) fn new(connection: quinn::Connection, window: u32) -> Self {
        let window = u64::from(window);
        Self {
            connection,
            width: Arc::new(Mutex::new(Width {
                most: window,
                now: window,
            })),
        }
    }

    pub(super) const fn connection(&self) -> &quinn::Connection {
        &self.connection
    }

    /// No more than this from now on.
    pub(super) fn bound(&self, window: u32) {
        lock(&self.width).bound(u64::from(window), |window| {
            self.connection.set_send_window(window)
        });
    }

    /// Makes it as wide as what is on the line needs; whether it is wider now.
    pub(super) fn follow_the_line(&self) -> bool {
        let mut width = lock(&self.width);
        let wanted = wanted(self.connection.stats().path.cwnd, width.most);
        let wider = wanted > width.now;
        // Not for every packet.
        if wanted.abs_diff(width.now) > width.now / 8 {
            width.set(wanted, |window| self.connection.set_send_window(window));
        }
        wider
    }

    /// Writes with the room that is kept for what is urgent.
    pub(super) fn for_urgent<T>(&self, write: impl FnOnce() -> Poll<T>) -> Poll<T> {
        for_urgent(
            &self.width,
            |window| self.connection.set_send_window(window),
            write,
        )
    }
}

impl Width {
    fn bound(&mut self, window: u64, set_window: impl Fn(u64)) {
        self.most = window;
        self.set(window.min(LEAST), set_window);
    }

    fn set(&mut self, window: u64, set_window: impl Fn(u64)) {
        self.now = window;
        set_window(window);
    }
}

fn for_urgent<T>(width: &Mutex<Width>, set_window: impl Fn(u64), write: impl FnOnce() -> T) -> T {
    let width = lock(width);
    set_window(width.now + URGENT);
    let outcome = write();
    set_window(width.now);
    outcome
}

fn lock(width: &Mutex<Width>) -> MutexGuard<'_, Width> {
    // Nothing in here can panic half-way.
    width.lock().unwrap_or_else(PoisonError::into_inner)
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
    #[test]
    fn what_is_bounded_while_something_urgent_is_written_stays_so() {
        use std::sync::atomic::{AtomicU64, Ordering};

        let most = 32 << 20;
        for _ in 0..200 {
            let narrow = LEAST / 2;
            let width = Mutex::new(Width {
                most: narrow,
                now: narrow,
            });
            let window = AtomicU64::new(narrow);
            let set = |wide| window.store(wide, Ordering::Relaxed);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    for _ in 0..50 {
                        for_urgent(&width, set, std::thread::yield_now);
                    }
                });
                scope.spawn(|| lock(&width).bound(most, set));
            });
            assert_eq!(window.into_inner(), LEAST, "as wide as was said");
            let Width { most: noted, now } = *lock(&width);
            assert_eq!((noted, now), (most, LEAST));
        }
    }
}
