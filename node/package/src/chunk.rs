//! The chunk: 65 520 bytes of plaintext and a 16-byte tag, which is one 64 KiB group of the tree.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015) over ChaCha20-Poly1305 (RFC 8439): the nonce of chunk `i` is
//! prefix7 ‖ BE32(i) ‖ last1, so that no chunk can be moved, dropped, or made the last one unnoticed.

use std::fmt;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use thiserror::Error;

/// Length of a full chunk of ciphertext, bytes.
pub const CHUNK: usize = 65_536;
/// Length of the Poly1305 tag that ends every chunk, bytes.
pub const TAG: usize = 16;
/// Length of the plaintext of a full chunk, bytes.
pub const CHUNK_PLAINTEXT: usize = CHUNK - TAG;
/// The most chunks that are sealed or opened: 256 GiB, far above any study and far below 2³² positions of STREAM.
pub const MAX_CHUNKS: u32 = 1 << 22;
/// The longest plaintext that is sealed or opened, bytes.
pub const MAX_PLAINTEXT: u64 = MAX_CHUNKS as u64 * CHUNK_PLAINTEXT as u64;

/// How a plaintext of a known length lies in chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    plaintext: u64,
    chunks: u32,
}

impl Layout {
    /// The layout of `length` bytes of plaintext, or `None` above [`MAX_PLAINTEXT`]. No plaintext is still one chunk.
    #[must_use]
    pub const fn of_plaintext(length: u64) -> Option<Self> {
        if length > MAX_PLAINTEXT {
            return None;
        }
        let chunks = length.div_ceil(CHUNK_PLAINTEXT as u64);
        Some(Self {
            plaintext: length,
            chunks: if chunks == 0 { 1 } else { chunks as u32 },
        })
    }

    /// The layout of `length` bytes of ciphertext, or `None` when no plaintext seals to that length.
    #[must_use]
    pub fn of_ciphertext(length: u64) -> Option<Self> {
        let overhead = length.div_ceil(CHUNK as u64).max(1).checked_mul(TAG as u64)?;
        let layout = Self::of_plaintext(length.checked_sub(overhead)?)?;
        (layout.ciphertext_length() == length).then_some(layout)
    }

    /// Length of the plaintext, bytes.
    #[must_use]
    pub const fn plaintext_length(self) -> u64 {
        self.plaintext
    }

    /// Length of the ciphertext, bytes.
    #[must_use]
    pub const fn ciphertext_length(self) -> u64 {
        self.plaintext + self.chunks as u64 * TAG as u64
    }

    /// Number of chunks, at least 1.
    #[must_use]
    pub const fn chunks(self) -> u32 {
        self.chunks
    }

    /// Whether chunk `index` is the last.
    #[must_use]
    pub const fn is_last(self, index: u32) -> bool {
        index + 1 == self.chunks
    }

    /// Length of the ciphertext of chunk `index`, bytes; 0 beyond the end.
    #[must_use]
    pub fn chunk_length(self, index: u32) -> usize {
        let rest = self
            .ciphertext_length()
            .saturating_sub(u64::from(index) * CHUNK as u64);
        rest.min(CHUNK as u64) as usize
    }
}

/// Makes a buffer so long. Apart from what is generic, which is compiled in the package that uses it, and perhaps not
/// optimised there; what is in the buffer already is not written over.
pub(crate) fn make_room(buffer: &mut Vec<u8>, length: usize) {
    buffer.resize(length, 0);
}

/// A chunk that does not authenticate: altered, moved, or of another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("chunk {index} does not authenticate: it was altered, or belongs to another key")]
pub struct NotAuthentic {
    /// Its index.
    pub index: u32,
}

/// Seals and opens chunks at any position. The cipher is that of AWS-LC, which TLS here uses too: everything that is sent
/// or stored passes it twice at each side, and it takes about half the time of the implementations in Rust.
pub(crate) struct ChunkCipher {
    key: LessSafeKey,
    prefix: [u8; 7],
}

impl fmt::Debug for ChunkCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChunkCipher(redacted)")
    }
}

