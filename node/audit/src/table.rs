//! The same rows as a table (RFC 4180), for a spreadsheet and for whoever checks the chain.

use crate::message::Audited;
use crate::vocabulary::{act, outcome};

/// What stands in the columns.
pub const HEADINGS: [&str; 14] = [
    "seq",
    "time",
    "event",
    "actor",
    "actor_name",
    "action",
    "object",
    "outcome",
    "indicator",
    "patient_id",
    "patient_name",
    "study",
    "case",
    "hash",
];

/// Writes rows, under headings. A cell that a spreadsheet would take for a formula begins with an apostrophe.
///
/// # Errors
/// Memory does not fail; the writer's interface says that it may.
pub fn to_csv(rows: &[Audited]) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(HEADINGS)?;
    for row in rows {
        let patient = row.patient.as_ref();
        let cells = [
            row.seq.to_string(),
            row.time(),
            act(&row.action, row.case.is_some()).family.code().1.to_owned(),
            row.actor.id.clone(),
            row.actor.name.clone().unwrap_or_default(),
            row.action.clone(),
            row.object.clone(),
            row.outcome.clone(),
            outcome(&row.action, &row.outcome).number().to_owned(),
            patient.map(|one| one.id.clone()).unwrap_or_default(),
            patient.map(|one| one.name.clone()).unwrap_or_default(),
            row.study
                .as_ref()
                .map(|study| study.uid.clone())
                .unwrap_or_default(),
            row.case.clone().unwrap_or_default(),
            row.hash.clone(),
        ];
        table.write_record(cells.map(inert))?;
    }
    let bytes = table.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn inert(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}
