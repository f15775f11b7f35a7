//! An entry of a later version: this node does not understand it, goes on working, and blames nobody.

use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::{EntryType, SignedEntry, commitment};
use dokuei_consultation::refusal::Refusal;
use dokuei_identity::cbor;

use crate::bodies;
use crate::world::{CLINIC, DENTIST, ORDINARY, Story, arrive, forge, key};

/// What a later version may write here: a type and a body that this one knows nothing of.
fn newer(story: &Story, signing: &str) -> SignedEntry {
    let like = forge(story.case.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST);
    let (salt, body) = ([7; 32], b"of a later version".to_vec());
    let mut header = like.unverified_header().unwrap();
    header.entry_type = EntryType::Newer(999);
    header.body_commit = commitment(&salt, &body);
    SignedEntry::sign(&header, body, salt, &key(signing))
}

#[test]
fn numbers_are_without_gap_and_only_appended() {
    for (number, known) in EntryType::KNOWN.iter().enumerate() {
        assert_eq!(usize::from(known.number()), number, "{known:?}");
        assert_eq!(EntryType::of(known.number()), *known);
        assert_eq!(cbor::decode::<EntryType>(&cbor::encode(known)), Ok(*known));
    }
    let newer = EntryType::Newer(999);
    assert_eq!(cbor::decode::<EntryType>(&cbor::encode(&newer)), Ok(newer));
    // What this version knows has one writing only.
    assert_eq!(cbor::encode(&EntryType::of(5)), cbor::encode(&EntryType::Grant));
    assert!(
        cbor::decode::<EntryType>(&[0x1a, 0, 1, 0, 0]).is_err(),
        "no such number can be"
    );
}

#[test]
fn an_entry_of_a_later_version_is_refused_as_such_and_the_log_goes_on() {
    let mut story = Story::requested();
    let entry = newer(&story, DENTIST);
    assert_eq!(entry.unverified_header().unwrap().entry_type.name(), "newer");
    let refusal = arrive(&mut story.case, &story.world, &entry).unwrap_err();
    assert_eq!((refusal.code(), &refusal), ("newer_entry", &Refusal::Newer(999)));
    assert_eq!(story.case.log().len(), 1);
    story.specialist(bodies::accept(&story.case)).unwrap();
    assert_eq!(story.case.state().name(), "accepted");
}

#[test]
fn what_follows_an_entry_of_a_later_version_waits() {
    let mut story = Story::requested();
    let unknown = newer(&story, DENTIST);
    let mut header = forge(story.case.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST)
        .unverified_header()
        .unwrap();
    (header.seq, header.prev_self) = (header.seq + 1, Some(unknown.id()));
    (header.parents, header.lamport) = (vec![unknown.id()], header.lamport + 1);
    let body = bodies::withdraw().encode();
    header.body_commit = commitment(&[1; 32], &body);
    let follows = SignedEntry::sign(&header, body, [1; 32], &key(DENTIST));
    let effects = arrive(&mut story.case, &story.world, &follows).unwrap();
    assert_eq!(
        effects,
        [Effect::Ask {
            missing: vec![unknown.id()]
        }]
    );
    assert_eq!(story.case.state().name(), "awaiting_acceptance");
}

#[test]
fn r17_a_later_version_is_no_cover_for_a_forged_entry() {
    let mut story = Story::requested();
    let forged = newer(&story, ORDINARY);
    let refusal = arrive(&mut story.case, &story.world, &forged).unwrap_err();
    assert_eq!(refusal, Refusal::BadSignature);
    let mut altered = newer(&story, DENTIST);
    altered.body.push(0);
    assert_eq!(
        arrive(&mut story.case, &story.world, &altered).unwrap_err(),
        Refusal::BodyAltered
    );
}
