//! How long a revocation takes to reach every connected node, and whether a node that was off has it before any case
//! traffic.
//!
//! Run by `cargo xtask bench revocation`, which tells the figures and the limit: `revocation NODES BOOTSTRAP`.
//!
//! A registry publishes its register in a folder, the real bootstrap program mirrors it, and NODES networks of this
//! process are connected with the bootstrap over QUIC on loopback, each with a register of its own in memory that it
//! verifies to the root. The clock runs from the moment at which the new checkpoint lies in the folder until the last
//! node has verified and kept the entries. The figures go to standard output as one JSON object.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that fails ends")]

#[allow(unreachable_pub, missing_docs, reason = "shared with the other measurement")]
mod program;
#[path = "../../../bootstrap/tests/registry/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared with the tests of the bootstrap"
)]
mod registry;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use dokuei_identity::chain::{self, TrustAnchor};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{Answer, Ask, Checkpoint, Judgement, MemoryStore, Replica};
use dokuei_identity::time::Timestamp;
use dokuei_net::wire::case::{CaseMessage, CaseReply};
use dokuei_net::wire::hello::{CrlState, Hello};
use dokuei_net::wire::package::PackageId;
use dokuei_net::{
    Admitted, Host, Meeting, Multiaddr, Network, NetworkConfig, OwnHello, PackageSource, PeerId, Refusal,
    RefusalCode, Verdict, key_of_peer,
};
use futures::future::{BoxFuture, FutureExt as _};
use registry::{Registry, now, revoked};

/// Entries of the register before the revocation.
const ENTRIES: u64 = 2_000;

/// A node's host, with nothing but a register.
struct Light {
    key: SecretKey,
    anchor: TrustAnchor,
    network_name: NetworkName,
    replica: Mutex<Replica<MemoryStore>>,
    network: OnceLock<Network>,
    catching: tokio::sync::Mutex<()>,
    /// When the entry that is waited for came.
    reached: OnceLock<Instant>,
    waited_for: AtomicU64,
    bytes: AtomicU64,
    /// The register's size when the first case message came.
    at_case: OnceLock<u64>,
    weak: OnceLock<std::sync::Weak<Light>>,
}

impl Light {
    fn new(registry: &Registry, key: SecretKey) -> Arc<Self> {
        let light = Arc::new(Self {
            key,
            anchor: registry.anchor(),
            network_name: registry.network,
            replica: Mutex::new(Replica::open(MemoryStore::default()).unwrap()),
            network: OnceLock::new(),
            catching: tokio::sync::Mutex::new(()),
            reached: OnceLock::new(),
            waited_for: AtomicU64::new(u64::MAX),
            bytes: AtomicU64::new(0),
            at_case: OnceLock::new(),
            weak: OnceLock::new(),
        });
        light.weak.set(Arc::downgrade(&light)).unwrap();
        light
    }

    fn size(&self) -> u64 {
        self.replica.lock().unwrap().size()
    }

    fn take(&self, answer: &Answer) -> bool {
        let registry = chain::verify_registry(&answer.registry, &self.anchor, now(), None).unwrap();
        let checkpoint = answer.parse_checkpoint().unwrap();
        let checkpoint = checkpoint.verify(&[registry.key], &self.network_name).unwrap();
        let mut replica = self.replica.lock().unwrap();
        let accepted = replica.accept(&checkpoint, answer, now()).unwrap();
        if replica.size() >= self.waited_for.load(Ordering::SeqCst) {
            let _ = self.reached.set(Instant::now());
        }
        accepted.complete
    }

    async fn fetch(&self, from: PeerId) -> bool {
        let _one = self.catching.lock().await;
        let network = self.network.get().unwrap();
        for _ in 0..100 {
            let ask = self.replica.lock().unwrap().ask(None);
            let Ok(bytes) = network.ask_register(from, ask.to_bytes()).await else {
                return false;
            };
            self.bytes.fetch_add(bytes.len() as u64, Ordering::SeqCst);
            if self.take(&Answer::parse(&bytes).unwrap()) {
                return true;
            }
        }
        false
    }

