//! The audit trail, what was disclosed of a patient, and whether what is stored is as it was written.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::Value;

use super::auth::{Operator, SignedIn};
use super::body::{Asked, understood};
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::audit::{AuditFormat, AuditWanted, Whose};

/// Rows of the trail, the newest first; every filter may be left out.
#[utoipa::path(
    get,
    path = "/audit",
    responses((status = 200, description = "As it is now", body = shapes::audit::AuditRows)),
    params(AuditWanted)
)]
pub(crate) async fn search(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    asked: Asked<AuditWanted>,
) -> Result<Json<Value>, Problem> {
    let wanted = understood(asked)?;
    blocking(move || gateway.node.audit_search(&session, wanted))
        .await
        .map(Json)
}

/// The trail as others read it, oldest row first.
#[utoipa::path(
    get,
    path = "/audit/export/{format}",
    responses((status = 200, description = "The rows", content((String = "text/plain; charset=utf-8"), (String = "application/fhir+ndjson"), (String = "text/csv; charset=utf-8")))),
    params(("format" = AuditFormat, Path, description = "As what it is exported."), AuditWanted)
)]
pub(crate) async fn export(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(format): Path<AuditFormat>,
    asked: Asked<AuditWanted>,
) -> Result<impl IntoResponse, Problem> {
    let wanted = understood(asked)?;
    let text = blocking(move || gateway.node.audit_export(&session, format, wanted)).await?;
    let kind = match format {
        AuditFormat::Atna => "text/plain; charset=utf-8",
        AuditFormat::Fhir => "application/fhir+ndjson",
        AuditFormat::Csv => "text/csv; charset=utf-8",
    };
    Ok(([(header::CONTENT_TYPE, kind)], text))
}

/// What was disclosed of a patient, to whom, when and why.
#[utoipa::path(
    get,
    path = "/audit/disclosures",
    responses((status = 200, description = "As it is now", body = shapes::audit::Disclosures)),
    params(Whose)
)]
pub(crate) async fn disclosures(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    asked: Asked<Whose>,
) -> Result<Json<Value>, Problem> {
    let whose = understood(asked)?;
    blocking(move || gateway.node.disclosures(&session, &whose))
        .await
        .map(Json)
}

/// The same as a page that the patient is given: PDF/A, Japanese first.
#[utoipa::path(
    get,
    path = "/audit/disclosures.pdf",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/pdf")),
    params(Whose)
)]
pub(crate) async fn disclosures_pdf(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    asked: Asked<Whose>,
) -> Result<impl IntoResponse, Problem> {
    let whose = understood(asked)?;
    let pdf = blocking(move || gateway.node.disclosures_pdf(&session, &whose)).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf))
}

/// How far the trail has come on its way to the collector of the house.
#[utoipa::path(
    get,
    path = "/audit/collector",
    responses((status = 200, description = "As it is now", body = shapes::audit::Collector))
)]
pub(crate) async fn collector(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.forwarding_view()).await.map(Json)
}

/// Whether what is stored is as it was written.
#[utoipa::path(
    get,
    path = "/integrity",
    responses((status = 200, description = "As it is now", body = shapes::audit::Integrity))
)]
pub(crate) async fn integrity(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.integrity()).await.map(Json)
}
