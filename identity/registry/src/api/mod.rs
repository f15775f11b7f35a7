//! `serve`: the loopback API, for the registry's console in a browser and for scripts on this computer.
//!
//! Only loopback addresses are listened on. A script sends `Authorization: Bearer` with the content of `api.token`
//! and acts as the operator who started `serve`; a browser signs in, and its cookie acts as that operator. A change
//! asked for by cookie carries `X-Dokuei: 1`. Problems are RFC 9457 with a stable `code`. Times are seconds since
//! 1970. All below `/api/v1` (the session also below `/api`):
//!
//! ```text
//! POST   /session            {operator?, passphrase} → 201 {operator, token} and the cookie; 429 locked_out
//! GET    /session            {operator, named}
//! DELETE /session            204
//! GET    /status             {version, network, root_fingerprint, roots, issued, in_force, suspended, revoked,
//!                             crl_number, crl_signed_at, crl_age, register: {size, root, signed_at}, four_eyes,
//!                             operators, pending, findings: [{code, detail}]}
//! GET    /credentials        [Credential]
//! GET    /credentials/search ?q&kind=practitioner|node&standing&expires_before&offset&limit
//!                            {total, offset, items: [Credential]}, the newest first
//!        Credential = {kind, fingerprint, serial, subject, validity: {not_before, not_after}, issued_at, issued_by,
//!                      revoked: null|{since, reason}, replaced_by, application,
//!                      standing: in_force|suspended|superseded|revoked|expired}
//! POST   /credentials        {kind: practitioner, request, name_ja, name_latin, licence_type, licence_number,
//!                             jurisdiction, registered_on?, qualifications?, institution?, days?} or
//!                            {kind: node, request, institution, institution_code, device_class, owner, days?}
//!                            → 201 Issued = {kind, fingerprint, serial, certificate, chain}
//! GET    /credentials/{f}            Credential with certificate and chain (PEM)
//! GET    /credentials/{f}/chain.pem
//! POST   /credentials/{f}/renew      {days?} → 201 Issued with replaces
//! POST   /credentials/{f}/rekey      {request, days?} → 201 Issued with replaces and crl_number
//! POST   /credentials/{f}/suspend    → {credential, crl_number}; 409 not_in_this_state
//! POST   /credentials/{f}/reinstate  → the same
//! POST   /credentials/{f}/revoke     {reason} → the same; 409 already_revoked
//! GET    /operators          {four_eyes, operators: [{name, key, since}]}
//! GET    /operator-log       ?operator&act&about&offset&limit → {total, offset, items: [Row]}, the newest first
//!        Row = {number, at, operator, act, about, detail, outcome: done|refused|pending, journal, signature}
//! GET    /operator-log/verify  {rows, covered}; 500 operator_log when a row is not what it was
//! GET    /pending            [{id, at, proposed_by, about, what: {act, …}}]
//! POST   /pending/{id}/approve  as the act itself; 403 same_person
//! POST   /pending/{id}/reject   {rejected}
//! GET    /applications       [Application], the newest first
//!        Application = {id, kind: practitioner|node, subject, state: received|approved|refused|issued, made_at,
//!                       received_at, evidence: n, countersigned, credential: null|fingerprint}
//! POST   /applications          the sealed file as it is → 201 {id, new}; 200 when it was here already
//! GET    /applications/search   ?q&kind&state&offset&limit → {total, offset, items, received: n, approved: n}, each
//!                               item with qualifications: [{code, verdict: listed|not-listed|no-list|…}]
//! POST   /applications/collect  {url?} → [{url, bootstrap, received: [{id, new}], refused} or {url, code, detail}]
//! GET    /applications/{id}     Application with application (claims, contact, evidence: [label]), key, decision, hpki,
//!                               findings: [{code, weight: good|unknown|warning|bad, japanese, english, qualification?}]
//! GET    /applications/{id}/evidence/{n}  the attachment itself
//! POST   /applications/{id}/approve  {days?, qualifications?, provisional?} → 201 Issued; 409 application_decided
//! POST   /applications/{id}/refuse   {reason} → {refused}
//! GET    /specialists        null or [{licence_number, board, board_number, name, valid_to}]
//! GET    /specialists/search ?q&offset&limit → {imported_at: null|seconds, total, offset, items}
//! POST   /specialists        the CSV file as it is → {imported: n}
//! GET    /bootstraps         [{url, peer_id, version, register: {entries, signed_at}, drop_box: {deposits, bytes}} or
//!                            {url, code, detail}]
//! GET    /imports            [{sha256, stored_at, state: ready|waiting|running|done|failed, pending?, ended?: {at, sums}
//!                            or {at, code, detail}, progress?: {done, length, sums: {rows, issued, already, …}}}]
//! POST   /imports            the CSV file as it is, its requests as PEM in it → 202 {sha256, pending?}
//! POST   /imports/{sha256}/start, /stop     goes on where it stopped; 409 import_runs
//! GET    /imports/{sha256}/report           CSV
//! GET    /root.pem, /crl.pem (the list in force), /register/checkpoint
//! ```
//!
//! Where four eyes are asked for, an act answers 202 `{"pending": id}`.

