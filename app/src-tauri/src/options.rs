//! What the user said on the command line and in the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use directories::ProjectDirs;

use crate::error::StartError;

/// Shown by `--help`.
pub(crate) const HELP: &str = "\
Dokuei, the desktop window

Usage: dokuei-app [--data-dir DIR] [-- ARGUMENTS OF `dokuei run`]

Attaches to the node that runs on DIR, or starts one there and stops it when the window closes.

  --data-dir DIR   the node's data directory (or DOKUEI_DATA_DIR; else the user's own)
  DOKUEI_BIN       the program `dokuei`, when it does not lie beside this one";

/// Where the node is and how to start it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The node's data directory.
    pub(crate) data_dir: PathBuf,
    /// Handed on to `dokuei run`.
    pub(crate) run_arguments: Vec<OsString>,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Open the window.
    Open(Options),
    /// Print [`HELP`].
    Help,
}

impl Wish {
    /// Reads the arguments (without the program's name); `data_dir_env` is DOKUEI_DATA_DIR.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = OsString>,
        data_dir_env: Option<OsString>,
    ) -> Result<Self, StartError> {
        let mut data_dir = data_dir_env.filter(|value| !value.is_empty()).map(PathBuf::from);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy();
            if text == "--" {
                break;
            } else if text == "--help" || text == "-h" {
                return Ok(Self::Help);
            } else if text == "--data-dir" {
                let value = arguments.next().ok_or(StartError::NoDataDir)?;
                data_dir = Some(PathBuf::from(value));
            } else if let Some(value) = text.strip_prefix("--data-dir=") {
                data_dir = Some(PathBuf::from(value));
            } else {
                return Err(StartError::UnknownArgument(text.into_owned()));
            }
        }
        Ok(Self::Open(Options {
            data_dir: data_dir.unwrap_or_else(data_dir_by_convention),
            run_arguments: arguments.collect(),
        }))
    }
}

/// The same place where `dokuei` looks when it is not told.
fn data_dir_by_convention() -> PathBuf {
    ProjectDirs::from("jp", "dokuei", "dokuei").map_or_else(
        || PathBuf::from("dokuei-data"),
        |dirs| dirs.data_local_dir().to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str], env: Option<&str>) -> Result<Wish, StartError> {
        Wish::read(arguments.iter().map(OsString::from), env.map(OsString::from))
    }

    fn open(data_dir: &str, run_arguments: &[&str]) -> Wish {
        Wish::Open(Options {
            data_dir: PathBuf::from(data_dir),
            run_arguments: run_arguments.iter().map(OsString::from).collect(),
        })
    }

    #[test]
    fn the_flag_prevails_over_the_environment() {
        assert_eq!(read(&["--data-dir", "/a"], Some("/b")).unwrap(), open("/a", &[]));
        assert_eq!(read(&["--data-dir=/a"], None).unwrap(), open("/a", &[]));
        assert_eq!(read(&[], Some("/b")).unwrap(), open("/b", &[]));
    }

    #[test]
    fn an_empty_environment_variable_counts_as_none() {
        assert_eq!(read(&[], Some("")).unwrap(), read(&[], None).unwrap());
    }

    #[test]
    fn what_follows_two_dashes_is_for_the_node() {
        let wish = read(&["--data-dir", "/a", "--", "--listen", "--help"], None).unwrap();
        assert_eq!(wish, open("/a", &["--listen", "--help"]));
    }

    #[test]
    fn help_and_mistakes() {
        assert_eq!(read(&["--help"], None).unwrap(), Wish::Help);
        assert!(matches!(read(&["--data-dir"], None), Err(StartError::NoDataDir)));
        assert!(matches!(read(&["--port"], None), Err(StartError::UnknownArgument(a)) if a == "--port"));
    }
}
