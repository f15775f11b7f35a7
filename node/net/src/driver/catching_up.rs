//! A node whose register is older than that of the other side fetches what it lacks and comes again. Until then
//! there is no admission and so no case traffic.

use std::time::Duration;

use libp2p::PeerId;
use tokio::time::timeout;

use super::{Driver, Report};
use crate::host::RefusalCode;

/// How long catching up may take: 100,000 entries over a slow line.
const CATCHING_UP: Duration = Duration::from_secs(120);

/// How often in a row one peer may send us to catch up.
const ROUNDS: u8 = 3;

/// Hold-off of a peer from whom nothing better was to be had.
const IN_VAIN: Duration = Duration::from_secs(5);

/// Where we stand with a peer whose register is newer.
#[derive(Default)]
pub(super) struct Round {
    count: u8,
    pub(super) running: bool,
}

impl Driver {
    /// An admission ended because one side's register is older. Whether that was ours.
    pub(super) fn is_about_register(code: RefusalCode, by_us: bool) -> Option<bool> {
        match (code, by_us) {
            (RefusalCode::Behind, false) | (RefusalCode::CatchingUp, true) => Some(true),
            (RefusalCode::Behind, true) | (RefusalCode::CatchingUp, false) => Some(false),
            _ => None,
        }
    }

    pub(super) fn catch_up(&mut self, peer: PeerId) {
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        let round = &mut state.round;
        if round.running {
            return;
        }
        if round.count >= ROUNDS {
            tracing::info!(%peer, "a peer calls our register old but has nothing newer");
            return self.hold_off(peer, self.limits.hold_off);
        }
        round.count += 1;
        round.running = true;
        let (host, reports) = (self.host.clone(), self.reports.0.clone());
        tokio::spawn(async move {
            let done = timeout(CATCHING_UP, host.catch_up(peer)).await.unwrap_or(false);
            // The driver is gone only when everything ends.
            let _ = reports.send(Report::CaughtUp { peer, done }).await;
        });
    }

    pub(super) fn on_caught_up(&mut self, peer: PeerId, done: bool) {
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        state.round.running = false;
        if self.gate.is_admitted(&peer) {
            return;
        }
        if done {
            // Whoever was behind comes again, whichever side had dialled.
            self.begin_admission(peer);
        } else {
            tracing::info!(%peer, "our register is older than that of a peer and could not be brought up to date");
            self.hold_off(peer, IN_VAIN);
        }
    }
}
