//! An application as operators and the console see it.

use std::path::Path;

use dokuei_identity::application::ApplicationId;
use serde_json::{Value, json};

use super::checks;
use super::inbox::{Inbox, Item, state};
use crate::failure::Failure;
use crate::files;
use crate::registry::Registry;
use crate::registry::layout::make_private;

/// All of them in short, the newest first.
pub(super) fn list(registry: &mut Registry) -> Result<Value, Failure> {
    let inbox = Inbox::open(registry)?;
    let rows = inbox
        .all()?
        .into_iter()
        .map(|(id, item)| summary(registry, id, &item));
    Ok(Value::Array(rows.collect::<Result<_, Failure>>()?))
}

/// One with everything, and what was found about it.
pub(super) fn one(registry: &mut Registry, name: &str) -> Result<Value, Failure> {
    let inbox = Inbox::open(registry)?;
    let (id, item) = inbox.find(name)?;
    let findings = checks::check(registry, &inbox, id, &item)?;
    let mut object = summary(registry, id, &item)?;
    object["application"] = json!(item.application.application());
    object["key"] = hex::encode(item.application.request().key.as_bytes()).into();
    object["findings"] = json!(findings.all);
    object["hpki"] = json!(findings.hpki);
    object["decision"] = json!(item.record.decision);
    Ok(object)
}

fn summary(registry: &Registry, id: ApplicationId, item: &Item) -> Result<Value, Failure> {
    let application = item.application.application();
    let name = id.to_string();
    let credential = registry
        .register()
        .credentials
        .iter()
        .find(|credential| credential.application.as_deref() == Some(&*name));
    Ok(json!({
        "id": id,
        "kind": application.claims.kind(),
        "subject": application.claims.subject(),
        "state": state(registry, id, &item.record)?,
        "made_at": application.made_at,
        "received_at": item.record.received_at,
        "evidence": application.evidence.len(),
        "countersigned": item.application.countersignature().is_some(),
        "credential": credential.map(|credential| credential.fingerprint),
    }))
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
