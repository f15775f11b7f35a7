//! `dokuei identity apply`, `submit`, `applications`, `answer`, `withdraw`: applying for certificates by the running
//! node.

use std::fs;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::ValueEnum;
use dokuei_identity::application::{MAX_COUNTERSIGNATURE, MAX_EVIDENCE};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::args::{Apply, ApplyPractitioner, Papers, Submit, Way};
use super::client::Client;
use super::error::{CliError, Failure, Outcome};
use super::{job, output, passphrase};
use crate::data_dir::{DataDir, write_durably};

/// The largest answer or key that is read, bytes.
const MAX_SMALL: usize = 64 << 10;

/// Makes an application and sends it on its way.
///
/// # Errors
/// What the node or the file system refuses.
pub(crate) fn apply(dir: &DataDir, command: &Apply, as_json: bool) -> Outcome {
    let client = Client::as_operator(dir)?;
    let (applicant, papers) = match command {
        Apply::Node {
            device_class,
            owner,
            papers,
        } => {
            let word = |value: clap::builder::PossibleValue| value.get_name().to_owned();
            let device_class = device_class.and_then(|class| class.to_possible_value()).map(word);
            let owner = owner.to_possible_value().map(word);
            let applicant = json!({"kind": "node", "device_class": device_class, "owner": owner});
            (applicant, papers)
        }
        Apply::Practitioner(person) => (practitioner(&client, person)?, &person.papers),
    };
    let form = json!({
        "applicant": applicant,
        "contact": {"email": papers.email, "telephone": papers.telephone, "note": papers.note},
        "evidence": evidence(papers)?,
    });
    let made = client.post("/applications", &form)?;
    let id = output::text(&made, "/id");
    if let Some(path) = &papers.hpki_statement {
        let statement = client.get_bytes(&format!("/applications/{id}/statement"))?;
        write(path, &statement)?;
        if as_json {
            output::json(&json!({"application": made, "statement": path}));
            return Ok(());
        }
        println!(
            "wrote {}; sign it with the card (detached CMS, DER), then:",
            path.display()
        );
        println!("  dokuei identity submit {id} --hpki-signature FILE --send");
        return Ok(());
    }
    bring(&client, &made, &papers.way, as_json)
}

/// Sends on its way what was made before.
///
/// # Errors
/// What the node or the file system refuses.
pub(crate) fn submit(dir: &DataDir, command: &Submit, as_json: bool) -> Outcome {
    let client = Client::as_operator(dir)?;
    let path = format!("/applications/{}", command.application);
    let mut made = client.get(&path)?;
    if let Some(signature) = &command.hpki_signature {
        let content = BASE64.encode(read(signature, MAX_COUNTERSIGNATURE)?);
        made = client.put(&format!("{path}/countersignature"), &json!({"content": content}))?;
    }
    bring(&client, &made, &command.way, as_json)
}

/// Gives an application out as a file, or leaves it at a bootstrap host, or both.
fn bring(client: &Client, made: &Value, way: &Way, as_json: bool) -> Outcome {
    let id = output::text(made, "/id");
    let mut stands = made.clone();
    if let Some(path) = &way.out {
        let key = way
            .registry_key
            .as_deref()
            .map(|path| read(path, MAX_SMALL))
            .transpose()?;
        let key = key.map(|key| String::from_utf8_lossy(&key).trim().to_owned());
        let sealed = client.post_for_bytes(
            &format!("/applications/{id}/sealed"),
            &json!({"registry_key": key}),
        )?;
        write(path, &sealed)?;
        stands = client.get(&format!("/applications/{id}"))?;
    }
    if way.send {
        let started = client.post(&format!("/applications/{id}/deposit"), &json!({}))?;
        stands = job::wait(client, &started, "sending")?;
    }
    if as_json {
        output::json(&stands);
        return Ok(());
    }
    println!("application {id} of {}", output::text(&stands, "/subject"));
    if let Some(path) = &way.out {
        println!("wrote {}; bring it to the registry operator", path.display());
    }
    if way.send {
        println!("left with {}", output::text(&stands, "/bootstrap"));
        println!("when the registry has issued the certificate, this node installs it by itself");
    }
    if way.out.is_none() && !way.send {
        println!("nothing was sent yet: dokuei identity submit {id} --send (or --out FILE)");
    }
    println!("see how it stands with `dokuei identity applications`");
    Ok(())
}

