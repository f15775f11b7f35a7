//! One frame's samples, decoded from bytes that nobody vouches for.
//!
//! dicom-pixeldata is given an object made here of the few attributes it needs and of the one frame's fragments,
//! each cut from bytes that are there: read from the file itself, dicom-object would allocate what lengths declare.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dicom_core::value::{PixelFragmentSequence, PrimitiveValue, Value};
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::TransferSyntaxIndex;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use dicom_pixeldata::PixelDecoder;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use super::{RenderError, Window};
use crate::scan::{Scanned, inflated, scan};

/// Most samples of one frame.
const MAX_SAMPLES: u64 = 64 << 20;
/// Start of frame of JPEG-LS (ITU-T T.87 C.1.1).
const JPEG_LS_FRAME: u8 = 0xf7;
/// Most fragments of a file.
const MAX_FRAGMENTS: usize = 1 << 20;

/// A decoded frame.
pub(crate) struct Frame {
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    /// 1 or 3.
    pub(crate) samples: u16,
    pub(super) photometric: String,
    /// The file's own first window.
    pub(super) window: Option<Window>,
    /// Bytes of a sample: 1 or 2.
    width: usize,
    bits_stored: u32,
    signed: bool,
    big_endian: bool,
    /// Colour by plane rather than by pixel (0028,0006).
    by_plane: bool,
    slope: f64,
    intercept: f64,
    data: Vec<u8>,
}

const WANTED: [Tag; 15] = [
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::PLANAR_CONFIGURATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
    tags::RESCALE_INTERCEPT,
    tags::RESCALE_SLOPE,
    tags::SOP_CLASS_UID,
];

impl Frame {
    /// Decodes frame `index` (from 0) of a Part 10 file.
    pub(crate) fn decode(file: &[u8], index: u32) -> Result<Self, RenderError> {
        let inflated = inflated(file)?;
        let file = inflated.as_deref().unwrap_or(file);
        let scanned = scan(file, |tag| WANTED.contains(&tag))?;
        let pixels = scanned.pixels.ok_or(RenderError::NoPixels)?;
        let mut frame = Self::describe(&scanned)?;
        let frames = text(&scanned, tags::NUMBER_OF_FRAMES).parse().unwrap_or(1);
        if index >= frames {
            return Err(RenderError::NoSuchFrame { frame: index, frames });
        }
        let unsupported = || RenderError::Unsupported {
            transfer_syntax: scanned.transfer_syntax.clone(),
        };
        let value_at = pixels.value_at.ok_or_else(unsupported)?;
        let value = usize::try_from(value_at)
            .ok()
            .and_then(|at| file.get(at..))
            .ok_or(RenderError::Undecodable)?;
        let size =
            usize::from(frame.rows) * usize::from(frame.columns) * usize::from(frame.samples) * frame.width;
        frame.data = match pixels.length {
            Some(length) => {
                let value = &value[..value.len().min(length as usize)];
                let rest = value
                    .get(size.saturating_mul(index as usize)..)
                    .ok_or(RenderError::Undecodable)?;
                rest.get(..size).ok_or(RenderError::Undecodable)?.to_vec()
            }
            None => {
                if !decodable(&scanned.transfer_syntax) {
                    return Err(unsupported());
                }
                frame.big_endian = cfg!(target_endian = "big");
                let fragments = fragments(value, index, frames)?;
                frame.decompress(&scanned, fragments)?
            }
        };
        if frame.data.len() < size {
            return Err(RenderError::Undecodable);
        }
        frame.data.truncate(size);
        Ok(frame)
    }

