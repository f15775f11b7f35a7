//! `/dokuei/live/1`: short-lived frames, the newest first served. What waits for a peer is bounded, and a frame takes the
//! place of an older one about the same thing; whatever could not be sent is forgotten.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::AsyncWriteExt as _;
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::Control;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use crate::conduct::{Conduct, Misdeed};
use crate::frame::{FrameError, in_time, read_bytes, read_length, write_frame};
use crate::gate::{Gate, Pass};
use crate::host::Host;
use crate::streams::{self, OpenError};
use crate::wire::live::MAX_LIVE_FRAME;

/// Between two frames to one peer: 18 in a second, so that no delay on the way makes it look like more than 20.
const PACE: Duration = Duration::from_millis(55);

/// Frames that wait for one peer.
const WAITING: usize = 128;

/// How long a frame may take to be taken, and to come after its length.
const TIME: Duration = Duration::from_secs(5);

/// A stream on which nothing was sent for so long is ended, and opened anew when it is needed.
const IDLE: Duration = Duration::from_secs(60);

/// A stream on which nothing came for so long is ended.
const QUIET: Duration = Duration::from_secs(120);

/// Streams of one peer at once: the one before a connection was changed may still be there.
const LINES: usize = 4;

/// What a frame is about: a newer frame about it takes the place of one that waits.
pub type Slot = [u8; 48];

struct Waiting {
    slot: Option<Slot>,
    frame: Vec<u8>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// A task sends it.
    served: bool,
    bell: Arc<Notify>,
}

/// What waits to be sent, for every peer. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Mail(Arc<Inner>);

#[derive(Default)]
struct Inner {
    queues: Mutex<HashMap<PeerId, Queue>>,
    /// Rung when a peer has mail that no task sends.
    bell: Notify,
}

impl Mail {
    fn queues(&self) -> MutexGuard<'_, HashMap<PeerId, Queue>> {
        // Whole after each statement.
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a frame wait; says whether there was room for it.
    pub(crate) fn put(&self, peer: PeerId, slot: Option<Slot>, frame: Vec<u8>) -> bool {
        let mut queues = self.queues();
        let queue = queues.entry(peer).or_default();
        let same = |one: &Waiting| slot.is_some() && one.slot == slot;
        if let Some(older) = queue.waiting.iter_mut().find(|one| same(one)) {
            // It keeps its turn.
            older.frame = frame;
        } else if queue.waiting.len() < WAITING {
            queue.waiting.push_back(Waiting { slot, frame });
        } else {
            return false;
        }
        let (served, bell) = (queue.served, Arc::clone(&queue.bell));
        drop(queues);
        if served {
            bell.notify_one();
        } else {
            self.0.bell.notify_one();
        }
        true
    }

    fn next(&self, peer: &PeerId) -> Option<Vec<u8>> {
        let mut queues = self.queues();
        queues.get_mut(peer)?.waiting.pop_front().map(|one| one.frame)
    }

    /// Peers with mail that no task sends; one is to do so from now on.
    fn unserved(&self) -> Vec<(PeerId, Arc<Notify>)> {
        let mut queues = self.queues();
        let unserved = queues.iter_mut().filter(|(_, queue)| !queue.served);
        unserved
            .map(|(peer, queue)| {
                queue.served = true;
                (*peer, Arc::clone(&queue.bell))
            })
            .collect()
    }

    /// The task that sent it has ended; what could not be sent is forgotten.
    fn end(&self, peer: &PeerId, lost: bool) {
        let mut queues = self.queues();
        let Some(queue) = queues.get_mut(peer) else {
            return;
        };
        queue.served = false;
        if lost || queue.waiting.is_empty() {
            queues.remove(peer);
            return;
        }
        drop(queues);
        self.0.bell.notify_one();
    }
}

/// Sends what waits, each peer's in a task of its own.
pub(crate) async fn deliver(mail: Mail, control: Control, gate: Gate, protocol: StreamProtocol) {
    loop {
        mail.0.bell.notified().await;
        for (peer, bell) in mail.unserved() {
            let (mail, control) = (mail.clone(), control.clone());
            let (gate, protocol) = (gate.clone(), protocol.clone());
            tokio::spawn(async move {
                let sent = send_all(&mail, &control, &gate, (peer, &bell), &protocol).await;
                if let Err(error) = &sent {
                    tracing::debug!(%peer, ?error, "live frames could not be sent");
                }
                mail.end(&peer, sent.is_err());
            });
        }
    }
}

