//! From a stream of plaintext to chunks: each is encrypted, hashed and written as soon as it is full.

use std::io::{Seek, SeekFrom, Write};
use std::ops::ControlFlow;

use super::{Progress, SealError};
use crate::chunk::{CHUNK, CHUNK_PLAINTEXT, ChunkCipher, Layout, MAX_CHUNKS};
use crate::tree::{grow, hash_chunk};

/// Collects plaintext into chunks. The chunks of the front are written last, when the front is known.
pub(super) struct Sealer<W, P> {
    cipher: ChunkCipher,
    payload: W,
    progress: P,
    now: Progress,
    /// Length of the front, bytes; at least 1.
    front: u64,
    /// The chunk in which the front ends.
    joint: u32,
    /// Its plaintext, once it is full.
    held: Option<Vec<u8>>,
    /// Plaintext of the chunk that is being filled.
    chunk: Vec<u8>,
    /// Of each chunk so far; those up to the joint are set at the end.
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
        let mut chunk = Vec::with_capacity(CHUNK);
        // At most one chunk.
        chunk.resize(in_joint as usize, 0);
        Ok(Self {
            cipher,
            payload,
            progress,
            now: Progress {
                instances: 0,
                done: 0,
                total,
            },
            front,
            joint,
            held: None,
            chunk,
            hashes: vec![[0; 32]; joint as usize],
        })
    }

    /// Bytes of plaintext so far, with the front.
    pub(super) fn position(&self) -> u64 {
        self.hashes.len() as u64 * CHUNK_PLAINTEXT as u64 + self.chunk.len() as u64
    }

    /// Notes that `bytes` of instance `index` have been taken.
    pub(super) fn advance(&mut self, index: usize, bytes: u64) {
        self.now.instances = index;
        self.now.done += bytes;
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> Result<(), SealError> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(self.room()?.min(bytes.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    pub(super) fn zeros(&mut self, length: u64) -> Result<(), SealError> {
        let mut rest = length;
        while rest > 0 {
            let part = (self.room()? as u64).min(rest);
            self.chunk.resize(self.chunk.len() + part as usize, 0);
            rest -= part;
        }
        Ok(())
    }

    /// Room in the chunk. A full one is written only when more comes: the last one, full or not, by [`Self::finish`].
    fn room(&mut self) -> Result<usize, SealError> {
        if self.chunk.len() == CHUNK_PLAINTEXT {
            self.flush(false)?;
        }
        Ok(CHUNK_PLAINTEXT - self.chunk.len())
    }

    fn flush(&mut self, last: bool) -> Result<(), SealError> {
        // `MAX_CHUNKS` bounds their number to less than 2³².
        let index = self.hashes.len() as u32;
        if index >= MAX_CHUNKS {
            return Err(SealError::TooLarge);
        }
        if index == self.joint {
            self.held = Some(std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK)));
            self.hashes.push([0; 32]);
            return Ok(());
        }
        self.cipher.seal(index, last, &mut self.chunk);
        self.hashes.push(hash_chunk(index, &self.chunk, false));
        self.payload.write_all(&self.chunk).map_err(SealError::Write)?;
        self.chunk.clear();
        if (self.progress)(self.now).is_break() {
            Err(SealError::Stopped)
        } else {
            Ok(())
        }
    }

    /// Seals the last chunk and then the front; gives the layout, the root and the outboard of the payload.
    pub(super) fn finish(mut self, front: &[u8]) -> Result<(Layout, [u8; 32], Vec<u8>), SealError> {
        let layout = Layout::of_plaintext(self.position()).ok_or(SealError::TooLarge)?;
        self.flush(true)?;
        let held = self.held.take().unwrap_or_default();
        let rest = held.get((self.front - u64::from(self.joint) * CHUNK_PLAINTEXT as u64) as usize..);
        let plaintext = [front, rest.unwrap_or_default()].concat();
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
        let (root, outboard) = grow(&self.hashes, layout.ciphertext_length());
        Ok((layout, root, outboard))
    }
}
