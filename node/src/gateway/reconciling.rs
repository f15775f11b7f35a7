//! The opinion of two readers: while it is being written, and as a document.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::Value;

use super::auth::SignedIn;
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::drafts::{SavingDraft, Writing};

/// The draft of an opinion that whoever asks is writing; null when there is none.
#[utoipa::path(
    get,
    path = "/cases/{id}/reconciliation-draft",
    responses((status = 200, description = "The draft", body = shapes::reports::MaybeReportDraft))
)]
pub(crate) async fn draft_of_opinion(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.draft(&session, &id, Writing::Opinion))
        .await
        .map(Json)
}

/// Saves such a draft; refused when it was saved elsewhere since it was read.
#[utoipa::path(
    put,
    path = "/cases/{id}/reconciliation-draft",
    request_body = SavingDraft,
    responses((status = 200, description = "It is on the disk", body = shapes::reports::SavedDraft))
)]
pub(crate) async fn save_opinion_draft(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<SavingDraft>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.save_draft(&session, &id, Writing::Opinion, body))
        .await
        .map(Json)
}

/// Throws such a draft away.
#[utoipa::path(
    delete,
    path = "/cases/{id}/reconciliation-draft",
    responses((status = 204, description = "There is none any more"))
)]
pub(crate) async fn discard_opinion_draft(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.discard_draft(&session, &id, Writing::Opinion)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A reconciled opinion for people.
#[utoipa::path(
    get,
    path = "/cases/{id}/reconciliations/{entry}/opinion.pdf",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn opinion_pdf(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let pdf = blocking(move || gateway.node.opinion_pdf(&session, &id, &entry)).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf))
}

/// A reconciled opinion as a structured report.
#[utoipa::path(
    get,
    path = "/cases/{id}/reconciliations/{entry}/opinion.dcm",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/dicom"))
)]
pub(crate) async fn opinion_sr(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let sr = blocking(move || gateway.node.opinion_sr(&session, &id, &entry)).await?;
    Ok(([(header::CONTENT_TYPE, "application/dicom")], sr))
}
