//! How many nodes find each other: NODES networks of this process, on addresses of their own, with two real bootstrap
//! programs between them, look each other up in the routing tables.
//!
//! Run by `cargo xtask bench scale`, which tells the figures: `scale NODES LOOKUPS BOOTSTRAP`.
//!
//! Each network is the real one over QUIC, with rendezvous, AutoNAT, Kademlia and admission; what its host does not do
//! is to verify certificates (its "chain" is its key), and it has no register. Everybody may dial everybody. What is
//! set differently from a node is said beside it. The figures go to standard output as one JSON object.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that fails ends")]

#[path = "../tests/crowd/mod.rs"]
#[allow(
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "shared with the test of the same"
)]
mod crowd;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dokuei_net::{Found, Multiaddr, Network};
use futures::StreamExt as _;

/// Nodes that are started at once: a bootstrap has room for 256 handshakes.
const TOGETHER: usize = 32;

/// Lookups under way at once, all nodes together.
const AT_ONCE: usize = 4;

/// How long the idle network is watched.
const WATCHED: Duration = Duration::from_secs(10);

/// Ends the program with the measurement.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn bootstrap(program: &Path, dir: &Path, nodes: usize) -> (Running, Multiaddr) {
    // Thrice as many as there are nodes: for a moment each has the connection by which AutoNAT dials it back.
    let connections = (3 * nodes + 64).to_string();
    let child = Command::new(program)
        .args(["run", "--json", "--connections", &connections, "--listen"])
        .args(["/ip4/127.0.0.1/udp/0/quic-v1", "--data-dir"])
        .arg(dir)
        // That it has no peers yet, and that so many ask at once, is known.
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {}: {error}; build it first", program.display()));
    let running = Running(child);
    let end = Instant::now() + Duration::from_secs(20);
    let addresses = loop {
        if let Ok(bytes) = std::fs::read_to_string(dir.join("addresses.json")) {
            break bytes;
        }
        assert!(Instant::now() < end, "the bootstrap did not start");
        std::thread::sleep(Duration::from_millis(20));
    };
    let start = addresses.find("/ip4/").unwrap();
    let length = addresses[start..].find('"').unwrap();
    (running, addresses[start..start + length].parse().unwrap())
}

/// A number of `/proc/PID/status`, bytes; 0 where the system does not tell.
fn memory(process: &str, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}

/// Bytes and packets that have passed the loopback interface.
fn loopback() -> (u64, u64) {
    let table = std::fs::read_to_string("/proc/net/dev").unwrap_or_default();
    let line = table.lines().find_map(|line| line.trim().strip_prefix("lo:"));
    let mut numbers = line.unwrap_or_default().split_whitespace();
    let mut next = || {
        numbers
            .next()
            .and_then(|number| number.parse().ok())
            .unwrap_or_default()
    };
    (next(), next())
}

/// The value below which so many of a thousand lie.
fn quantile<T: Copy + Default>(sorted: &[T], permille: usize) -> T {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * permille / 1000).copied().unwrap_or_default()
}

fn mean(numbers: impl ExactSizeIterator<Item = u64>) -> f64 {
    let count = numbers.len().max(1);
    numbers.sum::<u64>() as f64 / count as f64
}

