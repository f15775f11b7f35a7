//! The register as it is here: what is known, a newer one from a file, and evidence against the registry.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::Value;

use super::auth::{Operating, Operator};
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::studies::LocalPath;
use super::{Gateway, blocking, shapes};

/// The register as it is here, and evidence against the registry.
#[utoipa::path(
    get,
    path = "/register",
    responses((status = 200, description = "As it is now", body = shapes::register::Register))
)]
pub(crate) async fn show(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.register_view()).await.map(Json)
}

/// A newer register, from a file that lies on the node's own machine.
#[utoipa::path(
    post,
    path = "/register/import",
    request_body = LocalPath,
    responses((status = 200, description = "As it is now", body = shapes::register::RegisterImported))
)]
pub(crate) async fn import(
    State(gateway): State<Gateway>,
    _: Operating,
    Body(body): Body<LocalPath>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.import_register(&body.path))
        .await
        .map(Json)
}

/// A piece of evidence as a file that anybody can verify.
#[utoipa::path(
    get,
    path = "/register/evidence/{id}",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/cbor"))
)]
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
