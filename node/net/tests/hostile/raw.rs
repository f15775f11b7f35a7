//! A peer that speaks the bytes of the protocol itself, so that it can leave it at any point.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::signed::{self, Kind};
use dokuei_identity::time::Timestamp;
use dokuei_net::admission::{Role, Side, statement};
use dokuei_net::wire::hello::{CrlState, Hello, SUITE, Step};
use dokuei_net::{Multiaddr, PeerId, peer_id_of};
use futures::{AsyncReadExt as _, AsyncWriteExt as _, StreamExt as _};
use libp2p::identity::Keypair;
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Stream, StreamProtocol, SwarmBuilder, tcp, tls, yamux};
use tokio::time::timeout;

use crate::victim::SEED;

pub const ADMISSION: &str = "/dokuei/admission/1/test";
pub const CASE: &str = "/dokuei/case/1/test";
pub const PACKAGE: &str = "/dokuei/package/1/test";
pub const LIVE: &str = "/dokuei/live/1/test";
pub const REGISTER: &str = "/dokuei/register/1/test";

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(20);

/// A hostile peer with one connection, or several, to the victim.
pub struct Raw {
    key: SecretKey,
    pub peer: PeerId,
    control: libp2p_stream::Control,
    victim: PeerId,
    ended: Ended,
    task: tokio::task::JoinHandle<()>,
}

/// Why the last connection with the victim ended, when it has. Outlives the peer.
#[derive(Debug, Clone, Default)]
pub struct Ended(Arc<OnceLock<String>>);

impl Ended {
    pub fn why(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Why there was no stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// The victim said so.
    Refused(u8),
    /// The victim ended the stream, or the connection.
    Ended,
}

impl Raw {
    /// Connects to `address` so many times; none when the victim does not let it in.
    pub async fn connect(seed: [u8; 32], address: &Multiaddr, connections: usize) -> Option<Self> {
        let key = SecretKey::from_seed(&seed);
        let pair = Keypair::ed25519_from_bytes(seed).unwrap();
        let mut swarm = SwarmBuilder::with_existing_identity(pair)
            .with_tokio()
            .with_tcp(
                tcp::Config::default().nodelay(true),
                tls::Config::new,
                yamux::Config::default,
            )
            .unwrap()
            .with_quic()
            .with_behaviour(|_| libp2p_stream::Behaviour::new())
            .unwrap()
            .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(Duration::from_secs(600)))
            .build();
        let control = swarm.behaviour().new_control();
        let victim = crate::common::id_of(SEED);
        let mut up = 0;
        for _ in 0..connections {
            let options = DialOpts::peer_id(victim)
                .condition(PeerCondition::Always)
                .addresses(vec![address.clone()]);
            swarm.dial(options.build()).unwrap();
            loop {
                match timeout(PATIENCE, swarm.select_next_some()).await.ok()? {
                    SwarmEvent::ConnectionEstablished { .. } => {
                        up += 1;
                        break;
                    }
                    SwarmEvent::OutgoingConnectionError { .. } => break,
                    _ => {}
                }
            }
        }
        let ended = Ended::default();
        let tells = ended.clone();
        let task = tokio::spawn(async move {
            loop {
                if let SwarmEvent::ConnectionClosed {
                    num_established: 0,
                    cause,
                    ..
                } = swarm.select_next_some().await
                {
                    let why = cause.map_or_else(|| "closed".to_owned(), |cause| cause.to_string());
                    let _ = tells.0.set(why);
                }
            }
        });
        let raw = Self {
            peer: peer_id_of(&key.public()),
            key,
            control,
            victim,
            ended,
            task,
        };
        (up > 0).then_some(raw)
    }

    /// Whether its last connection with the victim has ended, now or later.
    pub fn ended(&self) -> Ended {
        self.ended.clone()
    }

