//! `dokuei-bootstrap run`: listen, tell the addresses, serve until asked to end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use dokuei_identity::key::SecretKey;
use futures::StreamExt as _;
use libp2p::swarm::{ListenError, SwarmEvent};
use libp2p::{PeerId, Swarm, identify, memory_connection_limits, relay};
use libp2p_request_response as request_response;
use tokio::sync::watch;

use crate::config::Config;
use crate::drop_box::collect::Collector;
use crate::http::{self, Served};
use crate::limits::connections::Refused;
use crate::limits::{Refusal, Source};
use crate::listen::{listen, named, tell};
use crate::meters::Meters;
use crate::network::{Duties, Root};
use crate::relay::Circuits;
use crate::rendezvous::{Answer, Message, Registered, What};
use crate::server::{Server, ServerEvent, swarm};
use crate::state::{Addresses, State};
use crate::whereabouts::Whereabouts;
use crate::{clock, health, key, memory};

/// How often counters are shown.
const REFRESH: Duration = Duration::from_millis(500);

/// Runs until SIGTERM, SIGINT, or until nothing listens any more.
pub(crate) fn run(config: Config) -> Result<()> {
    start_logging(config.json);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(config))
}

/// What the loop keeps.
struct Host {
    swarm: Swarm<Server>,
    state: State,
    meters: Meters,
    whereabouts: Whereabouts,
    circuits: Circuits,
    registered: Registered,
    started: Instant,
}

async fn serve(config: Config) -> Result<()> {
    let key = key::load_or_create(&config.data_dir)?;
    let root = config
        .register
        .as_ref()
        .map(|register| Root::read(&register.root));
    let root = root.transpose()?;
    let started_at = clock::now().0;
    let meters = Meters::new(&config, started_at);
    let (whereabouts, circuits) = (Whereabouts::default(), Circuits::default());
    let mut swarm = swarm(
        &config,
        key::keypair(&key)?,
        root.as_ref().map(|root| &root.network),
        (&meters, circuits.clone()),
    )?;
    let found = listen(&mut swarm, &config.listen).await?;
    // Peers are told these in relay reservations; a bootstrap is there to be reached, so they count as reachable.
    found
        .iter()
        .chain(&config.external)
        .for_each(|address| swarm.add_external_address(address.clone()));
    let me = *swarm.local_peer_id();
    let addresses = config.external.iter().chain(&found);
    let state = State {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        peer_id: me.to_string(),
        addresses: addresses.map(|address| named(address, me)).collect(),
        started_at,
        limits: config.limits().into_iter().collect(),
        ..State::default()
    };
    let mut duties = match config.register.as_ref().zip(root) {
        Some((register, root)) => Some(Duties::begin(
            root,
            register,
            &config.data_dir,
            &swarm,
            (&whereabouts, &meters),
        )?),
        None => None,
    };
    let mut host = Host {
        swarm,
        state,
        meters,
        whereabouts,
        circuits,
        registered: Registered::new(),
        started: Instant::now(),
    };
    host.refresh(&mut duties);
    let (sender, receiver) = watch::channel(host.state.clone());
    // Whoever reads the addresses may end it from then on: by default a signal would, without an orderly end.
    let mut end = std::pin::pin!(asked_to_end()?);
    let served = served(receiver, duties.as_ref(), me, key);
    tell(&config, &doors(&config, &host, served).await?)?;
    let mut refresh = tokio::time::interval(REFRESH);
    loop {
        tokio::select! {
            event = host.swarm.select_next_some() => {
                host.whereabouts.on_event(&event);
                if let Some(duties) = &mut duties {
                    duties.on_event(&mut host.swarm, &event);
                }
                host.on_event(event);
            }
            () = news(&mut duties) => {
                if let Some(duties) = &mut duties {
                    duties.publish(&mut host.swarm);
                }
            }
            _ = refresh.tick() => {
                host.refresh(&mut duties);
                sender.send_replace(host.state.clone());
                if host.swarm.listeners().next().is_none() {
                    bail!("nothing listens any more; check the network interfaces and start again");
                }
            }
            signal = &mut end => {
                tracing::info!(signal, "ending");
                return Ok(());
            }
        }
    }
}

/// Waits for news of the register; for ever when there is none.
async fn news(duties: &mut Option<Duties>) {
    match duties {
        Some(duties) => duties.news().await,
        None => std::future::pending().await,
    }
}

/// Opens what is served by HTTP, and tells all addresses.
async fn doors(config: &Config, host: &Host, served: Served) -> Result<Addresses> {
    let bounds = (config.http, host.meters.clone());
    let health = match config.health {
        Some(address) => Some(http::serve(address, served, bounds.clone()).await?),
        None => None,
    };
    let metrics = match config.metrics {
        Some(address) => Some(http::serve_metrics(address, bounds).await?),
        None => None,
    };
    Ok(Addresses {
        peer_id: host.state.peer_id.clone(),
        addresses: host.state.addresses.clone(),
        health: health.map(|address| format!("http://{address}")),
        metrics: metrics.map(|address| format!("http://{address}")),
    })
}

fn served(state: watch::Receiver<State>, duties: Option<&Duties>, me: PeerId, key: SecretKey) -> Served {
    let collector = duties.and_then(|duties| {
        let boxes = duties.drop_box.clone()?;
        let mirror = duties.mirror.clone();
        Some(Arc::new(Collector::new(boxes, mirror, me, key)))
    });
    Served {
        state,
        mirror: duties.map(|duties| duties.mirror.clone()),
        collector,
    }
}

