//! The stored form of an instance that is *predicted*: BE32(length) ‖ block, again and again.
//!
//! The bytes before the samples, the samples in whole rows, and what follows them are cut into blocks of at most
//! [`BLOCK`] bytes; where, follows from the manifest alone. Each is compressed by itself ([`crate::predict`], then
//! Zstandard, RFC 8878), or kept as it is when that saves less than a tenth: then its length is that of the original.
//! So decoding needs the memory of one block, whatever a stream claims.
//!
//! Bytes and samples of 8 bits are one frame of Zstandard. Samples of 16 bits are sorted ([`crate::predict::kinds`]):
//! 1 ‖ model ‖ BE32(count) of each kind ‖ for each kind, low bytes and then high bytes: BE32(length) ‖ frame. Packages
//! that were sealed by earlier programs have one frame of both planes, which begins as every frame does, with 0x28.

use std::io::{self, Read};

use thiserror::Error;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

use crate::encoding::Effort;
use crate::predict;
use crate::predict::kinds::{self, KINDS, Model, Plane, Rows};
use crate::samples::{Sample, Samples};

/// The most bytes of a file that are one block.
pub const BLOCK: usize = 1 << 20;
/// Bytes before a block.
pub(crate) const PREFIX: usize = 4;
/// Begins a block of samples that are sorted.
const SORTED: u8 = 1;
/// What stands before the frames of one.
const SORTED_HEAD: usize = 1 + Model::LENGTH + 4 * KINDS;
/// The shortest match that the compressor looks for: in noise, shorter ones cost more than they save.
const SHORTEST_MATCH: u32 = 7;

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

impl Blocks {
    /// Where in the file the next one begins.
    pub(crate) const fn at(&self) -> u64 {
        self.at
    }

    /// Goes on at `at`, where a block begins.
    pub(crate) const fn skip_to(&mut self, at: u64) {
        self.at = at;
    }
}

/// The blocks of a file of `length` bytes, in which `samples` fit.
pub(crate) const fn blocks(samples: Samples, length: u64) -> Blocks {
    Blocks {
        samples,
        length,
        at: 0,
    }
}

impl Block {
    /// Whether it may have `length` bytes: the last one before the end of a file is shorter, unless it is one of samples.
    pub(crate) const fn fits(self, length: usize) -> bool {
        length == self.length || (self.rows.is_none() && length > 0 && length < self.length)
    }

    /// Whether it is of samples.
    pub(crate) const fn is_samples(self) -> bool {
        self.rows.is_some()
    }

    /// The same of another length.
    pub(crate) const fn of_length(self, length: usize) -> Self {
        Self { length, ..self }
    }

