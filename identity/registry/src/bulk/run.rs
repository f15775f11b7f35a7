//! Reads, judges, issues batch by batch.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use csv::{Reader, ReaderBuilder, StringRecord};
use dokuei_identity::fingerprint::Fingerprint;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Import;
use super::known::{Known, Verdict};
use super::report::{Fate, Report};
use super::row::Row;
use crate::cli::Desk;
use crate::credentials::act::Act;
use crate::credentials::issue::{Made, Order};
use crate::failure::Failure;
use crate::operators::Actor;
use crate::operators::log::{Draft, Outcome};
use crate::registry::{Reason, Registry};

/// How many rows are issued at once.
const BATCH: usize = 256;

/// One row on its way.
struct Ready {
    line: u64,
    licence: String,
    made: Made,
}

struct Work<'a> {
    registry: &'a mut Registry,
    actor: &'a Actor,
    out_dir: Option<&'a Path>,
    dry_run: bool,
    report: Report,
    batch: Vec<Ready>,
}

pub(crate) fn run(desk: &Desk, typed: &Import) -> Result<(), Failure> {
    let folder = typed.file.parent().unwrap_or(Path::new(".")).to_owned();
    let (mut registry, actor) = desk.open()?;
    if registry.rules().four_eyes && !typed.dry_run {
        let (sha256, rows) = digest(&typed.file, &folder)?;
        if !confirmed(&registry, &sha256) {
            let done = registry.submit(&actor, Act::Import { sha256, rows })?;
            return crate::cli::report_import(desk, done);
        }
    }
    if let Some(dir) = &typed.out_dir {
        fs::create_dir_all(dir).map_err(|source| Failure::storage("made", dir, source))?;
    }
    let report = typed.report.clone().unwrap_or_else(|| beside(&typed.file));
    let mut work = Work {
        registry: &mut registry,
        actor: &actor,
        out_dir: typed.out_dir.as_deref(),
        dry_run: typed.dry_run,
        report: Report::create(&report)?,
        batch: Vec::with_capacity(BATCH),
    };
    work.all(&typed.file, &folder)?;
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

impl Work<'_> {
    fn all(&mut self, file: &Path, folder: &Path) -> Result<(), Failure> {
        let mut known = Known::of(self.registry)?;
        let (mut reader, length) = open(file)?;
        let headers = headers(&mut reader, file)?;
        let bar = ProgressBar::new(length);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent}%  {msg}  {eta}") {
            bar.set_style(style);
        }
        let mut record = StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let line = record.position().map_or(line, csv::Position::line);
                    self.row(&record, &headers, folder, line, &mut known)?;
                }
                Err(error) if error.is_io_error() => {
                    return Err(Failure::storage("read", file, std::io::Error::other(error)));
                }
                Err(error) => self.report.add(line, "", &Fate::Bad(&error.to_string()))?,
            }
            if self.batch.len() >= BATCH {
                self.flush()?;
            }
            bar.set_position(reader.position().byte());
            bar.set_message(format!("{} rows", self.report.sums.rows));
        }
        self.flush()?;
        bar.finish_and_clear();
        self.report.finish()
    }

    fn row(
        &mut self,
        record: &StringRecord,
        headers: &StringRecord,
        folder: &Path,
        line: u64,
        known: &mut Known,
    ) -> Result<(), Failure> {
        let row = match Row::read(record, headers, folder) {
            Ok(row) => row,
            Err(failure) => return self.report.add(line, "", &Fate::Bad(&failure.to_string())),
        };
        let licence = row.licence();
        match known.judge(&row, line) {
            Ok(Verdict::New) => {}
            Ok(Verdict::Already(fingerprint)) => {
                self.write_again(&fingerprint.to_string(), &licence)?;
                return self
                    .report
                    .add(line, &licence, &Fate::Already(&fingerprint.to_string()));
            }
            Ok(Verdict::Duplicate(why)) => return self.report.add(line, &licence, &Fate::Duplicate(&why)),
            Err(failure) => return self.report.add(line, &licence, &Fate::Bad(&failure.to_string())),
        }
        let reason = Reason {
            by: self.actor.name.clone(),
            replaces: None,
            application: Some(row.name()),
        };
        let order = Order::Practitioner(row.order);
        match order.make(self.registry, &reason, self.registry.time()) {
            Ok(made) => {
                self.batch.push(Ready { line, licence, made });
                Ok(())
            }
            Err(failure) => self.report.add(line, &licence, &Fate::Bad(&failure.to_string())),
        }
    }

    /// Issues what is ready: durable before anything says so.
    fn flush(&mut self) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        if !self.dry_run && !batch.is_empty() {
            let now = self.registry.time();
            let before = self.registry.register().lines.len() as u64;
            let lines = batch.iter().map(|ready| ready.made.line.clone()).collect();
            self.registry.commit(lines, now)?;
            let drafts = (before + 1..).zip(&batch).map(|(journal, ready)| Draft {
                act: "issue",
                about: Some(ready.made.delivery.issued.fingerprint.to_string()),
                detail: json!({"import": true, "line": ready.line}),
                outcome: Outcome::Done,
                journal,
            });
            let drafts = drafts.collect();
            self.registry.note(self.actor, drafts)?;
        }
        for ready in &batch {
            let fingerprint = ready.made.delivery.issued.fingerprint.to_string();
            if !self.dry_run {
                self.write_chain(&ready.licence, &ready.made.delivery.chain.to_pem())?;
            }
            self.report
                .add(ready.line, &ready.licence, &Fate::Issued(&fingerprint))?;
        }
        Ok(())
    }

    /// A chain that an interrupted run did not write any more.
    fn write_again(&self, fingerprint: &str, licence: &str) -> Result<(), Failure> {
        let missing = self
            .out_dir
            .is_some_and(|dir| !dir.join(file_name(licence)).exists());
        if missing && !self.dry_run {
            let credential = self.registry.credential(fingerprint)?;
            let chain = self.registry.chain(&credential)?;
            self.write_chain(licence, &chain.to_pem())?;
        }
        Ok(())
    }

    /// Not flushed: the journal has the certificate, and the next run writes what is missing.
    fn write_chain(&self, licence: &str, pem: &str) -> Result<(), Failure> {
        let Some(dir) = self.out_dir else {
            return Ok(());
        };
        let path = dir.join(file_name(licence));
        fs::write(&path, pem).map_err(|source| Failure::storage("written", &path, source))
    }
}

