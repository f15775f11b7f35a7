//! From a stream of plaintext to chunks: several at a time are encrypted and hashed, on several threads, and written in
//! their order.

use std::io::{self, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Progress, SealError};
use crate::chunk::{CHUNK, CHUNK_PLAINTEXT, ChunkCipher, Layout, MAX_CHUNKS, TAG};
use crate::lanes::{Lanes, threads};
use crate::tree::{grow, hash_chunk};

/// Chunks that one thread takes at once: long beside the handing over.
const BATCH: usize = 8;
/// The most threads: what is read and written in one thread is not faster.
const MOST_THREADS: usize = 4;

/// Chunks that follow each other, each with room for its tag.
struct Plain {
    first: u32,
    bytes: Vec<u8>,
    /// Whether they end with the last chunk of the package.
    last: bool,
}

/// The same, encrypted.
struct Encrypted {
    bytes: Vec<u8>,
    hashes: Vec<[u8; 32]>,
}

/// Collects plaintext into chunks. The chunks of the front are written last, when the front is known.
pub(super) struct Sealer<W, P> {
    cipher: Arc<ChunkCipher>,
    lanes: Lanes<Plain, Encrypted>,
    payload: W,
    progress: P,
    now: Progress,
    /// Length of the front, bytes; at least 1.
    front: u64,
    /// Bytes of plaintext so far, with the front.
    position: u64,
    /// The chunk in which the front ends.
    joint: u32,
    /// Its plaintext.
    held: Vec<u8>,
    /// The chunks that are being filled.
    batch: Vec<u8>,
    /// The first of them.
    next: u32,
    /// Buffers to be used again.
    spare: Vec<Vec<u8>>,
    /// Of each chunk that was written; those up to the joint are set at the end.
    hashes: Vec<[u8; 32]>,
}

impl<W: Write + Seek, P: FnMut(Progress) -> ControlFlow<()>> Sealer<W, P> {
    /// Leaves `front` bytes free; `total` is what progress is told in.
    pub(super) fn new(
        front: u64,
        total: u64,
        cipher: ChunkCipher,
        mut payload: W,
        progress: P,
    ) -> Result<Self, SealError> {
        let size = CHUNK_PLAINTEXT as u64;
        let joint = front.saturating_sub(1) / size;
        let in_joint = front - joint * size;
        let joint = u32::try_from(joint)
            .ok()
            .filter(|joint| *joint < MAX_CHUNKS)
            .ok_or(SealError::TooLarge)?;
        payload
            .seek(SeekFrom::Start((u64::from(joint) + 1) * CHUNK as u64))
            .map_err(SealError::Write)?;
        let cipher = Arc::new(cipher);
        let lanes = Lanes::start("seal", threads(MOST_THREADS), || {
            let cipher = Arc::clone(&cipher);
            Ok(move |plain| encrypt(&cipher, plain))
        });
        Ok(Self {
            lanes: lanes.map_err(SealError::Encode)?,
            cipher,
            payload,
            progress,
            now: Progress {
                instances: 0,
                done: 0,
                total,
            },
            front,
            position: front,
            joint,
            // At most one chunk.
            held: vec![0; in_joint as usize],
            batch: Vec::with_capacity(BATCH * CHUNK),
            next: joint + 1,
            spare: Vec::new(),
            hashes: vec![[0; 32]; joint as usize + 1],
        })
    }

