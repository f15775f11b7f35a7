//! Server-sent events: that something changed, never what.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use tokio_stream::wrappers::BroadcastStream;

use super::auth::Listener;
use super::{Gateway, shapes};

/// `GET /events`. A listener that fell behind gets an event `lagged` and should ask for everything again. Listening does
/// not keep a session open; when it has been locked the stream ends with the next event.
#[utoipa::path(
    get,
    path = "/events",
    responses((status = 200, description = "Events as they happen", body = shapes::node::NodeEvent, content_type = "text/event-stream"))
)]
pub(crate) async fn stream(
    State(gateway): State<Gateway>,
    listener: Listener,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let heard = BroadcastStream::new(gateway.node.events().listen());
    let heard = heard.take_while(move |_| std::future::ready(listener.may_listen(&gateway)));
    let events = heard.map(|event| {
        Ok(match event {
            Ok(event) => Event::default().json_data(&event).unwrap_or_default(),
            Err(_) => Event::default().event("lagged").data("{}"),
        })
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
