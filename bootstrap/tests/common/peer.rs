//! A peer that dials, is relayed, and moves bytes in streams.

use std::collections::HashMap;
use std::time::Duration;

use futures::{AsyncReadExt as _, AsyncWriteExt as _, StreamExt as _};
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{ConnectionId, NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, relay, rendezvous, tcp, tls, yamux};
use tokio::sync::{mpsc, oneshot, watch};

const BYTES: StreamProtocol = StreamProtocol::new("/test/bytes");

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    relay: relay::client::Behaviour,
    streams: libp2p_stream::Behaviour,
    rendezvous: rendezvous::client::Behaviour,
}

type Dialled = oneshot::Sender<Result<PeerId, String>>;

enum Ask {
    Dial(Multiaddr, Dialled),
    Listen(Multiaddr),
    External(Vec<Multiaddr>),
    Register(PeerId),
}

/// A running peer.
pub struct Peer {
    pub id: PeerId,
    asks: mpsc::Sender<Ask>,
    control: libp2p_stream::Control,
    /// Whether it holds a reservation, or was refused one.
    reserved: watch::Receiver<Option<bool>>,
    connections: watch::Receiver<usize>,
}

impl Peer {
    pub fn new() -> Self {
        Self::with(Keypair::generate_ed25519())
    }

    pub fn with(key: Keypair) -> Self {
        let swarm = SwarmBuilder::with_existing_identity(key)
            .with_tokio()
            .with_tcp(tcp::Config::default(), tls::Config::new, yamux::Config::default)
            .unwrap()
            .with_quic()
            .with_relay_client(tls::Config::new, yamux::Config::default)
            .unwrap()
            .with_behaviour(|key, relay| Behaviour {
                relay,
                streams: libp2p_stream::Behaviour::new(),
                rendezvous: rendezvous::client::Behaviour::new(key.clone()),
            })
            .unwrap()
            .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(Duration::from_secs(600)))
            .build();
        let (asks, asked) = mpsc::channel(8);
        let (reserved_sender, reserved) = watch::channel(None);
        let (count, connections) = watch::channel(0);
        let control = swarm.behaviour().streams.new_control();
        tokio::spawn(swallow(control.clone()));
        let id = *swarm.local_peer_id();
        tokio::spawn(run(swarm, asked, reserved_sender, count));
        Self {
            id,
            asks,
            control,
            reserved,
            connections,
        }
    }

    /// Connects; the reason when it cannot.
    pub async fn dial(&self, address: &Multiaddr) -> Result<PeerId, String> {
        let (done, wait) = oneshot::channel();
        let _ = self.asks.send(Ask::Dial(address.clone(), done)).await;
        let dialled = tokio::time::timeout(super::SOON, wait).await;
        dialled.expect("dialling ends").expect("the peer runs")
    }

    /// How many connections it has.
    pub fn connections(&self) -> usize {
        *self.connections.borrow()
    }

    /// Listens through the relay at `address`; whether it may.
    pub async fn reserve(&mut self, address: &Multiaddr) -> bool {
        let circuit = address.clone().with(Protocol::P2pCircuit);
        let _ = self.asks.send(Ask::Listen(circuit)).await;
        let told = tokio::time::timeout(super::SOON, self.reserved.wait_for(Option::is_some)).await;
        told.expect("reserving ends").unwrap().unwrap()
    }

    /// Registers with these addresses of its own.
    pub async fn register(&self, at: PeerId, addresses: Vec<Multiaddr>) {
        let _ = self.asks.send(Ask::External(addresses)).await;
        let _ = self.asks.send(Ask::Register(at)).await;
    }

    /// Sends so many bytes to a connected peer, which says when it has them all.
    pub async fn send(&self, to: PeerId, bytes: usize) -> std::io::Result<()> {
        let stream = self.control.clone().open_stream(to, BYTES).await;
        let mut stream = stream.map_err(std::io::Error::other)?;
        let piece = vec![7; 64 * 1024];
        let mut left = bytes;
        while left > 0 {
            let now = left.min(piece.len());
            stream.write_all(&piece[..now]).await?;
            left -= now;
        }
        stream.close().await?;
        let mut told = Vec::new();
        stream.read_to_end(&mut told).await?;
        let got = u64::from_be_bytes(told.try_into().map_err(|_| std::io::ErrorKind::UnexpectedEof)?);
        assert_eq!(got, bytes as u64);
        Ok(())
    }
}

/// Takes what comes, and says how much it was.
async fn swallow(mut control: libp2p_stream::Control) {
    let mut incoming = control.accept(BYTES).unwrap();
    while let Some((_, mut stream)) = incoming.next().await {
        tokio::spawn(async move {
            let mut nowhere = futures::io::sink();
            let bytes = futures::io::copy(&mut stream, &mut nowhere).await?;
            stream.write_all(&bytes.to_be_bytes()).await?;
            stream.close().await
        });
    }
}

async fn run(
    mut swarm: Swarm<Behaviour>,
    mut asks: mpsc::Receiver<Ask>,
    reserved: watch::Sender<Option<bool>>,
    count: watch::Sender<usize>,
) {
    let mut dialling: HashMap<ConnectionId, Dialled> = HashMap::new();
    loop {
        let event = tokio::select! {
            event = swarm.select_next_some() => event,
            ask = asks.recv() => {
                let Some(ask) = ask else { return };
                take(&mut swarm, ask, &mut dialling);
                continue;
            }
        };
        count.send_replace(swarm.network_info().connection_counters().num_established() as usize);
        match event {
            SwarmEvent::ConnectionEstablished {
                connection_id,
                peer_id,
                ..
            } => {
                if let Some(done) = dialling.remove(&connection_id) {
                    let _ = done.send(Ok(peer_id));
                }
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id, error, ..
            } => {
                if let Some(done) = dialling.remove(&connection_id) {
                    let _ = done.send(Err(format!("{error:?}")));
                }
            }
            SwarmEvent::Behaviour(BehaviourEvent::Relay(relay::client::Event::ReservationReqAccepted {
                ..
            })) => drop(reserved.send_replace(Some(true))),
            SwarmEvent::ListenerClosed { .. } => drop(reserved.send_replace(Some(false))),
            _ => {}
        }
    }
}

fn take(swarm: &mut Swarm<Behaviour>, ask: Ask, dialling: &mut HashMap<ConnectionId, Dialled>) {
    match ask {
        Ask::Dial(address, done) => {
            let options = DialOpts::unknown_peer_id().address(address).build();
            let id = options.connection_id();
            match swarm.dial(options) {
                Ok(()) => drop(dialling.insert(id, done)),
                Err(error) => drop(done.send(Err(error.to_string()))),
            }
        }
        Ask::Listen(address) => drop(swarm.listen_on(address).unwrap()),
        Ask::External(addresses) => addresses
            .into_iter()
            .for_each(|address| swarm.add_external_address(address)),
        Ask::Register(at) => {
            let namespace = rendezvous::Namespace::from_static("test");
            swarm
                .behaviour_mut()
                .rendezvous
                .register(namespace, at, None)
                .unwrap();
        }
    }
}
