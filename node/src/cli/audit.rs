//! `dokuei audit …`: the trail for people, and as others read it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::args::{Audit, AuditFilters};
use super::client::Client;
use super::error::{CliError, Outcome};
use super::output;
use crate::data_dir::{DataDir, write_durably};

/// Runs one `audit` command.
///
/// # Errors
/// What the node or the file system refuses.
pub(crate) fn run(dir: &DataDir, command: Audit, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        Audit::Search { filters, before } => {
            let mut asked = parameters(&filters);
            asked.extend(before.map(|before| ("before", before.to_string())));
            search(&client, &asked, as_json)
        }
        Audit::Export { format, out, filters } => {
            let path = format!("/audit/export/{}", format.word());
            let bytes = client.get_bytes_with(&path, &parameters(&filters))?;
            put(out.as_deref(), &bytes)
        }
        Audit::Disclosures {
            patient,
            institution,
            birth_date,
            out,
            pdf,
        } => {
            let mut whose = vec![("patient", patient)];
            whose.extend(institution.map(|name| ("institution", name)));
            whose.extend(birth_date.map(|date| ("birth_date", date)));
            if pdf {
                let page = client.get_bytes_with("/audit/disclosures.pdf", &whose)?;
                return put(out.as_deref(), &page);
            }
            let view = client.get_with("/audit/disclosures", &whose)?;
            let text = if as_json {
                format!("{view:#}\n")
            } else {
                disclosures(&view)
            };
            put(out.as_deref(), text.as_bytes())
        }
        Audit::Collector => collector(&client, as_json),
    }
}

fn parameters(filters: &AuditFilters) -> Vec<(&'static str, String)> {
    let texts = [
        ("since", &filters.since),
        ("until", &filters.until),
        ("actor", &filters.actor),
        ("event", &filters.event),
        ("patient", &filters.patient),
        ("study", &filters.study),
        ("case", &filters.case),
    ];
    let mut asked: Vec<(&'static str, String)> = texts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)))
        .collect();
    if filters.failures {
        asked.push(("failures", "true".to_owned()));
    }
    asked.extend(filters.limit.map(|limit| ("limit", limit.to_string())));
    asked
}

fn search(client: &Client, asked: &[(&'static str, String)], as_json: bool) -> Outcome {
    let view = client.get_with("/audit", asked)?;
    if as_json {
        output::json(&view);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = list(&view, "rows")
        .iter()
        .map(|row| {
            let named = output::text(row, "/actor/name");
            let who = output::text(row, "/actor/id");
            vec![
                output::text(row, "/seq"),
                output::text(row, "/at"),
                if named.is_empty() {
                    who
                } else {
                    format!("{who} ({named})")
                },
                output::text(row, "/action"),
                output::text(row, "/outcome"),
                output::text(row, "/patient/name"),
                output::text(row, "/object"),
            ]
        })
        .collect();
    output::table(
        &["No.", "When", "Who", "What", "Outcome", "Patient", "Object"],
        &rows,
    );
    Ok(())
}

fn collector(client: &Client, as_json: bool) -> Outcome {
    let view = client.get("/audit/collector")?;
    if as_json {
        output::json(&view);
    } else if view["configured"] == true {
        println!(
            "{} of {} rows are with {} (last {})",
            view["sent"],
            view["rows"],
            output::text(&view, "/to"),
            output::text(&view, "/sent_at")
        );
        let trouble = output::text(&view, "/trouble");
        if !trouble.is_empty() {
            println!("not at the moment: {trouble}");
        }
    } else {
        println!("the trail stays here; [audit.syslog] in config.toml names a collector");
    }
    Ok(())
}

fn list<'a>(view: &'a Value, name: &str) -> &'a [Value] {
    view[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What is handed to the patient: Japanese first.
fn disclosures(view: &Value) -> String {
    let text = |at: &str| output::text(view, at);
    let mut page = String::new();
    let _ = writeln!(
        page,
        "個人情報の開示・閲覧の記録 / Record of disclosures\n\n患者 Patient: {} {}\n施設 Institution: {}\n\
         作成 Made: {} {}\n",
        text("/patient/id"),
        text("/patient/name"),
        text("/institution"),
        text("/made_at"),
        text("/made_by"),
    );
    let _ = writeln!(page, "1. 提供先 To whom it was given, and why");
    for one in list(view, "consultations") {
        let of = |at: &str| output::text(one, at);
        let _ = writeln!(
            page,
            "\n  {}  {} {}",
            of("/requested_at"),
            of("/by/institution"),
            of("/by/name")
        );
        for with in list(one, "with") {
            let named = |at: &str| output::text(with, at);
            let _ = writeln!(page, "    → {} {}", named("/institution"), named("/name_ja"));
        }
        for received in list(one, "received") {
            let _ = writeln!(
                page,
                "    受領 Received: {} {}",
                output::text(received, "/at"),
                output::text(received, "/institution")
            );
        }
        let _ = writeln!(
            page,
            "    目的 Purpose: {}\n    必要性 Justification: {}\n    同意 Consent: {} ({}, {})",
            of("/why"),
            of("/justification"),
            of("/consent/scope"),
            of("/consent/explained_by"),
            of("/consent/explained_at"),
        );
        if one["pseudonym"].is_string() {
            let _ = writeln!(page, "    仮名 Under a pseudonym: {}", of("/pseudonym"));
        }
    }
    let _ = writeln!(page, "\n2. 閲覧・送付 Who looked at it or sent it on\n");
    for one in list(view, "disclosures") {
        let of = |at: &str| output::text(one, at);
        let name = of("/name");
        let who = if name.is_empty() { of("/who") } else { name };
        let _ = writeln!(
            page,
            "  {}  {who}  {} / {}  {}",
            of("/at"),
            of("/what_ja"),
            of("/what_en"),
            of("/outcome")
        );
    }
    page
}

fn put(out: Option<&Path>, bytes: &[u8]) -> Outcome {
    let Some(path) = out else {
        let _ = std::io::stdout().write_all(bytes);
        return Ok(());
    };
    write_durably(path, bytes).map_err(|error| {
        CliError::refused(
            "file_unusable",
            format!("{} cannot be written: {error}", path.display()),
            "choose another place with --out",
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r12_a_patient_reads_to_whom_why_and_who_looked() {
        let page = disclosures(&json!({
            "patient": {"id": "0042", "name": "山本 一郎"},
            "institution": "さくら歯科クリニック",
            "disclosures": [{"at": "2026-11-24T01:00:00Z", "who": "tanaka", "name": "田中 花子", "what_ja": "閲覧", "what_en": "looked at", "outcome": "success"}],
            "consultations": [{
                "requested_at": "2026-11-24T01:10:00Z",
                "by": {"name": "田中 花子", "institution": "さくら歯科クリニック"},
                "with": [{"name_ja": "佐藤 次郎", "institution": "みなと大学病院"}],
                "why": "埋伏智歯", "justification": "二次元画像では不明",
                "consent": {"scope": "画像の送付", "explained_by": "田中 花子"},
                "received": [{"institution": "みなと大学病院", "at": "2026-11-24T01:12:00Z"}],
            }],
        }));
        for part in [
            "0042 山本 一郎",
            "→ みなと大学病院 佐藤 次郎",
            "目的 Purpose: 埋伏智歯",
            "閲覧 / looked at",
        ] {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
    }
}
