//! Asking and answering: who may ask whom, when, and with what said.

use dokuei_consultation::body::{Body, Request};
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::event::Event;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::state::State;

use crate::bodies::{self, accept, decline, request, withdraw};
use crate::world::{
    AGREEMENT, CASE, CLINIC, COLLEAGUE, DENTIST, FOREIGN, HOSPITAL, NOW, ORDINARY, SPECIALIST, Story, World,
    arrive, author, certificate, forge, forge_at, standard,
};

/// Both ways in: the own node's refusal to sign, and the other's refusal of what was signed all the same.
#[track_caller]
fn refused(world: &World, request: Request) -> Refusal {
    let body = Body::Request(Box::new(request));
    let mut case = Case::new(CASE, certificate(CLINIC));
    let at_home = crate::world::write(&mut case, world, (DENTIST, CLINIC), body.clone()).unwrap_err();
    let mut other = Case::new(CASE, certificate(HOSPITAL));
    let entry = forge(other.log(), (DENTIST, CLINIC), &body, DENTIST);
    assert_eq!(arrive(&mut other, world, &entry).unwrap_err(), at_home);
    assert_eq!(
        (case.state(), other.state()),
        (State::AwaitingRequest, State::AwaitingRequest)
    );
    at_home
}

#[test]
fn r8_a_request_without_an_agreement_is_refused() {
    let agreed = World::agreed();
    assert_eq!(refused(&World::new(), request(&agreed)), Refusal::NoAgreement);
}

#[test]
fn r8_a_request_under_the_agreement_of_others_is_refused() {
    let mut world = World::new();
    world.agree(ORDINARY, SPECIALIST);
    assert_eq!(refused(&world, request(&world)), Refusal::OtherAgreement);
}

#[test]
fn r8_a_request_must_name_both_signed_halves() {
    let world = World::agreed();
    let mut changed = request(&world);
    changed.agreement.countersignature = changed.agreement.proposal;
    assert_eq!(refused(&world, changed), Refusal::OtherAgreement);
}

#[test]
fn r8_a_request_outside_the_time_of_the_agreement_is_refused() {
    let mut world = World::new();
    let mut terms = standard(&world, DENTIST, SPECIALIST);
    (terms.valid_from, terms.valid_until) = (NOW.minus(9_000), NOW.minus(1));
    let log = crate::world::signed_agreement(&world, terms, DENTIST, SPECIALIST);
    world.agreements.insert(AGREEMENT, log.countersigned().unwrap());
    assert_eq!(refused(&world, request(&world)), Refusal::AgreementNotInForce);
}

/// Judged by when the consultant accepts, not by when the request arrives: a second node of hers that was off for long
/// must still be able to take up the case.
#[test]
fn r8_a_request_dated_back_into_an_agreement_that_is_over_cannot_be_accepted() {
    let world = World::agreed();
    let mut case = Case::new(CASE, certificate(HOSPITAL));
    let body = Body::Request(Box::new(request(&world)));
    let entry = forge(case.log(), (DENTIST, CLINIC), &body, DENTIST);
    let later = NOW.plus(400 * 86_400);
    case.handle(Event::Arrived(entry), &world, later)
        .expect("may have been long on its way");
    let consultant = author(SPECIALIST, HOSPITAL);
    let accept = bodies::accept(&case);
    let drafted = case.draft(&consultant, accept.clone(), &world, later);
    assert_eq!(drafted.unwrap_err(), Refusal::AgreementNotInForce);
    let forged = forge_at(case.log(), (SPECIALIST, HOSPITAL), &accept, SPECIALIST, later);
    let refusal = case.handle(Event::Arrived(forged), &world, later).unwrap_err();
    assert_eq!(refusal, Refusal::AgreementNotInForce);
    assert!(
        case.draft(&consultant, bodies::decline(&case), &world, later)
            .is_ok()
    );
}

#[test]
fn r3_a_request_to_one_who_may_not_read_is_refused() {
    let mut world = World::new();
    world.agree(DENTIST, ORDINARY);
    let to = Request {
        consultant: certificate(ORDINARY),
        ..request(&world)
    };
    let refusal = refused(&world, to);
    assert_eq!(refusal.code(), "not_qualified");
    assert!(refusal.en().contains("reading-qualification"), "{refusal}");
}

#[test]
fn r4_a_request_to_a_foreign_licence_names_the_article() {
    let mut world = World::new();
    world.agree(DENTIST, FOREIGN);
    let to = Request {
        consultant: certificate(FOREIGN),
        ..request(&world)
    };
    assert!(refused(&world, to).ja().contains("歯科医師法17条"));
}

#[test]
fn a_request_within_one_facility_is_refused() {
    let world = World::agreed();
    for consultant in [COLLEAGUE, DENTIST] {
        let to = Request {
            consultant: certificate(consultant),
            ..request(&world)
        };
        assert_eq!(refused(&world, to), Refusal::SameFacility);
    }
}

type Spoil = fn(&mut Request);

