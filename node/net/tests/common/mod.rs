//! Two or more real nodes on loopback, with a host that records what it is asked.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "every test program uses its part"
)]

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use dokuei_net::wire::case::{CaseMessage, CaseReply, EntryId};
use dokuei_net::wire::hello::{CrlState, Hello, PractitionerCard};
use dokuei_net::wire::package::{ChunkRange, PackageId, Slice};
use dokuei_net::{
    Admitted, Ban, Host, Meeting, Multiaddr, Network, NetworkConfig, OwnHello, PackageSink, PackageSource,
    PeerId, Refusal, RefusalCode, SinkError, Verdict, key_of_peer, peer_id_of,
};
use futures::future::{BoxFuture, FutureExt as _};

pub const CHUNK: usize = 64 * 1024;

/// A host whose "chain" is simply the node's public key, so that the tests need no certificates.
pub struct TestHost {
    pub key: SecretKey,
    pub chain: Vec<u8>,
    pub clock_skew: AtomicI64,
    pub refuses: Mutex<Option<RefusalCode>>,
    pub chunks: u64,
    /// The holder waits this long before each slice.
    pub slow: Duration,
    /// The holder sends proofs that prove nothing.
    pub lies: bool,
    pub admitted: Mutex<Vec<PeerId>>,
    pub gone: Mutex<Vec<PeerId>>,
    pub refused: Mutex<Vec<(PeerId, RefusalCode, bool)>>,
    pub banned: Mutex<Vec<Ban>>,
    pub ban_over: Mutex<Vec<Ban>>,
    pub messages: AtomicU64,
    /// How often it was asked what it says of itself: once for each admission that it begins or answers.
    pub hellos: AtomicU64,
    pub opened: AtomicU64,
    /// Live frames, with who sent each and when.
    pub live: Mutex<Vec<(PeerId, Vec<u8>, Instant)>>,
    /// How many entries the "register" of this host has: its checkpoint is the number in words.
    pub register: AtomicU64,
    /// Given when the network runs, for catching up.
    pub network: OnceLock<Network>,
    pub heard: Mutex<Vec<Vec<u8>>>,
    pub sources: Mutex<Vec<PeerId>>,
    pub barred: Mutex<Vec<PeerId>>,
    /// Whether it has a certificate.
    pub enrolled: AtomicBool,
}

pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

impl TestHost {
    pub fn new(seed: u8) -> Self {
        let key = key(seed);
        Self {
            chain: key.public().as_bytes().to_vec(),
            key,
            clock_skew: AtomicI64::new(0),
            refuses: Mutex::new(None),
            chunks: 128,
            slow: Duration::ZERO,
            lies: false,
            admitted: Mutex::default(),
            gone: Mutex::default(),
            refused: Mutex::default(),
            banned: Mutex::default(),
            ban_over: Mutex::default(),
            messages: AtomicU64::new(0),
            hellos: AtomicU64::new(0),
            opened: AtomicU64::new(0),
            live: Mutex::default(),
            register: AtomicU64::new(0),
            network: OnceLock::new(),
            heard: Mutex::default(),
            sources: Mutex::default(),
            barred: Mutex::default(),
            enrolled: AtomicBool::new(true),
        }
    }
}

fn size_of(checkpoint: &[u8]) -> u64 {
    std::str::from_utf8(checkpoint).unwrap().parse().unwrap()
}

impl Host for TestHost {
    fn now(&self) -> Timestamp {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        Timestamp(
            now.checked_add_signed(self.clock_skew.load(Ordering::SeqCst))
                .unwrap(),
        )
    }

