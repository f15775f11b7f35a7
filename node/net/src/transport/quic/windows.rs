//! How much may be under way, and therefore lie in memory, on each connection.
//!
//! QUIC's windows say what a peer may send before we have read it. A stranger gets little: whatever it sends, it cannot
//! fill our memory. While a package travels, the window is what the line holds at [`FASTEST`], so that a long line is
//! full and a short one costs nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use libp2p::PeerId;
use quinn::VarInt;

use super::room::Room;

/// Of a connection without a package: 512 KiB. With 512 connections, 256 MiB at the very most.
pub(super) const STRANGER: u32 = 512 << 10;

/// Of a connection with a package, at most.
pub(super) const MOST: u32 = 32 << 20;

/// The same at least.
const LEAST: u32 = 4 << 20;

/// Of all connections with a package together, about.
const TOGETHER: u32 = 64 << 20;

/// The rate for which a window is made, bytes in a second: 2 Gbit/s.
const FASTEST: f64 = 250e6;

/// The connections of a transport by peer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Windows(Arc<Mutex<HashMap<PeerId, Peer>>>);

#[derive(Debug, Default)]
struct Peer {
    connections: Vec<Room>,
    packages: u32,
}

impl Windows {
    /// Widens the windows of the connections with `peer` for as long as the guard lives. A connection that is made
    /// meanwhile is widened too.
    pub(crate) fn widen(&self, peer: PeerId) -> Wide {
        let mut peers = self.lock();
        let active: u32 = peers.values().map(|peer| peer.packages).sum();
        let entry = peers.entry(peer).or_default();
        entry.packages += 1;
        for room in &entry.connections {
            set(room, width(room.connection().rtt(), active + 1));
        }
        Wide {
            windows: self.clone(),
            peer,
        }
    }

    /// A connection more; gives its room for what is written.
    pub(super) fn add(&self, peer: PeerId, connection: &quinn::Connection) -> Room {
        let room = Room::new(connection.clone(), STRANGER);
        let mut peers = self.lock();
        let active: u32 = peers.values().map(|peer| peer.packages).sum();
        let entry = peers.entry(peer).or_default();
        if entry.packages > 0 {
            set(&room, width(connection.rtt(), active));
        }
        entry.connections.push(room.clone());
        room
    }

    pub(super) fn remove(&self, peer: &PeerId, connection: &quinn::Connection) {
        let mut peers = self.lock();
        if let Some(entry) = peers.get_mut(peer) {
            let id = connection.stable_id();
            entry
                .connections
                .retain(|room| room.connection().stable_id() != id);
            forget_if_empty(&mut peers, peer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PeerId, Peer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the windows of a peer wide.
#[derive(Debug)]
pub(crate) struct Wide {
    windows: Windows,
    peer: PeerId,
}

impl Drop for Wide {
    fn drop(&mut self) {
        let mut peers = self.windows.lock();
        if let Some(entry) = peers.get_mut(&self.peer) {
            entry.packages = entry.packages.saturating_sub(1);
            if entry.packages == 0 {
                entry.connections.iter().for_each(|room| set(room, STRANGER));
            }
            forget_if_empty(&mut peers, &self.peer);
        }
    }
}

fn forget_if_empty(peers: &mut HashMap<PeerId, Peer>, peer: &PeerId) {
    if peers
        .get(peer)
        .is_some_and(|entry| entry.connections.is_empty() && entry.packages == 0)
    {
        peers.remove(peer);
    }
}

fn set(room: &Room, window: u32) {
    room.connection().set_receive_window(VarInt::from_u32(window));
    room.bound(window);
}

/// What a line of this length holds, as far as `active` packages may share the memory.
fn width(round_trip: Duration, active: u32) -> u32 {
    let line = (round_trip.as_secs_f64() * FASTEST).min(f64::from(MOST)) as u32;
    let share = (TOGETHER / active.max(1)).max(STRANGER);
    line.max(LEAST).min(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_as_wide_as_the_line_is_long() {
        assert_eq!(width(Duration::from_micros(100), 1), LEAST);
        assert_eq!(width(Duration::from_millis(100), 1), 25_000_000);
        assert_eq!(width(Duration::from_secs(1), 1), MOST);
    }

    /// R24: many packages at once share the memory, and a hundred take no more than ten.
    #[test]
    fn r24_many_packages_share_the_memory() {
        assert_eq!(width(Duration::from_secs(1), 12), TOGETHER / 12);
        assert_eq!(width(Duration::from_secs(1), 10_000), STRANGER);
    }
}
