//! Length-prefixed frames (4 bytes, big endian), bounded before anything is allocated.

use std::io;

use dokuei_identity::cbor::{self, CborError};
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use minicbor::{Decode, Encode};
use thiserror::Error;

/// Why no frame was read.
#[derive(Debug, Error)]
pub(crate) enum FrameError {
    /// The peer announced more than allowed; nothing of it was read.
    #[error("a frame of {got} bytes is larger than the {limit} that are allowed")]
    TooLarge { got: usize, limit: usize },
    /// The frame is not a value of the expected type.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// The stream ended or failed.
    #[error("the stream ended: {0}")]
    Io(#[from] io::Error),
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
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let got = u32::from_be_bytes(length) as usize;
    if got > limit {
        return Err(FrameError::TooLarge { got, limit });
    }
    let mut bytes = vec![0; got];
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
