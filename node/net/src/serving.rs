//! Accepts streams and serves each in a task of its own, behind the gate.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::IncomingStreams;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::admission::Role;
use crate::case;
use crate::conduct::budget::Budget;
use crate::conduct::{Ban, Conduct, Misdeed};
use crate::driver::{Driver, Notice};
use crate::error::NetError;
use crate::host::{Host, RefusalCode};
use crate::live::{self, Lines, Mail};
use crate::package::{self, throttle::Throttle};
use crate::question;
use crate::streams;
use crate::transport::quic::Windows;

/// How long the accept byte may take to be taken.
const ACCEPT: Duration = Duration::from_secs(5);

/// How often what is not worth remembering is forgotten, and the ends of bans are told.
const TIDYING: Duration = Duration::from_millis(500);

/// Questions about the register that are answered at once.
const QUESTIONS: usize = 64;

/// Starts the tasks that answer others, and the one that tells the host. They end with the driver: a handle that is
/// still held somewhere keeps the protocols registered, and must not keep the host alive.
pub(crate) fn accept_streams(
    driver: &Driver,
    notices: mpsc::Receiver<Notice>,
    bans: mpsc::Receiver<Ban>,
    windows: &Windows,
    up: &Throttle,
    mail: &Mail,
) -> Result<(), NetError> {
    let accept = |protocol: &StreamProtocol| {
        driver
            .control
            .clone()
            .accept(protocol.clone())
            .map_err(|error| NetError::Transport(error.to_string()))
    };
    let (host, ended) = (driver.host.clone(), CancellationToken::new());
    tokio::spawn(notify(notices, host, ended.clone().drop_guard()));
    let serve = |work| tokio::spawn(until(ended.clone(), work));
    let (conduct, host) = (driver.conduct.clone(), driver.host.clone());
    serve(tell_bans(conduct.clone(), bans, host.clone()).boxed());
    serve(admissions(accept(&driver.protocols.admission)?, driver.admitter()).boxed());
    let (gate, limits) = (driver.gate.clone(), driver.limits.clone());
    let serving = Arc::new(Budget::of_places(limits.serving, limits.serving.div_ceil(3)));
    let (most, call, stall) = (limits.streams_per_peer, limits.call, limits.stall);
    serve(
        applications(
            accept(&driver.protocols.case)?,
            gate.clone(),
            conduct.clone(),
            most,
            {
                let (host, conduct) = (host.clone(), conduct.clone());
                move |stream, peer| {
                    let (host, conduct) = (host.clone(), conduct.clone());
                    async move { case::serve(stream, peer, host.as_ref(), call, &conduct).await }
                }
            },
        )
        .boxed(),
    );
    serve(
        questions(
            accept(&driver.protocols.register)?,
            gate.clone(),
            host.clone(),
            call,
            conduct.clone(),
        )
        .boxed(),
    );
    for work in lives(driver, accept(&driver.protocols.live)?, mail) {
        serve(work);
    }
    serve(
        applications(accept(&driver.protocols.package)?, gate, conduct.clone(), most, {
            let (windows, up) = (windows.clone(), up.clone());
            move |stream, peer| {
                let (host, serving, wide) = (host.clone(), serving.clone(), windows.widen(peer));
                let (up, conduct) = (up.clone(), conduct.clone());
                async move {
                    package::serve::serve(stream, peer, host, serving, stall, up, conduct).await;
                    drop(wide);
                }
            }
        })
        .boxed(),
    );
    Ok(())
}

/// Live frames: those of others, and what waits to be sent.
fn lives(driver: &Driver, incoming: IncomingStreams, mail: &Mail) -> [BoxFuture<'static, ()>; 2] {
    let (host, conduct, gate) = (driver.host.clone(), driver.conduct.clone(), driver.gate.clone());
    let (most, lines) = (driver.limits.streams_per_peer, Lines::default());
    let (control, protocol) = (driver.control.clone(), driver.protocols.live.clone());
    let sending = live::deliver(mail.clone(), control, gate.clone(), protocol);
    let taking = applications(
        incoming,
        gate.clone(),
        conduct.clone(),
        most,
        move |stream, peer| {
            let (host, conduct) = (host.clone(), conduct.clone());
            let (gate, lines) = (gate.clone(), lines.clone());
            async move { live::serve(stream, peer, host.as_ref(), (&gate, &lines), &conduct).await }
        },
    );
    [taking.boxed(), sending.boxed()]
}

/// Works until there is nothing more to do, or the driver has ended.
async fn until(ended: CancellationToken, work: BoxFuture<'static, ()>) {
    tokio::select! {
        () = work => {}
        () = ended.cancelled() => {}
    }
}

