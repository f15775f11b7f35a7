//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::auth::{COOKIE, Known, tokens};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::clock;
use crate::second_factor::Answer;
use crate::service::error::ServiceError;
use crate::service::{Node, view};
use crate::token::Token;

/// `POST /session`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    id: String,
    passphrase: String,
    /// Of the second factor, or a recovery code. Left out, the refusal says what is asked, with a challenge where the
    /// factor answers one.
    #[serde(default)]
    second_factor: Option<Answer>,
}

/// Who can sign in here.
#[utoipa::path(
    get,
    path = "/practitioners",
    responses((status = 200, description = "As it is now", body = Vec<shapes::people::SignInChoice>)),
    security(())
)]
pub(crate) async fn practitioners(State(gateway): State<Gateway>) -> Result<Json<Value>, Problem> {
    let people = blocking(move || gateway.node.practitioners()).await?;
    let names: Vec<Value> = people
        .iter()
        .map(|one| json!({"id": one.id, "name": one.name_ja}))
        .collect();
    Ok(Json(Value::from(names)))
}

/// Signs in; the token is in the answer and, for a browser, in a cookie that no script can read.
#[utoipa::path(
    post,
    path = "/session",
    request_body = SignIn,
    responses((status = 201, description = "As it is now", body = shapes::people::SignedInAs)),
    security(())
)]
pub(crate) async fn sign_in(
    State(gateway): State<Gateway>,
    Body(body): Body<SignIn>,
) -> Result<impl IntoResponse, Problem> {
    let node = gateway.node.clone();
    let passphrase = zeroize::Zeroizing::new(body.passphrase);
    let (token, session) =
        blocking(move || node.sign_in(&body.id, &passphrase, body.second_factor.as_ref())).await?;
    let now = gateway.node.now();
    let body = json!({
        "token": token.expose(),
        "practitioner": view::practitioner(&session.id, &session.certificate, now),
        "expires_at": clock::rfc3339(gateway.node.sessions().expiry(now)),
    });
    let cookie = format!(
        "{COOKIE}_{}={}; HttpOnly; SameSite=Strict; Path=/",
        gateway.node.mark(),
        token.expose()
    );
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(body)))
}

/// Who is signed in.
#[utoipa::path(
    get,
    path = "/session",
    responses((status = 200, description = "As it is now", body = shapes::people::Practitioner))
)]
pub(crate) async fn show(State(gateway): State<Gateway>, Known(session): Known) -> Json<Value> {
    Json(view::practitioner(
        &session.id,
        &session.certificate,
        gateway.node.now(),
    ))
}

/// Signs out: the unlocked keys are forgotten.
#[utoipa::path(delete, path = "/session", responses((status = 204, description = "Done")), security(()))]
pub(crate) async fn sign_out(
    State(gateway): State<Gateway>,
    parts: Parts,
) -> Result<impl IntoResponse, Problem> {
    end(&gateway, &parts, Node::sign_out).await
}

/// Locks: as signing out, for a page that stays where it is until somebody signs in again.
#[utoipa::path(post, path = "/session/lock", responses((status = 204, description = "Done")), security(()))]
pub(crate) async fn lock(State(gateway): State<Gateway>, parts: Parts) -> Result<impl IntoResponse, Problem> {
    end(&gateway, &parts, Node::lock).await
}

async fn end(
    gateway: &Gateway,
    parts: &Parts,
    end: fn(&Node, &str) -> Result<(), ServiceError>,
) -> Result<impl IntoResponse + use<>, Problem> {
    let presented: Vec<Token> = tokens(parts).into_iter().map(Token::presented).collect();
    let node = gateway.node.clone();
    blocking(move || presented.iter().try_for_each(|token| end(&node, token.expose()))).await?;
    let cookie = format!(
        "{COOKIE}_{}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0",
        gateway.node.mark()
    );
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}
