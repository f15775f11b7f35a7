//! Bootstraps: keep them connected, register at their rendezvous, learn who else is there, be relayed by them.

use std::time::{Duration, Instant};

use libp2p::multiaddr::Protocol;
use libp2p::rendezvous::{self, Cookie, Namespace, client};
use libp2p::swarm::behaviour::{ExternalAddrConfirmed, ExternalAddrExpired};
use libp2p::swarm::{FromSwarm, NetworkBehaviour as _, StreamProtocol};
use libp2p::{Multiaddr, PeerId, identify, kad, relay};

use super::dialling::{peer_of, without_peer};
use super::punching::Again;
use super::{Driver, Notice};
use crate::conduct::bucket::{Bucket, Rate};
use crate::error::NetError;

/// Longest wait before a lost bootstrap is tried again.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// How often a bootstrap is asked for new peers, and how often at first while somebody wanted is not reached.
const DISCOVER: Duration = Duration::from_secs(20);
const DISCOVER_WANTED: Duration = Duration::from_secs(2);

/// Who comes and goes is not sought more often than this as if it were wanted only now.
const LOST_AGAIN: Duration = Duration::from_secs(60);

/// Registrations that are asked for at once. A message holds a megabyte, which is some three thousand; an answer that
/// does not fit is none.
const PAGE: u64 = 512;

/// Registrations are renewed half an hour before they expire (2 h at least), and no sooner: each is news for everybody.
const REGISTER: Duration = Duration::from_secs(5400);

/// A refused registration is tried again after this long.
const REFUSED: Duration = Duration::from_secs(10);

/// Registrations, after changes of the addresses too: a bootstrap bars whoever makes more than 48 in an hour, and with it
/// everybody at the same address.
const REGISTRATIONS: Rate = Rate::new(10, 12.0 / 3600.0);

/// Bootstraps at which we hold a relay reservation.
const RESERVATIONS: usize = 2;

/// How often somebody in a full part of the routing table is dialled to see whether it is to give way to a newcomer. That
/// dial is somebody's newcomer too, and in a network of many nodes, where most parts are full, one dial would bring about
/// the next for ever.
pub(super) const CHECKS: Rate = Rate::new(1, 1.0 / 600.0);

/// Addresses of a peer that go into the routing table.
const MAX_ROUTES: usize = 16;

/// A configured bootstrap node.
pub(super) struct Bootstrap {
    pub(super) peer: PeerId,
    /// As configured, ending in `/p2p/…`.
    pub(super) address: Multiaddr,
    next: Instant,
    delay: Duration,
    rendezvous: bool,
    pub(super) relays: bool,
    /// Whether it answers questions about the register of this network.
    pub(super) mirror: bool,
    cookie: Option<Cookie>,
    discovered: Option<Instant>,
    /// Whether it was asked to register us, when it is asked next, and what was used up of [`REGISTRATIONS`].
    registered: bool,
    renew: Instant,
    registrations: Bucket,
    /// When it is dialled by QUIC, if it is reached by TCP only.
    pub(super) quic: Again,
}

impl Driver {
    /// Adds a configured bootstrap.
    pub(crate) fn add_bootstrap(&mut self, address: &Multiaddr) -> Result<(), NetError> {
        let peer = named_peer(address)?;
        self.bootstraps.push(Bootstrap {
            peer,
            address: address.clone(),
            next: Instant::now(),
            delay: Duration::from_millis(500),
            rendezvous: false,
            relays: false,
            mirror: false,
            cookie: None,
            discovered: None,
            registered: false,
            renew: Instant::now(),
            registrations: Bucket::default(),
            quic: Again::now(),
        });
        Ok(())
    }

    /// Takes part in routing, from our enrolment on: before that we look for nobody, and nobody is to hear of us.
    pub(crate) fn begin_routing(&mut self) {
        let enrolled = self.enrolled;
        let Some(kad) = self.swarm.behaviour_mut().kad.as_mut() else {
            return;
        };
        // Enrolled, it serves the routing table as soon as others are known to reach us.
        kad.set_mode((!enrolled).then_some(kad::Mode::Client));
        for bootstrap in self.bootstraps.iter().filter(|_| enrolled) {
            kad.add_address(&bootstrap.peer, without_peer(bootstrap.address.clone()));
        }
    }

    /// Adds a configured peer: wanted from the start.
    pub(crate) fn add_static_peer(&mut self, address: &Multiaddr) -> Result<(), NetError> {
        let peer = named_peer(address)?;
        self.want(peer, vec![address.clone()]);
        Ok(())
    }

