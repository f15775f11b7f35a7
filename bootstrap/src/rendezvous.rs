//! Bounds of who is registered. libp2p's server bounds registrations by number only: one may have a megabyte, and of what
//! is registered again the number of the one before stays in every answer that is remembered, until it would have expired.
//! So whoever overdoes it is kept out.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use libp2p::rendezvous::{Namespace, server};
use libp2p::{Multiaddr, PeerId};

use crate::limits::Source;
use crate::limits::rates::{Rate, Rates};
use crate::whereabouts::Whereabouts;

/// Registrations of one peer within an hour. A node renews after 90 minutes, and after changes of its addresses, 22 times
/// in an hour at most as long as it is not started anew.
const PER_HOUR: u32 = 48;

/// The same of all peers of one source.
const PER_SOURCE: u32 = 2000;

/// Registrations of all within [`LONGEST`] beyond which only who is sparing is let register more. Within any such time
/// there are twice as many at most, which fit into 16,384 places of a hash table.
const LATELY: u32 = 7168;

/// Registrations of one sparing peer, and of all of a source, within an hour.
const SPARING: u32 = 12;
const SPARING_SOURCE: u32 = 256;

/// Questions of one peer within an hour, and of all of a source. A node asks every 20 s, for a while more often, and once
/// for each page of an answer.
const QUESTIONS: u32 = 2400;
const QUESTIONS_SOURCE: u32 = QUESTIONS * 32;

/// Addresses that a registration may have.
const MAX_ADDRESSES: usize = 64;

/// The bytes of these addresses.
const MAX_BYTES: usize = 8192;

/// Registrations of one peer: a network and what a node may try.
const PER_PEER: usize = 8;

/// Registrations in all.
const MOST: usize = 10_000;

/// Answers that are remembered, so that the next tells only news. Each question makes another, and none is given back
/// before it is the oldest of all: a node whose last answer is forgotten is told everything anew, so that there must be
/// more than all nodes ask for within 20 s. Each holds, in a hash table of nine bytes a place, the number of every
/// registration that it told and that has not expired, those that were replaced too: some 75 MB in all with two thousand
/// nodes, 300 MB with as many registrations as [`LATELY`] allows.
const REMEMBERED: usize = 2_048;

/// Seconds for which one may register: the least that the protocol has, which is what nodes ask for.
const LONGEST: u64 = 2 * 3600;

/// The server.
pub(crate) fn behaviour() -> server::Behaviour {
    let config = server::Config::default()
        .with_max_ttl(LONGEST)
        .with_max_registration_per_peer(PER_PEER)
        .with_max_registration_total(MOST)
        .with_max_stored_cookies(REMEMBERED);
    server::Behaviour::new(config)
}

/// Who is registered.
pub(crate) struct Registered {
    standing: HashSet<(PeerId, Namespace)>,
    rates: Rates,
    sparing: Rates,
    lately: Rate<()>,
    questions: Rates,
}

impl Registered {
    pub(crate) fn new() -> Self {
        Self {
            standing: HashSet::new(),
            rates: Rates::hourly(PER_HOUR, PER_SOURCE),
            sparing: Rates::hourly(SPARING, SPARING_SOURCE),
            lately: Rate::new(LATELY, Duration::from_secs(LONGEST)),
            questions: Rates::hourly(QUESTIONS, QUESTIONS_SOURCE),
        }
    }

    /// How many registrations stand.
    pub(crate) fn count(&self) -> usize {
        self.standing.len()
    }

    /// Notes what was registered and asked. Whoever it names asked for too much.
    pub(crate) fn on_event(&mut self, event: &server::Event, whereabouts: &Whereabouts) -> Option<PeerId> {
        match event {
            server::Event::PeerRegistered { peer, registration } => {
                self.standing.insert((*peer, registration.namespace.clone()));
                let small = is_small(registration.record.addresses());
                let often = self.is_too_often(*peer, whereabouts.of(peer), Instant::now());
                (!small || often).then_some(*peer)
            }
            server::Event::DiscoverServed { enquirer: peer, .. }
            | server::Event::DiscoverNotServed { enquirer: peer, .. } => {
                let source = whereabouts.of(peer);
                let often = self.questions.exceed(*peer, source, Instant::now());
                often.then_some(*peer)
            }
            server::Event::PeerUnregistered { peer, namespace } => {
                self.standing.remove(&(*peer, namespace.clone()));
                None
            }
            server::Event::RegistrationExpired(registration) => {
                let peer = registration.record.peer_id();
                self.standing.remove(&(peer, registration.namespace.clone()));
                None
            }
            server::Event::PeerNotRegistered { .. } => None,
        }
    }

