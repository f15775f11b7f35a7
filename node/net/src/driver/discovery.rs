//! Bootstraps: keep them connected, register at their rendezvous, learn who else is there, be relayed by them.

use std::time::{Duration, Instant};

use libp2p::multiaddr::Protocol;
use libp2p::rendezvous::{self, Cookie, Namespace, client};
use libp2p::swarm::behaviour::{ExternalAddrConfirmed, ExternalAddrExpired};
use libp2p::swarm::{FromSwarm, NetworkBehaviour as _, StreamProtocol};
use libp2p::{Multiaddr, PeerId, identify, relay};

use super::dialling::{peer_of, without_peer};
use super::punching::Again;
use super::{Driver, Notice};
use crate::error::NetError;

/// Longest wait before a lost bootstrap is tried again.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// How often a bootstrap is asked for new peers, and how often while somebody wanted is not reached.
const DISCOVER: Duration = Duration::from_secs(20);
const DISCOVER_WANTED: Duration = Duration::from_secs(2);

/// Registrations that are asked for at once. A message holds a megabyte, which is some three thousand; an answer that
/// does not fit is none.
const PAGE: u64 = 512;

/// Registrations are renewed long before they expire (2 h at least).
const REGISTER: Duration = Duration::from_secs(1800);

/// Bootstraps at which we hold a relay reservation.
const RESERVATIONS: usize = 2;

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
    registered: Option<Instant>,
    /// When it is dialled by QUIC, if it is reached by TCP only.
    pub(super) quic: Again,
}

impl Driver {
    /// Adds a configured bootstrap.
    pub(crate) fn add_bootstrap(&mut self, address: &Multiaddr) -> Result<(), NetError> {
        let peer = named_peer(address)?;
        if let Some(kad) = self.swarm.behaviour_mut().kad.as_mut() {
            kad.add_address(&peer, without_peer(address.clone()));
        }
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
            registered: None,
            quic: Again::now(),
        });
        Ok(())
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
            (bootstrap.registered, bootstrap.discovered) = (None, None);
            bootstrap.next = Instant::now();
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
        if let Some(kad) = self.swarm.behaviour_mut().kad.as_mut() {
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

    /// Registers and discovers where it is time.
    pub(super) fn discover_due(&mut self) {
        if !self.enrolled {
            return;
        }
        let searching = self.wanted.keys().any(|peer| !self.peers.contains_key(peer));
        let every = if searching { DISCOVER_WANTED } else { DISCOVER };
        let changed = std::mem::take(&mut self.addresses_changed);
        let Some(namespace) = self.namespace() else { return };
        let Some(client) = self.swarm.behaviour_mut().rendezvous.as_mut() else {
            return;
        };
        let due = |at: Option<Instant>, every| at.is_none_or(|at| at.elapsed() >= every);
        let mut relays = Vec::new();
        for bootstrap in self
            .bootstraps
            .iter_mut()
            .filter(|bootstrap| bootstrap.rendezvous)
        {
            if changed || due(bootstrap.registered, REGISTER) {
                bootstrap.registered = Some(Instant::now());
                if let Err(error) = client.register(namespace.clone(), bootstrap.peer, None) {
                    tracing::debug!(%error, "not registered");
                }
            }
            if due(bootstrap.discovered, every) {
                bootstrap.discovered = Some(Instant::now());
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
                kad.get_closest_peers(*peer);
            }
        }
    }

    pub(super) fn unregister(&mut self) {
        let Some(namespace) = self.namespace() else { return };
        let Some(client) = self.swarm.behaviour_mut().rendezvous.as_mut() else {
            return;
        };
        for bootstrap in self
            .bootstraps
            .iter()
            .filter(|bootstrap| bootstrap.registered.is_some())
        {
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
                // An old cookie is refused by a bootstrap that was restarted: begin anew.
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
                    // Again in ten seconds.
                    bootstrap.registered = Instant::now().checked_sub(REGISTER - Duration::from_secs(10));
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
        self.addresses_changed = true;
    }

    /// We listen there no more: others are not to be told of it any longer.
    pub(super) fn withdraw(&mut self, address: &Multiaddr) {
        if let Some(client) = self.swarm.behaviour_mut().rendezvous.as_mut() {
            client.on_swarm_event(FromSwarm::ExternalAddrExpired(ExternalAddrExpired {
                addr: address,
            }));
        }
        self.addresses_changed = true;
    }
}

fn named_peer(address: &Multiaddr) -> Result<PeerId, NetError> {
    peer_of(address).ok_or_else(|| NetError::Address {
        address: address.to_string(),
        why: "it must end in /p2p/ and the PeerId".to_owned(),
    })
}
