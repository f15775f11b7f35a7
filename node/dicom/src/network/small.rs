//! Small data sets of the network's services (what is asked for, what is answered), read with bounds and not by
//! dicom-object: see [`command`](super::command).

use std::collections::BTreeMap;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use crate::uid::Uid;

/// Deepest nesting that is walked.
const MAX_DEPTH: u32 = 8;

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

/// A data set as far as it is known.
#[derive(Default)]
pub(super) struct Data<'a> {
    values: BTreeMap<Tag, &'a [u8]>,
    sequences: BTreeMap<Tag, Vec<Self>>,
}

impl Data<'_> {
    pub(super) fn uid(&self, tag: Tag) -> Option<Uid> {
        std::str::from_utf8(self.values.get(&tag)?).ok()?.parse().ok()
    }

    pub(super) fn number(&self, tag: Tag) -> Option<u16> {
        Some(u16::from_le_bytes((*self.values.get(&tag)?).try_into().ok()?))
    }

    /// The bytes of a value, with its padding; empty when there is none.
    pub(super) fn bytes(&self, tag: Tag) -> &[u8] {
        self.values.get(&tag).copied().unwrap_or_default()
    }

    pub(super) fn items(&self, tag: Tag) -> &[Self] {
        self.sequences.get(&tag).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Reads a whole data set; `None` when it is none.
pub(super) fn read<'a>(bytes: &'a [u8], transfer_syntax: &str) -> Option<Data<'a>> {
    let mut walk = Walk {
        rest: bytes,
        explicit: transfer_syntax != uids::IMPLICIT_VR_LITTLE_ENDIAN,
    };
    let data = walk.data(0)?;
    walk.rest.is_empty().then_some(data)
}

struct Walk<'a> {
    rest: &'a [u8],
    explicit: bool,
}

impl<'a> Walk<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn long(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn tag(&mut self) -> Option<Tag> {
        Some(Tag(self.short()?, self.short()?))
    }

    /// The length that follows a tag; `None` within when it is undefined.
    fn length(&mut self, tag: Tag) -> Option<Option<u32>> {
        let short = if self.explicit && tag.group() != 0xfffe {
            let vr = self.take(2)?;
            let long = [
                b"SQ", b"UN", b"OB", b"OW", b"UT", b"UC", b"UR", b"OL", b"OF", b"OD", b"OV",
            ];
            let short = !long.iter().any(|one| one.as_slice() == vr);
            if !short {
                self.take(2)?;
            }
            short
        } else {
            false
        };
        let length = if short { self.short()?.into() } else { self.long()? };
        Some((length != u32::MAX).then_some(length))
    }

    /// Elements until the end, or until that of the item.
    fn data(&mut self, depth: u32) -> Option<Data<'a>> {
        let mut data = Data::default();
        while !self.rest.is_empty() {
            let tag = self.tag()?;
            let length = self.length(tag)?;
            if tag == ITEM_END {
                break;
            }
            let nested = [tags::REFERENCED_SOP_SEQUENCE, tags::FAILED_SOP_SEQUENCE].contains(&tag);
            match length {
                Some(length) if !nested => {
                    data.values.insert(tag, self.take(length as usize)?);
                }
                Some(length) => {
                    let mut inner = Walk {
                        rest: self.take(length as usize)?,
                        explicit: self.explicit,
                    };
                    data.sequences.insert(tag, inner.items(depth)?);
                }
                None => {
                    data.sequences.insert(tag, self.items(depth)?);
                }
            }
        }
        Some(data)
    }

    /// Items until the end, or until that of the sequence.
    fn items(&mut self, depth: u32) -> Option<Vec<Data<'a>>> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let mut items = Vec::new();
        while !self.rest.is_empty() {
            let tag = self.tag()?;
            let length = self.length(tag)?;
            match (tag, length) {
                (SEQUENCE_END, _) => break,
                (ITEM, None) => items.push(self.data(depth + 1)?),
                (ITEM, Some(length)) => {
                    let mut inner = Walk {
                        rest: self.take(length as usize)?,
                        explicit: self.explicit,
                    };
                    items.push(inner.data(depth + 1)?);
                }
                _ => return None,
            }
        }
        Some(items)
    }
}

/// Writes one, elements in the order in which they are given.
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    explicit: bool,
}

impl Writer {
    pub(super) fn new(transfer_syntax: &str) -> Self {
        Self {
            bytes: Vec::new(),
            explicit: transfer_syntax != uids::IMPLICIT_VR_LITTLE_ENDIAN,
        }
    }

    pub(super) fn uid(&mut self, tag: Tag, uid: &Uid) {
        let mut value = uid.as_str().as_bytes().to_vec();
        value.resize(value.len().next_multiple_of(2), 0);
        self.element(tag, b"UI", &value);
    }

    /// Text that is encoded already.
    pub(super) fn text(&mut self, tag: Tag, vr: &[u8; 2], value: &[u8]) {
        let mut value = value.to_vec();
        value.resize(value.len().next_multiple_of(2), b' ');
        self.element(tag, vr, &value);
    }

    pub(super) fn element(&mut self, tag: Tag, vr: &[u8; 2], value: &[u8]) {
        self.bytes.extend_from_slice(&tag.group().to_le_bytes());
        self.bytes.extend_from_slice(&tag.element().to_le_bytes());
        match (self.explicit, vr) {
            (true, b"SQ") => {
                self.bytes.extend_from_slice(b"SQ\0\0");
                self.bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
            }
            (true, vr) => {
                self.bytes.extend_from_slice(vr);
                self.bytes.extend_from_slice(&(value.len() as u16).to_le_bytes());
            }
            (false, _) => self.bytes.extend_from_slice(&(value.len() as u32).to_le_bytes()),
        }
        self.bytes.extend_from_slice(value);
    }

    /// A sequence whose items `write` writes.
    pub(super) fn sequence(&mut self, tag: Tag, items: impl Iterator<Item = impl FnOnce(&mut Self)>) {
        let mut all = Vec::new();
        for write in items {
            let mut item = Self {
                bytes: Vec::new(),
                explicit: self.explicit,
            };
            write(&mut item);
            all.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0]);
            all.extend_from_slice(&(item.bytes.len() as u32).to_le_bytes());
            all.extend_from_slice(&item.bytes);
        }
        self.element(tag, b"SQ", &all);
    }
}
