//! What waits for other nodes, how much of the line images may take, and ending a transfer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::auth::{Operating, Operator, SignedIn};
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::rates::Transfer;

/// Why a transfer is cancelled.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Cancelling {
    reason: String,
}

/// Everything that waits for other nodes: no names of patients, no contents.
#[utoipa::path(
    get,
    path = "/outbox",
    responses((status = 200, description = "As it is now", body = Vec<shapes::node::OutboxEntry>))
)]
pub(crate) async fn outbox(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.outbox()).await.map(Json)
}

/// How much of the line images may take.
#[utoipa::path(
    get,
    path = "/bandwidth",
    responses((status = 200, description = "As it is now", body = shapes::node::Bandwidth))
)]
pub(crate) async fn bandwidth(State(gateway): State<Gateway>, _: Operator) -> Json<Value> {
    Json(gateway.node.bandwidth())
}

/// Holds from now on, for what is under way too.
#[utoipa::path(
    put,
    path = "/bandwidth",
    request_body = Transfer,
    responses((status = 200, description = "As it is now", body = shapes::node::Bandwidth))
)]
pub(crate) async fn set_bandwidth(
    State(gateway): State<Gateway>,
    _: Operating,
    Body(limits): Body<Transfer>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.set_bandwidth(Some(limits)))
        .await
        .map(Json)
}

/// The settings file holds again.
#[utoipa::path(
    delete,
    path = "/bandwidth",
    responses((status = 200, description = "As it is now", body = shapes::node::Bandwidth))
)]
pub(crate) async fn reset_bandwidth(
    State(gateway): State<Gateway>,
    _: Operating,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.set_bandwidth(None)).await.map(Json)
}

/// Ends the transfer of a study; either side may.
#[utoipa::path(
    post,
    path = "/cases/{id}/cancel-transfer",
    request_body = Cancelling,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
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

/// Seals anew, in a job.
#[utoipa::path(
    post,
    path = "/cases/{id}/send-again",
    responses((status = 202, description = "As it is now", body = shapes::BegunCase))
)]
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