    fn fetch_soon(&self, from: PeerId) {
        let me = self.weak.get().unwrap().upgrade().unwrap();
        tokio::spawn(async move { me.fetch(from).await });
    }

    fn judge(&self, note: &[u8]) -> Option<Judgement> {
        let replica = self.replica.lock().unwrap();
        // The registry's key, as the register's own answers brought it.
        let keys = [REGISTRY_KEY.get().copied().unwrap()];
        let checkpoint = Checkpoint::parse(note)
            .ok()?
            .verify(&keys, &self.network_name)
            .ok()?;
        replica.judge(&checkpoint).ok()
    }
}

static REGISTRY_KEY: OnceLock<dokuei_identity::key::PublicKey> = OnceLock::new();

impl Host for Light {
    fn now(&self) -> Timestamp {
        now()
    }

    fn hello(&self) -> BoxFuture<'_, Option<OwnHello>> {
        let node_chain = self.key.public().as_bytes().to_vec();
        let replica = self.replica.lock().unwrap();
        let hello = OwnHello {
            node: Fingerprint::of(&node_chain),
            node_chain,
            practitioners: vec![],
            crl: CrlState {
                number: 0,
                hash: [0; 32],
            },
            checkpoint: replica
                .checkpoint()
                .map_or_else(Vec::new, |checkpoint| checkpoint.note().to_vec()),
        };
        async move { Some(hello) }.boxed()
    }

    fn admit(&self, peer: PeerId, hello: Hello) -> BoxFuture<'_, Result<Admitted, Refusal>> {
        let admitted = Admitted {
            node: Fingerprint::of(&hello.node_chain),
            key: key_of_peer(&peer).unwrap(),
        };
        async move { Ok(admitted) }.boxed()
    }

    fn on_admitted(&self, peer: PeerId) {
        let network = self.network.get().unwrap().clone();
        tokio::spawn(async move { network.call_case(peer, CaseMessage::Heads { logs: vec![] }).await });
    }

    fn on_gone(&self, _: PeerId) {}

    fn judge_register(&self, _: PeerId, checkpoint: Vec<u8>) -> BoxFuture<'_, Meeting> {
        let meeting = match self.judge(&checkpoint) {
            Some(Judgement::Same) => Meeting::Even,
            Some(Judgement::Ahead) => Meeting::WeAreBehind,
            Some(Judgement::Behind) | None => Meeting::PeerIsBehind,
            Some(Judgement::SplitView(_)) => panic!("a split view"),
        };
        async move { meeting }.boxed()
    }

    fn catch_up(&self, peer: PeerId) -> BoxFuture<'_, bool> {
        self.fetch(peer).boxed()
    }

    fn register_answer(&self, _: PeerId, ask: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, RefusalCode>> {
        let ask = Ask::parse(&ask).unwrap();
        let answer = self
            .replica
            .lock()
            .unwrap()
            .answer(&ask, CHAIN.get().unwrap(), &[])
            .unwrap();
        async move {
            answer
                .map(|answer| answer.to_bytes())
                .ok_or(RefusalCode::NotFound)
        }
        .boxed()
    }

    fn on_checkpoint(&self, checkpoint: Vec<u8>, from: PeerId) -> BoxFuture<'_, Verdict> {
        let verdict = match self.judge(&checkpoint) {
            Some(Judgement::Ahead) => {
                self.fetch_soon(from);
                Verdict::Accept
            }
            Some(_) => Verdict::Ignore,
            None => Verdict::Reject,
        };
        async move { verdict }.boxed()
    }

    fn on_register_source(&self, peer: PeerId) {
        self.fetch_soon(peer);
    }

    fn case_message(&self, _: PeerId, _: CaseMessage) -> BoxFuture<'_, CaseReply> {
        let _ = self.at_case.set(self.size());
        async { CaseReply::Heads { logs: vec![] } }.boxed()
    }

    fn open_package(
        &self,
        _: PeerId,
        _: PackageId,
    ) -> BoxFuture<'_, Result<Box<dyn PackageSource>, Refusal>> {
        async { Err(Refusal::new(RefusalCode::NotFound, "there are none")) }.boxed()
    }
}

