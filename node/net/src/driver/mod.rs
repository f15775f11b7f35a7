//! The one task that owns the swarm. Everything else asks it by a bounded channel.

mod admissions;
mod anew;
mod catching_up;
mod clock;
mod dialling;
mod discovery;
mod events;
mod finding;
mod gossip;
mod letting_go;
mod punching;
mod snapshot;
mod strangers;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dokuei_identity::key::SecretKey;
use futures::StreamExt as _;
use libp2p::core::transport::ListenerId;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId, Swarm};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;

use crate::behaviour::Behaviour;
use crate::conduct::Conduct;
use crate::conduct::bucket::Bucket;
use crate::config::Limits;
use crate::gate::Gate;
use crate::host::{Host, Refusal, RefusalCode};
use crate::status::Status;
use crate::streams::Protocols;
pub(crate) use admissions::Admitter;
use catching_up::Round;
use clock::Watch;
pub(crate) use dialling::peer_of;
use dialling::{Shortening, Wanted};
use discovery::Bootstrap;
pub use finding::Found;
use gossip::Hearing;
use strangers::Known;

/// Housekeeping: redials, deadlines, registrations, status.
const TICK: Duration = Duration::from_millis(250);

/// A peer that is neither bootstrap nor admitted by then is disconnected.
const UNADMITTED: Duration = Duration::from_secs(15);

/// A relayed connection is ended even in use when a direct one has lasted this long: images should not take the way by a
/// relay for longer than they must.
const CHANGING_OVER: Duration = Duration::from_secs(3);

/// As long as it fetches the register from us, or we from it, this is its time.
const CATCHING_UP: Duration = Duration::from_secs(180);

/// What a handle asks for.
pub(crate) enum Command {
    Want(PeerId, Vec<Multiaddr>),
    Unwant(PeerId),
    Find(PeerId, oneshot::Sender<Found>),
    Drop(PeerId, RefusalCode),
    MeetAnew(PeerId),
    Announce(Vec<u8>),
    Shutdown(oneshot::Sender<()>),
}

/// How an admission ended.
pub(crate) enum Report {
    Admitted {
        peer: PeerId,
        instance: [u8; 16],
    },
    Denied {
        peer: PeerId,
        refusal: Refusal,
        by_us: bool,
    },
    Lost {
        peer: PeerId,
    },
    /// The host has caught up with the register of `peer`, or could not.
    CaughtUp {
        peer: PeerId,
        done: bool,
    },
    /// A checkpoint has been judged.
    Judged(gossip::Judged),
}

/// What the host is told, in order, by a task of its own.
pub(crate) enum Notice {
    Admitted(PeerId),
    Gone(PeerId),
    RegisterSource(PeerId),
    Refused(PeerId, Refusal, bool),
}

/// What admissions need.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) peer: PeerId,
    pub(crate) key: SecretKey,
    pub(crate) instance: [u8; 16],
}

struct Connection {
    id: ConnectionId,
    relayed: bool,
    /// We dialled.
    ours: bool,
    address: Multiaddr,
    since: Instant,
}

#[derive(Default)]
struct Peer {
    connections: Vec<Connection>,
    round_trip: Option<Duration>,
    /// Told to the host, with the instance and the time.
    admitted: Option<([u8; 16], Instant)>,
    /// Catching up with its register.
    round: Round,
    /// Where it says that it listens.
    told: Vec<Multiaddr>,
    /// It serves the routing table.
    routes: bool,
    /// When it is dialled past the relay.
    shortening: Shortening,
    /// When another hole through both routers is tried.
    punching: punching::Again,
    /// Where to dial it when the last connection has ended: it is to be met anew.
    anew: Option<Vec<Multiaddr>>,
}

pub(crate) struct Driver {
    pub(crate) swarm: Swarm<Behaviour>,
    pub(crate) me: Identity,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) gate: Gate,
    pub(crate) conduct: Conduct,
    pub(crate) limits: Limits,
    pub(crate) protocols: Protocols,
    pub(crate) network: String,
    pub(crate) relay: bool,
    /// The host has a certificate, and we are announced.
    enrolled: bool,
    pub(crate) control: libp2p_stream::Control,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) reports: (mpsc::Sender<Report>, mpsc::Receiver<Report>),
    pub(crate) notices: mpsc::Sender<Notice>,
    pub(crate) status: watch::Sender<Status>,
    peers: HashMap<PeerId, Peer>,
    wanted: HashMap<PeerId, Wanted>,
    /// When somebody was last sought anew at the bootstraps.
    sought: Instant,
    bootstraps: Vec<Bootstrap>,
    known: HashMap<PeerId, Known>,
    /// When a stranger was last met beyond those that are kept.
    met: Instant,
    searching: finding::Waiting,
    /// What was used up of [`discovery::CHECKS`].
    checks: Bucket,
    reservations: HashMap<ListenerId, PeerId>,
    hearing: Hearing,
    clock: Watch,
    /// Where the bootstraps are told that we are.
    announced: HashSet<Multiaddr>,
    addresses_changed: bool,
    dirty: bool,
}

/// The parts that [`Driver::new`] joins.
pub(crate) struct Parts {
    pub(crate) swarm: Swarm<Behaviour>,
    pub(crate) me: Identity,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) gate: Gate,
    pub(crate) conduct: Conduct,
    pub(crate) protocols: Protocols,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) notices: mpsc::Sender<Notice>,
    pub(crate) status: watch::Sender<Status>,
}

