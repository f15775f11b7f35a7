//! Routes about operators: who they are, who comes and goes, what they did, what waits for a second one.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use zeroize::Zeroizing;

use super::credentials::done;
use super::{Api, answer, guard, secret, session, work};
use crate::credentials::act::Act;
use crate::operators::log::{Row, check};
use crate::operators::{Actor, member, naming, pending};
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    passphrase: String,
}

/// `POST /operators`
pub(super) async fn add(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    content: Bytes,
) -> Response {
    let New { name, passphrase } = match secret(content, "{\"name\", \"passphrase\"}") {
        Ok(new) => new,
        Err(refused) => return refused,
    };
    let own = Zeroizing::new(passphrase);
    let here = Arc::clone(&api);
    let added = work(api, move |registry| {
        let act = naming::act(registry, name.trim(), &own)?;
        let done = registry.submit(&actor, act)?;
        here.staff.know(registry);
        Ok(done)
    });
    done(added.await, StatusCode::CREATED)
}

/// `DELETE /operators/{name}`
pub(super) async fn remove(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let here = Arc::clone(&api);
    let removed = work(api, move |registry| {
        let done = registry.submit(&actor, Act::OperatorRemove { name })?;
        here.staff.know(registry);
        Ok(done)
    });
    done(removed.await, StatusCode::OK)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    passphrase: String,
    new_passphrase: String,
}

/// `POST /operators/passphrase`: her own. Whoever else is signed in as her, by the passphrase that was, is signed out.
pub(super) async fn passphrase(
    State(api): State<Arc<Api>>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    content: Bytes,
) -> Response {
    let change: Change = match secret(content, "{\"passphrase\", \"new_passphrase\"}") {
        Ok(change) => change,
        Err(refused) => return refused,
    };
    let (own, new) = (
        Zeroizing::new(change.passphrase),
        Zeroizing::new(change.new_passphrase),
    );
    let keep = guard::given(&headers, &api.cookie);
    let (here, place) = (Arc::clone(&api), actor.name.clone());
    let changed = session::tried(&api, &place, move |registry| {
        registry.change_passphrase(&actor, Some(&own), &new)?;
        here.sessions().end_others(&actor.name, keep.as_deref());
        Ok(json!({"operator": actor.name}))
    });
    answer(changed.await)
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
    let here = Arc::clone(&api);
    let approved = work(api, move |registry| {
        let done = registry.approve(&actor, &id)?;
        here.staff.know(registry);
        Ok(done)
    });
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
