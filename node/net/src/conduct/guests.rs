//! Who is connected, from where, and who of them was admitted lately. Decides who else may come; pure but for the names
//! of libp2p: who is admitted, and the time, come in as arguments.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use libp2p::PeerId;
use libp2p::swarm::ConnectionId;

use super::place::Place;
use crate::config::Limits;

/// How long it counts that somebody was admitted, and that she came from there.
const LATELY: Duration = Duration::from_secs(86_400);

/// Nodes, and places, of which that is remembered.
const REMEMBERED: usize = 4096;

/// Strangers who left of whom it is remembered where they were.
const LEFT: usize = 64;

/// Why a connection is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("too many connections are being set up")]
    Pending,
    #[error("there are as many connections as are allowed")]
    Full,
    #[error("there are as many connections with this peer as are allowed")]
    PerPeer,
    #[error("there are as many strangers from this place as are allowed")]
    PerPlace,
    #[error("strangers come too often")]
    TooOften,
    #[error("banned")]
    Banned,
}

/// A connection.
#[derive(Debug, Clone, Copy)]
struct Guest {
    peer: PeerId,
    /// None: by relay.
    place: Option<Place>,
    /// Whether it dialled us.
    came: bool,
    since: Duration,
}

/// Connections and what is remembered of those who had one.
#[derive(Debug)]
pub(crate) struct Guests {
    limits: Limits,
    coming: HashMap<ConnectionId, Option<Place>>,
    going: HashSet<ConnectionId>,
    here: HashMap<ConnectionId, Guest>,
    /// Strangers who left just now: whoever hangs up quickly answers all the same.
    left: VecDeque<(PeerId, Place)>,
    known: HashMap<PeerId, Duration>,
    vouched: HashMap<Place, Duration>,
}

