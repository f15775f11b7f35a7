//! Opening: every byte that is released was checked against the signed root first, then by the AEAD.

use std::io::{self, Read};

use thiserror::Error;

use crate::ahead::{Ahead, Decoded};
use crate::block::{BadEncoding, Blocks, Decoder, blocks, read_stored};
use crate::chunk::{CHUNK_PLAINTEXT, NotAuthentic};
use crate::core::VerifiedCore;
use crate::manifest::{Instance, Manifest, ManifestError};
use crate::plaintext::{Plaintext, Span};
use crate::schedule::PackageKey;
use crate::tree::{ChunkRange, Holding, ReadAt, TreeError};

/// Why a package, or a part of it, could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A part is missing or is not what was signed.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// What was signed does not authenticate under the key that was committed to: the sender made it so.
    #[error("the package was not sealed as it claims: {0}; tell the sender to send it again")]
    NotAuthentic(#[from] NotAuthentic),
    /// The lengths do not belong together.
    #[error("the package is not of the length that was signed")]
    Length,
    /// The list of contents is not valid, or is longer than the package.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is no such instance.
    #[error("the package has no instance {index}")]
    NoSuchInstance {
        /// The place asked for.
        index: usize,
    },
    /// There is no such preview.
    #[error("the package has no preview {index}")]
    NoSuchPreview {
        /// The place asked for.
        index: usize,
    },
    /// A preview does not have the hash that its manifest entry says.
    #[error("preview {index} of the package is not the one that its list of contents names")]
    PreviewDiffers {
        /// Its place in the manifest.
        index: usize,
    },
    /// The stored form of an instance is none.
    #[error(
        "instance {index} of the package is not encoded as its list of contents says; tell the sender to send it again"
    )]
    Encoding {
        /// Its place in the manifest.
        index: usize,
    },
    /// An instance does not have the hash that its manifest entry says.
    #[error("instance {index} of the package is not the one that its list of contents names")]
    InstanceDiffers {
        /// Its place in the manifest.
        index: usize,
    },
    /// Not all instances were read to their ends.
    #[error("only {read} of {all} instances of the package have been read and checked")]
    NotAllRead {
        /// Instances read and checked.
        read: usize,
        /// Instances in the package.
        all: usize,
    },
    /// The padding is not zeros.
    #[error("the package carries something hidden behind its contents")]
    Padding,
}

impl From<OpenError> for io::Error {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Tree(TreeError::Io(error)) => error,
            other => Self::new(io::ErrorKind::InvalidData, other),
        }
    }
}

/// A package that is open for reading: instance by instance, in any order. Holds at most 1 MiB of plaintext, and while
/// it decodes on several threads 16 MiB of blocks.
#[derive(Debug)]
pub struct PackageReader<D, O> {
    source: Plaintext<D, O>,
    ahead: Ahead,
    block: Decoded,
    manifest: Manifest,
    checked: Vec<bool>,
}

