//! `dokuei urgent …`, `dokuei duties`, and what of `dokuei consult …` accompanies request and report.

use serde_json::{Value, json};

use super::args::{Accompanying, AmendmentKind, Forward, Urgent};
use super::client::Client;
use super::consult::{done, entries, resolve};
use super::error::{CliError, Outcome};
use super::session::confirmed;
use super::{job, output};
use crate::data_dir::DataDir;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Runs one `urgent` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn urgent(dir: &DataDir, command: Urgent, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    let (result, sentence) = match command {
        Urgent::List => {
            let list = client.get("/urgent")?;
            if as_json {
                output::json(&list);
            } else {
                entries(&list).for_each(tell_urgent);
                if entries(&list).next().is_none() {
                    println!("no urgent findings");
                }
            }
            return Ok(());
        }
        Urgent::Report {
            case,
            category,
            finding,
            advice,
            contact,
        } => {
            let body = json!({"category": category.as_str(), "finding": finding, "advice": advice, "contact": contact});
            let told = client.post(&format!("/cases/{case}/urgent"), &body)?;
            (
                told,
                "signed, and on its way before everything else; telephone as well",
            )
        }
        Urgent::Acknowledge {
            case,
            finding,
            by,
            channel,
            note,
        } => {
            let shown = client.get(&format!("/cases/{case}"))?;
            let open = |one: &Value| one["acknowledged"].is_null();
            let entry = pick(&shown["urgent"], finding.as_deref(), open, "urgent finding")?;
            let body = json!({"by": by, "channel": channel.as_str(), "note": note});
            let path = format!("/cases/{case}/urgent/{entry}/acknowledge");
            (client.post(&path, &body)?, "acknowledged; the alarm has ended")
        }
    };
    done(&result, as_json, sentence);
    Ok(())
}

fn tell_urgent(one: &Value) {
    let column = |pointer| output::text(one, pointer);
    let state = if one["acknowledged"].is_null() {
        format!("NOT ACKNOWLEDGED, due {}", column("/due_at"))
    } else {
        format!(
            "acknowledged by {} at {} ({})",
            column("/acknowledged/by"),
            column("/acknowledged/at"),
            column("/acknowledged/channel")
        )
    };
    println!("{}  {}  {state}", column("/patient_name"), column("/category"));
    println!(
        "  finding: {}\n  advice:  {}",
        column("/finding"),
        column("/advice")
    );
    println!("  told by {} at {}", column("/by/name_ja"), column("/signed_at"));
    for contact in entries(&one["contacts"]) {
        println!(
            "  call:    {} {}",
            output::text(contact, "/name"),
            output::text(contact, "/text")
        );
    }
    println!("  case {}  finding {}", column("/case_id"), column("/entry_id"));
}

