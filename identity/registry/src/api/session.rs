//! Sessions of operators in the browser.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
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
/// After so many wrong passphrases the wait doubles with each further one, up to the longest.
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
    wrong: HashMap<String, (u32, Instant)>,
}

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
        self.wrong.remove(&actor.name);
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
        let (times, last) = self.wrong.get(name)?;
        let over = times.checked_sub(TRIES)?;
        let wait = 2_u64.saturating_pow(over + 1).min(LONGEST_WAIT);
        wait.checked_sub(last.elapsed().as_secs())
            .filter(|wait| *wait > 0)
    }

    fn count(&mut self, name: &str) {
        if self.wrong.len() < 1024 {
            let entry = self.wrong.entry(name.to_owned()).or_insert((0, Instant::now()));
            *entry = (entry.0 + 1, Instant::now());
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
    if let Some(wait) = api.sessions().wait(&name) {
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
            if refused.status() == StatusCode::UNAUTHORIZED {
                api.sessions().count(&name);
            }
            refused
        }
    }
}

/// The operator with her own passphrase, or, as long as no operator is named, the registry with its.
fn prove(registry: &Registry, name: &str, passphrase: &str) -> Result<Actor, Failure> {
    let layout = registry.layout();
    if name != UNNAMED {
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
