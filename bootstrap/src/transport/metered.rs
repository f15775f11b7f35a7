//! Connections whose relayed bytes are counted and paced, and on which streams cannot be opened ever faster.
//!
//! libp2p's relay bounds the bytes and the time of a circuit but not how fast it is, and tells no bytes. So it is done
//! below it, where streams come from: a circuit ends in a stream that this host itself opened to the reserving peer and
//! on whose first bytes, which this host writes, the relay's *stop* protocol is proposed. Nobody else has a say in
//! that. Both directions of the circuit go through that stream; where it is not read or written, the windows of the
//! connections fill and the peers wait.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::{AsyncRead, AsyncWrite};
use libp2p::core::StreamMuxer;
use libp2p::core::muxing::{StreamMuxerBox, StreamMuxerEvent, StreamMuxerExt as _, SubstreamBox};
use libp2p::relay::STOP_PROTOCOL_NAME;
use prometheus_client::metrics::counter::Counter;

use super::pace::{Pace, Turn};

/// The most that a circuit moves in one turn.
const TURN: usize = 16 * 1024;

/// Streams that one connection may open at once, and then each second.
const STREAMS_AT_ONCE: Duration = Duration::from_secs(16);
const STREAMS_PER_SECOND: u64 = 16;

/// What all circuits share.
#[derive(Debug, Clone)]
pub(crate) struct Relayed {
    pub(crate) pace: Arc<Pace>,
    pub(crate) bytes: Counter,
    /// What proposes the stop protocol, as multistream-select writes it.
    proposal: Arc<[u8]>,
}

impl Relayed {
    pub(crate) fn new(pace: Pace, bytes: Counter) -> Self {
        let mut proposal = Vec::new();
        for line in ["/multistream/1.0.0", STOP_PROTOCOL_NAME.as_ref()] {
            // Both are shorter than 127 bytes: a length of one byte.
            proposal.push(u8::try_from(line.len() + 1).unwrap_or(0));
            proposal.extend_from_slice(line.as_bytes());
            proposal.push(b'\n');
        }
        Self {
            pace: Arc::new(pace),
            bytes,
            proposal: proposal.into(),
        }
    }
}

/// A connection.
pub(crate) struct Metered {
    inner: StreamMuxerBox,
    relayed: Relayed,
    streams: Pace,
    turn: Turn,
}

impl Metered {
    pub(crate) fn new(inner: StreamMuxerBox, relayed: Relayed) -> Self {
        Self {
            inner,
            relayed,
            streams: Pace::new(STREAMS_PER_SECOND, STREAMS_AT_ONCE),
            turn: Turn::default(),
        }
    }
}

impl StreamMuxer for Metered {
    type Substream = MeteredStream;
    type Error = io::Error;

    fn poll_inbound(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<MeteredStream>> {
        let this = &mut *self;
        ready!(this.turn.poll(context));
        let inner = ready!(this.inner.poll_inbound_unpin(context))?;
        this.turn.take(&this.streams, 1);
        Poll::Ready(Ok(MeteredStream {
            inner,
            relayed: this.relayed.clone(),
            kind: Kind::Other,
        }))
    }

    fn poll_outbound(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<MeteredStream>> {
        let inner = ready!(self.inner.poll_outbound_unpin(context))?;
        Poll::Ready(Ok(MeteredStream {
            inner,
            relayed: self.relayed.clone(),
            kind: Kind::Proposing(0),
        }))
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_close_unpin(context)
    }

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<StreamMuxerEvent>> {
        self.inner.poll_unpin(context)
    }
}

/// What a stream is for.
enum Kind {
    /// Opened by us; so many bytes of the proposal of a circuit were written.
    Proposing(usize),
    /// The far end of a circuit.
    Circuit { read: Turn, write: Turn },
    /// Anything else.
    Other,
}

/// A stream.
pub(crate) struct MeteredStream {
    inner: SubstreamBox,
    relayed: Relayed,
    kind: Kind,
}

impl MeteredStream {
    fn moved(turn: &mut Turn, relayed: &Relayed, bytes: usize) {
        relayed.bytes.inc_by(bytes as u64);
        turn.take(&relayed.pace, bytes);
    }

    /// Sees whether what is written proposes a circuit.
    fn proposed(&mut self, written: &[u8]) {
        let Kind::Proposing(before) = self.kind else {
            return;
        };
        let rest = self.relayed.proposal.get(before..).unwrap_or_default();
        let here = written.len().min(rest.len());
        self.kind = if written.get(..here) != rest.get(..here) {
            Kind::Other
        } else if here == rest.len() {
            Kind::Circuit {
                read: Turn::default(),
                write: Turn::default(),
            }
        } else {
            Kind::Proposing(before + here)
        };
    }
}

impl AsyncRead for MeteredStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let Kind::Circuit { read, .. } = &mut this.kind else {
            return Pin::new(&mut this.inner).poll_read(context, into);
        };
        ready!(read.poll(context));
        let most = into.len().min(TURN);
        let into = into.get_mut(..most).unwrap_or_default();
        let bytes = ready!(Pin::new(&mut this.inner).poll_read(context, into))?;
        Self::moved(read, &this.relayed, bytes);
        Poll::Ready(Ok(bytes))
    }
}

impl AsyncWrite for MeteredStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if let Kind::Circuit { write, .. } = &mut this.kind {
            ready!(write.poll(context));
            let from = from.get(..TURN).unwrap_or(from);
            let bytes = ready!(Pin::new(&mut this.inner).poll_write(context, from))?;
            Self::moved(write, &this.relayed, bytes);
            return Poll::Ready(Ok(bytes));
        }
        let bytes = ready!(Pin::new(&mut this.inner).poll_write(context, from))?;
        this.proposed(from.get(..bytes).unwrap_or(from));
        Poll::Ready(Ok(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes are those that multistream-select 0.13 writes; whether it still does, `tests/relay.rs` shows.
    #[test]
    fn the_proposal_of_a_circuit_is_known_by_its_bytes() {
        let relayed = Relayed::new(Pace::new(0, Duration::ZERO), Counter::default());
        assert_eq!(
            &*relayed.proposal,
            b"\x13/multistream/1.0.0\n\x21/libp2p/circuit/relay/0.2.0/stop\n"
        );
    }
}
