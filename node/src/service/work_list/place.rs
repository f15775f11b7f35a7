//! Where a case stands in the list: what cannot wait first, over all cases and not over those of a page.
//!
//! Where it stands changes with the case. So a page says where it ended as a place and not as a case: what moves up or down
//! meanwhile neither skips others nor shows them again.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use dokuei_consultation::body::Urgency;
use dokuei_consultation::id::CaseId;
use dokuei_identity::time::Timestamp;

use super::super::error::ServiceError;
use super::gist::Row;

/// The last of the ranks of [`rank`].
const LAST: u8 = 5;

/// See the module. Its text is the mark that a client gives back as it got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    rank: u8,
    requested: Reverse<Option<Timestamp>>,
    pub(super) case: CaseId,
}

impl Place {
    /// Where a case stands at this moment.
    pub(super) fn of(case: CaseId, row: &Row, now: Timestamp) -> Self {
        Self {
            rank: rank(row, now),
            requested: Reverse(row.requested_at),
            case,
        }
    }
}

/// An urgent finding that nobody has acknowledged (R9); then emergencies, what is beyond its time, what is urgent, and what
/// waits for her; then the others. What is ended is not urgent any more.
fn rank(row: &Row, now: Timestamp) -> u8 {
    let asked = |urgency| !row.ended && row.urgency == urgency;
    let marks = [
        row.alarm,
        asked(Urgency::Emergency),
        row.overdue.iter().any(|at| *at <= now),
        asked(Urgency::Urgent),
        row.unread,
    ];
    let first = marks.iter().position(|mark| *mark);
    first.and_then(|rank| u8::try_from(rank).ok()).unwrap_or(LAST)
}

/// `RANK.SECONDS.CASE`; without seconds where the time of the request is not known.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.rank)?;
        if let Some(at) = self.requested.0 {
            write!(f, "{}", at.0)?;
        }
        write!(f, ".{}", self.case)
    }
}

/// After what a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// The mark of the page before.
    Place(Place),
    /// A case, wherever it stands now.
    Case(CaseId),
}

impl FromStr for After {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        let parts: Vec<&str> = text.split('.').collect();
        let read = match parts[..] {
            [case] => case.parse().ok().map(Self::Case),
            [rank, at, case] => place(rank, at, case).map(Self::Place),
            _ => None,
        };
        let why = "it is neither the mark of a page nor the number of a case";
        read.ok_or_else(|| ServiceError::field("after", why))
    }
}

fn place(rank: &str, at: &str, case: &str) -> Option<Place> {
    let requested = match at {
        "" => None,
        seconds => Some(Timestamp(seconds.parse().ok()?)),
    };
    Some(Place {
        rank: rank.parse().ok().filter(|rank| *rank <= LAST)?,
        requested: Reverse(requested),
        case: case.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11: the mark of a page names its place again, and nothing else is taken for one.
    #[test]
    fn r11_a_mark_is_read_back_and_what_is_none_is_refused() {
        let case = CaseId::from_bytes([7; 16]);
        for requested in [None, Some(Timestamp(0)), Some(Timestamp(u64::MAX))] {
            let place = Place {
                rank: 3,
                requested: Reverse(requested),
                case,
            };
            let read: After = place.to_string().parse().unwrap();
            assert_eq!(read, After::Place(place));
        }
        assert_eq!(case.to_string().parse::<After>().unwrap(), After::Case(case));
        let wrong = ["", "1", "1.2", "1.2.3", "..", "6.1.", "-1..", "1.2.3.4", "1.+x."];
        for wrong in wrong {
            let long = format!("{wrong}{case}");
            assert!(wrong.parse::<After>().is_err(), "{wrong}");
            assert!(long.parse::<After>().is_err() || wrong.is_empty(), "{long}");
        }
    }

    /// R9: within a rank the newest comes first, and what has no time last.
    #[test]
    fn r9_the_rank_goes_before_the_time() {
        let place = |rank, at| Place {
            rank,
            requested: Reverse(at),
            case: CaseId::from_bytes([1; 16]),
        };
        let mut places = [
            place(5, Some(Timestamp(9))),
            place(0, Some(Timestamp(1))),
            place(5, None),
            place(3, Some(Timestamp(2))),
            place(3, Some(Timestamp(5))),
        ];
        places.sort_unstable();
        let order: Vec<_> = places.iter().map(|one| (one.rank, one.requested.0)).collect();
        let at = |seconds| Some(Timestamp(seconds));
        assert_eq!(order, [(0, at(1)), (3, at(5)), (3, at(2)), (5, at(9)), (5, None)]);
    }
}
