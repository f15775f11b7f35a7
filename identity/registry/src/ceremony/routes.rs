//! A root's ceremony over the loopback API: the same in the set-up of a registry and for the root that follows another.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::held::{Held, Plan};
use super::page;
use crate::api::{answer, aside, problem_of, secret};
use crate::failure::Failure;
use crate::operators::Actor;

/// The ceremony that is being held, if any, and by which operator; nobody else sees its pages.
#[derive(Clone, Default)]
pub(crate) struct Ceremony(Arc<Mutex<Option<(String, Held)>>>);

/// Who asks; in the set-up of a registry there is no operator yet.
type Asker = Option<Extension<Actor>>;

fn name(asker: Asker) -> String {
    asker.map(|Extension(actor)| actor.name).unwrap_or_default()
}

impl Ceremony {
    fn held(&self) -> MutexGuard<'_, Option<(String, Held)>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|(_, held)| held.is_over()) {
            *held = None;
        }
        held
    }

    /// The place of a root, unless another operator's is there.
    fn free(&self, by: &str) -> Result<MutexGuard<'_, Option<(String, Held)>>, Failure> {
        let held = self.held();
        if held.as_ref().is_some_and(|(holder, _)| holder != by) {
            return Err(Failure::CeremonyHeld);
        }
        Ok(held)
    }

    /// Does something with the root that this operator holds; her name is empty in the set-up of a registry.
    pub(crate) fn with<T>(
        &self,
        by: &str,
        job: impl FnOnce(&mut Held) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match self.held().as_mut() {
            Some((holder, held)) if holder == by => job(held),
            _ => Err(Failure::NoCeremony),
        }
    }

    /// Forgets the root and its key.
    pub(crate) fn end(&self) {
        *self.held() = None;
    }

    /// Forgets a root that nobody goes on with.
    pub(crate) fn tidy(&self) {
        drop(self.held());
    }
}

/// The routes, to be put behind the API's guards.
pub(crate) fn routes<S>(ceremony: Ceremony) -> Router<S> {
    Router::new()
        .route("/ceremony", get(show).post(begin).delete(end))
        .route("/ceremony/pages/{number}", get(print))
        .route("/ceremony/root.key", get(sealed))
        .route("/ceremony/root.pem", get(certificate))
        .route("/ceremony/share", post(try_share))
        .with_state(ceremony)
}

/// `GET /ceremony`
async fn show(State(ceremony): State<Ceremony>, asker: Asker) -> Response {
    answer(aside(move || ceremony.with(&name(asker), |held| Ok(held.view()))).await)
}

/// `POST /ceremony`; one that she began before is forgotten, and that of another operator is not.
async fn begin(State(ceremony): State<Ceremony>, asker: Asker, content: Bytes) -> Response {
    let plan: Plan = match secret(content, "{\"name\", \"shares\", \"threshold\", \"passphrase\"}") {
        Ok(plan) => plan,
        Err(refused) => return refused,
    };
    let begun = aside(move || {
        let by = name(asker);
        drop(ceremony.free(&by)?);
        let held = Held::begin(&plan)?;
        let view = held.view();
        *ceremony.free(&by)? = Some((by.clone(), held));
        Ok(view)
    });
    match begun.await {
        Ok(view) => (StatusCode::CREATED, axum::Json(view)).into_response(),
        Err(refused) => refused,
    }
}

/// `DELETE /ceremony`
async fn end(State(ceremony): State<Ceremony>, asker: Asker) -> StatusCode {
    if ceremony.with(&name(asker), |_| Ok(())).is_ok() {
        ceremony.end();
    }
    StatusCode::NO_CONTENT
}

/// `GET /ceremony/pages/{number}`: the page of a share, as the command writes it.
async fn print(State(ceremony): State<Ceremony>, asker: Asker, Path(number): Path<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, page::POLICY),
    ];
    match ceremony.with(&name(asker), |held| held.page(number)) {
        Ok(page) => (headers, page.to_string()).into_response(),
        Err(failure) => problem_of(&failure),
    }
}

/// `GET /ceremony/root.key`: the root's key, sealed under the passphrase of the ceremony.
async fn sealed(State(ceremony): State<Ceremony>, asker: Asker) -> Response {
    save(
        ceremony.with(&name(asker), |held| Ok(held.sealed().to_vec())),
        "application/octet-stream",
        "root.key",
    )
}

/// `GET /ceremony/root.pem`
async fn certificate(State(ceremony): State<Ceremony>, asker: Asker) -> Response {
    let text = ceremony.with(&name(asker), |held| Ok(held.anchor().to_pem().into_bytes()));
    save(text, "application/x-pem-file", "root.pem")
}

fn save(content: Result<Vec<u8>, Failure>, media_type: &'static str, name: &str) -> Response {
    match content {
        Ok(content) => {
            let headers = [
                (header::CONTENT_TYPE, media_type.to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{name}\""),
                ),
            ];
            (headers, content).into_response()
        }
        Err(failure) => problem_of(&failure),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    share: String,
}

/// `POST /ceremony/share`: a share as it was typed from its printed page.
async fn try_share(State(ceremony): State<Ceremony>, asker: Asker, content: Bytes) -> Response {
    let Typed { share } = match secret(content, "{\"share\"}") {
        Ok(typed) => typed,
        Err(refused) => return refused,
    };
    let share = Zeroizing::new(share);
    let tried = aside(move || {
        ceremony.with(&name(asker), |held| {
            held.try_share(&share)?;
            Ok(held.view())
        })
    });
    answer(tried.await)
}
