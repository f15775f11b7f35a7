//! Consultations by USB stick or disc.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::auth::SignedIn;
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::service::media::{Media, NewMedium};

/// `POST /media/write`: in a job.
pub(crate) async fn write(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(wanted): Body<NewMedium>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_media_write(&session, wanted)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}

/// `POST /media/read`: in a job.
pub(crate) async fn read(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(media): Body<Media>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let job = blocking(move || gateway.node.start_media_read(&session, media)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"job": job.id()}))))
}
