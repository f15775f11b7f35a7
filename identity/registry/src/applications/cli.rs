//! `application` and `specialists`.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use clap::Subcommand;
use serde_json::{Value, json};

use super::decide::{Approval, approve, refuse};
use super::inbox::Inbox;
use super::{answer, collect, receive, show, specialists, text};
use crate::bootstraps;
use crate::cli::{Desk, Way, report};
use crate::failure::Failure;
use crate::files;

/// `application`.
#[derive(Debug, Subcommand)]
pub(crate) enum ApplicationCommand {
    /// Print the public key that applications are sealed to, hexadecimal; it also stands in the register.
    Key {
        /// Where to write it; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Take in a sealed application, or every file of a drop-box folder.
    Receive {
        /// A file or a folder.
        #[arg(value_name = "FILE|DIR")]
        path: PathBuf,
    },
    /// Take what waits at bootstrap nodes, and leave the answers to refused applicants there.
    Collect {
        /// The HTTP address of one, for example http://127.0.0.1:9090; without it all that registry.toml names.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// List applications and how they stand, the newest first.
    List,
    /// Show an application, with what was found about it.
    Show {
        /// Its name, or the beginning of it.
        id: String,
    },
    /// Write its attachments into a folder that only you can read.
    Evidence {
        /// Its name, or the beginning of it.
        id: String,
        /// The folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Approve it: the certificate is issued, or waits for a second operator.
    Approve {
        /// Its name, or the beginning of it.
        id: String,
        /// How long the certificate is valid, days; at most 366, provisional 120.
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=366))]
        days: Option<u64>,
        /// A qualification to certify, as CODE or CODE=GROUND, may be repeated; without it those that are claimed.
        #[arg(
            long = "qualification",
            value_name = "CODE",
            conflicts_with = "no_qualification"
        )]
        qualifications: Vec<String>,
        /// Certify no qualification, whatever is claimed.
        #[arg(long)]
        no_qualification: bool,
        /// With narrower scope, for at most 120 days, until the evidence is complete (an HPKI card, for example).
        #[arg(long)]
        provisional: bool,
        /// Where to write the chain, PEM, too; the applicant's node takes it from the register.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Refuse it.
    Refuse {
        /// Its name, or the beginning of it.
        id: String,
        /// Why; the applicant is told when her application is collected or answered.
        #[arg(long)]
        reason: String,
    },
    /// Write the sealed answer to a refused application, for one that came as a file. What came from a bootstrap is
    /// answered there by `collect`.
    Answer {
        /// Its name, or the beginning of it.
        id: String,
        /// Where to write it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `specialists`.
#[derive(Debug, Subcommand)]
pub(crate) enum SpecialistsCommand {
    /// Import a board's list of qualified specialists; it takes the place of the earlier one.
    #[command(after_help = specialists::HELP)]
    Import {
        /// The file.
        #[arg(value_name = "CSV")]
        file: PathBuf,
    },
    /// How many are listed.
    List,
}

pub(crate) fn run(desk: &Desk, typed: ApplicationCommand) -> Result<(), Failure> {
    let (mut registry, actor) = desk.open()?;
    match typed {
        ApplicationCommand::Key { out } => {
            let key = Inbox::open(&mut registry)?.public();
            files::give_out(
                out.as_deref(),
                &format!("{}\n", hex::encode(key.kem().as_bytes())),
            )
        }
        ApplicationCommand::Receive { path } => {
            let object = receive::receive(&mut registry, &actor, &path)?;
            told(desk, &object, &text::received(&object));
            Ok(())
        }
        ApplicationCommand::Collect { url } => {
            let urls = bootstraps::chosen(url, &desk.bootstraps)?;
            let registry = Mutex::new(registry);
            let open = || registry.lock().unwrap_or_else(PoisonError::into_inner);
            for url in urls {
                let object = collect::collect(&open, &actor, &url)?;
                told(desk, &object, &format!("{url}: {}", text::received(&object)));
            }
            Ok(())
        }
        ApplicationCommand::List => {
            let object = show::list(&mut registry)?;
            told(desk, &object, &text::list(&object));
            Ok(())
        }
        ApplicationCommand::Show { id } => {
            let object = show::one(&mut registry, &id)?;
            told(desk, &object, &text::one(&object));
            Ok(())
        }
        ApplicationCommand::Evidence { id, out } => {
            let written = show::extract(&mut registry, &id, &out)?;
            let list: String = written.iter().map(|name| format!("  {name}\n")).collect();
            let text = if written.is_empty() {
                "The application has no attachments.\n".to_owned()
            } else {
                format!("The attachments, in {}:\n{list}", out.display())
            };
            told(desk, &json!({"out": out, "files": written}), &text);
            Ok(())
        }
        ApplicationCommand::Approve {
            id,
            days,
            qualifications,
            no_qualification,
            provisional,
            out,
        } => {
            let said = no_qualification || !qualifications.is_empty();
            let approval = Approval {
                days,
                qualifications: said.then_some(qualifications),
                provisional,
            };
            let done = approve(&mut registry, &actor, &id, &approval)?;
            report(desk, done, (Way::ByRegister, out.as_deref()))
        }
        ApplicationCommand::Refuse { id, reason } => {
            let refused = refuse(&mut registry, &actor, &id, &reason)?;
            let text = format!(
                "Refused {refused}. The applicant reads why when you `application collect` again, or by the file that \
                 `application answer {refused} --out FILE` writes.\n"
            );
            told(desk, &json!({"refused": refused}), &text);
            Ok(())
        }
        ApplicationCommand::Answer { id, out } => {
            files::write(&out, &answer::one(&mut registry, &id)?, false)?;
            let text = format!(
                "The sealed answer is in {}; at the node: dokuei identity answer FILE\n",
                out.display()
            );
            told(desk, &json!({"answer": out}), &text);
            Ok(())
        }
    }
}

pub(crate) fn specialists(desk: &Desk, typed: &SpecialistsCommand) -> Result<(), Failure> {
    desk.layout.anchor()?;
    match typed {
        SpecialistsCommand::Import { file } => {
            let (mut registry, actor) = desk.open()?;
            let rows = specialists::import(&mut registry, &actor, file)?;
            let text = format!("Specialists listed now: {rows}. Applications are compared with them.\n");
            told(desk, &json!({"imported": rows}), &text);
        }
        SpecialistsCommand::List => {
            let rows = specialists::load(&desk.layout)?.map_or(0, |list| list.len());
            told(
                desk,
                &json!({"specialists": rows}),
                &format!("Specialists listed: {rows}.\n"),
            );
        }
    }
    Ok(())
}

/// One object for scripts, or a text for people.
fn told(desk: &Desk, object: &Value, text: &str) {
    if desk.json {
        println!("{object}");
    } else {
        print!("{text}");
    }
}
