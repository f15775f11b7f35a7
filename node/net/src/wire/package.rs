//! `/dokuei/package/1`: the receiver pulls ranges of chunks; each slice carries its own proof.

use std::fmt;

use minicbor::{Decode, Encode};

/// The most chunks in one slice: 16 of 64 KiB, 1 MiB.
pub const MAX_SLICE_CHUNKS: u64 = 16;

/// The most bytes of chunks in one slice.
pub const MAX_SLICE_BYTES: usize = 1 << 20;

/// The most bytes of proof with one slice.
pub const MAX_PROOF_BYTES: usize = 64 * 1024;

/// The most ranges in one request.
pub const MAX_RANGES: usize = 1024;

/// The largest request, bytes.
pub const MAX_REQUEST_FRAME: usize = 32 * 1024;

/// The largest slice header, bytes.
pub const MAX_SLICE_HEADER: usize = 64;

/// Names a package: 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct PackageId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// `count` chunks from `first` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ChunkRange {
    /// Index of the first chunk.
    #[n(0)]
    pub first: u64,
    /// How many, at least 1.
    #[n(1)]
    pub count: u64,
}

/// What the receiver asks for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PackageRequest {
    /// Which package.
    #[n(0)]
    pub package: PackageId,
    /// Which chunks, ascending and disjoint; at most [`MAX_RANGES`]. They are sent in this order.
    #[n(1)]
    pub ranges: Vec<ChunkRange>,
    /// How many chunks the receiver has verified so far: for the holder to show, never to rely on.
    #[n(2)]
    pub held: u64,
}

/// Comes before the bytes of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SliceHeader {
    /// Which chunks.
    #[n(0)]
    pub range: ChunkRange,
    /// Length of the chunks, bytes.
    #[n(1)]
    pub bytes: u32,
    /// Length of the proof, bytes.
    #[n(2)]
    pub proof: u32,
}

/// Chunks and the proof that they belong to the package: opaque here.
#[derive(Clone, PartialEq, Eq)]
pub struct Slice {
    /// Which chunks.
    pub range: ChunkRange,
    /// The chunks' bytes (ciphertext).
    pub bytes: Vec<u8>,
    /// Hashes that tie them to the root.
    pub proof: Vec<u8>,
}

impl fmt::Debug for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackageId({})", hex::encode(self.0))
    }
}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { range, bytes, proof } = self;
        write!(
            f,
            "Slice({range:?}, {} bytes, proof of {})",
            bytes.len(),
            proof.len()
        )
    }
}
