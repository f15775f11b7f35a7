//! A bounded walk over the elements of a Part 10 file (PS3.10 section 7, PS3.5 section 7): keeps the wanted
//! values as the bytes they are, steps over everything else, stops at the pixels.
//!
//! Written here rather than left to dicom-object for two reasons: text must keep its source bytes (dicom-object
//! 0.10 decodes them with the first character set only), and lengths that a hostile file declares must never
//! become allocations.

use std::collections::BTreeMap;
use std::io::Read;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::{Codec, TransferSyntaxIndex};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::header::{HeaderError, HeaderNote};

pub(crate) mod meta;
mod source;
pub(crate) mod tree;
use source::Source;

/// Longest value that is kept, bytes: far above any value of a header that we show.
const MAX_VALUE: u32 = 64 * 1024;
/// Most elements that are walked, at all levels together.
const MAX_ELEMENTS: u32 = 1_000_000;
/// Most file meta elements (PS3.10 defines 20).
const MAX_META: usize = 128;
/// Deepest nesting of sequences.
const MAX_DEPTH: u32 = 32;
/// Most bytes before the pixels; in a deflated data set this is what bounds a decompression bomb.
const MAX_BYTES: u64 = 1 << 30;
const MAX_INFLATED: u64 = 1 << 28;

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    pub(crate) explicit: bool,
    pub(crate) big_endian: bool,
}

pub(crate) const IMPLICIT_LE: Encoding = Encoding {
    explicit: false,
    big_endian: false,
};
pub(crate) const EXPLICIT_LE: Encoding = Encoding {
    explicit: true,
    big_endian: false,
};
pub(crate) const EXPLICIT_BE: Encoding = Encoding {
    explicit: true,
    big_endian: true,
};

/// PS3.5 7.5: what divides sequences.
pub(crate) const ITEM: Tag = Tag(0xfffe, 0xe000);
pub(crate) const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
pub(crate) const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

/// The element at which a walk stopped because pixels begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pixels {
    /// (7FE0,0010), or one of the elements for samples of floating point.
    pub(crate) tag: Tag,
    /// As it is written; blanks in an implicit encoding.
    pub(crate) vr: [u8; 2],
    /// Offset of the value in the file; `None` in a deflated data set.
    pub(crate) value_at: Option<u64>,
    /// Length of native pixels, bytes; `None` when they are encapsulated.
    pub(crate) length: Option<u32>,
}

impl Pixels {
    /// The least length of the file, where that is known.
    pub(crate) fn end(&self) -> Option<u64> {
        Some(self.value_at?.saturating_add(self.length?.into()))
    }
}

/// What a walk kept.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// (0002,0010) without padding; empty when missing.
    pub(crate) transfer_syntax: String,
    /// (0002,0003), raw.
    pub(crate) meta_sop_instance: Vec<u8>,
    /// The wanted top-level values, raw.
    values: BTreeMap<Tag, Vec<u8>>,
    pub(crate) pixels: Option<Pixels>,
    pub(crate) notes: Vec<HeaderNote>,
    pub(crate) big_endian: bool,
}

impl Scanned {
    /// Nothing yet, of a file with this transfer syntax.
    fn of(transfer_syntax: String) -> Self {
        Self {
            transfer_syntax,
            meta_sop_instance: Vec::new(),
            values: BTreeMap::new(),
            pixels: None,
            notes: Vec::new(),
            big_endian: false,
        }
    }

