//! The DICOM JSON Model (PS3.18 annex F): data sets as web clients read them.
//!
//! [`metadata`] writes what a file says about itself, its text decoded by [`crate::charset`] (dicom-json goes by what
//! dicom-object decoded, which honours the first character set only) and its long values left where they are; they are
//! named by a URI. [`Attributes`] writes answers of our own: found studies, what was stored.

use std::io::Read;

use dicom_core::dictionary::DataDictionary;
use dicom_core::dictionary::DataDictionaryEntry;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use serde_json::{Map, Value, json};

use crate::charset::CharacterSet;
use crate::header::HeaderError;
use crate::name::PersonName;
use crate::scan::tree::{Content, Element, read_short};

mod place;
mod value;

pub use place::{BadBulkPath, BulkPath, BulkPlace, find_bulk};
use value::values;

/// How JSON says that its text is UTF-8 (F.2.1.1, (0008,0005)).
const UTF8: &str = "ISO_IR 192";

/// A data set as it is written: attributes by tag.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes(Map<String, Value>);

impl Attributes {
    /// Nothing yet but the character set.
    #[must_use]
    pub fn new() -> Self {
        let mut attributes = Self::default();
        attributes.text(0x0008_0005, "CS", UTF8);
        attributes
    }

    /// An attribute with one value; an empty one has none.
    pub fn text(&mut self, tag: u32, vr: &str, value: &str) {
        let values = [value].into_iter().filter(|value| !value.is_empty());
        self.put(tag, vr, values.map(Value::from).collect());
    }

    /// An attribute with these values.
    pub fn texts(&mut self, tag: u32, vr: &str, values: &[String]) {
        self.put(tag, vr, values.iter().cloned().map(Value::from).collect());
    }

    /// An attribute with a number.
    pub fn number(&mut self, tag: u32, vr: &str, value: impl Into<Value>) {
        self.put(tag, vr, vec![value.into()]);
    }

    /// A person's name.
    pub fn name(&mut self, tag: u32, name: &PersonName) {
        self.put(tag, "PN", name_value(name).into_iter().collect());
    }

    /// A sequence.
    pub fn items(&mut self, tag: u32, items: Vec<Self>) {
        self.put(tag, "SQ", items.into_iter().map(Value::from).collect());
    }

    fn put(&mut self, tag: u32, vr: &str, values: Vec<Value>) {
        let mut attribute = json!({"vr": vr});
        if !values.is_empty() {
            attribute["Value"] = values.into();
        }
        self.0.insert(format!("{tag:08X}"), attribute);
    }
}

impl From<Attributes> for Value {
    fn from(attributes: Attributes) -> Self {
        Self::Object(attributes.0)
    }
}

/// The tag that a client names by its keyword or by eight hexadecimal digits.
#[must_use]
pub fn tag_of(name: &str) -> Option<u32> {
    if name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return u32::from_str_radix(name, 16).ok();
    }
    let tag = StandardDataDictionary.by_name(name)?.tag();
    Some(u32::from(tag.group()) << 16 | u32::from(tag.element()))
}

/// The data set of the Part 10 file in `reader`, without its pixels, which are named like every long value by
/// `bulk_data` and its path.
///
/// # Errors
/// As [`crate::read_header`].
pub fn metadata<R: Read>(reader: R, bulk_data: &str) -> Result<Attributes, HeaderError> {
    let tree = read_short(reader)?;
    let writer = Writer {
        big_endian: tree.encoding.big_endian,
        bulk_data,
    };
    let mut attributes = writer.data_set(&tree.elements, &CharacterSet::from_value(""), "");
    // For who asks for pixels (PS3.18 10.4.1.1.2): how they are stored.
    attributes.text(0x0008_3002, "UI", &tree.transfer_syntax);
    attributes.text(0x0008_0005, "CS", UTF8);
    Ok(attributes)
}

struct Writer<'a> {
    big_endian: bool,
    bulk_data: &'a str,
}

impl Writer<'_> {
    fn data_set(&self, nodes: &[Element], inherited: &CharacterSet, path: &str) -> Attributes {
        let own = nodes.iter().find(|node| node.tag == tags::SPECIFIC_CHARACTER_SET);
        let own = own.and_then(|node| match &node.value {
            Content::Bytes(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                Some(CharacterSet::from_value(text.trim_end_matches(['\0', ' '])))
            }
            _ => None,
        });
        let charset = own.as_ref().unwrap_or(inherited);
        let mut attributes = Attributes::default();
        for node in nodes {
            if node.tag == tags::SPECIFIC_CHARACTER_SET {
                attributes.text(0x0008_0005, "CS", UTF8);
            } else if node.tag.element() != 0 {
                let attribute = self.attribute(node, charset, path);
                attributes.0.insert(key(node.tag), attribute);
            }
        }
        attributes
    }

    fn attribute(&self, node: &Element, charset: &CharacterSet, path: &str) -> Value {
        let here = format!("{path}{}", key(node.tag));
        match &node.value {
            Content::Bytes(bytes) => values(vr(node), bytes, self.big_endian, charset),
            Content::Elsewhere { .. } => {
                json!({"vr": vr(node).to_string(), "BulkDataURI": format!("{}/{here}", self.bulk_data)})
            }
            Content::Items(items) => {
                let items = items.iter().enumerate().map(|(number, item)| {
                    Value::from(self.data_set(item, charset, &format!("{here}/{}/", number + 1)))
                });
                let items: Vec<Value> = items.collect();
                if items.is_empty() {
                    json!({"vr": "SQ"})
                } else {
                    json!({"vr": "SQ", "Value": items})
                }
            }
        }
    }
}

/// One that the standard does not have is written as UN (PS3.18 F.2.1).
fn vr(node: &Element) -> VR {
    VR::from_binary(node.vr).unwrap_or(VR::UN)
}

fn key(tag: Tag) -> String {
    format!("{:04X}{:04X}", tag.group(), tag.element())
}

fn name_value(name: &PersonName) -> Option<Value> {
    if name.is_empty() {
        return None;
    }
    let groups = [
        ("Alphabetic", &name.alphabetic),
        ("Ideographic", &name.ideographic),
        ("Phonetic", &name.phonetic),
    ];
    let groups = groups.into_iter().filter(|(_, group)| !group.is_empty());
    Some(
        groups
            .map(|(kind, group)| (kind.to_owned(), Value::from(group.as_str())))
            .collect(),
    )
}

#[cfg(test)]
mod tests;