impl Guests {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            coming: HashMap::new(),
            going: HashSet::new(),
            here: HashMap::new(),
            left: VecDeque::new(),
            known: HashMap::new(),
            vouched: HashMap::new(),
        }
    }

    /// Where a peer is, or was a moment ago; none when it is reached by relay only.
    pub(crate) fn place_of(&self, peer: &PeerId) -> Option<Place> {
        let its = self.here.values().filter(|guest| guest.peer == *peer);
        let newest = its
            .filter(|guest| guest.place.is_some())
            .max_by_key(|guest| guest.since);
        let left = || self.left.iter().rev().find(|(one, _)| one == peer);
        newest
            .and_then(|guest| guest.place)
            .or_else(|| left().map(|(_, place)| *place))
    }

    /// Whether it was admitted lately.
    pub(crate) fn is_known(&self, peer: &PeerId) -> bool {
        self.known.contains_key(peer)
    }

    /// Whether somebody who is admitted is there, or was lately.
    pub(crate) fn is_vouched(
        &self,
        place: Place,
        is_admitted: impl Fn(&PeerId) -> bool,
        now: Duration,
    ) -> bool {
        let last = self.vouched.get(&place);
        let mut there = self.here.values().filter(|guest| guest.place == Some(place));
        last.is_some_and(|last| now.saturating_sub(*last) < LATELY)
            || there.any(|guest| self.is_known(&guest.peer) || is_admitted(&guest.peer))
    }

    /// Connections whose handshake is under way.
    pub(crate) fn coming(&self) -> usize {
        self.coming.len()
    }

    /// Somebody dials us.
    pub(crate) fn come(&mut self, id: ConnectionId, place: Option<Place>) -> Result<(), Refused> {
        if self.coming.len() >= most(self.limits.pending_connections) {
            return Err(Refused::Pending);
        }
        // Of those whose handshake is under way nobody knows yet whether they are strangers.
        let from_there = self.coming.values().filter(|one| **one == place).count();
        if from_there >= self.limits.strangers_per_place {
            return Err(Refused::PerPlace);
        }
        self.room()?;
        self.coming.insert(id, place);
        Ok(())
    }

    /// We dial somebody.
    pub(crate) fn go(&mut self, id: ConnectionId) -> Result<(), Refused> {
        if self.going.len() >= most(self.limits.pending_connections) {
            return Err(Refused::Pending);
        }
        self.going.insert(id);
        Ok(())
    }

    /// Whether a connection with `peer` has room.
    pub(crate) fn room_for(&self, peer: &PeerId) -> Result<(), Refused> {
        let with_it = self.here.values().filter(|guest| guest.peer == *peer).count();
        if with_it >= most(self.limits.connections_per_peer) {
            return Err(Refused::PerPeer);
        }
        self.room()
    }

    /// Whether a stranger from there has room. When there are too many from everywhere, the one that should go is named.
    pub(crate) fn room_for_stranger(
        &self,
        place: Option<Place>,
        is_admitted: impl Fn(&PeerId) -> bool,
    ) -> Result<Option<(ConnectionId, PeerId)>, Refused> {
        let strangers: Vec<_> = self.strangers(is_admitted).collect();
        let mut from: HashMap<Option<Place>, usize> = HashMap::new();
        for (_, guest) in &strangers {
            *from.entry(guest.place).or_default() += 1;
        }
        let of = |place: &Option<Place>| from.get(place).copied().unwrap_or(0);
        if of(&place) >= self.limits.strangers_per_place {
            return Err(Refused::PerPlace);
        }
        if strangers.len() < self.limits.strangers {
            return Ok(None);
        }
        // The oldest of the place that has most: an honest node is admitted in a moment, and is none any more.
        let goes = strangers
            .iter()
            .max_by_key(|(_, guest)| (of(&guest.place), std::cmp::Reverse(guest.since)));
        Ok(goes.map(|(id, guest)| (*id, guest.peer)))
    }

    /// Strangers from there, none of whom was admitted lately.
    pub(crate) fn strangers_from(
        &self,
        place: Place,
        is_admitted: impl Fn(&PeerId) -> bool,
    ) -> Vec<(ConnectionId, PeerId)> {
        self.strangers(is_admitted)
            .filter(|(_, guest)| guest.place == Some(place))
            .map(|(id, guest)| (id, guest.peer))
            .collect()
    }

    fn strangers(
        &self,
        is_admitted: impl Fn(&PeerId) -> bool,
    ) -> impl Iterator<Item = (ConnectionId, Guest)> {
        self.here
            .iter()
            .filter(move |(_, guest)| guest.came && !self.is_known(&guest.peer) && !is_admitted(&guest.peer))
            .map(|(id, guest)| (*id, *guest))
    }

    fn room(&self) -> Result<(), Refused> {
        if self.here.len() >= most(self.limits.connections) {
            return Err(Refused::Full);
        }
        Ok(())
    }

    /// A connection stands.
    pub(crate) fn opened(&mut self, id: ConnectionId, peer: PeerId, place: Option<Place>, now: Duration) {
        let came = self.coming.remove(&id).is_some();
        self.going.remove(&id);
        let since = now;
        self.here.insert(
            id,
            Guest {
                peer,
                place,
                came,
                since,
            },
        );
    }

    /// The other end of a connection has moved.
    pub(crate) fn moved(&mut self, id: &ConnectionId, place: Option<Place>) {
        if let Some(guest) = self.here.get_mut(id) {
            guest.place = place;
        }
    }

    /// A connection was not to be, perhaps because another refused it after it was opened.
    pub(crate) fn came_to_nothing(&mut self, id: &ConnectionId) {
        self.coming.remove(id);
        self.going.remove(id);
        self.here.remove(id);
    }

    /// A connection has ended.
    pub(crate) fn closed(&mut self, id: &ConnectionId, was_admitted: bool, now: Duration) {
        let Some(guest) = self.here.remove(id) else {
            return;
        };
        if was_admitted {
            remember(&mut self.known, guest.peer, now);
            if let Some(place) = guest.place {
                remember(&mut self.vouched, place, now);
            }
        } else if let Some(place) = guest.place {
            if self.left.len() >= LEFT {
                self.left.pop_front();
            }
            self.left.push_back((guest.peer, place));
        }
    }

    /// A node counts as admitted lately.
    pub(crate) fn know(&mut self, peer: PeerId, now: Duration) {
        remember(&mut self.known, peer, now);
    }

    /// Forgets those who were admitted long ago.
    pub(crate) fn tidy(&mut self, now: Duration) {
        let lately = |last: &Duration| now.saturating_sub(*last) < LATELY;
        self.known.retain(|_, last| lately(last));
        self.vouched.retain(|_, last| lately(last));
    }
}

