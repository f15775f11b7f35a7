//! Agreements and consultations.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Accompanying, Proof, Pseudonym};

/// `dokuei agreement …`
#[derive(Debug, Subcommand)]
pub(crate) enum Agreement {
    /// Propose the standard agreement to a specialist
    Propose {
        /// Her fingerprint (or its beginning) or her name, as `dokuei directory` shows it
        #[arg(long)]
        with: String,
        /// Whom to call in an emergency, and the number [default: your institution and name]
        #[arg(long)]
        emergency_contact: Option<String>,
        /// Hours from acceptance to a routine report [default: 48]
        #[arg(long, value_name = "HOURS")]
        turnaround: Option<u32>,
        /// For how many years both keep the records [default: 5]
        #[arg(long, value_name = "YEARS")]
        retention: Option<u32>,
        /// What is paid, in words [default: agreed separately]
        #[arg(long)]
        fees: Option<String>,
    },
    /// Write an agreement as PDF
    Pdf {
        /// Its identifier
        agreement: String,
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the form on which a patient consents as PDF
    ConsentForm {
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// List agreements
    List,
    /// Countersign an agreement that was proposed to you
    Accept {
        /// Its identifier, as `dokuei agreement list` shows it
        agreement: String,
    },
}

/// How long a transfer is waited for.
#[derive(Debug, Args, Clone, Copy)]
pub(crate) struct Waiting {
    /// Give up waiting (never the transfer) when nothing has come for this long, seconds
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) patience: u64,
}

/// What of the work list is shown; with nothing set, all of it.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Only those in which you asked (requesting) or are asked (consulting)
    #[arg(long, value_parser = ["requesting", "consulting"])]
    pub(crate) role: Option<String>,
    /// Only those in one of these states, comma separated; open: all that are not ended
    #[arg(long)]
    pub(crate) state: Option<String>,
    /// Only those with these words: names in any script, number of the patient, region, question, institution
    #[arg(long)]
    pub(crate) text: Option<String>,
    /// Only those that are asked for as urgent, or with an urgent finding that nobody has acknowledged
    #[arg(long)]
    pub(crate) urgent: bool,
    /// Only those in which the next move is yours
    #[arg(long)]
    pub(crate) unread: bool,
    /// Only those with an incidental finding of which nobody has said what became of it
    #[arg(long)]
    pub(crate) incidental: bool,
    /// Only those whose study has one of these modalities, comma separated: CT,PX,IO
    #[arg(long)]
    pub(crate) modality: Option<String>,
    /// Only those in which something is to be done until then, as in 2026-04-01T23:59:59+09:00
    #[arg(long, value_name = "TIME")]
    pub(crate) due_until: Option<String>,
    /// So many of them, at most 500
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Those that follow this case as it stands now
    #[arg(long, value_name = "CASE")]
    pub(crate) after: Option<String>,
}

