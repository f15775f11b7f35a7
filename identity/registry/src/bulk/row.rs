//! A row of the file, and the order that it is.

use std::path::Path;

use csv::StringRecord;
use dokuei_identity::fingerprint::Fingerprint;
use serde::Deserialize;

use crate::credentials::issue::PractitionerOrder;
use crate::failure::Failure;
use crate::files;

/// What a request in the file itself begins with.
const PEM: &str = "-----BEGIN";

/// The columns.
#[derive(Debug, Deserialize)]
struct Columns {
    name_ja: String,
    name_latin: String,
    licence_type: String,
    licence_number: String,
    request: String,
    #[serde(default)]
    jurisdiction: Option<String>,
    #[serde(default)]
    registered_on: Option<String>,
    #[serde(default)]
    qualifications: Option<String>,
    #[serde(default)]
    institution: Option<String>,
    #[serde(default)]
    days: Option<u64>,
}

/// A row that could be read.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) order: PractitionerOrder,
    /// SHA-256 of its content, the request itself and not its file's name included.
    pub(super) hash: Fingerprint,
}

impl Row {
    /// Reads a record; requests in files are looked for in `folder`, and refused without one.
    pub(super) fn read(
        record: &StringRecord,
        headers: &StringRecord,
        folder: Option<&Path>,
    ) -> Result<Self, Failure> {
        let columns: Columns = record
            .deserialize(Some(headers))
            .map_err(|error| Failure::Usage(format!("the row cannot be read: {error}")))?;
        let request = if columns.request.trim_start().starts_with(PEM) {
            columns.request
        } else if let Some(folder) = folder {
            files::read_text(&folder.join(columns.request.trim()))?
        } else {
            return Err(Failure::Usage(
                "the request must stand in the file itself, as PEM; files beside it are for the command line"
                    .to_owned(),
            ));
        };
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let list = given(columns.qualifications).unwrap_or_default();
        let order = PractitionerOrder {
            request,
            name_ja: columns.name_ja,
            name_latin: columns.name_latin,
            licence_type: columns.licence_type,
            licence_number: columns.licence_number,
            jurisdiction: given(columns.jurisdiction).unwrap_or_else(|| "JP".to_owned()),
            registered_on: given(columns.registered_on),
            qualifications: list
                .split(';')
                .map(|code| code.trim().to_owned())
                .filter(|code| !code.is_empty())
                .collect(),
            institution: given(columns.institution),
            days: columns.days,
            provisional: false,
        };
        let content = serde_json::to_vec(&order)
            .map_err(|error| Failure::Usage(format!("the row cannot be read: {error}")))?;
        Ok(Self {
            hash: Fingerprint::of(&content),
            order,
        })
    }

    /// What the journal keeps of it.
    pub(super) fn name(&self) -> String {
        format!("import:{}", self.hash)
    }

    /// The licence, which nobody has twice.
    pub(super) fn licence(&self) -> String {
        licence(
            &self.order.jurisdiction,
            &self.order.licence_type,
            &self.order.licence_number,
        )
    }
}

/// One word for a licence, also good for a file's name.
pub(super) fn licence(jurisdiction: &str, kind: &str, number: &str) -> String {
    format!("{jurisdiction}-{kind}-{number}")
}
