//! What a browser sends along, and what strangers' pages make it send.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use crate::support::gate::{Gate, HOST};
use crate::support::registry::TANAKA;

#[tokio::test]
async fn r17_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let gate = Gate::with(&[TANAKA]);
    let answer = gate.try_sign_in(TANAKA.id, TANAKA.passphrase).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly"), "{cookie}");
    assert!(cookie.contains("SameSite=Strict"), "{cookie}");

    let pair = cookie.split(';').next().unwrap();
    let mine = gate
        .call(Method::GET, "/api/v1/session", &[("cookie", pair)], None)
        .await;
    assert_eq!(mine.json()["id"], "tanaka");
}

#[tokio::test]
async fn r17_a_change_asked_for_by_cookie_needs_the_header_that_a_foreign_page_cannot_send() {
    let gate = Gate::with(&[TANAKA]);
    let cookie = format!("dokuei_session={}", gate.sign_in(&TANAKA).await);
    let body = json!({"path": "/no/such/folder"});
    let plain = [("cookie", cookie.as_str())];
    let answer = gate
        .call(Method::POST, "/api/v1/studies/import", &plain, Some(&body))
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.problem(), "intent_missing");

    let meant = [("cookie", cookie.as_str()), ("x-dokuei", "1")];
    let answer = gate
        .call(Method::POST, "/api/v1/studies/import", &meant, Some(&body))
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn r17_a_rebound_name_or_another_page_is_refused_whatever_it_holds() {
    let gate = Gate::with(&[TANAKA]);
    let bearer = format!("Bearer {}", gate.sign_in(&TANAKA).await);
    let ours = format!("http://{HOST}");
    let cases: &[(&str, &str, Option<&str>)] = &[
        ("host", "dokuei.example:4680", Some("foreign_host")),
        ("host", "127.0.0.1.example", Some("foreign_host")),
        ("host", "192.168.1.7:4680", Some("foreign_host")),
        ("host", "localhost:4680", None),
        ("host", "[::1]:4680", None),
        ("origin", "https://evil.example", Some("foreign_origin")),
        ("origin", "http://127.0.0.1:8080", Some("foreign_origin")),
        ("origin", "null", Some("foreign_origin")),
        ("origin", &ours, None),
    ];
    for (header, value, refused) in cases {
        let headers = [("authorization", bearer.as_str()), (*header, *value)];
        let answer = gate.call(Method::GET, "/api/v1/cases", &headers, None).await;
        match refused {
            Some(code) => {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header}: {value}");
                assert_eq!(answer.problem(), *code, "{header}: {value}");
            }
            None => assert_eq!(answer.status, StatusCode::OK, "{header}: {value}"),
        }
    }
}

#[tokio::test]
async fn r17_every_answer_carries_the_security_headers() {
    let gate = Gate::with(&[TANAKA]);
    let token = gate.sign_in(&TANAKA).await;
    let answers = [
        gate.get("/api/v1/cases", &token).await,
        gate.get("/api/v1/cases", "wrong").await,
        gate.get("/", &token).await,
        gate.call(Method::GET, "/", &[("host", "evil.example")], None)
            .await,
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn what_is_not_understood_is_a_problem_document_too() {
    let gate = Gate::with(&[TANAKA]);
    let token = gate.sign_in(&TANAKA).await;
    let bearer = format!("Bearer {token}");
    let send = |method: &str, path: &str, kind: &str, body: Vec<u8>| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST)
            .header("authorization", &bearer)
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        gate.send(request)
    };
    let json = "application/json";
    let huge = format!("{{\"with\":\"{}\"}}", "x".repeat(2 << 20)).into_bytes();
    let expected = [
        ("GET", "/api/v1/nothing", json, vec![], 404, "unknown_path"),
        ("GET", "/dicomweb/nothing", json, vec![], 404, "unknown_path"),
        ("PUT", "/api/v1/cases", json, vec![], 405, "wrong_method"),
        ("POST", "/api/v1/agreements", json, huge, 413, "body_too_large"),
        (
            "POST",
            "/api/v1/agreements",
            "text/plain",
            b"{}".to_vec(),
            415,
            "not_json",
        ),
        ("POST", "/api/v1/agreements", json, b"{".to_vec(), 400, "bad_body"),
        (
            "POST",
            "/api/v1/agreements",
            json,
            b"{}".to_vec(),
            422,
            "bad_body",
        ),
        (
            "GET",
            "/dicomweb/studies/1/series/2/instances/3/rendered?frame=x",
            json,
            vec![],
            400,
            "bad_query",
        ),
    ];
    for (method, path, kind, body, status, code) in expected {
        let answer = send(method, path, kind, body).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        assert_eq!(answer.problem(), code, "{method} {path}");
    }
}
