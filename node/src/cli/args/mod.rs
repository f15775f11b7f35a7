//! The command line as it is written: `dokuei COMMAND …`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod apply;
mod archive;
mod attach;
mod audit;
mod bandwidth;
mod consult;
mod directory;
mod duty;
mod governance;
mod hand_over;
mod keys;
mod media;
mod notices;
mod peers;
mod register;
mod retention;

pub(crate) use apply::*;
pub(crate) use archive::*;
pub(crate) use attach::*;
pub(crate) use audit::*;
pub(crate) use bandwidth::*;
pub(crate) use consult::*;
pub(crate) use directory::*;
pub(crate) use duty::*;
pub(crate) use governance::*;
pub(crate) use hand_over::*;
pub(crate) use keys::*;
pub(crate) use media::*;
pub(crate) use notices::*;
pub(crate) use peers::*;
pub(crate) use register::*;
pub(crate) use retention::*;

/// Dokuei (読影): ask a specialist for a reading of dental images, or give one, node to node.
///
/// A new node:   dokuei init · dokuei identity trust · dokuei run, and while it runs
/// dokuei identity apply node --send · dokuei identity apply practitioner --send.
/// (By hand: dokuei identity request-node · request-practitioner · install.)
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
    /// Send to the archives of the house by DICOM, and see what became of it
    #[command(subcommand)]
    Archive(Archive),
    /// Find practitioners by name, place or field, in kanji, kana, romaji or English
    Directory(DirectoryQuery),
    /// Show or publish what you say of yourself in the directory
    #[command(subcommand)]
    Profile(Box<ProfileCommand>),
    /// Agree with a specialist on who is responsible for what (needed once, before the first request)
    #[command(subcommand)]
    Agreement(Agreement),
    /// Ask for a reading, accept one, report, read, close; ask in doubt, follow findings up, bring in further readers
    #[command(subcommand)]
    Consult(Consult),
    /// Urgent findings: tell one at once, see what alarms and whom to call, acknowledge
    #[command(subcommand)]
    Urgent(Urgent),
    /// What is to be done in your consultations, and what is overdue
    Duties,
    /// What you are told outside the app, by which ways and when not; and the mail server of the house
    #[command(subcommand)]
    Notices(Notices),
    /// Write a consultation on a USB stick or a disc, or take one from there
    #[command(subcommand)]
    Media(Media),
    /// Show what waits for other nodes, and why
    Outbox,
    /// Who does not keep to the rules and is banned for a time, and lifting a ban
    #[command(subcommand)]
    Peers(Peers),
    /// How much of the line images may take, and at which hours
    #[command(subcommand)]
    Bandwidth(Bandwidth),
    /// The register of credentials here: how fresh it is, a newer one from a file, evidence against the registry
    #[command(subcommand)]
    Register(Register),
    /// Who did what and when: search, export (ATNA, FHIR, CSV), what was disclosed of a patient
    #[command(subcommand)]
    Audit(Audit),
    /// A consultation as evidence for outsiders
    #[command(subcommand)]
    Case(CaseCommand),
    /// Templates of reports
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Documents of the house: fill in, sign, acknowledge
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// How the house runs this node: what is due, duties, pledges, training, self-inspection, displays
    #[command(subcommand)]
    Governance(GovernanceCommand),
    /// Until when what is here must be kept; stop deletions (legal hold); delete with a certificate
    #[command(subcommand)]
    Retention(RetentionCommand),
    /// Your consultations pass to a new owner of the practice, or a colleague's to you
    #[command(subcommand)]
    HandOver(HandOverCommand),
    /// Something went wrong: stop sending and receiving, record the response, go on again
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// Check keys, clock, certificates, disk and algorithms
    Doctor(Doctor),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages, one for each command
    Manual {
        /// A folder that exists
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// Where a passphrase comes from when it is not typed.
#[derive(Debug, Args, Clone)]
pub(crate) struct NodePassphrase {
    /// File that holds the node passphrase [default: $CREDENTIALS_DIRECTORY/dokuei-passphrase, else asked]
    #[arg(long, env = "DOKUEI_PASSPHRASE_FILE", value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Command whose output is the node passphrase, e.g. one that asks the keyring of the system:
    /// 'secret-tool lookup application dokuei'
    #[arg(long, env = "DOKUEI_PASSPHRASE_COMMAND", value_name = "COMMAND")]
    pub(crate) passphrase_command: Option<String>,
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
    /// For practice, with no real patient on it: no documents, pledges or training are asked for
    #[arg(long)]
    pub(crate) practice: bool,
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
    /// Trust a registry: install the root certificate that its operator publishes, so that this node can read the
    /// register and apply for certificates
    Trust {
        /// The root certificate (PEM)
        #[arg(value_name = "FILE")]
        root: PathBuf,
        /// Its fingerprint as published (SHA-256, hexadecimal); without it, compare the one that is printed
        #[arg(long, value_name = "HEX")]
        fingerprint: Option<dokuei_identity::fingerprint::Fingerprint>,
    },
    /// Apply for a certificate; what is issued is installed by the running node itself
    #[command(subcommand)]
    Apply(Apply),
    /// Send an application that was made before, with the signature of an HPKI card or without
    Submit(Submit),
    /// Show the applications of this node and how they stand
    Applications,
    /// Take the registry's answer that came as a file
    Answer {
        /// What `dokuei-registry application answer` wrote
        file: PathBuf,
    },
    /// Remove an application and its documents from this node
    Withdraw {
        /// The application, or the beginning of its name
        application: String,
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

/// `dokuei study …`
#[derive(Debug, Subcommand)]
pub(crate) enum Study {
    /// Take DICOM files, whole folders, media with a DICOMDIR or ZIP archives into the encrypted store
    Import {
        /// Files, folders, DICOMDIRs and archives
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Make photographs, scanned radiographs, PDFs or STL models part of a study
    Attach(Box<Attach>),
    /// Make a study under a pseudonym of this one, beside it
    Pseudonymise {
        /// Study Instance UID
        study: String,
        #[command(flatten)]
        how: Pseudonym,
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
        /// A new or empty folder; with --dicomdir also a file that ends in .iso, to burn (needs xorriso)
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
        /// As a DICOM medium: with a DICOMDIR, uncompressed where nothing is lost by it
        #[arg(long)]
        dicomdir: bool,
        /// What one disc holds, e.g. 650M or 4.3G: the medium is divided among as many as are needed
        #[arg(long, value_name = "SIZE", requires = "dicomdir")]
        capacity: Option<String>,
    },
    /// Send one study to an archive of the house by DICOM (it leaves the encrypted store: it is audited)
    Send {
        /// Study Instance UID
        study: String,
        /// AE title of the archive
        #[arg(long, value_name = "AET")]
        to: String,
        /// Wait until it is there
        #[arg(long)]
        wait: bool,
    },
    /// Make the practice study of this node: of nobody, sent to nobody
    Practice {
        /// Delete it, with the request about it
        #[arg(long)]
        delete: bool,
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
        /// Make the study of this number again, byte for byte [default: a new study]
        #[arg(long, value_name = "NUMBER")]
        seed: Option<u64>,
    },
}

/// `dokuei doctor`
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The passphrase that unlocks this node
    #[command(flatten)]
    pub(crate) passphrase: NodePassphrase,
}
