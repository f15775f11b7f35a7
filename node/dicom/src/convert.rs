//! An instance in another transfer syntax than it is kept in, for a reader who does not take that one: the same values,
//! and the same samples. Only where nothing is lost: what was compressed with loss is given as it is or not at all.
//!
//! Values are copied as the bytes that they are and never decoded (dicom-object 0.10 would damage Japanese text), so
//! that memory does not grow with an uncompressed object; of a compressed one the file is held, and one frame.

use std::io::{self, Read, Write};

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::{Codec, TransferSyntaxIndex};
use dicom_object::FileMetaTableBuilder;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::header::HeaderError;
use crate::pixels::Image;
use crate::pixels::description::Word;
use crate::render::RenderError;
use crate::scan::{self, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE};
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION};

mod transcoder;

use transcoder::Transcoder;

/// The largest compressed file that is decompressed, bytes.
const MAX_COMPRESSED: u64 = 1 << 30;

const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// Whether an instance is compressed so that the samples come back as they were, by coders that we have: as it is and
/// deflated frame by frame, RLE, JPEG lossless, JPEG-LS, JPEG 2000, JPEG XL, HTJ2K.
fn is_reversible(transfer_syntax: &str) -> bool {
    transfer_syntax
        .strip_prefix("1.2.840.10008.1.2.")
        .is_some_and(|rest| {
            [
                "1.98", "8.1", "5", "4.57", "4.70", "4.80", "4.90", "4.110", "4.201", "4.202",
            ]
            .contains(&rest)
        })
}

/// The instance cannot be given in the other transfer syntax.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// Not without loss, or not by us.
    #[error("it cannot be converted from transfer syntax {from} to {to} without loss")]
    Unsupported {
        /// As it is kept.
        from: String,
        /// As it was to be.
        to: String,
    },
    /// It cannot be read.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// It cannot be decompressed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// What is read ends or breaks, or what is written is not taken.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// In which other transfer syntaxes an instance can be given that is kept in this one, the better one first.
#[must_use]
pub fn offers(transfer_syntax: &str) -> &'static [&'static str] {
    match transfer_syntax {
        uids::EXPLICIT_VR_LITTLE_ENDIAN => &[uids::IMPLICIT_VR_LITTLE_ENDIAN],
        uids::IMPLICIT_VR_LITTLE_ENDIAN => &[uids::EXPLICIT_VR_LITTLE_ENDIAN],
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN | EXPLICIT_VR_BIG_ENDIAN => {
            &[uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN]
        }
        other if is_reversible(other) => &[uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN],
        _ => &[],
    }
}

/// Writes the data set of the Part 10 file in `file` as it is in transfer syntax `to`.
///
/// # Errors
/// [`ConvertError`]; a part may be written then.
pub fn write_data_set<R: Read>(file: R, to: &str, into: &mut dyn Write) -> Result<(), ConvertError> {
    write_data_set_adding(file, to, &[], into)
}

/// The same with empty attributes where the data set has none of these, which are in its order.
fn write_data_set_adding<R: Read>(
    mut file: R,
    to: &str,
    added: &[Tag],
    into: &mut dyn Write,
) -> Result<(), ConvertError> {
    let mut head = Vec::new();
    // File meta information is short; what follows is read on from where it ends.
    file.by_ref().take(1 << 20).read_to_end(&mut head)?;
    let (from, _) = scan::data_set(head.as_slice())?;
    let whole = io::Cursor::new(head).chain(file);
    if from == to && added.is_empty() {
        let (_, mut data) = scan::data_set(whole)?;
        io::copy(&mut data, into)?;
        return Ok(());
    }
    if from != to && !offers(&from).contains(&to) {
        return Err(ConvertError::Unsupported {
            from,
            to: to.to_owned(),
        });
    }
    let explicit = to != uids::IMPLICIT_VR_LITTLE_ENDIAN;
    if is_reversible(&from) {
        let mut bytes = Vec::new();
        whole.take(MAX_COMPRESSED).read_to_end(&mut bytes)?;
        let frames = match Image::open(&bytes) {
            Ok(image) => {
                let unsupported = || ConvertError::Unsupported {
                    from,
                    to: to.to_owned(),
                };
                Some(Frames::of(image)?.ok_or_else(unsupported)?)
            }
            // A report says that it is compressed as the images beside it are.
            Err(RenderError::NoPixels) => None,
            Err(error) => return Err(error.into()),
        };
        let (_, data) = scan::data_set(bytes.as_slice())?;
        return Transcoder::new(data, EXPLICIT_LE, explicit, frames, into).run(added);
    }
    let (_, data) = scan::data_set(whole)?;
    match TransferSyntaxRegistry.get(&from).map(|syntax| syntax.codec()) {
        Some(Codec::Dataset(Some(adapter))) => {
            // The adapter wants to own what it reads; a data set in memory is what it gets.
            let mut deflated = Vec::new();
            data.take(MAX_COMPRESSED).read_to_end(&mut deflated)?;
            let inflated = adapter.adapt_reader(Box::new(deflated.as_slice()));
            Transcoder::new(inflated, EXPLICIT_LE, explicit, None, into).run(added)
        }
        _ => {
            let encoding = match from.as_str() {
                uids::IMPLICIT_VR_LITTLE_ENDIAN => IMPLICIT_LE,
                EXPLICIT_VR_BIG_ENDIAN => EXPLICIT_BE,
                _ => EXPLICIT_LE,
            };
            Transcoder::new(data, encoding, explicit, None, into).run(added)
        }
    }
}

