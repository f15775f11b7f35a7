//! Studies held here: list, show, import, export.

use std::path::PathBuf;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use dokuei_dicom::deid::Options;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::service::attaching::Attach;

/// A path on the node's own machine.
#[derive(Deserialize)]
pub(crate) struct LocalPath {
    pub(super) path: PathBuf,
}

/// Where a study is exported to.
#[derive(Deserialize)]
pub(crate) struct Exporting {
    path: PathBuf,
    /// As a medium: with a DICOMDIR.
    #[serde(default)]
    dicomdir: bool,
}

/// `GET /studies`
pub(crate) async fn list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.studies(&session)).await.map(Json)
}

/// `GET /studies/{uid}`
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(uid): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.study(&session, &uid))
        .await
        .map(Json)
}

/// `POST /studies/import`: staff may do this without seeing any image.
pub(crate) async fn import(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<LocalPath>,
) -> (StatusCode, Json<Value>) {
    let job = gateway.node.start_import(body.path);
    (StatusCode::ACCEPTED, Json(json!({"job": job.id()})))
}

/// `POST /studies/{uid}/export`
pub(crate) async fn export(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(uid): Path<String>,
    Body(body): Body<Exporting>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_export(&session, uid, body.path, body.dicomdir)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// `POST /studies/attach`: a picture, document or model, and whose it is.
pub(crate) async fn attach(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<Attach>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_attach(body)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// `POST /studies/{uid}/pseudonymise`: the same study under a pseudonym, beside it.
pub(crate) async fn pseudonymise(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(uid): Path<String>,
    Body(body): Body<Options>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_pseudonymise(&session, &uid, body)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}
