//! Who is admitted, who is held off, and how many streams each peer has: asked before every application stream.
//!
//! Admission is kept by PeerId, not by connection: TLS proves on every connection that the peer holds the key of its
//! PeerId, and the admission binds that key to its certificate. It ends with the last connection, and what was begun
//! under it does not go on under the next one.
//!
//! Connections are counted by the door (`conduct::door`) while the swarm takes them up: before anybody can open a stream
//! on one, and not only when the driver hears of it, for by then an admission may be over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use libp2p::PeerId;
use libp2p::swarm::ConnectionId;

use crate::host::RefusalCode;

/// Held-off peers that are remembered at most; beyond that the one that is free soonest is forgotten.
const MAX_HELD: usize = 4096;

/// Inbound admission exchanges that one peer may have running: two simultaneous connections need two.
const MAX_ADMISSIONS: usize = 2;

/// Questions about the register that one peer may have open with us, admitted or not.
const MAX_QUESTIONS: usize = 4;

/// Shared between the driver, the handles and the serving tasks.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    peers: HashMap<PeerId, Standing>,
    connections: HashMap<ConnectionId, PeerId>,
    held: HashMap<PeerId, Instant>,
    /// How many admissions there were.
    admissions: u64,
}

impl Inner {
    /// How it stands with somebody who is connected: a stream may outlast its connection.
    fn here(&mut self, peer: &PeerId) -> Option<&mut Standing> {
        let standing = self.peers.get_mut(peer)?;
        (standing.connections > 0).then_some(standing)
    }
}

/// Tells one admission of a peer from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AdmissionId(u64);

#[derive(Default)]
struct Standing {
    connections: usize,
    admitted: Option<AdmissionId>,
    streams: usize,
    admissions: usize,
    questions: usize,
    /// When the last application stream or question ended.
    used: Option<Instant>,
}

impl Standing {
    /// Nothing depends on it any more. Passes that outlast the last connection are counted until they are given back, so
    /// that nobody gets more of them by coming again.
    const fn is_over(&self) -> bool {
        self.connections == 0 && self.streams + self.admissions + self.questions == 0
    }
}

/// What a pass was given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Application(AdmissionId),
    Admission,
    Question,
}

/// The right to use one stream; given back when dropped.
pub(crate) struct Pass {
    gate: Gate,
    peer: PeerId,
    purpose: Purpose,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can panic half-way, so a poisoned lock still guards sound data.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection with `peer` exists.
    pub(crate) fn connected(&self, peer: PeerId, id: ConnectionId) {
        let mut inner = self.lock();
        if inner.connections.insert(id, peer).is_none() {
            inner.peers.entry(peer).or_default().connections += 1;
        }
    }

    /// A connection ended, or was not to be; the last one takes the admission with it.
    pub(crate) fn disconnected(&self, id: &ConnectionId) {
        let mut inner = self.lock();
        let Some(peer) = inner.connections.remove(id) else {
            return;
        };
        if let Some(standing) = inner.peers.get_mut(&peer) {
            standing.connections = standing.connections.saturating_sub(1);
            if standing.connections == 0 {
                standing.admitted = None;
            }
            if standing.is_over() {
                inner.peers.remove(&peer);
            }
        }
    }

    /// Opens the gate for `peer`, unless its connection is gone or it has been held off meanwhile.
    pub(crate) fn admit(&self, peer: PeerId) -> bool {
        let mut inner = self.lock();
        if inner.held.contains_key(&peer) {
            return false;
        }
        let next = AdmissionId(inner.admissions.wrapping_add(1));
        let Some(standing) = inner.here(&peer) else {
            return false;
        };
        // On a second connection it is admitted once more; what runs goes on.
        if standing.admitted.is_none() {
            standing.admitted = Some(next);
            inner.admissions = next.0;
        }
        true
    }

    /// Whether both sides have admitted each other.
    pub(crate) fn is_admitted(&self, peer: &PeerId) -> bool {
        self.admission(peer).is_some()
    }

    /// The admission that is in force with `peer`.
    pub(crate) fn admission(&self, peer: &PeerId) -> Option<AdmissionId> {
        self.lock().peers.get(peer)?.admitted
    }

    /// Those with whom admission is mutual.
    pub(crate) fn admitted(&self) -> Vec<PeerId> {
        let inner = self.lock();
        let admitted = inner
            .peers
            .iter()
            .filter(|(_, standing)| standing.admitted.is_some());
        admitted.map(|(peer, _)| *peer).collect()
    }

    /// Application streams that are open with `peer`.
    pub(crate) fn streams(&self, peer: &PeerId) -> usize {
        self.lock().peers.get(peer).map_or(0, |standing| standing.streams)
    }

