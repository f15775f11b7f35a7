//! Questions that need no admission: one frame asks, one byte and one frame answer. The register and the drop box are
//! both of this form.

use std::time::Duration;

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use libp2p::{PeerId, Stream};
use tokio::time::timeout;

use crate::error::CallError;
use crate::frame::{FrameError, read_frame, write_frame};
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

/// Answers one question about the register on an accepted stream.
pub(crate) async fn serve(mut stream: Stream, peer: PeerId, host: &dyn Host, time: Duration) {
    let answered = async {
        let answer = match read_frame(&mut stream, MAX_ASK).await {
            Ok(question) => host.register_answer(peer, question).await,
            Err(FrameError::Io(_)) => return Ok(()),
            Err(error) => {
                tracing::info!(%peer, %error, "a question about the register was refused");
                Err(RefusalCode::Malformed)
            }
        };
        match answer {
            Ok(answer) if answer.len() <= MAX_ANSWER => {
                stream.write_all(&[0]).await?;
                write_frame(&mut stream, &answer).await?;
            }
            Ok(answer) => {
                tracing::error!(%peer, bytes = answer.len(), "our own answer is too large to be sent");
                stream.write_all(&[RefusalCode::Internal as u8]).await?;
            }
            Err(code) => stream.write_all(&[code as u8]).await?,
        }
        stream.close().await
    };
    match timeout(time, answered).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%peer, %error, "an answer could not be sent"),
        Err(_) => tracing::info!(%peer, "a question took too long and was ended"),
    }
}
