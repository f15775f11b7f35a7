//! The encoding of everything that is signed, sent and stored. A change here is a change of the protocol.

mod support;

use dokuei_consultation::body::{AgreementReference, Body, Close, Outcome, ReportStatus};
use dokuei_consultation::entry::{EntryHeader, EntryType, SignedEntry, commitment};
use dokuei_consultation::fork::ForkProof;
use dokuei_consultation::id::{EntryId, LogId, Sha256Hash};
use dokuei_identity::cbor;

use support::{
    AGREEMENT, CLINIC_NODE, DENTIST, SPECIALIST, START, World, certificate, key, sample, sample_agreement,
};

const SALT: [u8; 32] = [0x5a; 32];

fn hex_of<T: minicbor::Encode<()>>(value: &T) -> String {
    hex::encode(cbor::encode(value))
}

fn entry_id(byte: u8) -> EntryId {
    EntryId::from_bytes([byte; 32])
}

/// A second entry of the dentist, in a fixed place.
fn header(body: &Body) -> EntryHeader {
    EntryHeader {
        log: LogId::from_bytes([0xca; 16]),
        entry_type: body.entry_type(),
        signer: certificate(DENTIST),
        device: certificate(CLINIC_NODE),
        seq: 2,
        prev_self: Some(entry_id(1)),
        parents: vec![entry_id(1), entry_id(2)],
        lamport: 3,
        time: START,
        crl_number: 7,
        body_commit: commitment(&SALT, &body.encode()),
    }
}

fn signed(body: &Body) -> SignedEntry {
    SignedEntry::sign(&header(body), body.encode(), SALT, &key(DENTIST))
}

/// One body of each type.
fn bodies() -> Vec<Body> {
    let reference = AgreementReference {
        id: AGREEMENT,
        proposal: entry_id(3),
        countersignature: entry_id(4),
    };
    let terms = Sha256Hash::of(b"terms");
    let report = sample::report(entry_id(5), terms, ReportStatus::Final, Some(entry_id(6)));
    let reason = "転居".to_owned();
    vec![
        Body::Agreement(Box::new(
            sample_agreement(DENTIST, SPECIALIST).countersignature(entry_id(3)),
        )),
        Body::Request(Box::new(sample::request(reference))),
        sample::accept(entry_id(5)),
        sample::decline(entry_id(5)),
        sample::offer(),
        sample::grant(CLINIC_NODE),
        sample::received(),
        Body::Report(Box::new(report)),
        sample::read(entry_id(7)),
        sample::close(),
        Body::Close(Close {
            outcome: Outcome::NotInformed { reason },
        }),
        sample::withdraw(),
    ]
}

#[test]
fn header_of_an_entry() {
    insta::assert_snapshot!(hex_of(&header(&sample::withdraw())));
}

#[test]
fn signed_entry() {
    insta::assert_snapshot!(hex_of(&signed(&sample::withdraw())));
}

#[test]
fn every_body() {
    let lines: Vec<_> = bodies()
        .iter()
        .map(|body| format!("{:?}: {}", body.entry_type(), hex::encode(body.encode())))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn fork_proof() {
    let (one, other) = (signed(&sample::withdraw()), signed(&sample::close()));
    let (first, second) = if one.id() < other.id() {
        (one, other)
    } else {
        (other, one)
    };
    let proof = ForkProof { first, second };
    assert!(proof.verify(&World::new()).is_ok());
    insta::assert_snapshot!(hex_of(&proof));
}

#[test]
fn what_is_written_is_read_back() {
    for body in bodies() {
        let bytes = body.encode();
        assert_eq!(Body::decode(body.entry_type(), &bytes).unwrap(), body);
        let entry = signed(&body);
        let again: SignedEntry = cbor::decode(&cbor::encode(&entry)).unwrap();
        assert_eq!(again, entry);
        assert_eq!(again.unverified_header().unwrap(), header(&body));
    }
}

#[test]
fn a_body_of_another_type_or_with_more_bytes_is_not_read() {
    for body in bodies() {
        let other = if body.entry_type() == EntryType::Close {
            EntryType::Withdraw
        } else {
            EntryType::Close
        };
        let mut bytes = body.encode();
        assert!(Body::decode(other, &bytes).is_err());
        bytes.push(0);
        assert!(Body::decode(body.entry_type(), &bytes).is_err());
        bytes.truncate(bytes.len() - 2);
        assert!(Body::decode(body.entry_type(), &bytes).is_err());
    }
}

#[test]
fn debug_shows_nothing_of_the_patient() {
    for body in bodies() {
        let shown = format!("{body:?} {:?}", signed(&body));
        assert!(!shown.contains("山田") && !shown.contains("YAMADA"), "{shown}");
    }
}
