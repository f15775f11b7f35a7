//! Studies held here: list, show, import, export.

use std::path::PathBuf;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};

/// A path on the node's own machine.
#[derive(Deserialize)]
pub(crate) struct LocalPath {
    pub(super) path: PathBuf,
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
    Body(body): Body<LocalPath>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_export(&session, uid, body.path)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}
