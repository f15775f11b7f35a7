//! Reaching peers: those that something waits for are tried until they are there.

use std::time::{Duration, Instant};

use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId};

use super::Driver;

/// Wait before the second try; doubles up to [`MAX_DELAY`], so that a peer that returns is reached within 5 s.
const MIN_DELAY: Duration = Duration::from_millis(500);

/// Longest wait between two tries.
const MAX_DELAY: Duration = Duration::from_secs(4);

/// Longest wait after connections that ended without admission: the peer is there, and does not want us yet.
const MAX_UNWELCOME: Duration = Duration::from_secs(30);

/// First and longest wait between two tries to reach a relayed peer directly that nothing waits for.
const SHORTEN_FIRST: Duration = Duration::from_secs(1);
const SHORTEN_LAST: Duration = Duration::from_secs(600);

/// Addresses that are kept for one wanted peer.
const MAX_ADDRESSES: usize = 32;

/// A peer that something waits for.
pub(super) struct Wanted {
    addresses: Vec<Multiaddr>,
    pub(super) next: Instant,
    delay: Duration,
    /// The last wait after a connection that ended without admission.
    unwelcome: Duration,
    /// Tries in vain since it was last connected.
    pub(super) failures: u32,
    /// Direct addresses failed just now: try by relay.
    relayed: bool,
    /// When the bootstraps were last asked where it is.
    pub(super) asked: Option<Instant>,
    /// It is wanted until it is admitted, and no longer than this.
    until: Option<Instant>,
}

impl Wanted {
    pub(super) fn new() -> Self {
        Self {
            addresses: Vec::new(),
            next: Instant::now(),
            delay: MIN_DELAY,
            unwelcome: Duration::ZERO,
            failures: 0,
            relayed: false,
            asked: None,
            until: None,
        }
    }

    /// Nothing waits for it; it is to be met once more.
    pub(super) fn until(time: Instant) -> Self {
        Self {
            until: Some(time),
            ..Self::new()
        }
    }

    /// Whether it is to be met only once.
    pub(super) const fn is_for_once(&self) -> bool {
        self.until.is_some()
    }

    /// Remembers an address, and says whether it is new; the oldest gives way.
    pub(super) fn learn(&mut self, address: Multiaddr) -> bool {
        if self.addresses.contains(&address) {
            return false;
        }
        if self.addresses.len() >= MAX_ADDRESSES {
            self.addresses.remove(0);
        }
        self.addresses.push(address);
        true
    }

    /// Whether it is known where it may be.
    pub(super) fn is_located(&self) -> bool {
        !self.addresses.is_empty()
    }

    /// Tries again at once and from the shortest wait.
    pub(super) fn hurry(&mut self) {
        (self.next, self.delay) = (Instant::now(), MIN_DELAY);
    }

    /// A connection has come about; whether we are welcome is not known yet.
    pub(super) fn connected(&mut self) {
        self.failures = 0;
        self.relayed = false;
    }

    /// It was admitted, or there is a new reason to think that it will be.
    pub(super) fn begin_anew(&mut self) {
        self.unwelcome = Duration::ZERO;
        self.hurry();
    }

    /// The last connection ended without admission: it would end so again at once, and a relay brings us nowhere else.
    pub(super) fn turned_away(&mut self) {
        self.unwelcome = (self.unwelcome * 2).clamp(MIN_DELAY, MAX_UNWELCOME);
        self.next = Instant::now() + self.unwelcome;
    }
}

/// When a peer that is reached by relay is dialled directly.
#[derive(Default)]
pub(super) struct Shortening {
    next: Option<Instant>,
    delay: Duration,
}

impl Shortening {
    /// A relayed connection has come about.
    pub(super) fn begin(&mut self) {
        (self.next, self.delay) = (Some(Instant::now() + SHORTEN_FIRST), SHORTEN_FIRST);
    }

    fn is_due(&self, now: Instant) -> bool {
        self.next.is_some_and(|next| next <= now)
    }

    /// It was tried, or not because a dial is under way: then it is not counted.
    fn tried(&mut self, now: Instant, counts: bool) {
        if counts {
            self.delay = (self.delay * 2).min(SHORTEN_LAST);
        }
        self.next = Some(now + self.delay);
    }
}

