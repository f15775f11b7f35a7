//! What is an application, and what is not.

use dokuei_identity::application::{
    ApplicationError, ClaimedQualification, Claims, Contact, Draft, Evidence, EvidenceKind, MAX_APPLICATION,
    MAX_EVIDENCE, MAX_EVIDENCE_PIECES, MediaType, NodeClaims, PractitionerClaims, SignedApplication,
};
use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, PersonName, QualificationCode,
};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::signed::{self, Kind, SignedError};
use minicbor::{Decode, Encode};
use proptest::prelude::*;

use crate::world::NOW;

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

pub(crate) fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

pub(crate) fn root() -> Fingerprint {
    Fingerprint::of(b"root")
}

pub(crate) fn evidence(kind: EvidenceKind, name: &str, content: &[u8]) -> Evidence {
    Evidence {
        kind,
        name: name.to_owned(),
        content: content.to_vec(),
    }
}

pub(crate) fn draft() -> Draft {
    Draft {
        root: root(),
        made_at: NOW,
        claims: Claims::Practitioner(PractitionerClaims {
            name: PersonName {
                japanese: "田中 花子".to_owned(),
                latin: "Hanako Tanaka".to_owned(),
            },
            licence: Licence {
                jurisdiction: "JP".to_owned(),
                kind: LicenceKind::Dentist,
                number: "123456".to_owned(),
                registered_on: None,
            },
            qualifications: vec![ClaimedQualification {
                code: QualificationCode::OralRadiology,
                number: Some("第77号".to_owned()),
                valid_to: Some(NOW.plus(86_400)),
                ground: None,
            }],
            institution: Some("みなと歯科".to_owned()),
        }),
        contact: Contact {
            email: Some("tanaka@example.jp".to_owned()),
            ..Contact::default()
        },
        evidence: vec![
            evidence(EvidenceKind::Licence, "免許証.png", PNG),
            evidence(EvidenceKind::Qualification, "board.pdf", b"%PDF-1.7 x"),
        ],
        reply: None,
    }
}

pub(crate) fn good() -> SignedApplication {
    SignedApplication::make(&key(), draft()).unwrap()
}

fn refused(change: impl FnOnce(&mut Draft)) -> ApplicationError {
    let mut draft = draft();
    change(&mut draft);
    SignedApplication::make(&key(), draft).unwrap_err()
}

fn practitioner(draft: &mut Draft) -> &mut PractitionerClaims {
    match &mut draft.claims {
        Claims::Practitioner(claims) => claims,
        _ => unreachable!("the draft is a practitioner's"),
    }
}

#[test]
fn r3_an_application_comes_back_as_it_was_made() {
    let made = good();
    let read = SignedApplication::read(&made.to_bytes()).unwrap();
    assert_eq!(read, made);
    assert_eq!(read.id(), made.id());
    assert_eq!(read.request().key, key().public());
    let (label, content) = read.evidence(0).unwrap();
    assert_eq!((label.media_type, content), (MediaType::Png, PNG));
    assert!(read.evidence(2).is_none());
    // Personal data does not get into logs.
    assert_eq!(format!("{read:?}"), format!("SignedApplication({})", read.id()));
}

#[test]
fn the_form_on_the_wire_is_frozen() {
    let made = good();
    insta::assert_snapshot!("statement", hex::encode(made.bytes_to_sign()));
    insta::assert_snapshot!(
        "application",
        hex::encode(made.with_countersignature(vec![0x30, 0]).unwrap().to_bytes())
    );
    let node = SignedApplication::make(&key(), node_draft()).unwrap();
    insta::assert_snapshot!("statement_of_a_node", hex::encode(node.bytes_to_sign()));
    insta::assert_snapshot!(
        "shown",
        serde_json::to_string_pretty(good().application()).unwrap()
    );
}

fn node_draft() -> Draft {
    Draft {
        claims: Claims::Node(NodeClaims {
            institution: "みなと歯科".to_owned(),
            institution_code: "1312345".to_owned(),
            device_class: DeviceClass::Fixed,
            owner: DeviceOwner::Institution,
        }),
        evidence: Vec::new(),
        ..draft()
    }
}

