//! A node's loopback API, called without a socket.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use dokuei_node::gateway;
use dokuei_node::second_factor::Kinds;
use dokuei_node::service::Node;
use dokuei_node::token::Token;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::described;
use super::home::Home;
use super::registry::Person;

/// What the router answers to, as a browser on this machine would write it.
pub(crate) const HOST: &str = "127.0.0.1:4680";

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem document; that it is one is checked.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{} {:?}",
            self.status,
            self.body
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        assert!(problem["detail"].as_str().is_some_and(|text| !text.is_empty()));
        problem["code"].as_str().unwrap().to_owned()
    }
}

/// A stream of server-sent events.
pub(crate) struct Listened {
    body: BodyDataStream,
    text: String,
}

impl Listened {
    /// The next event's name and data; none when the stream has ended. Waits a minute at most.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let of = |field: &str| {
                    let mut lines = event.lines();
                    let found = lines.find_map(|line| line.strip_prefix(field));
                    found.map(|value| value.trim().to_owned())
                };
                let (name, data) = (of("event:").unwrap_or_default(), of("data:"));
                self.text = rest.to_owned();
                if let Some(data) = data {
                    return Some((name, serde_json::from_str(&data).unwrap()));
                }
                continue;
            }
            let part = tokio::time::timeout(Duration::from_secs(60), self.body.next());
            let part = part.await.expect("an event in a minute")?.unwrap();
            self.text += std::str::from_utf8(&part).unwrap();
        }
    }
}

/// The API of one node.
pub(crate) struct Gate {
    pub(crate) home: Home,
    pub(crate) operator: String,
    pub(crate) node: Node,
    router: Router,
}

impl Gate {
    /// The API of a certified node with these practitioners.
    pub(crate) fn with(people: &[Person]) -> Self {
        Self::of(Home::with(people))
    }

    /// The API of this node.
    pub(crate) fn of(home: Home) -> Self {
        let node = home.open();
        Self::around(home, node)
    }

    /// The API of this node, by another clock than the system's. The last node of this home may still be ending.
    pub(crate) fn by(home: Home, clock: dokuei_node::clock::Clock) -> Self {
        Self::knowing(home, clock, Kinds::default())
    }

    /// The same, of a node that knows these kinds of second factor.
    pub(crate) fn knowing(home: Home, clock: dokuei_node::clock::Clock, factors: Kinds) -> Self {
        drop(home.store());
        let node = home.open_knowing(clock, factors);
        Self::around(home, node)
    }

    fn around(home: Home, node: Node) -> Self {
        let operator = Token::generate();
        let router = gateway::router(node.clone(), operator.clone(), None);
        Self {
            home,
            operator: operator.expose().to_owned(),
            node,
            router,
        }
    }

    /// Puts the node down.
    pub(crate) fn close(self) -> Home {
        drop((self.router, self.node));
        self.home
    }

    /// Sends a request; that the answer is as it is described is checked.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let answer = Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: to_bytes(response.into_body(), 1 << 24).await.unwrap(),
        };
        let kind = answer.header("content-type");
        described::check(&method, &path, answer.status, kind, &answer.body);
        answer
    }

    /// Listens at a path of server-sent events, from now on.
    pub(crate) async fn listen(&self, path: &str, token: &str) -> Listened {
        let bearer = format!("Bearer {token}");
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, bearer)
            .body(Body::empty())
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Listened {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// A request with these headers; Host is ours unless it is among them. `body` is sent as JSON.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, HOST);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.call(Method::GET, path, &[("authorization", &bearer)], None)
            .await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        self.call(Method::POST, path, &[("authorization", &bearer)], Some(body))
            .await
    }

    pub(crate) async fn put(&self, path: &str, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        self.call(Method::PUT, path, &[("authorization", &bearer)], Some(body))
            .await
    }

    /// Tries to sign in.
    pub(crate) async fn try_sign_in(&self, id: &str, passphrase: &str) -> Answer {
        let body = json!({"id": id, "passphrase": passphrase});
        self.call(Method::POST, "/api/v1/session", &[], Some(&body)).await
    }

    /// Signs in; gives the token.
    pub(crate) async fn sign_in(&self, person: &Person) -> String {
        let answer = self.try_sign_in(person.id, person.passphrase).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// Waits until the job that an answer names has ended; gives how it stands then.
    pub(crate) async fn job(&self, started: &Answer) -> Value {
        assert_eq!(started.status, StatusCode::ACCEPTED, "{:?}", started.body);
        let path = format!("/api/v1/jobs/{}", started.json()["job"].as_str().unwrap());
        for _ in 0..1200 {
            let job = self.get(&path, &self.operator).await.json();
            if job["state"] != "running" {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the job does not end");
    }

    /// Imports what lies at `path`; gives how the job ended.
    pub(crate) async fn import(&self, path: &Path) -> Value {
        let started = self
            .post("/api/v1/studies/import", &self.operator, &json!({"path": path}))
            .await;
        self.job(&started).await
    }
}