    fn describe(scanned: &Scanned) -> Result<Self, RenderError> {
        let number = |tag| scanned.u16(tag).ok_or(RenderError::Undecodable);
        let (rows, columns) = (number(tags::ROWS)?, number(tags::COLUMNS)?);
        let samples = scanned.u16(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        let bits = number(tags::BITS_ALLOCATED)?;
        let bits_stored = scanned.u16(tags::BITS_STORED).unwrap_or(bits);
        let photometric = text(scanned, tags::PHOTOMETRIC_INTERPRETATION);
        let known = match photometric.as_str() {
            "MONOCHROME1" | "MONOCHROME2" => samples == 1 && (bits == 8 || bits == 16),
            "RGB" | "YBR_FULL" | "YBR_FULL_422" | "YBR_ICT" | "YBR_RCT" => samples == 3 && bits == 8,
            _ => false,
        };
        if !known || rows == 0 || columns == 0 || !(1..=bits).contains(&bits_stored) {
            return Err(RenderError::Undecodable);
        }
        if u64::from(rows) * u64::from(columns) * u64::from(samples) > MAX_SAMPLES {
            return Err(RenderError::TooLarge);
        }
        let decimal = |tag| {
            text(scanned, tag)
                .parse::<f64>()
                .ok()
                .filter(|value| value.is_finite())
        };
        let window = decimal(tags::WINDOW_CENTER).zip(decimal(tags::WINDOW_WIDTH));
        Ok(Self {
            rows,
            columns,
            samples,
            photometric,
            window: window
                .map(|(center, width)| Window { center, width })
                .filter(|window| window.width >= 1.0),
            width: usize::from(bits / 8),
            bits_stored: bits_stored.into(),
            signed: scanned.u16(tags::PIXEL_REPRESENTATION) == Some(1),
            big_endian: scanned.big_endian,
            by_plane: scanned.u16(tags::PLANAR_CONFIGURATION) == Some(1),
            slope: decimal(tags::RESCALE_SLOPE).unwrap_or(1.0),
            intercept: decimal(tags::RESCALE_INTERCEPT).unwrap_or(0.0),
            data: Vec::new(),
        })
    }

    /// Decodes the fragments of this frame; sets what decoding changes.
    fn decompress(&mut self, scanned: &Scanned, fragments: Vec<Vec<u8>>) -> Result<Vec<u8>, RenderError> {
        // A decoder allocates what the compressed stream declares: it must be what the header declares.
        if fragments
            .first()
            .and_then(|bytes| declared_size(bytes))
            .is_some_and(|size| size != (self.rows, self.columns))
        {
            return Err(RenderError::Undecodable);
        }
        let by_plane = self.samples == 3
            && match fragments.first().and_then(|bytes| jpeg_ls_by_plane(bytes)) {
                // Planes would be taken for pixels when the colour is converted.
                Some(true) if self.photometric != "RGB" => return Err(RenderError::Undecodable),
                Some(by_plane) => by_plane,
                None => false,
            };
        let mut object = InMemDicomObject::new_empty();
        for tag in WANTED {
            let bytes = scanned.bytes(tag);
            match (scanned.u16(tag), tag) {
                (
                    _,
                    tags::NUMBER_OF_FRAMES | tags::SOP_CLASS_UID | tags::WINDOW_CENTER | tags::WINDOW_WIDTH,
                ) => {}
                (_, tags::RESCALE_INTERCEPT | tags::RESCALE_SLOPE) | (None, _) => {}
                (_, tags::PHOTOMETRIC_INTERPRETATION) => {
                    let text = String::from_utf8_lossy(bytes).trim().to_owned();
                    object.put(DataElement::new(tag, VR::CS, PrimitiveValue::from(text)));
                }
                (Some(number), _) => {
                    object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(number)));
                }
            }
        }
        let sequence = PixelFragmentSequence::new(Vec::<u32>::new(), fragments);
        object.put(DataElement::new(
            tags::PIXEL_DATA,
            VR::OB,
            Value::PixelSequence(sequence),
        ));
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(&scanned.transfer_syntax)
            .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
            .media_storage_sop_instance_uid("2.25.1");
        let file = object.with_meta(meta).map_err(|_| RenderError::Undecodable)?;
        // The decoders are other people's and meet bytes of strangers here: one that panics (openjp2 0.6 does, on
        // an overflow) makes this picture undecodable, not the node stop.
        let decoded = catch_unwind(AssertUnwindSafe(|| file.decode_pixel_data_frame(0)))
            .map_err(|_| RenderError::Undecodable)?
            .map_err(|_| RenderError::Undecodable)?;
        if self.samples == 3 {
            // dicom-pixeldata gives interleaved RGB, whatever went in: but for JPEG-LS, which CharLS leaves by plane.
            (self.photometric, self.by_plane) = ("RGB".to_owned(), by_plane);
        }
        Ok(decoded.into_data())
    }

    /// The samples of a grey frame after the modality LUT.
    pub(crate) fn values(&self) -> Vec<f64> {
        let unused = 32 - self.bits_stored;
        let value = |raw: u32| {
            // The bits above Bits Stored may hold anything (an overlay, once).
            let stored = if self.signed {
                f64::from(((raw << unused) as i32) >> unused)
            } else {
                f64::from((raw << unused) >> unused)
            };
            stored * self.slope + self.intercept
        };
        if self.width == 1 {
            return self.data.iter().map(|byte| value(u32::from(*byte))).collect();
        }
        let pair = |bytes: &[u8]| {
            let pair = [bytes[0], bytes[1]];
            u32::from(if self.big_endian {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            })
        };
        self.data
            .chunks_exact(2)
            .map(|bytes| value(pair(bytes)))
            .collect()
    }

    /// The samples as they are, in little endian, colour by pixel.
    pub(crate) fn into_samples(self) -> Vec<u8> {
        let mut samples = if self.samples == 3 {
            self.interleaved()
        } else {
            self.data
        };
        if self.big_endian && self.width == 2 {
            samples.chunks_exact_mut(2).for_each(<[u8]>::reverse);
        }
        samples
    }

    /// The samples of a colour frame, pixel by pixel.
    pub(super) fn interleaved(&self) -> Vec<u8> {
        if !self.by_plane {
            return self.data.clone();
        }
        let plane = self.data.len() / 3;
        (0..plane)
            .flat_map(|at| [self.data[at], self.data[at + plane], self.data[at + 2 * plane]])
            .collect()
    }
}