impl Driver {
    pub(crate) fn new(parts: Parts, config: &crate::NetworkConfig) -> Self {
        let Parts {
            swarm,
            me,
            host,
            gate,
            conduct,
            protocols,
            commands,
            notices,
            status,
        } = parts;
        let control = swarm.behaviour().streams.new_control();
        let enrolled = host.enrolled();
        let clock = Watch::new(host.now());
        Self {
            swarm,
            me,
            host,
            gate,
            conduct,
            limits: config.limits.clone(),
            protocols,
            network: config.network.clone(),
            relay: config.relay && config.discovery,
            enrolled,
            control,
            commands,
            reports: mpsc::channel(256),
            notices,
            status,
            peers: HashMap::new(),
            wanted: HashMap::new(),
            sought: Instant::now(),
            bootstraps: Vec::new(),
            known: HashMap::new(),
            met: Instant::now(),
            searching: finding::Waiting::new(),
            checks: Bucket::default(),
            reservations: HashMap::new(),
            hearing: Hearing::new(),
            clock,
            announced: HashSet::new(),
            addresses_changed: true,
            dirty: true,
        }
    }

    /// Takes over the listen addresses that were found before the driver ran.
    pub(crate) fn begin(&mut self, listening: &[Multiaddr]) {
        listening.iter().for_each(|address| self.announce(address));
    }

    /// Runs until told to stop or until no handle is left.
    pub(crate) async fn run(mut self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let done = loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event).await,
                Some(report) = self.reports.1.recv() => self.on_report(report).await,
                command = self.commands.recv() => match command {
                    Some(Command::Shutdown(done)) => break Some(done),
                    Some(command) => self.on_command(command).await,
                    None => break None,
                },
                _ = tick.tick() => self.on_tick(),
            }
        };
        self.leave().await;
        // Listeners are free again before the asker goes on.
        drop(self);
        if let Some(done) = done {
            // The asker may have stopped waiting.
            let _ = done.send(());
        }
    }

    async fn on_command(&mut self, command: Command) {
        match command {
            Command::Want(peer, addresses) => self.want(peer, addresses),
            Command::Unwant(peer) => drop(self.wanted.remove(&peer)),
            Command::Find(peer, tell) => self.find(peer, tell),
            Command::Announce(checkpoint) => self.announce_checkpoint(checkpoint),
            Command::Drop(peer, code) => {
                let refusal = Refusal::new(code, "dropped by this node");
                self.hold_off(peer, self.limits.hold_off);
                self.notify(Notice::Refused(peer, refusal, true)).await;
            }
            Command::MeetAnew(peer) => self.meet_anew(peer),
            Command::Shutdown(_) => unreachable!("the loop takes this command itself"),
        }
        self.dirty = true;
    }

    fn on_tick(&mut self) {
        for peer in self.gate.release() {
            self.swarm.behaviour_mut().held.unblock_peer(peer);
        }
        self.look_at_clock();
        self.hearing.tidy(self.conduct.now());
        self.end_overdue();
        self.let_go();
        self.look_at_enrolment();
        self.dial_due();
        self.show_by_quic();
        self.shorten_due();
        self.punch_due();
        self.discover_due();
        if std::mem::take(&mut self.dirty) {
            self.publish_status();
        }
    }

    /// Ends connections that nobody needs: of peers that do not get admitted, and relayed ones beside a direct one. What
    /// runs on those goes on over the direct one, from what was verified.
    fn end_overdue(&mut self) {
        let mut ending = Vec::new();
        for (peer, state) in &self.peers {
            if self.is_bootstrap(peer) {
                continue;
            }
            let direct = state.connections.iter().filter(|connection| !connection.relayed);
            let direct = direct.map(|connection| connection.since.elapsed()).max();
            let idle = self.gate.streams(peer) == 0;
            let spared = direct.is_some_and(|age| idle || age > CHANGING_OVER);
            let patience = if state.round.running || self.gate.is_asking(peer) {
                CATCHING_UP
            } else {
                UNADMITTED
            };
            let at_rest = idle && !self.gate.is_asking(peer);
            ending.extend(punching::spent(
                (&self.me.peer, peer),
                &state.connections,
                at_rest,
            ));
            for connection in &state.connections {
                let unadmitted = !self.gate.is_admitted(peer) && connection.since.elapsed() > patience;
                if unadmitted || (connection.relayed && spared) {
                    ending.push(connection.id);
                }
            }
        }
        for id in ending {
            self.swarm.close_connection(id);
        }
    }

    fn is_bootstrap(&self, peer: &PeerId) -> bool {
        self.bootstraps.iter().any(|bootstrap| bootstrap.peer == *peer)
    }

    /// Closes the gate, disconnects, and keeps the peer away for a time.
    fn hold_off(&mut self, peer: PeerId, time: Duration) {
        self.gate.hold_off(peer, time);
        self.swarm.behaviour_mut().held.block_peer(peer);
        self.dirty = true;
    }

    async fn notify(&mut self, notice: Notice) {
        // The notifier ends only after the driver.
        let _ = self.notices.send(notice).await;
    }

    /// Says goodbye: registrations away, connections closed, as far as a second allows.
    async fn leave(&mut self) {
        self.unregister();
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        let unregistering = tokio::time::sleep(Duration::from_millis(if self.bootstraps.is_empty() {
            0
        } else {
            100
        }));
        tokio::pin!(unregistering);
        loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event).await,
                () = &mut unregistering => break,
            }
        }
        for peer in peers {
            // An error says that it is gone already.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        let closing = tokio::time::sleep(Duration::from_secs(1));
        tokio::pin!(closing);
        while self.swarm.connected_peers().next().is_some() {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event).await,
                () = &mut closing => break,
            }
        }
    }
}
