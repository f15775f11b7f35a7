//! The handle to a running network.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dokuei_identity::cbor;
use futures::StreamExt as _;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol, Swarm};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::behaviour::{self, Behaviour};
use crate::conduct::{Ban, Conduct, Misdeed, Who};
use crate::config::{Limits, NetworkConfig};
use crate::driver::{Command, Driver, Found, Identity, Parts, peer_of};
use crate::error::{CallError, NetError, PullError, cause};
use crate::gate::{AdmissionId, Gate, Pass};
use crate::host::{Host, PackageSink, RefusalCode};
use crate::live::{Mail, Slot};
use crate::package::SliceMemory;
use crate::package::gather::{self, Opener};
use crate::package::throttle::Throttle;
use crate::package::{self, PullOutcome, PullRequest, Rates};
use crate::serving;
use crate::status::Status;
use crate::streams::{self, OpenError, Protocols};
use crate::transport::quic::Windows;
use crate::wire::case::{CaseMessage, CaseReply};
use crate::wire::live::MAX_LIVE_FRAME;
use crate::wire::register::{MAX_ANSWER, MAX_ASK, MAX_DEPOSIT, MAX_DEPOSIT_ANSWER, MAX_RECEIPT, Receipt};
use crate::{case, peer_id_of, question};

/// How long the operating system may take to give us our listeners.
const LISTENING: Duration = Duration::from_secs(5);

/// A running network. Cheap to clone; all clones talk to one driver task, which ends at [`Network::shutdown`] or when
/// the last clone is dropped.
#[derive(Clone)]
pub struct Network {
    peer: PeerId,
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<Status>,
    control: libp2p_stream::Control,
    gate: Gate,
    limits: Arc<Limits>,
    protocols: Protocols,
    windows: Windows,
    throttles: Throttles,
    conduct: Conduct,
    mail: Mail,
}

/// What limits packages, in both directions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Throttles {
    pub(crate) up: Throttle,
    pub(crate) down: Throttle,
    /// For slices that are on their way to the disk.
    pub(crate) memory: SliceMemory,
}

impl Network {
    /// Starts listening and joins the network. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`NetError`] when an address is unusable or no listener works.
    pub async fn start(config: NetworkConfig, host: Arc<dyn Host>) -> Result<Self, NetError> {
        let protocols = Protocols::of(&config.network).ok_or_else(|| NetError::Address {
            address: config.network.clone(),
            why: "it is not usable as the name of a network".to_owned(),
        })?;
        let key = Keypair::ed25519_from_bytes(*config.key.seed())
            .map_err(|error| NetError::Transport(error.to_string()))?;
        let windows = Windows::default();
        let gate = Gate::default();
        let helpers = config.bootstraps.iter().filter_map(peer_of);
        let (conduct, bans) = Conduct::new(&config.limits, gate.clone(), helpers);
        conduct.restore(&config.bans, &config.known);
        let mut swarm = behaviour::swarm(&config, key, &protocols, windows.clone(), conduct.clone())?;
        let found = listen(&mut swarm, &config.listen).await?;
        let (commands, command_receiver) = mpsc::channel(64);
        let (notices, notice_receiver) = mpsc::channel(256);
        let (status_sender, status) = watch::channel(Status {
            listening: found.clone(),
            ..Status::default()
        });
        let peer = peer_id_of(&config.key.public());
        let parts = Parts {
            swarm,
            me: Identity {
                peer,
                key: config.key.clone(),
                instance: rand::random(),
            },
            host: host.clone(),
            gate: gate.clone(),
            conduct: conduct.clone(),
            protocols: protocols.clone(),
            commands: command_receiver,
            notices,
            status: status_sender,
        };
        let mut driver = Driver::new(parts, &config);
        if config.discovery {
            config
                .bootstraps
                .iter()
                .try_for_each(|address| driver.add_bootstrap(address))?;
            driver.begin_routing();
        }
        config
            .peers
            .iter()
            .try_for_each(|address| driver.add_static_peer(address))?;
        driver.begin(&found);
        let (throttles, mail) = (Throttles::default(), Mail::default());
        serving::accept_streams(&driver, notice_receiver, bans, &windows, &throttles.up, &mail)?;
        let control = driver.control.clone();
        tokio::spawn(driver.run());
        Ok(Self {
            peer,
            commands,
            status,
            control,
            gate,
            limits: Arc::new(config.limits),
            protocols,
            windows,
            throttles,
            conduct,
            mail,
        })
    }

    /// This node's PeerId.
    #[must_use]
    pub const fn peer_id(&self) -> PeerId {
        self.peer
    }

