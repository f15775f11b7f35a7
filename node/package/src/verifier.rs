//! The receiver's side of the tree: takes slices from any holder in any order and keeps only what is proven.

use std::io;

use bao_tree::io::outboard::PreOrderOutboard;
use bao_tree::io::sync::{DecodeResponseIter, OutboardMut};
use bao_tree::io::{BaoContentItem, DecodeError, Leaf, Parent};

use crate::bitmap::Bitmap;
use crate::tree::{ChunkRange, Holding, MAX_SLICE, ReadAt, SLICE_CHUNKS, TreeError, TreeId, WriteAt};

/// Checks a slice for `range` against the root, and gives its contents, ready to be written.
///
/// # Errors
/// [`TreeError::NotASlice`] for a range that cannot be asked for; [`TreeError::Forged`] when anything in it is not
/// proven, or when it is too short or too long.
pub fn verify_slice(id: TreeId, range: ChunkRange, slice: &[u8]) -> Result<ProvenSlice, TreeError> {
    let ChunkRange { start, end } = range;
    if !range.is_slice_of(id.chunks().unwrap_or(0)) {
        return Err(TreeError::NotASlice { start, end });
    }
    let forged = TreeError::Forged { start, end };
    if slice.len() > MAX_SLICE {
        return Err(forged);
    }
    let mut rest = slice;
    let mut proven = ProvenSlice {
        id,
        range,
        leaves: Vec::new(),
        parents: Vec::new(),
    };
    let ranges = range.bao();
    for item in DecodeResponseIter::new(id.hash(), id.bao(), &mut rest, &ranges) {
        match item {
            Ok(BaoContentItem::Leaf(leaf)) => proven.leaves.push(leaf),
            Ok(BaoContentItem::Parent(parent)) => proven.parents.push(parent),
            Err(DecodeError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => {
                return Err(error.into());
            }
            Err(_) => return Err(forged),
        }
    }
    if rest.is_empty() { Ok(proven) } else { Err(forged) }
}

/// The contents of a slice that are proven to belong to the payload.
#[derive(Debug)]
pub struct ProvenSlice {
    id: TreeId,
    range: ChunkRange,
    leaves: Vec<Leaf>,
    parents: Vec<Parent>,
}

impl ProvenSlice {
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
    pub fn write<D: WriteAt, O: WriteAt + ReadAt>(&self, data: &mut D, outboard: &mut O) -> io::Result<()> {
        for leaf in &self.leaves {
            data.write_all_at(leaf.offset, &leaf.data)?;
        }
        let mut tree = PreOrderOutboard {
            root: self.id.hash(),
            tree: self.id.bao(),
            data: outboard,
        };
        self.parents
            .iter()
            .try_for_each(|parent| tree.save(parent.node, &parent.pair))
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
    pub fn mark(&mut self, proven: &ProvenSlice) {
        if proven.id == self.id {
            (proven.range.start..proven.range.end).for_each(|index| self.bitmap.insert(index));
        }
    }

    /// Verifies a slice, writes it, and marks it: [`verify_slice`], [`ProvenSlice::write`] and [`Self::mark`] in one.
    ///
    /// # Errors
    /// [`TreeError`]; then nothing was written or marked, except on [`TreeError::Io`] of a failing disk.
    pub fn accept<D: WriteAt, O: WriteAt + ReadAt>(
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