/// `dokuei consult …`
#[derive(Debug, Subcommand)]
pub(crate) enum Consult {
    /// Send a study to a specialist and ask for a reading
    Request(Box<Request>),
    /// List consultations: alarms first, then urgent ones
    List(Listing),
    /// Show one consultation
    Show {
        /// Case identifier
        case: String,
    },
    /// Accept a request; the study is fetched then
    Accept {
        /// Case identifier
        case: String,
        /// Wait until the study is here and verified
        #[arg(long)]
        wait: bool,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Wait until the study of an accepted request is here and verified; the node fetches it by itself
    Fetch {
        /// Case identifier
        case: String,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Cancel the transfer of a study, as its sender or its reader: the other side is told, and both erase its key and
    /// what there is of it
    Cancel {
        /// Case identifier
        case: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Send the study of a case again after its transfer was cancelled
    SendAgain {
        /// Case identifier
        case: String,
    },
    /// Decline a request
    Decline {
        /// Case identifier
        case: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Sign the final report; who reads blind commits herself to it and shows it
    Report {
        /// Case identifier
        case: String,
        /// Findings (所見)
        #[arg(long)]
        findings: String,
        /// Impression (診断・印象)
        #[arg(long)]
        impression: String,
        /// Recommendations (推奨)
        #[arg(long, default_value = "")]
        recommendations: String,
        /// Technique, and the limits within which the images could be read (撮影・読影の限界)
        #[arg(long, default_value = "")]
        technique: String,
        /// What is seen at a tooth (ISO 3950), e.g. '48=水平埋伏'; of a supernumerary tooth beside 11 '11+=逆生'; again for others
        #[arg(long, value_name = "TOOTH=WORDS", value_parser = tooth_finding)]
        tooth: Vec<ToothFinding>,
        /// The template that the report follows, as `dokuei template list` names it
        #[arg(long, value_name = "NAME")]
        template: Option<String>,
        /// Write how it would look as PDF instead of signing it
        #[arg(long, value_name = "FILE")]
        preview: Option<PathBuf>,
        /// That it is you who signs
        #[command(flatten)]
        proof: Proof,
    },
    /// Confirm that report and images were read
    Read {
        /// Case identifier
        case: String,
    },
    /// Close the consultation
    Close {
        /// Case identifier
        case: String,
        /// Who explained the result to the patient
        #[arg(long, required_unless_present = "not_informed_because")]
        patient_informed_by: Option<String>,
        /// Why the patient was not informed
        #[arg(long, conflicts_with = "patient_informed_by")]
        not_informed_because: Option<String>,
    },
    #[command(flatten)]
    Accompanying(Accompanying),
    /// Write the report as PDF
    Pdf {
        /// Case identifier
        case: String,
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the report as DICOM Structured Report
    Sr {
        /// Case identifier
        case: String,
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `dokuei consult request`
#[derive(Debug, Args)]
pub(crate) struct Request {
    /// Study Instance UID
    #[arg(long)]
    pub(crate) study: String,
    /// The specialist: fingerprint (or its beginning) or name, as `dokuei directory` shows it
    #[arg(long)]
    pub(crate) with: String,
    /// Clinical question
    #[arg(long)]
    pub(crate) question: String,
    /// History and symptoms
    #[arg(long, default_value = "")]
    pub(crate) history: String,
    /// Region, e.g. 38 (FDI), mandible, TMJ, maxillary sinus
    #[arg(long)]
    pub(crate) region: String,
    /// Why the examination was justified
    #[arg(long)]
    pub(crate) justification: String,
    /// Who explained the examination and the sending to the patient
    #[arg(long)]
    pub(crate) consent_by: String,
    /// When (RFC 3339) [default: now]
    #[arg(long)]
    pub(crate) consent_at: Option<String>,
    /// What the patient agreed to
    #[arg(long, default_value = "画像診断の依頼と画像の送付")]
    pub(crate) consent_scope: String,
    /// How urgent
    #[arg(long, value_enum, default_value_t = Urgency::Routine)]
    pub(crate) urgency: Urgency,
    /// Send it under a pseudonym; who it is stays known here only
    #[arg(long)]
    pub(crate) pseudonymise: bool,
    #[command(flatten)]
    pub(crate) pseudonym: Pseudonym,
    /// The patient who is meant, to be compared with the images: her number
    #[arg(long)]
    pub(crate) patient_id: Option<String>,
    /// Her name, in any writing
    #[arg(long)]
    pub(crate) patient_name: Option<String>,
    /// Her date of birth
    #[arg(long)]
    pub(crate) patient_born: Option<String>,
    /// A finding that was looked at, by the word that was told with it (repeat for several); without it, whoever sits at
    /// the terminal is asked
    #[arg(long, value_name = "WORD")]
    pub(crate) acknowledge: Vec<String>,
}

/// How urgent a request is.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Urgency {
    /// In the agreed time
    Routine,
    /// Ahead of routine ones
    Urgent,
    /// At once
    Emergency,
}

impl Urgency {
    /// The word of the API.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Urgent => "urgent",
            Self::Emergency => "emergency",
        }
    }
}

/// A finding of one tooth, as it is typed.
#[derive(Debug, Clone)]
pub(crate) struct ToothFinding {
    pub(crate) tooth: u8,
    pub(crate) supernumerary: bool,
    pub(crate) words: String,
}

fn tooth_finding(text: &str) -> Result<ToothFinding, String> {
    let (tooth, words) = text
        .split_once('=')
        .ok_or("write it as TOOTH=WORDS, e.g. 48=水平埋伏")?;
    let number = tooth.strip_suffix('+').unwrap_or(tooth);
    let tooth_number = number
        .trim()
        .parse()
        .map_err(|_| format!("{number} is no number of a tooth"))?;
    Ok(ToothFinding {
        tooth: tooth_number,
        supernumerary: tooth.ends_with('+'),
        words: words.trim().to_owned(),
    })
}

/// `dokuei template …`
#[derive(Debug, Subcommand)]
pub(crate) enum TemplateCommand {
    /// Templates of reports: those of the program, and your own
    List,
    /// Print a template as JSON, to change it or to give it to somebody else
    Export {
        /// Its name
        name: String,
        /// Where to write it [default: printed]
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Keep a template of a JSON file as your own; one of the same name is replaced
    Import {
        /// The file
        file: PathBuf,
    },
    /// Remove a template of your own
    Remove {
        /// Its name
        name: String,
    },
}
