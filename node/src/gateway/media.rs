//! Consultations by USB stick or disc.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::auth::SignedIn;
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::media::{Media, NewMedium};

/// Writes a consultation on a medium, in a job.
#[utoipa::path(
    post,
    path = "/media/write",
    request_body = NewMedium,
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn write(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(wanted): Body<NewMedium>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_media_write(&session, wanted)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// Takes what media hold for the one who is signed in, in a job.
#[utoipa::path(
    post,
    path = "/media/read",
    request_body = Media,
    responses((status = 202, description = "As it is now", body = shapes::Begun))
)]
pub(crate) async fn read(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(media): Body<Media>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_media_read(&session, media)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}
