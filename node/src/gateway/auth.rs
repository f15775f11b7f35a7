//! Who is asking: the user who runs the node (operator token) or a signed-in practitioner (session).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::Gateway;
use super::problem::Problem;
use crate::service::session::Session;

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "dokuei_session";

/// The user who runs this node, or anybody signed in: may administer and import, sees no patient by that alone.
#[derive(Debug)]
pub(crate) struct Operator;

/// A signed-in practitioner.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub Arc<Session>);

/// The token that a request carries, from the Authorization header or the session cookie.
#[must_use]
pub(crate) fn token(parts: &Parts) -> Option<&str> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        return value.to_str().ok()?.strip_prefix("Bearer ");
    }
    let cookies = parts.headers.get(header::COOKIE)?.to_str().ok()?;
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

impl FromRequestParts<Gateway> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        token(parts)
            .and_then(|token| gateway.node.sessions().find(token, gateway.node.now()))
            .map(SignedIn)
            .ok_or_else(Problem::not_signed_in)
    }
}

impl FromRequestParts<Gateway> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let token = token(parts).ok_or_else(Problem::not_signed_in)?;
        let known = gateway.operator_token.matches(token)
            || gateway.node.sessions().find(token, gateway.node.now()).is_some();
        if known {
            Ok(Self)
        } else {
            Err(Problem::not_signed_in())
        }
    }
}
