//! The time of an entry is a claim: what bounds it from above and from below.

use dokuei_consultation::CLOCK_TOLERANCE;
use dokuei_consultation::event::Event;
use dokuei_consultation::refusal::Refusal;

use crate::bodies;
use crate::world::{CLINIC, DENTIST, HOSPITAL, NOW, SPECIALIST, Story, author, forge, forge_at};

#[test]
fn times_from_the_future_and_old_drafts_are_refused() {
    let story = Story::requested();
    let entry = forge(story.case.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST);
    let mut case = story.case.clone();
    let early = case
        .handle(Event::Arrived(entry.clone()), &story.world, NOW.minus(301))
        .unwrap_err();
    assert_eq!(early, Refusal::FromTheFuture { ahead: 301 });
    let late = case
        .handle(Event::Authored(entry.clone()), &story.world, NOW.plus(301))
        .unwrap_err();
    assert_eq!(late, Refusal::Outdated { age: 301 });
    // What arrives may have been on the way for long.
    case.handle(Event::Arrived(entry), &story.world, NOW.plus(40 * 86_400))
        .unwrap();
}

/// A report cannot be dated before its images came, to escape a revocation or the end of a credential.
#[test]
fn an_entry_dated_before_what_it_follows_is_refused() {
    let story = Story::requested();
    let accept = bodies::accept(&story.case);
    let behind = CLOCK_TOLERANCE + 1;
    let drafted = story.case.draft(
        &author(SPECIALIST, HOSPITAL),
        accept.clone(),
        &story.world,
        NOW.minus(behind),
    );
    assert_eq!(drafted.unwrap_err(), Refusal::Backdated { behind });
    for (seconds, expected) in [
        (behind, Err(Refusal::Backdated { behind })),
        (CLOCK_TOLERANCE, Ok(())),
    ] {
        let entry = forge_at(
            story.case.log(),
            (SPECIALIST, HOSPITAL),
            &accept,
            SPECIALIST,
            NOW.minus(seconds),
        );
        let outcome = story
            .case
            .clone()
            .handle(Event::Arrived(entry), &story.world, NOW);
        assert_eq!(outcome.map(|_| ()), expected);
    }
}