mod credentials;
mod guard;
mod operators;
mod problem;
mod session;
mod status;
mod ui;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use crate::bulk::Jobs;
use crate::failure::Failure;
use crate::files;
use crate::operators::Actor;
use crate::registry::{Layout, Registry};
pub(crate) use credentials::done;
pub(crate) use problem::{body, of as problem_of, too_large};
use session::Sessions;

/// The largest body that is read, bytes.
const MAX_BODY: usize = 64 * 1024;
/// How often it is looked whether something must be signed again.
const HOUSEKEEPING: Duration = Duration::from_secs(60);

pub(crate) struct Api {
    layout: Layout,
    registry: Mutex<Registry>,
    sessions: Mutex<Sessions>,
    token: String,
    /// Who acts by the token.
    token_actor: Actor,
    /// The cookie's name: cookies do not tell ports apart, so each registry has its own.
    cookie: String,
    bootstraps: Vec<String>,
    imports: Jobs,
}

/// What is served besides the API, and with whom it works.
pub(crate) struct Served {
    /// The console's files.
    pub(crate) ui_dir: Option<PathBuf>,
    /// HTTP addresses of bootstrap hosts.
    pub(crate) bootstraps: Vec<String>,
    /// A script reads what is said: nothing but the object.
    pub(crate) json: bool,
}

impl Api {
    /// A handler that panicked leaves the journal as its file says: going on is safe.
    pub(crate) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// HTTP addresses of bootstrap hosts.
    pub(crate) fn bootstraps(&self) -> &[String] {
        &self.bootstraps
    }

    /// Bulk imports.
    pub(crate) fn imports(&self) -> &Jobs {
        &self.imports
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
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
pub(crate) fn run(
    registry: Registry,
    actor: Actor,
    address: SocketAddr,
    served: Served,
) -> Result<(), Failure> {
    let Served {
        ui_dir,
        bootstraps,
        json,
    } = served;
    let layout = registry.layout().clone();
    let token = hex::encode(rand::random::<[u8; 32]>());
    files::write(&layout.token(), token.as_bytes(), true)?;
    let mark: String = registry
        .anchor()
        .fingerprint()
        .to_string()
        .chars()
        .take(8)
        .collect();
    let api = Arc::new(Api {
        layout: layout.clone(),
        registry: Mutex::new(registry),
        sessions: Mutex::default(),
        token,
        token_actor: actor,
        cookie: format!("dokuei_registry_{mark}"),
        bootstraps,
        imports: Jobs::default(),
    });
    let imports = Arc::clone(&api);
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
        // It serves whether anybody reads this or not.
        let _ = writeln!(std::io::stdout(), "{object}");
        if !json {
            tell(address, ui_dir.is_some());
        }
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        };
        let housekeeping = tokio::spawn(keep_house(Arc::clone(&api)));
        let served = axum::serve(listener, router(api, ui_dir))
            .with_graceful_shutdown(stop)
            .await
            .map_err(failed);
        housekeeping.abort();
        // It goes on when it is started again.
        imports.imports().stop();
        served
    });
    // Nothing answers there any more.
    let _ = std::fs::remove_file(layout.api());
    served
}

