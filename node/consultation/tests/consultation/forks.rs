//! Equivocation: two signed entries for one place are found wherever they meet, and the proof convinces everybody.

use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::entry::{EntryHeader, SignedEntry};
use dokuei_consultation::event::Event;
use dokuei_consultation::fork::ForkProof;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::log::MAX_WAITING;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;

use crate::bodies::{self, withdraw};
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, NOW, ORDINARY, SPECIALIST, Story, THIRD, arrive, certificate, forge,
    key, write,
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

/// A log that is forked: the dentist's device shows the clinic one entry and the hospital another, and the specialist has
/// gone on with hers.
fn forked() -> (Story, Case, Case, ForkProof) {
    let story = Story::delivered();
    let sign = |body| forge(story.case.log(), (DENTIST, CLINIC), &body, DENTIST);
    let request = bodies::request_id(&story.case);
    let (one, other) = (sign(withdraw()), sign(bodies::query(request, SPECIALIST)));
    let (mut clinic, mut hospital) = (at(CLINIC, &story), at(HOSPITAL, &story));
    arrive(&mut clinic, &story.world, &one).unwrap();
    arrive(&mut hospital, &story.world, &other).unwrap();
    let answer = bodies::answer(other.id());
    write(&mut hospital, &story.world, (SPECIALIST, HOSPITAL), answer).unwrap();
    let mut third = at(THIRD, &story);
    arrive(&mut third, &story.world, &one).unwrap();
    arrive(&mut third, &story.world, &other).unwrap();
    let proof = third.log().fork().unwrap().clone();
    (story, clinic, hospital, proof)
}

fn alarms(effects: &[Effect]) -> usize {
    effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Alarm { .. }))
        .count()
}

#[test]
fn r9_a_frozen_log_takes_urgent_findings_and_their_acknowledgement_and_nothing_else() {
    let (story, mut clinic, mut hospital, proof) = forked();
    for case in [&mut clinic, &mut hospital] {
        case.handle(Event::ForkShown(proof.clone()), &story.world, NOW)
            .unwrap();
    }
    let request = bodies::request_id(&hospital);
    let reader = (SPECIALIST, HOSPITAL);
    let refused = write(
        &mut hospital,
        &story.world,
        reader,
        bodies::query(request, DENTIST),
    );
    assert_eq!(refused.unwrap_err(), Refusal::Frozen);
    // What she names as seen is in a branch that the clinic will never have.
    let (finding, _) = write(&mut hospital, &story.world, reader, bodies::urgent(request)).unwrap();
    let effects = arrive(&mut clinic, &story.world, &finding).unwrap();
    assert_eq!(alarms(&effects), 1);
    assert!(effects.contains(&Effect::Acknowledge(finding.id())));
    assert!(effects.contains(&Effect::Persist(finding.clone())));

    let ack = bodies::acknowledge(finding.id());
    let (ack, _) = write(&mut clinic, &story.world, (DENTIST, CLINIC), ack).unwrap();
    let effects = arrive(&mut hospital, &story.world, &ack).unwrap();
    let finding = finding.id();
    assert!(effects.contains(&Effect::EndAlarm { finding }));
    // After a restart as well.
    for (case, node) in [(clinic, CLINIC), (hospital, HOSPITAL)] {
        assert_eq!(case.alarms(), []);
        let entries: Vec<_> = case.log().entries_since(&[]).into_iter().cloned().collect();
        let mut again = Case::replay(CASE, certificate(node), entries, &story.world).unwrap();
        again
            .handle(Event::ForkShown(proof.clone()), &story.world, NOW)
            .unwrap();
        assert_eq!(again.log().len(), case.log().len());
        assert_eq!(again.alarms(), []);
        assert_eq!(again.state(), case.state());
    }
}

#[test]
fn r9_an_urgent_finding_that_waits_alarms_as_soon_as_the_fork_is_known() {
    let (story, mut clinic, mut hospital, proof) = forked();
    let request = bodies::request_id(&hospital);
    let reader = (SPECIALIST, HOSPITAL);
    let (finding, _) = write(&mut hospital, &story.world, reader, bodies::urgent(request)).unwrap();
    let effects = arrive(&mut clinic, &story.world, &finding).unwrap();
    assert_eq!(alarms(&effects), 0, "it may still be judged by what it follows");
    let effects = clinic.handle(Event::ForkShown(proof), &story.world, NOW).unwrap();
    assert_eq!(alarms(&effects), 1);
    assert!(effects.contains(&Effect::Persist(finding)));
}

