//! Bounds of who is registered. libp2p's server bounds registrations by number only: one may have a megabyte, and what
//! is registered again stays in memory until it expires. So whoever overdoes it is kept out.

use std::collections::HashSet;
use std::time::Instant;

use libp2p::rendezvous::{Namespace, server};
use libp2p::{Multiaddr, PeerId};

use crate::limits::rates::Rates;
use crate::whereabouts::Whereabouts;

/// Registrations of one peer within an hour; a node renews each hourly, and after each change of its addresses.
const PER_HOUR: u32 = 120;

/// The same of all peers of one source.
const PER_SOURCE: u32 = 4000;

/// Addresses that a registration may have.
const MAX_ADDRESSES: usize = 64;

/// The bytes of these addresses.
const MAX_BYTES: usize = 8192;

/// Registrations of one peer: a network and what a node may try.
const PER_PEER: usize = 8;

/// Registrations in all.
const MOST: usize = 10_000;

/// Answers that are remembered, so that the next tells only news. A node whose last answer is forgotten is told everything
/// anew, so there must be more than there are nodes of a network. Each holds a number of eight bytes for each
/// registration: some 65 MB with two thousand nodes, 330 MB if all registrations that may stand are told to everybody.
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
}

impl Registered {
    pub(crate) fn new() -> Self {
        Self {
            standing: HashSet::new(),
            rates: Rates::hourly(PER_HOUR, PER_SOURCE),
        }
    }

    /// How many registrations stand.
    pub(crate) fn count(&self) -> usize {
        self.standing.len()
    }

    /// Notes what was registered. Whoever it names asked for too much.
    pub(crate) fn on_event(&mut self, event: &server::Event, whereabouts: &Whereabouts) -> Option<PeerId> {
        match event {
            server::Event::PeerRegistered { peer, registration } => {
                self.standing.insert((*peer, registration.namespace.clone()));
                let small = is_small(registration.record.addresses());
                let seldom = self.rates.take(*peer, whereabouts.of(peer), Instant::now());
                (!small || !seldom).then_some(*peer)
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
            _ => None,
        }
    }
}

/// Whether these are as many addresses as a node has, and as long.
fn is_small(addresses: &[Multiaddr]) -> bool {
    let bytes: usize = addresses.iter().map(Multiaddr::len).sum();
    addresses.len() <= MAX_ADDRESSES && bytes <= MAX_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

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
