//! Writes a sealed blob.

use std::fmt;
use std::io::{self, Write};

use rand_core::CryptoRng;

use super::{MAGIC, StreamKey};
use crate::chunk::{CHUNK, CHUNK_PLAINTEXT, ChunkCipher, MAX_CHUNKS};

/// Seals what is written to it. Without [`Self::finish`] the blob has no last chunk, and is refused when it is read.
pub struct SealingWriter<W> {
    inner: W,
    cipher: ChunkCipher,
    chunk: Vec<u8>,
    index: u32,
}

impl<W: Write> SealingWriter<W> {
    /// Begins a blob under `key` for `purpose` (say, `instance` and the SOP Instance UID): it opens only with both.
    ///
    /// # Errors
    /// [`io::Error`] of the file.
    pub fn new<R: CryptoRng + ?Sized>(
        mut inner: W,
        key: &StreamKey,
        purpose: &[u8],
        rng: &mut R,
    ) -> io::Result<Self> {
        let mut salt = [0; 24];
        rng.fill_bytes(&mut salt);
        let (cipher, commitment) = key.schedule(&salt, purpose);
        inner.write_all(MAGIC)?;
        inner.write_all(&salt)?;
        inner.write_all(&commitment)?;
        Ok(Self {
            inner,
            cipher,
            chunk: Vec::with_capacity(CHUNK),
            index: 0,
        })
    }

    /// Seals the last chunk and gives the file back, flushed but not synchronised.
    ///
    /// # Errors
    /// [`io::Error`] of the file.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.inner.flush()?;
        Ok(self.inner)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        if self.index >= MAX_CHUNKS {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "larger than can be sealed in one file",
            ));
        }
        self.cipher.seal(self.index, last, &mut self.chunk);
        self.inner.write_all(&self.chunk)?;
        self.chunk.clear();
        self.index += 1;
        Ok(())
    }
}

impl<W: Write> Write for SealingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until more comes: it may be the last, which `finish` seals.
        if self.chunk.len() == CHUNK_PLAINTEXT && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK_PLAINTEXT - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Flushes the file. An unfinished chunk stays in memory: it cannot be sealed twice.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W> fmt::Debug for SealingWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingWriter")
            .field("chunks", &self.index)
            .finish_non_exhaustive()
    }
}
