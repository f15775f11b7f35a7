//! The registry operator's program: issues, renews and revokes credentials.

mod cli;
mod failure;
mod files;

mod applications;
mod bootstraps;
mod bulk;
mod ceremony;
mod credentials;
mod doctor;
mod journal;
mod log;
mod operators;
mod registry;

mod api;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let json = arguments.json;
    if !arguments.serves()
        && let Err(error) = end_with_the_reader()
    {
        eprintln!("dokuei-registry: {error}");
        return ExitCode::FAILURE;
    }
    // Its answer is its exit code, and it needs no registry.
    if let Some(asked) = arguments.verification() {
        return verify::run(asked, json);
    }
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}

/// Lets the program end, quietly, when nobody reads any more what it prints (`… | head`). Rust ignores SIGPIPE, and printing
/// would panic instead. Not for a program that serves: it goes on without a reader.
fn end_with_the_reader() -> std::io::Result<()> {
    use signal_hook::{consts::SIGPIPE, flag::register_conditional_default};

    register_conditional_default(SIGPIPE, Arc::new(AtomicBool::new(true))).map(drop)
}
