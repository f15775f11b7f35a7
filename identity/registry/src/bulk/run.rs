//! `import`: the command.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Import;
use super::report::Report;
use super::table;
use super::work::Work;
use crate::cli::Desk;
use crate::credentials::act::Act;
use crate::failure::Failure;

pub(crate) fn run(desk: &Desk, typed: &Import) -> Result<(), Failure> {
    let folder = typed.file.parent().unwrap_or(Path::new(".")).to_owned();
    let (mut registry, actor) = desk.open()?;
    if registry.rules().four_eyes && !typed.dry_run {
        let (sha256, rows) = table::digest(&typed.file, Some(&folder))?;
        if !table::confirmed(&registry, &sha256) {
            let done = registry.submit(&actor, Act::Import { sha256, rows })?;
            return crate::cli::report_import(desk, done);
        }
    }
    if let Some(dir) = &typed.out_dir {
        fs::create_dir_all(dir).map_err(|source| Failure::storage("made", dir, source))?;
    }
    let report = typed.report.clone().unwrap_or_else(|| beside(&typed.file));
    let mut work = Work {
        actor: &actor,
        folder: Some(&folder),
        out_dir: typed.out_dir.as_deref(),
        dry_run: typed.dry_run,
        report: Report::create(&report)?,
        batch: Vec::new(),
    };
    let registry = Mutex::new(registry);
    let open = || registry.lock().unwrap_or_else(PoisonError::into_inner);
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent}%  {msg}  {eta}") {
        bar.set_style(style);
    }
    work.all(&open, &typed.file, &mut |progress| {
        bar.set_length(progress.length);
        bar.set_position(progress.done);
        bar.set_message(format!("{} rows", progress.sums.rows));
        true
    })?;
    bar.finish_and_clear();
    let sums = work.report.sums;
    let object = json!({"sums": sums, "report": report, "dry_run": typed.dry_run});
    if desk.json {
        println!("{object}");
    } else {
        let word = if typed.dry_run {
            "would be issued"
        } else {
            "issued"
        };
        println!(
            "{} rows: {} {word}, {} issued earlier, {} duplicates, {} bad. The report is in {}.",
            sums.rows,
            sums.issued,
            sums.already,
            sums.duplicates,
            sums.bad,
            report.display()
        );
    }
    if sums.duplicates + sums.bad > 0 {
        return Err(Failure::NotAll(sums.duplicates + sums.bad));
    }
    Ok(())
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".report.csv");
    PathBuf::from(name)
}
