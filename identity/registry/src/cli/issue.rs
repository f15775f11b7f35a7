//! `issue`: what is typed for a certificate.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `issue`.
#[derive(Debug, Subcommand)]
pub(crate) enum IssueCommand {
    /// For a dentist or physician.
    Practitioner(Practitioner),
    /// For a node (a computer of an institution).
    Node(Node),
}

/// `issue practitioner`.
#[derive(Debug, Args)]
pub(crate) struct Practitioner {
    /// The PKCS#10 request, PEM; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) request: PathBuf,
    /// The name as on the licence.
    #[arg(long)]
    pub(crate) name_ja: String,
    /// The name in Latin letters.
    #[arg(long)]
    pub(crate) name_latin: String,
    /// dentist or physician.
    #[arg(long)]
    pub(crate) licence_type: String,
    /// The registration number of the licence.
    #[arg(long)]
    pub(crate) licence_number: String,
    /// The state that gave the licence. Foreign licences are for observers only (歯科医師法17条, 医師法17条).
    #[arg(long, default_value = "JP")]
    pub(crate) jurisdiction: String,
    /// The day the licence was registered, YYYY-MM-DD.
    #[arg(long, value_name = "DAY")]
    pub(crate) registered_on: Option<String>,
    /// A qualification to read (guideline §4): oral-radiology, diagnostic-radiology or equivalent=GROUND. May be
    /// repeated.
    #[arg(long = "qualification", value_name = "CODE[=GROUND]")]
    pub(crate) qualifications: Vec<String>,
    /// Where the practitioner works.
    #[arg(long)]
    pub(crate) institution: Option<String>,
    /// How long it is valid, days; at most 366.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=366))]
    pub(crate) days: u64,
    /// Where to write the chain, PEM; standard output without it.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `issue node`.
#[derive(Debug, Args)]
pub(crate) struct Node {
    /// The PKCS#10 request, PEM; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) request: PathBuf,
    /// The institution's name.
    #[arg(long)]
    pub(crate) institution: String,
    /// The institution's code (医療機関コード).
    #[arg(long)]
    pub(crate) institution_code: String,
    /// fixed, portable or virtual-desktop.
    #[arg(long, default_value = "fixed")]
    pub(crate) device_class: String,
    /// institution or private; private devices are refused unless they are virtual desktops (guideline §6(4)).
    #[arg(long, default_value = "institution")]
    pub(crate) owner: String,
    /// How long it is valid, days; at most 366.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=366))]
    pub(crate) days: u64,
    /// Where to write the chain, PEM; standard output without it.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

impl IssueCommand {
    pub(crate) fn out(&self) -> Option<PathBuf> {
        match self {
            Self::Practitioner(typed) => typed.out.clone(),
            Self::Node(typed) => typed.out.clone(),
        }
    }
}
