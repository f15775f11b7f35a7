//! Where the uncompressed samples of an image lie in its file, and how they are written: what [`crate::predict`] needs
//! to know of an image, told by whoever knows the file's format.

use minicbor::{Decode, Encode};

/// The longest row, bytes: 65 535 columns (PS3.3 C.7.6.3) of three 16-bit samples.
pub const MAX_ROW: u32 = 65_535 * 6;

/// How one sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Sample {
    /// One unsigned byte.
    #[n(1)]
    Unsigned8,
    /// Three unsigned bytes a pixel, one after the other.
    #[n(2)]
    Colour8,
    /// Unsigned, 16 bits, little endian.
    #[n(3)]
    Unsigned16,
    /// Two's complement, 16 bits, little endian.
    #[n(4)]
    Signed16,
}

impl Sample {
    /// Bytes of a pixel.
    #[must_use]
    pub const fn pixel(self) -> u32 {
        match self {
            Self::Unsigned8 => 1,
            Self::Unsigned16 | Self::Signed16 => 2,
            Self::Colour8 => 3,
        }
    }
}

/// The samples of a file: whole rows, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Samples {
    /// Where the first begins, bytes from the start of the file.
    #[n(0)]
    pub at: u64,
    /// Length of all, bytes; a multiple of `row`.
    #[n(1)]
    pub length: u64,
    /// Length of a row, bytes; a multiple of a pixel.
    #[n(2)]
    pub row: u32,
    /// How one is written.
    #[n(3)]
    pub sample: Sample,
}

impl Samples {
    /// Whether a file of `length` bytes can hold them, and their numbers belong together.
    #[must_use]
    pub const fn fit(&self, length: u64) -> bool {
        let row = self.row;
        let whole = row > 0 && row <= MAX_ROW && row.is_multiple_of(self.sample.pixel());
        let rows = whole && self.length > 0 && self.length.is_multiple_of(row as u64);
        match self.at.checked_add(self.length) {
            Some(end) => rows && end <= length,
            None => false,
        }
    }
}