    /// Of samples of 16 bits: what turns them over, so that they have the order of unsigned numbers, and a row.
    const fn words(self) -> Option<(u16, usize)> {
        match self.rows {
            Some((Sample::Unsigned16, row)) => Some((0, row)),
            Some((Sample::Signed16, row)) => Some((predict::SIGN, row)),
            _ => None,
        }
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

/// Encodes blocks; keeps its buffers from one to the next. What it gives was decoded again, and was the same: nothing that
/// goes wrong in the encoder, or in the memory that it uses, loses an image.
pub(crate) struct Encoder {
    decoder: Decoder,
    /// What the last block became when it was decoded again.
    again: Vec<u8>,
    compressor: Compressor<'static>,
    /// For planes of differences.
    planar: Compressor<'static>,
    filtered: Vec<u8>,
    scratch: Vec<u8>,
    rows: Rows,
    planes: [Plane; KINDS],
}

impl Encoder {
    pub(crate) fn new(effort: Effort) -> io::Result<Self> {
        let mut planar = Compressor::new(effort.level())?;
        planar.set_parameter(CParameter::MinMatch(SHORTEST_MATCH))?;
        Ok(Self {
            decoder: Decoder::new()?,
            again: Vec::new(),
            compressor: Compressor::new(effort.level())?,
            planar,
            filtered: Vec::new(),
            scratch: Vec::new(),
            rows: Rows::default(),
            planes: Default::default(),
        })
    }

    /// The stored form of one block with its length before it.
    pub(crate) fn encode(&mut self, block: Block, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut stored = vec![0; PREFIX];
        match block.words() {
            Some((flip, row)) => self.sorted(flip, row, bytes, &mut stored)?,
            None => {
                self.filtered.clear();
                self.filtered.extend_from_slice(bytes);
                if let Some((sample, row)) = block.rows {
                    predict::forward(sample, row, &mut self.filtered, &mut self.scratch);
                }
                compress(&mut self.compressor, &self.filtered, &mut stored)?;
            }
        }
        let pays = (stored.len() - PREFIX).saturating_mul(10) <= bytes.len().saturating_mul(9);
        if !pays || !self.comes_back(block, &stored[PREFIX..], bytes) {
            stored.truncate(PREFIX);
            stored.extend_from_slice(bytes);
        }
        // A block is at most 1 MiB.
        let length = (stored.len() - PREFIX) as u32;
        stored[..PREFIX].copy_from_slice(&length.to_be_bytes());
        Ok(stored)
    }

    /// Whether what was encoded is these bytes. If not, the block is kept as it is: that cannot go wrong.
    fn comes_back(&mut self, block: Block, stored: &[u8], bytes: &[u8]) -> bool {
        let buffer = std::mem::take(&mut self.again);
        let Ok(again) = self.decoder.decode(block.of_length(bytes.len()), stored, buffer) else {
            return false;
        };
        let same = again == bytes;
        self.again = again;
        same
    }

    fn sorted(&mut self, flip: u16, row: usize, bytes: &[u8], stored: &mut Vec<u8>) -> io::Result<()> {
        let model = kinds::choose(flip, row, bytes);
        kinds::forward(&model, flip, row, bytes, &mut self.rows, &mut self.planes);
        stored.push(SORTED);
        stored.extend(model.to_bytes());
        for plane in &self.planes {
            stored.extend((plane.low.len() as u32).to_be_bytes());
        }
        for bytes in self.planes.iter().flat_map(|plane| [&plane.low, &plane.high]) {
            let at = stored.len();
            stored.extend([0; PREFIX]);
            if !bytes.is_empty() {
                compress(&mut self.planar, bytes, stored)?;
            }
            let length = (stored.len() - at - PREFIX) as u32;
            stored[at..at + PREFIX].copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }
}

/// Appends a frame.
fn compress(compressor: &mut Compressor<'_>, bytes: &[u8], stored: &mut Vec<u8>) -> io::Result<()> {
    let at = stored.len();
    stored.resize(at + zstd::compress_bound(bytes.len()), 0);
    let length = compressor.compress_to_buffer(bytes, &mut stored[at..])?;
    stored.truncate(at + length);
    Ok(())
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
    make_room(&mut buffer, length);
    stream.read_exact(&mut buffer)?;
    Ok(buffer)
}

/// Apart from what is generic, which is compiled in the package that uses it, and perhaps not optimised there.
fn make_room(buffer: &mut Vec<u8>, length: usize) {
    buffer.clear();
    buffer.resize(length, 0);
}

/// Decodes blocks; keeps its buffers from one to the next.
pub(crate) struct Decoder {
    decompressor: Decompressor<'static>,
    scratch: Vec<u8>,
    rows: Rows,
    planes: [Plane; KINDS],
}

impl Decoder {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            decompressor: Decompressor::new()?,
            scratch: Vec::new(),
            rows: Rows::default(),
            planes: Default::default(),
        })
    }

    /// The block of which `stored` is the stored form: exactly as many bytes as it has, in the buffer `bytes`.
    ///
    /// # Errors
    /// [`BadEncoding`] inside an [`io::Error`] when it is none.
    pub(crate) fn decode(&mut self, block: Block, stored: &[u8], mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        bytes.clear();
        if stored.len() == block.length {
            bytes.extend_from_slice(stored);
            return Ok(bytes);
        }
        bytes.resize(block.length, 0);
        if let (Some((flip, row)), Some(&SORTED)) = (block.words(), stored.first()) {
            self.sorted(flip, row, stored, &mut bytes).ok_or_else(bad)?;
            return Ok(bytes);
        }
        if !is_one_frame(stored) {
            return Err(bad());
        }
        // A slice is written to, not grown: what claims to be longer than the block is an error.
        let written = self
            .decompressor
            .decompress_to_buffer(stored, bytes.as_mut_slice())
            .map_err(|_| bad())?;
        if written != block.length {
            return Err(bad());
        }
        if let Some((sample, row)) = block.rows {
            predict::inverse(sample, row, &mut bytes, &mut self.scratch);
        }
        Ok(bytes)
    }

