//! Storage commitment (PS3.4 J): somebody who has stored asks whether what he stored is safe, so that he may delete it.
//! What is asked and what is answered are small data sets, read with bounds and not by dicom-object: see
//! [`command`](super::command).

use std::collections::BTreeMap;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use crate::uid::Uid;

/// The one SOP instance of the push model (PS3.4 J.3.5).
pub(super) const INSTANCE: &str = "1.2.840.10008.1.20.1.1";
/// N-ACTION: request storage commitment (PS3.4 J.3.2).
pub(super) const REQUEST: u16 = 1;
/// N-EVENT-REPORT: all is safe; some is not (PS3.4 J.3.3).
pub(super) const ALL_SAFE: u16 = 1;
pub(super) const FAILURES: u16 = 2;

/// The largest such data set, bytes: 100,000 instances.
pub(super) const MAX_DATA: u64 = 16 << 20;
/// Deepest nesting that is walked.
const MAX_DEPTH: u32 = 8;

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

/// An instance that is spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// (0008,1150).
    pub sop_class_uid: Uid,
    /// (0008,1155).
    pub sop_instance_uid: Uid,
}

/// Why an instance is not safe (0008,1197), PS3.3 C.14.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureReason(pub u16);

impl FailureReason {
    /// Of no known kind.
    pub const PROCESSING: Self = Self(0x0110);
    /// It is not here.
    pub const NO_SUCH_INSTANCE: Self = Self(0x0112);
    /// It is here, as an instance of another class.
    pub const CLASS_CONFLICT: Self = Self(0x0119);

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self.0 {
            0x0110 => "processing failure",
            0x0112 => "no such object instance",
            0x0119 => "class and instance conflict",
            0x0122 => "referenced SOP class not supported",
            0x0131 => "duplicate transaction UID",
            0x0213 => "resource limitation",
            _ => "a reason of its own",
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentRequest {
    /// (0008,1195).
    pub transaction_uid: Uid,
    /// Which instances.
    pub instances: Vec<Reference>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentResult {
    /// (0008,1195), as it was asked.
    pub transaction_uid: Uid,
    /// What is safe.
    pub safe: Vec<Reference>,
    /// What is not.
    pub failed: Vec<(Reference, FailureReason)>,
}

impl CommitmentRequest {
    /// Reads the data set of an N-ACTION; `None` when it is none.
    pub(super) fn parse(bytes: &[u8], transfer_syntax: &str) -> Option<Self> {
        let data = read(bytes, transfer_syntax)?;
        Some(Self {
            transaction_uid: data.uid(tags::TRANSACTION_UID)?,
            instances: data.references(tags::REFERENCED_SOP_SEQUENCE)?,
        })
    }

    pub(super) fn encode(&self, transfer_syntax: &str) -> Vec<u8> {
        let mut data = Writer::new(transfer_syntax);
        data.uid(tags::TRANSACTION_UID, &self.transaction_uid);
        data.references(
            tags::REFERENCED_SOP_SEQUENCE,
            self.instances.iter().map(|one| (one, None)),
        );
        data.bytes
    }
}

impl CommitmentResult {
    /// The kind of event.
    pub(super) fn event(&self) -> u16 {
        if self.failed.is_empty() {
            ALL_SAFE
        } else {
            FAILURES
        }
    }

    /// Reads the data set of an N-EVENT-REPORT; `None` when it is none.
    pub fn parse(bytes: &[u8], transfer_syntax: &str) -> Option<Self> {
        let data = read(bytes, transfer_syntax)?;
        let mut failed = Vec::new();
        for item in data.items(tags::FAILED_SOP_SEQUENCE) {
            let reason = item.number(tags::FAILURE_REASON);
            let reason = reason.map_or(FailureReason::PROCESSING, FailureReason);
            failed.push((item.reference()?, reason));
        }
        Some(Self {
            transaction_uid: data.uid(tags::TRANSACTION_UID)?,
            safe: data.references(tags::REFERENCED_SOP_SEQUENCE)?,
            failed,
        })
    }

    /// The data set of the N-EVENT-REPORT.
    #[must_use]
    pub fn encode(&self, transfer_syntax: &str) -> Vec<u8> {
        let mut data = Writer::new(transfer_syntax);
        data.uid(tags::TRANSACTION_UID, &self.transaction_uid);
        if !self.failed.is_empty() {
            let failed = self.failed.iter().map(|(one, why)| (one, Some(*why)));
            data.references(tags::FAILED_SOP_SEQUENCE, failed);
        }
        if !self.safe.is_empty() {
            let safe = self.safe.iter().map(|one| (one, None));
            data.references(tags::REFERENCED_SOP_SEQUENCE, safe);
        }
        data.bytes
    }
}

/// A data set as far as it is known.
#[derive(Default)]
struct Data<'a> {
    values: BTreeMap<Tag, &'a [u8]>,
    sequences: BTreeMap<Tag, Vec<Self>>,
}

impl Data<'_> {
    fn uid(&self, tag: Tag) -> Option<Uid> {
        std::str::from_utf8(self.values.get(&tag)?).ok()?.parse().ok()
    }

    fn number(&self, tag: Tag) -> Option<u16> {
        Some(u16::from_le_bytes((*self.values.get(&tag)?).try_into().ok()?))
    }

    fn items(&self, tag: Tag) -> &[Self] {
        self.sequences.get(&tag).map(Vec::as_slice).unwrap_or_default()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference {
            sop_class_uid: self.uid(tags::REFERENCED_SOP_CLASS_UID)?,
            sop_instance_uid: self.uid(tags::REFERENCED_SOP_INSTANCE_UID)?,
        })
    }