impl<D: ReadAt, O: ReadAt> PackageReader<D, O> {
    /// Opens the package of `core` with its key (from [`crate::grant::open_grant`]) and reads its manifest. `data` and
    /// `outboard` may still be incomplete: what is read must be there.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(core: &VerifiedCore, key: PackageKey, data: D, outboard: O) -> Result<Self, OpenError> {
        let layout = core.core().layout().ok_or(OpenError::Length)?;
        let holding = Holding::new(core.core().tree(), data, outboard);
        let mut source = Plaintext::new(holding, key, layout);
        let mut front = Span {
            source: &mut source,
            at: 0,
            end: layout.plaintext_length(),
        };
        let manifest = match Manifest::read(&mut front) {
            // The reader below speaks io::Error: give back what it meant.
            Err(ManifestError::Io(error)) if error.get_ref().is_some_and(|inner| inner.is::<OpenError>()) => {
                return Err(error.downcast::<OpenError>().unwrap_or(OpenError::Length));
            }
            other => other?,
        };
        let room = layout.plaintext_length().checked_sub(manifest.content());
        if room.is_none_or(|room| manifest.content_length() > room) {
            return Err(OpenError::Length);
        }
        let checked = vec![false; manifest.instances().len()];
        let ahead = Ahead::new().map_err(TreeError::Io)?;
        Ok(Self {
            source,
            ahead,
            block: Decoded::default(),
            manifest,
            checked,
        })
    }

    /// What is in the package.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The chunks that instance `index` lies in: what must be there before it can be read.
    #[must_use]
    pub fn chunks_of(&self, index: usize) -> Option<ChunkRange> {
        let instance = self.manifest.instances().get(index)?;
        let from = self.manifest.content() + instance.offset;
        let chunk = |position: u64| (position / CHUNK_PLAINTEXT as u64) as u32;
        Some(ChunkRange {
            start: chunk(from),
            end: chunk(from + instance.stored.max(1) - 1) + 1,
        })
    }

    /// The PNG of preview `index`, checked like an instance.
    ///
    /// # Errors
    /// [`OpenError::NoSuchPreview`], [`OpenError::PreviewDiffers`], or what keeps it from being read.
    pub fn preview(&mut self, index: usize) -> Result<Vec<u8>, OpenError> {
        let previews = self.manifest.previews();
        let preview = previews.get(index).ok_or(OpenError::NoSuchPreview { index })?;
        let before: u64 = previews.iter().take(index).map(|one| u64::from(one.length)).sum();
        let at = self.manifest.content() + before;
        let mut span = Span {
            source: &mut self.source,
            at,
            end: at + u64::from(preview.length),
        };
        // The manifest bounds the length.
        let mut png = Vec::with_capacity(preview.length as usize);
        loop {
            let part = span.part()?;
            if part.is_empty() {
                break;
            }
            png.extend_from_slice(part);
            span.at = at + png.len() as u64;
        }
        if blake3::hash(&png) == preview.blake3 {
            Ok(png)
        } else {
            Err(OpenError::PreviewDiffers { index })
        }
    }

    /// Gives its memory back until it is read on; what was read ahead is read again. For one of many that wait for more to come.
    pub fn rest(&mut self) {
        self.source.forget();
        self.block = Decoded::default();
        self.ahead.forget();
    }

    /// Says that the instances before `until` are here and will be read one after the other, each once and to its end.
    /// Then those that come next are read and decoded on other threads meanwhile; else it costs time only.
    pub fn read_ahead(&mut self, until: usize) {
        self.ahead.until(until);
    }

    /// The bytes of instance `index` as a stream. Every byte was proven and authenticated before it comes; that all of
    /// them are the instance of the manifest is known at the end, where a difference is an error instead of the end:
    /// use nothing of it before.
    ///
    /// # Errors
    /// [`OpenError::NoSuchInstance`].
    pub fn instance(&mut self, index: usize) -> Result<InstanceReader<'_, D, O>, OpenError> {
        let instance = self
            .manifest
            .instances()
            .get(index)
            .ok_or(OpenError::NoSuchInstance { index })?;
        let checked = self
            .checked
            .get_mut(index)
            .ok_or(OpenError::NoSuchInstance { index })?;
        let at = self.manifest.content() + instance.offset;
        let span = Span {
            source: &mut self.source,
            at,
            end: at + instance.stored,
        };
        self.block.bytes.clear();
        let decoding = instance.samples.is_some().then(|| {
            self.ahead.begin(index, &self.manifest);
            Decoding {
                index,
                ahead: &mut self.ahead,
                manifest: &self.manifest,
                block: &mut self.block,
                at: 0,
                left: instance.stored,
            }
        });
        Ok(InstanceReader {
            span,
            decoding,
            instance,
            index,
            given: 0,
            hasher: blake3::Hasher::new(),
            checked,
            differs: false,
        })
    }

    /// A predicted instance as it lies in the package, block by block; `None` when it lies there as it is. Every byte was
    /// proven and authenticated, so it is what the sender signed. That it decodes to the instance which the manifest names is
    /// not known before somebody decodes all of it: whoever keeps it in this form compares it then.
    ///
    /// # Errors
    /// [`OpenError::NoSuchInstance`].
    pub fn stored(&mut self, index: usize) -> Result<Option<StoredInstance<'_, D, O>>, OpenError> {
        let missing = || OpenError::NoSuchInstance { index };
        let instance = self.manifest.instances().get(index).ok_or_else(missing)?;
        let Some(samples) = instance.samples else {
            return Ok(None);
        };
        let at = self.manifest.content() + instance.offset;
        Ok(Some(StoredInstance {
            span: Span {
                source: &mut self.source,
                at,
                end: at + instance.stored,
            },
            decoder: self.ahead.decoder(),
            block: &mut self.block,
            blocks: blocks(samples, instance.length),
            index,
            taken: self.checked.get_mut(index).ok_or_else(missing)?,
        }))
    }

    /// Counts as read, too, what another reader of the same package has read: several may share the work.
    pub fn join(&mut self, other: &Self) {
        if self.source.holding.id() == other.source.holding.id() {
            for (mine, theirs) in self.checked.iter_mut().zip(&other.checked) {
                *mine |= theirs;
            }
        }
    }

    /// Declares the package complete: all instances were read to their ends, and compared with the manifest unless they were
    /// taken as they are stored ([`Self::stored`]), the padding is zeros, and there is nothing behind the end. Length, last
    /// flag and root were checked with every chunk.
    ///
    /// # Errors
    /// [`OpenError`], telling what is missing.
    pub fn finish(&mut self) -> Result<(), OpenError> {
        let (read, all) = (
            self.checked.iter().filter(|checked| **checked).count(),
            self.checked.len(),
        );
        if read < all {
            return Err(OpenError::NotAllRead { read, all });
        }
        let length = self.source.holding.id().length();
        if self
            .source
            .holding
            .data()
            .read_at(length, &mut [0])
            .map_err(TreeError::from)?
            > 0
        {
            return Err(OpenError::Length);
        }
        let mut at = self.manifest.content() + self.manifest.content_length();
        let end = self.source.layout.plaintext_length();
        while at < end {
            let part = self.source.at(at, end)?;
            if part.iter().any(|byte| *byte != 0) {
                return Err(OpenError::Padding);
            }
            at += part.len() as u64;
        }
        Ok(())
    }

    /// Reads all instances through and declares the package complete.
    ///
    /// # Errors
    /// [`OpenError`], telling the first thing that is wrong.
    pub fn verify_all(&mut self) -> Result<(), OpenError> {
        for index in 0..self.manifest.previews().len() {
            self.preview(index)?;
        }
        let all = self.manifest.instances().len();
        self.read_ahead(all);
        for index in 0..all {
            let mut instance = self.instance(index)?;
            while instance.next_part()?.is_some() {}
        }
        self.finish()
    }
}

