//! The receiver's side of the tree: takes slices from any holder in any order and keeps only what is proven.

use std::io;

use bao_tree::iter::BaoChunk;

use crate::bitmap::Bitmap;
use crate::tree::{
    ChunkRange, Holding, MAX_SLICE, PAIR, ReadAt, SLICE_CHUNKS, TreeError, TreeId, WriteAt, chunk_at, halves,
    hash_chunk, merge,
};

/// Checks a slice for `range` against the root, and gives its contents, ready to be written. Nothing is copied.
///
/// # Errors
/// [`TreeError::NotASlice`] for a range that cannot be asked for; [`TreeError::Forged`] when anything in it is not
/// proven, or when it is too short or too long.
pub fn verify_slice(id: TreeId, range: ChunkRange, slice: &[u8]) -> Result<ProvenSlice<'_>, TreeError> {
    let ChunkRange { start, end } = range;
    if !range.is_slice_of(id.chunks().unwrap_or(0)) {
        return Err(TreeError::NotASlice { start, end });
    }
    if slice.len() > MAX_SLICE {
        return Err(TreeError::Forged { start, end });
    }
    walk(id, range, slice).ok_or(TreeError::Forged { start, end })
}

/// The slice in pre-order, each pair and each chunk against the hash that the pair above it, or the root, says.
fn walk(id: TreeId, range: ChunkRange, slice: &[u8]) -> Option<ProvenSlice<'_>> {
    let mut proven = ProvenSlice {
        id,
        range,
        leaves: Vec::with_capacity(SLICE_CHUNKS as usize),
        parents: Vec::with_capacity(2 * SLICE_CHUNKS as usize),
    };
    let (tree, ranges) = (id.bao(), range.bao());
    let (mut rest, mut expected) = (slice, vec![*id.root()]);
    for item in tree.ranges_pre_order_chunks_iter_ref(&ranges, 0) {
        let hash = expected.pop()?;
        match item {
            BaoChunk::Parent {
                node,
                is_root,
                left,
                right,
                ..
            } => {
                let (pair, after) = rest.split_first_chunk::<PAIR>()?;
                let (l, r) = halves(pair);
                if merge(&l, &r, is_root) != hash {
                    return None;
                }
                if let Some(place) = tree.pre_order_offset(node) {
                    proven.parents.push((place * PAIR as u64, pair));
                }
                expected.extend(right.then_some(r));
                expected.extend(left.then_some(l));
                rest = after;
            }
            BaoChunk::Leaf {
                start_chunk,
                size,
                is_root,
                ..
            } => {
                let (leaf, after) = rest.split_at_checked(size)?;
                if hash_chunk(chunk_at(start_chunk), leaf, is_root) != hash {
                    return None;
                }
                proven.leaves.push((start_chunk.to_bytes(), leaf));
                rest = after;
            }
        }
    }
    (rest.is_empty() && expected.is_empty()).then_some(proven)
}

/// The contents of a slice that are proven to belong to the payload.
#[derive(Debug)]
pub struct ProvenSlice<'a> {
    id: TreeId,
    range: ChunkRange,
    /// Chunks, and where they lie in the payload.
    leaves: Vec<(u64, &'a [u8])>,
    /// Pairs, and where they lie in the outboard.
    parents: Vec<(u64, &'a [u8; PAIR])>,
}

impl ProvenSlice<'_> {
    /// The chunks that it holds.
    #[must_use]
    pub const fn range(&self) -> ChunkRange {
        self.range
    }

    /// Writes the chunks and hash pairs to where they belong. Nothing is synchronised: the caller makes `data` durable
    /// (fdatasync) *before* a bitmap that contains these chunks.
    ///
    /// # Errors
    /// [`io::Error`] of the file.
    pub fn write<D: WriteAt, O: WriteAt>(&self, data: &mut D, outboard: &mut O) -> io::Result<()> {
        for (at, chunk) in &self.leaves {
            data.write_all_at(*at, chunk)?;
        }
        self.parents
            .iter()
            .try_for_each(|(at, pair)| outboard.write_all_at(*at, pair.as_slice()))
    }
}

/// What has been received of one payload.
#[derive(Debug, Clone)]
pub struct Verifier {
    id: TreeId,
    bitmap: Bitmap,
}

impl Verifier {
    /// Nothing received yet; `None` when no payload has this length.
    #[must_use]
    pub fn new(id: TreeId) -> Option<Self> {
        Some(Self {
            id,
            bitmap: Bitmap::new(id.chunks()?)?,
        })
    }

    /// Goes on from a bitmap that was made durable; `None` when it is not one for this payload.
    #[must_use]
    pub fn resume(id: TreeId, bitmap: Bitmap) -> Option<Self> {
        (id.chunks() == Some(bitmap.chunks())).then_some(Self { id, bitmap })
    }

    /// Finds chunks that were written, and whose bitmap was not: the process was killed in between. Whatever lies there
    /// is proven against the root before it is marked. Where nothing was written no data is read: the hash pairs on the
    /// way to it are missing. Gives how many were found.
    ///
    /// # Errors
    /// [`io::Error`] of the files.
    pub fn recover<D: ReadAt, O: ReadAt>(&mut self, data: &D, outboard: &O) -> io::Result<u32> {
        let holding = Holding::new(self.id, data, outboard);
        let (mut from, mut found) = (0, 0);
        while let Some(index) = self.bitmap.first_missing(from) {
            let range = ChunkRange {
                start: index,
                end: index + 1,
            };
            match holding.chunks::<TreeError>(range, |_, _| Ok(())) {
                Ok(()) => {
                    self.bitmap.insert(index);
                    found += 1;
                }
                Err(TreeError::Io(error)) => return Err(error),
                Err(_) => {}
            }
            from = index + 1;
        }
        Ok(found)
    }

    /// Which payload it is.
    #[must_use]
    pub const fn id(&self) -> TreeId {
        self.id
    }

    /// The chunks that are there and proven. To make progress durable: take a copy of this, make the data durable, then
    /// store the copy.
    #[must_use]
    pub const fn bitmap(&self) -> &Bitmap {
        &self.bitmap
    }

    /// Whether all chunks are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.bitmap.is_full()
    }

    /// The next range to ask for at or after chunk `from`: missing chunks within one aligned MiB.
    #[must_use]
    pub fn next_missing(&self, from: u32) -> Option<ChunkRange> {
        let start = self.bitmap.first_missing(from)?;
        let limit = (start / SLICE_CHUNKS + 1)
            .saturating_mul(SLICE_CHUNKS)
            .min(self.bitmap.chunks());
        let end = (start..limit)
            .find(|index| self.bitmap.contains(*index))
            .unwrap_or(limit);
        Some(ChunkRange { start, end })
    }

    /// Marks chunks whose slice was proven and written.
    pub fn mark(&mut self, proven: &ProvenSlice<'_>) {
        if proven.id == self.id {
            (proven.range.start..proven.range.end).for_each(|index| self.bitmap.insert(index));
        }
    }

    /// Verifies a slice, writes it, and marks it: [`verify_slice`], [`ProvenSlice::write`] and [`Self::mark`] in one.
    ///
    /// # Errors
    /// [`TreeError`]; then nothing was written or marked, except on [`TreeError::Io`] of a failing disk.
    pub fn accept<D: WriteAt, O: WriteAt>(
        &mut self,
        range: ChunkRange,
        slice: &[u8],
        data: &mut D,
        outboard: &mut O,
    ) -> Result<(), TreeError> {
        let proven = verify_slice(self.id, range, slice)?;
        proven.write(data, outboard)?;
        self.mark(&proven);
        Ok(())
    }
}
