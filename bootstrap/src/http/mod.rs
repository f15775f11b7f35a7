//! What is served by HTTP: on loopback health, the register as plain files, and the drop box for the registry, which a
//! proxy may publish; and elsewhere the metrics.

mod bounds;
mod page;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Http;
use crate::drop_box::collect::{self, Collector};
use crate::meters::{self, Meters};
use crate::register::Mirror;
use crate::state::State;

/// What is served.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) state: watch::Receiver<State>,
    pub(crate) mirror: Option<Arc<Mirror>>,
    pub(crate) collector: Option<Arc<Collector>>,
}

/// Starts serving health and what belongs to the register, and tells where.
pub(crate) async fn serve(
    address: SocketAddr,
    served: Served,
    (bounds, meters): (Http, Meters),
) -> Result<SocketAddr> {
    let app = Router::new()
        .route("/", get(page))
        .route("/health", get(health))
        .route("/register/{*path}", get(register))
        .route("/drop-box/collect", post(collect))
        .layer(DefaultBodyLimit::max(collect::MAX_REQUEST))
        .with_state(served);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot serve health at {address}; choose another port with --health"))?;
    let bound = listener.local_addr()?;
    tokio::spawn(bounds::serve(listener, app, bounds, meters));
    Ok(bound)
}

/// Starts serving metrics, and tells where.
pub(crate) async fn serve_metrics(
    address: SocketAddr,
    (bounds, meters): (Http, Meters),
) -> Result<SocketAddr> {
    let text = |Shared(meters): Shared<Meters>| async move {
        ([(header::CONTENT_TYPE, meters::CONTENT_TYPE)], meters.text())
    };
    let app = Router::new()
        .route("/metrics", get(text))
        .layer(DefaultBodyLimit::max(0))
        .with_state(meters.clone());
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot serve metrics at {address}; choose another port with --metrics"))?;
    let bound = listener.local_addr()?;
    tokio::spawn(bounds::serve(listener, app, bounds, meters));
    Ok(bound)
}

/// 200 while everything holds, so that whatever watches hosts needs to look at the status only.
fn status(state: &State) -> StatusCode {
    if state.is_healthy() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

async fn health(Shared(served): Shared<Served>) -> Response {
    let state = served.state.borrow().clone();
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status(&state), headers, Json(state)).into_response()
}

/// The same for people.
async fn page(Shared(served): Shared<Served>) -> Response {
    let state = served.state.borrow().clone();
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ];
    (status(&state), headers, page::html(&state, crate::clock::now().0)).into_response()
}

/// A file of the register. Full tiles never change; everything else does.
async fn register(Shared(served): Shared<Served>, Path(path): Path<String>) -> Response {
    let Some(mirror) = served.mirror else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let full = path.starts_with("tile/") && !path.contains(".p/");
    let read = tokio::task::spawn_blocking(move || {
        let content = if path.ends_with(".pem") || path == "checkpoint" {
            "text/plain; charset=utf-8"
        } else {
            "application/octet-stream"
        };
        mirror.file(&path).map(|bytes| (content, bytes))
    });
    let Ok(Some((content, bytes))) = read.await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if full {
        "public, max-age=604800, immutable"
    } else {
        "no-cache"
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    (headers, bytes).into_response()
}

/// Gives the registry what waits for it.
async fn collect(Shared(served): Shared<Served>, request: Bytes) -> Response {
    let Some(collector) = served.collector else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let collected = tokio::task::spawn_blocking(move || collector.collect(&request, crate::clock::now()));
    match collected.await {
        Ok(Ok(bytes)) => ([(header::CONTENT_TYPE, "application/cbor")], bytes).into_response(),
        Ok(Err(refused)) => refused.into_response(),
        Err(error) => {
            tracing::error!(%error, "collecting failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
