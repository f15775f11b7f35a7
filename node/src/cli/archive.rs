//! `dokuei archive …` and `dokuei study send`: what goes to the archives of the house by DICOM, and what comes from them.

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
        Archive::Find {
            archive,
            name,
            id,
            accession,
            date,
            modality,
        } => {
            let question = json!({
                "patient_name": name.unwrap_or_default(),
                "patient_id": id.unwrap_or_default(),
                "accession_number": accession.unwrap_or_default(),
                "study_date": date.unwrap_or_default(),
                "modality": modality.unwrap_or_default(),
            });
            find(&Client::connect(dir)?, &archive, &question, as_json)
        }
        Archive::Fetch { archive, study } => fetch(&Client::connect(dir)?, &archive, &study, as_json),
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
                yes(&one["send"]),
                yes(&one["fetch"]),
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
            "there is no archive: add send = true or fetch = true, host and port to its [[dicom.peers]] in the settings"
        );
        return Ok(());
    }
    let headings = [
        "Archive",
        "Address",
        "TLS",
        "Send",
        "Fetch",
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

fn find(client: &Client, archive: &str, question: &Value, as_json: bool) -> Outcome {
    let found = client.post(&format!("/archives/{archive}/find"), question)?;
    if as_json {
        output::json(&found);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = found["studies"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            let column = |pointer| output::text(one, pointer);
            let modalities = one["modalities"].as_array().into_iter().flatten();
            let modalities: Vec<&str> = modalities.filter_map(Value::as_str).collect();
            vec![
                name_of(&one["patient"]["name"]),
                column("/patient/id"),
                column("/patient/birth_date"),
                column("/study_date"),
                modalities.join("/"),
                column("/description"),
                column("/instances"),
                column("/here"),
                column("/study_instance_uid"),
            ]
        })
        .collect();
    if rows.is_empty() {
        println!("{archive} has no such study; a name must be written as the archive has it");
        return Ok(());
    }
    let headings = [
        "Patient",
        "Id",
        "Born",
        "Date",
        "Modality",
        "Study",
        "Images",
        "Here",
        "Study UID",
    ];
    output::table(&headings, &rows);
    if found["more"] == true {
        println!("there are more: narrow it down");
    }
    Ok(())
}

/// The name as its bearer writes it, else as it is there.
fn name_of(name: &Value) -> String {
    let group = |group: &str| name[group].as_str().unwrap_or_default().replace('^', " ");
    let groups = ["ideographic", "alphabetic", "phonetic"].map(group);
    let found = groups.into_iter().find(|text| !text.is_empty());
    found.unwrap_or_default()
}

fn fetch(client: &Client, archive: &str, study: &str, as_json: bool) -> Outcome {
    let path = format!("/archives/{archive}/fetch");
    let started = client.post(&path, &json!({"study_instance_uid": study}))?;
    let result = job::wait_of(client, &started, "fetching", "images")?;
    if as_json {
        output::json(&result);
        return whole(&result);
    }
    let of = |pointer| output::text(&result, pointer);
    println!(
        "{} new, {} were here already, {} refused, {} did not come",
        of("/new"),
        of("/already_here"),
        of("/refused"),
        of("/missing")
    );
    for reason in result["reasons"].as_array().into_iter().flatten() {
        println!("  refused: {}", reason.as_str().unwrap_or_default());
    }
    if let Some(why) = result["why"].as_str() {
        println!("  {archive}: {why}");
    }
    whole(&result)
}

/// That a fetched study is here as a whole.
fn whole(result: &Value) -> Outcome {
    if result["complete"] != true
        || result["missing"].as_u64() > Some(0)
        || result["refused"].as_u64() > Some(0)
    {
        return Err(CliError::refused(
            "not_all_fetched",
            "the study is not here as a whole, or the archive does not say that it is",
            "fetch it again; when the same is missing then, look into the archive's log",
        ));
    }
    Ok(())
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