/// A part of an instance in both forms.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Of the file.
    pub bytes: &'a [u8],
    /// As it lies in the package: a block without its length ([`crate::block`]), or the same.
    pub stored: &'a [u8],
}

/// One block of an instance as it lies in the package.
#[derive(Debug, Clone, Copy)]
pub struct StoredBlock<'a> {
    /// Of how many bytes of the file.
    pub length: usize,
    /// Its stored form, without its length ([`crate::block`]).
    pub stored: &'a [u8],
    /// The bytes of the file, unless they are samples.
    pub bytes: Option<&'a [u8]>,
}

/// One predicted instance, as it lies in the package: only what is not samples is decoded.
pub struct StoredInstance<'a, D, O> {
    span: Span<'a, D, O>,
    decoder: &'a mut Decoder,
    block: &'a mut Decoded,
    blocks: Blocks,
    index: usize,
    taken: &'a mut bool,
}

impl<D: ReadAt, O: ReadAt> StoredInstance<'_, D, O> {
    /// The next block; `None` at the end, when there is nothing behind it.
    ///
    /// # Errors
    /// [`OpenError`]; use nothing of what came before.
    pub fn next_block(&mut self) -> Result<Option<StoredBlock<'_>>, OpenError> {
        let Some(block) = self.blocks.next() else {
            if self.span.at != self.span.end {
                return Err(OpenError::Encoding { index: self.index });
            }
            *self.taken = true;
            return Ok(None);
        };
        let Decoded { bytes, stored, .. } = &mut *self.block;
        let mut read = || {
            *stored = read_stored(block, &mut self.span, std::mem::take(stored))?;
            if !block.is_samples() {
                *bytes = self.decoder.decode(block, stored, std::mem::take(bytes))?;
            }
            Ok(())
        };
        read().map_err(|error| meant(error, self.index))?;
        Ok(Some(StoredBlock {
            length: block.length,
            stored: &self.block.stored,
            bytes: (!block.is_samples()).then_some(self.block.bytes.as_slice()),
        }))
    }
}

impl<D, O> std::fmt::Debug for StoredInstance<'_, D, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredInstance")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// One instance as a stream.
#[derive(Debug)]
pub struct InstanceReader<'a, D, O> {
    span: Span<'a, D, O>,
    /// Of an instance that is stored predicted.
    decoding: Option<Decoding<'a>>,
    instance: &'a Instance,
    index: usize,
    /// Bytes of the file that were given out.
    given: u64,
    hasher: blake3::Hasher,
    checked: &'a mut bool,
    differs: bool,
}

