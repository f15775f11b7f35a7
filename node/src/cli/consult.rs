//! `dokuei agreement …` and `dokuei consult …`

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::args::{Consult, Listing, Request};
use super::client::Client;
use super::error::{CliError, Outcome};
use super::retention::{self, DELETED};
use super::session::confirmed;
use super::{duty, fetch, job, output, transfer};
use crate::data_dir::DataDir;

/// Runs one `consult` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(dir: &DataDir, command: Consult, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    let act = |case: &str, verb: &str, body: Value| client.post(&format!("/cases/{case}/{verb}"), &body);
    let (result, sentence) = match command {
        Consult::Request(request) => (send_request(&client, &request)?, "request signed and queued"),
        Consult::List(wanted) => return list(&client, wanted, as_json),
        Consult::Show { case } => return show(&client, &case, as_json),
        Consult::Accept { case, wait, waiting } => {
            let accepted = act(&case, "accept", json!({}))?;
            if wait {
                (fetch::wait(&client, &case, waiting)?, fetch::HERE)
            } else {
                (accepted, "accepted; the study is being fetched")
            }
        }
        Consult::Fetch { case, waiting } => (fetch::wait(&client, &case, waiting)?, fetch::HERE),
        Consult::Cancel { case, reason, yes } => {
            let question = "The key of this study's package and what came of it are erased here and at the other side; the study itself stays with its sender. Go on?";
            transfer::confirm(question, yes)?;
            (
                act(&case, "cancel-transfer", json!({"reason": reason}))?,
                "cancelled; what there was of it is erased here, and the other side is told",
            )
        }
        Consult::SendAgain { case } => {
            let started = act(&case, "send-again", json!({}))?;
            (
                job::wait(&client, &started, "sealing")?,
                "sealed again and queued",
            )
        }
        Consult::Decline { case, reason } => (act(&case, "decline", json!({"reason": reason}))?, "declined"),
        Consult::Report {
            case,
            findings,
            impression,
            recommendations,
            technique,
            tooth,
            template,
            preview,
            proof,
        } => {
            let teeth = tooth.iter().map(
                |one| json!({"tooth": one.tooth, "supernumerary": one.supernumerary, "words": one.words}),
            );
            let report = json!({
                "status": "final",
                "findings": findings,
                "impression": impression,
                "recommendations": recommendations,
                "technique": technique,
                "template": template,
                "teeth": teeth.collect::<Vec<_>>(),
            });
            if let Some(out) = preview {
                let pdf = client.post_for_bytes(&format!("/cases/{case}/report/preview"), &report)?;
                return written(&pdf, &out, as_json);
            }
            (
                confirmed(&proof, report, |report| act(&case, "report", report))?,
                "final report signed and queued",
            )
        }
        Consult::Read { case } => (act(&case, "read", json!({}))?, "marked as read"),
        Consult::Close {
            case,
            patient_informed_by,
            not_informed_because,
        } => {
            let body = json!({"patient_informed_by": patient_informed_by, "not_informed_because": not_informed_because});
            (act(&case, "close", body)?, "closed")
        }
        Consult::Accompanying(command) => return duty::run(&client, command, as_json),
        Consult::Pdf { case, out } => {
            return save(&client, &format!("/cases/{case}/report.pdf"), &out, as_json);
        }
        Consult::Sr { case, out } => {
            return save(&client, &format!("/cases/{case}/report.dcm"), &out, as_json);
        }
    };
    done(&result, as_json, sentence);
    Ok(())
}

fn send_request(client: &Client, request: &Request) -> Outcome<Value> {
    let with = resolve(client, &request.with)?;
    let consent_at = request
        .consent_at
        .clone()
        .unwrap_or_else(|| jiff::Timestamp::now().to_string());
    let mut body = json!({
            "study_instance_uid": request.study,
            "with": with,
            "question": request.question,
            "history": request.history,
            "region": request.region,
            "justification": request.justification,
            "consent": {
                "explained_by": request.consent_by,
                "explained_at": consent_at,
                "scope": request.consent_scope,
            },
            "urgency": request.urgency.as_str(),
            "pseudonymise": request.pseudonymise.then(|| request.pseudonym.options()),
            "patient": meant(request),
    });
    body["acknowledged"] = looked_at(client, &body, &request.acknowledge)?.into();
    let started = client.post("/cases", &body)?;
    job::wait(client, &started, "sealing")
}

