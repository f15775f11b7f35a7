//! `dokuei run`: the node itself.

use std::io::{self, IsTerminal, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use dokuei_net::Multiaddr;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::args::Run;
use super::error::{CliError, Failure, Outcome};
use super::init;
use crate::config::Config;
use crate::data_dir::{DataDir, write_durably};
use crate::gateway;
use crate::service::Node;
use crate::service::error::{Blame, ServiceError};
use crate::service::status::Meeting;
use crate::token::Token;

/// Threads of the API, of its own: what hundreds of peers send keeps those of the network busy, and whoever sits before
/// the screen is to notice nothing of it.
const API_THREADS: usize = 2;

/// Answers of the API that wait for the disk at once.
const API_WAITING: usize = 64;

/// Threads for what waits for the disk: each package that is being received has one that writes it and one that opens
/// what has come of it.
const RECEIVING_THREADS: usize = 1_024;

/// How long work may still take when the node ends.
const ENDING: Duration = Duration::from_secs(10);

/// Runs the node until SIGTERM or Ctrl-C.
///
/// # Errors
/// When it cannot be unlocked, its store cannot be opened, or an address is taken.
pub(crate) fn run(dir: &DataDir, command: &Run, as_json: bool) -> Outcome {
    start_logging();
    let (secrets, start) = init::unlock_to_run(dir, &command.passphrase)?;
    let config = Config::read(dir)
        .map_err(|error| CliError::refused("bad_config", error.to_string(), "correct the settings file"))?;
    let meeting = meeting(&config, command)?;
    let listen = command.api.unwrap_or(config.api.listen);
    if !listen.ip().is_loopback() {
        return Err(CliError::refused(
            "not_loopback",
            format!("the API would listen on {listen}, which others can reach"),
            "use an address of this machine alone, e.g. 127.0.0.1:4680",
        ));
    }
    let ui = ui_dir(&config, command);
    let node = Node::open(dir.clone(), config, secrets, start).map_err(|error| cannot_start(&error))?;
    if let Err(error) = node.may_work() {
        tracing::warn!(code = error.code(), %error, "until then nothing is done here but to follow the register");
    }
    // The store is ours now: what an earlier run left behind when it was killed is of no use to anybody.
    let _ = std::fs::remove_file(dir.api_address());
    let _ = std::fs::remove_file(dir.session_token());
    let no_runtime = |error: io::Error| {
        CliError::refused("no_runtime", format!("the system gives no threads: {error}"), "")
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(RECEIVING_THREADS)
        .build()
        .map_err(no_runtime)?;
    let doors = tokio::runtime::Builder::new_multi_thread()
        .thread_name("api")
        .worker_threads(API_THREADS)
        .max_blocking_threads(API_WAITING)
        .enable_all()
        .build()
        .map_err(no_runtime)?;
    let outcome = runtime.block_on(serve(dir, node, meeting, listen, (ui, doors.handle()), as_json));
    // Work that waits for the disk is let finish; what is half done is taken up at the next start.
    let end = Instant::now() + ENDING;
    runtime.shutdown_timeout(ENDING);
    doors.shutdown_timeout(end.saturating_duration_since(Instant::now()));
    outcome
}

async fn serve(
    dir: &DataDir,
    node: Node,
    meeting: Meeting,
    listen: SocketAddr,
    (ui, doors): (Option<PathBuf>, &Handle),
    as_json: bool,
) -> Outcome {
    let taken = |error: io::Error| address_taken(&listen.to_string(), &error);
    let bound = TcpListener::bind(listen).await.map_err(taken)?;
    let address = bound.local_addr().map_err(taken)?;
    let bound = bound.into_std().map_err(taken)?;
    node.join(meeting).await.map_err(|error| {
        CliError::refused(
            "cannot_listen",
            format!("the node cannot listen for other nodes: {error}"),
            "stop the program that uses the port, or choose another with --listen",
        )
    })?;
    node.receive()
        .await
        .map_err(|error| CliError::refused("cannot_listen_dicom", error.to_string(), error.next()))?;
    node.watch();
    node.scan_images();
    node.forward_audit();
    node.tell_outside();
    node.follow_successions();
    // Before anybody can read where the node is, and stop it.
    let stop = stop_on_signal().map_err(|error| {
        CliError::refused(
            "no_signals",
            format!("the node could not be stopped by a signal: {error}"),
            "",
        )
    })?;
    let token = Token::generate();
    let api = format!("http://{address}");
    let told = json!({"api": api, "pid": std::process::id()});
    write_durably(&dir.api_token(), token.expose().as_bytes()).map_err(|error| cannot_write(&error))?;
    write_durably(&dir.api_address(), told.to_string().as_bytes()).map_err(|error| cannot_write(&error))?;
    let told = if as_json {
        format!("{told:#}")
    } else {
        format!("the node is running; the app is at {api}/")
    };
    // It runs whether anybody reads this or not.
    let _ = writeln!(io::stdout(), "{told}");
    let router = gateway::at_port(gateway::router(node.clone(), token, ui), address.port());
    let ending = stop.clone().cancelled_owned();
    let served = doors.spawn(async move {
        let listener = TcpListener::from_std(bound)?;
        axum::serve(listener, router).with_graceful_shutdown(ending).await
    });
    // A browser that listens to events would hold a graceful end up for ever.
    let outcome = tokio::select! {
        outcome = served => outcome.unwrap_or_else(|error| Err(io::Error::other(error))),
        () = node.wiped() => {
            node.leave().await;
            let gone = ServiceError::Wiped;
            return Err(CliError::refused(gone.code(), gone.to_string(), gone.next()));
        }
        () = async { stop.cancelled().await; tokio::time::sleep(std::time::Duration::from_secs(2)).await } => Ok(()),
    };
    node.leave().await;
    let _ = std::fs::remove_file(dir.api_address());
    let _ = std::fs::remove_file(dir.session_token());
    outcome.map_err(|error| {
        CliError::refused(
            "api_failed",
            format!("the API ended: {error}"),
            "start the node again",
        )
    })
}

/// Listens for SIGTERM and Ctrl-C from now on.
fn stop_on_signal() -> io::Result<CancellationToken> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        told.cancel();
    });
    Ok(stop)
}

