//! `dokuei doctor`: looks for what would go wrong before it does.

use dokuei_document::Fonts;
use dokuei_store::{Store, StoreError};
use serde_json::{Value, json};

use super::args::Doctor;
use super::client::Client;
use super::error::{CliError, Outcome};
use super::{hints, init, output};
use crate::clock;
use crate::config::Config;
use crate::credentials::Credentials;
use crate::data_dir::DataDir;
use crate::practitioners::Practitioners;
use crate::service::governance::due_in;
use crate::service::storage_key;

/// A certificate that runs out within this time is told, seconds (30 days).
const SOON: u64 = 30 * 86_400;

/// What is used to protect data, each with its source (R19).
const ALGORITHMS: [(&str, &str); 6] = [
    ("signatures", "Ed25519 (RFC 8032), verified strictly"),
    (
        "key encapsulation",
        "X-Wing = X25519 + ML-KEM-768, by HPKE (RFC 9180)",
    ),
    (
        "packages and vault",
        "ChaCha20-Poly1305 (RFC 8439) in STREAM, BLAKE3 tree, key commitment",
    ),
    ("database", "SQLCipher 4: AES-256-CBC, HMAC-SHA512"),
    ("passphrases", "Argon2id (RFC 9106), 64 MiB, 3 passes, 4 lanes"),
    (
        "connections",
        "TLS 1.3 over QUIC or TCP, X25519MLKEM768 preferred",
    ),
];

struct Check {
    name: &'static str,
    problem: Option<String>,
}

/// Looks at keys, certificates, store, audit log, fonts, and at what the house should have signed.
///
/// # Errors
/// When something needs attention.
pub(crate) fn run(dir: &DataDir, command: &Doctor, as_json: bool) -> Outcome {
    let secrets = init::unlock(dir, &command.passphrase)?;
    let config = Config::read(dir);
    let mut checks = vec![
        check("node key", None),
        check("settings", config.as_ref().err().map(ToString::to_string)),
        check("certificates", certificates(dir).err()),
        check("practitioners", practitioners(dir).err()),
    ];
    checks.push(check("credentials in open consultations", lapses(dir)));
    let practice = config.as_ref().is_ok_and(|config| config.governance.practice);
    let font = config.ok().and_then(|config| config.document.font);
    checks.push(check(
        "font for reports",
        Fonts::find(font.as_deref()).err().map(|error| error.to_string()),
    ));
    checks.extend(store(dir, &storage_key(&secrets)));
    if !practice {
        checks.extend(house(dir, &storage_key(&secrets)));
    }
    let mut hints = hints::of_this_machine();
    hints.extend(hints::past_keeping(dir));
    let bad = checks.iter().filter(|check| check.problem.is_some()).count();
    if as_json {
        let view: Vec<Value> = checks
            .iter()
            .map(|one| json!({"name": one.name, "ok": one.problem.is_none(), "detail": one.problem}))
            .collect();
        let algorithms: Vec<Value> = ALGORITHMS
            .iter()
            .map(|(for_what, which)| json!({"for": for_what, "algorithm": which}))
            .collect();
        output::json(&json!({"ok": bad == 0, "checks": view, "hints": hints, "algorithms": algorithms}));
    } else {
        let rows: Vec<Vec<String>> = checks
            .iter()
            .map(|one| {
                vec![
                    one.name.to_owned(),
                    one.problem.clone().unwrap_or_else(|| "ok".to_owned()),
                ]
            })
            .collect();
        output::table(&["Check", "Result"], &rows);
        println!();
        let rows: Vec<Vec<String>> = ALGORITHMS
            .iter()
            .map(|(a, b)| vec![(*a).to_owned(), (*b).to_owned()])
            .collect();
        output::table(&["Protects", "Algorithm"], &rows);
        for hint in hints {
            println!("\nHint: {hint}");
        }
    }
    if bad == 0 {
        return Ok(());
    }
    Err(CliError::refused(
        "needs_attention",
        format!("{bad} checks need attention"),
        "see the table above",
    ))
}

/// How the house runs the node, by the requirements that it comes under.
const HOUSE: [(&str, &str); 5] = [
    ("R11", "documents and incidents"),
    ("R22", "administrator, self-inspection"),
    ("R25", "pledges and training"),
    ("R21", "yearly review"),
    ("R18", "displays"),
];

