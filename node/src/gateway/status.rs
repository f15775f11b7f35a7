//! How the node is, whom it knows, how its jobs stand.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::auth::Operator;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, shapes};
use crate::service::error::ServiceError;

/// How the node is, and whom it knows.
#[utoipa::path(
    get,
    path = "/status",
    responses((status = 200, description = "As it is now", body = shapes::node::NodeStatus))
)]
pub(crate) async fn status(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    Ok(Json(gateway.node.status().await?))
}

/// How long work gets on. The last hundred are remembered.
#[utoipa::path(
    get,
    path = "/jobs/{id}",
    responses((status = 200, description = "As it is now", body = shapes::Job))
)]
pub(crate) async fn job(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let job = gateway
        .node
        .jobs()
        .find(&id)
        .ok_or(ServiceError::Unknown("job"))?;
    Ok(Json(job.view()))
}
