//! Reports that are being written, and their templates.

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
use crate::service::reporting::NewReport;
use crate::service::templates::Template;

/// The draft of whoever asks; null when there is none.
#[utoipa::path(
    get,
    path = "/cases/{id}/draft",
    responses((status = 200, description = "The draft", body = shapes::reports::MaybeReportDraft))
)]
pub(crate) async fn draft(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.draft(&session, &id, Writing::Report))
        .await
        .map(Json)
}

/// Drafts of whoever asks in cases from which she was let go before she could sign; kept until she throws them away or the
/// case is deleted.
#[utoipa::path(
    get,
    path = "/me/left-drafts",
    responses((status = 200, description = "The oldest first", body = Vec<shapes::reports::LeftDraft>))
)]
pub(crate) async fn left_drafts(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.left_drafts(&session))
        .await
        .map(Json)
}

/// Saves a draft; refused when it was saved elsewhere since it was read.
#[utoipa::path(
    put,
    path = "/cases/{id}/draft",
    request_body = SavingDraft,
    responses((status = 200, description = "It is on the disk", body = shapes::reports::SavedDraft))
)]
pub(crate) async fn save_draft(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<SavingDraft>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.save_draft(&session, &id, Writing::Report, body))
        .await
        .map(Json)
}

/// Throws a draft away.
#[utoipa::path(
    delete,
    path = "/cases/{id}/draft",
    responses((status = 204, description = "There is none any more"))
)]
pub(crate) async fn discard_draft(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.discard_draft(&session, &id, Writing::Report)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A report as it would be printed; every page says that it is a draft.
#[utoipa::path(
    post,
    path = "/cases/{id}/report/preview",
    request_body = NewReport,
    responses((status = 200, description = "PDF", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn preview(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewReport>,
) -> Result<impl IntoResponse, Problem> {
    let pdf = blocking(move || gateway.node.preview_report(&session, &id, body)).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf))
}

/// All templates of reports.
#[utoipa::path(
    get,
    path = "/report-templates",
    responses((status = 200, description = "Those of the program, and one's own", body = shapes::reports::ReportTemplates))
)]
pub(crate) async fn templates(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.report_templates(&session))
        .await
        .map(Json)
}

/// One template, to give to somebody else.
#[utoipa::path(
    get,
    path = "/report-templates/{name}",
    responses((status = 200, description = "The template", body = Template))
)]
pub(crate) async fn template(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(name): Path<String>,
) -> Result<Json<Template>, Problem> {
    blocking(move || gateway.node.report_template(&session, &name))
        .await
        .map(Json)
}

/// Keeps a template: a new one, a changed one, or one that somebody gave.
#[utoipa::path(
    put,
    path = "/report-templates/{name}",
    request_body = Template,
    responses((status = 200, description = "As it is kept", body = Template))
)]
pub(crate) async fn save_template(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(name): Path<String>,
    Body(body): Body<Template>,
) -> Result<Json<Template>, Problem> {
    blocking(move || gateway.node.save_template(&session, &name, body))
        .await
        .map(Json)
}

/// Removes a template of one's own.
#[utoipa::path(
    delete,
    path = "/report-templates/{name}",
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn remove_template(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.remove_template(&session, &name)).await?;
    Ok(StatusCode::NO_CONTENT)
}
