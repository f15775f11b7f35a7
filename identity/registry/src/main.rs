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

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let json = arguments.json;
    // Its answer is its exit code, and it needs no registry.
    if let Some(asked) = arguments.verification() {
        return verify::run(asked, json);
    }
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}
