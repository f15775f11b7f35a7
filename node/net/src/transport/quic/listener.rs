//! A port on which we listen: its connections, and the addresses at which it can be reached.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use if_watch::IfEvent;
use if_watch::tokio::IfWatcher;
use libp2p::core::transport::{ListenerId, TransportEvent};
use socket2::{Domain, Protocol, Socket, Type};

use super::config::Configs;
use super::connection::Connecting;
use super::{QuicError, Windows, address};
use crate::conduct::{Conduct, Place};

/// What a listener reports.
pub(super) type Event = TransportEvent<Connecting, QuicError>;

/// A listener. As a stream it ends after it was closed.
pub(super) struct Listener {
    id: ListenerId,
    endpoint: quinn::Endpoint,
    /// The endpoint's own socket once more, to punch holes with.
    socket: UdpSocket,
    at: SocketAddr,
    accept: BoxFuture<'static, Option<quinn::Incoming>>,
    configs: Accepting,
    windows: Windows,
    conduct: Conduct,
    /// Of a listener on every interface: which there are.
    interfaces: Option<IfWatcher>,
    addresses: HashSet<IpAddr>,
    pending: Option<Event>,
    closed: bool,
    waker: Option<Waker>,
}

/// What accepting needs of [`Configs`].
struct Accepting {
    /// For others on this machine or wire, and for all others.
    near: Arc<quinn::ServerConfig>,
    far: Arc<quinn::ServerConfig>,
    handshake: std::time::Duration,
}

impl Listener {
    pub(super) fn new(
        id: ListenerId,
        at: SocketAddr,
        configs: &Configs,
        windows: Windows,
        conduct: Conduct,
    ) -> Result<Self, QuicError> {
        let socket = bind(at)?;
        let again = socket.try_clone()?;
        let at = socket.local_addr()?;
        let near = configs.server(IpAddr::from([127, 0, 0, 1]));
        let far = configs.server(IpAddr::from([192, 0, 2, 1]));
        let runtime = Arc::new(quinn::TokioRuntime);
        let endpoint = quinn::Endpoint::new(configs.endpoint.clone(), Some(far.clone()), socket, runtime)?;
        let everywhere = at.ip().is_unspecified();
        let interfaces = if everywhere { Some(IfWatcher::new()?) } else { None };
        Ok(Self {
            id,
            socket: again,
            at,
            accept: accept(&endpoint),
            endpoint,
            configs: Accepting {
                near: Arc::new(near),
                far: Arc::new(far),
                handshake: configs.timing.handshake,
            },
            windows,
            conduct,
            interfaces,
            addresses: if everywhere {
                HashSet::new()
            } else {
                HashSet::from([at.ip()])
            },
            pending: (!everywhere).then(|| TransportEvent::NewAddress {
                listener_id: id,
                listen_addr: address::of_socket(at),
            }),
            closed: false,
            waker: None,
        })
    }

    pub(super) fn id(&self) -> ListenerId {
        self.id
    }

    pub(super) fn endpoint(&self) -> &quinn::Endpoint {
        &self.endpoint
    }

    /// The socket, to punch holes with.
    pub(super) fn socket(&self) -> io::Result<UdpSocket> {
        self.socket.try_clone()
    }

    /// Whether what is dialled from here can arrive at `to`.
    pub(super) fn reaches(&self, to: IpAddr) -> bool {
        !self.closed
            && self.at.ip().is_ipv4() == to.is_ipv4()
            && (!to.is_loopback() || self.addresses.iter().any(IpAddr::is_loopback))
    }

