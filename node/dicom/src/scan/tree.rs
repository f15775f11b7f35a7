//! A data set as a tree of raw values, up to its pixels, which stay a stream: what is needed to write it anew, to read a
//! DICOMDIR, and, with long values only where they lie, to tell what it says.

use std::io::{self, ErrorKind, Read};

use dicom_core::Tag;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_dictionary_std::{StandardDataDictionary, tags, uids};
use dicom_encoding::{Codec, TransferSyntaxIndex};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use super::source::Source;
use super::{
    Encoding, IMPLICIT_LE, ITEM, ITEM_END, MAX_BYTES, MAX_DEPTH, MAX_INFLATED, SEQUENCE_END, SHORT_LENGTH,
    Scanned, Walk, encoding_of, padded_text, read_meta, start,
};
use crate::header::HeaderError;

/// Most bytes of values that are held: of all, and of short ones.
const MAX_HELD: u64 = 128 << 20;
const MAX_SHORT_HELD: u64 = 16 << 20;
/// Most elements whose short values are held.
const MAX_SHORT_ELEMENTS: u32 = 200_000;
/// Longest short value, bytes: of text, and of another kind.
const MAX_TEXT: u32 = 64 * 1024;
const MAX_INLINE: u32 = 1024;

/// What of the values is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// All.
    All,
    /// All that is there: a sequence may promise more.
    WhatIsThere,
    /// Short ones; of long ones, where they lie.
    Short,
}

/// One element with its raw value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) tag: Tag,
    /// As written; in Implicit VR that of the dictionary, `UN` for what it does not know.
    pub(crate) vr: [u8; 2],
    pub(crate) value: Content,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    Items(Vec<Vec<Element>>),
    /// It is long: where it is in the file (nowhere in a deflated one), and its length, which fragments do not have. There
    /// is none where all is kept.
    Elsewhere {
        at: Option<u64>,
        length: Option<u32>,
    },
}

/// The element of the pixels: its value is read from the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PixelElement {
    pub(crate) tag: Tag,
    vr: [u8; 2],
    /// `None`: encapsulated.
    length: Option<u32>,
}

/// A Part 10 file, read up to its pixels.
pub(crate) struct Tree<'r> {
    /// (0002,0010); empty when missing.
    pub(crate) transfer_syntax: String,
    /// (0002,0002), without padding.
    pub(crate) media_storage_sop_class: String,
    pub(crate) encoding: Encoding,
    pub(crate) elements: Vec<Element>,
    pub(crate) pixels: Option<PixelElement>,
    rest: Source<Box<dyn Read + 'r>>,
}

/// Reads the Part 10 file in `reader` up to its pixels, bounded.
pub(crate) fn read_tree<'r>(reader: impl Read + 'r) -> Result<Tree<'r>, HeaderError> {
    read(reader, Keep::All)
}

/// The same, of a file whose sequences may promise more than there is: what is there is given.
pub(crate) fn read_what_is_there<'r>(reader: impl Read + 'r) -> Result<Tree<'r>, HeaderError> {
    read(reader, Keep::WhatIsThere)
}

/// The same with the pixels among the elements, and all long values only where they lie.
pub(crate) fn read_short<'r>(reader: impl Read + 'r) -> Result<Tree<'r>, HeaderError> {
    let mut tree = read(reader, Keep::Short)?;
    if let Some(pixels) = tree.pixels {
        tree.elements.push(Element {
            tag: pixels.tag,
            vr: pixels.vr,
            value: Content::Elsewhere {
                at: (!tree.is_deflated()).then(|| tree.rest.at()),
                length: pixels.length,
            },
        });
    }
    Ok(tree)
}

fn read<'r>(reader: impl Read + 'r, keep: Keep) -> Result<Tree<'r>, HeaderError> {
    let reader: Box<dyn Read + 'r> = Box::new(reader);
    let mut source = Source::new(reader, MAX_BYTES);
    start(&mut source, &mut Vec::new())?;
    let meta = read_meta(&mut source)?;
    let text = |tag| meta.get(&tag).map(|value| padded_text(value)).unwrap_or_default();
    let declared = text(tags::TRANSFER_SYNTAX_UID);
    let codec = TransferSyntaxRegistry.get(&declared).map(|syntax| syntax.codec());
    let (mut rest, in_file): (Source<Box<dyn Read + 'r>>, bool) = match codec {
        Some(Codec::Dataset(Some(adapter))) => {
            let inflated = adapter.adapt_reader(Box::new(source));
            (Source::new(inflated, MAX_INFLATED), false)
        }
        _ => (source, true),
    };
    let mut scanned = Scanned::of(declared);
    let encoding = encoding_of(&mut rest, &mut scanned)?;
    let mut reading = Reading {
        walk: Walk {
            source: &mut rest,
            elements: 0,
        },
        held: 0,
        keep,
        in_file,
        signed: false,
    };
    let (elements, pixels) = reading.data_set(encoding)?;
    Ok(Tree {
        transfer_syntax: scanned.transfer_syntax,
        media_storage_sop_class: text(tags::MEDIA_STORAGE_SOP_CLASS_UID),
        encoding,
        elements,
        pixels,
        rest,
    })
}

