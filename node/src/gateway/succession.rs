//! Who is asked next when a request is declined or not answered in time.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::auth::SignedIn;
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
