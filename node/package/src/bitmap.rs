//! Which chunks are there and verified: one bit a chunk, to be kept durably by the caller.

use dokuei_identity::cbor::{self, CborError};
use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::chunk::MAX_CHUNKS;

/// One bit a chunk.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Bitmap {
    #[n(0)]
    chunks: u32,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    bits: Vec<u8>,
}

/// Why a stored bitmap was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BitmapError {
    /// Not the encoding of a bitmap.
    #[error("the record of verified chunks cannot be read: {0}")]
    Malformed(#[from] CborError),
    /// Too many chunks, another number of bits than of chunks, or bits beyond the end.
    #[error("the record of verified chunks is not of the right length")]
    Length,
}

impl Bitmap {
    /// A bitmap of `chunks` chunks, none of them set; `None` above [`MAX_CHUNKS`].
    #[must_use]
    pub fn new(chunks: u32) -> Option<Self> {
        (chunks <= MAX_CHUNKS).then(|| Self {
            chunks,
            bits: vec![0; chunks.div_ceil(8) as usize],
        })
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`BitmapError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BitmapError> {
        let bitmap: Self = cbor::decode(bytes)?;
        if bitmap.chunks > MAX_CHUNKS || bitmap.bits.len() != bitmap.chunks.div_ceil(8) as usize {
            return Err(BitmapError::Length);
        }
        let beyond = (bitmap.chunks..bitmap.chunks.next_multiple_of(8)).any(|index| bitmap.bit(index));
        if beyond {
            Err(BitmapError::Length)
        } else {
            Ok(bitmap)
        }
    }

    /// The encoding for storage: CBOR, 1/8 byte a chunk.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Number of chunks that it covers.
    #[must_use]
    pub const fn chunks(&self) -> u32 {
        self.chunks
    }

    /// Whether chunk `index` is set; false beyond the end.
    #[must_use]
    pub fn contains(&self, index: u32) -> bool {
        index < self.chunks && self.bit(index)
    }

    /// Sets chunk `index`; nothing happens beyond the end.
    pub fn insert(&mut self, index: u32) {
        if index < self.chunks {
            self.bits[index as usize / 8] |= 1 << (index % 8);
        }
    }

    /// Number of chunks that are set.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.bits.iter().map(|byte| byte.count_ones()).sum()
    }

    /// Whether all are set.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.count() == self.chunks
    }

    /// The first chunk at or after `from` that is not set.
    #[must_use]
    pub fn first_missing(&self, from: u32) -> Option<u32> {
        (from..self.chunks).find(|index| !self.bit(*index))
    }

    fn bit(&self, index: u32) -> bool {
        self.bits[index as usize / 8] >> (index % 8) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r17_what_was_stored_comes_back() {
        let mut bitmap = Bitmap::new(19).unwrap();
        for index in [0, 7, 8, 18, 19, 500] {
            bitmap.insert(index);
        }
        assert_eq!(
            (bitmap.count(), bitmap.first_missing(7), bitmap.contains(19)),
            (4, Some(9), false)
        );
        assert_eq!(Bitmap::from_bytes(&bitmap.to_bytes()), Ok(bitmap.clone()));
        insta::assert_snapshot!(hex::encode(bitmap.to_bytes()), @"821343810104");
    }

    #[test]
    fn bits_beyond_the_end_and_wrong_lengths_are_refused() {
        for (chunks, bits) in [
            (3, vec![0b1000]),
            (9, vec![0]),
            (8, vec![0, 0]),
            (u32::MAX, vec![]),
        ] {
            let bytes = cbor::encode(&Bitmap { chunks, bits });
            assert_eq!(Bitmap::from_bytes(&bytes), Err(BitmapError::Length));
        }
        assert!(Bitmap::new(MAX_CHUNKS + 1).is_none());
    }

    #[test]
    fn an_empty_bitmap_is_full() {
        assert!(Bitmap::new(0).unwrap().is_full());
    }
}
