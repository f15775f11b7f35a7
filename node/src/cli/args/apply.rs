//! Applying for certificates.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{DeviceClass, FactorAnswer, PractitionerPassphrase};

/// `dokuei identity apply …`
#[derive(Debug, Subcommand)]
pub(crate) enum Apply {
    /// For the certificate of this node
    Node {
        /// What kind of machine this is [default: as at `dokuei init`]
        #[arg(long, value_enum)]
        device_class: Option<DeviceClass>,
        /// Whose machine it is
        #[arg(long, value_enum, default_value_t = Owner::Institution)]
        owner: Owner,
        #[command(flatten)]
        papers: Papers,
    },
    /// For a practitioner's certificate; her keys are made when nobody has her sign-in name yet
    Practitioner(Box<ApplyPractitioner>),
}

/// Whose machine a node is.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Owner {
    /// The institution's
    Institution,
    /// A person's own
    Private,
}

/// `dokuei identity apply practitioner`
#[derive(Debug, Args)]
pub(crate) struct ApplyPractitioner {
    /// Her sign-in name: a–z, 0–9, '-', '_'
    #[arg(long)]
    pub(crate) id: String,
    /// Name in Japanese as on the licence, e.g. 山田 太郎 (when her keys are made now)
    #[arg(long)]
    pub(crate) name_ja: Option<String>,
    /// Name in Latin letters, e.g. "Yamada Taro" (when her keys are made now)
    #[arg(long)]
    pub(crate) name_latin: Option<String>,
    /// dentist or physician
    #[arg(long, value_name = "TYPE")]
    pub(crate) licence_type: String,
    /// Registration number of the licence (歯科医籍・医籍登録番号)
    #[arg(long, value_name = "NUMBER")]
    pub(crate) licence_number: String,
    /// The state that gave the licence
    #[arg(long, default_value = "JP")]
    pub(crate) jurisdiction: String,
    /// The day the licence was registered, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub(crate) registered_on: Option<String>,
    /// oral-radiology, diagnostic-radiology or equivalent=GROUND (repeat for several)
    #[arg(long = "qualification", value_name = "CODE")]
    pub(crate) qualifications: Vec<String>,
    /// Number with the board, e.g. oral-radiology=77
    #[arg(long = "board-number", value_name = "CODE=NUMBER")]
    pub(crate) board_numbers: Vec<String>,
    /// Last day of a qualification, e.g. oral-radiology=2027-03-31
    #[arg(long = "qualified-until", value_name = "CODE=DAY")]
    pub(crate) qualified_until: Vec<String>,
    /// Where she works [default: the institution of this node]
    #[arg(long)]
    pub(crate) institution: Option<String>,
    /// Her passphrase
    #[command(flatten)]
    pub(crate) passphrase: PractitionerPassphrase,
    #[command(flatten)]
    pub(crate) factor: FactorAnswer,
    #[command(flatten)]
    pub(crate) papers: Papers,
}

/// What goes with every application, and what becomes of it.
#[derive(Debug, Args)]
pub(crate) struct Papers {
    /// A scan or photograph (PNG, JPEG, PDF; all together at most 2 MiB) as KIND=FILE with licence, qualification,
    /// identity, institution or other (repeat for several)
    #[arg(long = "evidence", value_name = "KIND=FILE")]
    pub(crate) evidence: Vec<String>,
    /// Where the registry's operator reaches you
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Where the registry's operator reaches you
    #[arg(long)]
    pub(crate) telephone: Option<String>,
    /// What the operator should know besides
    #[arg(long)]
    pub(crate) note: Option<String>,
    /// Write what an HPKI card signs; go on with `dokuei identity submit APPLICATION --hpki-signature FILE`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "send"])]
    pub(crate) hpki_statement: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) way: Way,
}

/// How an application gets to the registry.
#[derive(Debug, Args)]
pub(crate) struct Way {
    /// Write it to a file, sealed to the registry, to be brought there
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// File with the registry's application key, when this node cannot read the register
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) registry_key: Option<PathBuf>,
    /// Leave it, sealed to the registry, at a bootstrap host of this node
    #[arg(long)]
    pub(crate) send: bool,
}

/// `dokuei identity submit`
#[derive(Debug, Args)]
pub(crate) struct Submit {
    /// The application, or the beginning of its name
    pub(crate) application: String,
    /// The signature of an HPKI card over what `--hpki-statement` wrote (detached CMS, DER)
    #[arg(long, value_name = "FILE")]
    pub(crate) hpki_signature: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) way: Way,
}
