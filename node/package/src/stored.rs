//! Files of the vault in the form in which they lie in packages: blocks ([`crate::block`]) of predicted samples, so that
//! what was encoded once, when it was stored, is neither encoded when it is sent nor decoded and encoded again when it is
//! received.
//!
//! Blocks ‖ BE64(at) ‖ BE64(length) ‖ BE32(row) ‖ sample: where the samples are stands at the end, because that a file ends
//! before its header says is known only then. What authenticates these bytes is the sealed blob that they lie in
//! ([`crate::stream`]).

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Take, Write};

use crate::block::{BadEncoding, Block, Blocks, Decoder, Encoder, blocks, read_stored};
use crate::encoding::Effort;
use crate::samples::{Sample, Samples};

/// Length of what stands behind the blocks, bytes.
const TRAILER: usize = 8 + 8 + 4 + 1;

fn trailer(samples: Samples) -> [u8; TRAILER] {
    let sample = match samples.sample {
        Sample::Unsigned8 => 1,
        Sample::Colour8 => 2,
        Sample::Unsigned16 => 3,
        Sample::Signed16 => 4,
    };
    let mut bytes = [0; TRAILER];
    bytes[..8].copy_from_slice(&samples.at.to_be_bytes());
    bytes[8..16].copy_from_slice(&samples.length.to_be_bytes());
    bytes[16..20].copy_from_slice(&samples.row.to_be_bytes());
    bytes[20] = sample;
    bytes
}

fn samples_of(trailer: &[u8; TRAILER]) -> Option<Samples> {
    let (at, rest) = trailer.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (row, rest) = rest.split_first_chunk()?;
    let sample = match rest {
        [1] => Sample::Unsigned8,
        [2] => Sample::Colour8,
        [3] => Sample::Unsigned16,
        [4] => Sample::Signed16,
        _ => return None,
    };
    Some(Samples {
        at: u64::from_be_bytes(*at),
        length: u64::from_be_bytes(*length),
        row: u32::from_be_bytes(*row),
        sample,
    })
}

/// Takes a file and writes its stored form, block by block.
pub struct StoredWriter<W> {
    inner: W,
    encoder: Encoder,
    samples: Samples,
    blocks: Blocks,
    /// What is being gathered.
    block: Option<Block>,
    gathered: Vec<u8>,
    /// Bytes of the file that were taken.
    taken: u64,
}

impl<W: Write> StoredWriter<W> {
    /// Begins a file with its uncompressed samples at `samples`; that it is so long need not be true.
    ///
    /// # Errors
    /// [`io::Error`] when there is no memory for the encoder, or nothing can be where the samples are said to be.
    pub fn new(inner: W, samples: Samples) -> io::Result<Self> {
        if !samples.fit(u64::MAX) {
            return Err(bad());
        }
        let mut blocks = blocks(samples, u64::MAX);
        let block = blocks.next();
        Ok(Self {
            inner,
            encoder: Encoder::new(Effort::Quick)?,
            samples,
            blocks,
            block,
            gathered: Vec::new(),
            taken: 0,
        })
    }

    /// Takes the next block of the file, `length` bytes of it, as it was stored elsewhere.
    ///
    /// # Errors
    /// When the block that comes next is not so long, or a part of it came by [`Write`]; what the inner writer says.
    pub fn put(&mut self, stored: &[u8], length: usize) -> io::Result<()> {
        let fitting = self.block.filter(|block| block.fits(length));
        let block = fitting.ok_or_else(bad)?;
        if stored.len() > length || !self.gathered.is_empty() {
            return Err(bad());
        }
        // No longer than the block.
        self.inner.write_all(&(stored.len() as u32).to_be_bytes())?;
        self.inner.write_all(stored)?;
        self.taken += length as u64;
        // After a shorter one comes nothing more.
        self.block = self.blocks.next().filter(|_| length == block.length);
        Ok(())
    }

