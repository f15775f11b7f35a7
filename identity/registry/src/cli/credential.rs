//! Commands about a credential: issue, renew, rekey, suspend, reinstate, revoke.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Desk;
use super::issue::IssueCommand;
use super::said::{Way, report};
use crate::credentials::act::Act;
use crate::credentials::issue::Order;
use crate::credentials::perform::Done;
use crate::failure::Failure;
use crate::files;

/// `suspend` and `reinstate`.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Fingerprint or serial number, hexadecimal.
    certificate: String,
}

/// `revoke`.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Fingerprint or serial number, hexadecimal.
    certificate: String,
    /// One of RFC 5280's reasons: keyCompromise (also a lost device), affiliationChanged, superseded,
    /// cessationOfOperation, certificateHold (the same as `suspend`), privilegeWithdrawn, unspecified.
    #[arg(long)]
    reason: String,
}

/// `renew`.
#[derive(Debug, Args)]
pub(crate) struct Renew {
    /// Fingerprint or serial number, hexadecimal.
    certificate: String,
    /// How long it is valid, days; at most 366. Qualifications are renewed with it.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=366))]
    days: u64,
    /// Where to write the chain, PEM; standard output without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// `rekey`.
#[derive(Debug, Args)]
pub(crate) struct Rekey {
    /// Fingerprint or serial number, hexadecimal.
    certificate: String,
    /// The PKCS#10 request of the new key, PEM; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// How long it is valid, days; at most 366.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=366))]
    days: u64,
    /// Where to write the chain, PEM; standard output without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn issue(desk: &Desk, typed: IssueCommand) -> Result<(), Failure> {
    let out = typed.out();
    let act = Act::Issue {
        order: Box::new(Order::from_cli(typed)?),
        application: None,
    };
    issuing(desk, act, out.as_deref())
}

pub(super) fn renew(desk: &Desk, typed: Renew) -> Result<(), Failure> {
    let act = Act::Renew {
        credential: typed.certificate,
        days: Some(typed.days),
    };
    issuing(desk, act, typed.out.as_deref())
}

pub(super) fn rekey(desk: &Desk, typed: Rekey) -> Result<(), Failure> {
    let act = Act::Rekey {
        credential: typed.certificate,
        request: files::read_text(&typed.request)?,
        days: Some(typed.days),
    };
    issuing(desk, act, typed.out.as_deref())
}

pub(super) fn suspend(desk: &Desk, typed: Named) -> Result<(), Failure> {
    let credential = typed.certificate;
    changing(desk, Act::Suspend { credential })
}

pub(super) fn reinstate(desk: &Desk, typed: Named) -> Result<(), Failure> {
    let credential = typed.certificate;
    changing(desk, Act::Reinstate { credential })
}

pub(super) fn revoke(desk: &Desk, typed: Revoke) -> Result<(), Failure> {
    let Revoke {
        certificate: credential,
        reason,
    } = typed;
    changing(desk, Act::Revoke { credential, reason })
}

fn issuing(desk: &Desk, act: Act, out: Option<&Path>) -> Result<(), Failure> {
    let (mut registry, actor) = desk.open()?;
    let done = registry.submit(&actor, act)?;
    report(desk, done, (Way::Carried, out))
}

fn changing(desk: &Desk, act: Act) -> Result<(), Failure> {
    let (mut registry, actor) = desk.open()?;
    let done = registry.submit(&actor, act)?;
    if matches!(done, Done::Waits { .. }) && !desk.json {
        eprintln!("If it must not hold until then, suspend it: that needs no second operator.");
    }
    report(desk, done, (Way::Carried, None))
}