fn most(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The one that was longest away gives way.
fn remember<K: Eq + std::hash::Hash + Copy>(all: &mut HashMap<K, Duration>, name: K, now: Duration) {
    if all.len() >= REMEMBERED
        && !all.contains_key(&name)
        && let Some(oldest) = all.iter().min_by_key(|(_, last)| **last).map(|(name, _)| *name)
    {
        all.remove(&oldest);
    }
    all.insert(name, now);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guests() -> Guests {
        Guests::new(&Limits {
            connections: 10,
            connections_per_peer: 2,
            pending_connections: 4,
            strangers: 4,
            strangers_per_place: 2,
            ..Limits::default()
        })
    }

    fn place(last: u8) -> Option<Place> {
        Some(Place::from(std::net::IpAddr::from([192, 0, 2, last])))
    }

    fn id(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Comes as the swarm would let it: gives who is sent away for it.
    fn arrive(guests: &mut Guests, number: usize, from: Option<Place>) -> Result<Option<PeerId>, Refused> {
        let peer = PeerId::random();
        guests.come(id(number), from)?;
        let room = guests
            .room_for(&peer)
            .and_then(|()| guests.room_for_stranger(from, |_| false));
        match room {
            Ok(goes) => {
                guests.opened(id(number), peer, from, at(number as u64));
                Ok(goes.map(|(_, peer)| peer))
            }
            Err(refused) => {
                guests.came_to_nothing(&id(number));
                Err(refused)
            }
        }
    }

    /// R17 (obstruct): strangers from one place, or by relay, take no room from those from elsewhere; when there are too
    /// many from everywhere, the oldest of the place with most goes.
    #[test]
    fn r17_strangers_have_a_share_and_the_oldest_gives_way() {
        let mut guests = guests();
        assert_eq!(arrive(&mut guests, 1, place(1)), Ok(None));
        assert_eq!(arrive(&mut guests, 2, place(1)), Ok(None));
        assert_eq!(arrive(&mut guests, 3, place(1)), Err(Refused::PerPlace));
        assert_eq!(arrive(&mut guests, 4, None), Ok(None));
        assert_eq!(arrive(&mut guests, 5, None), Ok(None));
        assert_eq!(arrive(&mut guests, 6, None), Err(Refused::PerPlace));
        let first = guests.here.get(&id(1)).map(|guest| guest.peer);
        assert_eq!(arrive(&mut guests, 7, place(2)), Ok(first));
    }

    /// R17: whoever was admitted lately is no stranger, and her place is spared.
    #[test]
    fn r17_who_was_admitted_lately_is_no_stranger() {
        let (mut guests, peer) = (guests(), PeerId::random());
        guests.come(id(1), place(1)).unwrap();
        guests.opened(id(1), peer, place(1), at(1));
        let here = place(1).unwrap();
        assert_eq!(guests.strangers_from(here, |_| false).len(), 1);
        assert!(guests.strangers_from(here, |one| *one == peer).is_empty());
        guests.closed(&id(1), true, at(2));
        assert!(guests.is_known(&peer) && guests.is_vouched(here, |_| false, at(3)));
        guests.opened(id(2), peer, place(1), at(3));
        assert!(guests.strangers_from(here, |_| false).is_empty());
        guests.closed(&id(2), false, at(4));
        guests.tidy(at(2) + LATELY);
        assert!(!guests.is_known(&peer) && !guests.is_vouched(here, |_| false, at(2) + LATELY));
    }

    /// R17 (obstruct): nothing is remembered of a stranger who left, and of others no more than there is room for.
    #[test]
    fn r17_whoever_left_leaves_nothing() {
        let mut guests = guests();
        for number in 0..1000 {
            arrive(&mut guests, number, place(1)).unwrap();
            guests.closed(&id(number), false, at(0));
            guests.come(id(number), place(1)).unwrap();
            guests.came_to_nothing(&id(number));
            guests.go(id(number)).unwrap();
            guests.came_to_nothing(&id(number));
        }
        assert!(guests.here.is_empty() && guests.coming.is_empty() && guests.going.is_empty());
        assert!(guests.known.is_empty() && guests.vouched.is_empty() && guests.left.len() == LEFT);
        for number in 0..REMEMBERED + 10 {
            guests.opened(id(number), PeerId::random(), place(1), at(0));
            guests.closed(&id(number), true, at(number as u64));
        }
        assert_eq!(guests.known.len(), REMEMBERED);
    }

    #[test]
    fn a_peer_and_everybody_together_have_bounds_too() {
        let (mut guests, peer) = (guests(), PeerId::random());
        for number in 0..2 {
            assert_eq!(guests.room_for(&peer), Ok(()));
            guests.opened(id(number), peer, place(1), at(0));
        }
        assert_eq!(guests.room_for(&peer), Err(Refused::PerPeer));
        for number in 2..10 {
            guests.opened(id(number), PeerId::random(), place(1), at(0));
        }
        assert_eq!(guests.room_for(&PeerId::random()), Err(Refused::Full));
        assert_eq!(guests.come(id(20), place(3)), Err(Refused::Full));
        for number in 30..34 {
            guests.go(id(number)).unwrap();
        }
        assert_eq!(guests.go(id(34)), Err(Refused::Pending));
    }
}
