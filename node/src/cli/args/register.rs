//! `dokuei register …` as it is written.

use std::path::PathBuf;

use clap::Subcommand;

/// `dokuei register …`
#[derive(Debug, Subcommand)]
pub(crate) enum Register {
    /// Show how much of the register is here, how fresh it is, and evidence that the registry showed two of them
    Show,
    /// Take the register from a file (`dokuei-registry register export`), where no network brings it
    Import {
        /// The file
        file: PathBuf,
    },
    /// Write a piece of evidence into a file that the operator, or another registry, can verify
    Evidence {
        /// Which, as `register show` names it; needed only when there are several
        id: Option<String>,
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}
