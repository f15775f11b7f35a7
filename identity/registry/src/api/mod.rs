//! `serve`: the loopback API, for the registry's own window and for scripts on this computer.
//!
//! Only loopback addresses are listened on; every request needs the bearer token of `api.token`; a `Host` that is not
//! a loopback one is refused, so that a web page cannot reach the API by rebinding its name.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use dokuei_identity::network::NetworkName;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use tokio::signal::unix::{SignalKind, signal};

use crate::credentials::issue::Order;
use crate::failure::Failure;
use crate::files;
use crate::registry::{Registry, now};

/// The largest body that is read, bytes.
const MAX_BODY: usize = 64 * 1024;

struct Api {
    registry: Mutex<Registry>,
    token: String,
}

impl Api {
    /// A handler that panicked leaves the register as its file says: going on is safe.
    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes an address that only this computer reaches.
pub(crate) fn loopback(text: &str) -> Result<SocketAddr, Failure> {
    let address: SocketAddr = text.parse().map_err(|_| {
        Failure::Usage(format!(
            "{text:?} is not an address and port, for example 127.0.0.1:0"
        ))
    })?;
    if !address.ip().is_loopback() {
        return Err(Failure::Usage(format!(
            "{address} can be reached from other computers; the registry serves loopback only, for example 127.0.0.1:0"
        )));
    }
    Ok(address)
}

/// Serves until SIGTERM or Ctrl-C.
pub(crate) fn run(registry: Registry, address: SocketAddr) -> Result<(), Failure> {
    let layout = registry.layout().clone();
    let token = hex::encode(rand::random::<[u8; 32]>());
    files::write(&layout.token(), token.as_bytes(), true)?;
    let api = Arc::new(Api {
        registry: Mutex::new(registry),
        token,
    });
    let failed = |source| Failure::storage("served", &layout.dir, source);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(failed)?;
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|source| {
            Failure::Usage(format!(
                "{address} cannot be listened on ({source}); choose another port, or 0"
            ))
        })?;
        let address = listener.local_addr().map_err(failed)?;
        let object = serde_json::json!({"api": format!("http://{address}"), "pid": std::process::id()});
        files::write(&layout.api(), object.to_string().as_bytes(), false)?;
        println!("{object}");
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        };
        axum::serve(listener, router(api))
            .with_graceful_shutdown(stop)
            .await
            .map_err(failed)
    });
    // Nothing answers there any more.
    let _ = std::fs::remove_file(layout.api());
    served
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/api/v1/status", get(status))
        .route("/api/v1/credentials", get(credentials).post(issue))
        .route("/api/v1/credentials/{fingerprint}/revoke", post(revoke))
        .route("/api/v1/root.pem", get(root))
        .route("/api/v1/crl.pem", get(crl))
        .fallback(|| async {
            problem(
                StatusCode::NOT_FOUND,
                "not_found",
                "there is nothing at this address",
                None,
            )
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&api), guard))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(api)
}

/// Host, then token.
async fn guard(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    if !host_is_loopback(request.headers()) {
        return problem(
            StatusCode::MISDIRECTED_REQUEST,
            "host",
            "this API is for this computer only",
            None,
        );
    }
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let given = given
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    if !bool::from(given.as_bytes().ct_eq(api.token.as_bytes())) {
        let next = Some("send `Authorization: Bearer` with the content of api.token in the data directory");
        return problem(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "the token is missing or not the right one",
            next,
        );
    }
    next.run(request).await
}

fn host_is_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|digit| digit.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

async fn status(State(api): State<Arc<Api>>) -> Response {
    let registry = api.registry();
    let register = registry.register();
    Json(serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "network": NetworkName::of(registry.anchor()),
        "root_fingerprint": registry.anchor().fingerprint(),
        "issued": register.credentials.len(),
        "revoked": register.credentials.iter().filter(|credential| credential.revoked.is_some()).count(),
        "crl_number": register.last_list,
    }))
    .into_response()
}

async fn credentials(State(api): State<Arc<Api>>) -> Response {
    Json(&api.registry().register().credentials).into_response()
}

async fn root(State(api): State<Arc<Api>>) -> Response {
    pem(api.registry().anchor().to_pem())
}

/// Signs a new list, so that what is fetched is always fresh.
async fn crl(State(api): State<Arc<Api>>) -> Response {
    work(api, |registry| registry.sign_list(now()))
        .await
        .map_or_else(|refused| refused, pem)
}

async fn issue(State(api): State<Arc<Api>>, body: axum::body::Bytes) -> Response {
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => {
            return problem(
                StatusCode::BAD_REQUEST,
                "body",
                &format!("the body is not understood: {error}"),
                None,
            );
        }
    };
    match work(api, move |registry| order.carry_out(registry)).await {
        Ok((_, object)) => (StatusCode::CREATED, Json(object)).into_response(),
        Err(refused) => refused,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revocation {
    reason: String,
}

async fn revoke(
    State(api): State<Arc<Api>>,
    Path(fingerprint): Path<String>,
    body: axum::body::Bytes,
) -> Response {
    let Ok(Revocation { reason }) = serde_json::from_slice(&body) else {
        let detail = "the body is not understood: it needs {\"reason\": …}";
        return problem(StatusCode::BAD_REQUEST, "body", detail, None);
    };
    let done = work(api, move |registry| {
        let credential = registry.revoke(&fingerprint, reason.parse()?, now())?;
        Ok(serde_json::json!({"credential": credential, "crl_number": registry.register().last_list}))
    });
    done.await
        .map_or_else(|refused| refused, |object| Json(object).into_response())
}

/// Runs what writes to disk away from the threads that answer.
async fn work<T: Send + 'static>(
    api: Arc<Api>,
    job: impl FnOnce(&mut Registry) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Response> {
    match tokio::task::spawn_blocking(move || job(&mut api.registry())).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => Err(problem(
            http_status(&failure),
            failure.code(),
            &failure.to_string(),
            None,
        )),
        Err(_) => Err(problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the work was interrupted",
            None,
        )),
    }
}

const fn http_status(failure: &Failure) -> StatusCode {
    match failure {
        Failure::Unknown(_) => StatusCode::NOT_FOUND,
        Failure::AlreadyRevoked(_) => StatusCode::CONFLICT,
        Failure::Storage { .. } | Failure::Damaged(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Failure::Issue(dokuei_identity::issue::IssueError::Denied(_)) => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn pem(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/x-pem-file")], text).into_response()
}

/// RFC 9457.
fn problem(status: StatusCode, code: &str, detail: &str, next: Option<&str>) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
        "next": next,
    });
    (
        status,
        [(header::CONTENT_TYPE, "application/problem+json")],
        body.to_string(),
    )
        .into_response()
}
