//! Routes about credentials.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dokuei_identity::time::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Api, answer, pem, problem, work};
use crate::credentials::act::Act;
use crate::credentials::issue::Order;
use crate::credentials::perform::Done;
use crate::failure::Failure;
use crate::journal::{Credential, Kind};
use crate::operators::Actor;
use crate::registry::Registry;

/// The most credentials in one answer.
const PAGE: usize = 200;

/// `GET /credentials`
pub(super) async fn all(State(api): State<Arc<Api>>) -> Response {
    let registry = api.registry();
    let now = registry.time();
    let views = registry.register().credentials.iter().map(|one| one.view(now));
    Json(views.collect::<Vec<_>>()).into_response()
}

/// What `GET /credentials/search` looks for; all of it must fit.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    /// Part of the subject, or the beginning of the fingerprint or serial number.
    q: Option<String>,
    kind: Option<Kind>,
    standing: Option<String>,
    /// Seconds since 1970.
    expires_before: Option<u64>,
    offset: usize,
    limit: Option<usize>,
}

impl Filter {
    fn fits(&self, credential: &Credential, now: Timestamp) -> bool {
        let text = self.q.as_ref().is_none_or(|text| {
            let text = text.to_lowercase();
            credential.subject.to_lowercase().contains(&text)
                || credential.fingerprint.to_string().starts_with(&text)
                || credential.serial.to_string().starts_with(&text)
        });
        text && self.kind.is_none_or(|kind| kind == credential.kind)
            && self
                .standing
                .as_ref()
                .is_none_or(|standing| credential.state(now).as_str() == standing)
            && self
                .expires_before
                .is_none_or(|end| credential.validity.not_after < Timestamp(end))
    }
}

/// `GET /credentials/search`, the newest first.
pub(super) async fn search(State(api): State<Arc<Api>>, Query(filter): Query<Filter>) -> Response {
    let registry = api.registry();
    let now = registry.time();
    let found: Vec<&Credential> = registry
        .register()
        .credentials
        .iter()
        .rev()
        .filter(|credential| filter.fits(credential, now))
        .collect();
    let limit = filter.limit.unwrap_or(50).clamp(1, PAGE);
    let page = found.iter().skip(filter.offset).take(limit);
    let items: Vec<Value> = page.map(|credential| credential.view(now)).collect();
    Json(json!({"total": found.len(), "offset": filter.offset, "items": items})).into_response()
}

/// `GET /credentials/{fingerprint}`
pub(super) async fn one(State(api): State<Arc<Api>>, Path(name): Path<String>) -> Response {
    answer(work(api, move |registry| full(registry, &name)).await)
}

fn full(registry: &mut Registry, name: &str) -> Result<Value, Failure> {
    let credential = registry.credential(name)?;
    let mut object = credential.view(registry.time());
    object["certificate"] = match credential.kind {
        Kind::Practitioner => json!(registry.read_practitioner(&credential)?),
        Kind::Node => json!(registry.read_node(&credential)?),
    };
    object["chain"] = registry.chain(&credential)?.to_pem().into();
    Ok(object)
}

/// `GET /credentials/{fingerprint}/chain.pem`
pub(super) async fn chain(State(api): State<Arc<Api>>, Path(name): Path<String>) -> Response {
    let chain = work(api, move |registry| {
        let credential = registry.credential(&name)?;
        Ok(registry.chain(&credential)?.to_pem())
    });
    chain.await.map_or_else(|refused| refused, pem)
}

/// `POST /credentials`
pub(super) async fn issue(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Response {
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => return problem::body(&format!("the body is not understood: {error}")),
    };
    let act = Act::Issue {
        order: Box::new(order),
        application: None,
    };
    submit(api, actor, act, StatusCode::CREATED).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revocation {
    reason: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Again {
    days: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewKey {
    request: String,
    #[serde(default)]
    days: Option<u64>,
}

/// `POST /credentials/{fingerprint}/{step}`
pub(super) async fn step(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    Path((credential, step)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let (act, status) = match to_act(credential, &step, &body) {
        Ok(known) => known,
        Err(refused) => return *refused,
    };
    submit(api, actor, act, status).await
}

fn to_act(credential: String, step: &str, body: &Bytes) -> Result<(Act, StatusCode), Box<Response>> {
    Ok(match step {
        "renew" => {
            let Again { days } = read(body, "{\"days\": …}, or nothing")?;
            (Act::Renew { credential, days }, StatusCode::CREATED)
        }
        "rekey" => {
            let NewKey { request, days } = read(body, "{\"request\": PEM, \"days\": …}")?;
            let act = Act::Rekey {
                credential,
                request,
                days,
            };
            (act, StatusCode::CREATED)
        }
        "suspend" => (Act::Suspend { credential }, StatusCode::OK),
        "reinstate" => (Act::Reinstate { credential }, StatusCode::OK),
        "revoke" => {
            let Revocation { reason } = read(body, "{\"reason\": …}")?;
            (Act::Revoke { credential, reason }, StatusCode::OK)
        }
        _ => return Err(Box::new(super::nothing_here())),
    })
}

fn read<T: DeserializeOwned>(body: &Bytes, needs: &str) -> Result<T, Box<Response>> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|_| {
        Box::new(problem::body(&format!(
            "the body is not understood: it needs {needs}"
        )))
    })
}

/// Does it, or lets it wait: then the answer is 202 with `{"pending": id}`.
pub(super) async fn submit(api: Arc<Api>, actor: Actor, act: Act, status: StatusCode) -> Response {
    done(
        work(api, move |registry| registry.submit(&actor, act)).await,
        status,
    )
}

/// What came of an act, as an answer.
pub(crate) fn done(result: Result<Done, Response>, status: StatusCode) -> Response {
    match result {
        Ok(Done::Now { object, .. }) => (status, Json(object)).into_response(),
        Ok(Done::Waits { id }) => (StatusCode::ACCEPTED, Json(json!({"pending": id}))).into_response(),
        Err(refused) => refused,
    }
}