#[test]
fn r24_only_images_and_documents_are_accepted_and_by_their_content() {
    for (content, media_type) in [
        (PNG, Some(MediaType::Png)),
        (b"\xff\xd8\xff\xe0JFIF".as_slice(), Some(MediaType::Jpeg)),
        (b"%PDF-1.4", Some(MediaType::Pdf)),
        (b"MZ\x90\x00", None),
        (b"#!/bin/sh", None),
        (b"<svg onload=x>", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ] {
        assert_eq!(MediaType::of(content), media_type, "{content:?}");
    }
    let error = refused(|draft| draft.evidence[0].content = b"#!/bin/sh".to_vec());
    assert_eq!(
        error,
        ApplicationError::MediaType {
            name: "免許証.png".to_owned()
        }
    );
}

#[test]
fn r24_evidence_is_limited_in_size_number_and_name() {
    let of = |length: usize| [PNG, &vec![0; length - PNG.len()]].concat();
    let mut draft = draft();
    draft.evidence = vec![evidence(EvidenceKind::Identity, "a.png", &of(MAX_EVIDENCE))];
    let largest = SignedApplication::make(&key(), draft).unwrap();
    let largest = largest.with_countersignature(vec![0; 64 << 10]).unwrap();
    assert!(largest.to_bytes().len() <= MAX_APPLICATION);
    assert!(SignedApplication::read(&largest.to_bytes()).is_ok());
    let error = refused(|draft| {
        draft.evidence = vec![
            evidence(EvidenceKind::Identity, "a.png", &of(MAX_EVIDENCE / 2)),
            evidence(EvidenceKind::Identity, "b.png", &of(MAX_EVIDENCE / 2 + 1)),
        ];
    });
    assert_eq!(error, ApplicationError::TooMuchEvidence);
    let error = refused(|draft| {
        draft.evidence = vec![evidence(EvidenceKind::Other, "a.png", PNG); MAX_EVIDENCE_PIECES + 1];
    });
    assert_eq!(error, ApplicationError::TooMuchEvidence);
    for name in ["", "../../root.key", "a\\b.png", "a\n.png", &"x".repeat(129)] {
        let error = refused(|draft| draft.evidence[0].name = name.to_owned());
        assert!(
            matches!(error, ApplicationError::Claim { .. }),
            "{name:?}: {error}"
        );
    }
}

#[test]
fn claims_must_be_there_and_short() {
    let long = "x".repeat(65);
    let refusals = [
        refused(|draft| practitioner(draft).name.japanese = " ".to_owned()),
        refused(|draft| practitioner(draft).name.latin = long.clone()),
        refused(|draft| practitioner(draft).licence.number = String::new()),
        refused(|draft| practitioner(draft).licence.jurisdiction = "Japan".to_owned()),
        refused(|draft| practitioner(draft).institution = Some("a\u{7}".to_owned())),
        refused(|draft| {
            let claimed = &mut practitioner(draft).qualifications[0];
            claimed.code = QualificationCode::Equivalent;
        }),
        refused(|draft| {
            let claimed = practitioner(draft).qualifications[0].clone();
            practitioner(draft).qualifications = vec![claimed; 17];
        }),
        refused(|draft| draft.contact.email = Some(String::new())),
        refused(|draft| draft.contact.note = Some("x".repeat(1001))),
        // What steers the operator's terminal, or shows another text than there is.
        refused(|draft| draft.contact.note = Some("a\u{9b}2Jb".to_owned())),
        refused(|draft| practitioner(draft).name.latin = "Hanako\u{202e}akanaT".to_owned()),
        refused(|draft| practitioner(draft).licence.number = "1234\u{200b}56".to_owned()),
        refused(|draft| {
            *draft = Draft {
                claims: Claims::Node(NodeClaims {
                    institution: "x".to_owned(),
                    institution_code: String::new(),
                    device_class: DeviceClass::Fixed,
                    owner: DeviceOwner::Institution,
                }),
                ..draft.clone()
            }
        }),
    ];
    for error in refusals {
        assert_eq!(error.code(), "application-claim", "{error}");
        assert!(!error.japanese().is_empty());
    }
}

/// The envelope, taken apart to be put together wrongly.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Parts {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    signed: Vec<u8>,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    countersignature: Option<Vec<u8>>,
    #[n(2)]
    contents: Vec<minicbor::bytes::ByteVec>,
}

fn altered(change: impl FnOnce(&mut Parts)) -> ApplicationError {
    let mut parts: Parts = minicbor::decode(&good().to_bytes()).unwrap();
    change(&mut parts);
    SignedApplication::read(&minicbor::to_vec(&parts).unwrap()).unwrap_err()
}

