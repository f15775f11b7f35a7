//! Practising with a study of nobody.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::cases::NewRequest;

/// What there is to practise with.
#[utoipa::path(
    get,
    path = "/practice",
    responses((status = 200, description = "As it is now", body = shapes::practice::Practice))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    SignedIn(_session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.practice()).await.map(Json)
}

/// Makes the practice study, in a job; the one there is stays.
#[utoipa::path(
    post,
    path = "/practice",
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn make(
    State(gateway): State<Gateway>,
    _: Operator,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_practice()).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// Deletes it, with the request about it.
#[utoipa::path(delete, path = "/practice", responses((status = 204, description = "It is done")))]
pub(crate) async fn delete(State(gateway): State<Gateway>, _: Operator) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.delete_practice()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes a request about the practice study. It is looked at as a real one is, kept here and sent to nobody; `with` names
/// nobody.
#[utoipa::path(
    post,
    path = "/practice/request",
    request_body = NewRequest,
    responses((status = 200, description = "As it is now", body = shapes::practice::Practice))
)]
pub(crate) async fn request(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewRequest>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.practise_request(&session, &body))
        .await
        .map(Json)
}
