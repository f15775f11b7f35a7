//! `dokuei template …`: the forms of reports.

use std::path::Path;

use serde_json::{Value, json};

use super::args::TemplateCommand;
use super::client::Client;
use super::error::{CliError, Outcome};
use super::output;
use crate::data_dir::{DataDir, write_durably};

/// The largest template that is read, bytes.
const MAX_FILE: u64 = 1 << 20;

/// Runs one `template` command.
///
/// # Errors
/// What the node or the file system refuses.
pub(crate) fn run(dir: &DataDir, command: TemplateCommand, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        TemplateCommand::List => list(&client.get("/report-templates")?, as_json),
        TemplateCommand::Export { name, to } => {
            let template = client.get(&format!("/report-templates/{name}"))?;
            let Some(to) = to else {
                output::json(&template);
                return Ok(());
            };
            let text = format!("{template:#}\n");
            write_durably(&to, text.as_bytes()).map_err(|error| unusable(&to, &error))?;
            told(&json!({"file": to}), "written", as_json);
        }
        TemplateCommand::Import { file } => {
            let template = read(&file)?;
            let name = template["id"].as_str().unwrap_or_default();
            let kept = client.put(&format!("/report-templates/{name}"), &template)?;
            told(&kept, "kept as a template of yours", as_json);
        }
        TemplateCommand::Remove { name } => {
            client.delete(&format!("/report-templates/{name}"))?;
            told(&json!({"removed": name}), "removed", as_json);
        }
    }
    Ok(())
}

fn list(all: &Value, as_json: bool) {
    if as_json {
        output::json(all);
        return;
    }
    for (group, whose) in [("built_in", ""), ("own", "  (yours)")] {
        for one in all[group].as_array().into_iter().flatten() {
            let name = |language: &str| output::text(one, &format!("/name/{language}"));
            println!(
                "{:<16} {} / {}{whose}",
                output::text(one, "/id"),
                name("ja"),
                name("en")
            );
        }
    }
}

fn read(file: &Path) -> Outcome<Value> {
    let length = std::fs::metadata(file)
        .map_err(|error| unusable(file, &error))?
        .len();
    if length > MAX_FILE {
        return Err(CliError::refused(
            "file_unusable",
            format!("{} is larger than a template may be (1 MiB)", file.display()),
            "name the file that `dokuei template export` wrote",
        ));
    }
    let text = std::fs::read_to_string(file).map_err(|error| unusable(file, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        CliError::refused(
            "file_unusable",
            format!("{} is no template: {error}", file.display()),
            "name the file that `dokuei template export` wrote",
        )
    })
}

fn unusable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::refused(
        "file_unusable",
        format!("{} cannot be used: {error}", file.display()),
        "check the name and the rights on it",
    )
}

fn told(result: &Value, sentence: &str, as_json: bool) {
    if as_json {
        output::json(result);
    } else {
        println!("{sentence}");
    }
}