    pub(super) fn dial_bootstraps(&mut self, now: Instant) {
        let mut due: Vec<(PeerId, Vec<Multiaddr>)> = Vec::new();
        for bootstrap in &mut self.bootstraps {
            if self.peers.contains_key(&bootstrap.peer) {
                bootstrap.delay = Duration::from_millis(500);
            } else if bootstrap.next <= now {
                bootstrap.next = now + bootstrap.delay;
                bootstrap.delay = (bootstrap.delay * 2).min(MAX_DELAY);
                let address = without_peer(bootstrap.address.clone());
                match due.iter_mut().find(|(peer, _)| *peer == bootstrap.peer) {
                    Some((_, addresses)) => addresses.push(address),
                    None => due.push((bootstrap.peer, vec![address])),
                }
            }
        }
        for (peer, addresses) in due {
            self.dial(peer, addresses);
        }
    }

    /// A connection with a bootstrap ended: what it knew of us is forgotten.
    pub(super) fn forget_bootstrap_state(&mut self, peer: &PeerId) {
        for bootstrap in self
            .bootstraps
            .iter_mut()
            .filter(|bootstrap| bootstrap.peer == *peer)
        {
            (bootstrap.rendezvous, bootstrap.relays, bootstrap.cookie) = (false, false, None);
            bootstrap.mirror = false;
            (bootstrap.registered, bootstrap.discovered) = (false, None);
            (bootstrap.next, bootstrap.renew) = (Instant::now(), Instant::now());
            bootstrap.quic = Again::now();
        }
    }

    /// Identify told what a peer speaks.
    pub(super) async fn on_identified(&mut self, peer: PeerId, info: &identify::Info) {
        let speaks = |protocol: &StreamProtocol| info.protocols.contains(protocol);
        self.note_told(&peer, &info.listen_addrs);
        if let Some(state) = self.peers.get_mut(&peer) {
            state.routes = speaks(&self.protocols.kademlia);
        }
        if self.is_bootstrap(&peer) {
            let (rendezvous, relays) = (
                speaks(&rendezvous::PROTOCOL_NAME),
                speaks(&relay::HOP_PROTOCOL_NAME),
            );
            for bootstrap in self
                .bootstraps
                .iter_mut()
                .filter(|bootstrap| bootstrap.peer == peer)
            {
                (bootstrap.rendezvous, bootstrap.relays) = (rendezvous, relays);
            }
            if relays {
                self.reserve(peer);
            }
            self.on_mirror(peer, speaks(&self.protocols.register)).await;
        } else {
            self.enter_route(&peer);
        }
    }

    /// Puts who is admitted and serves the routing table into ours. Which of the two is known last is a matter of chance.
    pub(super) fn enter_route(&mut self, peer: &PeerId) {
        let Some(state) = self.peers.get(peer) else {
            return;
        };
        if !state.routes || !self.gate.is_admitted(peer) {
            return;
        }
        let running = self.conduct.now();
        if let Some(kad) = self.swarm.behaviour_mut().kad.as_mut()
            && (kad.has_room(*peer) || self.checks.take(1.0, &CHECKS, running))
        {
            for address in state.told.iter().take(MAX_ROUTES) {
                kad.add_address(peer, address.clone());
            }
        }
    }

    /// Somebody in the routing tables is said to be at these addresses.
    pub(super) fn on_located(&mut self, peer: &PeerId, addresses: Vec<Multiaddr>) {
        let Some(wanted) = self.wanted.get_mut(peer) else {
            return;
        };
        let mut news = false;
        for address in addresses {
            news |= wanted.learn(without_peer(address));
        }
        if news {
            wanted.hurry();
        }
    }

    /// A bootstrap has a mirror of the register, or not. The host hears of it once in each connection.
    async fn on_mirror(&mut self, peer: PeerId, mirror: bool) {
        let mut news = false;
        for bootstrap in self.bootstraps.iter_mut().filter(|one| one.peer == peer) {
            news |= mirror && !bootstrap.mirror;
            bootstrap.mirror = mirror;
        }
        self.dirty = true;
        if news {
            self.publish_status();
            self.notify(Notice::RegisterSource(peer)).await;
        }
    }

