//! What happens in the node, for the app to hear: a kind and an identifier, never content.

use serde::Serialize;
use tokio::sync::broadcast;

/// Listeners that are more than this many events behind lose the oldest and are told so.
const BACKLOG: usize = 256;

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// What kind of thing.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// Which one.
    pub id: String,
}

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A consultation.
    Case,
    /// An urgent finding in a consultation alarms, or does no longer.
    Alarm,
    /// Something in a consultation has become due.
    Duty,
    /// There are notices to be shown on the desktop.
    Notice,
    /// An agreement.
    Agreement,
    /// A job of the node.
    Job,
    /// A peer came or went.
    Peer,
    /// A study was imported or opened.
    Study,
    /// Somebody has joined or left the live consult of a case.
    Live,
    /// A certificate of this node or of one of its practitioners was installed, or an application got on.
    Credential,
}

/// Where events are published.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Events {
    /// Tells all listeners; with none, nothing happens.
    pub fn publish(&self, kind: EventKind, id: impl ToString) {
        let _ = self.0.send(Event {
            kind,
            id: id.to_string(),
        });
    }

    /// Listens from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
