//! The evidence of a consultation.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;

use super::auth::SignedIn;
use super::problem::Problem;
use super::{Gateway, blocking};

/// `GET /cases/{id}/evidence.zip`
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

fn short(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).take(8).collect()
}
