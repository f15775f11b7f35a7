//! `dokuei retention …`

use serde_json::{Value, json};

use super::args::RetentionCommand;
use super::client::Client;
use super::error::{CliError, Outcome};
use super::governance::sign;
use super::output;
use crate::data_dir::DataDir;

/// Where the list is.
const RETENTION: &str = "/governance/retention";

/// Runs one `retention` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(dir: &DataDir, command: RetentionCommand, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        RetentionCommand::List => list(&client, as_json),
        RetentionCommand::Hold { case, why } => sign(
            &client,
            &json!({"record": "hold", "case": case, "why": why}),
            as_json,
        ),
        RetentionCommand::Release { case, why } => {
            let view = client.get(RETENTION)?;
            let row = cases(&view).iter().find(|one| one["case_id"] == case.as_str());
            let hold = row.map_or(&Value::Null, |one| &one["hold"]["id"]);
            if hold.is_null() {
                return Err(CliError::refused(
                    "not_found",
                    "nothing holds this case".to_owned(),
                    "look for the case in `dokuei retention list`",
                ));
            }
            sign(
                &client,
                &json!({"record": "release", "hold": hold, "why": why}),
                as_json,
            )
        }
    }
}

fn cases(view: &Value) -> &[Value] {
    view["cases"].as_array().map_or(&[], Vec::as_slice)
}

fn list(client: &Client, as_json: bool) -> Outcome {
    let view = client.get(RETENTION)?;
    if as_json {
        output::json(&view);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = cases(&view).iter().map(row).collect();
    output::table(
        &["Case", "Completed", "Records until", "Images until", "Held by"],
        &rows,
    );
    if view["unreadable"] != 0 {
        println!("\n{} cases cannot be read; they are kept.", view["unreadable"]);
    }
    Ok(())
}

fn row(one: &Value) -> Vec<String> {
    let until = |of: &str, due: &str| {
        let day = output::text(one, &format!("/{of}/day"));
        if one[due] == true {
            format!("{day} (over)")
        } else {
            day
        }
    };
    vec![
        output::text(one, "/case_id"),
        output::text(one, "/completed"),
        until("records", "records_due"),
        until("images", "images_due"),
        output::text(one, "/hold/name"),
    ]
}