/// The patient who is meant, as far as it was said.
fn meant(request: &Request) -> Value {
    json!({
        "id": request.patient_id.clone().unwrap_or_default(),
        "name": request.patient_name.clone().unwrap_or_default(),
        "birth_date": request.patient_born.clone().unwrap_or_default(),
    })
}

/// Shows what must be looked at before a study is sent, and asks; gives the words of what was looked at.
fn looked_at(client: &Client, body: &Value, acknowledged: &[String]) -> Outcome<Vec<String>> {
    let checked = client.post("/cases/check", body)?;
    let mut words = acknowledged.to_vec();
    let mut open = false;
    for finding in entries(&checked["findings"]) {
        let word = output::text(finding, "/acknowledge");
        eprintln!("look at this: {} [{word}]", output::text(finding, "/detail"));
        if !words.contains(&word) {
            open |= finding["final"] != true;
            words.push(word);
        }
    }
    if open {
        transfer::confirm(
            "Was all of this looked at, and is it right to send the study?",
            false,
        )?;
    }
    Ok(words)
}

/// Finds the one practitioner of the directory whom `wanted` names: fingerprint, its beginning, or a whole name.
pub(super) fn resolve(client: &Client, wanted: &str) -> Outcome<String> {
    let known = client.get_with("/directory", &[("q", wanted.to_owned())])?;
    let found: Vec<String> = entries(&known)
        .filter(|person| {
            let fingerprint = output::text(person, "/fingerprint");
            (wanted.len() >= 8 && fingerprint.starts_with(wanted))
                || output::text(person, "/name_ja") == wanted
                || output::text(person, "/name_latin") == wanted
        })
        .map(|person| output::text(person, "/fingerprint"))
        .collect();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(CliError::refused(
            "practitioner_unknown",
            format!("nobody in the directory is called {wanted}"),
            "see `dokuei directory`; a specialist appears there once her node has been reached",
        )),
        _ => Err(CliError::refused(
            "practitioner_ambiguous",
            format!("{} practitioners are called {wanted}", found.len()),
            "name the fingerprint that `dokuei directory` shows, and compare licence and institution",
        )),
    }
}

