//! Files that survive a crash: written beside, flushed, renamed, and the directory flushed.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use dokuei_identity::keystore;
use dokuei_identity::passphrase::{self, Rule};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// The largest file that is read, bytes (the register apart).
const MAX_FILE: u64 = 1 << 20;
/// The largest revocation list that is read, bytes of PEM.
const MAX_LIST: u64 = 2 << 20;

/// Writes a whole file durably; either the old or the new content is there after a crash.
pub(crate) fn write(path: &Path, content: &[u8], private: bool) -> Result<(), Failure> {
    let failed = |source| Failure::storage("written", path, source);
    let beside = with_suffix(path, ".new");
    let mut file = options(private)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&beside)
        .map_err(failed)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)?;
    sync_parent(path)
}

/// Reads a file of reasonable size; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_up_to(path, MAX_FILE)
}

/// Reads a revocation list, PEM.
pub(crate) fn read_list(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read_up_to(path, MAX_LIST)?)
        .map_err(|_| Failure::storage("read", path, std::io::Error::other("it is not UTF-8 text")))
}

/// Reads a file of at most so many bytes.
pub(crate) fn read_large(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    read_up_to(path, limit)
}

fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let failed = |source| Failure::storage("read", path, source);
    let mut content = Vec::new();
    let reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).map_err(failed)?)
    };
    reader.take(limit + 1).read_to_end(&mut content).map_err(failed)?;
    if content.len() as u64 > limit {
        return Err(failed(std::io::Error::other(format!(
            "it is larger than {} MiB",
            limit >> 20
        ))));
    }
    Ok(content)
}

/// Reads text.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read(path)?)
        .map_err(|_| Failure::storage("read", path, std::io::Error::other("it is not UTF-8 text")))
}

/// Writes what a command gives out: to a file, or to standard output.
pub(crate) fn give_out(out: Option<&Path>, text: &str) -> Result<(), Failure> {
    match out {
        Some(path) => write(path, text.as_bytes(), false),
        None => std::io::stdout()
            .write_all(text.as_bytes())
            .map_err(|source| Failure::storage("written", Path::new("standard output"), source)),
    }
}

/// The operator's passphrase: the file's first line, else a question at the terminal.
pub(crate) fn passphrase(file: Option<&PathBuf>) -> Result<Zeroizing<String>, Failure> {
    let passphrase = match file {
        Some(path) => first_line(path)?,
        None => ask("Operator's passphrase: ")?,
    };
    keystore::check_passphrase(&passphrase)?;
    Ok(passphrase)
}

/// A passphrase that is chosen now: the file's first line, else a question at the terminal. It is held to the ministry's
/// rule; `known` is what anybody knows of whom it is for.
pub(crate) fn new_passphrase(file: Option<&PathBuf>, known: &[&str]) -> Result<Zeroizing<String>, Failure> {
    let chosen = match file {
        Some(path) => first_line(path)?,
        None => ask("New passphrase: ")?,
    };
    passphrase::check(&chosen, Rule::Alone, known)?;
    if file.is_none() && *ask("The same again: ")? != *chosen {
        return Err(Failure::Usage(
            "the two passphrases differ; nothing was changed".to_owned(),
        ));
    }
    Ok(chosen)
}

fn first_line(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = Zeroizing::new(read_text(path)?);
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn ask(question: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(|_| {
            Failure::Usage("there is no terminal to ask for the passphrase; use --passphrase-file".to_owned())
        })
}

fn options(private: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    options
}

pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(crate) fn sync_parent(path: &Path) -> Result<(), Failure> {
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    File::open(parent)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| Failure::storage("flushed", parent, source))
}

/// Whether other users of this computer can enter a directory.
pub(crate) fn world_can_read(dir: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(dir).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = dir;
        false
    }
}
