//! `dokuei passphrase …`, `dokuei second-factor …`, `dokuei recovery …`.

use std::path::Path;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::args::{Passphrase, Recovery, SecondFactor};
use super::client::Client;
use super::error::{CliError, Failure, Outcome};
use super::{init, output, passphrase};
use crate::config::Config;
use crate::data_dir::{DataDir, replace_secret, write_durably};
use crate::keys;
use crate::second_factor::totp::TOTP;

/// Changes a passphrase.
///
/// # Errors
/// The node's refusal, or that the new one may not be chosen.
pub(crate) fn passphrase(dir: &DataDir, command: &Passphrase, as_json: bool) -> Outcome {
    match command {
        Passphrase::Change {
            proof,
            new_passphrase_file,
        } => {
            let client = Client::connect(dir)?;
            let old = passphrase::of_practitioner(proof.passphrase.passphrase_file.as_deref(), false)?;
            let new = passphrase::new_one(new_passphrase_file.as_deref())?;
            let body =
                json!({"passphrase": *old, "second_factor": proof.factor.body(), "new_passphrase": *new});
            client.post("/security/passphrase", &body)?;
            let _ = std::fs::remove_file(dir.session_token());
            done(as_json, "the passphrase was changed; sign in with the new one");
        }
        Passphrase::ChangeNode {
            passphrase,
            new_passphrase_file,
        } => {
            let secrets = init::unlock(dir, passphrase)?;
            let new = passphrase::new_one(new_passphrase_file.as_deref())?;
            let institution =
                Config::read(dir).map_or_else(|_| String::new(), |config| config.institution.name);
            passphrase::may_choose(&new, &[&institution])?;
            let sealed = secrets
                .seal(&new, keys::tuned(), &mut rand::rng())
                .map_err(|error| CliError::refused("bad_passphrase", error.to_string(), ""))?;
            replace_secret(&dir.node_key(), &sealed)
                .map_err(|error| cannot_write(&dir.node_key(), &error))?;
            done(
                as_json,
                "the node's passphrase was changed; the next start asks for it",
            );
        }
    }
    Ok(())
}

/// Enrols, confirms, removes or shows the second factor.
///
/// # Errors
/// The node's refusal.
pub(crate) fn second_factor(dir: &DataDir, command: &SecondFactor, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        SecondFactor::Enrol { passphrase, qr } => {
            let phrase = passphrase::of_practitioner(passphrase.passphrase_file.as_deref(), false)?;
            let body = json!({"kind": TOTP, "passphrase": *phrase});
            let enrolment = client.post("/security/second-factor", &body)?;
            if let Some(path) = qr {
                let svg = enrolment["qr_svg"].as_str().unwrap_or_default();
                write_durably(path, svg.as_bytes()).map_err(|error| cannot_write(path, &error))?;
            }
            if as_json {
                output::json(
                    &json!({"kind": enrolment["kind"], "uri": enrolment["uri"], "secret": enrolment["secret"]}),
                );
            } else {
                println!(
                    "give this to the authenticator:\n{}",
                    output::text(&enrolment, "/uri")
                );
                println!("then: dokuei second-factor confirm --code CODE");
            }
        }
        SecondFactor::Confirm { code } => {
            let answer = client.post("/security/second-factor/confirm", &json!({"answer": code}))?;
            if as_json {
                output::json(&answer);
            } else {
                println!("the second factor is enrolled; keep these recovery codes, each works once:");
                for code in answer["recovery_codes"].as_array().into_iter().flatten() {
                    println!("{}", code.as_str().unwrap_or_default());
                }
            }
        }
        SecondFactor::Remove { passphrase, factor } => {
            let phrase = passphrase::of_practitioner(passphrase.passphrase_file.as_deref(), false)?;
            let body = json!({"passphrase": *phrase, "second_factor": factor.body()});
            client.post("/security/second-factor/remove", &body)?;
            done(as_json, "the second factor was removed");
        }
        SecondFactor::Status => {
            let security = client.get("/security")?;
            if as_json {
                output::json(&security);
            } else {
                println!("{}", status_line(&security));
            }
        }
    }
    Ok(())
}

fn status_line(security: &Value) -> String {
    match security["second_factor"]["kind"].as_str() {
        None => "no second factor is enrolled".to_owned(),
        Some(kind) => format!(
            "second factor {kind}, {} recovery codes left",
            security["second_factor"]["recovery_codes_left"]
        ),
    }
}

/// Makes a recovery kit, or comes back with one.
///
/// # Errors
/// The node's refusal, or a file that cannot be written.
pub(crate) fn recovery(dir: &DataDir, command: &Recovery, as_json: bool) -> Outcome {
    match command {
        Recovery::Create {
            proof,
            out,
            sheets,
            needed,
        } => {
            let client = Client::connect(dir)?;
            let phrase = passphrase::of_practitioner(proof.passphrase.passphrase_file.as_deref(), false)?;
            let factor = proof.factor.body();
            let body =
                json!({"passphrase": *phrase, "second_factor": factor, "sheets": sheets, "needed": needed});
            let kit = client.post("/security/recovery-kit", &body)?;
            let page = Zeroizing::new(kit["page"].as_str().unwrap_or_default().to_owned());
            write_durably(out, page.as_bytes()).map_err(|error| cannot_write(out, &error))?;
            if as_json {
                output::json(&json!({"page": out, "sheets": kit["sheets"], "needed": kit["needed"]}));
            } else {
                println!(
                    "wrote {}; print it, then delete the file. An older kit is void now.",
                    out.display()
                );
            }
        }
        Recovery::Restore {
            id,
            kit_file,
            passphrase_file,
        } => {
            let client = Client::as_operator(dir)?;
            let sheets = passphrase::sheets(kit_file.as_deref())?;
            let sheets: Vec<&str> = sheets.iter().map(|sheet| sheet.as_str()).collect();
            let new = passphrase::new_one(passphrase_file.as_deref())?;
            client.post(
                "/recovery",
                &json!({"id": id, "sheets": sheets, "passphrase": *new}),
            )?;
            done(
                as_json,
                "the new passphrase is set and the kit is void; sign in, then make a new kit and enrol a second factor",
            );
        }
    }
    Ok(())
}

fn done(as_json: bool, sentence: &str) {
    if as_json {
        output::json(&json!({"done": true}));
    } else {
        println!("{sentence}");
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> CliError {
    CliError::new(
        Failure::Storage,
        "cannot_write",
        format!("{} cannot be written: {error}", path.display()),
        "make room, or choose another place",
    )
}