    /// When something last ran with `peer`, which is now while something does; none when nothing ever did.
    pub(crate) fn used(&self, peer: &PeerId) -> Option<Instant> {
        let inner = self.lock();
        let standing = inner.peers.get(peer)?;
        if standing.streams + standing.questions > 0 {
            return Some(Instant::now());
        }
        standing.used
    }

    /// Closes the gate for `peer` and holds it off.
    pub(crate) fn hold_off(&self, peer: PeerId, time: Duration) {
        let mut inner = self.lock();
        if let Some(standing) = inner.peers.get_mut(&peer) {
            standing.admitted = None;
        }
        if inner.held.len() >= MAX_HELD
            && let Some(soonest) = inner
                .held
                .iter()
                .min_by_key(|(_, until)| **until)
                .map(|(peer, _)| *peer)
        {
            inner.held.remove(&soonest);
        }
        // Who is banned for an hour is not free after a minute because something else was wrong as well.
        let until = Instant::now() + time;
        let held = inner.held.entry(peer).or_insert(until);
        *held = until.max(*held);
    }

    /// Ends a hold-off; a connection that was refused for it is tried again as any other.
    pub(crate) fn let_go(&self, peer: &PeerId) {
        self.lock()
            .held
            .entry(*peer)
            .and_modify(|until| *until = Instant::now());
    }

    /// Closes the gate for `peer` until it is admitted again.
    pub(crate) fn dismiss(&self, peer: &PeerId) {
        if let Some(standing) = self.lock().peers.get_mut(peer) {
            standing.admitted = None;
        }
    }

    /// Whether `peer` is held off now.
    pub(crate) fn is_held(&self, peer: &PeerId) -> bool {
        self.lock().held.contains_key(peer)
    }

    /// Lets go those whose time is over, and names them.
    pub(crate) fn release(&self) -> Vec<PeerId> {
        let now = Instant::now();
        self.lock()
            .held
            .extract_if(|_, until| *until <= now)
            .map(|(peer, _)| peer)
            .collect()
    }

    /// Asks for an application stream with `peer`, at most `limit` at once.
    pub(crate) fn enter(&self, peer: PeerId, limit: usize) -> Result<Pass, RefusalCode> {
        let mut inner = self.lock();
        let standing = inner.peers.get_mut(&peer).ok_or(RefusalCode::NotAdmitted)?;
        let admission = standing.admitted.ok_or(RefusalCode::NotAdmitted)?;
        if standing.streams >= limit {
            return Err(RefusalCode::Busy);
        }
        standing.streams += 1;
        Ok(Pass {
            gate: self.clone(),
            peer,
            purpose: Purpose::Application(admission),
        })
    }

    /// Asks to answer a question about the public register: whoever is connected may put a few at once.
    pub(crate) fn enter_question(&self, peer: PeerId) -> Result<Pass, RefusalCode> {
        let mut inner = self.lock();
        if inner.held.contains_key(&peer) {
            return Err(RefusalCode::Policy);
        }
        let standing = inner.here(&peer).ok_or(RefusalCode::NotAdmitted)?;
        if standing.questions >= MAX_QUESTIONS {
            return Err(RefusalCode::Busy);
        }
        standing.questions += 1;
        Ok(Pass {
            gate: self.clone(),
            peer,
            purpose: Purpose::Question,
        })
    }

    /// Whether `peer` is asking us about the register now.
    pub(crate) fn is_asking(&self, peer: &PeerId) -> bool {
        self.lock()
            .peers
            .get(peer)
            .is_some_and(|standing| standing.questions > 0)
    }

    /// Whether a connection with `peer` exists and it is not held off.
    pub(crate) fn is_connected(&self, peer: &PeerId) -> bool {
        let inner = self.lock();
        let connected = inner
            .peers
            .get(peer)
            .is_some_and(|standing| standing.connections > 0);
        connected && !inner.held.contains_key(peer)
    }

    /// Asks to answer an admission that `peer` began.
    pub(crate) fn enter_admission(&self, peer: PeerId) -> Result<Pass, RefusalCode> {
        let mut inner = self.lock();
        if inner.held.contains_key(&peer) {
            return Err(RefusalCode::Policy);
        }
        let standing = inner.here(&peer).ok_or(RefusalCode::NotAdmitted)?;
        if standing.admissions >= MAX_ADMISSIONS {
            return Err(RefusalCode::Busy);
        }
        standing.admissions += 1;
        Ok(Pass {
            gate: self.clone(),
            peer,
            purpose: Purpose::Admission,
        })
    }
}

