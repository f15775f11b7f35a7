//! The command line. Values come from flags, then the environment, then `registry.toml` in the data directory.

mod credential;
mod issue;
mod operator;
mod register;
mod root;
mod said;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, Parser, Subcommand};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::applications::cli::{ApplicationCommand, SpecialistsCommand};
use crate::credentials::show;
use crate::failure::Failure;
use crate::operators::Actor;
use crate::registry::init::{self, Origin};
use crate::registry::{Layout, RegisterUrl, Registry, Rules};
use crate::verify::{self, Verify};
use crate::{api, applications, bulk, doctor, files, operators};
pub(crate) use issue::IssueCommand;
pub(crate) use said::{Way, report};

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
    /// Who acts, once operators are named here; the passphrase is then the operator's own.
    #[arg(long, global = true, env = "DOKUEI_REGISTRY_OPERATOR", value_name = "NAME")]
    operator: Option<String>,
    /// Print one JSON object instead of text; failures too.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  dokuei-registry init --name 'Example Registry'
  dokuei-registry application collect --url http://127.0.0.1:8080
  dokuei-registry application show ID
  dokuei-registry application approve ID
  dokuei-registry issue node --request clinic.csr --institution 'みなと歯科' \\
      --institution-code 1312345 --out clinic.pem
  dokuei-registry renew FINGERPRINT --out tanaka.pem
  dokuei-registry revoke FINGERPRINT --reason keyCompromise
  dokuei-registry import practitioners.csv --out-dir chains