impl<'r> Tree<'r> {
    /// The raw value of a top-level element, empty when there is none.
    pub(crate) fn bytes(&self, tag: Tag) -> &[u8] {
        bytes_of(&self.elements, tag)
    }

    /// Whether its data set is deflated in the file.
    pub(crate) fn is_deflated(&self) -> bool {
        self.transfer_syntax == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN
    }

    /// The pixels' element as it is written, and nothing behind it.
    pub(crate) fn into_pixels(self) -> Option<PixelStream<'r>> {
        let pixels = self.pixels?;
        let mut head = Vec::new();
        write_head(&mut head, pixels.tag, pixels.vr, pixels.length, self.encoding);
        Some(PixelStream {
            bounded: self.is_deflated(),
            source: self.rest,
            big_endian: self.encoding.big_endian,
            head,
            given: 0,
            left: pixels.length.map_or(0, u64::from),
            fragments: pixels.length.is_none(),
        })
    }
}

/// The raw value of an element among `elements`, empty when there is none.
pub(crate) fn bytes_of(elements: &[Element], tag: Tag) -> &[u8] {
    let found = elements.iter().find(|element| element.tag == tag);
    match found.map(|element| &element.value) {
        Some(Content::Bytes(bytes)) => bytes,
        _ => &[],
    }
}

/// The VR that the dictionary gives, and whether it knows the attribute.
pub(crate) fn dictionary_vr(tag: Tag) -> Option<[u8; 2]> {
    let entry = StandardDataDictionary.by_tag(tag)?;
    let vr = entry.vr().relaxed().to_bytes();
    Some(vr)
}

struct Reading<'s, R> {
    walk: Walk<'s, R>,
    held: u64,
    keep: Keep,
    /// Whether offsets in what is read are those in the file.
    in_file: bool,
    /// (0028,0103): whether samples are signed, which decides what "US or SS" is in an implicit encoding.
    signed: bool,
}

