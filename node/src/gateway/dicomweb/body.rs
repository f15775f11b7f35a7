//! Bodies that are written and read by a thread for blocking work, a piece at a time.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures::{StreamExt as _, future, stream};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;

/// Pieces that wait to be sent.
const WAITING: usize = 4;
/// Length of a piece, bytes.
pub(super) const PIECE: usize = 256 * 1024;

/// How long nobody may take a piece: whoever writes it is one of few.
const STALLED: Duration = Duration::from_secs(60);

/// Where a body is written to.
pub(super) struct Out {
    sender: Sender<io::Result<Bytes>>,
    runtime: Handle,
}

impl Out {
    /// Sends a piece; an error when nobody takes it any more.
    pub(super) fn send(&self, piece: impl Into<Bytes>) -> io::Result<()> {
        let piece = Ok(piece.into());
        let sent = self
            .runtime
            .block_on(async { timeout(STALLED, self.sender.send(piece)).await });
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Sends so many bytes of what is read.
    pub(super) fn copy(&self, from: &mut impl Read, mut length: u64) -> io::Result<()> {
        while length > 0 {
            let next = length.min(PIECE as u64);
            let mut piece = Vec::with_capacity(next as usize);
            from.take(next).read_to_end(&mut piece)?;
            if piece.len() as u64 != next {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            length -= next;
            self.send(piece)?;
        }
        Ok(())
    }
}

/// A body that `write` writes while it is sent. When it fails in the middle the connection breaks: what has come is not
/// taken for the whole.
pub(super) fn written_by(write: impl FnOnce(&Out) -> io::Result<()> + Send + 'static) -> Body {
    let (sender, receiver) = channel::<io::Result<Bytes>>(WAITING);
    let runtime = Handle::current();
    let whole = Arc::new(AtomicBool::new(false));
    let written = Arc::clone(&whole);
    tokio::task::spawn_blocking(move || match write(&Out { sender, runtime }) {
        Ok(()) => written.store(true, Ordering::Release),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => tracing::warn!(%error, "an answer broke off"),
    });
    // The writer is gone when nothing more comes: either it was done, or this is not the end.
    let end = move || {
        let cut = !whole.load(Ordering::Acquire);
        cut.then(|| Err(io::ErrorKind::UnexpectedEof.into()))
    };
    let pieces = ReceiverStream::new(receiver).map(Some);
    let end = stream::once(async move { end() });
    Body::from_stream(pieces.chain(end).filter_map(future::ready))
}

/// A body that is read as it comes, from a thread for blocking work.
pub(super) struct Incoming {
    stream: BodyDataStream,
    piece: Bytes,
    runtime: Handle,
    idle: Duration,
}

impl Incoming {
    /// The next piece may take as long as `idle`.
    pub(super) fn new(body: Body, idle: Duration) -> Self {
        Self {
            stream: body.into_data_stream(),
            piece: Bytes::new(),
            runtime: Handle::current(),
            idle,
        }
    }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let (stream, idle) = (&mut self.stream, self.idle);
            // The timer is made on the runtime, whose thread this is not.
            let next = self
                .runtime
                .block_on(async { timeout(idle, stream.next()).await });
            match next {
                Ok(Some(piece)) => self.piece = piece.map_err(io::Error::other)?,
                Ok(None) => return Ok(0),
                Err(_) => return Err(io::ErrorKind::TimedOut.into()),
            }
        }
        let count = self.piece.len().min(buffer.len());
        let taken = self.piece.split_to(count);
        buffer[..count].copy_from_slice(&taken);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn what_breaks_off_is_not_taken_for_the_whole() {
        let whole = written_by(|out| out.send("all of it"));
        assert_eq!(to_bytes(whole, 100).await.unwrap(), "all of it");
        let cut = written_by(|out| {
            out.send("half")?;
            Err(io::ErrorKind::Other.into())
        });
        assert!(to_bytes(cut, 100).await.is_err());
        let short = written_by(|out| out.copy(&mut &b"short"[..], 9));
        assert!(to_bytes(short, 100).await.is_err());
    }
}
