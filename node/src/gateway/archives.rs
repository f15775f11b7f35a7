//! The archives of the house: what goes to them, what they have, and what is fetched from them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::StudyQuestion;

/// How the audit log names whoever runs the node.
const OPERATOR: &str = "operator";

/// Where something is sent.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Destination {
    /// AE title of the archive.
    to: String,
}

/// The archives of the house.
#[utoipa::path(
    get,
    path = "/archives",
    responses((status = 200, description = "As it is now", body = Vec<shapes::archives::Archive>))
)]
pub(crate) async fn list(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.archives()).await.map(Json)
}

/// Whether one answers.
#[utoipa::path(
    post,
    path = "/archives/{aet}/echo",
    responses((status = 200, description = "As it is now", body = shapes::archives::Echo))
)]
pub(crate) async fn echo(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(aet): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.echo_archive(&aet)).await.map(Json)
}

/// The studies that it has.
#[utoipa::path(
    post,
    path = "/archives/{aet}/find",
    request_body = StudyQuestion,
    responses((status = 200, description = "As it is now", body = shapes::archives::FoundStudies))
)]
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
#[derive(Deserialize, ToSchema)]
#[schema(as = StudyToFetch)]
pub(crate) struct Wanted {
    study_instance_uid: String,
}

/// Fetches one, in a job.
#[utoipa::path(
    post,
    path = "/archives/{aet}/fetch",
    request_body = Wanted,
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn fetch(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(aet): Path<String>,
    Body(body): Body<Wanted>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_fetch(&session, &aet, &body.study_instance_uid)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// Ends a fetch.
#[utoipa::path(post, path = "/fetches/{job}/cancel", responses((status = 204, description = "Done")))]
pub(crate) async fn cancel_fetch(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(job): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.cancel_fetch(&session, &job)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Queued, and sent as soon as the archive takes it.
#[utoipa::path(
    post,
    path = "/studies/{uid}/send",
    request_body = Destination,
    responses((status = 202, description = "As it is now", body = shapes::archives::Dispatch))
)]
pub(crate) async fn send_study(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(uid): Path<String>,
    Body(body): Body<Destination>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let view = blocking(move || gateway.node.send_study(&session, &uid, &body.to)).await?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}

/// The newest report, queued likewise.
#[utoipa::path(
    post,
    path = "/cases/{id}/send-report",
    request_body = Destination,
    responses((status = 202, description = "As it is now", body = shapes::archives::Dispatch))
)]
pub(crate) async fn send_report(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<Destination>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let view = blocking(move || gateway.node.send_report(&session, &id, &body.to)).await?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}

/// What is on its way to archives, or was.
#[utoipa::path(
    get,
    path = "/dispatches",
    responses((status = 200, description = "As it is now", body = Vec<shapes::archives::Dispatch>))
)]
pub(crate) async fn dispatches(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.dispatches()).await.map(Json)
}

/// One of them.
#[utoipa::path(
    get,
    path = "/dispatches/{id}",
    responses((status = 200, description = "As it is now", body = shapes::archives::Dispatch))
)]
pub(crate) async fn dispatch(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.dispatch(&id)).await.map(Json)
}

/// Takes it out of the queue.
#[utoipa::path(
    post,
    path = "/dispatches/{id}/cancel",
    responses((status = 200, description = "As it is now", body = shapes::archives::Dispatch))
)]
pub(crate) async fn cancel(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.cancel_dispatch(OPERATOR, &id))
        .await
        .map(Json)
}

/// Queues anew what failed or was cancelled.
#[utoipa::path(
    post,
    path = "/dispatches/{id}/again",
    responses((status = 200, description = "As it is now", body = shapes::archives::Dispatch))
)]
pub(crate) async fn again(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.renew_dispatch(OPERATOR, &id))
        .await
        .map(Json)
}
