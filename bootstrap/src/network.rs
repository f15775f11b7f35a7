//! What is done for the one network whose root is configured: its register mirrored and gossiped, its drop box kept.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use dokuei_identity::chain::TrustAnchors;
use dokuei_identity::network::NetworkName;
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance, MessageId, PublishError};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId, StreamProtocol, Swarm};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, watch};

use crate::clock;
use crate::config::Register;
use crate::drop_box::DropBox;
use crate::drop_box::answers::{self, Answers};
use crate::gossip::{Budgets, topic};
use crate::meters::Meters;
use crate::register::follow::{self, Sources};
use crate::register::{Heard, Mirror};
use crate::server::{Server, ServerEvent};
use crate::state::{self, State};
use crate::whereabouts::Whereabouts;

/// A checkpoint from others is passed on when the mirror can answer for it, or after this long.
const HELD_BACK: Duration = Duration::from_secs(3);

/// Checkpoints that are held back at once.
const MAX_HELD_BACK: usize = 64;

/// How often another bootstrap that is not connected is dialled.
const DIAL: Duration = Duration::from_secs(5);

/// The root, and the network that it names.
pub(crate) struct Root {
    anchors: TrustAnchors,
    pub(crate) network: NetworkName,
}

impl Root {
    /// Reads the root certificate.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let pem = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the root certificate {}", path.display()))?;
        let anchors = TrustAnchors::from_pem(&pem)
            .with_context(|| format!("{} is not a root certificate", path.display()))?;
        let network = NetworkName::of(anchors.first());
        Ok(Self { anchors, network })
    }
}

/// The duties for one network.
pub(crate) struct Duties {
    pub(crate) mirror: Arc<Mirror>,
    pub(crate) drop_box: Option<(Arc<DropBox>, Arc<Answers>)>,
    topic: IdentTopic,
    newest: watch::Receiver<Option<Vec<u8>>>,
    nudges: mpsc::Sender<PeerId>,
    budgets: Budgets,
    held_back: Vec<HeldBack>,
    /// What came by gossip and is not published once more.
    heard: Option<Vec<u8>>,
    peers: Vec<(PeerId, Multiaddr, Instant)>,
}

struct HeldBack {
    message: MessageId,
    from: PeerId,
    note: Vec<u8>,
    until: Instant,
}

impl Duties {
    /// Opens mirror and drop box in `data_dir`, and begins to serve and to follow.
    pub(crate) fn begin(
        root: Root,
        config: &Register,
        data_dir: &Path,
        swarm: &Swarm<Server>,
        (whereabouts, meters): (&Whereabouts, &Meters),
    ) -> Result<Self> {
        let network = root.network;
        let mirror = Arc::new(Mirror::open(
            &data_dir.join("register"),
            root.anchors,
            clock::now(),
        )?);
        let control = swarm.behaviour().streams.new_control();
        let named = |path: &str| StreamProtocol::try_from_owned(format!("{path}/{network}"));
        let asking = named("/dokuei/register/1")?;
        let incoming = control.clone().accept(asking.clone())?;
        tokio::spawn(follow::serve(incoming, mirror.clone()));
        let drop_box = if config.drop_box == 0 {
            None
        } else {
            let dir = data_dir.join("drop-box");
            let drop_box = Arc::new(DropBox::open(&dir, config.drop_box, config.per_hour)?);
            let incoming = control.clone().accept(named("/dokuei/drop-box/1")?)?;
            let served = crate::drop_box::serve::serve(
                incoming,
                drop_box.clone(),
                whereabouts.clone(),
                meters.clone(),
            );
            tokio::spawn(served);
            let answers = Arc::new(Answers::open(&data_dir.join("answers"))?);
            let incoming = control.clone().accept(named("/dokuei/drop-box-answer/1")?)?;
            let served = answers::serve(incoming, answers.clone(), whereabouts.clone());
            tokio::spawn(served);
            Some((drop_box, answers))
        };
        let peers: Vec<_> = config.peers.iter().filter_map(named_peer).collect();
        let sources = Sources {
            folder: config.dir.clone(),
            web: config.url.clone(),
            peers: peers.iter().map(|(peer, ..)| *peer).collect(),
        };
        let (nudges, nudged) = mpsc::channel(8);
        let asking = (control, asking);
        tokio::spawn(follow::follow(
            mirror.clone(),
            sources,
            asking,
            nudged,
            meters.clone(),
        ));
        Ok(Self {
            newest: mirror.newest(),
            mirror,
            drop_box,
            topic: topic(&network),
            nudges,
            budgets: Budgets::default(),
            held_back: Vec::new(),
            heard: None,
            peers,
        })
    }

