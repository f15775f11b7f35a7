//! A QUIC connection as libp2p's stream muxer.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use libp2p::PeerId;
use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use libp2p::tls::certificate;
use quinn::rustls::pki_types::CertificateDer;
use tokio::time::timeout;

use super::room::Room;
use super::stream::Stream;
use super::{QuicError, Windows, address};

type Opening = BoxFuture<'static, Result<(quinn::SendStream, quinn::RecvStream), quinn::ConnectionError>>;

/// An established connection.
pub(crate) struct Connection {
    peer: PeerId,
    connection: quinn::Connection,
    room: Room,
    /// Where the other side was when libp2p was last told.
    at: SocketAddr,
    windows: Windows,
    incoming: Option<Opening>,
    outgoing: Option<Opening>,
    closing: Option<BoxFuture<'static, quinn::ConnectionError>>,
}

impl StreamMuxer for Connection {
    type Substream = Stream;
    type Error = QuicError;

    fn poll_inbound(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Stream, QuicError>> {
        let connection = self.connection.clone();
        let incoming = self
            .incoming
            .get_or_insert_with(|| async move { connection.accept_bi().await }.boxed());
        let opened = ready!(incoming.poll_unpin(cx));
        self.incoming = None;
        let (send, receive) = opened?;
        Poll::Ready(Ok(Stream::new(send, receive, self.room.clone())))
    }

    fn poll_outbound(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Stream, QuicError>> {
        let connection = self.connection.clone();
        let outgoing = self
            .outgoing
            .get_or_insert_with(|| async move { connection.open_bi().await }.boxed());
        let opened = ready!(outgoing.poll_unpin(cx));
        self.outgoing = None;
        let (send, receive) = opened?;
        Poll::Ready(Ok(Stream::new(send, receive, self.room.clone())))
    }

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<StreamMuxerEvent, QuicError>> {
        // quinn drives itself, and tells nobody of a migration: it is found when libp2p comes by, with each ping.
        let at = self.connection.remote_address();
        if at == self.at {
            return Poll::Pending;
        }
        self.at = at;
        Poll::Ready(Ok(StreamMuxerEvent::AddressChange(address::of_socket(at))))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), QuicError>> {
        let connection = self.connection.clone();
        let closing = self.closing.get_or_insert_with(|| {
            connection.close(0u32.into(), &[]);
            async move { connection.closed().await }.boxed()
        });
        match ready!(closing.poll_unpin(cx)) {
            quinn::ConnectionError::LocallyClosed => Poll::Ready(Ok(())),
            error => Poll::Ready(Err(error.into())),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.windows.remove(&self.peer, &self.connection);
    }
}

/// A connection whose handshake is under way.
pub(crate) struct Connecting(BoxFuture<'static, Result<(PeerId, Connection), QuicError>>);

impl Connecting {
    pub(super) fn new(connecting: quinn::Connecting, time: Duration, windows: Windows) -> Self {
        Self(
            async move {
                let connection = timeout(time, connecting)
                    .await
                    .map_err(|_| QuicError::HandshakeTimeout)??;
                let peer = peer_of(&connection)?;
                let room = windows.add(peer, &connection);
                let connection = Connection {
                    peer,
                    at: connection.remote_address(),
                    connection,
                    room,
                    windows,
                    incoming: None,
                    outgoing: None,
                    closing: None,
                };
                Ok((peer, connection))
            }
            .boxed(),
        )
    }
}

impl Future for Connecting {
    type Output = Result<(PeerId, Connection), QuicError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(cx)
    }
}

/// Whom the certificate names. TLS has verified that the other side holds its key, and the certificate that this key and
/// the peer's belong together.
fn peer_of(connection: &quinn::Connection) -> Result<PeerId, QuicError> {
    let none = || QuicError::Certificate("there is none".to_owned());
    let identity = connection.peer_identity().ok_or_else(none)?;
    let chain: Box<Vec<CertificateDer<'static>>> = identity.downcast().map_err(|_| none())?;
    let certificate = chain.first().ok_or_else(none)?;
    certificate::parse(certificate)
        .map(|certificate| certificate.peer_id())
        .map_err(|error| QuicError::Certificate(error.to_string()))
}