impl<D: ReadAt, O: ReadAt> InstanceReader<'_, D, O> {
    /// Its entry in the manifest.
    #[must_use]
    pub const fn instance(&self) -> &Instance {
        self.instance
    }

    /// What comes next of the file; empty at its end.
    fn part(&mut self) -> Result<&[u8], OpenError> {
        match &mut self.decoding {
            None => self.span.part(),
            Some(decoding) => decoding
                .part(self.span.source)
                .map_err(|error| meant(error, self.index)),
        }
    }

    /// Notes that `length` bytes of what [`Self::part`] gave were used.
    fn used(&mut self, length: usize) {
        self.given += length as u64;
        match &mut self.decoding {
            None => self.span.at += length as u64,
            Some(decoding) => decoding.at += length,
        }
    }

    /// The next block in both forms, for whoever keeps it as it was stored; `None` at the end, once the hash is right. Not
    /// to be mixed with [`Read`].
    ///
    /// # Errors
    /// [`OpenError`]; use nothing of what came before.
    pub fn next_block(&mut self) -> Result<Option<Piece<'_>>, OpenError> {
        let Some(length) = self.next_part()? else {
            return Ok(None);
        };
        Ok(Some(match &self.decoding {
            None => {
                let bytes = self.span.source.at(self.span.at - length as u64, self.span.end)?;
                let bytes = bytes.get(..length).ok_or(OpenError::Length)?;
                Piece { bytes, stored: bytes }
            }
            Some(decoding) => Piece {
                bytes: &decoding.block.bytes,
                stored: &decoding.block.stored,
            },
        }))
    }

    /// Passes over the next part, hashing it; `None` at the end, once the hash is right.
    fn next_part(&mut self) -> Result<Option<usize>, OpenError> {
        let mut hasher = std::mem::take(&mut self.hasher);
        let part = self.part()?;
        hasher.update(part);
        let length = part.len();
        self.hasher = hasher;
        self.used(length);
        if length > 0 {
            Ok(Some(length))
        } else {
            self.check().map(|()| None)
        }
    }

    fn check(&mut self) -> Result<(), OpenError> {
        // The stored form ends with the file: a rest would be something hidden.
        let left = match &self.decoding {
            None => self.span.end - self.span.at,
            Some(decoding) => decoding.left,
        };
        let ended = self.given == self.instance.length && left == 0;
        if self.differs || !ended || self.hasher.finalize() != self.instance.blake3 {
            self.differs = true;
            return Err(OpenError::InstanceDiffers { index: self.index });
        }
        *self.checked = true;
        Ok(())
    }
}

impl<D: ReadAt, O: ReadAt> Read for InstanceReader<'_, D, O> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let part = self.part()?;
        let read = part.len().min(buffer.len());
        buffer[..read].copy_from_slice(&part[..read]);
        self.hasher.update(&buffer[..read]);
        self.used(read);
        // Checked as soon as the last byte is known, so that a caller who reads exactly its length is told as well.
        if read == 0 || self.given == self.instance.length {
            self.check()?;
        }
        Ok(read)
    }
}

/// The blocks of one instance, one after the other.
#[derive(Debug)]
struct Decoding<'a> {
    index: usize,
    ahead: &'a mut Ahead,
    manifest: &'a Manifest,
    block: &'a mut Decoded,
    /// How much of the block was used.
    at: usize,
    /// Bytes of the stored form after the block.
    left: u64,
}

impl Decoding<'_> {
    fn part<D: ReadAt, O: ReadAt>(&mut self, source: &mut Plaintext<D, O>) -> io::Result<&[u8]> {
        if self.at >= self.block.bytes.len() {
            self.at = 0;
            // After a failure nothing of a block may be released.
            let Decoded { bytes, stored, .. } = std::mem::take(self.block);
            self.ahead.give_back(bytes);
            self.ahead.give_back(stored);
            if let Some(decoded) = self.ahead.next(self.index, self.manifest, source)? {
                (self.left, *self.block) = (decoded.left, decoded);
            }
        }
        Ok(self.block.bytes.get(self.at..).unwrap_or_default())
    }
}

/// What the reader below meant when it spoke [`io::Error`].
fn meant(error: io::Error, index: usize) -> OpenError {
    let bad = error.get_ref().is_some_and(|inner| inner.is::<BadEncoding>());
    if bad || error.kind() == io::ErrorKind::UnexpectedEof {
        return OpenError::Encoding { index };
    }
    error
        .downcast::<OpenError>()
        .unwrap_or_else(|error| TreeError::Io(error).into())
}
