//! The tree over the payload: BLAKE3 with groups of 64 KiB, so that one chunk of ciphertext is one leaf.
//!
//! Whoever holds the payload and its outboard serves ranges of it ([`Holding::extract`]) without any key. A range
//! travels as a *slice*: the bao encoding of it, that is, in pre-order, the hash pairs (64 bytes) from the root down and
//! the chunks. Which range it is and how long the payload is, both sides know already, so a slice has no header.

use std::fmt;
use std::io;

use bao_tree::blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};
use bao_tree::io::EncodeError;
use bao_tree::io::outboard::PreOrderOutboard;
use bao_tree::io::sync::{Outboard as _, encode_ranges_validated};
pub use bao_tree::io::sync::{ReadAt, WriteAt};
use bao_tree::iter::BaoChunk;
use bao_tree::{BaoTree, BlockSize, ChunkNum, ChunkRanges};
use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::chunk::{CHUNK, Layout, make_room};

/// The most chunks of one slice: 1 MiB, the unit of transfer.
pub const SLICE_CHUNKS: u32 = 16;
/// The longest slice, bytes: its chunks, the pairs between them, and the pairs of both edges up to the root.
pub const MAX_SLICE: usize = SLICE_CHUNKS as usize * (CHUNK + 64) + 2 * 32 * 64;

const GROUP: BlockSize = BlockSize::from_chunk_log(6);
const BLAKE3_CHUNKS: u64 = (CHUNK / 1024) as u64;
/// Length of a hash pair, bytes.
pub(crate) const PAIR: usize = 64;

/// Which payload: its BLAKE3 and its length. Anybody can check bytes against it; no key is needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeId {
    root: [u8; 32],
    length: u64,
}

impl TreeId {
    /// The payload of `length` bytes with this BLAKE3.
    #[must_use]
    pub const fn new(root: [u8; 32], length: u64) -> Self {
        Self { root, length }
    }

    /// BLAKE3 of the payload.
    #[must_use]
    pub const fn root(&self) -> &[u8; 32] {
        &self.root
    }

    /// Length of the payload, bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Number of its chunks, or `None` when no payload has this length.
    #[must_use]
    pub fn chunks(&self) -> Option<u32> {
        Layout::of_ciphertext(self.length).map(Layout::chunks)
    }

    /// Length of its outboard, bytes.
    #[must_use]
    pub fn outboard_length(&self) -> u64 {
        self.bao().outboard_size()
    }

    pub(crate) const fn hash(&self) -> bao_tree::blake3::Hash {
        bao_tree::blake3::Hash::from_bytes(self.root)
    }

    pub(crate) fn bao(&self) -> BaoTree {
        BaoTree::new(self.length, GROUP)
    }
}

impl fmt::Debug for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TreeId({}, {} bytes)", hex::encode(self.root), self.length)
    }
}

/// Chunks `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(array)]
pub struct ChunkRange {
    /// The first.
    #[n(0)]
    pub start: u32,
    /// One after the last.
    #[n(1)]
    pub end: u32,
}

impl ChunkRange {
    /// Whether it can be asked for as one slice of a payload of `chunks` chunks.
    #[must_use]
    pub const fn is_slice_of(self, chunks: u32) -> bool {
        self.start < self.end && self.end <= chunks && self.end - self.start <= SLICE_CHUNKS
    }

    pub(crate) fn bao(self) -> ChunkRanges {
        let at = |index: u32| ChunkNum(u64::from(index) * BLAKE3_CHUNKS);
        ChunkRanges::from(at(self.start)..at(self.end))
    }
}

/// Why a range of a payload could not be served or was not accepted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TreeError {
    /// Empty, beyond the end, or longer than [`SLICE_CHUNKS`].
    #[error("chunks {start} to {end} are not a slice of this package")]
    NotASlice {
        /// The first chunk asked for.
        start: u32,
        /// One after the last.
        end: u32,
    },
    /// What lies here is not, or not yet, the payload: a missing part, or a damaged file.
    #[error("the stored package is not whole between chunks {start} and {end}; fetch them again")]
    NotHeld {
        /// The first chunk asked for.
        start: u32,
        /// One after the last.
        end: u32,
    },
    /// What was received does not hash to the root that the sender signed.
    #[error("the bytes received for chunks {start} to {end} are not those of the package that was signed")]
    Forged {
        /// The first chunk asked for.
        start: u32,
        /// One after the last.
        end: u32,
    },
    /// The file could not be read or written.
    #[error("the stored package cannot be accessed: {0}")]
    Io(#[from] io::Error),
}

/// A payload, whole or in part, with its outboard, at whoever holds it.
#[derive(Debug, Clone)]
pub struct Holding<D, O> {
    id: TreeId,
    data: D,
    outboard: O,
}

impl<D: ReadAt, O: ReadAt> Holding<D, O> {
    /// `data` holds the payload (or the parts of it that are there), `outboard` its tree.
    pub const fn new(id: TreeId, data: D, outboard: O) -> Self {
        Self { id, data, outboard }
    }

    /// Which payload it is.
    #[must_use]
    pub const fn id(&self) -> TreeId {
        self.id
    }

    /// The payload itself.
    pub const fn data(&self) -> &D {
        &self.data
    }

