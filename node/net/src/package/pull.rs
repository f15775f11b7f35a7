//! The receiver's side: reads slices, bounded and watched, and hands them to the sink on a blocking thread.

use std::time::Duration;

use futures::AsyncReadExt as _;
use libp2p::Stream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{DEPTH, PullOutcome, PullProgress, PullRequest};
use crate::error::{PullError, SinkError};
use crate::frame::{FrameError, read_value, write_value};
use crate::host::{PackageSink, RefusalCode};
use crate::wire::package::{
    ChunkRange, MAX_PROOF_BYTES, MAX_SLICE_BYTES, MAX_SLICE_CHUNKS, MAX_SLICE_HEADER, PackageRequest, Slice,
    SliceHeader,
};

/// Pulls on an accepted stream. The sink is finished whatever happens.
pub(crate) async fn pull(
    mut stream: Stream,
    request: PullRequest,
    sink: Box<dyn PackageSink>,
    stall: Duration,
) -> Result<PullOutcome, PullError> {
    let PullRequest {
        package,
        ranges,
        progress,
    } = request;
    let of = ranges.iter().map(|range| range.count).sum();
    let (sender, slices) = mpsc::channel(DEPTH);
    let writer = tokio::task::spawn_blocking(move || write_behind(sink, slices, progress, of));
    let received = receive(&mut stream, &PackageRequest { package, ranges }, sender, stall).await;
    let written = writer
        .await
        .map_err(|error| PullError::Storage(error.to_string()))?;
    // A sink that failed is the cause; that the reader then found nobody to give to is its effect.
    let done = written?;
    received?;
    Ok(PullOutcome {
        chunks: done.chunks,
        bytes: done.bytes,
    })
}

async fn receive(
    stream: &mut Stream,
    request: &PackageRequest,
    slices: mpsc::Sender<Slice>,
    stall: Duration,
) -> Result<(), PullError> {
    timeout(stall, write_value(stream, request))
        .await
        .map_err(|_| PullError::Stalled)?
        .map_err(lost)?;
    let mut code = [0];
    fill(stream, &mut code, stall).await?;
    if code[0] != 0 {
        return Err(PullError::Refused(RefusalCode::from_byte(code[0])));
    }
    for range in &request.ranges {
        let mut rest = *range;
        while rest.count > 0 {
            let slice = read_slice(stream, rest, stall).await?;
            rest = ChunkRange {
                first: rest.first + slice.range.count,
                count: rest.count - slice.range.count,
            };
            if slices.send(slice).await.is_err() {
                // The sink failed and tells why.
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Reads the next slice, which must begin where `expected` begins and stay within it.
async fn read_slice(stream: &mut Stream, expected: ChunkRange, stall: Duration) -> Result<Slice, PullError> {
    let header = timeout(stall, read_value::<_, SliceHeader>(stream, MAX_SLICE_HEADER));
    let SliceHeader { range, bytes, proof } = match header.await.map_err(|_| PullError::Stalled)? {
        Ok(header) => header,
        Err(FrameError::Io(error)) => return Err(lost(error)),
        Err(error) => return Err(PullError::Misbehaved(error.to_string())),
    };
    let in_place = range.first == expected.first && range.count > 0;
    if !in_place || range.count > expected.count.min(MAX_SLICE_CHUNKS) {
        return Err(PullError::Misbehaved(format!(
            "slice {range:?} came where {expected:?} was due"
        )));
    }
    if bytes as usize > MAX_SLICE_BYTES || proof as usize > MAX_PROOF_BYTES {
        return Err(PullError::Misbehaved(format!(
            "a slice of {bytes} bytes with a proof of {proof} is too large"
        )));
    }
    let mut slice = Slice {
        range,
        bytes: vec![0; bytes as usize],
        proof: vec![0; proof as usize],
    };
    fill(stream, &mut slice.bytes, stall).await?;
    fill(stream, &mut slice.proof, stall).await?;
    Ok(slice)
}

/// Fills `buffer`; the watchdog counts from the last bytes that came, so that a slow link is not a stalled one.
async fn fill(stream: &mut Stream, mut buffer: &mut [u8], stall: Duration) -> Result<(), PullError> {
    while !buffer.is_empty() {
        let read = timeout(stall, stream.read(buffer))
            .await
            .map_err(|_| PullError::Stalled)?
            .map_err(lost)?;
        if read == 0 {
            return Err(PullError::Lost("the holder ended the stream early".to_owned()));
        }
        buffer = &mut buffer[read..];
    }
    Ok(())
}

/// Blocking: gives slice after slice to the sink.
fn write_behind(
    mut sink: Box<dyn PackageSink>,
    mut slices: mpsc::Receiver<Slice>,
    progress: Option<tokio::sync::watch::Sender<PullProgress>>,
    of: u64,
) -> Result<PullProgress, PullError> {
    let mut done = PullProgress {
        of,
        ..PullProgress::default()
    };
    let mut failed = None;
    while let Some(slice) = slices.blocking_recv() {
        let (chunks, bytes) = (slice.range.count, slice.bytes.len() as u64);
        if let Err(error) = sink.accept(slice) {
            failed = Some(error);
            break;
        }
        done.chunks += chunks;
        done.bytes += bytes;
        if let Some(progress) = &progress {
            progress.send_replace(done);
        }
    }
    drop(slices);
    let finished = sink.finish();
    match failed.map_or(finished, Err) {
        Ok(()) => Ok(done),
        Err(SinkError::Forged(what)) => Err(PullError::Misbehaved(what)),
        Err(SinkError::Storage(what)) => Err(PullError::Storage(what)),
    }
}

fn lost(error: std::io::Error) -> PullError {
    PullError::Lost(error.to_string())
}
