//! A reader who has lost her credential is let go, and another one finishes (R2, R3, R5).

use dokuei_consultation::body::{Body, ForwardKind, ReportStatus};
use dokuei_consultation::deadline::{Duty, Patience};
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;

use crate::bodies::{
    PACKAGE, accept, accept_of, close, forward, further_report, grant_to, read, received, release, report,
    request_id, withdraw,
};
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, INSTITUTE, NOW, SECOND, SPECIALIST, Story, World, arrive, certificate,
};

fn delivered() -> Story {
    Story {
        world: World::all_agreed(),
        ..Story::delivered()
    }
}

fn ask_second(story: &mut Story) -> Result<EntryId, Refusal> {
    let (case, world) = (&story.case, &story.world);
    let asked = forward(case, world, ForwardKind::Alternative, DENTIST, SECOND);
    story.dentist(Body::Forward(Box::new(asked)))
}

/// The case as the node of the second reader, or another, has it.
fn at(node: &str, story: &Story) -> Case {
    let mut there = Case::new(CASE, certificate(node));
    for entry in story.entries() {
        arrive(&mut there, &story.world, &entry).unwrap();
    }
    there
}

#[test]
fn r2_r3_r5_another_reader_finishes_in_the_place_of_one_who_lost_her_credential() {
    let mut story = delivered();
    let asked = request_id(&story.case);
    assert_eq!(ask_second(&mut story).unwrap_err().code(), "not_now", "she reads");
    let let_go = story.dentist(release(asked)).unwrap();
    assert_eq!(story.case.state().name(), "awaiting_acceptance");
    assert_eq!(story.case.parties(), [certificate(DENTIST)]);
    let told = story.case.told_by(&let_go);
    assert_eq!(told, [(certificate(SPECIALIST), Notice::Released)]);
    let deadlines = story.case.deadlines(&Patience::default(), &story.world);
    assert!(
        deadlines.is_empty(),
        "nobody waits for her any more: {deadlines:?}"
    );
    // She fetches nothing more, and where she works nothing is kept of what nobody has reported on.
    assert!(!story.case.may_fetch(&certificate(HOSPITAL), &PACKAGE));
    assert_eq!(at(HOSPITAL, &story).to_erase(), [PACKAGE]);
    assert_eq!(
        story.case.to_erase(),
        [],
        "the clinic's own goes to the next reader"
    );
    // Whatever she signs after she has seen it is refused, also when she is not revoked any more.
    let own = report(&story.case, &story.world);
    let late = story.specialist(Body::Report(Box::new(own))).unwrap_err();
    assert_eq!(late.code(), "not_now");
    assert_eq!(story.specialist(accept_of(asked)).unwrap_err().code(), "not_now");

    let next = ask_second(&mut story).unwrap();
    assert_eq!(story.case.consultant(), Some(certificate(SECOND)));
    story.dentist(grant_to(SECOND, INSTITUTE)).unwrap();
    story.by(SECOND, INSTITUTE, accept_of(next)).unwrap();
    assert_eq!(story.case.state().name(), "accepted", "the receipt was another's");
    let deadlines = story.case.deadlines(&Patience::default(), &story.world);
    let owes = |one: &dokuei_consultation::deadline::Deadline| one.duty == Duty::Report;
    assert!(
        deadlines
            .iter()
            .filter(|one| owes(one))
            .all(|one| one.owner == certificate(SECOND))
    );
    story.by(INSTITUTE, INSTITUTE, received()).unwrap();
    let final_one = further_report(&story.case, &story.world, next, DENTIST, SECOND);
    let final_one = story
        .by(SECOND, INSTITUTE, Body::Report(Box::new(final_one)))
        .unwrap();
    story.dentist(read(final_one)).unwrap();
    story.dentist(close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
    // Every replica comes to the same, and one that reads it from the disk too.
    assert_eq!(at(INSTITUTE, &story).state().name(), "closed");
    let again = Case::replay(CASE, certificate(CLINIC), story.entries(), &story.world).unwrap();
    assert_eq!(again.state(), story.case.state());
}

/// R6: a preliminary report that she had signed stays in the record with its images, and does not keep the next from reading.
#[test]
fn r6_what_she_signed_before_stays() {
    let mut story = delivered();
    let asked = request_id(&story.case);
    let mut own = report(&story.case, &story.world);
    own.status = ReportStatus::Preliminary;
    let preliminary = story.specialist(Body::Report(Box::new(own))).unwrap();
    story.dentist(release(asked)).unwrap();
    assert_eq!(at(HOSPITAL, &story).to_erase(), [], "the record rests on them");
    assert_eq!(story.case.state().name(), "reported");
    let next = ask_second(&mut story).unwrap();
    story.dentist(grant_to(SECOND, INSTITUTE)).unwrap();
    story.by(SECOND, INSTITUTE, accept_of(next)).unwrap();
    story.dentist(read(preliminary)).unwrap();
    story.by(INSTITUTE, INSTITUTE, received()).unwrap();
    let final_one = further_report(&story.case, &story.world, next, DENTIST, SECOND);
    story
        .by(SECOND, INSTITUTE, Body::Report(Box::new(final_one)))
        .unwrap();
    assert_eq!(story.case.versions().len(), 2);
}

#[test]
fn r3_r5_only_the_requester_lets_go_and_only_before_a_final_report() {
    let mut story = delivered();
    let asked = request_id(&story.case);
    for (who, at) in [(SPECIALIST, HOSPITAL), (SECOND, INSTITUTE)] {
        let refused = story.by(who, at, release(asked)).unwrap_err();
        assert_eq!(refused.code(), "not_the_requester");
    }
    let unknown = story.dentist(release(EntryId::of(b"nothing"))).unwrap_err();
    assert_eq!(unknown, Refusal::UnknownReference);
    for since in [NOW.plus(86_400), dokuei_identity::time::Timestamp(0)] {
        let Body::Release(mut early) = release(asked) else {
            unreachable!()
        };
        early.since = since;
        assert_eq!(
            story.dentist(Body::Release(early)).unwrap_err().code(),
            "incomplete"
        );
    }
    let mut reported = Story::reported();
    let of = request_id(&reported.case);
    assert_eq!(reported.dentist(release(of)).unwrap_err().code(), "not_now");
    let mut over = Story::requested();
    over.dentist(withdraw()).unwrap();
    let of = request_id(&over.case);
    assert_eq!(over.dentist(release(of)).unwrap_err().code(), "not_now");
    story.dentist(release(asked)).unwrap();
    assert_eq!(
        story.dentist(release(asked)).unwrap_err().code(),
        "not_now",
        "once"
    );
}

/// R5, R6: a final report that was signed before its author could see that she was let go counts, on every replica.
#[test]
fn r5_r6_a_report_signed_at_the_same_time_counts() {
    let mut story = delivered();
    let mut hospital = Story {
        case: at(HOSPITAL, &story),
        world: story.world.clone(),
    };
    let asked = request_id(&story.case);
    story.dentist(release(asked)).unwrap();
    let own = report(&hospital.case, &hospital.world);
    hospital.specialist(Body::Report(Box::new(own))).unwrap();
    for entry in hospital.entries() {
        arrive(&mut story.case, &story.world, &entry).unwrap();
    }
    for entry in story.entries() {
        arrive(&mut hospital.case, &hospital.world, &entry).unwrap();
    }
    assert_eq!(story.case.state().name(), "reported");
    assert_eq!(story.case.state(), hospital.case.state());
    assert!(story.case.parties().contains(&certificate(SPECIALIST)));
    assert_eq!(ask_second(&mut story).unwrap_err().code(), "not_now");
}

/// R5: before she has accepted she can be let go as well, and an acceptance that crosses it does not bring her back.
#[test]
fn r5_an_acceptance_that_crosses_it_does_not_bring_her_back() {
    let mut story = Story {
        world: World::all_agreed(),
        ..Story::requested()
    };
    let mut hospital = Story {
        case: at(HOSPITAL, &story),
        world: story.world.clone(),
    };
    hospital.specialist(accept(&hospital.case)).unwrap();
    let asked = request_id(&story.case);
    story.dentist(release(asked)).unwrap();
    for entry in hospital.entries() {
        arrive(&mut story.case, &story.world, &entry).unwrap();
    }
    assert_eq!(story.case.state().name(), "awaiting_acceptance");
    assert_eq!(story.case.parties(), [certificate(DENTIST)]);
    let effects = arrive(
        &mut hospital.case,
        &hospital.world,
        story.entries().last().unwrap(),
    )
    .unwrap();
    assert!(
        !effects
            .iter()
            .any(|one| matches!(one, Effect::FetchPackage { .. }))
    );
    // When she holds a credential again she may be asked anew.
    let (case, world) = (&story.case, &story.world);
    let mut anew = forward(case, world, ForwardKind::Alternative, DENTIST, SECOND);
    anew.to = certificate(SPECIALIST);
    anew.agreement = story.world.agreements[&crate::world::AGREEMENT].reference();
    let anew = story.dentist(Body::Forward(Box::new(anew))).unwrap();
    story.specialist(accept_of(anew)).unwrap();
    assert_eq!(story.case.state().name(), "accepted");
}