/// Shows the applications of this node.
///
/// # Errors
/// When the node is not running.
pub(crate) fn list(dir: &DataDir, as_json: bool) -> Outcome {
    let all = Client::as_operator(dir)?.get("/applications")?;
    if as_json {
        output::json(&all);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = all.as_array().into_iter().flatten().map(row).collect();
    output::table(&["Application", "For", "State", "Since", ""], &rows);
    Ok(())
}

fn row(one: &Value) -> Vec<String> {
    let state = output::text(one, "/state");
    let (since, detail) = match state.as_str() {
        "written" => ("/written_at", "/none"),
        "deposited" => ("/deposited_at", "/bootstrap"),
        "refused" => ("/refused_at", "/reason"),
        "issued" => ("/none", "/fingerprint"),
        _ => ("/made_at", "/none"),
    };
    vec![
        output::text(one, "/id").chars().take(12).collect(),
        output::text(one, "/subject"),
        state,
        output::text(one, since),
        output::text(one, detail),
    ]
}

/// Takes the registry's answer that came as a file.
///
/// # Errors
/// What the node refuses.
pub(crate) fn answer(dir: &DataDir, file: &Path, as_json: bool) -> Outcome {
    let content = BASE64.encode(read(file, MAX_SMALL)?);
    let stands = Client::as_operator(dir)?.post("/applications/answer", &json!({"content": content}))?;
    if as_json {
        output::json(&stands);
    } else {
        println!(
            "the application of {} was refused: {}",
            output::text(&stands, "/subject"),
            output::text(&stands, "/reason")
        );
    }
    Ok(())
}

/// Removes an application from this node.
///
/// # Errors
/// What the node refuses.
pub(crate) fn withdraw(dir: &DataDir, id: &str, as_json: bool) -> Outcome {
    Client::as_operator(dir)?.delete(&format!("/applications/{id}"))?;
    if as_json {
        output::json(&json!({"withdrawn": id}));
    } else {
        println!("removed here; what has reached the registry stays there");
    }
    Ok(())
}

fn practitioner(client: &Client, person: &ApplyPractitioner) -> Outcome<Value> {
    let known = client.get("/practitioners")?;
    let known = known
        .as_array()
        .into_iter()
        .flatten()
        .any(|one| one["id"] == person.id.as_str());
    let phrase: Zeroizing<String> =
        passphrase::of_practitioner(person.passphrase.passphrase_file.as_deref(), !known)?;
    Ok(json!({
        "kind": "practitioner",
        "id": person.id,
        "passphrase": *phrase,
        "second_factor": person.factor.body(),
        "name_ja": person.name_ja,
        "name_latin": person.name_latin,
        "licence_type": person.licence_type,
        "licence_number": person.licence_number,
        "jurisdiction": person.jurisdiction,
        "registered_on": person.registered_on,
        "qualifications": qualifications(person)?,
        "institution": person.institution,
    }))
}

/// Each `CODE` or `CODE=GROUND` with what was said of it besides.
fn qualifications(person: &ApplyPractitioner) -> Outcome<Vec<Value>> {
    let mut claimed: Vec<Map<String, Value>> = Vec::new();
    for text in &person.qualifications {
        let (code, ground) = match text.split_once('=') {
            Some((code, ground)) => (code, Some(ground)),
            None => (text.as_str(), None),
        };
        let fields = [("code", json!(code)), ("ground", json!(ground))];
        claimed.push(
            fields
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
        );
    }
    for (field, pairs) in [
        ("number", &person.board_numbers),
        ("valid_to", &person.qualified_until),
    ] {
        for pair in pairs {
            let named = pair.split_once('=').and_then(|(code, value)| {
                let one = claimed
                    .iter_mut()
                    .find(|one| one.get("code") == Some(&json!(code)))?;
                Some((one, value))
            });
            let Some((one, value)) = named else {
                return Err(CliError::refused(
                    "bad_option",
                    format!("{pair} names no qualification that is claimed"),
                    "write CODE=VALUE with a CODE that --qualification names as well",
                ));
            };
            one.insert(field.to_owned(), json!(value));
        }
    }
    Ok(claimed.into_iter().map(Value::from).collect())
}

fn evidence(papers: &Papers) -> Outcome<Vec<Value>> {
    let mut attached = Vec::new();
    let mut total = 0;
    for pair in &papers.evidence {
        let Some((kind, path)) = pair.split_once('=') else {
            return Err(CliError::refused(
                "bad_option",
                format!("{pair} is not KIND=FILE"),
                "write for example --evidence licence=menkyo.jpg",
            ));
        };
        let path = Path::new(path);
        let content = read(path, MAX_EVIDENCE)?;
        total += content.len();
        if total > MAX_EVIDENCE {
            return Err(too_large(path));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        attached.push(json!({"kind": kind, "name": name, "content": BASE64.encode(content)}));
    }
    Ok(attached)
}

fn too_large(path: &Path) -> CliError {
    CliError::refused(
        "file_too_large",
        format!(
            "with {} there is more than is accepted (2 MiB of evidence in all)",
            path.display()
        ),
        "scan in fewer colours or at 200 dpi, and try again",
    )
}

/// A file of at most `most` bytes.
fn read(path: &Path, most: usize) -> Outcome<Vec<u8>> {
    let failed = |error: std::io::Error| {
        let message = format!("{} cannot be read: {error}", path.display());
        CliError::refused("file_unusable", message, "check the name and the rights on it")
    };
    let mut bytes = Vec::new();
    fs::File::open(path)
        .map_err(failed)?
        .take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > most {
        return Err(if most == MAX_EVIDENCE {
            too_large(path)
        } else {
            let message = format!("{} is larger than {most} bytes", path.display());
            CliError::refused("file_too_large", message, "check that it is the right file")
        });
    }
    Ok(bytes)
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    write_durably(path, bytes).map_err(|error| {
        CliError::new(
            Failure::Storage,
            "cannot_write",
            format!("{} cannot be written: {error}", path.display()),
            "make room, or choose another place",
        )
    })
}
