//! `dokuei archive …` as it is written.

use clap::Subcommand;

/// `dokuei archive …`
#[derive(Debug, Subcommand)]
pub(crate) enum Archive {
    /// List the archives that are sent to (send = true in [[dicom.peers]] of the settings), and what waits for each
    List,
    /// Ask an archive whether it is there (C-ECHO)
    Echo {
        /// Its AE title
        archive: String,
    },
    /// Show what is to be sent to archives, what was sent, and what is in the way
    Queue,
    /// Send the newest report of a consultation, as DICOM SR and PDF under the original study
    Report {
        /// Case identifier
        case: String,
        /// AE title of the archive
        #[arg(long, value_name = "AET")]
        to: String,
    },
    /// Send no further what is in the queue
    Cancel {
        /// Its id, as `dokuei archive queue` shows it
        id: String,
    },
    /// Send at once what did not arrive
    Again {
        /// Its id, as `dokuei archive queue` shows it
        id: String,
    },
}
