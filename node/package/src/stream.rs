//! Sealed blobs of the vault: the same chunks under a key of this device, readable at any position.
//!
//! magic8 ‖ salt24 ‖ commit32 ‖ chunks. The chunk key is HKDF-SHA256-Expand(key, "dokuei/stream/1" ‖ 0 ‖ salt ‖ purpose):
//! a blob written for one purpose cannot be put in the place of another, and the commitment tells a wrong key or
//! purpose before anything is decrypted.

mod reader;
mod writer;

use std::fmt;
use std::io;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::chunk::ChunkCipher;
use crate::schedule::expand;
pub use reader::OpeningReader;
pub use writer::SealingWriter;

/// Length of what comes before the chunks of a blob, bytes.
pub const HEADER: usize = 64;
const MAGIC: &[u8; 8] = b"DOKUEIS1";

/// A key that seals blobs; zeroised when dropped.
#[derive(Clone)]
pub struct StreamKey(Zeroizing<[u8; 32]>);

impl StreamKey {
    /// Makes a fresh key.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// The key that a store holds.
    #[must_use]
    pub const fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for a store to wrap.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn schedule(&self, salt: &[u8], purpose: &[u8]) -> (ChunkCipher, [u8; 32]) {
        expand(&self.0, &[b"dokuei/stream/1", &[0], salt, purpose])
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamKey(redacted)")
    }
}

/// Why a blob could not be opened or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StreamError {
    /// Not a blob of ours.
    #[error("the stored file is not one that was sealed here")]
    NotABlob,
    /// Of another key, or sealed for another purpose: a file in the place of another.
    #[error("the stored file was sealed under another key or for another purpose")]
    OtherKey,
    /// Truncated, extended, reordered or altered.
    #[error("the stored file was damaged or altered; restore it from a backup or import it again")]
    Damaged,
    /// The file could not be read.
    #[error("the stored file cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl From<StreamError> for io::Error {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Io(error) => error,
            other => Self::new(io::ErrorKind::InvalidData, other),
        }
    }
}