impl ChunkCipher {
    pub(crate) fn new(key: &[u8; 32], prefix: &[u8; 7]) -> Self {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key).expect("32 bytes are a key of ChaCha20-Poly1305");
        Self {
            key: LessSafeKey::new(key),
            prefix: *prefix,
        }
    }

    /// The nonce of STREAM: prefix7 ‖ BE32(index) ‖ last1. No position is sealed twice under one key: keys are derived from
    /// a fresh key or a fresh salt for every package and every blob.
    fn nonce(&self, index: u32, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        nonce[..7].copy_from_slice(&self.prefix);
        nonce[7..11].copy_from_slice(&index.to_be_bytes());
        nonce[11] = last.into();
        Nonce::assume_unique_for_key(nonce)
    }

    /// Encrypts the plaintext in `chunk` and appends its tag.
    pub(crate) fn seal(&self, index: u32, last: bool, chunk: &mut Vec<u8>) {
        chunk.resize(chunk.len() + TAG, 0);
        self.seal_in_place(index, last, chunk);
    }

    /// Encrypts the plaintext in `chunk`, of which the last [`TAG`] bytes are room for the tag.
    pub(crate) fn seal_in_place(&self, index: u32, last: bool, chunk: &mut [u8]) {
        let (plaintext, room) = chunk
            .split_last_chunk_mut::<TAG>()
            .expect("whoever fills a chunk leaves room for its tag");
        // RFC 8439 fails only above 256 GiB in one message.
        let tag = self
            .key
            .seal_in_place_separate_tag(self.nonce(index, last), Aad::empty(), plaintext)
            .expect("a chunk is far below the limit of the cipher");
        room.copy_from_slice(tag.as_ref());
    }

    /// Decrypts `chunk` and takes its tag off; leaves nothing in it when it does not authenticate.
    pub(crate) fn open(&self, index: u32, last: bool, chunk: &mut Vec<u8>) -> Result<(), NotAuthentic> {
        match self.open_in_place(index, last, chunk) {
            Ok(length) => {
                chunk.truncate(length);
                Ok(())
            }
            Err(error) => {
                chunk.clear();
                Err(error)
            }
        }
    }

    /// Decrypts `chunk` in its place and gives the length of its plaintext. When it does not authenticate, nothing of what
    /// is left in it may be used.
    pub(crate) fn open_in_place(
        &self,
        index: u32,
        last: bool,
        chunk: &mut [u8],
    ) -> Result<usize, NotAuthentic> {
        self.key
            .open_in_place(self.nonce(index, last), Aad::empty(), chunk)
            .map(|plaintext| plaintext.len())
            .map_err(|_| NotAuthentic { index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_the_same_from_either_length() {
        for length in [
            0,
            1,
            65_519,
            65_520,
            65_521,
            131_040,
            131_041,
            10_000_000,
            MAX_PLAINTEXT,
        ] {
            let layout = Layout::of_plaintext(length).unwrap();
            assert_eq!(
                Layout::of_ciphertext(layout.ciphertext_length()),
                Some(layout),
                "{length}"
            );
            let sum: u64 = (0..layout.chunks().min(200))
                .map(|i| layout.chunk_length(i) as u64)
                .sum();
            assert!(
                layout.chunks() > 200 || sum == layout.ciphertext_length(),
                "{length}"
            );
        }
    }

    #[test]
    fn a_length_that_no_plaintext_seals_to_is_refused() {
        // Too short for a tag; a second chunk without a byte of plaintext; beyond the limit.
        for length in [0, 15, 65_537, 65_536 + 16, u64::MAX] {
            assert_eq!(Layout::of_ciphertext(length), None, "{length}");
        }
        assert_eq!(Layout::of_plaintext(MAX_PLAINTEXT + 1), None);
    }

    #[test]
    fn r19_position_and_last_flag_are_authenticated() {
        let cipher = ChunkCipher::new(&[1; 32], &[2; 7]);
        let mut chunk = b"plaintext".to_vec();
        cipher.seal(3, false, &mut chunk);
        for (index, last) in [(2, false), (4, false), (3, true)] {
            let mut copy = chunk.clone();
            assert_eq!(cipher.open(index, last, &mut copy), Err(NotAuthentic { index }));
            assert!(copy.is_empty(), "nothing is left to be used by mistake");
        }
        cipher.open(3, false, &mut chunk).unwrap();
        assert_eq!(chunk, b"plaintext");
    }

    /// The construction is that of a library that others use too, byte by byte.
    #[test]
    fn chunks_are_those_of_stream_as_its_crate_seals_them() {
        use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
        use chacha20poly1305::ChaCha20Poly1305;

        let (key, prefix) = ([7; 32], [9; 7]);
        let theirs = StreamBE32::<ChaCha20Poly1305>::new(&key.into(), &prefix.into());
        let ours = ChunkCipher::new(&key, &prefix);
        for (index, last, length) in [
            (0, false, CHUNK_PLAINTEXT),
            (0, true, 0),
            (1, false, 1),
            (0x0102_0304, true, 1000),
        ] {
            let plaintext = crate::tests::fixture::bytes(index as usize, length);
            let (mut expected, mut chunk) = (plaintext.clone(), plaintext.clone());
            theirs.encrypt_in_place(index, last, &[], &mut expected).unwrap();
            ours.seal(index, last, &mut chunk);
            assert_eq!(chunk, expected, "{index}");
            ours.open(index, last, &mut chunk).unwrap();
            assert_eq!(chunk, plaintext, "{index}");
        }
    }
}
