//! The command line as it is written: `dokuei COMMAND …`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Dokuei (読影): ask a specialist for a reading of dental images, or give one, node to node.
///
/// A new node:   dokuei init · dokuei identity request-node · dokuei identity request-practitioner,
/// then, with what the registry operator sends back, dokuei identity install · dokuei run.
/// A consultation: dokuei sign-in · dokuei study import · dokuei directory · dokuei agreement propose ·
/// dokuei consult request.
///
/// Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 the node is not running; 4 nobody is signed in;
/// 5 the storage cannot be used.
#[derive(Debug, Parser)]
#[command(name = "dokuei", version, max_term_width = 110, propagate_version = true)]
pub(crate) struct Cli {
    /// The node's data directory [default: by platform convention, e.g. ~/.local/share/dokuei]
    #[arg(long, global = true, env = "DOKUEI_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print one JSON document for a script to read
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What `dokuei` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new node: its key, its encrypted store and its settings
    Init(Init),
    /// Ask for certificates, install them, show them
    #[command(subcommand)]
    Identity(Identity),
    /// Run the node until SIGTERM or Ctrl-C
    Run(Run),
    /// Show what the running node is doing
    Status,
    /// Sign in as a practitioner (needed to open studies and to sign)
    SignIn(SignIn),
    /// Sign out and forget the session
    SignOut,
    /// Change a passphrase
    #[command(subcommand)]
    Passphrase(Passphrase),
    /// The second factor of whoever is signed in: one-time passwords of an authenticator
    #[command(subcommand)]
    SecondFactor(SecondFactor),
    /// Make a recovery kit to be kept on paper, or come back with one
    #[command(subcommand)]
    Recovery(Recovery),
    /// Move this node to another machine
    #[command(subcommand)]
    Move(Move),
    /// Import, list, show and export studies
    #[command(subcommand)]
    Study(Study),
    /// Find practitioners by name, place or field, in kanji, kana, romaji or English
    Directory(DirectoryQuery),
    /// Show or publish what you say of yourself in the directory
    #[command(subcommand)]
    Profile(Box<ProfileCommand>),
    /// Agree with a specialist on who is responsible for what (needed once, before the first request)
    #[command(subcommand)]
    Agreement(Agreement),
    /// Ask for a reading, accept one, report, read, close
    #[command(subcommand)]
    Consult(Consult),
    /// Check keys, clock, certificates, disk and algorithms
    Doctor(Doctor),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Where a passphrase comes from when it is not typed.
#[derive(Debug, Args, Clone)]
pub(crate) struct NodePassphrase {
    /// File that holds the node passphrase [default: $CREDENTIALS_DIRECTORY/dokuei-passphrase, else asked]
    #[arg(long, env = "DOKUEI_PASSPHRASE_FILE", value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Where a practitioner's passphrase comes from when it is not typed.
#[derive(Debug, Args, Clone)]
pub(crate) struct PractitionerPassphrase {
    /// File that holds the practitioner's passphrase [default: asked]
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `dokuei init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Name of the clinic or hospital, e.g. 山田歯科医院
    #[arg(long)]
    pub(crate) institution: String,
    /// Its code (保険医療機関コード)
    #[arg(long)]
    pub(crate) institution_code: String,
    /// What kind of machine this is
    #[arg(long, value_enum, default_value_t = DeviceClass::Fixed)]
    pub(crate) device_class: DeviceClass,
    /// The passphrase that unlocks this node at start
    #[command(flatten)]
    pub(crate) passphrase: NodePassphrase,
}

/// Kind of machine, as its certificate will state it (guideline 6(4)).
#[derive(Debug, Clone, Copy, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DeviceClass {
    /// Stays in the institution
    Fixed,
    /// A laptop or tablet
    Portable,
    /// An isolated virtual desktop
    VirtualDesktop,
}

/// `dokuei identity …`
#[derive(Debug, Subcommand)]
pub(crate) enum Identity {
    /// Write a certificate request (PKCS#10) for this node
    RequestNode {
        /// Where to write it [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The passphrase that unlocks this node
        #[command(flatten)]
        passphrase: NodePassphrase,
    },
    /// Make a practitioner's keys and write a certificate request (PKCS#10)
    RequestPractitioner {
        /// Short sign-in name: a–z, 0–9, '-', '_'
        #[arg(long)]
        id: String,
        /// Name in Japanese, e.g. 山田 太郎
        #[arg(long)]
        name_ja: String,
        /// Name in Latin letters, e.g. "Yamada Taro"
        #[arg(long)]
        name_latin: String,
        /// Where to write the request [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The passphrase that will protect her keys
        #[command(flatten)]
        passphrase: PractitionerPassphrase,
    },
    /// Install what the registry operator issued: for this node or for a practitioner, told apart by the key
    Install {
        /// The registry's root certificate (PEM); compare its fingerprint with the operator's
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// The issued certificate followed by the issuing CA's (PEM)
        #[arg(long, value_name = "FILE")]
        chain: PathBuf,
        /// The newest certificate revocation list (PEM)
        #[arg(long, value_name = "FILE")]
        crl: Option<PathBuf>,
    },
    /// Show the certificates that are installed here
    Show,
}

/// `dokuei run`
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Address of the loopback API and the app
    #[arg(long, env = "DOKUEI_API", value_name = "ADDRESS")]
    pub(crate) api: Option<SocketAddr>,
    /// Where other nodes reach this one, e.g. /ip4/0.0.0.0/udp/4600/quic-v1 (repeat for several)
    #[arg(long, env = "DOKUEI_LISTEN", value_delimiter = ',', value_name = "MULTIADDR")]
    pub(crate) listen: Vec<String>,
    /// A bootstrap host, e.g. /dns4/boot.example.jp/udp/4601/quic-v1/p2p/12D3… (repeat for several)
    #[arg(
        long,
        env = "DOKUEI_BOOTSTRAP",
        value_delimiter = ',',
        value_name = "MULTIADDR"
    )]
    pub(crate) bootstrap: Vec<String>,
    /// Folder of the app's files
    #[arg(long, env = "DOKUEI_UI_DIR", value_name = "DIR")]
    pub(crate) ui_dir: Option<PathBuf>,
    /// The passphrase that unlocks this node
    #[command(flatten)]
    pub(crate) passphrase: NodePassphrase,
}

/// `dokuei sign-in`
#[derive(Debug, Args)]
pub(crate) struct SignIn {
    /// Sign-in name
    #[arg(long)]
    pub(crate) id: String,
    /// Her passphrase
    #[command(flatten)]
    pub(crate) passphrase: PractitionerPassphrase,
    /// Code of her second factor, or a recovery code [default: asked when one is needed]
    #[arg(long)]
    pub(crate) code: Option<String>,
}

/// Passphrase and code of whoever is signed in, asked for again before keys are changed.
#[derive(Debug, Args)]
pub(crate) struct Proof {
    /// Her passphrase
    #[command(flatten)]
    pub(crate) passphrase: PractitionerPassphrase,
    /// Code of her second factor, when she has one
    #[arg(long)]
    pub(crate) code: Option<String>,
}

/// `dokuei passphrase …`
#[derive(Debug, Subcommand)]
pub(crate) enum Passphrase {
    /// Change the passphrase of whoever is signed in; all her sessions end
    Change {
        #[command(flatten)]
        proof: Proof,
        /// File that holds the new passphrase [default: asked]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Change the passphrase that unlocks this node at start; it is the next start that asks for it
    ChangeNode {
        /// The present one
        #[command(flatten)]
        passphrase: NodePassphrase,
        /// File that holds the new passphrase [default: asked]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

/// `dokuei second-factor …`
#[derive(Debug, Subcommand)]
pub(crate) enum SecondFactor {
    /// First step: make a secret and show it to the authenticator
    Enrol {
        /// Her passphrase
        #[command(flatten)]
        passphrase: PractitionerPassphrase,
        /// Write the QR code there, as SVG
        #[arg(long, value_name = "FILE")]
        qr: Option<PathBuf>,
    },
    /// Second step: give the first code; prints the recovery codes, once
    Confirm {
        /// What the authenticator shows
        #[arg(long)]
        code: String,
    },
    /// Remove it
    Remove {
        /// Her passphrase
        #[command(flatten)]
        passphrase: PractitionerPassphrase,
        /// Code, or a recovery code
        #[arg(long)]
        code: String,
    },
    /// Show whether there is one
    Status,
}

/// `dokuei move …`
#[derive(Debug, Subcommand)]
pub(crate) enum Move {
    /// On the old machine, with the node stopped: write all that it keeps to one sealed file; it will not run here again
    Export {
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The passphrase that unlocks this node
        #[command(flatten)]
        passphrase: NodePassphrase,
        /// File that holds a passphrase for the way [default: asked]
        #[arg(long, value_name = "FILE")]
        move_passphrase_file: Option<PathBuf>,
    },
    /// On the new machine, in an empty data directory: take the node up; it gets a new key and needs a new certificate
    Import {
        /// What `dokuei move export` wrote
        file: PathBuf,
        /// The passphrase that will unlock the node here
        #[command(flatten)]
        passphrase: NodePassphrase,
        /// File that holds the passphrase for the way [default: asked]
        #[arg(long, value_name = "FILE")]
        move_passphrase_file: Option<PathBuf>,
    },
}

/// `dokuei recovery …`
#[derive(Debug, Subcommand)]
pub(crate) enum Recovery {
    /// Make a kit for whoever is signed in; an older one is void from then on
    Create {
        #[command(flatten)]
        proof: Proof,
        /// Where to write the page to print (HTML); delete it after printing
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Split it over so many sheets
        #[arg(long, requires = "needed")]
        sheets: Option<u8>,
        /// How many of them are needed
        #[arg(long, requires = "sheets")]
        needed: Option<u8>,
    },
    /// Set a new passphrase with a kit; the second factor is forgotten and the kit is void afterwards
    Restore {
        /// Sign-in name
        #[arg(long)]
        id: String,
        /// File with the sheets, one a line [default: asked]
        #[arg(long, value_name = "FILE")]
        kit_file: Option<PathBuf>,
        /// File that holds the new passphrase [default: asked]
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
}

/// `dokuei study …`
#[derive(Debug, Subcommand)]
pub(crate) enum Study {
    /// Take DICOM files or whole folders into the encrypted store
    Import {
        /// Files and folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// List the studies held here
    List,
    /// Show one study with its series and instances
    Show {
        /// Study Instance UID
        study: String,
    },
    /// Write one study as plain DICOM files (leaves the encrypted store: it is audited)
    Export {
        /// Study Instance UID
        study: String,
        /// A new or empty folder
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Write a synthetic dental CBCT to practise with, clearly marked as a sample
    Sample {
        /// A new or empty folder
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Number of slices
        #[arg(long, default_value_t = 400)]
        slices: u32,
        /// Rows and columns of a slice, pixels
        #[arg(long, default_value_t = 400)]
        size: u16,
    },
}

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
    Set(ProfileChange),
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

/// `dokuei agreement …`
#[derive(Debug, Subcommand)]
pub(crate) enum Agreement {
    /// Propose the standard agreement to a specialist
    Propose {
        /// Her fingerprint (or its beginning) or her name, as `dokuei directory` shows it
        #[arg(long)]
        with: String,
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

/// `dokuei consult …`
#[derive(Debug, Subcommand)]
pub(crate) enum Consult {
    /// Send a study to a specialist and ask for a reading
    Request(Box<Request>),
    /// List consultations, urgent ones first
    List,
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
    /// Decline a request
    Decline {
        /// Case identifier
        case: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Sign the final report
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

/// `dokuei doctor`
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The passphrase that unlocks this node
    #[command(flatten)]
    pub(crate) passphrase: NodePassphrase,
}
