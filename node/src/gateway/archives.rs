//! What goes to the archives of the house by DICOM: asked for, shown, cancelled.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};

/// How the audit log names whoever runs the node.
const OPERATOR: &str = "operator";

/// Where something is sent.
#[derive(Deserialize)]
pub(crate) struct Destination {
    /// AE title of the archive.
    to: String,
}

/// `GET /archives`
pub(crate) async fn list(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.archives()).await.map(Json)
}

/// `POST /archives/{aet}/echo`
pub(crate) async fn echo(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(aet): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.echo_archive(&aet)).await.map(Json)
}

/// `POST /studies/{uid}/send`: queued, and sent as soon as the archive takes it.
pub(crate) async fn send_study(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(uid): Path<String>,
    Body(body): Body<Destination>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let view = blocking(move || gateway.node.send_study(&session, &uid, &body.to)).await?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}

/// `POST /cases/{id}/send-report`
pub(crate) async fn send_report(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<Destination>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let view = blocking(move || gateway.node.send_report(&session, &id, &body.to)).await?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}

/// `GET /dispatches`
pub(crate) async fn dispatches(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.dispatches()).await.map(Json)
}

/// `GET /dispatches/{id}`
pub(crate) async fn dispatch(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.dispatch(&id)).await.map(Json)
}

/// `POST /dispatches/{id}/cancel`
pub(crate) async fn cancel(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.cancel_dispatch(OPERATOR, &id))
        .await
        .map(Json)
}

/// `POST /dispatches/{id}/again`
pub(crate) async fn again(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.renew_dispatch(OPERATOR, &id))
        .await
        .map(Json)
}
