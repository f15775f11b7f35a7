//! `operator`, `pending` and `operator-log`.

use std::path::PathBuf;

use clap::Subcommand;
use dokuei_identity::network::NetworkName;
use serde_json::json;

use super::Desk;
use super::said::{Way, report};
use crate::credentials::act::Act;
use crate::credentials::perform::Done;
use crate::failure::Failure;
use crate::files;
use crate::operators::log::{self, Row};
use crate::operators::{member, naming, pending};
use crate::registry::register_keys;

/// `operator`.
#[derive(Debug, Subcommand)]
pub(crate) enum OperatorCommand {
    /// Name an operator, with a passphrase and a key of her own. From the first one on, only named operators act.
    Add {
        /// 1 to 32 of a-z, 0-9 and -.
        name: String,
        /// Her passphrase; the terminal is asked without it.
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Give the operator who acts (--operator) another passphrase. Who forgot hers is let go, and named again.
    Passphrase {
        /// The new one; the terminal is asked without it.
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Let an operator go, not the last one. What she signed stays good.
    Remove {
        /// Who.
        name: String,
    },
    /// Who works here.
    List,
}

/// `pending`.
#[derive(Debug, Subcommand)]
pub(crate) enum PendingCommand {
    /// What waits.
    List,
    /// Confirm it, which does it; not by whoever asked for it.
    Approve {
        /// From `pending list`.
        id: String,
        /// Where to write the chain, PEM, when it issues; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Drop it.
    Reject {
        /// From `pending list`.
        id: String,
    },
}

/// `operator-log`.
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Print it.
    Show {
        /// Only the last rows.
        #[arg(long, value_name = "N")]
        last: Option<usize>,
    },
    /// Check that no row was edited, dropped or put elsewhere. Needs no passphrase.
    Verify,
}

pub(super) fn run(desk: &Desk, typed: OperatorCommand) -> Result<(), Failure> {
    let act = match typed {
        OperatorCommand::List => {
            let members = member::list(&checked(desk)?.rows);
            if desk.json {
                println!("{}", json!(members));
            }
            for member in members.iter().filter(|_| !desk.json) {
                println!("{:<32}  {}", member.name, member.key);
            }
            return Ok(());
        }
        OperatorCommand::Add {
            name,
            new_passphrase_file,
        } => {
            member::check_name(&name)?;
            let (mut registry, actor) = desk.open()?;
            naming::check(&registry, &name)?;
            let own = files::new_passphrase(new_passphrase_file.as_ref(), &[&name])?;
            let act = naming::act(&registry, &name, &own)?;
            let done = registry.submit(&actor, act)?;
            return report(desk, done, (Way::Carried, None));
        }
        OperatorCommand::Passphrase { new_passphrase_file } => {
            let (mut registry, actor) = desk.open()?;
            let new = files::new_passphrase(new_passphrase_file.as_ref(), &[&actor.name])?;
            registry.change_passphrase(&actor, None, &new)?;
            let text = format!("{} has another passphrase.", actor.name);
            return super::root::say(desk, &json!({"operator": actor.name}), &text);
        }
        OperatorCommand::Remove { name } => Act::OperatorRemove { name },
    };
    let (mut registry, actor) = desk.open()?;
    let done = registry.submit(&actor, act)?;
    report(desk, done, (Way::Carried, None))
}

pub(super) fn pending(desk: &Desk, typed: PendingCommand) -> Result<(), Failure> {
    match typed {
        PendingCommand::List => {
            let (all, register) = (pending::list(&desk.layout)?, desk.layout.read_register()?);
            let views: Vec<_> = all.iter().map(pending::Waiting::view).collect();
            if desk.json {
                println!("{}", json!(views));
            }
            for one in all.iter().filter(|_| !desk.json) {
                let about = one.what.about().unwrap_or_default();
                // A fingerprint tells people nothing: whose it is.
                let whose = register.find(&about).map(|one| one.subject.as_str());
                println!(
                    "{}  {:<15}  {about}  {}  (by {})",
                    one.id,
                    one.what.word(),
                    whose.unwrap_or_default(),
                    one.proposed_by
                );
            }
            Ok(())
        }
        PendingCommand::Approve { id, out } => {
            let way = way(&pending::list(&desk.layout)?, &id);
            let (mut registry, actor) = desk.open()?;
            let done = registry.approve(&actor, &id)?;
            report(desk, done, (way, out.as_deref()))
        }
        PendingCommand::Reject { id } => {
            let (mut registry, actor) = desk.open()?;
            registry.reject(&actor, &id)?;
            let (object, delivery) = (json!({"rejected": id}), None);
            report(desk, Done::Now { object, delivery }, (Way::Carried, None))
        }
    }
}

/// Whether what waits answers an application, whose node takes its certificate by itself.
fn way(all: &[pending::Waiting], id: &str) -> Way {
    match all.iter().find(|one| one.id == id).map(|one| &one.what) {
        Some(Act::Issue {
            application: Some(_), ..
        }) => Way::ByRegister,
        _ => Way::Carried,
    }
}

pub(super) fn log(desk: &Desk, typed: &LogCommand) -> Result<(), Failure> {
    let checked = checked(desk)?;
    match typed {
        LogCommand::Show { last } => {
            let skip = last.map_or(0, |last| checked.rows.len().saturating_sub(last));
            let rows: Vec<&Row> = checked.rows.iter().skip(skip).collect();
            if desk.json {
                println!("{}", json!(rows));
            }
            for row in rows.into_iter().filter(|_| !desk.json) {
                let at = i64::try_from(row.at.0)
                    .ok()
                    .and_then(|at| jiff::Timestamp::from_second(at).ok());
                println!(
                    "{:>6}  {}  {:<12}  {:<16}  {:<8}  {}",
                    row.number,
                    at.map(|at| at.to_string()).unwrap_or_default(),
                    row.operator,
                    row.act,
                    json!(row.outcome).as_str().unwrap_or_default(),
                    row.about.as_deref().unwrap_or_default()
                );
            }
        }
        LogCommand::Verify if desk.json => {
            println!(
                "{}",
                json!({"rows": checked.rows.len(), "covered": checked.covered})
            );
        }
        LogCommand::Verify => println!("The operator log is whole: {} rows.", checked.rows.len()),
    }
    Ok(())
}

fn checked(desk: &Desk) -> Result<log::Checked, Failure> {
    let register = desk.layout.read_register()?;
    let keys = register_keys(&desk.layout, &register)?;
    let checked = log::check(&desk.layout, &NetworkName::of(&desk.layout.anchor()?), &keys)?;
    let journal = register.lines.len() as u64;
    if checked.rows.last().is_some_and(|row| row.journal > journal) {
        return Err(Failure::OperatorLog(format!(
            "it speaks of more than the {journal} lines of the journal; restore the journal from a newer backup"
        )));
    }
    Ok(checked)
}