    fn references(&self, tag: Tag) -> Option<Vec<Reference>> {
        self.items(tag).iter().map(Self::reference).collect()
    }
}

fn read<'a>(bytes: &'a [u8], transfer_syntax: &str) -> Option<Data<'a>> {
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

struct Writer {
    bytes: Vec<u8>,
    explicit: bool,
}

impl Writer {
    fn new(transfer_syntax: &str) -> Self {
        Self {
            bytes: Vec::new(),
            explicit: transfer_syntax != uids::IMPLICIT_VR_LITTLE_ENDIAN,
        }
    }

    fn uid(&mut self, tag: Tag, uid: &Uid) {
        let mut value = uid.as_str().as_bytes().to_vec();
        value.resize(value.len().next_multiple_of(2), 0);
        self.element(tag, b"UI", &value);
    }

    fn element(&mut self, tag: Tag, vr: &[u8; 2], value: &[u8]) {
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

    fn references<'r>(
        &mut self,
        tag: Tag,
        references: impl Iterator<Item = (&'r Reference, Option<FailureReason>)>,
    ) {
        let mut items = Vec::new();
        for (reference, why) in references {
            let mut item = Self {
                bytes: Vec::new(),
                explicit: self.explicit,
            };
            item.uid(tags::REFERENCED_SOP_CLASS_UID, &reference.sop_class_uid);
            item.uid(tags::REFERENCED_SOP_INSTANCE_UID, &reference.sop_instance_uid);
            if let Some(FailureReason(why)) = why {
                item.element(tags::FAILURE_REASON, b"US", &why.to_le_bytes());
            }
            items.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0]);
            items.extend_from_slice(&(item.bytes.len() as u32).to_le_bytes());
            items.extend_from_slice(&item.bytes);
        }
        self.element(tag, b"SQ", &items);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SYNTAXES: [&str; 2] = [uids::IMPLICIT_VR_LITTLE_ENDIAN, uids::EXPLICIT_VR_LITTLE_ENDIAN];

    fn reference(number: u32) -> Reference {
        Reference {
            sop_class_uid: "1.2.840.10008.5.1.4.1.1.2".parse().unwrap(),
            sop_instance_uid: format!("1.2.3.{number}").parse().unwrap(),
        }
    }

    fn result() -> CommitmentResult {
        CommitmentResult {
            transaction_uid: "2.25.7".parse().unwrap(),
            safe: vec![reference(1), reference(22)],
            failed: vec![(reference(3), FailureReason::NO_SUCH_INSTANCE)],
        }
    }

    #[test]
    fn what_is_asked_and_answered_comes_back_as_it_was_written() {
        for syntax in SYNTAXES {
            let request = CommitmentRequest {
                transaction_uid: "2.25.7".parse().unwrap(),
                instances: vec![reference(1), reference(22)],
            };
            let parsed = CommitmentRequest::parse(&request.encode(syntax), syntax);
            assert_eq!(parsed.as_ref(), Some(&request));
            let parsed = CommitmentResult::parse(&result().encode(syntax), syntax);
            assert_eq!(parsed.as_ref(), Some(&result()));
            assert_eq!(parsed.unwrap().event(), FAILURES);
        }
    }

    #[test]
    fn sequences_of_undefined_length_are_read_too() {
        let mut bytes = Writer::new(SYNTAXES[1]);
        bytes.uid(tags::TRANSACTION_UID, &"2.25.7".parse().unwrap());
        let mut bytes = bytes.bytes;
        bytes.extend_from_slice(&[8, 0, 0x99, 0x11, b'S', b'Q', 0, 0, 0xff, 0xff, 0xff, 0xff]);
        bytes.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff]);
        let mut item = Writer::new(SYNTAXES[1]);
        item.uid(tags::REFERENCED_SOP_CLASS_UID, &reference(1).sop_class_uid);
        item.uid(tags::REFERENCED_SOP_INSTANCE_UID, &reference(1).sop_instance_uid);
        bytes.extend_from_slice(&item.bytes);
        bytes.extend_from_slice(&[0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0]);
        bytes.extend_from_slice(&[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
        let parsed = CommitmentRequest::parse(&bytes, SYNTAXES[1]).unwrap();
        assert_eq!(parsed.instances, [reference(1)]);
    }

    proptest! {
        /// R24: whatever a stranger writes, it is read or not.
        #[test]
        fn r24_no_data_set_of_a_stranger_stops_the_thread(
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            explicit in any::<bool>(),
        ) {
            let syntax = SYNTAXES[usize::from(explicit)];
            let mut bytes = result().encode(syntax);
            for (at, to) in flips {
                let at = at.index(bytes.len());
                bytes[at] = to;
            }
            let _ = CommitmentResult::parse(&bytes, syntax);
            let _ = CommitmentRequest::parse(&bytes, syntax);
        }
    }
}
