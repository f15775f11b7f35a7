//! Command sets (PS3.7 6.3): one group of elements in Implicit VR Little Endian, read with bounds.
//!
//! Not by dicom-object, because a length that a stranger declares must not become an allocation.

use std::collections::BTreeMap;

use crate::uid::Uid;

/// The longest command set that is read, bytes: ten times what any of the standard takes.
pub(super) const MAX_COMMAND: usize = 16 * 1024;

/// The longest comment (0000,0902) of VR LO, characters.
const MAX_COMMENT: usize = 64;

// Elements of group 0000 (PS3.7 E.1).
const GROUP_LENGTH: u16 = 0x0000;
const AFFECTED_SOP_CLASS: u16 = 0x0002;
const COMMAND_FIELD: u16 = 0x0100;
const MESSAGE_ID: u16 = 0x0110;
const ANSWERED_MESSAGE_ID: u16 = 0x0120;
const DATA_SET_TYPE: u16 = 0x0800;
const STATUS: u16 = 0x0900;
const ERROR_COMMENT: u16 = 0x0902;
const AFFECTED_SOP_INSTANCE: u16 = 0x1000;

/// (0000,0800) when no data set follows.
const NO_DATA_SET: u16 = 0x0101;

/// Commands that we know, by (0000,0100).
pub(super) mod field {
    pub(crate) const C_STORE_RQ: u16 = 0x0001;
    pub(crate) const C_ECHO_RQ: u16 = 0x0030;
    pub(crate) const C_CANCEL_RQ: u16 = 0x0fff;
    /// Set in every answer.
    pub(crate) const RESPONSE: u16 = 0x8000;
}

/// (0000,0900) of what is done.
pub(super) const SUCCESS: u16 = 0x0000;
/// (0000,0900) of an operation that is not offered (PS3.7 C.5.22).
pub(super) const UNRECOGNIZED_OPERATION: u16 = 0x0211;

/// A command that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    values: BTreeMap<u16, Vec<u8>>,
    /// (0000,0100).
    pub(super) field: u16,
    /// (0000,0110); 0 when there is none, as in an answer.
    pub(super) message: u16,
}

impl Command {
    /// Reads a whole command set; `None` when it is none.
    pub(super) fn parse(mut bytes: &[u8]) -> Option<Self> {
        let mut values = BTreeMap::new();
        while let Some((head, rest)) = bytes.split_first_chunk::<8>() {
            let [g0, g1, e0, e1, length @ ..] = *head;
            if u16::from_le_bytes([g0, g1]) != 0 {
                return None;
            }
            let (value, rest) = rest.split_at_checked(u32::from_le_bytes(length) as usize)?;
            values.insert(u16::from_le_bytes([e0, e1]), value.to_vec());
            bytes = rest;
        }
        let number = |element| values.get(&element).and_then(|value| us(value));
        let (field, message) = (number(COMMAND_FIELD)?, number(MESSAGE_ID).unwrap_or(0));
        bytes.is_empty().then_some(Self {
            values,
            field,
            message,
        })
    }

    /// Whether a data set follows.
    pub(super) fn has_data_set(&self) -> bool {
        self.values.get(&DATA_SET_TYPE).and_then(|value| us(value)) != Some(NO_DATA_SET)
    }

    /// (0000,0002).
    pub(super) fn sop_class(&self) -> Option<Uid> {
        self.uid(AFFECTED_SOP_CLASS)
    }

    /// (0000,1000).
    pub(super) fn sop_instance(&self) -> Option<Uid> {
        self.uid(AFFECTED_SOP_INSTANCE)
    }

    fn uid(&self, element: u16) -> Option<Uid> {
        std::str::from_utf8(self.values.get(&element)?).ok()?.parse().ok()
    }

