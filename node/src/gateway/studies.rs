//! Studies held here: list, show, import, export.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dokuei_dicom::deid::Options;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::attaching::Attach;
use crate::service::export::NewExport;

/// A path on the node's own machine.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LocalPath {
    #[schema(value_type = String)]
    pub(super) path: PathBuf,
}

/// The studies that the one who is signed in may see.
#[utoipa::path(
    get,
    path = "/studies",
    responses((status = 200, description = "As it is now", body = Vec<shapes::studies::StudySummary>))
)]
pub(crate) async fn list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.studies(&session)).await.map(Json)
}

/// A study with its series.
#[utoipa::path(
    get,
    path = "/studies/{uid}",
    responses((status = 200, description = "As it is now", body = shapes::studies::Study))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(uid): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.study(&session, &uid))
        .await
        .map(Json)
}

/// Imports what lies on the node's own machine, in a job: staff may do this without seeing any image.
#[utoipa::path(
    post,
    path = "/studies/import",
    request_body = LocalPath,
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn import(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<LocalPath>,
) -> (StatusCode, Json<Value>) {
    let job = gateway.node.start_import(body.path);
    (StatusCode::ACCEPTED, Json(json!({"job": job.id()})))
}

/// Writes it into a folder of the node's own machine, in a job.
#[utoipa::path(
    post,
    path = "/studies/{uid}/export",
    request_body = NewExport,
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn export(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(uid): Path<String>,
    Body(body): Body<NewExport>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_export(&session, uid, body)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// Takes a picture, document or model, and whose it is, in a job.
#[utoipa::path(
    post,
    path = "/studies/attach",
    request_body = Attach,
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn attach(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<Attach>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_attach(body)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// Makes the same study under a pseudonym, beside it, in a job.
#[utoipa::path(
    post,
    path = "/studies/{uid}/pseudonymise",
    request_body = shapes::studies::PseudonymOptions,
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn pseudonymise(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(uid): Path<String>,
    Body(body): Body<Options>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_pseudonymise(&session, &uid, body)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}
