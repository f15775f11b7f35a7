//! Bounds of relaying beyond those that libp2p's relay has itself: by source, where a network of the sixth version is
//! one, at once and by the hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use libp2p::{Multiaddr, PeerId, relay};

use crate::config::Relay;
use crate::limits::Source;
use crate::limits::rates::Rates;
use crate::whereabouts::Whereabouts;

/// Sources of which each may ask as often as so many peers: a hospital's nodes share an address.
const NEIGHBOURS: u32 = 8;

/// Reservations of one peer within an hour; they last an hour, and each connection makes its own.
const RESERVATIONS_PER_HOUR: u32 = 60;

/// Connections with which one peer holds a reservation.
const RESERVATIONS_PER_PEER: usize = 4;

/// How long a reservation lasts.
const RESERVED: Duration = Duration::from_secs(3600);

/// The circuits that are open, by who asked for them. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Circuits(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    /// The sources from which each pair was joined.
    pairs: HashMap<(PeerId, PeerId), Vec<Source>>,
    per_source: HashMap<Source, u32>,
}

impl Circuits {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.open().pairs.values().map(|pair| pair.len() as u64).sum()
    }

    /// Notes what is opened and closed.
    pub(crate) fn on_event(&self, event: &relay::Event, whereabouts: &Whereabouts) {
        match event {
            relay::Event::CircuitReqAccepted {
                src_peer_id,
                dst_peer_id,
            } => self.opened(*src_peer_id, *dst_peer_id, whereabouts.of(src_peer_id)),
            relay::Event::CircuitClosed {
                src_peer_id,
                dst_peer_id,
                ..
            } => self.closed(*src_peer_id, *dst_peer_id),
            _ => {}
        }
    }

    fn opened(&self, from: PeerId, to: PeerId, source: Source) {
        let mut open = self.open();
        open.pairs.entry((from, to)).or_default().push(source);
        *open.per_source.entry(source).or_insert(0) += 1;
    }

    fn closed(&self, from: PeerId, to: PeerId) {
        let mut open = self.open();
        let Some(pair) = open.pairs.get_mut(&(from, to)) else {
            return;
        };
        let source = pair.pop();
        if pair.is_empty() {
            open.pairs.remove(&(from, to));
        }
        let Some(source) = source else { return };
        if let Some(count) = open.per_source.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                open.per_source.remove(&source);
            }
        }
    }

    fn of(&self, source: Source) -> u32 {
        self.open().per_source.get(&source).copied().unwrap_or(0)
    }
}

/// The relay, when it is not turned off.
pub(crate) fn behaviour(me: PeerId, bounds: &Relay, circuits: Circuits) -> Option<relay::Behaviour> {
    if bounds.circuits == 0 {
        return None;
    }
    let mut reserving = Rates::hourly(
        RESERVATIONS_PER_HOUR,
        RESERVATIONS_PER_HOUR * NEIGHBOURS * NEIGHBOURS,
    );
    let reservations =
        move |peer, address: &Multiaddr, now: Instant| reserving.take(peer, Source::of(address), now);
    let (most, per_hour) = (bounds.per_source, bounds.per_hour);
    let mut asking = Rates::hourly(per_hour, per_hour.saturating_mul(NEIGHBOURS));
    let asked = move |peer, address: &Multiaddr, now: Instant| {
        let source = Source::of(address);
        circuits.of(source) < most && asking.take(peer, source, now)
    };
    let config = relay::Config {
        max_reservations: bounds.reservations,
        max_reservations_per_peer: RESERVATIONS_PER_PEER,
        reservation_duration: RESERVED,
        reservation_rate_limiters: vec![Box::new(reservations)],
        max_circuits: bounds.circuits,
        // libp2p-relay 0.22 refuses when a peer has more than this, not when it has as many.
        max_circuits_per_peer: bounds.per_peer.saturating_sub(1),
        max_circuit_duration: bounds.time,
        max_circuit_bytes: bounds.bytes,
        circuit_src_rate_limiters: vec![Box::new(asked)],
    };
    Some(relay::Behaviour::new(me, config))
}

/// Whether a circuit ended because it went over its time or its bytes, which libp2p tells by its words only.
pub(crate) fn was_too_long(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::TimedOut || error.to_string().contains("Max circuit bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17 (obstruct): what was closed counts no more, and nothing is left of it.
    #[test]
    fn r17_open_circuits_are_counted_by_source() {
        let circuits = Circuits::default();
        let source = |last: u8| Source::from(std::net::IpAddr::from([192, 0, 2, last]));
        let [one, two, three] = [PeerId::random(), PeerId::random(), PeerId::random()];
        circuits.opened(one, two, source(1));
        circuits.opened(one, two, source(1));
        circuits.opened(one, three, source(2));
        assert_eq!((circuits.of(source(1)), circuits.of(source(2))), (2, 1));
        assert_eq!(circuits.count(), 3);
        circuits.closed(one, two);
        circuits.closed(one, three);
        circuits.closed(one, three);
        circuits.closed(one, two);
        assert_eq!((circuits.of(source(1)), circuits.count()), (0, 0));
        assert!(circuits.open().per_source.is_empty());
    }
}
