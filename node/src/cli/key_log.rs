//! Forgets `SSLKEYLOGFILE`: libp2p's TLS would write the keys of every connection into the file that it names.

use std::env;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

const VARIABLE: &str = "SSLKEYLOGFILE";

/// Starts this program anew without the variable when it is set. (Changing a process's own environment is unsafe
/// code in Rust; a new start is not.)
///
/// # Errors
/// When the program cannot be started anew; it must not go on then.
pub(crate) fn forget() -> io::Result<()> {
    if env::var_os(VARIABLE).is_none() {
        return Ok(());
    }
    Err(Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env_remove(VARIABLE)
        .exec())
}
