//! The walk over a data set that does what the table says.

use std::collections::BTreeSet;
use std::str::FromStr;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use jiff::ToSpan;
use jiff::civil::Date;

use super::actions::{Action, action};
use super::clean::Subject;
use super::key::{Key, Pseudonym};
use super::{Dates, Options, private, text_of};
use crate::charset::CharacterSet;
use crate::scan::tree::{Content, Element, dictionary_vr, is_text};

/// UIDs that the standard gives.
const OF_THE_STANDARD: &str = "1.2.840.10008.";
/// What is written into (0012,0063). It counts up when what is done to a file changes, and only then: the same file made
/// anew by a later version must be the same, bit for bit, as its UIDs are.
const METHOD: &str = "Dokuei 1: PS3.15 E.1-1 2026c";
/// What is written where something must be.
const NOTHING: &[u8] = b"ANONYMIZED";

pub(super) struct Acting<'k> {
    pub(super) options: &'k Options,
    pub(super) key: &'k Key,
    pub(super) pseudonym: Pseudonym,
    pub(super) charset: CharacterSet,
    pub(super) subject: Subject,
}

impl Acting<'_> {
    /// The data set under its pseudonym, with what says so.
    pub(super) fn data_set(&self, elements: Vec<Element>) -> Vec<Element> {
        let mut kept = self.elements(elements);
        kept.retain(|element| !STATED.contains(&element.tag));
        for (tag, vr) in [(tags::PATIENT_NAME, b"PN"), (tags::PATIENT_ID, b"LO")] {
            if !kept.iter().any(|element| element.tag == tag) {
                kept.push(bytes(tag, *vr, self.pseudonym.code.as_bytes().to_vec()));
            }
        }
        kept.extend(self.statement());
        kept.sort_by_key(|element| element.tag);
        kept
    }

    fn elements(&self, elements: Vec<Element>) -> Vec<Element> {
        let safe = if self.options.safe_private {
            private::safe(&elements)
        } else {
            BTreeSet::new()
        };
        elements
            .into_iter()
            .filter_map(|element| {
                if safe.contains(&element.tag) {
                    return Some(element);
                }
                self.element(element)
            })
            .collect()
    }

    fn element(&self, element: Element) -> Option<Element> {
        let Element {
            tag,
            vr: written,
            value,
        } = element;
        // What passed through a program that did not know the attribute is written as UN.
        let vr = match &written {
            b"UN" => dictionary_vr(tag).unwrap_or(written),
            _ => written,
        };
        let wanted = match tag {
            tags::PATIENT_NAME | tags::PATIENT_ID => {
                let code = self.pseudonym.code.as_bytes().to_vec();
                return Some(bytes(tag, written, code));
            }
            _ => action(tag, vr, self.options),
        };
        if wanted == Action::Remove {
            return None;
        }
        match value {
            Content::Items(_) if wanted == Action::Empty => Some(Element {
                tag,
                vr,
                value: Content::Items(Vec::new()),
            }),
            Content::Items(items) => {
                let items = items.into_iter().map(|item| self.elements(item)).collect();
                Some(Element {
                    tag,
                    vr,
                    value: Content::Items(items),
                })
            }
            Content::Bytes(value) => {
                let mut made = self.value(wanted, vr, value);
                if [tags::TEXT_VALUE, tags::UNFORMATTED_TEXT_VALUE].contains(&tag) && made.is_empty() {
                    // An item of text without one would be none.
                    made = NOTHING.to_vec();
                }
                Some(bytes(tag, written, made))
            }
            // There is none where all is read.
            Content::Elsewhere { .. } => None,
        }
    }

    fn value(&self, wanted: Action, vr: [u8; 2], value: Vec<u8>) -> Vec<u8> {
        if value.is_empty() {
            return value;
        }
        match wanted {
            Action::Keep => value,
            Action::Clean => self.clean(vr, value),
            Action::Remove | Action::Empty => Vec::new(),
            Action::Dummy if vr == *b"UI" => self.uids(&value),
            Action::Dummy => dummy(vr, value.len()),
            Action::Uid => self.uids(&value),
            Action::Shift => self.shift(vr, &value),
        }
    }

    fn clean(&self, vr: [u8; 2], value: Vec<u8>) -> Vec<u8> {
        if !is_text(vr) {
            // Numbers and codes say nothing of her; what is written otherwise can't be read here.
            return if [b"OB", b"OW", b"UN"].contains(&&vr) {
                Vec::new()
            } else {
                value
            };
        }
        let text = match &vr {
            b"LT" | b"ST" | b"UT" => self.charset.text(&value).value,
            _ => self.charset.values(&value).value.join("\\"),
        };
        if self.subject.is_named_in(&text) || text.contains(char::REPLACEMENT_CHARACTER) {
            Vec::new()
        } else {
            value
        }
    }

    fn uids(&self, value: &[u8]) -> Vec<u8> {
        let replaced: Vec<String> = text_of(value)
            .split('\\')
            .map(|uid| uid.trim_matches(['\0', ' ']))
            .map(|uid| {
                if uid.is_empty() || uid.starts_with(OF_THE_STANDARD) {
                    uid.to_owned()
                } else {
                    self.key.uid(uid, self.options).to_string()
                }
            })
            .collect();
        let mut bytes = replaced.join("\\").into_bytes();
        if bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        bytes
    }

    fn shift(&self, vr: [u8; 2], value: &[u8]) -> Vec<u8> {
        match &vr {
            // The time of day says nothing without the day.
            b"TM" => value.to_vec(),
            b"DA" | b"DT" => {
                let moved: Vec<String> = text_of(value)
                    .split('\\')
                    .map(|one| moved_back(one.trim(), self.pseudonym.days_back))
                    .collect();
                moved.join("\\").into_bytes()
            }
            _ => dummy(vr, value.len()),
        }
    }

    /// (0012,0062), (0012,0063), (0012,0064), (0028,0303).
    fn statement(&self) -> Vec<Element> {
        let codes = self.options.codes();
        let item = |(code, meaning): &(&str, &str)| {
            vec![
                bytes(tags::CODE_VALUE, *b"SH", code.as_bytes().to_vec()),
                bytes(tags::CODING_SCHEME_DESIGNATOR, *b"SH", b"DCM".to_vec()),
                bytes(tags::CODE_MEANING, *b"LO", meaning.as_bytes().to_vec()),
            ]
        };
        let dates: &[u8] = match self.options.dates {
            Dates::Keep => b"UNMODIFIED",
            Dates::Shift => b"MODIFIED",
            Dates::Remove => b"REMOVED",
        };
        vec![
            bytes(tags::PATIENT_IDENTITY_REMOVED, *b"CS", b"YES".to_vec()),
            bytes(tags::DEIDENTIFICATION_METHOD, *b"LO", METHOD.as_bytes().to_vec()),
            Element {
                tag: tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
                vr: *b"SQ",
                value: Content::Items(codes.iter().map(item).collect()),
            },
            bytes(
                tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
                *b"CS",
                dates.to_vec(),
            ),
        ]
    }
}

