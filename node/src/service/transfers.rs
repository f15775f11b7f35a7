//! Packages that move at this moment: how far each is, how fast, and why one stands still. All of it is only told; the
//! disk is asked before anything is done.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dokuei_consultation::id::CaseId;
use dokuei_identity::time::Timestamp;
use dokuei_package::chunk::CHUNK;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;

/// How often progress is told to the app.
pub(super) const TELL: Duration = Duration::from_millis(250);

/// A holder that was asked for nothing for so long sends nothing.
pub(super) const QUIET: Duration = Duration::from_secs(10);

/// The name of a package is the sender's choice, and two cases may have one.
type Name = (CaseId, [u8; 16]);

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moving {
    /// Bytes.
    pub(super) done: u64,
    /// Bytes in a second, once that can be said.
    pub(super) rate: Option<u64>,
}

/// Why the study of a case does not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stuck {
    /// A stable word.
    pub(super) code: &'static str,
    /// Since when.
    pub(super) since: Timestamp,
}

#[derive(Debug)]
struct Coming {
    done: u64,
    pace: Pace,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Going {
    done: u64,
    total: u64,
    pace: Pace,
    streams: usize,
    last: Instant,
    told: Instant,
}

#[derive(Debug)]
struct Inner {
    begun: Instant,
    coming: HashMap<Name, Coming>,
    going: HashMap<Name, Going>,
    stuck: HashMap<CaseId, Stuck>,
    /// Cases whose offer contradicts what is here or what was signed: asked for again after the next start.
    refused: HashSet<CaseId>,
}

/// What moves at this moment.
#[derive(Debug, Clone)]
pub(super) struct Transfers(Arc<Mutex<Inner>>);

impl Default for Transfers {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Inner {
            begun: Instant::now(),
            coming: HashMap::new(),
            going: HashMap::new(),
            stuck: HashMap::new(),
            refused: HashSet::new(),
        })))
    }
}

impl Transfers {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to fetch, unless that is being done or the offer is refused; what it gives ends the fetching.
    pub(super) fn begin(&self, case: CaseId, package: [u8; 16]) -> Option<CancellationToken> {
        let mut inner = self.lock();
        if inner.coming.contains_key(&(case, package)) || inner.refused.contains(&case) {
            return None;
        }
        let coming = Coming {
            done: 0,
            pace: Pace::default(),
            stop: CancellationToken::new(),
        };
        let stop = coming.stop.clone();
        inner.coming.insert((case, package), coming);
        Some(stop)
    }

    /// So many bytes are here and verified.
    pub(super) fn reached(&self, case: CaseId, package: [u8; 16], bytes: u64) {
        let mut inner = self.lock();
        let now = inner.begun.elapsed();
        inner.stuck.remove(&case);
        if let Some(coming) = inner.coming.get_mut(&(case, package)) {
            coming.done = bytes;
            coming.pace.note(now, bytes);
        }
    }

    /// Ends the fetching of a package, when it is being fetched.
    pub(super) fn stop(&self, case: CaseId, package: &[u8; 16]) {
        if let Some(coming) = self.lock().coming.get(&(case, *package)) {
            coming.stop.cancel();
        }
    }

    pub(super) fn end(&self, case: CaseId, package: [u8; 16]) {
        self.lock().coming.remove(&(case, package));
    }

    /// How far a package is that is being fetched.
    pub(super) fn coming(&self, case: &CaseId, package: &[u8; 16]) -> Option<Moving> {
        let inner = self.lock();
        let coming = inner.coming.get(&(*case, *package))?;
        Some(Moving {
            done: coming.done,
            rate: coming.pace.rate(inner.begun.elapsed()),
        })
    }

    /// The study of a case does not come, for this reason; the first time counts as long as it stays the same.
    pub(super) fn stuck(&self, case: CaseId, code: &'static str, now: Timestamp) {
        let mut inner = self.lock();
        if inner.stuck.get(&case).is_none_or(|stuck| stuck.code != code) {
            inner.stuck.insert(case, Stuck { code, since: now });
        }
    }

    pub(super) fn why_stuck(&self, case: &CaseId) -> Option<Stuck> {
        self.lock().stuck.get(case).copied()
    }

    pub(super) fn refuse(&self, case: CaseId) {
        self.lock().refused.insert(case);
    }

    /// Whether what was offered in this case is refused.
    pub(super) fn is_refused(&self, case: &CaseId) -> bool {
        self.lock().refused.contains(case)
    }

