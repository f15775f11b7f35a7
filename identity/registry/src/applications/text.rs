//! Applications as an operator reads them at a terminal.

use std::fmt::Write as _;

use serde_json::Value;

/// All of them, a line each.
pub(super) fn list(rows: &Value) -> String {
    let mut said = String::new();
    for row in rows.as_array().into_iter().flatten() {
        let _ = writeln!(
            said,
            "{}  {:<8}  {:<12}  {}",
            text(row, "id"),
            text(row, "state"),
            text(row, "kind"),
            text(row, "subject")
        );
    }
    if said.is_empty() {
        said.push_str("No application is here; `application collect` asks bootstrap hosts, `application receive` takes a file.\n");
    }
    said
}

/// One: what is claimed, what was found, what can be done next.
pub(super) fn one(object: &Value) -> String {
    let (id, state) = (text(object, "id"), text(object, "state"));
    let mut said = format!("{id}  {state}  {}\n", text(object, "subject"));
    let application = &object["application"];
    claims(&mut said, &application["claims"]);
    for field in ["email", "telephone", "note"] {
        // A note has lines: each stands under its name.
        for line in text(&application["contact"], field).lines() {
            fact(&mut said, field, line);
        }
    }
    for (index, label) in array(&application["evidence"]).enumerate() {
        let (kind, name) = (text(label, "kind"), text(label, "name"));
        let about = format!("{index}: {kind}, {name:?}, {} bytes", label["length"]);
        fact(&mut said, "attachment", &about);
    }
    fact(&mut said, "made at", &time(&object["made_at"]));
    fact(&mut said, "received at", &time(&object["received_at"]));
    card(&mut said, &object["hpki"]);
    said.push_str("Found:\n");
    for finding in array(&object["findings"]) {
        let _ = writeln!(
            said,
            "  {:<8} {:<26} {}\n  {:35} {}",
            text(finding, "weight"),
            text(finding, "code"),
            text(finding, "japanese"),
            "",
            text(finding, "english")
        );
    }
    decision(&mut said, &object["decision"]);
    if state == "received" {
        let evidence = array(&application["evidence"]).next().is_some();
        let look = if evidence {
            format!("look at the attachments (`application evidence {id} --out DIR`), then ")
        } else {
            String::new()
        };
        let _ = writeln!(
            said,
            "Next: {look}`application approve {id}` or `application refuse {id} --reason \"…\"`"
        );
    }
    said
}

fn claims(said: &mut String, claims: &Value) {
    let licence = &claims["licence"];
    if licence.is_object() {
        let registered = match &licence["registered_on"] {
            Value::Null => String::new(),
            day => format!(
                ", registered on {}",
                time(day).chars().take(10).collect::<String>()
            ),
        };
        let words = ["kind", "jurisdiction", "number"].map(|field| text(licence, field));
        fact(said, "licence", &format!("{}{registered}", words.join(" ")));
    }
    for held in array(&claims["qualifications"]) {
        let mut about = text(held, "code").to_owned();
        if let Some(number) = held["number"].as_str() {
            let _ = write!(about, ", board number {number}");
        }
        if held["valid_to"].is_u64() {
            let _ = write!(about, ", until {}", time(&held["valid_to"]));
        }
        if let Some(ground) = held["ground"].as_str() {
            let _ = write!(about, ", because: {ground}");
        }
        fact(said, "qualification", &about);
    }
    for field in ["institution", "institution_code", "device_class", "owner"] {
        if let Some(value) = claims[field].as_str() {
            fact(said, &field.replace('_', " "), value);
        }
    }
}

/// What an HPKI card showed.
fn card(said: &mut String, card: &Value) {
    if card.is_object() {
        let about = format!(
            "{}, {}, issued by {}",
            text(card, "subject"),
            text(card, "hc_role"),
            text(card, "issuer")
        );
        fact(said, "HPKI card", &about);
    }
}

fn decision(said: &mut String, decision: &Value) {
    if !decision.is_object() {
        return;
    }
    let _ = write!(
        said,
        "{} by {}, {}",
        text(decision, "decision"),
        text(decision, "by"),
        time(&decision["at"])
    );
    if let Some(reason) = decision["reason"].as_str() {
        let _ = write!(said, ": {reason}");
    }
    if let Some(pending) = decision["pending"].as_str() {
        let _ = write!(said, " (`pending approve {pending}` by a second operator)");
    }
    said.push('\n');
}

/// What was taken in, from a file or from a bootstrap host.
pub(super) fn received(object: &Value) -> String {
    let rows = || array(&object["received"]);
    let new = rows().filter(|row| row["new"] == true).count();
    let mut said = format!("Taken in: {new}.");
    let known = rows().count() - new;
    if known > 0 {
        let _ = write!(said, " Here already: {known}.");
    }
    if let Some(some) = object["refused"].as_u64().filter(|some| *some > 0) {
        let _ = write!(said, " No applications for this registry: {some}.");
    }
    if let Some(some) = object["answered"].as_u64().filter(|some| *some > 0) {
        let _ = write!(said, " Answers left for refused applicants: {some}.");
    }
    for file in array(&object["refused"]) {
        let _ = write!(
            said,
            "\n  not taken in: {}: {}",
            text(file, "file"),
            text(file, "detail")
        );
    }
    for row in rows() {
        let _ = write!(said, "\n  {}", text(row, "id"));
    }
    if new > 0 {
        said.push_str("\nNext: `application show ID`");
    }
    said.push('\n');
    said
}

fn fact(said: &mut String, name: &str, value: &str) {
    let _ = writeln!(said, "  {name:<17}{value}");
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Seconds since 1970 as RFC 3339.
fn time(value: &Value) -> String {
    let seconds = value
        .as_i64()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    seconds.map(|time| time.to_string()).unwrap_or_default()
}
