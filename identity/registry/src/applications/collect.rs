//! `application collect`: takes what waits at a bootstrap node.

use std::collections::BTreeMap;
use std::time::Duration;

use dokuei_identity::application::{Collect, Collected, MAX_COLLECTED, collect_request};
use serde::Deserialize;
use serde_json::{Value, json};

use super::inbox::Inbox;
use super::receive::take;
use crate::failure::Failure;
use crate::files;
use crate::operators::Actor;
use crate::registry::{Registry, now};

/// How long a bootstrap may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most answers of one collection: more waits until the next.
const MOST_ANSWERS: usize = 64;

#[derive(Deserialize)]
struct Health {
    peer_id: String,
}

/// Asks until nothing more waits. Each question says how far everything is safe here, so that the bootstrap deletes it
/// then and not before.
pub(super) fn collect(registry: &mut Registry, actor: &Actor, url: &str) -> Result<Value, Failure> {
    let inbox = Inbox::open(registry)?;
    let url = url.trim_end_matches('/');
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .build()
        .into();
    let peer_id = ask_name(&agent, url)?;
    let bootstrap = bs58::decode(&peer_id)
        .into_vec()
        .map_err(|_| Failure::Bootstrap(format!("{url} gives a peer id that is none")))?;
    let mut cursors = read_cursors(registry)?;
    let (mut received, mut refused) = (Vec::new(), 0_u64);
    for _ in 0..MOST_ANSWERS {
        let after = cursors.get(&peer_id).copied().unwrap_or_default();
        let question = Collect {
            bootstrap: bootstrap.clone(),
            at: now(),
            after,
        };
        let request = collect_request(&question, registry.registry_key(), registry.registry_chain());
        let answer = ask(&agent, url, &request)?;
        let answer = Collected::read(&answer, after)
            .map_err(|error| Failure::Bootstrap(format!("the answer of {url} is not good: {error}")))?;
        let Some(last) = answer.deposits.last().map(|deposit| deposit.number) else {
            break;
        };
        for deposit in &answer.deposits {
            match take(registry, actor, &inbox, &deposit.sealed) {
                Ok(one) => received.push(one),
                Err(failure @ (Failure::InboxFull(_) | Failure::Storage { .. } | Failure::Damaged(_))) => {
                    return Err(failure);
                }
                // Anybody can leave anything there.
                Err(_) => refused += 1,
            }
        }
        cursors.insert(peer_id.clone(), last);
        write_cursors(registry, &cursors)?;
    }
    Ok(json!({"bootstrap": peer_id, "received": received, "refused": refused}))
}

fn ask_name(agent: &ureq::Agent, url: &str) -> Result<String, Failure> {
    let failed = |error: ureq::Error| Failure::Bootstrap(format!("{url}/health cannot be asked: {error}"));
    let mut answer = agent.get(format!("{url}/health")).call().map_err(failed)?;
    let text = answer
        .body_mut()
        .with_config()
        .limit(64 << 10)
        .read_to_vec()
        .map_err(failed)?;
    let health: Health = serde_json::from_slice(&text)
        .map_err(|_| Failure::Bootstrap(format!("{url}/health does not tell a peer id")))?;
    Ok(health.peer_id)
}

fn ask(agent: &ureq::Agent, url: &str, request: &[u8]) -> Result<Vec<u8>, Failure> {
    let failed = |error: ureq::Error| {
        Failure::Bootstrap(format!("{url}/drop-box/collect did not give what waits: {error}"))
    };
    let mut answer = agent
        .post(format!("{url}/drop-box/collect"))
        .send(request)
        .map_err(failed)?;
    answer
        .body_mut()
        .with_config()
        .limit(MAX_COLLECTED as u64)
        .read_to_vec()
        .map_err(failed)
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