/// Where a person goes on.
fn tell(address: SocketAddr, console: bool) {
    let said = if console {
        format!("The console is at http://{address}/ in a browser of this computer; Ctrl-C ends it.")
    } else {
        "Only the API is served; for a browser name the console's folder with --ui-dir.".to_owned()
    };
    let _ = writeln!(std::io::stderr(), "{said}");
}

/// Signs again what gets old. A failure is no reason to stop serving: it is tried again.
async fn keep_house(api: Arc<Api>) {
    let mut beat = tokio::time::interval(HOUSEKEEPING);
    loop {
        beat.tick().await;
        if work(Arc::clone(&api), Registry::keep_fresh).await.is_err() {
            tracing::warn!(
                "the revocation list or the register could not be signed again; trying in a minute"
            );
        }
    }
}

fn router(api: Arc<Api>, ui_dir: Option<PathBuf>) -> Router {
    let inside = Router::new()
        .route("/session", get(session::show).delete(session::sign_out))
        .route("/status", get(status::status))
        .route("/credentials", get(credentials::all).post(credentials::issue))
        .route("/credentials/search", get(credentials::search))
        .route("/credentials/{fingerprint}", get(credentials::one))
        .route("/credentials/{fingerprint}/chain.pem", get(credentials::chain))
        .route("/credentials/{fingerprint}/{step}", post(credentials::step))
        .route("/operators", get(operators::list))
        .route("/operator-log", get(operators::log))
        .route("/operator-log/verify", get(operators::verify))
        .route("/pending", get(operators::waiting))
        .route("/pending/{id}/approve", post(operators::approve))
        .route("/pending/{id}/reject", post(operators::reject))
        .route("/bootstraps", get(status::bootstraps))
        .route("/root.pem", get(status::root))
        .route("/crl.pem", get(status::crl))
        .route("/register/checkpoint", get(status::checkpoint))
        .merge(crate::applications::routes::routes())
        .merge(crate::bulk::routes::routes())
        .fallback(|| async { nothing_here() })
        .layer(middleware::from_fn_with_state(
            Arc::clone(&api),
            guard::authenticate,
        ));
    // Signing in is the one thing that needs no session.
    let door = Router::new().route("/session", post(session::sign_in));
    let all = door.clone().merge(inside);
    let short = Router::new()
        .route("/session", get(session::show).delete(session::sign_out))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&api),
            guard::authenticate,
        ))
        .merge(door);
    Router::new()
        .nest("/api/v1", all)
        .nest("/api", short.fallback(|| async { nothing_here() }))
        .with_state(api)
        .fallback_service(ui::files(ui_dir))
        .layer(middleware::from_fn(guard::guard))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// Runs what writes to disk away from the threads that answer.
pub(crate) async fn work<T: Send + 'static>(
    api: Arc<Api>,
    job: impl FnOnce(&mut Registry) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Response> {
    aside(move || job(&mut api.registry())).await
}

/// Runs what takes long away from the threads that answer, without holding the registry.
pub(crate) async fn aside<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Response> {
    match tokio::task::spawn_blocking(job).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => Err(problem::of(&failure)),
        Err(_) => Err(problem::problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the work was interrupted",
            None,
        )),
    }
}

pub(crate) fn answer(result: Result<Value, Response>) -> Response {
    result.map_or_else(|refused| refused, |object| Json(object).into_response())
}

fn pem(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/x-pem-file")], text).into_response()
}

fn nothing_here() -> Response {
    problem::problem(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is nothing at this address",
        None,
    )
}