    /// Waits for a newer checkpoint of the mirror.
    pub(crate) async fn news(&mut self) {
        // The mirror lives as long as this does.
        if self.newest.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Tells the newest checkpoint to every node that is connected.
    pub(crate) fn publish(&mut self, swarm: &mut Swarm<Server>) {
        let Some(note) = self.newest.borrow_and_update().clone() else {
            return;
        };
        let (ready, held): (Vec<_>, _) = self.held_back.drain(..).partition(|held| held.note == note);
        self.held_back = held;
        ready.iter().for_each(|held| pass_on(swarm, held));
        if self.heard.as_ref() == Some(&note) {
            return;
        }
        tracing::info!(
            entries = self.mirror.size_and_time().0,
            "a newer checkpoint of the register"
        );
        let Some(gossip) = swarm.behaviour_mut().gossip.as_mut() else {
            return;
        };
        match gossip.publish(self.topic.clone(), note) {
            Ok(_) | Err(PublishError::Duplicate | PublishError::NoPeersSubscribedToTopic) => {}
            Err(error) => tracing::warn!(%error, "a checkpoint could not be told"),
        }
    }

    /// Notes what concerns these duties.
    pub(crate) fn on_event(&mut self, swarm: &mut Swarm<Server>, event: &SwarmEvent<ServerEvent>) {
        if let SwarmEvent::Behaviour(ServerEvent::Gossip(gossipsub::Event::Message {
            propagation_source,
            message_id,
            message,
        })) = event
        {
            self.on_checkpoint(swarm, *propagation_source, message_id, &message.data);
        }
    }

    fn on_checkpoint(&mut self, swarm: &mut Swarm<Server>, from: PeerId, message: &MessageId, note: &[u8]) {
        let heard = if self.budgets.take(from, Instant::now()) {
            self.mirror.hear(note, clock::now())
        } else {
            Heard::Nothing
        };
        let acceptance = match heard {
            Heard::News if self.held_back.len() < MAX_HELD_BACK => {
                self.heard = Some(note.to_vec());
                self.held_back.push(HeldBack {
                    message: message.clone(),
                    from,
                    note: note.to_vec(),
                    until: Instant::now() + HELD_BACK,
                });
                // A full queue says that the mirror is on its way anyway.
                let _ = self.nudges.try_send(from);
                return;
            }
            Heard::Stranger => {
                // A full queue says that the mirror is on its way anyway.
                let _ = self.nudges.try_send(from);
                MessageAcceptance::Ignore
            }
            Heard::News | Heard::Nothing => MessageAcceptance::Ignore,
            Heard::Forged => {
                tracing::info!(%from, "a checkpoint that the registry did not sign was not passed on");
                MessageAcceptance::Reject
            }
        };
        judged(swarm, message, &from, acceptance);
    }

    /// Housekeeping: dials other bootstraps, and passes on what was held back long enough.
    pub(crate) fn tick(&mut self, swarm: &mut Swarm<Server>) {
        let now = Instant::now();
        self.budgets.forget_full(now);
        let (due, held): (Vec<_>, _) = self.held_back.drain(..).partition(|held| held.until <= now);
        self.held_back = held;
        due.iter().for_each(|held| pass_on(swarm, held));
        for (peer, address, next) in &mut self.peers {
            if *next <= now && !swarm.is_connected(peer) {
                *next = now + DIAL;
                let options = DialOpts::peer_id(*peer)
                    .condition(PeerCondition::DisconnectedAndNotDialing)
                    .addresses(vec![address.clone()])
                    .build();
                if let Err(error) = swarm.dial(options) {
                    tracing::debug!(%peer, %error, "another bootstrap was not dialled");
                }
            }
        }
    }

    /// Puts its numbers into the state.
    pub(crate) fn show(&self, state: &mut State) {
        let (entries, signed_at) = self.mirror.size_and_time();
        state.register = Some(state::Register {
            entries,
            signed_at: signed_at.map(|at| at.0),
            head: self
                .newest
                .borrow()
                .as_ref()
                .map(|note| hex::encode(Sha256::digest(note))),
        });
        state.drop_box = self.drop_box.as_ref().map(|(drop_box, _)| {
            let (deposits, bytes) = drop_box.waiting();
            state::DropBox { deposits, bytes }
        });
    }
}

fn pass_on(swarm: &mut Swarm<Server>, held: &HeldBack) {
    judged(swarm, &held.message, &held.from, MessageAcceptance::Accept);
}

fn judged(swarm: &mut Swarm<Server>, message: &MessageId, from: &PeerId, acceptance: MessageAcceptance) {
    if let Some(gossip) = swarm.behaviour_mut().gossip.as_mut() {
        gossip.report_message_validation_result(message, from, acceptance);
    }
}

/// Splits an address into the peer that it ends in and the rest.
fn named_peer(address: &Multiaddr) -> Option<(PeerId, Multiaddr, Instant)> {
    let mut address = address.clone();
    match address.pop()? {
        Protocol::P2p(peer) => Some((peer, address, Instant::now())),
        _ => None,
    }
}