    /// The raw bytes of an element, empty when absent.
    pub(crate) fn bytes(&self, tag: Tag) -> &[u8] {
        self.values.get(&tag).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the element is there, with a value or without.
    pub(crate) fn has(&self, tag: Tag) -> bool {
        self.values.contains_key(&tag)
    }

    /// The first value of an element of VR US.
    pub(crate) fn u16(&self, tag: Tag) -> Option<u16> {
        let pair: [u8; 2] = self.bytes(tag).get(..2)?.try_into().ok()?;
        Some(if self.big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    }
}

/// One element's header, after its tag.
struct Element {
    vr: [u8; 2],
    /// `None`: of undefined length, ends with a delimiter.
    length: Option<u32>,
}

/// Walks the Part 10 file in `reader` and keeps the top-level values for which `wanted` holds.
pub(crate) fn scan<R: Read>(reader: R, wanted: impl Fn(Tag) -> bool) -> Result<Scanned, HeaderError> {
    scan_until(reader, wanted, None)
}

/// The raw value of one top-level element, behind which nothing is read; `None` when there is none before the pixels.
pub(crate) fn first_value<R: Read>(reader: R, tag: Tag) -> Result<Option<Vec<u8>>, HeaderError> {
    let mut scanned = scan_until(reader, |one| one == tag, Some(tag))?;
    Ok(scanned.values.remove(&tag))
}

/// The transfer syntax of the Part 10 file in `reader`, and its data set.
pub(crate) fn data_set<R: Read>(reader: R) -> Result<(String, impl Read), HeaderError> {
    let mut source = Source::new(reader, MAX_BYTES);
    start(&mut source, &mut Vec::new())?;
    let meta = read_meta(&mut source)?;
    let syntax = meta.get(&tags::TRANSFER_SYNTAX_UID);
    Ok((syntax.map(|value| padded_text(value)).unwrap_or_default(), source))
}

/// The Part 10 file `file` with its data set inflated, in Explicit VR Little Endian; `None` when it is not deflated.
pub(crate) fn inflated(file: &[u8]) -> Result<Option<Vec<u8>>, HeaderError> {
    let (syntax, rest) = data_set(file)?;
    let codec = TransferSyntaxRegistry.get(&syntax).map(|syntax| syntax.codec());
    let Some(Codec::Dataset(Some(adapter))) = codec else {
        return Ok(None);
    };
    let mut plain = vec![0; 128];
    plain.extend_from_slice(b"DICM\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0");
    let head = plain.len() as u64;
    let inflating = adapter.adapt_reader(Box::new(rest));
    inflating
        .take(MAX_INFLATED)
        .read_to_end(&mut plain)
        .map_err(source::fault)?;
    if plain.len() as u64 - head >= MAX_INFLATED {
        return Err(HeaderError::TooLarge {
            what: "its deflated data set becomes more than 256 MiB",
        });
    }
    Ok(Some(plain))
}

fn scan_until<R: Read>(
    reader: R,
    wanted: impl Fn(Tag) -> bool,
    last: Option<Tag>,
) -> Result<Scanned, HeaderError> {
    let mut source = Source::new(reader, MAX_BYTES);
    let mut notes = Vec::new();
    start(&mut source, &mut notes)?;
    let meta = read_meta(&mut source)?;
    let text = |tag| meta.get(&tag).map(|value| padded_text(value)).unwrap_or_default();
    let transfer_syntax = text(tags::TRANSFER_SYNTAX_UID);
    let mut scanned = Scanned::of(transfer_syntax.clone());
    scanned.notes = notes;
    scanned.meta_sop_instance = meta
        .get(&tags::MEDIA_STORAGE_SOP_INSTANCE_UID)
        .cloned()
        .unwrap_or_default();
    match TransferSyntaxRegistry
        .get(&transfer_syntax)
        .map(|syntax| syntax.codec())
    {
        Some(Codec::Dataset(Some(adapter))) => {
            let inflated = adapter.adapt_reader(Box::new(source));
            read_data_set(
                &mut Source::new(inflated, MAX_INFLATED),
                &wanted,
                last,
                &mut scanned,
            )?;
            // Offsets in the inflated stream say nothing about the file.
            scanned.pixels = scanned.pixels.map(|pixels| Pixels {
                value_at: None,
                ..pixels
            });
        }
        _ => read_data_set(&mut source, &wanted, last, &mut scanned)?,
    }
    Ok(scanned)
}

/// The media storage SOP class of a Part 10 file (0002,0002), from its start alone.
pub(crate) fn media_storage_sop_class<R: Read>(reader: R) -> Result<String, HeaderError> {
    let mut source = Source::new(reader, MAX_BYTES);
    start(&mut source, &mut Vec::new())?;
    let meta = read_meta(&mut source)?;
    Ok(meta
        .get(&tags::MEDIA_STORAGE_SOP_CLASS_UID)
        .map(|value| padded_text(value))
        .unwrap_or_default())
}

/// Text of a UI value: padding removed, anything but ASCII dropped from sight.
pub(crate) fn padded_text(value: &[u8]) -> String {
    String::from_utf8_lossy(value)
        .trim_end_matches(['\0', ' '])
        .to_owned()
}

/// Finds the start of the file meta information.
fn start<R: Read>(source: &mut Source<R>, notes: &mut Vec<HeaderNote>) -> Result<(), HeaderError> {
    let head = source.head(132)?;
    if head.get(128..132) == Some(b"DICM") {
        // PS3.10 7.1 allows any preamble; one that a loader would run is an attack, not a picture.
        if [
            &b"MZ"[..],
            b"\x7fELF",
            b"#!",
            b"\xcf\xfa\xed\xfe",
            b"\xfe\xed\xfa",
        ]
        .iter()
        .any(|m| head.starts_with(m))
        {
            return Err(HeaderError::ExecutablePreamble);
        }
        return Ok(());
    }
    let rest = head.strip_prefix(b"DICM").unwrap_or(&head);
    let is_meta = rest.len() >= 8 && rest[..2] == [2, 0] && rest[3] == 0 && is_vr([rest[4], rest[5]]);
    if !is_meta {
        return Err(HeaderError::NotDicom);
    }
    notes.push(HeaderNote::NoPreamble);
    let rest = rest.to_vec();
    source.give_back(&rest);
    Ok(())
}

/// Reads group 0002, always Explicit VR Little Endian (PS3.10 7.1).
fn read_meta<R: Read>(source: &mut Source<R>) -> Result<BTreeMap<Tag, Vec<u8>>, HeaderError> {
    let mut meta = BTreeMap::new();
    loop {
        let Some(tag) = source.tag(false)? else {
            return Err(source.truncated());
        };
        if tag.group() != 2 {
            let [a, b] = tag.group().to_le_bytes();
            let [c, d] = tag.element().to_le_bytes();
            source.give_back(&[a, b, c, d]);
            return Ok(meta);
        }
        let element = read_rest(source, tag, EXPLICIT_LE)?;
        let length = element
            .length
            .ok_or_else(|| source.malformed("undefined length in the file meta information"))?;
        if length > MAX_VALUE || meta.len() >= MAX_META {
            return Err(HeaderError::TooLarge {
                what: "the file meta information",
            });
        }
        meta.insert(tag, source.bytes(length)?);
    }
}

/// The encoding that the transfer syntax names, checked against the first element's bytes.
fn encoding_of<R: Read>(source: &mut Source<R>, scanned: &mut Scanned) -> Result<Encoding, HeaderError> {
    let declared = match scanned.transfer_syntax.as_str() {
        "" => None,
        uids::IMPLICIT_VR_LITTLE_ENDIAN => Some(IMPLICIT_LE),
        "1.2.840.10008.1.2.2" => Some(EXPLICIT_BE),
        // Everything else, encapsulated or private, is Explicit VR Little Endian (PS3.5 A.4).
        _ => Some(EXPLICIT_LE),
    };
    let first = source.head(6)?;
    source.give_back(&first);
    let looks_explicit = first.len() == 6 && is_vr([first[4], first[5]]);
    let looks_big = first.len() == 6 && first[0] == 0 && first[1] != 0;
    let found = match (looks_explicit, looks_big) {
        (true, true) => EXPLICIT_BE,
        (true, false) => EXPLICIT_LE,
        (false, _) => IMPLICIT_LE,
    };
    match declared {
        None => scanned.notes.push(HeaderNote::TransferSyntaxAssumed),
        Some(declared) if declared != found && first.len() == 6 => {
            scanned.notes.push(HeaderNote::EncodingMismatch)
        }
        Some(_) => {}
    }
    if scanned.transfer_syntax.is_empty() {
        scanned.transfer_syntax = match found {
            IMPLICIT_LE => uids::IMPLICIT_VR_LITTLE_ENDIAN,
            EXPLICIT_BE => "1.2.840.10008.1.2.2",
            _ => uids::EXPLICIT_VR_LITTLE_ENDIAN,
        }
        .to_owned();
    }
    Ok(found)
}

fn read_data_set<R: Read>(
    source: &mut Source<R>,
    wanted: &impl Fn(Tag) -> bool,
    last: Option<Tag>,
    scanned: &mut Scanned,
) -> Result<(), HeaderError> {
    let encoding = encoding_of(source, scanned)?;
    scanned.big_endian = encoding.big_endian;
    let mut walk = Walk { source, elements: 0 };
    while let Some(tag) = walk.source.tag(encoding.big_endian)? {
        let element = walk.element(tag, encoding)?;
        if tag.group() == 0x7fe0 && matches!(tag.element(), 0x0008..=0x0010) {
            scanned.pixels = Some(Pixels {
                tag,
                vr: element.vr,
                value_at: Some(walk.source.at()),
                length: element.length,
            });
        }
        // Before the pixels there may be an extended offset table (7FE0,0001).
        if tag.group() > 0x7fe0 || (tag.group() == 0x7fe0 && tag.element() >= 0x0008) {
            return Ok(());
        }
        match element.length {
            Some(length) if wanted(tag) => {
                if length > MAX_VALUE {
                    return Err(HeaderError::TooLarge {
                        what: "a value is longer than 64 KiB",
                    });
                }
                scanned.values.insert(tag, walk.source.bytes(length)?);
                if last == Some(tag) {
                    return Ok(());
                }
            }
            Some(length) => walk.source.skip(length)?,
            None => walk.skip_sequence(element.vr, encoding, 0)?,
        }
    }
    Ok(())
}

/// Steps over nested content, counting.
struct Walk<'s, R> {
    source: &'s mut Source<R>,
    elements: u32,
}

impl<R: Read> Walk<'_, R> {
    fn element(&mut self, tag: Tag, encoding: Encoding) -> Result<Element, HeaderError> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(HeaderError::TooLarge {
                what: "it has more than a million elements",
            });
        }
        read_rest(self.source, tag, encoding)
    }

    /// Steps over the items (or fragments) of a value of undefined length.
    fn skip_sequence(&mut self, vr: [u8; 2], encoding: Encoding, depth: u32) -> Result<(), HeaderError> {
        if depth >= MAX_DEPTH {
            return Err(HeaderError::TooLarge {
                what: "its sequences are nested too deeply",
            });
        }
        // PS3.5 6.2.2, note 2: UN of undefined length holds a sequence in Implicit VR Little Endian.
        let inner = if vr == *b"UN" { IMPLICIT_LE } else { encoding };
        loop {
            let Some(tag) = self.source.tag(inner.big_endian)? else {
                return Err(self.source.truncated());
            };
            let item = self.element(tag, inner)?;
            match (tag, item.length) {
                (SEQUENCE_END, _) => return Ok(()),
                (ITEM, Some(length)) => self.source.skip(length)?,
                (ITEM, None) => self.skip_item(inner, depth)?,
                _ => {
                    return Err(self
                        .source
                        .malformed("a sequence holds something that is not an item"));
                }
            }
        }
    }

    fn skip_item(&mut self, encoding: Encoding, depth: u32) -> Result<(), HeaderError> {
        loop {
            let Some(tag) = self.source.tag(encoding.big_endian)? else {
                return Err(self.source.truncated());
            };
            let element = self.element(tag, encoding)?;
            match element.length {
                _ if tag == ITEM_END => return Ok(()),
                Some(length) => self.source.skip(length)?,
                None => self.skip_sequence(element.vr, encoding, depth + 1)?,
            }
        }
    }
}

fn is_vr(vr: [u8; 2]) -> bool {
    vr.iter().all(u8::is_ascii_uppercase)
}

/// Reads what follows a tag: VR and length (PS3.5 7.1.2, 7.1.3, 7.5).
fn read_rest<R: Read>(source: &mut Source<R>, tag: Tag, encoding: Encoding) -> Result<Element, HeaderError> {
    let big = encoding.big_endian;
    let undefined = |length: u32| (length != u32::MAX).then_some(length);
    if tag.group() == 0xfffe || !encoding.explicit {
        let length = source.u32(big)?;
        return Ok(Element {
            vr: *b"  ",
            length: undefined(length),
        });
    }
    let vr = source.array::<2>()?;
    if !is_vr(vr) {
        return Err(source.malformed("an element has no value representation"));
    }
    let length = if SHORT_LENGTH.contains(&&vr) {
        u32::from(source.u16(big)?)
    } else {
        source.array::<2>()?;
        source.u32(big)?
    };
    Ok(Element {
        vr,
        length: undefined(length),
    })
}

/// VRs whose length has 16 bits; all others, also those to come, have 32 (PS3.5 7.1.2).
pub(crate) const SHORT_LENGTH: [&[u8; 2]; 21] = [
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL",
    b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
];