#[test]
fn r7_an_incomplete_request_can_be_neither_made_nor_received() {
    let spoils: [(&str, Spoil); 15] = [
        ("justification", |request| {
            request.justification = " \n".to_owned()
        }),
        ("consent.explained_by", |request| {
            request.consent.explained_by.clear()
        }),
        ("consent.explained_at", |request| {
            request.consent.explained_at.0 = 0
        }),
        ("consent.scope", |request| request.consent.scope.clear()),
        ("question", |request| request.question.clear()),
        ("region", |request| request.region.clear()),
        ("patient.id", |request| request.patient.id.clear()),
        ("patient.name", |request| {
            request.patient.name = Default::default()
        }),
        ("patient.birth_date", |request| {
            request.patient.birth_date = Some("1970-1-2".to_owned())
        }),
        ("study_instance_uid", |request| {
            request.study_instance_uid = "1..2".to_owned()
        }),
        ("modalities", |request| request.modalities.clear()),
        ("requester.name", |request| request.requester.name.clear()),
        ("requester.institution", |request| {
            request.requester.institution.clear()
        }),
        ("history", |request| request.history = "長".repeat(20_001)),
        ("question", |request| request.question.push('\u{0}')),
    ];
    let world = World::agreed();
    for (field, spoil) in spoils {
        let mut incomplete = request(&world);
        spoil(&mut incomplete);
        match refused(&world, incomplete) {
            Refusal::Incomplete(found) => assert_eq!(found.field, field),
            other => panic!("{field}: {other}"),
        }
    }
}

#[test]
fn a_request_in_the_name_of_another_is_refused() {
    let world = World::agreed();
    let mut other = request(&world);
    other.requester.practitioner = certificate(ORDINARY);
    assert_eq!(refused(&world, other).code(), "not_the_requester");
}

#[test]
fn a_request_is_made_durable_then_sent_and_the_consultant_told() {
    let Story { world, mut case } = Story::empty();
    let body = Body::Request(Box::new(request(&world)));
    let (entry, effects) = crate::world::write(&mut case, &world, (DENTIST, CLINIC), body).unwrap();
    let parties = vec![certificate(DENTIST), certificate(SPECIALIST)];
    let notify = Effect::Notify {
        who: certificate(SPECIALIST),
        notice: Notice::Requested,
        entry: entry.id(),
    };
    let send = Effect::Send {
        to: parties,
        entries: vec![entry.id()],
    };
    assert_eq!(effects, [Effect::Persist(entry), send, notify]);
}

#[test]
fn only_the_consultant_named_answers_and_only_once() {
    let mut story = Story::requested();
    let answer = accept(&story.case);
    for (signer, device) in [(DENTIST, CLINIC), (ORDINARY, CLINIC), (COLLEAGUE, CLINIC)] {
        assert_eq!(
            story.by(signer, device, answer.clone()).unwrap_err().code(),
            "not_the_consultant"
        );
    }
    story.specialist(answer.clone()).unwrap();
    assert_eq!(story.case.state().name(), "accepted");
    for again in [answer, decline(&story.case)] {
        assert_eq!(story.specialist(again).unwrap_err().code(), "not_now");
    }
}

#[test]
fn r3_one_who_has_lost_the_qualification_cannot_accept_but_can_decline() {
    let mut story = Story::requested();
    story.world.readers.clear();
    assert_eq!(
        story.specialist(accept(&story.case)).unwrap_err().code(),
        "not_qualified"
    );
    story.specialist(decline(&story.case)).unwrap();
    assert_eq!(story.case.state().name(), "declined");
}

#[test]
fn a_request_can_be_withdrawn_until_the_final_report() {
    for mut story in [
        Story::requested(),
        Story::accepted(),
        Story::offered(),
        Story::delivered(),
    ] {
        assert_eq!(
            story.specialist(withdraw()).unwrap_err().code(),
            "not_the_requester"
        );
        story.dentist(withdraw()).unwrap();
        assert_eq!(story.case.state().name(), "withdrawn");
        assert_eq!(story.dentist(withdraw()).unwrap_err().code(), "not_now");
        assert_eq!(
            story.dentist(bodies::grant(HOSPITAL)).unwrap_err().code(),
            "not_now"
        );
    }
    assert_eq!(
        Story::reported().dentist(withdraw()).unwrap_err().code(),
        "not_now"
    );
}

#[test]
fn a_case_begins_with_a_request_and_has_only_one() {
    let mut story = Story::empty();
    assert_eq!(story.dentist(withdraw()).unwrap_err().code(), "wrong_beginning");
    let mut story = Story::requested();
    let second = Body::Request(Box::new(request(&story.world)));
    assert_eq!(story.dentist(second).unwrap_err().code(), "wrong_beginning");
    let agreement = Body::Agreement(Box::new(standard(&story.world, DENTIST, SPECIALIST)));
    assert_eq!(story.dentist(agreement).unwrap_err().code(), "wrong_kind");
}