impl Pass {
    /// Whether it was given under this admission, or, where none is named, under the one that is in force.
    pub(crate) fn is_of(&self, admission: Option<AdmissionId>) -> bool {
        let Purpose::Application(mine) = self.purpose else {
            return true;
        };
        admission.or_else(|| self.gate.admission(&self.peer)) == Some(mine)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut inner = self.gate.lock();
        let Some(standing) = inner.peers.get_mut(&self.peer) else {
            return;
        };
        if self.purpose != Purpose::Admission {
            standing.used = Some(Instant::now());
        }
        match self.purpose {
            Purpose::Application(_) => standing.streams = standing.streams.saturating_sub(1),
            Purpose::Admission => standing.admissions = standing.admissions.saturating_sub(1),
            Purpose::Question => standing.questions = standing.questions.saturating_sub(1),
        }
        if standing.is_over() {
            inner.peers.remove(&self.peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    /// R17 (intrude): no application stream before admission, none after the last connection.
    #[test]
    fn r17_the_gate_opens_with_admission_and_closes_with_the_connection() {
        let (gate, peer) = (Gate::default(), PeerId::random());
        assert!(!gate.admit(peer), "there is no connection");
        gate.connected(peer, id(1));
        assert_eq!(gate.enter(peer, 1).err(), Some(RefusalCode::NotAdmitted));
        assert!(gate.admit(peer));
        assert!(gate.enter(peer, 1).is_ok());
        gate.disconnected(&id(1));
        assert_eq!(gate.enter(peer, 1).err(), Some(RefusalCode::NotAdmitted));
    }

    /// R17 (obstruct, intrude): what was given before a peer hung up is counted until it is given back, and a stream that
    /// outlasts its connection admits nobody.
    #[test]
    fn r17_who_comes_again_gets_no_more_streams_and_who_is_gone_none() {
        let (gate, peer) = (Gate::default(), PeerId::random());
        gate.connected(peer, id(1));
        gate.connected(peer, id(1));
        assert!(gate.admit(peer));
        let (stream, admission) = (gate.enter(peer, 1).unwrap(), gate.enter_admission(peer).unwrap());
        gate.disconnected(&id(1));
        gate.disconnected(&id(1));
        assert!(!gate.admit(peer) && !gate.is_admitted(&peer) && !gate.is_connected(&peer));
        assert_eq!(gate.enter_admission(peer).err(), Some(RefusalCode::NotAdmitted));
        assert_eq!(gate.enter_question(peer).err(), Some(RefusalCode::NotAdmitted));
        gate.connected(peer, id(2));
        assert!(gate.admit(peer) && !stream.is_of(None));
        assert_eq!(gate.enter(peer, 1).err(), Some(RefusalCode::Busy));
        drop((stream, admission));
        assert!(gate.enter(peer, 1).is_ok());
        gate.disconnected(&id(2));
        assert!(gate.lock().peers.is_empty() && gate.lock().connections.is_empty());
    }

    /// R17 (obstruct): streams are counted and given back.
    #[test]
    fn r17_one_peer_has_a_bounded_number_of_streams() {
        let (gate, peer) = (Gate::default(), PeerId::random());
        gate.connected(peer, id(1));
        gate.admit(peer);
        let pass = gate.enter(peer, 1).ok();
        assert_eq!(gate.enter(peer, 1).err(), Some(RefusalCode::Busy));
        drop(pass);
        assert_eq!(gate.streams(&peer), 0);
        assert!(gate.enter(peer, 1).is_ok());
    }

    /// R17: an admission that ended takes what was begun under it along, also when the peer is admitted again at once.
    #[test]
    fn r17_what_was_begun_under_one_admission_does_not_go_on_under_the_next() {
        let (gate, peer) = (Gate::default(), PeerId::random());
        gate.connected(peer, id(1));
        assert!(gate.admit(peer));
        let first = gate.admission(&peer);
        let pass = gate.enter(peer, 1).unwrap();
        gate.connected(peer, id(2));
        assert!(gate.admit(peer), "on a second connection");
        assert!(pass.is_of(None) && pass.is_of(first));
        gate.dismiss(&peer);
        assert!(!pass.is_of(None));
        assert!(gate.admit(peer));
        assert!(!pass.is_of(None) && !pass.is_of(gate.admission(&peer)) && pass.is_of(first));
    }

    #[test]
    fn a_held_peer_is_let_go_when_its_time_is_over() {
        let (gate, peer) = (Gate::default(), PeerId::random());
        gate.connected(peer, id(1));
        gate.admit(peer);
        gate.hold_off(peer, Duration::ZERO);
        assert!(gate.is_held(&peer) && !gate.is_admitted(&peer) && !gate.admit(peer));
        assert_eq!(gate.release(), vec![peer]);
        assert!(!gate.is_held(&peer));
    }
}
