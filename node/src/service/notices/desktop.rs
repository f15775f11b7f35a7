//! Notices on the desktop: the app is told that there are some, fetches them, shows them and says so.

use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;

use dokuei_notice::Channel;
use dokuei_store::{NoticeRow, NoticeState};
use serde_json::Value;

use super::super::Node;
use super::super::error::ServiceError;
use super::super::events::EventKind;
use super::super::session::Session;
use super::settings::view;

/// Notices that are looked at together.
const BATCH: u32 = 500;
/// What nobody has shown for so long is news no more, seconds: the app's own lists show what is to be done.
const STALE: u64 = 86_400;

impl Node {
    /// Tells apps of new notices, and gives up what nobody has shown.
    pub(super) fn announce_on_desktops(&self) -> Result<(), ServiceError> {
        let now = self.now();
        let (mut newest, mut stale): (HashMap<String, u64>, Vec<_>) = (HashMap::new(), Vec::new());
        for row in self.store().due_notices(Channel::Desktop.name(), now, BATCH)? {
            if now.since(row.next_try) > STALE {
                stale.push((row.id, None));
                continue;
            }
            let newest = newest.entry(row.practitioner).or_default();
            *newest = row.id.max(*newest);
        }
        if !stale.is_empty() {
            let noted = (
                NoticeState::Failed,
                now,
                Some("nobody opened the app within a day"),
            );
            self.store().note_notices(&stale, noted, now)?;
        }
        let mut announced = self
            .0
            .notices
            .announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let new = newest
            .into_iter()
            .filter(|(who, id)| announced.get(who) != Some(id));
        let new: Vec<_> = new.collect();
        if !new.is_empty() {
            // Whose they are is not in the event: every app asks for its own.
            self.events().publish(EventKind::Notice, "desktop");
        }
        announced.extend(new);
        Ok(())
    }

    /// What is to be shown to the signed-in practitioner now, the urgent first.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn new_notices(&self, session: &Session) -> Result<Value, ServiceError> {
        let (settings, _) = self.chosen(&session.id)?;
        let rows = self.on_desktop(session)?;
        Ok(rows.iter().map(|row| view(row, settings.language)).collect())
    }

    /// The app has shown these to the signed-in practitioner; what is not hers, or was shown before, is left alone.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn notices_shown(&self, session: &Session, ids: &[u64]) -> Result<(), ServiceError> {
        let (now, ids) = (self.now(), ids.iter().copied().collect::<BTreeSet<u64>>());
        let mut rows = self.on_desktop(session)?;
        rows.retain(|row| ids.contains(&row.id));
        let shown = self.noted(&rows, "shown");
        Ok(self
            .store()
            .note_notices(&shown, (NoticeState::Sent, now, None), now)?)
    }

    fn on_desktop(&self, session: &Session) -> Result<Vec<NoticeRow>, ServiceError> {
        let (way, now) = (Channel::Desktop.name(), self.now());
        Ok(self.store().due_notices_of(&session.id, way, now, BATCH)?)
    }
}
