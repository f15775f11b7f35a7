//! The command line. Values come from flags, then the environment, then `registry.toml` in the data directory.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, Parser, Subcommand};
use serde::Deserialize;

use crate::credentials::{issue, revoke};
use crate::failure::Failure;
use crate::registry::init;
use crate::registry::{Layout, Registry};
use crate::verify::{self, Verify};
use crate::{api, files};

/// Issue, renew and revoke the credentials of a Dokuei network.
///
/// A registry attests who may take part: practitioners (with licence and qualification) and the nodes of their
/// institutions. It sees certification requests only, never a private key, a patient or an image.
#[derive(Debug, Parser)]
#[command(name = "dokuei-registry", version, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where the registry keeps its keys and its register.
    #[arg(long, global = true, env = "DOKUEI_REGISTRY_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A file whose first line is the operator's passphrase; without it the terminal is asked.
    #[arg(
        long,
        global = true,
        env = "DOKUEI_REGISTRY_PASSPHRASE_FILE",
        value_name = "FILE"
    )]
    passphrase_file: Option<PathBuf>,
    /// Print one JSON object instead of text; failures too.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  dokuei-registry init --name 'Example Registry'
  dokuei-registry issue practitioner --request tanaka.csr --name-ja '田中 花子' --name-latin 'Hanako Tanaka' \\
      --licence-type dentist --licence-number 123456 --qualification oral-radiology --out tanaka.pem
  dokuei-registry issue node --request clinic.csr --institution 'みなと歯科' --institution-code 1312345 --out clinic.pem
  dokuei-registry revoke FINGERPRINT --reason keyCompromise

Configuration: DIR/registry.toml may set passphrase_file and listen.
Exit codes: 0 done, 1 refused or failed, 2 usage, 5 storage.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new registry: a root and an issuing authority, both sealed under the operator's passphrase.
    Init(Init),
    /// Issue a certificate for a PKCS#10 request.
    #[command(subcommand)]
    Issue(IssueCommand),
    /// Revoke a certificate and sign the next revocation list.
    Revoke {
        /// Fingerprint or serial number, hexadecimal.
        certificate: String,
        /// One of RFC 5280's reasons: keyCompromise (also a lost device), affiliationChanged, superseded,
        /// cessationOfOperation, certificateHold, privilegeWithdrawn, unspecified.
        #[arg(long)]
        reason: String,
    },
    /// Sign a new revocation list; do it daily, nodes want one that is less than 24 hours old.
    Crl {
        /// Where to write it, PEM; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List what was issued, with its standing.
    List,
    /// Print the root certificate, PEM.
    Root {
        /// Where to write it; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Serve the loopback API until SIGTERM or Ctrl-C: issue, revoke, list. The token is in DIR/api.token.
    Serve {
        /// A loopback address; port 0 lets the system choose (see DIR/api.json).
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
    },
    /// Tell whether a certificate stands, and if not, why. Needs no registry and no passphrase.
    #[command(after_help = verify::HELP)]
    Verify(Verify),
    /// Print a completion script, for example: dokuei-registry completion bash > /etc/bash_completion.d/dokuei-registry
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// `init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The registry's name, as it stands in its certificates.
    #[arg(long)]
    pub(crate) name: String,
}

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
    out: Option<PathBuf>,
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
    out: Option<PathBuf>,
}

impl IssueCommand {
    fn out(&self) -> Option<PathBuf> {
        match self {
            Self::Practitioner(typed) => typed.out.clone(),
            Self::Node(typed) => typed.out.clone(),
        }
    }
}

impl Arguments {
    /// What `verify` was asked.
    pub(crate) fn verification(&self) -> Option<&Verify> {
        match &self.command {
            Command::Verify(asked) => Some(asked),
            _ => None,
        }
    }
}

/// `registry.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    passphrase_file: Option<PathBuf>,
    listen: Option<String>,
}

/// Does what was asked.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let json = arguments.json;
    if let Command::Completion { shell } = arguments.command {
        clap_complete::generate(
            shell,
            &mut Arguments::command(),
            "dokuei-registry",
            &mut std::io::stdout(),
        );
        return Ok(());
    }
    let layout = Layout {
        dir: data_dir(arguments.data_dir)?,
    };
    let config = read_config(&layout.dir)?;
    let passphrase_file = arguments.passphrase_file.or(config.passphrase_file);
    let passphrase = |new| files::passphrase(passphrase_file.as_ref(), new);
    let open = || -> Result<Registry, Failure> {
        layout.anchor()?;
        Registry::open(layout.clone(), &passphrase(false)?)
    };
    match arguments.command {
        Command::Init(typed) => init::run(layout.clone(), &typed, &passphrase(true)?, json),
        Command::Issue(typed) => {
            let out = typed.out();
            let order = issue::Order::from_cli(typed)?;
            issue::run(&mut open()?, order, out.as_deref(), json)
        }
        Command::Revoke { certificate, reason } => revoke::revoke(&mut open()?, &certificate, &reason, json),
        Command::Crl { out } => revoke::crl(&mut open()?, out.as_deref()),
        Command::List => revoke::list(&layout, json),
        Command::Root { out } => files::give_out(out.as_deref(), &layout.anchor()?.to_pem()),
        Command::Serve { listen } => {
            let listen = listen
                .or(config.listen)
                .unwrap_or_else(|| "127.0.0.1:0".to_owned());
            let listen = api::loopback(&listen)?;
            api::run(open()?, listen)
        }
        Command::Completion { .. } | Command::Verify(_) => Ok(()),
    }
}

fn data_dir(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let usual = || {
        Some(
            directories::ProjectDirs::from("", "", "dokuei-registry")?
                .data_dir()
                .to_owned(),
        )
    };
    given
        .or_else(usual)
        .ok_or_else(|| Failure::Usage("there is no home directory; use --data-dir".to_owned()))
}

fn read_config(dir: &Path) -> Result<Config, Failure> {
    let path = dir.join("registry.toml");
    if !path.exists() {
        return Ok(Config::default());
    }
    toml::from_str(&files::read_text(&path)?)
        .map_err(|error| Failure::Usage(format!("{} cannot be understood: {error}", path.display())))
}
