//! Settings: the command line and environment prevail over the file, the file over the defaults.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use serde::Deserialize;

use crate::arguments::Options;

const MIB: u64 = 1 << 20;

/// What to run with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: Vec<Multiaddr>,
    pub(crate) external: Vec<Multiaddr>,
    pub(crate) health: Option<SocketAddr>,
    pub(crate) connections: u32,
    /// Bytes.
    pub(crate) memory: usize,
    pub(crate) relay: Relay,
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
    /// Bytes; 0 turns the drop box off.
    pub(crate) drop_box: u64,
    pub(crate) per_hour: u32,
}

/// Bounds of relaying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relay {
    /// 0 turns relaying off.
    pub(crate) circuits: usize,
    /// Bytes, each direction.
    pub(crate) bytes: u64,
    pub(crate) time: Duration,
    pub(crate) reservations: usize,
}

/// The configuration file. Unknown keys are refused, so that a misspelt one is not silently without effect.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Vec<Multiaddr>,
    external: Vec<Multiaddr>,
    health: Option<SocketAddr>,
    connections: Option<u32>,
    memory: Option<usize>,
    relay_circuits: Option<usize>,
    relay_mib: Option<u64>,
    relay_seconds: Option<u64>,
    relay_reservations: Option<usize>,
    root: Option<PathBuf>,
    register_dir: Option<PathBuf>,
    register_url: Option<String>,
    register_peer: Vec<Multiaddr>,
    drop_box_mib: Option<u64>,
    drop_box_per_hour: Option<u32>,
}

/// Joins command line, environment, file and defaults.
pub(crate) fn resolve(options: Options) -> Result<Config> {
    let data_dir = match &options.data_dir {
        Some(dir) => dir.clone(),
        None => directories::ProjectDirs::from("", "", "dokuei-bootstrap")
            .map(|dirs| dirs.data_dir().to_path_buf())
            .context("there is no home directory; give --data-dir")?,
    };
    let file = read_file(options.config.as_deref(), &data_dir)?;
    join(options, file, data_dir)
}

fn read_file(named: Option<&Path>, data_dir: &Path) -> Result<File> {
    let usual = data_dir.join("config.toml");
    let path = match named {
        Some(path) => path,
        None if usual.exists() => &usual,
        None => return Ok(File::default()),
    };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not usable", path.display()))
}

fn join(options: Options, file: File, data_dir: PathBuf) -> Result<Config> {
    let register = register(&options, &file)?;
    let either = |given: Vec<Multiaddr>, filed: Vec<Multiaddr>| if given.is_empty() { filed } else { given };
    let mut listen = either(options.listen, file.listen);
    if listen.is_empty() {
        let usual = [
            "/ip4/0.0.0.0/udp/4001/quic-v1",
            "/ip6/::/udp/4001/quic-v1",
            "/ip4/0.0.0.0/tcp/4001",
            "/ip6/::/tcp/4001",
        ];
        listen = usual.iter().filter_map(|address| address.parse().ok()).collect();
    }
    let health = options.health.or(file.health);
    if let Some(address) = health.filter(|address| !address.ip().is_loopback()) {
        bail!(
            "the health address {address} is not a loopback address; use 127.0.0.1 and let a proxy publish it"
        );
    }
    let memory = options.memory.or(file.memory).unwrap_or(1024);
    Ok(Config {
        data_dir,
        listen,
        external: either(options.external, file.external),
        health,
        connections: options.connections.or(file.connections).unwrap_or(4096),
        memory: memory.saturating_mul(1 << 20),
        relay: Relay {
            circuits: options.relay_circuits.or(file.relay_circuits).unwrap_or(64),
            bytes: options
                .relay_mib
                .or(file.relay_mib)
                .unwrap_or(2048)
                .saturating_mul(MIB),
            time: Duration::from_secs(options.relay_seconds.or(file.relay_seconds).unwrap_or(7200)),
            reservations: options
                .relay_reservations
                .or(file.relay_reservations)
                .unwrap_or(1024),
        },
        register,
        json: options.json,
    })
}

fn register(options: &Options, file: &File) -> Result<Option<Register>> {
    let dir = options.register_dir.clone().or_else(|| file.register_dir.clone());
    let url = options.register_url.clone().or_else(|| file.register_url.clone());
    let peers = if options.register_peer.is_empty() {
        file.register_peer.clone()
    } else {
        options.register_peer.clone()
    };
    let Some(root) = options.root.clone().or_else(|| file.root.clone()) else {
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
        drop_box: options
            .drop_box_mib
            .or(file.drop_box_mib)
            .unwrap_or(256)
            .saturating_mul(MIB),
        per_hour: options.drop_box_per_hour.or(file.drop_box_per_hour).unwrap_or(6),
    }))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn options(arguments: &[&str]) -> Options {
        let line = ["dokuei-bootstrap", "run"].iter().chain(arguments);
        match Arguments::try_parse_from(line).unwrap().command {
            Command::Run(options) => *options,
            Command::Completion { .. } => panic!("run was given"),
        }
    }

    #[test]
    fn defaults_relay_two_gibibytes_for_two_hours() {
        let config = join(options(&[]), File::default(), "/d".into()).unwrap();
        assert_eq!(config.relay.bytes, 2 << 30);
        assert_eq!(config.relay.time, Duration::from_secs(7200));
        assert_eq!(config.listen.len(), 4);
    }

    #[test]
    fn the_command_line_prevails_over_the_file() {
        let file: File =
            toml::from_str("connections = 10\nrelay_mib = 5\nlisten = ['/ip4/127.0.0.1/tcp/1']").unwrap();
        let config = join(options(&["--connections", "20"]), file, "/d".into()).unwrap();
        assert_eq!((config.connections, config.relay.bytes), (20, 5 << 20));
        assert_eq!(config.listen, ["/ip4/127.0.0.1/tcp/1".parse().unwrap()]);
    }

    #[test]
    fn a_misspelt_key_and_a_public_health_address_are_refused() {
        assert!(toml::from_str::<File>("conections = 10").is_err());
        let refused = join(options(&["--health", "0.0.0.0:1"]), File::default(), "/d".into());
        assert!(refused.unwrap_err().to_string().contains("loopback"));
    }
}
