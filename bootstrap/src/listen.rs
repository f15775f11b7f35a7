//! Listening, and telling where.

use std::io::Write as _;
use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures::StreamExt as _;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, Swarm};

use crate::config::Config;
use crate::disk::write_whole;
use crate::server::Server;
use crate::state::Addresses;

/// How long the operating system may take to give us our listeners.
const LISTENING: Duration = Duration::from_secs(5);

/// Listens wherever it can, and waits until the addresses are known. Something must work.
pub(crate) async fn listen(swarm: &mut Swarm<Server>, addresses: &[Multiaddr]) -> Result<Vec<Multiaddr>> {
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

/// An address with the peer that is there.
pub(crate) fn named(address: &Multiaddr, me: PeerId) -> String {
    address
        .clone()
        .with_p2p(me)
        .unwrap_or_else(|address| address)
        .to_string()
}

/// Writes `addresses.json` in one step (readers never see half of it) and prints the addresses, whether anybody reads them
/// or not.
pub(crate) fn tell(config: &Config, addresses: &Addresses) -> Result<()> {
    let path = config.data_dir.join("addresses.json");
    write_whole(&path, &serde_json::to_vec_pretty(addresses)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let told = if config.json {
        serde_json::to_string(addresses)?
    } else {
        in_words(addresses)
    };
    let _ = writeln!(std::io::stdout(), "{told}");
    Ok(())
}

fn in_words(addresses: &Addresses) -> String {
    let mut lines = vec![format!(
        "Bootstrap node {} is listening. Give nodes one of these addresses (--bootstrap):",
        addresses.peer_id
    )];
    lines.extend(addresses.addresses.iter().map(|address| format!("  {address}")));
    lines.extend(
        addresses
            .health
            .iter()
            .map(|health| format!("Health: {health}/health")),
    );
    lines.extend(
        addresses
            .metrics
            .iter()
            .map(|metrics| format!("Metrics: {metrics}/metrics")),
    );
    lines.join("\n")
}
