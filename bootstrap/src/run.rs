//! `dokuei-bootstrap run`: listen, tell the addresses, serve until asked to end.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use dokuei_identity::key::SecretKey;
use futures::StreamExt as _;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, Swarm, identify, relay, rendezvous};
use tokio::sync::watch;

use crate::config::Config;
use crate::disk::write_whole;
use crate::drop_box::collect::Collector;
use crate::http::{self, Served};
use crate::key;
use crate::network::{Duties, Root};
use crate::server::{Server, ServerEvent, swarm};
use crate::state::{Addresses, State};

/// How long the operating system may take to give us our listeners.
const LISTENING: Duration = Duration::from_secs(5);

/// How often counters are shown.
const REFRESH: Duration = Duration::from_millis(500);

/// Runs until SIGTERM, SIGINT, or until nothing listens any more.
pub(crate) fn run(config: Config) -> Result<()> {
    start_logging(config.json);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Result<()> {
    let key = key::load_or_create(&config.data_dir)?;
    let root = config
        .register
        .as_ref()
        .map(|register| Root::read(&register.root));
    let root = root.transpose()?;
    let mut swarm = swarm(
        &config,
        key::keypair(&key)?,
        root.as_ref().map(|root| &root.network),
    )?;
    let found = listen(&mut swarm, &config.listen).await?;
    // Peers are told these in relay reservations; a bootstrap is there to be reached, so they count as reachable.
    found
        .iter()
        .chain(&config.external)
        .for_each(|address| swarm.add_external_address(address.clone()));
    let me = *swarm.local_peer_id();
    let mut state = State {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        peer_id: me.to_string(),
        addresses: config
            .external
            .iter()
            .chain(&found)
            .map(|address| named(address, me))
            .collect(),
        ..State::default()
    };
    let mut duties = match config.register.as_ref().zip(root) {
        Some((register, root)) => Some(Duties::begin(root, register, &config.data_dir, &swarm)?),
        None => None,
    };
    let (sender, receiver) = watch::channel(state.clone());
    let health = match config.health {
        Some(address) => {
            let served = served(receiver, duties.as_ref(), me, key);
            Some(format!("http://{}", http::serve(address, served).await?))
        }
        None => None,
    };
    let addresses = Addresses {
        peer_id: state.peer_id.clone(),
        addresses: state.addresses.clone(),
        health,
    };
    tell(&config, &addresses)?;
    let started = Instant::now();
    let mut refresh = tokio::time::interval(REFRESH);
    let mut end = std::pin::pin!(asked_to_end());
    loop {
        tokio::select! {
            event = swarm.select_next_some() => {
                if let Some(duties) = &mut duties {
                    duties.on_event(&mut swarm, &event);
                }
                on_event(&mut swarm, &mut state, event);
            }
            () = news(&mut duties) => {
                if let Some(duties) = &mut duties {
                    duties.publish(&mut swarm);
                }
            }
            _ = refresh.tick() => {
                if let Some(duties) = &mut duties {
                    duties.tick(&mut swarm);
                    duties.show(&mut state);
                }
                let network = swarm.network_info();
                state.connections = network.connection_counters().num_established();
                state.peers = network.num_peers();
                state.uptime_seconds = started.elapsed().as_secs();
                sender.send_replace(state.clone());
                if swarm.listeners().next().is_none() {
                    bail!("nothing listens any more; check the network interfaces and start again");
                }
            }
            signal = &mut end => {
                tracing::info!(signal = signal?, "ending");
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

/// Listens wherever it can, and waits until the addresses are known. Something must work.
async fn listen(swarm: &mut Swarm<Server>, addresses: &[Multiaddr]) -> Result<Vec<Multiaddr>> {
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
            Err(error) => failures.push(format!("{address}: {}", anyhow::Error::from(error).root_cause())),
        }
    }
    let mut found = Vec::new();
    let until = tokio::time::Instant::now() + LISTENING;
    while found.len() < waiting {
        match tokio::time::timeout_at(until, swarm.select_next_some()).await {
            Ok(SwarmEvent::NewListenAddr { address, .. }) => found.push(address),
            Ok(SwarmEvent::ListenerClosed {
                addresses, reason, ..
            }) => {
                waiting -= 1;
                failures.push(format!("{addresses:?}: {reason:?}"));
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    if found.is_empty() {
        bail!(
            "no listener works ({}); is another program using the port? choose others with --listen",
            failures.join("; ")
        );
    }
    failures
        .iter()
        .for_each(|failure| tracing::warn!(failure, "a listen address does not work"));
    Ok(found)
}

/// libp2p binds TCP with SO_REUSEPORT, so that two programs of one user would share a port without noticing and each
/// get half of the connections. Binding without it first finds the other one.
fn free_port(address: &Multiaddr) -> std::io::Result<()> {
    let mut parts = address.iter();
    let ip: IpAddr = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.into(),
        Some(Protocol::Ip6(ip)) => ip.into(),
        _ => return Ok(()),
    };
    match parts.next() {
        Some(Protocol::Tcp(port)) if port != 0 => std::net::TcpListener::bind((ip, port)).map(drop),
        _ => Ok(()),
    }
}

fn on_event(swarm: &mut Swarm<Server>, state: &mut State, event: SwarmEvent<ServerEvent>) {
    match event {
        SwarmEvent::Behaviour(ServerEvent::Identify(identify::Event::Received { peer_id, info, .. })) => {
            // Only peers that serve the table enter it, with few addresses each: they are hints, TLS decides.
            let kad = &mut swarm.behaviour_mut().kad;
            if info
                .protocols
                .iter()
                .any(|protocol| kad.protocol_names().contains(protocol))
            {
                for address in info.listen_addrs.into_iter().take(16) {
                    kad.add_address(&peer_id, address);
                }
            }
        }
        SwarmEvent::Behaviour(ServerEvent::Rendezvous(event)) => match event {
            rendezvous::server::Event::PeerRegistered { .. } => state.registrations += 1,
            rendezvous::server::Event::DiscoverServed { .. } => state.discoveries += 1,
            _ => {}
        },
        SwarmEvent::Behaviour(ServerEvent::Relay(event)) => match event {
            relay::Event::ReservationReqAccepted { renewed: false, .. } => state.reservations += 1,
            relay::Event::CircuitReqAccepted { .. } => {
                state.circuits_open += 1;
                state.circuits_total += 1;
            }
            relay::Event::CircuitReqDenied { .. } => state.circuits_refused += 1,
            relay::Event::CircuitClosed { .. } => state.circuits_open = state.circuits_open.saturating_sub(1),
            _ => {}
        },
        SwarmEvent::NewListenAddr { address, .. } => {
            swarm.add_external_address(address.clone());
            let named = named(&address, *swarm.local_peer_id());
            if !state.addresses.contains(&named) {
                state.addresses.push(named);
            }
        }
        SwarmEvent::ListenerClosed { reason, .. } => tracing::warn!(?reason, "a listener ended"),
        _ => {}
    }
}

fn named(address: &Multiaddr, me: PeerId) -> String {
    address
        .clone()
        .with_p2p(me)
        .unwrap_or_else(|address| address)
        .to_string()
}

/// Writes `addresses.json` in one step (readers never see half of it) and prints the addresses.
fn tell(config: &Config, addresses: &Addresses) -> Result<()> {
    let path = config.data_dir.join("addresses.json");
    write_whole(&path, &serde_json::to_vec_pretty(addresses)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    if config.json {
        println!("{}", serde_json::to_string(addresses)?);
    } else {
        println!(
            "Bootstrap node {} is listening. Give nodes one of these addresses (--bootstrap):",
            addresses.peer_id
        );
        addresses
            .addresses
            .iter()
            .for_each(|address| println!("  {address}"));
        if let Some(health) = &addresses.health {
            println!("Health: {health}/health");
        }
    }
    Ok(())
}

#[cfg(unix)]
async fn asked_to_end() -> Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}

#[cfg(not(unix))]
async fn asked_to_end() -> Result<&'static str> {
    tokio::signal::ctrl_c().await?;
    Ok("Ctrl-C")
}

/// Logs to standard error: warnings of libraries, information of ours; `RUST_LOG` chooses otherwise.
fn start_logging(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "warn,dokuei_bootstrap=info".into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if json { log.json().init() } else { log.init() }
}
