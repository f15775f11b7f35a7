//! An instance in another transfer syntax than it is kept in, for a reader who does not take that one: the same values,
//! and the same samples. Only where nothing is lost: what was compressed with loss is given as it is or not at all.
//!
//! Values are copied as the bytes that they are and never decoded (dicom-object 0.10 would damage Japanese text), so
//! that memory does not grow with an uncompressed object; of a compressed one the file is held, and one frame.

use std::io::{self, Read, Write};

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags, uids};
use dicom_encoding::{Codec, TransferSyntaxIndex};
use dicom_object::FileMetaTableBuilder;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::header::HeaderError;
use crate::render::RenderError;
use crate::render::frame::Frame;
use crate::scan;
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION};

/// The largest compressed file that is decompressed, bytes.
const MAX_COMPRESSED: u64 = 1 << 30;
/// Deepest nesting of sequences.
const MAX_DEPTH: u32 = 32;

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
const UNDEFINED: u32 = u32::MAX;

/// Compressed so that the samples come back as they were, by coders that we have.
const REVERSIBLE: [&str; 7] = [
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
];

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
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN => {
            &[uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN]
        }
        other if REVERSIBLE.contains(&other) => {
            &[uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN]
        }
        _ => &[],
    }
}

/// Writes the data set of the Part 10 file in `file` as it is in transfer syntax `to`.
///
/// # Errors
/// [`ConvertError`]; a part may be written then.
pub fn write_data_set<R: Read>(mut file: R, to: &str, into: &mut dyn Write) -> Result<(), ConvertError> {
    let mut head = Vec::new();
    // File meta information is short; what follows is read on from where it ends.
    file.by_ref().take(1 << 20).read_to_end(&mut head)?;
    let (from, _) = scan::data_set(head.as_slice())?;
    let whole = io::Cursor::new(head).chain(file);
    if from == to {
        let (_, mut data) = scan::data_set(whole)?;
        io::copy(&mut data, into)?;
        return Ok(());
    }
    if !offers(&from).contains(&to) {
        return Err(ConvertError::Unsupported {
            from,
            to: to.to_owned(),
        });
    }
    let explicit = to != uids::IMPLICIT_VR_LITTLE_ENDIAN;
    if REVERSIBLE.contains(&from.as_str()) {
        let mut bytes = Vec::new();
        whole.take(MAX_COMPRESSED).read_to_end(&mut bytes)?;
        let frames = Frames::of(&bytes).ok_or_else(|| ConvertError::Unsupported {
            from,
            to: to.to_owned(),
        })?;
        let (_, data) = scan::data_set(bytes.as_slice())?;
        return Transcoder::new(data, true, explicit, Some(frames), into).run();
    }
    let (_, data) = scan::data_set(whole)?;
    match TransferSyntaxRegistry.get(&from).map(|syntax| syntax.codec()) {
        Some(Codec::Dataset(Some(adapter))) => {
            // The adapter wants to own what it reads; a data set in memory is what it gets.
            let mut deflated = Vec::new();
            data.take(MAX_COMPRESSED).read_to_end(&mut deflated)?;
            let inflated = adapter.adapt_reader(Box::new(deflated.as_slice()));
            Transcoder::new(inflated, true, explicit, None, into).run()
        }
        _ => Transcoder::new(
            data,
            from != uids::IMPLICIT_VR_LITTLE_ENDIAN,
            explicit,
            None,
            into,
        )
        .run(),
    }
}

/// The same as a Part 10 file of its own.
///
/// # Errors
/// As [`write_data_set`].
pub fn write_file<R: Read>(mut file: R, to: &str, into: &mut dyn Write) -> Result<(), ConvertError> {
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
    into.write_all(&[0; 128])?;
    into.write_all(b"DICM")?;
    meta.write(&mut *into).map_err(io::Error::other)?;
    write_data_set(io::Cursor::new(head).chain(file), to, into)
}

