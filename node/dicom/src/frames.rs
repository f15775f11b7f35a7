//! The frames of an image as they are stored: where each lies in its file, and how it is called on the web.
//!
//! A [`FrameIndex`] is made once, from the header and the table of offsets, and then gives any frame with one look into
//! the file: a viewer that scrolls does not wait for what lies before.

use std::io::{Cursor, Read, Seek, SeekFrom};

use dicom_dictionary_std::tags;
use image::ImageFormat;
use image::codecs::jpeg::JpegEncoder;

use crate::header::HeaderError;
use crate::pixels::Image;
use crate::pixels::description::{is_wanted, number_of_frames};
use crate::render::{RenderError, colour};
use crate::scan::{Scanned, scan};

/// Most frames of an image, and most fragments.
const MAX_FRAMES: u32 = 1 << 20;
/// The largest frame, bytes.
const MAX_FRAME: u64 = 1 << 28;

/// PS3.5 7.5 and A.4, as they are written in little endian.
const ITEM: [u8; 4] = [0xfe, 0xff, 0x00, 0xe0];
const SEQUENCE_END: [u8; 4] = [0xfe, 0xff, 0xdd, 0xe0];

/// Where the frames of an image lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameIndex {
    transfer_syntax: String,
    frames: u32,
    /// Grey, RGB or YBR_FULL.
    as_told: bool,
    pixels: Pixels,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pixels {
    /// One after the other, each of so many bits, from this offset on.
    Native { at: u64, bits: u64, swap: usize },
    /// In fragments: the offset of the first item of each frame, and behind the last.
    Encapsulated(Vec<u64>),
}

impl FrameIndex {
    /// Finds the frames of the Part 10 file in `file`.
    ///
    /// # Errors
    /// [`RenderError`] when it has none, or not where they should be.
    pub fn read<F: Read + Seek>(file: &mut F) -> Result<Self, RenderError> {
        file.rewind().map_err(HeaderError::from)?;
        let reader = std::io::BufReader::with_capacity(32 * 1024, &mut *file);
        let scanned = scan(reader, is_wanted)?;
        Self::of(file, scanned)
    }

    /// The same, of a file that was scanned for what [`is_wanted`].
    pub(crate) fn of<F: Read + Seek>(file: &mut F, scanned: Scanned) -> Result<Self, RenderError> {
        let pixels = scanned.pixels.ok_or(RenderError::NoPixels)?;
        let unsupported = || RenderError::Unsupported {
            transfer_syntax: scanned.transfer_syntax.clone(),
        };
        let at = pixels.value_at.ok_or_else(unsupported)?;
        let frames = number_of_frames(&scanned);
        if frames == 0 || frames > MAX_FRAMES {
            return Err(RenderError::TooLarge);
        }
        let pixels = match pixels.length {
            Some(length) => native(&scanned, at, length.into(), pixels.vr == *b"OW", frames)?,
            None => Pixels::Encapsulated(encapsulated(file, at, frames)?),
        };
        Ok(Self {
            as_told: scanned.u16(tags::SAMPLES_PER_PIXEL).unwrap_or(1) == 1
                || [&b"RGB"[..], b"YBR_FULL"]
                    .contains(&scanned.bytes(tags::PHOTOMETRIC_INTERPRETATION).trim_ascii()),
            transfer_syntax: scanned.transfer_syntax,
            frames,
            pixels,
        })
    }

    /// (0002,0010).
    #[must_use]
    pub fn transfer_syntax(&self) -> &str {
        &self.transfer_syntax
    }

    /// How many frames there are.
    #[must_use]
    pub const fn frames(&self) -> u32 {
        self.frames
    }

    /// Whether the samples are there as they are, uncompressed.
    #[must_use]
    pub const fn is_native(&self) -> bool {
        matches!(self.pixels, Pixels::Native { .. })
    }

    /// Whether the samples of a compressed image are of the colour space that its metadata names when they are decoded:
    /// others become RGB then, and who reads both would convert them twice.
    #[must_use]
    pub const fn decodes_as_told(&self) -> bool {
        self.as_told
    }

