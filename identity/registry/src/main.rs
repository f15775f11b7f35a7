//! The registry operator's program: issues, renews and revokes credentials.

mod cli;
mod failure;
mod files;
mod init;
mod issue;
mod register;
mod registry;
mod revoke;
mod serve;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let json = arguments.json;
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}