    /// The slice for `range`, at most [`MAX_SLICE`] bytes. The bytes are checked before they are given, so that damage
    /// to this disk is found here and not blamed on us by the receiver.
    ///
    /// # Errors
    /// [`TreeError::NotASlice`], [`TreeError::NotHeld`] or [`TreeError::Io`].
    pub fn extract(&self, range: ChunkRange) -> Result<Vec<u8>, TreeError> {
        let ChunkRange { start, end } = range;
        if !range.is_slice_of(self.id.chunks().unwrap_or(0)) {
            return Err(TreeError::NotASlice { start, end });
        }
        let mut slice = Vec::with_capacity((end - start) as usize * (CHUNK + 64) + 2048);
        match encode_ranges_validated(&self.data, self.tree(), &range.bao(), &mut slice) {
            Ok(()) => Ok(slice),
            Err(EncodeError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error.into()),
            Err(_) => Err(TreeError::NotHeld { start, end }),
        }
    }

    /// Gives each chunk of `range` to `each`, after checking it against the root. The buffer may be used up.
    pub(crate) fn chunks<E: From<TreeError>>(
        &self,
        range: ChunkRange,
        mut each: impl FnMut(u32, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let ChunkRange { start, end } = range;
        let not_held = || E::from(TreeError::NotHeld { start, end });
        let tree = self.tree();
        let mut expected = vec![self.id.root];
        let mut chunk = Vec::with_capacity(CHUNK);
        for item in tree.tree.ranges_pre_order_chunks_iter_ref(&range.bao(), 0) {
            let hash = expected.pop().ok_or_else(not_held)?;
            match item {
                BaoChunk::Parent {
                    node,
                    is_root,
                    left,
                    right,
                    ..
                } => {
                    let (l, r) = tree.load(node).map_err(TreeError::from)?.ok_or_else(not_held)?;
                    let (l, r) = (*l.as_bytes(), *r.as_bytes());
                    if merge(&l, &r, is_root) != hash {
                        return Err(not_held());
                    }
                    expected.extend(right.then_some(r));
                    expected.extend(left.then_some(l));
                }
                BaoChunk::Leaf {
                    start_chunk,
                    size,
                    is_root,
                    ..
                } => {
                    make_room(&mut chunk, size);
                    self.data
                        .read_exact_at(start_chunk.to_bytes(), &mut chunk)
                        .map_err(|error| {
                            if error.kind() == io::ErrorKind::UnexpectedEof {
                                not_held()
                            } else {
                                E::from(error.into())
                            }
                        })?;
                    let index = chunk_at(start_chunk);
                    if hash_chunk(index, &chunk, is_root) != hash {
                        return Err(not_held());
                    }
                    each(index, &mut chunk)?;
                }
            }
        }
        Ok(())
    }

    fn tree(&self) -> PreOrderOutboard<&O> {
        PreOrderOutboard {
            root: self.id.hash(),
            tree: self.id.bao(),
            data: &self.outboard,
        }
    }
}

/// The chaining value of chunk `index`, or the BLAKE3 of the whole payload when it is the only one.
pub(crate) fn hash_chunk(index: u32, chunk: &[u8], is_only: bool) -> [u8; 32] {
    let mut hasher = bao_tree::blake3::Hasher::new();
    if is_only {
        return *hasher.update(chunk).finalize().as_bytes();
    }
    hasher
        .set_input_offset(u64::from(index) * CHUNK as u64)
        .update(chunk);
    hasher.finalize_non_root()
}

/// The chunk that begins at this place of the tree.
pub(crate) const fn chunk_at(start: ChunkNum) -> u32 {
    (start.0 / BLAKE3_CHUNKS) as u32
}

/// The two hashes of a pair.
pub(crate) fn halves(pair: &[u8; PAIR]) -> ([u8; 32], [u8; 32]) {
    let (mut left, mut right) = ([0; 32], [0; 32]);
    left.copy_from_slice(&pair[..32]);
    right.copy_from_slice(&pair[32..]);
    (left, right)
}

pub(crate) fn merge(left: &[u8; 32], right: &[u8; 32], is_root: bool) -> [u8; 32] {
    if is_root {
        *merge_subtrees_root(left, right, Mode::Hash).as_bytes()
    } else {
        merge_subtrees_non_root(left, right, Mode::Hash)
    }
}

/// The root and the outboard (pre-order, 64 bytes a pair) over chunks that were hashed one by one.
pub(crate) fn grow(chunk_hashes: &[[u8; 32]], length: u64) -> ([u8; 32], Vec<u8>) {
    let tree = BaoTree::new(length, GROUP);
    let mut outboard = vec![0; tree.outboard_size() as usize];
    let mut leaves = chunk_hashes.iter();
    let mut stack: Vec<[u8; 32]> = Vec::with_capacity(32);
    let complete =
        "post-order gives both children before their parent, and as many leaves as there are chunks";
    for item in tree.post_order_chunks_iter() {
        match item {
            BaoChunk::Leaf { .. } => stack.push(*leaves.next().expect(complete)),
            BaoChunk::Parent { node, is_root, .. } => {
                let (right, left) = (stack.pop().expect(complete), stack.pop().expect(complete));
                if let Some(offset) = tree.pre_order_offset(node) {
                    let offset = offset as usize * 64;
                    outboard[offset..offset + 32].copy_from_slice(&left);
                    outboard[offset + 32..offset + 64].copy_from_slice(&right);
                }
                stack.push(merge(&left, &right, is_root));
            }
        }
    }
    (stack.pop().expect(complete), outboard)
}
