//! The command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use libp2p::Multiaddr;
use serde::Deserialize;

/// Helps peers of a Dokuei network to find and reach each other.
#[derive(Debug, Parser)]
#[command(name = "dokuei-bootstrap", version, about, long_about = LONG, after_long_help = AFTER)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const LONG: &str = "Helps peers of a Dokuei network to find and reach each other.

It keeps no image and no case: it tells peers each other's addresses, tests whether they can be \
reached, and forwards bytes that are encrypted from end to end between peers that cannot reach each other directly. \
With --root it also mirrors the public register of credentials, which everybody verifies, and keeps applications \
that are sealed to the registry and that it cannot read. \
Any number can run side by side; nodes use those that their configuration names.";

const AFTER: &str = "Examples:
  A bootstrap for a region, on the usual ports, with its public address:
    dokuei-bootstrap run --data-dir /var/lib/dokuei-bootstrap \\
      --listen /ip4/0.0.0.0/udp/4001/quic-v1 --listen /ip4/0.0.0.0/tcp/4001 \\
      --external /dns4/boot.example.jp/udp/4001/quic-v1 --health 127.0.0.1:9001
  Then give the addresses in /var/lib/dokuei-bootstrap/addresses.json to the nodes:
    dokuei run --bootstrap /dns4/boot.example.jp/udp/4001/quic-v1/p2p/PEER_ID

  The same as a mirror of the register, which the registry publishes in a folder on this computer:
    dokuei-bootstrap run --data-dir /var/lib/dokuei-bootstrap --root root.pem \\
      --register-dir /srv/dokuei/register --health 127.0.0.1:9001
  A mirror elsewhere, fed by a web server and by another bootstrap:
    dokuei-bootstrap run --data-dir /var/lib/dokuei-bootstrap --root root.pem \\
      --register-url https://registry.example.jp/register \\
      --register-peer /dns4/boot.example.jp/udp/4001/quic-v1/p2p/PEER_ID

  All settings in a file, and whether it is usable:
    dokuei-bootstrap config example > /etc/dokuei-bootstrap.toml
    dokuei-bootstrap config check --config /etc/dokuei-bootstrap.toml

Exit codes: 0 ended as asked, 1 failed, 2 wrong usage.
Every option of `run` can also stand in the configuration file or in an environment variable DOKUEI_BOOTSTRAP_*; \
the command line prevails, then the environment, then the file.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run until SIGTERM or Ctrl-C.
    Run(Box<Options>),
    /// Look at the settings without running.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell.
    Completion {
        /// Which shell.
        shell: Shell,
    },
    /// Write the manual pages, one for each command.
    Manual {
        /// A folder that exists.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say what `run` with the same options, environment and file would do, or why it would not start.
    Check(Box<Options>),
    /// Print a configuration file with every setting, its default and what it is for.
    Example,
}

