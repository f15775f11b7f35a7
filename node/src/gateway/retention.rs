//! Keeping and deleting: until when what is here is kept, deletions, and their certificates.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::auth::{Known, Operator, SignedIn};
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::second_factor::Answer;
use crate::service::deletion::Wanted;

/// `POST /security/proof`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prove {
    /// A colleague's sign-in name; left out: whoever is signed in.
    #[serde(default)]
    practitioner: Option<String>,
    passphrase: String,
    #[serde(default)]
    second_factor: Option<Answer>,
}

/// `POST /retention/readmissions`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Readmit {
    /// Study Instance UID of a study that was deleted.
    study_instance_uid: String,
    /// Why, without any patient's data: at most 500 characters.
    why: String,
}

/// Every case and study that is kept here, until when, by which rule and what holds it; and what was deleted.
#[utoipa::path(
    get,
    path = "/retention",
    responses((status = 200, description = "As it is now", body = shapes::retention::Keeping))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    Known(session): Known,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.keeping(&session)).await.map(Json)
}

/// How many cases and studies are past the time for which they must be kept.
#[utoipa::path(
    get,
    path = "/retention/past",
    responses((status = 200, description = "As it is now", body = shapes::retention::Past))
)]
pub(crate) async fn past(State(gateway): State<Gateway>, _: Operator) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.past_keeping()).await.map(Json)
}

/// Shows with passphrase and second factor that it is she: the proof is good once, for five minutes.
#[utoipa::path(
    post,
    path = "/security/proof",
    request_body = Prove,
    responses((status = 201, description = "A proof", body = shapes::retention::Proved))
)]
pub(crate) async fn prove(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(wanted): Body<Prove>,
) -> Result<impl IntoResponse, Problem> {
    let proof = blocking(move || {
        let passphrase = Zeroizing::new(wanted.passphrase);
        let (who, answer) = (wanted.practitioner.as_deref(), wanted.second_factor.as_ref());
        gateway.node.prove(&session, who, &passphrase, answer)
    });
    Ok((StatusCode::CREATED, Json(proof.await?)))
}

/// Deletes a case or a study for good.
#[utoipa::path(
    post,
    path = "/retention/deletions",
    request_body = Wanted,
    responses((status = 201, description = "It is destroyed", body = shapes::retention::Deletion))
)]
pub(crate) async fn delete(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(wanted): Body<Wanted>,
) -> Result<impl IntoResponse, Problem> {
    let deletion = blocking(move || gateway.node.delete_kept(&session, &wanted)).await?;
    Ok((StatusCode::CREATED, Json(deletion)))
}

/// The certificate of a deletion, which others verify without this node.
#[utoipa::path(
    get,
    path = "/retention/deletions/{number}/certificate",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/zip"))
)]
pub(crate) async fn certificate(
    State(gateway): State<Gateway>,
    Known(session): Known,
    Path(number): Path<u64>,
) -> Result<impl IntoResponse, Problem> {
    let name = format!("attachment; filename=\"deletion-{number}.zip\"");
    let archive = blocking(move || gateway.node.deletion_certificate(&session, number)).await?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/zip".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        archive,
    ))
}

/// Lets a study that was deleted be taken in again.
#[utoipa::path(
    post,
    path = "/retention/readmissions",
    request_body = Readmit,
    responses((status = 201, description = "It may come in again", body = shapes::retention::Deletion))
)]
pub(crate) async fn readmit(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(wanted): Body<Readmit>,
) -> Result<impl IntoResponse, Problem> {
    let deletion = blocking(move || {
        gateway
            .node
            .readmit(&session, &wanted.study_instance_uid, &wanted.why)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(deletion)))
}
