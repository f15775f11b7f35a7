//! Sealing: one pass over the instances, each chunk encrypted and hashed while it is in the cache.
//!
//! The manifest comes before the instances and names their BLAKE3, which the vault knows since the import; it is
//! checked while the instances stream by, so that a study that changed on disk is never sealed under an old hash. The
//! outboard is built from the chunk hashes of the same pass (32 bytes a chunk, 0.05 % of the payload, in memory).

use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use rand_core::CryptoRng;
use thiserror::Error;

use crate::chunk::{CHUNK, CHUNK_PLAINTEXT, ChunkCipher, Layout};
use crate::core::{Core, Label, Suite};
use crate::manifest::{Codec, Instance, Manifest, ManifestError, padme};
use crate::schedule::{Cek, Context, derive};
use crate::tree::{grow, hash_chunk};

/// An instance to be sealed, in the order in which the reader should get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// SOP Instance UID (0008,0018).
    pub sop_instance_uid: String,
    /// Series Instance UID (0020,000E).
    pub series_instance_uid: String,
    /// Length of the file as imported, bytes.
    pub length: u64,
    /// BLAKE3 of the file as imported.
    pub blake3: [u8; 32],
}

/// How far sealing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Instances sealed so far.
    pub instances: usize,
    /// Bytes of payload written so far.
    pub written: u64,
    /// Bytes of payload that there will be.
    pub total: u64,
}

/// A payload that was written, with what belongs to it.
#[derive(Debug)]
pub struct Sealed {
    /// To be signed by the sender: [`Core::sign`].
    pub core: Core,
    /// The key, for grants now and later.
    pub cek: Cek,
    /// The tree over the payload, to be stored beside it.
    pub outboard: Vec<u8>,
}

/// Why a study was not sealed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The instances cannot be the contents of a package.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Larger than can be sealed.
    #[error("the study is larger than can be sealed in one package")]
    TooLarge,
    /// The instance is not what was imported.
    #[error("instance {index} of the study is not what was imported: its file was damaged; import it again")]
    Changed {
        /// Its place in the order given.
        index: usize,
    },
    /// The instance could not be read.
    #[error("instance {index} of the study cannot be read: {error}")]
    Read {
        /// Its place in the order given.
        index: usize,
        /// What the reader said.
        error: io::Error,
    },
    /// The payload could not be written.
    #[error("the sealed package cannot be written: {0}")]
    Write(#[source] io::Error),
    /// The progress callback asked to stop.
    #[error("sealing was stopped")]
    Stopped,
}