/// The first value of a text attribute that is ASCII by its nature (CS, IS, DS).
fn text(scanned: &Scanned, tag: Tag) -> String {
    let text = String::from_utf8_lossy(scanned.bytes(tag));
    text.split('\\')
        .next()
        .unwrap_or_default()
        .trim_matches([' ', '\0', '+'])
        .to_owned()
}

fn decodable(transfer_syntax: &str) -> bool {
    TransferSyntaxRegistry
        .get(transfer_syntax)
        .is_some_and(|syntax| syntax.is_encapsulated_pixel_data() && syntax.can_decode_all())
}

/// The fragments of one frame (PS3.5 A.4): by count, or by the basic offset table.
fn fragments(value: &[u8], index: u32, frames: u32) -> Result<Vec<Vec<u8>>, RenderError> {
    let mut items = Vec::new();
    let mut at = 0usize;
    while let Some(head) = value.get(at..at.saturating_add(8)) {
        if head[..4] != [0xfe, 0xff, 0x00, 0xe0] || items.len() > MAX_FRAGMENTS {
            break;
        }
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let item = value
            .get(at + 8..(at + 8).saturating_add(length))
            .ok_or(RenderError::Undecodable)?;
        items.push((at, item));
        at += 8 + length;
    }
    let ((_, table), fragments) = items.split_first().ok_or(RenderError::Undecodable)?;
    let first = fragments.first().ok_or(RenderError::Undecodable)?.0;
    let of_frame: Vec<Vec<u8>> = if frames == 1 {
        fragments.iter().map(|(_, bytes)| bytes.to_vec()).collect()
    } else if fragments.len() == frames as usize {
        vec![fragments[index as usize].1.to_vec()]
    } else {
        let offset = |index: usize| {
            let entry = table.get(index * 4..index * 4 + 4)?;
            Some(u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]) as usize)
        };
        let start = offset(index as usize).ok_or(RenderError::Undecodable)?;
        let end = offset(index as usize + 1).unwrap_or(usize::MAX);
        let inside = |at: usize| (start..end).contains(&(at - first));
        fragments
            .iter()
            .filter(|(at, _)| inside(*at))
            .map(|(_, bytes)| bytes.to_vec())
            .collect()
    };
    if of_frame.is_empty() {
        Err(RenderError::Undecodable)
    } else {
        Ok(of_frame)
    }
}

/// Rows and columns that a compressed stream declares; `None` for one that declares none (RLE).
fn declared_size(stream: &[u8]) -> Option<(u16, u16)> {
    jpeg_size(stream).or_else(|| jpeg2000_size(stream))
}

/// Rows and columns of a JPEG 2000 codestream (ITU-T T.800 A.5.1); sizes beyond 16 bits are given as 0.
fn jpeg2000_size(stream: &[u8]) -> Option<(u16, u16)> {
    let size = stream.strip_prefix(&[0xff, 0x4f, 0xff, 0x51])?;
    let number = |at: usize| Some(u32::from_be_bytes(size.get(at..at + 4)?.try_into().ok()?));
    let (width, height) = (
        number(4)?.wrapping_sub(number(12)?),
        number(8)?.wrapping_sub(number(16)?),
    );
    Some((
        u16::try_from(height).unwrap_or(0),
        u16::try_from(width).unwrap_or(0),
    ))
}

/// Rows and columns that a JPEG or JPEG-LS stream declares (ITU-T T.81 B.2.2); `None` for another kind of stream.
fn jpeg_size(stream: &[u8]) -> Option<(u16, u16)> {
    // Start of frame: C0 to CF without DHT, JPG, DAC; F7 in JPEG-LS.
    let is_frame = |marker| {
        matches!(marker, 0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(&marker)) || marker == JPEG_LS_FRAME
    };
    let size = segment(stream, is_frame)?.get(5..9)?;
    Some((
        u16::from_be_bytes([size[0], size[1]]),
        u16::from_be_bytes([size[2], size[3]]),
    ))
}

/// Whether a JPEG-LS stream has its components one after the other (ITU-T T.87 C.2.3: ILV of the first scan is 0); `None`
/// for another kind of stream.
fn jpeg_ls_by_plane(stream: &[u8]) -> Option<bool> {
    segment(stream, |marker| marker == JPEG_LS_FRAME)?;
    let scan = segment(stream, |marker| marker == 0xda)?;
    let components = usize::from(*scan.get(4)?);
    // Marker, length, number of components, two bytes for each of them, NEAR, ILV.
    Some(*scan.get(6 + 2 * components)? == 0)
}

/// A JPEG stream from the first marker segment of this kind on, its marker included; none behind the first scan is found.
fn segment(stream: &[u8], wanted: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let mut rest = stream.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (marker, length) = match rest {
            [0xff, 0xff, ..] => {
                rest = &rest[1..];
                continue;
            }
            [0xff, marker, a, b, ..] => (*marker, usize::from(u16::from_be_bytes([*a, *b]))),
            _ => return None,
        };
        if wanted(marker) {
            return Some(rest);
        }
        rest = rest.get(2 + length..)?;
    }
}
