//! What somebody does about her own keys.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::auth::{Owner, SignedIn};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::recovery::{Split, grouped};
use crate::second_factor::Answer;
use crate::second_factor::totp::TOTP;

/// Passphrase and second factor, asked for again before keys are changed. Without the latter the refusal says what is
/// asked.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Proof {
    passphrase: String,
    #[serde(default)]
    second_factor: Option<Answer>,
}

/// `POST /security/passphrase`
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPassphrase {
    passphrase: String,
    #[serde(default)]
    second_factor: Option<Answer>,
    new_passphrase: String,
}

/// `POST /security/second-factor`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enrol {
    passphrase: String,
    /// Which kind: `totp` when it is left out.
    #[serde(default)]
    kind: Option<String>,
}

/// `POST /security/second-factor/confirm`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct First {
    answer: String,
}

/// `POST /security/recovery-kit`
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewKit {
    passphrase: String,
    #[serde(default)]
    second_factor: Option<Answer>,
    /// How many sheets, when it is split.
    #[serde(default)]
    sheets: Option<u8>,
    /// How many of them are needed.
    #[serde(default)]
    needed: Option<u8>,
}

/// `POST /recovery`
#[derive(Deserialize, ToSchema)]
pub(crate) struct Restore {
    id: String,
    sheets: Vec<String>,
    passphrase: String,
}

/// How her keys are protected.
#[utoipa::path(
    get,
    path = "/security",
    responses((status = 200, description = "As it is now", body = shapes::security::Security))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.security(&session)).await.map(Json)
}

/// Changes the passphrase; every session of hers ends.
#[utoipa::path(
    post,
    path = "/security/passphrase",
    request_body = NewPassphrase,
    responses((status = 204, description = "Done"))
)]
pub(crate) async fn passphrase(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewPassphrase>,
) -> Result<StatusCode, Problem> {
    let (old, new) = (
        Zeroizing::new(body.passphrase),
        Zeroizing::new(body.new_passphrase),
    );
    blocking(move || {
        gateway
            .node
            .change_passphrase(&session, &old, body.second_factor.as_ref(), &new)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// First step of enrolling a second factor: `kind`, and what a device of this kind is told.
#[utoipa::path(
    post,
    path = "/security/second-factor",
    request_body = Enrol,
    responses((status = 200, description = "As it is now", body = shapes::security::Enrolment))
)]
pub(crate) async fn enrol(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<Enrol>,
) -> Result<Json<Value>, Problem> {
    let passphrase = Zeroizing::new(body.passphrase);
    let kind = body.kind.unwrap_or_else(|| TOTP.to_owned());
    blocking(move || gateway.node.enrol_second_factor(&session, &kind, &passphrase))
        .await
        .map(Json)
}

/// Second step: the first answer; gives the recovery codes, once.
#[utoipa::path(
    post,
    path = "/security/second-factor/confirm",
    request_body = First,
    responses((status = 200, description = "As it is now", body = shapes::security::RecoveryCodes))
)]
pub(crate) async fn confirm(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<First>,
) -> Result<Json<Value>, Problem> {
    let codes = blocking(move || gateway.node.confirm_second_factor(&session, &body.answer)).await?;
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    Ok(Json(json!({ "recovery_codes": codes })))
}

/// Removes the second factor.
#[utoipa::path(
    post,
    path = "/security/second-factor/remove",
    request_body = Proof,
    responses((status = 204, description = "Done"))
)]
pub(crate) async fn remove(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<Proof>,
) -> Result<StatusCode, Problem> {
    let passphrase = Zeroizing::new(body.passphrase);
    let answer = body.second_factor;
    blocking(move || {
        gateway
            .node
            .remove_second_factor(&session, &passphrase, answer.as_ref())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a recovery kit; it is shown once.
#[utoipa::path(
    post,
    path = "/security/recovery-kit",
    request_body = NewKit,
    responses((status = 200, description = "As it is now", body = shapes::security::RecoveryKit))
)]
pub(crate) async fn make_kit(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(body): Body<NewKit>,
) -> Result<Json<Value>, Problem> {
    let passphrase = Zeroizing::new(body.passphrase);
    let split = match (body.needed, body.sheets) {
        (None, None | Some(1)) => None,
        (needed, sheets) => Some(Split {
            needed: needed.unwrap_or_default(),
            sheets: sheets.unwrap_or_default(),
        }),
    };
    let kit = blocking(move || {
        gateway
            .node
            .make_recovery_kit(&session, &passphrase, body.second_factor.as_ref(), split)
    })
    .await?;
    let sheets: Vec<Zeroizing<String>> = kit.sheets.iter().map(|sheet| grouped(sheet)).collect();
    let sheets: Vec<&str> = sheets.iter().map(|sheet| sheet.as_str()).collect();
    Ok(Json(
        json!({"sheets": sheets, "needed": kit.needed, "page": *kit.page}),
    ))
}

/// Comes back with a recovery kit. Only whoever runs the node may ask; the kit itself is what opens.
#[utoipa::path(
    post,
    path = "/recovery",
    request_body = Restore,
    responses((status = 204, description = "Done"))
)]
pub(crate) async fn restore(
    State(gateway): State<Gateway>,
    _: Owner,
    Body(body): Body<Restore>,
) -> Result<StatusCode, Problem> {
    let passphrase = Zeroizing::new(body.passphrase);
    let sheets = Zeroizing::new(body.sheets);
    blocking(move || gateway.node.restore(&body.id, &sheets, &passphrase)).await?;
    Ok(StatusCode::NO_CONTENT)
}
