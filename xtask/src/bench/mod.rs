//! `cargo xtask bench …`: measurements against the limits that are promised, a file for each.
//!
//! Figures are of this machine on this day; the JSON file is for comparing two of them.

mod crowd;
mod frames;
mod revocation;
mod scale;
mod study;
mod transfer;
mod viewing;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::console::{Table, say};
use crate::project;

/// What is measured.
#[derive(Subcommand, Debug, Clone)]
pub(crate) enum Bench {
    /// Seal, send and open in MB/s, and the memory of both nodes, with a 2 GB study
    Study(study::Options),
    /// How long a revocation takes to reach 200 connected nodes
    Revocation(revocation::Options),
    /// How nodes find each other, from ten to a thousand of them
    Scale(scale::Options),
    /// One specialist, and 200 clinics that send to her at once
    Crowd(crowd::Options),
    /// Frames a second for a viewer on the same machine, by DICOMweb
    Frames(frames::Options),
    /// How long a reader waits for the first image and a coarse volume of what is still on its way
    Viewing(viewing::Options),
    /// A study from place to place, beside scp, rsync, DCMTK, Orthanc and others, on links with distance and loss
    Transfer(transfer::Options),
}

/// Measures.
///
/// # Errors
/// When a step fails, or a limit is not kept.
pub(crate) fn run(which: &Bench) -> Result<()> {
    match which {
        Bench::Study(options) => study::run(options),
        Bench::Revocation(options) => revocation::run(options),
        Bench::Scale(options) => scale::run(options),
        Bench::Crowd(options) => crowd::run(options),
        Bench::Frames(options) => frames::run(options),
        Bench::Viewing(options) => viewing::run(options),
        Bench::Transfer(options) => transfer::run(options),
    }
}

/// What every measurement can be told.
#[derive(Args, Debug, Clone)]
struct Common {
    /// Also write the figures to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measure the programs of this build profile (debug: what `cargo xtask test` builds)
    #[arg(long, default_value = "release")]
    profile: String,
}

impl Common {
    /// Builds what is measured; a profile of another name is taken as it was built.
    fn build(&self, what: &[&str]) -> Result<()> {
        let profile: &[&str] = match self.profile.as_str() {
            "release" => &["build", "--locked", "--release"],
            "debug" => &["build", "--locked"],
            _ => return Ok(()),
        };
        project::run(&mut project::cargo(&[profile, what].concat()))
    }

    /// Shows the figures, and writes them where they are wanted.
    fn report(&self, table: &Table, figures: &impl Serialize) -> Result<()> {
        say!("\n{table}");
        if let Some(file) = &self.json {
            std::fs::write(file, serde_json::to_vec_pretty(figures)?)?;
        }
        Ok(())
    }
}
