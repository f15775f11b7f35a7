//! How the house runs this node: what is due, what its people sign about it, and the papers of it.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dokuei_governance::statement::Statement;
use serde_json::Value;

use super::auth::{Known, Operator};
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::governance::{PaperFormat, Wanted};

/// What is due on this node, and whether an incident is open.
#[utoipa::path(
    get,
    path = "/governance",
    responses((status = 200, description = "As it is now", body = shapes::governance::Governance))
)]
pub(crate) async fn show(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.governance()).await.map(Json)
}

/// What is due of whoever is signed in, and her duties.
#[utoipa::path(
    get,
    path = "/governance/me",
    responses((status = 200, description = "As it is now", body = shapes::governance::Mine))
)]
pub(crate) async fn mine(
    State(gateway): State<Gateway>,
    Known(session): Known,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.my_governance(&session))
        .await
        .map(Json)
}

/// Who has which role and which duties.
#[utoipa::path(
    get,
    path = "/governance/roles",
    responses((status = 200, description = "As it is now", body = shapes::governance::Roles))
)]
pub(crate) async fn roles(State(gateway): State<Gateway>, _: Known) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.roles()).await.map(Json)
}

/// The points of the self-inspection.
#[utoipa::path(
    get,
    path = "/governance/checklist",
    responses((status = 200, description = "The checklist", body = shapes::governance::Checklist))
)]
pub(crate) async fn checklist(State(gateway): State<Gateway>, _: Known) -> Json<Value> {
    Json(gateway.node.checklist())
}

/// The next version of a document, filled in as far as the house is known: `management`, `security`, `incident`, or
/// `pledge` for the pledge of confidentiality.
#[utoipa::path(
    post,
    path = "/governance/drafts/{kind}",
    request_body = shapes::governance::Wanted,
    responses((status = 200, description = "The text to look over and to sign", body = shapes::governance::Draft))
)]
pub(crate) async fn draft(
    State(gateway): State<Gateway>,
    _: Known,
    Path(kind): Path<String>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.draft_paper(&kind, wanted))
        .await
        .map(Json)
}

/// Every record, the newest first.
#[utoipa::path(
    get,
    path = "/governance/records",
    responses((status = 200, description = "The records", body = Vec<shapes::governance::Record>))
)]
pub(crate) async fn records(State(gateway): State<Gateway>, _: Known) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.records()).await.map(Json)
}

/// Every case that is kept here: until when its records and images must be kept, by which rule, and what holds it.
#[utoipa::path(
    get,
    path = "/governance/retention",
    responses((status = 200, description = "As it is now", body = shapes::governance::Retention))
)]
pub(crate) async fn retention(State(gateway): State<Gateway>, _: Known) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.retention()).await.map(Json)
}

/// Signs a statement with the key of whoever is signed in. `record` says which kind it is.
#[utoipa::path(
    post,
    path = "/governance/records",
    request_body = shapes::governance::Statement,
    responses((status = 201, description = "Signed and kept", body = shapes::governance::Record))
)]
pub(crate) async fn attest(
    State(gateway): State<Gateway>,
    Known(session): Known,
    Body(statement): Body<Statement>,
) -> Result<impl IntoResponse, Problem> {
    let record = blocking(move || gateway.node.attest(&session, statement)).await?;
    Ok((StatusCode::CREATED, Json(record)))
}

/// A record as a paper.
#[utoipa::path(
    get,
    path = "/governance/records/{id}/paper.pdf",
    responses((status = 200, description = "PDF/A", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn paper(
    State(gateway): State<Gateway>,
    _: Known,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let pdf = blocking(move || gateway.node.record_paper(&id)).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf))
}

/// The records as a table: `records`, or the answers of the `inspections`.
#[utoipa::path(
    get,
    path = "/governance/tables/{which}",
    params(("which" = String, Path, description = "`records` or `inspections`")),
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv; charset=utf-8"))
)]
pub(crate) async fn table(
    State(gateway): State<Gateway>,
    Known(session): Known,
    Path(which): Path<PaperFormat>,
) -> Result<impl IntoResponse, Problem> {
    let text = blocking(move || gateway.node.records_table(&session, which)).await?;
    let name = "attachment; filename=\"dokuei-governance.csv\"";
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CONTENT_DISPOSITION, name),
        ],
        text,
    ))
}
