//! `cargo xtask bench study`: how fast a large study is sealed, sent and opened, and how much memory that takes.
//!
//! The programs themselves are measured, each under GNU time: no code of ours is timed in isolation here.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::Pair;
use dokuei_tests::programs::Programs;
use dokuei_tests::{consult, digest, fixtures};
use serde::Serialize;
use serde_json::Value;

use super::Common;
use crate::console::{self, Table, advance, bytes, rate, say, seconds};
use crate::packages::{self, BENCH, BUILD, DEMO};
use crate::project;

/// The most resident memory that a node may take while a study of any size passes through it, in bytes.
const MEMORY_LIMIT: u64 = 150_000_000;

/// Rows and columns of a slice: 1.3 MB each, so that 2 GB are as many slices as a volume may have.
const SLICE: u16 = 800;

/// Options of the measurement.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    yes: bool,
    /// The size of the study in MB (10⁶ bytes)
    #[arg(long, default_value_t = 2_000, value_name = "MB")]
    megabytes: u64,
    #[command(flatten)]
    common: Common,
}

/// What was measured. Rates are in MB/s of plain DICOM bytes.
#[derive(Debug, Default, Serialize)]
struct Figures {
    study_bytes: u64,
    study_files: usize,
    import_seconds: f64,
    seal_seconds: f64,
    send_and_open_seconds: f64,
    export_seconds: f64,
    clinic_peak_rss_bytes: u64,
    specialist_peak_rss_bytes: u64,
    memory_limit_bytes: u64,
    memory_ok: bool,
}

/// Measures.
///
/// # Errors
/// When a step fails, or a node took more memory than it may.
pub(crate) fn run(options: &Options) -> Result<()> {
    packages::install(&[BUILD, DEMO, BENCH].concat(), options.yes)?;
    let packages = [
        "-p",
        "dokuei-node",
        "-p",
        "dokuei-registry",
        "-p",
        "dokuei-bootstrap",
    ];
    options.common.build(&packages)?;
    let programs = Programs::in_dir(&project::bin_dir(&options.common.profile))?;
    let figures = measure(Lab::with(programs)?, options.megabytes)?;
    options.common.report(&figures.table(), &figures)?;
    if !figures.memory_ok {
        bail!("a node took more than {} of resident memory", bytes(MEMORY_LIMIT));
    }
    Ok(())
}

fn measure(lab: Lab, megabytes: u64) -> Result<Figures> {
    let mut pair = Pair::enrolled(lab)?;
    let reports = ["clinic", "specialist"].map(|role| pair.lab.folder().join(format!("{role}.time")));
    pair.clinic
        .wrap(&["/usr/bin/time", "-v", "-o", &reports[0].display().to_string()]);
    pair.specialist
        .wrap(&["/usr/bin/time", "-v", "-o", &reports[1].display().to_string()]);
    let source = pair.lab.folder().join("source");
    make_study(&pair, &source, megabytes)?;
    pair.start_bootstraps()?;
    pair.start_nodes()?;
    let session = pair.sign_in()?;
    let reader = session.meet()?;
    session.agree()?;

    let mut figures = Figures {
        study_bytes: digest::size(&source),
        study_files: digest::files_below(&source).len(),
        memory_limit_bytes: MEMORY_LIMIT,
        ..Figures::default()
    };
    figures.import_seconds = timed("import", |bar| {
        consult::import(&session.clinic, &source, |job| advance(bar, job.done, job.total)).map(drop)
    })?;
    let studies: Vec<Value> = session.clinic.get("/studies")?;
    let study = studies
        .first()
        .and_then(|one| one["study_instance_uid"].as_str())
        .context("nothing was imported")?;
    let mut case = String::new();
    figures.seal_seconds = timed("seal", |bar| {
        case = consult::request(&session.clinic, study, &reader, |job| {
            advance(bar, job.done, job.total)
        })?;
        Ok(())
    })?;
    figures.send_and_open_seconds = timed("send, verify, open", |bar| {
        consult::accept(&session.specialist, &case)?;
        consult::wait_opened(&session.specialist, &case, |done, total| {
            advance(bar, done, total)
        })
    })?;
    consult::wait_delivered(&session.clinic, &case)?;
    let exported = pair.lab.folder().join("exported");
    figures.export_seconds = timed("export", |bar| {
        consult::export(&session.specialist, study, &exported, |job| {
            advance(bar, job.done, job.total)
        })
        .map(drop)
    })?;
    if digest::folder(&source)? != digest::folder(&exported)? {
        bail!("the exported files are not those that were imported");
    }
    pair.clinic.stop();
    pair.specialist.stop();
    [figures.clinic_peak_rss_bytes, figures.specialist_peak_rss_bytes] =
        [peak_memory(&reports[0])?, peak_memory(&reports[1])?];
    figures.memory_ok = figures
        .clinic_peak_rss_bytes
        .max(figures.specialist_peak_rss_bytes)
        <= MEMORY_LIMIT;
    Ok(figures)
}

