//! `dokuei retention …`

use std::io::{BufRead as _, IsTerminal};
use std::path::Path;

use serde_json::{Value, json};

use super::args::{Delete, RetentionCommand};
use super::client::Client;
use super::error::{CliError, Outcome};
use super::governance::sign;
use super::{output, passphrase, session};
use crate::data_dir::{DataDir, write_durably};

/// Where the list is.
const RETENTION: &str = "/retention";
/// The code of what was deleted.
pub(crate) const DELETED: &str = "deleted";
/// How many characters confirm a deletion.
const TYPED: usize = 6;

/// Runs one `retention` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(dir: &DataDir, command: RetentionCommand, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        RetentionCommand::List => list(&client, as_json),
        RetentionCommand::Due => due(&client, as_json),
        RetentionCommand::Hold { case, why } => sign(
            &client,
            &json!({"record": "hold", "case": case, "why": why}),
            as_json,
        ),
        RetentionCommand::Release { case, why } => release(&client, &case, &why, as_json),
        RetentionCommand::Delete(wanted) => delete(&client, &wanted, as_json),
        RetentionCommand::Deletions => deletions(&client, as_json),
        RetentionCommand::Certificate { number, to } => certificate(&client, number, &to, as_json),
        RetentionCommand::Readmit { study, why } => {
            let body = json!({"study_instance_uid": study, "why": why});
            let deletion = client.post("/retention/readmissions", &body)?;
            let sentence = "it may be taken in again; that it was deleted stays in the list of deletions";
            shown(&deletion, sentence, as_json);
            Ok(())
        }
    }
}

/// Tells that something was deleted, which is an answer and no failure.
pub(crate) fn told(error: &CliError, as_json: bool) -> Outcome {
    if as_json {
        output::json(&json!({"deleted": true, "message": error.message}));
    } else {
        println!("{}", error.message);
    }
    Ok(())
}

fn release(client: &Client, case: &str, why: &str, as_json: bool) -> Outcome {
    let view = client.get(RETENTION)?;
    let row = rows(&view, "cases").iter().find(|one| one["case_id"] == case);
    let hold = row.map_or(&Value::Null, |one| &one["hold"]["id"]);
    if hold.is_null() {
        return Err(CliError::refused(
            "not_found",
            "nothing holds this case".to_owned(),
            "look for the case in `dokuei retention list`",
        ));
    }
    sign(
        client,
        &json!({"record": "release", "hold": hold, "why": why}),
        as_json,
    )
}

fn rows<'a>(view: &'a Value, of: &str) -> &'a [Value] {
    view[of].as_array().map_or(&[], Vec::as_slice)
}

fn list(client: &Client, as_json: bool) -> Outcome {
    let view = client.get(RETENTION)?;
    if as_json {
        output::json(&view);
        return Ok(());
    }
    tables(rows(&view, "cases").iter(), rows(&view, "studies").iter());
    if view["unreadable"] != 0 {
        println!("\n{} cases cannot be read; they are kept.", view["unreadable"]);
    }
    let (shown, all) = (
        rows(&view, "studies").len() as u64,
        view["studies_total"].as_u64(),
    );
    if all.is_some_and(|all| all > shown) {
        println!(
            "\nOf {} studies the first {shown} are shown.",
            view["studies_total"]
        );
    }
    Ok(())
}

fn due(client: &Client, as_json: bool) -> Outcome {
    let view = client.get(RETENTION)?;
    let is_due = |one: &&Value| one["records_due"] == true || one["images_due"] == true || one["due"] == true;
    let (cases, studies) = (rows(&view, "cases"), rows(&view, "studies"));
    let cases: Vec<&Value> = cases.iter().filter(is_due).collect();
    let studies: Vec<&Value> = studies.iter().filter(is_due).collect();
    if as_json {
        output::json(&json!({"today": view["today"], "cases": cases, "studies": studies}));
    } else if cases.is_empty() && studies.is_empty() {
        println!("nothing here is past the time for which it must be kept");
    } else {
        tables(cases.into_iter(), studies.into_iter());
    }
    Ok(())
}

fn tables<'a>(cases: impl Iterator<Item = &'a Value>, studies: impl Iterator<Item = &'a Value>) {
    let cases: Vec<Vec<String>> = cases.map(case_row).collect();
    output::table(
        &["Case", "Completed", "Records until", "Images until", "Held by"],
        &cases,
    );
    println!();
    let studies: Vec<Vec<String>> = studies.map(study_row).collect();
    output::table(&["Study", "Taken in", "Until", "Stands against it"], &studies);
}

fn until(one: &Value, of: &str, due: &str) -> String {
    let day = output::text(one, &format!("/{of}/day"));
    if one[due] == true {
        format!("{day} (over)")
    } else {
        day
    }
}

fn case_row(one: &Value) -> Vec<String> {
    vec![
        output::text(one, "/case_id"),
        output::text(one, "/completed"),
        until(one, "records", "records_due"),
        until(one, "images", "images_due"),
        output::text(one, "/hold/name"),
    ]
}

