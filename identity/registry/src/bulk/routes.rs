//! Bulk imports over the loopback API.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use super::jobs;
use crate::api::{Api, answer, problem_of, too_large, work};
use crate::operators::Actor;

/// The largest file, bytes: 10,000 practitioners take about 8 MiB.
const LARGEST: usize = 64 << 20;

/// The routes, to be put behind the API's guards.
pub(crate) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route(
            "/imports",
            get(list).post(store).layer(DefaultBodyLimit::max(LARGEST)),
        )
        .route("/imports/{sha256}/start", post(start))
        .route("/imports/{sha256}/stop", post(stop))
        .route("/imports/{sha256}/report", get(report))
}

/// `GET /imports`, the newest first.
async fn list(State(api): State<Arc<Api>>) -> Response {
    let jobs = Arc::clone(&api);
    answer(work(api, move |registry| jobs::list(registry, jobs.imports())).await)
}

/// `POST /imports`: the CSV file as it is.
async fn store(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    content: Result<Bytes, BytesRejection>,
) -> Response {
    let csv = match content {
        Ok(csv) => csv,
        Err(refused) => return too_large(&refused),
    };
    match work(Arc::clone(&api), move |registry| jobs::store(registry, &csv)).await {
        Ok((sha256, _)) => begin(api, actor, sha256).await,
        Err(refused) => refused,
    }
}

/// `POST /imports/{sha256}/start`: for the first time, or where it stopped.
async fn start(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    Path(sha256): Path<String>,
) -> Response {
    begin(api, actor, sha256).await
}

async fn begin(api: Arc<Api>, actor: Actor, sha256: String) -> Response {
    let (asker, name) = (actor.clone(), sha256.clone());
    let asked = work(Arc::clone(&api), move |registry| {
        jobs::ask(registry, &asker, &name)
    });
    match asked.await {
        Ok(Some(pending)) => (
            StatusCode::ACCEPTED,
            Json(json!({"sha256": sha256, "pending": pending})),
        )
            .into_response(),
        Ok(None) => {
            if let Err(failure) = api.imports().begin(&sha256) {
                return problem_of(&failure);
            }
            let name = sha256.clone();
            tokio::task::spawn_blocking(move || {
                api.imports().carry_out(&|| api.registry(), &actor, &name);
            });
            (StatusCode::ACCEPTED, Json(json!({"sha256": sha256}))).into_response()
        }
        Err(refused) => refused,
    }
}

/// `POST /imports/{sha256}/stop`: after the present batch.
async fn stop(State(api): State<Arc<Api>>, Path(sha256): Path<String>) -> Response {
    api.imports().stop();
    Json(json!({"sha256": sha256})).into_response()
}

/// `GET /imports/{sha256}/report`
async fn report(State(api): State<Arc<Api>>, Path(sha256): Path<String>) -> Response {
    match work(api, move |registry| jobs::report(registry.layout(), &sha256)).await {
        Ok(csv) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"report.csv\""),
            ];
            (headers, csv).into_response()
        }
        Err(refused) => refused,
    }
}
