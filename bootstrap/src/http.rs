//! What is served by HTTP on loopback: health, the register as plain files, and the drop box for the registry. A proxy
//! may publish it.

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

use crate::drop_box::collect::{self, Collector};
use crate::register::Mirror;
use crate::state::State;

/// What is served.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) state: watch::Receiver<State>,
    pub(crate) mirror: Option<Arc<Mirror>>,
    pub(crate) collector: Option<Arc<Collector>>,
}

/// Starts serving and tells where.
pub(crate) async fn serve(address: SocketAddr, served: Served) -> Result<SocketAddr> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot serve health at {address}; choose another port with --health"))?;
    let bound = listener.local_addr()?;
    let app = Router::new()
        .route("/health", get(health))
        .route("/register/{*path}", get(register))
        .route("/drop-box/collect", post(collect))
        .layer(DefaultBodyLimit::max(collect::MAX_REQUEST))
        .with_state(served);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            tracing::error!(%error, "nothing is served by HTTP any more");
        }
    });
    Ok(bound)
}

async fn health(Shared(served): Shared<Served>) -> Json<State> {
    Json(served.state.borrow().clone())
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
