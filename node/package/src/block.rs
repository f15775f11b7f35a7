//! The stored form of an instance that is *predicted*: BE32(length) ‖ block, again and again.
//!
//! The bytes before the samples, the samples in whole rows, and what follows them are cut into blocks of at most
//! [`BLOCK`] bytes; where, follows from the manifest alone. Each is compressed by itself ([`crate::predict`], then
//! Zstandard, RFC 8878), or kept as it is when that saves less than a tenth: then its length is that of the original.
//! So decoding needs the memory of one block, whatever a stream claims.

use std::io::{self, Read};

use thiserror::Error;
use zstd::bulk::{Compressor, Decompressor};

use crate::encoding::Effort;
use crate::predict;
use crate::samples::{Sample, Samples};

/// The most bytes of a file that are one block.
pub const BLOCK: usize = 1 << 20;
/// Bytes before a block.
const PREFIX: usize = 4;

/// A stored form that is not one of the file that the manifest names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is not encoded as the list of contents says")]
pub struct BadEncoding;

/// One block of a file, before it is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    /// Its bytes in the file.
    pub(crate) length: usize,
    /// Rows of samples, or other bytes.
    rows: Option<(Sample, usize)>,
}

/// The blocks of a file, in order.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    samples: Samples,
    length: u64,
    at: u64,
}

/// The blocks of a file of `length` bytes, in which `samples` fit.
pub(crate) const fn blocks(samples: Samples, length: u64) -> Blocks {
    Blocks {
        samples,
        length,
        at: 0,
    }
}

impl Iterator for Blocks {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let Samples {
            at: begin,
            length,
            row,
            sample,
        } = self.samples;
        let (row, end) = (row as usize, begin.saturating_add(length));
        let (most, until, rows) = if self.at < begin {
            (BLOCK, begin, None)
        } else if self.at < end {
            ((BLOCK / row.max(1)).max(1) * row, end, Some((sample, row)))
        } else {
            (BLOCK, self.length, None)
        };
        // At most `most`, which is a usize.
        let length = until.saturating_sub(self.at).min(most as u64) as usize;
        self.at += length as u64;
        (length > 0).then_some(Block { length, rows })
    }
}

/// Encodes blocks; keeps its buffers from one to the next.
pub(crate) struct Encoder {
    compressor: Compressor<'static>,
    filtered: Vec<u8>,
    scratch: Vec<u8>,
}

impl Encoder {
    pub(crate) fn new(effort: Effort) -> io::Result<Self> {
        Ok(Self {
            compressor: Compressor::new(effort.level())?,
            filtered: Vec::new(),
            scratch: Vec::new(),
        })
    }

    /// The stored form of one block with its length before it.
    pub(crate) fn encode(&mut self, block: Block, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.filtered.clear();
        self.filtered.extend_from_slice(bytes);
        if let Some((sample, row)) = block.rows {
            predict::forward(sample, row, &mut self.filtered, &mut self.scratch);
        }
        let mut stored = vec![0; PREFIX + zstd::compress_bound(bytes.len())];
        let (prefix, body) = stored.split_at_mut(PREFIX);
        let mut length = self.compressor.compress_to_buffer(&self.filtered, body)?;
        if length.saturating_mul(10) > bytes.len().saturating_mul(9) {
            length = bytes.len();
            if let Some(body) = body.get_mut(..length) {
                body.copy_from_slice(bytes);
            }
        }
        // A block is at most 1 MiB.
        prefix.copy_from_slice(&(length as u32).to_be_bytes());
        stored.truncate(PREFIX + length);
        Ok(stored)
    }
}

/// Reads the stored form of the next block from `stream`, at most as long as the block, into `buffer`.
///
/// # Errors
/// What the stream says; [`BadEncoding`] inside an [`io::Error`] when it is longer.
pub(crate) fn read_stored(block: Block, mut stream: impl Read, mut buffer: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut prefix = [0; PREFIX];
    stream.read_exact(&mut prefix)?;
    let length = u32::from_be_bytes(prefix) as usize;
    if length > block.length {
        return Err(bad());
    }
    buffer.clear();
    buffer.resize(length, 0);
    stream.read_exact(&mut buffer)?;
    Ok(buffer)
}

/// Decodes blocks; keeps its buffers from one to the next.
pub(crate) struct Decoder {
    decompressor: Decompressor<'static>,
    spare: Vec<u8>,
    scratch: Vec<u8>,
}

impl Decoder {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            decompressor: Decompressor::new()?,
            spare: Vec::new(),
            scratch: Vec::new(),
        })
    }

    /// The block of which `stored` is the stored form: exactly as many bytes as it has.
    ///
    /// # Errors
    /// [`BadEncoding`] inside an [`io::Error`] when it is none.
    pub(crate) fn decode(&mut self, block: Block, stored: Vec<u8>) -> io::Result<Vec<u8>> {
        if stored.len() == block.length {
            return Ok(stored);
        }
        let mut bytes = std::mem::take(&mut self.spare);
        bytes.clear();
        bytes.resize(block.length, 0);
        // A slice is written to, not grown: what claims to be longer than the block is an error.
        let written = self
            .decompressor
            .decompress_to_buffer(&stored, bytes.as_mut_slice())
            .map_err(|_| bad())?;
        if written != block.length {
            return Err(bad());
        }
        if let Some((sample, row)) = block.rows {
            predict::inverse(sample, row, &mut bytes, &mut self.scratch);
        }
        self.spare = stored;
        Ok(bytes)
    }
}

