//! What the user said on the command line and in the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use directories::ProjectDirs;

use crate::error::StartError;
use crate::link::Link;

/// Shown by `--help`.
pub(crate) const HELP: &str = "\
Dokuei, the desktop window

Usage: dokuei-app [--data-dir DIR] [--allow-capture] [dokuei://case/ID] [-- ARGUMENTS OF `dokuei run`]

Attaches to the node that runs on DIR, or starts one there and stops it when the window closes.

  --data-dir DIR   the node's data directory (or DOKUEI_DATA_DIR; else the user's own)
  --allow-capture  let screenshots and shared screens show the window (Windows and macOS; Linux has no way to forbid it)
  dokuei://case/ID the consultation to show after sign-in
  DOKUEI_BIN       the program `dokuei`, when it does not lie beside this one";

/// Where the node is and how to start it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The node's data directory.
    pub(crate) data_dir: PathBuf,
    /// Handed on to `dokuei run`.
    pub(crate) run_arguments: Vec<OsString>,
    /// What to show first, when a link named it.
    pub(crate) link: Option<Link>,
    /// Whether screenshots and shared screens may show the window.
    pub(crate) may_be_captured: bool,
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
        let (mut link, mut may_be_captured) = (None, false);
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
            } else if text == "--allow-capture" {
                may_be_captured = true;
            } else if let Some(named) = Link::parse(&text) {
                link = Some(named);
            } else if text.starts_with("dokuei:") {
                return Err(StartError::BadLink);
            } else {
                return Err(StartError::UnknownArgument(text.into_owned()));
            }
        }
        Ok(Self::Open(Options {
            data_dir: data_dir.unwrap_or_else(data_dir_by_convention),
            run_arguments: arguments.collect(),
            link,
            may_be_captured,
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
            link: None,
            may_be_captured: false,
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
    fn r17_a_link_is_taken_whole_or_refused() {
        let case = "dokuei://case/00112233445566778899aabbccddeeff";
        let Wish::Open(options) = read(&[case, "--data-dir", "/a"], None).unwrap() else {
            unreachable!("a link is no wish for help");
        };
        assert_eq!(options.link, Link::parse(case));
        assert_eq!(options.data_dir, PathBuf::from("/a"));
        for bad in ["dokuei://case/1", "dokuei:--data-dir=/tmp", "dokuei://"] {
            assert!(matches!(read(&[bad], None), Err(StartError::BadLink)), "{bad}");
        }
    }

    #[test]
    fn the_window_may_be_captured_only_when_that_was_said() {
        let allowed = |arguments: &[&str]| match read(arguments, None).unwrap() {
            Wish::Open(options) => options.may_be_captured,
            Wish::Help => true,
        };
        assert!(!allowed(&[]));
        assert!(allowed(&["--allow-capture"]));
    }

    #[test]
    fn help_and_mistakes() {
        assert_eq!(read(&["--help"], None).unwrap(), Wish::Help);
        assert!(matches!(read(&["--data-dir"], None), Err(StartError::NoDataDir)));
        assert!(matches!(read(&["--port"], None), Err(StartError::UnknownArgument(a)) if a == "--port"));
    }
}
