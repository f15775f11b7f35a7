//! The way in by DICOM network: devices and archives of the house send, the node seals and keeps.
//!
//! What is received takes the same way as a file that is imported: it is sealed as it comes, so that nothing of it lies
//! on the disk unsealed, and the sender hears of success when its row is durable.

mod desk;
mod listener;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub use listener::ReceptionError;

use crate::clock;
use crate::config::Dicom;

/// Connections that may have no association yet: from one address, and from all.
const WAITING_HERE: usize = 4;
const WAITING: usize = 32;

/// What the listener does, told to whoever asks how the node is.
#[derive(Debug, Default)]
pub(super) struct Reception {
    state: Mutex<State>,
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    listening: Option<SocketAddr>,
    seats: BTreeMap<u64, Seat>,
    last_seat: u64,
    counts: Counts,
    rejected: u64,
    last: Option<Last>,
    last_refused: Option<LastRefused>,
}

/// A connection.
#[derive(Debug)]
struct Seat {
    address: IpAddr,
    since: Timestamp,
    /// Once it is an association.
    aet: Option<String>,
    counts: Counts,
    /// To end it by.
    stream: TcpStream,
}

/// Instances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) new: u64,
    pub(super) already_here: u64,
    refused: u64,
}

/// What was received last.
#[derive(Debug)]
struct Last {
    at: Timestamp,
    aet: String,
    study: String,
}

/// What was refused last.
#[derive(Debug)]
struct LastRefused {
    at: Timestamp,
    /// Who sent it; as long as that is not known, the address.
    aet: String,
    why: String,
}

impl Reception {
    fn state(&self) -> MutexGuard<'_, State> {
        // Counters and names: whole after each assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection, or `None` when too many wait already.
    fn seat(&self, address: IpAddr, stream: TcpStream, now: Timestamp) -> Option<u64> {
        let mut state = self.state();
        let waiting = state.seats.values().filter(|seat| seat.aet.is_none());
        let (mut all, mut here) = (0, 0);
        for seat in waiting {
            all += 1;
            here += usize::from(seat.address == address);
        }
        if all >= WAITING || here >= WAITING_HERE {
            return None;
        }
        state.last_seat += 1;
        let id = state.last_seat;
        let seat = Seat {
            address,
            since: now,
            aet: None,
            counts: Counts::default(),
            stream,
        };
        state.seats.insert(id, seat);
        Some(id)
    }

    fn leave(&self, id: u64) {
        self.state().seats.remove(&id);
    }

    /// Makes the connection an association, when less than so many are open.
    fn open(&self, id: u64, aet: &str, most: usize) -> bool {
        let mut state = self.state();
        let open = state.seats.values().filter(|seat| seat.aet.is_some()).count();
        if open >= most {
            return false;
        }
        if let Some(seat) = state.seats.get_mut(&id) {
            seat.aet = Some(aet.to_owned());
        }
        true
    }

    fn count(&self, id: u64, add: impl Fn(&mut Counts)) {
        let mut state = self.state();
        add(&mut state.counts);
        if let Some(seat) = state.seats.get_mut(&id) {
            add(&mut seat.counts);
        }
    }

    /// Notes that a connection ended before it was an association, other than by a rejection; false when it was one.
    fn broke(&self, id: u64, why: &str, now: Timestamp) -> bool {
        let mut state = self.state();
        let Some(seat) = state.seats.get(&id).filter(|seat| seat.aet.is_none()) else {
            return false;
        };
        state.last_refused = Some(LastRefused {
            at: now,
            aet: seat.address.to_string(),
            why: why.to_owned(),
        });
        state.rejected += 1;
        true
    }

    /// Ends the listener and all associations.
    pub(super) fn end(&self) {
        self.stop.cancel();
        let mut state = self.state();
        state.listening = None;
        for seat in state.seats.values() {
            let _ = seat.stream.shutdown(std::net::Shutdown::Both);
        }
    }

    /// How the listener is; null when there is none.
    pub(super) fn view(&self, settings: &Dicom) -> Value {
        let state = self.state();
        let Some(listening) = state.listening else {
            return Value::Null;
        };
        let associations: Vec<Value> = state
            .seats
            .values()
            .filter_map(|seat| {
                let counts = seat.counts;
                Some(json!({
                    "aet": seat.aet.as_ref()?,
                    "address": seat.address,
                    "since": clock::rfc3339(seat.since),
                    "instances": counts.new + counts.already_here,
                }))
            })
            .collect();
        let last = state.last.as_ref();
        let last_refused = state.last_refused.as_ref();
        json!({
            "listening": listening.to_string(),
            "aet": settings.aet,
            "tls": settings.tls.is_some(),
            "associations": associations,
            "received": state.counts.new,
            "already_here": state.counts.already_here,
            "refused": state.counts.refused,
            "rejected": state.rejected,
            "last": last.map(|last| json!({
                "at": clock::rfc3339(last.at),
                "aet": last.aet,
                "study_instance_uid": last.study,
            })),
            "last_refused": last_refused.map(|last| json!({
                "at": clock::rfc3339(last.at),
                "aet": last.aet,
                "why": last.why,
            })),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// R17 (obstruct): strangers who only connect leave places for others, and a device that is on the list finds its own.
    #[test]
    fn r17_strangers_who_only_connect_take_a_few_places() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let stream = || stream.try_clone().unwrap();
        let reception = Reception::default();
        let address = |last: u8| IpAddr::from([192, 168, 1, last]);
        let seat = |last: u8| reception.seat(address(last), stream(), Timestamp(1_000));
        let first: Vec<u64> = (0..WAITING_HERE).map(|_| seat(1).unwrap()).collect();
        assert_eq!(seat(1), None, "from one address");
        let second = seat(2).unwrap();
        assert!(reception.open(second, "CBCT1", 1));
        assert!(
            !reception.open(first[0], "CBCT1", 1),
            "as many as are allowed are open"
        );
        assert!(seat(2).is_some(), "an association waits no longer");
        for last in 3..=u8::MAX {
            let _ = seat(last);
        }
        assert_eq!(reception.state().seats.len(), WAITING + 1, "from all");
        first.into_iter().for_each(|id| reception.leave(id));
        assert!(seat(1).is_some());
    }

    /// R11: what a device does wrong before anything is known of it is told by its address.
    #[test]
    fn r11_a_connection_that_never_was_an_association_is_told_by_its_address() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let reception = Reception::default();
        reception.state().listening = Some(listener.local_addr().unwrap());
        let address = IpAddr::from([192, 168, 1, 20]);
        let seat = || reception.seat(address, stream.try_clone().unwrap(), Timestamp(1_000));
        let (first, second) = (seat().unwrap(), seat().unwrap());
        assert!(reception.broke(first, "the peer shows no certificate", Timestamp(2_000)));
        let view = reception.view(&Dicom::default());
        assert_eq!(view["rejected"], 1);
        assert_eq!(view["last_refused"]["aet"], "192.168.1.20");
        assert_eq!(view["last_refused"]["why"], "the peer shows no certificate");
        assert!(reception.open(second, "CBCT1", 8));
        assert!(
            !reception.broke(second, "the connection broke", Timestamp(3_000)),
            "it was one"
        );
        assert_eq!(reception.view(&Dicom::default())["rejected"], 1);
    }
}