/// What is decompressed.
struct Frames<'a> {
    file: &'a [u8],
    count: u32,
    /// Of all frames, without padding.
    length: u32,
    samples: u16,
}

impl<'a> Frames<'a> {
    /// `None` when its samples would not come back as they were, or are too many for one element.
    fn of(file: &'a [u8]) -> Option<Self> {
        let wanted = [
            tags::SAMPLES_PER_PIXEL,
            tags::PHOTOMETRIC_INTERPRETATION,
            tags::NUMBER_OF_FRAMES,
            tags::ROWS,
            tags::COLUMNS,
            tags::BITS_ALLOCATED,
        ];
        let scanned = scan::scan(file, |tag| wanted.contains(&tag)).ok()?;
        let text = |tag| {
            String::from_utf8_lossy(scanned.bytes(tag))
                .trim_matches([' ', '\0'])
                .to_owned()
        };
        let samples = scanned.u16(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        let photometric = text(tags::PHOTOMETRIC_INTERPRETATION);
        let reversible = match samples {
            1 => photometric.starts_with("MONOCHROME"),
            // Another colour space would be converted, and that is rounded.
            3 => photometric == "RGB" || photometric == "YBR_RCT",
            _ => false,
        };
        let count = text(tags::NUMBER_OF_FRAMES).parse().unwrap_or(1_u32);
        let pixels = u64::from(scanned.u16(tags::ROWS)?) * u64::from(scanned.u16(tags::COLUMNS)?);
        let bytes = u64::from(scanned.u16(tags::BITS_ALLOCATED)? / 8) * u64::from(samples);
        let length = pixels.checked_mul(bytes)?.checked_mul(count.into())?;
        let length = u32::try_from(length)
            .ok()
            .filter(|length| *length < UNDEFINED - 1)?;
        (reversible && count > 0 && length > 0).then_some(Self {
            file,
            count,
            length,
            samples,
        })
    }
}

/// What follows a tag.
struct Head {
    vr: [u8; 2],
    length: u32,
}

struct Transcoder<'a, R> {
    from: R,
    explicit: bool,
    to_explicit: bool,
    frames: Option<Frames<'a>>,
    into: &'a mut dyn Write,
    /// Bytes read.
    at: u64,
    /// (0028,0103), which decides between US and SS.
    signed: bool,
}

impl<'a, R: Read> Transcoder<'a, R> {
    fn new(
        from: R,
        explicit: bool,
        to_explicit: bool,
        frames: Option<Frames<'a>>,
        into: &'a mut dyn Write,
    ) -> Self {
        Self {
            from,
            explicit,
            to_explicit,
            frames,
            into,
            at: 0,
            signed: false,
        }
    }

    fn run(mut self) -> Result<(), ConvertError> {
        let explicit = self.explicit;
        while let Some(tag) = self.tag_or_end()? {
            let head = self.head(tag, explicit)?;
            self.element(tag, &head, explicit, 0)?;
        }
        Ok(())
    }

    fn element(&mut self, tag: Tag, head: &Head, explicit: bool, depth: u32) -> Result<(), ConvertError> {
        if depth > MAX_DEPTH {
            return Err(malformed("its sequences are nested too deeply"));
        }
        if depth == 0 && self.changed(tag, head)? {
            return Ok(());
        }
        let vr = if explicit { head.vr } else { self.vr_of(tag) };
        let sequence = vr == *b"SQ" || head.length == UNDEFINED;
        if sequence {
            // PS3.5 6.2.2, note 2: UN of undefined length holds a sequence in Implicit VR Little Endian.
            let inner = explicit && vr != *b"UN";
            self.write_head(tag, *b"SQ", UNDEFINED)?;
            self.items(head.length, inner, depth)?;
            return self.write_item(SEQUENCE_END, 0);
        }
        if tag.element() == 0 {
            // The length of a group (retired) would be another one.
            return self.skip(head.length);
        }
        self.write_head(tag, vr, head.length)?;
        if tag == tags::PIXEL_REPRESENTATION && head.length == 2 {
            let value = self.take::<2>()?;
            self.signed = value[0] == 1;
            self.into.write_all(&value)?;
            return Ok(());
        }
        self.copy(head.length)
    }