    /// Ends the file, and gives the writer back.
    ///
    /// # Errors
    /// What the inner writer says.
    pub fn finish(mut self) -> io::Result<W> {
        // The last block is shorter; when that is one of samples, the file ended early: whole rows stay samples.
        let end = self.samples.at.saturating_add(self.samples.length);
        if self.taken < end {
            let row = u64::from(self.samples.row.max(1));
            self.samples.at = self.samples.at.min(self.taken);
            self.samples.length = self.taken.saturating_sub(self.samples.at) / row * row;
            // Blocks of samples begin at whole rows.
            let before = self.taken - self.gathered.len() as u64;
            let in_rows = (self.samples.at + self.samples.length).saturating_sub(before);
            self.blocks = blocks(self.samples, self.taken);
            self.blocks.skip_to(before);
            let rest = self
                .gathered
                .split_off((in_rows as usize).min(self.gathered.len()));
            let parts = [std::mem::take(&mut self.gathered), rest];
            for part in parts.iter().filter(|part| !part.is_empty()) {
                let block = self.blocks.next().ok_or_else(bad)?;
                self.inner.write_all(&self.encoder.encode(block, part)?)?;
            }
        } else if let (false, Some(block)) = (self.gathered.is_empty(), self.block) {
            let last = block.of_length(self.gathered.len());
            self.inner
                .write_all(&self.encoder.encode(last, &self.gathered)?)?;
        }
        self.inner.write_all(&trailer(self.samples))?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for StoredWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(block) = self.block else {
            return Err(bad());
        };
        let taken = bytes.len().min(block.length - self.gathered.len());
        self.gathered.extend_from_slice(&bytes[..taken]);
        self.taken += taken as u64;
        if self.gathered.len() == block.length {
            self.inner
                .write_all(&self.encoder.encode(block, &self.gathered)?)?;
            self.gathered.clear();
            self.block = self.blocks.next();
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W> fmt::Debug for StoredWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredWriter")
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

/// Reads a file back from its stored form, at any position.
pub struct StoredReader<R> {
    inner: R,
    decoder: Option<Decoder>,
    samples: Samples,
    /// Length of the file, bytes.
    length: u64,
    /// Length of the blocks, bytes.
    stored: u64,
    /// The next block that is to be read.
    next: Place,
    position: u64,
    /// Where in the file the decoded block begins.
    begin: u64,
    decoded: Vec<u8>,
    spare: Vec<u8>,
}

/// Where a block begins.
#[derive(Clone)]
struct Place {
    blocks: Blocks,
    /// In the stored form.
    at: u64,
}

impl<R: Read + Seek> StoredReader<R> {
    /// Opens the stored form of a file of `length` bytes.
    ///
    /// # Errors
    /// What `inner` says; [`BadEncoding`] inside an [`io::Error`] when it is none.
    pub fn open(mut inner: R, length: u64) -> io::Result<Self> {
        let all = inner.seek(SeekFrom::End(0))?;
        let stored = all.checked_sub(TRAILER as u64).ok_or_else(bad)?;
        inner.seek(SeekFrom::Start(stored))?;
        let mut trailer = [0; TRAILER];
        inner.read_exact(&mut trailer)?;
        let samples = samples_of(&trailer).ok_or_else(bad)?;
        let fit = if samples.length > 0 {
            samples.fit(length)
        } else {
            samples.at <= length
        };
        if !fit {
            return Err(bad());
        }
        let next = Place {
            blocks: blocks(samples, length),
            at: 0,
        };
        Ok(Self {
            inner,
            decoder: None,
            samples,
            length,
            stored,
            next,
            position: 0,
            begin: 0,
            decoded: Vec::new(),
            spare: Vec::new(),
        })
    }

    /// Length of the file, bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Where the samples are; `None` when the file ended before the first row of them.
    #[must_use]
    pub fn samples(&self) -> Option<Samples> {
        Some(self.samples).filter(|samples| samples.fit(self.length))
    }

    /// The blocks as they are stored: what lies in a package for this file.
    ///
    /// # Errors
    /// What the inner reader says.
    pub fn into_stored(mut self) -> io::Result<Take<R>> {
        self.inner.rewind()?;
        Ok(self.inner.take(self.stored))
    }

    /// The first block is read next.
    fn restart(&mut self) {
        self.next = Place {
            blocks: blocks(self.samples, self.length),
            at: 0,
        };
    }

    /// Decodes the block that `position` lies in.
    fn load(&mut self) -> io::Result<()> {
        if self.next.blocks.at() > self.position {
            self.restart();
        }
        loop {
            let begin = self.next.blocks.at();
            let block = self.next.blocks.next().ok_or_else(bad)?;
            self.inner.seek(SeekFrom::Start(self.next.at))?;
            if self.position < begin + block.length as u64 {
                let stored = read_stored(block, &mut self.inner, std::mem::take(&mut self.spare))?;
                self.next.at += crate::block::PREFIX as u64 + stored.len() as u64;
                let decoder = match &mut self.decoder {
                    Some(decoder) => decoder,
                    None => self.decoder.insert(Decoder::new()?),
                };
                self.decoded = decoder.decode(block, &stored, std::mem::take(&mut self.decoded))?;
                self.spare = stored;
                self.begin = begin;
                return Ok(());
            }
            let mut length = [0; crate::block::PREFIX];
            self.inner.read_exact(&mut length)?;
            self.next.at += length.len() as u64 + u64::from(u32::from_be_bytes(length));
        }
    }
}

impl<R: Read + Seek> Read for StoredReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length || buffer.is_empty() {
            return Ok(0);
        }
        let here = self.begin..self.begin + self.decoded.len() as u64;
        if !here.contains(&self.position)
            && let Err(error) = self.load()
        {
            // Where it stands is not known any more, and nothing of what is here may be released.
            self.decoded.clear();
            self.restart();
            return Err(error);
        }
        let rest = self
            .decoded
            .get((self.position - self.begin) as usize..)
            .unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.position += length as u64;
        Ok(length)
    }
}

impl<R: Read + Seek> Seek for StoredReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a position before the beginning"))?;
        Ok(self.position)
    }
}