/// Ends well when nothing more was to be sent for a time.
async fn send_all(
    mail: &Mail,
    control: &Control,
    gate: &Gate,
    (peer, bell): (PeerId, &Notify),
    protocol: &StreamProtocol,
) -> Result<(), OpenError> {
    let lost = |why: &dyn std::fmt::Display| OpenError::Lost(why.to_string());
    let pass: Pass = gate.enter(peer, usize::MAX).map_err(OpenError::Refused)?;
    let mut stream = streams::open_admitted(control, peer, protocol, &pass).await?;
    let mut due = Instant::now();
    loop {
        sleep_until(due).await;
        let Some(frame) = mail.next(&peer) else {
            if timeout(IDLE, bell.notified()).await.is_err() {
                // Nobody waits for how it ends.
                let _ = timeout(TIME, stream.close()).await;
                return Ok(());
            }
            continue;
        };
        if !pass.is_of(None) {
            return Err(lost(&"the admission has ended"));
        }
        due = Instant::now() + PACE;
        match timeout(TIME, write_frame(&mut stream, &frame)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(lost(&error)),
            Err(_) => return Err(lost(&"it was not taken in time")),
        }
    }
}

/// The streams that each peer has open. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<HashMap<PeerId, usize>>>);

/// One of them; given back when dropped.
struct Line(Lines, PeerId);

impl Lines {
    fn lock(&self) -> MutexGuard<'_, HashMap<PeerId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, peer: PeerId) -> Option<Line> {
        let mut all = self.lock();
        let open = all.entry(peer).or_default();
        (*open < LINES).then(|| {
            *open += 1;
            Line(self.clone(), peer)
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut all = self.0.lock();
        if let Some(open) = all.get_mut(&self.1) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                all.remove(&self.1);
            }
        }
    }
}

/// Takes the frames of an admitted peer from an accepted stream, until it ends or something is wrong with it.
pub(crate) async fn serve(
    mut stream: Stream,
    peer: PeerId,
    host: &dyn Host,
    (gate, lines): (&Gate, &Lines),
    conduct: &Conduct,
) {
    let Some(_line) = lines.take(peer) else {
        return conduct.charge(peer, Misdeed::Flood);
    };
    while gate.is_admitted(&peer) {
        match take_one(&mut stream, peer, host, conduct).await {
            Ok(()) => {}
            Err(Ended::Quiet) => return,
            Err(Ended::Misdeed(misdeed)) => return conduct.charge(peer, misdeed),
        }
    }
}

/// Why a stream is not read on.
enum Ended {
    /// As streams end, or lines break.
    Quiet,
    /// By what its sender did.
    Misdeed(Misdeed),
}

impl From<FrameError> for Ended {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Io(_) => Self::Quiet,
            error => Self::Misdeed(error.misdeed()),
        }
    }
}

async fn take_one(
    stream: &mut Stream,
    peer: PeerId,
    host: &dyn Host,
    conduct: &Conduct,
) -> Result<(), Ended> {
    let length = match timeout(QUIET, read_length(stream, MAX_LIVE_FRAME)).await {
        Ok(length) => length?,
        Err(_) => return Err(Ended::Quiet),
    };
    if !conduct.take_live(peer) {
        return Err(Ended::Misdeed(Misdeed::Flood));
    }
    let who = conduct.who(&peer);
    let _held = conduct.messages().hold(who, length).await;
    let frame = in_time(TIME, read_bytes(stream, length)).await?;
    if !conduct.has_room_for_live() {
        // All together are too many, which is nobody's fault; the next one tells more than this one.
        return Ok(());
    }
    let _place = conduct.desk().hold(who, 1).await;
    match host
        .live_frame(peer, frame)
        .await
        .map_err(|refusal| refusal.misdeed)
    {
        Ok(()) | Err(None) => Ok(()),
        Err(Some(misdeed)) => Err(Ended::Misdeed(misdeed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A newer look takes the place of one that waits, in its turn; more than fits is not taken.
    #[test]
    fn what_waits_is_replaced_and_bounded() {
        let (mail, peer) = (Mail::default(), PeerId::random());
        let slot = |number: u8| Some([number; 48]);
        assert!(mail.put(peer, slot(1), vec![1]));
        assert!(mail.put(peer, None, vec![2]));
        assert!(mail.put(peer, slot(2), vec![3]));
        assert!(mail.put(peer, slot(1), vec![4]));
        let sent: Vec<_> = std::iter::from_fn(|| mail.next(&peer)).collect();
        assert_eq!(sent, [vec![4], vec![2], vec![3]]);
        let taken = (0..WAITING * 2).filter(|_| mail.put(peer, None, vec![0]));
        assert_eq!(taken.count(), WAITING);
        assert_eq!(mail.unserved().len(), 1);
        assert!(mail.unserved().is_empty());
        mail.end(&peer, true);
        assert!(mail.queues().is_empty(), "nothing is kept of what was lost");
    }

    /// R17: a peer has a few streams at once, and gets others when these have ended.
    #[test]
    fn r17_a_peer_has_few_streams() {
        let (lines, peer) = (Lines::default(), PeerId::random());
        let open: Vec<_> = std::iter::from_fn(|| lines.take(peer)).collect();
        assert_eq!(open.len(), LINES);
        assert!(lines.take(PeerId::random()).is_some());
        drop(open);
        assert!(lines.lock().is_empty());
    }
}
