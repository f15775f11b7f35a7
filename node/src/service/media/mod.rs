//! Consultations by USB stick or disc, for two whom no network joins at the moment.
//!
//! - [`write`] puts a case with all its entries, and its study while that has not been received, on a medium;
//! - [`read`] takes what is addressed to whoever is signed in, exactly as from a hostile peer;
//! - [`letter`] is what both say of the entries.

mod letter;
mod read;
mod write;

use std::path::PathBuf;
use std::sync::{MutexGuard, PoisonError};

use dokuei_media::capacity::NotACapacity;
use dokuei_media::check::CheckError;
use dokuei_media::index::IndexError;
use dokuei_media::letter::LetterError;
use dokuei_media::plan::PlanError;
use dokuei_media::source::SourceError;
use dokuei_media::writing::WriteError;
use serde::Deserialize;
use thiserror::Error;

pub(super) use self::write::Stage;
use super::Node;
use super::codes::Code;
use super::error::Blame;

/// What is to be written, as the app sends it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct NewMedium {
    /// The case.
    pub case_id: String,
    /// An absolute path: a folder, or a file that ends in `.iso`.
    #[schema(value_type = String)]
    pub path: PathBuf,
    /// What one medium holds, as `650M`; all goes on one when it is not given.
    #[serde(default)]
    pub capacity: Option<String>,
}

/// What is to be read, as the app sends it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Media {
    /// Absolute paths: folders, images, drives.
    #[schema(value_type = Vec<String>)]
    pub paths: Vec<PathBuf>,
}

/// Why a medium was not written, or what is on it was not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MediaError {
    /// It cannot be read, or is none.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Its index is refused.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Its letter is refused.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// Written in another network.
    #[error("the medium was written in another network")]
    OtherNetwork,
    /// Sealed to others.
    #[error("nothing on the medium is sealed to you at this node; nothing of it was stored")]
    NotForYou,
    /// Written by her herself.
    #[error("the medium was written by yourself; it is for the other side")]
    YourOwn,
    /// The consultation is one between others.
    #[error(
        "the consultation on the medium is not between you and the one who wrote it; nothing of it was stored"
    )]
    NotBetweenYou,
    /// There is no index.
    #[error("writing the medium was not finished")]
    Unfinished,
    /// Bytes that are not those that were signed.
    #[error("{0} on the medium is damaged or was altered; what could be proven was kept")]
    Damaged(String),
    /// The paths name nothing.
    #[error("no medium is named")]
    NoMedium,
    /// More than are read at once.
    #[error("more media are named than are read at once")]
    TooMany,
    /// No capacity.
    #[error(transparent)]
    Capacity(#[from] NotACapacity),
    /// It cannot be divided.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// It does not hold what was written.
    #[error("the medium was written, and does not hold what was written: {0}")]
    Check(#[from] CheckError),
}

impl MediaError {
    /// Stable word.
    pub(super) const fn code(&self) -> Code {
        match self {
            Self::Source(SourceError::NotAMedium) | Self::NoMedium => Code::NoMedium,
            Self::Source(SourceError::Io(_)) => Code::MediumUnreadable,
            Self::Source(_) | Self::Index(_) | Self::Letter(_) | Self::NotBetweenYou => Code::MediumRefused,
            Self::OtherNetwork => Code::MediumOfAnotherNetwork,
            Self::NotForYou => Code::MediumNotForYou,
            Self::YourOwn => Code::MediumOfYourOwn,
            Self::Unfinished => Code::MediumUnfinished,
            Self::Damaged(_) => Code::MediumDamaged,
            Self::TooMany => Code::TooManyMedia,
            Self::Capacity(_) => Code::BadField,
            Self::Plan(_) => Code::MediumTooSmall,
            Self::Write(WriteError::Full { .. }) => Code::MediumFull,
            Self::Write(WriteError::NoXorriso) => Code::NoXorriso,
            Self::Write(_) => Code::MediumNotWritten,
            Self::Check(_) => Code::MediumNotVerified,
        }
    }

    /// What to do next.
    pub(super) const fn next(&self) -> &'static str {
        match self {
            Self::Source(SourceError::NotAMedium) | Self::NoMedium => {
                "name the folder in which DOKUEI lies, an ISO image, or the drive with the disc"
            }
            Self::Source(SourceError::Io(_)) => {
                "check that the medium is there, clean it, try another drive, or ask for another medium"
            }
            Self::Source(_) | Self::Index(_) | Self::Letter(_) | Self::NotBetweenYou => {
                "keep it as evidence and ask the sender for another; nothing that is not proven was taken"
            }
            Self::OtherNetwork => "ask the sender under which registry it was written",
            Self::NotForYou => {
                "sign in as whoever it is addressed to, at her own node; if that is you, ask the sender to write it again"
            }
            Self::YourOwn => "bring it to the other side; `dokuei media read` there takes it",
            Self::Unfinished | Self::Check(_) => {
                "write it again with the same command: what is there already is kept; if it fails again, take another medium"
            }
            Self::Damaged(_) => {
                "clean it and read it again, or ask the sender to write it again: only what is missing is taken then"
            }
            Self::TooMany => "read them in several turns",
            Self::Capacity(_) => "write it as 650M, 4.3G or 32GB",
            Self::Plan(_) => "take larger media, or leave --capacity out to write one image or folder",
            Self::Write(WriteError::Full { .. }) => {
                "free some space or take a larger medium, or write to several with --capacity; what is there already is kept"
            }
            Self::Write(WriteError::NoXorriso) => {
                "install it (`apt-get install xorriso`), or name a folder: that needs no other program"
            }
            Self::Write(WriteError::Occupied(_)) => "choose another name",
            Self::Write(WriteError::NotPlain(_)) => "take another medium: somebody has prepared this one",
            Self::Write(_) => {
                "check the path and the rights on it, and try again: what is there already is kept"
            }
        }
    }

    /// Whose move it is.
    pub(super) const fn blame(&self) -> Blame {
        match self {
            Self::Write(WriteError::Full { .. }) => Blame::Storage,
            Self::NotForYou | Self::NotBetweenYou => Blame::NotAllowed,
            Self::OtherNetwork | Self::YourOwn => Blame::Conflict,
            _ => Blame::Caller,
        }
    }
}

impl Node {
    /// One medium is written or read at a time.
    pub(super) fn media_lock(&self) -> MutexGuard<'_, ()> {
        self.0.media.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
