//! What is done with each attribute: PS3.15 Table E.1-1, and a rule for what is not in it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::{Dates, Options};
use crate::scan::tree::dictionary_vr;

/// What is done with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It stays as it is; a sequence is gone through.
    Keep,
    /// It stays when nothing of the patient is found in it.
    Clean,
    /// It goes.
    Remove,
    /// It stays without a value.
    Empty,
    /// A value that says nothing.
    Dummy,
    /// Another UID.
    Uid,
    /// Moved back.
    Shift,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    basic: &'static str,
    options: &'static str,
}

/// From the data of `actions.txt`, which explains itself.
static TABLE: LazyLock<BTreeMap<Tag, Row>> = LazyLock::new(|| {
    let mut table = BTreeMap::new();
    for line in include_str!("actions.txt").lines() {
        let mut words = line.split(' ');
        let (Some(basic), Some(options)) = (words.next(), words.next()) else {
            continue;
        };
        if basic == "#" {
            continue;
        }
        for tag in words.filter_map(parse) {
            table.insert(tag, Row { basic, options });
        }
    }
    table
});

fn parse(word: &str) -> Option<Tag> {
    let number = u32::from_str_radix(word, 16).ok()?;
    let [a, b, c, d] = number.to_be_bytes();
    Some(Tag(u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}

/// What is done with the element `tag` of this VR.
pub(super) fn action(tag: Tag, vr: [u8; 2], options: &Options) -> Action {
    if tag.group() % 2 == 1 || tag.element() == 0 || is_repeating(tag) {
        // Private ones; group lengths, which would be wrong; curves and overlays, which may hold writing.
        return Action::Remove;
    }
    match TABLE.get(&tag) {
        Some(row) => by_row(tag, row, options),
        None => by_vr(tag, vr, options),
    }
}

/// Curves (50xx) and overlays (60xx).
fn is_repeating(tag: Tag) -> bool {
    matches!(tag.group() >> 8, 0x50 | 0x60)
}

fn by_row(tag: Tag, row: &Row, options: &Options) -> Action {
    let has = |option: char| row.options.contains(option);
    let kept = (has('u') && options.uids)
        || (has('v') && options.device)
        || (has('i') && options.institution)
        || (has('p') && options.patient_characteristics)
        || (has('d') && options.dates == Dates::Keep);
    let cleaned = (has('c') && options.descriptions)
        || (has('P') && options.patient_characteristics)
        || (has('g') && options.graphics)
        || (has('s') && options.structured_content);
    if kept {
        return Action::Keep;
    }
    // How far from UTC a clock goes is no date, and means the same on the day to which the others are moved.
    if tag == tags::TIMEZONE_OFFSET_FROM_UTC && options.dates == Dates::Shift {
        return Action::Keep;
    }
    if has('d') && options.dates == Dates::Shift {
        return Action::Shift;
    }
    if cleaned {
        return Action::Clean;
    }
    match row.basic {
        "X" => Action::Remove,
        "Z" | "XZ" => Action::Empty,
        // The references themselves are UIDs, which are replaced within.
        "XZU" => Action::Keep,
        "U" => Action::Uid,
        _ => Action::Dummy,
    }
}

/// The table leaves what is not in it: but a date may still say when, a name who, a UID which.
fn by_vr(tag: Tag, vr: [u8; 2], options: &Options) -> Action {
    if dictionary_vr(tag).is_none() {
        return Action::Remove;
    }
    match &vr {
        b"UI" if options.uids || is_class(tag) => Action::Keep,
        b"UI" => Action::Uid,
        b"DA" | b"DT" => match options.dates {
            Dates::Keep => Action::Keep,
            Dates::Shift => Action::Shift,
            Dates::Remove => Action::Dummy,
        },
        b"PN" => Action::Empty,
        b"LO" | b"SH" | b"ST" | b"LT" | b"UT" | b"UC" => Action::Clean,
        b"UN" => Action::Remove,
        _ => Action::Keep,
    }
}

/// UIDs that name a kind and no thing.
fn is_class(tag: Tag) -> bool {
    [
        tags::SOP_CLASS_UID,
        tags::REFERENCED_SOP_CLASS_UID,
        tags::RELATED_GENERAL_SOP_CLASS_UID,
        tags::CODING_SCHEME_UID,
        tags::CONTEXT_UID,
        tags::MAPPING_RESOURCE_UID,
    ]
    .contains(&tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r12_the_table_is_whole_and_its_options_do_what_they_say() {
        assert_eq!(TABLE.len(), 652);
        let all_off = Options {
            dates: Dates::Remove,
            patient_characteristics: false,
            descriptions: false,
            ..Options::default()
        };
        let basic = |tag, vr| action(tag, vr, &all_off);
        assert_eq!(basic(tags::PATIENT_NAME, *b"PN"), Action::Empty);
        assert_eq!(basic(tags::STUDY_INSTANCE_UID, *b"UI"), Action::Uid);
        assert_eq!(basic(tags::STUDY_DATE, *b"DA"), Action::Empty);
        assert_eq!(basic(tags::STUDY_DESCRIPTION, *b"LO"), Action::Remove);
        assert_eq!(basic(tags::PATIENT_AGE, *b"AS"), Action::Remove);
        assert_eq!(basic(tags::MANUFACTURER, *b"LO"), Action::Clean);
        assert_eq!(basic(tags::PIXEL_SPACING, *b"DS"), Action::Keep);
        assert_eq!(basic(Tag(0x0009, 0x1001), *b"LO"), Action::Remove);
        assert_eq!(basic(Tag(0x6002, 0x3000), *b"OW"), Action::Remove);
        assert_eq!(basic(Tag(0x0008, 0xfffe), *b"LO"), Action::Remove);
        let usual = Options::default();
        assert_eq!(action(tags::STUDY_DATE, *b"DA", &usual), Action::Shift);
        assert_eq!(action(tags::STUDY_DESCRIPTION, *b"LO", &usual), Action::Clean);
        assert_eq!(action(tags::PATIENT_AGE, *b"AS", &usual), Action::Keep);
        assert_eq!(action(tags::PATIENT_BIRTH_DATE, *b"DA", &usual), Action::Empty);
        assert_eq!(action(tags::STATION_NAME, *b"SH", &usual), Action::Dummy);
        assert_eq!(
            action(tags::TIMEZONE_OFFSET_FROM_UTC, *b"SH", &usual),
            Action::Keep
        );
        assert_eq!(basic(tags::TIMEZONE_OFFSET_FROM_UTC, *b"SH"), Action::Remove);
        let device = Options {
            device: true,
            ..usual
        };
        assert_eq!(action(tags::STATION_NAME, *b"SH", &device), Action::Keep);
    }
}