/// The same as a Part 10 file of its own. Of what can't be converted ([`ConvertError::Unsupported`], or a first frame that
/// can't be decoded) nothing is written: it may be given as it is instead.
///
/// # Errors
/// As [`write_data_set`].
pub fn write_file<R: Read>(file: R, to: &str, into: &mut dyn Write) -> Result<(), ConvertError> {
    write_file_adding(file, to, &[], into)
}

/// The same with empty attributes where the data set has none of these, which are in its order.
pub(crate) fn write_file_adding<R: Read>(
    mut file: R,
    to: &str,
    added: &[Tag],
    into: &mut dyn Write,
) -> Result<(), ConvertError> {
    let mut head = Vec::new();
    file.by_ref().take(1 << 20).read_to_end(&mut head)?;
    let named = scan::scan(head.as_slice(), |tag| {
        [tags::SOP_CLASS_UID, tags::SOP_INSTANCE_UID].contains(&tag)
    })?;
    let uid = |tag| {
        let text = String::from_utf8_lossy(named.bytes(tag));
        text.trim_end_matches(['\0', ' ']).to_owned()
    };
    let meta = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid(uid(tags::SOP_CLASS_UID))
        .media_storage_sop_instance_uid(uid(tags::SOP_INSTANCE_UID))
        .transfer_syntax(to)
        .implementation_class_uid(IMPLEMENTATION_CLASS_UID)
        .implementation_version_name(IMPLEMENTATION_VERSION)
        .build()
        .map_err(io::Error::other)?;
    let mut before = vec![0; 128];
    before.extend_from_slice(b"DICM");
    meta.write(&mut before).map_err(io::Error::other)?;
    let mut into = After { before, into };
    write_data_set_adding(io::Cursor::new(head).chain(file), to, added, &mut into)
}

/// Writes something before what is written first.
struct After<'a> {
    before: Vec<u8>,
    into: &'a mut dyn Write,
}

impl Write for After<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.before.is_empty() {
            self.into.write_all(&self.before)?;
            self.before.clear();
        }
        self.into.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

/// What is decompressed.
struct Frames<'a> {
    image: Image<'a>,
    /// The samples of the first, which had to be decompressed to know what they are; until they are asked for.
    first: Option<Vec<u8>>,
    /// Of all frames, without padding.
    length: u32,
    /// (0028,0004) of the decompressed samples.
    photometric: String,
}

impl<'a> Frames<'a> {
    /// `None` when its samples would not come back as they were, or are too many for one element.
    fn of(image: Image<'a>) -> Result<Option<Self>, RenderError> {
        let described = image.description();
        let frame = image.frame(0)?;
        let photometric = frame.photometric.clone();
        let same = match described.photometric.as_str() {
            // Another colour space would be converted, and that is rounded.
            "YBR_RCT" => photometric == "RGB",
            "YBR_FULL_422" => photometric == "YBR_FULL",
            "YBR_ICT" | "XYB" => false,
            told => photometric == told,
        };
        let placed = match described.word {
            Word::Integer(_) => frame.shift() == described.shift,
            // Frames of single bits follow each other without padding.
            Word::Bit => described.frames == 1 || described.pixels().is_multiple_of(8),
            Word::Float | Word::Double => false,
        };
        let first = frame.into_samples();
        let length = (first.len() as u64)
            .checked_mul(described.frames.into())
            .and_then(|length| u32::try_from(length).ok())
            .filter(|length| (1..u32::MAX - 1).contains(length));
        Ok(length.filter(|_| same && placed).map(|length| Self {
            image,
            first: Some(first),
            length,
            photometric,
        }))
    }

    /// The samples of a frame, each of which is decompressed once.
    fn samples(&mut self, index: u32) -> Result<Vec<u8>, ConvertError> {
        if index == 0
            && let Some(first) = self.first.take()
        {
            return Ok(first);
        }
        let frame = self.image.frame(index)?;
        if frame.photometric != self.photometric {
            return Err(HeaderError::Malformed {
                at: 0,
                what: "its frames differ in their colour space",
            }
            .into());
        }
        Ok(frame.into_samples())
    }
}

#[cfg(test)]
mod tests;
