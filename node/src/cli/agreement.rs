//! `dokuei agreement …`: who answers for what, agreed before the first request.

use serde_json::json;

use super::args::Agreement;
use super::client::Client;
use super::consult::{done, entries, resolve, save};
use super::error::Outcome;
use super::output;
use crate::data_dir::DataDir;

/// Runs one `agreement` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(dir: &DataDir, command: Agreement, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    let (result, sentence) = match command {
        Agreement::Propose {
            with,
            emergency_contact,
            turnaround,
            retention,
            fees,
        } => {
            let with = resolve(&client, &with)?;
            let body = json!({
                "with": with,
                "emergency_contact": emergency_contact,
                "turnaround_hours": turnaround,
                "retention_years": retention,
                "fees": fees,
            });
            (
                client.post("/agreements", &body)?,
                "proposed; it is in force once countersigned",
            )
        }
        Agreement::Accept { agreement } => (
            client.post(&format!("/agreements/{agreement}/accept"), &json!({}))?,
            "countersigned: in force now",
        ),
        Agreement::Pdf { agreement, out } => {
            return save(
                &client,
                &format!("/agreements/{agreement}/agreement.pdf"),
                &out,
                as_json,
            );
        }
        Agreement::ConsentForm { out } => return save(&client, "/consent-form.pdf", &out, as_json),
        Agreement::List => {
            let list = client.get("/agreements")?;
            if as_json {
                output::json(&list);
            } else {
                let rows: Vec<Vec<String>> = entries(&list)
                    .map(|one| {
                        let column = |pointer| output::text(one, pointer);
                        vec![
                            column("/id"),
                            column("/state"),
                            column("/with/name_ja"),
                            column("/valid_until"),
                        ]
                    })
                    .collect();
                output::table(&["Agreement", "State", "With", "Until"], &rows);
            }
            return Ok(());
        }
    };
    done(&result, as_json, sentence);
    Ok(())
}
