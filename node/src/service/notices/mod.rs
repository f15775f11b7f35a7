//! Notices outside the app: what entries, deadlines and certificates tell people who work here is queued durably, each once,
//! and goes out by the ways that they chose, without anything of a patient.
//!
//! What an entry tells is queued after the entry is on disk, from a list that the database itself writes with the entry; so
//! nothing is forgotten when the machine stops in between, and nothing is told twice.

mod credentials;
mod desktop;
mod email;
mod gathering;
mod outlets;
mod sending;
mod settings;
mod webhook;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use dokuei_identity::time::Timestamp;
use dokuei_notice::{Channel, Local};
use tokio_util::sync::CancellationToken;

use super::Node;
use super::error::ServiceError;
use crate::rates::Moment;

pub use self::outlets::{NewOutlets, Security};
pub use self::settings::NewSettings;

/// How often it is looked for what is to be told.
const EVERY: Duration = Duration::from_secs(2);
/// How often it is looked for certificates that end, and for what may be forgotten, seconds.
const HOUR: u64 = 3_600;
/// Between two tests of one person that are taken there is at least this.
const TEST_PACE: Duration = Duration::from_secs(60);
/// How long what became of a notice is kept, seconds.
const KEPT: u64 = 90 * 24 * HOUR;

/// What the node remembers of its notices while it runs.
#[derive(Debug, Default)]
pub(super) struct Notices {
    stop: CancellationToken,
    /// The newest notice of each person of which her app was told.
    announced: Mutex<HashMap<String, u64>>,
    /// When it was last looked for what comes once an hour.
    looked: Mutex<Option<Timestamp>>,
    /// When each person last tested.
    tested: Mutex<HashMap<String, Instant>>,
}

impl Notices {
    /// Nothing is sent any more; it goes on after the next start.
    pub(super) fn end(&self) {
        self.stop.cancel();
    }

    /// Whether somebody may test now: once within [`TEST_PACE`], and never two at a time.
    fn may_test(&self, who: &str) -> bool {
        let mut tested = self.tested.lock().unwrap_or_else(PoisonError::into_inner);
        tested.retain(|_, at| at.elapsed() < TEST_PACE);
        if tested.contains_key(who) {
            return false;
        }
        tested.insert(who.to_owned(), Instant::now());
        true
    }

    /// The test of this person was not taken.
    fn forget_test(&self, who: &str) {
        let mut tested = self.tested.lock().unwrap_or_else(PoisonError::into_inner);
        tested.remove(who);
    }

    /// Whether an hour has passed since this was last asked, by a clock that may have been set back.
    fn an_hour_passed(&self, now: Timestamp) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = looked.is_none_or(|at| now.since(at) >= HOUR || at > now);
        if passed {
            *looked = Some(now);
        }
        passed
    }
}

impl Node {
    /// Begins to tell people outside the app. Each way has a task of its own, so that one that is slow holds up no other.
    pub fn tell_outside(&self) {
        self.repeat("notices could not be gathered", Self::gather_notices);
        self.repeat("e-mail could not be sent", |node| node.send_by(Channel::Email));
        self.repeat("webhooks could not be told", |node| {
            node.send_by(Channel::Webhook)
        });
    }

    /// Begins to ask the next reader wherever the requester has said who that is.
    pub fn follow_successions(&self) {
        self.repeat("the next reader could not be asked", Self::ask_successors);
    }

    fn repeat(
        &self,
        trouble: &'static str,
        work: impl Fn(&Self) -> Result<(), ServiceError> + Send + Sync + Copy + 'static,
    ) {
        let (node, stop) = (self.clone(), self.0.notices.stop.clone());
        tokio::spawn(async move {
            loop {
                let working = node.clone();
                match tokio::task::spawn_blocking(move || work(&working)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::error!(code = error.code(), trouble),
                    // The runtime ends.
                    Err(_) => return,
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
        });
    }

    /// Queues what is to be told, and tells apps that are open.
    fn gather_notices(&self) -> Result<(), ServiceError> {
        let now = self.now();
        while self.queue_what_entries_tell()? {}
        if self.0.notices.an_hour_passed(now) {
            self.queue_what_ends()?;
            self.store().forget_notices(now.minus(KEPT))?;
            self.store().forget_repeats(now)?;
        }
        self.announce_on_desktops()
    }

    /// Now, with the day and minute of this machine's time zone, by which quiet hours are meant.
    fn moment(&self) -> (Timestamp, Local) {
        let now = self.now();
        let Moment { day, minute } = Moment::of(now);
        let day = dokuei_directory::hours::Weekday::ALL
            .iter()
            .position(|one| *one == day);
        let day = day.and_then(|day| u8::try_from(day).ok()).unwrap_or_default();
        (now, Local { day, minute })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17: a node cannot be made to fill somebody's mailbox with tests.
    #[test]
    fn r17_tests_are_paced_for_each_person_and_one_that_failed_does_not_count() {
        let notices = Notices::default();
        assert!(notices.may_test("tanaka") && !notices.may_test("tanaka"));
        assert!(notices.may_test("suzuki"));
        notices.forget_test("tanaka");
        assert!(notices.may_test("tanaka") && !notices.may_test("tanaka"));
    }
}
