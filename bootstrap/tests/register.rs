//! The program as a mirror of the register and as a drop box, used from outside.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[allow(dead_code, unreachable_pub, reason = "every test program uses its part")]
mod registry;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dokuei_identity::application::{
    ApplicationSecretKey, Collect, CollectError, Collected, collect_request, seal,
};
use dokuei_identity::key::SecretKey;
use dokuei_identity::register::{Answer, Ask, layout};
use futures::{AsyncReadExt as _, AsyncWriteExt as _, StreamExt as _};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, StreamProtocol, SwarmBuilder, tcp, tls, yamux};
use registry::{Registry, now, revoked};

/// Ends the program when the test does.
struct Running {
    child: Child,
    address: Multiaddr,
    http: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program in `dir` for the network of `registry`, with more arguments.
fn start(dir: &Path, registry: &Registry, more: &[&str]) -> Running {
    let root = dir.join("root.pem");
    std::fs::write(&root, registry.anchor().to_pem()).unwrap();
    let told = dir.join("addresses.json");
    let _ = std::fs::remove_file(&told);
    let child = Command::new(env!("CARGO_BIN_EXE_dokuei-bootstrap"))
        .args([
            "run",
            "--health",
            "127.0.0.1:0",
            "--listen",
            "/ip4/127.0.0.1/tcp/0",
        ])
        .arg("--data-dir")
        .arg(dir)
        .arg("--root")
        .arg(&root)
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while !told.exists() {
        assert!(Instant::now() < end, "it did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(told).unwrap()).unwrap();
    Running {
        child,
        address: told["addresses"][0].as_str().unwrap().parse().unwrap(),
        http: told["health"].as_str().unwrap().to_owned(),
    }
}

fn http(running: &Running, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(running.http.strip_prefix("http://").unwrap()).unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let split = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
    (status, answer.split_off(split))
}

/// How long it is rested between two looks.
const REST: Duration = Duration::from_millis(50);

/// Looks until it holds; gives how often.
fn until(what: &str, holds: impl Fn() -> bool) -> u32 {
    let end = Instant::now() + Duration::from_secs(30);
    let mut looks = 1;
    while !holds() {
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::sleep(REST);
        looks += 1;
    }
    looks
}

/// A peer that speaks only streams.
struct Client {
    control: libp2p_stream::Control,
    peer: PeerId,
}

impl Client {
    async fn connect(address: &Multiaddr) -> Self {
        let mut swarm = SwarmBuilder::with_new_identity()
            .with_tokio()
            .with_tcp(tcp::Config::default(), tls::Config::new, yamux::Config::default)
            .unwrap()
            .with_behaviour(|_| libp2p_stream::Behaviour::new())
            .unwrap()
            .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(Duration::from_secs(60)))
            .build();
        let control = swarm.behaviour().new_control();
        swarm.dial(address.clone()).unwrap();
        let peer = loop {
            if let SwarmEvent::ConnectionEstablished { peer_id, .. } = swarm.select_next_some().await {
                break peer_id;
            }
        };
        tokio::spawn(async move {
            loop {
                swarm.select_next_some().await;
            }
        });
        Self { control, peer }
    }

    /// Puts a question; gives the answer or the code of the refusal.
    async fn ask(&self, protocol: &str, question: &[u8]) -> Result<Vec<u8>, u8> {
        let protocol = StreamProtocol::try_from_owned(protocol.to_owned()).unwrap();
        let mut stream = self
            .control
            .clone()
            .open_stream(self.peer, protocol)
            .await
            .unwrap();
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        assert_eq!(byte, [0], "accepted");
        let length = u32::try_from(question.len()).unwrap();
        stream.write_all(&length.to_be_bytes()).await.unwrap();
        // Whoever is refused for the length alone may not get rid of the rest.
        let _ = stream.write_all(question).await;
        let _ = stream.flush().await;
        stream.read_exact(&mut byte).await.unwrap();
        if byte[0] != 0 {
            return Err(byte[0]);
        }
        let mut length = [0; 4];
        stream.read_exact(&mut length).await.unwrap();
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut answer).await.unwrap();
        Ok(answer)
    }
}

/// R17: the folder is mirrored within seconds, by stream and by HTTP; another bootstrap follows this one by HTTP;
/// after a restart without any source it serves at once.
#[tokio::test(flavor = "multi_thread")]
async fn r17_the_register_is_mirrored_from_folder_to_web_to_restart() {
    let (dir, second, published) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let mut registry = Registry::new();
    registry.append((0..300).map(revoked).collect());
    registry.publish(published.path());
    let folder = published.path().to_str().unwrap();
    let running = start(dir.path(), &registry, &["--register-dir", folder]);
    until("it is mirrored", || {
        http(&running, "GET", "/register/checkpoint", b"").1 == registry.note()
    });
    let web = format!("{}/register", running.http);
    let follower = start(second.path(), &registry, &["--register-url", &web]);
    until("it is mirrored again", || {
        http(&follower, "GET", "/register/checkpoint", b"").1 == registry.note()
    });
    registry.append((300..310).map(revoked).collect());
    registry.publish(published.path());
    let looks = until("news is mirrored", || {
        http(&running, "GET", "/register/checkpoint", b"").1 == registry.note()
    });
    // A folder is looked at each second; a web server, which may belong to somebody else, each ten. In answers of the same
    // program and not by the clock: where it has to wait for a processor, so has whoever asks it.
    assert!(looks < 10_000 / REST.subsec_millis(), "{looks} looks");
    assert_eq!(
        http(&running, "GET", "/register/tile/entries/001.p/54", b"").0,
        200
    );
    assert_eq!(http(&running, "GET", "/register/tile/255/000", b"").0, 404);
    // Its numbers are shown anew twice a second.
    until("the health page says so", || {
        let health = http(&running, "GET", "/health", b"").1;
        let health: serde_json::Value = serde_json::from_slice(&health).unwrap();
        health["register"]["entries"] == 310
    });
    drop((running, follower));
    let again = start(dir.path(), &registry, &[]);
    let client = Client::connect(&again.address).await;
    let ask = Ask {
        from: 300,
        checkpoint_size: 300,
        lists: None,
    };
    let protocol = format!("/dokuei/register/1/{}", registry.network);
    let answer = client.ask(&protocol, &ask.to_bytes()).await.unwrap();
    assert_eq!(Answer::parse(&answer).unwrap(), registry.answer(&ask));
    assert_eq!(client.ask(&protocol, b"rubbish").await, Err(1));
    assert_eq!(client.ask(&protocol, &[0; 5000]).await, Err(1));
    let file = http(&again, "GET", &format!("/register/{}", layout::CHECKPOINT), b"");
    assert_eq!(file, (200, registry.note()));
}

/// Asks as the holder of `key`; gives the status, and what waits as far as the bootstrap that was asked says so.
fn collect(
    running: &Running,
    registry: &Registry,
    key: &SecretKey,
    after: u64,
) -> (u16, Result<Collected, CollectError>) {
    let Some(libp2p::multiaddr::Protocol::P2p(peer)) = running.address.iter().last() else {
        panic!("no PeerId")
    };
    let question = Collect {
        bootstrap: peer.to_bytes(),
        at: now(),
        after,
        answers: Vec::new(),
    };
    let request = collect_request(&question, key, &registry.chain);
    let (status, body) = http(running, "POST", "/drop-box/collect", &request);
    (status, Collected::read(&body, &question, &request))
}

fn files_with(dir: &Path, needle: &[u8]) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found += files_with(&path, needle);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found += usize::from(bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    found
}

/// R17, R24: anybody may leave a sealed application within limits; only the registry collects; nothing of it can be
/// read on the disk of the bootstrap.
#[tokio::test(flavor = "multi_thread")]
async fn r17_r24_applications_wait_sealed_and_only_the_registry_collects_them() {
    const CANARY: &[u8] = b"licence 12345 of Tanaka Hanako";
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::new();
    let key = ApplicationSecretKey::generate(&mut rand::rng()).public();
    let root = registry.anchor().fingerprint();
    let sealed = |size: usize| {
        let application = [CANARY.to_vec(), vec![1; size]].concat();
        seal(&application, &key, &root, &mut rand::rng()).unwrap()
    };
    let running = start(
        dir.path(),
        &registry,
        &["--drop-box-mib", "1", "--drop-box-per-hour", "6"],
    );
    let protocol = format!("/dokuei/drop-box/1/{}", registry.network);
    let client = Client::connect(&running.address).await;
    let first = sealed(1000);
    client.ask(&protocol, &first).await.unwrap();
    client.ask(&protocol, &first).await.unwrap();
    assert_eq!(
        client.ask(&protocol, CANARY).await,
        Err(1),
        "what is not sealed is not kept"
    );
    assert_eq!(
        client.ask(&protocol, &vec![0; (3 << 20) + 1]).await,
        Err(1),
        "too large"
    );
    assert_eq!(
        client.ask(&protocol, &sealed(800_000)).await,
        Err(19),
        "over quota"
    );
    client.ask(&protocol, &sealed(2000)).await.unwrap();
    assert_eq!(client.ask(&protocol, &sealed(3000)).await, Err(12), "too often");
    let other = Client::connect(&running.address).await;
    other.ask(&protocol, &sealed(10)).await.unwrap();
    assert_eq!(files_with(dir.path(), CANARY), 0);
    assert_eq!(files_with(dir.path(), &first[first.len() - 64..]), 1);

    let thief = SecretKey::generate(&mut rand::rng());
    assert_eq!(collect(&running, &registry, &thief, u64::MAX).0, 403);
    let foreign = Registry::new();
    assert_eq!(collect(&running, &foreign, &foreign.key, u64::MAX).0, 403);
    assert_eq!(http(&running, "POST", "/drop-box/collect", b"please").0, 403);
    let (status, collected) = collect(&running, &registry, &registry.key, 0);
    assert_eq!(status, 200);
    let collected = collected.unwrap();
    assert_eq!((collected.deposits.len(), collected.more), (3, false));
    assert_eq!(collected.deposits[0].sealed, first);
    assert_eq!(
        files_with(dir.path(), &first[first.len() - 64..]),
        1,
        "kept until it is acknowledged"
    );
    let last = collected.deposits[2].number;
    let (_, collected) = collect(&running, &registry, &registry.key, last);
    assert!(collected.unwrap().deposits.is_empty());
    assert_eq!(std::fs::read_dir(dir.path().join("drop-box")).unwrap().count(), 0);
}
