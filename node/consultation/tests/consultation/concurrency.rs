//! Two act without knowing of each other: both nodes come to the same, and medical content wins.

use dokuei_consultation::body::{Body, Report};
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;

use crate::bodies::{self, accept, close, decline, read, withdraw};
use crate::world::{CLINIC, DENTIST, HOSPITAL, HOSPITAL_2, SPECIALIST, Story, arrive, write};

type Who = (&'static str, &'static str);
const DENTIST_THERE: Who = (DENTIST, CLINIC);
const SPECIALIST_THERE: Who = (SPECIALIST, HOSPITAL);

/// Both write on the same log, then each gets the other's entry; gives both replicas.
fn at_once(story: &Story, one: (Who, Body), other: (Who, Body)) -> [Case; 2] {
    let (mut left, mut right) = (story.case.clone(), story.case.clone());
    let (from_left, _) = write(&mut left, &story.world, one.0, one.1).unwrap();
    let (from_right, _) = write(&mut right, &story.world, other.0, other.1).unwrap();
    arrive(&mut left, &story.world, &from_right).unwrap();
    arrive(&mut right, &story.world, &from_left).unwrap();
    assert_eq!(left.log().heads(), right.log().heads());
    assert_eq!(left.log().heads().len(), 2);
    [left, right]
}

#[track_caller]
fn both(cases: &[Case; 2], name: &str) {
    assert_eq!([cases[0].state().name(), cases[1].state().name()], [name; 2]);
}

#[test]
fn a_final_report_stands_against_a_withdrawal() {
    let story = Story::delivered();
    let report = bodies::report(&story.case, &story.world);
    let cases = at_once(
        &story,
        (DENTIST_THERE, withdraw()),
        (SPECIALIST_THERE, Body::Report(Box::new(report))),
    );
    both(&cases, "reported");
    // And it goes on from there: both heads are followed.
    let State::AwaitingReading { unread } = cases[0].state() else {
        unreachable!()
    };
    let mut story = Story {
        case: cases[0].clone(),
        ..story
    };
    story.dentist(read(unread[0])).unwrap();
    story.dentist(close()).unwrap();
    assert_eq!(story.case.log().heads().len(), 1);
    assert_eq!(story.case.state().name(), "closed");
}

#[test]
fn a_withdrawal_stands_against_an_acceptance() {
    let story = Story::requested();
    let answer = accept(&story.case);
    both(
        &at_once(&story, (DENTIST_THERE, withdraw()), (SPECIALIST_THERE, answer)),
        "withdrawn",
    );
}

#[test]
fn an_acceptance_at_one_device_stands_against_a_refusal_at_another() {
    let story = Story::requested();
    let (yes, no) = (accept(&story.case), decline(&story.case));
    both(
        &at_once(&story, (SPECIALIST_THERE, yes), ((SPECIALIST, HOSPITAL_2), no)),
        "accepted",
    );
}

#[test]
fn r6_a_correction_that_the_closer_had_not_seen_opens_the_case_again() {
    let mut story = Story::reported();
    let State::AwaitingReading { unread } = story.case.state() else {
        unreachable!()
    };
    story.dentist(read(unread[0])).unwrap();
    let predecessor = Some(unread[0]);
    let correction = Report {
        predecessor,
        ..bodies::report(&story.case, &story.world)
    };
    let cases = at_once(
        &story,
        (DENTIST_THERE, close()),
        (SPECIALIST_THERE, Body::Report(Box::new(correction))),
    );
    both(&cases, "reported");
}

#[test]
fn r6_two_versions_written_at_once_are_both_to_be_read() {
    let story = Story::delivered();
    let mut second = Story {
        case: story.case.clone(),
        ..story.clone()
    };
    second.by(HOSPITAL_2, HOSPITAL_2, bodies::received()).unwrap();
    let story = second;
    let report = |impression: &str| {
        let report = bodies::report(&story.case, &story.world);
        Body::Report(Box::new(Report {
            impression: impression.to_owned(),
            ..report
        }))
    };
    let cases = at_once(
        &story,
        (SPECIALIST_THERE, report("一方")),
        ((SPECIALIST, HOSPITAL_2), report("他方")),
    );
    for case in cases {
        let State::AwaitingReading { unread } = case.state() else {
            panic!("both are to be read")
        };
        assert_eq!(unread.len(), 2);
    }
}
