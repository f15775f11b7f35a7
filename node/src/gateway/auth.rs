//! Who is asking: the user who runs the node (operator token) or a signed-in practitioner (session).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::Gateway;
use super::problem::Problem;
use crate::service::session::Session;

/// How the name of a session cookie begins; the node's own mark follows, because a browser tells cookies of two nodes
/// on one machine apart by name only, not by port.
pub(crate) const COOKIE: &str = "dokuei_session";

/// The user who runs this node, or anybody signed in: may administer and import, sees no patient by that alone.
#[derive(Debug)]
pub(crate) struct Operator;

/// A signed-in practitioner.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub Arc<Session>);

/// The tokens that a request carries: of the Authorization header, else of every session cookie (those of another
/// node on this machine are among them and open nothing here).
pub(crate) fn tokens(parts: &Parts) -> Vec<&str> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        return value
            .to_str()
            .ok()
            .and_then(|value| value.strip_prefix("Bearer "))
            .into_iter()
            .collect();
    }
    let cookies = parts
        .headers
        .get(header::COOKIE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(|(name, _)| name.starts_with(COOKIE))
        .map(|(_, value)| value)
        .collect()
}

impl FromRequestParts<Gateway> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        tokens(parts)
            .into_iter()
            .find_map(|token| gateway.node.sessions().find(token, gateway.node.now()))
            .map(SignedIn)
            .ok_or_else(Problem::not_signed_in)
    }
}

impl FromRequestParts<Gateway> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let known = tokens(parts).into_iter().any(|token| {
            gateway.operator_token.matches(token)
                || gateway.node.sessions().find(token, gateway.node.now()).is_some()
        });
        if known {
            Ok(Self)
        } else {
            Err(Problem::not_signed_in())
        }
    }
}