impl<R> fmt::Debug for StoredReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredReader")
            .field("samples", &self.samples)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

fn bad() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, BadEncoding)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::tests::fixture::images;

    fn stored(file: &[u8], samples: Samples, piece: usize) -> Vec<u8> {
        let mut writer = StoredWriter::new(Vec::new(), samples).unwrap();
        for piece in file.chunks(piece) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap()
    }

    fn read_back(stored: &[u8], length: usize) -> Vec<u8> {
        let mut file = Vec::new();
        let mut reader = StoredReader::open(Cursor::new(stored), length as u64).unwrap();
        reader.read_to_end(&mut file).unwrap();
        file
    }

    #[test]
    fn a_file_becomes_shorter_and_is_read_back_from_anywhere() {
        let (files, sources) = images(&[12_000]);
        let (file, samples) = (&files[0], sources[0].samples.unwrap());
        let stored = stored(file, samples, 77_777);
        assert!(
            stored.len() * 3 < file.len() * 2,
            "{} of {}",
            stored.len(),
            file.len()
        );
        let mut reader = StoredReader::open(Cursor::new(stored), file.len() as u64).unwrap();
        assert_eq!(reader.samples(), Some(samples));
        for at in [0, 2_300_000, 999, 1_048_576, 0, file.len() - 1] {
            reader.seek(SeekFrom::Start(at as u64)).unwrap();
            let mut part = vec![0; 5000.min(file.len() - at)];
            reader.read_exact(&mut part).unwrap();
            assert_eq!(part, file[at..at + part.len()], "{at}");
        }
    }

    #[test]
    fn a_file_that_ends_before_its_samples_do_is_kept_whole() {
        let (files, sources) = images(&[9_000]);
        let (file, samples) = (&files[0], sources[0].samples.unwrap());
        for length in [
            10,
            1000,
            1001,
            1199,
            1200,
            1201,
            1_000_000,
            1_049_500,
            1_500_001,
            file.len(),
        ] {
            let file = &file[..length];
            let stored = stored(file, samples, 4096);
            assert_eq!(read_back(&stored, length), file, "{length}");
        }
    }

    #[test]
    fn what_was_stored_elsewhere_is_taken_as_it_is() {
        let (files, sources) = images(&[9_000]);
        let (file, samples) = (&files[0], sources[0].samples.unwrap());
        let whole = stored(file, samples, file.len());
        let mut writer = StoredWriter::new(Vec::new(), samples).unwrap();
        let mut rest = &whole[..whole.len() - TRAILER];
        for block in blocks(samples, file.len() as u64) {
            let length = u32::from_be_bytes(*rest.first_chunk().unwrap()) as usize;
            let (one, after) = rest[crate::block::PREFIX..].split_at(length);
            assert!(block.length < 1000 || writer.put(one, block.length + 1).is_err());
            writer.put(one, block.length).unwrap();
            rest = after;
        }
        assert_eq!(writer.finish().unwrap(), whole);
    }

    #[test]
    fn r24_a_stored_form_that_is_none_is_an_error() {
        let (files, sources) = images(&[100]);
        let (file, samples) = (&files[0], sources[0].samples.unwrap());
        let mut stored = stored(file, samples, file.len());
        assert!(StoredReader::open(Cursor::new(&stored[..20]), 10).is_err());
        assert!(
            StoredReader::open(Cursor::new(&stored), 10).is_err(),
            "too short for its samples"
        );
        *stored.last_mut().unwrap() = 9;
        assert!(StoredReader::open(Cursor::new(&stored), file.len() as u64).is_err());
    }
}