    /// The answer to this, without a data set.
    pub(super) fn answer(&self, status: u16, comment: &str) -> Vec<u8> {
        let mut answer = Writer::default();
        if let Some(class) = self.sop_class() {
            answer.uid(AFFECTED_SOP_CLASS, &class);
        }
        answer.us(COMMAND_FIELD, self.field | field::RESPONSE);
        answer.us(ANSWERED_MESSAGE_ID, self.message);
        answer.us(DATA_SET_TYPE, NO_DATA_SET);
        answer.us(STATUS, status);
        if !comment.is_empty() {
            answer.put(ERROR_COMMENT, printable(comment, MAX_COMMENT).into_bytes(), b' ');
        }
        if let Some(instance) = self.sop_instance() {
            answer.uid(AFFECTED_SOP_INSTANCE, &instance);
        }
        answer.finish()
    }
}

/// At most so many characters of a text, those that are no printable ASCII (or the backslash, which divides values)
/// replaced.
pub(super) fn printable(text: &str, most: usize) -> String {
    let shown = |c: char| {
        if matches!(c, ' '..='~') && c != '\\' {
            c
        } else {
            '?'
        }
    };
    text.chars().take(most).map(shown).collect()
}

fn us(value: &[u8]) -> Option<u16> {
    Some(u16::from_le_bytes(value.try_into().ok()?))
}

/// Writes a command set; elements in the order of their numbers.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn us(&mut self, element: u16, value: u16) {
        self.put(element, value.to_le_bytes().to_vec(), 0);
    }

    fn uid(&mut self, element: u16, value: &Uid) {
        self.put(element, value.as_str().as_bytes().to_vec(), 0);
    }

    fn put(&mut self, element: u16, mut value: Vec<u8>, padding: u8) {
        value.resize(value.len().next_multiple_of(2), padding);
        self.0.extend_from_slice(&[0, 0]);
        self.0.extend_from_slice(&element.to_le_bytes());
        self.0.extend_from_slice(&(value.len() as u32).to_le_bytes());
        self.0.extend_from_slice(&value);
    }

    fn finish(self) -> Vec<u8> {
        let mut whole = Self::default();
        whole.put(GROUP_LENGTH, (self.0.len() as u32).to_le_bytes().to_vec(), 0);
        whole.0.extend_from_slice(&self.0);
        whole.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(instance: &str) -> Vec<u8> {
        let mut request = Writer::default();
        request.uid(AFFECTED_SOP_CLASS, &"1.2.840.10008.5.1.4.1.1.2".parse().unwrap());
        request.us(COMMAND_FIELD, field::C_STORE_RQ);
        request.us(MESSAGE_ID, 7);
        request.us(DATA_SET_TYPE, 0);
        request.uid(AFFECTED_SOP_INSTANCE, &instance.parse().unwrap());
        request.finish()
    }

    #[test]
    fn an_answer_names_what_it_answers() {
        let request = Command::parse(&store("1.2.3")).unwrap();
        assert!(request.has_data_set());
        let answer = Command::parse(&request.answer(0xc000, "no \\ such Bild\u{e9}")).unwrap();
        assert_eq!(answer.field, 0x8001);
        assert_eq!(answer.sop_instance(), request.sop_instance());
        assert_eq!(answer.values[&ANSWERED_MESSAGE_ID], 7_u16.to_le_bytes());
        assert_eq!(answer.values[&STATUS], [0x00, 0xc0]);
        assert_eq!(answer.values[&ERROR_COMMENT], b"no ? such Bild? ");
        assert!(!answer.has_data_set());
        let long = Command::parse(&request.answer(0xc000, &"x".repeat(100))).unwrap();
        assert_eq!(long.values[&ERROR_COMMENT].len(), MAX_COMMENT);
    }

    #[test]
    fn whatever_a_stranger_declares_is_only_as_long_as_it_came() {
        let whole = store("1.2.3");
        for length in 0..whole.len() {
            let _ = Command::parse(&whole[..length]);
        }
        let mut huge = whole.clone();
        huge[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(Command::parse(&huge), None);
        assert_eq!(Command::parse(&[]), None);
        assert_eq!(Command::parse(&[8, 0, 0, 0, 0, 0, 0, 0]), None, "another group");
    }
}
