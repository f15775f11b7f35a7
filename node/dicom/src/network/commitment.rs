//! Storage commitment (PS3.4 J): somebody who has stored asks whether what he stored is safe, so that he may delete it.
//! What is asked and what is answered are [small](super::small) data sets.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::small::{Data, Writer, read};
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
            instances: references(&data)?,
        })
    }

    pub(super) fn encode(&self, transfer_syntax: &str) -> Vec<u8> {
        let mut data = Writer::new(transfer_syntax);
        data.uid(tags::TRANSACTION_UID, &self.transaction_uid);
        let instances = self.instances.iter().map(|one| (one, None));
        write_references(&mut data, tags::REFERENCED_SOP_SEQUENCE, instances);
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
            failed.push((reference(item)?, reason));
        }
        Some(Self {
            transaction_uid: data.uid(tags::TRANSACTION_UID)?,
            safe: references(&data)?,
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
            write_references(&mut data, tags::FAILED_SOP_SEQUENCE, failed);
        }
        if !self.safe.is_empty() {
            let safe = self.safe.iter().map(|one| (one, None));
            write_references(&mut data, tags::REFERENCED_SOP_SEQUENCE, safe);
        }
        data.bytes
    }
}

fn reference(item: &Data<'_>) -> Option<Reference> {
    Some(Reference {
        sop_class_uid: item.uid(tags::REFERENCED_SOP_CLASS_UID)?,
        sop_instance_uid: item.uid(tags::REFERENCED_SOP_INSTANCE_UID)?,
    })
}

fn references(data: &Data<'_>) -> Option<Vec<Reference>> {
    data.items(tags::REFERENCED_SOP_SEQUENCE)
        .iter()
        .map(reference)
        .collect()
}

fn write_references<'r>(
    data: &mut Writer,
    tag: Tag,
    references: impl Iterator<Item = (&'r Reference, Option<FailureReason>)>,
) {
    let items = references.map(|(reference, why)| {
        move |item: &mut Writer| {
            item.uid(tags::REFERENCED_SOP_CLASS_UID, &reference.sop_class_uid);
            item.uid(tags::REFERENCED_SOP_INSTANCE_UID, &reference.sop_instance_uid);
            if let Some(FailureReason(why)) = why {
                item.element(tags::FAILURE_REASON, b"US", &why.to_le_bytes());
            }
        }
    });
    data.sequence(tag, items);
}

#[cfg(test)]
mod tests {
    use dicom_dictionary_std::uids;
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
