//! What waits for a second operator, under the four-eyes rule: one file each in `pending/`.

use std::fs;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::Actor;
use super::log::{Draft, Outcome};
use crate::credentials::act::Act;
use crate::credentials::perform::Done;
use crate::failure::Failure;
use crate::files;
use crate::journal::{Line, Register};
use crate::registry::Registry;
use crate::registry::layout::{Layout, make_private};

/// One act that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) proposed_by: String,
    pub(crate) what: Act,
}

impl Waiting {
    /// For scripts and the console; no sealed file, and of a request only whom it is for.
    pub(crate) fn view(&self) -> serde_json::Value {
        let mut what = serde_json::json!(self.what);
        if let Some(what) = what.as_object_mut() {
            what.remove("sealed");
        }
        serde_json::json!({
            "id": self.id, "at": self.at, "proposed_by": self.proposed_by, "about": self.what.about(), "what": what,
        })
    }
}

/// Who had asked for an act that another confirmed.
pub(crate) struct Confirmed {
    pub(crate) id: String,
    pub(crate) proposer: String,
}

impl Confirmed {
    /// For the journal: both names, and what it was, so that a crash cannot let it be done twice.
    pub(crate) fn by(&self, confirmer: &Actor) -> String {
        format!("{}+{}#{}", self.proposer, confirmer.name, self.id)
    }
}

/// Lets an act wait; gives its id, and the SHA-256 of its file, which the operator log keeps.
pub(crate) fn put(
    layout: &Layout,
    actor: &Actor,
    at: Timestamp,
    what: Act,
) -> Result<(String, Fingerprint), Failure> {
    make_private(&layout.pending())?;
    let waiting = Waiting {
        id: hex::encode(rand::random::<[u8; 8]>()),
        at,
        proposed_by: actor.name.clone(),
        what,
    };
    let text = serde_json::to_vec(&waiting)
        .map_err(|error| Failure::Damaged(format!("it cannot be written: {error}")))?;
    files::write(&file(layout, &waiting.id), &text, true)?;
    Ok((waiting.id, Fingerprint::of(&text)))
}

/// Everything that waits, the oldest first.
pub(crate) fn list(layout: &Layout) -> Result<Vec<Waiting>, Failure> {
    let Ok(entries) = fs::read_dir(layout.pending()) else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|end| end == "json") {
            let waiting = serde_json::from_slice(&files::read(&path)?).map_err(|error| {
                Failure::Damaged(format!(
                    "{} is damaged ({error}); remove it, and ask for the act again",
                    path.display()
                ))
            });
            all.push(waiting?);
        }
    }
    all.sort_by(|one: &Waiting, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok(all)
}

/// Takes away what a crash left although it was done.
pub(crate) fn tidy(layout: &Layout, register: &Register) -> Result<(), Failure> {
    for waiting in list(layout)? {
        let end = format!("#{}", waiting.id);
        let done = register.lines.iter().any(|line| match line {
            Line::Issued(line) => line.by.ends_with(&end),
            Line::Suspended { by, .. } | Line::Reinstated { by, .. } | Line::Revoked { by, .. } => {
                by.ends_with(&end)
            }
            _ => false,
        });
        if done {
            remove(layout, &waiting.id)?;
        }
    }
    Ok(())
}

impl Registry {
    /// A second operator confirms, and it is done.
    pub(crate) fn approve(&mut self, actor: &Actor, id: &str) -> Result<Done, Failure> {
        let waiting = self.waiting(id)?;
        if !actor.named() {
            return Err(Failure::OperatorNeeded);
        }
        if waiting.proposed_by == actor.name {
            let draft = self.decision("approve", &waiting, Outcome::Refused);
            self.note(actor, vec![draft])?;
            return Err(Failure::SamePerson(actor.name.clone()));
        }
        self.check_unchanged(&waiting)?;
        let confirmed = Confirmed {
            id: waiting.id.clone(),
            proposer: waiting.proposed_by,
        };
        let done = self.perform(actor, waiting.what, Some(&confirmed))?;
        remove(self.layout(), &waiting.id)?;
        Ok(done)
    }

    /// Any operator drops it: a second one who does not agree, or the first who thought again.
    pub(crate) fn reject(&mut self, actor: &Actor, id: &str) -> Result<(), Failure> {
        let waiting = self.waiting(id)?;
        let draft = self.decision("reject", &waiting, Outcome::Done);
        self.note(actor, vec![draft])?;
        remove(self.layout(), &waiting.id)
    }

    fn waiting(&self, id: &str) -> Result<Waiting, Failure> {
        list(self.layout())?
            .into_iter()
            .find(|waiting| waiting.id == id)
            .ok_or_else(|| Failure::NothingPending(id.to_owned()))
    }

    /// What is confirmed must be what was asked for: its asker's row in the operator log says which file it was.
    fn check_unchanged(&self, waiting: &Waiting) -> Result<(), Failure> {
        let path = file(self.layout(), &waiting.id);
        let sha256 = Fingerprint::of(&files::read(&path)?).to_string();
        let asked = self.operator_log().rows().iter().any(|row| {
            row.outcome == Outcome::Pending
                && row.operator == waiting.proposed_by
                && row.detail["pending"] == waiting.id.as_str()
                && row.detail["sha256"] == sha256.as_str()
        });
        if asked {
            return Ok(());
        }
        Err(Failure::Damaged(format!(
            "{} is not what {} asked for; reject it",
            path.display(),
            waiting.proposed_by
        )))
    }

    fn decision(&self, act: &'static str, waiting: &Waiting, outcome: Outcome) -> Draft {
        Draft {
            act,
            about: waiting.what.about(),
            detail: serde_json::json!({
                "pending": waiting.id, "proposed_by": waiting.proposed_by, "what": waiting.what.word(),
            }),
            outcome,
            journal: self.register().lines.len() as u64,
        }
    }
}

fn remove(layout: &Layout, id: &str) -> Result<(), Failure> {
    let path = file(layout, id);
    fs::remove_file(&path).map_err(|source| Failure::storage("removed", &path, source))
}

fn file(layout: &Layout, id: &str) -> std::path::PathBuf {
    layout.pending().join(format!("{id}.json"))
}