fn house(dir: &DataDir, key: &dokuei_store::StoreKey) -> Vec<Check> {
    match due(dir, key) {
        Ok(due) => HOUSE
            .into_iter()
            .map(|(clause, name)| {
                let of = |one: &&(String, String)| one.0 == clause;
                let sentences: Vec<&str> = due.iter().filter(of).map(|one| one.1.as_str()).collect();
                check(name, (!sentences.is_empty()).then(|| sentences.join("; ")))
            })
            .collect(),
        Err(error) => vec![check("records of the house", Some(error))],
    }
}

/// What stands against the node by the records of the house: the requirement and a sentence of each.
fn due(dir: &DataDir, key: &dokuei_store::StoreKey) -> Result<Vec<(String, String)>, String> {
    let store = match Store::open(dir.root(), key) {
        Ok(store) => store,
        Err(StoreError::InUse(_)) => {
            let view = Client::as_operator(dir)
                .and_then(|client| client.get("/governance"))
                .map_err(|error| error.message)?;
            let due = view["due"].as_array().map_or(&[][..], Vec::as_slice);
            let wrong = due.iter().filter(|one| one["wrong"] == true);
            return Ok(wrong
                .map(|one| (output::text(one, "/clause"), output::text(one, "/sentence")))
                .collect());
        }
        Err(error) => return Err(error.to_string()),
    };
    let now = clock::now();
    let Ok(Some((installed, _))) = Credentials::read(dir, now) else {
        return Err("no registry's root is installed, so that no record can be signed".to_owned());
    };
    let people = Practitioners::of(dir.clone())
        .list()
        .map_err(|error| error.to_string())?;
    let due = due_in(&store, &installed.anchors, &people, now).map_err(|error| error.to_string())?;
    let wrong = due.iter().filter(|one| one.is_wrong());
    Ok(wrong
        .map(|one| (one.clause().to_owned(), one.sentence()))
        .collect())
}

const fn check(name: &'static str, problem: Option<String>) -> Check {
    Check { name, problem }
}

fn certificates(dir: &DataDir) -> Result<(), String> {
    let now = clock::now();
    let installed = Credentials::read(dir, now).map_err(|error| error.to_string())?;
    let (installed, chain) = installed.ok_or("no registry's root is installed")?;
    let chain = chain.ok_or("no certificate of this node is installed")?;
    let node = installed.node(&chain, now).map_err(|error| error.to_string())?;
    if node.validity.not_after < now.plus(SOON) {
        return Err(format!(
            "the node's certificate runs out on {}",
            clock::rfc3339(node.validity.not_after)
        ));
    }
    Ok(())
}

fn practitioners(dir: &DataDir) -> Result<(), String> {
    let now = clock::now();
    let Ok(Some((installed, _))) = Credentials::read(dir, now) else {
        return Ok(());
    };
    let people = Practitioners::of(dir.clone());
    for person in people.list().map_err(|error| error.to_string())? {
        let chain = people.chain(&person.id).map_err(|error| error.to_string())?;
        let chain = chain.ok_or_else(|| format!("{} has no certificate yet", person.id))?;
        let certificate = installed
            .practitioner(&chain, now)
            .map_err(|error| format!("{}: {error}", person.id))?;
        if certificate.validity.not_after < now.plus(SOON) {
            return Err(format!(
                "{}'s certificate runs out on {}",
                person.id,
                clock::rfc3339(certificate.validity.not_after)
            ));
        }
    }
    Ok(())
}

/// Who of open consultations has lost her credential, as the running node says; one that does not run tells it when it is
/// started. Nobody's patient is named.
fn lapses(dir: &DataDir) -> Option<String> {
    let lost = Client::as_operator(dir)
        .and_then(|client| client.get("/lapses"))
        .ok()?;
    let sentences: Vec<String> = lost.as_array()?.iter().map(lapsed).collect();
    (!sentences.is_empty()).then(|| sentences.join("; "))
}