    /// A block of sorted samples; `None` when it is none.
    fn sorted(&mut self, flip: u16, row: usize, stored: &[u8], bytes: &mut [u8]) -> Option<()> {
        let (head, mut rest) = stored.split_at_checked(SORTED_HEAD)?;
        let (model, counts) = head.get(1..)?.split_first_chunk::<{ Model::LENGTH }>()?;
        let model = Model::from_bytes(model)?;
        let counts = counts
            .as_chunks::<4>()
            .0
            .iter()
            .map(|count| u32::from_be_bytes(*count) as usize);
        // Before anything is made room for: no more than the block has.
        if counts.clone().sum::<usize>() != bytes.len() / 2 {
            return None;
        }
        for (plane, count) in self.planes.iter_mut().zip(counts) {
            for bytes in [&mut plane.low, &mut plane.high] {
                let (length, after) = rest.split_first_chunk::<PREFIX>()?;
                let (frame, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
                rest = after;
                bytes.clear();
                bytes.resize(count, 0);
                let written = match count {
                    0 => frame.len(),
                    _ if !is_one_frame(frame) => return None,
                    _ => self
                        .decompressor
                        .decompress_to_buffer(frame, bytes.as_mut_slice())
                        .ok()?,
                };
                if written != count {
                    return None;
                }
            }
        }
        if !rest.is_empty() {
            return None;
        }
        kinds::inverse(&model, flip, row, &self.planes, &mut self.rows, bytes)
    }
}

fn bad() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, BadEncoding)
}

/// Whether this is one Zstandard frame (RFC 8878) and nothing else. A decompressor passes over skippable frames: bytes that
/// belong to no image would be kept and forwarded with it.
fn is_one_frame(frame: &[u8]) -> bool {
    const MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();
    frame.starts_with(&MAGIC) && zstd::zstd_safe::find_frame_compressed_size(frame) == Ok(frame.len())
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
            file.extend(decoder.decode(block, &part, Vec::new())?);
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

    /// One frame of both planes, without a sort.
    #[test]
    fn a_block_of_an_earlier_program_is_read() {
        let (samples, file) = image(0, 100, 200, 0);
        let (mut planes, mut scratch) = (file.clone(), Vec::new());
        predict::forward(samples.sample, 200, &mut planes, &mut scratch);
        let frame = zstd::bulk::compress(&planes, 1).unwrap();
        let stored = [&(frame.len() as u32).to_be_bytes(), frame.as_slice()].concat();
        assert_eq!(decode(samples, file.len() as u64, &stored).unwrap(), file);
    }

    /// R1: what does not decode to what was encoded, because the memory or the encoder failed, is noticed before the
    /// original is forgotten.
    #[test]
    fn r1_a_block_that_would_not_come_back_is_noticed() {
        let (samples, file) = image(0, 100, 200, 0);
        let mut encoder = Encoder::new(Effort::Quick).unwrap();
        let block = blocks(samples, file.len() as u64).next().unwrap();
        let stored = encoder.encode(block, &file).unwrap();
        assert!(stored.len() * 2 < file.len());
        assert!(encoder.comes_back(block, &stored[PREFIX..], &file));
        let mut other = file.clone();
        other[777] ^= 4;
        assert!(!encoder.comes_back(block, &stored[PREFIX..], &other));
        for at in [0, 3, 9, 40, stored.len() - PREFIX - 1] {
            let mut altered = stored[PREFIX..].to_vec();
            altered[at] ^= 0x55;
            assert!(!encoder.comes_back(block, &altered, &file), "byte {at}");
        }
        assert!(encoder.comes_back(block, &stored[PREFIX..], &file), "it goes on");
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

    /// R17, R24: bytes that belong to no image travel in no block: neither before its frame nor after it.
    #[test]
    fn r17_r24_nothing_is_hidden_beside_a_frame() {
        let samples = Samples {
            at: 0,
            length: 1000,
            row: 10,
            sample: Sample::Unsigned8,
        };
        let stored = |body: &[u8]| [&(body.len() as u32).to_be_bytes(), body].concat();
        let frame = zstd::bulk::compress(&[0; 1000], 1).unwrap();
        assert!(decode(samples, 1000, &stored(&frame)).is_ok());
        let hidden = [0x50, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5];
        let empty = zstd::bulk::compress(&[], 1).unwrap();
        for body in [
            [&frame, hidden.as_slice()].concat(),
            [hidden.as_slice(), &frame].concat(),
            [&frame, empty.as_slice()].concat(),
        ] {
            assert!(decode(samples, 1000, &stored(&body)).is_err());
        }
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
