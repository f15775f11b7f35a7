//! `/dokuei/case/1`: a message and its reply on a stream of their own, so that they never wait behind a package.

use std::time::Duration;

use dokuei_identity::cbor;
use futures::AsyncWriteExt as _;
use libp2p::{PeerId, Stream};
use tokio::time::timeout;

use crate::conduct::Conduct;
use crate::conduct::budget::Held;
use crate::error::CallError;
use crate::frame::{FrameError, in_time, read_bytes, read_length, read_value, write_frame, write_value};
use crate::host::{Host, RefusalCode};
use crate::wire::case::{CaseMessage, CaseReply, MAX_CASE_FRAME};

/// Encodes a message, if it fits.
pub(crate) fn encode(message: &CaseMessage) -> Result<Vec<u8>, CallError> {
    let bytes = cbor::encode(message);
    match bytes.len() {
        got if got > MAX_CASE_FRAME => Err(CallError::TooLarge {
            got,
            limit: MAX_CASE_FRAME,
        }),
        _ => Ok(bytes),
    }
}

/// Sends an encoded message on an accepted stream and reads the reply.
pub(crate) async fn ask(stream: &mut Stream, message: &[u8]) -> Result<CaseReply, CallError> {
    let lost = |error: std::io::Error| CallError::Lost(error.to_string());
    write_frame(stream, message).await.map_err(lost)?;
    let reply = match read_value(stream, MAX_CASE_FRAME).await {
        Ok(reply) => reply,
        Err(FrameError::Io(error)) => return Err(lost(error)),
        Err(error) => return Err(CallError::Misbehaved(error.to_string())),
    };
    // The reply is here; how the stream ends does not matter any more.
    let _ = stream.close().await;
    match reply {
        CaseReply::Refused { code } => Err(CallError::Refused(RefusalCode::from_byte(code))),
        reply => Ok(reply),
    }
}

/// Answers one message of an admitted peer on an accepted stream; it has `time` to send it, and to take the reply.
pub(crate) async fn serve(
    mut stream: Stream,
    peer: PeerId,
    host: &dyn Host,
    time: Duration,
    conduct: &Conduct,
) {
    match answer(&mut stream, peer, host, time, conduct).await {
        Ok(()) => {}
        Err(FrameError::Io(error)) => tracing::debug!(%peer, %error, "a case reply could not be sent"),
        Err(error) => {
            conduct.charge(peer, error.misdeed());
            // Courtesy only.
            let _ = timeout(time, write_value(&mut stream, &refused(RefusalCode::Malformed))).await;
        }
    }
}

async fn answer(
    stream: &mut Stream,
    peer: PeerId,
    host: &dyn Host,
    time: Duration,
    conduct: &Conduct,
) -> Result<(), FrameError> {
    let who = conduct.who(&peer);
    let reply = match receive(stream, peer, time, conduct).await? {
        Err(code) => refused(code),
        Ok((message, _held)) => {
            let _place = conduct.desk().hold(who, 1).await;
            host.case_message(peer, message).await
        }
    };
    let mut reply = cbor::encode(&reply);
    if reply.len() > MAX_CASE_FRAME {
        tracing::error!(%peer, bytes = reply.len(), "our own reply is too large to be sent");
        reply = cbor::encode(&refused(RefusalCode::Internal));
    }
    let held = conduct.messages().try_hold(who, reply.len());
    if held.is_none() {
        // A peer that does not take its replies gets no more of them.
        reply = cbor::encode(&refused(RefusalCode::Busy));
    }
    in_time(time, write_frame(stream, &reply)).await?;
    in_time(time, stream.close()).await
}

/// Reads a message as far as its sender may make us hold it, or says with which code it is refused.
async fn receive(
    stream: &mut Stream,
    peer: PeerId,
    time: Duration,
    conduct: &Conduct,
) -> Result<Result<(CaseMessage, Option<Held>), RefusalCode>, FrameError> {
    let length = in_time(time, read_length(stream, MAX_CASE_FRAME)).await?;
    if let Err(code) = conduct.take_bytes(peer, length) {
        return Ok(Err(code));
    }
    let held = conduct.messages().hold(conduct.who(&peer), length).await;
    let message = cbor::decode(&in_time(time, read_bytes(stream, length)).await?)?;
    if let CaseMessage::Entries { entries } = &message
        && let Err(code) = conduct.take_entries(peer, entries.len())
    {
        return Ok(Err(code));
    }
    Ok(Ok((message, held)))
}

fn refused(code: RefusalCode) -> CaseReply {
    CaseReply::Refused { code: code as u8 }
}
