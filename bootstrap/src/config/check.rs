//! `dokuei-bootstrap config`: what the settings mean, without running.

use anyhow::{Context as _, Result, bail};
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use super::{Config, MBIT, MIB};
use crate::network::Root;

/// The annotated example.
pub(crate) const EXAMPLE: &str = include_str!("../../packaging/config.example.toml");

/// Says what would run, or why it would not.
pub(crate) fn check(config: &Config) -> Result<()> {
    for address in &config.listen {
        if !is_listenable(address) {
            bail!(
                "nothing listens at {address}; write it as /ip4/0.0.0.0/udp/4001/quic-v1 or /ip4/0.0.0.0/tcp/4001"
            );
        }
    }
    println!("keeps its key and data in  {}", config.data_dir.display());
    for address in &config.listen {
        println!("listens at                 {address}");
    }
    for address in &config.external {
        println!("tells others to come to    {address}");
    }
    http(config);
    limits(config);
    register(config)?;
    println!("The settings are usable.");
    Ok(())
}

fn http(config: &Config) {
    let told = |address: Option<std::net::SocketAddr>| {
        address.map_or_else(|| "nowhere".to_owned(), |address| format!("http://{address}"))
    };
    println!("serves health at           {}", told(config.health));
    println!("serves metrics at          {}", told(config.metrics));
    if config.metrics.is_some_and(|address| !address.ip().is_loopback()) {
        println!("  the metrics can be read from other machines: they tell numbers, and nobody's name");
    }
}

fn limits(config: &Config) {
    let (connections, relay) = (&config.connections, &config.relay);
    println!(
        "lets in                    {} connections, {} of one address, {} of one peer, below {} MiB of memory",
        connections.total,
        connections.per_source,
        connections.per_peer,
        config.memory as u64 / MIB
    );
    if relay.circuits == 0 {
        println!("relays                     nothing");
        return;
    }
    let rate = match relay.rate / MBIT {
        0 => "as fast as it can".to_owned(),
        rate => format!("{rate} Mbit/s together"),
    };
    println!(
        "relays                     {} circuits of at most {} MiB and {} s, {rate}",
        relay.circuits,
        relay.bytes / MIB,
        relay.time.as_secs()
    );
}

fn register(config: &Config) -> Result<()> {
    let Some(register) = &config.register else {
        println!("mirrors                    no register: no root is given");
        return Ok(());
    };
    let root = Root::read(&register.root)?;
    println!("mirrors the register of    {}", root.network);
    if let Some(dir) = &register.dir {
        std::fs::read_dir(dir)
            .with_context(|| format!("the folder {} of the register cannot be read", dir.display()))?;
        println!("  from the folder          {}", dir.display());
    }
    if let Some(url) = &register.url {
        println!("  from the web server      {url}");
    }
    for peer in &register.peers {
        println!("  from the bootstrap       {peer}");
    }
    if register.dir.is_none() && register.url.is_none() && register.peers.is_empty() {
        println!(
            "  from nodes that connect  (name a register_dir, register_url or register_peer to be sure of it)"
        );
    }
    match register.drop_box / MIB {
        0 => println!("keeps                      no applications"),
        mib => println!("keeps applications         up to {mib} MiB, for the registry"),
    }
    Ok(())
}

fn is_listenable(address: &Multiaddr) -> bool {
    let parts: Vec<_> = address.iter().collect();
    matches!(
        parts.as_slice(),
        [
            Protocol::Ip4(_) | Protocol::Ip6(_),
            Protocol::Udp(_),
            Protocol::QuicV1
        ] | [Protocol::Ip4(_) | Protocol::Ip6(_), Protocol::Tcp(_)]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_this_host_can_listen_at_are_usable() {
        let listenable = |address: &str| is_listenable(&address.parse().unwrap());
        assert!(listenable("/ip4/0.0.0.0/udp/4001/quic-v1") && listenable("/ip6/::/tcp/4001"));
        assert!(!listenable("/ip4/0.0.0.0/udp/4001") && !listenable("/dns4/a.example/tcp/4001"));
    }
}
