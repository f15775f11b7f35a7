//! Length-prefixed frames (4 bytes, big endian), bounded before anything is allocated.

use std::io;
use std::time::Duration;

use dokuei_identity::cbor::{self, CborError};
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use minicbor::{Decode, Encode};
use thiserror::Error;
use tokio::time::timeout;

use crate::conduct::Misdeed;

/// Why no frame was read.
#[derive(Debug, Error)]
pub(crate) enum FrameError {
    /// The peer announced more than allowed; nothing of it was read.
    #[error("a frame of {got} bytes is larger than the {limit} that are allowed")]
    TooLarge { got: usize, limit: usize },
    /// The frame is not a value of the expected type.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// The peer did not send or take it in time.
    #[error("the peer was too slow")]
    Slow,
    /// The stream ended or failed.
    #[error("the stream ended: {0}")]
    Io(#[from] io::Error),
}

impl FrameError {
    /// What it is when a peer sent it.
    pub(crate) const fn misdeed(&self) -> Misdeed {
        match self {
            Self::TooLarge { .. } => Misdeed::Oversized,
            Self::Slow => Misdeed::Slow,
            Self::Cbor(_) | Self::Io(_) => Misdeed::Garbage,
        }
    }
}

/// Waits for something that the peer has to do, for so long.
pub(crate) async fn in_time<T, E: Into<FrameError>>(
    time: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, FrameError> {
    match timeout(time, work).await {
        Ok(outcome) => outcome.map_err(Into::into),
        Err(_) => Err(FrameError::Slow),
    }
}

/// Writes one frame and flushes it.
pub(crate) async fn write_frame<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(bytes).await?;
    stream.flush().await
}

/// Writes one value as a frame.
pub(crate) async fn write_value<S, T>(stream: &mut S, value: &T) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
    T: Encode<()>,
{
    write_frame(stream, &cbor::encode(value)).await
}

/// Reads one frame of at most `limit` bytes.
pub(crate) async fn read_frame<S: AsyncRead + Unpin>(
    stream: &mut S,
    limit: usize,
) -> Result<Vec<u8>, FrameError> {
    let length = read_length(stream, limit).await?;
    Ok(read_bytes(stream, length).await?)
}

/// Reads the length of a frame, which is to be at most `limit`.
pub(crate) async fn read_length<S: AsyncRead + Unpin>(
    stream: &mut S,
    limit: usize,
) -> Result<usize, FrameError> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let got = u32::from_be_bytes(length) as usize;
    if got > limit {
        return Err(FrameError::TooLarge { got, limit });
    }
    Ok(got)
}

/// Reads the bytes of a frame whose length was read.
pub(crate) async fn read_bytes<S: AsyncRead + Unpin>(stream: &mut S, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// Reads one value from a frame of at most `limit` bytes.
pub(crate) async fn read_value<S, T>(stream: &mut S, limit: usize) -> Result<T, FrameError>
where
    S: AsyncRead + Unpin,
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    Ok(cbor::decode(&read_frame(stream, limit).await?)?)
}

#[cfg(test)]
mod tests {
    use futures::io::Cursor;

    use super::*;

    #[tokio::test]
    async fn a_frame_comes_back() {
        let mut stream = Cursor::new(Vec::new());
        write_frame(&mut stream, b"abc").await.unwrap();
        stream.set_position(0);
        assert_eq!(read_frame(&mut stream, 3).await.unwrap(), b"abc");
    }

    /// R17 (obstruct): an announced length is refused before it is allocated.
    #[tokio::test]
    async fn r17_an_oversized_frame_is_refused_by_its_length_alone() {
        let mut stream = Cursor::new(u32::MAX.to_be_bytes().to_vec());
        let refused = read_frame(&mut stream, 1024).await;
        assert!(matches!(refused, Err(FrameError::TooLarge { limit: 1024, .. })));
    }

    #[tokio::test]
    async fn a_cut_frame_is_an_error() {
        let mut stream = Cursor::new(vec![0, 0, 0, 5, 1, 2]);
        assert!(matches!(
            read_frame(&mut stream, 10).await,
            Err(FrameError::Io(_))
        ));
    }
}
