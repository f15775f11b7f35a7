//! The frames of an image as they are stored: where each lies in its file, and how it is called on the web.
//!
//! A [`FrameIndex`] is made once, from the header and the table of offsets, and then gives any frame with one look into
//! the file: a viewer that scrolls does not wait for what lies before.

use std::io::{Cursor, Read, Seek, SeekFrom};

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use image::ImageFormat;
use image::codecs::jpeg::JpegEncoder;

use crate::header::HeaderError;
use crate::render::RenderError;
use crate::render::frame::Frame;
use crate::scan::{Scanned, scan};

/// Most frames of an image, and most fragments.
const MAX_FRAMES: u32 = 1 << 20;
/// The largest frame, bytes.
const MAX_FRAME: u64 = 1 << 28;

/// PS3.5 7.5 and A.4, as they are written in little endian.
const ITEM: [u8; 4] = [0xfe, 0xff, 0x00, 0xe0];
const SEQUENCE_END: [u8; 4] = [0xfe, 0xff, 0xdd, 0xe0];

const WANTED: [Tag; 7] = [
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::PIXEL_DATA,
];

/// Where the frames of an image lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameIndex {
    transfer_syntax: String,
    frames: u32,
    /// Grey, or RGB.
    as_told: bool,
    pixels: Pixels,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pixels {
    /// One after the other, each so long, from this offset on.
    Native { at: u64, length: u64, swap: usize },
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
        let scanned = scan(std::io::BufReader::with_capacity(32 * 1024, &mut *file), |tag| {
            WANTED.contains(&tag)
        })?;
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
            Some(length) => native(&scanned, at, length.into(), frames)?,
            None => Pixels::Encapsulated(encapsulated(file, at, frames)?),
        };
        Ok(Self {
            as_told: scanned.u16(tags::SAMPLES_PER_PIXEL).unwrap_or(1) == 1
                || scanned
                    .bytes(tags::PHOTOMETRIC_INTERPRETATION)
                    .trim_ascii()
                    .eq(b"RGB"),
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
            Pixels::Native { at, length, swap } => {
                file.seek(SeekFrom::Start(at + length * u64::from(index)))
                    .map_err(HeaderError::from)?;
                let mut bytes = exactly(file, *length)?;
                if *swap > 1 {
                    bytes.chunks_exact_mut(*swap).for_each(<[u8]>::reverse);
                }
                Ok(bytes)
            }
            Pixels::Encapsulated(starts) => {
                let place = |index: usize| starts.get(index).copied().ok_or(RenderError::Undecodable);
                joined(file, place(index as usize)?, place(index as usize + 1)?)
            }
        }
    }
}

fn number_of_frames(scanned: &Scanned) -> u32 {
    let text = String::from_utf8_lossy(scanned.bytes(tags::NUMBER_OF_FRAMES)).into_owned();
    let first = text.split('\\').next().unwrap_or_default();
    first.trim_matches([' ', '\0', '+']).parse().unwrap_or(1)
}

fn native(scanned: &Scanned, at: u64, declared: u64, frames: u32) -> Result<Pixels, RenderError> {
    let number = |tag| scanned.u16(tag).map(u64::from).ok_or(RenderError::Undecodable);
    let samples = scanned.u16(tags::SAMPLES_PER_PIXEL).map_or(1, u64::from);
    let allocated = number(tags::BITS_ALLOCATED)?;
    let mut bits = number(tags::ROWS)? * number(tags::COLUMNS)? * samples * allocated;
    // Of every two pixels, half the colour is left out (PS3.3 C.7.6.3.1.2).
    if scanned
        .bytes(tags::PHOTOMETRIC_INTERPRETATION)
        .starts_with(b"YBR_FULL_422")
    {
        bits = bits / 3 * 2;
    }
    // Frames of single bits follow each other without padding: one that begins in the middle of a byte is not cut out.
    if !bits.is_multiple_of(8) && frames > 1 {
        return Err(RenderError::Unsupported {
            transfer_syntax: scanned.transfer_syntax.clone(),
        });
    }
    let length = bits.div_ceil(8);
    if length == 0 || length > MAX_FRAME || length.saturating_mul(frames.into()) > declared {
        return Err(RenderError::Undecodable);
    }
    let swap = if scanned.big_endian {
        allocated as usize / 8
    } else {
        1
    };
    Ok(Pixels::Native { at, length, swap })
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

/// Offset of the value and length of the item at `at`; `None` at the end of the sequence.
fn item<F: Read + Seek>(file: &mut F, at: u64) -> Result<Option<(u64, u64)>, RenderError> {
    file.seek(SeekFrom::Start(at)).map_err(HeaderError::from)?;
    let head = exactly(file, 8)?;
    let (tag, length) = head.split_at(4);
    let length: [u8; 4] = length.try_into().map_err(|_| RenderError::Undecodable)?;
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

/// A frame of the compressed image in `file`, counted from 0, uncompressed: samples in little endian, colour by pixel.
///
/// # Errors
/// [`RenderError`] says what hinders it.
pub fn uncompressed(file: &[u8], index: u32) -> Result<Vec<u8>, RenderError> {
    Ok(Frame::decode(file, index)?.into_samples())
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
