//! Where a long value is that metadata only names.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use dicom_core::Tag;

use super::value::{little_endian, width};
use super::vr;
use crate::header::HeaderError;
use crate::scan::tree::{Content, Element, read_short};

/// The deepest path.
const MAX_STEPS: usize = 32;

/// The path of a value: `7FE00010`, or through the items of sequences `00880200/1/7FE00010`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPath(Vec<(Tag, usize)>, Tag);

/// The text is no path of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not the path of a value: write tags of eight hexadecimal digits, and numbers of items between them"
)]
pub struct BadBulkPath;

impl FromStr for BulkPath {
    type Err = BadBulkPath;

    fn from_str(text: &str) -> Result<Self, BadBulkPath> {
        let mut steps: Vec<&str> = text.split('/').collect();
        let last = steps.pop().and_then(tag).ok_or(BadBulkPath)?;
        if steps.len() % 2 == 1 || steps.len() > 2 * MAX_STEPS {
            return Err(BadBulkPath);
        }
        let step = |pair: &[&str]| {
            let [sequence, item] = pair else {
                return Err(BadBulkPath);
            };
            let item = item
                .parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1));
            Ok((tag(sequence).ok_or(BadBulkPath)?, item.ok_or(BadBulkPath)?))
        };
        let sequences = steps.chunks(2).map(step).collect::<Result<_, _>>()?;
        Ok(Self(sequences, last))
    }
}

impl fmt::Display for BulkPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (sequence, item) in &self.0 {
            write!(f, "{}/{}/", super::key(*sequence), item + 1)?;
        }
        f.write_str(&super::key(self.1))
    }
}

fn tag(text: &str) -> Option<Tag> {
    let number = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 8)?;
    Some(Tag((number >> 16) as u16, (number & 0xffff) as u16))
}

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkPlace {
    /// Here it is: it is short.
    Bytes(Vec<u8>),
    /// In the file, so many bytes from its start, and so long.
    InFile {
        /// Offset, bytes.
        at: u64,
        /// Length, bytes.
        length: u64,
    },
    /// It is pixels in fragments: there are frames to ask for.
    Fragments,
    /// In a part of the file that is deflated.
    Deflated,
    /// In the file, in big endian, which no reader of octets expects (PS3.18 8.7.3.2).
    BigEndian,
}

/// Finds a value in the Part 10 file in `reader`; `None` when there is none.
///
/// # Errors
/// As [`crate::read_header`].
pub fn find_bulk<R: Read>(reader: R, path: &BulkPath) -> Result<Option<BulkPlace>, HeaderError> {
    let tree = read_short(reader)?;
    let mut nodes = &tree.elements;
    for (sequence, item) in &path.0 {
        match node(nodes, *sequence).map(|node| &node.value) {
            Some(Content::Items(items)) => match items.get(*item) {
                Some(item) => nodes = item,
                None => return Ok(None),
            },
            _ => return Ok(None),
        }
    }
    Ok(node(nodes, path.1).and_then(|node| match &node.value {
        Content::Bytes(bytes) => Some(BulkPlace::Bytes(little_endian(
            vr(node),
            bytes,
            tree.encoding.big_endian,
        ))),
        Content::Elsewhere {
            at: Some(_),
            length: Some(_),
        } if tree.encoding.big_endian && width(vr(node)) > 1 => Some(BulkPlace::BigEndian),
        Content::Elsewhere {
            at: Some(at),
            length: Some(length),
        } => Some(BulkPlace::InFile {
            at: *at,
            length: (*length).into(),
        }),
        Content::Elsewhere { length: None, .. } => Some(BulkPlace::Fragments),
        Content::Elsewhere { at: None, .. } => Some(BulkPlace::Deflated),
        Content::Items(_) => None,
    }))
}

fn node(nodes: &[Element], tag: Tag) -> Option<&Element> {
    nodes.iter().find(|node| node.tag == tag)
}
