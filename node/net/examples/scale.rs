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
#[allow(unreachable_pub, missing_docs, reason = "shared with the other measurement")]
mod program;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use dokuei_net::{Found, Multiaddr, Network};
use futures::StreamExt as _;

/// Nodes that come at once: the next one when one has found its place, or when it has waited for that long enough. All at
/// once, they would take the processor from each other until no handshake ends in time; a network grows otherwise.
const TOGETHER: usize = 16;
const PLACED: Duration = Duration::from_secs(30);

/// Lookups under way at once, all nodes together.
const AT_ONCE: usize = 4;

/// How long is looked up at most; what was found by then counts.
const LOOKING: Duration = Duration::from_secs(300);

/// Until the network has come to rest: whoever was dialled only to be asked is let go after half a minute.
const RESTED: Duration = Duration::from_secs(45);

/// How long the idle network is watched.
const WATCHED: Duration = Duration::from_secs(10);

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

/// Connected with every bootstrap.
fn has_joined(node: &Network) -> bool {
    node.status().bootstraps.iter().all(|one| one.connected)
}

/// Knows that it can be dialled: from then on it serves the routing table, and the bootstraps put it into theirs.
fn serves(node: &Network) -> bool {
    !node.status().external.is_empty()
}

/// Has met as many as are dialled, the bootstraps among them, or as many as there are.
fn has_met(node: &Network, others: usize) -> bool {
    let peers = node.status().peers;
    let dialled = crowd::INTRODUCTIONS - node.status().bootstraps.len();
    peers.iter().filter(|peer| peer.admitted).count() >= dialled.min(others)
}

/// Starts the node of this number, and gives it time to find its place.
async fn placed(index: usize, bootstraps: &[Multiaddr]) -> (Network, Duration) {
    let begun = Instant::now();
    let node = crowd::node(index, bootstraps).await;
    // Of those who come together some are later than it.
    let others = index.saturating_sub(TOGETHER);
    while !(has_joined(&node) && serves(&node) && has_met(&node, others)) && begun.elapsed() < PLACED {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (node, begun.elapsed())
}

async fn lookups(nodes: &[Network], count: usize) -> Vec<Found> {
    let pairs: Vec<_> = (0..count)
        .map(|_| {
            let one = rand::random_range(0..nodes.len());
            let other = (one + rand::random_range(1..nodes.len())) % nodes.len();
            (nodes[one].clone(), nodes[other].peer_id())
        })
        .collect();
    let end = tokio::time::sleep(LOOKING);
    futures::stream::iter(pairs)
        .map(|(node, wanted)| async move { node.find(wanted).await.unwrap() })
        .buffer_unordered(AT_ONCE)
        .take_until(end)
        .collect()
        .await
}

#[tokio::main]
async fn main() {
    // Quiet, unless `RUST_LOG` asks for more.
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut arguments = std::env::args().skip(1);
    let mut number = |what: &str| -> usize {
        let word = arguments.next().unwrap_or_else(|| panic!("{what} is wanting"));
        word.parse().unwrap_or_else(|_| panic!("{what} is a number"))
    };
    let (count, wanted) = (number("NODES"), number("LOOKUPS"));
    let program = PathBuf::from(arguments.next().expect("BOOTSTRAP is the built program"));
    let dir = tempfile::tempdir().unwrap();
    // Thrice as many as there are nodes: for a moment each has the connection by which AutoNAT dials it back.
    let connections = (3 * count + 64).to_string();
    let start = |name| program::bootstrap(&program, &dir.path().join(name), ["--connections", &connections]);
    let ((first, address_1), (second, address_2)) = (start("1"), start("2"));
    let bootstraps = [address_1, address_2];

    let begun = Instant::now();
    let placing = futures::stream::iter(0..count).map(|index| placed(index, &bootstraps));
    let (nodes, mut waits): (Vec<Network>, Vec<Duration>) = placing.buffer_unordered(TOGETHER).unzip().await;
    waits.sort_unstable();
    let grown = begun.elapsed().as_secs_f64();
    let grown_cpu = program::processor() / count as f64;
    let joined = nodes.iter().filter(|node| has_joined(node)).count();
    let serving = nodes.iter().filter(|node| serves(node)).count();
    let met = nodes.iter().filter(|node| has_met(node, count - 1)).count();
    eprintln!(
        "{count} nodes after {grown:.0} s: {joined} at both bootstraps, {serving} can be dialled, {met} have met others"
    );
    tokio::time::sleep(RESTED).await;

    let ((bytes, packets), watching, used) = (loopback(), Instant::now(), program::processor());
    tokio::time::sleep(WATCHED).await;
    let (after, watched) = (loopback(), watching.elapsed().as_secs_f64());
    let idle = [after.0 - bytes, after.1 - packets].map(|sum| sum as f64 / watched / count as f64);
    let idle_cpu = (program::processor() - used) / watched / count as f64;
    eprintln!(
        "idle: {:.0} bytes and {:.2} packets a second for each",
        idle[0], idle[1]
    );
    let connections = mean(nodes.iter().map(|node| node.status().peers.len() as u64));

    let (before, looking) = (loopback(), Instant::now());
    let found = lookups(&nodes, wanted).await;
    let (after, took) = (loopback(), looking.elapsed().as_secs_f64());
    let spare = idle[0] * count as f64 * took;
    let wanted = found.len();
    let wire = ((after.0 - before.0) as f64 - spare).max(0.0) / wanted.max(1) as f64;
    let good: Vec<_> = found.iter().filter(|one| !one.addresses.is_empty()).collect();
    let sorted = |of: &dyn Fn(&&Found) -> u64| {
        let mut all: Vec<u64> = good.iter().map(of).collect();
        all.sort_unstable();
        all
    };
    let (hops, asked) = (sorted(&|one| one.hops.into()), sorted(&|one| one.asked.into()));
    let micros = sorted(&|one| u64::try_from(one.time.as_micros()).unwrap_or(u64::MAX));
    let size = sorted(&|one| one.bytes);
    let hosts = [&first, &second].map(|host| host.memory("VmRSS:"));
    println!(
        r#"{{"nodes":{count},"joined":{joined},"serving":{serving},"met":{met},"grown_seconds":{grown:.1},"grown_cpu_ms":{:.0},"placed_p50_ms":{},"placed_p99_ms":{},"lookups":{wanted},"found":{},"hops_mean":{:.3},"hops_p99":{},"hops_max":{},"asked_mean":{:.2},"asked_p99":{},"bytes_mean":{:.0},"wire_bytes_mean":{wire:.0},"p50_ms":{:.2},"p99_ms":{:.2},"connections_mean":{connections:.1},"idle_bytes_per_second":{:.0},"idle_packets_per_second":{:.2},"idle_cpu_ms":{:.2},"memory_bytes":{},"bootstrap_bytes":{}}}"#,
        grown_cpu * 1000.0,
        quantile(&waits, 500).as_millis(),
        quantile(&waits, 990).as_millis(),
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
        idle_cpu * 1000.0,
        program::memory("self", "VmHWM:"),
        hosts.into_iter().max().unwrap_or_default(),
    );
    drop((first, second));
    // A thousand farewells take longer than the measurement.
    std::process::exit(0);
}
