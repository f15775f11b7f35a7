//! `/dokuei/case/1`: a message and its reply on a stream of their own, so that they never wait behind a package.

use std::time::Duration;

use dokuei_identity::cbor;
use futures::AsyncWriteExt as _;
use libp2p::{PeerId, Stream};
use tokio::time::timeout;

use crate::error::CallError;
use crate::frame::{FrameError, read_value, write_frame, write_value};
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

/// Answers one message of an admitted peer on an accepted stream.
pub(crate) async fn serve(mut stream: Stream, peer: PeerId, host: &dyn Host, time: Duration) {
    let answer = async {
        let message = match read_value(&mut stream, MAX_CASE_FRAME).await {
            Ok(message) => message,
            Err(FrameError::Io(_)) => return Ok(()),
            Err(error) => {
                tracing::info!(%peer, %error, "a case message was refused");
                return write_value(&mut stream, &refused(RefusalCode::Malformed)).await;
            }
        };
        let reply = cbor::encode(&host.case_message(peer, message).await);
        if reply.len() > MAX_CASE_FRAME {
            tracing::error!(%peer, bytes = reply.len(), "our own reply is too large to be sent");
            return write_value(&mut stream, &refused(RefusalCode::Internal)).await;
        }
        write_frame(&mut stream, &reply).await?;
        stream.close().await
    };
    match timeout(time, answer).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a case reply could not be sent"),
        Err(_) => tracing::info!(%peer, "a case message took too long and was ended"),
    }
}

fn refused(code: RefusalCode) -> CaseReply {
    CaseReply::Refused { code: code as u8 }
}
