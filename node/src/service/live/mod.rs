//! The live consult: people of a case share one view while each looks at her own copy of the images (docs/live.md). It is
//! held in memory by the nodes of those who take part, and written nowhere but for two rows of the audit trail each.
//!
//! [`rights`] says who may take part, [`exchange`] what goes to other nodes and comes from them, [`view`] what is shown.

mod error;
mod exchange;
mod rights;
mod view;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Object};
use dokuei_live::{CaseKey, Effect, Event, Look, NodeKey, Place, Session as Consult, Text};
use dokuei_net::{Network, PeerId};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::broadcast;
use utoipa::ToSchema;

pub use self::error::LiveError;
use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::forwarding::is_requester;
use super::session::Session;

/// Live consults of one node at once.
const CONSULTS: usize = 32;

/// Listeners that are more than this many changes behind look again anyway.
const BACKLOG: usize = 256;

/// How often silence is looked for.
const TICK: std::time::Duration = std::time::Duration::from_secs(1);

const _: () = assert!(dokuei_live::MAX_FRAME <= dokuei_net::wire::live::MAX_LIVE_FRAME);

/// What somebody shows, as the app sends it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Showing {
    /// Whether the others are to see it.
    pub sharing: bool,
    /// What; not taken unless it is shared.
    #[serde(default)]
    #[schema(value_type = Option<crate::gateway::shapes::live::Look>)]
    pub look: Option<Box<Look>>,
}

/// The live consults at this node.
pub(super) struct Lives {
    consults: Mutex<HashMap<CaseKey, Consult>>,
    changes: broadcast::Sender<CaseKey>,
}

impl Default for Lives {
    fn default() -> Self {
        Self {
            consults: Mutex::default(),
            changes: broadcast::channel(BACKLOG).0,
        }
    }
}

impl Lives {
    fn lock(&self) -> MutexGuard<'_, HashMap<CaseKey, Consult>> {
        // A consult is whole after each event.
        self.consults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_joined(&self, case: CaseKey, who: &Fingerprint) -> bool {
        self.lock()
            .get(&case)
            .is_some_and(|consult| consult.has_joined(who))
    }

    fn keys(&self) -> Vec<CaseKey> {
        self.lock().keys().copied().collect()
    }

    fn changed(&self, case: CaseKey) {
        // With no listener nothing happens.
        let _ = self.changes.send(case);
    }
}

/// The consult of a case, begun if there is room: one in which nobody here takes part makes room for another.
fn consult_of(consults: &mut HashMap<CaseKey, Consult>, case: CaseKey) -> Result<&mut Consult, ServiceError> {
    if !consults.contains_key(&case) && consults.len() >= CONSULTS {
        let foreign = consults.iter().find(|(_, consult)| !consult.is_joined_here());
        let foreign = foreign.map(|(case, _)| *case).ok_or(LiveError::Full)?;
        consults.remove(&foreign);
    }
    Ok(consults.entry(case).or_insert_with(|| Consult::new(case)))
}

fn key_of(case: &Case) -> CaseKey {
    CaseKey(*case.id().as_bytes())
}

impl Node {
    /// Shows what somebody looks at in a case to the others of its live consult; the first time she joins it.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case in which she has no part, [`ServiceError::Live`], [`ServiceError::Field`] for images that are
    /// not of the case, or what the policy says.
    pub fn show_live(&self, session: &Session, id: &str, showing: Showing) -> Result<Value, ServiceError> {
        let case = self.live_case(session, id)?;
        let who = self.me(session);
        self.permit_live(session, &case)?;
        let sharing = showing.sharing;
        let look = showing.look.filter(|_| sharing);
        if let Some(look) = &look {
            self.require_of_case(&case, look)?;
        }
        if !self.0.lives.has_joined(key_of(&case), &who) {
            self.audit(&session.id, "live_begin", id, "success")?;
        }
        self.live_event(&case, Event::Shown { who, sharing, look })?;
        self.live_view(&case, &who)
    }

    /// Leaves the live consult of a case; does no harm to who takes no part.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case in which she has no part, [`ServiceError::Live`], [`ServiceError::Store`].
    pub fn leave_live(&self, session: &Session, id: &str) -> Result<Value, ServiceError> {
        let case = self.live_case(session, id)?;
        let who = self.me(session);
        self.live_event(&case, Event::Left { who })?;
        self.live_view(&case, &who)
    }

    /// Writes something to the others of the live consult.
    ///
    /// # Errors
    /// As [`Self::show_live`].
    pub fn write_live(&self, session: &Session, id: &str, text: String) -> Result<Value, ServiceError> {
        let case = self.live_case(session, id)?;
        let who = self.me(session);
        self.permit_live(session, &case)?;
        let text = Text::try_from(text).map_err(|why| ServiceError::field("text", why))?;
        if !self.0.lives.has_joined(key_of(&case), &who) {
            return Err(LiveError::NotJoined.into());
        }
        self.live_event(&case, Event::Said { who, text })?;
        self.live_view(&case, &who)
    }

    /// The live consult of a case as somebody sees it, who need not have joined.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case in which she has no part, [`ServiceError::Live`].
    pub fn live(&self, session: &Session, id: &str) -> Result<Value, ServiceError> {
        let case = self.live_case(session, id)?;
        self.live_view(&case, &self.me(session))
    }

    /// The case of this name.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when it is no name of a case.
    pub fn live_key(&self, id: &str) -> Result<CaseKey, ServiceError> {
        let id: CaseId = id.parse().map_err(|_| ServiceError::Unknown("case"))?;
        Ok(CaseKey(*id.as_bytes()))
    }