impl Driver {
    /// Dials those that are admitted and reached by relay only, past the relay. Holes are punched for QUIC; where a
    /// firewall lets no UDP through, and one side can be dialled by TCP, it is only reached in this way.
    pub(super) fn shorten_due(&mut self) {
        let now = Instant::now();
        let due: Vec<_> = self
            .peers
            .iter()
            .filter(|(peer, state)| {
                state.shortening.is_due(now) && state.admitted.is_some() && !self.is_direct(peer)
            })
            .map(|(peer, state)| (*peer, state.told.clone()))
            .collect();
        for (peer, told) in due {
            let known = self.known.get(&peer).map(|known| known.addresses.clone());
            let all = told.into_iter().chain(known.unwrap_or_default());
            let direct = all.filter(|address| !is_relayed(address)).collect();
            let dialled = self.dial_when(peer, direct, PeerCondition::NotDialing);
            if let Some(state) = self.peers.get_mut(&peer) {
                state.shortening.tried(now, dialled);
            }
        }
    }

    pub(super) fn want(&mut self, peer: PeerId, addresses: Vec<Multiaddr>) {
        if peer == self.me.peer {
            return;
        }
        // Whoever is wanted already goes on waiting for its turn: the host asks again and again.
        if !self.wanted.contains_key(&peer) {
            self.seek();
        }
        let wanted = self.wanted.entry(peer).or_insert_with(Wanted::new);
        wanted.until = None;
        let mut news = false;
        for address in addresses.into_iter().take(MAX_ADDRESSES) {
            news |= wanted.learn(without_peer(address));
        }
        if news {
            wanted.hurry();
        }
    }

    /// Dials whoever is due: bootstraps, wanted peers, and a few newly discovered ones.
    pub(super) fn dial_due(&mut self) {
        let now = Instant::now();
        self.dial_bootstraps(now);
        if !self.enrolled {
            return;
        }
        self.wanted
            .retain(|_, wanted| wanted.until.is_none_or(|until| now < until));
        let due: Vec<_> = self
            .wanted
            .iter()
            .filter(|(peer, wanted)| wanted.next <= now && !self.is_direct(peer) && !self.gate.is_held(peer))
            .filter(|(peer, _)| self.host.barred(**peer).is_none())
            .map(|(peer, _)| *peer)
            .collect();
        for peer in due {
            self.try_wanted(peer, now);
        }
        self.introduce(now);
    }

    fn try_wanted(&mut self, peer: PeerId, now: Instant) {
        let circuits = self.circuits_to(&peer);
        let known = self
            .known
            .get(&peer)
            .map(|known| known.addresses.clone())
            .unwrap_or_default();
        let told = self.peers.get(&peer).map(|state| state.told.clone());
        let Some(wanted) = self.wanted.get_mut(&peer) else {
            return;
        };
        let told = told.unwrap_or_default();
        let all = wanted.addresses.iter().cloned().chain(known).chain(told);
        if self.peers.contains_key(&peer) {
            // Reached by relay only: images should not go that way for longer than they must.
            wanted.next = now + MAX_DELAY;
            let direct = all.filter(|address| !is_relayed(address)).collect();
            self.dial_when(peer, direct, PeerCondition::NotDialing);
            return;
        }
        let (mut by_relay, mut direct): (Vec<_>, Vec<_>) = all.partition(is_relayed);
        by_relay.extend(circuits);
        // Direct first, so that a relay never wins a race it should lose; then, at once, by relay.
        let use_relay = (wanted.relayed || direct.is_empty()) && !by_relay.is_empty();
        wanted.relayed = !use_relay && !by_relay.is_empty();
        wanted.next = now + wanted.delay;
        if use_relay || by_relay.is_empty() {
            wanted.delay = (wanted.delay * 2).min(MAX_DELAY);
        }
        let addresses = if use_relay {
            by_relay
        } else {
            std::mem::take(&mut direct)
        };
        self.dial(peer, addresses);
    }

    /// A dial failed: a relay is tried without waiting.
    pub(super) fn on_dial_failed(&mut self, peer: &PeerId) {
        if let Some(known) = self.known.get_mut(peer) {
            known.failed();
        }
        if let Some(wanted) = self.wanted.get_mut(peer) {
            wanted.failures = wanted.failures.saturating_add(1);
            if wanted.relayed {
                wanted.next = Instant::now();
            }
            self.dirty = true;
        }
    }

    /// Whether a connection with `peer` leads through no relay.
    pub(super) fn is_direct(&self, peer: &PeerId) -> bool {
        let state = self.peers.get(peer);
        state.is_some_and(|state| state.connections.iter().any(|connection| !connection.relayed))
    }

    pub(super) fn dial(&mut self, peer: PeerId, addresses: Vec<Multiaddr>) {
        self.dial_when(peer, addresses, PeerCondition::DisconnectedAndNotDialing);
    }