    /// How the network looks now (at most a quarter of a second ago).
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// The status as it changes.
    #[must_use]
    pub fn watch_status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Whether a peer is connected and both sides have admitted each other.
    #[must_use]
    pub fn is_admitted(&self, peer: &PeerId) -> bool {
        self.gate.is_admitted(peer)
    }

    /// Keeps trying to reach `peer` (something waits for it), at `addresses` and wherever the bootstraps know it,
    /// until [`Self::unwant`]. [`Host::on_admitted`] tells when it is there. Adds addresses when called again.
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn want(&self, peer: PeerId, addresses: Vec<Multiaddr>) -> Result<(), NetError> {
        self.tell(Command::Want(peer, addresses)).await
    }

    /// Stops trying to reach `peer`; an existing connection stays.
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn unwant(&self, peer: PeerId) -> Result<(), NetError> {
        self.tell(Command::Unwant(peer)).await
    }

    /// Looks `peer` up in the routing tables of others, and tells what that cost; nobody is dialled but who is asked.
    /// [`Self::want`] does this by itself.
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn find(&self, peer: PeerId) -> Result<Found, NetError> {
        let (tell, told) = oneshot::channel();
        self.tell(Command::Find(peer, tell)).await?;
        told.await.map_err(|_| NetError::Closed)
    }

    /// Ends everything with `peer` at once, running transfers too, and holds it off for a time (its certificate has
    /// been revoked). Afterwards it stays away as long as [`Host::barred`] says so.
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn drop_peer(&self, peer: PeerId, reason: RefusalCode) -> Result<(), NetError> {
        self.tell(Command::Drop(peer, reason)).await
    }

    /// Ends everything with `peer` at once, running transfers too, and meets it again without waiting: it may come
    /// back, but not everybody for whom it spoke may (one of its practitioners has been revoked). The new admission
    /// asks anew who works there.
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn meet_anew(&self, peer: PeerId) -> Result<(), NetError> {
        self.tell(Command::MeetAnew(peer)).await
    }

    /// Says that an admitted peer has done what no honest one does, as only the program around the network can see.
    pub fn report(&self, peer: PeerId, misdeed: Misdeed) {
        self.conduct.charge(peer, misdeed);
    }

    /// The bans that are in force, the one that ends soonest first. Those of nodes are to be given to
    /// [`NetworkConfig::bans`] at the next start.
    #[must_use]
    pub fn bans(&self) -> Vec<Ban> {
        self.conduct.bans()
    }

    /// Lifts a ban and forgets what is held against whoever was banned; gives the ban, if there was one.
    #[must_use]
    pub fn forgive(&self, who: &Who) -> Option<Ban> {
        self.conduct.forgive(who)
    }

    /// Tells a checkpoint of the register (a signed note) to everybody.
    ///
    /// # Errors
    /// [`NetError::Closed`].
    pub async fn announce_checkpoint(&self, checkpoint: Vec<u8>) -> Result<(), NetError> {
        self.tell(Command::Announce(checkpoint)).await
    }

    /// Whom one can ask about the register now: bootstraps that have a mirror, then admitted peers.
    #[must_use]
    pub fn register_sources(&self) -> Vec<PeerId> {
        let status = self.status.borrow();
        let mirrors = status.bootstraps.iter().filter(|one| one.connected && one.mirror);
        let mirrors = mirrors.filter_map(|one| peer_of(&one.address));
        let mut sources: Vec<_> = mirrors.chain(self.gate.admitted()).collect();
        let mut seen = std::collections::HashSet::new();
        sources.retain(|peer| seen.insert(*peer));
        sources
    }