/// Shows what is to be done in all cases.
///
/// # Errors
/// What the node refuses.
pub(crate) fn duties(dir: &DataDir, as_json: bool) -> Outcome {
    let list = Client::connect(dir)?.get("/duties")?;
    if as_json {
        output::json(&list);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = entries(&list)
        .map(|one| {
            let column = |pointer| output::text(one, pointer);
            let stage = match column("/stage") {
                stage if stage.is_empty() => "to come".to_owned(),
                stage => stage,
            };
            vec![
                stage,
                column("/duty"),
                column("/due_at"),
                column("/owner/name_ja"),
                column("/patient_name"),
                column("/case_id"),
            ]
        })
        .collect();
    if rows.is_empty() {
        println!("nothing is to be done");
        return Ok(());
    }
    output::table(&["Stage", "What", "Due", "Who", "Patient", "Case"], &rows);
    Ok(())
}

/// Runs one `consult` command about what accompanies request and report.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(client: &Client, command: Accompanying, as_json: bool) -> Outcome {
    let act = |case: &str, rest: &str, body: Value| client.post(&format!("/cases/{case}/{rest}"), &body);
    let shown = |case: &str| client.get(&format!("/cases/{case}"));
    let (result, sentence) = match command {
        Accompanying::Query { case, question, to } => {
            let to = to.map(|to| resolve(client, &to)).transpose()?;
            (
                act(&case, "queries", json!({"question": question, "to": to}))?,
                "asked",
            )
        }
        Accompanying::Answer { case, query, answer } => {
            let open = |one: &Value| one["answer"].is_null();
            let entry = pick(&shown(&case)?["queries"], query.as_deref(), open, "query")?;
            (
                act(
                    &case,
                    &format!("queries/{entry}/answer"),
                    json!({"answer": answer}),
                )?,
                "answered",
            )
        }
        Accompanying::Amend {
            case,
            kind,
            reason,
            findings,
            impression,
            recommendations,
            proof,
        } => {
            let body = amended(
                &shown(&case)?,
                kind,
                [findings, impression, recommendations],
                &reason,
            )?;
            (
                confirmed(&proof, body, |body| act(&case, "amend", body))?,
                "new version signed and queued",
            )
        }
        Accompanying::Compare { case } => {
            super::compare::show(&shown(&case)?, as_json);
            return Ok(());
        }
        Accompanying::Reconcile {
            case,
            other,
            opinion,
            recommendations,
            proof,
        } => {
            let open = |one: &Value| one["mine"] == false && one["newest"] == true;
            let other = pick(&shown(&case)?["reports"], other.as_deref(), open, "report")?;
            let body = json!({"other": other, "opinion": opinion, "recommendations": recommendations});
            (
                confirmed(&proof, body, |body| act(&case, "reconciliations", body))?,
                "signed; it waits for the other reader",
            )
        }
        Accompanying::CoSign {
            case,
            of,
            dissent,
            note,
            proof,
        } => {
            let of = to_co_sign(&shown(&case)?, of.as_deref())?;
            let body = match dissent {
                Some(why) => json!({"of": of, "stance": "dissents", "words": why}),
                None => json!({"of": of, "stance": "agrees", "words": note}),
            };
            (
                confirmed(&proof, body, |body| act(&case, "co-signatures", body))?,
                "signed and queued",
            )
        }
        Accompanying::Opinion { case, of, to } => {
            let stands = |one: &Value| one["standing"] != "outdated" && one["standing"] != "dissented";
            let of = pick(
                &shown(&case)?["reconciliations"],
                of.as_deref(),
                stands,
                "opinion",
            )?;
            super::compare::write(client, (&case, &of), &to, as_json)?;
            return Ok(());
        }
        Accompanying::Informed {
            case,
            by,
            about,
            note,
        } => (
            act(&case, "informed", json!({"by": by, "about": about, "note": note}))?,
            "recorded",
        ),
        Accompanying::Incidental {
            case,
            finding,
            advice,
            due,
            owner,
        } => {
            let owner = owner.map(|owner| resolve(client, &owner)).transpose()?;
            let body = json!({"finding": finding, "advice": advice, "due": day(&due)?, "owner": owner});
            (
                act(&case, "incidental", body)?,
                "made an item of it, signed and queued",
            )
        }
        Accompanying::Resolve {
            case,
            finding,
            resolution,
            note,
        } => {
            let open = |one: &Value| one["resolved"].is_null();
            let entry = pick(
                &shown(&case)?["incidental"],
                finding.as_deref(),
                open,
                "incidental finding",
            )?;
            let body = json!({"resolution": resolution.as_str(), "note": note});
            (
                act(&case, &format!("incidental/{entry}/resolve"), body)?,
                "recorded",
            )
        }
        Accompanying::Forward(forward) => {
            let made = act(&forward.case, "forward", forward_body(client, &forward)?)?;
            if made["job"].is_string() {
                (
                    job::wait(client, &made, "sealing")?,
                    "asked; sealed anew and queued",
                )
            } else if forward.consent_by.is_some() {
                (made, "asked; she is granted the images")
            } else {
                (made, "proposed to the requester")
            }
        }
        Accompanying::Successors {
            case,
            reader,
            consent_by,
            consent_at,
            consent_scope,
        } => {
            let readers: Outcome<Vec<String>> = reader.iter().map(|who| resolve(client, who)).collect();
            let consent = consent_by.map(|by| consent(&by, consent_at, &consent_scope));
            let body = json!({"readers": readers?, "consent": consent});
            (
                client.put(&format!("/cases/{case}/successors"), &body)?,
                "kept; they are asked one after the other when nobody accepts",
            )
        }
        Accompanying::Consent {
            case,
            forward,
            consent_by,
            consent_at,
            consent_scope,
        } => {
            let waits = |one: &Value| one["consented"] == false && one["declined"] == false;
            let entry = pick(&shown(&case)?["readers"], forward.as_deref(), waits, "proposal")?;
            let body = consent(&consent_by, consent_at, &consent_scope);
            (
                act(&case, &format!("forwards/{entry}/consent"), body)?,
                "consented",
            )
        }
        Accompanying::Release { case, reader } => {
            let lost = |one: &Value| one["part"] == "reader" || one["part"] == "further_reader";
            let entry = pick(
                &shown(&case)?["lost"],
                reader.as_deref(),
                lost,
                "reader without a credential",
            )?;
            (
                act(&case, &format!("readers/{entry}/release"), json!({}))?,
                "let go; ask another with `dokuei consult forward --kind alternative`",
            )
        }
        Accompanying::AskErase { case, reason } => (
            act(&case, "erase-requests", json!({"reason": reason}))?,
            "asked; each answers with the certificate of her deletion, or why she keeps it",
        ),
        Accompanying::AnswerErase {
            case,
            request,
            deletion,
            keep,
            reason,
        } => {
            let mine = |one: &Value| one["for_me"] == true;
            let all = &shown(&case)?["erasures"];
            let entry = pick(all, request.as_deref(), mine, "request to erase")?;
            let keep = keep.map(|ground| json!({"ground": ground, "reason": reason}));
            let body = json!({"deletion": deletion, "keep": keep});
            (
                act(&case, &format!("erase-requests/{entry}/answer"), body)?,
                "answered",
            )
        }
        Accompanying::EraseCertificate { case, answer, to } => {
            let found = shown(&case)?;
            let all = found["erasures"].as_array().into_iter().flatten();
            let answers: Value = all
                .flat_map(|one| one["answers"].as_array().cloned().unwrap_or_default())
                .collect();
            let erased = |one: &Value| one["outcome"] == "erased";
            let entry = pick(&answers, answer.as_deref(), erased, "certificate of an erasure")?;
            let bytes = client.get_bytes(&format!("/cases/{case}/erase-answers/{entry}/certificate"))?;
            crate::data_dir::write_durably(&to, &bytes).map_err(|error| {
                CliError::refused(
                    "file_unusable",
                    format!("{} cannot be written: {error}", to.display()),
                    "name a file in a folder in which you may write",
                )
            })?;
            (
                json!({"case_id": case, "file": to}),
                "saved; verify it with its verify.sh",
            )
        }
        Accompanying::EndForward {
            case,
            forward,
            reason,
        } => {
            let waits = |one: &Value| {
                one["kind"] != "consultant" && one["declined"] == false && one["reported"] == false
            };
            let entry = pick(
                &shown(&case)?["readers"],
                forward.as_deref(),
                waits,
                "further reading",
            )?;
            (
                act(&case, &format!("forwards/{entry}/end"), json!({"reason": reason}))?,
                "ended",
            )
        }
        Accompanying::Withdraw { case, reason } => {
            (act(&case, "withdraw", json!({"reason": reason}))?, "taken back")
        }
    };
    done(&result, as_json, sentence);
    Ok(())
}

