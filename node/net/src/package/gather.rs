//! One package from all who hold it: several streams with each holder, every slice verified by one sink, and the rest of
//! a slow holder taken over by a quick one. Who sends what the root does not cover is dropped; the others go on.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use libp2p::{PeerId, Stream};
use tokio::sync::{mpsc, watch};

use super::memory::{PackageMemory, SliceMemory, Taken};
use super::plan::{LotId, Plan};
use super::pull::Pulling;
use super::throttle::Throttle;
use super::{DEPTH, Fault, PullOutcome, PullProgress, PullRequest};
use crate::error::{PullError, SinkError};
use crate::host::{PackageSink, RefusalCode};
use crate::wire::package::{ChunkRange, PackageRequest, Slice};

/// Streams with each holder: while one asks for its next lot, which costs round trips, the others fill the line.
const STREAMS: usize = 3;

/// The first lot of a stream, chunks (1 MiB): the front of a package, which is looked at first, comes first.
const FIRST_LOT: u64 = 16;

/// The largest lot, chunks (64 MiB).
const LARGEST_LOT: u64 = 1024;

/// The front of a package, which is looked at first: this part of it, which is the coarse volume (every eighth slice) and
/// a little more.
const FRONT: u64 = 6;

/// How long a lot of the front should take at least: several lots come at once, and of the front none is to wait for the
/// end of another.
const FRONT_LOT_TIME: Duration = Duration::from_millis(250);

/// The same in latencies of the line: a lot that takes no longer than it waits for its first byte leaves the line empty.
const FRONT_LOT_LATENCIES: u32 = 4;

/// How long a lot should take: long beside the round trips that it costs, short enough that the holder learns how far
/// we are.
const LOT_TIME: Duration = Duration::from_secs(4);

/// Opens a stream for packages with a holder, through the gate.
pub(crate) trait Opener: Sync {
    type Pass: Send;

    fn open(&self, peer: PeerId) -> impl Future<Output = Result<(Stream, Self::Pass), PullError>> + Send;
}

/// What the workers share.
struct Work<'a, O> {
    opener: &'a O,
    request: &'a PullRequest,
    plan: &'a Mutex<Plan>,
    bad: &'a Mutex<HashSet<PeerId>>,
    changed: &'a watch::Sender<()>,
    slices: mpsc::Sender<(PeerId, Slice, Taken)>,
    done: watch::Receiver<PullProgress>,
    begun: Instant,
    stall: Duration,
    down: &'a Throttle,
    memory: &'a PackageMemory,
}

/// What the writer needs of the plan.
struct Judge {
    plan: std::sync::Arc<Mutex<Plan>>,
    bad: std::sync::Arc<Mutex<HashSet<PeerId>>>,
    changed: watch::Sender<()>,
    faults: Option<mpsc::Sender<Fault>>,
    progress: Option<watch::Sender<PullProgress>>,
    done: watch::Sender<PullProgress>,
}

/// Gathers what `request` names from `holders`. The sink is finished whatever happens.
pub(crate) async fn gather<O: Opener>(
    opener: &O,
    holders: &[PeerId],
    request: &PullRequest,
    sink: Box<dyn PackageSink>,
    stall: Duration,
    (down, memory): (&Throttle, &SliceMemory),
) -> Result<PullOutcome, PullError> {
    let plan = std::sync::Arc::new(Mutex::new(Plan::new(&request.ranges)));
    let bad = std::sync::Arc::new(Mutex::new(HashSet::new()));
    let changed = watch::Sender::new(());
    let of = request.ranges.iter().map(|range| range.count).sum();
    let (told, done) = watch::channel(PullProgress {
        of,
        ..PullProgress::default()
    });
    let (slices, written) = mpsc::channel(DEPTH);
    let judge = Judge {
        plan: plan.clone(),
        bad: bad.clone(),
        changed: changed.clone(),
        faults: request.faults.clone(),
        progress: request.progress.clone(),
        done: told,
    };
    let memory = memory.of_a_package();
    let writer = tokio::task::spawn_blocking(move || judge.write_behind(sink, written));
    let ended = {
        let work = Work {
            opener,
            request,
            plan: &plan,
            bad: &bad,
            changed: &changed,
            slices,
            done,
            begun: Instant::now(),
            stall,
            down,
            memory: &memory,
        };
        work.run(holders).await
        // With it the last sender of slices is dropped, and the writer ends.
    };
    let written = writer
        .await
        .map_err(|error| PullError::Storage(error.to_string()))?;
    // A sink that failed is the cause; that the readers then found nobody to give to is its effect.
    let done = written?;
    if !lock(&plan).is_done() {
        let forged =
            || PullError::Misbehaved("what it sent is not what the package's root covers".to_owned());
        return Err(ended.unwrap_or_else(forged));
    }
    Ok(PullOutcome {
        chunks: done.chunks,
        bytes: done.bytes,
    })
}

