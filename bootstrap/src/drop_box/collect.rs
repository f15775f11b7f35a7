//! `POST /drop-box/collect`: the registry takes what waits for it, says what it has already, and leaves its answers.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use dokuei_identity::application::{Collected, Deposit, MAX_COLLECT_REQUEST, MAX_COLLECTED};
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use libp2p::PeerId;

use super::DropBox;
use super::answers::Answers;
use crate::register::Mirror;

/// The largest request, bytes.
pub(crate) const MAX_REQUEST: usize = MAX_COLLECT_REQUEST;

/// Deposits of one answer, bytes: room is left for what is around them.
const MAX_BYTES: u64 = (MAX_COLLECTED - 64 * 1024) as u64;

/// Why nothing is given: a status and one sentence.
pub(crate) type Refused = (StatusCode, String);

/// Gives the registry what waits.
pub(crate) struct Collector {
    drop_box: Arc<DropBox>,
    answers: Arc<Answers>,
    mirror: Arc<Mirror>,
    me: PeerId,
    /// What the answers are signed with: the peer id's own key.
    key: SecretKey,
    /// The time and number of the last request: an older one is somebody's copy.
    last: Mutex<(Timestamp, u64)>,
}

impl Collector {
    pub(crate) fn new(
        (drop_box, answers): (Arc<DropBox>, Arc<Answers>),
        mirror: Arc<Mirror>,
        me: PeerId,
        key: SecretKey,
    ) -> Self {
        Self {
            drop_box,
            answers,
            mirror,
            me,
            key,
            last: Mutex::new((Timestamp(0), 0)),
        }
    }

    /// Checks a request, keeps what the registry answers, deletes what it has, and gives what comes after.
    pub(crate) fn collect(&self, request: &[u8], now: Timestamp) -> Result<Vec<u8>, Refused> {
        let collect = self
            .mirror
            .read_collect(request, &self.me.to_bytes(), now)
            .map_err(|error| {
                tracing::warn!(%error, "a collection was refused");
                (StatusCode::FORBIDDEN, format!("{error:#}"))
            })?;
        // Held until the end: two requests never cross.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if (collect.at, collect.after) < *last {
            let why = "a newer request of the registry came before this one";
            return Err((StatusCode::CONFLICT, why.to_owned()));
        }
        *last = (collect.at, collect.after);
        let failed = |error: std::io::Error| {
            tracing::error!(%error, "the drop box could not be read");
            let why = "the drop box cannot be read at the moment";
            (StatusCode::INTERNAL_SERVER_ERROR, why.to_owned())
        };
        self.answers.keep(&collect.answers, now).map_err(failed)?;
        self.drop_box.forget(collect.after).map_err(failed)?;
        let (waiting, more) = self.drop_box.after(collect.after, MAX_BYTES).map_err(failed)?;
        let deposits = waiting.into_iter().map(|(number, receipt, sealed)| Deposit {
            number,
            at: receipt.at,
            sealed,
        });
        let collected = Collected {
            deposits: deposits.collect(),
            more,
        };
        Ok(collected.answer(request, &self.key))
    }
}
