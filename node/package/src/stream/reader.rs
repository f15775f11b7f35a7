//! Reads a sealed blob at any position.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use subtle::ConstantTimeEq;

use super::{HEADER, MAGIC, StreamError, StreamKey};
use crate::chunk::{CHUNK, CHUNK_PLAINTEXT, ChunkCipher, Layout, make_room};

/// Opens what a [`super::SealingWriter`] sealed. Its length is authenticated when it is opened; each chunk is before
/// any byte of it is released.
pub struct OpeningReader<R> {
    inner: R,
    cipher: ChunkCipher,
    layout: Layout,
    position: u64,
    /// The plaintext of chunk `current`.
    chunk: Vec<u8>,
    current: u32,
}

impl<R: Read + Seek> OpeningReader<R> {
    /// Opens a blob that was sealed under `key` for `purpose`.
    ///
    /// # Errors
    /// [`StreamError`]: a truncated or extended blob is refused here already.
    pub fn open(mut inner: R, key: &StreamKey, purpose: &[u8]) -> Result<Self, StreamError> {
        let length = inner.seek(SeekFrom::End(0))?;
        let payload = length.checked_sub(HEADER as u64).ok_or(StreamError::NotABlob)?;
        let mut header = [0; HEADER];
        inner.rewind()?;
        inner.read_exact(&mut header)?;
        if header[..8] != *MAGIC {
            return Err(StreamError::NotABlob);
        }
        let (cipher, commitment) = key.schedule(&header[8..32], purpose);
        if !bool::from(commitment.ct_eq(&header[32..])) {
            return Err(StreamError::OtherKey);
        }
        let layout = Layout::of_ciphertext(payload).ok_or(StreamError::Damaged)?;
        let chunk = Vec::with_capacity(CHUNK);
        let mut reader = Self {
            inner,
            cipher,
            layout,
            position: 0,
            chunk,
            current: 0,
        };
        // Only a blob that ends where it was finished has a last chunk here.
        reader.load(layout.chunks() - 1)?;
        Ok(reader)
    }

    /// Length of the plaintext, bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.layout.plaintext_length()
    }

    fn load(&mut self, index: u32) -> Result<(), StreamError> {
        // All of it is read over: what is there already need not be zeroed first.
        make_room(&mut self.chunk, self.layout.chunk_length(index));
        let outcome = self
            .inner
            .seek(SeekFrom::Start(HEADER as u64 + u64::from(index) * CHUNK as u64));
        outcome
            .and_then(|_| self.inner.read_exact(&mut self.chunk))
            .inspect_err(|_| self.chunk.clear())?;
        self.current = index;
        self.cipher
            .open(index, self.layout.is_last(index), &mut self.chunk)
            .map_err(|_| StreamError::Damaged)
    }
}

impl<R: Read + Seek> Read for OpeningReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length() {
            return Ok(0);
        }
        let index = (self.position / CHUNK_PLAINTEXT as u64) as u32;
        // No chunk before the end is without plaintext: an empty one is what a failure left.
        if index != self.current || self.chunk.is_empty() {
            self.load(index)?;
        }
        let rest = &self.chunk[(self.position % CHUNK_PLAINTEXT as u64) as usize..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.position += length as u64;
        Ok(length)
    }
}

impl<R: Read + Seek> Seek for OpeningReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a position before the beginning"))?;
        Ok(self.position)
    }
}

impl<R> fmt::Debug for OpeningReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpeningReader")
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}