    /// Counts a registration. When all together are too many, nobody is to blame who makes no more than a node does.
    fn is_too_often(&mut self, peer: PeerId, source: Source, now: Instant) -> bool {
        let often = self.rates.exceed(peer, source, now);
        let unsparing = self.sparing.exceed(peer, source, now);
        let crowded = self.lately.exceed((), now);
        often || (crowded && unsparing)
    }
}

/// Whether these are as many addresses as a node has, and as long.
fn is_small(addresses: &[Multiaddr]) -> bool {
    let bytes: usize = addresses.iter().map(Multiaddr::len).sum();
    addresses.len() <= MAX_ADDRESSES && bytes <= MAX_BYTES
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn source(number: u32) -> Source {
        IpAddr::from((0xcb00_0000 + number).to_be_bytes()).into()
    }

    /// R17 (obstruct): however many strangers there are and wherever, they register so often and no more in all, and
    /// nobody is kept out for it who does as nodes do.
    #[test]
    fn r17_registrations_are_bounded_in_all_and_nodes_are_not_kept_out() {
        let (mut registered, start) = (Registered::new(), Instant::now());
        let nodes: Vec<_> = (0..500)
            .map(|number| (PeerId::random(), source(number)))
            .collect();
        let all_register = |registered: &mut Registered, now| {
            let mut all = nodes.iter();
            all.all(|(node, place)| !registered.is_too_often(*node, *place, now))
        };
        assert!(all_register(&mut registered, start));
        // At each place ever new names, each of which makes as many as a sparing one, until the place is barred.
        let mut made = 0;
        for place in (1000..1016).map(source) {
            let names = std::iter::repeat_with(PeerId::random);
            let attempts = names.flat_map(|name| std::iter::repeat_n(name, SPARING as usize));
            let let_in = attempts.take_while(|name| !registered.is_too_often(*name, place, start));
            made += let_in.count() as u32;
        }
        let bounds = LATELY - 500..LATELY + 16 * SPARING_SOURCE;
        assert!(bounds.contains(&made), "{made}");
        for minutes in [15, 30, 45, 90] {
            let now = start + Duration::from_secs(minutes * 60);
            assert!(all_register(&mut registered, now), "after {minutes} minutes");
        }
    }

    /// R17 (obstruct): strangers behind one address do not use up what all together may register.
    #[test]
    fn r17_registrations_from_one_place_are_bounded() {
        let (mut registered, now) = (Registered::new(), Instant::now());
        let made = (0..10_000).filter(|_| !registered.is_too_often(PeerId::random(), source(1), now));
        let made = made.count() as u32;
        assert!(made <= PER_SOURCE && PER_SOURCE * 3 < LATELY, "{made}");
        assert!(!registered.is_too_often(PeerId::random(), source(2), now));
    }

    /// R17 (obstruct): every question makes the host forget an older answer.
    #[test]
    fn r17_whoever_asks_all_the_time_is_kept_out() {
        let (mut registered, whereabouts) = (Registered::new(), Whereabouts::default());
        let mut ask = |enquirer| {
            let served = server::Event::DiscoverServed {
                enquirer,
                registrations: Vec::new(),
            };
            registered.on_event(&served, &whereabouts)
        };
        let (greedy, modest) = (PeerId::random(), PeerId::random());
        assert!((0..QUESTIONS).all(|_| ask(greedy).is_none()));
        assert_eq!(ask(greedy), Some(greedy));
        assert!((0..3600 / 20).all(|_| ask(modest).is_none()));
    }

    /// R17, R24: libp2p's own client registers 20 addresses at most; another may try more.
    #[test]
    fn r17_r24_a_registration_is_bounded_by_addresses_and_by_bytes() {
        let short: Multiaddr = "/ip4/192.0.2.1/udp/4001/quic-v1".parse().unwrap();
        assert!(
            short.len() * MAX_ADDRESSES < MAX_BYTES,
            "the number is what counts"
        );
        assert!(is_small(&[]));
        assert!(is_small(&vec![short.clone(); MAX_ADDRESSES]));
        assert!(!is_small(&vec![short.clone(); MAX_ADDRESSES + 1]));

        let of_bytes = |length: usize| -> Multiaddr {
            // Code of the protocol, length of the name in two bytes, the name.
            let name = "a".repeat(length - 3);
            format!("/dns/{name}").parse().unwrap()
        };
        let half = of_bytes(MAX_BYTES / 2);
        assert_eq!(half.len(), MAX_BYTES / 2);
        assert!(is_small(&[half.clone(), half.clone()]));
        assert!(!is_small(&[half, of_bytes(MAX_BYTES / 2 + 1)]));
    }
}
