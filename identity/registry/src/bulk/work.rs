//! Judges and issues, batch by batch.

use std::fs;
use std::path::Path;
use std::sync::MutexGuard;

use csv::StringRecord;
use serde::Serialize;
use serde_json::json;

use super::known::{Known, Verdict};
use super::report::{Fate, Report, Sums};
use super::row::Row;
use super::table;
use crate::credentials::issue::{Made, Order};
use crate::failure::Failure;
use crate::operators::Actor;
use crate::operators::log::{Draft, Outcome};
use crate::registry::{Reason, Registry};

/// How many rows are read, judged and issued at once.
const BATCH: usize = 256;

/// Gives the registry for one batch: between batches others may work.
pub(super) type Open<'a> = &'a dyn Fn() -> MutexGuard<'a, Registry>;

/// How far it is.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Progress {
    /// Bytes of the file that are done.
    pub(super) done: u64,
    /// Bytes of the file.
    pub(super) length: u64,
    pub(super) sums: Sums,
}

/// One row on its way.
pub(super) struct Ready {
    line: u64,
    licence: String,
    made: Made,
}

pub(super) struct Work<'a> {
    pub(super) actor: &'a Actor,
    /// Where requests that the file names lie; without it they stand in the file itself.
    pub(super) folder: Option<&'a Path>,
    pub(super) out_dir: Option<&'a Path>,
    pub(super) dry_run: bool,
    pub(super) report: Report,
    pub(super) batch: Vec<Ready>,
}

impl Work<'_> {
    /// All of the file, as long as `told` says to go on; gives whether its end was reached.
    pub(super) fn all(
        &mut self,
        open: Open<'_>,
        file: &Path,
        told: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<bool, Failure> {
        let (mut reader, length) = table::open(file)?;
        let headers = table::headers(&mut reader, file)?;
        let mut record = StringRecord::new();
        let mut known: Option<(usize, Known)> = None;
        loop {
            let mut registry = open();
            let lines = registry.register().lines.len();
            let mut taken = match known.take() {
                Some((seen, taken)) if seen == lines => taken,
                // The first time; or somebody else issued meanwhile.
                _ => Known::of(&registry)?,
            };
            let mut end = false;
            for _ in 0..BATCH {
                let line = reader.position().line();
                match reader.read_record(&mut record) {
                    Ok(false) => {
                        end = true;
                        break;
                    }
                    Ok(true) => {
                        let line = record.position().map_or(line, csv::Position::line);
                        self.row((&registry, &mut taken), (&record, &headers), line)?;
                    }
                    Err(error) if error.is_io_error() => {
                        return Err(Failure::storage("read", file, std::io::Error::other(error)));
                    }
                    Err(error) => self.report.add(line, "", &Fate::Bad(&error.to_string()))?,
                }
            }
            self.flush(&mut registry)?;
            known = Some((registry.register().lines.len(), taken));
            drop(registry);
            let progress = Progress {
                done: if end { length } else { reader.position().byte() },
                length,
                sums: self.report.sums,
            };
            if !told(progress) || end {
                self.report.finish()?;
                return Ok(end);
            }
        }
    }

    fn row(
        &mut self,
        (registry, known): (&Registry, &mut Known),
        (record, headers): (&StringRecord, &StringRecord),
        line: u64,
    ) -> Result<(), Failure> {
        let row = match Row::read(record, headers, self.folder) {
            Ok(row) => row,
            Err(failure) => return self.report.add(line, "", &Fate::Bad(&failure.to_string())),
        };
        let licence = row.licence();
        match known.judge(&row, line) {
            Ok(Verdict::New) => {}
            Ok(Verdict::Already(fingerprint)) => {
                self.write_again(registry, &fingerprint.to_string(), &licence)?;
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
        match order.make(registry, &reason, registry.time()) {
            Ok(made) => {
                self.batch.push(Ready { line, licence, made });
                Ok(())
            }
            Err(failure) => self.report.add(line, &licence, &Fate::Bad(&failure.to_string())),
        }
    }

    /// Issues what is ready: durable before anything says so.
    fn flush(&mut self, registry: &mut Registry) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        if !self.dry_run && !batch.is_empty() {
            let now = registry.time();
            let before = registry.register().lines.len() as u64;
            let lines = batch.iter().map(|ready| ready.made.line.clone()).collect();
            registry.commit(lines, now)?;
            let drafts = (before + 1..).zip(&batch).map(|(journal, ready)| Draft {
                act: "issue",
                about: Some(ready.made.delivery.issued.fingerprint.to_string()),
                detail: json!({"import": true, "line": ready.line}),
                outcome: Outcome::Done,
                journal,
            });
            let drafts = drafts.collect();
            registry.note(self.actor, drafts)?;
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
    fn write_again(&self, registry: &Registry, fingerprint: &str, licence: &str) -> Result<(), Failure> {
        let missing = self
            .out_dir
            .is_some_and(|dir| !dir.join(file_name(licence)).exists());
        if missing && !self.dry_run {
            let credential = registry.credential(fingerprint)?;
            let chain = registry.chain(&credential)?;
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