    /// A frame, counted from 0, of the file that the index is of: uncompressed in little endian, or as it is compressed.
    ///
    /// # Errors
    /// [`RenderError::NoSuchFrame`]; [`RenderError::Undecodable`] when the file is not what it was.
    pub fn frame<F: Read + Seek>(&self, file: &mut F, index: u32) -> Result<Vec<u8>, RenderError> {
        if index >= self.frames {
            return Err(RenderError::NoSuchFrame {
                frame: index,
                frames: self.frames,
            });
        }
        match &self.pixels {
            Pixels::Native { at, bits, swap } => {
                // Whole words, and of them the frame.
                let (word, first) = (*swap as u64, bits * u64::from(index));
                let before = first / 8 % word;
                let needed = before + (first % 8 + bits).div_ceil(8);
                file.seek(SeekFrom::Start(at + first / 8 - before))
                    .map_err(HeaderError::from)?;
                let mut bytes = exactly(file, needed.next_multiple_of(word))?;
                if *swap > 1 {
                    bytes.chunks_exact_mut(*swap).for_each(<[u8]>::reverse);
                }
                bytes.drain(..before as usize);
                if first % 8 > 0 {
                    bytes = from_bit(&bytes, first % 8);
                }
                bytes.truncate(bits.div_ceil(8) as usize);
                Ok(bytes)
            }
            Pixels::Encapsulated(starts) => {
                let place = |index: usize| starts.get(index).copied().ok_or(RenderError::Undecodable);
                joined(file, place(index as usize)?, place(index as usize + 1)?)
            }
        }
    }
}

/// Single bits from this one of the first byte on (frames of them follow each other without padding, PS3.5 8.1.1).
fn from_bit(bytes: &[u8], bit: u64) -> Vec<u8> {
    let next = bytes.iter().skip(1).chain(&[0]);
    let pairs = bytes.iter().zip(next);
    pairs
        .map(|(low, high)| ((u16::from_le_bytes([*low, *high])) >> bit) as u8)
        .collect()
}

fn native(
    scanned: &Scanned,
    at: u64,
    declared: u64,
    in_words: bool,
    frames: u32,
) -> Result<Pixels, RenderError> {
    let number = |tag| scanned.u16(tag).map(u64::from).ok_or(RenderError::Undecodable);
    let samples = scanned.u16(tags::SAMPLES_PER_PIXEL).map_or(1, u64::from);
    let allocated = number(tags::BITS_ALLOCATED)?;
    let mut bits = number(tags::ROWS)? * number(tags::COLUMNS)? * samples * allocated;
    // Of every two pixels, half the colour is left out (PS3.3 C.7.6.3.1.2).
    if scanned
        .bytes(tags::PHOTOMETRIC_INTERPRETATION)
        .trim_ascii()
        .ends_with(b"_422")
    {
        bits = bits / 3 * 2;
    }
    let length = bits.saturating_mul(frames.into()).div_ceil(8);
    if bits == 0 || bits.div_ceil(8) > MAX_FRAME || length > declared {
        return Err(RenderError::Undecodable);
    }
    // Bytes and bits lie in words of 16 bits (PS3.5 8.1.1), unless they are written as bytes.
    let swap = match (scanned.big_endian, allocated as usize / 8) {
        (false, _) => 1,
        (true, 0 | 1) => 1 + usize::from(in_words),
        (true, bytes) => bytes,
    };
    Ok(Pixels::Native { at, bits, swap })
}

/// The offset of the first item of each frame, and behind the last (PS3.5 A.4).
fn encapsulated<F: Read + Seek>(file: &mut F, at: u64, frames: u32) -> Result<Vec<u64>, RenderError> {
    let end_of_file = file.seek(SeekFrom::End(0)).map_err(HeaderError::from)?;
    let (_, length) = item(file, at)?.ok_or(RenderError::Undecodable)?;
    let table = if length > 0 && length == u64::from(frames) * 4 {
        exactly(file, length)?
    } else {
        Vec::new()
    };
    let first = at + 8 + length;
    if frames > 1 && !table.is_empty() {
        let offsets = table.chunks_exact(4).map(|entry| {
            let entry: [u8; 4] = entry.try_into().unwrap_or_default();
            first + u64::from(u32::from_le_bytes(entry))
        });
        let mut starts: Vec<u64> = offsets.collect();
        starts.push(end_of_file);
        let in_order = starts.windows(2).all(|pair| pair[0] < pair[1]);
        // A table that is not true is no table.
        if in_order && starts.first() == Some(&first) {
            return Ok(starts);
        }
    }
    if frames == 1 {
        return Ok(vec![first, end_of_file]);
    }
    let mut starts = Vec::new();
    let mut next = first;
    while let Some((_, length)) = item(file, next)? {
        starts.push(next);
        if starts.len() > frames as usize {
            return Err(RenderError::Undecodable);
        }
        next += 8 + length;
    }
    starts.push(next);
    // Without a table only one fragment for each frame says which is whose.
    if starts.len() == frames as usize + 1 {
        Ok(starts)
    } else {
        Err(RenderError::Undecodable)
    }
}