DIR/registry.toml may set
  passphrase_file  a file with the operator's passphrase, instead of --passphrase-file
  listen, ui_dir   where `serve` listens, and the console's files
  bootstraps       [\"http://127.0.0.1:8080\"]: hosts whose drop boxes are collected and whose
                   mirrors are watched
  register_url     where the folder `register` is published: certificates then say where
                   their revocation list lies
  four_eyes        true: issuing and revoking wait until a second operator confirms them
                   (see `pending`)
Exit codes: 0 done, 1 refused or failed, 2 usage, 5 storage.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new registry: a root and an issuing authority, both sealed under the operator's passphrase.
    Init(Init),
    /// Issue a certificate for a PKCS#10 request.
    #[command(subcommand)]
    Issue(IssueCommand),
    /// Applications for credentials: receive, look at, approve, refuse.
    #[command(subcommand)]
    Application(ApplicationCommand),
    /// The list of qualified specialists that applications are compared with.
    #[command(subcommand)]
    Specialists(SpecialistsCommand),
    /// Issue a certificate again, for the same key and a new time.
    Renew(credential::Renew),
    /// Issue a certificate again, for a new key; the old one is superseded.
    Rekey(credential::Rekey),
    /// Suspend a certificate (certificateHold) until it is reinstated or revoked.
    Suspend(credential::Named),
    /// End a suspension: the certificate leaves the revocation list.
    Reinstate(credential::Named),
    /// Revoke a certificate and sign the next revocation list.
    Revoke(credential::Revoke),
    /// Issue for every row of a CSV file of practitioners.
    #[command(after_help = bulk::HELP)]
    Import(bulk::Import),
    /// Sign a new revocation list; do it daily, nodes want one that is less than 24 hours old.
    Crl {
        /// Where to write it, PEM; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List what was issued, with its standing.
    List,
    /// Print the root certificate with its successors, PEM; or, by its commands, hold the root's ceremonies.
    #[command(args_conflicts_with_subcommands = true)]
    Root {
        /// Where to write it; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(subcommand)]
        ceremony: Option<root::Ceremony>,
    },
    /// Take the next issuing authority into service.
    #[command(subcommand)]
    Authority(root::AuthorityCommand),
    /// The published register: as a file, its key, evidence against it.
    #[command(subcommand)]
    Register(register::RegisterCommand),
    /// Name the operators who work here.
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// What waits for a second operator (four_eyes = true in registry.toml).
    #[command(subcommand)]
    Pending(operator::PendingCommand),
    /// Who did what: a log in which nothing can be changed unseen.
    #[command(subcommand)]
    OperatorLog(operator::LogCommand),
    /// Look at the registry's health: keys that lie where they should not, lists that are old, certificates that end.
    Doctor,
    /// Serve the loopback API, and a console for the browser, until SIGTERM or Ctrl-C. The token is in DIR/api.token.
    /// Where there is no registry yet, the console makes one.
    Serve {
        /// A loopback address; port 0 lets the system choose (see DIR/api.json).
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
        /// The folder of the console's files [default: ../share/dokuei-registry/ui beside the program, when it is there].
        #[arg(long, value_name = "DIR")]
        ui_dir: Option<PathBuf>,
    },
    /// Tell whether a certificate stands, and if not, why. Needs no registry and no passphrase.
    #[command(after_help = verify::HELP)]
    Verify(Verify),
    /// Print a completion script, for example: dokuei-registry completion bash > /etc/bash_completion.d/dokuei-registry
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages, one for each command.
    Manual {
        /// A folder that exists.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// `init`.
#[derive(Debug, Args)]
struct Init {
    /// The registry's name, as it stands in its certificates.
    #[arg(long, required_unless_present = "from")]
    name: Option<String>,
    /// A folder with root.pem, issuing.pem and issuing.key, made at a ceremony (`root authority`): the root's key
    /// stays away from here.
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    from: Option<PathBuf>,
    /// The passphrase of that issuing.key, when it is not the registry's.
    #[arg(long, value_name = "FILE", requires = "from")]
    from_passphrase_file: Option<PathBuf>,
    /// Where the folder `register` will be published; certificates then say where their revocation list lies
    /// (RFC 5280 §4.2.1.13). It is kept in registry.toml.
    #[arg(long, value_name = "URL")]
    register_url: Option<String>,
}

impl Arguments {
    /// Whether it is to run until it is stopped.
    pub(crate) fn serves(&self) -> bool {
        matches!(self.command, Command::Serve { .. })
    }

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
    ui_dir: Option<PathBuf>,
    #[serde(default)]
    four_eyes: bool,
    #[serde(default)]
    bootstraps: Vec<String>,
    register_url: Option<String>,
}

/// What every command needs to know.
pub(crate) struct Desk {
    pub(crate) layout: Layout,
    pub(crate) json: bool,
    passphrase_file: Option<PathBuf>,
    operator: Option<String>,
    /// HTTP addresses of the bootstrap hosts that mirror the register and keep applications.
    pub(crate) bootstraps: Vec<String>,
    rules: Rules,
}

impl Desk {
    /// The passphrase that was given, or is asked for.
    pub(crate) fn passphrase(&self) -> Result<Zeroizing<String>, Failure> {
        files::passphrase(self.passphrase_file.as_ref())
    }

    /// The passphrase that is chosen now, given or asked for; `known` is what anybody knows of whom it is for.
    pub(crate) fn new_passphrase(&self, known: &[&str]) -> Result<Zeroizing<String>, Failure> {
        files::new_passphrase(self.passphrase_file.as_ref(), known)
    }

    /// A passphrase from this file, else the usual one.
    pub(crate) fn passphrase_from(&self, file: Option<&PathBuf>) -> Result<Zeroizing<String>, Failure> {
        files::passphrase(file.or(self.passphrase_file.as_ref()))
    }

    /// Opens the registry for the operator who was named, or for nobody in particular when none is.
    pub(crate) fn open(&self) -> Result<(Registry, Actor), Failure> {
        self.layout.anchor()?;
        operators::open(
            &self.layout,
            self.operator.as_deref(),
            &self.passphrase()?,
            self.rules.clone(),
        )
    }
}

/// Does what was asked.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let layout = Layout {
        dir: data_dir(arguments.data_dir)?,
    };
    let config = match arguments.command {
        Command::Completion { .. } | Command::Manual { .. } => Config::default(),
        _ => read_config(&layout.dir)?,
    };
    let desk = Desk {
        layout,
        json: arguments.json,
        passphrase_file: arguments.passphrase_file.or(config.passphrase_file),
        operator: arguments.operator,
        bootstraps: config.bootstraps,
        rules: Rules {
            four_eyes: config.four_eyes,
            register_url: config
                .register_url
                .as_deref()
                .map(RegisterUrl::parse)
                .transpose()?,
        },
    };
    match arguments.command {
        Command::Init(typed) => make(&desk, &typed),
        Command::Issue(typed) => credential::issue(&desk, typed),
        Command::Application(typed) => applications::cli::run(&desk, typed),
        Command::Specialists(typed) => applications::cli::specialists(&desk, &typed),
        Command::Renew(typed) => credential::renew(&desk, typed),
        Command::Rekey(typed) => credential::rekey(&desk, typed),
        Command::Suspend(typed) => credential::suspend(&desk, typed),
        Command::Reinstate(typed) => credential::reinstate(&desk, typed),
        Command::Revoke(typed) => credential::revoke(&desk, typed),
        Command::Import(typed) => bulk::run(&desk, &typed),
        Command::Crl { out } => show::crl(&mut desk.open()?.0, out.as_deref()),
        Command::List => show::list(&desk.layout, desk.json),
        Command::Root { out, ceremony: None } => {
            let anchors = desk.layout.anchors(&desk.layout.read_register()?)?;
            files::give_out(out.as_deref(), &anchors.to_pem())
        }
        Command::Root {
            ceremony: Some(ceremony),
            ..
        } => root::run(&desk, ceremony),
        Command::Authority(typed) => root::authority(&desk, typed),
        Command::Register(typed) => register::run(&desk, typed),
        Command::Operator(typed) => operator::run(&desk, typed),
        Command::Pending(typed) => operator::pending(&desk, typed),
        Command::OperatorLog(typed) => operator::log(&desk, &typed),
        Command::Doctor => doctor::run(&desk),
        Command::Serve { listen, ui_dir } => {
            let listen = listen.or(config.listen);
            let listen = api::loopback(listen.as_deref().unwrap_or("127.0.0.1:0"))?;
            let served = api::Served {
                ui_dir: ui_dir.or(config.ui_dir).or_else(ui_beside_the_program),
                bootstraps: desk.bootstraps.clone(),
                json: desk.json,
            };
            serve(&desk, listen, served)
        }
        Command::Completion { shell } => {
            let mut out = std::io::stdout();
            clap_complete::generate(shell, &mut Arguments::command(), "dokuei-registry", &mut out);
            Ok(())
        }
        Command::Manual { folder } => clap_mangen::generate_to(Arguments::command(), &folder)
            .map_err(|error| Failure::storage("written", &folder, error)),
        Command::Verify(_) => Ok(()),
    }
}

/// The console's files where a package installs them: in ../share/dokuei-registry/ui.
fn ui_beside_the_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let share = program.parent()?.parent()?.join("share/dokuei-registry/ui");
    share.join("index.html").exists().then_some(share)
}

