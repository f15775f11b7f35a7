//! Bytes of a file, counted and bounded: a declared length is a wish until the bytes have come.

use std::io::{ErrorKind, Read};

use dicom_core::Tag;

use crate::header::HeaderError;

/// A reader with a position, a bound, and a few bytes that can be given back.
pub(super) struct Source<R> {
    inner: R,
    given_back: Vec<u8>,
    at: u64,
    limit: u64,
}

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R, limit: u64) -> Self {
        Self {
            inner,
            given_back: Vec::new(),
            at: 0,
            limit,
        }
    }

    /// Bytes taken so far.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Whether more was taken than there may be.
    pub(super) fn is_over(&self) -> bool {
        self.at > self.limit
    }

    pub(super) fn truncated(&self) -> HeaderError {
        HeaderError::Truncated { at: self.at }
    }

    pub(super) fn malformed(&self, what: &'static str) -> HeaderError {
        HeaderError::Malformed { at: self.at, what }
    }

    /// Up to `length` bytes: fewer at the end of the file.
    pub(super) fn head(&mut self, length: usize) -> Result<Vec<u8>, HeaderError> {
        let mut head = Vec::with_capacity(length);
        self.take(length as u64).read_to_end(&mut head).map_err(fault)?;
        Ok(head)
    }

    /// Puts bytes just taken back to be read again.
    pub(super) fn give_back(&mut self, bytes: &[u8]) {
        self.at -= bytes.len() as u64;
        self.given_back.splice(..0, bytes.iter().copied());
    }

    /// Exactly `length` bytes, allocated only as they come.
    pub(super) fn bytes(&mut self, length: u32) -> Result<Vec<u8>, HeaderError> {
        let mut bytes = Vec::new();
        self.take(length.into()).read_to_end(&mut bytes).map_err(fault)?;
        if bytes.len() != length as usize {
            return Err(self.truncated());
        }
        Ok(bytes)
    }

    /// Steps over `length` bytes.
    pub(super) fn skip(&mut self, length: u32) -> Result<(), HeaderError> {
        if self.at.saturating_add(length.into()) > self.limit {
            return Err(HeaderError::TooLarge {
                what: "too much comes before the image",
            });
        }
        let skipped = std::io::copy(&mut self.take(length.into()), &mut std::io::sink()).map_err(fault)?;
        if skipped == u64::from(length) {
            Ok(())
        } else {
            Err(self.truncated())
        }
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], HeaderError> {
        let mut array = [0; N];
        match self.read_exact(&mut array) {
            Ok(()) => Ok(array),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(self.truncated()),
            Err(error) => Err(fault(error)),
        }
    }

    pub(super) fn u16(&mut self, big_endian: bool) -> Result<u16, HeaderError> {
        let array = self.array()?;
        Ok(if big_endian {
            u16::from_be_bytes(array)
        } else {
            u16::from_le_bytes(array)
        })
    }

    pub(super) fn u32(&mut self, big_endian: bool) -> Result<u32, HeaderError> {
        let array = self.array()?;
        Ok(if big_endian {
            u32::from_be_bytes(array)
        } else {
            u32::from_le_bytes(array)
        })
    }

    /// The next tag, or `None` when the file ends cleanly before it.
    pub(super) fn tag(&mut self, big_endian: bool) -> Result<Option<Tag>, HeaderError> {
        if self.at > self.limit {
            return Err(HeaderError::TooLarge {
                what: "too much comes before the image",
            });
        }
        let first = self.head(4)?;
        match first.len() {
            0 => return Ok(None),
            4 => self.give_back(&first),
            _ => return Err(self.truncated()),
        }
        Ok(Some(Tag(self.u16(big_endian)?, self.u16(big_endian)?)))
    }

    fn take(&mut self, length: u64) -> std::io::Take<&mut Self> {
        Read::take(self, length)
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = if self.given_back.is_empty() {
            self.inner.read(buffer)?
        } else {
            let count = self.given_back.len().min(buffer.len());
            buffer[..count].copy_from_slice(&self.given_back[..count]);
            self.given_back.drain(..count);
            count
        };
        self.at += count as u64;
        Ok(count)
    }
}

/// A broken deflate stream is the file's fault, everything else the system's.
pub(super) fn fault(error: std::io::Error) -> HeaderError {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::InvalidData => HeaderError::Malformed {
            at: 0,
            what: "its deflated data set can't be inflated",
        },
        ErrorKind::UnexpectedEof => HeaderError::Truncated { at: 0 },
        _ => HeaderError::Io(error),
    }
}
