//! Entries come late, twice, or before what they follow.

use dokuei_consultation::body::Body;
use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::event::Event;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::log::MAX_WAITING;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_identity::cbor;

use crate::bodies;
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, NOW, ORDINARY, SPECIALIST, Story, World, arrive, certificate, forge, key,
};

#[test]
fn entries_in_reverse_wait_and_then_join_all_at_once() {
    let story = Story::reported();
    let mut hospital = Case::new(CASE, certificate(HOSPITAL));
    let entries = story.entries();
    for entry in entries[1..].iter().rev() {
        let effects = arrive(&mut hospital, &story.world, entry).unwrap();
        assert!(
            matches!(effects[..], [Effect::Ask { .. }]),
            "it waits, not acknowledged, not stored"
        );
    }
    assert_eq!(hospital.log().missing(), [entries[0].id()]);
    let effects = arrive(&mut hospital, &story.world, &entries[0]).unwrap();
    let kind = |wanted: fn(&Effect) -> bool| effects.iter().filter(|effect| wanted(effect)).count();
    assert_eq!(kind(|effect| matches!(effect, Effect::Persist(_))), entries.len());
    assert_eq!(
        kind(|effect| matches!(effect, Effect::Acknowledge(_))),
        entries.len()
    );
    let last_persist = effects
        .iter()
        .rposition(|effect| matches!(effect, Effect::Persist(_)));
    let first_acknowledge = effects
        .iter()
        .position(|effect| matches!(effect, Effect::Acknowledge(_)));
    assert!(last_persist < first_acknowledge, "durable before acknowledged");
    assert_eq!(
        (hospital.state(), hospital.log().heads()),
        (story.case.state(), story.case.log().heads())
    );
}

#[test]
fn an_entry_that_comes_again_is_acknowledged_again_and_changes_nothing() {
    let mut story = Story::reported();
    for entry in story.entries() {
        let effects = arrive(&mut story.case, &story.world, &entry).unwrap();
        assert_eq!(effects, [Effect::Acknowledge(entry.id())]);
    }
}

#[test]
fn what_waits_is_bounded() {
    let mut story = Story::requested();
    let good = forge(story.case.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST);
    for number in 0..=MAX_WAITING {
        let mut header = good.unverified_header().unwrap();
        header.parents = vec![EntryId::of(&number.to_be_bytes())];
        let entry = SignedEntry::sign(&header, good.body.clone(), good.salt, &key(DENTIST));
        let outcome = arrive(&mut story.case, &story.world, &entry);
        if number < MAX_WAITING {
            assert!(outcome.is_ok());
        } else {
            assert_eq!(outcome.unwrap_err(), Refusal::Full { limit: MAX_WAITING });
        }
    }
}

#[test]
fn a_waiting_entry_that_turns_out_not_to_be_allowed_is_dropped_with_all_that_follows() {
    let mut story = Story::requested();
    let mut ahead = Story::requested();
    let answer = bodies::accept(&ahead.case);
    ahead.specialist(answer).unwrap();
    let entry = forge(
        ahead.case.log(),
        (ORDINARY, CLINIC),
        &bodies::withdraw(),
        ORDINARY,
    );
    arrive(&mut story.case, &story.world, &entry).unwrap();
    let effects = arrive(&mut story.case, &story.world, &ahead.entries()[1]).unwrap();
    let rejects = |effect: &Effect| {
        matches!(effect, Effect::Reject { entry: rejected, refusal } if *rejected == entry.id()
            && refusal.code() == "not_the_requester")
    };
    assert!(effects.iter().any(rejects), "{effects:?}");
    assert!(story.case.log().missing().is_empty());
}

type Change = fn(&mut dokuei_consultation::entry::EntryHeader);

#[test]
fn an_entry_out_of_its_chain_or_clock_is_refused() {
    let changes: [(&str, Change); 5] = [
        ("malformed", |header| header.seq = 0),
        ("malformed", |header| header.prev_self = None),
        ("malformed", |header| header.parents.push(header.parents[0])),
        ("bad_clock", |header| header.lamport += 1),
        ("broken_chain", |header| header.seq += 1),
    ];
    let story = Story::requested();
    let good = forge(story.case.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST);
    for (code, change) in changes {
        let mut header = good.unverified_header().unwrap();
        change(&mut header);
        let entry = SignedEntry::sign(&header, good.body.clone(), good.salt, &key(DENTIST));
        let refusal = arrive(&mut story.case.clone(), &story.world, &entry).unwrap_err();
        assert_eq!(refusal.code(), code, "{header:?}");
    }
}

#[test]
fn peers_that_compare_heads_give_and_ask_for_what_is_lacking() {
    let story = Story::reported();
    let entries = story.entries();
    let mut behind = Case::new(CASE, certificate(HOSPITAL));
    for entry in &entries[..3] {
        arrive(&mut behind, &story.world, entry).unwrap();
    }
    let mut ahead = story.case.clone();
    let (peer, heads) = (certificate(HOSPITAL), behind.log().heads());
    let effects = ahead
        .handle(Event::PeerHeads { peer, heads }, &story.world, NOW)
        .unwrap();
    assert_eq!(
        effects,
        [Effect::Give {
            peer,
            entries: entries[3..].to_vec()
        }]
    );
    let (peer, heads) = (certificate(CLINIC), ahead.log().heads());
    let effects = behind
        .handle(
            Event::PeerHeads {
                peer,
                heads: heads.clone(),
            },
            &story.world,
            NOW,
        )
        .unwrap();
    let ask = Effect::Ask { missing: heads };
    // It cannot know that the peer has all it has: it gives that too, which costs little and harms nothing.
    assert!(effects.contains(&ask), "{effects:?}");
}

#[test]
fn a_case_is_the_same_after_a_restart_and_goes_on() {
    let mut story = Story::delivered();
    let again = Case::replay(CASE, certificate(CLINIC), story.entries(), &story.world).unwrap();
    assert_eq!(
        (again.state(), again.log().heads()),
        (story.case.state(), story.case.log().heads())
    );
    story.case = again;
    let report = Body::Report(Box::new(bodies::report(&story.case, &story.world)));
    story.specialist(report).unwrap();
    assert_eq!(story.case.state().name(), "reported");
}

/// As it lies on the disks of those who have closed cases: what is added to the protocol changes nothing of it.
#[test]
fn r6_a_case_that_was_stored_reads_as_it_did() {
    let stored = include_str!("vectors/closed-case.hex").lines();
    let entries: Vec<SignedEntry> = stored
        .map(|line| cbor::decode(&hex::decode(line).unwrap()).unwrap())
        .collect();
    let case = Case::replay(CASE, certificate(CLINIC), entries, &World::agreed()).unwrap();
    assert_eq!((case.state().name(), case.log().len()), ("closed", 11));
    let statuses: Vec<_> = case.versions().iter().map(|version| version.status()).collect();
    assert_eq!(statuses, ["preliminary", "final", "final"]);
    assert_eq!(case.open(), []);
    assert_eq!(case.parties(), [DENTIST, SPECIALIST].map(certificate));
}