/// What is to be co-signed: a reconciled opinion or a report.
fn to_co_sign(case: &Value, named: Option<&str>) -> Outcome<String> {
    let all = [&case["reconciliations"], &case["reports"]];
    let all: Value = all.into_iter().flat_map(entries).cloned().collect();
    pick(&all, named, |one| one["for_me"] == true, "opinion or report")
}

fn forward_body(client: &Client, forward: &Forward) -> Outcome<Value> {
    let with = resolve(client, &forward.with)?;
    let consent = forward
        .consent_by
        .as_ref()
        .map(|by| consent(by, forward.consent_at.clone(), &forward.consent_scope));
    Ok(json!({"kind": forward.kind.as_str(), "with": with, "question": forward.question, "consent": consent}))
}

fn consent(by: &str, at: Option<String>, scope: &str) -> Value {
    let at = at.unwrap_or_else(|| jiff::Timestamp::now().to_string());
    json!({"explained_by": by, "explained_at": at, "scope": scope})
}

/// The new version whole: an addendum is written below what is there, an amendment replaces it.
fn amended(case: &Value, kind: AmendmentKind, texts: [Option<String>; 3], reason: &str) -> Outcome<Value> {
    let newest = entries(&case["reports"]).filter(|one| one["mine"] == true).last();
    let newest = newest.ok_or_else(|| {
        CliError::refused(
            "no_report",
            "you have signed no report in this consultation",
            "sign one with `dokuei consult report`",
        )
    })?;
    let mut body = json!({"kind": kind.as_str(), "reason": reason});
    for (field, text) in ["findings", "impression", "recommendations"]
        .into_iter()
        .zip(texts)
    {
        let before = output::text(newest, &format!("/{field}"));
        body[field] = match (text, kind) {
            (None, _) => before,
            (Some(text), AmendmentKind::Addendum) if !before.is_empty() => format!("{before}\n{text}"),
            (Some(text), _) => text,
        }
        .into();
    }
    Ok(body)
}

/// The entry that is named, by the beginning of its name; without a name the only one that is open.
fn pick(list: &Value, named: Option<&str>, open: impl Fn(&Value) -> bool, what: &str) -> Outcome<String> {
    let fits = |one: &&Value| match named {
        Some(named) => output::text(one, "/entry_id").starts_with(named),
        None => open(one),
    };
    let found: Vec<_> = entries(list)
        .filter(fits)
        .map(|one| output::text(one, "/entry_id"))
        .collect();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(CliError::refused(
            "entry_unknown",
            format!("there is no such {what} in this consultation"),
            "see `dokuei consult show CASE`",
        )),
        _ => Err(CliError::refused(
            "entry_ambiguous",
            format!("more than one {what} fits"),
            "name the one that is meant, as `dokuei consult show CASE --json` shows it",
        )),
    }
}

/// A time as RFC 3339 writes it; `30d` is in so many days.
fn day(text: &str) -> Outcome<String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<i64>().ok());
    let Some(days) = days else {
        return Ok(text.to_owned());
    };
    let seconds = days.checked_mul(DAY).unwrap_or(i64::MAX);
    let at = jiff::Timestamp::now().as_second().saturating_add(seconds);
    jiff::Timestamp::from_second(at)
        .map(|at| at.to_string())
        .map_err(|_| {
            CliError::refused(
                "bad_field",
                format!("{text} is too far away"),
                "name a nearer day",
            )
        })
}