    /// Bytes of plaintext so far, with the front.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// Notes that `bytes` of instance `index` have been taken.
    pub(super) const fn advance(&mut self, index: usize, bytes: u64) {
        self.now.instances = index;
        self.now.done += bytes;
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> Result<(), SealError> {
        while !bytes.is_empty() {
            let (chunk, room) = self.chunk()?;
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            chunk.extend_from_slice(now);
            self.position += now.len() as u64;
            bytes = later;
        }
        Ok(())
    }

    pub(super) fn zeros(&mut self, length: u64) -> Result<(), SealError> {
        let mut rest = length;
        while rest > 0 {
            let (chunk, room) = self.chunk()?;
            let part = (room as u64).min(rest);
            chunk.resize(chunk.len() + part as usize, 0);
            self.position += part;
            rest -= part;
        }
        Ok(())
    }

    /// Where plaintext goes next, and how much of it there. A full chunk is ended only when more comes: the last one, full
    /// or not, by [`Self::finish`].
    fn chunk(&mut self) -> Result<(&mut Vec<u8>, usize), SealError> {
        if self.held.len() < CHUNK_PLAINTEXT {
            let room = CHUNK_PLAINTEXT - self.held.len();
            return Ok((&mut self.held, room));
        }
        if self.batch.len() % CHUNK == CHUNK_PLAINTEXT {
            self.batch.resize(self.batch.len() + TAG, 0);
        }
        if self.batch.len() == BATCH * CHUNK {
            self.hand_over(false)?;
        }
        let room = CHUNK_PLAINTEXT - self.batch.len() % CHUNK;
        Ok((&mut self.batch, room))
    }

    /// Gives the chunks that were filled to be encrypted.
    fn hand_over(&mut self, last: bool) -> Result<(), SealError> {
        // At most a batch.
        let chunks = self.batch.len().div_ceil(CHUNK) as u32;
        if self.next > MAX_CHUNKS - chunks {
            return Err(SealError::TooLarge);
        }
        if self.lanes.is_full() {
            self.take()?;
        }
        let empty = self.spare.pop();
        let empty = empty.unwrap_or_else(|| Vec::with_capacity(BATCH * CHUNK));
        let plain = Plain {
            first: self.next,
            bytes: std::mem::replace(&mut self.batch, empty),
            last,
        };
        self.lanes.put(plain).map_err(SealError::Encode)?;
        self.next += chunks;
        if (self.progress)(self.now).is_break() {
            Err(SealError::Stopped)
        } else {
            Ok(())
        }
    }

    /// Writes the oldest chunks that are being encrypted; false when there are none.
    fn take(&mut self) -> Result<bool, SealError> {
        let Some(encrypted) = self.lanes.take() else {
            return Ok(false);
        };
        let Encrypted { mut bytes, hashes } = encrypted.map_err(SealError::Encode)?;
        self.payload.write_all(&bytes).map_err(SealError::Write)?;
        self.hashes.extend(hashes);
        bytes.clear();
        self.spare.push(bytes);
        Ok(true)
    }

    /// Seals the last chunk and then the front; gives the layout, the root and the outboard of the payload.
    pub(super) fn finish(mut self, front: &[u8]) -> Result<(Layout, [u8; 32], Vec<u8>), SealError> {
        let layout = Layout::of_plaintext(self.position).ok_or(SealError::TooLarge)?;
        if !self.batch.is_empty() {
            self.batch.resize(self.batch.len() + TAG, 0);
            self.hand_over(true)?;
        }
        while self.take()? {}
        let in_joint = (self.front - u64::from(self.joint) * CHUNK_PLAINTEXT as u64) as usize;
        let rest = self.held.get(in_joint..).unwrap_or_default();
        let plaintext = [front, rest].concat();
        self.payload.seek(SeekFrom::Start(0)).map_err(SealError::Write)?;
        for (index, part) in (0..).zip(plaintext.chunks(CHUNK_PLAINTEXT)) {
            let mut chunk = part.to_vec();
            self.cipher.seal(index, layout.is_last(index), &mut chunk);
            if let Some(hash) = self.hashes.get_mut(index as usize) {
                *hash = hash_chunk(index, &chunk, layout.chunks() == 1);
            }
            self.payload.write_all(&chunk).map_err(SealError::Write)?;
        }
        self.payload.flush().map_err(SealError::Write)?;
        if self.hashes.len() != layout.chunks() as usize {
            return Err(SealError::Encode(io::Error::other("chunks are missing")));
        }
        let (root, outboard) = grow(&self.hashes, layout.ciphertext_length());
        Ok((layout, root, outboard))
    }
}

/// Encrypts chunks and hashes each while it is in the cache.
fn encrypt(cipher: &ChunkCipher, plain: Plain) -> Encrypted {
    let Plain {
        first,
        mut bytes,
        last,
    } = plain;
    let chunks = bytes.len().div_ceil(CHUNK);
    let hashes = bytes.chunks_mut(CHUNK).enumerate().map(|(place, chunk)| {
        // At most a batch.
        let index = first + place as u32;
        cipher.seal_in_place(index, last && place + 1 == chunks, chunk);
        hash_chunk(index, chunk, false)
    });
    Encrypted {
        hashes: hashes.collect(),
        bytes,
    }
}
