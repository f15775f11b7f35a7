//! What came of an act, as an operator reads it.

use std::path::Path;

use serde_json::{Value, json};

use super::Desk;
use crate::credentials::perform::Done;
use crate::failure::Failure;
use crate::files;
use crate::registry::Delivery;

/// How the chain reaches whom it was issued for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Somebody carries it: it is written out.
    Carried,
    /// The node that applied takes it from the register; it is written only where a file is named.
    ByRegister,
}

/// Says what came of an act, and writes the chain when it issued.
pub(crate) fn report(desk: &Desk, done: Done, (way, out): (Way, Option<&Path>)) -> Result<(), Failure> {
    match done {
        Done::Waits { id } => {
            waiting(desk, &id);
            Ok(())
        }
        Done::Now { object, delivery } => {
            if let Some(delivery) = &delivery {
                write(desk, delivery, way, out)?;
            }
            if desk.json {
                println!("{object}");
            } else if delivery.is_none() {
                println!("{}", sentence(&object));
            }
            Ok(())
        }
    }
}

fn write(desk: &Desk, delivery: &Delivery, way: Way, out: Option<&Path>) -> Result<(), Failure> {
    let chain = delivery.chain.to_pem();
    match out {
        Some(out) => files::write(out, chain.as_bytes(), false)?,
        None if desk.json || way == Way::ByRegister => {}
        None => files::give_out(None, &chain)?,
    }
    if desk.json {
        return Ok(());
    }
    let (fingerprint, serial) = (delivery.issued.fingerprint, &delivery.issued.serial);
    eprintln!("Issued {fingerprint} (serial {serial}).");
    match (out, way) {
        (Some(out), _) => eprintln!("The chain is in {}.", out.display()),
        (None, Way::ByRegister) => {
            eprintln!(
                "Its node installs it by itself, from the register; with --out the chain is written too."
            );
        }
        (None, Way::Carried) => {}
    }
    Ok(())
}

/// Says that an act waits for a second operator.
fn waiting(desk: &Desk, id: &str) {
    if desk.json {
        println!("{}", json!({"pending": id}));
    } else {
        println!("This waits for a second operator:");
        println!("  dokuei-registry --operator NAME pending approve {id}");
    }
}

/// What an act did that issued nothing.
fn sentence(object: &Value) -> String {
    let text = |object: &Value, field: &str| object[field].as_str().unwrap_or_default().to_owned();
    if object["credential"].is_object() {
        return changed(object);
    }
    let operator = text(object, "operator");
    if object["key"].is_string() {
        return format!(
            "{operator} is an operator here. From now on whoever acts says so, with --operator and a passphrase of her own.\n  \
             key  {}",
            text(object, "key")
        );
    }
    if !operator.is_empty() {
        return format!("{operator} is no operator any more; what {operator} signed stays good.");
    }
    if object["sha256"].is_string() {
        return format!(
            "The import of {} rows is confirmed. Whoever proposed it starts the same import again.",
            object["rows"]
        );
    }
    if object["rejected"].is_string() {
        return format!("{} was dropped; nothing was done.", text(object, "rejected"));
    }
    object.to_string()
}

/// A credential is suspended, reinstated or revoked.
fn changed(object: &Value) -> String {
    let credential = &object["credential"];
    let text = |field: &str| credential[field].as_str().unwrap_or_default();
    let word = match text("standing") {
        "suspended" => "Suspended",
        "in_force" => "Reinstated",
        _ => "Revoked",
    };
    let mut said = format!(
        "{word} {} ({}).\nThe register and revocation list {} say so; connected nodes act on it within seconds.",
        text("fingerprint"),
        text("subject"),
        object["crl_number"]
    );
    for other in object["same_key"].as_array().into_iter().flatten() {
        let other = other.as_str().unwrap_or_default();
        said.push_str(&format!(
            "\nThe same key has another certificate that stands: {other}. If the key is lost, revoke that one too."
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_in_words() {
        let credential =
            |standing: &str| json!({"fingerprint": "ab", "subject": "田中", "standing": standing});
        for (object, part) in [
            (
                json!({"credential": credential("suspended"), "crl_number": 7}),
                "Suspended ab (田中)",
            ),
            (
                json!({"credential": credential("in_force"), "crl_number": 8}),
                "Reinstated ab",
            ),
            (
                json!({"credential": credential("revoked"), "crl_number": 9, "same_key": ["cd"]}),
                "another certificate that stands: cd",
            ),
            (
                json!({"operator": "mori", "key": "ef"}),
                "mori is an operator here",
            ),
            (json!({"operator": "mori"}), "mori is no operator any more"),
            (json!({"sha256": "ab", "rows": 3}), "import of 3 rows"),
            (json!({"rejected": "01"}), "01 was dropped"),
        ] {
            let said = sentence(&object);
            assert!(said.contains(part) && !said.contains('{'), "{said}");
        }
    }
}
