//! An application as operators and the console see it.

use std::path::Path;

use dokuei_identity::application::{ApplicationId, Claims};
use serde::Deserialize;
use serde_json::{Value, json};

use super::checks;
use super::inbox::Inbox;
use super::memory::Brief;
use super::record::State;
use super::specialists::{self, Specialist};
use super::states::States;
use crate::failure::Failure;
use crate::files;
use crate::registry::Registry;
use crate::registry::layout::make_private;

/// The most applications in one answer.
const PAGE: usize = 200;

/// What is looked for; all of it must fit.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    /// Part of the subject, or the beginning of the id.
    q: Option<String>,
    kind: Option<String>,
    state: Option<String>,
    offset: usize,
    limit: Option<usize>,
}

impl Filter {
    fn fits(&self, id: ApplicationId, brief: &Brief, state: State) -> bool {
        let text = self.q.as_ref().is_none_or(|text| {
            let text = text.to_lowercase();
            brief.claims.subject().to_lowercase().contains(&text) || id.to_string().starts_with(&text)
        });
        text && self.kind.as_ref().is_none_or(|kind| brief.claims.kind() == kind)
            && self.state.as_ref().is_none_or(|asked| state.as_str() == asked)
    }
}

/// All of them in short, the newest first.
pub(super) fn list(registry: &mut Registry) -> Result<Value, Failure> {
    let briefs = Inbox::open(registry)?.briefs()?;
    let states = States::of(registry)?;
    let rows = briefs.iter().map(|(id, brief)| summary(&states, *id, brief));
    Ok(rows.collect())
}

/// Some of them, the newest first, each with what the list of specialists says about it.
pub(super) fn search(registry: &mut Registry, filter: &Filter) -> Result<Value, Failure> {
    let briefs = Inbox::open(registry)?.briefs()?;
    let states = States::of(registry)?;
    let state = |id: ApplicationId, brief: &Brief| states.state(id, &brief.record);
    let count = |wanted| {
        briefs
            .iter()
            .filter(|(id, brief)| state(*id, brief) == wanted)
            .count()
    };
    let found: Vec<_> = briefs
        .iter()
        .filter(|(id, brief)| filter.fits(*id, brief, state(*id, brief)))
        .collect();
    let list = specialists::load(registry.layout())?;
    let today = checks::today(registry.time());
    let limit = filter.limit.unwrap_or(50).clamp(1, PAGE);
    let page = found.iter().skip(filter.offset).take(limit);
    let items: Vec<_> = page
        .map(|(id, brief)| {
            let mut row = summary(&states, *id, brief);
            row["qualifications"] = qualifications(&brief.claims, list.as_deref(), &today);
            row
        })
        .collect();
    Ok(json!({
        "total": found.len(), "offset": filter.offset, "items": items,
        "received": count(State::Received), "approved": count(State::Approved),
    }))
}

/// What is claimed, and what the list says: `[{code, verdict}]`.
fn qualifications(claims: &Claims, list: Option<&[Specialist]>, today: &str) -> Value {
    let Claims::Practitioner(claims) = claims else {
        return json!([]);
    };
    let judged = claims.qualifications.iter().map(|claimed| {
        let verdict = specialists::judge(list, claims, claimed, today);
        json!({"code": claimed.code, "verdict": verdict.code()})
    });
    judged.collect()
}

/// One with everything, and what was found about it.
pub(super) fn one(registry: &mut Registry, name: &str) -> Result<Value, Failure> {
    let inbox = Inbox::open(registry)?;
    let (id, item) = inbox.find(name)?;
    let findings = checks::check(registry, &inbox, id, &item)?;
    let brief = Brief::of(&item.application, item.record.clone());
    let mut object = summary(&States::of(registry)?, id, &brief);
    object["application"] = json!(item.application.application());
    object["key"] = hex::encode(brief.key.as_bytes()).into();
    object["findings"] = json!(findings.all);
    object["hpki"] = json!(findings.hpki);
    object["decision"] = json!(item.record.decision);
    object["from"] = json!(item.record.from);
    object["answered"] = item.record.answered.into();
    Ok(object)
}

fn summary(states: &States, id: ApplicationId, brief: &Brief) -> Value {
    json!({
        "id": id,
        "kind": brief.claims.kind(),
        "subject": brief.claims.subject(),
        "state": states.state(id, &brief.record),
        "made_at": brief.made_at,
        "received_at": brief.record.received_at,
        "evidence": brief.evidence,
        "countersigned": brief.countersigned,
        "credential": states.credential(id),
    })
}

/// One attachment: its media type, a name that is safe as a file's, and its bytes.
pub(super) fn evidence(
    registry: &mut Registry,
    name: &str,
    index: usize,
) -> Result<(&'static str, String, Vec<u8>), Failure> {
    let inbox = Inbox::open(registry)?;
    let (_, item) = inbox.find(name)?;
    let (label, content) = item
        .application
        .evidence(index)
        .ok_or_else(|| Failure::UnknownApplication(format!("{name} with an attachment {index}")))?;
    // The applicant chose the label's name: it is shown, and never made a file of.
    let file = format!("{index}-{}.{}", label.kind, label.media_type.extension());
    Ok((label.media_type.as_str(), file, content.to_vec()))
}

/// Writes every attachment into a folder; gives the names.
pub(super) fn extract(registry: &mut Registry, name: &str, out: &Path) -> Result<Vec<String>, Failure> {
    let inbox = Inbox::open(registry)?;
    let (_, item) = inbox.find(name)?;
    make_private(out)?;
    let mut written = Vec::new();
    for index in 0..item.application.application().evidence.len() {
        let (_, file, content) = evidence(registry, name, index)?;
        files::write(&out.join(&file), &content, true)?;
        written.push(file);
    }
    Ok(written)
}
