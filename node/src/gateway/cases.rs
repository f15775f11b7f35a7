//! Agreements and consultations.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::auth::SignedIn;
use super::body::{Asked, Body, NEXT, TOTAL, understood};
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::agreement_text::Wishes;
use crate::service::cases::{Closing, NewRequest};
use crate::service::reporting::SigningReport;
use crate::service::work_list::CaseQuery;

/// With whom an agreement is proposed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Proposal {
    with: String,
    #[serde(flatten)]
    wishes: Wishes,
}

/// Which version of the report was read; unset: the newest that is not read.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Having {
    report: Option<String>,
}

/// Why a request is declined.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Declining {
    reason: String,
}

/// Agreements of the one who is signed in.
#[utoipa::path(
    get,
    path = "/agreements",
    responses((status = 200, description = "As it is now", body = Vec<shapes::cases::Agreement>))
)]
pub(crate) async fn agreements(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.agreements(&session))
        .await
        .map(Json)
}

/// Proposes one.
#[utoipa::path(
    post,
    path = "/agreements",
    request_body = Proposal,
    responses((status = 201, description = "As it is now", body = shapes::cases::Agreement))
)]
pub(crate) async fn propose(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<Proposal>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let made = blocking(move || gateway.node.propose_agreement(&session, &body.with, body.wishes)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One as a paper, with who has signed it and when.
#[utoipa::path(
    get,
    path = "/agreements/{id}/agreement.pdf",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn agreement_paper(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let pdf = blocking(move || gateway.node.agreement_paper(&session, &id)).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf))
}

/// The form on which a patient consents, to be signed by hand.
#[utoipa::path(
    get,
    path = "/consent-form.pdf",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn consent_form(
    State(gateway): State<Gateway>,
    SignedIn(_session): SignedIn,
) -> Result<impl IntoResponse, Problem> {
    let pdf = blocking(move || gateway.node.consent_form()).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf))
}

/// Countersigns one: it is in force.
#[utoipa::path(
    post,
    path = "/agreements/{id}/accept",
    responses((status = 200, description = "As it is now", body = shapes::cases::Agreement))
)]
pub(crate) async fn countersign(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.countersign_agreement(&session, &id))
        .await
        .map(Json)
}

/// The work list: alarms first, then what is urgent, beyond its time or waits for her; among each the newest first. All of it,
/// or a page of what is looked for; the header `x-total-count` tells how many there are on all pages, and the next page is
/// asked for with what the header `x-next-after` gives as `after`. It stays right while cases come and move.
#[utoipa::path(
    get,
    path = "/cases",
    params(CaseQuery),
    responses((
        status = 200,
        description = "As it is now",
        body = Vec<shapes::cases::CaseSummary>,
        headers(
            ("x-total-count" = usize, description = "How many cases there are on all pages"),
            ("x-next-after" = String, description = "After what the next page begins; left out on the last"),
        )
    ))
)]
pub(crate) async fn list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    asked: Asked<CaseQuery>,
) -> Result<impl IntoResponse, Problem> {
    let query = understood(asked)?;
    let page = blocking(move || gateway.node.cases(&session, &query)).await?;
    let mut headers = HeaderMap::from_iter([(TOTAL, HeaderValue::from(page.total))]);
    if let Some(next) = page.next.and_then(|next| HeaderValue::try_from(next).ok()) {
        headers.insert(NEXT, next);
    }
    Ok((headers, Json(page.cases)))
}

/// One consultation, with all that was said in it.
#[utoipa::path(
    get,
    path = "/cases/{id}",
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseDetail))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.case(&session, &id)).await.map(Json)
}

/// Checks a request at once, then signs and seals in a job.
#[utoipa::path(
    post,
    path = "/cases",
    request_body = NewRequest,
    responses((status = 202, description = "As it is now", body = shapes::BegunCase))
)]
pub(crate) async fn request(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewRequest>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (case, job) = blocking(move || gateway.node.start_request(&session, body)).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(json!({"case_id": case, "job": job.id()})),
    ))
}

/// What whoever sends this request should look at first.
#[utoipa::path(
    post,
    path = "/cases/check",
    request_body = NewRequest,
    responses((status = 200, description = "As it is now", body = shapes::cases::Checked))
)]
pub(crate) async fn check(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewRequest>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.check_request(&session, &body))
        .await
        .map(Json)
}

/// Takes a request on.
#[utoipa::path(
    post,
    path = "/cases/{id}/accept",
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn accept(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.accept(&session, &id))
        .await
        .map(Json)
}

/// Declines it.
#[utoipa::path(
    post,
    path = "/cases/{id}/decline",
    request_body = Declining,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn decline(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<Declining>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.decline(&session, &id, body.reason))
        .await
        .map(Json)
}

/// Signs a report; passphrase and second factor are asked for in its own right.
#[utoipa::path(
    post,
    path = "/cases/{id}/report",
    request_body = SigningReport,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn report(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<SigningReport>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.report(&session, &id, body))
        .await
        .map(Json)
}

/// Confirms having read a report.
#[utoipa::path(
    post,
    path = "/cases/{id}/read",
    request_body = Having,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn read(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    read: Option<Body<Having>>,
) -> Result<Json<Value>, Problem> {
    let named = read.and_then(|Body(read)| read.report);
    blocking(move || gateway.node.mark_read(&session, &id, named.as_deref()))
        .await
        .map(Json)
}

/// Ends the consultation.
#[utoipa::path(
    post,
    path = "/cases/{id}/close",
    request_body = Closing,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn close(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<Closing>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.close(&session, &id, body))
        .await
        .map(Json)
}

/// Which small pictures there are; none while they are on their way.
#[utoipa::path(
    get,
    path = "/cases/{id}/previews",
    responses((status = 200, description = "As it is now", body = Vec<shapes::cases::Preview>))
)]
pub(crate) async fn previews(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.previews(&session, &id))
        .await
        .map(Json)
}

/// One of them: to look at, not to diagnose from.
#[utoipa::path(
    get,
    path = "/cases/{id}/previews/{index}",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "image/png"))
)]
pub(crate) async fn preview(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, index)): Path<(String, usize)>,
) -> Result<impl IntoResponse, Problem> {
    let png = blocking(move || gateway.node.preview(&session, &id, index)).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png))
}

/// The report for people.
#[utoipa::path(
    get,
    path = "/cases/{id}/report.pdf",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn report_pdf(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let pdf = blocking(move || gateway.node.report_pdf(&session, &id)).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf))
}

/// What the newest report shows and measures, one object after the other.
#[utoipa::path(
    get,
    path = "/cases/{id}/report-objects/{index}",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/dicom"))
)]
pub(crate) async fn report_object(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, index)): Path<(String, usize)>,
) -> Result<impl IntoResponse, Problem> {
    let object = blocking(move || gateway.node.report_object(&session, &id, index)).await?;
    Ok(([(header::CONTENT_TYPE, "application/dicom")], object))
}

/// The report as a structured report.
#[utoipa::path(
    get,
    path = "/cases/{id}/report.dcm",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/dicom"))
)]
pub(crate) async fn report_sr(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let sr = blocking(move || gateway.node.report_sr(&session, &id)).await?;
    Ok(([(header::CONTENT_TYPE, "application/dicom")], sr))
}