impl<R: Read> Reading<'_, R> {
    fn data_set(&mut self, encoding: Encoding) -> Result<(Vec<Element>, Option<PixelElement>), HeaderError> {
        let mut elements = Vec::new();
        while let Some(tag) = self.walk.source.tag(encoding.big_endian)? {
            let (vr, length) = self.head(tag, encoding)?;
            if tag.group() == 0x7fe0 && matches!(tag.element(), 0x0008..=0x0010) {
                return Ok((elements, Some(PixelElement { tag, vr, length })));
            }
            // Before the pixels there may be an extended offset table (7FE0,0001); behind them is nothing of use.
            if tag.group() > 0x7fe0 || (tag.group() == 0x7fe0 && tag.element() > 0x0010) {
                break;
            }
            elements.push(self.element(tag, vr, length, encoding, 0)?);
        }
        Ok((elements, None))
    }

    fn head(&mut self, tag: Tag, encoding: Encoding) -> Result<([u8; 2], Option<u32>), HeaderError> {
        let head = self.walk.element(tag, encoding)?;
        if self.keep == Keep::Short && self.walk.elements > MAX_SHORT_ELEMENTS {
            return Err(HeaderError::TooLarge {
                what: "it has more than 200,000 elements",
            });
        }
        let vr = if encoding.explicit {
            head.vr
        } else {
            implicit_vr(tag, self.signed)
        };
        Ok((vr, head.length))
    }

    fn element(
        &mut self,
        tag: Tag,
        vr: [u8; 2],
        length: Option<u32>,
        encoding: Encoding,
        depth: u32,
    ) -> Result<Element, HeaderError> {
        // PS3.5 6.2.2, note 2: UN may hold a sequence in Implicit VR Little Endian.
        let hidden = vr == *b"UN" && (length.is_none() || dictionary_vr(tag) == Some(*b"SQ"));
        if vr == *b"SQ" || hidden {
            let inner = if vr == *b"UN" { IMPLICIT_LE } else { encoding };
            let mut items = self.items(length, inner, depth + 1)?;
            if inner.big_endian != encoding.big_endian {
                // Their values would have to be turned round; nobody writes such files today.
                items.clear();
            }
            return Ok(Element {
                tag,
                vr: *b"SQ",
                value: Content::Items(items),
            });
        }
        let at = self.in_file.then(|| self.walk.source.at());
        let value = match length {
            Some(length) if self.keep == Keep::Short && length > longest(vr) => {
                self.walk.source.skip(length)?;
                Content::Elsewhere {
                    at,
                    length: Some(length),
                }
            }
            Some(length) => Content::Bytes(self.bytes(length)?),
            // Fragments of an icon.
            None if self.keep == Keep::Short => {
                self.walk.skip_sequence(vr, encoding, depth)?;
                Content::Elsewhere { at, length: None }
            }
            None => {
                let what = "a value that is no sequence has no length";
                return Err(self.walk.source.malformed(what));
            }
        };
        if let (tags::PIXEL_REPRESENTATION, Content::Bytes(bytes)) = (tag, &value) {
            self.signed = bytes.contains(&1);
        }
        Ok(Element { tag, vr, value })
    }

    fn bytes(&mut self, length: u32) -> Result<Vec<u8>, HeaderError> {
        let (overhead, most) = if self.keep == Keep::Short {
            (std::mem::size_of::<Element>() as u64, MAX_SHORT_HELD)
        } else {
            (0, MAX_HELD)
        };
        self.held += u64::from(length) + overhead;
        if self.held > most {
            return Err(HeaderError::TooLarge {
                what: "its values before the image",
            });
        }
        self.walk.source.bytes(length)
    }

    fn items(
        &mut self,
        length: Option<u32>,
        encoding: Encoding,
        depth: u32,
    ) -> Result<Vec<Vec<Element>>, HeaderError> {
        if depth > MAX_DEPTH {
            return Err(HeaderError::TooLarge {
                what: "its sequences are nested too deeply",
            });
        }
        let end = self.end(length);
        let mut items = Vec::new();
        while end.is_none_or(|end| self.walk.source.at() < end) {
            let Some(tag) = self.walk.source.tag(encoding.big_endian)? else {
                if self.keep == Keep::WhatIsThere {
                    return Ok(items);
                }
                return Err(self.walk.source.truncated());
            };
            let (_, length) = self.head(tag, encoding)?;
            match tag {
                SEQUENCE_END => return Ok(items),
                ITEM => items.push(self.item(length, encoding, depth)?),
                _ => {
                    let what = "a sequence holds something that is not an item";
                    return Err(self.walk.source.malformed(what));
                }
            }
        }
        Ok(items)
    }

    /// Where a value of this length that begins here ends; `None` where only its end says so.
    fn end(&self, length: Option<u32>) -> Option<u64> {
        length.map(|length| self.walk.source.at().saturating_add(length.into()))
    }

    fn item(
        &mut self,
        length: Option<u32>,
        encoding: Encoding,
        depth: u32,
    ) -> Result<Vec<Element>, HeaderError> {
        let end = self.end(length);
        let mut elements = Vec::new();
        while end.is_none_or(|end| self.walk.source.at() < end) {
            match self.item_element(encoding, depth) {
                Ok(Some(element)) => elements.push(element),
                Ok(None) => return Ok(elements),
                Err(HeaderError::Truncated { .. }) if self.keep == Keep::WhatIsThere => return Ok(elements),
                Err(error) => return Err(error),
            }
        }
        Ok(elements)
    }

    /// The next element of an item; `None` at its end.
    fn item_element(&mut self, encoding: Encoding, depth: u32) -> Result<Option<Element>, HeaderError> {
        let Some(tag) = self.walk.source.tag(encoding.big_endian)? else {
            return Err(self.walk.source.truncated());
        };
        let (vr, length) = self.head(tag, encoding)?;
        if tag == ITEM_END {
            return Ok(None);
        }
        self.element(tag, vr, length, encoding, depth).map(Some)
    }
}

/// The longest value of this VR that is short.
fn longest(vr: [u8; 2]) -> u32 {
    if is_text(vr) || vr == *b"UI" {
        MAX_TEXT
    } else {
        MAX_INLINE
    }
}

/// The VR of an element that comes without (PS3.5 A.1, PS3.6): `UN` for what the dictionary does not know.
pub(crate) fn implicit_vr(tag: Tag, signed: bool) -> [u8; 2] {
    if tag.group() % 2 == 1 {
        let creator = (0x0010..=0x00ff).contains(&tag.element());
        return if creator { *b"LO" } else { *b"UN" };
    }
    match StandardDataDictionary.by_tag(tag).map(|entry| entry.vr()) {
        Some(VirtualVr::Xs) if signed => *b"SS",
        Some(vr) => vr.relaxed().to_bytes(),
        None => *b"UN",
    }
}

