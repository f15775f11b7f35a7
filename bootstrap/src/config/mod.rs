//! Settings: the command line and environment prevail over the file, the file over the defaults.

pub(crate) mod check;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use crate::arguments::Options;
use crate::limits::connections::Bounds;

const MIB: u64 = 1 << 20;

/// Bytes in a second for each Mbit/s.
const MBIT: u64 = 125_000;

/// Connections on their way, each direction.
const PENDING: u32 = 256;

/// What to run with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: Vec<Multiaddr>,
    pub(crate) external: Vec<Multiaddr>,
    pub(crate) health: Option<SocketAddr>,
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) connections: Bounds,
    /// Bytes.
    pub(crate) memory: usize,
    /// What one stream may hold unread, bytes.
    pub(crate) window: u32,
    pub(crate) relay: Relay,
    pub(crate) http: Http,
    pub(crate) register: Option<Register>,
    pub(crate) json: bool,
}

/// What is done for one network's register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Register {
    /// The network's root certificate, PEM.
    pub(crate) root: PathBuf,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) url: Option<String>,
    /// Other bootstraps, each ending in `/p2p/PEER_ID`.
    pub(crate) peers: Vec<Multiaddr>,
    /// How old the newest checkpoint of a healthy mirror is at most.
    pub(crate) oldest: Duration,
    /// Bytes; 0 turns the drop box off.
    pub(crate) drop_box: u64,
    pub(crate) per_hour: u32,
}

/// Bounds of relaying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relay {
    /// 0 turns relaying off.
    pub(crate) circuits: usize,
    /// At once.
    pub(crate) per_peer: usize,
    /// At once.
    pub(crate) per_source: u32,
    /// Of one peer; eight times as many of one source.
    pub(crate) per_hour: u32,
    /// Bytes, both directions together.
    pub(crate) bytes: u64,
    pub(crate) time: Duration,
    /// Bytes in a second of all circuits together; 0: no bound.
    pub(crate) rate: u64,
    pub(crate) reservations: usize,
}

/// Bounds of what is served by HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Http {
    pub(crate) connections: usize,
    /// Requests of one client.
    pub(crate) per_minute: u32,
    /// How long the head of a request may take.
    pub(crate) head: Duration,
}

impl Http {
    /// How long a request and its answer may take in all.
    pub(crate) const fn whole(&self) -> Duration {
        self.head.saturating_mul(6)
    }
}

/// Joins command line, environment, file and defaults.
pub(crate) fn resolve(options: Options) -> Result<Config> {
    let usual = || {
        directories::ProjectDirs::from("", "", "dokuei-bootstrap").map(|dirs| dirs.data_dir().to_path_buf())
    };
    // The usual file lies in the data directory; only a named one can say where that is.
    let named = options.config.as_deref().map(read_file).transpose()?;
    let data_dir = options
        .data_dir
        .clone()
        .or_else(|| named.as_ref().and_then(|file| file.data_dir.clone()))
        .or_else(usual)
        .context("there is no home directory; give --data-dir")?;
    let lying = data_dir.join("config.toml");
    let file = match named {
        Some(file) => file,
        None if lying.exists() => read_file(&lying)?,
        None => Options::default(),
    };
    join(options.or(file), data_dir)
}

fn read_file(path: &Path) -> Result<Options> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not usable", path.display()))
}

impl Options {
    /// What is not given here is taken from `file`.
    fn or(self, file: Self) -> Self {
        let either =
            |given: Vec<Multiaddr>, filed: Vec<Multiaddr>| if given.is_empty() { filed } else { given };
        Self {
            data_dir: self.data_dir.or(file.data_dir),
            config: self.config,
            listen: either(self.listen, file.listen),
            external: either(self.external, file.external),
            health: self.health.or(file.health),
            metrics: self.metrics.or(file.metrics),
            connections: self.connections.or(file.connections),
            connections_per_address: self.connections_per_address.or(file.connections_per_address),
            connections_per_peer: self.connections_per_peer.or(file.connections_per_peer),
            memory: self.memory.or(file.memory),
            window_kib: self.window_kib.or(file.window_kib),
            relay_circuits: self.relay_circuits.or(file.relay_circuits),
            relay_circuits_per_peer: self.relay_circuits_per_peer.or(file.relay_circuits_per_peer),
            relay_circuits_per_address: self
                .relay_circuits_per_address
                .or(file.relay_circuits_per_address),
            relay_circuits_per_hour: self.relay_circuits_per_hour.or(file.relay_circuits_per_hour),
            relay_mib: self.relay_mib.or(file.relay_mib),
            relay_seconds: self.relay_seconds.or(file.relay_seconds),
            relay_mbit: self.relay_mbit.or(file.relay_mbit),
            relay_reservations: self.relay_reservations.or(file.relay_reservations),
            http_connections: self.http_connections.or(file.http_connections),
            http_per_minute: self.http_per_minute.or(file.http_per_minute),
            http_seconds: self.http_seconds.or(file.http_seconds),
            root: self.root.or(file.root),
            register_dir: self.register_dir.or(file.register_dir),
            register_url: self.register_url.or(file.register_url),
            register_peer: either(self.register_peer, file.register_peer),
            register_hours: self.register_hours.or(file.register_hours),
            drop_box_mib: self.drop_box_mib.or(file.drop_box_mib),
            drop_box_per_hour: self.drop_box_per_hour.or(file.drop_box_per_hour),
            json: self.json || file.json,
        }
    }
}