impl<O: Opener> Work<'_, O> {
    /// All workers until nothing is left to do or none is left; gives why the last one stopped.
    async fn run(&self, holders: &[PeerId]) -> Option<PullError> {
        let each = holders
            .iter()
            .flat_map(|peer| std::iter::repeat_n(*peer, STREAMS));
        let mut workers: FuturesUnordered<_> = each
            .map(|peer| async move { (peer, self.worker(peer).await) })
            .collect();
        let (mut last, mut told) = (None, HashSet::new());
        while let Some((peer, outcome)) = workers.next().await {
            let Err(error) = outcome else {
                continue;
            };
            if let PullError::Misbehaved(_) = error {
                lock(self.bad).insert(peer);
            }
            let busy = matches!(error, PullError::Refused(RefusalCode::Busy));
            if !busy && told.insert(peer) {
                tracing::info!(%peer, %error, "a holder is not asked any more");
                if let (Some(faults), PullError::Misbehaved(why)) = (&self.request.faults, &error) {
                    let why = why.clone();
                    let _ = faults.try_send(Fault { peer, why });
                }
            }
            last = Some(error);
        }
        last
    }

    /// Fetches lot after lot from one holder.
    async fn worker(&self, peer: PeerId) -> Result<(), PullError> {
        let (mut size, mut changed) = (FIRST_LOT, self.changed.subscribe());
        loop {
            if self.slices.is_closed() || lock(self.bad).contains(&peer) {
                return Ok(());
            }
            changed.borrow_and_update();
            let taken = lock(self.plan).take(size, self.begun.elapsed());
            let Some((lot, range)) = taken else {
                if lock(self.plan).is_done() {
                    self.changed.send_replace(());
                    return Ok(());
                }
                // Somebody else may give a lot up, or become slow.
                let _ = tokio::time::timeout(Duration::from_millis(500), changed.changed()).await;
                continue;
            };
            let begun = Instant::now();
            let outcome = self.pull(peer, lot, range).await;
            lock(self.plan).leave(lot);
            self.changed.send_replace(());
            let latency = outcome?;
            let end = self
                .request
                .ranges
                .last()
                .map_or(0, |last| last.first + last.count);
            let time = if range.first < end / FRONT {
                front_lot_time(latency)
            } else {
                LOT_TIME
            };
            size = next_size(size, range.count, begun.elapsed(), time);
        }
    }

    /// Fetches a lot; gives the time until the holder answered, before anything of the lot came.
    async fn pull(&self, peer: PeerId, lot: LotId, range: ChunkRange) -> Result<Duration, PullError> {
        let begun = Instant::now();
        let (stream, _pass) = self.opener.open(peer).await?;
        let request = PackageRequest {
            package: self.request.package,
            ranges: vec![range],
            held: self.request.held + self.done.borrow().chunks,
        };
        let mut pulling = Pulling::ask(stream, &request, self.stall, self.down.clone()).await?;
        let latency = begun.elapsed();
        loop {
            let Some(due) = lock(self.plan).due(lot) else {
                return Ok(latency);
            };
            let (slice, room) = pulling.slice(due, self.memory).await?;
            let refused = lock(self.bad).contains(&peer) || !lock(self.plan).bring(lot, slice.range);
            // A writer that is gone tells why itself.
            if refused || self.slices.send((peer, slice, room)).await.is_err() {
                return Ok(latency);
            }
        }
    }
}

/// How long a lot of the front should take where the holder answers after `latency`.
fn front_lot_time(latency: Duration) -> Duration {
    latency
        .saturating_mul(FRONT_LOT_LATENCIES)
        .clamp(FRONT_LOT_TIME, LOT_TIME)
}

