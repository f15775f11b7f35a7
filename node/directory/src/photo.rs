//! A portrait: PNG or JPEG, looked at from outside only. Pixels are decoded by whoever shows it, not here; what is
//! checked is that it is of the kind it claims, whole, and small enough to be shown without harm.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode};
use thiserror::Error;

/// The largest photo, bytes.
pub const MAX_PHOTO: usize = 128 * 1024;
/// The largest width and height, pixels.
pub const MAX_SIDE: u32 = 1024;

/// Why a photo was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// More than [`MAX_PHOTO`] bytes.
    #[error("the photo is larger than {} KiB; make it smaller", MAX_PHOTO / 1024)]
    TooLarge,
    /// Neither PNG nor JPEG.
    #[error("the photo is neither PNG nor JPEG")]
    Kind,
    /// Begins like an image but has no sound header or end.
    #[error("the photo is damaged")]
    Damaged,
    /// More than [`MAX_SIDE`] pixels wide or high.
    #[error("the photo is wider or higher than {MAX_SIDE} pixels; make it smaller")]
    Pixels,
}

/// The kind of image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoKind {
    /// PNG (ISO/IEC 15948).
    Png,
    /// JPEG (ISO/IEC 10918-1).
    Jpeg,
}

impl PhotoKind {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// A photo whose kind and size were checked.
#[derive(Clone, PartialEq, Eq, Encode)]
#[cbor(transparent)]
pub struct Photo(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    Vec<u8>,
);

impl Photo {
    /// Takes the file of a photo.
    ///
    /// # Errors
    /// [`PhotoError`].
    pub fn new(bytes: &[u8]) -> Result<Self, PhotoError> {
        if bytes.len() > MAX_PHOTO {
            return Err(PhotoError::TooLarge);
        }
        let (width, height) = match kind(bytes).ok_or(PhotoError::Kind)? {
            PhotoKind::Png => png_size(bytes),
            PhotoKind::Jpeg => jpeg_size(bytes),
        }
        .ok_or(PhotoError::Damaged)?;
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(PhotoError::Pixels);
        }
        Ok(Self(bytes.to_vec()))
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> PhotoKind {
        kind(&self.0).unwrap_or(PhotoKind::Jpeg)
    }
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({:?}, {} bytes)", self.kind(), self.0.len())
    }
}

impl<'b, C> Decode<'b, C> for Photo {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        Self::new(decoder.bytes()?).map_err(|error| DecodeError::message(error.to_string()))
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const PNG_END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

fn kind(bytes: &[u8]) -> Option<PhotoKind> {
    if bytes.starts_with(PNG) {
        Some(PhotoKind::Png)
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(PhotoKind::Jpeg)
    } else {
        None
    }
}

/// Width and height of a PNG that begins with its header and ends with its end.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.get(PNG.len()..PNG.len() + 16)?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    if header.get(..8)? != b"\0\0\0\x0dIHDR" || !bytes.ends_with(PNG_END) {
        return None;
    }
    Some((number(8)?, number(12)?)).filter(|&(width, height)| width > 0 && height > 0)
}

/// Width and height from the frame header of a JPEG (ISO/IEC 10918-1 §B.2.2) that ends with its end.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.ends_with(&[0xFF, 0xD9]) {
        return None;
    }
    let mut rest = bytes.get(2..)?;
    loop {
        let [0xFF, marker, high, low, ..] = *rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = rest.get(4..2 + length.max(2))?;
        match marker {
            // Baseline, extended and progressive frames.
            0xC0..=0xC2 => {
                let number = |at: usize| {
                    Some(u32::from(u16::from_be_bytes([
                        *segment.get(at)?,
                        *segment.get(at + 1)?,
                    ])))
                };
                return Some((number(3)?, number(1)?)).filter(|&(width, height)| width > 0 && height > 0);
            }
            // Tables, comments, application segments and restart intervals may come before.
            0xC4 | 0xDB | 0xDD | 0xE0..=0xEF | 0xFE => rest = rest.get(2 + length.max(2)..)?,
            _ => return None,
        }
    }
}
