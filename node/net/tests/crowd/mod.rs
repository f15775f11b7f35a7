//! Many nodes in one process, each on an address of its own.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::time::Timestamp;
use dokuei_net::wire::case::{CaseMessage, CaseReply};
use dokuei_net::wire::hello::{CrlState, Hello};
use dokuei_net::wire::package::PackageId;
use dokuei_net::{
    Admitted, Host, Meeting, Multiaddr, Network, NetworkConfig, OwnHello, PackageSource, PeerId, Refusal,
    RefusalCode, Verdict,
};
use futures::future::{BoxFuture, FutureExt as _};

/// With so many others each keeps connected; a node does with 128. A thousand of those in one process would be 64,000
/// connections.
pub const INTRODUCTIONS: usize = 8;

/// A host without certificates, register, cases and packages: its "chain" is its key.
struct Plain(SecretKey);

impl Host for Plain {
    fn now(&self) -> Timestamp {
        Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    fn hello(&self) -> BoxFuture<'_, Option<OwnHello>> {
        let node_chain = self.0.public().as_bytes().to_vec();
        let hello = OwnHello {
            node: Fingerprint::of(&node_chain),
            node_chain,
            practitioners: vec![],
            crl: CrlState {
                number: 0,
                hash: [0; 32],
            },
            checkpoint: vec![],
        };
        async move { Some(hello) }.boxed()
    }

    fn admit(&self, _: PeerId, hello: Hello) -> BoxFuture<'_, Result<Admitted, Refusal>> {
        let refuse = |why: &str| Refusal::new(RefusalCode::Chain, why);
        let claimed: Option<[u8; 32]> = hello.node_chain.as_slice().try_into().ok();
        let key = claimed.and_then(|bytes| PublicKey::from_bytes(bytes).ok());
        let admitted = key.map(|key| Admitted {
            node: Fingerprint::of(&hello.node_chain),
            key,
        });
        async move { admitted.ok_or_else(|| refuse("no key")) }.boxed()
    }

    fn on_admitted(&self, _: PeerId) {}

    fn on_gone(&self, _: PeerId) {}

    fn judge_register(&self, _: PeerId, _: Vec<u8>) -> BoxFuture<'_, Meeting> {
        async { Meeting::Even }.boxed()
    }

    fn catch_up(&self, _: PeerId) -> BoxFuture<'_, bool> {
        async { true }.boxed()
    }

    fn register_answer(&self, _: PeerId, _: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, RefusalCode>> {
        async { Err(RefusalCode::NotFound) }.boxed()
    }

    fn on_checkpoint(&self, _: Vec<u8>, _: PeerId) -> BoxFuture<'_, Verdict> {
        async { Verdict::Ignore }.boxed()
    }

    fn on_register_source(&self, _: PeerId) {}

    fn case_message(&self, _: PeerId, _: CaseMessage) -> BoxFuture<'_, CaseReply> {
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

/// Starts the node of this number. It listens on 127.x.y.z, so that the bounds on what may come from one place are kept
/// as they are.
pub async fn node(index: usize, bootstraps: &[Multiaddr]) -> Network {
    let key = SecretKey::generate(&mut rand::rng());
    let mut config = NetworkConfig::new(key.clone(), "crowd");
    let (high, low) = (index / 250, index % 250 + 1);
    config.listen = vec![format!("/ip4/127.1.{high}.{low}/udp/0/quic-v1").parse().unwrap()];
    config.bootstraps = bootstraps.to_vec();
    // Everybody can be dialled.
    config.relay = false;
    config.limits.introductions = INTRODUCTIONS;
    // Nobody is met beyond that: a thousand that meet each other are half a million handshakes.
    config.limits.meet_every = std::time::Duration::from_secs(3600);
    // The memory of this process is that of all of them.
    config.limits.memory = usize::MAX;
    Network::start(config, Arc::new(Plain(key))).await.unwrap()
}
