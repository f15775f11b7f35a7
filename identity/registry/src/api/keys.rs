//! Routes about the registry's own keys: what stands, and what follows it.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::fingerprint::Fingerprint;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Api, answer, pem, secret, work};
use crate::ceremony::hand::RootInHand;
use crate::ceremony::make;
use crate::failure::Failure;
use crate::operators::Actor;
use crate::registry::preview;

/// The routes, to be put behind the API's guards.
pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/keys", get(standing))
        .route("/keys/authority/request", post(request))
        .route("/keys/authority/next-issuing.csr", get(requested))
        .route("/keys/authority/check", post(check_authority))
        .route("/keys/authority", post(take_authority))
        .route("/keys/root/check", post(check_root))
        .route("/keys/root", post(take_root))
        .route("/keys/register", post(change_register_key))
}

/// `GET /keys`
async fn standing(State(api): State<Arc<Api>>) -> Response {
    answer(work(api, |registry| registry.standing()).await)
}

/// `POST /keys/authority/request`
async fn request(State(api): State<Arc<Api>>, Extension(actor): Extension<Actor>) -> Response {
    let asked = work(api, move |registry| {
        Ok(json!({"request": registry.request_authority(&actor)?}))
    });
    answer(asked.await)
}

/// `GET /keys/authority/next-issuing.csr`: the request that waits.
async fn requested(State(api): State<Arc<Api>>) -> Response {
    let waiting = work(api, |registry| registry.requested()?.ok_or(Failure::NotRequested));
    waiting.await.map_or_else(|refused| refused, pem)
}

/// How the next issuing authority comes: by the certificate for the request, or made under a root that is in hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum NextAuthority {
    /// PEM.
    Certificate(String),
    Root(RootInHand),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Certified {
    certificate: String,
}

/// `POST /keys/authority/check`: what a certificate says, when it can be taken into service.
async fn check_authority(State(api): State<Arc<Api>>, content: Bytes) -> Response {
    let Certified { certificate } = match secret(content, "{\"certificate\"}") {
        Ok(certified) => certified,
        Err(refused) => return refused,
    };
    let checked = work(api, move |registry| {
        let authority = registry.certified(Chain::from_pem(&certificate)?.end)?;
        Ok(preview(&authority.name(), authority.certificate()))
    });
    answer(checked.await)
}

/// `POST /keys/authority`: it issues from now on.
async fn take_authority(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    content: Bytes,
) -> Response {
    let next = match secret(content, "{\"certificate\"} or {\"root\": {…}}") {
        Ok(next) => next,
        Err(refused) => return refused,
    };
    let taken = work(api, move |registry| {
        registry.roll(&actor, "authority_rotate", |registry| {
            let name = match next {
                NextAuthority::Certificate(pem) => {
                    registry.take_certified(&actor.name, Chain::from_pem(&pem)?.end)?
                }
                NextAuthority::Root(hand) => {
                    let root = hand.open(registry.layout(), registry.anchors())?;
                    let authority = make::new_issuing(&root, registry.next_authority())?;
                    registry.take_authority(&actor.name, authority)?
                }
            };
            Ok((name, json!({})))
        })
    });
    created(taken.await, "authority")
}

/// A root that was made elsewhere, and how the one before it certified it; both PEM.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    root: String,
    cross: String,
}

impl Carried {
    fn read(&self) -> Result<(TrustAnchor, Vec<u8>), Failure> {
        Ok((
            TrustAnchor::from_pem(&self.root)?,
            Chain::from_pem(&self.cross)?.end,
        ))
    }
}

/// How the next root comes: from a ceremony elsewhere, or from the one that was held here, certified by the root in
/// force, which is in hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum NextRoot {
    Carried(Carried),
    Ceremony(RootInHand),
}

/// `POST /keys/root/check`: what a root says, when it can follow.
async fn check_root(State(api): State<Arc<Api>>, content: Bytes) -> Response {
    let carried: Carried = match secret(content, "{\"root\", \"cross\"}") {
        Ok(carried) => carried,
        Err(refused) => return refused,
    };
    let checked = work(api, move |registry| {
        let (root, cross) = carried.read()?;
        registry.check_root(&root, &cross)?;
        Ok(preview(&root.common_name(), root.der()))
    });
    answer(checked.await)
}

/// `POST /keys/root`: nodes believe it, and the ones before it, from now on.
async fn take_root(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    content: Bytes,
) -> Response {
    let next = match secret(
        content,
        "{\"carried\": {\"root\", \"cross\"}} or {\"ceremony\": {…}}",
    ) {
        Ok(next) => next,
        Err(refused) => return refused,
    };
    let ceremony = api.ceremony().clone();
    let taken = work(api, move |registry| {
        registry.roll(&actor, "root_rotate", |registry| {
            let ((root, cross), told) = match next {
                NextRoot::Carried(carried) => (carried.read()?, json!({})),
                NextRoot::Ceremony(hand) => ceremony.with(&actor.name, |held| {
                    held.root()?;
                    let old = hand.open(registry.layout(), registry.anchors())?;
                    let proof = make::certify(&old, held.anchor())?;
                    Ok(((held.anchor().clone(), proof), held.told()))
                })?,
            };
            let name = registry.take_root(&actor.name, &root, &cross)?;
            // Its key has been split and exported: here it is not needed any more.
            ceremony.end();
            Ok((name, told))
        })
    });
    created(taken.await, "root")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NextKey {
    root: RootInHand,
    #[serde(default)]
    compromised: bool,
}

/// `POST /keys/register`: another key signs the register from now on, on the root's word.
async fn change_register_key(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    content: Bytes,
) -> Response {
    let NextKey { root, compromised } = match secret(content, "{\"root\": {…}, \"compromised\"?}") {
        Ok(next) => next,
        Err(refused) => return refused,
    };
    let here = Arc::clone(&api);
    let changed = work(api, move |registry| {
        // Whoever tries what opens the root's key leaves a trace.
        let opened = root.open(registry.layout(), registry.anchors());
        let root = opened.map_err(|failure| registry.refuse(&actor, "register_rekey", failure))?;
        let key = registry.change_register_key(&actor, &root, compromised)?;
        here.staff.know(registry);
        Ok(json!({"key": hex::encode(key.as_bytes())}))
    });
    answer(changed.await)
}

fn created(taken: Result<Fingerprint, Response>, what: &str) -> Response {
    match taken {
        Ok(name) => {
            let object: Value = json!({what: name});
            (StatusCode::CREATED, Json(object)).into_response()
        }
        Err(refused) => refused,
    }
}
