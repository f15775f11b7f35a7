//! Command sets (PS3.7 6.3): one group of elements in Implicit VR Little Endian, read with bounds.
//!
//! Not by dicom-object, because a length that a stranger declares must not become an allocation.

use std::collections::BTreeMap;

use dicom_dictionary_std::uids;

use super::{AeTitle, commitment};
use crate::uid::Uid;

/// The longest command set that is read, bytes: ten times what any of the standard takes.
pub(super) const MAX_COMMAND: usize = 16 * 1024;

/// The longest comment (0000,0902) of VR LO, characters.
const MAX_COMMENT: usize = 64;

// Elements of group 0000 (PS3.7 E.1).
const GROUP_LENGTH: u16 = 0x0000;
const AFFECTED_SOP_CLASS: u16 = 0x0002;
const REQUESTED_SOP_CLASS: u16 = 0x0003;
const COMMAND_FIELD: u16 = 0x0100;
const MESSAGE_ID: u16 = 0x0110;
const ANSWERED_MESSAGE_ID: u16 = 0x0120;
const MOVE_DESTINATION: u16 = 0x0600;
const PRIORITY: u16 = 0x0700;
const DATA_SET_TYPE: u16 = 0x0800;
const STATUS: u16 = 0x0900;
const ERROR_COMMENT: u16 = 0x0902;
const AFFECTED_SOP_INSTANCE: u16 = 0x1000;
const REQUESTED_SOP_INSTANCE: u16 = 0x1001;
const EVENT_TYPE: u16 = 0x1002;
const ACTION_TYPE: u16 = 0x1008;
const REMAINING: u16 = 0x1020;
const COMPLETED: u16 = 0x1021;
const FAILED: u16 = 0x1022;
const WARNED: u16 = 0x1023;

/// (0000,0800) when no data set follows, and when one does (any other value).
const NO_DATA_SET: u16 = 0x0101;
const DATA_SET: u16 = 0x0000;
/// (0000,0700): the middle one of three.
const MEDIUM: u16 = 0x0000;

/// Commands that we know, by (0000,0100).
pub(super) mod field {
    pub(crate) const C_STORE_RQ: u16 = 0x0001;
    pub(crate) const C_GET_RQ: u16 = 0x0010;
    pub(crate) const C_FIND_RQ: u16 = 0x0020;
    pub(crate) const C_MOVE_RQ: u16 = 0x0021;
    pub(crate) const C_ECHO_RQ: u16 = 0x0030;
    pub(crate) const C_CANCEL_RQ: u16 = 0x0fff;
    pub(crate) const N_EVENT_REPORT_RQ: u16 = 0x0100;
    pub(crate) const N_ACTION_RQ: u16 = 0x0130;
    /// Set in every answer.
    pub(crate) const RESPONSE: u16 = 0x8000;
}

/// (0000,0900) of what is done.
pub(super) const SUCCESS: u16 = 0x0000;
/// (0000,0900) of an operation that is not offered (PS3.7 C.5.22).
pub(super) const UNRECOGNIZED_OPERATION: u16 = 0x0211;
/// (0000,0900) of a value that is not understood (PS3.7 C.5.11).
pub(super) const INVALID_ARGUMENT: u16 = 0x0115;
/// (0000,0900) of an action or event that the class does not have (PS3.7 C.5.13, C.5.9).
pub(super) const NO_SUCH_ACTION: u16 = 0x0123;
pub(super) const NO_SUCH_EVENT: u16 = 0x0113;

/// The Study Root models (PS3.4 C.4 to C.6).
pub(super) const STUDY_ROOT_FIND: &str = "1.2.840.10008.5.1.4.1.2.2.1";
pub(super) const STUDY_ROOT_MOVE: &str = "1.2.840.10008.5.1.4.1.2.2.2";
pub(super) const STUDY_ROOT_GET: &str = "1.2.840.10008.5.1.4.1.2.2.3";

