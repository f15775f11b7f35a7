//! Who is banned, and lifting a ban.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::auth::Operator;
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};

/// Whose ban is lifted.
#[derive(Deserialize)]
pub(crate) struct Forgiving {
    who: String,
}

/// `GET /bans`
pub(crate) async fn list(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.bans()).await.map(Json)
}

/// `POST /bans/forgive`
pub(crate) async fn forgive(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<Forgiving>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.forgive(&body.who)).await?;
    Ok(StatusCode::NO_CONTENT)
}
