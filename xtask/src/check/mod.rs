//! `cargo xtask check`: what the compiler cannot check about this repository.

mod architecture;
mod clauses;
mod guideline;
mod house;
mod layers;
mod metadata;

use anyhow::{Result, bail};

use crate::console::{complain, say};

/// One thing that is not as it should be, in a sentence that names the place.
pub(crate) type Finding = String;

/// Runs all checks.
///
/// # Errors
/// When there is any finding; all of them are printed.
pub(crate) fn run() -> Result<()> {
    let workspace = metadata::read()?;
    let mut findings = architecture::check(&workspace)?;
    findings.extend(layers::check(&workspace)?);
    let sources = house::sources()?;
    findings.extend(house::check(&sources));
    findings.extend(guideline::check(&sources)?);
    findings.extend(crate::pictures::check()?);
    for finding in &findings {
        complain!("✗ {finding}");
    }
    if !findings.is_empty() {
        bail!(
            "{} findings; docs/architecture.md tells what holds and why",
            findings.len()
        );
    }
    say!(
        "✓ architecture, layers and house rules hold for {} packages",
        workspace.packages.len()
    );
    Ok(())
}
