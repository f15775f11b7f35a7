//! A bidirectional stream.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::{AsyncRead, AsyncWrite};

use super::room::Room;

/// A stream on which we have written so much carries images: whatever is written on others goes first from then on, so
/// that a report (a few KiB) does not wait for a study.
const BULK: usize = 64 * 1024;

/// Below the priority that streams have at first.
const LATER: i32 = -1;

/// Both halves of a stream.
pub(crate) struct Stream {
    send: quinn::SendStream,
    /// Bytes that were written, as long as they are fewer than [`BULK`].
    written: usize,
    room: Room,
    receive: quinn::RecvStream,
    /// How closing ended: libp2p may ask again.
    closed: Option<Result<(), io::ErrorKind>>,
}

impl Stream {
    pub(super) fn new(send: quinn::SendStream, receive: quinn::RecvStream, room: Room) -> Self {
        Self {
            send,
            written: 0,
            room,
            receive,
            closed: None,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(Err(_)) = self.closed {
            return Poll::Ready(Ok(0));
        }
        AsyncRead::poll_read(Pin::new(&mut self.receive), cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let mut outcome = AsyncWrite::poll_write(Pin::new(&mut self.send), cx, buffer);
        if outcome.is_pending() {
            // Images may have filled the room of all: what is urgent has some of its own.
            let Self {
                send, written, room, ..
            } = &mut *self;
            let mut again = || AsyncWrite::poll_write(Pin::new(send), cx, buffer);
            outcome = if *written < BULK {
                room.for_urgent(again)
            } else if room.follow_the_line() {
                again()
            } else {
                Poll::Pending
            };
        }
        let written = ready!(outcome)?;
        if self.written < BULK {
            self.written += written;
            if self.written >= BULK {
                // A stream that is closed has nothing left to wait.
                let _ = self.send.set_priority(LATER);
            }
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(Pin::new(&mut self.send), cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(closed) = self.closed {
            return Poll::Ready(closed.map_err(Into::into));
        }
        let closed = ready!(AsyncWrite::poll_close(Pin::new(&mut self.send), cx));
        self.closed = Some(closed.as_ref().map_err(io::Error::kind).copied());
        Poll::Ready(closed)
    }
}
