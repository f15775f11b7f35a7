//! The repository: its folders, and commands in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The UI's sources.
pub(crate) fn ui() -> PathBuf {
    root().join("app/ui")
}

/// The programs of the profile that this program was itself built with, or of the given one.
pub(crate) fn bin_dir(profile: &str) -> PathBuf {
    match std::env::var_os(dokuei_tests::programs::BIN_DIR) {
        Some(dir) => dir.into(),
        None => dokuei_tests::fixtures::target_dir().join(profile),
    }
}

/// A command of cargo in the root, with the cargo that started us.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(words).current_dir(root());
    // What `cargo run` sets for this program must not reach the build of another.
    for inherited in [
        "CARGO_MANIFEST_DIR",
        "CARGO_PKG_NAME",
        "CARGO_PKG_VERSION",
        "CARGO_MANIFEST_PATH",
    ] {
        command.env_remove(inherited);
    }
    command
}

/// A command of npm in the UI's folder.
pub(crate) fn npm(words: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command
        .args(words)
        .current_dir(ui())
        .env("npm_config_fund", "false")
        .env("npm_config_audit", "false");
    command
}

/// Runs a command whose output the person sees.
///
/// # Errors
/// When it cannot be started or fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let arguments = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(program)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
        assert!(root().join("xtask/Cargo.toml").is_file());
    }

    #[test]
    fn a_failed_command_is_shown_as_typed() {
        let error = run(Command::new("/bin/false").arg("--now"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("`false --now` failed"), "{error}");
    }
}