    /// Whether it is being dialled now.
    pub(super) fn dial_when(
        &mut self,
        peer: PeerId,
        mut addresses: Vec<Multiaddr>,
        condition: PeerCondition,
    ) -> bool {
        addresses.dedup();
        if addresses.is_empty() {
            return false;
        }
        let options = DialOpts::peer_id(peer)
            .condition(condition)
            .addresses(addresses)
            .build();
        let dialled = self.swarm.dial(options);
        if let Err(error) = &dialled {
            tracing::debug!(%peer, %error, "not dialled");
        }
        dialled.is_ok()
    }

    /// Circuits to `peer` through every bootstrap that we are connected with.
    pub(super) fn circuits_to(&self, peer: &PeerId) -> Vec<Multiaddr> {
        let connected = self
            .bootstraps
            .iter()
            .filter(|bootstrap| self.peers.contains_key(&bootstrap.peer));
        connected
            .filter(|bootstrap| bootstrap.relays)
            .map(|bootstrap| {
                bootstrap
                    .address
                    .clone()
                    .with(Protocol::P2pCircuit)
                    .with(Protocol::P2p(*peer))
            })
            .collect()
    }
}

/// Whether an address leads through a relay.
pub(super) fn is_relayed(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == Protocol::P2pCircuit)
}

/// The address without a final `/p2p/…`, which the dial names already. A relayed address keeps the relay's.
pub(super) fn without_peer(mut address: Multiaddr) -> Multiaddr {
    if !is_relayed(&address) && matches!(address.iter().last(), Some(Protocol::P2p(_))) {
        address.pop();
    }
    address
}

/// Splits an address into the peer it ends in and itself.
pub(crate) fn peer_of(address: &Multiaddr) -> Option<PeerId> {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => Some(peer),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relayed_address_keeps_its_relay() {
        let peer = PeerId::random();
        let direct: Multiaddr = format!("/ip4/192.0.2.1/udp/1/quic-v1/p2p/{peer}")
            .parse()
            .unwrap();
        assert_eq!(peer_of(&direct), Some(peer));
        assert_eq!(without_peer(direct).to_string(), "/ip4/192.0.2.1/udp/1/quic-v1");
        let relayed: Multiaddr = format!("/ip4/192.0.2.1/tcp/1/p2p/{peer}/p2p-circuit/p2p/{peer}")
            .parse()
            .unwrap();
        assert!(is_relayed(&relayed));
        assert_eq!(without_peer(relayed.clone()), relayed);
    }

    #[test]
    fn a_relayed_peer_is_dialled_past_the_relay_more_and_more_seldom() {
        let (mut shortening, start) = (Shortening::default(), Instant::now());
        assert!(!shortening.is_due(start + SHORTEN_LAST), "it is not relayed");
        shortening.begin();
        let mut now = start + SHORTEN_FIRST * 2;
        assert!(!shortening.is_due(start) && shortening.is_due(now));
        shortening.tried(now, false);
        assert!(shortening.is_due(now + SHORTEN_FIRST), "a hole is being punched");
        for _ in 0..20 {
            now += shortening.delay;
            shortening.tried(now, true);
        }
        assert!(!shortening.is_due(now + SHORTEN_LAST / 2) && shortening.is_due(now + SHORTEN_LAST));
        shortening.begin();
        assert!(shortening.is_due(Instant::now() + SHORTEN_FIRST));
    }

    #[test]
    fn a_wanted_peer_that_does_not_admit_us_is_tried_more_and_more_seldom() {
        let mut wanted = Wanted::new();
        let mut waits = Vec::new();
        for _ in 0..8 {
            wanted.connected();
            let before = Instant::now();
            wanted.turned_away();
            waits.push((wanted.next - before).as_secs_f32().round() as u32);
        }
        assert_eq!(waits, [1, 1, 2, 4, 8, 16, 30, 30]);
        wanted.begin_anew();
        assert!(wanted.next <= Instant::now());
        wanted.turned_away();
        assert!(wanted.next <= Instant::now() + MIN_DELAY);
    }

    #[test]
    fn a_wanted_peer_has_a_bounded_number_of_addresses() {
        let mut wanted = Wanted::new();
        for port in 0..100 {
            wanted.learn(format!("/ip4/192.0.2.1/tcp/{port}").parse().unwrap());
        }
        assert_eq!(wanted.addresses.len(), MAX_ADDRESSES);
        assert!(
            wanted
                .addresses
                .contains(&"/ip4/192.0.2.1/tcp/99".parse().unwrap())
        );
    }
}
