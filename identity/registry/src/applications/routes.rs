//! Applications over the loopback API.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::decide::{self, Approval};
use super::{show, specialists};
use crate::api::{Api, answer, body, done, work};
use crate::operators::Actor;

/// The routes, to be put behind the API's guards.
pub(crate) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/applications", get(list))
        .route("/applications/{id}", get(one))
        .route("/applications/{id}/evidence/{index}", get(evidence))
        .route("/applications/{id}/approve", post(approve))
        .route("/applications/{id}/refuse", post(refuse))
        .route("/specialists", get(listed))
}

/// `GET /applications`
async fn list(State(api): State<Arc<Api>>) -> Response {
    answer(work(api, show::list).await)
}

/// `GET /applications/{id}`
async fn one(State(api): State<Arc<Api>>, Path(id): Path<String>) -> Response {
    answer(work(api, move |registry| show::one(registry, &id)).await)
}

/// `GET /applications/{id}/evidence/{index}`. The bytes come from a stranger: an image may be shown, a document is
/// only ever saved, and neither may run anything.
async fn evidence(State(api): State<Arc<Api>>, Path((id, index)): Path<(String, usize)>) -> Response {
    match work(api, move |registry| show::evidence(registry, &id, index)).await {
        Ok((media_type, name, content)) => {
            let shown = if media_type.starts_with("image/") {
                "inline"
            } else {
                "attachment"
            };
            let headers = [
                (header::CONTENT_TYPE, media_type.to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("{shown}; filename=\"{name}\""),
                ),
            ];
            (headers, content).into_response()
        }
        Err(refused) => refused,
    }
}

/// `POST /applications/{id}/approve`
async fn approve(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    content: Bytes,
) -> Response {
    let given: &[u8] = if content.is_empty() { b"{}" } else { &content };
    let Ok(approval) = serde_json::from_slice::<Approval>(given) else {
        return body(
            "the body is not understood: it needs {\"days\"?, \"qualifications\"?, \"provisional\"?}",
        );
    };
    let approved = work(api, move |registry| {
        decide::approve(registry, &actor, &id, &approval)
    });
    done(approved.await, StatusCode::CREATED)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    reason: String,
}

/// `POST /applications/{id}/refuse`
async fn refuse(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    content: Bytes,
) -> Response {
    let Ok(Refusal { reason }) = serde_json::from_slice(&content) else {
        return body("the body is not understood: it needs {\"reason\": …}");
    };
    let refused = work(api, move |registry| {
        Ok(json!({"refused": decide::refuse(registry, &actor, &id, &reason)?}))
    });
    answer(refused.await)
}

/// `GET /specialists`
async fn listed(State(api): State<Arc<Api>>) -> Response {
    let list = work(api, |registry| Ok(json!(specialists::load(registry.layout())?)));
    answer(list.await)
}