fn study_row(one: &Value) -> Vec<String> {
    let against = match (one["held"] == true, one["open"] == true) {
        (true, _) => "on hold",
        (_, true) => "a consultation goes on",
        _ => "",
    };
    vec![
        output::text(one, "/study_instance_uid"),
        output::text(one, "/added"),
        until(one, "images", "due"),
        against.to_owned(),
    ]
}

fn delete(client: &Client, wanted: &Delete, as_json: bool) -> Outcome {
    let confirm = confirmed(wanted)?;
    let hers = passphrase::of_practitioner(wanted.passphrase.passphrase_file.as_deref(), false)?;
    let proof = prove(client, None, &hers, wanted.factor.body())?;
    let second = match &wanted.second {
        None => Value::Null,
        Some(who) => {
            eprintln!("{who}:");
            let hers = passphrase::of_practitioner(wanted.second_passphrase_file.as_deref(), false)?;
            let answer = wanted.second_code.as_ref();
            let answer = answer.map_or(Value::Null, |code| json!({"answer": code}));
            prove(client, Some(who), &hers, answer)?
        }
    };
    // A Study Instance UID has dots.
    let of = if wanted.what.contains('.') {
        "study_instance_uid"
    } else {
        "case_id"
    };
    let mut body = json!({
        "reason": wanted.reason.as_str(),
        "why": wanted.why,
        "early": wanted.early,
        "confirm": confirm,
        "proof": proof,
        "second_proof": second,
    });
    body[of] = wanted.what.clone().into();
    let deletion = client.post("/retention/deletions", &body)?;
    let sentence = format!(
        "deleted for good; certificate no. {0}: dokuei retention certificate {0} --to FILE.zip",
        deletion["number"]
    );
    shown(&deletion, &sentence, as_json);
    Ok(())
}

/// Asks for the end of the identifier: what cannot be undone is not confirmed by a single key.
fn confirmed(wanted: &Delete) -> Outcome<String> {
    if let Some(typed) = &wanted.confirm {
        return Ok(typed.clone());
    }
    let refused = || {
        CliError::refused(
            "not_confirmed",
            "nothing was deleted: it was not confirmed",
            "type the last six characters of the identifier, or give them with --confirm",
        )
    };
    if !std::io::stdin().is_terminal() {
        return Err(refused());
    }
    eprint!(
        "{} is deleted for good, and nobody can bring it back.\nType the last {TYPED} characters of its identifier: ",
        wanted.what
    );
    let mut typed = String::new();
    let read = std::io::stdin().lock().read_line(&mut typed);
    let typed = typed.trim();
    if read.is_ok() && wanted.what.ends_with(typed) && typed.chars().count() == TYPED {
        Ok(typed.to_owned())
    } else {
        Err(refused())
    }
}

/// Shows that it is she; asks for the code of her second factor where there is a terminal.
fn prove(client: &Client, who: Option<&str>, passphrase: &str, answer: Value) -> Outcome<Value> {
    let ask = |answer: Value| {
        let body = json!({"practitioner": who, "passphrase": passphrase, "second_factor": answer});
        client.post("/security/proof", &body)
    };
    let proof = session::answered(answer, ask)?;
    Ok(proof["proof"].clone())
}

fn deletions(client: &Client, as_json: bool) -> Outcome {
    let view = client.get(RETENTION)?;
    if as_json {
        output::json(&view["deletions"]);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = rows(&view, "deletions")
        .iter()
        .map(|one| {
            let what = match one["case_id"].as_str() {
                Some(case) => format!("case {case}"),
                None => format!("study, SHA-256 {}", output::text(one, "/study_sha256")),
            };
            vec![
                output::text(one, "/number"),
                output::text(one, "/ordered_at"),
                output::text(one, "/ordered_by/name"),
                output::text(one, "/second/name"),
                output::text(one, "/reason").replace('_', " "),
                output::text(one, "/state"),
                what,
            ]
        })
        .collect();
    output::table(&["No.", "When", "By", "And", "Reason", "State", "What"], &rows);
    Ok(())
}

fn certificate(client: &Client, number: u64, to: &Path, as_json: bool) -> Outcome {
    let archive = client.get_bytes(&format!("/retention/deletions/{number}/certificate"))?;
    write_durably(to, &archive).map_err(|error| {
        CliError::refused(
            "file_unusable",
            format!("{} cannot be written: {error}", to.display()),
            "choose another place with --to",
        )
    })?;
    if as_json {
        output::json(&json!({"file": to, "bytes": archive.len()}));
    } else {
        println!(
            "the certificate is in {}; anybody verifies it with OpenSSL and sha256sum: VERIFY.md in it tells how.\n\
             It names no patient.",
            to.display()
        );
    }
    Ok(())
}

fn shown(value: &Value, sentence: &str, as_json: bool) {
    if as_json {
        output::json(value);
    } else {
        println!("{sentence}");
    }
}
