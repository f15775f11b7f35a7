//! Asking the others to erase their copies, and answering it.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::ToSchema;

use super::auth::SignedIn;
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::erasures::AnswerErasing;

/// `POST /cases/{id}/erase-requests`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskErasing {
    /// Why.
    reason: String,
}

/// Asks everybody else who takes part in a case that has ended to erase the images.
#[utoipa::path(
    post,
    path = "/cases/{id}/erase-requests",
    request_body = AskErasing,
    responses((status = 201, description = "They are asked", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn ask(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<AskErasing>,
) -> Result<impl IntoResponse, Problem> {
    let case = blocking(move || gateway.node.ask_to_erase(&session, &id, body.reason)).await?;
    Ok((StatusCode::CREATED, Json(case)))
}

/// Answers such a request: with the certificate of a deletion here, or with the reason why the copy is kept.
#[utoipa::path(
    post,
    path = "/cases/{id}/erase-requests/{entry}/answer",
    request_body = AnswerErasing,
    responses((status = 201, description = "It is answered", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn answer(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
    Body(body): Body<AnswerErasing>,
) -> Result<impl IntoResponse, Problem> {
    let case = blocking(move || gateway.node.answer_erasing(&session, &id, &entry, body)).await?;
    Ok((StatusCode::CREATED, Json(case)))
}

/// The certificate that came back with an answer, which others verify without this node.
#[utoipa::path(
    get,
    path = "/cases/{id}/erase-answers/{entry}/certificate",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/zip"))
)]
pub(crate) async fn certificate(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let name = format!(
        "attachment; filename=\"erasure-{}.zip\"",
        entry
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(16)
            .collect::<String>()
    );
    let archive = blocking(move || gateway.node.erasure_certificate(&session, &id, &entry)).await?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/zip".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        archive,
    ))
}
