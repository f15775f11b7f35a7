//! All elements of a data set before its pixels, as a tree of raw values: short ones held, long ones only where they
//! lie. Bounded like the walk that keeps single values.

use std::io::Read;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_encoding::{Codec, TransferSyntaxIndex};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use super::{
    Element as Head, Encoding, IMPLICIT_LE, ITEM, ITEM_END, MAX_BYTES, MAX_DEPTH, MAX_INFLATED, SEQUENCE_END,
    Scanned, Source, Walk, encoding_of, padded_text, read_meta, start,
};
use crate::header::HeaderError;

/// Longest value of text that is held, bytes.
const MAX_TEXT: u32 = 64 * 1024;
/// Longest value of another kind that is held, bytes.
const MAX_INLINE: u32 = 1024;
/// Most bytes that are held, and most elements.
const MAX_HELD: usize = 16 << 20;
const MAX_NODES: u32 = 200_000;

/// A data set.
#[derive(Debug)]
pub(crate) struct Tree {
    /// (0002,0010).
    pub(crate) transfer_syntax: String,
    pub(crate) big_endian: bool,
    pub(crate) elements: Vec<Node>,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) tag: Tag,
    pub(crate) vr: VR,
    pub(crate) value: Held,
}

/// What there is of a value.
#[derive(Debug)]
pub(crate) enum Held {
    Bytes(Vec<u8>),
    /// It is long: where it is in the file (nowhere in a deflated one), and its length, which fragments do not have.
    Elsewhere {
        at: Option<u64>,
        length: Option<u32>,
    },
    Items(Vec<Vec<Node>>),
}

/// Reads the Part 10 file in `reader` as far as its pixels.
pub(crate) fn tree<R: Read>(reader: R) -> Result<Tree, HeaderError> {
    let mut source = Source::new(reader, MAX_BYTES);
    let mut notes = Vec::new();
    start(&mut source, &mut notes)?;
    let meta = read_meta(&mut source)?;
    let syntax = meta.get(&tags::TRANSFER_SYNTAX_UID);
    let transfer_syntax = syntax.map(|value| padded_text(value)).unwrap_or_default();
    let codec = TransferSyntaxRegistry
        .get(&transfer_syntax)
        .map(|syntax| syntax.codec());
    if let Some(Codec::Dataset(Some(adapter))) = codec {
        let inflated = adapter.adapt_reader(Box::new(source));
        let mut tree = data_set(&mut Source::new(inflated, MAX_INFLATED), transfer_syntax)?;
        tree.elements.iter_mut().for_each(forget_place);
        return Ok(tree);
    }
    data_set(&mut source, transfer_syntax)
}

/// Offsets in an inflated stream say nothing about the file.
fn forget_place(node: &mut Node) {
    match &mut node.value {
        Held::Elsewhere { at, .. } => *at = None,
        Held::Items(items) => items.iter_mut().flatten().for_each(forget_place),
        Held::Bytes(_) => {}
    }
}

fn data_set<R: Read>(source: &mut Source<R>, transfer_syntax: String) -> Result<Tree, HeaderError> {
    let mut scanned = Scanned {
        transfer_syntax,
        meta_sop_instance: Vec::new(),
        values: std::collections::BTreeMap::new(),
        pixels: None,
        notes: Vec::new(),
        big_endian: false,
    };
    let encoding = encoding_of(source, &mut scanned)?;
    let mut grower = Grower {
        walk: Walk { source, elements: 0 },
        held: 0,
        signed: false,
    };
    Ok(Tree {
        transfer_syntax: scanned.transfer_syntax,
        big_endian: encoding.big_endian,
        elements: grower.elements(encoding, None, 0)?,
    })
}

struct Grower<'s, R> {
    walk: Walk<'s, R>,
    /// Bytes held so far.
    held: usize,
    /// (0028,0103): whether samples are signed, which decides what "US or SS" is in an implicit encoding.
    signed: bool,
}

