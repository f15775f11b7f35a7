//! Routes about operators: who they are, what they did, what waits for a second one.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::credentials::done;
use super::{Api, answer, work};
use crate::operators::log::{Row, check};
use crate::operators::{Actor, member, pending};
use crate::registry::register_keys;

/// The most rows in one answer.
const PAGE: usize = 500;

/// `GET /operators`
pub(super) async fn list(State(api): State<Arc<Api>>) -> Response {
    let registry = api.registry();
    Json(json!({
        "four_eyes": registry.rules().four_eyes,
        "operators": member::list(registry.operator_log().rows()),
    }))
    .into_response()
}

/// Which rows.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Page {
    operator: Option<String>,
    act: Option<String>,
    about: Option<String>,
    offset: usize,
    limit: Option<usize>,
}

/// `GET /operator-log`, the newest first.
pub(super) async fn log(State(api): State<Arc<Api>>, Query(page): Query<Page>) -> Response {
    let registry = api.registry();
    let same =
        |asked: &Option<String>, is: Option<&str>| asked.as_ref().is_none_or(|asked| is == Some(asked));
    let fits = |row: &&Row| {
        same(&page.operator, Some(&row.operator))
            && same(&page.act, Some(&row.act))
            && same(&page.about, row.about.as_deref())
    };
    let found: Vec<&Row> = registry.operator_log().rows().iter().rev().filter(fits).collect();
    let limit = page.limit.unwrap_or(100).clamp(1, PAGE);
    let items: Vec<&&Row> = found.iter().skip(page.offset).take(limit).collect();
    Json(json!({"total": found.len(), "offset": page.offset, "items": items})).into_response()
}

/// `GET /operator-log/verify`: reads the files again, from the first row to the checkpoint.
pub(super) async fn verify(State(api): State<Arc<Api>>) -> Response {
    let checked = work(api, |registry| {
        let network = dokuei_identity::network::NetworkName::of(registry.anchor());
        let keys = register_keys(registry.layout(), registry.register())?;
        let checked = check(registry.layout(), &network, &keys)?;
        Ok(json!({"rows": checked.rows.len(), "covered": checked.covered}))
    });
    answer(checked.await)
}

/// `GET /pending`
pub(super) async fn waiting(State(api): State<Arc<Api>>) -> Response {
    let all = work(api, |registry| {
        let all = pending::list(registry.layout())?;
        Ok(Value::from(
            all.iter().map(pending::Waiting::view).collect::<Vec<_>>(),
        ))
    });
    answer(all.await)
}

/// `POST /pending/{id}/approve`
pub(super) async fn approve(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Response {
    let approved = work(api, move |registry| registry.approve(&actor, &id));
    done(approved.await, StatusCode::OK)
}

/// `POST /pending/{id}/reject`
pub(super) async fn reject(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Response {
    let rejected = work(api, move |registry| {
        registry.reject(&actor, &id)?;
        Ok(json!({"rejected": id}))
    });
    answer(rejected.await)
}
