//! USB sticks and discs.

use std::path::PathBuf;

use clap::Subcommand;

/// `dokuei media …`
#[derive(Debug, Subcommand)]
pub(crate) enum Media {
    /// Write a consultation, and its study while that has not been received, on a medium for the other side
    Write {
        /// Case identifier
        case: String,
        /// A folder (a mounted stick), or a file that ends in .iso, which is made by the program xorriso
        #[arg(long, value_name = "PATH")]
        to: PathBuf,
        /// What one medium holds (650M, 4.3G, 32GB): what does not fit goes on more of them, as folders DISC1, DISC2, …
        /// or as images NAME-1.iso, NAME-2.iso, …
        #[arg(long, value_name = "SIZE")]
        capacity: Option<String>,
    },
    /// Take what is sealed to whoever is signed in from media: folders, ISO images or drives, in any order
    Read {
        /// Where the media are
        #[arg(required = true, value_name = "PATH")]
        media: Vec<PathBuf>,
    },
}
