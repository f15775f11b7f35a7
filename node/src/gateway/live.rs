//! The live consult of a case.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use dokuei_live::CaseKey;
use futures::{Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, sleep_until, timeout_at};
use utoipa::ToSchema;

use super::auth::{Listener, Listening, SignedIn};
use super::body::Body;
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::live::Showing;
use crate::service::session::Session;

/// Between two events of a stream: at most 20 in a second.
const APART: Duration = Duration::from_millis(50);

/// How often a stream looks by itself whether it may go on, and whether anything is different.
const AGAIN: Duration = Duration::from_secs(5);

/// A message of the live consult.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Writing {
    /// 1 to 1,000 characters.
    text: String,
}

/// Joins the live consult of a case, or shows what one looks at now. Nothing of it is kept.
#[utoipa::path(
    put,
    path = "/cases/{id}/live",
    request_body = Showing,
    responses((status = 200, description = "As it is now", body = shapes::live::LiveState))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(showing): Body<Showing>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.show_live(&session, &id, showing))
        .await
        .map(Json)
}

/// Leaves it.
#[utoipa::path(
    delete,
    path = "/cases/{id}/live",
    responses((status = 200, description = "As it is now", body = shapes::live::LiveState))
)]
pub(crate) async fn leave(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.leave_live(&session, &id))
        .await
        .map(Json)
}

/// Who takes part; to who has joined, what each shows and what was written.
#[utoipa::path(
    get,
    path = "/cases/{id}/live",
    responses((status = 200, description = "As it is now", body = shapes::live::LiveState))
)]
pub(crate) async fn state(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.live(&session, &id)).await.map(Json)
}

/// Writes to the others who have joined. It takes no idempotency key: what is answered is kept nowhere.
#[utoipa::path(
    post,
    path = "/cases/{id}/live/messages",
    request_body = Writing,
    responses((status = 200, description = "As it is now", body = shapes::live::LiveState))
)]
pub(crate) async fn write(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Body(message): Body<Writing>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.write_live(&session, &id, message.text))
        .await
        .map(Json)
}

/// The state as an event `live`, at once and at every change. Ends when the live consult is over that was under way, or the
/// session; listening does not keep the session open.
#[utoipa::path(
    get,
    path = "/cases/{id}/live/events",
    responses((status = 200, description = "Events as they happen", body = shapes::live::LiveState, content_type = "text/event-stream"))
)]
pub(crate) async fn events(
    State(gateway): State<Gateway>,
    Listening(session, listener): Listening,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let changes = gateway.node.live_changes();
    let (case, first) = look(&gateway, &session, &id).await?;
    let watching = Watching {
        gateway,
        session,
        listener,
        id,
        case,
        changes,
        told: None,
        begun: false,
        due: Instant::now(),
    };
    let states = futures::stream::unfold((watching, Some(first)), |(mut watching, first)| async move {
        let state = match first {
            Some(first) => watching.is_news(first)?,
            None => watching.next().await?,
        };
        Some((state, (watching, None)))
    });
    let events = states.map(|state| Ok(Event::default().event("live").data(state)));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

async fn look(gateway: &Gateway, session: &Arc<Session>, id: &str) -> Result<(CaseKey, Value), Problem> {
    let (node, session, id) = (gateway.node.clone(), Arc::clone(session), id.to_owned());
    blocking(move || Ok((node.live_key(&id)?, node.live(&session, &id)?))).await
}

/// Somebody who listens.
struct Watching {
    gateway: Gateway,
    session: Arc<Session>,
    listener: Listener,
    id: String,
    case: CaseKey,
    changes: Receiver<CaseKey>,
    /// What she was told last.
    told: Option<String>,
    /// There was somebody.
    begun: bool,
    /// When she may be told again.
    due: Instant,
}

impl Watching {
    /// The next state that differs; none when it is over, or she may not see it any more.
    async fn next(&mut self) -> Option<String> {
        loop {
            if self.begun && self.told.is_none() {
                return None;
            }
            self.change().await?;
            sleep_until(self.due).await;
            // What has changed meanwhile is in what is told now.
            while !matches!(
                self.changes.try_recv(),
                Err(TryRecvError::Empty | TryRecvError::Closed)
            ) {}
            if !self.listener.may_listen(&self.gateway) {
                return None;
            }
            let (_, state) = look(&self.gateway, &self.session, &self.id).await.ok()?;
            if let Some(state) = self.is_news(state) {
                return Some(state);
            }
        }
    }

    /// Waits for a change of this case, or until it is time to look again; none when nothing comes any more.
    async fn change(&mut self) -> Option<()> {
        let again = Instant::now() + AGAIN;
        loop {
            match timeout_at(again, self.changes.recv()).await {
                Ok(Ok(case)) if case != self.case => {}
                Ok(Ok(_) | Err(RecvError::Lagged(_))) | Err(_) => return Some(()),
                Ok(Err(RecvError::Closed)) => return None,
            }
        }
    }

    /// The state as it is told, unless it was told already. After the last one there is nothing more to tell.
    fn is_news(&mut self, state: Value) -> Option<String> {
        let people = state["participants"]
            .as_array()
            .is_some_and(|people| !people.is_empty());
        let over = self.begun && !people;
        self.begun |= people;
        let state = state.to_string();
        if self.told.as_ref() == Some(&state) {
            return None;
        }
        self.told = (!over).then(|| state.clone());
        self.due = Instant::now() + APART;
        Some(state)
    }
}