fn serve(desk: &Desk, address: SocketAddr, served: api::Served) -> Result<(), Failure> {
    // Without a registry the console makes one. Whoever serves the API alone meant another directory.
    let Some(ui_dir) = served.ui_dir.clone().filter(|_| !desk.layout.root().exists()) else {
        let (registry, actor) = desk.open()?;
        return api::run(registry, actor, api::listen(address)?, served);
    };
    let listener = api::listen(address)?;
    // One socket for both: whoever asks in between is answered a moment later.
    let same = listener
        .try_clone()
        .map_err(|source| Failure::storage("served", &desk.layout.dir, source))?;
    let made = api::setup::run(&desk.layout, desk.rules.clone(), same, ui_dir, served.json)?;
    match made {
        Some((registry, actor)) => api::run(registry, actor, listener, served),
        None => Ok(()),
    }
}

fn make(desk: &Desk, typed: &Init) -> Result<(), Failure> {
    let passphrase = desk.new_passphrase(&[typed.name.as_deref().unwrap_or_default()])?;
    let theirs;
    let origin = match (&typed.from, &typed.name) {
        (Some(from), _) => {
            theirs = desk.passphrase_from(typed.from_passphrase_file.as_ref())?;
            Origin::Ceremony {
                from,
                passphrase: &theirs,
            }
        }
        (None, name) => Origin::Here {
            name: name.as_deref().unwrap_or_default(),
        },
    };
    let mut rules = desk.rules.clone();
    if let Some(url) = &typed.register_url {
        let url = RegisterUrl::parse(url)?;
        if rules.register_url.as_ref() != Some(&url) {
            init::remember(&desk.layout, &url)?;
        }
        rules.register_url = Some(url);
    }
    init::run(desk.layout.clone(), origin, &passphrase, rules, desk.json)
}

/// Says that an import waits for a second operator.
pub(crate) fn report_import(desk: &Desk, done: crate::credentials::perform::Done) -> Result<(), Failure> {
    if !desk.json {
        eprintln!("Nothing was issued yet. When it is confirmed, start the same import again.");
    }
    report(desk, done, (Way::Carried, None))
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