fn join(options: Options, data_dir: PathBuf) -> Result<Config> {
    let register = register(&options)?;
    let relay = relay(&options)?;
    let listen = if options.listen.is_empty() {
        let usual = [
            "/ip4/0.0.0.0/udp/4001/quic-v1",
            "/ip6/::/udp/4001/quic-v1",
            "/ip4/0.0.0.0/tcp/4001",
            "/ip6/::/tcp/4001",
        ];
        usual.iter().filter_map(|address| address.parse().ok()).collect()
    } else {
        options.listen
    };
    if let Some(address) = options.health.filter(|address| !address.ip().is_loopback()) {
        bail!(
            "the health address {address} is not a loopback address; use 127.0.0.1 and let a proxy publish it"
        );
    }
    let connections = Bounds {
        total: at_least_one("connections", options.connections.unwrap_or(4096))?,
        per_source: at_least_one(
            "connections_per_address",
            options.connections_per_address.unwrap_or(256),
        )?,
        per_peer: at_least_one("connections_per_peer", options.connections_per_peer.unwrap_or(4))?,
        pending: PENDING,
    };
    let window = options.window_kib.unwrap_or(512);
    ensure!(
        (64..=16 * 1024).contains(&window),
        "window_kib is {window}; it must be between 64 and 16384"
    );
    let head = options.http_seconds.unwrap_or(10).clamp(1, 3600);
    Ok(Config {
        data_dir,
        listen,
        external: options.external,
        health: options.health,
        metrics: options.metrics,
        connections,
        memory: options.memory.unwrap_or(1024).saturating_mul(1 << 20),
        window: window << 10,
        relay,
        http: Http {
            connections: options.http_connections.unwrap_or(256).clamp(1, 65_536),
            per_minute: options.http_per_minute.unwrap_or(600),
            head: Duration::from_secs(head),
        },
        register,
        json: options.json,
    })
}

fn at_least_one(name: &str, value: u32) -> Result<u32> {
    ensure!(
        value > 0,
        "{name} is 0, so that nobody could connect; leave it out for the default"
    );
    Ok(value)
}

fn relay(options: &Options) -> Result<Relay> {
    let seconds = options.relay_seconds.unwrap_or(7200);
    // The protocol tells it to peers as a number of 32 bits, and 0 as "no bound".
    ensure!(
        (1..=u64::from(u32::MAX)).contains(&seconds),
        "relay_seconds is {seconds}; it must be between 1 and {}",
        u32::MAX
    );
    let mib = options.relay_mib.unwrap_or(2048);
    ensure!(
        mib > 0,
        "relay_mib is 0; to relay nothing, set relay_circuits to 0"
    );
    Ok(Relay {
        circuits: options.relay_circuits.unwrap_or(64),
        per_peer: options.relay_circuits_per_peer.unwrap_or(4),
        per_source: options.relay_circuits_per_address.unwrap_or(16),
        per_hour: options.relay_circuits_per_hour.unwrap_or(60),
        bytes: mib.saturating_mul(MIB),
        time: Duration::from_secs(seconds),
        rate: options.relay_mbit.unwrap_or(100).saturating_mul(MBIT),
        reservations: options.relay_reservations.unwrap_or(1024),
    })
}

fn register(options: &Options) -> Result<Option<Register>> {
    let (dir, url, peers) = (
        options.register_dir.clone(),
        options.register_url.clone(),
        options.register_peer.clone(),
    );
    let Some(root) = options.root.clone() else {
        if dir.is_some() || url.is_some() || !peers.is_empty() {
            bail!("a register can be mirrored only with the network's root certificate; give --root");
        }
        return Ok(None);
    };
    if let Some(peer) = peers
        .iter()
        .find(|peer| !matches!(peer.iter().last(), Some(Protocol::P2p(_))))
    {
        bail!("the address {peer} of another bootstrap must end in /p2p/ and its PeerId");
    }
    if let Some(url) = url
        .as_ref()
        .filter(|url| !url.starts_with("http://") && !url.starts_with("https://"))
    {
        bail!("the register's address {url} must begin with http:// or https://");
    }
    Ok(Some(Register {
        root,
        dir,
        url,
        peers,
        oldest: Duration::from_secs(options.register_hours.unwrap_or(6).saturating_mul(3600)),
        drop_box: options.drop_box_mib.unwrap_or(256).saturating_mul(MIB),
        per_hour: options.drop_box_per_hour.unwrap_or(6),
    }))
}

impl Config {
    /// The bounds by name, for metrics and the health page: numbers, bytes, seconds, bytes in a second.
    pub(crate) fn limits(&self) -> Vec<(&'static str, u64)> {
        let (relay, count) = (&self.relay, |number: usize| number as u64);
        let mut limits = vec![
            ("connections", self.connections.total.into()),
            ("connections_per_address", self.connections.per_source.into()),
            ("connections_per_peer", self.connections.per_peer.into()),
            ("memory_bytes", count(self.memory)),
            ("relay_circuits", count(relay.circuits)),
            ("relay_circuit_bytes", relay.bytes),
            ("relay_circuit_seconds", relay.time.as_secs()),
            ("relay_bytes_per_second", relay.rate),
            ("relay_reservations", count(relay.reservations)),
        ];
        if let Some(register) = &self.register {
            limits.push(("drop_box_bytes", register.drop_box));
            limits.push(("register_age_seconds", register.oldest.as_secs()));
        }
        limits
    }
}

#[cfg(test)]
mod tests;