/// As much as comes in `time` at the pace of the last lot, growing by steps.
fn next_size(size: u64, chunks: u64, took: Duration, time: Duration) -> u64 {
    let pace = chunks as f64 / took.as_secs_f64().max(0.001);
    let fits = (pace * time.as_secs_f64()) as u64;
    fits.clamp(FIRST_LOT, LARGEST_LOT)
        .min(size.saturating_mul(4))
        .next_multiple_of(FIRST_LOT)
}

impl Judge {
    /// Blocking: gives slice after slice to the sink.
    fn write_behind(
        self,
        mut sink: Box<dyn PackageSink>,
        mut slices: mpsc::Receiver<(PeerId, Slice, Taken)>,
    ) -> Result<PullProgress, PullError> {
        let mut failed = None;
        while let Some((peer, slice, room)) = slices.blocking_recv() {
            let (range, bytes) = (slice.range, slice.bytes.len() as u64);
            // What a liar sent before it was found out is judged as well: it may be good.
            let outcome = sink.accept(slice);
            drop(room);
            lock(&self.plan).judged(range, outcome.is_ok());
            match outcome {
                Ok(()) => self.count(range.count, bytes),
                Err(SinkError::Forged(why)) => self.blame(peer, why),
                Err(SinkError::Storage(why)) => {
                    failed = Some(PullError::Storage(why));
                    break;
                }
            }
            self.changed.send_replace(());
        }
        drop(slices);
        self.changed.send_replace(());
        let finished = sink
            .finish()
            .map_err(|error| PullError::Storage(error.to_string()));
        failed.map_or(finished, Err)?;
        Ok(*self.done.borrow())
    }

    fn count(&self, chunks: u64, bytes: u64) {
        self.done.send_modify(|done| {
            done.chunks += chunks;
            done.bytes += bytes;
        });
        if let Some(progress) = &self.progress {
            progress.send_replace(*self.done.borrow());
        }
    }

    fn blame(&self, peer: PeerId, why: String) {
        if lock(&self.bad).insert(peer) {
            tracing::warn!(%peer, why, "a holder sent what the package's root does not cover; it is not asked any more");
            if let Some(faults) = &self.faults {
                let _ = faults.try_send(Fault { peer, why });
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in here can panic half-way.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_grow_by_steps_to_what_comes_in_a_few_seconds() {
        let quick = Duration::from_millis(10);
        let sizes: Vec<_> = std::iter::successors(Some(FIRST_LOT), |size| {
            Some(next_size(*size, *size, quick, LOT_TIME))
        })
        .take(5)
        .collect();
        assert_eq!(sizes, [16, 64, 256, 1024, 1024]);
        assert_eq!(
            next_size(1024, 16, Duration::from_secs(60), LOT_TIME),
            FIRST_LOT,
            "a slow line"
        );
        assert_eq!(next_size(64, 50, Duration::from_secs(4), LOT_TIME), 64);
        // 16 chunks (1 MiB) in a quarter of a second: a third of 100 Mbit/s.
        let quarter = Duration::from_millis(250);
        assert_eq!(next_size(16, 16, quarter, FRONT_LOT_TIME), 16);
    }

    #[test]
    fn lots_of_the_front_grow_on_a_long_line_until_it_is_full() {
        assert_eq!(front_lot_time(Duration::from_millis(1)), FRONT_LOT_TIME);
        assert_eq!(front_lot_time(Duration::MAX), LOT_TIME);
        // 600 ms until the holder answers, three round trips of 200 ms, and then 100 chunks (6.4 MB) in a second.
        let latency = Duration::from_millis(600);
        let takes = |size: u64| latency + Duration::from_secs_f64(size as f64 / 100.0);
        let next = |size: &u64| Some(next_size(*size, *size, takes(*size), front_lot_time(latency)));
        let size = std::iter::successors(Some(FIRST_LOT), next).nth(20);
        let size = size.unwrap_or_default();
        let waiting = latency.as_secs_f64() / takes(size).as_secs_f64();
        assert!(
            size > 10 * FIRST_LOT && waiting < 0.3,
            "{size} chunks, {waiting} of the time"
        );
    }
}
