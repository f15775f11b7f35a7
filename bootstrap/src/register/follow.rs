//! Keeps the mirror up to date, and answers questions out of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use dokuei_identity::register::{Answer, Ask, MAX_ANSWER, MAX_ASK};
use futures::StreamExt as _;
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::{Control, IncomingStreams};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{MissedTickBehavior, timeout};

use super::Mirror;
use super::source::Source;
use crate::clock;
use crate::meters::Meters;
use crate::streams::{self, CALL, Code};

/// How often each kind of source is looked at; gossip tells of news in between.
const FOLDER: Duration = Duration::from_secs(1);
const WEB: Duration = Duration::from_secs(10);
const PEERS: Duration = Duration::from_secs(30);

/// Answers in one go: a register of a million entries has fewer.
pub(super) const ROUNDS: u32 = 1024;

/// Questions that are answered at once.
const QUESTIONS: usize = 256;

/// Where news comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) web: Option<String>,
    pub(crate) peers: Vec<PeerId>,
}

/// A source of files, with when it is looked at next.
struct Watched {
    source: Arc<Source>,
    name: &'static str,
    every: Duration,
    next: Instant,
    last: Vec<u8>,
    complained: bool,
}

/// Follows the sources for ever. `nudges` names peers that know of something newer.
pub(crate) async fn follow(
    mirror: Arc<Mirror>,
    sources: Sources,
    (control, protocol): (Control, StreamProtocol),
    mut nudges: mpsc::Receiver<PeerId>,
    meters: Meters,
) {
    let folder = sources.folder.map(|dir| (Source::Folder(dir), "folder", FOLDER));
    let web = sources.web.map(|address| (Source::web(&address), "web", WEB));
    let mut watched: Vec<_> = [folder, web]
        .into_iter()
        .flatten()
        .map(|(source, name, every)| Watched {
            source: Arc::new(source),
            name,
            every,
            next: Instant::now(),
            last: Vec::new(),
            complained: false,
        })
        .collect();
    let mut peers_next = Instant::now();
    let mut tick = tokio::time::interval(FOLDER);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let nudged = tokio::select! {
            _ = tick.tick() => None,
            Some(peer) = nudges.recv() => Some(peer),
        };
        let now = Instant::now();
        for one in watched
            .iter_mut()
            .filter(|one| nudged.is_some() || one.next <= now)
        {
            one.next = now + one.every;
            let up = look(&mirror, one).await;
            meters.source_up(one.name, up);
        }
        let mut asked: Vec<PeerId> = nudged.into_iter().collect();
        if peers_next <= now {
            peers_next = now + PEERS;
            asked.extend(&sources.peers);
        }
        let mut up = None;
        for peer in asked {
            let fetched = fetch(&mirror, &control, peer, &protocol).await;
            if sources.peers.contains(&peer) {
                up = Some(up.unwrap_or(false) || fetched.is_ok());
            }
            if let Err(error) = fetched {
                tracing::debug!(%peer, %error, "a peer did not bring the register up to date");
            }
        }
        if let Some(up) = up {
            meters.source_up("peers", up);
        }
    }
}

/// Whether the source could be used.
async fn look(mirror: &Arc<Mirror>, watched: &mut Watched) -> bool {
    let (mirror, source) = (mirror.clone(), watched.source.clone());
    let mut last = std::mem::take(&mut watched.last);
    let fed = tokio::task::spawn_blocking(move || {
        let fed = source.feed(&mirror, &mut last, clock::now());
        (fed, last)
    });
    let fed = fed.await.map(|(fed, last)| {
        watched.last = last;
        fed
    });
    let up = matches!(fed, Ok(Ok(())));
    match fed {
        Ok(Ok(())) => watched.complained = false,
        Ok(Err(error)) if !std::mem::replace(&mut watched.complained, true) => {
            tracing::warn!(
                error = format!("{error:#}"),
                "a source of the register cannot be used"
            );
        }
        Ok(Err(_)) => {}
        Err(error) => tracing::error!(%error, "following the register failed"),
    }
    up
}

/// Asks a peer until everything is here.
async fn fetch(
    mirror: &Arc<Mirror>,
    control: &Control,
    peer: PeerId,
    protocol: &StreamProtocol,
) -> Result<()> {
    for _ in 0..ROUNDS {
        let ask = mirror.ask().to_bytes();
        let bytes = streams::ask(control, peer, protocol, &ask, MAX_ANSWER).await?;
        let mirror = mirror.clone();
        let taken = tokio::task::spawn_blocking(move || mirror.take(&Answer::parse(&bytes)?, clock::now()));
        if taken.await?? {
            return Ok(());
        }
    }
    bail!("the peer's register does not end");
}

/// Answers questions, as many at once as memory allows.
pub(crate) async fn serve(mut incoming: IncomingStreams, mirror: Arc<Mirror>) {
    let slots = Arc::new(Semaphore::new(QUESTIONS));
    while let Some((peer, stream)) = incoming.next().await {
        // Beyond this a stream is dropped without a word; its opener tries again.
        let Ok(slot) = slots.clone().try_acquire_owned() else {
            continue;
        };
        let mirror = mirror.clone();
        tokio::spawn(async move {
            let _slot = slot;
            match timeout(CALL, answer(stream, mirror)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%peer, %error, "a question was not answered"),
                Err(_) => tracing::debug!(%peer, "a question took too long and was ended"),
            }
        });
    }
}

async fn answer(mut stream: Stream, mirror: Arc<Mirror>) -> Result<()> {
    streams::accept(&mut stream).await?;
    let Some(question) = streams::question(&mut stream, MAX_ASK).await? else {
        return Ok(());
    };
    let Ok(ask) = Ask::parse(&question) else {
        return Ok(streams::refuse(&mut stream, Code::Malformed).await?);
    };
    let answer = tokio::task::spawn_blocking(move || mirror.answer(&ask)).await?;
    match answer {
        Ok(Some(answer)) => streams::answer(&mut stream, &answer).await?,
        Ok(None) => streams::refuse(&mut stream, Code::NotFound).await?,
        Err(error) => {
            tracing::error!(%error, "a question could not be answered");
            streams::refuse(&mut stream, Code::Internal).await?;
        }
    }
    Ok(())
}
