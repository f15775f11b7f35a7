//! `dokuei policy …` and `dokuei governance …`

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::{GovernanceCommand, HouseFacts, PolicyCommand};
use super::client::Client;
use super::error::{CliError, Outcome};
use super::output;
use crate::data_dir::{DataDir, write_durably};

/// Where statements go.
pub(super) const RECORDS: &str = "/governance/records";

/// Runs one `policy` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn policy(dir: &DataDir, command: PolicyCommand, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        PolicyCommand::Draft { kind, facts } => {
            let draft = draft(&client, kind.as_str(), &facts)?;
            if as_json {
                output::json(&draft);
            } else {
                println!("{}", output::text(&draft, "/text"));
            }
            Ok(())
        }
        PolicyCommand::Sign {
            kind,
            facts,
            text,
            until,
        } => {
            let mut policy = draft(&client, kind.as_str(), &facts)?;
            if let Some(path) = text {
                policy["text"] = read(&path)?.into();
            }
            if let Some(day) = until {
                policy["until"] = day.into();
            }
            sign(&client, &policy, as_json)
        }
        PolicyCommand::List => records(&client, as_json, |record| record == "policy"),
        PolicyCommand::Pdf { record, out } => pdf(&client, &record, &out),
        PolicyCommand::Acknowledge => acknowledge(&client, as_json),
    }
}

/// Runs one `governance` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(dir: &DataDir, command: GovernanceCommand, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        GovernanceCommand::Status => status(&client, as_json),
        GovernanceCommand::Roles => roles(&client, as_json),
        GovernanceCommand::Assign {
            id,
            role,
            name,
            duties,
            until,
        } => {
            let person = person(&client, &id, name)?;
            let assignment = json!({"record": "assignment", "person": person, "role": role, "duties": duties, "until": until});
            sign(&client, &assignment, as_json)
        }
        GovernanceCommand::Pledge { language, until } => {
            let me = client.get("/governance/me")?;
            let draft = client.post("/governance/drafts/pledge", &json!({"language": language}))?;
            let person = json!({"id": me["id"], "name": me["name"]});
            let until = until.map_or_else(|| draft["until"].clone(), Value::from);
            let pledge = json!({"record": "pledge", "person": person, "text": draft["text"], "until": until});
            sign(&client, &pledge, as_json)
        }
        GovernanceCommand::Train {
            id,
            topic,
            on,
            until,
            by,
        } => {
            let person = person(&client, &id, None)?;
            let training = json!({"record": "training", "person": person, "topic": topic, "given_by": by, "on": on, "until": until});
            sign(&client, &training, as_json)
        }
        GovernanceCommand::Checklist => {
            output::json(&to_fill_in(&client)?);
            Ok(())
        }
        GovernanceCommand::Inspect { file } | GovernanceCommand::Record { file } => {
            sign(&client, &to_sign(&read(&file)?)?, as_json)
        }
        GovernanceCommand::Records => records(&client, as_json, |_| true),
        GovernanceCommand::Export { which, out } => {
            let table = client.get_bytes(&format!("/governance/tables/{which}"))?;
            write(&out, &table)
        }
        GovernanceCommand::Pdf { record, out } => pdf(&client, &record, &out),
    }
}

/// Signs a statement and says so.
pub(super) fn sign(client: &Client, statement: &Value, as_json: bool) -> Outcome {
    let record = client.post(RECORDS, statement)?;
    if as_json {
        output::json(&record);
    } else {
        println!(
            "signed as record {} by {}: {}",
            record["number"],
            output::text(&record, "/name"),
            output::text(&record, "/id")
        );
    }
    Ok(())
}

fn draft(client: &Client, kind: &str, given: &HouseFacts) -> Outcome<Value> {
    let path = format!("/governance/drafts/{kind}");
    let plain = client.post(&path, &json!({"language": given.language}))?;
    let mut facts = plain["facts"].as_object().cloned().unwrap_or_default();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            facts.insert(name.to_owned(), value);
        }
    };
    set("institution", given.institution.clone().map(Value::from));
    set("manager", given.manager.clone().map(Value::from));
    set("administrator", given.administrator.clone().map(Value::from));
    set("contact", given.contact.clone().map(Value::from));
    set("devices", given.devices.clone().map(Value::from));
    set("record_years", given.record_years.map(Value::from));
    set("image_years", given.image_years.map(Value::from));
    set("deletion_by_two", given.deletion_by_two.map(Value::from));
    client.post(
        &path,
        &json!({"language": given.language, "facts": Value::Object(facts)}),
    )
}

/// A person by her sign-in name, with her name as it is known here unless another is given.
fn person(client: &Client, id: &str, name: Option<String>) -> Outcome<Value> {
    if let Some(name) = name {
        return Ok(json!({"id": id, "name": name}));
    }
    let roles = client.get("/governance/roles")?;
    let people = roles["people"].as_array().map_or(&[][..], Vec::as_slice);
    let known = people.iter().find(|one| one["id"] == id);
    let known = known.ok_or_else(|| {
        CliError::refused(
            "not_found",
            format!("nobody here signs in as {id}"),
            "check the sign-in name, or give the name of staff with --name",
        )
    })?;
    Ok(json!({"id": id, "name": known["name"]}))
}

