//! `dokuei archive …` as it is written.

use clap::Subcommand;

/// `dokuei archive …`
#[derive(Debug, Subcommand)]
pub(crate) enum Archive {
    /// List the archives (send = true or fetch = true in [[dicom.peers]] of the settings), and what waits for each
    List,
    /// Ask an archive whether it is there (C-ECHO)
    Echo {
        /// Its AE title
        archive: String,
    },
    /// Look for studies that an archive has (C-FIND); at least one of the options is needed
    Find {
        /// Its AE title
        archive: String,
        /// A part of the patient's name, in kanji, kana or Latin letters as the archive has it; * and ? to match exactly
        #[arg(long)]
        name: Option<String>,
        /// Patient ID; * and ? are allowed
        #[arg(long)]
        id: Option<String>,
        /// Accession number; * and ? are allowed
        #[arg(long)]
        accession: Option<String>,
        /// A day as 20260131, or days as 20260101-20260131
        #[arg(long, allow_hyphen_values = true)]
        date: Option<String>,
        /// Modality, as CT
        #[arg(long)]
        modality: Option<String>,
    },
    /// Fetch a study from an archive (C-GET, else C-MOVE to this node's listener)
    Fetch {
        /// Its AE title
        archive: String,
        /// Study Instance UID, as `dokuei archive find` shows it
        study: String,
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
