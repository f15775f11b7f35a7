//! Applying for certificates. Whoever runs the node may; a practitioner's application takes her passphrase as well.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::auth::Operator;
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::applications::{ApplicationForm, DraftChange};
use crate::service::error::ServiceError;

/// The largest form, bytes: the most evidence in Base64, and the rest.
pub(crate) const MAX_FORM: usize = 3 << 20;

/// Bytes from outside, Base64.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    content: String,
}

/// `POST /applications/{id}/sealed`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seal {
    /// The registry's application key, hexadecimal; that of the register when it is left out.
    #[serde(default)]
    registry_key: Option<String>,
}

/// Every application of this node, the newest first.
#[utoipa::path(
    get,
    path = "/applications",
    responses((status = 200, description = "As it is now", body = Vec<shapes::setup::ApplicationView>))
)]
pub(crate) async fn list(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.list_applications()).await.map(Json)
}

/// Makes and signs one. Nothing leaves the node yet.
#[utoipa::path(
    post,
    path = "/applications",
    request_body = ApplicationForm,
    responses((status = 201, description = "As it is now", body = shapes::setup::ApplicationView))
)]
pub(crate) async fn apply(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(form): Body<ApplicationForm>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let made = blocking(move || gateway.node.apply(&form)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// How it stands.
#[utoipa::path(
    get,
    path = "/applications/{id}",
    responses((status = 200, description = "As it is now", body = shapes::setup::ApplicationView))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.one_application(&id))
        .await
        .map(Json)
}

/// Removes it from this node.
#[utoipa::path(delete, path = "/applications/{id}", responses((status = 204, description = "Done")))]
pub(crate) async fn forget(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.forget_application(&id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The bytes that an HPKI card signs.
#[utoipa::path(
    get,
    path = "/applications/{id}/statement",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"))
)]
pub(crate) async fn statement(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let bytes = blocking(move || gateway.node.application_statement(&id)).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
}

/// The card's detached signature over the statement (CMS, DER).
#[utoipa::path(
    put,
    path = "/applications/{id}/countersignature",
    request_body = Content,
    responses((status = 200, description = "As it is now", body = shapes::setup::ApplicationView))
)]
pub(crate) async fn countersign(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
    Body(body): Body<Content>,
) -> Result<Json<Value>, Problem> {
    let cms = body.decode()?;
    blocking(move || gateway.node.countersign_application(&id, cms))
        .await
        .map(Json)
}

/// The application, sealed to the registry, to be brought there.
#[utoipa::path(
    post,
    path = "/applications/{id}/sealed",
    request_body = Seal,
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"))
)]
pub(crate) async fn write(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
    Body(seal): Body<Seal>,
) -> Result<impl IntoResponse, Problem> {
    let sealed = blocking(move || gateway.node.write_application(&id, seal.registry_key.as_deref())).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], sealed))
}

/// Leaves it at a bootstrap host, as a job.
#[utoipa::path(
    post,
    path = "/applications/{id}/deposit",
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn deposit(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.deposit_application(&id)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// Takes the registry's answer that came as a file.
#[utoipa::path(
    post,
    path = "/applications/answer",
    request_body = Content,
    responses((status = 200, description = "As it is now", body = shapes::setup::ApplicationView))
)]
pub(crate) async fn answer(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<Content>,
) -> Result<Json<Value>, Problem> {
    let sealed = body.decode()?;
    blocking(move || gateway.node.take_answer(&sealed))
        .await
        .map(Json)
}

/// Asks at once for what the registry decided; waits until it was asked.
#[utoipa::path(
    post,
    path = "/applications/look",
    responses((status = 200, description = "As it is now", body = shapes::setup::LookedFor))
)]
pub(crate) async fn look(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    Ok(Json(gateway.node.look_for_answers().await?))
}

/// What is being filled in.
#[utoipa::path(
    get,
    path = "/applications/draft",
    responses((status = 200, description = "As it is now", body = shapes::setup::KeptDraft))
)]
pub(crate) async fn draft(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.application_draft()).await.map(Json)
}

/// Keeps it, so that a page that is loaded anew goes on where it was.
#[utoipa::path(
    put,
    path = "/applications/draft",
    request_body = DraftChange,
    responses((status = 204, description = "Done"))
)]
pub(crate) async fn keep_draft(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(change): Body<DraftChange>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.keep_application_draft(&change)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets it.
#[utoipa::path(delete, path = "/applications/draft", responses((status = 204, description = "Done")))]
pub(crate) async fn drop_draft(State(gateway): State<Gateway>, _: Operator) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.drop_application_draft()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Content {
    fn decode(&self) -> Result<Vec<u8>, Problem> {
        BASE64
            .decode(&self.content)
            .map_err(|error| ServiceError::field("content", error).into())
    }
}