#[test]
fn r9_an_urgent_finding_that_is_itself_one_of_two_entries_for_one_place_alarms() {
    let story = Story::delivered();
    let (mut clinic, request) = (at(CLINIC, &story), bodies::request_id(&story.case));
    let sign = |body| forge(story.case.log(), (SPECIALIST, HOSPITAL), &body, SPECIALIST);
    let (one, finding) = (
        sign(bodies::query(request, DENTIST)),
        sign(bodies::urgent(request)),
    );
    arrive(&mut clinic, &story.world, &one).unwrap();
    let effects = arrive(&mut clinic, &story.world, &finding).unwrap();
    assert!(clinic.log().fork().is_some());
    assert_eq!(alarms(&effects), 1);
    // As it is read from the disk: the one, and the other as evidence.
    let proof = clinic.log().fork().unwrap().clone();
    let mut entries = story.entries();
    entries.push(one);
    let mut again = Case::replay(CASE, certificate(CLINIC), entries.clone(), &story.world).unwrap();
    again
        .handle(Event::ForkShown(proof.clone()), &story.world, NOW)
        .unwrap();
    assert_eq!(again.alarms(), clinic.alarms());
    assert_eq!(again.alarms().len(), 1);

    // The acknowledgement is in the log, and what it is about is among the evidence.
    let ack = bodies::acknowledge(finding.id());
    let (ack, _) = write(&mut clinic, &story.world, (DENTIST, CLINIC), ack).unwrap();
    assert_eq!(clinic.alarms(), []);
    entries.push(ack.clone());
    let mut again = Case::replay(CASE, certificate(CLINIC), entries, &story.world).unwrap();
    again.handle(Event::ForkShown(proof), &story.world, NOW).unwrap();
    assert!(again.log().get(&ack.id()).is_some());
    assert_eq!(again.alarms(), []);
}

/// The specialist's urgent finding, whatever clock and parents she claims.
fn claiming(case: &Case, claim: impl FnOnce(&mut EntryHeader)) -> SignedEntry {
    let body = bodies::urgent(bodies::request_id(case));
    let honest = forge(case.log(), (SPECIALIST, HOSPITAL), &body, SPECIALIST);
    let mut header = honest.unverified_header().unwrap();
    claim(&mut header);
    SignedEntry::sign(&header, honest.body, honest.salt, &key(SPECIALIST))
}

#[test]
fn r6_r9_nobody_makes_a_frozen_log_unreadable_with_urgent_findings() {
    let (story, mut clinic, _, proof) = forked();
    clinic
        .handle(Event::ForkShown(proof.clone()), &story.world, NOW)
        .unwrap();
    // All that it follows is here, so that its place is known to be wrong.
    let early = claiming(&clinic, |header| header.lamport += 7);
    let refused = arrive(&mut clinic, &story.world, &early).unwrap_err();
    assert_eq!(refused, Refusal::BadClock);
    // More than may wait, each after something that never comes.
    let after = |case: &Case, seq: u64| {
        claiming(case, |header| {
            header.parents.push(EntryId::of(&seq.to_be_bytes()));
            header.parents.sort_unstable();
            header.seq += seq;
            header.lamport = 3;
        })
    };
    let begun = clinic.clone();
    let mut entries: Vec<_> = begun.log().entries_since(&[]).into_iter().cloned().collect();
    for seq in 0..=u64::try_from(MAX_WAITING).unwrap() {
        let finding = after(&begun, seq);
        entries.push(finding.clone());
        if seq < 2 {
            let effects = arrive(&mut clinic, &story.world, &finding).unwrap();
            assert_eq!(alarms(&effects), 1);
        }
    }
    // As another version may have stored it.
    entries.push(early);
    // As they are read from the disk.
    entries.sort_by_key(|entry| (entry.unverified_header().unwrap().lamport, entry.id()));
    let mut again = Case::replay(CASE, certificate(CLINIC), entries, &story.world).unwrap();
    again.handle(Event::ForkShown(proof), &story.world, NOW).unwrap();
    assert_eq!(again.alarms().len(), MAX_WAITING + 1);
}

#[test]
fn r9_a_stranger_alarms_nobody_in_a_frozen_log() {
    let (story, mut clinic, _, proof) = forked();
    clinic.handle(Event::ForkShown(proof), &story.world, NOW).unwrap();
    let request = bodies::request_id(&clinic);
    for (signer, code) in [(ORDINARY, "not_the_consultant"), (DENTIST, "not_the_consultant")] {
        let finding = forge(clinic.log(), (signer, CLINIC), &bodies::urgent(request), signer);
        let refused = arrive(&mut clinic, &story.world, &finding).unwrap_err();
        assert_eq!(refused.code(), code);
    }
    assert_eq!(clinic.alarms(), []);
}