fn open(file: &Path) -> Result<(Reader<File>, u64), Failure> {
    let failed = |source| Failure::storage("read", file, source);
    let opened = File::open(file).map_err(failed)?;
    let length = opened.metadata().map_err(failed)?.len();
    Ok((ReaderBuilder::new().from_reader(opened), length))
}

fn headers(reader: &mut Reader<File>, file: &Path) -> Result<StringRecord, Failure> {
    let headers = reader
        .headers()
        .map_err(|error| Failure::Usage(format!("{} is not CSV: {error}", file.display())))?;
    for needed in [
        "name_ja",
        "name_latin",
        "licence_type",
        "licence_number",
        "request",
    ] {
        if !headers.iter().any(|header| header == needed) {
            return Err(Failure::Usage(format!(
                "{} has no column {needed}; see `dokuei-registry import --help`",
                file.display()
            )));
        }
    }
    Ok(headers.clone())
}

/// The hash of all rows, requests included, and how many they are: what a second operator confirms.
fn digest(file: &Path, folder: &Path) -> Result<(String, u64), Failure> {
    let (mut reader, _) = open(file)?;
    let headers = headers(&mut reader, file)?;
    let (mut all, mut rows) = (Vec::new(), 0);
    for record in reader.records() {
        let row = record
            .ok()
            .and_then(|record| Row::read(&record, &headers, folder).ok());
        if let Some(row) = row {
            all.extend_from_slice(row.hash.as_bytes());
        }
        rows += 1;
    }
    Ok((Fingerprint::of(&all).to_string(), rows))
}

fn confirmed(registry: &Registry, sha256: &str) -> bool {
    registry.operator_log().rows().iter().any(|row| {
        row.act == "import" && row.outcome == Outcome::Done && row.about.as_deref() == Some(sha256)
    })
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".report.csv");
    PathBuf::from(name)
}

/// Nothing in a licence's number leads out of the folder.
fn file_name(licence: &str) -> String {
    let safe = licence.chars().map(|letter| {
        if letter.is_alphanumeric() || letter == '-' {
            letter
        } else {
            '_'
        }
    });
    format!("{}.pem", safe.collect::<String>())
}
