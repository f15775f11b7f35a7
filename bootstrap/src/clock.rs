//! The clock of this computer.

use std::time::{SystemTime, UNIX_EPOCH};

use dokuei_identity::time::Timestamp;

/// Now.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // Before 1970 nothing is valid anyway.
    Timestamp(since.map_or(0, |time| time.as_secs()))
}
