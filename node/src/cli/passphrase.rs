//! Where passphrases come from: a file, the keyring of the system, systemd's credentials directory, or the terminal.

use std::env;
use std::fs;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dokuei_identity::passphrase::{self as rule, PassphraseError, Rule};
use dokuei_identity::policy::Start;
use zeroize::Zeroizing;

use super::args::NodePassphrase;
use super::error::{CliError, Outcome};

/// The most that a passphrase command may print, bytes.
const MAX_PRINTED: u64 = 4096;

/// The passphrase that unlocks the node: of the file that was named, of the command, else systemd's credential
/// `dokuei-passphrase`, else asked on the terminal. And whether a person gave it: a file that lies on the disk, a
/// keyring and a credential open the node for whoever switches the machine on. A pipe is somebody's who asked.
///
/// # Errors
/// When there is no such file and no terminal to ask on, or the command gives none.
pub(crate) fn of_node(from: &NodePassphrase, again: bool) -> Outcome<(Zeroizing<String>, Start)> {
    let credential = env::var_os("CREDENTIALS_DIRECTORY")
        .map(|directory| PathBuf::from(directory).join("dokuei-passphrase"))
        .filter(|path| path.exists());
    if let (None, Some(command)) = (&from.passphrase_file, &from.passphrase_command) {
        return Ok((printed(command)?, Start::Unattended));
    }
    let file = from.passphrase_file.as_deref().or(credential.as_deref());
    let lies = file.is_some_and(|path| fs::metadata(path).is_ok_and(|file| file.is_file()));
    let start = if lies {
        Start::Unattended
    } else {
        Start::Passphrase
    };
    Ok((read(file, "Node passphrase", again)?, start))
}

/// What a command prints, without the line end. What it says of errors goes where ours go.
fn printed(command: &str) -> Outcome<Zeroizing<String>> {
    let failed = |why: &str| {
        CliError::refused(
            "passphrase_command_failed",
            format!("the passphrase command gave no passphrase: {why}"),
            "run it by itself to see why; a keyring must be unlocked and hold the passphrase",
        )
    };
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error.to_string()))?;
    let mut text = Zeroizing::new(String::with_capacity(MAX_PRINTED as usize + 1));
    let outcome = child
        .stdout
        .take()
        .map_or(Ok(0), |out| out.take(MAX_PRINTED + 1).read_to_string(&mut text));
    let too_much = text.len() as u64 > MAX_PRINTED;
    if too_much {
        // It would go on for ever; an error says that it has ended.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| failed(&error.to_string()))?;
    outcome.map_err(|error| failed(&error.to_string()))?;
    let phrase = text.trim_end_matches(['\r', '\n']);
    match (too_much, status.success(), phrase.is_empty()) {
        (true, ..) => Err(failed("it printed too much")),
        (_, false, _) => Err(failed(&format!("it failed ({status})"))),
        (_, _, true) => Err(failed("it printed nothing")),
        _ => Ok(Zeroizing::new(phrase.to_owned())),
    }
}

/// A practitioner's passphrase: the file that was named, else asked on the terminal.
///
/// # Errors
/// When there is no such file and no terminal to ask on.
pub(crate) fn of_practitioner(file: Option<&Path>, again: bool) -> Outcome<Zeroizing<String>> {
    read(file, "Practitioner's passphrase", again)
}

/// The passphrase under which a moved node travelled.
///
/// # Errors
/// When there is no such file and no terminal to ask on.
pub(crate) fn of_move(file: Option<&Path>) -> Outcome<Zeroizing<String>> {
    read(file, "Passphrase for the way", false)
}

/// A passphrase that takes the place of another: the file that was named, else asked twice on the terminal.
///
/// # Errors
/// When there is no such file and no terminal to ask on.
pub(crate) fn new_one(file: Option<&Path>) -> Outcome<Zeroizing<String>> {
    read(file, "New passphrase", true)
}

/// Whether a passphrase may be chosen that stands alone; `known` is what anybody knows of its owner.
///
/// # Errors
/// What to choose instead.
pub(crate) fn may_choose(passphrase: &str, known: &[&str]) -> Outcome {
    rule::check(passphrase, Rule::Alone, known).map_err(refused)
}

/// A passphrase that may not be chosen.
pub(crate) fn refused(error: PassphraseError) -> CliError {
    CliError::refused(error.code(), error.to_string(), "")
}

/// The sheets of a recovery kit: the file that was named, one sheet a line, else asked on the terminal.
///
/// # Errors
/// When there is no such file and no terminal to ask on.
pub(crate) fn sheets(file: Option<&Path>) -> Outcome<Vec<Zeroizing<String>>> {
    if file.is_some() {
        let text = read(file, "", false)?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        return Ok(lines.map(|line| Zeroizing::new(line.to_owned())).collect());
    }
    let mut all = vec![read(None, "First sheet of the recovery kit", false)?];
    loop {
        let next = ask("Next sheet (empty when there is none)")?;
        if next.is_empty() {
            return Ok(all);
        }
        all.push(next);
    }
}

fn read(file: Option<&Path>, what: &str, again: bool) -> Outcome<Zeroizing<String>> {
    if let Some(path) = file {
        let text = fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
            CliError::refused(
                "passphrase_file_unreadable",
                format!("the passphrase file {} cannot be read: {error}", path.display()),
                "name a readable file with --passphrase-file",
            )
        })?;
        return Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if !std::io::stdin().is_terminal() {
        return Err(CliError::refused(
            "passphrase_missing",
            "there is no terminal to ask for the passphrase on",
            "put it into a file that only you can read and name it with --passphrase-file",
        ));
    }
    let typed = ask(what)?;
    if again && *ask(&format!("{what}, again"))? != *typed {
        return Err(CliError::refused(
            "passphrases_differ",
            "the two passphrases differ",
            "try again",
        ));
    }
    Ok(typed)
}

/// A code of the second factor, asked on the terminal.
///
/// # Errors
/// When nothing was typed.
pub(crate) fn code() -> Outcome<Zeroizing<String>> {
    ask("Code of the second factor")
}

fn ask(what: &str) -> Outcome<Zeroizing<String>> {
    rpassword::prompt_password(format!("{what}: "))
        .map(Zeroizing::new)
        .map_err(|error| CliError::refused("passphrase_missing", format!("nothing was typed: {error}"), ""))
}
