//! Operator, practitioner, nobody: signing in and out, and what is refused to each.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::gate::Gate;
use crate::support::registry::{SUZUKI, TANAKA};

/// Everything that somebody who is not signed in may not do: method and path.
const CLOSED: &[(&str, &str)] = &[
    ("GET", "/api/v1/status"),
    ("GET", "/api/v1/session"),
    ("GET", "/api/v1/security"),
    ("POST", "/api/v1/security/passphrase"),
    ("POST", "/api/v1/security/second-factor"),
    ("POST", "/api/v1/security/second-factor/confirm"),
    ("POST", "/api/v1/security/second-factor/remove"),
    ("POST", "/api/v1/security/recovery-kit"),
    ("POST", "/api/v1/security/proof"),
    ("GET", "/api/v1/retention"),
    ("GET", "/api/v1/retention/past"),
    ("POST", "/api/v1/retention/deletions"),
    ("GET", "/api/v1/retention/deletions/1/certificate"),
    ("POST", "/api/v1/retention/readmissions"),
    ("POST", "/api/v1/recovery"),
    ("GET", "/api/v1/directory"),
    ("GET", "/api/v1/directory/00"),
    ("GET", "/api/v1/directory/00/photo"),
    ("GET", "/api/v1/me/left-drafts"),
    ("GET", "/api/v1/audit/disclosures.pdf?patient=1"),
    ("GET", "/api/v1/me/profile"),
    ("PUT", "/api/v1/me/profile"),
    ("GET", "/api/v1/jobs/0011223344556677"),
    ("GET", "/api/v1/events"),
    ("POST", "/api/v1/studies/import"),
    ("POST", "/api/v1/studies/attach"),
    ("POST", "/api/v1/studies/1.2.3/pseudonymise"),
    ("POST", "/api/v1/cases/check"),
    ("GET", "/api/v1/studies"),
    ("GET", "/api/v1/studies/1.2.3"),
    ("POST", "/api/v1/studies/1.2.3/export"),
    ("POST", "/api/v1/studies/1.2.3/send"),
    ("GET", "/api/v1/archives"),
    ("POST", "/api/v1/archives/PACS/echo"),
    ("GET", "/api/v1/dispatches"),
    ("GET", "/api/v1/dispatches/00"),
    ("POST", "/api/v1/dispatches/00/cancel"),
    ("POST", "/api/v1/dispatches/00/again"),
    ("POST", "/api/v1/cases/00/send-report"),
    ("GET", "/api/v1/agreements"),
    ("POST", "/api/v1/agreements"),
    ("POST", "/api/v1/agreements/00/accept"),
    ("GET", "/api/v1/cases"),
    ("POST", "/api/v1/cases"),
    ("GET", "/api/v1/cases/00"),
    ("POST", "/api/v1/cases/00/accept"),
    ("POST", "/api/v1/cases/00/decline"),
    ("POST", "/api/v1/cases/00/report"),
    ("POST", "/api/v1/cases/00/read"),
    ("POST", "/api/v1/cases/00/close"),
    ("GET", "/api/v1/cases/00/report.pdf"),
    ("GET", "/api/v1/cases/00/report.dcm"),
    ("GET", "/dicomweb/studies/1/series/2/instances/3"),
    ("GET", "/dicomweb/studies/1/series/2/instances/3/rendered"),
];

/// What staff may do with the operator's token alone.
const OPERATORS: &[&str] = &[
    "/api/v1/status",
    "/api/v1/directory",
    "/api/v1/directory/00",
    "/api/v1/directory/00/photo",
    "/api/v1/jobs/0011223344556677",
    "/api/v1/events",
    "/api/v1/retention/past",
    "/api/v1/studies/import",
    "/api/v1/studies/attach",
    "/api/v1/archives",
    "/api/v1/archives/PACS/echo",
    "/api/v1/dispatches",
    "/api/v1/dispatches/00",
    "/api/v1/dispatches/00/cancel",
    "/api/v1/dispatches/00/again",
    "/api/v1/recovery",
];

#[tokio::test]
async fn r17_without_a_token_everything_is_refused_alike() {
    let gate = Gate::with(&[]);
    let body = json!({});
    for (method, path) in CLOSED {
        let method: Method = method.parse().unwrap();
        let body = (method != Method::GET).then_some(&body);
        for token in [None, Some("Bearer "), Some("Bearer wrong"), Some("Basic d2g=")] {
            let headers: Vec<(&str, &str)> = token.iter().map(|token| ("authorization", *token)).collect();
            let answer = gate.call(method.clone(), path, &headers, body).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {token:?}");
            assert_eq!(answer.problem(), "not_signed_in", "{path}");
        }
    }
}

