//! Helps peers to find and reach each other; holds no image and can read or forge nothing.
//!
//! A bootstrap node answers "who is in this network and where" (rendezvous, Kademlia), tells a peer whether others can
//! reach it (AutoNAT v2), and forwards the end-to-end encrypted bytes of peers that cannot reach each other directly
//! (relay v2). With a network's root it also mirrors the register of credentials, which is public and signed, and keeps
//! applications that are sealed to the registry. It has one key, its own, and knows no case.

mod arguments;
mod clock;
mod config;
mod disk;
mod drop_box;
mod gossip;
mod health;
mod http;
mod key;
mod limits;
mod listen;
mod memory;
mod meters;
mod network;
mod register;
mod relay;
mod rendezvous;
mod run;
mod server;
mod state;
mod streams;
mod transport;
mod whereabouts;

use std::process::ExitCode;
#[cfg(unix)]
use std::sync::{Arc, atomic::AtomicBool};

use clap::Parser as _;

use arguments::{Arguments, Command, ConfigCommand};

/// Exit codes, as in the help.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    if let Err(error) = shed_key_log() {
        eprintln!("dokuei-bootstrap: {error:#}");
        return ExitCode::from(FAILED);
    }
    let arguments = Arguments::parse();
    if !matches!(arguments.command, Command::Run(_))
        && let Err(error) = end_with_the_reader()
    {
        eprintln!("dokuei-bootstrap: {error}");
        return ExitCode::from(FAILED);
    }
    let outcome = match arguments.command {
        Command::Run(options) => config::resolve(*options).and_then(run::run),
        Command::Config(ConfigCommand::Check(options)) => {
            config::resolve(*options).and_then(|config| config::check::check(&config))
        }
        Command::Config(ConfigCommand::Example) => {
            print!("{}", config::check::EXAMPLE);
            Ok(())
        }
        Command::Completion { shell } => {
            arguments::completion(shell);
            Ok(())
        }
        Command::Manual { folder } => arguments::manual(&folder),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dokuei-bootstrap: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

/// Lets the program end, quietly, when nobody reads any more what it prints (`… | head`). Rust ignores SIGPIPE, and printing
/// would panic instead. Not for a program that serves: it goes on without a reader.
#[cfg(unix)]
fn end_with_the_reader() -> std::io::Result<()> {
    use signal_hook::{consts::SIGPIPE, flag::register_conditional_default};

    register_conditional_default(SIGPIPE, Arc::new(AtomicBool::new(true))).map(drop)
}

#[cfg(not(unix))]
fn end_with_the_reader() -> std::io::Result<()> {
    Ok(())
}

/// libp2p-tls writes session secrets to the file that `SSLKEYLOGFILE` names. Whoever sets that variable for us must not
/// get them: start again without it. (Removing a variable from a running process is unsafe in edition 2024.)
#[cfg(unix)]
fn shed_key_log() -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;

    if std::env::var_os("SSLKEYLOGFILE").is_none() {
        return Ok(());
    }
    let program = std::env::current_exe()?;
    // Returns only when it fails.
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env_remove("SSLKEYLOGFILE")
        .exec();
    Err(anyhow::Error::from(error)
        .context("cannot start again without SSLKEYLOGFILE; unset it and try again"))
}

/// As on Unix, but where a process cannot replace itself it refuses.
#[cfg(not(unix))]
fn shed_key_log() -> anyhow::Result<()> {
    anyhow::ensure!(
        std::env::var_os("SSLKEYLOGFILE").is_none(),
        "SSLKEYLOGFILE is set and would give away session secrets; unset it and try again"
    );
    Ok(())
}
