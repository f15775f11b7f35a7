//! The audit trail, what was disclosed of a patient, and whether what is stored is as it was written.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::Value;

use super::auth::{Operator, SignedIn};
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::service::audit::{AuditFormat, AuditWanted, Whose};
use crate::service::codes::Code;

type Asked<T> = Result<Query<T>, QueryRejection>;

fn understood<T>(asked: Asked<T>) -> Result<T, Problem> {
    asked.map(|Query(wanted)| wanted).map_err(|rejection| {
        let detail = format!("the request is not understood: {}", rejection.body_text());
        let next = "correct the request and send it again";
        Problem::new(StatusCode::BAD_REQUEST, Code::BadQuery, detail, next)
    })
}

/// `GET /audit?since=…`: every filter may be left out.
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

/// `GET /audit/export/{format}?since=…`
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

/// `GET /audit/disclosures?patient=ID`
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

/// `GET /audit/collector`
pub(crate) async fn collector(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.forwarding_view()).await.map(Json)
}

/// `GET /integrity`
pub(crate) async fn integrity(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.integrity()).await.map(Json)
}
