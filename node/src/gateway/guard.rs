//! What every request must satisfy before anything looks at it, and what every answer carries.
//!
//! The API listens on loopback, but a browser on this machine also shows pages of strangers: the Host must be ours
//! (DNS rebinding), the Origin must be ours when one is given, and a change asked for by cookie must carry a header
//! that a foreign page cannot send.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::service::codes::Code;

/// No script, style, image or connection from anywhere but this node; nobody may frame it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// The header that a change asked for by cookie must carry.
const INTENT: &str = "x-dokuei";

/// Checks Host, Origin and intent; adds the security headers.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let mut response = match check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Adds the port to a Host that has none: some clients leave it out, and what they are answered names the way back.
pub(crate) async fn complete_host(State(port): State<u16>, mut request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = host.and_then(|host| host.parse::<Authority>().ok());
    let whole = authority
        .filter(|authority| authority.port().is_none())
        .and_then(|authority| HeaderValue::from_str(&format!("{authority}:{port}")).ok());
    if let Some(whole) = whole {
        request.headers_mut().insert(header::HOST, whole);
    }
    next.run(request).await
}

fn check(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let refuse = |code, detail: &str| Err(Problem::new(StatusCode::FORBIDDEN, code, detail, ""));
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    if !is_loopback(host) {
        return refuse(
            Code::ForeignHost,
            "this node answers only to its own loopback address",
        );
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        let ours = origin
            .to_str()
            .is_ok_and(|origin| origin == format!("http://{host}"));
        if !ours {
            return refuse(Code::ForeignOrigin, "another page asked for this");
        }
    }
    let changes = !matches!(*method, Method::GET | Method::HEAD);
    let by_cookie = headers.contains_key(header::COOKIE) && !headers.contains_key(header::AUTHORIZATION);
    if changes && by_cookie && !headers.contains_key(INTENT) {
        return refuse(
            Code::IntentMissing,
            "a change asked for by cookie must carry the header X-Dokuei: 1",
        );
    }
    Ok(())
}

fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v)))
            .collect()
    }

    #[test]
    fn r17_a_rebound_host_name_is_refused() {
        assert!(check(&Method::GET, &headers(&[("host", "127.0.0.1:8080")])).is_ok());
        assert!(check(&Method::GET, &headers(&[("host", "[::1]:8080")])).is_ok());
        assert!(check(&Method::GET, &headers(&[("host", "evil.example:8080")])).is_err());
        assert!(check(&Method::GET, &headers(&[])).is_err());
    }

    #[test]
    fn r17_another_pages_request_is_refused() {
        let ours = [("host", "localhost:1"), ("origin", "http://localhost:1")];
        let foreign = [("host", "localhost:1"), ("origin", "http://localhost:2")];
        assert!(check(&Method::POST, &headers(&ours)).is_ok());
        assert!(check(&Method::POST, &headers(&foreign)).is_err());
    }

    #[tokio::test]
    async fn a_host_without_a_port_is_this_one() {
        use axum::Router;
        use axum::body::{Body, to_bytes};
        use axum::routing::get;
        use tower::ServiceExt as _;

        let told = |headers: HeaderMap| async move { headers[header::HOST].to_str().unwrap().to_owned() };
        let router = Router::new().route("/", get(told));
        let router = router.layer(axum::middleware::from_fn_with_state(4680, complete_host));
        for (host, whole) in [
            ("127.0.0.1", "127.0.0.1:4680"),
            ("[::1]", "[::1]:4680"),
            ("localhost:1", "localhost:1"),
        ] {
            let request = Request::get("/")
                .header(header::HOST, host)
                .body(Body::empty())
                .unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(to_bytes(answer.into_body(), 100).await.unwrap(), whole);
        }
    }

    #[test]
    fn r17_a_change_by_cookie_needs_intent() {
        let plain = [("host", "localhost"), ("cookie", "dokuei_session=1")];
        let meant = [
            ("host", "localhost"),
            ("cookie", "dokuei_session=1"),
            ("x-dokuei", "1"),
        ];
        assert!(check(&Method::POST, &headers(&plain)).is_err());
        assert!(check(&Method::GET, &headers(&plain)).is_ok());
        assert!(check(&Method::POST, &headers(&meant)).is_ok());
    }
}