impl Host {
    /// Housekeeping, and the numbers anew.
    fn refresh(&mut self, duties: &mut Option<Duties>) {
        let state = &mut self.state;
        if let Some(duties) = duties {
            duties.tick(&mut self.swarm);
            duties.show(state);
        }
        let network = self.swarm.network_info();
        state.connections = network.connection_counters().num_established();
        state.peers = network.num_peers();
        state.uptime_seconds = self.started.elapsed().as_secs();
        state.memory_bytes = memory::resident();
        state.registered = self.registered.count(Instant::now());
        state.circuits_open = self.circuits.count();
        state.relayed_bytes = self.meters.relayed.get();
        let refused = Refusal::ALL.map(|refusal| (refusal.name(), self.meters.refusals(refusal)));
        state.refused = refused.into_iter().collect();
        state.checks = health::checks(state, &self.meters, clock::now().0);
        let status = if state.is_healthy() { "ok" } else { "failing" };
        let was = std::mem::replace(&mut state.status, status);
        if was != state.status {
            for ill in state.checks.iter().filter(|check| !check.ok) {
                tracing::warn!(what = ill.name, says = ill.says, "this host is not well");
            }
        }
        self.meters.show(state);
    }

    fn on_event(&mut self, event: SwarmEvent<ServerEvent>) {
        match event {
            SwarmEvent::Behaviour(ServerEvent::Identify(identify::Event::Received {
                peer_id, info, ..
            })) => self.on_identified(peer_id, info),
            SwarmEvent::Behaviour(ServerEvent::Rendezvous(request_response::Event::Message {
                peer,
                message: request_response::Message::Request { request, channel, .. },
                ..
            })) => self.on_question(peer, request, channel),
            SwarmEvent::Behaviour(ServerEvent::Relay(event)) => self.on_relay(&event),
            SwarmEvent::IncomingConnectionError {
                error: ListenError::Denied { cause },
                ..
            } => {
                let refusal = match cause.downcast::<Refused>() {
                    Ok(refused) => Some(refused.0),
                    Err(cause) => cause
                        .downcast::<memory_connection_limits::MemoryUsageLimitExceeded>()
                        .ok()
                        .map(|_| Refusal::Memory),
                };
                if let Some(refusal) = refusal {
                    self.meters.refused(refusal);
                }
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                self.swarm.add_external_address(address.clone());
                let named = named(&address, *self.swarm.local_peer_id());
                if !self.state.addresses.contains(&named) {
                    self.state.addresses.push(named);
                }
            }
            SwarmEvent::ListenerClosed { reason, .. } => tracing::warn!(?reason, "a listener ended"),
            _ => {}
        }
    }

    fn on_question(
        &mut self,
        peer: PeerId,
        asked: Message,
        channel: request_response::ResponseChannel<Answer>,
    ) {
        let judged = self
            .registered
            .judge(peer, asked, &self.whereabouts, Instant::now());
        match judged.what {
            What::Registered => self.state.registrations += 1,
            What::Discovered => self.state.discoveries += 1,
            What::Nothing => {}
        }
        if let Some(answer) = judged.answer {
            // An error says that nobody waits for it any more.
            let _ = self
                .swarm
                .behaviour_mut()
                .rendezvous
                .send_response(channel, answer);
        }
        if judged.overdone {
            self.keep_out(peer);
        }
    }

    fn on_identified(&mut self, peer: PeerId, info: identify::Info) {
        // Only peers that serve the table enter it, with few addresses each: they are hints, TLS decides.
        let kad = &mut self.swarm.behaviour_mut().kad;
        let mut protocols = info.protocols.iter();
        if protocols.any(|protocol| kad.protocol_names().contains(protocol)) {
            for address in info.listen_addrs.into_iter().take(16) {
                kad.add_address(&peer, address);
            }
        }
    }

    fn on_relay(&mut self, event: &relay::Event) {
        self.circuits.on_event(event, &self.whereabouts);
        match event {
            relay::Event::ReservationReqAccepted { renewed: false, .. } => self.state.reservations += 1,
            relay::Event::ReservationReqDenied { .. } => self.meters.refused(Refusal::Reservations),
            relay::Event::CircuitReqAccepted { .. } => self.state.circuits_total += 1,
            relay::Event::CircuitReqDenied { status, .. } => {
                self.state.circuits_refused += 1;
                if matches!(status, relay::StatusCode::ResourceLimitExceeded) {
                    self.meters.refused(Refusal::Circuits);
                }
            }
            relay::Event::CircuitClosed {
                error: Some(error), ..
            } if crate::relay::was_too_long(error) => self.meters.refused(Refusal::CircuitLength),
            _ => {}
        }
    }

    /// Ends everything with a peer that asks for too much, and lets nobody in from there for an hour.
    fn keep_out(&mut self, peer: PeerId) {
        let source: Source = self.whereabouts.of(&peer);
        self.meters.refused(Refusal::Registrations);
        self.swarm.behaviour_mut().limits.bar(source, Instant::now());
        // An error says that it is gone already.
        let _ = self.swarm.disconnect_peer_id(peer);
        tracing::warn!(
            "a peer that registered or asked too much was sent away, and its address is barred for an hour"
        );
    }
}

/// Listens from now on for what ends the program; gives its name.
#[cfg(unix)]
fn asked_to_end() -> Result<impl Future<Output = &'static str>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    })
}

/// Listens from now on for what ends the program; gives its name.
#[cfg(windows)]
fn asked_to_end() -> Result<impl Future<Output = &'static str>> {
    let mut pressed = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        pressed.recv().await;
        "Ctrl-C"
    })
}

/// Logs to standard error: warnings of libraries, information of ours; `RUST_LOG` chooses otherwise.
fn start_logging(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "warn,dokuei_bootstrap=info".into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // What cannot be written there cannot be told there either.
        .log_internal_errors(false);
    if json { log.json().init() } else { log.init() }
}
