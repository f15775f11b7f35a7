//! What accompanies request and report: doubts, findings, further readers, what is due.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::auth::SignedIn;
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::asking::{Informing, NewQuery};
use crate::service::cases::NewConsent;
use crate::service::findings::{Acknowledging, NewIncidental, NewUrgent, Resolving};
use crate::service::forwarding::NewForward;
use crate::service::reconciling::{NewCoSignature, NewReconciliation};
use crate::service::reporting::Amending;

/// An answer to a query.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Answering {
    answer: String,
}

/// Why something is ended.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Reason {
    reason: String,
}

type Shown = Result<Json<Value>, Problem>;

/// Urgent findings of all cases, those that nobody has acknowledged first.
#[utoipa::path(
    get,
    path = "/urgent",
    responses((status = 200, description = "As it is now", body = Vec<shapes::conversation::ListedUrgent>))
)]
pub(crate) async fn urgent(State(gateway): State<Gateway>, SignedIn(session): SignedIn) -> Shown {
    blocking(move || gateway.node.urgent_findings(&session))
        .await
        .map(Json)
}

/// What is to be done in all cases, and what is waited for beyond its time.
#[utoipa::path(
    get,
    path = "/duties",
    responses((status = 200, description = "As it is now", body = Vec<shapes::conversation::Duty>))
)]
pub(crate) async fn duties(State(gateway): State<Gateway>, SignedIn(session): SignedIn) -> Shown {
    blocking(move || gateway.node.duties(&session)).await.map(Json)
}

/// Tells what the requester must know at once.
#[utoipa::path(
    post,
    path = "/cases/{id}/urgent",
    request_body = NewUrgent,
    responses((status = 201, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn tell_urgent(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewUrgent>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let told = blocking(move || gateway.node.tell_urgent(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(told)))
}

/// A person has taken note.
#[utoipa::path(
    post,
    path = "/cases/{id}/urgent/{entry}/acknowledge",
    request_body = Acknowledging,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn acknowledge(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
    Body(body): Body<Acknowledging>,
) -> Shown {
    blocking(move || gateway.node.acknowledge_urgent(&session, &id, &entry, body))
        .await
        .map(Json)
}

/// Tells of something that is to be seen to.
#[utoipa::path(
    post,
    path = "/cases/{id}/incidental",
    request_body = NewIncidental,
    responses((status = 201, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn tell_incidental(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewIncidental>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let told = blocking(move || gateway.node.tell_incidental(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(told)))
}

/// What became of it.
#[utoipa::path(
    post,
    path = "/cases/{id}/incidental/{entry}/resolve",
    request_body = Resolving,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn resolve(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
    Body(body): Body<Resolving>,
) -> Shown {
    blocking(move || gateway.node.resolve_incidental(&session, &id, &entry, body))
        .await
        .map(Json)
}

/// Asks about a doubt (疑義照会).
#[utoipa::path(
    post,
    path = "/cases/{id}/queries",
    request_body = NewQuery,
    responses((status = 201, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn query(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewQuery>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let asked = blocking(move || gateway.node.query(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(asked)))
}

/// Answers it.
#[utoipa::path(
    post,
    path = "/cases/{id}/queries/{entry}/answer",
    request_body = Answering,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn answer(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
    Body(body): Body<Answering>,
) -> Shown {
    blocking(move || gateway.node.answer_query(&session, &id, &entry, body.answer))
        .await
        .map(Json)
}

/// Something was explained to the patient.
#[utoipa::path(
    post,
    path = "/cases/{id}/informed",
    request_body = Informing,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn informed(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<Informing>,
) -> Shown {
    blocking(move || gateway.node.inform(&session, &id, body))
        .await
        .map(Json)
}

/// Signs a new version of a final report; passphrase and second factor are asked for in its own right.
#[utoipa::path(
    post,
    path = "/cases/{id}/amend",
    request_body = Amending,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn amend(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<Amending>,
) -> Shown {
    blocking(move || gateway.node.amend(&session, &id, body))
        .await
        .map(Json)
}

/// Says what follows from one's own report and another reader's.
#[utoipa::path(
    post,
    path = "/cases/{id}/reconciliations",
    request_body = NewReconciliation,
    responses((status = 201, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn reconcile(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewReconciliation>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let said = blocking(move || gateway.node.reconcile(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(said)))
}

/// Signs what another reader has signed, or dissents from it.
#[utoipa::path(
    post,
    path = "/cases/{id}/co-signatures",
    request_body = NewCoSignature,
    responses((status = 201, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn co_sign(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewCoSignature>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let signed = blocking(move || gateway.node.co_sign(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(signed)))
}

/// Takes a request back.
#[utoipa::path(
    post,
    path = "/cases/{id}/withdraw",
    request_body = Reason,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn withdraw(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<Reason>,
) -> Shown {
    blocking(move || gateway.node.withdraw(&session, &id, body.reason))
        .await
        .map(Json)
}

/// Asks a further reader, or proposes one.
#[utoipa::path(
    post,
    path = "/cases/{id}/forward",
    request_body = NewForward,
    responses((status = 201, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn forward(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewForward>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let made = blocking(move || gateway.node.forward(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// The patient agrees to a further reader.
#[utoipa::path(
    post,
    path = "/cases/{id}/forwards/{entry}/consent",
    request_body = NewConsent,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn consent(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
    Body(body): Body<NewConsent>,
) -> Shown {
    blocking(move || gateway.node.consent_to_forward(&session, &id, &entry, body))
        .await
        .map(Json)
}

/// Ends a forward.
#[utoipa::path(
    post,
    path = "/cases/{id}/forwards/{entry}/end",
    request_body = Reason,
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn end_forward(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
    Body(body): Body<Reason>,
) -> Shown {
    blocking(move || gateway.node.end_forward(&session, &id, &entry, body.reason))
        .await
        .map(Json)
}
