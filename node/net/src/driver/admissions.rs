//! Admissions: begun by whoever dialled, answered by the other, reported to the driver.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use libp2p::{PeerId, Stream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::catching_up::Round;
use super::{Driver, Identity, Notice, Report};
use crate::admission::{Denied, Exchange, Role};
use crate::conduct::Conduct;
use crate::gate::Gate;
use crate::host::{Host, Refusal, RefusalCode};
use crate::streams::{self, OpenError};

/// Hold-off after a refusal that the other side can mend soon.
const SHORT_HOLD_OFF: Duration = Duration::from_secs(5);

/// What an admission task needs.
#[derive(Clone)]
pub(crate) struct Admitter {
    pub(crate) me: Identity,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) gate: Gate,
    pub(crate) conduct: Conduct,
    pub(crate) reports: mpsc::Sender<Report>,
}

impl Admitter {
    /// Runs one side on an accepted stream and reports.
    pub(crate) async fn run(self, role: Role, mut stream: Stream, peer: PeerId) {
        let exchange = Exchange {
            role,
            me: self.me.peer,
            peer,
            key: &self.me.key,
            instance: self.me.instance,
            host: self.host.as_ref(),
        };
        let outcome = exchange.run(&mut stream, || self.gate.admit(peer)).await;
        let report = match outcome {
            Ok(instance) => Report::Admitted { peer, instance },
            Err(Denied::ByUs(refusal)) => {
                // Now, as long as it is connected: afterwards nobody knows where it was.
                if let Some(misdeed) = refusal.misdeed {
                    self.conduct.charge(peer, misdeed);
                }
                Report::Denied {
                    peer,
                    refusal,
                    by_us: true,
                }
            }
            Err(Denied::ByPeer(code)) => Report::Denied {
                peer,
                refusal: Refusal::new(code, "the peer refused us"),
                by_us: false,
            },
            Err(Denied::Lost(why)) => {
                tracing::debug!(%peer, why, "an admission was lost");
                Report::Lost { peer }
            }
        };
        // The verdict must be heard before the connection is closed: wait until the peer has closed its side.
        let farewell = async {
            stream.close().await?;
            stream.read(&mut [0]).await
        };
        if matches!(report, Report::Denied { .. }) {
            let _ = timeout(Duration::from_secs(1), farewell).await;
        }
        // The driver is gone only when everything ends.
        let _ = self.reports.send(report).await;
    }
}

impl Driver {
    pub(crate) fn admitter(&self) -> Admitter {
        Admitter {
            me: self.me.clone(),
            host: self.host.clone(),
            gate: self.gate.clone(),
            conduct: self.conduct.clone(),
            reports: self.reports.0.clone(),
        }
    }

    /// Begins an admission with a peer that we dialled.
    pub(super) fn begin_admission(&self, peer: PeerId) {
        let (admitter, control) = (self.admitter(), self.control.clone());
        let protocol = self.protocols.admission.clone();
        tokio::spawn(async move {
            // Without a certificate there is nothing to say; the peer is not to blame and not held off.
            if admitter.host.hello().await.is_none() {
                return;
            }
            match streams::open(&control, &admitter.gate, peer, &protocol).await {
                Ok(stream) => admitter.run(Role::Initiator, stream, peer).await,
                Err(error) => {
                    let report = match error {
                        OpenError::Refused(code) => Report::Denied {
                            peer,
                            refusal: Refusal::new(code, "the peer refused us"),
                            by_us: false,
                        },
                        OpenError::Lost(why) => {
                            tracing::debug!(%peer, why, "no admission could be begun");
                            Report::Lost { peer }
                        }
                    };
                    let _ = admitter.reports.send(report).await;
                }
            }
        });
    }

    pub(super) async fn on_report(&mut self, report: Report) {
        match report {
            Report::Admitted { peer, instance } => self.on_admitted(peer, instance).await,
            Report::Denied { peer, refusal, by_us } => self.on_denied(peer, refusal, by_us).await,
            // Those that stay unadmitted are ended by their deadline, and wanted ones are dialled again.
            Report::Lost { peer } => tracing::debug!(%peer, "an admission did not come about"),
            Report::CaughtUp { peer, done } => self.on_caught_up(peer, done),
            Report::Judged(judged) => return self.on_judged(judged),
        }
        self.dirty = true;
    }

    async fn on_admitted(&mut self, peer: PeerId, instance: [u8; 16]) {
        self.enter_route(&peer);
        // The connection on which it was admitted may be gone, and the next one begins with an admission of its own.
        let admitted = self.gate.is_admitted(&peer);
        let Some(state) = self.peers.get_mut(&peer).filter(|_| admitted) else {
            return;
        };
        let before = state.admitted.replace((instance, Instant::now()));
        state.round = Round::default();
        self.wanted
            .retain(|wanted, one| *wanted != peer || !one.is_for_once());
        if let Some(wanted) = self.wanted.get_mut(&peer) {
            wanted.begin_anew();
        }
        if let Some(known) = self.known.get_mut(&peer) {
            known.admitted();
        }
        match before {
            None => self.notify(Notice::Admitted(peer)).await,
            Some((same, _)) if same == instance => {}
            Some((_, since)) => {
                // The peer was restarted: connections from before are dead, and streams must not be opened on them.
                for stale in state
                    .connections
                    .iter()
                    .filter(|connection| connection.since <= since)
                {
                    self.swarm.close_connection(stale.id);
                }
                self.notify(Notice::Gone(peer)).await;
                self.notify(Notice::Admitted(peer)).await;
            }
        }
    }

    async fn on_denied(&mut self, peer: PeerId, refusal: Refusal, by_us: bool) {
        tracing::info!(%peer, %refusal, by_us, "an admission was refused");
        if let Some(ours_is_old) = Self::is_about_register(refusal.code, by_us) {
            if ours_is_old {
                self.catch_up(peer);
            }
            return self.notify(Notice::Refused(peer, refusal, by_us)).await;
        }
        let mendable = matches!(
            refusal.code,
            RefusalCode::NotEnrolled
                | RefusalCode::Busy
                | RefusalCode::Internal
                | RefusalCode::Stale
                | RefusalCode::Clock
        );
        let time = if mendable {
            SHORT_HOLD_OFF.min(self.limits.hold_off)
        } else {
            self.limits.hold_off
        };
        self.hold_off(peer, time);
        self.notify(Notice::Refused(peer, refusal, by_us)).await;
    }
}
