//! Routes about the registry as a whole.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dokuei_identity::network::NetworkName;
use serde_json::{Value, json};

use super::{Api, answer, aside, pem, work};
use crate::bootstraps::Bootstrap;
use crate::doctor;
use crate::failure::Failure;
use crate::journal::State as Standing;
use crate::operators::{member, pending};
use crate::registry::Registry;

/// `GET /status`
pub(super) async fn status(State(api): State<Arc<Api>>) -> Response {
    answer(work(api, describe).await)
}

fn describe(registry: &mut Registry) -> Result<Value, Failure> {
    let (register, now) = (registry.register(), registry.time());
    let count = |wanted: &[Standing]| {
        let fits = |state: Standing| wanted.contains(&state);
        let states = register.credentials.iter().map(|one| one.state(now));
        states.filter(|state| fits(*state)).count()
    };
    let head = registry.log().head();
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "network": NetworkName::of(registry.anchor()),
        "root_fingerprint": registry.anchor().fingerprint(),
        "roots": registry.anchors().all().iter().map(|root| root.fingerprint()).collect::<Vec<_>>(),
        "issued": register.credentials.len(),
        "in_force": count(&[Standing::InForce]),
        "suspended": count(&[Standing::Suspended]),
        "revoked": count(&[Standing::Revoked, Standing::Superseded]),
        "crl_number": register.last_list,
        "crl_signed_at": register.last_list_at,
        "crl_age": register.last_list_at.map(|at| now.since(at)),
        "register": {"size": head.size(), "root": hex::encode(head.root().as_bytes()), "signed_at": head.time()},
        "four_eyes": registry.rules().four_eyes,
        "operators": member::list(registry.operator_log().rows()).len(),
        "pending": pending::list(registry.layout())?.len(),
        "findings": doctor::report(registry.layout(), register)?,
    }))
}

/// `GET /bootstraps`: each is asked at the same time, and says itself how far it is.
pub(super) async fn bootstraps(State(api): State<Arc<Api>>) -> Response {
    let asked: Vec<_> = api
        .bootstraps()
        .iter()
        .map(|url| {
            let url = url.clone();
            tokio::spawn(aside(move || Ok(health(&url))))
        })
        .collect();
    let mut told = Vec::with_capacity(asked.len());
    for one in asked {
        match one.await {
            Ok(Ok(object)) => told.push(object),
            Ok(Err(refused)) => return refused,
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
    Json(told).into_response()
}

fn health(url: &str) -> Value {
    let mut object = match Bootstrap::at(url).and_then(|bootstrap| bootstrap.health()) {
        Ok(health) => json!(health),
        Err(failure) => json!({"code": failure.code(), "detail": failure.to_string()}),
    };
    object["url"] = url.into();
    object
}

/// `GET /root.pem`
pub(super) async fn root(State(api): State<Arc<Api>>) -> Response {
    pem(api.registry().anchors().to_pem())
}

/// `GET /crl.pem`: the list in force.
pub(super) async fn crl(State(api): State<Arc<Api>>) -> Response {
    let list = work(api, Registry::list_in_force);
    list.await.map_or_else(|refused| refused, pem)
}

/// `GET /register/checkpoint`
pub(super) async fn checkpoint(State(api): State<Arc<Api>>) -> Response {
    let note = api.registry().log().head().note().to_vec();
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response()
}
