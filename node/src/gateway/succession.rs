//! Who is asked next when a request is declined or not answered in time, and who goes on when somebody has lost her credential.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::auth::{Operator, SignedIn};
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::succession::NewSuccession;

/// Chooses who is asked next, with the patient's consent to each; an empty list gives it up.
#[utoipa::path(
    put,
    path = "/cases/{id}/successors",
    request_body = NewSuccession,
    responses((status = 200, description = "As it is now, the next first", body = Vec<shapes::people::Counterpart>))
)]
pub(crate) async fn set(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(body): Body<NewSuccession>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.set_succession(&session, &id, body))
        .await
        .map(Json)
}

/// Lets a reader go who has lost her credential, so that another can be asked.
#[utoipa::path(
    post,
    path = "/cases/{id}/readers/{entry}/release",
    responses((status = 200, description = "As it is now", body = shapes::cases::CaseSummary))
)]
pub(crate) async fn release(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.release_reader(&session, &id, &entry))
        .await
        .map(Json)
}

/// Open consultations in which somebody has lost her credential.
#[utoipa::path(
    get,
    path = "/lapses",
    responses((status = 200, description = "As it is now", body = Vec<shapes::conversation::LapsedCase>))
)]
pub(crate) async fn lapses(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.lapses()).await.map(Json)
}
