//! Setting up in the app: who runs the node, which registry is trusted, and what is kept of a form.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::NODE_PASSPHRASE;
use crate::support::gate::{Answer, Gate};
use crate::support::home::Home;
use crate::support::registry::{Registry, TANAKA};

/// What only whoever runs the node may do.
const CLOSED: &[(&str, &str)] = &[
    ("GET", "/api/v1/setup/node"),
    ("POST", "/api/v1/setup/root"),
    ("POST", "/api/v1/setup/root/look"),
    ("POST", "/api/v1/setup/passphrase"),
    ("GET", "/api/v1/applications"),
    ("POST", "/api/v1/applications/look"),
    ("GET", "/api/v1/applications/draft"),
    ("PUT", "/api/v1/applications/draft"),
    ("DELETE", "/api/v1/applications/draft"),
];

/// A browser that has shown the node's passphrase.
struct Page<'a> {
    gate: &'a Gate,
    cookie: String,
}

impl<'a> Page<'a> {
    async fn of(gate: &'a Gate) -> Self {
        let answer = try_passphrase(gate, NODE_PASSPHRASE).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
        let cookie = answer.header("set-cookie").to_owned();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
            "{cookie}"
        );
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { gate, cookie }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("x-dokuei", "1")];
        self.gate
            .call(method, &format!("/api/v1{path}"), &headers, body)
            .await
    }

    async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, None).await.json()
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(&body)).await
    }

    async fn keep(&self, body: Value) {
        let answer = self.call(Method::PUT, "/applications/draft", Some(&body)).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
    }
}

async fn try_passphrase(gate: &Gate, passphrase: &str) -> Answer {
    let body = json!({"passphrase": passphrase});
    gate.call(Method::POST, "/api/v1/setup/owner", &[], Some(&body))
        .await
}

#[tokio::test]
async fn r17_only_the_nodes_passphrase_opens_the_setting_up_and_it_is_not_guessed() {
    let gate = Gate::of(Home::bare());
    for (method, path) in CLOSED {
        let method: Method = method.parse().unwrap();
        let body = (method != Method::GET).then(|| json!({}));
        let answer = gate.call(method, path, &[], body.as_ref()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let progress = gate.call(Method::GET, "/api/v1/setup", &[], None).await;
    assert_eq!(progress.json(), json!({"trusted": false, "certified": false}));

    let page = Page::of(&gate).await;
    assert_eq!(page.get("/applications").await, json!([]));
    let looked = page.post("/applications/look", json!({})).await.json();
    assert_eq!(looked, json!({"hosts": 0, "applications": []}));
    assert_eq!(
        page.get("/setup/node").await["institution"]["name"],
        "山田歯科医院"
    );
    let closed = page.call(Method::DELETE, "/setup/owner", None).await;
    assert_eq!(closed.status, StatusCode::NO_CONTENT);
    let after = page.call(Method::GET, "/applications", None).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);

    for _ in 0..5 {
        let answer = try_passphrase(&gate, "another 3 passphrase").await;
        assert_eq!(answer.problem(), "wrong_passphrase");
    }
    let answer = try_passphrase(&gate, NODE_PASSPHRASE).await;
    assert_eq!(answer.problem(), "locked_out");
}

#[tokio::test]
async fn r17_whoever_runs_the_node_sees_no_patient_by_its_passphrase() {
    let gate = Gate::with(&[TANAKA]);
    let page = Page::of(&gate).await;
    assert_eq!(
        page.get("/setup").await,
        json!({"trusted": true, "certified": true})
    );
    for path in ["/session", "/studies", "/cases", "/security"] {
        let answer = page.call(Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn r17_a_root_is_trusted_by_its_fingerprint_and_no_other_takes_its_place() {
    let home = Home::bare();
    let root = home.registry().root_pem();
    let gate = Gate::of(home);
    let page = Page::of(&gate).await;
    let looked = page.post("/setup/root/look", json!({"root": root})).await.json();
    let fingerprint = looked["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(
        page.get("/setup").await["trusted"],
        false,
        "looking is not trusting"
    );

    let other = "00".repeat(32);
    let refused = page
        .post("/setup/root", json!({"root": root, "fingerprint": other}))
        .await;
    assert_eq!(refused.problem(), "root_refused");
    let refused = page
        .post("/setup/root/look", json!({"root": "no certificate"}))
        .await;
    assert_eq!(refused.problem(), "root_refused");

    let trusted = page
        .post("/setup/root", json!({"root": root, "fingerprint": fingerprint}))
        .await
        .json();
    assert_eq!(trusted["root"], looked);
    assert_eq!(
        page.get("/setup").await,
        json!({"trusted": true, "certified": false})
    );
    let made = page
        .post("/applications", json!({"applicant": {"kind": "node"}}))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "without a new start");

    let elsewhere = Registry::new().root_pem();
    let refused = page.post("/setup/root/look", json!({"root": elsewhere})).await;
    assert_eq!(refused.problem(), "root_refused");
}

#[tokio::test]
async fn r24_a_form_is_kept_in_parts_until_it_is_dropped() {
    let gate = Gate::of(Home::bare());
    let page = Page::of(&gate).await;
    let draft = || page.get("/applications/draft");
    assert_eq!(
        draft().await,
        json!({"fields": null, "evidence": null, "sent": false})
    );
    page.keep(json!({"fields": {"name_ja": "田中 花子"}})).await;
    page.keep(json!({"evidence": [{"name": "menkyo.jpg"}], "sent": true}))
        .await;
    assert_eq!(
        draft().await,
        json!({"fields": {"name_ja": "田中 花子"}, "evidence": [{"name": "menkyo.jpg"}], "sent": true})
    );
    let large = json!({"evidence": "A".repeat(4 << 20)});
    let refused = page.call(Method::PUT, "/applications/draft", Some(&large)).await;
    assert_eq!(refused.problem(), "body_too_large");
    page.call(Method::DELETE, "/applications/draft", None).await;
    assert_eq!(draft().await["fields"], Value::Null);
}

#[tokio::test]
async fn r6_a_passphrase_is_judged_as_when_keys_are_made() {
    let gate = Gate::of(Home::bare());
    let page = Page::of(&gate).await;
    for (passphrase, code) in [
        ("short 1", json!("passphrase_too_short")),
        ("tanaka hanako 1", json!("passphrase_easy_to_guess")),
        ("otter lamp 7 violet", Value::Null),
    ] {
        let body = json!({"id": "tanaka", "name_ja": "田中 花子", "name_latin": "Tanaka Hanako",
            "passphrase": passphrase});
        let judged = page.post("/setup/passphrase", body).await.json();
        assert_eq!(judged["code"], code, "{judged}");
        assert_eq!(judged["acceptable"], code.is_null());
    }
}