/// Flags and environment prevail over the file.
fn meeting(config: &Config, command: &Run) -> Outcome<Meeting> {
    let choose = |given: &[String], filed: &[String]| {
        let texts = if given.is_empty() { filed } else { given };
        texts
            .iter()
            .map(|text| multiaddr(text))
            .collect::<Outcome<Vec<_>>>()
    };
    Ok(Meeting {
        listen: choose(&command.listen, &config.network.listen)?,
        bootstraps: choose(&command.bootstrap, &config.network.bootstrap)?,
        peers: choose(&[], &config.network.peers)?,
        discovery: config.network.discovery,
        mdns: config.network.mdns,
    })
}

fn multiaddr(text: &str) -> Outcome<Multiaddr> {
    text.parse().map_err(|error| {
        CliError::refused(
            "bad_address",
            format!("{text} is not a multiaddress: {error}"),
            "write it like /ip4/192.0.2.1/udp/4600/quic-v1",
        )
    })
}

/// The app's files: named, else beside the program.
fn ui_dir(config: &Config, command: &Run) -> Option<PathBuf> {
    let beside = || {
        let program = std::env::current_exe().ok()?;
        let share = program.parent()?.parent()?.join("share/dokuei/ui");
        share.join("index.html").exists().then_some(share)
    };
    command
        .ui_dir
        .clone()
        .or_else(|| config.api.ui_dir.clone())
        .or_else(beside)
}

fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DOKUEI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,dokuei_node=info,dokuei_net=info"));
    // Standard error: standard output is for what was asked.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        // What cannot be written there cannot be told there either.
        .log_internal_errors(false)
        .try_init();
}

fn cannot_start(error: &ServiceError) -> CliError {
    let failure = if error.blame() == Blame::Storage {
        Failure::Storage
    } else {
        Failure::Refused
    };
    CliError::new(
        failure,
        error.code(),
        format!("the node cannot start: {error}"),
        error.next(),
    )
}

fn address_taken(address: &str, error: &io::Error) -> CliError {
    CliError::refused(
        "address_taken",
        format!("the API cannot listen on {address}: {error}"),
        "stop the program that uses it, or choose another address with --api (127.0.0.1:0 takes a free port)",
    )
}

fn cannot_write(error: &io::Error) -> CliError {
    CliError::new(
        Failure::Storage,
        "cannot_write",
        format!("the data directory cannot be written: {error}"),
        "make room on the disk",
    )
}
