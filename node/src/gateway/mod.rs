//! The loopback HTTP face of the node: JSON API, DICOMweb, server-sent events and the app's own files.
//!
//! Thin: each handler reads a request, calls one use case of [`crate::service`] and writes what it gives.

mod applications;
mod archives;
mod audit;
mod auth;
mod bans;
mod body;
mod cases;
mod dicomweb;
mod directory;
mod duties;
mod events;
mod evidence;
mod guard;
mod media;
mod problem;
mod register;
mod security;
mod session;
mod setup;
mod status;
mod studies;
mod transfer;
mod ui;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};

use self::problem::Problem;
use crate::service::Node;
use crate::service::codes::Code;
use crate::service::error::ServiceError;
use crate::token::Token;

/// The largest request body, bytes: a report of several pages is far below.
const MAX_BODY: usize = 1 << 20;

/// What every handler may use.
#[derive(Clone)]
pub struct Gateway {
    node: Node,
    operator_token: Arc<Token>,
}

/// Builds the router. `ui` is the folder of the app's files, when there is one.
pub fn router(node: Node, operator_token: Token, ui: Option<PathBuf>) -> Router {
    let gateway = Gateway {
        node,
        operator_token: Arc::new(operator_token),
    };
    let api = Router::new()
        .route("/status", get(status::status))
        .route("/register", get(register::show))
        .route("/register/import", post(register::import))
        .route("/register/evidence/{id}", get(register::evidence))
        .route("/practitioners", get(session::practitioners))
        .route(
            "/session",
            get(session::show)
                .post(session::sign_in)
                .delete(session::sign_out),
        )
        .route("/directory", get(directory::search))
        .route("/directory/{fingerprint}", get(directory::show))
        .route("/directory/{fingerprint}/photo", get(directory::photo))
        .route("/me/profile", get(directory::own).put(directory::set_own))
        .route("/session/lock", post(session::lock))
        .route("/security", get(security::show))
        .route("/security/passphrase", post(security::passphrase))
        .route("/security/second-factor", post(security::enrol))
        .route("/security/second-factor/confirm", post(security::confirm))
        .route("/security/second-factor/remove", post(security::remove))
        .route("/security/recovery-kit", post(security::make_kit))
        .route("/recovery", post(security::restore))
        .merge(setup())
        .merge(applications())
        .merge(accompanying())
        .merge(trail())
        .route("/outbox", get(transfer::outbox))
        .route("/bans", get(bans::list))
        .route("/bans/forgive", post(bans::forgive))
        .route(
            "/bandwidth",
            get(transfer::bandwidth)
                .put(transfer::set_bandwidth)
                .delete(transfer::reset_bandwidth),
        )
        .route("/jobs/{id}", get(status::job))
        .route("/events", get(events::stream))
        .route("/studies", get(studies::list))
        .route("/studies/import", post(studies::import))
        .route("/studies/attach", post(studies::attach))
        .route("/studies/{uid}/pseudonymise", post(studies::pseudonymise))
        .route("/studies/{uid}", get(studies::show))
        .route("/studies/{uid}/export", post(studies::export))
        .route("/studies/{uid}/send", post(archives::send_study))
        .route("/archives", get(archives::list))
        .route("/archives/{aet}/echo", post(archives::echo))
        .route("/archives/{aet}/find", post(archives::find))
        .route("/archives/{aet}/fetch", post(archives::fetch))
        .route("/fetches/{job}/cancel", post(archives::cancel_fetch))
        .route("/dispatches", get(archives::dispatches))
        .route("/dispatches/{id}", get(archives::dispatch))
        .route("/dispatches/{id}/cancel", post(archives::cancel))
        .route("/dispatches/{id}/again", post(archives::again))
        .route("/cases/{id}/send-report", post(archives::send_report))
        .route("/agreements", get(cases::agreements).post(cases::propose))
        .route("/agreements/{id}/accept", post(cases::countersign))
        .route("/cases", get(cases::list).post(cases::request))
        .route("/cases/check", post(cases::check))
        .route("/cases/{id}", get(cases::show))
        .route("/cases/{id}/accept", post(cases::accept))
        .route("/cases/{id}/decline", post(cases::decline))
        .route("/cases/{id}/report", post(cases::report))
        .route("/cases/{id}/read", post(cases::read))
        .route("/cases/{id}/close", post(cases::close))
        .route("/cases/{id}/cancel-transfer", post(transfer::cancel))
        .route("/cases/{id}/send-again", post(transfer::send_again))
        .route("/media/write", post(media::write))
        .route("/media/read", post(media::read))
        .route("/cases/{id}/previews", get(cases::previews))
        .route("/cases/{id}/previews/{index}", get(cases::preview))
        .route("/cases/{id}/report.pdf", get(cases::report_pdf))
        .route("/cases/{id}/report.dcm", get(cases::report_sr))
        .route("/cases/{id}/report-objects/{index}", get(cases::report_object))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method);
    Router::new()
        .nest("/api/v1", api)
        .nest("/dicomweb", dicomweb::routes())
        .fallback_service(ui::files(ui))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(guard::guard))
        .with_state(gateway)
}