    /// Asks a connected peer about the register; it need not be admitted. Question and answer are bytes of
    /// `dokuei_identity::register::wire`; nothing of the answer is checked here but its size.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn ask_register(&self, peer: PeerId, ask: Vec<u8>) -> Result<Vec<u8>, CallError> {
        self.question(peer, &self.protocols.register, &ask, (MAX_ASK, MAX_ANSWER))
            .await
    }

    /// Leaves a sealed application with a connected bootstrap, for the registry to collect.
    ///
    /// # Errors
    /// [`CallError`]; [`RefusalCode::Busy`] when this peer or its address has left too many lately,
    /// [`RefusalCode::Full`] when the bootstrap has no room.
    pub async fn deposit(&self, bootstrap: PeerId, sealed: &[u8]) -> Result<Receipt, CallError> {
        let limits = (MAX_DEPOSIT, MAX_RECEIPT);
        let answer = self
            .question(bootstrap, &self.protocols.drop_box, sealed, limits)
            .await?;
        let receipt: Receipt =
            cbor::decode(&answer).map_err(|error| CallError::Misbehaved(error.to_string()))?;
        if receipt.digest != *Sha256::digest(sealed) {
            return Err(CallError::Misbehaved(
                "the receipt is for something else".to_owned(),
            ));
        }
        Ok(receipt)
    }

    /// Asks a connected bootstrap for the registry's answer to a deposit with this SHA-256; `None` when there is none.
    /// The bytes are of `dokuei_identity::application::open_answer`, and nothing of them is checked here but their size.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn ask_answer(
        &self,
        bootstrap: PeerId,
        deposit: &[u8; 32],
    ) -> Result<Option<Vec<u8>>, CallError> {
        let limits = (deposit.len(), MAX_DEPOSIT_ANSWER);
        match self
            .question(bootstrap, &self.protocols.answers, deposit, limits)
            .await
        {
            Ok(answer) => Ok(Some(answer)),
            Err(CallError::Refused(RefusalCode::NotFound)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a question that needs no admission.
    async fn question(
        &self,
        peer: PeerId,
        protocol: &StreamProtocol,
        question: &[u8],
        (most, answer): (usize, usize),
    ) -> Result<Vec<u8>, CallError> {
        if question.len() > most {
            return Err(CallError::TooLarge {
                got: question.len(),
                limit: most,
            });
        }
        // Nobody is dialled for a question.
        if !self.gate.is_connected(&peer) {
            return Err(CallError::NotConnected);
        }
        let _asking = self.conduct.asking(peer);
        let call = async {
            let mut stream = streams::open(&self.control, &self.gate, peer, protocol)
                .await
                .map_err(|error| match error {
                    OpenError::Refused(code) => CallError::Refused(code),
                    OpenError::Lost(why) => CallError::Lost(why),
                })?;
            question::ask(&mut stream, question, answer).await
        };
        timeout(self.limits.call, call)
            .await
            .map_err(|_| CallError::Timeout)?
    }

    /// Sends a case message to an admitted peer and waits for its reply.
    ///
    /// # Errors
    /// [`CallError`]. After [`CallError::Lost`] or [`CallError::Timeout`] the peer may or may not have acted: ask
    /// again, storing an entry twice is harmless.
    pub async fn call_case(&self, peer: PeerId, message: CaseMessage) -> Result<CaseReply, CallError> {
        let message = case::encode(&message)?;
        let call = async {
            let (mut stream, _pass) =
                self.open(peer, &self.protocols.case)
                    .await
                    .map_err(|error| match error {
                        OpenError::Refused(RefusalCode::NotAdmitted) => CallError::NotAdmitted,
                        OpenError::Refused(code) => CallError::Refused(code),
                        OpenError::Lost(why) => CallError::Lost(why),
                    })?;
            case::ask(&mut stream, &message).await
        };
        timeout(self.limits.call, call)
            .await
            .map_err(|_| CallError::Timeout)?
    }

    /// Sends a live frame to an admitted peer, soon: at most 20 in a second go to one peer. A frame takes the place of one
    /// of the same slot that still waits. What could not be sent is forgotten: nothing is answered.
    ///
    /// # Errors
    /// [`CallError::TooLarge`], [`CallError::NotAdmitted`], or [`CallError::Refused`] with [`RefusalCode::Busy`] when too much
    /// waits for this peer.
    pub fn send_live(&self, peer: PeerId, slot: Option<Slot>, frame: Vec<u8>) -> Result<(), CallError> {
        if frame.len() > MAX_LIVE_FRAME {
            return Err(CallError::TooLarge {
                got: frame.len(),
                limit: MAX_LIVE_FRAME,
            });
        }
        if !self.gate.is_admitted(&peer) {
            return Err(CallError::NotAdmitted);
        }
        if self.mail.put(peer, slot, frame) {
            Ok(())
        } else {
            Err(CallError::Refused(RefusalCode::Busy))
        }
    }

    /// Pulls ranges of a package into `sink` from all of `holders` at once, with several streams each. What a slow one
    /// still has to bring another takes over; one that sends what is not proven is dropped ([`PullRequest::faults`]).
    /// Ends when all came, or when no holder is left: each ends with its admission, when it refuses, or when nothing
    /// came from it for `Limits::stall`. What the sink accepted stays.
    ///
    /// # Errors
    /// [`PullError`], that of the holder which ended last.
    pub async fn pull_package(
        &self,
        holders: &[PeerId],
        request: PullRequest,
        sink: Box<dyn PackageSink>,
    ) -> Result<PullOutcome, PullError> {
        package::check_ranges(&request.ranges).map_err(PullError::Ranges)?;
        let _wide: Vec<_> = holders.iter().map(|peer| self.windows.widen(*peer)).collect();
        let (stall, Throttles { down, memory, .. }) = (self.limits.stall, &self.throttles);
        let under = holders
            .iter()
            .filter_map(|peer| Some((*peer, self.gate.admission(peer)?)));
        let opener = PackageOpener {
            network: self,
            under: under.collect(),
        };
        gather::gather(&opener, holders, &request, sink, stall, (down, memory)).await
    }

    /// Sets how many bytes of packages may pass in a second, at once and for what is under way. Entries are not limited:
    /// they are small, and an urgent report is not to wait.
    pub fn set_rates(&self, rates: Rates) {
        self.throttles.up.set(rates.up);
        self.throttles.down.set(rates.down);
    }

    /// The limits now.
    #[must_use]
    pub fn rates(&self) -> Rates {
        Rates {
            up: self.throttles.up.rate(),
            down: self.throttles.down.rate(),
        }
    }

    /// Whether the network was left: nothing can be reached any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.commands.is_closed()
    }

    /// Leaves the network: takes back registrations, closes every connection, ends the driver.
    pub async fn shutdown(&self) {
        let (done, wait) = oneshot::channel();
        if self.commands.send(Command::Shutdown(done)).await.is_ok() {
            // An error says that the driver is gone already.
            let _ = wait.await;
        }
    }

    async fn tell(&self, command: Command) -> Result<(), NetError> {
        self.commands.send(command).await.map_err(|_| NetError::Closed)
    }

    /// Opens a stream through the gate. The gate is asked first.
    async fn open(&self, peer: PeerId, protocol: &StreamProtocol) -> Result<(Stream, Pass), OpenError> {
        let pass = self.gate.enter(peer, usize::MAX).map_err(OpenError::Refused)?;
        let stream = streams::open_admitted(&self.control, peer, protocol, &pass).await?;
        Ok((stream, pass))
    }
}

/// Opens the streams of one transfer, all under the admissions that were in force when it began.
struct PackageOpener<'a> {
    network: &'a Network,
    under: HashMap<PeerId, AdmissionId>,
}