fn bad() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, BadEncoding)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(samples: Samples, file: &[u8]) -> Vec<u8> {
        let mut encoder = Encoder::new(Effort::Quick).unwrap();
        let mut rest = file;
        let mut stored = Vec::new();
        for block in blocks(samples, file.len() as u64) {
            let (this, after) = rest.split_at(block.length);
            stored.extend(encoder.encode(block, this).unwrap());
            rest = after;
        }
        assert!(rest.is_empty(), "all bytes of a file are in one of its blocks");
        stored
    }

    fn decode(samples: Samples, length: u64, mut stored: &[u8]) -> io::Result<Vec<u8>> {
        let (mut decoder, mut file) = (Decoder::new()?, Vec::new());
        for block in blocks(samples, length) {
            let part = read_stored(block, &mut stored, Vec::new())?;
            file.extend(decoder.decode(block, part)?);
        }
        Ok(file)
    }

    /// A file of a smooth image with a little noise.
    fn image(head: usize, rows: u64, row: u32, tail: usize) -> (Samples, Vec<u8>) {
        let samples = Samples {
            at: head as u64,
            length: rows * u64::from(row),
            row,
            sample: Sample::Unsigned16,
        };
        let mut file = vec![0x44; head];
        for y in 0..rows {
            for x in 0..u64::from(row / 2) {
                let value = 1000 + x / 3 + y / 2 + (x * 7919 + y * 104_729) % 31;
                file.extend((value as u16).to_le_bytes());
            }
        }
        file.extend(std::iter::repeat_n(0x55, tail));
        (samples, file)
    }

    #[test]
    fn an_image_becomes_smaller_and_comes_back() {
        // Below, at and above the length of a block; with and without something before and after the samples.
        for (head, rows, row, tail) in [
            (1200, 400, 800, 0),
            (0, 1, 2, 1),
            (5, 1024, 1024, 70),
            (0, 3000, 1600, 9),
        ] {
            let (samples, file) = image(head, rows, row, tail);
            assert!(samples.fit(file.len() as u64));
            let stored = encode(samples, &file);
            assert!(
                rows == 1 || stored.len() * 2 < file.len(),
                "{} of {}",
                stored.len(),
                file.len()
            );
            assert_eq!(decode(samples, file.len() as u64, &stored).unwrap(), file);
        }
    }

    #[test]
    fn what_does_not_shrink_is_kept_as_it_is() {
        let file = crate::tests::fixture::bytes(1, 50_000);
        let samples = Samples {
            at: 0,
            length: 50_000,
            row: 500,
            sample: Sample::Unsigned16,
        };
        let stored = encode(samples, &file);
        assert_eq!(stored.len(), file.len() + PREFIX);
        assert_eq!(stored[PREFIX..], file);
    }

    #[test]
    fn r24_a_block_that_claims_more_than_its_length_is_refused() {
        let samples = Samples {
            at: 0,
            length: 1000,
            row: 10,
            sample: Sample::Unsigned8,
        };
        let bomb = zstd::bulk::compress(&vec![0; 16 << 20], 1).unwrap();
        assert!(bomb.len() < 1000, "shorter than what it is to be");
        let stored = |body: &[u8]| [&(body.len() as u32).to_be_bytes(), body].concat();
        let short = zstd::bulk::compress(&[0; 999], 1).unwrap();
        for body in [bomb.as_slice(), &short, &[], &[0; 7]] {
            assert!(decode(samples, 1000, &stored(body)).is_err());
        }
        assert!(decode(samples, 1000, &u32::MAX.to_be_bytes()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_file_comes_back(file in prop::collection::vec(any::<u8>(), 1..5000), at in 0..4999_usize, row in 1..200_u32) {
            let row = row * 2;
            let at = at % file.len();
            let length = (file.len() - at) as u64 / u64::from(row) * u64::from(row);
            let samples = Samples { at: at as u64, length, row, sample: Sample::Signed16 };
            prop_assume!(samples.fit(file.len() as u64));
            let stored = encode(samples, &file);
            prop_assert_eq!(decode(samples, file.len() as u64, &stored).unwrap(), file);
        }

        #[test]
        fn r24_hostile_streams_are_refused_or_give_a_file_of_the_right_length(
            mut stored in prop::collection::vec(any::<u8>(), 0..3000),
            prefix in 0..2500_u32,
            at in 0..500_u64,
            rows in 1..20_u64,
            after in 0..100_u64,
        ) {
            if let Some(front) = stored.get_mut(..4) {
                front.copy_from_slice(&prefix.to_be_bytes());
            }
            let samples = Samples { at, length: rows * 66, row: 66, sample: Sample::Colour8 };
            let length = at + rows * 66 + after;
            if let Ok(file) = decode(samples, length, &stored) {
                prop_assert_eq!(file.len() as u64, length);
            }
        }

        #[test]
        fn r24_an_altered_stream_never_panics(at in any::<prop::sample::Index>(), with in any::<u8>()) {
            let (samples, file) = image(100, 40, 80, 3);
            let mut stored = encode(samples, &file);
            let at = at.index(stored.len());
            stored[at] ^= with;
            if let Ok(other) = decode(samples, file.len() as u64, &stored) {
                prop_assert_eq!(other.len(), file.len());
            }
        }
    }
}
