//! Idempotency keys (draft-ietf-httpapi-idempotency-key-header): whoever does not know whether a request arrived sends it
//! again with the same key, and what was done is not done twice.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use serde_json::{Map, Value};

use super::auth::{Actor, Known, SignedIn};
use super::problem::Problem;
use super::routes::CHANGES_NOTHING;
use super::{Gateway, MAX_BODY, blocking};
use crate::service::codes::Code;
use crate::service::error::ServiceError;
use crate::service::repeats::{KeptAnswer, MAX_ANSWER, Request as Repeatable, Turn};

/// The key, as the one who asks chose it.
const KEY: &str = "idempotency-key";
/// Told with an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key, characters.
const MAX_KEY: usize = 128;

/// What takes no key: secrets go in or out there, and none is kept beyond its answer.
const SECRET: [&str; 5] = ["/session", "/security", "/setup", "/recovery", "/applications"];

/// Acts that are confirmed by passphrase and second factor: of what is asked with a key a hash is kept, and in it is nothing
/// by which either could be guessed.
const CONFIRMED: [&str; 6] = [
    "/cases/{id}/report",
    "/cases/{id}/amend",
    "/cases/{id}/reconciliations",
    "/cases/{id}/co-signatures",
    "/hand-over",
    "/hand-over/taken",
];

/// By what such an act is confirmed.
const CONFIRMATION: [&str; 2] = ["passphrase", "second_factor"];

tokio::task_local! {
    /// The request that is being done.
    static ASKED: Repeatable;
}

/// The request with a key for which this task works.
pub(super) fn asked() -> Option<Repeatable> {
    ASKED.try_with(Clone::clone).ok()
}

/// Lets a request with a key pass once.
pub(super) async fn once(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let secret = SECRET.iter().any(|one| path.starts_with(one));
    let none = secret || is_one_of(&request, &CHANGES_NOTHING);
    if request.method() != Method::POST || none || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match turn(&gateway, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// Whether it is of one of these routes. What only asks may be asked again as it is, and what is answered about patients is
/// not kept.
fn is_one_of(request: &Request, routes: &[&str]) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    route.is_some_and(|route| {
        let path = route.as_str();
        routes.contains(&path.strip_prefix("/api/v1").unwrap_or(path))
    })
}

async fn turn(gateway: &Gateway, request: Request, next: Next) -> Result<Response, Problem> {
    let key = key_of(request.headers())?;
    let confirmed = is_one_of(&request, &CONFIRMED);
    let (mut parts, body) = request.into_parts();
    // Whoever is not let in is refused by the handler, in its own way.
    let actor = Actor::from_request_parts(&mut parts, gateway).await;
    let Ok(Actor(person)) = actor else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| too_large())?;
    let said = if confirmed {
        unconfirmed(&body)
    } else {
        body.clone()
    };
    let digest = digest_of(&parts.uri.to_string(), &said);
    let asked = Repeatable { person, key };
    let (node, run, request) = (gateway.node.clone(), *gateway.run, asked.clone());
    match blocking(move || node.turn_of(&request, &digest, &run)).await? {
        Turn::Do => {}
        Turn::Answer(answer) => {
            may_see_again(gateway, &mut parts).await?;
            let (node, path) = (gateway.node.clone(), parts.uri.path().to_owned());
            blocking(move || node.note_replay(&asked.person, &path)).await?;
            return Ok(again(answer));
        }
        Turn::Refuse(code, detail, next) => {
            let status = match code {
                Code::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::CONFLICT,
            };
            return Err(Problem::new(status, code, detail, next));
        }
    }
    let request = Request::from_parts(parts, Body::from(body));
    let node = gateway.node.clone();
    // To its end, also when whoever asked is gone meanwhile: else its key would stay reserved.
    let work = async move {
        // In a task of its own, so that a handler that panics leaves no key reserved.
        let doing = tokio::spawn(ASKED.scope(asked.clone(), next.run(request)));
        let response = doing
            .await
            .unwrap_or_else(|_| Problem::from(ServiceError::Interrupted).into_response());
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let answer = parts
            .status
            .is_success()
            .then(|| kept(parts.status, &parts.headers, &body));
        let settled = blocking(move || node.settle_request(&asked, answer.as_ref())).await;
        if settled.is_err() {
            // What was done is answered all the same; the key stays reserved until it is forgotten.
            tracing::error!("what was answered to a request with an idempotency key could not be kept");
        }
        Response::from_parts(parts, Body::from(body))
    };
    tokio::spawn(work)
        .await
        .map_err(|_| Problem::from(ServiceError::Interrupted))
}

/// What was answered is about patients, except below `/governance`: shown again only to whoever may still work with them.
/// The user who runs the node has no session, and was only ever answered what needs none.
async fn may_see_again(gateway: &Gateway, parts: &mut Parts) -> Result<(), Problem> {
    let of_the_house = parts.uri.path().starts_with("/governance/");
    if of_the_house || Known::from_request_parts(parts, gateway).await.is_err() {
        return Ok(());
    }
    SignedIn::from_request_parts(parts, gateway).await.map(|_| ())
}

/// A key is a string of visible ASCII, with or without the quotes of a structured field (RFC 9651).
fn key_of(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(KEY).iter();
    let value = values
        .next()
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let key = value
        .strip_prefix('"')
        .and_then(|key| key.strip_suffix('"'))
        .unwrap_or(value);
    let fits = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fits && values.next().is_none() {
        return Ok(key.to_owned());
    }
    Err(Problem::new(
        StatusCode::BAD_REQUEST,
        Code::BadKey,
        "an idempotency key is one string of 1 to 128 visible characters",
        "send such a key, a UUID for example",
    ))
}

/// What is asked, without what confirms it. What is no JSON object is refused by the handler, and its hash is of nothing.
fn unconfirmed(body: &Bytes) -> Bytes {
    let mut said: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    said.retain(|name, _| !CONFIRMATION.contains(&name.as_str()));
    Bytes::from(Value::Object(said).to_string())
}

fn digest_of(address: &str, body: &Bytes) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(address.as_bytes()).update(&[0]).update(body);
    *hasher.finalize().as_bytes()
}

fn kept(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> KeptAnswer {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    KeptAnswer {
        status: status.as_u16(),
        media_type: media_type.unwrap_or_default().to_owned(),
        // What is too large is not kept, and known to be so by its length.
        body: body.slice(..body.len().min(MAX_ANSWER + 1)).to_vec(),
    }
}

fn again(answer: KeptAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    match HeaderValue::from_str(&answer.media_type) {
        Ok(kind) if !kind.is_empty() => headers.insert(header::CONTENT_TYPE, kind),
        _ => headers.remove(header::CONTENT_TYPE),
    };
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        Code::BodyTooLarge,
        "the request is larger than this node takes",
        "send less",
    )
}
