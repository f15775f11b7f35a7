//! Reading blobs.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Take};

use dokuei_package::samples::Samples;
use dokuei_package::stored::StoredReader;
use dokuei_package::stream::OpeningReader;

use crate::damage::{Damaged, is_damage};
use crate::{Id16, Id32, StoreError};

/// Reads a stored instance back, from any position. Who reads it from its beginning to its end reads what was stored, or is
/// told before the last byte that it is not ([`StoreError::Differs`] inside an [`io::Error`]).
pub struct BlobReader {
    lying: Lying,
    blake3: Id32,
    /// Of the bytes from the beginning on that were read one after the other; `None` after something was left out.
    hasher: Option<Box<blake3::Hasher>>,
    position: u64,
    /// Where it is said that the image is damaged, which it is, and its blob.
    told: (Damaged, String, Id16),
}

/// How it lies there.
pub(super) enum Lying {
    AsIs(OpeningReader<File>),
    /// In the stored form of packages.
    Predicted(Box<StoredReader<OpeningReader<File>>>),
}

impl BlobReader {
    pub(super) fn new(lying: Lying, blake3: Id32, told: (Damaged, String, Id16)) -> Self {
        Self {
            lying,
            blake3,
            hasher: Some(Box::default()),
            position: 0,
            told,
        }
    }

    /// What the file must hash to.
    pub(crate) const fn blake3(&self) -> &Id32 {
        &self.blake3
    }

    /// Notes what was read, which must be right once it is all.
    fn follow(&mut self, read: &[u8]) -> io::Result<()> {
        self.position += read.len() as u64;
        let all = self.position == self.length();
        let Some(hasher) = &mut self.hasher else {
            return Ok(());
        };
        hasher.update(read);
        if all && hasher.finalize() != self.blake3 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, StoreError::Differs));
        }
        Ok(())
    }

    /// Size of the plaintext, bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        match &self.lying {
            Lying::AsIs(reader) => reader.length(),
            Lying::Predicted(reader) => reader.length(),
        }
    }

    /// Where the samples are of an image that is stored predicted.
    #[must_use]
    pub fn samples(&self) -> Option<Samples> {
        match &self.lying {
            Lying::AsIs(_) => None,
            Lying::Predicted(reader) => reader.samples(),
        }
    }

    /// The stored form of an image that has one.
    ///
    /// # Errors
    /// What the system refused.
    pub fn into_stored(self) -> Result<Option<Take<OpeningReader<File>>>, StoreError> {
        match self.lying {
            Lying::Predicted(reader) if reader.samples().is_some() => Ok(Some(reader.into_stored()?)),
            _ => Ok(None),
        }
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.lying {
            Lying::AsIs(reader) => reader.read(buffer),
            Lying::Predicted(reader) => reader.read(buffer),
        };
        let read = read.inspect_err(|error| {
            if is_damage(error) {
                self.told.0.note(&self.told.1, self.told.2);
            }
        })?;
        if read > 0 {
            self.follow(buffer.get(..read).unwrap_or_default())?;
        }
        Ok(read)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let position = match &mut self.lying {
            Lying::AsIs(reader) => reader.seek(position),
            Lying::Predicted(reader) => reader.seek(position),
        }?;
        if position == 0 {
            self.hasher = Some(Box::default());
        } else if position != self.position {
            self.hasher = None;
        }
        self.position = position;
        Ok(position)
    }
}

impl std::fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlobReader(…)")
    }
}
