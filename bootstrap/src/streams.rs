//! Streams as nodes speak them: the acceptor's first byte says that the stream is really there (libp2p-stream drops
//! some when it is busy), then one frame asks and one byte and one frame answer. Lengths are checked before anything
//! is allocated.

use std::io;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::Control;
use tokio::time::timeout;

/// How long the accept byte may take.
const ACCEPT: Duration = Duration::from_secs(5);

/// How long a question or its answer may take in all.
pub(crate) const CALL: Duration = Duration::from_secs(60);

/// How long a refused peer may go on talking.
const LINGER: Duration = Duration::from_secs(2);

/// How often a stream is tried, and how far apart.
const ATTEMPTS: u32 = 10;
const SPACING: Duration = Duration::from_millis(60);

/// The reasons that a peer is told: those of the nodes' protocol that a bootstrap has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    /// Not of the protocol, or larger than allowed.
    Malformed = 1,
    /// Too much at once; try again later.
    Busy = 12,
    /// What it asks for is not here.
    NotFound = 14,
    /// Something failed here.
    Internal = 16,
    /// There is no room left.
    Full = 19,
}

/// Says that a stream is really there.
pub(crate) async fn accept(stream: &mut Stream) -> io::Result<()> {
    stream.write_all(&[0]).await?;
    stream.flush().await
}

/// Reads the question of an accepted stream; nothing when the peer is to blame, which has been told so.
pub(crate) async fn question(stream: &mut Stream, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let length = u32::from_be_bytes(length) as usize;
    if length > limit {
        refuse(stream, Code::Malformed).await?;
        return Ok(None);
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok(Some(bytes))
}

/// Answers.
pub(crate) async fn answer(stream: &mut Stream, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_all(&[0]).await?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(bytes).await?;
    stream.close().await
}

/// Tells why there is no answer. What the peer still sends is let pass for a moment, so that it hears the reason.
pub(crate) async fn refuse(stream: &mut Stream, code: Code) -> io::Result<()> {
    stream.write_all(&[code as u8]).await?;
    stream.close().await?;
    let mut nowhere = futures::io::sink();
    let rest = futures::io::copy(stream, &mut nowhere);
    // However it ends: the reason has been said.
    let _ = timeout(LINGER, rest).await;
    Ok(())
}

/// Asks a connected peer.
pub(crate) async fn ask(
    control: &Control,
    peer: PeerId,
    protocol: &StreamProtocol,
    question: &[u8],
    limit: usize,
) -> Result<Vec<u8>> {
    let asked = async {
        let mut stream = open(control, peer, protocol).await?;
        let length = u32::try_from(question.len())?;
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(question).await?;
        stream.flush().await?;
        let mut code = [0];
        stream.read_exact(&mut code).await?;
        if code[0] != 0 {
            bail!("the peer refused with code {}", code[0]);
        }
        let mut length = [0; 4];
        stream.read_exact(&mut length).await?;
        let length = u32::from_be_bytes(length) as usize;
        if length > limit {
            bail!("the peer's answer of {length} bytes is larger than the {limit} that are allowed");
        }
        let mut bytes = vec![0; length];
        stream.read_exact(&mut bytes).await?;
        Ok(bytes)
    };
    timeout(CALL, asked)
        .await
        .context("the peer did not answer in time")?
}

async fn open(control: &Control, peer: PeerId, protocol: &StreamProtocol) -> Result<Stream> {
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        tokio::time::sleep(SPACING * attempt.min(1)).await;
        let mut stream = match control.clone().open_stream(peer, protocol.clone()).await {
            Ok(stream) => stream,
            Err(error) => {
                last = Some(anyhow::Error::from(error));
                continue;
            }
        };
        let mut byte = [0];
        match timeout(ACCEPT, stream.read_exact(&mut byte)).await {
            Ok(Ok(())) if byte[0] == 0 => return Ok(stream),
            Ok(Ok(())) => last = Some(anyhow::anyhow!("the peer refused with code {}", byte[0])),
            Ok(Err(error)) => last = Some(error.into()),
            Err(_) => last = Some(anyhow::anyhow!("the stream was not accepted in time")),
        }
    }
    Err(last.unwrap_or_else(|| anyhow::anyhow!("no stream could be opened")))
}
