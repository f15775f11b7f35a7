//! A practice passes to a new owner.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::auth::SignedIn;
use super::body::{Asked, Body, understood};
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::handing_over::{EndingHandOver, NewHandOver, NewTakeOver};

/// To whom.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Candidate {
    /// Fingerprint of somebody to whom the practice could pass: what would hinder it is told then.
    #[serde(default)]
    to: Option<String>,
}

/// What of the practitioner's could be handed over and what hinders; and what is offered to her, or left by a colleague who has
/// lost her credential for good. Nothing of a patient.
#[utoipa::path(
    get,
    path = "/hand-over",
    params(Candidate),
    responses((status = 200, description = "As it is now", body = shapes::passing::HandOverView))
)]
pub(crate) async fn view(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    asked: Asked<Candidate>,
) -> Result<Json<Value>, Problem> {
    let about = understood(asked)?;
    blocking(move || gateway.node.hand_over_view(&session, about.to.as_deref()))
        .await
        .map(Json)
}

/// Offers all consultations of the practitioner's, ended ones too, to a new owner. Asked again, it goes on where it had stopped.
#[utoipa::path(
    post,
    path = "/hand-over",
    request_body = NewHandOver,
    responses((status = 200, description = "As it is now", body = shapes::passing::HandOverView))
)]
pub(crate) async fn offer(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewHandOver>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.hand_over(&session, body))
        .await
        .map(Json)
}

/// Takes over what was offered, or what a colleague has left who has lost her credential for good: every consultation for whose
/// readers there is an agreement. Asked again, it goes on with the others.
#[utoipa::path(
    post,
    path = "/hand-over/taken",
    request_body = NewTakeOver,
    responses((status = 200, description = "As it is now", body = shapes::passing::HandOverView))
)]
pub(crate) async fn take(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewTakeOver>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.take_over(&session, body))
        .await
        .map(Json)
}

/// Takes back what was offered, or declines it.
#[utoipa::path(
    post,
    path = "/hand-over/ended",
    request_body = EndingHandOver,
    responses((status = 200, description = "As it is now", body = shapes::passing::HandOverView))
)]
pub(crate) async fn end(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<EndingHandOver>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.end_hand_over(&session, body))
        .await
        .map(Json)
}
