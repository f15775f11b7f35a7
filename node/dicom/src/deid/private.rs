//! Private attributes that say nothing of anybody (PS3.15 E.3.10, table E.3.10-1): those of the table that computed
//! tomography, magnetic resonance and positron emission tomography have. What a table does not list is not kept, so that
//! a part of it is enough: ultrasound and mammography, of which it has many, are not dental radiology.

use std::collections::{BTreeMap, BTreeSet};

use dicom_core::Tag;

use super::text_of;
use crate::scan::tree::{Content, Element};

/// Who made them, their group, and the low bytes of their elements.
const SAFE: [(&str, u16, &[u8]); 11] = [
    ("Philips PET Private Group", 0x7053, &[0x00, 0x09]),
    ("Philips MR Imaging DD 001", 0x2005, &[0x0d, 0x0e]),
    ("Philips Imaging DD 001", 0x2001, &[0x03, 0x04]),
    ("SIEMENS MR HEADER", 0x0019, &[0x0c, 0x0d, 0x0e, 0x27]),
    ("ELSCINT1", 0x00e1, &[0x21]),
    ("ELSCINT1", 0x01e1, &[0x26, 0x50]),
    ("ELSCINT1", 0x01f1, &[0x01, 0x07, 0x26, 0x27]),
    ("GEMS_ACQU_01", 0x0019, &[0x23, 0x24, 0x27, 0x9e]),
    ("GEMS_SERS_01", 0x0025, &[0x07]),
    ("GEMS_PARM_01", 0x0043, &[0x27, 0x6f, 0x39]),
    ("GEMS_HELIOS_01", 0x0045, &[0x01, 0x02]),
];

/// The safe attributes of a data set or an item, each with the element that names its creator.
pub(super) fn safe(elements: &[Element]) -> BTreeSet<Tag> {
    let mut kept = BTreeSet::new();
    let creators = creators(elements);
    for element in elements {
        let Content::Bytes(_) = element.value else {
            continue;
        };
        let (group, block) = (element.tag.group(), element.tag.element() >> 8);
        if group.is_multiple_of(2) || block < 0x10 {
            continue;
        }
        let creator = Tag(group, block);
        let low = element.tag.element().to_le_bytes()[0];
        let Some(name) = creators.get(&creator) else {
            continue;
        };
        let listed = SAFE
            .iter()
            .any(|(of, in_group, lows)| of == name && *in_group == group && lows.contains(&low));
        if listed {
            kept.extend([creator, element.tag]);
        }
    }
    kept
}

/// The first element of each block that names its creator (PS3.5 7.8.1), found once: a hostile file has a million private
/// elements, and none of them may be looked for among all the others.
fn creators(elements: &[Element]) -> BTreeMap<Tag, String> {
    let mut creators = BTreeMap::new();
    for element in elements {
        let is_creator = element.tag.group() % 2 == 1 && (0x0010..=0x00ff).contains(&element.tag.element());
        if let (true, Content::Bytes(name)) = (is_creator, &element.value) {
            creators.entry(element.tag).or_insert_with(|| text_of(name));
        }
    }
    creators
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_creators_are_read_once_for_all_their_elements() {
        let element = |element: u16, value: &[u8]| Element {
            tag: Tag(0x0019, element),
            vr: *b"LO",
            value: Content::Bytes(value.to_vec()),
        };
        // A thousand elements of each block, and of a block without a creator: names are read two times.
        let mut elements = vec![element(0x0010, b"GEMS_ACQU_01"), element(0x0011, b"SOMEBODY")];
        for _ in 0..1000 {
            elements.extend([0x1023, 0x1123, 0x1223].map(|tag| element(tag, b"1")));
        }
        assert_eq!(creators(&elements).len(), 2);
        let kept: Vec<u16> = safe(&elements).iter().map(|tag| tag.element()).collect();
        assert_eq!(kept, [0x0010, 0x1023]);
    }

    #[test]
    fn r12_only_what_the_table_lists_is_kept_and_only_under_its_creator() {
        let element = |group, element, value: &[u8]| Element {
            tag: Tag(group, element),
            vr: *b"LO",
            value: Content::Bytes(value.to_vec()),
        };
        let elements = [
            element(0x0019, 0x0010, b"GEMS_ACQU_01"),
            element(0x0019, 0x0011, b"SOMEBODY"),
            element(0x0019, 0x1023, b"1.0"),
            element(0x0019, 0x1002, b"YAMADA"),
            element(0x0019, 0x1123, b"YAMADA"),
            element(0x0019, 0x1223, b"YAMADA"),
            element(0x0018, 0x1023, b"YAMADA"),
        ];
        let kept: Vec<Tag> = safe(&elements).into_iter().collect();
        assert_eq!(kept, [Tag(0x0019, 0x0010), Tag(0x0019, 0x1023)]);
    }
}