/// Waits until `holds` of so many; gives how many it holds of in the end.
async fn wait(what: &str, nodes: &[Network], limit: Duration, holds: impl Fn(&Network) -> bool) -> usize {
    let end = Instant::now() + limit;
    loop {
        let count = nodes.iter().filter(|node| holds(node)).count();
        if count == nodes.len() || Instant::now() > end {
            eprintln!("{what}: {count} of {}", nodes.len());
            return count;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn lookups(nodes: &[Network], count: usize) -> Vec<Found> {
    let pairs: Vec<_> = (0..count)
        .map(|_| {
            let one = rand::random_range(0..nodes.len());
            let other = (one + rand::random_range(1..nodes.len())) % nodes.len();
            (nodes[one].clone(), nodes[other].peer_id())
        })
        .collect();
    futures::stream::iter(pairs)
        .map(|(node, wanted)| async move { node.find(wanted).await.unwrap() })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |what: &str| -> usize {
        let word = arguments.next().unwrap_or_else(|| panic!("{what} is wanting"));
        word.parse().unwrap_or_else(|_| panic!("{what} is a number"))
    };
    let (count, wanted) = (number("NODES"), number("LOOKUPS"));
    let program = PathBuf::from(arguments.next().expect("BOOTSTRAP is the built program"));
    let dir = tempfile::tempdir().unwrap();
    let (first, address_1) = bootstrap(&program, &dir.path().join("1"), count);
    let (second, address_2) = bootstrap(&program, &dir.path().join("2"), count);
    let bootstraps = [address_1, address_2];

    let begun = Instant::now();
    let nodes: Vec<Network> = futures::stream::iter(0..count)
        .map(|index| crowd::node(index, &bootstraps))
        .buffer_unordered(TOGETHER)
        .collect()
        .await;
    let minutes = |of: u64| Duration::from_secs(60 * of);
    let joined = wait("at the bootstraps", &nodes, minutes(2), |node| {
        node.status().bootstraps.iter().all(|one| one.connected)
    })
    .await;
    let joined_ms = begun.elapsed().as_millis();
    // From then on it serves the routing table, and the bootstraps put it into theirs.
    let serving = wait("known to be reachable", &nodes, minutes(4), |node| {
        !node.status().external.is_empty()
    })
    .await;
    let serving_ms = begun.elapsed().as_millis();
    let met = wait("have met others", &nodes, minutes(2), |node| {
        node.status().peers.iter().filter(|peer| peer.admitted).count() >= crowd::INTRODUCTIONS.min(count - 1)
    })
    .await;
    let met_ms = begun.elapsed().as_millis();
    // The first looking around in the tables comes to rest.
    tokio::time::sleep(WATCHED).await;

    let ((bytes, packets), watching) = (loopback(), Instant::now());
    tokio::time::sleep(WATCHED).await;
    let (after, watched) = (loopback(), watching.elapsed().as_secs_f64());
    let idle = [after.0 - bytes, after.1 - packets].map(|sum| sum as f64 / watched / count as f64);
    let connections = mean(nodes.iter().map(|node| node.status().peers.len() as u64));

    let (before, looking) = (loopback(), Instant::now());
    let found = lookups(&nodes, wanted).await;
    let (after, took) = (loopback(), looking.elapsed().as_secs_f64());
    let spare = idle[0] * count as f64 * took;
    let wire = ((after.0 - before.0) as f64 - spare).max(0.0) / wanted as f64;
    let good: Vec<_> = found.iter().filter(|one| !one.addresses.is_empty()).collect();
    let sorted = |of: &dyn Fn(&&Found) -> u64| {
        let mut all: Vec<u64> = good.iter().map(of).collect();
        all.sort_unstable();
        all
    };
    let (hops, asked) = (sorted(&|one| one.hops.into()), sorted(&|one| one.asked.into()));
    let micros = sorted(&|one| u64::try_from(one.time.as_micros()).unwrap_or(u64::MAX));
    let size = sorted(&|one| one.bytes);
    let hosts = [&first, &second].map(|host| memory(&host.0.id().to_string(), "VmRSS:"));
    println!(
        r#"{{"nodes":{count},"joined":{joined},"joined_ms":{joined_ms},"serving":{serving},"serving_ms":{serving_ms},"met":{met},"met_ms":{met_ms},"lookups":{wanted},"found":{},"hops_mean":{:.3},"hops_p99":{},"hops_max":{},"asked_mean":{:.2},"asked_p99":{},"bytes_mean":{:.0},"wire_bytes_mean":{wire:.0},"p50_ms":{:.2},"p99_ms":{:.2},"connections_mean":{connections:.1},"idle_bytes_per_second":{:.0},"idle_packets_per_second":{:.2},"memory_bytes":{},"bootstrap_bytes":{}}}"#,
        good.len(),
        mean(hops.iter().copied()),
        quantile(&hops, 990),
        quantile(&hops, 1000),
        mean(asked.iter().copied()),
        quantile(&asked, 990),
        mean(size.iter().copied()),
        quantile(&micros, 500) as f64 / 1000.0,
        quantile(&micros, 990) as f64 / 1000.0,
        idle[0],
        idle[1],
        memory("self", "VmHWM:"),
        hosts.into_iter().max().unwrap_or_default(),
    );
    drop((first, second));
    // A thousand farewells take longer than the measurement.
    std::process::exit(0);
}
