//! `dokuei audit …` and `dokuei case …` as they are written.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `dokuei audit …`
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Show who did what and when, the newest first
    Search {
        /// Which rows
        #[command(flatten)]
        filters: Box<AuditFilters>,
        /// Rows before this number: the next page
        #[arg(long, value_name = "SEQ")]
        before: Option<u64>,
    },
    /// Write the trail as others read it
    Export {
        /// atna: an audit message of DICOM PS3.15 A.5 (XML) a line; fhir: a FHIR R4 AuditEvent a line; csv: a table
        #[arg(long, value_enum)]
        format: AuditFormat,
        /// Where to write it [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Which rows
        #[command(flatten)]
        filters: Box<AuditFilters>,
    },
    /// Tell who saw or received what of a patient, when and why: what she may ask for
    Disclosures {
        /// Patient ID
        #[arg(long, value_name = "ID")]
        patient: String,
        /// The institution whose Patient ID it is, where several have the same
        #[arg(long, value_name = "NAME")]
        institution: Option<String>,
        /// Date of birth (YYYYMMDD), where several have the same
        #[arg(long, value_name = "DATE")]
        birth_date: Option<String>,
        /// Write it into a file [default: show it]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// As PDF, to be handed to her
        #[arg(long, requires = "out")]
        pdf: bool,
    },
    /// Show how far the trail has come on its way to the collector of the house ([audit.syslog] in the settings)
    Collector,
}

/// As what the trail is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AuditFormat {
    /// DICOM PS3.15 A.5, as IHE ATNA sends it
    Atna,
    /// FHIR R4 AuditEvent, NDJSON
    Fhir,
    /// A table
    Csv,
}

impl AuditFormat {
    /// As the API writes it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Atna => "atna",
            Self::Fhir => "fhir",
            Self::Csv => "csv",
        }
    }
}

/// Which rows are wanted; what is not said does not matter.
#[derive(Debug, Args)]
pub(crate) struct AuditFilters {
    /// From this time on, e.g. 2026-11-24T00:00:00+09:00
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Who: a sign-in name, operator, node, or another node's id
    #[arg(long, value_name = "WHO")]
    pub(crate) actor: Option<String>,
    /// What: a word of the trail (view), or a code of DICOM CID 400 or its word (110103, accessed)
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// Patient ID
    #[arg(long, value_name = "ID")]
    pub(crate) patient: Option<String>,
    /// Study Instance UID
    #[arg(long, value_name = "UID")]
    pub(crate) study: Option<String>,
    /// Consultation
    #[arg(long, value_name = "CASE")]
    pub(crate) case: Option<String>,
    /// Only what was refused or failed
    #[arg(long)]
    pub(crate) failures: bool,
    /// At most so many rows
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

/// `dokuei case …`
#[derive(Debug, Subcommand)]
pub(crate) enum CaseCommand {
    /// Write a consultation as evidence that anybody verifies with OpenSSL and sha256sum (VERIFY.md is in it), or as FHIR R4
    Export {
        /// Case identifier
        case: String,
        /// The file to write: a ZIP archive, or a Bundle in JSON
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// As a FHIR R4 Bundle: request, images, reports with PDF and signature, audit trail
        #[arg(long)]
        fhir: bool,
    },
}
