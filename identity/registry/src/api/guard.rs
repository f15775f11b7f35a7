//! What every request must satisfy before anything looks at it.
//!
//! The API listens on loopback, but a browser on this computer also shows pages of strangers: the Host must be ours
//! (DNS rebinding), the Origin must be ours when one is given, a change asked for by cookie must carry a header that
//! a foreign page cannot send; and whoever asks must have the token or a session.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;

use super::Api;
use super::problem::problem;
use crate::operators::Actor;

/// No script, style, image or connection from anywhere but here; nobody may frame it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";
/// The header that a change asked for by cookie must carry.
const INTENT: &str = "x-dokuei";

/// The header of what a page asks for by itself while nobody is at it: that keeps no session alive.
const BACKGROUND: &str = "x-dokuei-background";

/// Host, Origin, intent; and the headers of every answer.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = match check(request.method(), request.headers()) {
        None => next.run(request).await,
        Some(refused) => refused,
    };
    let headers = response.headers_mut();
    // A page to be printed brings a stricter one of its own.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check(method: &Method, headers: &HeaderMap) -> Option<Response> {
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !is_loopback(host) {
        let detail = "this API is for this computer only";
        return Some(problem(StatusCode::MISDIRECTED_REQUEST, "host", detail, None));
    }
    if let Some(origin) = headers.get(header::ORIGIN)
        && origin.to_str().ok() != Some(&format!("http://{host}"))
    {
        let detail = "another page asked for this";
        return Some(problem(StatusCode::FORBIDDEN, "foreign_origin", detail, None));
    }
    let changes = !matches!(*method, Method::GET | Method::HEAD);
    let by_cookie = headers.contains_key(header::COOKIE) && !headers.contains_key(header::AUTHORIZATION);
    if changes && by_cookie && !headers.contains_key(INTENT) {
        let detail = "a change asked for by cookie must carry the header X-Dokuei: 1";
        return Some(problem(StatusCode::FORBIDDEN, "intent_missing", detail, None));
    }
    None
}

fn is_loopback(host: &str) -> bool {
    let digits = |port: &str| port.bytes().all(|digit| digit.is_ascii_digit());
    let name = match host.rsplit_once(':') {
        Some((name, port)) if digits(port) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// The token, or a session: tells the routes who acts.
pub(super) async fn authenticate(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let Some(actor) = who(&api, request.headers()) else {
        let next =
            "sign in, or send `Authorization: Bearer` with the content of api.token in the data directory";
        return problem(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "the token is missing or not the right one",
            Some(next),
        );
    };
    request.extensions_mut().insert(actor);
    next.run(request).await
}

fn who(api: &Api, headers: &HeaderMap) -> Option<Actor> {
    let asked = !headers.contains_key(BACKGROUND);
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match given {
        Some(given) if bool::from(given.as_bytes().ct_eq(api.token.as_bytes())) => {
            Some(api.token_actor.clone())
        }
        Some(given) => api.sessions().find(given, asked),
        None => api.sessions().find(&cookie(headers, &api.cookie)?, asked),
    }
}

/// What came along to prove who asks: a token, or else our cookie's value.
pub(super) fn given(headers: &HeaderMap, name: &str) -> Option<String> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match bearer {
        Some(bearer) => Some(bearer.to_owned()),
        None => cookie(headers, name),
    }
}

/// The value of our cookie.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).into_iter();
    pairs
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse().unwrap(), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    /// Method, headers, and whether it may pass.
    type Case = (Method, &'static [(&'static str, &'static str)], bool);

    /// R17: a page of a stranger in the operator's browser reaches nothing.
    #[test]
    fn r17_strangers_pages_are_refused() {
        let table: [Case; 8] = [
            (Method::GET, &[("host", "127.0.0.1:8080")], true),
            (Method::GET, &[("host", "[::1]:8080")], true),
            (Method::GET, &[("host", "evil.example:8080")], false),
            (Method::GET, &[], false),
            (
                Method::POST,
                &[("host", "localhost:1"), ("origin", "http://localhost:1")],
                true,
            ),
            (
                Method::POST,
                &[("host", "localhost:1"), ("origin", "http://localhost:2")],
                false,
            ),
            (Method::POST, &[("host", "localhost"), ("cookie", "a=1")], false),
            (
                Method::POST,
                &[("host", "localhost"), ("cookie", "a=1"), ("x-dokuei", "1")],
                true,
            ),
        ];
        for (method, given, good) in table {
            assert_eq!(check(&method, &headers(given)).is_none(), good, "{given:?}");
        }
    }
}
