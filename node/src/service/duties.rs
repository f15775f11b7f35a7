//! What is due, and telling of it: the deadlines follow from the logs, so that none is lost when this machine stops; which
//! have been told of is written down, so that each is told of once (R7, R9, R10).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_consultation::deadline::{Deadline, Duty, Patience, Stage};
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::session::Session;
use crate::clock;

/// Which deadline, as it is remembered.
type Told = (EntryId, Duty, Stage);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Duties(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Deadlines of logs, with the number of entries from which they were found: nothing is ever taken out of a log.
    deadlines: HashMap<[u8; 16], (usize, Arc<Vec<Deadline>>)>,
    /// What has been told of, or is nobody's here, since the node was started.
    settled: BTreeSet<Told>,
}

impl Duties {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is the same person as whom is seen otherwise than before: deadlines name people.
    pub(super) fn forget(&self) {
        self.lock().deadlines.clear();
    }
}

impl Node {
    /// What the practitioner is to do in all her cases, and what she waits for beyond its time; the most overdue first.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn duties(&self, session: &Session) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let mut all = Vec::new();
        for gist in self.gists()? {
            let due = !gist.deadlines.is_empty() || self.0.lapses.concern(&gist.case);
            if due && gist.parties.contains(&me) {
                all.extend(self.duties_of(&*self.kept_case(gist.case)?, &me)?);
            }
        }
        all.sort_by_key(|(due, _)| *due);
        Ok(all.into_iter().map(|(_, view)| view).collect())
    }

    /// The same of one case, each with its time.
    pub(super) fn duties_of(
        &self,
        case: &Case,
        me: &Fingerprint,
    ) -> Result<Vec<(Timestamp, Value)>, ServiceError> {
        let (hidden, now) = (case.withheld_from(me), self.now());
        let Some((_, request)) = case.request() else {
            return Ok(Vec::new());
        };
        let mut by_duty: BTreeMap<(Duty, EntryId), Vec<Deadline>> = BTreeMap::new();
        for deadline in self.deadlines_of(case).iter() {
            if !hidden.contains(&deadline.entry) {
                by_duty
                    .entry((deadline.duty, deadline.entry))
                    .or_default()
                    .push(deadline.clone());
            }
        }
        let mut views = self.lost_duties(case, me)?;
        if by_duty.is_empty() {
            return Ok(views);
        }
        let told = self.store().told_deadlines(case.id().as_bytes())?;
        for ((duty, entry), stages) in by_duty {
            let mine = stages.iter().any(|one| one.owner == *me);
            let warned = |one: &Deadline| one.at <= now && one.stage > Stage::Remind && one.tell.contains(me);
            let Some(owner) = stages.first().map(|one| one.owner) else {
                continue;
            };
            if !mine && !stages.iter().any(warned) {
                continue;
            }
            let (due, stage) = due_and_stage(stages.iter(), now);
            let told_at = told.iter().find(|one| {
                let named = (one.entry_id, one.duty.as_str(), Some(one.stage.as_str()));
                named == (*entry.as_bytes(), duty.name(), stage.map(Stage::name))
            });
            views.push((
                due.unwrap_or(now),
                json!({
                    "case_id": case.id(),
                    "patient_name": self.shown_patient(request).0.display_name(),
                    "duty": duty.name(),
                    "entry": entry,
                    "owner": self.party(&owner),
                    "mine": mine,
                    "due_at": due.map(clock::rfc3339),
                    "stage": stage.map(Stage::name),
                    "told_at": told_at.map(|one| clock::rfc3339(one.told_at)),
                    "contacts": self.contacts(&case.seen_by(me)),
                }),
            ));
        }
        Ok(views)
    }

    /// All deadlines of what is not done in a case, as far as this practitioner may see it.
    pub(super) fn deadlines_seen_by(&self, case: &Case, me: &Fingerprint) -> Arc<Vec<Deadline>> {
        match case.seen_by(me) {
            Cow::Borrowed(case) => self.deadlines_of(case),
            Cow::Owned(seen) => Arc::new(seen.deadlines(&Patience::default(), self.people())),
        }
    }

    /// All deadlines of what is not done in a case, the earliest first.
    pub(super) fn deadlines_of(&self, case: &Case) -> Arc<Vec<Deadline>> {
        let (log, entries) = (*case.id().as_bytes(), case.log().len());
        if let Some((of, kept)) = self.0.duties.lock().deadlines.get(&log)
            && *of == entries
        {
            return Arc::clone(kept);
        }
        let deadlines = Arc::new(case.deadlines(&Patience::default(), self.people()));
        let kept = (entries, Arc::clone(&deadlines));
        self.0.duties.lock().deadlines.insert(log, kept);
        deadlines
    }

    /// Tells whoever works here of what has become due since it was last looked. A node that was off tells once of what
    /// came to be due meanwhile, as pressing as it is now.
    pub(super) fn tell_what_is_due(&self) -> Result<(), ServiceError> {
        let now = self.now();
        for gist in self.gists()? {
            let due = gist.deadlines.iter().take_while(|one| one.at <= now);
            let new: Vec<&Deadline> = {
                let told = self.0.duties.lock();
                let is_new = |one: &&Deadline| !told.settled.contains(&(one.entry, one.duty, one.stage));
                due.filter(is_new).collect()
            };
            if !new.is_empty() {
                self.tell(gist.case, &new, now)?;
            }
        }
        Ok(())
    }

    fn tell(&self, case: CaseId, new: &[&Deadline], now: Timestamp) -> Result<(), ServiceError> {
        let log = *case.as_bytes();
        let mut pressing: BTreeMap<(EntryId, Duty), Stage> = BTreeMap::new();
        for deadline in new {
            let (entry, duty, stage) = (deadline.entry, deadline.duty, deadline.stage);
            let here = self.somebody_works_here(&deadline.tell);
            if here {
                // Before it is noted that people were told: each is queued once, whatever happens in between.
                self.queue_deadline(&*self.kept_case(case)?, deadline)?;
            }
            let first = here
                && self
                    .store()
                    .tell_deadline(&log, entry.as_bytes(), (duty.name(), stage.name()), now)?;
            if first {
                let most = pressing.entry((entry, duty)).or_insert(stage);
                *most = stage.max(*most);
            }
            self.0.duties.lock().settled.insert((entry, duty, stage));
        }
        for ((entry, duty), stage) in &pressing {
            let outcome = format!("{} {}: {entry}", duty.name(), stage.name());
            self.audit("node", "deadline", &case.to_string(), &outcome)?;
        }
        if !pressing.is_empty() {
            self.events().publish(EventKind::Duty, case);
        }
        Ok(())
    }
}

/// When something is due, and how pressing it is now.
pub(super) fn due_and_stage<'a>(
    stages: impl Iterator<Item = &'a Deadline>,
    now: Timestamp,
) -> (Option<Timestamp>, Option<Stage>) {
    let (mut due, mut pressing) = (None, None);
    for deadline in stages {
        if deadline.stage == Stage::Warn {
            due = Some(deadline.at);
        }
        if deadline.at <= now {
            pressing = pressing.max(Some(deadline.stage));
        }
    }
    (due, pressing)
}
