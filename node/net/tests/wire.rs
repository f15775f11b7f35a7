//! The bytes of every wire type: a changed snapshot is a new version of the protocol.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_net::wire::case::{
    CaseMessage, CaseReply, EntryBytes, EntryId, LogHeads, LogId, MAX_CASE_FRAME, MAX_ENTRIES_BYTES,
    ProfileOffer, RefusedEntry,
};
use dokuei_net::wire::hello::{CrlState, Hello, PractitionerCard, Step};
use dokuei_net::wire::package::{
    ChunkRange, MAX_RANGES, MAX_REQUEST_FRAME, MAX_SLICE_HEADER, PackageId, PackageRequest, SliceHeader,
};
use dokuei_net::wire::register::Receipt;
use minicbor::{Decode, Encode};
use proptest::prelude::*;

fn hex_of<T>(value: &T) -> String
where
    T: Encode<()> + for<'b> Decode<'b, ()> + PartialEq + std::fmt::Debug,
{
    let bytes = cbor::encode(value);
    assert_eq!(cbor::decode::<T>(&bytes).as_ref(), Ok(value));
    hex::encode(bytes)
}

fn log_heads() -> Vec<LogHeads> {
    vec![LogHeads {
        log: LogId([1; 16]),
        heads: vec![EntryId([2; 32])],
    }]
}

#[test]
fn hello() {
    let hello = Hello {
        suites: vec![1],
        nonce: [1; 32],
        at: Timestamp(1_800_000_000),
        instance: [2; 16],
        node_chain: b"chain".to_vec(),
        practitioners: vec![PractitionerCard {
            chain: b"her".to_vec(),
            device_list: b"list".to_vec(),
        }],
        crl: CrlState {
            number: 7,
            hash: [3; 32],
        },
        checkpoint: b"note".to_vec(),
    };
    insta::assert_snapshot!(hex_of(&hello));
}

#[test]
fn steps() {
    let steps = [
        Step::Hello { hello: vec![1] },
        Step::Proof { proof: vec![2] },
        Step::Verdict { code: 5 },
    ];
    insta::assert_snapshot!(steps.iter().map(hex_of).collect::<Vec<_>>().join("\n"));
}

#[test]
fn receipt() {
    let receipt = Receipt {
        digest: [4; 32],
        at: Timestamp(1_800_000_000),
    };
    insta::assert_snapshot!(hex_of(&receipt));
}

#[test]
fn case_messages() {
    let messages = [
        CaseMessage::Heads { logs: log_heads() },
        CaseMessage::Entries {
            entries: vec![EntryBytes(vec![1, 2])],
        },
        CaseMessage::Want {
            log: LogId([1; 16]),
            have: vec![EntryId([2; 32])],
        },
        CaseMessage::OfferProfiles {
            offers: vec![ProfileOffer {
                practitioner: Fingerprint::from_bytes([6; 32]),
                seq: 7,
            }],
        },
        CaseMessage::Profile { profile: vec![8] },
    ];
    insta::assert_snapshot!(messages.iter().map(hex_of).collect::<Vec<_>>().join("\n"));
}

#[test]
fn case_replies() {
    let refused = vec![RefusedEntry {
        entry: EntryId([4; 32]),
        code: 13,
    }];
    let replies = [
        CaseReply::Heads { logs: log_heads() },
        CaseReply::Stored {
            stored: vec![EntryId([3; 32])],
            refused,
            missing: vec![EntryId([5; 32])],
        },
        CaseReply::Entries {
            entries: vec![EntryBytes(vec![1])],
            more: true,
        },
        CaseReply::Refused { code: 12 },
        CaseReply::WantProfiles {
            practitioners: vec![Fingerprint::from_bytes([6; 32])],
        },
    ];
    insta::assert_snapshot!(replies.iter().map(hex_of).collect::<Vec<_>>().join("\n"));
}

#[test]
fn packages() {
    let range = ChunkRange { first: 16, count: 16 };
    let request = PackageRequest {
        package: PackageId([1; 16]),
        ranges: vec![range],
        held: 300,
    };
    let header = SliceHeader {
        range,
        bytes: 1 << 20,
        proof: 1024,
    };
    insta::assert_snapshot!([hex_of(&request), hex_of(&header)].join("\n"));
}

/// The largest of everything that is allowed fits its frame.
#[test]
fn the_largest_values_fit_their_frames() {
    let range = ChunkRange {
        first: u64::MAX,
        count: u64::MAX,
    };
    let request = PackageRequest {
        package: PackageId([1; 16]),
        ranges: vec![range; MAX_RANGES],
        held: u64::MAX,
    };
    assert!(cbor::encode(&request).len() <= MAX_REQUEST_FRAME);
    let header = SliceHeader {
        range,
        bytes: u32::MAX,
        proof: u32::MAX,
    };
    assert!(cbor::encode(&header).len() <= MAX_SLICE_HEADER);
    let entries = (0..1024)
        .map(|_| EntryBytes(vec![0; MAX_ENTRIES_BYTES / 1024]))
        .collect();
    assert!(cbor::encode(&CaseMessage::Entries { entries }).len() <= MAX_CASE_FRAME);
}

/// An entry may hold patient data: it is never printed.
#[test]
fn entries_are_not_printed() {
    assert_eq!(
        format!("{:?}", EntryBytes(b"Yamada".to_vec())),
        "EntryBytes(6 bytes)"
    );
}

proptest! {
    /// R17 (tamper): whatever comes, decoding neither panics nor accepts a second encoding of the same value.
    #[test]
    fn r17_random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        if let Ok(message) = cbor::decode::<CaseMessage>(&bytes) {
            prop_assert_eq!(cbor::encode(&message), bytes.clone());
        }
        let _ = cbor::decode::<Hello>(&bytes);
        let _ = cbor::decode::<Step>(&bytes);
        let _ = cbor::decode::<CaseReply>(&bytes);
        let _ = cbor::decode::<PackageRequest>(&bytes);
    }
}
