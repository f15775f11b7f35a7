//! Questions to the directory, and what one says of oneself there.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `dokuei directory`
#[derive(Debug, Args)]
pub(crate) struct DirectoryQuery {
    /// Words, in any order; each must be found [default: everybody]
    pub(crate) words: Vec<String>,
    /// Only those who may read for others now
    #[arg(long)]
    pub(crate) readers: bool,
    /// Holds this qualification now: oral-radiology, diagnostic-radiology, equivalent
    #[arg(long)]
    pub(crate) qualification: Option<String>,
    /// Prefecture: JIS X 0401 code or name
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Reads at least one of these, comma separated, e.g. cone-beam-ct,panoramic
    #[arg(long)]
    pub(crate) modality: Option<String>,
    /// Language (BCP 47), e.g. en
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// Only those who accept cases now
    #[arg(long)]
    pub(crate) accepting: bool,
    /// Usually takes at most so many hours
    #[arg(long, value_name = "HOURS")]
    pub(crate) turnaround: Option<u16>,
    /// In the name of the institution
    #[arg(long)]
    pub(crate) institution: Option<String>,
    /// relevance, turnaround or load
    #[arg(long)]
    pub(crate) sort: Option<String>,
    /// So many at most
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// After so many
    #[arg(long)]
    pub(crate) offset: Option<usize>,
}

/// `dokuei profile …`
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Show your profile
    Show,
    /// Change your profile and publish it; what is not named stays as it is
    Set(Box<ProfileChange>),
}

/// `dokuei profile set`
#[derive(Debug, Args, Default)]
pub(crate) struct ProfileChange {
    /// Start from this file (JSON as in `about` of `dokuei profile show`) instead of the present profile
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Your name in kana, family name first, e.g. "たなか はなこ"
    #[arg(long)]
    pub(crate) kana: Option<String>,
    /// Prefecture: JIS X 0401 code or name; may be repeated
    #[arg(long)]
    pub(crate) region: Vec<String>,
    /// Kind of image that you read, e.g. cone-beam-ct; may be repeated
    #[arg(long)]
    pub(crate) modality: Vec<String>,
    /// Field of interest, e.g. implant; may be repeated
    #[arg(long)]
    pub(crate) interest: Vec<String>,
    /// Language (BCP 47), e.g. ja; may be repeated
    #[arg(long)]
    pub(crate) language: Vec<String>,
    /// How long a reading usually takes
    #[arg(long, value_name = "HOURS")]
    pub(crate) turnaround: Option<u16>,
    /// How long an urgent one takes
    #[arg(long, value_name = "HOURS", requires = "turnaround")]
    pub(crate) urgent: Option<u16>,
    /// Whether you accept cases
    #[arg(long, value_name = "true|false")]
    pub(crate) accepting: Option<bool>,
    /// Until when that holds (RFC 3339) [default: until further notice]
    #[arg(long, value_name = "TIME", requires = "accepting")]
    pub(crate) until: Option<jiff::Timestamp>,
    /// From when you are away (RFC 3339); takes the place of every absence told before
    #[arg(long, value_name = "TIME", requires = "away_until")]
    pub(crate) away_from: Option<jiff::Timestamp>,
    /// Until when you are away (RFC 3339)
    #[arg(long, value_name = "TIME", requires = "away_from")]
    pub(crate) away_until: Option<jiff::Timestamp>,
    /// Who stands in for you: name or fingerprint, the first to be asked first; may be repeated
    #[arg(long, value_name = "WHO", requires = "away_from")]
    pub(crate) deputy: Vec<String>,
    /// You are not away any more
    #[arg(long, conflicts_with = "away_from")]
    pub(crate) not_away: bool,
    /// Telephone number for urgent findings
    #[arg(long)]
    pub(crate) phone: Option<String>,
    /// A few words in Japanese
    #[arg(long, value_name = "TEXT")]
    pub(crate) introduction_ja: Option<String>,
    /// A few words in English
    #[arg(long, value_name = "TEXT")]
    pub(crate) introduction_en: Option<String>,
    /// A portrait (PNG or JPEG, at most 128 KiB and 1024 pixels wide or high)
    #[arg(long, value_name = "FILE")]
    pub(crate) photo: Option<PathBuf>,
    /// Take the portrait away
    #[arg(long, conflicts_with = "photo")]
    pub(crate) no_photo: bool,
}
