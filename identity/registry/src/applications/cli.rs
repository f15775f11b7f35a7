//! `application` and `specialists`.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use clap::Subcommand;
use serde_json::{Value, json};

use super::decide::{Approval, approve, refuse};
use super::inbox::Inbox;
use super::{answer, collect, receive, show, specialists};
use crate::bootstraps;
use crate::cli::{Desk, report_issued};
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
        /// Where to write the chain, PEM; standard output without it.
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
            told(desk, &receive::receive(&mut registry, &actor, &path)?);
            Ok(())
        }
        ApplicationCommand::Collect { url } => {
            let urls = bootstraps::chosen(url, &desk.bootstraps)?;
            let registry = Mutex::new(registry);
            let open = || registry.lock().unwrap_or_else(PoisonError::into_inner);
            for url in urls {
                told(desk, &collect::collect(&open, &actor, &url)?);
            }
            Ok(())
        }
        ApplicationCommand::List => {
            print_list(desk, &show::list(&mut registry)?);
            Ok(())
        }
        ApplicationCommand::Show { id } => {
            print_one(desk, &show::one(&mut registry, &id)?);
            Ok(())
        }
        ApplicationCommand::Evidence { id, out } => {
            let written = show::extract(&mut registry, &id, &out)?;
            told(desk, &json!({"out": out, "files": written}));
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
            report_issued(
                desk,
                approve(&mut registry, &actor, &id, &approval)?,
                out.as_deref(),
            )
        }
        ApplicationCommand::Refuse { id, reason } => {
            let refused = refuse(&mut registry, &actor, &id, &reason)?;
            told(desk, &json!({"refused": refused}));
            Ok(())
        }
        ApplicationCommand::Answer { id, out } => {
            files::write(&out, &answer::one(&mut registry, &id)?, false)?;
            told(desk, &json!({"answer": out}));
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
            told(desk, &json!({"imported": rows}));
        }
        SpecialistsCommand::List => {
            let rows = specialists::load(&desk.layout)?.map_or(0, |list| list.len());
            told(desk, &json!({"specialists": rows}));
        }
    }
    Ok(())
}

fn told(desk: &Desk, object: &Value) {
    if desk.json {
        println!("{object}");
        return;
    }
    for (name, value) in object.as_object().into_iter().flatten() {
        println!("{name}: {value}");
    }
}

fn print_list(desk: &Desk, list: &Value) {
    if desk.json {
        println!("{list}");
        return;
    }
    for row in list.as_array().into_iter().flatten() {
        println!(
            "{}  {:<8}  {:<12}  {}",
            text(row, "id"),
            text(row, "state"),
            text(row, "kind"),
            text(row, "subject")
        );
    }
}

fn print_one(desk: &Desk, one: &Value) {
    if desk.json {
        println!("{one}");
        return;
    }
    println!(
        "{}  {}  {}",
        text(one, "id"),
        text(one, "state"),
        text(one, "subject")
    );
    for finding in one["findings"].as_array().into_iter().flatten() {
        println!(
            "  {:<8} {:<26} {}",
            text(finding, "weight"),
            text(finding, "code"),
            text(finding, "japanese")
        );
        println!("  {:35} {}", "", text(finding, "english"));
    }
    if let Ok(application) = serde_json::to_string_pretty(&one["application"]) {
        println!("{application}");
    }
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}