    /// A receiver asks on a new stream, and has `held` chunks of `total` bytes. What it says is shown only.
    pub(super) fn asked(&self, case: CaseId, package: [u8; 16], held: u64, total: u64) {
        let mut inner = self.lock();
        let now = inner.begun.elapsed();
        let going = inner.going.entry((case, package)).or_insert_with(|| Going {
            done: 0,
            total,
            pace: Pace::default(),
            streams: 0,
            last: Instant::now(),
            told: Instant::now(),
        });
        let held = held.saturating_mul(CHUNK as u64).min(total);
        // Nothing is under way: what it says is the whole truth. Else what was sent may not have been counted yet.
        going.done = if going.streams == 0 {
            held
        } else {
            going.done.max(held)
        };
        going.streams += 1;
        going.last = Instant::now();
        going.pace.note(now, going.done);
    }

    /// So many bytes more were read for it; gives whether it is time to tell.
    pub(super) fn sent(&self, case: CaseId, package: [u8; 16], bytes: u64) -> bool {
        let mut inner = self.lock();
        let now = inner.begun.elapsed();
        let Some(going) = inner.going.get_mut(&(case, package)) else {
            return false;
        };
        going.done = going.done.saturating_add(bytes).min(going.total);
        going.last = Instant::now();
        going.pace.note(now, going.done);
        let due = going.told.elapsed() >= TELL;
        if due {
            going.told = Instant::now();
        }
        due
    }

    /// A stream of it ended.
    pub(super) fn left(&self, case: CaseId, package: [u8; 16]) {
        if let Some(going) = self.lock().going.get_mut(&(case, package)) {
            going.streams = going.streams.saturating_sub(1);
        }
    }

    /// How far a package is that others fetch from here, and for how long they have not.
    pub(super) fn going(&self, case: &CaseId, package: &[u8; 16]) -> Option<(Moving, Duration)> {
        let inner = self.lock();
        let going = inner.going.get(&(*case, *package))?;
        let moving = Moving {
            done: going.done,
            rate: going.pace.rate(inner.begun.elapsed()),
        };
        let quiet = match going.streams {
            0 => going.last.elapsed(),
            _ => Duration::ZERO,
        };
        Some((moving, quiet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: CaseId = CaseId::from_bytes([1; 16]);
    const PACKAGE: [u8; 16] = [2; 16];
    const MIB: u64 = 1 << 20;

    #[test]
    fn a_package_is_fetched_once_at_a_time_and_can_be_stopped() {
        let transfers = Transfers::default();
        let stop = transfers.begin(CASE, PACKAGE).unwrap();
        assert!(transfers.begin(CASE, PACKAGE).is_none());
        transfers.stop(CASE, &PACKAGE);
        assert!(stop.is_cancelled());
        transfers.end(CASE, PACKAGE);
        assert!(transfers.begin(CASE, PACKAGE).is_some());
        transfers.refuse(CASE);
        transfers.end(CASE, PACKAGE);
        assert!(transfers.begin(CASE, PACKAGE).is_none());
    }

    #[test]
    fn a_sender_shows_what_the_receiver_has_and_never_more_than_there_is() {
        let transfers = Transfers::default();
        transfers.asked(CASE, PACKAGE, 16, 10 * MIB);
        assert_eq!(transfers.going(&CASE, &PACKAGE).unwrap().0.done, MIB);
        transfers.sent(CASE, PACKAGE, 3 * MIB);
        transfers.asked(CASE, PACKAGE, 32, 10 * MIB);
        assert_eq!(transfers.going(&CASE, &PACKAGE).unwrap().0.done, 4 * MIB);
        transfers.left(CASE, PACKAGE);
        transfers.left(CASE, PACKAGE);
        // The connection was lost, and two of the four had not arrived.
        transfers.asked(CASE, PACKAGE, 32, 10 * MIB);
        assert_eq!(transfers.going(&CASE, &PACKAGE).unwrap().0.done, 2 * MIB);
        transfers.asked(CASE, PACKAGE, u64::MAX, 10 * MIB);
        assert_eq!(transfers.going(&CASE, &PACKAGE).unwrap().0.done, 10 * MIB);
    }

    #[test]
    fn a_reason_counts_from_when_it_was_first_true() {
        let transfers = Transfers::default();
        transfers.stuck(CASE, "disk_full", Timestamp(5));
        transfers.stuck(CASE, "disk_full", Timestamp(9));
        assert_eq!(transfers.why_stuck(&CASE).unwrap().since, Timestamp(5));
        transfers.begin(CASE, PACKAGE).unwrap();
        transfers.reached(CASE, PACKAGE, 1);
        assert_eq!(transfers.why_stuck(&CASE), None);
    }
}
