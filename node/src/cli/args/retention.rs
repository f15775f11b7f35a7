//! Until when what is here is kept, holds, and deletions.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{FactorAnswer, PractitionerPassphrase};

/// `dokuei retention …`
#[derive(Debug, Subcommand)]
pub(crate) enum RetentionCommand {
    /// Every case and study with the last day on which it must be kept, and what holds it
    List,
    /// What need not be kept any longer
    Due,
    /// Stop every deletion of what belongs to a case here, until it is released
    Hold {
        /// Case identifier
        case: String,
        /// Why, without any patient's data
        #[arg(long)]
        why: String,
    },
    /// Release a hold; where somebody else could, not by whoever placed it
    Release {
        /// Case identifier
        case: String,
        /// Why, without any patient's data
        #[arg(long)]
        why: String,
    },
    /// Delete a case with everything that belongs to it, or the images of a study, for good; a signed certificate is made
    Delete(Delete),
    /// What was deleted, by whom and why
    Deletions,
    /// Write the certificate of a deletion, which anybody verifies with OpenSSL and sha256sum (VERIFY.md is in it)
    Certificate {
        /// Its number
        number: u64,
        /// The file to write
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Let a study that was deleted be taken in again
    Readmit {
        /// Study Instance UID
        study: String,
        /// Why, without any patient's data
        #[arg(long)]
        why: String,
    },
}

/// `dokuei retention delete`
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Case identifier or Study Instance UID
    #[arg(value_name = "CASE|STUDY")]
    pub(crate) what: String,
    /// Why
    #[arg(long)]
    pub(crate) reason: ReasonWord,
    /// The same in words, without any patient's data
    #[arg(long)]
    pub(crate) why: String,
    /// Delete it before its time: for every reason but kept-long-enough
    #[arg(long)]
    pub(crate) early: bool,
    /// Her passphrase, of whoever is signed in
    #[command(flatten)]
    pub(crate) passphrase: PractitionerPassphrase,
    #[command(flatten)]
    pub(crate) factor: FactorAnswer,
    /// Sign-in name of a second person who signs it too, at this keyboard
    #[arg(long, value_name = "NAME")]
    pub(crate) second: Option<String>,
    /// File that holds the second person's passphrase [default: asked]
    #[arg(long, value_name = "FILE", requires = "second")]
    pub(crate) second_passphrase_file: Option<PathBuf>,
    /// Code of the second person's second factor [default: asked]
    #[arg(long, value_name = "CODE", requires = "second")]
    pub(crate) second_code: Option<String>,
    /// The last six characters of the identifier, which confirm it [default: asked]
    #[arg(long, value_name = "TEXT")]
    pub(crate) confirm: Option<String>,
}

/// Why something is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReasonWord {
    /// The time for which it must be kept is over
    KeptLongEnough,
    /// The patient asked for it
    PatientRequest,
    /// It was sent here by mistake
    WronglyReceived,
    /// Whoever sent it asks for it (`dokuei consult ask-erase`)
    SenderRequest,
    /// It was recorded for another patient than the one whom it shows
    WrongPatient,
    /// The same is kept elsewhere in this house
    Duplicate,
    /// It is of nobody: made to try the system
    Trial,
}

impl ReasonWord {
    /// As the node reads it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::KeptLongEnough => "kept_long_enough",
            Self::PatientRequest => "patient_request",
            Self::WronglyReceived => "wrongly_received",
            Self::SenderRequest => "sender_request",
            Self::WrongPatient => "wrong_patient",
            Self::Duplicate => "duplicate",
            Self::Trial => "trial",
        }
    }
}
