//! The register as it is here: what is known, a newer one from a file, and evidence against the registry.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::Value;

use super::auth::Operator;
use super::body::Body;
use super::problem::Problem;
use super::studies::LocalPath;
use super::{Gateway, blocking};

/// `GET /register`
pub(crate) async fn show(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.register_view()).await.map(Json)
}

/// `POST /register/import`: the file lies on the node's own machine.
pub(crate) async fn import(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<LocalPath>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.import_register(&body.path))
        .await
        .map(Json)
}

/// `GET /register/evidence/{id}`: the file for the operator.
pub(crate) async fn evidence(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let file = blocking(move || gateway.node.evidence_file(&id)).await?;
    let name = "attachment; filename=\"register-evidence.cbor\"";
    Ok((
        [
            (header::CONTENT_TYPE, "application/cbor"),
            (header::CONTENT_DISPOSITION, name),
        ],
        file,
    ))
}
