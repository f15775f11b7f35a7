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
mod erasures;
mod events;
mod evidence;
mod governance;
mod guard;
mod handing_over;
mod live;
mod media;
mod notices;
pub mod openapi;
mod path;
mod practice;
mod problem;
mod reconciling;
mod register;
mod repeats;
mod reports;
mod retention;
mod routes;
mod security;
mod session;
mod setup;
pub mod shapes;
mod status;
mod studies;
mod succession;
mod transfer;
mod ui;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use self::problem::Problem;
use crate::service::Node;
use crate::service::codes::Code;
use crate::service::error::ServiceError;
use crate::service::repeats::within;
use crate::token::Token;

/// The largest request body, bytes: a report of several pages is far below.
const MAX_BODY: usize = 1 << 20;

/// What every handler may use.
#[derive(Clone)]
pub struct Gateway {
    node: Node,
    operator_token: Arc<Token>,
    /// Tells this run of the node from earlier ones.
    run: Arc<[u8; 16]>,
}

/// Builds the router. `ui` is the folder of the app's files, when there is one.
pub fn router(node: Node, operator_token: Token, ui: Option<PathBuf>) -> Router {
    let gateway = Gateway {
        node,
        operator_token: Arc::new(operator_token),
        run: Arc::new(rand::random()),
    };
    let (api, _) = routes::api().split_for_parts();
    let api = api
        .layer(from_fn_with_state(gateway.clone(), repeats::once))
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
    // What it writes down is noted with the key of the request, when it has one.
    let asked = repeats::asked();
    match tokio::task::spawn_blocking(move || within(asked, work)).await {
        Ok(outcome) => outcome.map_err(Problem::from),
        Err(_) => Err(Problem::from(ServiceError::Interrupted)),
    }
}
