//! Where passphrases come from: a file, systemd's credentials directory, or the terminal.

use std::env;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::{CliError, Outcome};

/// The passphrase that unlocks the node: the file that was named, else systemd's credential `dokuei-passphrase`,
/// else asked on the terminal.
///
/// # Errors
/// When there is no such file and no terminal to ask on.
pub(crate) fn of_node(file: Option<&Path>, again: bool) -> Outcome<Zeroizing<String>> {
    let credential = env::var_os("CREDENTIALS_DIRECTORY")
        .map(|directory| PathBuf::from(directory).join("dokuei-passphrase"))
        .filter(|path| path.exists());
    read(file.or(credential.as_deref()), "Node passphrase", again)
}

/// A practitioner's passphrase: the file that was named, else asked on the terminal.
///
/// # Errors
/// When there is no such file and no terminal to ask on.
pub(crate) fn of_practitioner(file: Option<&Path>, again: bool) -> Outcome<Zeroizing<String>> {
    read(file, "Practitioner's passphrase", again)
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

fn ask(what: &str) -> Outcome<Zeroizing<String>> {
    rpassword::prompt_password(format!("{what}: "))
        .map(Zeroizing::new)
        .map_err(|error| CliError::refused("passphrase_missing", format!("nothing was typed: {error}"), ""))
}
