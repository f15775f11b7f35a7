//! Two reports side by side, and what follows from them, on the command line.

use std::path::Path;

use serde_json::{Value, json};

use super::client::Client;
use super::consult::entries;
use super::error::{CliError, Failure, Outcome};
use super::output;
use crate::data_dir::write_durably;

/// Prints, for every two readers of a case, what their reports say of each thing, and what they have said together.
pub(crate) fn show(case: &Value, as_json: bool) {
    if as_json {
        output::json(&json!({
            "comparisons": case["comparisons"],
            "reconciliations": case["reconciliations"],
            "co_signatures": case["co_signatures"],
        }));
        return;
    }
    if entries(&case["comparisons"]).next().is_none() {
        println!("there are not two final reports yet that you may see");
    }
    for pair in entries(&case["comparisons"]) {
        let by = |which: &str| output::text(pair, &format!("/{which}/by/name_ja"));
        let rows: Vec<Vec<String>> = entries(&pair["lines"]).map(row).collect();
        output::table(&["Of", "", &by("first"), &by("second")], &rows);
    }
    for one in entries(&case["reconciliations"]) {
        let column = |pointer| output::text(one, pointer);
        println!(
            "reconciled opinion of {} and {}: {} ({})\n  {}",
            column("/by/name_ja"),
            column("/with/name_ja"),
            column("/standing"),
            column("/entry_id"),
            column("/opinion")
        );
    }
    for one in entries(&case["co_signatures"]) {
        let column = |pointer| output::text(one, pointer);
        println!(
            "{} {} {}: {}",
            column("/by/name_ja"),
            column("/stance"),
            column("/of"),
            column("/words")
        );
    }
}

/// Writes a reconciled opinion to a file.
///
/// # Errors
/// The node's refusal, or that the file cannot be written.
pub(crate) fn write(client: &Client, (case, of): (&str, &str), to: &Path, as_json: bool) -> Outcome {
    let is_dicom = to.extension().is_some_and(|end| end.eq_ignore_ascii_case("dcm"));
    let kind = if is_dicom { "dcm" } else { "pdf" };
    let bytes = client.get_bytes(&format!("/cases/{case}/reconciliations/{of}/opinion.{kind}"))?;
    write_durably(to, &bytes).map_err(|error| {
        let why = format!("{} cannot be written: {error}", to.display());
        CliError::new(Failure::Storage, "cannot_write", why, "")
    })?;
    if as_json {
        output::json(&json!({"to": to, "bytes": bytes.len()}));
    } else {
        println!("written to {}", to.display());
    }
    Ok(())
}

fn row(line: &Value) -> Vec<String> {
    let tooth = output::text(line, "/tooth");
    let of = if tooth.is_empty() {
        output::text(line, "/part")
    } else if line["supernumerary"] == true {
        format!("{tooth} supernumerary")
    } else {
        tooth
    };
    vec![
        of,
        output::text(line, "/agreement"),
        output::text(line, "/first"),
        output::text(line, "/second"),
    ]
}
