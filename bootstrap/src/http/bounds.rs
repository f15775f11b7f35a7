//! What clients of HTTP may cost: connections, requests in a minute, time for the head and for the whole.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::config::Http;
use crate::drop_box::collect::MAX_REQUEST;
use crate::limits::rates::Rate;
use crate::limits::{Refusal, Source};
use crate::meters::Meters;

/// The head of a request, bytes.
const MAX_HEAD: usize = 16 * 1024;

/// How long one connection lives, whatever it does.
const LIFE: Duration = Duration::from_secs(900);

/// How long to wait when the system has no more sockets.
const PAUSE: Duration = Duration::from_millis(200);

const MINUTE: Duration = Duration::from_secs(60);

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
struct Client(IpAddr);

struct Gate {
    requests: Mutex<Rate<Source>>,
    whole: Duration,
    meters: Meters,
}

/// Serves `app` for ever.
pub(super) async fn serve(listener: TcpListener, app: Router, bounds: Http, meters: Meters) {
    let slots = Arc::new(Semaphore::new(bounds.connections));
    let gate = Arc::new(Gate {
        requests: Mutex::new(Rate::new(bounds.per_minute, MINUTE)),
        whole: bounds.whole(),
        meters,
    });
    let app = app.layer(middleware::from_fn_with_state(gate, within_bounds));
    loop {
        // Never closed: whoever comes too many waits in the system's queue.
        let Ok(slot) = slots.clone().acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "an HTTP connection could not be taken");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let app = app.clone();
        tokio::spawn(async move {
            let _slot = slot;
            talk(stream, app, bounds).await;
        });
    }
}

async fn talk(stream: TcpStream, app: Router, bounds: Http) {
    let Ok(from) = stream.peer_addr() else { return };
    let service = TowerToHyperService::new(app.layer(Extension(Client(from.ip()))));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    match timeout(LIFE, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "an HTTP connection ended"),
        Err(_) => tracing::debug!("an HTTP connection was ended for its age"),
    }
}

async fn within_bounds(
    Shared(gate): Shared<Arc<Gate>>,
    Extension(Client(from)): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    let client = client(from, request.headers());
    let may = {
        let mut requests = gate.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.take(client, Instant::now())
    };
    if !may {
        gate.meters.refused(Refusal::HttpRate);
        let said = "too many requests within a minute; try again in a minute\n";
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")], said).into_response();
    }
    if declared(request.headers()) > MAX_REQUEST {
        gate.meters.refused(Refusal::HttpSize);
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let Ok(answer) = timeout(gate.whole, next.run(request)).await else {
        gate.meters.refused(Refusal::HttpTime);
        let said = "the request did not come to its end in time\n";
        let close = [(header::CONNECTION, "close")];
        return (StatusCode::REQUEST_TIMEOUT, close, said).into_response();
    };
    if answer.status() == StatusCode::PAYLOAD_TOO_LARGE {
        gate.meters.refused(Refusal::HttpSize);
    }
    answer
}

/// The length that a request says it has.
fn declared(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    length.unwrap_or(0)
}

/// Who asks: the other end, or, when that is a proxy on this machine, the one of whom it says so. A proxy appends what
/// it sees; what stands before that anybody may have written.
fn client(from: IpAddr, headers: &HeaderMap) -> Source {
    let told = headers.get_all("x-forwarded-for").iter().next_back();
    let told = told.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let told = told.filter(|_: &IpAddr| from.is_loopback());
    told.unwrap_or(from).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17 (obstruct): the limit of a client follows it through a proxy, and cannot be dodged by making names up.
    #[test]
    fn r17_a_client_is_known_behind_a_proxy_of_this_machine_only() {
        let asks = |from: &str, told: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", told.parse().unwrap());
            client(from.parse().unwrap(), &headers)
        };
        let source = |ip: &str| Source::from(ip.parse::<IpAddr>().unwrap());
        assert_eq!(asks("127.0.0.1", "192.0.2.9, 192.0.2.1"), source("192.0.2.1"));
        assert_eq!(asks("127.0.0.1", "nobody"), source("127.0.0.1"));
        assert_eq!(asks("198.51.100.1", "192.0.2.9"), source("198.51.100.1"));
    }
}