/// Tells the host; the guard is dropped when the driver is gone.
async fn notify(mut notices: mpsc::Receiver<Notice>, host: Arc<dyn Host>, _ended: DropGuard) {
    while let Some(notice) = notices.recv().await {
        match notice {
            Notice::Admitted(peer) => host.on_admitted(peer),
            Notice::Gone(peer) => host.on_gone(peer),
            Notice::RegisterSource(peer) => host.on_register_source(peer),
            Notice::Refused(peer, refusal, by_us) => host.on_refused(peer, refusal, by_us),
        }
    }
}

/// Tells the host of bans and of their ends.
async fn tell_bans(conduct: Conduct, mut bans: mpsc::Receiver<Ban>, host: Arc<dyn Host>) {
    let mut tick = tokio::time::interval(TIDYING);
    loop {
        tokio::select! {
            Some(ban) = bans.recv() => host.on_banned(ban),
            _ = tick.tick() => conduct.tidy().into_iter().for_each(|ban| host.on_ban_over(ban)),
        }
    }
}

async fn admissions(mut incoming: IncomingStreams, admitter: crate::driver::Admitter) {
    let refusals = Refusals::new();
    while let Some((peer, mut stream)) = incoming.next().await {
        let admitter = admitter.clone();
        let conduct = &admitter.conduct;
        let may = conduct
            .request(peer)
            .and_then(|()| admitter.gate.enter_admission(peer));
        match may {
            Ok(pass) => drop(tokio::spawn(async move {
                let _pass = pass;
                let said = timeout(ACCEPT, streams::accept(&mut stream)).await;
                if said.is_ok_and(|said| said.is_ok()) {
                    admitter.run(Role::Responder, stream, peer).await;
                }
            })),
            Err(code) => refusals.refuse(stream, code),
        }
    }
}

/// The register is public: whoever is connected may ask, as long as not too many do at once.
async fn questions(
    mut incoming: IncomingStreams,
    gate: crate::gate::Gate,
    host: Arc<dyn Host>,
    time: Duration,
    conduct: Conduct,
) {
    let slots = Arc::new(Semaphore::new(QUESTIONS));
    while let Some((peer, mut stream)) = incoming.next().await {
        // Beyond this many at once a stream is dropped without a word; its opener tries again.
        let Ok(slot) = slots.clone().try_acquire_owned() else {
            continue;
        };
        let pass = conduct.request(peer).and_then(|()| gate.enter_question(peer));
        let (host, conduct) = (host.clone(), conduct.clone());
        tokio::spawn(async move {
            let _slot = slot;
            match pass {
                Ok(_pass) => {
                    let said = timeout(ACCEPT, streams::accept(&mut stream)).await;
                    if said.is_ok_and(|said| said.is_ok()) {
                        question::serve(stream, peer, host.as_ref(), time, &conduct).await;
                    }
                }
                Err(code) => streams::refuse(stream, code).await,
            }
        });
    }
}

/// Every application stream passes here: who is not admitted gets a code and nothing else (R17).
async fn applications<F, S>(
    mut incoming: IncomingStreams,
    gate: crate::gate::Gate,
    conduct: Conduct,
    most: usize,
    serve: F,
) where
    F: Fn(Stream, PeerId) -> S + Clone + Send + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    let refusals = Refusals::new();
    while let Some((peer, mut stream)) = incoming.next().await {
        match conduct.request(peer).and_then(|()| gate.enter(peer, most)) {
            Ok(pass) => {
                // Within the task: a peer that reads nothing must not keep others waiting here.
                let serve = serve.clone();
                tokio::spawn(async move {
                    let _pass = pass;
                    if timeout(ACCEPT, streams::accept(&mut stream))
                        .await
                        .is_ok_and(|said| said.is_ok())
                    {
                        serve(stream, peer).await;
                    }
                });
            }
            Err(code) => {
                tracing::debug!(%peer, %code, "an application stream was refused");
                if code == RefusalCode::NotAdmitted {
                    conduct.charge(peer, Misdeed::WrongOrder);
                }
                refusals.refuse(stream, code);
            }
        }
    }
}

/// Refusals are bounded as well: beyond so many at once a stream is dropped without a word.
struct Refusals(Arc<Semaphore>);

impl Refusals {
    fn new() -> Self {
        Self(Arc::new(Semaphore::new(64)))
    }

    fn refuse(&self, stream: Stream, code: RefusalCode) {
        if let Ok(slot) = self.0.clone().try_acquire_owned() {
            tokio::spawn(async move {
                let _slot = slot;
                streams::refuse(stream, code).await;
            });
        }
    }
}