/// The router as it is served at this port.
pub fn at_port(router: Router, port: u16) -> Router {
    router.layer(from_fn_with_state(port, guard::complete_host))
}

/// Setting up, before anybody can sign in.
fn setup() -> Router<Gateway> {
    Router::new()
        .route("/setup", get(setup::progress))
        .route("/setup/node", get(setup::show))
        .route("/setup/owner", post(setup::open).delete(setup::close))
        .route("/setup/root", post(setup::trust))
        .route("/setup/root/look", post(setup::look))
        .route("/setup/passphrase", post(setup::judge))
}

/// What was done here, and evidence of it.
fn trail() -> Router<Gateway> {
    Router::new()
        .route("/audit", get(audit::search))
        .route("/audit/export/{format}", get(audit::export))
        .route("/audit/disclosures", get(audit::disclosures))
        .route("/audit/collector", get(audit::collector))
        .route("/integrity", get(audit::integrity))
        .route("/cases/{id}/evidence.zip", get(evidence::export))
}

/// What accompanies request and report.
fn accompanying() -> Router<Gateway> {
    Router::new()
        .route("/urgent", get(duties::urgent))
        .route("/duties", get(duties::duties))
        .route("/cases/{id}/urgent", post(duties::tell_urgent))
        .route(
            "/cases/{id}/urgent/{entry}/acknowledge",
            post(duties::acknowledge),
        )
        .route("/cases/{id}/incidental", post(duties::tell_incidental))
        .route("/cases/{id}/incidental/{entry}/resolve", post(duties::resolve))
        .route("/cases/{id}/queries", post(duties::query))
        .route("/cases/{id}/queries/{entry}/answer", post(duties::answer))
        .route("/cases/{id}/informed", post(duties::informed))
        .route("/cases/{id}/amend", post(duties::amend))
        .route("/cases/{id}/withdraw", post(duties::withdraw))
        .route("/cases/{id}/forward", post(duties::forward))
        .route("/cases/{id}/forwards/{entry}/consent", post(duties::consent))
        .route("/cases/{id}/forwards/{entry}/end", post(duties::end_forward))
}

/// Applying for certificates.
fn applications() -> Router<Gateway> {
    let form = DefaultBodyLimit::max(applications::MAX_FORM);
    Router::new()
        .route(
            "/applications",
            get(applications::list).post(applications::apply).layer(form),
        )
        .route(
            "/applications/draft",
            get(applications::draft)
                .put(applications::keep_draft)
                .delete(applications::drop_draft)
                .layer(form),
        )
        .route("/applications/answer", post(applications::answer))
        .route("/applications/look", post(applications::look))
        .route(
            "/applications/{id}",
            get(applications::show).delete(applications::forget),
        )
        .route("/applications/{id}/statement", get(applications::statement))
        .route(
            "/applications/{id}/countersignature",
            put(applications::countersign),
        )
        .route("/applications/{id}/sealed", post(applications::write))
        .route("/applications/{id}/deposit", post(applications::deposit))
}

async fn unknown() -> Problem {
    Problem::new(
        axum::http::StatusCode::NOT_FOUND,
        Code::UnknownPath,
        "there is no such path in this API",
        "",
    )
}

async fn wrong_method() -> Problem {
    Problem::new(
        axum::http::StatusCode::METHOD_NOT_ALLOWED,
        Code::WrongMethod,
        "this path does not answer to this method",
        "",
    )
}

/// Runs a use case, which may wait for the disk, on a thread for blocking work.
async fn blocking<T, F>(work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, ServiceError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(Problem::from),
        Err(_) => Err(Problem::from(ServiceError::Interrupted)),
    }
}