/// How far a retrieval is, instances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Suboperations {
    /// To come; told in the middle only.
    pub remaining: Option<u16>,
    /// Came.
    pub completed: u16,
    /// Could not be given, or were not taken.
    pub failed: u16,
    /// Came, with a warning.
    pub warned: u16,
}

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

    /// (0000,1008) of an N-ACTION.
    pub(super) fn action(&self) -> Option<u16> {
        us(self.values.get(&ACTION_TYPE)?)
    }

    /// (0000,1002) of an N-EVENT-REPORT.
    pub(super) fn event(&self) -> Option<u16> {
        us(self.values.get(&EVENT_TYPE)?)
    }

    /// (0000,0120) of an answer.
    pub(super) fn answered(&self) -> Option<u16> {
        us(self.values.get(&ANSWERED_MESSAGE_ID)?)
    }

    /// (0000,0900) of an answer.
    pub(super) fn status(&self) -> Option<u16> {
        us(self.values.get(&STATUS)?)
    }

    /// (0000,0902) of an answer, made printable; empty when there is none.
    pub(super) fn comment(&self) -> String {
        let bytes = self.values.get(&ERROR_COMMENT).map(Vec::as_slice);
        let text = String::from_utf8_lossy(bytes.unwrap_or_default());
        printable(text.trim_matches([' ', '\0']), MAX_COMMENT)
    }

    /// (0000,1020) and following of an answer: how far a retrieval is.
    pub(super) fn suboperations(&self) -> Suboperations {
        let number = |element| self.values.get(&element).and_then(|value| us(value));
        Suboperations {
            remaining: number(REMAINING),
            completed: number(COMPLETED).unwrap_or(0),
            failed: number(FAILED).unwrap_or(0),
            warned: number(WARNED).unwrap_or(0),
        }
    }

    fn uid(&self, element: u16) -> Option<Uid> {
        std::str::from_utf8(self.values.get(&element)?).ok()?.parse().ok()
    }

    /// The answer to this, without a data set.
    pub(super) fn answer(&self, status: u16, comment: &str) -> Vec<u8> {
        let mut answer = Writer::default();
        if let Some(class) = self.sop_class().or_else(|| self.uid(REQUESTED_SOP_CLASS)) {
            answer.uid(AFFECTED_SOP_CLASS, &class);
        }
        answer.us(COMMAND_FIELD, self.field | field::RESPONSE);
        answer.us(ANSWERED_MESSAGE_ID, self.message);
        answer.us(DATA_SET_TYPE, NO_DATA_SET);
        answer.us(STATUS, status);
        if !comment.is_empty() {
            answer.put(ERROR_COMMENT, printable(comment, MAX_COMMENT).into_bytes(), b' ');
        }
        if let Some(instance) = self.sop_instance().or_else(|| self.uid(REQUESTED_SOP_INSTANCE)) {
            answer.uid(AFFECTED_SOP_INSTANCE, &instance);
        }
        for element in [EVENT_TYPE, ACTION_TYPE] {
            if let Some(kind) = self.values.get(&element).and_then(|value| us(value)) {
                answer.us(element, kind);
            }
        }
        answer.finish()
    }
}

/// C-ECHO-RQ.
pub(super) fn echo(message: u16) -> Vec<u8> {
    let mut request = Writer::default();
    request.text_uid(AFFECTED_SOP_CLASS, uids::VERIFICATION);
    request.us(COMMAND_FIELD, field::C_ECHO_RQ);
    request.us(MESSAGE_ID, message);
    request.us(DATA_SET_TYPE, NO_DATA_SET);
    request.finish()
}

/// C-STORE-RQ.
pub(super) fn store(message: u16, class: &Uid, instance: &Uid) -> Vec<u8> {
    let mut request = Writer::default();
    request.uid(AFFECTED_SOP_CLASS, class);
    request.us(COMMAND_FIELD, field::C_STORE_RQ);
    request.us(MESSAGE_ID, message);
    request.us(PRIORITY, MEDIUM);
    request.us(DATA_SET_TYPE, DATA_SET);
    request.uid(AFFECTED_SOP_INSTANCE, instance);
    request.finish()
}

/// C-FIND-RQ, of which an identifier follows.
pub(super) fn find(message: u16) -> Vec<u8> {
    asking(message, field::C_FIND_RQ, STUDY_ROOT_FIND, None)
}

/// C-GET-RQ, of which an identifier follows.
pub(super) fn get(message: u16) -> Vec<u8> {
    asking(message, field::C_GET_RQ, STUDY_ROOT_GET, None)
}

/// C-MOVE-RQ to this title, of which an identifier follows.
pub(super) fn move_to(message: u16, destination: &AeTitle) -> Vec<u8> {
    asking(message, field::C_MOVE_RQ, STUDY_ROOT_MOVE, Some(destination))
}