    /// The host got its certificate: from now on others may find us.
    pub(super) fn look_at_enrolment(&mut self) {
        if self.enrolled || !self.host.enrolled() {
            return;
        }
        tracing::info!("this node has a certificate now and is announced");
        self.enrolled = true;
        self.addresses_changed = true;
        self.begin_routing();
        let relays = self.bootstraps.iter().filter(|bootstrap| bootstrap.relays);
        let relays: Vec<_> = relays.map(|bootstrap| bootstrap.peer).collect();
        relays.into_iter().for_each(|peer| self.reserve(peer));
    }

    /// Asks a bootstrap to relay to us.
    fn reserve(&mut self, peer: PeerId) {
        let held = self.reservations.values().any(|relay| *relay == peer);
        if !self.enrolled || !self.relay || held || self.reservations.len() >= RESERVATIONS {
            return;
        }
        let Some(bootstrap) = self.bootstraps.iter().find(|bootstrap| bootstrap.peer == peer) else {
            return;
        };
        match self
            .swarm
            .listen_on(bootstrap.address.clone().with(Protocol::P2pCircuit))
        {
            Ok(listener) => drop(self.reservations.insert(listener, peer)),
            Err(error) => tracing::info!(%peer, %error, "no relay reservation could be asked for"),
        }
    }

    /// Somebody is sought from now on: the bootstraps are asked often, and then more and more seldom.
    pub(super) fn seek(&mut self) {
        self.sought = Instant::now();
    }

    /// The same for somebody who was there and is lost; seldom, because somebody may come and go.
    pub(super) fn seek_lost(&mut self) {
        if self.sought.elapsed() >= LOST_AGAIN {
            self.seek();
        }
    }

    /// Registers and discovers where it is time.
    pub(super) fn discover_due(&mut self) {
        if !self.enrolled {
            return;
        }
        let searching = self.wanted.keys().any(|peer| !self.peers.contains_key(peer));
        let every = if searching {
            between_questions(self.sought.elapsed())
        } else {
            DISCOVER
        };
        let (now, running) = (Instant::now(), self.conduct.now());
        let changed = std::mem::take(&mut self.addresses_changed);
        let Some(namespace) = self.namespace() else { return };
        let Some(client) = self.swarm.behaviour_mut().rendezvous.as_mut() else {
            return;
        };
        let due = |at: Option<Instant>| at.is_none_or(|at| at.elapsed() >= every);
        let mut relays = Vec::new();
        for bootstrap in self
            .bootstraps
            .iter_mut()
            .filter(|bootstrap| bootstrap.rendezvous)
        {
            if changed {
                bootstrap.renew = now;
            }
            if bootstrap.renew <= now && bootstrap.registrations.take(1.0, &REGISTRATIONS, running) {
                (bootstrap.registered, bootstrap.renew) = (true, now + REGISTER);
                if let Err(error) = client.register(namespace.clone(), bootstrap.peer, None) {
                    tracing::debug!(%error, "not registered");
                }
            }
            if due(bootstrap.discovered) {
                bootstrap.discovered = Some(now);
                // A reservation that ended, or was not to be had by a wrong clock, is asked for again.
                if bootstrap.relays {
                    relays.push(bootstrap.peer);
                }
                client.discover(
                    Some(namespace.clone()),
                    bootstrap.cookie.clone(),
                    Some(PAGE),
                    bootstrap.peer,
                );
            }
        }
        relays.into_iter().for_each(|peer| self.reserve(peer));
        self.search();
    }

    /// Asks the bootstraps' routing tables for wanted peers that are not reached.
    fn search(&mut self) {
        let Some(kad) = self.swarm.behaviour_mut().kad.as_mut() else {
            return;
        };
        for (peer, wanted) in &mut self.wanted {
            let missing = !self.peers.contains_key(peer);
            if missing && wanted.asked.is_none_or(|asked| asked.elapsed() > MAX_DELAY) {
                wanted.asked = Some(Instant::now());
                kad.seek(*peer);
            }
        }
    }

    pub(super) fn unregister(&mut self) {
        let Some(namespace) = self.namespace() else { return };
        let Some(client) = self.swarm.behaviour_mut().rendezvous.as_mut() else {
            return;
        };
        for bootstrap in self.bootstraps.iter().filter(|bootstrap| bootstrap.registered) {
            client.unregister(namespace.clone(), bootstrap.peer);
        }
    }

    fn namespace(&self) -> Option<Namespace> {
        Namespace::new(format!("dokuei/{}", self.network)).ok()
    }

