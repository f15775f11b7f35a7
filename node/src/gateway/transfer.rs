//! What waits for other nodes, how much of the line images may take, and ending a transfer.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::rates::Transfer;

/// Why a transfer is cancelled.
#[derive(Deserialize)]
pub(crate) struct Cancelling {
    reason: String,
}

/// `GET /outbox`
pub(crate) async fn outbox(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.outbox()).await.map(Json)
}

/// `GET /bandwidth`
pub(crate) async fn bandwidth(State(gateway): State<Gateway>, _: Operator) -> Json<Value> {
    Json(gateway.node.bandwidth())
}

/// `PUT /bandwidth`: holds from now on, for what is under way too.
pub(crate) async fn set_bandwidth(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(limits): Body<Transfer>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.set_bandwidth(Some(limits)))
        .await
        .map(Json)
}

/// `DELETE /bandwidth`: the settings file holds again.
pub(crate) async fn reset_bandwidth(
    State(gateway): State<Gateway>,
    _: Operator,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.set_bandwidth(None)).await.map(Json)
}

/// `POST /cases/{id}/cancel-transfer`
pub(crate) async fn cancel(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<Cancelling>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.cancel_transfer(&session, &id, body.reason))
        .await
        .map(Json)
}

/// `POST /cases/{id}/send-again`: seals anew in a job.
pub(crate) async fn send_again(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let case = id.clone();
    let job = blocking(move || gateway.node.send_again(&session, &id)).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(json!({"case_id": case, "job": job.id()})),
    ))
}
