//! Who is asking: the user who runs the node (operator token, or the node's passphrase in the app) or a signed-in practitioner (session).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::Gateway;
use super::problem::Problem;
use crate::service::session::Session;
use crate::token::Token;

/// How the name of a session cookie begins; the node's own mark follows, because a browser tells cookies of two nodes
/// on one machine apart by name only, not by port.
pub(crate) const COOKIE: &str = "dokuei_session";

/// What a request carries that nobody made by hand: a page that refreshes itself.
pub(crate) const BACKGROUND: &str = "x-dokuei-background";

/// The session of a token. A request that says that nobody made it by hand does not count as use.
fn session_of(parts: &Parts, gateway: &Gateway, token: &str) -> Option<Arc<Session>> {
    let (sessions, now) = (gateway.node.sessions(), gateway.node.now());
    if parts.headers.contains_key(BACKGROUND) {
        sessions.peek(token, now)
    } else {
        sessions.find(token, now)
    }
}

/// Whether a token is of somebody who showed the node's passphrase.
fn is_owner(parts: &Parts, gateway: &Gateway, token: &str) -> bool {
    let counts = !parts.headers.contains_key(BACKGROUND);
    gateway.node.is_owner(token, counts)
}

/// The user who runs this node, or anybody signed in: may administer and import, sees no patient by that alone.
#[derive(Debug)]
pub(crate) struct Operator;

/// A signed-in practitioner who may work with patients' data.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub Arc<Session>);

/// A signed-in practitioner, whether or not her pledge and her training are valid: so that she can sign the one and have
/// the other recorded.
#[derive(Debug, Clone)]
pub(crate) struct Known(pub Arc<Session>);

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
        let Known(session) = Known::from_request_parts(parts, gateway).await?;
        let (node, hers) = (gateway.node.clone(), Arc::clone(&session));
        super::blocking(move || node.may_work_with_patients(&hers)).await?;
        Ok(Self(session))
    }
}

impl FromRequestParts<Gateway> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        tokens(parts)
            .into_iter()
            .find_map(|token| session_of(parts, gateway, token))
            .map(Self)
            .ok_or_else(Problem::not_signed_in)
    }
}

impl FromRequestParts<Gateway> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let known = tokens(parts).into_iter().any(|token| {
            gateway.operator_token.matches(token)
                || is_owner(parts, gateway, token)
                || session_of(parts, gateway, token).is_some()
        });
        if known {
            Ok(Self)
        } else {
            Err(Problem::not_signed_in())
        }
    }
}

/// Like [`Operator`], with the name that the audit log has for who it is.
#[derive(Debug)]
pub(crate) struct Actor(pub String);

impl FromRequestParts<Gateway> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        if let Ok(Known(session)) = Known::from_request_parts(parts, gateway).await {
            return Ok(Self(session.id.clone()));
        }
        Operator::from_request_parts(parts, gateway).await?;
        Ok(Self("operator".to_owned()))
    }
}

/// Whoever may change how the node works: the user who runs it, or somebody who has that duty (R22).
#[derive(Debug)]
pub(crate) struct Operating;

impl FromRequestParts<Gateway> for Operating {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let session = Known::from_request_parts(parts, gateway).await.ok();
        let owner = || {
            tokens(parts)
                .into_iter()
                .any(|token| gateway.operator_token.matches(token) || is_owner(parts, gateway, token))
        };
        match session {
            Some(Known(session)) if !owner() => {
                let node = gateway.node.clone();
                super::blocking(move || node.may_operate(Some(&session.id))).await?;
                Ok(Self)
            }
            _ => Operator::from_request_parts(parts, gateway).await.map(|_| Self),
        }
    }
}

/// Somebody who listens: the operator, or a session. Listening does not count as use, and ends with the session.
#[derive(Debug, Clone)]
pub(crate) struct Listener(Option<Token>);

impl Listener {
    /// Whether it may still listen.
    pub(crate) fn may_listen(&self, gateway: &Gateway) -> bool {
        self.0.as_ref().is_none_or(|token| {
            let now = gateway.node.now();
            gateway.node.sessions().peek(token.expose(), now).is_some()
        })
    }
}

impl FromRequestParts<Gateway> for Listener {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let now = gateway.node.now();
        tokens(parts)
            .into_iter()
            .find_map(|token| {
                if gateway.operator_token.matches(token) {
                    return Some(Self(None));
                }
                let known = gateway.node.sessions().peek(token, now).is_some();
                known.then(|| Self(Some(Token::presented(token))))
            })
            .ok_or_else(Problem::not_signed_in)
    }
}

/// A signed-in practitioner who may work with patients' data and listens. Listening does not count as use, and ends with the
/// session.
#[derive(Debug, Clone)]
pub(crate) struct Listening(pub Arc<Session>, pub Listener);

impl FromRequestParts<Gateway> for Listening {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let now = gateway.node.now();
        let found = tokens(parts).into_iter().find_map(|token| {
            let session = gateway.node.sessions().peek(token, now)?;
            Some((session, Listener(Some(Token::presented(token)))))
        });
        let (session, listener) = found.ok_or_else(Problem::not_signed_in)?;
        let (node, hers) = (gateway.node.clone(), Arc::clone(&session));
        super::blocking(move || node.may_work_with_patients(&hers)).await?;
        Ok(Self(session, listener))
    }
}

/// The user who runs this node, by its token, and nobody else.
#[derive(Debug)]
pub(crate) struct Owner;

impl FromRequestParts<Gateway> for Owner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let known = tokens(parts)
            .into_iter()
            .any(|token| gateway.operator_token.matches(token));
        if known {
            Ok(Self)
        } else {
            Err(Problem::not_signed_in())
        }
    }
}