impl<R: Read> Grower<'_, R> {
    /// Elements up to the end: of the file, at `end`, or at the delimiter of an item.
    fn elements(
        &mut self,
        encoding: Encoding,
        end: Option<u64>,
        depth: u32,
    ) -> Result<Vec<Node>, HeaderError> {
        if depth >= MAX_DEPTH {
            return Err(HeaderError::TooLarge {
                what: "its sequences are nested too deeply",
            });
        }
        let mut nodes = Vec::new();
        while end.is_none_or(|end| self.walk.source.at() < end) {
            let Some(tag) = self.walk.source.tag(encoding.big_endian)? else {
                if depth == 0 {
                    break;
                }
                return Err(self.walk.source.truncated());
            };
            let head = self.walk.element(tag, encoding)?;
            if self.walk.elements > MAX_NODES {
                return Err(HeaderError::TooLarge {
                    what: "it has more than 200,000 elements",
                });
            }
            if tag == ITEM_END && depth > 0 {
                break;
            }
            if depth == 0 && is_behind(tag) {
                break;
            }
            let vr = self.vr(tag, head.vr, encoding);
            let is_pixels = depth == 0 && tag.group() == 0x7fe0 && matches!(tag.element(), 0x0008..=0x0010);
            let value = if is_pixels {
                self.elsewhere(&head)
            } else {
                self.value(tag, vr, &head, encoding, depth)?
            };
            nodes.push(Node { tag, vr, value });
            if is_pixels {
                break;
            }
        }
        Ok(nodes)
    }

    fn value(
        &mut self,
        tag: Tag,
        vr: VR,
        head: &Head,
        encoding: Encoding,
        depth: u32,
    ) -> Result<Held, HeaderError> {
        let Some(length) = head.length else {
            if matches!(vr, VR::SQ | VR::UN) {
                let inner = if vr == VR::UN && encoding.explicit {
                    IMPLICIT_LE
                } else {
                    encoding
                };
                return self.items(inner, None, depth);
            }
            // Fragments of an icon.
            let value = self.elsewhere(head);
            self.walk.skip_sequence(head.vr, encoding, depth)?;
            return Ok(value);
        };
        if vr == VR::SQ {
            let end = self.walk.source.at().saturating_add(length.into());
            return self.items(encoding, Some(end), depth);
        }
        let most = if is_text(vr) { MAX_TEXT } else { MAX_INLINE };
        if length > most {
            let value = self.elsewhere(head);
            self.walk.source.skip(length)?;
            return Ok(value);
        }
        self.held += length as usize + std::mem::size_of::<Node>();
        if self.held > MAX_HELD {
            return Err(HeaderError::TooLarge {
                what: "its values before the image",
            });
        }
        let bytes = self.walk.source.bytes(length)?;
        if tag == tags::PIXEL_REPRESENTATION {
            self.signed = bytes.contains(&1);
        }
        Ok(Held::Bytes(bytes))
    }

    fn elsewhere(&self, head: &Head) -> Held {
        Held::Elsewhere {
            at: Some(self.walk.source.at()),
            length: head.length,
        }
    }

    fn items(&mut self, encoding: Encoding, end: Option<u64>, depth: u32) -> Result<Held, HeaderError> {
        let mut items = Vec::new();
        while end.is_none_or(|end| self.walk.source.at() < end) {
            let Some(tag) = self.walk.source.tag(encoding.big_endian)? else {
                return Err(self.walk.source.truncated());
            };
            let item = self.walk.element(tag, encoding)?;
            match tag {
                SEQUENCE_END => break,
                ITEM => {
                    let at = self.walk.source.at();
                    let end = item.length.map(|length| at.saturating_add(length.into()));
                    items.push(self.elements(encoding, end, depth + 1)?);
                }
                _ => {
                    return Err(self
                        .walk
                        .source
                        .malformed("a sequence holds something that is not an item"));
                }
            }
        }
        Ok(Held::Items(items))
    }

    /// The VR that is written, or the one of the dictionary.
    fn vr(&self, tag: Tag, written: [u8; 2], encoding: Encoding) -> VR {
        if encoding.explicit {
            return VR::from_binary(written).unwrap_or(VR::UN);
        }
        if tag.group() % 2 == 1 {
            return match tag.element() {
                0x0010..=0x00ff => VR::LO,
                _ => VR::UN,
            };
        }
        match StandardDataDictionary.by_tag(tag).map(|entry| entry.vr()) {
            Some(VirtualVr::Exact(vr)) => vr,
            Some(VirtualVr::Xs) if self.signed => VR::SS,
            Some(VirtualVr::Xs) => VR::US,
            Some(VirtualVr::Ox | VirtualVr::Px | VirtualVr::Lt) => VR::OW,
            _ => VR::UN,
        }
    }
}

/// What comes after the pixels and is no attribute of the image: digital signatures, padding.
fn is_behind(tag: Tag) -> bool {
    tag.group() > 0x7fe0
}

fn is_text(vr: VR) -> bool {
    matches!(
        vr,
        VR::AE
            | VR::AS
            | VR::CS
            | VR::DA
            | VR::DS
            | VR::DT
            | VR::IS
            | VR::LO
            | VR::LT
            | VR::PN
            | VR::SH
            | VR::ST
            | VR::TM
            | VR::UC
            | VR::UI
            | VR::UR
            | VR::UT
    )
}
