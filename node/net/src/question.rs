//! Questions that need no admission: one frame asks, one byte and one frame answer. The register and the drop box are
//! both of this form.

use std::time::Duration;

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use libp2p::{PeerId, Stream};
use tokio::time::timeout;

use crate::conduct::Conduct;
use crate::error::CallError;
use crate::frame::{FrameError, in_time, read_frame, write_frame};
use crate::host::{Host, RefusalCode};
use crate::wire::register::{MAX_ANSWER, MAX_ASK};

/// Asks on an accepted stream. The answer's length is checked before it is allocated.
pub(crate) async fn ask(stream: &mut Stream, question: &[u8], limit: usize) -> Result<Vec<u8>, CallError> {
    let lost = |error: std::io::Error| CallError::Lost(error.to_string());
    let written = write_frame(stream, question).await;
    // Whoever refuses before it has read everything has said why.
    let mut code = [0];
    stream
        .read_exact(&mut code)
        .await
        .map_err(|error| lost(written.err().unwrap_or(error)))?;
    if code[0] != 0 {
        return Err(CallError::Refused(RefusalCode::from_byte(code[0])));
    }
    let answer = match read_frame(stream, limit).await {
        Ok(answer) => answer,
        Err(FrameError::Io(error)) => return Err(lost(error)),
        Err(error) => return Err(CallError::Misbehaved(error.to_string())),
    };
    // The answer is here; how the stream ends does not matter any more.
    let _ = stream.close().await;
    Ok(answer)
}

/// Answers one question about the register on an accepted stream; its asker has `time` to put it, and to take the answer.
pub(crate) async fn serve(
    mut stream: Stream,
    peer: PeerId,
    host: &dyn Host,
    time: Duration,
    conduct: &Conduct,
) {
    match answer(&mut stream, peer, host, time, conduct).await {
        Ok(()) => {}
        Err(FrameError::Io(error)) => tracing::debug!(%peer, %error, "an answer could not be sent"),
        Err(error) => {
            conduct.charge(peer, error.misdeed());
            // Courtesy only.
            let _ = timeout(time, stream.write_all(&[RefusalCode::Malformed as u8])).await;
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
    let question = in_time(time, read_frame(stream, MAX_ASK)).await?;
    let who = conduct.who(&peer);
    let answer = {
        let _place = conduct.desk().hold(who, 1).await;
        host.register_answer(peer, question).await
    };
    let answer = answer.and_then(|answer| {
        if answer.len() > MAX_ANSWER {
            tracing::error!(%peer, bytes = answer.len(), "our own answer is too large to be sent");
            return Err(RefusalCode::Internal);
        }
        // Whoever does not take what it asked for gets no more.
        let held = conduct.answers().try_hold(who, answer.len());
        held.map(|held| (answer, held)).ok_or(RefusalCode::Busy)
    });
    match answer {
        Ok((answer, _held)) => {
            in_time(time, stream.write_all(&[0])).await?;
            in_time(time, write_frame(stream, &answer)).await?;
        }
        Err(code) => in_time(time, stream.write_all(&[code as u8])).await?,
    }
    in_time(time, stream.close()).await
}
