//! Sessions of operators in the browser.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dokuei_identity::keystore::{self, KdfParams, KeystoreError};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::problem::{self, problem};
use super::{Api, guard, work};
use crate::failure::Failure;
use crate::operators::actor::UNNAMED;
use crate::operators::{self, Actor, member};
use crate::registry::Registry;
use crate::registry::keys::{self, ISSUING_PURPOSE};

/// A session ends when nothing was asked for so long, and in any case after a working day.
const IDLE: Duration = Duration::from_secs(15 * 60);
const LONGEST: Duration = Duration::from_secs(8 * 3600);
/// The most sessions at a time; the oldest ends for a newer one.
const MOST: usize = 32;
/// After so many tries the wait doubles with each further one, up to the longest. A try counts when it begins, so that
/// many at once do not all go before the first is counted.
const TRIES: u32 = 5;
const LONGEST_WAIT: u64 = 900;

struct Session {
    actor: Actor,
    since: Instant,
    seen: Instant,
}

/// Who is signed in, and who tries.
#[derive(Default)]
pub(super) struct Sessions {
    all: HashMap<String, Session>,
    /// By name: how many tries, and when the last began or failed. Only names that there are have a place of their own; all
    /// others share one, so that made-up names neither fill the memory nor push a name out.
    tries: HashMap<String, (u32, Instant)>,
}

/// The place of all names that there are not: no operator has this one.
const NOBODY: &str = "";

impl Sessions {
    /// Who has this token; what a person `asked` for keeps the session alive.
    pub(super) fn find(&mut self, token: &str, asked: bool) -> Option<Actor> {
        self.all
            .retain(|_, session| session.seen.elapsed() < IDLE && session.since.elapsed() < LONGEST);
        let session = self.all.get_mut(token)?;
        if asked {
            session.seen = Instant::now();
        }
        Some(session.actor.clone())
    }

    fn add(&mut self, actor: Actor) -> String {
        if self.all.len() >= MOST {
            let oldest = self.all.iter().min_by_key(|(_, session)| session.seen);
            if let Some(token) = oldest.map(|(token, _)| token.clone()) {
                self.all.remove(&token);
            }
        }
        let token = hex::encode(rand::random::<[u8; 32]>());
        let now = Instant::now();
        self.tries.remove(&actor.name);
        self.all.insert(
            token.clone(),
            Session {
                actor,
                since: now,
                seen: now,
            },
        );
        token
    }

    fn end(&mut self, token: &str) {
        self.all.remove(token);
    }

    /// How long this name must wait, seconds.
    fn wait(&self, name: &str) -> Option<u64> {
        let (times, last) = self.tries.get(name)?;
        let over = times.checked_sub(TRIES)?;
        let wait = 2_u64.saturating_pow(over.saturating_add(1)).min(LONGEST_WAIT);
        wait.checked_sub(last.elapsed().as_secs())
            .filter(|wait| *wait > 0)
    }

    /// Begins a try, or says how long this name must wait, seconds.
    fn begin(&mut self, name: &str) -> Result<(), u64> {
        if let Some(wait) = self.wait(name) {
            return Err(wait);
        }
        let (times, last) = self.tries.entry(name.to_owned()).or_insert((0, Instant::now()));
        (*times, *last) = (times.saturating_add(1), Instant::now());
        Ok(())
    }

    /// Ends a try that failed: the wait begins now. One that did not get as far as the passphrase does not count.
    fn end_try(&mut self, name: &str, counts: bool) {
        if let Some((times, last)) = self.tries.get_mut(name) {
            *times = times.saturating_sub(u32::from(!counts));
            *last = Instant::now();
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    #[serde(default)]
    operator: Option<String>,
    passphrase: String,
}

/// `POST /session`
pub(super) async fn sign_in(State(api): State<Arc<Api>>, body: Bytes) -> Response {
    let Ok(SignIn { operator, passphrase }) = serde_json::from_slice(&body) else {
        return problem::body("the body is not understood: it needs {\"operator\": …, \"passphrase\": …}");
    };
    let passphrase = Zeroizing::new(passphrase);
    let name = operator.unwrap_or_else(|| UNNAMED.to_owned());
    let known = name == UNNAMED || member::is_known(&api.layout, &name);
    let place = if known { &*name } else { NOBODY };
    if let Err(wait) = api.sessions().begin(place) {
        let detail = format!("there were too many wrong passphrases; wait {wait} seconds");
        let mut refused = problem(StatusCode::TOO_MANY_REQUESTS, "locked_out", &detail, None);
        refused.headers_mut().insert(header::RETRY_AFTER, wait.into());
        return refused;
    }
    let asked = name.clone();
    let opened = work(Arc::clone(&api), move |registry| {
        prove(registry, &asked, &passphrase)
    })
    .await;
    match opened {
        Ok(actor) => {
            let name = actor.name.clone();
            let token = api.sessions().add(actor);
            let cookie = format!("{}={token}; HttpOnly; SameSite=Strict; Path=/", api.cookie);
            let body = json!({"operator": name, "token": token});
            (StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(body)).into_response()
        }
        Err(refused) => {
            let counts = refused.status() == StatusCode::UNAUTHORIZED;
            api.sessions().end_try(place, counts);
            refused
        }
    }
}

/// The operator with her own passphrase, or, as long as no operator is named, the registry with its. Who has not signed
/// in does not learn which names there are: neither by the answer nor by how long it takes.
fn prove(registry: &Registry, name: &str, passphrase: &str) -> Result<Actor, Failure> {
    let layout = registry.layout();
    if name != UNNAMED {
        if !member::is_known(layout, name) {
            keystore::spend(passphrase, KdfParams::RECOMMENDED)?;
            return Err(KeystoreError::WrongPassphrase.into());
        }
        let (actor, _) = member::open(layout, name, passphrase)?;
        operators::admit(registry, &actor)?;
        return Ok(actor);
    }
    if member::any(layout) {
        return Err(Failure::OperatorNeeded);
    }
    keys::open(&layout.issuing_key(), passphrase, ISSUING_PURPOSE)?;
    Ok(registry.unnamed())
}

/// `GET /session`
pub(super) async fn show(Extension(actor): Extension<Actor>) -> Response {
    Json(json!({"operator": actor.name, "named": actor.named()})).into_response()
}

/// `DELETE /session`
pub(super) async fn sign_out(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    if let Some(token) = guard::cookie(&headers, &api.cookie) {
        api.sessions().end(&token);
    }
    let cookie = format!("{}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0", api.cookie);
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17: many tries at once are counted as they begin, and a full memory lets nobody try for ever.
    #[test]
    fn r17_tries_at_once_are_locked_out_too() {
        let mut sessions = Sessions::default();
        let begun = (0..100).filter(|_| sessions.begin("suzuki").is_ok()).count();
        assert!((5..10).contains(&begun), "{begun} tries at once");
        assert!(sessions.begin("mori").is_ok(), "another is not locked out");
        // What did not get as far as the passphrase is given back.
        sessions.end_try("mori", false);
        assert_eq!(sessions.wait("mori"), None);
        assert!(sessions.begin("suzuki").is_err());
    }
}
