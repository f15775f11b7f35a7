//! The archives of the house: what goes to them, what they have, and what is fetched from them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::service::StudyQuestion;

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

/// `POST /archives/{aet}/find`: the studies that it has.
pub(crate) async fn find(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(aet): Path<String>,
    Body(question): Body<StudyQuestion>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.ask_archive(&session, &aet, question))
        .await
        .map(Json)
}

/// What is fetched.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    study_instance_uid: String,
}

/// `POST /archives/{aet}/fetch`
pub(crate) async fn fetch(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(aet): Path<String>,
    Body(body): Body<Wanted>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_fetch(&session, &aet, &body.study_instance_uid)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// `POST /fetches/{job}/cancel`
pub(crate) async fn cancel_fetch(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(job): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.cancel_fetch(&session, &job)).await?;
    Ok(StatusCode::NO_CONTENT)
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
