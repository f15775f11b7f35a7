//! One live consult as one node knows it: who takes part, what each shows, what was written.
//!
//! Every node has its own; there is no host. A node tells the others of the people who take part at it, and a newer look
//! takes the place of an older one. Whoever has not joined learns who is there, and neither looks nor messages.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::event::{Effect, Event, Place, Refusal, To};
use crate::frame::{CaseKey, Frame, NodeKey, Note, Notes};
use crate::look::Look;
use crate::value::Text;

/// The most people of one live consult.
pub const MAX_PEOPLE: usize = 16;

/// The messages that are kept in memory; beyond it the oldest go.
pub const MAX_SAID: usize = 200;

/// Seconds without a word after which somebody is shown as gone.
pub const GONE_AFTER: u64 = 30;

/// Seconds without a word after which she has left.
pub const LEFT_AFTER: u64 = 120;

/// Every so many seconds those are told anew who have not joined.
pub const KEEP_ALIVE: u64 = 10;

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq)]
pub struct Participant {
    /// Where.
    pub place: Place,
    /// Since when.
    pub since: Timestamp,
    /// Whether she shows what she looks at.
    pub sharing: bool,
    /// What she looks at.
    pub look: Option<Box<Look>>,
    /// Whether her node is there, and something came of late.
    pub connected: bool,
    /// When something came last.
    seen: Timestamp,
    /// Her node is not connected.
    lost: bool,
    /// Of her newest look.
    number: u64,
    /// When those were told last who have not joined.
    told: Timestamp,
}

/// A message, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Counted by this node.
    pub number: u64,
    /// Whose.
    pub who: Fingerprint,
    /// The message.
    pub note: Note,
}

/// One live consult. Nothing of it is kept anywhere else.
#[derive(Debug)]
pub struct Session {
    case: CaseKey,
    people: BTreeMap<Fingerprint, Participant>,
    said: VecDeque<Said>,
    /// How many messages there were.
    count: u64,
    /// The newest message of each who has written, so that none is taken twice.
    newest: BTreeMap<Fingerprint, u64>,
}

impl Session {
    /// One in which nobody is yet.
    #[must_use]
    pub const fn new(case: CaseKey) -> Self {
        Self {
            case,
            people: BTreeMap::new(),
            said: VecDeque::new(),
            count: 0,
            newest: BTreeMap::new(),
        }
    }

    /// Who takes part.
    pub fn people(&self) -> impl Iterator<Item = (&Fingerprint, &Participant)> {
        self.people.iter()
    }

    /// What was written, the oldest first.
    pub fn said(&self) -> impl Iterator<Item = &Said> {
        self.said.iter()
    }

    /// Whether somebody takes part at this node.
    #[must_use]
    pub fn has_joined(&self, who: &Fingerprint) -> bool {
        self.people.get(who).is_some_and(|one| one.place == Place::Here)
    }

    /// Whether anybody does.
    #[must_use]
    pub fn is_joined_here(&self) -> bool {
        self.people.values().any(|one| one.place == Place::Here)
    }