    fn hello(&self) -> BoxFuture<'_, Option<OwnHello>> {
        let hello = OwnHello {
            node: Fingerprint::of(&self.chain),
            node_chain: self.chain.clone(),
            practitioners: vec![PractitionerCard {
                chain: b"chain".to_vec(),
                device_list: b"list".to_vec(),
            }],
            checkpoint: self.register.load(Ordering::SeqCst).to_string().into_bytes(),
            crl: CrlState {
                number: 7,
                hash: [7; 32],
            },
        };
        let enrolled = self.enrolled();
        self.hellos.fetch_add(1, Ordering::SeqCst);
        async move { enrolled.then_some(hello) }.boxed()
    }

    fn enrolled(&self) -> bool {
        self.enrolled.load(Ordering::SeqCst)
    }

    fn admit(&self, peer: PeerId, hello: Hello) -> BoxFuture<'_, Result<Admitted, Refusal>> {
        async move {
            if let Some(code) = *self.refuses.lock().unwrap() {
                return Err(Refusal::new(code, "the test says no"));
            }
            let claimed: [u8; 32] = hello
                .node_chain
                .as_slice()
                .try_into()
                .map_err(|_| Refusal::new(RefusalCode::Chain, "no valid chain"))?;
            let key = dokuei_identity::key::PublicKey::from_bytes(claimed)
                .map_err(|error| Refusal::new(RefusalCode::Chain, error.to_string()))?;
            assert!(key_of_peer(&peer).is_some());
            Ok(Admitted {
                node: Fingerprint::of(&hello.node_chain),
                key,
            })
        }
        .boxed()
    }

    fn judge_register(&self, _peer: PeerId, checkpoint: Vec<u8>) -> BoxFuture<'_, Meeting> {
        let theirs = size_of(&checkpoint);
        let ours = self.register.load(Ordering::SeqCst);
        let meeting = match theirs.cmp(&ours) {
            std::cmp::Ordering::Less => Meeting::PeerIsBehind,
            std::cmp::Ordering::Equal => Meeting::Even,
            std::cmp::Ordering::Greater => Meeting::WeAreBehind,
        };
        async move { meeting }.boxed()
    }

    fn catch_up(&self, peer: PeerId) -> BoxFuture<'_, bool> {
        async move {
            let network = self.network.get().expect("given to who may be behind");
            let Ok(answer) = network.ask_register(peer, b"ask".to_vec()).await else {
                return false;
            };
            self.register.fetch_max(size_of(&answer), Ordering::SeqCst);
            true
        }
        .boxed()
    }

    fn register_answer(&self, _peer: PeerId, ask: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, RefusalCode>> {
        async move {
            match ask.as_slice() {
                b"ask" => Ok(self.register.load(Ordering::SeqCst).to_string().into_bytes()),
                b"too much" => Ok(vec![0; dokuei_net::wire::register::MAX_ANSWER + 1]),
                _ => Err(RefusalCode::Malformed),
            }
        }
        .boxed()
    }

    fn on_checkpoint(&self, checkpoint: Vec<u8>, _from: PeerId) -> BoxFuture<'_, Verdict> {
        let verdict = match checkpoint.first() {
            Some(b'+') => Verdict::Accept,
            Some(b'-') => Verdict::Reject,
            _ => Verdict::Ignore,
        };
        self.heard.lock().unwrap().push(checkpoint);
        async move { verdict }.boxed()
    }

    fn on_register_source(&self, peer: PeerId) {
        self.sources.lock().unwrap().push(peer);
    }

    fn barred(&self, peer: PeerId) -> Option<RefusalCode> {
        self.barred
            .lock()
            .unwrap()
            .contains(&peer)
            .then_some(RefusalCode::Revoked)
    }

    fn on_admitted(&self, peer: PeerId) {
        self.admitted.lock().unwrap().push(peer);
    }

    fn on_gone(&self, peer: PeerId) {
        self.gone.lock().unwrap().push(peer);
    }

    fn on_refused(&self, peer: PeerId, refusal: Refusal, by_us: bool) {
        self.refused.lock().unwrap().push((peer, refusal.code, by_us));
    }

    fn on_banned(&self, ban: Ban) {
        self.banned.lock().unwrap().push(ban);
    }

    fn on_ban_over(&self, ban: Ban) {
        self.ban_over.lock().unwrap().push(ban);
    }

    fn case_message(&self, _peer: PeerId, message: CaseMessage) -> BoxFuture<'_, CaseReply> {
        self.messages.fetch_add(1, Ordering::Relaxed);
        async move {
            match message {
                CaseMessage::Entries { entries } => CaseReply::Stored {
                    stored: entries
                        .iter()
                        .map(|entry| EntryId(*Fingerprint::of(&entry.0).as_bytes()))
                        .collect(),
                    refused: vec![],
                    missing: vec![],
                },
                CaseMessage::Heads { logs } => CaseReply::Heads { logs },
                _ => CaseReply::Refused {
                    code: RefusalCode::NotFound as u8,
                },
            }
        }
        .boxed()
    }

    fn live_frame(&self, peer: PeerId, frame: Vec<u8>) -> BoxFuture<'_, Result<(), Refusal>> {
        let garbage = frame.first() == Some(&0xff);
        self.live.lock().unwrap().push((peer, frame, Instant::now()));
        async move {
            if garbage {
                return Err(Refusal::new(RefusalCode::Malformed, "the test says so"));
            }
            Ok(())
        }
        .boxed()
    }

    fn open_package(
        &self,
        _peer: PeerId,
        package: PackageId,
    ) -> BoxFuture<'_, Result<Box<dyn PackageSource>, Refusal>> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let source = TestSource {
            chunks: self.chunks,
            slow: self.slow,
            lies: self.lies,
        };
        async move {
            match package.0[0] {
                0 => Err(Refusal::new(RefusalCode::NotParty, "not a party")),
                _ => Ok(Box::new(source) as Box<dyn PackageSource>),
            }
        }
        .boxed()
    }
}

