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
//! POST   /operators          {name, passphrase} → 201 {operator, key}; 409 operator_exists
//! DELETE /operators/{name}   → {operator}; 409 last_operator
//! POST   /operators/passphrase  {passphrase, new_passphrase}: her own; 429 locked_out; her other sessions end
//! GET    /keys               {name, roots: [{subject, fingerprint, validity, current, key_here: null|file}], authorities:
//!                            [{subject, fingerprint, validity, current, certificates: n, signs_list}], register_key:
//!                            {key, fingerprint, validity}, next_authority, request: null|PEM}
//! POST   /keys/authority/request   {request}: PKCS#10, its key stays here; as a file /keys/authority/next-issuing.csr
//! POST   /keys/authority/check     {certificate} → {subject, fingerprint, validity}; 422 not_requested, foreign_authority
//! POST   /keys/authority     {certificate} or {root: Hand} → 201 {authority}
//!        Hand = {shares: [text]} or {file?: base64, passphrase}: the root's key, for this act
//! POST   /keys/root/check    {root, cross} → {subject, fingerprint, validity}; 409 in_service
//! POST   /keys/root          {carried: {root, cross}} or {ceremony: Hand} → 201 {root}
//! POST   /keys/register      {root: Hand, compromised?} → {key}
//! POST   /ceremony           {name, shares, threshold, passphrase} → 201 Held; the root is in memory only; 409
//!                            ceremony_held: another operator's is
//!        Held = {name, fingerprint, network, shares, threshold, set, tried}
//! GET    /ceremony           Held; 404 no_ceremony. DELETE forgets it
//! GET    /ceremony/pages/{n}, /ceremony/root.key, /ceremony/root.pem   a share to print; the sealed key; the certificate
//! POST   /ceremony/share     {share}: one that was printed → Held with tried
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
//! Where four eyes are asked for, an act answers 202 `{"pending": id}`. What needs the root's key does not wait.

mod credentials;
mod guard;
mod keys;
mod operators;
mod problem;
mod session;
pub(crate) mod setup;
mod staff;
mod status;
mod stopping;
mod tries;
mod ui;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use zeroize::Zeroize;

use crate::bulk::Jobs;
use crate::ceremony::routes::{self, Ceremony};
use crate::failure::Failure;
use crate::files;
use crate::operators::Actor;
use crate::registry::{Layout, Registry};
pub(crate) use credentials::done;
pub(crate) use problem::{body, of as problem_of, too_large};
use session::Sessions;
use staff::Staff;
use stopping::until_stopped;

/// The largest body that is read, bytes.
const MAX_BODY: usize = 64 * 1024;
/// How often it is looked whether something must be signed again.
const HOUSEKEEPING: Duration = Duration::from_secs(60);
/// How long an answer may still take in the end; whoever has sent half a request would hold the end up for ever.
const ENDING: Duration = Duration::from_secs(2);

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
    staff: Staff,
    ceremony: Ceremony,
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

    /// The root that is being made.
    fn ceremony(&self) -> &Ceremony {
        &self.ceremony
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

/// Listens; only this computer reaches it.
pub(crate) fn listen(address: SocketAddr) -> Result<std::net::TcpListener, Failure> {
    let listener = std::net::TcpListener::bind(address);
    let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    listener.map_err(|source| {
        Failure::Usage(format!(
            "{address} cannot be listened on ({source}); choose another port, or 0"
        ))
    })
}

/// Serves until SIGTERM or Ctrl-C.
pub(crate) fn run(
    registry: Registry,
    actor: Actor,
    listener: std::net::TcpListener,
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
        staff: Staff::of(&registry),
        ceremony: Ceremony::default(),
        registry: Mutex::new(registry),
        sessions: Mutex::new(Sessions::open(&layout)?),
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
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        let stop = until_stopped().map_err(failed)?;
        let address = announce(&layout, &listener)?;
        if !json {
            tell(address, ui_dir.is_some());
        }
        let housekeeping = tokio::spawn(keep_house(Arc::clone(&api)));
        let served = serve(listener, router(api, ui_dir), stop).await.map_err(failed);
        housekeeping.abort();
        // It goes on when it is started again.
        imports.imports().stop();
        served
    });
    // Nothing answers there any more.
    let _ = std::fs::remove_file(layout.api());
    served
}

/// Says, on the standard output and in `api.json`, where it listens.
fn announce(layout: &Layout, listener: &TcpListener) -> Result<SocketAddr, Failure> {
    let address = listener
        .local_addr()
        .map_err(|source| Failure::storage("served", &layout.dir, source))?;
    let object = serde_json::json!({"api": format!("http://{address}"), "pid": std::process::id()});
    files::write(&layout.api(), object.to_string().as_bytes(), false)?;
    // It serves whether anybody reads this or not.
    let _ = writeln!(std::io::stdout(), "{object}");
    Ok(address)
}

/// Answers until `stop`, and then for as long as answers are under way, within bounds.
async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (told, stopped) = oneshot::channel();
    let stop = async move {
        stop.await;
        let _ = told.send(());
    };
    let served = axum::serve(listener, router).with_graceful_shutdown(stop);
    let over = async move {
        let _ = stopped.await;
        tokio::time::sleep(ENDING).await;
    };
    tokio::select! {
        served = served.into_future() => served,
        () = over => Ok(()),
    }
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
        api.ceremony.tidy();
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
        .route("/operators", get(operators::list).post(operators::add))
        .route("/operators/passphrase", post(operators::passphrase))
        .route("/operators/{name}", delete(operators::remove))
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
        .merge(keys::routes())
        .merge(routes::routes(api.ceremony.clone()))
        .fallback(|| async { nothing_here() })
        .layer(middleware::from_fn_with_state(
            Arc::clone(&api),
            staff::works_here,
        ))
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
            staff::works_here,
        ))
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

/// Reads a body with a secret in it, and wipes the body; `needs` says what it is to hold.
pub(crate) fn secret<T: DeserializeOwned>(content: Bytes, needs: &str) -> Result<T, Response> {
    let read = serde_json::from_slice(&content);
    if let Ok(mut content) = content.try_into_mut() {
        content.as_mut().zeroize();
    }
    read.map_err(|_| body(&format!("the body is not understood: it needs {needs}")))
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
