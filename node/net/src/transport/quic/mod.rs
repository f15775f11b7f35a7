//! QUIC (RFC 9000) as libp2p speaks it, on quinn.
//!
//! On the wire this is what `libp2p-quic` does, and both understand each other: one certificate with libp2p's extension
//! on either side, bidirectional streams only, and the same way of punching holes. It exists because `libp2p-quic` 0.14
//! lets nobody choose four things on which a transfer depends:
//!
//! - the congestion control ([`super::congestion`]), without which a long, lossy line stays nearly empty;
//! - the windows ([`windows`]): small for strangers, so that nobody can fill our memory, and as large as the line is long
//!   while a package is under way;
//! - the size of packets where the network has large ones (loopback, jumbo frames);
//! - that whoever dialled may change its address while something is under way (RFC 9000, 9).

mod address;
mod config;
mod connection;
mod dialling;
mod listener;
mod punch;
mod room;
mod stream;
mod tls;
mod windows;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures::StreamExt as _;
use futures::channel::oneshot;
use futures::future::BoxFuture;
use futures::stream::SelectAll;
use libp2p::core::transport::{DialOpts, ListenerId, TransportError, TransportEvent};
use libp2p::identity::Keypair;
use libp2p::{Multiaddr, PeerId};

use crate::conduct::Conduct;
use config::Configs;
pub(crate) use config::Timing;
use connection::Connecting;
pub(crate) use connection::Connection;
use listener::Listener;
pub(crate) use windows::Windows;

/// Why a connection could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuicError {
    /// The dial could not even begin.
    #[error(transparent)]
    Dial(#[from] quinn::ConnectError),
    /// The connection failed.
    #[error(transparent)]
    Connection(#[from] quinn::ConnectionError),
    /// The operating system refused something.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// TLS could not be set up with this key.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The other side's certificate is not one of libp2p.
    #[error("the peer's certificate names no PeerId: {0}")]
    Certificate(String),
    /// The other side did not finish the handshake.
    #[error("the handshake took too long")]
    HandshakeTimeout,
    /// A hole can be punched only from a port on which we listen.
    #[error("there is no listener to punch a hole from")]
    NoListener,
    /// A hole is being punched there already.
    #[error("a hole to {0} is being punched already")]
    PunchUnderWay(SocketAddr),
}

impl From<QuicError> for TransportError<QuicError> {
    fn from(error: QuicError) -> Self {
        Self::Other(error)
    }
}

/// What waits for a connection that comes in answer to a punched hole.
type Punched = oneshot::Sender<Connecting>;

/// The transport.
pub(crate) struct Transport {
    configs: Configs,
    windows: Windows,
    conduct: Conduct,
    listeners: SelectAll<Listener>,
    /// An endpoint of each family to dial from while there is no listener.
    dialers: HashMap<bool, quinn::Endpoint>,
    /// Wakes the poller when a listener was added.
    waker: Option<Waker>,
    punching: HashMap<SocketAddr, Punched>,
}

impl Transport {
    /// A transport that speaks as `key`, with the windows of its connections in `windows`.
    ///
    /// # Errors
    /// [`QuicError::Tls`].
    pub(crate) fn new(
        key: &Keypair,
        timing: Timing,
        windows: Windows,
        conduct: Conduct,
    ) -> Result<Self, QuicError> {
        Ok(Self {
            configs: Configs::new(key, timing)?,
            windows,
            conduct,
            listeners: SelectAll::new(),
            dialers: HashMap::new(),
            waker: None,
            punching: HashMap::new(),
        })
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// Which of the two address families, as a key.
fn is_v4(ip: IpAddr) -> bool {
    ip.is_ipv4()
}

impl libp2p::Transport for Transport {
    type Output = (PeerId, Connection);
    type Error = QuicError;
    type ListenerUpgrade = Connecting;
    type Dial = BoxFuture<'static, Result<Self::Output, Self::Error>>;

    fn listen_on(&mut self, id: ListenerId, address: Multiaddr) -> Result<(), TransportError<QuicError>> {
        let (at, _) = address::to_socket(&address).ok_or(TransportError::MultiaddrNotSupported(address))?;
        let listener = Listener::new(id, at, &self.configs, self.windows.clone(), self.conduct.clone())?;
        self.listeners.push(listener);
        self.wake();
        // What is dialled from now on comes from the port on which we listen.
        self.dialers.remove(&is_v4(at.ip()));
        Ok(())
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        let found = self.listeners.iter_mut().find(|listener| listener.id() == id);
        found.map(|listener| listener.close(Ok(()))).is_some()
    }

    fn dial(
        &mut self,
        address: Multiaddr,
        options: DialOpts,
    ) -> Result<Self::Dial, TransportError<QuicError>> {
        self.dial_or_punch(address, options)
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<TransportEvent<Self::ListenerUpgrade, Self::Error>> {
        while let Poll::Ready(Some(event)) = self.listeners.poll_next_unpin(cx) {
            if let Some(event) = self.answer_to_a_punch(event) {
                return Poll::Ready(event);
            }
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