    /// What is another value, or none, after decompression. Whether it was dealt with.
    fn changed(&mut self, tag: Tag, head: &Head) -> Result<bool, ConvertError> {
        let Some(frames) = &self.frames else {
            return Ok(false);
        };
        let (samples, count, length) = (frames.samples, frames.count, frames.length);
        match tag {
            tags::PHOTOMETRIC_INTERPRETATION if samples == 3 => {
                self.skip(head.length)?;
                self.write_head(tag, *b"CS", 4)?;
                self.into.write_all(b"RGB ")?;
            }
            tags::PLANAR_CONFIGURATION if samples == 3 => {
                self.skip(head.length)?;
                self.write_head(tag, *b"US", 2)?;
                self.into.write_all(&[0, 0])?;
            }
            // Where the frames begin among the fragments.
            Tag(0x7fe0, 0x0001..=0x0003) => self.skip(head.length)?,
            tags::PIXEL_DATA => {
                if head.length != UNDEFINED {
                    return Ok(false);
                }
                self.skip_fragments()?;
                self.write_head(tag, *b"OW", length.next_multiple_of(2))?;
                let mut written = 0;
                for index in 0..count {
                    let file = self.frames.as_ref().map(|frames| frames.file).unwrap_or_default();
                    let samples = Frame::decode(file, index)?.into_samples();
                    written += samples.len() as u64;
                    self.into.write_all(&samples)?;
                }
                if written != u64::from(length) {
                    return Err(malformed("it has other samples than its header says"));
                }
                if written % 2 == 1 {
                    self.into.write_all(&[0])?;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The items of a sequence, of this length or until it ends.
    fn items(&mut self, length: u32, explicit: bool, depth: u32) -> Result<(), ConvertError> {
        let end = self.end(length);
        while end.is_none_or(|end| self.at < end) {
            let (tag, size) = (self.tag()?, self.number()?);
            match tag {
                SEQUENCE_END => return Ok(()),
                ITEM => {}
                _ => return Err(malformed("a sequence holds something that is not an item")),
            }
            self.write_item(ITEM, UNDEFINED)?;
            let end = self.end(size);
            while end.is_none_or(|end| self.at < end) {
                let tag = self.tag()?;
                let head = self.head(tag, explicit)?;
                if tag == ITEM_END {
                    break;
                }
                self.element(tag, &head, explicit, depth + 1)?;
            }
            self.write_item(ITEM_END, 0)?;
        }
        Ok(())
    }

    /// Where a value of this length that begins here ends; `None` where only its end says so.
    fn end(&self, length: u32) -> Option<u64> {
        (length != UNDEFINED).then(|| self.at + u64::from(length))
    }

    fn skip_fragments(&mut self) -> Result<(), ConvertError> {
        loop {
            let (tag, length) = (self.tag()?, self.number()?);
            match tag {
                SEQUENCE_END => return Ok(()),
                ITEM if length != UNDEFINED => self.skip(length)?,
                _ => return Err(malformed("its fragments are damaged")),
            }
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ConvertError> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u32, ConvertError> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    fn tag(&mut self) -> Result<Tag, ConvertError> {
        self.tag_or_end()?
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }

    /// The next tag; `None` at the end of the data set.
    fn tag_or_end(&mut self) -> Result<Option<Tag>, ConvertError> {
        let mut bytes = [0; 4];
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.from.read(rest)? {
                0 if read == 0 => return Ok(None),
                0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                more => read += more,
            }
        }
        self.at += 4;
        let [a, b, c, d] = bytes;
        Ok(Some(Tag(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))))
    }

    /// VR and length (PS3.5 7.1.2, 7.1.3, 7.5).
    fn head(&mut self, tag: Tag, explicit: bool) -> Result<Head, ConvertError> {
        if tag.group() == 0xfffe || !explicit {
            let length = self.number()?;
            return Ok(Head { vr: *b"UN", length });
        }
        let vr = self.take::<2>()?;
        if !vr.iter().all(u8::is_ascii_uppercase) {
            return Err(malformed("an element has no value representation"));
        }
        let length = if has_short_length(vr) {
            u16::from_le_bytes(self.take()?).into()
        } else {
            self.take::<2>()?;
            self.number()?
        };
        Ok(Head { vr, length })
    }

    /// The VR of an element that comes without (PS3.5 A.1, PS3.6).
    fn vr_of(&self, tag: Tag) -> [u8; 2] {
        if tag.element() == 0 {
            return *b"UL";
        }
        if tag.group() % 2 == 1 {
            return if (0x10..=0xff).contains(&tag.element()) {
                *b"LO"
            } else {
                *b"UN"
            };
        }
        let Some(entry) = StandardDataDictionary.by_tag(tag) else {
            return *b"UN";
        };
        let vr = match entry.vr() {
            VirtualVr::Exact(vr) => vr,
            VirtualVr::Xs if self.signed => VR::SS,
            VirtualVr::Xs | VirtualVr::Lt => VR::US,
            _ => VR::OW,
        };
        vr.to_bytes()
    }

    fn write_head(&mut self, tag: Tag, vr: [u8; 2], length: u32) -> Result<(), ConvertError> {
        self.write_tag(tag)?;
        if !self.to_explicit {
            self.into.write_all(&length.to_le_bytes())?;
            return Ok(());
        }
        match u16::try_from(length) {
            Ok(short) if has_short_length(vr) => {
                self.into.write_all(&vr)?;
                self.into.write_all(&short.to_le_bytes())?;
            }
            _ => {
                // PS3.5 6.2.2, note 7: a value that is too long for its VR is of VR UN.
                let vr = if has_short_length(vr) { *b"UN" } else { vr };
                self.into.write_all(&vr)?;
                self.into.write_all(&[0, 0])?;
                self.into.write_all(&length.to_le_bytes())?;
            }
        }
        Ok(())
    }

    fn write_item(&mut self, tag: Tag, length: u32) -> Result<(), ConvertError> {
        self.write_tag(tag)?;
        self.into.write_all(&length.to_le_bytes())?;
        Ok(())
    }

    fn write_tag(&mut self, tag: Tag) -> Result<(), ConvertError> {
        self.into.write_all(&tag.group().to_le_bytes())?;
        self.into.write_all(&tag.element().to_le_bytes())?;
        Ok(())
    }

    fn copy(&mut self, length: u32) -> Result<(), ConvertError> {
        self.pass(length, |into, bytes| into.write_all(bytes))
    }

    fn skip(&mut self, length: u32) -> Result<(), ConvertError> {
        if length == UNDEFINED {
            return self.skip_fragments();
        }
        self.pass(length, |_, _| Ok(()))
    }

    fn pass(
        &mut self,
        length: u32,
        mut take: impl FnMut(&mut dyn Write, &[u8]) -> io::Result<()>,
    ) -> Result<(), ConvertError> {
        let mut buffer = [0; 16 * 1024];
        let mut left = length as usize;
        while left > 0 {
            let most = left.min(buffer.len());
            let part = buffer.get_mut(..most).unwrap_or_default();
            self.from.read_exact(part)?;
            take(self.into, part)?;
            left -= most;
        }
        self.at += u64::from(length);
        Ok(())
    }
}

fn malformed(what: &'static str) -> ConvertError {
    HeaderError::Malformed { at: 0, what }.into()
}

/// VRs whose length has 16 bits (PS3.5 7.1.2).
fn has_short_length(vr: [u8; 2]) -> bool {
    scan::SHORT_LENGTH.contains(&&vr)
}