fn lapsed(one: &Value) -> String {
    let column = |pointer| output::text(one, pointer);
    let next = match one["part"].as_str() {
        Some("requester") => "telephone the clinic and ask who takes over",
        Some("reported") => "her final report is signed and stays valid",
        _ => "the requester chooses the next reader",
    };
    format!(
        "{} ({}) of consultation {} is without a credential since {} ({}): {next}",
        column("/who/name_ja"),
        column("/part").replace('_', " "),
        column("/case_id"),
        column("/since"),
        column("/state")
    )
}

fn split_view(kept: usize) -> String {
    format!(
        "the registry showed two registers ({kept} pieces of evidence): send nothing, telephone the registry, and see \
         `dokuei register show`"
    )
}

fn altered_rows(found: usize) -> String {
    format!(
        "{found} rows were altered by other hands: keep a copy of the data directory as evidence; while the node runs it \
         asks the others for good copies of entries; what they cannot give comes from a backup"
    )
}

/// Studies of which images are damaged: where they are from, and how many images of each.
fn damaged_images<'a>(studies: impl Iterator<Item = (&'a str, &'a str, u64)>) -> Option<String> {
    let (mut imported, mut received, mut images) = (Vec::new(), 0, 0);
    for (study, origin, damaged) in studies {
        images += damaged;
        if origin == "received" {
            received += 1;
        } else {
            imported.push(study);
        }
    }
    if images == 0 {
        return None;
    }
    let mut told = format!("{images} images cannot be read as they were stored: look at the disk");
    if let Some(first) = imported.first() {
        told += &format!("; import {} studies again (the first is {first})", imported.len());
    }
    if received > 0 {
        told += &format!(
            "; those of {received} studies that were received are asked for again while the node runs"
        );
    }
    Some(told)
}

fn stored_images(store: &Store) -> Option<String> {
    match store.damaged_studies() {
        Ok(studies) => damaged_images(
            studies
                .iter()
                .map(|one| (one.study_instance_uid.as_str(), one.origin.as_str(), one.images)),
        ),
        Err(error) => Some(error.to_string()),
    }
}

fn store(dir: &DataDir, key: &dokuei_store::StoreKey) -> Vec<Check> {
    match Store::open(dir.root(), key) {
        Ok(store) => {
            let audit = store.verify_audit().err().map(|error| error.to_string());
            let evidence = match store.register_evidence() {
                Ok(kept) if kept.is_empty() => None,
                Ok(kept) => Some(split_view(kept.len())),
                Err(error) => Some(error.to_string()),
            };
            let altered = match store.altered_rows() {
                Ok(altered) if altered.is_empty() => None,
                Ok(altered) => Some(altered_rows(altered.len())),
                Err(error) => Some(error.to_string()),
            };
            vec![
                check("store", None),
                check("audit log", audit),
                check("logs and packages", altered),
                check("stored images", stored_images(&store)),
                check("register", evidence),
            ]
        }
        // A running node holds the store; it has opened it, so it is whole.
        Err(StoreError::InUse(_)) => {
            let view = Client::as_operator(dir).and_then(|client| client.get("/register"));
            let kept = view.map(|view| view["evidence"].as_array().map_or(0, Vec::len));
            let evidence = match kept {
                Ok(0) => None,
                Ok(kept) => Some(split_view(kept)),
                Err(error) => Some(error.message),
            };
            let view = Client::as_operator(dir).and_then(|client| client.get("/integrity"));
            let (audit, altered, images) = match &view {
                Ok(view) => {
                    let found = view["altered"].as_array().map_or(0, Vec::len);
                    let audit = view["audit"]["broken"].as_str().map(str::to_owned);
                    let damaged = view["damaged_images"].as_array().map_or(&[][..], Vec::as_slice);
                    let damaged = damaged_images(damaged.iter().map(|one| {
                        let of = |name: &str| one[name].as_str().unwrap_or_default();
                        let images = one["images"].as_u64().unwrap_or(0);
                        (of("study_instance_uid"), of("origin"), images)
                    }));
                    (audit, (found > 0).then(|| altered_rows(found)), damaged)
                }
                Err(error) => {
                    let told = || Some(error.message.clone());
                    (told(), told(), told())
                }
            };
            vec![
                check("store (in use by the running node)", None),
                check("audit log", audit),
                check("logs and packages", altered),
                check("stored images", images),
                check("register", evidence),
            ]
        }
        Err(error) => vec![check("store", Some(error.to_string()))],
    }
}
