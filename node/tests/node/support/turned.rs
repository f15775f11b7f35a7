//! A clock that a test turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dokuei_identity::time::Timestamp;
use dokuei_node::clock::{self, Clock};

/// A clock that a test turns; clones show the same time.
#[derive(Clone)]
pub(crate) struct Turned(Arc<AtomicU64>);

impl Turned {
    pub(crate) fn now() -> Self {
        Self(Arc::new(AtomicU64::new(clock::now().0)))
    }

    pub(crate) fn clock(&self) -> Clock {
        let time = Arc::clone(&self.0);
        Clock::of(move || Timestamp(time.load(Ordering::SeqCst)))
    }

    pub(crate) fn at(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn turn(&self, seconds: i64) {
        let time = self.at().0.saturating_add_signed(seconds);
        self.0.store(time, Ordering::SeqCst);
    }
}