#[test]
fn r17_evidence_is_the_one_that_the_applicant_signed() {
    let error = altered(|parts| parts.contents[1] = b"%PDF-1.7 y".to_vec().into());
    assert_eq!(error, ApplicationError::EvidenceAltered { index: 1 });
    let error = altered(|parts| parts.contents.swap(0, 1));
    assert_eq!(error, ApplicationError::EvidenceAltered { index: 0 });
    let error = altered(|parts| drop(parts.contents.pop()));
    assert_eq!(error, ApplicationError::EvidenceAltered { index: 1 });
    let error = altered(|parts| parts.contents.push(PNG.to_vec().into()));
    assert_eq!(error, ApplicationError::EvidenceAltered { index: 2 });
    let error = altered(|parts| parts.contents = vec![PNG.to_vec().into(); 17]);
    assert_eq!(error.code(), "application-form");
    let error = altered(|parts| parts.countersignature = Some(vec![0; (64 << 10) + 1]));
    assert_eq!(error.code(), "application-too-large");
    let error = altered(|parts| parts.signed = vec![0; (64 << 10) + 1]);
    assert_eq!(error.code(), "application-too-large");
}

#[test]
fn r17_nobody_applies_for_a_key_that_she_does_not_hold() {
    let statement = good().bytes_to_sign().to_vec();
    let name = Fingerprint::of(good().application().request.as_bytes());
    // Another key signs the statement with the victim's request in it.
    let thief = SecretKey::from_seed(&[8; 32]);
    let error =
        altered(|parts| parts.signed = signed::sign(Kind::Application, &thief, &name, statement.clone()));
    assert!(
        matches!(error, ApplicationError::Signature(SignedError::Signature(_))),
        "{error}"
    );
    // The right key, in the name of another request, and for another kind of document.
    let other = Fingerprint::of(b"another");
    let error =
        altered(|parts| parts.signed = signed::sign(Kind::Application, &key(), &other, statement.clone()));
    assert_eq!(error, ApplicationError::AnotherRequest);
    let error = altered(|parts| parts.signed = signed::sign(Kind::Profile, &key(), &name, statement.clone()));
    assert!(matches!(error, ApplicationError::Signature(_)), "{error}");
    // The request itself was altered: its own signature no longer fits.
    let mut statement = statement;
    let head = b"REQUEST-----\n";
    let head = statement
        .windows(head.len())
        .position(|window| window == head)
        .unwrap()
        + head.len();
    // In the common name, far into the Base64.
    let place = head + 32;
    statement[place] = if statement[place] == b'A' { b'B' } else { b'A' };
    let request = minicbor_request(&statement);
    let name = Fingerprint::of(request.as_bytes());
    let error = altered(|parts| {
        parts.signed = signed::sign(Kind::Application, &key(), &name, statement);
    });
    assert_eq!(error.code(), "application-request", "{error}");
}

#[test]
fn a_newer_format_is_told_apart() {
    let mut statement = good().bytes_to_sign().to_vec();
    assert_eq!(statement[1], 1);
    statement[1] = 2;
    let name = Fingerprint::of(good().application().request.as_bytes());
    let error = altered(|parts| parts.signed = signed::sign(Kind::Application, &key(), &name, statement));
    assert_eq!(error, ApplicationError::Format(2));
}

#[test]
fn r24_what_is_too_large_is_refused_before_it_is_read() {
    let got = MAX_APPLICATION + 1;
    let error = SignedApplication::read(&vec![0; got]).unwrap_err();
    assert!(matches!(error, ApplicationError::TooLarge { .. }), "{error}");
}

proptest! {
    /// R24: whatever bytes come, reading them ends with a refusal and never with a panic.
    #[test]
    fn r24_no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(SignedApplication::read(&bytes).is_err());
    }

    /// R17: no single altered byte goes unnoticed.
    #[test]
    fn r17_every_altered_byte_is_noticed(place in any::<proptest::sample::Index>(), by in 1_u8..) {
        let mut bytes = good().to_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= by;
        prop_assert!(SignedApplication::read(&bytes).is_err());
    }
}

/// The request that stands in a statement.
fn minicbor_request(statement: &[u8]) -> String {
    let application: dokuei_identity::application::Application = minicbor::decode(statement).unwrap();
    application.request
}
