//! `application receive`: sealed files, one by one or a whole drop-box folder.

use std::fs;
use std::path::{Path, PathBuf};

use dokuei_identity::application::MAX_SEALED;
use serde_json::{Value, json};

use super::inbox::{Inbox, Received};
use crate::failure::Failure;
use crate::files;
use crate::operators::Actor;
use crate::operators::log::{Draft, Outcome};
use crate::registry::Registry;

/// Takes in a file, or every file of a folder; a folder's bad files are told and not fatal.
pub(super) fn receive(registry: &mut Registry, actor: &Actor, path: &Path) -> Result<Value, Failure> {
    let inbox = Inbox::open(registry)?;
    if !path.is_dir() {
        let sealed = files::read_large(path, MAX_SEALED as u64)?;
        let one = take(registry, actor, &inbox, (&sealed, None))?;
        return Ok(json!({"received": [one], "refused": []}));
    }
    let (mut received, mut refused) = (Vec::new(), Vec::new());
    for file in files_in(path)? {
        let taken = files::read_large(&file, MAX_SEALED as u64)
            .and_then(|sealed| take(registry, actor, &inbox, (&sealed, None)));
        match taken {
            Ok(one) => received.push(one),
            Err(failure @ (Failure::InboxFull(_) | Failure::Damaged(_))) => return Err(failure),
            Err(failure) => refused.push(json!({
                "file": file.display().to_string(), "code": failure.code(), "detail": failure.to_string(),
            })),
        }
    }
    Ok(json!({"received": received, "refused": refused}))
}

/// Takes one in, and writes the row of the operator log when it is new.
pub(super) fn take(
    registry: &mut Registry,
    actor: &Actor,
    inbox: &Inbox,
    (sealed, from): (&[u8], Option<&str>),
) -> Result<Value, Failure> {
    let (id, new) = match inbox.receive(sealed, from, registry.time())? {
        Received::New(id) => (id, true),
        Received::Known(id) => (id, false),
    };
    if new {
        let draft = Draft {
            act: "application_receive",
            about: Some(id.to_string()),
            detail: json!({}),
            outcome: Outcome::Done,
            journal: registry.register().lines.len() as u64,
        };
        registry.note(actor, vec![draft])?;
    }
    Ok(json!({"id": id, "new": new}))
}

/// The files of a folder in the order of their names, which a drop box numbers; hidden ones are being written.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |source| Failure::storage("read", folder, source);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().map_err(failed)?.is_file() && !hidden {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
