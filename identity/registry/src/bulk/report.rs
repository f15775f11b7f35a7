//! What became of each row: a CSV file beside the input, and the sums.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::failure::Failure;

/// The sums.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct Sums {
    pub(super) rows: u64,
    pub(super) issued: u64,
    pub(super) already: u64,
    pub(super) duplicates: u64,
    pub(super) bad: u64,
}

/// One row's fate.
pub(super) enum Fate<'a> {
    Issued(&'a str),
    Already(&'a str),
    Duplicate(&'a str),
    Bad(&'a str),
}

/// The report as it is written.
pub(super) struct Report {
    path: PathBuf,
    writer: csv::Writer<File>,
    pub(super) sums: Sums,
}

impl Report {
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|source| Failure::storage("written", path, source))?;
        let mut report = Self {
            path: path.to_owned(),
            writer: csv::Writer::from_writer(file),
            sums: Sums::default(),
        };
        report.write(["line", "outcome", "licence", "fingerprint", "reason"])?;
        Ok(report)
    }

    pub(super) fn add(&mut self, line: u64, licence: &str, fate: &Fate<'_>) -> Result<(), Failure> {
        let (word, fingerprint, reason, sum) = match *fate {
            Fate::Issued(fingerprint) => ("issued", fingerprint, "", &mut self.sums.issued),
            Fate::Already(fingerprint) => ("already", fingerprint, "", &mut self.sums.already),
            Fate::Duplicate(reason) => ("duplicate", "", reason, &mut self.sums.duplicates),
            Fate::Bad(reason) => ("bad", "", reason, &mut self.sums.bad),
        };
        *sum += 1;
        self.sums.rows += 1;
        self.write([&line.to_string(), word, licence, fingerprint, reason])
    }

    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        self.writer
            .flush()
            .map_err(|source| Failure::storage("written", &self.path, source))
    }

    fn write(&mut self, fields: [&str; 5]) -> Result<(), Failure> {
        self.writer
            .write_record(fields)
            .map_err(|error| Failure::storage("written", &self.path, std::io::Error::other(error)))
    }
}
