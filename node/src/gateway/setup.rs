//! Setting up in the app, before anybody can sign in: who runs the node, which registry it trusts, and whether a
//! passphrase may be chosen.

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dokuei_identity::fingerprint::Fingerprint;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::auth::{COOKIE, Operator, tokens};
use super::body::Body;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};

/// `POST /setup/owner`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodePassphrase {
    passphrase: String,
}

/// A root certificate, PEM.
#[derive(Deserialize, ToSchema)]
#[schema(as = RootPem)]
#[serde(deny_unknown_fields)]
pub(crate) struct Root {
    root: String,
}

/// `POST /setup/root`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trusted {
    root: String,
    /// Its fingerprint, as it was compared.
    #[schema(value_type = String)]
    fingerprint: Fingerprint,
}

/// `POST /setup/passphrase`
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    id: String,
    name_ja: String,
    name_latin: String,
    passphrase: String,
}

/// How far it is. Whoever is at this machine may know.
#[utoipa::path(
    get,
    path = "/setup",
    responses((status = 200, description = "As it is now", body = shapes::setup::SetupProgress)),
    security(())
)]
pub(crate) async fn progress(State(gateway): State<Gateway>) -> Json<Value> {
    Json(gateway.node.setup_progress())
}

/// What an application starts from.
#[utoipa::path(
    get,
    path = "/setup/node",
    responses((status = 200, description = "As it is now", body = shapes::setup::SetupNode))
)]
pub(crate) async fn show(State(gateway): State<Gateway>, _: Operator) -> Json<Value> {
    Json(gateway.node.setup_view())
}

/// Lets in whoever knows the node's passphrase, by a cookie that no script can read.
#[utoipa::path(
    post,
    path = "/setup/owner",
    request_body = NodePassphrase,
    responses((status = 204, description = "Done")),
    security(())
)]
pub(crate) async fn open(
    State(gateway): State<Gateway>,
    Body(body): Body<NodePassphrase>,
) -> Result<impl IntoResponse, Problem> {
    let passphrase = Zeroizing::new(body.passphrase);
    let node = gateway.node.clone();
    let token = blocking(move || node.open_as_owner(&passphrase)).await?;
    let cookie = format!(
        "{COOKIE}_owner_{}={}; HttpOnly; SameSite=Strict; Path=/",
        gateway.node.mark(),
        token.expose()
    );
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

/// Ends that.
#[utoipa::path(delete, path = "/setup/owner", responses((status = 204, description = "Done")), security(()))]
pub(crate) async fn close(State(gateway): State<Gateway>, parts: Parts) -> impl IntoResponse {
    for token in tokens(&parts) {
        gateway.node.close_as_owner(token);
    }
    let cookie = format!(
        "{COOKIE}_owner_{}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0",
        gateway.node.mark()
    );
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)])
}

/// What a root says of itself, to be compared.
#[utoipa::path(
    post,
    path = "/setup/root/look",
    request_body = Root,
    responses((status = 200, description = "As it is now", body = shapes::setup::Root))
)]
pub(crate) async fn look(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<Root>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.look_at_root(&body.root))
        .await
        .map(Json)
}

/// Trusts it.
#[utoipa::path(
    post,
    path = "/setup/root",
    request_body = Trusted,
    responses((status = 200, description = "As it is now", body = shapes::setup::SetupNode))
)]
pub(crate) async fn trust(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<Trusted>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(gateway.node.trust_root(body.root, body.fingerprint).await?))
}

/// Whether it may be chosen for new keys, judged as when they are made.
#[utoipa::path(
    post,
    path = "/setup/passphrase",
    request_body = Chosen,
    responses((status = 200, description = "As it is now", body = shapes::setup::Verdict))
)]
pub(crate) async fn judge(
    State(gateway): State<Gateway>,
    _: Operator,
    Body(body): Body<Chosen>,
) -> Result<Json<Value>, Problem> {
    let passphrase = Zeroizing::new(body.passphrase);
    blocking(move || {
        gateway
            .node
            .judge_passphrase(&body.id, (&body.name_ja, &body.name_latin), &passphrase)
    })
    .await
    .map(Json)
}
