//! How the node is, whom it knows, how its jobs stand.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use super::Gateway;
use super::auth::Operator;
use super::problem::Problem;
use crate::service::error::ServiceError;

/// `GET /status`
pub(crate) async fn status(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    Ok(Json(gateway.node.status().await?))
}

/// `GET /jobs/{id}`
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