    /// Reports the listener as closed and ends it, with its connections.
    pub(super) fn close(&mut self, reason: Result<(), QuicError>) {
        if self.closed {
            return;
        }
        self.closed = true;
        self.endpoint.close(0u32.into(), &[]);
        self.pending = Some(TransportEvent::ListenerClosed {
            listener_id: self.id,
            reason,
        });
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// An address that came or went, of the kind that this listener has.
    fn poll_interfaces(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        let (listener_id, at) = (self.id, self.at);
        let Some(interfaces) = &mut self.interfaces else {
            return Poll::Pending;
        };
        while let Poll::Ready(event) = interfaces.poll_if_event(cx) {
            let (ip, up) = match event {
                Ok(IfEvent::Up(net)) => (net.addr(), true),
                Ok(IfEvent::Down(net)) => (net.addr(), false),
                Err(error) => {
                    let error = error.into();
                    return Poll::Ready(TransportEvent::ListenerError { listener_id, error });
                }
            };
            if ip.is_ipv4() != at.ip().is_ipv4() {
                continue;
            }
            let listen_addr = address::of_socket(SocketAddr::new(ip, at.port()));
            return Poll::Ready(if up {
                self.addresses.insert(ip);
                TransportEvent::NewAddress {
                    listener_id,
                    listen_addr,
                }
            } else {
                self.addresses.remove(&ip);
                TransportEvent::AddressExpired {
                    listener_id,
                    listen_addr,
                }
            });
        }
        Poll::Pending
    }

    /// Lets a connection in as far as its handshake, if it may come and has shown that it is where it says: not as long
    /// as few are on their way, for that costs a round trip.
    fn on_incoming(&mut self, incoming: quinn::Incoming) -> Option<Event> {
        let from = incoming.remote_address();
        if !self.conduct.may_come(Place::from(from.ip())) {
            incoming.refuse();
            return None;
        }
        if !incoming.remote_address_validated() && self.conduct.is_crowded() {
            // An error says that it has shown it already.
            let _ = incoming.retry();
            return None;
        }
        let config = if super::config::is_near(from.ip()) {
            &self.configs.near
        } else {
            &self.configs.far
        };
        Some(match incoming.accept_with(config.clone()) {
            Ok(connecting) => TransportEvent::Incoming {
                listener_id: self.id,
                upgrade: Connecting::new(connecting, self.configs.handshake, self.windows.clone()),
                local_addr: address::of_socket(self.at),
                send_back_addr: address::of_socket(from),
            },
            Err(error) => TransportEvent::ListenerError {
                listener_id: self.id,
                error: error.into(),
            },
        })
    }
}

impl futures::Stream for Listener {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        loop {
            if let Some(event) = self.pending.take() {
                return Poll::Ready(Some(event));
            }
            if self.closed {
                return Poll::Ready(None);
            }
            if let Poll::Ready(event) = self.poll_interfaces(cx) {
                return Poll::Ready(Some(event));
            }
            match self.accept.poll_unpin(cx) {
                Poll::Ready(Some(incoming)) => {
                    self.accept = accept(&self.endpoint);
                    if let Some(event) = self.on_incoming(incoming) {
                        return Poll::Ready(Some(event));
                    }
                }
                Poll::Ready(None) => self.close(Ok(())),
                Poll::Pending => {
                    self.waker = Some(cx.waker().clone());
                    return Poll::Pending;
                }
            }
        }
    }
}

fn accept(endpoint: &quinn::Endpoint) -> BoxFuture<'static, Option<quinn::Incoming>> {
    let endpoint = endpoint.clone();
    async move { endpoint.accept().await }.boxed()
}

/// What the kernel may keep of packets for us while we are not running: 30 ms at 2 Gbit/s. Linux gives as much of it as
/// `net.core.rmem_max` allows; what finds no room is lost like a packet on the way.
const BUFFER: usize = 8 << 20;

/// A UDP socket; one of IPv6 takes no IPv4, which has a socket of its own.
pub(super) fn bind(at: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(at), Type::DGRAM, Some(Protocol::UDP))?;
    if at.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_recv_buffer_size(BUFFER)?;
    socket.set_send_buffer_size(BUFFER)?;
    socket.bind(&at.into())?;
    Ok(socket.into())
}
