//! `GET /health` on loopback.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use axum::extract::State as Shared;
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::state::State;

/// Starts serving and tells where.
pub(crate) async fn serve(address: SocketAddr, state: watch::Receiver<State>) -> Result<SocketAddr> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot serve health at {address}; choose another port with --health"))?;
    let bound = listener.local_addr()?;
    let app = Router::new().route("/health", get(health)).with_state(state);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            tracing::error!(%error, "health is not served any more");
        }
    });
    Ok(bound)
}

async fn health(Shared(state): Shared<watch::Receiver<State>>) -> Json<State> {
    Json(state.borrow().clone())
}
