//! Agreements and consultations.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::SignedIn;
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::service::cases::{Closing, NewRequest};
use crate::service::reporting::NewReport;

/// With whom an agreement is proposed.
#[derive(Deserialize)]
pub(crate) struct Proposal {
    with: String,
    /// Whom to call in an emergency, and the number.
    #[serde(default)]
    emergency_contact: Option<String>,
}

/// Which version of the report was read; unset: the newest that is not read.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Having {
    report: Option<String>,
}

/// Why a request is declined.
#[derive(Deserialize)]
pub(crate) struct Declining {
    reason: String,
}

/// `GET /agreements`
pub(crate) async fn agreements(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.agreements(&session))
        .await
        .map(Json)
}

/// `POST /agreements`
pub(crate) async fn propose(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<Proposal>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let made = blocking(move || {
        gateway
            .node
            .propose_agreement(&session, &body.with, body.emergency_contact)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// `POST /agreements/{id}/accept`
pub(crate) async fn countersign(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.countersign_agreement(&session, &id))
        .await
        .map(Json)
}

/// `GET /cases`
pub(crate) async fn list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.cases(&session)).await.map(Json)
}

/// `GET /cases/{id}`
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.case(&session, &id)).await.map(Json)
}

/// `POST /cases`: checks the request at once, then signs and seals in a job.
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

/// `POST /cases/check`: what whoever sends this request should look at first.
pub(crate) async fn check(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewRequest>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.check_request(&session, &body))
        .await
        .map(Json)
}

/// `POST /cases/{id}/accept`
pub(crate) async fn accept(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.accept(&session, &id))
        .await
        .map(Json)
}

/// `POST /cases/{id}/decline`
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

/// `POST /cases/{id}/report`
pub(crate) async fn report(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewReport>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.report(&session, &id, body))
        .await
        .map(Json)
}

/// `POST /cases/{id}/read`
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

/// `POST /cases/{id}/close`
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

/// `GET /cases/{id}/previews`: which there are; none while they are on their way.
pub(crate) async fn previews(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.previews(&session, &id))
        .await
        .map(Json)
}

/// `GET /cases/{id}/previews/{index}`: to look at, not to diagnose from.
pub(crate) async fn preview(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, index)): Path<(String, usize)>,
) -> Result<impl IntoResponse, Problem> {
    let png = blocking(move || gateway.node.preview(&session, &id, index)).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png))
}

/// `GET /cases/{id}/report.pdf`
pub(crate) async fn report_pdf(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let pdf = blocking(move || gateway.node.report_pdf(&session, &id)).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf))
}

/// `GET /cases/{id}/report-objects/{index}`: what the newest report shows and measures, one object after the other.
pub(crate) async fn report_object(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, index)): Path<(String, usize)>,
) -> Result<impl IntoResponse, Problem> {
    let object = blocking(move || gateway.node.report_object(&session, &id, index)).await?;
    Ok(([(header::CONTENT_TYPE, "application/dicom")], object))
}

/// `GET /cases/{id}/report.dcm`
pub(crate) async fn report_sr(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let sr = blocking(move || gateway.node.report_sr(&session, &id)).await?;
    Ok(([(header::CONTENT_TYPE, "application/dicom")], sr))
}