    /// Tells in which case something is to be seen that was not before.
    #[must_use]
    pub fn live_changes(&self) -> broadcast::Receiver<CaseKey> {
        self.0.lives.changes.subscribe()
    }

    /// What the policy says of showing and writing: as of asking back, with which it shares that others are told something.
    fn permit_live(&self, session: &Session, case: &Case) -> Result<(), ServiceError> {
        let own = is_requester(case, &self.me(session));
        let object = if own { Object::OWN_CASE } else { Object::PARTY_CASE };
        self.permit(session, Action::Correspond, object)
    }

    /// Silence, and sessions that have ended: until the network is left.
    pub(super) async fn follow_lives(self, network: Network) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !network.is_closed() {
            tick.tick().await;
            if self.0.lives.lock().is_empty() {
                continue;
            }
            let node = self.clone();
            // An error says that it panicked, which the log has.
            let _ = tokio::task::spawn_blocking(move || node.tick_lives()).await;
        }
    }

    /// Looks after every live consult.
    fn tick_lives(&self) {
        self.leave_lives_of_absent();
        for key in self.0.lives.keys() {
            if let Ok(case) = self.kept_case(CaseId::from_bytes(key.0)) {
                self.live_event_told(&case, Event::Tick);
            }
        }
    }

    /// Whoever is not signed in any more, or may take part no longer, leaves.
    pub(super) fn leave_lives_of_absent(&self) {
        let keys = self.0.lives.keys();
        if keys.is_empty() {
            return;
        }
        let sessions = self.sessions().all(self.now());
        let is_here = |who: &Fingerprint| sessions.iter().any(|one| self.me(one) == *who);
        for key in keys {
            let Ok(case) = self.kept_case(CaseId::from_bytes(key.0)) else {
                continue;
            };
            for who in self.joined_here(key) {
                if !is_here(&who) || !self.may_take_part(&case, &who) {
                    self.live_event_told(&case, Event::Left { who });
                }
            }
        }
    }

    /// Everybody here leaves every live consult: the node leaves the network.
    pub(super) fn end_lives(&self) {
        for key in self.0.lives.keys() {
            if let Ok(case) = self.kept_case(CaseId::from_bytes(key.0)) {
                for who in self.joined_here(key) {
                    self.live_event_told(&case, Event::Left { who });
                }
            }
        }
        self.0.lives.lock().clear();
    }

    fn joined_here(&self, key: CaseKey) -> Vec<Fingerprint> {
        let consults = self.0.lives.lock();
        let people = consults.get(&key).into_iter().flat_map(Consult::people);
        let here = people.filter(|(_, one)| one.place == Place::Here);
        here.map(|(who, _)| *who).collect()
    }

    fn live_event_told(&self, case: &Case, event: Event) {
        if let Err(error) = self.live_event(case, event) {
            tracing::warn!(code = error.code(), "a live consult could not go on as it should");
        }
    }

    /// Takes an event of a case's live consult and does what follows from it.
    fn live_event(&self, case: &Case, event: Event) -> Result<(), ServiceError> {
        let (key, now) = (key_of(case), self.now());
        let nodes = self.live_nodes(&self.live_parts(case)?)?;
        let follows = {
            // Sent while it is held, so that what is newer goes later.
            let mut consults = self.0.lives.lock();
            let begins = matches!(event, Event::Shown { .. } | Event::Heard { .. });
            if !begins && !consults.contains_key(&key) {
                return Ok(());
            }
            let consult = consult_of(&mut consults, key)?;
            let effects = consult.handle(event, now).map_err(ServiceError::from)?;
            let follows = self.send_live(&nodes, &consult.nodes(), effects);
            if consult.is_over() {
                consults.remove(&key);
            }
            follows
        };
        self.perform_live(case, follows)
    }

    /// Does what follows beside the sending.
    fn perform_live(&self, case: &Case, effects: Vec<Effect>) -> Result<(), ServiceError> {
        let mut audited = Ok(());
        for effect in effects {
            match effect {
                Effect::Joined { who, place } => {
                    // That somebody here joins was written down before she did.
                    if let Place::There(node) = place {
                        audited = audited.and(self.audit_live(case, &who, node, "live_begin"));
                    }
                    self.events().publish(EventKind::Live, case.id());
                }
                Effect::Left { who, place } => {
                    audited = audited.and(match place {
                        Place::There(node) => self.audit_live(case, &who, node, "live_end"),
                        Place::Here => self.audit(
                            &self.sign_in_name(&who),
                            "live_end",
                            &case.id().to_string(),
                            "success",
                        ),
                    });
                    self.events().publish(EventKind::Live, case.id());
                }
                Effect::Changed => self.0.lives.changed(key_of(case)),
                Effect::Send { .. } => {}
            }
        }
        audited
    }

    /// That somebody at another node has joined or left, as that node says.
    fn audit_live(
        &self,
        case: &Case,
        who: &Fingerprint,
        node: NodeKey,
        act: &str,
    ) -> Result<(), ServiceError> {
        let peer = exchange::peer_of(node).as_ref().map(PeerId::to_string);
        let outcome = format!("success: {who}");
        self.audit(&peer.unwrap_or_default(), act, &case.id().to_string(), &outcome)
    }

    /// The sign-in name of somebody who works here.
    fn sign_in_name(&self, who: &Fingerprint) -> String {
        // Not by her session, which may be what has ended.
        let certificate = self.people().certificate(who);
        let key = certificate.map(|one| hex::encode(one.key.as_bytes()));
        let known = self.practitioner_files().list().unwrap_or_default();
        let hers = known
            .into_iter()
            .find(|one| Some(&one.public_key) == key.as_ref());
        hers.map_or_else(|| who.to_string(), |one| one.id)
    }
}
