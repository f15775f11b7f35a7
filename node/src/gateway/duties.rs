//! What accompanies request and report: doubts, findings, further readers, what is due.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::auth::SignedIn;
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::service::asking::{Informing, NewQuery};
use crate::service::cases::NewConsent;
use crate::service::findings::{Acknowledging, NewIncidental, NewUrgent, Resolving};
use crate::service::forwarding::NewForward;
use crate::service::reporting::Amending;

/// An answer to a query.
#[derive(Deserialize)]
pub(crate) struct Answering {
    answer: String,
}

/// Why something is ended.
#[derive(Deserialize)]
pub(crate) struct Reason {
    reason: String,
}

type Shown = Result<Json<Value>, Problem>;

/// `GET /urgent`: urgent findings of all cases, those that nobody has acknowledged first.
pub(crate) async fn urgent(State(gateway): State<Gateway>, SignedIn(session): SignedIn) -> Shown {
    blocking(move || gateway.node.urgent_findings(&session))
        .await
        .map(Json)
}

/// `GET /duties`: what is to be done in all cases, and what is waited for beyond its time.
pub(crate) async fn duties(State(gateway): State<Gateway>, SignedIn(session): SignedIn) -> Shown {
    blocking(move || gateway.node.duties(&session)).await.map(Json)
}

/// `POST /cases/{id}/urgent`
pub(crate) async fn tell_urgent(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewUrgent>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let told = blocking(move || gateway.node.tell_urgent(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(told)))
}

/// `POST /cases/{id}/urgent/{entry}/acknowledge`
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

/// `POST /cases/{id}/incidental`
pub(crate) async fn tell_incidental(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewIncidental>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let told = blocking(move || gateway.node.tell_incidental(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(told)))
}

/// `POST /cases/{id}/incidental/{entry}/resolve`
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

/// `POST /cases/{id}/queries`
pub(crate) async fn query(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewQuery>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let asked = blocking(move || gateway.node.query(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(asked)))
}

/// `POST /cases/{id}/queries/{entry}/answer`
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

/// `POST /cases/{id}/informed`
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

/// `POST /cases/{id}/amend`
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

/// `POST /cases/{id}/withdraw`
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

/// `POST /cases/{id}/forward`
pub(crate) async fn forward(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewForward>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let made = blocking(move || gateway.node.forward(&session, &id, body)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// `POST /cases/{id}/forwards/{entry}/consent`
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

/// `POST /cases/{id}/forwards/{entry}/end`
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
