//! What accompanies request and report: doubts, findings, further readers.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Proof;

/// A word of the API, as it is chosen on the command line.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, ValueEnum)]
        pub(crate) enum $name {
            $($(#[$each])* $variant,)+
        }

        impl $name {
            /// The word of the API.
            #[must_use]
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// How soon somebody must know.
    Category {
        /// Within minutes
        Minutes = "minutes",
        /// Within hours
        Hours = "hours",
        /// Within days
        Days = "days",
    }
}

words! {
    /// How somebody was reached.
    Channel {
        /// On the screen
        Screen = "screen",
        /// By telephone
        Telephone = "telephone",
        /// In person
        InPerson = "in_person",
    }
}

words! {
    /// What became of an incidental finding.
    Resolution {
        /// Examined further; the note says with what result
        Examined = "examined",
        /// Treated
        Treated = "treated",
        /// Referred to somebody else, whom the note names
        Referred = "referred",
        /// It will be looked at again, as the note says
        FollowedUp = "followed_up",
        /// Nothing needs to be done, for the reason in the note
        NothingNeeded = "nothing_needed",
        /// The patient does not want it followed up
        PatientDeclined = "patient_declined",
    }
}

words! {
    /// What a further reader is asked for.
    ForwardKind {
        /// A second opinion; she sees all that is in the case
        SecondOpinion = "second_opinion",
        /// To read in place of the consultant: the first to accept reads
        Alternative = "alternative",
        /// A second reading by one who commits herself before she sees any other report
        Blind = "blind",
    }
}

words! {
    /// What an amendment does.
    AmendmentKind {
        /// Adds something; all that was said still stands
        Addendum = "addendum",
        /// Changes what was said
        Amended = "amended",
    }
}

/// `dokuei urgent …`
#[derive(Debug, Subcommand)]
pub(crate) enum Urgent {
    /// List urgent findings of all your cases, those that nobody has acknowledged first, with whom to call
    List,
    /// Tell the requester at once what she must know; it goes before everything else and needs no report
    Report {
        /// Case identifier
        case: String,
        /// How soon somebody must know
        #[arg(long, value_enum, default_value_t = Category::Minutes)]
        category: Category,
        /// What is seen
        #[arg(long)]
        finding: String,
        /// What is to be done
        #[arg(long)]
        advice: String,
        /// The telephone number at which you can be reached
        #[arg(long)]
        contact: String,
    },
    /// Sign that a person has taken note: nothing else ends the alarm
    Acknowledge {
        /// Case identifier
        case: String,
        /// The finding, or the beginning of its name, as `dokuei urgent list` shows it [default: the only open one]
        #[arg(long, value_name = "ENTRY")]
        finding: Option<String>,
        /// The name of the person who took note
        #[arg(long)]
        by: String,
        /// How she was reached
        #[arg(long, value_enum, default_value_t = Channel::Screen)]
        channel: Channel,
        /// What is done about it
        #[arg(long, default_value = "")]
        note: String,
    },
}

/// The commands of `dokuei consult` for what accompanies request and report.
#[derive(Debug, Subcommand)]
pub(crate) enum Accompanying {
    /// Ask another who takes part about a doubt (疑義照会)
    Query {
        /// Case identifier
        case: String,
        /// The question
        #[arg(long)]
        question: String,
        /// Whom: fingerprint (or its beginning) or name [default: the other side]
        #[arg(long)]
        to: Option<String>,
    },
    /// Answer a doubt, or say how it was settled otherwise
    Answer {
        /// Case identifier
        case: String,
        /// The query, or the beginning of its name [default: the only open one]
        #[arg(long, value_name = "ENTRY")]
        query: Option<String>,
        /// The answer
        #[arg(long)]
        answer: String,
    },
    /// Sign a new version of your final report, for a reason; texts that are not given stay as they are
    Amend {
        /// Case identifier
        case: String,
        /// Whether something is added (the given texts are appended) or what was said is changed (they replace it)
        #[arg(long, value_enum)]
        kind: AmendmentKind,
        /// Why
        #[arg(long)]
        reason: String,
        /// Findings (所見)
        #[arg(long)]
        findings: Option<String>,
        /// Impression (診断・印象)
        #[arg(long)]
        impression: Option<String>,
        /// Recommendations (推奨)
        #[arg(long)]
        recommendations: Option<String>,
        /// That it is you who signs
        #[command(flatten)]
        proof: Proof,
    },
    /// Show the reports of two readers side by side: where they agree, differ, or only one speaks
    Compare {
        /// Case identifier
        case: String,
    },
    /// Sign what follows from your report and that of another reader; it waits for the other's signature
    Reconcile {
        /// Case identifier
        case: String,
        /// The other reader's report, or the beginning of its name [default: the only one]
        #[arg(long, value_name = "ENTRY")]
        other: Option<String>,
        /// What both mean (統合見解)
        #[arg(long)]
        opinion: String,
        /// What both recommend
        #[arg(long, default_value = "")]
        recommendations: String,
        /// That it is you who signs
        #[command(flatten)]
        proof: Proof,
    },
    /// Sign what another reader has signed (連署), or dissent from it
    CoSign {
        /// Case identifier
        case: String,
        /// A reconciled opinion or a report, or the beginning of its name [default: the opinion that waits for you]
        #[arg(long, value_name = "ENTRY")]
        of: Option<String>,
        /// Do not sign, for this reason (異見)
        #[arg(long, value_name = "WHY", conflicts_with = "note")]
        dissent: Option<String>,
        /// A word with the signature
        #[arg(long, default_value = "")]
        note: String,
        /// That it is you who signs
        #[command(flatten)]
        proof: Proof,
    },
    /// Write a reconciled opinion to a file: as PDF, or as DICOM Structured Report
    Opinion {
        /// Case identifier
        case: String,
        /// The opinion, or the beginning of its name [default: the only one that stands]
        #[arg(long, value_name = "ENTRY")]
        of: Option<String>,
        /// Where to write it; a name that ends in .dcm gets the Structured Report
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Record that a result was explained to the patient
    Informed {
        /// Case identifier
        case: String,
        /// Who explained it
        #[arg(long)]
        by: String,
        /// A version of the report or an urgent finding [default: the newest final version]
        #[arg(long, value_name = "ENTRY")]
        about: Option<String>,
        /// What was said
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Make an item of something that was not asked for and must be followed up
    Incidental {
        /// Case identifier
        case: String,
        /// What is seen
        #[arg(long)]
        finding: String,
        /// What is to be done
        #[arg(long)]
        advice: String,
        /// By when (RFC 3339, or days from now as in 30d)
        #[arg(long)]
        due: String,
        /// Who sees to it: fingerprint (or its beginning) or name [default: the requester]
        #[arg(long)]
        owner: Option<String>,
    },
    /// Record what became of an incidental finding
    Resolve {
        /// Case identifier
        case: String,
        /// The finding, or the beginning of its name [default: the only open one]
        #[arg(long, value_name = "ENTRY")]
        finding: Option<String>,
        /// What became of it
        #[arg(long, value_enum)]
        resolution: Resolution,
        /// In words
        #[arg(long)]
        note: String,
    },
    /// Bring in a further reader, as the requester with the patient's consent; a reader proposes her to the requester
    Forward(Box<Forward>),
    /// Consent, with the patient's consent, to a further reader whom a reader has proposed
    Consent {
        /// Case identifier
        case: String,
        /// The forward, or the beginning of its name [default: the only one that waits]
        #[arg(long, value_name = "ENTRY")]
        forward: Option<String>,
        /// Who explained it to the patient
        #[arg(long)]
        consent_by: String,
        /// When (RFC 3339) [default: now]
        #[arg(long)]
        consent_at: Option<String>,
        /// What the patient agreed to
        #[arg(long, default_value = "別の読影医への画像と報告書の提供")]
        consent_scope: String,
    },
    /// Choose who is asked next by itself when nobody accepts, with the patient's consent to each
    Successors {
        /// Case identifier
        case: String,
        /// Who is asked next: name or fingerprint, the next first; nobody: the list is given up
        #[arg(long, value_name = "WHO")]
        reader: Vec<String>,
        /// Who explained it to the patient
        #[arg(long, requires = "reader")]
        consent_by: Option<String>,
        /// When (RFC 3339) [default: now]
        #[arg(long)]
        consent_at: Option<String>,
        /// What the patient agreed to
        #[arg(long, default_value = "別の読影医への画像と報告書の提供")]
        consent_scope: String,
    },
    /// Let a reader go who has lost her credential; asking another in her place with `forward` does it too
    Release {
        /// Case identifier
        case: String,
        /// The request or forward by which she was asked, or the beginning of its name [default: the only one]
        #[arg(long, value_name = "ENTRY")]
        reader: Option<String>,
    },
    /// Ask the others of a case that has ended to erase their copies of the images
    AskErase {
        /// Case identifier
        case: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Answer a request to erase: with the certificate of the deletion here, or why the copy is kept
    AnswerErase {
        /// Case identifier
        case: String,
        /// The request, or the beginning of its name [default: the only one]
        #[arg(long, value_name = "ENTRY")]
        request: Option<String>,
        /// The number of the deletion (`dokuei retention delete --reason sender-request`)
        #[arg(long, conflicts_with = "keep", required_unless_present = "keep")]
        deletion: Option<u64>,
        /// It is kept: legal_hold, retention_duty or other
        #[arg(long, requires = "reason", value_parser = ["legal_hold", "retention_duty", "other"])]
        keep: Option<String>,
        /// Why it is kept
        #[arg(long)]
        reason: Option<String>,
    },
    /// Save the certificate of an erasure that came back
    EraseCertificate {
        /// Case identifier
        case: String,
        /// The answer, or the beginning of its name [default: the only one]
        #[arg(long, value_name = "ENTRY")]
        answer: Option<String>,
        /// The file
        #[arg(long, value_name = "FILE")]
        to: std::path::PathBuf,
    },
    /// A further reading is no longer wanted
    EndForward {
        /// Case identifier
        case: String,
        /// The forward, or the beginning of its name [default: the only one that waits]
        #[arg(long, value_name = "ENTRY")]
        forward: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Take your request back
    Withdraw {
        /// Case identifier
        case: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// `dokuei consult forward`
#[derive(Debug, Args)]
pub(crate) struct Forward {
    /// Case identifier
    pub(crate) case: String,
    /// What for
    #[arg(long, value_enum, default_value_t = ForwardKind::SecondOpinion)]
    pub(crate) kind: ForwardKind,
    /// The further reader: fingerprint (or its beginning) or name, as `dokuei directory` shows it
    #[arg(long)]
    pub(crate) with: String,
    /// What is asked of her
    #[arg(long)]
    pub(crate) question: String,
    /// As the requester: who explained it to the patient
    #[arg(long)]
    pub(crate) consent_by: Option<String>,
    /// When (RFC 3339) [default: now]
    #[arg(long)]
    pub(crate) consent_at: Option<String>,
    /// What the patient agreed to
    #[arg(long, default_value = "別の読影医への画像と報告書の提供")]
    pub(crate) consent_scope: String,
}
