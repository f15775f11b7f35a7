//! What the registry answers to deposits: sealed to the applicants, who ask for it here.
//!
//! An answer is found by the SHA-256 of its deposit, which only the applicant, the registry and this computer know.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result};
use dokuei_identity::application::{LeftAnswer, sealed_to};
use dokuei_identity::time::Timestamp;
use futures::StreamExt as _;
use libp2p::{PeerId, Stream};
use libp2p_stream::IncomingStreams;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::NEIGHBOURS;
use crate::disk::write_whole;
use crate::limits::Source;
use crate::limits::rates::Rates;
use crate::streams::{self, CALL, Code};
use crate::whereabouts::Whereabouts;

/// The largest answer, bytes; the same as in `node/net`.
const MAX_ANSWER: usize = 20 << 10;

/// The most answers that are kept; the oldest give way.
const MAX_ANSWERS: usize = 4096;

/// How long an answer is kept, seconds: half a year.
const KEPT: u64 = 183 * 86_400;

/// Questions of each peer within an hour: every half minute, and some more.
const PER_HOUR: u32 = 240;

/// Questions that are answered at once.
const AT_ONCE: usize = 32;

/// The end of an answer's name.
const ENDING: &str = ".answer";

/// The answers that wait. Their files are named by the deposit and the time at which they came.
pub(crate) struct Answers {
    dir: PathBuf,
    inner: Mutex<Inner>,
}

struct Inner {
    /// By the SHA-256 of the deposit.
    waiting: BTreeMap<[u8; 32], Timestamp>,
    rates: Rates,
}

impl Answers {
    /// Opens the answers in `dir`.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)
            .with_context(|| format!("cannot make the directory {}", dir.display()))?;
        let mut waiting = BTreeMap::new();
        for entry in std::fs::read_dir(dir)? {
            if let Some((deposit, at)) = entry?.file_name().to_str().and_then(read_name) {
                waiting.insert(deposit, at);
            }
        }
        Ok(Self {
            dir: dir.to_owned(),
            inner: Mutex::new(Inner {
                waiting,
                rates: Rates::hourly(PER_HOUR, PER_HOUR * NEIGHBOURS),
            }),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Changed only after the disk was, so a poisoned lock guards sound data.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what the registry left, durably. A newer answer takes the place of an older one.
    pub(super) fn keep(&self, left: &[LeftAnswer], now: Timestamp) -> io::Result<()> {
        let mut inner = self.inner();
        for answer in left {
            if answer.sealed.len() > MAX_ANSWER || sealed_to(&answer.sealed).is_err() {
                tracing::warn!("an answer was not kept: it is not sealed");
                continue;
            }
            write_whole(&self.dir.join(name(&answer.deposit, now)), &answer.sealed)?;
            let before = inner.waiting.insert(answer.deposit, now);
            if let Some(before) = before.filter(|before| *before != now) {
                remove(&self.dir.join(name(&answer.deposit, before)))?;
            }
        }
        self.tidy(&mut inner, now)
    }

    /// Removes what is too old or too much.
    fn tidy(&self, inner: &mut Inner, now: Timestamp) -> io::Result<()> {
        let mut by_age: Vec<_> = inner
            .waiting
            .iter()
            .map(|(deposit, at)| (*at, *deposit))
            .collect();
        by_age.sort_unstable();
        let surplus = by_age.len().saturating_sub(MAX_ANSWERS);
        let leaving = by_age
            .into_iter()
            .enumerate()
            .filter(|(index, (at, _))| *index < surplus || now.since(*at) > KEPT);
        for (_, (at, deposit)) in leaving {
            remove(&self.dir.join(name(&deposit, at)))?;
            inner.waiting.remove(&deposit);
        }
        Ok(())
    }

    fn may(&self, peer: PeerId, source: Source) -> bool {
        self.inner().rates.take(peer, source, Instant::now())
    }

    /// The answer to a deposit, when there is one.
    fn find(&self, deposit: &[u8; 32]) -> Option<Vec<u8>> {
        let at = *self.inner().waiting.get(deposit)?;
        std::fs::read(self.dir.join(name(deposit, at))).ok()
    }
}

/// `/dokuei/drop-box-answer/1`: the SHA-256 of a deposit asks for its answer.
pub(crate) async fn serve(mut incoming: IncomingStreams, answers: Arc<Answers>, whereabouts: Whereabouts) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    while let Some((peer, stream)) = incoming.next().await {
        // Beyond this a stream is dropped without a word; its opener tries again.
        let Ok(slot) = slots.clone().try_acquire_owned() else {
            continue;
        };
        let (answers, source) = (answers.clone(), whereabouts.of(&peer));
        tokio::spawn(async move {
            let _slot = slot;
            match timeout(CALL, give(stream, &answers, peer, source)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%peer, %error, "an answer was not given"),
                Err(_) => tracing::debug!(%peer, "asking for an answer took too long and was ended"),
            }
        });
    }
}

