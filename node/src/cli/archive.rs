//! `dokuei archive …` and `dokuei study send`: what goes to the archives of the house by DICOM.

use std::time::Duration;

use serde_json::{Value, json};

use super::args::Archive;
use super::client::Client;
use super::error::{CliError, Outcome};
use super::{job, output};
use crate::data_dir::DataDir;

/// How often the node is asked how far it is.
const POLL: Duration = Duration::from_millis(200);

/// Runs one `archive` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(dir: &DataDir, command: Archive, as_json: bool) -> Outcome {
    match command {
        Archive::List => list(&Client::as_operator(dir)?, as_json),
        Archive::Echo { archive } => echo(&Client::as_operator(dir)?, &archive, as_json),
        Archive::Queue => queue(&Client::as_operator(dir)?, as_json),
        Archive::Report { case, to } => {
            let path = format!("/cases/{case}/send-report");
            told(&Client::connect(dir)?.post(&path, &json!({"to": to}))?, as_json)
        }
        Archive::Cancel { id } => act(&Client::as_operator(dir)?, &id, "cancel", as_json),
        Archive::Again { id } => act(&Client::as_operator(dir)?, &id, "again", as_json),
    }
}

/// `dokuei study send`.
///
/// # Errors
/// What the node refuses, and with `wait` that it does not arrive.
pub(super) fn send(client: &Client, (study, to): (&str, &str), wait: bool, as_json: bool) -> Outcome {
    let mut view = client.post(&format!("/studies/{study}/send"), &json!({"to": to}))?;
    if wait {
        let path = format!("/dispatches/{}", output::text(&view, "/id"));
        let bar = job::progress_bar_of("sending", "images");
        while matches!(view["state"].as_str(), Some("queued" | "sending")) {
            bar.set_length(view["instances"].as_u64().unwrap_or(0));
            bar.set_position(view["sent"].as_u64().unwrap_or(0));
            if let Some(why) = view["why"].as_str() {
                bar.set_message(format!("waiting: {why}"));
            }
            std::thread::sleep(POLL);
            view = client.get(&path)?;
        }
        bar.finish_and_clear();
    }
    told(&view, as_json)?;
    if view["state"] == "failed" {
        return Err(CliError::refused(
            "not_delivered",
            output::text(&view, "/why"),
            "see the reasons with `dokuei archive queue --json`, and send again with `dokuei archive again`",
        ));
    }
    Ok(())
}

fn list(client: &Client, as_json: bool) -> Outcome {
    let archives = client.get("/archives")?;
    if as_json {
        output::json(&archives);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = archives
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            let column = |pointer| output::text(one, pointer);
            vec![
                column("/aet"),
                column("/address"),
                yes(&one["tls"]),
                yes(&one["reports"]),
                yes(&one["commitment"]),
                column("/waiting"),
                column("/why"),
                column("/next_try"),
            ]
        })
        .collect();
    if rows.is_empty() {
        println!(
            "no archive is sent to: add send = true, host and port to its [[dicom.peers]] in the settings"
        );
        return Ok(());
    }
    let headings = [
        "Archive",
        "Address",
        "TLS",
        "Reports",
        "Commitment",
        "Waiting",
        "Why",
        "Next try",
    ];
    output::table(&headings, &rows);
    Ok(())
}

fn yes(value: &Value) -> String {
    if value == true { "yes" } else { "no" }.to_owned()
}

fn echo(client: &Client, archive: &str, as_json: bool) -> Outcome {
    let answer = client.post(&format!("/archives/{archive}/echo"), &json!({}))?;
    if as_json {
        output::json(&answer);
    }
    if answer["ok"] == true {
        if !as_json {
            println!(
                "{archive} at {} answers after {} ms",
                output::text(&answer, "/address"),
                output::text(&answer, "/milliseconds")
            );
        }
        return Ok(());
    }
    Err(CliError::refused(
        "archive_not_reached",
        format!(
            "{archive} at {}: {}",
            output::text(&answer, "/address"),
            output::text(&answer, "/why")
        ),
        "compare host, port and AE titles with the archive's own settings; it must know this node's title too",
    ))
}

fn queue(client: &Client, as_json: bool) -> Outcome {
    let dispatches = client.get("/dispatches")?;
    if as_json {
        output::json(&dispatches);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = dispatches
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            let column = |pointer| output::text(one, pointer);
            vec![
                column("/archive"),
                column("/what"),
                column("/state"),
                format!("{} of {}", column("/sent"), column("/instances")),
                column("/commitment"),
                column("/why"),
                column("/next_try"),
                column("/study_instance_uid"),
                column("/id"),
            ]
        })
        .collect();
    if rows.is_empty() {
        println!("nothing was sent to an archive yet");
        return Ok(());
    }
    let headings = [
        "Archive",
        "What",
        "State",
        "Sent",
        "Commitment",
        "Why",
        "Next try",
        "Study",
        "Id",
    ];
    output::table(&headings, &rows);
    Ok(())
}

fn act(client: &Client, id: &str, verb: &str, as_json: bool) -> Outcome {
    told(
        &client.post(&format!("/dispatches/{id}/{verb}"), &json!({}))?,
        as_json,
    )
}

fn told(view: &Value, as_json: bool) -> Outcome {
    if as_json {
        output::json(view);
        return Ok(());
    }
    let of = |pointer| output::text(view, pointer);
    println!(
        "{} for {}: {}, {} of {} sent; id {}",
        of("/what"),
        of("/archive"),
        of("/state"),
        of("/sent"),
        of("/instances"),
        of("/id")
    );
    if let Some(why) = view["why"].as_str() {
        println!("  {why}");
    }
    Ok(())
}