    /// Opens a stream as long as it is connected: the victim drops one, or says that it is busy, when too many come at once.
    pub async fn insist(&self, protocol: &'static str) -> Option<Stream> {
        while self.ended.why().is_none() {
            if let Ok(stream) = self.open(protocol).await {
                return Some(stream);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    }

    /// Opens a stream, and waits until it is accepted.
    pub async fn open(&self, protocol: &'static str) -> Result<Stream, Shut> {
        let mut stream = self.stream(protocol).await.ok_or(Shut::Ended)?;
        let mut code = [0];
        match timeout(PATIENCE, stream.read_exact(&mut code)).await {
            Ok(Ok(())) if code[0] == 0 => Ok(stream),
            Ok(Ok(())) => Err(Shut::Refused(code[0])),
            _ => Err(Shut::Ended),
        }
    }

    /// Opens a stream and waits for nothing.
    pub async fn stream(&self, protocol: &'static str) -> Option<Stream> {
        let protocol = StreamProtocol::new(protocol);
        let opening = self.control.clone();
        let opened = async move { opening.clone().open_stream(self.victim, protocol).await };
        timeout(PATIENCE, opened).await.ok()?.ok()
    }

    pub fn hello(&self, suites: &[u16]) -> Vec<u8> {
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        cbor::encode(&Hello {
            suites: suites.to_vec(),
            nonce: [7; 32],
            at: Timestamp(now),
            instance: [1; 16],
            node_chain: self.key.public().as_bytes().to_vec(),
            practitioners: Vec::new(),
            crl: CrlState {
                number: 7,
                hash: [7; 32],
            },
            checkpoint: b"0".to_vec(),
        })
    }

    /// The proof of an initiator who said `mine` and heard `theirs`.
    pub fn proof(&self, mine: &[u8], theirs: &[u8]) -> Step {
        let me = Side {
            peer: &self.peer,
            hello: mine,
        };
        let other = Side {
            peer: &self.victim,
            hello: theirs,
        };
        let signer = Fingerprint::of(self.key.public().as_bytes());
        let said = statement(Role::Initiator, &me, &other);
        Step::Proof {
            proof: signed::sign(Kind::Admission, &self.key, &signer, said),
        }
    }

    /// Says hello and hears the victim's.
    pub async fn greet(&self, mine: &[u8]) -> Option<(Stream, Vec<u8>)> {
        let mut stream = self.insist(ADMISSION).await?;
        say(&mut stream, &Step::Hello { hello: mine.to_vec() }).await?;
        match hear(&mut stream).await? {
            Step::Hello { hello } => Some((stream, hello)),
            _ => None,
        }
    }

    /// Keeps to the protocol until it is admitted.
    pub async fn be_admitted(&self) {
        let mine = self.hello(&[SUITE]);
        let (mut stream, theirs) = self.greet(&mine).await.unwrap();
        say(&mut stream, &self.proof(&mine, &theirs)).await.unwrap();
        assert!(matches!(hear(&mut stream).await, Some(Step::Proof { .. })));
        let yes = Step::Verdict { code: 0 };
        say(&mut stream, &yes).await.unwrap();
        assert_eq!(hear(&mut stream).await, Some(Step::Verdict { code: 0 }));
        say(&mut stream, &yes).await.unwrap();
    }
}

/// A key for each number.
pub fn seed(number: u64) -> [u8; 32] {
    let mut seed = [0xab; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    seed
}

pub async fn write_frame(stream: &mut Stream, bytes: &[u8]) -> Option<()> {
    let length = u32::try_from(bytes.len()).unwrap();
    let written = async {
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    timeout(PATIENCE, written).await.ok()?.ok()
}

pub async fn say(stream: &mut Stream, step: &Step) -> Option<()> {
    write_frame(stream, &cbor::encode(step)).await
}

/// The next step; none when the stream has ended.
pub async fn hear(stream: &mut Stream) -> Option<Step> {
    let read = async {
        let mut length = [0; 4];
        stream.read_exact(&mut length).await?;
        let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut bytes).await?;
        std::io::Result::Ok(bytes)
    };
    let bytes = timeout(PATIENCE, read).await.ok()?.ok()?;
    cbor::decode(&bytes).ok()
}
