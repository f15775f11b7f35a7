//! Reads the instances ahead, on a thread of its own: opening files, and decrypting what lies encrypted in them, goes on
//! while what was read before is sealed.

use std::io::{self, Read};
use std::sync::mpsc::SyncSender;

use super::{Opened, SealError, Source};
use crate::block::{Block, blocks};
use crate::encoding::Encoding;
use crate::manifest::Instance;

/// Bytes that lie in the package as they are read, at a time.
const PART: usize = 1 << 18;
/// Parts and blocks that wait, at most: 4 MiB.
pub(super) const AHEAD: usize = 4;

/// What comes next of the contents.
pub(super) enum Part {
    /// To be encoded.
    Block {
        instance: usize,
        block: Block,
        bytes: Vec<u8>,
    },
    /// To be sealed as it is; with it, `taken` bytes of the instance's file were taken.
    Bytes {
        instance: usize,
        bytes: Vec<u8>,
        taken: u64,
    },
}

/// Why reading ended early.
enum Ended {
    /// Nobody takes what is read: whoever should knows why.
    Unwanted,
    Failed(SealError),
}

impl From<SealError> for Ended {
    fn from(error: SealError) -> Self {
        Self::Failed(error)
    }
}

/// The instances to be read.
pub(super) struct Reading<'a> {
    pub(super) sources: &'a [Source],
    /// As they will be listed.
    pub(super) planned: &'a [Instance],
    pub(super) encoding: Encoding,
    pub(super) parts: SyncSender<Result<Part, SealError>>,
}

impl Reading<'_> {
    /// Reads all of them, in order, and gives their parts, or at last what was wrong.
    pub(super) fn all<R: Read>(self, mut open: impl FnMut(usize, &Source) -> io::Result<Opened<R>>) {
        for (index, (source, planned)) in self.sources.iter().zip(self.planned).enumerate() {
            let opened = open(index, source).map_err(|error| SealError::Read { index, error }.into());
            match opened.and_then(|opened| self.one(index, source, planned, opened)) {
                Ok(()) => {}
                Err(Ended::Unwanted) => return,
                Err(Ended::Failed(error)) => {
                    // Nobody who waits for it any more is fine.
                    let _ = self.parts.send(Err(error));
                    return;
                }
            }
        }
    }

    fn one<R: Read>(
        &self,
        index: usize,
        source: &Source,
        planned: &Instance,
        opened: Opened<R>,
    ) -> Result<(), Ended> {
        let reader = match opened {
            Opened::File(reader) => reader,
            // Only when it is listed as predicted: else it would not be what the list says.
            Opened::Stored(reader) if planned.samples.is_some() => {
                return self.stored(index, reader, source.length);
            }
            Opened::Stored(_) => return Err(SealError::Changed { index }.into()),
        };
        let mut file = Checked {
            index,
            reader,
            hasher: blake3::Hasher::new(),
        };
        match (planned.samples, self.encoding) {
            (Some(samples), Encoding::Predicted(_)) => {
                for block in blocks(samples, source.length) {
                    let bytes = file.read(block.length)?;
                    self.give(Part::Block {
                        instance: index,
                        block,
                        bytes,
                    })?;
                }
            }
            _ => {
                let mut rest = source.length;
                while rest > 0 {
                    let bytes = file.read(rest.min(PART as u64) as usize)?;
                    let taken = bytes.len() as u64;
                    rest -= taken;
                    self.give(Part::Bytes {
                        instance: index,
                        bytes,
                        taken,
                    })?;
                }
            }
        }
        Ok(file.finish(&source.blake3)?)
    }

    /// Takes a stored form as it is.
    fn stored(&self, index: usize, mut reader: impl Read, length: u64) -> Result<(), Ended> {
        loop {
            let mut bytes = Vec::with_capacity(PART);
            let read = reader.by_ref().take(PART as u64).read_to_end(&mut bytes);
            let at_end = read.map_err(|error| SealError::Read { index, error })? < PART;
            self.give(Part::Bytes {
                instance: index,
                bytes,
                taken: if at_end { length } else { 0 },
            })?;
            if at_end {
                return Ok(());
            }
        }
    }

    fn give(&self, part: Part) -> Result<(), Ended> {
        self.parts.send(Ok(part)).map_err(|_| Ended::Unwanted)
    }
}

/// An instance's file, hashed while it is read.
struct Checked<R> {
    index: usize,
    reader: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Checked<R> {
    fn read(&mut self, length: usize) -> Result<Vec<u8>, SealError> {
        let index = self.index;
        let mut bytes = vec![0; length];
        self.reader
            .read_exact(&mut bytes)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => SealError::Changed { index },
                _ => SealError::Read { index, error },
            })?;
        self.hasher.update(&bytes);
        Ok(bytes)
    }

    /// The file must end here and be what was imported.
    fn finish(mut self, blake3: &[u8; 32]) -> Result<(), SealError> {
        let index = self.index;
        let ended = self
            .reader
            .read(&mut [0])
            .map_err(|error| SealError::Read { index, error })?
            == 0;
        if ended && self.hasher.finalize() == *blake3 {
            Ok(())
        } else {
            Err(SealError::Changed { index })
        }
    }
}