/// Seals `sources` into `payload`, opening one at a time with `open`, and reports after every chunk to `progress`,
/// which may stop it. The memory used does not depend on the study, but for 0.15 % of it in hashes.
///
/// # Errors
/// [`SealError`]; what was written to `payload` is then useless and is to be removed.
pub fn seal_package<R: Read, G: CryptoRng + ?Sized>(
    label: &Label,
    sources: &[Source],
    open: impl FnMut(usize, &Source) -> io::Result<R>,
    payload: impl Write,
    rng: &mut G,
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Sealed, SealError> {
    let manifest = manifest_of(sources)?;
    let front = manifest.to_bytes();
    let length = manifest
        .content_length()
        .checked_add(front.len() as u64)
        .ok_or(SealError::TooLarge)?;
    let layout = Layout::of_plaintext(padme(length)).ok_or(SealError::TooLarge)?;
    let mut salt = [0; 24];
    rng.fill_bytes(&mut salt);
    let cek = Cek::generate(rng);
    let context = Context {
        package: &label.package,
        case: &label.case,
        request: &label.request,
        sender: &label.sender,
        salt: &salt,
    };
    let (cipher, commitment) = derive(&cek, &context);

    let mut sealer = Sealer::new(layout, cipher, payload, progress);
    sealer.take(&mut front.as_slice(), front.len() as u64, None)?;
    seal_instances(&mut sealer, sources, open)?;
    sealer.take(&mut io::repeat(0), layout.plaintext_length() - length, None)?;
    let (root, outboard) = sealer.finish()?;

    let Label {
        package,
        case,
        request,
        sender,
        purpose,
        expires_at,
    } = *label;
    let (plaintext_length, ciphertext_length) = (layout.plaintext_length(), layout.ciphertext_length());
    let suite = Suite::V1;
    let core = Core {
        suite,
        package,
        case,
        request,
        sender,
        purpose,
        expires_at,
        salt,
        plaintext_length,
        ciphertext_length,
        root,
        commitment,
    };
    Ok(Sealed { core, cek, outboard })
}

fn manifest_of(sources: &[Source]) -> Result<Manifest, SealError> {
    let mut offset = 0_u64;
    let mut instances = Vec::with_capacity(sources.len());
    for source in sources {
        instances.push(Instance {
            sop_instance_uid: source.sop_instance_uid.clone(),
            series_instance_uid: source.series_instance_uid.clone(),
            offset,
            length: source.length,
            blake3: source.blake3,
            codec: Codec::Identity,
        });
        offset = offset.checked_add(source.length).ok_or(SealError::TooLarge)?;
    }
    Ok(Manifest::new(instances)?)
}

fn seal_instances<W: Write, P: FnMut(Progress) -> ControlFlow<()>, R: Read>(
    sealer: &mut Sealer<W, P>,
    sources: &[Source],
    mut open: impl FnMut(usize, &Source) -> io::Result<R>,
) -> Result<(), SealError> {
    for (index, source) in sources.iter().enumerate() {
        let read = |error| SealError::Read { index, error };
        let mut reader = open(index, source).map_err(read)?;
        let mut hasher = blake3::Hasher::new();
        sealer.take(&mut reader, source.length, Some((index, &mut hasher)))?;
        let ended = reader.read(&mut [0]).map_err(read)? == 0;
        if !ended || hasher.finalize() != source.blake3 {
            return Err(SealError::Changed { index });
        }
        sealer.instances += 1;
    }
    Ok(())
}

/// Collects plaintext into chunks, and writes each sealed and hashed. The length is known from the start, so it is
/// known of each chunk whether it is the last.
struct Sealer<W, P> {
    layout: Layout,
    cipher: ChunkCipher,
    payload: W,
    progress: P,
    chunk: Vec<u8>,
    hashes: Vec<[u8; 32]>,
    written: u64,
    instances: usize,
}

impl<W: Write, P: FnMut(Progress) -> ControlFlow<()>> Sealer<W, P> {
    fn new(layout: Layout, cipher: ChunkCipher, payload: W, progress: P) -> Self {
        let (chunk, hashes) = (
            Vec::with_capacity(CHUNK),
            Vec::with_capacity(layout.chunks() as usize),
        );
        Self {
            layout,
            cipher,
            payload,
            progress,
            chunk,
            hashes,
            written: 0,
            instances: 0,
        }
    }

    /// Takes exactly `length` bytes from `reader`; when they are an instance, they are hashed too.
    fn take(
        &mut self,
        reader: &mut impl Read,
        length: u64,
        mut instance: Option<(usize, &mut blake3::Hasher)>,
    ) -> Result<(), SealError> {
        let mut rest = length;
        while rest > 0 {
            // A full chunk is written only when more comes: the last one, full or not, is written by `finish`.
            if self.chunk.len() == CHUNK_PLAINTEXT {
                self.flush()?;
            }
            let from = self.chunk.len();
            let room = (CHUNK_PLAINTEXT - from).min(usize::try_from(rest).unwrap_or(usize::MAX));
            self.chunk.resize(from + room, 0);
            let read = reader.read_exact(&mut self.chunk[from..]);
            if let Some((index, hasher)) = &mut instance {
                read.map_err(|error| match error.kind() {
                    io::ErrorKind::UnexpectedEof => SealError::Changed { index: *index },
                    _ => SealError::Read { index: *index, error },
                })?;
                hasher.update(&self.chunk[from..]);
            }
            rest -= room as u64;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SealError> {
        // `Layout` bounds the number of chunks to less than 2³².
        let index = self.hashes.len() as u32;
        self.cipher
            .seal(index, self.layout.is_last(index), &mut self.chunk);
        self.hashes
            .push(hash_chunk(index, &self.chunk, self.layout.chunks() == 1));
        self.payload.write_all(&self.chunk).map_err(SealError::Write)?;
        self.written += self.chunk.len() as u64;
        self.chunk.clear();
        let now = Progress {
            instances: self.instances,
            written: self.written,
            total: self.layout.ciphertext_length(),
        };
        if (self.progress)(now).is_break() {
            Err(SealError::Stopped)
        } else {
            Ok(())
        }
    }

    fn finish(mut self) -> Result<([u8; 32], Vec<u8>), SealError> {
        self.flush()?;
        self.payload.flush().map_err(SealError::Write)?;
        Ok(grow(&self.hashes, self.layout.ciphertext_length()))
    }
}
