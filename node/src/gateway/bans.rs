//! Who is banned, and lifting a ban.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::auth::{Operating, Operator};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};

/// Whose ban is lifted.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Forgiving {
    who: String,
}

/// Who is banned now.
#[utoipa::path(
    get,
    path = "/bans",
    responses((status = 200, description = "As it is now", body = Vec<shapes::node::Ban>))
)]
pub(crate) async fn list(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.bans()).await.map(Json)
}

/// Lifts a ban.
#[utoipa::path(
    post,
    path = "/bans/forgive",
    request_body = Forgiving,
    responses((status = 204, description = "Done"))
)]
pub(crate) async fn forgive(
    State(gateway): State<Gateway>,
    _: Operating,
    Body(body): Body<Forgiving>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.forgive(&body.who)).await?;
    Ok(StatusCode::NO_CONTENT)
}