impl Opener for PackageOpener<'_> {
    type Pass = Pass;

    async fn open(&self, peer: PeerId) -> Result<(Stream, Pass), PullError> {
        let under = self.under.get(&peer).ok_or(PullError::NotAdmitted)?;
        let opened = self.network.open(peer, &self.network.protocols.package).await;
        match opened {
            Ok((stream, pass)) if pass.is_of(Some(*under)) => Ok((stream, pass)),
            Ok(_) | Err(OpenError::Refused(RefusalCode::NotAdmitted)) => Err(PullError::NotAdmitted),
            Err(OpenError::Refused(code)) => Err(PullError::Refused(code)),
            Err(OpenError::Lost(why)) => Err(PullError::Lost(why)),
        }
    }
}

/// Listens wherever it can, and waits until the addresses are known. Something must work.
async fn listen(swarm: &mut Swarm<Behaviour>, addresses: &[Multiaddr]) -> Result<Vec<Multiaddr>, NetError> {
    let mut failures = Vec::new();
    let mut waiting = 0usize;
    // All before any: a listener of our own on 0.0.0.0 would make [::] look taken.
    let checked: Vec<_> = addresses
        .iter()
        .map(|address| (address, free_port(address)))
        .collect();
    for (address, free) in checked {
        if let Err(error) = free {
            failures.push(format!("{address}: {error}"));
            continue;
        }
        match swarm.listen_on(address.clone()) {
            Ok(_) => waiting += 1,
            Err(error) => failures.push(format!("{address}: {}", cause(&error))),
        }
    }
    let mut found = Vec::new();
    let until = tokio::time::Instant::now() + LISTENING;
    while found.len() < waiting {
        match tokio::time::timeout_at(until, swarm.select_next_some()).await {
            Ok(SwarmEvent::NewListenAddr { address, .. }) => found.push(address),
            Ok(SwarmEvent::ListenerClosed { reason, .. }) => {
                waiting -= 1;
                failures.push(
                    reason
                        .err()
                        .map_or_else(|| "closed".to_owned(), |error| error.to_string()),
                );
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    for failure in &failures {
        tracing::warn!(failure, "a listen address does not work");
    }
    if found.is_empty() && !addresses.is_empty() {
        return Err(NetError::NoListener(failures.join("; ")));
    }
    Ok(found)
}

/// libp2p binds TCP with SO_REUSEPORT, so that two programs of one user would share a port without noticing and each
/// get half of the connections. Binding without it first finds the other one.
fn free_port(address: &Multiaddr) -> std::io::Result<()> {
    let mut parts = address.iter();
    let ip: std::net::IpAddr = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.into(),
        Some(Protocol::Ip6(ip)) => ip.into(),
        _ => return Ok(()),
    };
    match parts.next() {
        Some(Protocol::Tcp(port)) if port != 0 => std::net::TcpListener::bind((ip, port)).map(drop),
        _ => Ok(()),
    }
}
