//! What people are told outside the app.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::auth::{Actor, Operating, Operator, SignedIn};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::notices::{NewOutlets, NewSettings};

/// By which way a test goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Testing {
    /// `email` or `webhook`.
    channel: String,
}

/// Which notices the app has shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    /// At most 500.
    ids: Vec<u64>,
}

/// What the signed-in practitioner is told, and was told lately.
#[utoipa::path(get, path = "/me/notices", responses((status = 200, description = "As it is now", body = shapes::notices::NoticeSettings)))]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.notice_settings(&session))
        .await
        .map(Json)
}

/// Chooses what she is told.
#[utoipa::path(put, path = "/me/notices", request_body = NewSettings, responses((status = 200, description = "As it is now", body = shapes::notices::NoticeSettings)))]
pub(crate) async fn set(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewSettings>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.set_notice_settings(&session, body))
        .await
        .map(Json)
}

/// Sends her a test at once; the next not within a minute.
#[utoipa::path(post, path = "/me/notices/test", request_body = Testing, responses((status = 204, description = "It was taken")))]
pub(crate) async fn test(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<Testing>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.test_notice(&session, &body.channel)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is to be shown to her on the desktop now.
#[utoipa::path(get, path = "/me/notices/new", responses((status = 200, description = "The urgent first", body = Vec<shapes::notices::NoticeView>)))]
pub(crate) async fn fresh(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.new_notices(&session))
        .await
        .map(Json)
}

/// The app has shown them.
#[utoipa::path(post, path = "/me/notices/shown", request_body = Shown, responses((status = 204, description = "Noted")))]
pub(crate) async fn shown(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<Shown>,
) -> Result<StatusCode, Problem> {
    blocking(move || gateway.node.notices_shown(&session, &body.ids)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The mail server of the house, without its password.
#[utoipa::path(get, path = "/notices/outlets", responses((status = 200, description = "As it is now", body = shapes::notices::Outlets)))]
pub(crate) async fn outlets(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.notice_outlets()).await.map(Json)
}

/// Sets the mail server of the house.
#[utoipa::path(put, path = "/notices/outlets", request_body = shapes::notices::NewOutlets, responses((status = 200, description = "As it is now", body = shapes::notices::Outlets)))]
pub(crate) async fn set_outlets(
    State(gateway): State<Gateway>,
    _: Operating,
    Actor(actor): Actor,
    Body(body): Body<NewOutlets>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.set_notice_outlets(&actor, body))
        .await
        .map(Json)
}