/// Offset of the value and length of the item at `at`; `None` at the end of the sequence, or of a file without one.
fn item<F: Read + Seek>(file: &mut F, at: u64) -> Result<Option<(u64, u64)>, RenderError> {
    file.seek(SeekFrom::Start(at)).map_err(HeaderError::from)?;
    let mut head = Vec::with_capacity(8);
    file.take(8).read_to_end(&mut head).map_err(HeaderError::from)?;
    let Some((tag, length)) = head.split_at_checked(4) else {
        return Ok(None);
    };
    let Ok(length) = <[u8; 4]>::try_from(length) else {
        return Ok(None);
    };
    if tag == SEQUENCE_END {
        return Ok(None);
    }
    if tag != ITEM {
        return Err(RenderError::Undecodable);
    }
    Ok(Some((at + 8, u32::from_le_bytes(length).into())))
}

/// The fragments from the item at `at` to the one at `end`, or to the end of the sequence.
fn joined<F: Read + Seek>(file: &mut F, mut at: u64, end: u64) -> Result<Vec<u8>, RenderError> {
    let mut frame = Vec::new();
    while at < end {
        let Some((_, length)) = item(file, at)? else {
            break;
        };
        if frame.len() as u64 + length > MAX_FRAME {
            return Err(RenderError::TooLarge);
        }
        frame.append(&mut exactly(file, length)?);
        at += 8 + length;
    }
    if frame.is_empty() {
        Err(RenderError::Undecodable)
    } else {
        Ok(frame)
    }
}

/// So many bytes, allocated as they come.
fn exactly<F: Read>(file: &mut F, length: u64) -> Result<Vec<u8>, RenderError> {
    if length > MAX_FRAME {
        return Err(RenderError::TooLarge);
    }
    let mut bytes = Vec::new();
    file.take(length)
        .read_to_end(&mut bytes)
        .map_err(HeaderError::from)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(RenderError::Undecodable)
    }
}

/// The samples of one frame, uncompressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Samples {
    /// In little endian, colour by pixel, as an uncompressed image has them (PS3.5 8).
    pub bytes: Vec<u8>,
    /// (0028,0004) of these samples. A codec may have undone the colour space that the file names, and a halved one is
    /// whole afterwards.
    pub photometric_interpretation: String,
}

/// A frame of the image in `file`, counted from 0, uncompressed.
///
/// # Errors
/// [`RenderError`] says what hinders it.
pub fn samples(file: &[u8], index: u32) -> Result<Samples, RenderError> {
    let frame = Image::open(file)?.frame(index)?;
    Ok(Samples {
        photometric_interpretation: frame.photometric.clone(),
        bytes: frame.into_samples(),
    })
}

/// Frames of the compressed image in `file`, each counted from 0, uncompressed and in the colour space that its metadata
/// names where [`FrameIndex::decodes_as_told`], else in RGB; until `each` has enough.
///
/// # Errors
/// [`RenderError`] says what hinders it.
pub fn uncompressed(
    file: &[u8],
    frames: &[u32],
    mut each: impl FnMut(Vec<u8>) -> bool,
) -> Result<(), RenderError> {
    let image = Image::open(file)?;
    for index in frames {
        let frame = image.frame(*index)?;
        let told = frame.photometric == image.description().photometric;
        let samples = if frame.samples == 1 || told {
            frame.into_samples()
        } else {
            colour::rgb_samples(frame)
        };
        if !each(samples) {
            break;
        }
    }
    Ok(())
}

/// The media type of a compressed frame (PS3.18 table 8.7.3-5); `None` for one that has none.
#[must_use]
pub fn media_type(transfer_syntax: &str) -> Option<&'static str> {
    Some(match transfer_syntax.strip_prefix("1.2.840.10008.1.2.")? {
        "4.50" | "4.51" | "4.57" | "4.70" => "image/jpeg",
        "4.80" | "4.81" => "image/jls",
        "4.90" | "4.91" => "image/jp2",
        "4.92" | "4.93" => "image/jpx",
        "4.110" | "4.111" | "4.112" => "image/jxl",
        "4.201" | "4.202" | "4.203" => "image/jphc",
        "5" => "image/dicom-rle",
        _ => return None,
    })
}

/// A picture that was rendered as PNG, as JPEG of this quality, 1 to 100.
///
/// # Errors
/// [`RenderError::Png`] when it is none.
pub fn to_jpeg(png: &[u8], quality: u8) -> Result<Vec<u8>, RenderError> {
    let picture = image::load_from_memory_with_format(png, ImageFormat::Png).map_err(|_| RenderError::Png)?;
    let mut jpeg = Cursor::new(Vec::new());
    picture
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, quality.clamp(1, 100)))
        .map_err(|_| RenderError::Png)?;
    Ok(jpeg.into_inner())
}

#[cfg(test)]
mod tests;