fn acknowledge(client: &Client, as_json: bool) -> Outcome {
    let (me, all) = (client.get("/governance/me")?, client.get(RECORDS)?);
    let all = all.as_array().map_or(&[][..], Vec::as_slice);
    let mut signed = 0;
    for kind in ["management", "security", "incident"] {
        let of_kind =
            |one: &&Value| one["statement"]["record"] == "policy" && one["statement"]["kind"] == kind;
        let Some(policy) = all.iter().find(of_kind) else {
            continue;
        };
        let read = |one: &Value| one["by"] == me["id"] && one["statement"]["policy"] == policy["id"];
        if policy["by"] == me["id"] || all.iter().any(read) {
            continue;
        }
        sign(
            client,
            &json!({"record": "acknowledgement", "policy": policy["id"]}),
            as_json,
        )?;
        signed += 1;
    }
    if signed == 0 && !as_json {
        println!("there is nothing that you have not acknowledged");
    }
    Ok(())
}

fn status(client: &Client, as_json: bool) -> Outcome {
    let view = client.get("/governance")?;
    if as_json {
        output::json(&view);
        return Ok(());
    }
    let due = view["due"].as_array().map_or(&[][..], Vec::as_slice);
    let rows: Vec<Vec<String>> = due
        .iter()
        .map(|one| {
            ["/clause", "/state", "/sentence"]
                .map(|name| output::text(one, name))
                .to_vec()
        })
        .collect();
    if rows.is_empty() {
        println!("nothing is due");
    } else {
        output::table(&["", "State", "What"], &rows);
    }
    Ok(())
}

fn roles(client: &Client, as_json: bool) -> Outcome {
    let view = client.get("/governance/roles")?;
    if as_json {
        output::json(&view);
        return Ok(());
    }
    let people = view["people"].as_array().map_or(&[][..], Vec::as_slice);
    let rows: Vec<Vec<String>> = people
        .iter()
        .map(|one| {
            let duties = one["duties"].as_array().map_or(&[][..], Vec::as_slice);
            let duties: Vec<&str> = duties.iter().filter_map(Value::as_str).collect();
            vec![
                output::text(one, "/id"),
                output::text(one, "/name"),
                output::text(one, "/role"),
                duties.join(" "),
            ]
        })
        .collect();
    output::table(&["Sign-in name", "Name", "Role", "Duties"], &rows);
    if view["administered"] == false {
        println!("\nNo administrator is named: until one is, everybody who signs in has every duty.");
    }
    Ok(())
}

fn records(client: &Client, as_json: bool, wanted: impl Fn(&str) -> bool) -> Outcome {
    let mut all = client.get(RECORDS)?;
    if let Value::Array(all) = &mut all {
        all.retain(|one| one["statement"]["record"].as_str().is_some_and(&wanted));
    }
    if as_json {
        output::json(&all);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = all.as_array().into_iter().flatten().map(record_row).collect();
    output::table(&["No", "Signed", "By", "Record", "Of", "Until", "Id"], &rows);
    Ok(())
}

fn record_row(one: &Value) -> Vec<String> {
    let of = [
        "/statement/kind",
        "/statement/person/name",
        "/statement/name",
        "/statement/step",
    ]
    .into_iter()
    .map(|pointer| output::text(one, pointer))
    .find(|text| !text.is_empty());
    let until = ["/statement/until", "/statement/next"]
        .into_iter()
        .map(|pointer| output::text(one, pointer))
        .find(|text| !text.is_empty());
    vec![
        one["number"].to_string(),
        output::text(one, "/at"),
        output::text(one, "/name"),
        output::text(one, "/statement/record"),
        of.unwrap_or_default(),
        until.unwrap_or_default(),
        output::text(one, "/id"),
    ]
}

/// The checklist as an inspection in which every point fits still to be judged.
fn to_fill_in(client: &Client) -> Outcome<Value> {
    let (list, view) = (client.get("/governance/checklist")?, client.get("/governance")?);
    let items = list["items"].as_array().map_or(&[][..], Vec::as_slice);
    let answers: Vec<Value> = items
        .iter()
        .map(|item| {
            json!({"item": item["word"], "question": item["ja"], "outcome": null, "note": null, "remedy": null, "due": null})
        })
        .collect();
    Ok(
        json!({"record": "inspection", "checklist": list["edition"], "present": null, "next": view["today"], "answers": answers}),
    )
}

/// The questions stand there for whoever fills it in, and are no part of what is signed.
fn to_sign(text: &str) -> Outcome<Value> {
    let mut statement: Value = serde_json::from_str(text).map_err(|error| {
        CliError::refused(
            "not_json",
            format!("the file is not JSON: {error}"),
            "correct it and try again",
        )
    })?;
    let answers = statement.get_mut("answers").and_then(Value::as_array_mut);
    for answer in answers.into_iter().flatten() {
        answer
            .as_object_mut()
            .and_then(|fields: &mut Map<String, Value>| fields.remove("question"));
    }
    Ok(statement)
}

fn pdf(client: &Client, record: &str, out: &Path) -> Outcome {
    let bytes = client.get_bytes(&format!("{RECORDS}/{record}/paper.pdf"))?;
    write(out, &bytes)
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| unusable(path, &error))
}

/// Writes a file that only its owner reads, and says where it is.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Outcome {
    write_durably(path, bytes).map_err(|error| unusable(path, &error))?;
    println!("{}", path.display());
    Ok(())
}

/// A file or folder that cannot be used.
pub(super) fn unusable(path: &Path, error: &std::io::Error) -> CliError {
    CliError::refused(
        "file_unusable",
        format!("{} cannot be used: {error}", path.display()),
        "check the name and the rights on it",
    )
}