fn asking(message: u16, field: u16, class: &str, destination: Option<&AeTitle>) -> Vec<u8> {
    let mut request = Writer::default();
    request.text_uid(AFFECTED_SOP_CLASS, class);
    request.us(COMMAND_FIELD, field);
    request.us(MESSAGE_ID, message);
    if let Some(destination) = destination {
        request.put(MOVE_DESTINATION, destination.as_str().as_bytes().to_vec(), b' ');
    }
    request.us(PRIORITY, MEDIUM);
    request.us(DATA_SET_TYPE, DATA_SET);
    request.finish()
}

/// C-CANCEL-RQ of this message.
pub(super) fn cancel(message: u16) -> Vec<u8> {
    let mut request = Writer::default();
    request.us(COMMAND_FIELD, field::C_CANCEL_RQ);
    request.us(ANSWERED_MESSAGE_ID, message);
    request.us(DATA_SET_TYPE, NO_DATA_SET);
    request.finish()
}

/// N-ACTION-RQ that asks for storage commitment.
pub(super) fn action(message: u16) -> Vec<u8> {
    let mut request = Writer::default();
    request.text_uid(REQUESTED_SOP_CLASS, uids::STORAGE_COMMITMENT_PUSH_MODEL);
    request.us(COMMAND_FIELD, field::N_ACTION_RQ);
    request.us(MESSAGE_ID, message);
    request.us(DATA_SET_TYPE, DATA_SET);
    request.text_uid(REQUESTED_SOP_INSTANCE, commitment::INSTANCE);
    request.us(ACTION_TYPE, commitment::REQUEST);
    request.finish()
}

/// N-EVENT-REPORT-RQ that tells the outcome of a storage commitment.
pub(super) fn event_report(message: u16, event: u16) -> Vec<u8> {
    let mut request = Writer::default();
    request.text_uid(AFFECTED_SOP_CLASS, uids::STORAGE_COMMITMENT_PUSH_MODEL);
    request.us(COMMAND_FIELD, field::N_EVENT_REPORT_RQ);
    request.us(MESSAGE_ID, message);
    request.us(DATA_SET_TYPE, DATA_SET);
    request.text_uid(AFFECTED_SOP_INSTANCE, commitment::INSTANCE);
    request.us(EVENT_TYPE, event);
    request.finish()
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
        self.text_uid(element, value.as_str());
    }

    fn text_uid(&mut self, element: u16, value: &str) {
        self.put(element, value.as_bytes().to_vec(), 0);
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
        let class = "1.2.840.10008.5.1.4.1.1.2".parse().unwrap();
        super::store(7, &class, &instance.parse().unwrap())
    }

    #[test]
    fn the_answer_to_an_action_names_class_instance_and_kind() {
        let request = Command::parse(&action(9)).unwrap();
        assert_eq!((request.field, request.action()), (field::N_ACTION_RQ, Some(1)));
        let answer = Command::parse(&request.answer(SUCCESS, "")).unwrap();
        assert_eq!(answer.sop_instance().unwrap().as_str(), commitment::INSTANCE);
        assert_eq!((answer.answered(), answer.status()), (Some(9), Some(SUCCESS)));
        assert_eq!(answer.action(), Some(1));
        let report = Command::parse(&event_report(3, 2)).unwrap();
        assert_eq!(report.event(), Some(2));
        assert!(report.has_data_set());
    }

    #[test]
    fn a_retrieval_is_asked_for_and_tells_how_far_it_is() {
        let asked = Command::parse(&move_to(7, &"DOKUEI".parse().unwrap())).unwrap();
        assert_eq!((asked.field, asked.message), (field::C_MOVE_RQ, 7));
        assert_eq!(asked.values[&MOVE_DESTINATION], b"DOKUEI");
        assert!(asked.has_data_set());
        assert_eq!(asked.sop_class().unwrap().as_str(), STUDY_ROOT_MOVE);
        let cancelled = Command::parse(&cancel(7)).unwrap();
        assert_eq!((cancelled.answered(), cancelled.has_data_set()), (Some(7), false));
        let mut answer = Writer::default();
        answer.us(COMMAND_FIELD, field::C_MOVE_RQ | field::RESPONSE);
        answer.us(REMAINING, 3);
        answer.us(COMPLETED, 2);
        let answer = Command::parse(&answer.finish()).unwrap().suboperations();
        assert_eq!(
            (answer.remaining, answer.completed, answer.failed),
            (Some(3), 2, 0)
        );
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
