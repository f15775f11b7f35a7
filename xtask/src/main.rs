//! `cargo xtask demo|test|bench|dist|pictures|check`: everything that is done with the whole repository.
//!
//! No task is written in a shell script or in the CI's own language: `.ci/run` calls `cargo xtask test` and nothing
//! else, so what CI does is what everybody can do at home.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod check;
mod console;
mod demo;
mod dist;
mod failures;
mod packages;
mod pictures;
mod project;
mod suite;
mod test_programs;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dokuei_tests::ending;

/// Tasks of the whole repository.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Watch a consultation: separate programs, a real study, a signed report, and proofs of every claim
    Demo(demo::Options),
    /// Check, lint, build and test everything; what CI runs
    Test(suite::Options),
    /// Measure what the programs take in time and memory, against the limits that are promised
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Make the Debian packages, and try them in a copy of this system
    Dist(dist::Options),
    /// Make the pictures of the documents of the screenshots that the tests in a browser left
    Pictures(pictures::Options),
    /// Compare docs/architecture.md, the layers and the house rules with the sources
    Check,
}

fn main() -> ExitCode {
    let handled = ctrlc::set_handler(|| {
        // Not `complain`: it may be for want of a reader that all is stopped.
        let _ = writeln!(std::io::stderr(), "\nstopping every program …");
        stop(130);
    });
    let done = handled
        .map_err(anyhow::Error::from)
        .and_then(|()| match Arguments::parse().task {
            Task::Demo(options) => demo::run(&options),
            Task::Test(options) => suite::run(&options),
            Task::Bench(which) => bench::run(&which),
            Task::Dist(options) => dist::run(&options),
            Task::Pictures(options) => pictures::take(&options),
            Task::Check => check::run(),
        });
    wait_if_stopped();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Ends every program that a task has started, removes what it wrote meanwhile, and ends the task with this exit code.
fn stop(code: i32) -> ! {
    ending::stop_all();
    std::process::exit(code)
}

/// Does not go on when all is being stopped: that programs are gone and steps fail is no news then.
fn wait_if_stopped() {
    while ending::is_stopping() {
        std::thread::park();
    }
}