#[tokio::test]
async fn r24_the_operator_administers_and_imports_but_sees_no_patient() {
    let gate = Gate::with(&[TANAKA]);
    for path in ["/api/v1/status", "/api/v1/directory"] {
        assert_eq!(
            gate.get(path, &gate.operator).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
    let body = json!({});
    let bearer = format!("Bearer {}", gate.operator);
    for (method, path) in CLOSED.iter().filter(|(_, path)| !OPERATORS.contains(path)) {
        let method: Method = method.parse().unwrap();
        let body = (method == Method::POST).then_some(&body);
        let answer = gate.call(method, path, &[("authorization", &bearer)], body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.problem(), "not_signed_in", "{path}");
    }
}

#[tokio::test]
async fn r6_signing_in_opens_the_work_and_signing_out_ends_it() {
    let gate = Gate::with(&[TANAKA]);
    let token = gate.sign_in(&TANAKA).await;
    let me = gate.get("/api/v1/session", &token).await.json();
    assert_eq!(me["id"], "tanaka");
    assert_eq!(me["name_ja"], "田中 花子");
    assert_eq!(me["may_read"], false);
    assert_eq!(gate.get("/api/v1/cases", &token).await.status, StatusCode::OK);

    let bearer = format!("Bearer {token}");
    let gone = gate
        .call(
            Method::DELETE,
            "/api/v1/session",
            &[("authorization", &bearer)],
            None,
        )
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(
        gate.get("/api/v1/session", &token).await.problem(),
        "not_signed_in"
    );
}

#[tokio::test]
async fn r6_a_wrong_passphrase_is_told_and_guessing_is_locked_out() {
    let gate = Gate::with(&[TANAKA, SUZUKI]);
    for _ in 0..5 {
        let answer = gate.try_sign_in("tanaka", "not her passphrase").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.problem(), "wrong_passphrase");
    }
    // Now even the right one has to wait, and the answer says how long.
    let answer = gate.try_sign_in("tanaka", TANAKA.passphrase).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.problem(), "locked_out");
    assert!(answer.json()["detail"].as_str().unwrap().contains("seconds"));
    let wait = answer.json()["retry_after"].as_u64().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(answer.header("retry-after"), wait.to_string());
    // The others are not locked out with her.
    gate.sign_in(&SUZUKI).await;

    let home = gate.close();
    let failures = home.store().sign_in_failures("tanaka").unwrap().unwrap();
    assert_eq!(failures.count, 5, "the lock-out outlives a restart");
}

#[tokio::test]
async fn r6_guesses_at_the_same_time_count_one_by_one() {
    let gate = Gate::with(&[TANAKA]);
    let guesses = (0..12).map(|_| gate.try_sign_in("tanaka", "not her passphrase"));
    let answers = futures::future::join_all(guesses).await;
    let tried = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::UNAUTHORIZED)
        .count();
    // The first wait lasts thirty seconds: on no machine do twelve guesses take as long.
    assert_eq!(tried, 5, "{tried} guesses were tried");
}

#[tokio::test]
async fn r6_a_name_that_is_not_known_is_locked_out_like_one_that_is() {
    let gate = Gate::with(&[TANAKA]);
    let mut bodies = Vec::new();
    for id in ["tanaka", "nobody"] {
        for _ in 0..5 {
            gate.try_sign_in(id, "not her passphrase").await;
        }
        let answer = gate.try_sign_in(id, "not her passphrase").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{id}");
        bodies.push(answer.problem());
    }
    assert_eq!(bodies[0], bodies[1]);
    let home = gate.close();
    let rows = format!("{:?}", home.store().audit_rows(1, 100).unwrap());
    assert!(rows.contains("lock_out"), "{rows}");
    assert!(!rows.contains("nobody"), "{rows}");
}

#[tokio::test]
async fn r6_who_is_not_known_is_answered_like_a_wrong_passphrase_and_not_written_down() {
    let gate = Gate::with(&[TANAKA]);
    // People type their passphrase into the wrong field.
    let slip = "seven herons, 1 pond";
    let unknown = gate.try_sign_in(slip, "x").await;
    let wrong = gate.try_sign_in("tanaka", "not her passphrase").await;
    assert_eq!(unknown.status, wrong.status);
    assert_eq!(unknown.body, wrong.body);

    let home = gate.close();
    let rows = home.store().audit_rows(1, 100).unwrap();
    assert_eq!(rows.len(), 2, "both failures are audited");
    assert!(!format!("{rows:?}").contains(slip));
}

#[tokio::test]
async fn r6_passphrases_and_tokens_are_not_in_any_answer() {
    let gate = Gate::with(&[TANAKA]);
    let people = gate.call(Method::GET, "/api/v1/practitioners", &[], None).await;
    assert_eq!(people.json(), json!([{"id": "tanaka", "name": "田中 花子"}]));
    let token = gate.sign_in(&TANAKA).await;
    for path in ["/api/v1/status", "/api/v1/session", "/api/v1/directory"] {
        let body = gate.get(path, &token).await.body;
        let text = String::from_utf8_lossy(&body);
        assert!(!text.contains(&token) && !text.contains(&gate.operator), "{path}");
    }
}
