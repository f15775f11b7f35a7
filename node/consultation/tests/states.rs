//! The states of a consultation, named as in the API, along the usual way and its ends.

mod support;

use dokuei_consultation::body::{Body, ReportStatus};
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::state::State;

use support::desk::{Desk, delivered, request, requested};
use support::{CLINIC_NODE, DENTIST, LAPTOP, SPECIALIST, SPECIALIST_NODE, World, certificate, sample};

/// The report's entry, written and read by nobody yet.
fn reported(world: &World) -> (Desk, Desk) {
    let (mut clinic, mut specialist) = delivered(world);
    let report = specialist.report(world, ReportStatus::Final, None);
    specialist.write(world, Body::Report(Box::new(report))).unwrap();
    clinic.pull(world, &specialist);
    (clinic, specialist)
}

fn notices(effects: &[Effect]) -> Vec<Notice> {
    let notice = |effect: &Effect| match effect {
        Effect::Notify { notice, .. } => Some(*notice),
        _ => None,
    };
    effects.iter().filter_map(notice).collect()
}

#[test]
fn the_usual_way_from_request_to_closing() {
    let world = World::new();
    let mut clinic = Desk::new(DENTIST, CLINIC_NODE);
    let mut specialist = Desk::new(SPECIALIST, SPECIALIST_NODE);
    assert_eq!(clinic.state(), "awaiting_request");
    let step = |desk: &mut Desk, other: &mut Desk, body, state| {
        let entry = desk.write(&world, body).unwrap();
        let effects = other.take(&world, &entry).unwrap();
        assert!(
            matches!(&effects[..2], [Effect::Persist(stored), Effect::Acknowledge(id)]
            if *stored == entry && *id == entry.id())
        );
        assert_eq!((desk.state(), other.state()), (state, state));
        (entry.id(), effects)
    };
    let (asked, _) = step(
        &mut clinic,
        &mut specialist,
        request(&world),
        "awaiting_acceptance",
    );
    step(&mut specialist, &mut clinic, sample::accept(asked), "accepted");
    step(&mut clinic, &mut specialist, sample::offer(), "accepted");
    let granted = sample::grant(SPECIALIST_NODE);
    let (_, effects) = step(&mut clinic, &mut specialist, granted, "accepted");
    assert!(
        matches!(effects.last(), Some(Effect::FetchPackage { from, .. }) if *from == certificate(DENTIST))
    );
    let (_, effects) = step(&mut specialist, &mut clinic, sample::received(), "delivered");
    assert_eq!(notices(&effects), [Notice::Delivered]);
    let report = specialist.report(&world, ReportStatus::Final, None);
    let report = Body::Report(Box::new(report));
    let (report, effects) = step(&mut specialist, &mut clinic, report, "reported");
    assert_eq!(notices(&effects), [Notice::FinalReport]);
    step(&mut clinic, &mut specialist, sample::read(report), "read");
    step(&mut clinic, &mut specialist, sample::close(), "closed");
    assert!(clinic.case.state().is_ended());
    assert_eq!(clinic.case.log().heads(), specialist.case.log().heads());
}

#[test]
fn declined_and_withdrawn_end_the_case() {
    let world = World::new();
    let (mut clinic, mut specialist) = requested(&world);
    let mut declining = specialist.clone();
    let request = declining.request();
    declining.write(&world, sample::decline(request)).unwrap();
    assert_eq!(declining.state(), "declined");
    clinic.write(&world, sample::withdraw()).unwrap();
    specialist.pull(&world, &clinic);
    assert_eq!((clinic.state(), specialist.state()), ("withdrawn", "withdrawn"));
    // At the same time, without knowing of each other: the same at both.
    clinic.pull(&world, &declining);
    declining.pull(&world, &clinic);
    assert_eq!(clinic.case.state(), declining.case.state());
}

/// R6, R7: a correction is a new version, which is to be read again.
#[test]
fn r6_a_correction_opens_a_closed_case_and_keeps_the_first_version() {
    let world = World::new();
    let (mut clinic, mut specialist) = reported(&world);
    let State::AwaitingReading { unread } = clinic.case.state() else {
        panic!("a report is unread")
    };
    clinic.write(&world, sample::read(unread[0])).unwrap();
    clinic.write(&world, sample::close()).unwrap();
    specialist.pull(&world, &clinic);
    let correction = specialist.report(&world, ReportStatus::Final, Some(unread[0]));
    let correction = specialist
        .write(&world, Body::Report(Box::new(correction)))
        .unwrap();
    clinic.pull(&world, &specialist);
    let unread_now = vec![correction.id()];
    assert_eq!(clinic.case.state(), State::AwaitingReading { unread: unread_now });
    assert!(
        clinic.case.log().get(&unread[0]).is_some(),
        "nothing is rewritten"
    );
    clinic.write(&world, sample::read(correction.id())).unwrap();
    clinic.write(&world, sample::close()).unwrap();
    assert_eq!(clinic.state(), "closed");
}

#[test]
fn a_preliminary_report_is_read_but_does_not_let_the_case_close() {
    let world = World::new();
    let (mut clinic, mut specialist) = delivered(&world);
    let first = specialist.report(&world, ReportStatus::Preliminary, None);
    let first = specialist.write(&world, Body::Report(Box::new(first))).unwrap();
    clinic.pull(&world, &specialist);
    assert_eq!(clinic.state(), "reported");
    clinic.write(&world, sample::read(first.id())).unwrap();
    assert_eq!(clinic.state(), "delivered");
    assert_eq!(clinic.refusal(&world, &sample::close()).code(), "not_now");
}

#[test]
fn a_final_report_stands_against_a_withdrawal_at_the_same_time() {
    let world = World::new();
    let (mut clinic, mut specialist) = delivered(&world);
    let report = specialist.report(&world, ReportStatus::Final, None);
    specialist.write(&world, Body::Report(Box::new(report))).unwrap();
    clinic.write(&world, sample::withdraw()).unwrap();
    assert_eq!(clinic.state(), "withdrawn");
    clinic.pull(&world, &specialist);
    specialist.pull(&world, &clinic);
    assert_eq!((clinic.state(), specialist.state()), ("reported", "reported"));
}

/// R5: a package is fetched only when it is accepted, and only by a node that holds a grant.
#[test]
fn only_a_granted_node_may_fetch_after_acceptance_and_until_withdrawal() {
    let world = World::new();
    let (mut clinic, mut specialist) = requested(&world);
    let node = certificate(SPECIALIST_NODE);
    clinic.write(&world, sample::offer()).unwrap();
    clinic.write(&world, sample::grant(SPECIALIST_NODE)).unwrap();
    assert!(
        !clinic.case.may_fetch(&node, &sample::PACKAGE),
        "not accepted yet"
    );
    specialist.pull(&world, &clinic);
    let request = specialist.request();
    specialist.write(&world, sample::accept(request)).unwrap();
    clinic.pull(&world, &specialist);
    assert!(clinic.case.may_fetch(&node, &sample::PACKAGE));
    assert!(!clinic.case.may_fetch(&certificate(LAPTOP), &sample::PACKAGE));
    assert_eq!(specialist.case.outstanding().len(), 1);
    let withdrawn = clinic.write(&world, sample::withdraw()).unwrap();
    let effects = specialist.take(&world, &withdrawn).unwrap();
    assert!(effects.contains(&Effect::StopFetching(sample::PACKAGE)));
    assert!(!clinic.case.may_fetch(&node, &sample::PACKAGE));
    assert!(specialist.case.outstanding().is_empty());
}