/// What is stated anew.
const STATED: [Tag; 4] = [
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
    tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
];

fn bytes(tag: Tag, vr: [u8; 2], value: Vec<u8>) -> Element {
    Element {
        tag,
        vr,
        value: Content::Bytes(value),
    }
}

/// A date or date-time moved back; nothing of one that can't be read.
fn moved_back(text: &str, days: u32) -> String {
    // Before DICOM 3.0 a date was written with dots.
    let plain = if text.len() == 10 && text.as_bytes().get(4) == Some(&b'.') {
        text.replace('.', "")
    } else {
        text.to_owned()
    };
    let (Some(day), rest) = (plain.get(..8), plain.get(8..).unwrap_or_default()) else {
        return String::new();
    };
    let part = |range: std::ops::Range<usize>| day.get(range).and_then(|part| i16::from_str(part).ok());
    let date = (|| {
        let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    })();
    let moved = date.and_then(|date| date.checked_sub(i64::from(days).days()).ok());
    moved.map_or_else(String::new, |date| {
        format!("{:04}{:02}{:02}{rest}", date.year(), date.month(), date.day())
    })
}

/// A value that says nothing, of the form that the VR asks for.
fn dummy(vr: [u8; 2], length: usize) -> Vec<u8> {
    match &vr {
        b"DA" => b"19000101".to_vec(),
        b"DT" => b"19000101000000".to_vec(),
        b"TM" => b"000000".to_vec(),
        b"AS" => b"000Y".to_vec(),
        b"DS" | b"IS" => b"0".to_vec(),
        b"AE" | b"CS" | b"LO" | b"LT" | b"PN" | b"SH" | b"ST" | b"UC" | b"UT" => NOTHING.to_vec(),
        b"AT" | b"FL" | b"FD" | b"SL" | b"SS" | b"SV" | b"UL" | b"US" | b"UV" => vec![0; length],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r12_dates_move_back_and_keep_their_form() {
        assert_eq!(moved_back("20260301", 1), "20260228");
        assert_eq!(moved_back("2026.03.01", 31), "20260129");
        assert_eq!(
            moved_back("20240229123456.789+0900", 365),
            "20230301123456.789+0900"
        );
        for bad in ["", "2026", "20261301", "日本日本日本", "０００００００１"] {
            assert_eq!(moved_back(bad, 1), "", "{bad}");
        }
    }
}
