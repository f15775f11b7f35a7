//! When somebody is away, and who stands in for her: part of her signed profile, so that whoever would ask her sees it
//! before sending.
//!
//! An absence gives nobody a right. Whoever asks a deputy needs the patient's consent, an agreement with the deputy and the
//! deputy's own qualification, as with any other reader.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;

/// The most absences in one profile.
pub const MAX_ABSENCES: usize = 8;
/// The most deputies of one absence.
pub const MAX_DEPUTIES: usize = 4;
/// The longest absence, seconds (400 days): whoever is away for longer says that she accepts no cases.
pub const LONGEST: u64 = 400 * 86_400;

/// A time in which somebody takes no cases.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// From this time on.
    #[n(0)]
    pub from: Timestamp,
    /// Up to but without this time.
    #[n(1)]
    pub until: Timestamp,
    /// Certificates of those who stand in, the first to be asked first; may be empty.
    #[n(2)]
    #[serde(default)]
    pub deputies: Bounded<Fingerprint, MAX_DEPUTIES>,
}

impl Absence {
    /// Whether somebody is away at `now`.
    #[must_use]
    pub fn contains(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// All absences of a profile, in their order.
pub type Absences = Bounded<Absence, MAX_ABSENCES>;

/// The absence at `now`, else the next one.
#[must_use]
pub fn current_or_next(absences: &[Absence], now: Timestamp) -> Option<&Absence> {
    absences.iter().find(|absence| now < absence.until)
}

/// What is wrong with the absences of `whose` profile.
pub(crate) fn fault(absences: &[Absence], whose: &Fingerprint) -> Option<&'static str> {
    if absences.is_empty() {
        return Some("an empty list of absences is left out");
    }
    let wrong = |one: &Absence| one.from >= one.until || one.until.since(one.from) > LONGEST;
    if absences.iter().any(wrong) {
        return Some("an absence ends before it begins, or is longer than 400 days");
    }
    if absences.windows(2).any(|pair| pair[0].until > pair[1].from) {
        return Some("absences must be in order and must not overlap");
    }
    let doubtful = |one: &Absence| {
        let deputies = &one.deputies;
        let twice = deputies
            .iter()
            .enumerate()
            .any(|(index, who)| deputies[..index].contains(who));
        twice || deputies.contains(whose)
    };
    absences
        .iter()
        .any(doubtful)
        .then_some("a deputy is named twice, or is the absent person herself")
}
