//! The holder's side: reads slices ahead on a blocking thread, a few, and writes them as the peer takes them and our own
//! limit allows.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use dokuei_identity::cbor;
use futures::AsyncWriteExt as _;
use libp2p::{PeerId, Stream};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::check_ranges;
use super::throttle::Throttle;
use crate::conduct::budget::{Budget, Held};
use crate::conduct::{Conduct, Misdeed, Who};
use crate::frame::{FrameError, read_value, write_value};
use crate::host::{Host, PackageSource, RefusalCode};
use crate::wire::package::{
    ChunkRange, MAX_PROOF_BYTES, MAX_REQUEST_FRAME, MAX_SLICE_BYTES, MAX_SLICE_CHUNKS, PackageRequest, Slice,
    SliceHeader,
};

/// Slices that are read ahead for one stream.
const AHEAD: usize = 4;

/// Written at once while there is a limit, and while there is none.
const SMALL_PIECE: usize = 16 * 1024;
const LARGE_PIECE: usize = 256 * 1024;

/// Serves one request of an admitted peer on an accepted stream.
pub(crate) async fn serve(
    mut stream: Stream,
    peer: PeerId,
    host: Arc<dyn Host>,
    serving: Arc<Budget<Who>>,
    stall: Duration,
    up: Throttle,
    conduct: Conduct,
) {
    let (source, ranges) = match open(&mut stream, peer, host.as_ref(), stall, &conduct).await {
        Ok(opened) => opened,
        Err(code) => return answer(&mut stream, code as u8).await,
    };
    let who = conduct.who(&peer);
    let Some(_slot) = serving.try_hold(who, 1) else {
        return answer(&mut stream, RefusalCode::Busy as u8).await;
    };
    answer(&mut stream, 0).await;
    let (sender, mut slices) = mpsc::channel(AHEAD);
    let (holding, runtime) = (conduct.clone(), Handle::current());
    let hold = move || runtime.block_on(holding.slices().hold(who, MAX_SLICE_BYTES));
    let reader = tokio::task::spawn_blocking(move || read_ahead(source, &ranges, hold, &sender));
    while let Some((slice, _held)) = slices.recv().await {
        if let Err(error) = write_slice(&mut stream, &slice, stall, &up).await {
            if error.kind() == io::ErrorKind::TimedOut {
                tracing::info!(%peer, "a peer took nothing of a package for too long; the stream was ended");
                conduct.charge(peer, Misdeed::Slow);
            } else {
                tracing::debug!(%peer, %error, "a package stream was lost");
            }
            return;
        }
    }
    match reader.await {
        // Only a whole transfer is closed in order; anything else ends in a reset, which the receiver sees as a loss.
        Ok(Ok(())) => drop(timeout(stall, stream.close()).await),
        Ok(Err(error)) => tracing::error!(%peer, %error, "a package could not be read"),
        Err(error) => tracing::error!(%peer, %error, "reading a package failed"),
    }
}

async fn open(
    stream: &mut Stream,
    peer: PeerId,
    host: &dyn Host,
    time: Duration,
    conduct: &Conduct,
) -> Result<(Box<dyn PackageSource>, Vec<ChunkRange>), RefusalCode> {
    let request = timeout(time, read_value::<_, PackageRequest>(stream, MAX_REQUEST_FRAME)).await;
    let blame = |misdeed, code| {
        conduct.charge(peer, misdeed);
        code
    };
    let PackageRequest {
        package,
        ranges,
        held,
    } = match request {
        Ok(Ok(request)) => request,
        Ok(Err(FrameError::Io(_))) => return Err(RefusalCode::Malformed),
        Ok(Err(error)) => return Err(blame(error.misdeed(), RefusalCode::Malformed)),
        Err(_) => return Err(blame(Misdeed::Slow, RefusalCode::Busy)),
    };
    check_ranges(&ranges).map_err(|_| blame(Misdeed::Garbage, RefusalCode::Malformed))?;
    let _place = conduct.desk().hold(conduct.who(&peer), 1).await;
    let mut source = host.open_package(peer, package).await.map_err(|refusal| {
        tracing::info!(%peer, ?package, %refusal, "a package was refused");
        refusal.code
    })?;
    let end = ranges.last().map_or(0, |range| range.first + range.count);
    if end > source.chunks() {
        return Err(RefusalCode::NotFound);
    }
    source.asked(held);
    Ok((source, ranges))
}

async fn answer(stream: &mut Stream, code: u8) {
    let said = async {
        stream.write_all(&[code]).await?;
        stream.flush().await
    };
    // A peer that is gone shows itself at the next write.
    let _ = timeout(Duration::from_secs(5), said).await;
}

/// Blocking: reads slice after slice until all are read or nobody wants them any more.
fn read_ahead(
    mut source: Box<dyn PackageSource>,
    ranges: &[ChunkRange],
    hold: impl Fn() -> Option<Held>,
    slices: &mpsc::Sender<(Slice, Option<Held>)>,
) -> io::Result<()> {
    for range in ranges {
        let end = range.first + range.count;
        let mut first = range.first;
        while first < end {
            let wanted = ChunkRange {
                first,
                count: (end - first).min(MAX_SLICE_CHUNKS),
            };
            let held = hold();
            if slices.is_closed() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let slice = source.read(wanted)?;
            let fits = slice.bytes.len() <= MAX_SLICE_BYTES && slice.proof.len() <= MAX_PROOF_BYTES;
            if slice.range != wanted || !fits {
                return Err(io::Error::other(
                    "the package source gave another slice than was asked for",
                ));
            }
            if slices.blocking_send((slice, held)).is_err() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            first += wanted.count;
        }
    }
    Ok(())
}

/// The watchdog counts from the last piece that was taken: a slow line is not a dead one.
async fn write_slice(stream: &mut Stream, slice: &Slice, stall: Duration, up: &Throttle) -> io::Result<()> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput);
    let header = SliceHeader {
        range: slice.range,
        bytes: length(&slice.bytes)?,
        proof: length(&slice.proof)?,
    };
    debug_assert!(cbor::encode(&header).len() <= crate::wire::package::MAX_SLICE_HEADER);
    timeout(stall, write_value(stream, &header)).await??;
    for part in [&slice.bytes, &slice.proof] {
        let mut rest = part.as_slice();
        while !rest.is_empty() {
            let most = if up.is_limited() { SMALL_PIECE } else { LARGE_PIECE };
            let (piece, after) = rest.split_at(rest.len().min(most));
            up.pass(piece.len()).await;
            timeout(stall, stream.write_all(piece)).await??;
            rest = after;
        }
    }
    timeout(stall, stream.flush()).await?
}