async fn give(mut stream: Stream, answers: &Arc<Answers>, peer: PeerId, source: Source) -> Result<()> {
    streams::accept(&mut stream).await?;
    if !answers.may(peer, source) {
        return Ok(streams::refuse(&mut stream, Code::Busy).await?);
    }
    let Some(question) = streams::question(&mut stream, 32).await? else {
        return Ok(());
    };
    let Ok(deposit) = <[u8; 32]>::try_from(question) else {
        return Ok(streams::refuse(&mut stream, Code::Malformed).await?);
    };
    let answers = answers.clone();
    match tokio::task::spawn_blocking(move || answers.find(&deposit)).await? {
        Some(answer) => streams::answer(&mut stream, &answer).await?,
        None => streams::refuse(&mut stream, Code::NotFound).await?,
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn name(deposit: &[u8; 32], at: Timestamp) -> String {
    format!("{}-{}{ENDING}", hex::encode(deposit), at.0)
}

fn read_name(name: &str) -> Option<([u8; 32], Timestamp)> {
    let (digest, at) = name.strip_suffix(ENDING)?.split_once('-')?;
    let mut deposit = [0; 32];
    hex::decode_to_slice(digest, &mut deposit).ok()?;
    Some((deposit, Timestamp(at.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use dokuei_identity::application::{ApplicationSecretKey, seal};
    use dokuei_identity::fingerprint::Fingerprint;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn left(deposit: u8) -> LeftAnswer {
        let key = ApplicationSecretKey::generate(&mut rand::rng()).public();
        let root = Fingerprint::of(b"root");
        LeftAnswer {
            deposit: [deposit; 32],
            sealed: seal(b"no", &key, &root, &mut rand::rng()).unwrap(),
        }
    }

    /// R17: an answer is found by its deposit alone, survives a restart, and goes after half a year.
    #[test]
    fn r17_an_answer_waits_for_who_knows_the_deposit() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (left(1), left(1));
        let answers = Answers::open(dir.path()).unwrap();
        answers.keep(&[first.clone(), left(2)], NOW).unwrap();
        assert_eq!(answers.find(&[1; 32]), Some(first.sealed));
        assert_eq!(answers.find(&[3; 32]), None);
        answers.keep(std::slice::from_ref(&second), NOW.plus(5)).unwrap();
        let again = Answers::open(dir.path()).unwrap();
        assert_eq!(again.find(&[1; 32]), Some(second.sealed));
        again.keep(&[left(4)], NOW.plus(KEPT + 1)).unwrap();
        assert_eq!(again.find(&[2; 32]), None);
        assert!(again.find(&[1; 32]).is_some() && again.find(&[4; 32]).is_some());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    /// R17: nothing that anybody could read is kept.
    #[test]
    fn r17_what_is_not_sealed_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let answers = Answers::open(dir.path()).unwrap();
        let plain = LeftAnswer {
            deposit: [1; 32],
            sealed: b"the licence of Tanaka cannot be read".to_vec(),
        };
        answers.keep(&[plain], NOW).unwrap();
        assert_eq!(answers.find(&[1; 32]), None);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
