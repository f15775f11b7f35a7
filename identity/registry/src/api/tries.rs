//! Wrong passphrases at the console: counted on the disk before they are answered, slower and slower, also for whoever
//! starts the program again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::files;
use crate::operators::actor::UNNAMED;
use crate::operators::member;
use crate::registry::Layout;

/// After so many tries the wait doubles with each further one, up to the longest. A try counts when it begins, so that
/// many at once do not all go before the first is counted.
const TRIES: u32 = 5;
/// The longest wait, seconds.
const LONGEST_WAIT: u64 = 900;
/// The place of all names that there are not: no operator has this one.
const NOBODY: &str = "";

/// How many tries, and when the last began or failed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tried {
    times: u32,
    last: Timestamp,
}

/// Who tried, by name. Only names that there are have a place of their own; all others share one, so that made-up names
/// neither fill the file nor push a name out, and none of them is written down.
#[derive(Debug)]
pub(super) struct Tries {
    path: PathBuf,
    all: BTreeMap<String, Tried>,
}

impl Tries {
    /// What the last run left.
    ///
    /// # Errors
    /// [`Failure::Damaged`]: whoever can write here could as well remove the file, but it is not passed over.
    pub(super) fn open(layout: &Layout) -> Result<Self, Failure> {
        let path = layout.tries();
        let mut all = BTreeMap::new();
        if path.exists() {
            all = serde_json::from_slice(&files::read(&path)?).map_err(|error| {
                Failure::Damaged(format!(
                    "{} is damaged ({error}): it counts wrong passphrases; look who was here, then remove it",
                    path.display()
                ))
            })?;
        }
        // Operators who have left.
        all.retain(|name: &String, _| place(layout, name) == name);
        Ok(Self { path, all })
    }

    /// Begins a try, which is on the disk when this returns; or says how long this name must wait, seconds.
    pub(super) fn begin(&mut self, place: &str, now: Timestamp) -> Result<Option<u64>, Failure> {
        let tried = self
            .all
            .entry(place.to_owned())
            .or_insert(Tried { times: 0, last: now });
        if now < tried.last {
            // The clock was set back: the wait begins anew, neither ending early nor lasting until the clock caught up.
            tried.last = now;
            self.keep()?;
        }
        if let Some(wait) = self.wait(place, now) {
            return Ok(Some(wait));
        }
        if let Some(tried) = self.all.get_mut(place) {
            (tried.times, tried.last) = (tried.times.saturating_add(1), now);
        }
        self.keep()?;
        Ok(None)
    }

    /// The passphrase was right.
    pub(super) fn passed(&mut self, place: &str) -> Result<(), Failure> {
        self.all.remove(place);
        self.keep()
    }

    /// The try failed: the wait begins now. One that did not get as far as the passphrase does not count.
    pub(super) fn failed(&mut self, place: &str, counts: bool, now: Timestamp) -> Result<(), Failure> {
        if let Some(tried) = self.all.get_mut(place) {
            (tried.times, tried.last) = (tried.times.saturating_sub(u32::from(!counts)), now);
        }
        self.keep()
    }

    /// How long this name must wait, seconds.
    fn wait(&self, place: &str, now: Timestamp) -> Option<u64> {
        let tried = self.all.get(place)?;
        let over = tried.times.checked_sub(TRIES)?;
        let wait = 2_u64.saturating_pow(over.saturating_add(1)).min(LONGEST_WAIT);
        wait.checked_sub(now.since(tried.last)).filter(|wait| *wait > 0)
    }

    fn keep(&self) -> Result<(), Failure> {
        let text = serde_json::to_vec(&self.all)
            .map_err(|error| Failure::Damaged(format!("the tries cannot be written: {error}")))?;
        files::write(&self.path, &text, true)
    }
}

/// Where this name is counted.
pub(super) fn place<'a>(layout: &Layout, name: &'a str) -> &'a str {
    let known = name == UNNAMED || member::is_known(layout, name);
    if known { name } else { NOBODY }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000);

    fn layout(dir: &tempfile::TempDir) -> Layout {
        Layout {
            dir: dir.path().to_owned(),
        }
    }

    /// R17: many tries at once are counted as they begin, and another name is not locked out with the first.
    #[test]
    fn r17_tries_at_once_are_locked_out_too() {
        let dir = tempfile::tempdir().unwrap();
        let mut tries = Tries::open(&layout(&dir)).unwrap();
        let begun = (0..100)
            .filter(|_| tries.begin(UNNAMED, NOW).unwrap().is_none())
            .count();
        assert_eq!(begun, 5, "tries at once");
        assert_eq!(tries.begin("mori", NOW).unwrap(), None);
        // What did not get as far as the passphrase is given back.
        for _ in 0..9 {
            tries.failed("mori", false, NOW).unwrap();
            assert_eq!(tries.begin("mori", NOW).unwrap(), None);
        }
        assert!(tries.begin(UNNAMED, NOW).unwrap().is_some());
    }

    /// R6, R17: the wait outlives a restart and a clock that is set back; names that there are not share one place, and
    /// none of them is written down.
    #[test]
    fn r6_the_wait_outlives_a_restart_and_a_clock_that_is_set_back() {
        let dir = tempfile::tempdir().unwrap();
        let layout = layout(&dir);
        let made_up = place(&layout, "my passphrase typed into the wrong field");
        assert_eq!(made_up, NOBODY);
        let mut tries = Tries::open(&layout).unwrap();
        for name in [UNNAMED, made_up] {
            for _ in 0..6 {
                let times = tries.all.get(name).map_or(0, |tried| tried.times);
                let now = NOW.plus(60 + 10 * u64::from(times));
                assert_eq!(tries.begin(name, now).unwrap(), None);
                tries.failed(name, true, now).unwrap();
            }
        }
        let last = NOW.plus(60 + 50);
        let mut again = Tries::open(&layout).unwrap();
        assert_eq!(again.begin(UNNAMED, last).unwrap(), Some(4));
        assert_eq!(again.begin(NOBODY, last).unwrap(), Some(4));
        assert_eq!(again.begin(UNNAMED, NOW).unwrap(), Some(4), "set back: anew");
        let mut again = Tries::open(&layout).unwrap();
        assert_eq!(again.begin(UNNAMED, NOW.plus(3)).unwrap(), Some(1));
        assert_eq!(again.begin(UNNAMED, NOW.plus(4)).unwrap(), None);
        again.passed(UNNAMED).unwrap();
        let text = std::fs::read_to_string(layout.tries()).unwrap();
        assert!(!text.contains(UNNAMED) && !text.contains("typed"), "{text}");
        std::fs::write(layout.tries(), "{").unwrap();
        assert!(Tries::open(&layout).is_err(), "it is not passed over");
    }
}