static CHAIN: OnceLock<chain::Chain> = OnceLock::new();

async fn node(registry: &Registry, bootstrap: Option<&Multiaddr>, listens: bool) -> Arc<Light> {
    let key = SecretKey::generate(&mut rand::rng());
    let host = Light::new(registry, key.clone());
    let mut config = NetworkConfig::new(key, registry.network.to_string());
    // Without listeners nothing is announced, so that the nodes are connected with the bootstrap and not each with each.
    config.listen = Vec::new();
    if listens {
        config.listen = vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()];
    }
    config.bootstraps = bootstrap.into_iter().cloned().collect();
    config.discovery = bootstrap.is_some();
    config.relay = false;
    let network = Network::start(config, host.clone()).await.unwrap();
    host.network.set(network).ok().unwrap();
    host
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < end, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A node that was off meets one that has the revocation, without any bootstrap: it must have it before case traffic.
async fn after_absence(registry: &mut Registry) -> Duration {
    let (informed, absent) = (
        node(registry, None, true).await,
        node(registry, None, false).await,
    );
    absent.take(&registry.whole());
    registry.append(vec![revoked(u64::MAX)]);
    informed.take(&registry.whole());
    let begun = Instant::now();
    let (here, there) = (absent.network.get().unwrap(), informed.network.get().unwrap());
    here.want(there.peer_id(), there.status().listening)
        .await
        .unwrap();
    until("case traffic", || absent.at_case.get().is_some()).await;
    assert_eq!(
        absent.at_case.get(),
        Some(&registry.size()),
        "case traffic came before the revocation"
    );
    begun.elapsed()
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().unwrap().parse().expect("NODES is a number");
    let program = PathBuf::from(arguments.next().expect("BOOTSTRAP is the built program"));
    let mut registry = Registry::new();
    REGISTRY_KEY.set(registry.key.public()).ok().unwrap();
    CHAIN.set(registry.chain.clone()).ok().unwrap();
    registry.append((0..ENTRIES).map(revoked).collect());
    let dir = tempfile::tempdir().unwrap();
    let (root, register) = (dir.path().join("root.pem"), dir.path().join("published"));
    std::fs::write(&root, registry.anchor().to_pem()).unwrap();
    registry.publish(&register);
    let more = [
        // All of them are on this machine.
        OsStr::new("--connections-per-address"),
        OsStr::new("4096"),
        OsStr::new("--root"),
        root.as_os_str(),
        OsStr::new("--register-dir"),
        register.as_os_str(),
    ];
    let (_running, address) = program::bootstrap(&program, &dir.path().join("bootstrap"), more);
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(node(&registry, Some(&address), false).await);
    }
    until("every node has the register", || {
        nodes.iter().all(|node| node.size() == ENTRIES)
    })
    .await;
    eprintln!("{count} nodes are connected and have {ENTRIES} entries");
    // The mesh is made at the heartbeat.
    tokio::time::sleep(Duration::from_secs(3)).await;
    registry.append(vec![revoked(ENTRIES)]);
    for node in &nodes {
        node.bytes.store(0, Ordering::SeqCst);
        node.waited_for.store(registry.size(), Ordering::SeqCst);
    }
    registry.publish(&register);
    let published = Instant::now();
    until("every node has the revocation", || {
        nodes.iter().all(|node| node.reached.get().is_some())
    })
    .await;
    let mut times: Vec<_> = nodes
        .iter()
        .map(|node| node.reached.get().unwrap().saturating_duration_since(published))
        .collect();
    times.sort_unstable();
    let bytes = nodes
        .iter()
        .map(|node| node.bytes.load(Ordering::SeqCst))
        .max()
        .unwrap();
    let absent = after_absence(&mut registry).await;
    println!(
        r#"{{"nodes":{count},"entries":{ENTRIES},"min_ms":{},"median_ms":{},"max_ms":{},"absent_ms":{},"bytes_per_node":{bytes},"memory_bytes":{}}}"#,
        times[0].as_millis(),
        times[count / 2].as_millis(),
        times[count - 1].as_millis(),
        absent.as_millis(),
        program::memory("self", "VmHWM:")
    );
}