/// A study of about this size: as many slices as it takes.
fn make_study(pair: &Pair, source: &Path, megabytes: u64) -> Result<()> {
    let probe = source.with_extension("probe");
    fixtures::phantom_of(&pair.clinic, &probe, 1, SLICE)?;
    let slices = megabytes * 1_000_000 / digest::size(&probe).max(1);
    let slices = u32::try_from(slices).context("a study of that size has too many slices")?;
    fixtures::phantom_of(&pair.clinic, source, slices.max(1), SLICE)
}

fn timed(name: &str, work: impl FnOnce(&indicatif::ProgressBar) -> Result<()>) -> Result<f64> {
    let bar = console::bar();
    bar.set_message(name.to_owned());
    let start = Instant::now();
    work(&bar)?;
    bar.finish_and_clear();
    say!("✓ {name}  {}", seconds(start.elapsed()));
    Ok(start.elapsed().as_secs_f64())
}

/// The peak of resident memory from a report of GNU time, in bytes.
fn peak_memory(report: &Path) -> Result<u64> {
    let text = std::fs::read_to_string(report).context("GNU time wrote no report")?;
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Maximum resident set size (kbytes): "));
    let kibibytes: u64 = line.context("GNU time's report has another form")?.parse()?;
    Ok(kibibytes * 1024)
}

impl Figures {
    fn table(&self) -> Table {
        let mut table = Table::new(&["what", "time", "rate"]);
        for (what, time) in [
            ("import", self.import_seconds),
            ("seal", self.seal_seconds),
            ("send, verify, open", self.send_and_open_seconds),
            ("export", self.export_seconds),
        ] {
            let time = Duration::from_secs_f64(time);
            table.row(&[what, &seconds(time), &rate(self.study_bytes, time)]);
        }
        for (who, peak) in [
            ("clinic", self.clinic_peak_rss_bytes),
            ("specialist", self.specialist_peak_rss_bytes),
        ] {
            let limit = format!("limit {}", bytes(self.memory_limit_bytes));
            table.row(&[&format!("{who}, peak memory"), &bytes(peak), &limit]);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_report_of_gnu_time() {
        let dir = tempfile::tempdir().unwrap();
        let report = dir.path().join("time");
        std::fs::write(
            &report,
            "\tUser time (seconds): 1.0\n\tMaximum resident set size (kbytes): 2048\n",
        )
        .unwrap();
        assert_eq!(peak_memory(&report).unwrap(), 2_097_152);
        std::fs::write(&report, "nothing").unwrap();
        assert!(peak_memory(&report).is_err());
    }

    #[test]
    fn the_table_says_the_limit() {
        let figures = Figures {
            study_bytes: 2_000_000_000,
            seal_seconds: 4.0,
            memory_limit_bytes: MEMORY_LIMIT,
            ..Figures::default()
        };
        let table = figures.table().to_string();
        assert!(
            table.contains("500 MB/s") && table.contains("limit 150.0 MB"),
            "{table}"
        );
    }
}