/// Options of `run`. What is not given comes from the configuration file, then from defaults.
///
/// The file has the same names. Unknown ones are refused, so that a misspelt one is not silently without effect.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Options {
    /// Where the key, addresses.json and config.toml lie; made when missing.
    #[arg(long, value_name = "DIR", env = "DOKUEI_BOOTSTRAP_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Configuration file (TOML) [default: config.toml in the data directory, when it exists].
    #[arg(long, value_name = "FILE", env = "DOKUEI_BOOTSTRAP_CONFIG")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    /// Listen here; repeat for several [default: QUIC and TCP on every interface, port 4001].
    #[arg(
        long,
        value_name = "MULTIADDR",
        env = "DOKUEI_BOOTSTRAP_LISTEN",
        value_delimiter = ','
    )]
    pub(crate) listen: Vec<Multiaddr>,
    /// Addresses at which peers reach this host, when they differ from those listened on (NAT, DNS name).
    #[arg(
        long,
        value_name = "MULTIADDR",
        env = "DOKUEI_BOOTSTRAP_EXTERNAL",
        value_delimiter = ','
    )]
    pub(crate) external: Vec<Multiaddr>,
    /// Serve a page on how this host is at / and as JSON at /health, and with --root the register under /register/ and
    /// POST /drop-box/collect; loopback only, port 0 picks one (see addresses.json).
    #[arg(long, value_name = "ADDRESS:PORT", env = "DOKUEI_BOOTSTRAP_HEALTH")]
    pub(crate) health: Option<SocketAddr>,
    /// Serve GET /metrics here for Prometheus; port 0 picks one (see addresses.json).
    #[arg(long, value_name = "ADDRESS:PORT", env = "DOKUEI_BOOTSTRAP_METRICS")]
    pub(crate) metrics: Option<SocketAddr>,
    /// Most connections at once [default: 4096].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_CONNECTIONS")]
    pub(crate) connections: Option<u32>,
    /// Most connections from one address, or from one /64 of IPv6 [default: 256].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_CONNECTIONS_PER_ADDRESS")]
    pub(crate) connections_per_address: Option<u32>,
    /// Most connections with one peer [default: 4].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_CONNECTIONS_PER_PEER")]
    pub(crate) connections_per_peer: Option<u32>,
    /// Refuse connections while this process uses more memory, MiB [default: 1024].
    #[arg(long, value_name = "MIB", env = "DOKUEI_BOOTSTRAP_MEMORY")]
    pub(crate) memory: Option<usize>,
    /// What one stream may hold here unread, KiB; a connection twice as much [default: 512].
    #[arg(long, value_name = "KIB", env = "DOKUEI_BOOTSTRAP_WINDOW_KIB")]
    pub(crate) window_kib: Option<u32>,
    /// Most relayed circuits at once; 0 turns relaying off [default: 64].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_RELAY_CIRCUITS")]
    pub(crate) relay_circuits: Option<usize>,
    /// Most circuits of one peer at once [default: 4].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_RELAY_CIRCUITS_PER_PEER")]
    pub(crate) relay_circuits_per_peer: Option<usize>,
    /// Most circuits at once that were asked for from one address, or from one /64 of IPv6 [default: 16].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_RELAY_CIRCUITS_PER_ADDRESS")]
    pub(crate) relay_circuits_per_address: Option<u32>,
    /// Most circuits that one peer may ask for within an hour; eight times as many from one address [default: 60].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_RELAY_CIRCUITS_PER_HOUR")]
    pub(crate) relay_circuits_per_hour: Option<u32>,
    /// Most bytes through one circuit, both directions together, MiB [default: 2048].
    #[arg(long, value_name = "MIB", env = "DOKUEI_BOOTSTRAP_RELAY_MIB")]
    pub(crate) relay_mib: Option<u64>,
    /// Longest life of one circuit, seconds [default: 7200].
    #[arg(long, value_name = "SECONDS", env = "DOKUEI_BOOTSTRAP_RELAY_SECONDS")]
    pub(crate) relay_seconds: Option<u64>,
    /// Most that all circuits together forward, Mbit/s; each bit comes in and goes out. 0: no bound [default: 100].
    #[arg(long, value_name = "MBIT/S", env = "DOKUEI_BOOTSTRAP_RELAY_MBIT")]
    pub(crate) relay_mbit: Option<u64>,
    /// Most peers that hold a relay reservation [default: 1024].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_RELAY_RESERVATIONS")]
    pub(crate) relay_reservations: Option<usize>,
    /// Most HTTP connections at once; further ones wait [default: 256].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_HTTP_CONNECTIONS")]
    pub(crate) http_connections: Option<usize>,
    /// Most HTTP requests of one client within a minute [default: 600].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_HTTP_PER_MINUTE")]
    pub(crate) http_per_minute: Option<u32>,
    /// How long a client may take to send the head of a request, seconds; six times as long for all of it
    /// [default: 10].
    #[arg(long, value_name = "SECONDS", env = "DOKUEI_BOOTSTRAP_HTTP_SECONDS")]
    pub(crate) http_seconds: Option<u64>,
    /// The network's root certificate (PEM). With it this bootstrap mirrors the network's register of credentials,
    /// gossips its checkpoints, and keeps sealed applications for the registry.
    #[arg(long, value_name = "FILE", env = "DOKUEI_BOOTSTRAP_ROOT")]
    pub(crate) root: Option<PathBuf>,
    /// Mirror the register from this folder, which the registry publishes; looked at every second.
    #[arg(long, value_name = "DIR", env = "DOKUEI_BOOTSTRAP_REGISTER_DIR")]
    pub(crate) register_dir: Option<PathBuf>,
    /// Mirror the register from this web server (http or https), which has the same files; every ten seconds.
    #[arg(long, value_name = "URL", env = "DOKUEI_BOOTSTRAP_REGISTER_URL")]
    pub(crate) register_url: Option<String>,
    /// Mirror the register from other bootstraps, each ending in /p2p/PEER_ID; repeat for several.
    #[arg(
        long,
        value_name = "MULTIADDR",
        env = "DOKUEI_BOOTSTRAP_REGISTER_PEER",
        value_delimiter = ','
    )]
    pub(crate) register_peer: Vec<Multiaddr>,
    /// Call this host ill when the registry signed the newest checkpoint longer ago, hours [default: 6].
    #[arg(long, value_name = "HOURS", env = "DOKUEI_BOOTSTRAP_REGISTER_HOURS")]
    pub(crate) register_hours: Option<u64>,
    /// Most bytes of sealed applications that wait for the registry, MiB; 0 turns the drop box off [default: 256].
    #[arg(long, value_name = "MIB", env = "DOKUEI_BOOTSTRAP_DROP_BOX_MIB")]
    pub(crate) drop_box_mib: Option<u64>,
    /// Most applications that one peer may leave within an hour; eight times as many from one address [default: 6].
    #[arg(long, value_name = "N", env = "DOKUEI_BOOTSTRAP_DROP_BOX_PER_HOUR")]
    pub(crate) drop_box_per_hour: Option<u32>,
    /// Print the addresses as one line of JSON, and log JSON to standard error.
    #[arg(long, env = "DOKUEI_BOOTSTRAP_JSON")]
    #[serde(skip)]
    pub(crate) json: bool,
}

/// Prints the completion script.
pub(crate) fn completion(shell: Shell) {
    clap_complete::generate(
        shell,
        &mut Arguments::command(),
        "dokuei-bootstrap",
        &mut std::io::stdout(),
    );
}

/// Writes the manual pages, one for each command.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn manual(folder: &Path) -> anyhow::Result<()> {
    clap_mangen::generate_to(Arguments::command(), folder)
        .with_context(|| format!("the manual pages cannot be written to {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
