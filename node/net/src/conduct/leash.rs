//! Strangers over TCP or a relay are read slowly.
//!
//! Yamux lets the other side send 256 KiB on each of its streams before anybody has read them: with as many streams as it
//! likes, one stranger could fill 100 MB of our memory within the 15 s after which it is sent away. (QUIC has a window for
//! the whole connection.) So what comes from somebody who is not admitted is paced below Yamux. An admission and questions
//! about the register fit into what passes at once; what we asked for ourselves passes freely.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{AsyncRead, AsyncWrite, FutureExt as _, TryFutureExt as _};
use libp2p::PeerId;
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo};
use tokio::time::{Sleep, sleep};

use super::Conduct;
use super::bucket::{Bucket, Rate};

/// Bytes of a stranger: so many at once, and then so many in a second.
const STRANGER: Rate = Rate::new(256 * 1024, 16.0 * 1024.0);

/// How long one waits who has used up what there was.
const PAUSE: Duration = Duration::from_millis(50);

/// Read at once of what we asked for.
const ASKED: usize = 16 * 1024;

/// How a peer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leash {
    /// A stranger.
    Tight,
    /// A stranger whom we are asking for something.
    Slack,
    /// Admitted, or a bootstrap of ours.
    Off,
}

/// An authentication whose connections are leashed.
#[derive(Clone)]
pub(crate) struct Leashed<U> {
    inner: U,
    conduct: Conduct,
}

impl<U> Leashed<U> {
    pub(crate) const fn new(inner: U, conduct: Conduct) -> Self {
        Self { inner, conduct }
    }
}

impl<U: UpgradeInfo> UpgradeInfo for Leashed<U> {
    type Info = U::Info;
    type InfoIter = U::InfoIter;

    fn protocol_info(&self) -> U::InfoIter {
        self.inner.protocol_info()
    }
}

impl<C, U, T> InboundConnectionUpgrade<C> for Leashed<U>
where
    U: InboundConnectionUpgrade<C, Output = (PeerId, T), Future: Send + 'static>,
    T: 'static,
{
    type Output = (PeerId, Stream<T>);
    type Error = U::Error;
    type Future = BoxFuture<'static, Result<Self::Output, U::Error>>;

    fn upgrade_inbound(self, socket: C, info: U::Info) -> Self::Future {
        let conduct = self.conduct;
        let authenticated = self.inner.upgrade_inbound(socket, info);
        authenticated
            .map_ok(move |(peer, inner)| (peer, Stream::new(inner, peer, conduct)))
            .boxed()
    }
}

impl<C, U, T> OutboundConnectionUpgrade<C> for Leashed<U>
where
    U: OutboundConnectionUpgrade<C, Output = (PeerId, T), Future: Send + 'static>,
    T: 'static,
{
    type Output = (PeerId, Stream<T>);
    type Error = U::Error;
    type Future = BoxFuture<'static, Result<Self::Output, U::Error>>;

    fn upgrade_outbound(self, socket: C, info: U::Info) -> Self::Future {
        let conduct = self.conduct;
        let authenticated = self.inner.upgrade_outbound(socket, info);
        authenticated
            .map_ok(move |(peer, inner)| (peer, Stream::new(inner, peer, conduct)))
            .boxed()
    }
}

/// A connection before Yamux.
pub(crate) struct Stream<T> {
    inner: T,
    peer: PeerId,
    conduct: Conduct,
    /// What it has used; none once it was let off.
    used: Option<Bucket>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<T> Stream<T> {
    fn new(inner: T, peer: PeerId, conduct: Conduct) -> Self {
        Self {
            inner,
            peer,
            conduct,
            used: Some(Bucket::default()),
            pause: None,
        }
    }

    /// How many bytes may be read now.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            let Some(used) = &self.used else {
                return Poll::Ready(usize::MAX);
            };
            let room = used.left(&STRANGER, self.conduct.now()) as usize;
            if room > 0 {
                return Poll::Ready(room);
            }
            match self.conduct.leash_of(&self.peer) {
                Leash::Off => self.used = None,
                Leash::Slack => return Poll::Ready(ASKED),
                Leash::Tight => self.pause = Some(Box::pin(sleep(PAUSE))),
            }
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Stream<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let room = ready!(this.poll_room(cx)).min(into.len());
        let (into, _) = into.split_at_mut(room);
        let read = ready!(Pin::new(&mut this.inner).poll_read(cx, into))?;
        if let Some(used) = &mut this.used {
            used.owe(read as f64, &STRANGER, this.conduct.now());
        }
        Poll::Ready(Ok(read))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Stream<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, from)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }
}
