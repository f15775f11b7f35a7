//! A consultation for others: as evidence, and as FHIR.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::auth::SignedIn;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking};

/// The evidence of a consultation, which others verify without this node.
#[utoipa::path(
    get,
    path = "/cases/{id}/evidence.zip",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/zip"))
)]
pub(crate) async fn export(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let name = format!("attachment; filename=\"evidence-{}.zip\"", short(&id));
    let archive = blocking(move || gateway.node.case_evidence(&session, &id)).await?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/zip".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        archive,
    ))
}

/// A consultation as a FHIR R4 Bundle: request, images, reports with PDF and signature, audit trail.
#[utoipa::path(
    get,
    path = "/cases/{id}/fhir",
    responses((status = 200, description = "A Bundle of hl7.org/fhir/R4", body = Object, content_type = "application/fhir+json"))
)]
pub(crate) async fn fhir(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let bundle = blocking(move || gateway.node.case_fhir(&session, &id)).await?;
    Ok((
        [(header::CONTENT_TYPE, "application/fhir+json")],
        bundle.to_string(),
    ))
}

fn short(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).take(8).collect()
}
