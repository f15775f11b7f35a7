//! How the house runs its node: documents, duties, people, inspection, displays, incidents.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// A document of the house.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PolicyWord {
    /// 運用管理規程
    Management,
    /// 情報セキュリティ方針
    Security,
    /// インシデント対応手順
    Incident,
}

impl PolicyWord {
    /// The word of the API.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Management => "management",
            Self::Security => "security",
            Self::Incident => "incident",
        }
    }
}

/// What a document says of the house; what is left out is taken from the version before, or the settings.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct HouseFacts {
    /// Language of the text: ja or en
    #[arg(long, default_value = "ja", value_parser = ["ja", "en"])]
    pub(crate) language: String,
    /// The institution's name
    #[arg(long, value_name = "NAME")]
    pub(crate) institution: Option<String>,
    /// Who answers for the house (管理者・院長)
    #[arg(long, value_name = "NAME")]
    pub(crate) manager: Option<String>,
    /// Who runs the system (システム管理者)
    #[arg(long, value_name = "NAME")]
    pub(crate) administrator: Option<String>,
    /// Telephone or address for incidents and patients' questions
    #[arg(long, value_name = "CONTACT")]
    pub(crate) contact: Option<String>,
    /// The machines on which it runs
    #[arg(long, value_name = "TEXT")]
    pub(crate) devices: Option<String>,
    /// Years that records are kept after completion
    #[arg(long, value_name = "YEARS")]
    pub(crate) record_years: Option<u8>,
    /// Years that images are kept
    #[arg(long, value_name = "YEARS")]
    pub(crate) image_years: Option<u8>,
    /// Whether two persons sign every deletion
    #[arg(long, value_name = "true|false")]
    pub(crate) deletion_by_two: Option<bool>,
}

/// `dokuei policy …`
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Print a document's next version, filled in, to look over and to change
    Draft {
        /// Which
        kind: PolicyWord,
        #[command(flatten)]
        facts: HouseFacts,
    },
    /// Sign a document's next version: as it is drafted, or with the text of a file
    Sign {
        /// Which
        kind: PolicyWord,
        #[command(flatten)]
        facts: HouseFacts,
        /// A file with the text, as `draft` prints it and you have changed it
        #[arg(long, value_name = "FILE")]
        text: Option<PathBuf>,
        /// The last day on which it is in force [default: a year from today]
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<String>,
    },
    /// All versions of all documents
    List,
    /// Write a version as PDF
    Pdf {
        /// The record's id
        record: String,
        /// Where to
        out: PathBuf,
    },
    /// Sign that you have read the documents that are in force
    Acknowledge,
}

/// `dokuei governance …`
#[derive(Debug, Subcommand)]
pub(crate) enum GovernanceCommand {
    /// What is missing, overdue, or soon to be
    Status,
    /// Who has which role and which duties
    Roles,
    /// Give somebody a role, and single duties besides
    Assign {
        /// Sign-in name
        id: String,
        /// administrator, practitioner, staff, left
        #[arg(value_parser = ["administrator", "practitioner", "staff", "left"])]
        role: String,
        /// Her name [default: as it is known here]
        #[arg(long)]
        name: Option<String>,
        /// A duty besides: roles, policies, operation, trail, evidence, privacy, training, inspection, displays, incidents
        #[arg(long = "duty", value_name = "DUTY")]
        duties: Vec<String>,
        /// The last day of it
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<String>,
    },
    /// Sign your pledge of confidentiality
    Pledge {
        /// Language of the text: ja or en
        #[arg(long, default_value = "ja", value_parser = ["ja", "en"])]
        language: String,
        /// The last day before it is renewed [default: a year from today]
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<String>,
    },
    /// Record that somebody was trained
    Train {
        /// Her sign-in name
        id: String,
        /// In what
        topic: String,
        /// When
        #[arg(long, value_name = "YYYY-MM-DD")]
        on: String,
        /// The last day before it is repeated
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: String,
        /// By whom, or where
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Print the checklist of the self-inspection as a file to fill in: outcome is fits, finding or not_applicable
    Checklist,
    /// Sign a self-inspection that was filled in
    Inspect {
        /// The file
        file: PathBuf,
    },
    /// Sign any other record: a JSON file as the API takes it (display, display_check, review, remedy …)
    Record {
        /// The file
        file: PathBuf,
    },
    /// Every record, the newest first
    Records,
    /// Write the records, or the answers of the inspections, as a table (CSV)
    Export {
        /// records or inspections
        #[arg(value_parser = ["records", "inspections"])]
        which: String,
        /// Where to
        out: PathBuf,
    },
    /// Write a record as PDF
    Pdf {
        /// The record's id
        record: String,
        /// Where to
        out: PathBuf,
    },
}

/// `dokuei incident …`
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentCommand {
    /// Something went wrong: the node stops sending and receiving studies at once
    Begin {
        /// What happened, without any patient's data
        what: String,
        /// The day on which it was noticed [default: today]
        #[arg(long, value_name = "YYYY-MM-DD")]
        noticed: Option<String>,
        /// Personal data leaked, were lost or damaged, or may have been
        #[arg(long)]
        personal_data: bool,
        /// It may have been done with malice
        #[arg(long)]
        malice: bool,
        /// Only a drill
        #[arg(long)]
        drill: bool,
        /// Write audit trail, records and the evidence of your consultations into this new folder
        #[arg(long, value_name = "DIR")]
        evidence: Option<PathBuf>,
    },
    /// Add what was done or found out
    Note {
        /// What
        what: String,
    },
    /// The first or the final report went to the commission
    Report {
        /// first or final
        #[arg(value_parser = ["first", "final"])]
        which: String,
        /// What was reported, and when
        what: String,
    },
    /// It is over: the node sends and receives again
    End {
        /// How it was resolved
        what: String,
    },
}
