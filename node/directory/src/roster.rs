//! Whose turn it is in a group: told by the person whom clinics know, in her signed profile, so that whoever would ask her
//! sees who is on duty before sending.
//!
//! As an absence, a roster gives nobody a right.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;
use crate::hours::Week;

/// The most people of one roster.
pub const MAX_TURNS: usize = 16;
/// The most special periods of one person.
pub const MAX_SPECIAL: usize = 32;

/// A time that is unlike others: holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// From this time on.
    #[n(0)]
    pub from: Timestamp,
    /// Up to but without this time.
    #[n(1)]
    pub until: Timestamp,
}

impl Period {
    fn contains(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// When somebody is on duty.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Her certificate.
    #[n(0)]
    pub who: Fingerprint,
    /// At these hours of a usual week.
    #[n(1)]
    #[serde(default)]
    pub hours: Week,
    /// In these periods, in which nobody is on duty by the usual week.
    #[n(2)]
    #[serde(default)]
    pub special: Bounded<Period, MAX_SPECIAL>,
}

/// A roster, in the order in which those on duty together are to be asked.
pub type Roster = Bounded<Turn, MAX_TURNS>;

/// Who is on duty at `now`, the first to be asked first: by a special period if one holds, else by the usual week.
#[must_use]
pub fn on_duty(roster: &[Turn], now: Timestamp) -> Vec<Fingerprint> {
    let special = |turn: &&Turn| turn.special.iter().any(|period| period.contains(now));
    let by_period: Vec<Fingerprint> = roster.iter().filter(special).map(|turn| turn.who).collect();
    if !by_period.is_empty() {
        return by_period;
    }
    let usual = roster.iter().filter(|turn| turn.hours.contains(now));
    usual.map(|turn| turn.who).collect()
}

/// What is wrong with a roster.
pub(crate) fn fault(roster: &[Turn]) -> Option<&'static str> {
    if roster.is_empty() {
        return Some("an empty roster is left out");
    }
    let twice = |(index, turn): (usize, &Turn)| roster[..index].iter().any(|other| other.who == turn.who);
    if roster.iter().enumerate().any(twice) {
        return Some("somebody stands in the roster twice");
    }
    let never = |turn: &Turn| turn.hours.spans().is_empty() && turn.special.is_empty();
    let senseless = |turn: &Turn| turn.special.iter().any(|period| period.from >= period.until);
    if roster.iter().any(never) {
        return Some("somebody in the roster is never on duty");
    }
    roster
        .iter()
        .any(senseless)
        .then_some("a period of the roster ends before it begins")
}
