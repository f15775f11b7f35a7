//! `dokuei register …`: the register of credentials at this node.

use std::path::Path;

use serde_json::{Value, json};

use super::args::Register;
use super::client::Client;
use super::error::{CliError, Outcome};
use super::{output, study};
use crate::data_dir::{DataDir, write_durably};

/// What whoever sees evidence must do.
const WHAT_TO_DO: &str = "\
The registry, or whoever has its key, showed two registers that contradict each other. What to do:
  1. Send nothing and open no new consultation.
  2. Telephone the registry, by a number that you have on paper, and read the two roots to the operator.
  3. Hand over the evidence: dokuei register evidence --out FILE
     (anybody with the network's root verifies it: dokuei-registry register evidence --root root.pem FILE)";

/// Runs one `register` command.
///
/// # Errors
/// What the node or the file system refuses.
pub(crate) fn run(dir: &DataDir, command: Register, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        Register::Show => show(&client, as_json),
        Register::Import { file } => import(&client, &file, as_json),
        Register::Evidence { id, out } => evidence(&client, id, &out, as_json),
    }
}

fn show(client: &Client, as_json: bool) -> Outcome {
    let view = client.get("/register")?;
    if as_json {
        output::json(&view);
        return Ok(());
    }
    println!("entries    {}", view["entries"]);
    println!(
        "confirmed  {}  {}",
        output::text(&view, "/seen"),
        output::text(&view, "/freshness")
    );
    println!("root       {}", output::text(&view, "/checkpoint/root"));
    let evidence = all_evidence(&view);
    if evidence.is_empty() {
        return Ok(());
    }
    println!("\n{WHAT_TO_DO}\n");
    let rows: Vec<Vec<String>> = evidence.iter().map(row).collect();
    output::table(
        &[
            "Evidence", "Found", "Charge", "Entries", "Root", "Entries", "Root",
        ],
        &rows,
    );
    Ok(())
}

fn row(one: &Value) -> Vec<String> {
    let short = |at: &str| output::text(one, at).chars().take(16).collect();
    let size = |at: &str| one.pointer(at).map_or_else(String::new, ToString::to_string);
    vec![
        short("/id"),
        output::text(one, "/found"),
        output::text(one, "/charge"),
        size("/smaller/size"),
        short("/smaller/root"),
        size("/larger/size"),
        short("/larger/root"),
    ]
}

fn all_evidence(view: &Value) -> &[Value] {
    view["evidence"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn import(client: &Client, file: &Path, as_json: bool) -> Outcome {
    let done = client.post("/register/import", &json!({"path": study::absolute(file)?}))?;
    if as_json {
        output::json(&done);
    } else {
        println!(
            "{} new entries of the register were taken; there are {} now, confirmed {}",
            done["new"],
            done["entries"],
            output::text(&done, "/signed_at")
        );
    }
    Ok(())
}

fn evidence(client: &Client, id: Option<String>, out: &Path, as_json: bool) -> Outcome {
    let view = client.get("/register")?;
    let wanted = id.unwrap_or_default();
    let named = |one: &&Value| output::text(one, "/id").starts_with(&wanted);
    let found: Vec<&Value> = all_evidence(&view).iter().filter(named).collect();
    let [one] = found.as_slice() else {
        let (code, what) = if found.is_empty() {
            ("not_found", "there is no such evidence here")
        } else {
            ("several", "there are several pieces of evidence of this name")
        };
        return Err(CliError::refused(
            code,
            what,
            "see `dokuei register show`, and name one of those",
        ));
    };
    let id = output::text(one, "/id");
    let bytes = client.get_bytes(&format!("/register/evidence/{id}"))?;
    write_durably(out, &bytes).map_err(|error| {
        CliError::refused(
            "file_unusable",
            format!("{} cannot be written: {error}", out.display()),
            "choose another place with --out",
        )
    })?;
    if as_json {
        output::json(&json!({"id": id, "file": out}));
    } else {
        println!(
            "the evidence is in {}; hand it to the registry's operator",
            out.display()
        );
    }
    Ok(())
}
