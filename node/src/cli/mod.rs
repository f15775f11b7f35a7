//! The command line: reads what is wanted, does it here or asks the running node, tells how it went.

mod agreement;
mod apply;
mod archive;
mod args;
mod audit;
mod case;
mod client;
mod compare;
mod consult;
mod directory;
mod doctor;
mod duty;
mod error;
mod fetch;
mod governance;
mod hand_over;
mod hints;
mod incident;
mod init;
mod job;
mod key_log;
mod media;
mod notices;
mod output;
mod passphrase;
mod peers;
mod register;
mod relocation;
mod retention;
mod run;
mod security;
mod session;
mod study;
mod template;
mod transfer;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::{CommandFactory, Parser};

use self::args::{Cli, Command};
use self::error::{CliError, Outcome};
use crate::data_dir::DataDir;

/// Runs the program; gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    if let Err(error) = key_log::forget() {
        eprintln!("dokuei: {error}");
        return ExitCode::FAILURE;
    }
    let cli = Cli::parse();
    if !matches!(cli.command, Command::Run(_))
        && let Err(error) = end_with_the_reader()
    {
        eprintln!("dokuei: {error}");
        return ExitCode::FAILURE;
    }
    let dir = cli
        .data_dir
        .clone()
        .map_or_else(DataDir::by_convention, DataDir::at);
    match dispatch(&dir, cli.command, cli.json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::failure(&error, cli.json);
            error.failure.exit_code()
        }
    }
}

/// Lets the program end, quietly, when nobody reads any more what it prints (`… | head`). Rust ignores SIGPIPE, and printing
/// would panic instead. Not for a program that serves: it goes on without a reader.
fn end_with_the_reader() -> std::io::Result<()> {
    use signal_hook::{consts::SIGPIPE, flag::register_conditional_default};

    register_conditional_default(SIGPIPE, Arc::new(AtomicBool::new(true))).map(drop)
}

fn dispatch(dir: &DataDir, command: Command, as_json: bool) -> Outcome {
    match command {
        Command::Init(init) => init::init(dir, &init, as_json),
        Command::Identity(identity) => init::identity(dir, identity, as_json),
        Command::Run(run) => run::run(dir, &run, as_json),
        Command::Status => session::status(dir, as_json),
        Command::SignIn(sign_in) => session::sign_in(dir, &sign_in, as_json),
        Command::SignOut => session::sign_out(dir, as_json),
        Command::Passphrase(passphrase) => security::passphrase(dir, &passphrase, as_json),
        Command::SecondFactor(factor) => security::second_factor(dir, &factor, as_json),
        Command::Recovery(recovery) => security::recovery(dir, &recovery, as_json),
        Command::Move(command) => relocation::run(dir, &command, as_json),
        Command::Study(study) => study::run(dir, study, as_json),
        Command::Archive(command) => archive::run(dir, command, as_json),
        Command::Directory(query) => directory::search(dir, &query, as_json),
        Command::Profile(command) => directory::profile(dir, *command, as_json),
        Command::Agreement(agreement) => agreement::run(dir, agreement, as_json),
        Command::Consult(consult) => consult::run(dir, consult, as_json),
        Command::Urgent(command) => duty::urgent(dir, command, as_json),
        Command::Duties => duty::duties(dir, as_json),
        Command::Notices(command) => notices::run(dir, command, as_json),
        Command::Media(command) => media::run(dir, command, as_json),
        Command::Outbox => transfer::outbox(dir, as_json),
        Command::Peers(command) => peers::run(dir, &command, as_json),
        Command::Bandwidth(command) => transfer::bandwidth(dir, command, as_json),
        Command::Register(command) => register::run(dir, command, as_json),
        Command::Audit(command) => audit::run(dir, command, as_json),
        Command::Case(command) => case::run(dir, command, as_json),
        Command::Template(command) => template::run(dir, command, as_json),
        Command::Policy(command) => governance::policy(dir, command, as_json),
        Command::Governance(command) => governance::run(dir, command, as_json),
        Command::HandOver(command) => hand_over::run(dir, command, as_json),
        Command::Retention(command) => retention::run(dir, command, as_json),
        Command::Incident(command) => incident::run(dir, command, as_json),
        Command::Doctor(doctor) => doctor::run(dir, &doctor, as_json),
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "dokuei", &mut std::io::stdout());
            Ok(())
        }
        Command::Manual { folder } => clap_mangen::generate_to(Cli::command(), &folder).map_err(|error| {
            CliError::refused(
                "manual_not_written",
                format!(
                    "the manual pages cannot be written to {}: {error}",
                    folder.display()
                ),
                "name a folder that exists and may be written",
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