    /// Whether nobody is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.people.is_empty()
    }

    /// The other nodes at which somebody takes part.
    #[must_use]
    pub fn nodes(&self) -> BTreeSet<NodeKey> {
        let places = self.people.values().map(|one| one.place);
        places
            .filter_map(|place| match place {
                Place::There(node) => Some(node),
                Place::Here => None,
            })
            .collect()
    }

    /// Takes something that happens, at this time.
    ///
    /// # Errors
    /// [`Refusal`], only of what somebody here does: what comes from others and is not in its place is passed over.
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
        match event {
            Event::Shown { who, sharing, look } => self.shown(who, sharing, look, now),
            Event::Left { who } => Ok(self.left(who)),
            Event::Said { who, text } => self.wrote(who, text, now),
            Event::Heard { from, frame } => Ok(self.heard(from, frame, now)),
            Event::Found { node } => Ok(self.greet(node)),
            Event::Lost { node } => Ok(self.lost(node)),
            Event::Tick => Ok(self.tick(now)),
        }
    }

    fn shown(
        &mut self,
        who: Fingerprint,
        sharing: bool,
        look: Option<Box<Look>>,
        now: Timestamp,
    ) -> Result<Vec<Effect>, Refusal> {
        let before = self.people.get(&who).filter(|one| one.place == Place::Here);
        if before.is_none() && !self.people.contains_key(&who) && self.people.len() >= MAX_PEOPLE {
            return Err(Refusal::Full);
        }
        let joins = before.is_none();
        let flips = before.is_none_or(|one| one.sharing != sharing);
        let told = before
            .map(|one| one.told)
            .filter(|told| now.since(*told) < KEEP_ALIVE);
        let after = Participant {
            place: Place::Here,
            since: before.map_or(now, |one| one.since),
            sharing,
            look: look.filter(|_| sharing),
            connected: true,
            seen: now,
            lost: false,
            number: next(self.people.get(&who).map_or(0, |one| one.number), now),
            told: told.filter(|_| !flips).unwrap_or(now),
        };
        let tells = joins || flips || told.is_none();
        let mut effects = Vec::new();
        if joins {
            let place = Place::Here;
            effects.push(Effect::Joined { who, place });
        }
        if before.is_none_or(|one| one.differs(&after)) {
            effects.push(Effect::Changed);
        }
        let here = |look| self.here(who, &after, look);
        let frame = here(true);
        effects.push(Effect::Send {
            to: To::Joined,
            frame,
        });
        if tells {
            let frame = here(false);
            effects.push(Effect::Send {
                to: To::Others,
                frame,
            });
        }
        self.people.insert(who, after);
        Ok(effects)
    }

    fn left(&mut self, who: Fingerprint) -> Vec<Effect> {
        if !self.has_joined(&who) {
            return Vec::new();
        }
        self.people.remove(&who);
        let case = self.case;
        let gone = |to| Effect::Send {
            to,
            frame: Frame::Gone { case, who },
        };
        let place = Place::Here;
        vec![
            Effect::Left { who, place },
            Effect::Changed,
            gone(To::Joined),
            gone(To::Others),
        ]
    }

    fn wrote(&mut self, who: Fingerprint, text: Text, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
        if !self.has_joined(&who) {
            return Err(Refusal::NotJoined);
        }
        let number = next(self.newest.get(&who).copied().unwrap_or(0), now);
        let note = Note {
            number,
            at: now,
            text,
        };
        self.keep(who, note.clone());
        let frames = self.told(who, [note]).into_iter();
        let sent = frames.map(|frame| Effect::Send {
            to: To::Joined,
            frame,
        });
        Ok(std::iter::once(Effect::Changed).chain(sent).collect())
    }

    fn heard(&mut self, from: NodeKey, frame: Frame, now: Timestamp) -> Vec<Effect> {
        match frame {
            Frame::Here {
                who,
                number,
                since,
                sharing,
                look,
                ..
            } => {
                let told = Participant {
                    place: Place::There(from),
                    // A clock that runs ahead makes nobody come later.
                    since: Timestamp(since.0.min(now.0)),
                    sharing,
                    look: look.filter(|_| sharing && self.is_joined_here()),
                    connected: true,
                    seen: now,
                    lost: false,
                    number,
                    told: now,
                };
                self.heard_here(from, who, told)
            }
            Frame::Gone { who, .. } => {
                if self
                    .people
                    .get(&who)
                    .is_none_or(|one| one.place != Place::There(from))
                {
                    return Vec::new();
                }
                self.people.remove(&who);
                let place = Place::There(from);
                vec![Effect::Left { who, place }, Effect::Changed]
            }
            Frame::Said { who, notes, .. } => self.heard_said(from, who, notes, now),
        }
    }

    fn heard_here(&mut self, from: NodeKey, who: Fingerprint, told: Participant) -> Vec<Effect> {
        let before = self.people.get(&who);
        let old = match before {
            // She works at two machines: the one at which she sits is the one that she sees.
            Some(one) if one.place == Place::Here => one.connected,
            // Whoever was only told that she is here is told the same once more, with what she looks at.
            Some(one) => (one.number, one.look.is_some()) >= (told.number, told.look.is_some()),
            None => self.people.len() >= MAX_PEOPLE,
        };
        if old {
            return Vec::new();
        }
        let same = before.filter(|one| one.place == told.place);
        let (joins, comes) = (same.is_none(), same.is_none_or(|one| one.since != told.since));
        let mut effects = Vec::new();
        if joins {
            let place = told.place;
            effects.push(Effect::Joined { who, place });
        }
        if before.is_none_or(|one| one.differs(&told)) {
            effects.push(Effect::Changed);
        }
        self.people.insert(who, told);
        if comes {
            effects.extend(self.greet(from));
        }
        effects
    }

    fn heard_said(&mut self, from: NodeKey, who: Fingerprint, notes: Notes, now: Timestamp) -> Vec<Effect> {
        let there = self
            .people
            .get(&who)
            .is_some_and(|one| one.place == Place::There(from));
        if !there || !self.is_joined_here() {
            return Vec::new();
        }
        let mut news = false;
        for mut note in notes.into_inner() {
            if self.newest.get(&who).is_some_and(|newest| *newest >= note.number) {
                continue;
            }
            note.at = Timestamp(note.at.0.min(now.0));
            self.keep(who, note);
            news = true;
        }
        if news { vec![Effect::Changed] } else { Vec::new() }
    }

    /// Tells a node of everybody here; and what they show and have written, if somebody has joined there.
    fn greet(&self, node: NodeKey) -> Vec<Effect> {
        let joined = self.nodes().contains(&node);
        let to = To::Node(node);
        let mut effects = Vec::new();
        for (who, one) in self.people.iter().filter(|(_, one)| one.place == Place::Here) {
            let frame = self.here(*who, one, joined);
            effects.push(Effect::Send { to, frame });
            let hers = self.said.iter().filter(|said| joined && said.who == *who);
            let frames = self.told(*who, hers.map(|said| said.note.clone()));
            effects.extend(frames.into_iter().map(|frame| Effect::Send { to, frame }));
        }
        effects
    }

    fn lost(&mut self, node: NodeKey) -> Vec<Effect> {
        let mut changed = false;
        for one in self.people.values_mut() {
            if one.place == Place::There(node) {
                changed |= one.connected;
                (one.lost, one.connected) = (true, false);
            }
        }
        if changed {
            vec![Effect::Changed]
        } else {
            Vec::new()
        }
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let silent = |one: &Participant| now.since(one.seen);
        let over = self.people.iter().filter(|(_, one)| silent(one) >= LEFT_AFTER);
        let over: Vec<(Fingerprint, Place)> = over.map(|(who, one)| (*who, one.place)).collect();
        let mut effects = Vec::new();
        for (who, place) in over {
            if place == Place::Here {
                effects.extend(self.left(who));
            } else {
                self.people.remove(&who);
                effects.extend([Effect::Left { who, place }, Effect::Changed]);
            }
        }
        for one in self.people.values_mut() {
            let connected = !one.lost && silent(one) < GONE_AFTER;
            if std::mem::replace(&mut one.connected, connected) != connected {
                effects.push(Effect::Changed);
            }
        }
        effects
    }

    fn keep(&mut self, who: Fingerprint, note: Note) {
        // Nobody writes who has no part, so there are no more of these than people of the case.
        self.newest.insert(who, note.number);
        self.count = self.count.saturating_add(1);
        let number = self.count;
        self.said.push_back(Said { number, who, note });
        if self.said.len() > MAX_SAID {
            self.said.pop_front();
        }
    }

    fn here(&self, who: Fingerprint, one: &Participant, shows: bool) -> Frame {
        Frame::Here {
            case: self.case,
            who,
            number: one.number,
            since: one.since,
            sharing: one.sharing,
            look: one.look.clone().filter(|_| shows),
        }
    }

    fn told(&self, who: Fingerprint, notes: impl IntoIterator<Item = Note>) -> Vec<Frame> {
        let case = self.case;
        let shares = Notes::shared_out(notes).into_iter();
        shares.map(|notes| Frame::Said { case, who, notes }).collect()
    }
}

impl Participant {
    /// Whether somebody would see a difference.
    fn differs(&self, other: &Self) -> bool {
        let seen = |one: &Self| (one.place, one.since, one.sharing, one.connected);
        seen(self) != seen(other) || self.look != other.look
    }
}

/// Larger than all before, also when this node has been started anew meanwhile: it begins with the time.
fn next(last: u64, now: Timestamp) -> u64 {
    now.0.saturating_mul(1000).max(last.saturating_add(1))
}
