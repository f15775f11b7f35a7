//! `application collect`: takes what waits at a bootstrap node, and leaves answers there.

use std::collections::BTreeMap;
use std::sync::MutexGuard;

use dokuei_identity::application::{
    Collect, Collected, Deposit, MAX_ANSWERS, MAX_COLLECTED, collect_request,
};
use serde_json::{Value, json};

use super::answer;
use super::inbox::Inbox;
use super::receive::take;
use crate::bootstraps::Bootstrap;
use crate::failure::Failure;
use crate::files;
use crate::operators::Actor;
use crate::registry::{Registry, now};

/// The most answers of one collection: more waits until the next.
const MOST_ANSWERS: usize = 64;

/// Gives the registry, for a step that does not wait for the network.
pub(super) type Open<'a> = &'a dyn Fn() -> MutexGuard<'a, Registry>;

/// Asks until nothing more waits. Each question says how far everything is safe here, so that the bootstrap deletes it
/// then and not before. While it is asked the registry is free for others.
pub(super) fn collect(open: Open<'_>, actor: &Actor, url: &str) -> Result<Value, Failure> {
    let bootstrap = Bootstrap::at(url)?;
    let peer_id = bootstrap.health()?.peer_id;
    let name = bs58::decode(&peer_id)
        .into_vec()
        .map_err(|_| Failure::Bootstrap(format!("{url} gives a peer id that is none")))?;
    let (mut received, mut refused, mut answered) = (Vec::new(), 0_u64, 0);
    for _ in 0..MOST_ANSWERS {
        let (due, question, request) = {
            let mut registry = open();
            let inbox = Inbox::open(&mut registry)?;
            let after = read_cursors(&registry)?
                .get(&peer_id)
                .copied()
                .unwrap_or_default();
            let due = answer::due(&registry, &inbox, &peer_id)?;
            let question = Collect {
                bootstrap: name.clone(),
                at: now(),
                after,
                answers: due.iter().map(|(_, left)| left.clone()).collect(),
            };
            let request = collect_request(&question, registry.registry_key(), registry.registry_chain());
            (due, question, request)
        };
        let answer = bootstrap.post("drop-box/collect", &request, MAX_COLLECTED as u64)?;
        let answer = Collected::read(&answer, &question, &request)
            .map_err(|error| Failure::Bootstrap(format!("the answer of {url} is not good: {error}")))?;
        answered += due.len();
        if !due.is_empty() {
            let inbox = Inbox::open(&mut open())?;
            due.iter().try_for_each(|(id, _)| answer::done(&inbox, *id))?;
        }
        let Some(last) = answer.deposits.last().map(|deposit| deposit.number) else {
            if due.len() == MAX_ANSWERS {
                continue;
            }
            break;
        };
        let mut registry = open();
        refused += keep(&mut registry, actor, (&answer.deposits, &peer_id), &mut received)?;
        let mut cursors = read_cursors(&registry)?;
        cursors.insert(peer_id.clone(), last);
        write_cursors(&registry, &cursors)?;
    }
    Ok(json!({"bootstrap": peer_id, "received": received, "refused": refused, "answered": answered}))
}

/// Takes deposits in; gives how many were none of ours.
fn keep(
    registry: &mut Registry,
    actor: &Actor,
    (deposits, bootstrap): (&[Deposit], &str),
    received: &mut Vec<Value>,
) -> Result<u64, Failure> {
    let inbox = Inbox::open(registry)?;
    let mut refused = 0;
    for deposit in deposits {
        match take(registry, actor, &inbox, (&deposit.sealed, Some(bootstrap))) {
            Ok(one) => received.push(one),
            Err(failure @ (Failure::InboxFull(_) | Failure::Storage { .. } | Failure::Damaged(_))) => {
                return Err(failure);
            }
            // Anybody can leave anything there.
            Err(_) => refused += 1,
        }
    }
    Ok(refused)
}

/// How far each bootstrap was collected.
fn read_cursors(registry: &Registry) -> Result<BTreeMap<String, u64>, Failure> {
    let path = registry.layout().applications().join("collected.json");
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    serde_json::from_slice(&files::read(&path)?)
        .map_err(|error| Failure::Damaged(format!("{} is damaged: {error}; remove it", path.display())))
}

fn write_cursors(registry: &Registry, cursors: &BTreeMap<String, u64>) -> Result<(), Failure> {
    let path = registry.layout().applications().join("collected.json");
    files::write(&path, json!(cursors).to_string().as_bytes(), true)
}
