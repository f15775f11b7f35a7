//! `dokuei directory` and `dokuei profile …`

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::args::{DirectoryQuery, ProfileChange, ProfileCommand};
use super::client::Client;
use super::consult::resolve;
use super::error::{CliError, Outcome};
use super::output;
use crate::data_dir::DataDir;

/// `dokuei directory`.
///
/// # Errors
/// What the node refuses.
pub(crate) fn search(dir: &DataDir, query: &DirectoryQuery, as_json: bool) -> Outcome {
    let found = Client::connect(dir)?.get_with("/directory", &parameters(query))?;
    if as_json {
        output::json(&found);
        return Ok(());
    }
    let people = found.as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = people.iter().map(row).collect();
    output::table(
        &[
            "Name",
            "",
            "Institution",
            "Region",
            "Licence",
            "",
            "",
            "Hours",
            "",
            "Fingerprint",
        ],
        &rows,
    );
    Ok(())
}

fn row(person: &Value) -> Vec<String> {
    let regions = person.pointer("/profile/regions").and_then(Value::as_array);
    let regions: Vec<String> = regions
        .into_iter()
        .flatten()
        .map(|region| output::text(region, "/ja"))
        .collect();
    let accepting = match person.pointer("/profile/accepting") {
        Some(Value::Bool(true)) => "accepts",
        Some(Value::Bool(false)) => "accepts none",
        _ => "",
    };
    vec![
        output::text(person, "/name_ja"),
        output::text(person, "/name_latin"),
        output::text(person, "/institution"),
        regions.join(" "),
        output::text(person, "/licence/number"),
        if person["may_read"] == true { "reads" } else { "" }.to_owned(),
        accepting.to_owned(),
        output::text(person, "/profile/turnaround/usual"),
        if person["online"] == true { "online" } else { "" }.to_owned(),
        output::text(person, "/fingerprint").chars().take(16).collect(),
    ]
}

/// The question as the API takes it.
fn parameters(query: &DirectoryQuery) -> Vec<(&'static str, String)> {
    let text = [
        ("q", Some(query.words.join(" ")).filter(|words| !words.is_empty())),
        ("qualification", query.qualification.clone()),
        ("region", query.region.clone()),
        ("modality", query.modality.clone()),
        ("language", query.language.clone()),
        ("turnaround", query.turnaround.map(|hours| hours.to_string())),
        ("institution", query.institution.clone()),
        ("sort", query.sort.clone()),
        ("limit", query.limit.map(|number| number.to_string())),
        ("offset", query.offset.map(|number| number.to_string())),
        ("readers", query.readers.then(|| true.to_string())),
        ("accepting", query.accepting.then(|| true.to_string())),
    ];
    text.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Runs one `profile` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn profile(dir: &DataDir, command: ProfileCommand, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    let known = client.get("/me/profile")?;
    let ProfileCommand::Set(mut change) = command else {
        output::json(&known);
        return Ok(());
    };
    let deputies: Outcome<Vec<String>> = change.deputy.iter().map(|who| resolve(&client, who)).collect();
    change.deputy = deputies?;
    let published = client.put("/me/profile", &form(&known["about"], &change)?)?;
    if as_json {
        output::json(&published);
    } else {
        println!(
            "profile {} signed; others hear of it when they are met",
            published["seq"]
        );
    }
    Ok(())
}

/// What is to be said from now on: a file's content or what was said before, with the changes on top.
fn form(known: &Value, change: &ProfileChange) -> Outcome<Value> {
    let mut about = match &change.from {
        Some(path) => serde_json::from_slice(&read(path)?).map_err(|error| {
            let message = format!("{} is not a profile in JSON: {error}", path.display());
            CliError::refused("bad_profile", message, "see `dokuei profile show` for the form")
        })?,
        None => known.clone(),
    };
    let Value::Object(fields) = &mut about else {
        let message = "a profile is a JSON object";
        return Err(CliError::refused(
            "bad_profile",
            message,
            "see `dokuei profile show` for the form",
        ));
    };
    apply(fields, change);
    let mut form = json!({"about": about});
    if change.no_photo {
        form["photo"] = Value::Null;
    }
    if let Some(path) = &change.photo {
        form["photo"] = BASE64.encode(read(path)?).into();
    }
    Ok(form)
}

fn apply(fields: &mut Map<String, Value>, change: &ProfileChange) {
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    let list = |items: &[String]| (!items.is_empty()).then(|| json!(items));
    set("kana", change.kana.clone().map(Value::from));
    set("regions", list(&change.region));
    set("modalities", list(&change.modality));
    set("interests", list(&change.interest));
    set("languages", list(&change.language));
    set("urgent_phone", change.phone.clone().map(Value::from));
    set(
        "turnaround",
        change
            .turnaround
            .map(|hours| json!({"usual": hours, "urgent": change.urgent})),
    );
    let until = change.until.map(|until| until.as_second());
    set(
        "availability",
        change
            .accepting
            .map(|accepting| json!({"accepting": accepting, "until": until})),
    );
    if let (Some(from), Some(until)) = (change.away_from, change.away_until) {
        let (from, until) = (from.as_second(), until.as_second());
        let absence = json!({"from": from, "until": until, "deputies": change.deputy});
        fields.insert("absences".to_owned(), json!([absence]));
    }
    if change.not_away {
        fields.insert("absences".to_owned(), Value::Null);
    }
    let mut introduction = fields.get("introduction").cloned().unwrap_or_else(|| json!({}));
    for (language, text) in [
        ("japanese", &change.introduction_ja),
        ("english", &change.introduction_en),
    ] {
        if let Some(text) = text {
            introduction[language] = text.clone().into();
        }
    }
    fields.insert("introduction".to_owned(), introduction);
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        CliError::refused("file_unusable", message, "check the name and the rights on it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r2_only_what_is_named_is_changed() {
        let known = json!({
            "kana": "たなか はなこ",
            "regions": ["13"],
            "turnaround": {"usual": 48, "urgent": null},
            "introduction": {"japanese": "よろしく。", "english": null},
        });
        let change = ProfileChange {
            region: vec!["27".to_owned(), "28".to_owned()],
            accepting: Some(false),
            introduction_en: Some("Hello.".to_owned()),
            no_photo: true,
            ..ProfileChange::default()
        };
        let form = form(&known, &change).unwrap();
        assert_eq!(
            form,
            json!({
                "about": {
                    "kana": "たなか はなこ",
                    "regions": ["27", "28"],
                    "turnaround": {"usual": 48, "urgent": null},
                    "availability": {"accepting": false, "until": null},
                    "introduction": {"japanese": "よろしく。", "english": "Hello."},
                },
                "photo": null,
            })
        );
        serde_json::from_value::<crate::service::directory::ProfileForm>(form).unwrap();
    }

    #[test]
    fn r2_an_absence_and_who_stands_in_take_the_place_of_what_was_told() {
        let time = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        let change = ProfileChange {
            away_from: Some(time("2026-12-28T00:00:00Z")),
            away_until: Some(time("2027-01-05T00:00:00Z")),
            deputy: vec!["ab".repeat(32)],
            ..ProfileChange::default()
        };
        let known = json!({"absences": [{"from": 1, "until": 2, "deputies": []}]});
        let told = form(&known, &change).unwrap();
        let absence = json!({"from": 1_798_416_000, "until": 1_799_107_200, "deputies": ["ab".repeat(32)]});
        assert_eq!(told["about"]["absences"], json!([absence]));
        let back = ProfileChange {
            not_away: true,
            ..ProfileChange::default()
        };
        assert_eq!(form(&known, &back).unwrap()["about"]["absences"], Value::Null);
    }
}
