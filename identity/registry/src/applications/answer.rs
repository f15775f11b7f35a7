//! What a refused applicant is told: sealed to the key in her application, and left where that had lain or given out as
//! a file.

use dokuei_identity::application::{Answer, ApplicationId, Decision, LeftAnswer, MAX_ANSWERS, seal_answer};

use super::inbox::{Inbox, Item};
use super::record;
use crate::failure::Failure;
use crate::registry::Registry;

/// The answers that are still to be left at this bootstrap, as many as one request carries.
pub(super) fn due(
    registry: &Registry,
    inbox: &Inbox,
    bootstrap: &str,
) -> Result<Vec<(ApplicationId, LeftAnswer)>, Failure> {
    let mut due = Vec::new();
    for (id, brief) in inbox.briefs()? {
        if due.len() == MAX_ANSWERS {
            break;
        }
        let refused = matches!(brief.record.decision, Some(record::Decision::Refused { .. }));
        if !refused || brief.record.answered || brief.record.from.as_deref() != Some(bootstrap) {
            continue;
        }
        let item = inbox.get(id)?;
        if let Some(sealed) = sealed(registry, id, &item) {
            let deposit = inbox.digest(id)?;
            due.push((id, LeftAnswer { deposit, sealed }));
        }
    }
    Ok(due)
}

/// The bootstrap has it.
pub(super) fn done(inbox: &Inbox, id: ApplicationId) -> Result<(), Failure> {
    let mut item = inbox.get(id)?;
    item.record.answered = true;
    inbox.keep(id, &item.record)
}

/// The answer to one application, to be brought to the applicant as a file.
pub(super) fn one(registry: &mut Registry, name: &str) -> Result<Vec<u8>, Failure> {
    let inbox = Inbox::open(registry)?;
    let (id, item) = inbox.find(name)?;
    sealed(registry, id, &item).ok_or_else(|| {
        Failure::Usage(format!(
            "there is no answer to {id}: it was not refused, or names no key to answer to; what is issued is told by the register"
        ))
    })
}

/// `None` when nothing was refused, or the application names no key to seal to.
fn sealed(registry: &Registry, id: ApplicationId, item: &Item) -> Option<Vec<u8>> {
    let Some(record::Decision::Refused { at, reason, .. }) = &item.record.decision else {
        return None;
    };
    let to = item.application.application().reply.as_ref()?;
    let answer = Answer {
        application: id,
        at: *at,
        decision: Decision::Refused {
            reason: reason.clone(),
        },
    };
    let by = (registry.registry_key(), registry.registry_chain());
    let root = registry.anchor().fingerprint();
    // The applicant chose the key: one that is none costs her the answer, and nobody else anything.
    seal_answer(&answer, by, to, &root, &mut rand::rng()).ok()
}