/// Writes elements; sequences with delimiters, whatever they were written with.
pub(crate) fn write_elements(out: &mut Vec<u8>, elements: &[Element], encoding: Encoding) {
    for element in elements {
        match &element.value {
            Content::Bytes(bytes) => {
                let length = bytes.len().next_multiple_of(2);
                let long = length > usize::from(u16::MAX) && SHORT_LENGTH.contains(&&element.vr);
                // PS3.5 6.2.2, note 3: what does not fit its VR is written as UN.
                let vr = if long { *b"UN" } else { element.vr };
                write_head(out, element.tag, vr, u32::try_from(length).ok(), encoding);
                out.extend_from_slice(bytes);
                if length > bytes.len() {
                    out.push(if is_text(element.vr) { b' ' } else { 0 });
                }
            }
            Content::Items(items) => {
                write_head(out, element.tag, *b"SQ", None, encoding);
                for item in items {
                    write_head(out, ITEM, *b"  ", None, encoding);
                    write_elements(out, item, encoding);
                    write_head(out, ITEM_END, *b"  ", Some(0), encoding);
                }
                write_head(out, SEQUENCE_END, *b"  ", Some(0), encoding);
            }
            // There is none in what is written.
            Content::Elsewhere { .. } => {}
        }
    }
}

/// Whether values of this VR are text, padded with a space.
pub(crate) fn is_text(vr: [u8; 2]) -> bool {
    [
        b"AE", b"AS", b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"LT", b"PN", b"SH", b"ST", b"TM", b"UC",
        b"UR", b"UT",
    ]
    .contains(&&vr)
}

fn write_head(out: &mut Vec<u8>, tag: Tag, vr: [u8; 2], length: Option<u32>, encoding: Encoding) {
    let big = encoding.big_endian;
    let short = |number: u16| {
        if big {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    };
    let long = |number: u32| {
        if big {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    };
    out.extend_from_slice(&short(tag.group()));
    out.extend_from_slice(&short(tag.element()));
    let length = length.unwrap_or(u32::MAX);
    if tag.group() == 0xfffe || !encoding.explicit {
        out.extend_from_slice(&long(length));
        return;
    }
    out.extend_from_slice(&vr);
    match u16::try_from(length) {
        Ok(length) if SHORT_LENGTH.contains(&&vr) => out.extend_from_slice(&short(length)),
        _ => {
            out.extend_from_slice(&[0, 0]);
            out.extend_from_slice(&long(length));
        }
    }
}

/// The pixels' element, read as it is written; what comes behind it in the file is not given.
pub(crate) struct PixelStream<'r> {
    /// Whether it is inflated, and may be more than its file: other pixels are as many as the file has.
    bounded: bool,
    source: Source<Box<dyn Read + 'r>>,
    big_endian: bool,
    /// What is given before anything is read.
    head: Vec<u8>,
    given: usize,
    /// Of the value or of the fragment.
    left: u64,
    /// Whether another fragment is to come.
    fragments: bool,
}

impl PixelStream<'_> {
    /// What is given first, as long as nothing was read.
    pub(crate) fn beginning(&self) -> &[u8] {
        &self.head
    }

    /// Reads the head of the next fragment.
    fn next_fragment(&mut self) -> io::Result<()> {
        let head: [u8; 8] = self.source.array().map_err(into_io)?;
        let [a, b, c, d, length @ ..] = head;
        let tag = if self.big_endian {
            Tag(u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
        } else {
            Tag(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
        };
        let length = if self.big_endian {
            u32::from_be_bytes(length)
        } else {
            u32::from_le_bytes(length)
        };
        match tag {
            SEQUENCE_END => self.fragments = false,
            ITEM if length != u32::MAX => self.left = length.into(),
            _ => {
                return Err(io::Error::new(
                    ErrorKind::InvalidData,
                    "the compressed pixels are not divided into fragments as they should be",
                ));
            }
        }
        (self.head, self.given) = (head.to_vec(), 0);
        Ok(())
    }
}

fn into_io(error: HeaderError) -> io::Error {
    match error {
        HeaderError::Io(error) => error,
        error @ HeaderError::Truncated { .. } => io::Error::new(ErrorKind::UnexpectedEof, error),
        error => io::Error::new(ErrorKind::InvalidData, error),
    }
}

impl Read for PixelStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.bounded && self.source.is_over() {
                return Err(io::Error::new(
                    ErrorKind::InvalidData,
                    "the deflated pixels are too many",
                ));
            }
            let head = self.head.get(self.given..).unwrap_or_default();
            if !head.is_empty() {
                let count = head.len().min(buffer.len());
                buffer[..count].copy_from_slice(&head[..count]);
                self.given += count;
                return Ok(count);
            }
            if self.left > 0 {
                let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
                let count = self.source.read(&mut buffer[..most])?;
                if count == 0 && most > 0 {
                    return Err(io::Error::new(
                        ErrorKind::UnexpectedEof,
                        "the pixels are incomplete",
                    ));
                }
                self.left -= count as u64;
                return Ok(count);
            }
            if !self.fragments {
                return Ok(0);
            }
            self.next_fragment()?;
        }
    }
}
