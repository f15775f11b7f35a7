//! Sessions of operators in the browser.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
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
use super::tries::{self, Tries};
use super::{Api, aside, guard, work};
use crate::failure::Failure;
use crate::operators::actor::UNNAMED;
use crate::operators::{self, Actor, member};
use crate::registry::keys::{self, ISSUING_PURPOSE};
use crate::registry::{Layout, Registry, now};

/// A session ends when nothing was asked for so long, and in any case after a working day.
const IDLE: Duration = Duration::from_secs(15 * 60);
const LONGEST: Duration = Duration::from_secs(8 * 3600);
/// The most sessions at a time; the oldest ends for a newer one.
const MOST: usize = 32;
struct Session {
    actor: Actor,
    since: Instant,
    seen: Instant,
}

/// Who is signed in, and who tries.
pub(super) struct Sessions {
    all: HashMap<String, Session>,
    tries: Arc<Mutex<Tries>>,
}

impl Sessions {
    /// Nobody is signed in; who tried before is remembered.
    pub(super) fn open(layout: &Layout) -> Result<Self, Failure> {
        Ok(Self {
            all: HashMap::new(),
            tries: Arc::new(Mutex::new(Tries::open(layout)?)),
        })
    }

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

    /// Ends the sessions of this operator, but for the one to `keep`.
    pub(super) fn end_others(&mut self, name: &str, keep: Option<&str>) {
        self.all
            .retain(|token, session| session.actor.name != name || Some(token.as_str()) == keep);
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
    let place = tries::place(&api.layout, &name).to_owned();
    let opened = tried(&api, &place, move |registry| prove(registry, &name, &passphrase));
    match opened.await {
        Ok(actor) => {
            let name = actor.name.clone();
            let token = api.sessions().add(actor);
            let cookie = format!("{}={token}; HttpOnly; SameSite=Strict; Path=/", api.cookie);
            let body = json!({"operator": name, "token": token});
            (StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(body)).into_response()
        }
        Err(refused) => refused,
    }
}

/// Does what begins with trying a passphrase: the try is counted, and refused when there were too many wrong ones.
pub(super) async fn tried<T: Send + 'static>(
    api: &Arc<Api>,
    place: &str,
    job: impl FnOnce(&mut Registry) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Response> {
    let wait = counted(api, place, |tries, place| tries.begin(place, now())).await?;
    if let Some(wait) = wait {
        let detail = format!("there were too many wrong passphrases; wait {wait} seconds");
        let mut refused = problem(StatusCode::TOO_MANY_REQUESTS, "locked_out", &detail, None);
        refused.headers_mut().insert(header::RETRY_AFTER, wait.into());
        return Err(refused);
    }
    match work(Arc::clone(api), job).await {
        Ok(done) => {
            counted(api, place, Tries::passed).await?;
            Ok(done)
        }
        Err(refused) => {
            let wrong = refused.status() == StatusCode::UNAUTHORIZED;
            counted(api, place, move |tries, place| tries.failed(place, wrong, now())).await?;
            Err(refused)
        }
    }
}

/// Works on the tries, which writes to the disk.
async fn counted<T: Send + 'static>(
    api: &Api,
    place: &str,
    job: impl FnOnce(&mut Tries, &str) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Response> {
    let (tries, place) = (Arc::clone(&api.sessions().tries), place.to_owned());
    aside(move || job(&mut tries.lock().unwrap_or_else(PoisonError::into_inner), &place)).await
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
    if !member::list(registry.operator_log().rows()).is_empty() {
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
