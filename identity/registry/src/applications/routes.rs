//! Applications over the loopback API.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use dokuei_identity::application::MAX_SEALED;
use serde::Deserialize;
use serde_json::json;

use super::decide::{self, Approval};
use super::inbox::Inbox;
use super::{collect, receive, show, specialists};
use crate::api::{Api, answer, aside, body, done, problem_of, too_large, work};
use crate::bootstraps;
use crate::operators::Actor;

/// The routes, to be put behind the API's guards.
pub(crate) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route(
            "/applications",
            get(list)
                .post(receive_one)
                .layer(DefaultBodyLimit::max(MAX_SEALED)),
        )
        .route("/applications/search", get(search))
        .route("/applications/collect", post(collect_all))
        .route("/applications/{id}", get(one))
        .route("/applications/{id}/evidence/{index}", get(evidence))
        .route("/applications/{id}/approve", post(approve))
        .route("/applications/{id}/refuse", post(refuse))
        .route(
            "/specialists",
            get(listed)
                .post(import)
                .layer(DefaultBodyLimit::max(specialists::LARGEST)),
        )
        .route("/specialists/search", get(search_specialists))
}

/// `GET /applications`
async fn list(State(api): State<Arc<Api>>) -> Response {
    answer(work(api, show::list).await)
}

/// `GET /applications/search`, the newest first.
async fn search(State(api): State<Arc<Api>>, Query(filter): Query<show::Filter>) -> Response {
    answer(work(api, move |registry| show::search(registry, &filter)).await)
}

/// `POST /applications`: the sealed file as it is.
async fn receive_one(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    content: Result<Bytes, BytesRejection>,
) -> Response {
    let sealed = match content {
        Ok(sealed) => sealed,
        Err(refused) => return too_large(&refused),
    };
    let taken = work(api, move |registry| {
        let inbox = Inbox::open(registry)?;
        receive::take(registry, &actor, &inbox, (&sealed, None))
    });
    match taken.await {
        Ok(one) if one["new"] == true => (StatusCode::CREATED, Json(one)).into_response(),
        other => answer(other),
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Where {
    url: Option<String>,
}

/// `POST /applications/collect`: one bootstrap that cannot be asked keeps no other from being asked.
async fn collect_all(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    content: Bytes,
) -> Response {
    let given: &[u8] = if content.is_empty() { b"{}" } else { &content };
    let Ok(Where { url }) = serde_json::from_slice(given) else {
        return body("the body is not understood: it needs {\"url\"?}");
    };
    let urls = match bootstraps::chosen(url, api.bootstraps()) {
        Ok(urls) => urls,
        Err(failure) => return problem_of(&failure),
    };
    let collected = aside(move || {
        let open = || api.registry();
        let each = urls.iter().map(|url| match collect::collect(&open, &actor, url) {
            Ok(mut object) => {
                object["url"] = url.clone().into();
                object
            }
            Err(failure) => json!({"url": url, "code": failure.code(), "detail": failure.to_string()}),
        });
        Ok(each.collect())
    });
    answer(collected.await)
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

/// `GET /specialists/search`
async fn search_specialists(
    State(api): State<Arc<Api>>,
    Query(filter): Query<specialists::Filter>,
) -> Response {
    answer(
        work(api, move |registry| {
            specialists::search(registry.layout(), &filter)
        })
        .await,
    )
}

/// `POST /specialists`: the CSV file as it is.
async fn import(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    content: Result<Bytes, BytesRejection>,
) -> Response {
    let csv = match content {
        Ok(csv) => csv,
        Err(refused) => return too_large(&refused),
    };
    let imported = work(api, move |registry| {
        Ok(json!({"imported": specialists::take(registry, &actor, &csv)?}))
    });
    answer(imported.await)
}

/// `GET /specialists`
async fn listed(State(api): State<Arc<Api>>) -> Response {
    let list = work(api, |registry| Ok(json!(specialists::load(registry.layout())?)));
    answer(list.await)
}
