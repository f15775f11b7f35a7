//! The file of an import.

use std::fs::File;
use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord};
use dokuei_identity::fingerprint::Fingerprint;

use super::row::Row;
use crate::failure::Failure;
use crate::operators::log::Outcome;
use crate::registry::Registry;

/// Opens it; also its length, bytes.
pub(super) fn open(file: &Path) -> Result<(Reader<File>, u64), Failure> {
    let failed = |source| Failure::storage("read", file, source);
    let opened = File::open(file).map_err(failed)?;
    let length = opened.metadata().map_err(failed)?.len();
    Ok((ReaderBuilder::new().from_reader(opened), length))
}

/// Its first line, which names what is needed.
pub(super) fn headers(reader: &mut Reader<File>, file: &Path) -> Result<StringRecord, Failure> {
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
pub(super) fn digest(file: &Path, folder: Option<&Path>) -> Result<(String, u64), Failure> {
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

/// Whether a second operator confirmed an import of these rows.
pub(super) fn confirmed(registry: &Registry, sha256: &str) -> bool {
    registry.operator_log().rows().iter().any(|row| {
        row.act == "import" && row.outcome == Outcome::Done && row.about.as_deref() == Some(sha256)
    })
}
