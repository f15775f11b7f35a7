//! `dokuei incident …`

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use serde_json::{Value, json};

use super::args::IncidentCommand;
use super::client::Client;
use super::error::{CliError, Outcome};
use super::governance::{RECORDS, sign, unusable, write};
use crate::data_dir::DataDir;

/// Runs one `incident` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(dir: &DataDir, command: IncidentCommand, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    let (step, what) = match command {
        IncidentCommand::Begin {
            what,
            noticed,
            personal_data,
            malice,
            drill,
            evidence,
        } => {
            let noticed = match noticed {
                Some(day) => day.into(),
                None => client.get("/governance")?["today"].clone(),
            };
            let incident = json!({
                "record": "incident",
                "what": what,
                "noticed": noticed,
                "personal_data": personal_data,
                "malice": malice,
                "drill": drill,
            });
            sign(&client, &incident, as_json)?;
            return evidence.map_or(Ok(()), |to| secure(&client, &to));
        }
        IncidentCommand::Note { what } => ("note", what),
        IncidentCommand::Report { which, what } => (
            if which == "first" {
                "first_report"
            } else {
                "final_report"
            },
            what,
        ),
        IncidentCommand::End { what } => ("end", what),
    };
    let id = current(&client, step)?;
    sign(
        &client,
        &json!({"record": "response", "incident": id, "step": step, "what": what}),
        as_json,
    )
}

/// For a report to the commission the first incident of which it is due, which may be over; else the one that is open, or
/// the newest.
fn current(client: &Client, step: &str) -> Outcome<Value> {
    let house = client.get("/governance")?;
    let mut due = house["due"].as_array().into_iter().flatten();
    if let Some(one) = due.find(|one| one["what"] == step) {
        return Ok(one["about"].clone());
    }
    let open = house["incident"].clone();
    if !open.is_null() {
        return Ok(open);
    }
    let records = client.get(RECORDS)?;
    let mut all = records.as_array().into_iter().flatten();
    let newest = all.find(|one| one["statement"]["record"] == "incident");
    newest
        .filter(|_| step != "end")
        .map(|one| one["id"].clone())
        .ok_or_else(|| {
            CliError::refused(
                "not_found",
                "no incident is open".to_owned(),
                "see `dokuei governance records`",
            )
        })
}

/// Writes what shows what happened: the audit trail, the records of the house, and the evidence of each consultation. What
/// is refused keeps nothing else from being written, and is told at the end.
fn secure(client: &Client, to: &Path) -> Outcome {
    let made = fs::DirBuilder::new().mode(0o700).create(to);
    made.map_err(|error| unusable(to, &error))?;
    let mut parts = vec![
        ("audit.csv".to_owned(), "/audit/export/csv".to_owned()),
        ("records.csv".to_owned(), "/governance/tables/records".to_owned()),
    ];
    let mut refused = Vec::new();
    match client.get("/cases") {
        Ok(cases) => {
            let ids = cases.as_array().into_iter().flatten();
            let ids = ids.filter_map(|case| case["case_id"].as_str());
            parts.extend(ids.map(|id| (format!("case-{id}.zip"), format!("/cases/{id}/evidence.zip"))));
        }
        Err(error) => refused.push(format!("evidence of the consultations ({})", error.code)),
    }
    for (name, path) in parts {
        match client.get_bytes(&path) {
            Ok(bytes) => write(&to.join(&name), &bytes)?,
            Err(error) => refused.push(format!("{name} ({})", error.code)),
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    Err(CliError::refused(
        "evidence_incomplete",
        format!(
            "the incident is begun, but this was not secured: {}",
            refused.join(", ")
        ),
        "let somebody with the duties “trail” and “evidence” export it: `dokuei audit export`, `dokuei case export`",
    ))
}