/// Chunk `i` is filled with the byte `i`; the proof is the number of its first chunk.
struct TestSource {
    chunks: u64,
    slow: Duration,
    lies: bool,
}

const LIE: &[u8] = b"this proves nothing";

impl PackageSource for TestSource {
    fn chunks(&self) -> u64 {
        self.chunks
    }

    fn read(&mut self, range: ChunkRange) -> io::Result<Slice> {
        std::thread::sleep(self.slow);
        let bytes = (range.first..range.first + range.count)
            .flat_map(|index| [index as u8; CHUNK])
            .collect();
        let proof = if self.lies {
            LIE.to_vec()
        } else {
            range.first.to_be_bytes().to_vec()
        };
        Ok(Slice { range, bytes, proof })
    }
}

/// Keeps a bitmap, as a store would.
#[derive(Clone, Default)]
pub struct TestSink {
    pub have: Arc<Mutex<BTreeSet<u64>>>,
    pub finished: Arc<AtomicU64>,
    pub forged_from: Option<u64>,
}

impl TestSink {
    /// What is missing of `chunks`.
    pub fn missing(&self, chunks: u64) -> Vec<ChunkRange> {
        let have = self.have.lock().unwrap();
        let mut ranges: Vec<ChunkRange> = Vec::new();
        for index in (0..chunks).filter(|index| !have.contains(index)) {
            match ranges.last_mut() {
                Some(last) if last.first + last.count == index => last.count += 1,
                _ => ranges.push(ChunkRange {
                    first: index,
                    count: 1,
                }),
            }
        }
        ranges
    }
}

impl PackageSink for TestSink {
    fn accept(&mut self, slice: Slice) -> Result<(), SinkError> {
        let forged = self.forged_from.is_some_and(|first| slice.range.first >= first);
        if forged || slice.proof == LIE {
            return Err(SinkError::Forged("the test says so".to_owned()));
        }
        assert_eq!(slice.proof, slice.range.first.to_be_bytes());
        for (chunk, index) in slice.bytes.chunks(CHUNK).zip(slice.range.first..) {
            assert!(
                chunk.len() == CHUNK && chunk.iter().all(|byte| *byte == index as u8),
                "chunk {index}"
            );
            assert!(
                self.have.lock().unwrap().insert(index),
                "chunk {index} came twice"
            );
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.finished.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

pub const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";
pub const TCP: &str = "/ip4/127.0.0.1/tcp/0";

pub fn config(seed: u8, listen: &str) -> NetworkConfig {
    let mut config = NetworkConfig::new(key(seed), "test");
    config.listen = vec![listen.parse().unwrap()];
    config.discovery = false;
    config
}

pub async fn start(seed: u8, listen: &str) -> (Network, Arc<TestHost>) {
    start_with(config(seed, listen), TestHost::new(seed)).await
}

pub async fn start_with(config: NetworkConfig, host: TestHost) -> (Network, Arc<TestHost>) {
    let host = Arc::new(host);
    // QUIC gives a port back only when its last connection has drained: a restart within one process waits for that.
    for _ in 0..50 {
        match Network::start(config.clone(), host.clone()).await {
            Ok(network) => {
                let _ = host.network.set(network.clone());
                return (network, host);
            }
            Err(error) if error.to_string().contains("in use") => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the port stays in use")
}

/// Two nodes that have admitted each other, the first having dialled.
pub async fn pair(seeds: (u8, u8), listen: &str) -> ((Network, Arc<TestHost>), (Network, Arc<TestHost>)) {
    let (a, b) = (start(seeds.0, listen).await, start(seeds.1, listen).await);
    a.0.want(b.0.peer_id(), b.0.status().listening).await.unwrap();
    until("both are admitted", || {
        a.0.is_admitted(&b.0.peer_id()) && b.0.is_admitted(&a.0.peer_id())
    })
    .await;
    (a, b)
}

/// Waits until `holds`, at most 20 s.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    until_within(Duration::from_secs(20), what, holds).await;
}

pub async fn until_within(time: Duration, what: &str, holds: impl Fn() -> bool) {
    let end = tokio::time::Instant::now() + time;
    while !holds() {
        assert!(tokio::time::Instant::now() < end, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn address_of(network: &Network) -> Multiaddr {
    network.status().listening[0]
        .clone()
        .with_p2p(network.peer_id())
        .unwrap()
}

pub fn id_of(seed: u8) -> PeerId {
    peer_id_of(&key(seed).public())
}