    pub(super) fn on_rendezvous(&mut self, event: client::Event) {
        match event {
            client::Event::Discovered {
                rendezvous_node,
                registrations,
                cookie,
            } => {
                for bootstrap in self
                    .bootstraps
                    .iter_mut()
                    .filter(|one| one.peer == rendezvous_node)
                {
                    bootstrap.cookie = Some(cookie.clone());
                    if registrations.len() as u64 >= PAGE {
                        // There is more: the next page, with the next tick.
                        bootstrap.discovered = None;
                    }
                }
                for registration in registrations {
                    self.on_found(
                        registration.record.peer_id(),
                        registration.record.addresses().to_vec(),
                    );
                }
            }
            client::Event::DiscoverFailed {
                rendezvous_node,
                error,
                ..
            } => {
                // It may not know the cookie: begin anew.
                tracing::debug!(%rendezvous_node, ?error, "discovery failed");
                for bootstrap in self
                    .bootstraps
                    .iter_mut()
                    .filter(|one| one.peer == rendezvous_node)
                {
                    bootstrap.cookie = None;
                }
            }
            client::Event::RegisterFailed {
                rendezvous_node,
                error,
                ..
            } => {
                tracing::info!(%rendezvous_node, ?error, "a bootstrap did not register us");
                for bootstrap in self
                    .bootstraps
                    .iter_mut()
                    .filter(|one| one.peer == rendezvous_node)
                {
                    bootstrap.renew = Instant::now() + REFUSED;
                }
            }
            client::Event::Registered { .. } | client::Event::Expired { .. } => {}
        }
    }

    /// A listen address of ours goes into our rendezvous registration, confirmed by AutoNAT or not: within a clinic's
    /// network or a VPN it is the one that works. Only the rendezvous client is told so.
    pub(super) fn announce(&mut self, address: &Multiaddr) {
        if let Some(client) = self.swarm.behaviour_mut().rendezvous.as_mut() {
            client.on_swarm_event(FromSwarm::ExternalAddrConfirmed(ExternalAddrConfirmed {
                addr: address,
            }));
        }
        self.addresses_changed |= self.announced.insert(address.clone());
    }

    /// We listen there no more: others are not to be told of it any longer.
    pub(super) fn withdraw(&mut self, address: &Multiaddr) {
        if let Some(client) = self.swarm.behaviour_mut().rendezvous.as_mut() {
            client.on_swarm_event(FromSwarm::ExternalAddrExpired(ExternalAddrExpired {
                addr: address,
            }));
        }
        self.announced.remove(address);
        self.addresses_changed = true;
    }
}

/// How long to wait before the bootstraps are asked again for somebody who has been sought for so long.
fn between_questions(sought: Duration) -> Duration {
    (sought / 2).clamp(DISCOVER_WANTED, DISCOVER)
}

fn named_peer(address: &Multiaddr) -> Result<PeerId, NetError> {
    peer_of(address).ok_or_else(|| NetError::Address {
        address: address.to_string(),
        why: "it must end in /p2p/ and the PeerId".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When something is done that is looked at every 250 ms, in seconds.
    fn times(until: Duration, mut is_done: impl FnMut(Duration) -> bool) -> Vec<f64> {
        let looks = (0..until.as_millis() / 250).map(|look| Duration::from_millis(250) * look as u32);
        looks
            .filter(|now| is_done(*now))
            .map(|now| now.as_secs_f64())
            .collect()
    }

    #[test]
    fn somebody_who_is_not_found_is_asked_for_more_and_more_seldom() {
        let mut asked: Option<Duration> = None;
        let questions = times(Duration::from_secs(100), |now| {
            let due = asked.is_none_or(|at| now - at >= between_questions(now));
            if due {
                asked = Some(now);
            }
            due
        });
        assert_eq!(questions, [0.0, 2.0, 4.0, 8.0, 16.0, 32.0, 52.0, 72.0, 92.0]);
    }

    /// R17 (obstruct): a bootstrap that bars whoever registers too often does not bar an honest node.
    #[test]
    fn r17_a_node_whose_addresses_change_all_the_time_does_not_register_too_often() {
        let (mut bucket, hour) = (Bucket::default(), 3600.0);
        let made = times(Duration::from_secs(4 * 3600), |now| {
            bucket.take(1.0, &REGISTRATIONS, now)
        });
        assert_eq!(
            made.iter().filter(|at| **at < 60.0).count(),
            10,
            "changes are told at once"
        );
        let within = |from: f64| made.iter().filter(|at| (from..from + hour).contains(*at)).count();
        let most = made.iter().map(|from| within(*from)).max();
        assert!(most.is_some_and(|most| (20..=24).contains(&most)), "{most:?}");
    }
}
