//! Equivocation: two signed entries for one place are found wherever they meet, and the proof convinces everybody.

use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::event::Event;
use dokuei_consultation::fork::ForkProof;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;

use crate::bodies::{self, withdraw};
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, NOW, ORDINARY, SPECIALIST, Story, THIRD, arrive, certificate, forge, key,
};

/// The dentist's device tells one side that the request is withdrawn and the other that images are offered.
fn two_faced(story: &Story) -> (SignedEntry, SignedEntry) {
    let sign = |body| forge(story.case.log(), (DENTIST, CLINIC), &body, DENTIST);
    (sign(withdraw()), sign(bodies::offer()))
}

fn at(node: &str, story: &Story) -> Case {
    Case::replay(CASE, certificate(node), story.entries(), &story.world).unwrap()
}

#[test]
fn r17_a_fork_is_found_at_a_third_node_and_its_proof_freezes_the_log_at_both_parties() {
    let story = Story::accepted();
    let (one, other) = two_faced(&story);
    let (mut clinic, mut hospital, mut third) = (at(CLINIC, &story), at(HOSPITAL, &story), at(THIRD, &story));
    arrive(&mut clinic, &story.world, &one).unwrap();
    arrive(&mut hospital, &story.world, &other).unwrap();
    arrive(&mut third, &story.world, &one).unwrap();
    let effects = arrive(&mut third, &story.world, &other).unwrap();

    let found = effects.iter().find_map(|effect| match effect {
        Effect::PersistForkProof(proof) => Some(proof.clone()),
        _ => None,
    });
    let proof = found.unwrap();
    assert_eq!(proof.verify(&story.world).unwrap(), CASE.into());
    let mut ids = [one.id(), other.id()];
    ids.sort_unstable();
    assert_eq!(proof.ids(), ids);
    let told = |who: &str| {
        let who = certificate(who);
        effects.iter().any(
            |effect| matches!(effect, Effect::Notify { who: told, notice: Notice::Forked, .. } if *told == who),
        )
    };
    assert!(told(DENTIST) && told(SPECIALIST));

    for mut case in [clinic, hospital, third] {
        case.handle(Event::ForkShown(proof.clone()), &story.world, NOW)
            .unwrap();
        assert_eq!(case.log().fork(), Some(&proof));
        let mut frozen = Story {
            case,
            ..story.clone()
        };
        assert_eq!(
            frozen.specialist(bodies::decline(&frozen.case)).unwrap_err(),
            Refusal::Frozen
        );
    }
}

#[test]
fn a_fork_is_found_also_when_the_second_entry_had_to_wait() {
    let story = Story::requested();
    let mut ahead = story.clone();
    ahead.specialist(bodies::accept(&ahead.case)).unwrap();
    let (waits, rival) = (two_faced(&ahead).0, two_faced(&story).1);
    let mut third = at(THIRD, &story);
    arrive(&mut third, &story.world, &waits).unwrap();
    arrive(&mut third, &story.world, &rival).unwrap();
    let accept = &ahead.entries()[1];
    let effects = arrive(&mut third, &story.world, accept).unwrap();
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::PersistForkProof(_))),
        "{effects:?}"
    );
}

#[test]
fn a_false_proof_is_refused() {
    let mut story = Story::accepted();
    let (one, other) = two_faced(&story);
    let entries = story.entries();
    let (first, second) = if one.id() < other.id() {
        (one, other)
    } else {
        (other, one)
    };
    let proof = ForkProof {
        first: first.clone(),
        second: second.clone(),
    };
    assert!(proof.verify(&story.world).is_ok());
    let mut altered = proof.clone();
    altered.second.body[3] ^= 1;
    let honest = ForkProof {
        first: entries[0].clone(),
        second: entries[1].clone(),
    };
    let same = ForkProof {
        first: first.clone(),
        second: first.clone(),
    };
    let unordered = ForkProof {
        first: second,
        second: first,
    };
    for false_proof in [altered, honest, same, unordered] {
        let event = Event::ForkShown(false_proof);
        assert!(story.case.handle(event, &story.world, NOW).is_err());
        assert_eq!(story.case.log().fork(), None);
    }
}

#[test]
fn a_stranger_cannot_freeze_a_log_neither_with_a_fork_nor_with_a_proof_of_one() {
    let mut story = Story::accepted();
    let sign = |body| forge(story.case.log(), (ORDINARY, CLINIC), &body, ORDINARY);
    let (one, other) = (sign(withdraw()), sign(bodies::offer()));
    for entry in [&one, &other] {
        assert_eq!(
            arrive(&mut story.case, &story.world, entry).unwrap_err().code(),
            "not_the_requester"
        );
    }
    // The same, but waiting for a parent that never comes.
    for entry in [&one, &other] {
        let mut header = entry.unverified_header().unwrap();
        header.parents = vec![dokuei_consultation::id::EntryId::of(b"never")];
        let waits = SignedEntry::sign(&header, entry.body.clone(), entry.salt, &key(ORDINARY));
        arrive(&mut story.case, &story.world, &waits).unwrap();
    }
    let (first, second) = if one.id() < other.id() {
        (one, other)
    } else {
        (other, one)
    };
    let event = Event::ForkShown(ForkProof { first, second });
    assert_eq!(
        story.case.handle(event, &story.world, NOW).unwrap_err(),
        Refusal::NotAParty
    );
    assert_eq!(story.case.log().fork(), None);
}

#[test]
fn a_second_beginning_of_a_case_from_another_device_is_refused() {
    let story = Story::requested();
    let request = bodies::request(&story.world);
    let empty = Case::new(CASE, certificate(HOSPITAL));
    let body = dokuei_consultation::body::Body::Request(Box::new(request));
    let second = forge(empty.log(), (DENTIST, HOSPITAL), &body, DENTIST);
    assert_eq!(
        arrive(&mut story.case.clone(), &story.world, &second)
            .unwrap_err()
            .code(),
        "wrong_beginning"
    );
}