fn list(client: &Client, wanted: Listing, as_json: bool) -> Outcome {
    let only = |set: bool| set.then(|| "true".to_owned());
    let parameters = [
        ("role", wanted.role),
        ("state", wanted.state),
        ("text", wanted.text),
        ("urgent", only(wanted.urgent)),
        ("unread", only(wanted.unread)),
        ("incidental", only(wanted.incidental)),
        ("modality", wanted.modality),
        ("due_until", wanted.due_until),
        ("limit", wanted.limit.map(|limit| limit.to_string())),
        ("after", wanted.after),
    ];
    let set = parameters
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let cases = client.get_with("/cases", &set.collect::<Vec<_>>())?;
    if as_json {
        output::json(&cases);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = entries(&cases)
        .map(|case| {
            let column = |pointer| output::text(case, pointer);
            vec![
                column("/urgency"),
                column("/role"),
                column("/state"),
                column("/patient_name"),
                column("/modalities").replace(['[', ']', '"'], ""),
                column("/study_date"),
                column("/requester/institution"),
                column("/with/name_ja"),
                column("/transfer/state"),
                column("/case_id"),
            ]
        })
        .collect();
    output::table(
        &[
            "Urgency", "Role", "State", "Patient", "Modality", "Date", "Asked by", "With", "Study", "Case",
        ],
        &rows,
    );
    Ok(())
}

fn show(client: &Client, case: &str, as_json: bool) -> Outcome {
    let case = match client.get(&format!("/cases/{case}")) {
        Err(error) if error.code == DELETED => return retention::told(&error, as_json),
        case => case?,
    };
    if as_json {
        output::json(&case);
        return Ok(());
    }
    let field = |pointer| output::text(&case, pointer);
    println!(
        "{}  {}  {}",
        field("/patient_name"),
        field("/state"),
        field("/urgency")
    );
    println!(
        "question: {}\nregion:   {}\nstudy:    {}",
        field("/question"),
        field("/region"),
        transfer::line(&case["transfer"])
    );
    for item in entries(&case["timeline"]) {
        let column = |pointer| output::text(item, pointer);
        let delivery = match column("/delivery/state") {
            state if state.is_empty() => state,
            state => format!("  [{state}{}]", transfer::stuck(&item["delivery"])),
        };
        let reason = match column("/reason") {
            reason if reason.is_empty() => reason,
            reason => format!(": {reason}"),
        };
        println!(
            "  {}  {:16} {}  {}{reason}{delivery}",
            column("/at"),
            column("/type"),
            column("/by"),
            column("/summary_en")
        );
    }
    show_open(&case);
    for report in entries(&case["reports"]) {
        let column = |pointer| output::text(report, pointer);
        println!(
            "report {} ({}) by {}",
            column("/version"),
            column("/status"),
            column("/author")
        );
        println!("  findings:        {}", column("/findings"));
        println!("  impression:      {}", column("/impression"));
        println!("  recommendations: {}", column("/recommendations"));
    }
    Ok(())
}

/// What is found, asked and open.
fn show_open(case: &Value) {
    if case["frozen"] == true {
        println!("FROZEN: two different entries were signed for one place; telephone the other side");
    }
    let short = |one: &Value| {
        output::text(one, "/entry_id")
            .chars()
            .take(12)
            .collect::<String>()
    };
    for one in entries(&case["urgent"]) {
        let column = |pointer| output::text(one, pointer);
        let state = match column("/acknowledged/by") {
            by if by.is_empty() => "NOT ACKNOWLEDGED".to_owned(),
            by => format!("acknowledged by {by}"),
        };
        println!(
            "urgent {}: {} ({state}; call {})",
            short(one),
            column("/finding"),
            column("/contact")
        );
    }
    for one in entries(&case["incidental"]) {
        let column = |pointer| output::text(one, pointer);
        let state = match column("/resolved/note") {
            note if note.is_empty() => format!("{} by {}", column("/owner/name_ja"), column("/due_at")),
            note => format!("{}: {note}", column("/resolved/resolution")),
        };
        println!("incidental {}: {} ({state})", short(one), column("/finding"));
    }
    for one in entries(&case["queries"]) {
        let column = |pointer| output::text(one, pointer);
        let answer = match column("/answer/text") {
            answer if answer.is_empty() => "not answered".to_owned(),
            answer => answer,
        };
        println!("query {}: {} ({answer})", short(one), column("/question"));
    }
    for one in entries(&case["readers"]).filter(|one| one["kind"] != "consultant") {
        let column = |pointer| output::text(one, pointer);
        println!("{} {}: {}", column("/kind"), short(one), column("/name"));
    }
}

pub(super) fn save(client: &Client, path: &str, out: &Path, as_json: bool) -> Outcome {
    written(&client.get_bytes(path)?, out, as_json)
}

fn written(bytes: &[u8], out: &Path, as_json: bool) -> Outcome {
    fs::write(out, bytes).map_err(|error| {
        CliError::refused(
            "cannot_write",
            format!("{} cannot be written: {error}", out.display()),
            "choose another place with --out",
        )
    })?;
    done(
        &json!({"file": out, "bytes": bytes.len()}),
        as_json,
        &format!("wrote {}", out.display()),
    );
    Ok(())
}

pub(super) fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn done(result: &Value, as_json: bool, sentence: &str) {
    if as_json {
        output::json(result);
        return;
    }
    println!("{sentence}");
    for key in ["case_id", "id"] {
        if let Some(id) = result[key].as_str() {
            println!("{id}");
        }
    }
}
