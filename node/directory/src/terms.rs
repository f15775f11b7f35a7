//! On what terms somebody reads: how long it usually takes, and whether cases are accepted now.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use dokuei_identity::time::Timestamp;

/// The longest turnaround that can be promised, hours (90 days).
pub const MAX_HOURS: u16 = 90 * 24;

/// How long a reading usually takes, from the complete study to the signed report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Turnaround {
    /// Hours; 1 to [`MAX_HOURS`].
    #[n(0)]
    pub usual: u16,
    /// Hours for a case marked urgent; nothing when urgent cases are not taken. Not more than [`Self::usual`].
    #[n(1)]
    pub urgent: Option<u16>,
}

impl Turnaround {
    pub(crate) const fn is_sound(self) -> bool {
        let urgent = match self.urgent {
            Some(hours) => hours,
            None => self.usual,
        };
        1 <= urgent && urgent <= self.usual && self.usual <= MAX_HOURS
    }
}

/// Whether cases are accepted, and until when this holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Availability {
    /// Whether cases are accepted.
    #[n(0)]
    pub accepting: bool,
    /// Up to and including this time; then it is the other way round. Nothing: until further notice.
    #[n(1)]
    pub until: Option<Timestamp>,
}

impl Availability {
    /// Whether cases are accepted at `now`.
    #[must_use]
    pub fn accepting_at(self, now: Timestamp) -> bool {
        let over = self.until.is_some_and(|until| now > until);
        self.accepting != over
    }
}
