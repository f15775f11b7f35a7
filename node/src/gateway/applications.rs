//! Applying for certificates. Whoever runs the node may; a practitioner's application takes her passphrase as well.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::Operator;
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::service::applications::{ApplicationForm, DraftChange};
use crate::service::error::ServiceError;

/// The largest form, bytes: the most evidence in Base64, and the rest.
pub(crate) const MAX_FORM: usize = 3 << 20;

/// Bytes from outside, Base64.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    content: String,
}

/// `POST /applications/{id}/sealed`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seal {
    /// The registry's application key, hexadecimal; that of the register when it is left out.
    #[serde(default)]
    registry_key: Option<String>,
}

/// `GET /applications`: every application of this node, the newest first.
pub(crate) async fn list(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.list_applications()).await.map(Json)
}

/// `POST /applications`: makes and signs one. Nothing leaves the node yet.
pub(crate) async fn apply(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(form): Body<ApplicationForm>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let made = blocking(move || gateway.node.apply(&form)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// `GET /applications/{id}`: how it stands: `made`, `written`, `deposited`, `issued` or `refused`.
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.one_application(&id))
        .await
        .map(Json)
}

/// `DELETE /applications/{id}`: removes it from this node.
pub(crate) async fn forget(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.forget_application(&id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /applications/{id}/statement`: the bytes that an HPKI card signs.
pub(crate) async fn statement(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let bytes = blocking(move || gateway.node.application_statement(&id)).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
}

/// `PUT /applications/{id}/countersignature`: the card's detached signature over the statement (CMS, DER).
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

/// `POST /applications/{id}/sealed`: the application, sealed to the registry, to be brought there.
pub(crate) async fn write(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
    Body(seal): Body<Seal>,
) -> Result<impl IntoResponse, Problem> {
    let sealed = blocking(move || gateway.node.write_application(&id, seal.registry_key.as_deref())).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], sealed))
}

/// `POST /applications/{id}/deposit`: leaves it at a bootstrap host, as a job.
pub(crate) async fn deposit(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.deposit_application(&id)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// `POST /applications/answer`: takes the registry's answer that came as a file.
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

/// `POST /applications/look`: asks at once for what the registry decided; waits until it was asked.
pub(crate) async fn look(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    Ok(Json(gateway.node.look_for_answers().await?))
}

/// `GET /applications/draft`: what is being filled in.
pub(crate) async fn draft(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.application_draft()).await.map(Json)
}

/// `PUT /applications/draft`: keeps it, so that a page that is loaded anew goes on where it was.
pub(crate) async fn keep_draft(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(change): Body<DraftChange>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.keep_application_draft(&change)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /applications/draft`
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
