//! Further readers: second opinions, alternatives, and what is granted and taken back.

use dokuei_consultation::body::{Body, Forward, ForwardKind};
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::open::OpenKind;
use dokuei_consultation::refusal::Refusal;

use crate::bodies::{
    PACKAGE, accept, accept_of, amend, amendment, close, consented, decline, decline_of, forward,
    further_report, grant_to, query, read, received, report, revoke, withdraw,
};
use crate::world::{
    ANOTHER, CASE, CLINIC, COLLEAGUE, DENTIST, FOREIGN, HOSPITAL, INSTITUTE, ORDINARY, PRACTICE, SECOND,
    SPECIALIST, Story, World, arrive, certificate, forge, write,
};

fn known_to_all(story: Story) -> Story {
    Story {
        world: World::all_agreed(),
        ..story
    }
}

fn body(forward: Forward) -> Body {
    Body::Forward(Box::new(forward))
}

/// The specialist proposes a second opinion and the dentist consents.
fn opinion_asked() -> (Story, EntryId) {
    let mut story = known_to_all(Story::delivered());
    let asked = forward(
        &story.case,
        &story.world,
        ForwardKind::SecondOpinion,
        SPECIALIST,
        SECOND,
    );
    let id = story.specialist(body(asked)).unwrap();
    story.dentist(consented(id)).unwrap();
    (story, id)
}

fn by_second(story: &mut Story, body: Body) -> Result<EntryId, Refusal> {
    story.by(SECOND, INSTITUTE, body)
}

#[test]
fn r1_a_second_opinion_with_the_clinics_consent_and_images_that_are_not_sent_again() {
    let (mut story, asked) = opinion_asked();
    by_second(&mut story, accept_of(asked)).unwrap();
    let fetched = {
        let mut there = Case::new(CASE, certificate(INSTITUTE));
        let mut effects = Vec::new();
        for entry in story.entries() {
            effects.extend(arrive(&mut there, &story.world, &entry).unwrap());
        }
        let (grant, _) = write(
            &mut story.case,
            &story.world,
            (SPECIALIST, HOSPITAL),
            grant_to(SECOND, INSTITUTE),
        )
        .unwrap();
        arrive(&mut there, &story.world, &grant).unwrap()
    };
    let from_the_specialist = |effect: &Effect| matches!(effect, Effect::FetchPackage { from, .. } if *from == certificate(SPECIALIST));
    assert!(fetched.iter().any(from_the_specialist));
    assert!(story.case.may_fetch(&certificate(INSTITUTE), &PACKAGE));
    story.by(INSTITUTE, INSTITUTE, received()).unwrap();
    assert_eq!(
        story.case.holders(&PACKAGE),
        [CLINIC, HOSPITAL, INSTITUTE].map(certificate)
    );
    let opinion = further_report(&story.case, &story.world, asked, SPECIALIST, SECOND);
    let opinion = by_second(&mut story, Body::Report(Box::new(opinion))).unwrap();
    // Provenance: who signed which version, in answer to whose question.
    let version = story.case.versions()[0];
    assert_eq!(
        (version.id, version.by, version.report.request),
        (opinion, certificate(SECOND), asked)
    );
    // The consultant's own report is still awaited, and both are to be read.
    story.dentist(read(opinion)).unwrap();
    assert_eq!(story.case.state().name(), "delivered");
    let own = report(&story.case, &story.world);
    let own = story.specialist(Body::Report(Box::new(own))).unwrap();
    story.dentist(read(own)).unwrap();
    story.dentist(close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
}

#[test]
fn r12_nobody_is_let_in_before_the_requester_consents() {
    let mut story = known_to_all(Story::delivered());
    let asked = forward(
        &story.case,
        &story.world,
        ForwardKind::SecondOpinion,
        SPECIALIST,
        SECOND,
    );
    let (entry, effects) = write(&mut story.case, &story.world, (SPECIALIST, HOSPITAL), body(asked)).unwrap();
    let asked = entry.id();
    let told = |notice: Notice, to: &str, effects: &[Effect]| {
        let to = certificate(to);
        effects.iter().any(
            |effect| matches!(effect, Effect::Notify { who, notice: told, .. } if *who == to && *told == notice),
        )
    };
    assert!(told(Notice::ConsentAsked, DENTIST, &effects));
    assert_eq!(story.case.parties(), [DENTIST, SPECIALIST].map(certificate));
    assert_eq!(
        by_second(&mut story, accept_of(asked)).unwrap_err().code(),
        "not_now"
    );
    let early = grant_to(SECOND, INSTITUTE);
    assert_eq!(
        story.specialist(early.clone()).unwrap_err().code(),
        "not_the_requester"
    );
    assert_eq!(story.dentist(early).unwrap_err(), Refusal::UnknownReference);
    assert_eq!(
        story.specialist(consented(asked)).unwrap_err().code(),
        "not_the_requester"
    );
    let before = story.entries();
    let (_, effects) = write(&mut story.case, &story.world, (DENTIST, CLINIC), consented(asked)).unwrap();
    assert!(told(Notice::Forwarded, SECOND, &effects));
    // She is given all that is there.
    let given = effects.iter().find_map(|effect| match effect {
        Effect::Send { to, entries } if *to == [certificate(SECOND)] => Some(entries.len()),
        _ => None,
    });
    assert_eq!(given, Some(before.len() + 1));
    assert_eq!(
        story.case.parties(),
        [DENTIST, SPECIALIST, SECOND].map(certificate)
    );
    assert_eq!(story.case.agreements().len(), 2);
}

#[test]
fn r3_r4_r8_only_one_who_may_read_is_brought_in_and_under_an_agreement() {
    let mut story = known_to_all(Story::delivered());
    let good = forward(
        &story.case,
        &story.world,
        ForwardKind::SecondOpinion,
        DENTIST,
        SECOND,
    );
    let of_others = Forward {
        agreement: story.world.agreements[&crate::world::between(SPECIALIST, SECOND)].reference(),
        ..good.clone()
    };
    assert_eq!(
        story.dentist(body(of_others)).unwrap_err(),
        Refusal::OtherAgreement
    );
    for (to, code) in [
        (ORDINARY, "other_agreement"),
        (FOREIGN, "other_agreement"),
        (COLLEAGUE, "same_facility"),
        (DENTIST, "same_facility"),
        (SPECIALIST, "not_now"),
    ] {
        let to = certificate(to);
        let other = Forward { to, ..good.clone() };
        assert_eq!(story.dentist(body(other)).unwrap_err().code(), code);
    }
    story.world.readers.remove(&certificate(SECOND));
    assert_eq!(
        story.dentist(body(good.clone())).unwrap_err().code(),
        "not_qualified"
    );
    story.world.agreements.remove(&good.agreement.id);
    assert_eq!(story.dentist(body(good)).unwrap_err(), Refusal::NoAgreement);
}

#[test]
fn r12_the_requesters_forward_holds_the_patients_consent_and_a_readers_does_not() {
    let mut story = known_to_all(Story::delivered());
    let kind = ForwardKind::SecondOpinion;
    let mut without = forward(&story.case, &story.world, kind, DENTIST, SECOND);
    without.consent = None;
    assert_eq!(story.dentist(body(without)).unwrap_err().code(), "incomplete");
    let mut with = forward(&story.case, &story.world, kind, SPECIALIST, SECOND);
    with.consent = Some(crate::bodies::consent());
    assert_eq!(story.specialist(body(with)).unwrap_err().code(), "incomplete");
    let stranger = forward(&story.case, &story.world, kind, SPECIALIST, SECOND);
    let forged = forge(story.case.log(), (ANOTHER, PRACTICE), &body(stranger), ANOTHER);
    assert_eq!(
        arrive(&mut story.case, &story.world, &forged).unwrap_err().code(),
        "not_the_requester"
    );
}

#[test]
fn r7_a_case_stays_open_until_the_further_reader_has_reported_or_is_no_longer_asked() {
    let (mut story, asked) = opinion_asked();
    let own = report(&story.case, &story.world);
    let own = story.specialist(Body::Report(Box::new(own))).unwrap();
    story.dentist(read(own)).unwrap();
    assert_eq!(
        story.dentist(close()).unwrap_err(),
        Refusal::StillOpen(OpenKind::Forward)
    );
    for (who, device) in [(SECOND, INSTITUTE), (SPECIALIST, HOSPITAL), (DENTIST, CLINIC)] {
        let mut story = story.clone();
        let (_, effects) = write(&mut story.case, &story.world, (who, device), decline_of(asked)).unwrap();
        let told =
            |effect: &Effect| matches!(effect, Effect::Send { to, .. } if to.contains(&certificate(SECOND)));
        assert!(effects.iter().any(told), "who leaves learns of it");
        assert_eq!(story.case.parties(), [DENTIST, SPECIALIST].map(certificate));
        assert_eq!(
            by_second(&mut story, accept_of(asked)).unwrap_err().code(),
            "not_now"
        );
        let late = query(own, DENTIST);
        assert_eq!(by_second(&mut story, late).unwrap_err(), Refusal::NotAParty);
        story.dentist(close()).unwrap();
    }
    let stranger = forge(story.case.log(), (ANOTHER, PRACTICE), &decline_of(asked), ANOTHER);
    assert_eq!(
        arrive(&mut story.case, &story.world, &stranger)
            .unwrap_err()
            .code(),
        "not_the_consultant"
    );
}

#[test]
fn r5_r6_each_reader_has_versions_of_her_own() {
    let (mut story, asked) = opinion_asked();
    by_second(&mut story, accept_of(asked)).unwrap();
    story.dentist(grant_to(SECOND, INSTITUTE)).unwrap();
    story.by(INSTITUTE, INSTITUTE, received()).unwrap();
    let own = report(&story.case, &story.world);
    let first = story.specialist(Body::Report(Box::new(own.clone()))).unwrap();
    let opinion = further_report(&story.case, &story.world, asked, SPECIALIST, SECOND);
    let mut of_the_other = opinion.clone();
    of_the_other.predecessor = Some(first);
    assert_eq!(
        by_second(&mut story, Body::Report(Box::new(of_the_other))).unwrap_err(),
        Refusal::NotTheNewestVersion
    );
    assert_eq!(
        by_second(&mut story, Body::Report(Box::new(own.clone())))
            .unwrap_err()
            .code(),
        "not_the_consultant"
    );
    by_second(&mut story, Body::Report(Box::new(opinion))).unwrap();
    // The consultant, having read it, amends hers: the reconciliation.
    story.specialist(amend(amendment(own, first))).unwrap();
    assert_eq!(story.case.versions().len(), 3);
}

#[test]
fn r2_r12_of_several_who_are_asked_the_first_to_accept_reads() {
    let mut story = known_to_all(Story::requested());
    let kind = ForwardKind::Alternative;
    let second = forward(&story.case, &story.world, kind, DENTIST, SECOND);
    let second = story.dentist(body(second)).unwrap();
    let another = forward(&story.case, &story.world, kind, DENTIST, ANOTHER);
    let another = story.dentist(body(another)).unwrap();
    assert_eq!(story.case.state().name(), "awaiting_acceptance");
    let own = decline(&story.case);
    story.specialist(own).unwrap();
    assert_eq!(
        story.case.state().name(),
        "awaiting_acceptance",
        "two others may still"
    );
    let (_, effects) = write(
        &mut story.case,
        &story.world,
        (SECOND, INSTITUTE),
        accept_of(second),
    )
    .unwrap();
    let told = |effect: &Effect| {
        matches!(effect, Effect::Notify { who, notice: Notice::TakenByAnother, .. }
            if *who == certificate(ANOTHER))
    };
    assert!(effects.iter().any(told));
    assert_eq!(story.case.consultant(), Some(certificate(SECOND)));
    // R12: what follows is no longer theirs to see.
    assert_eq!(story.case.parties(), [DENTIST, SECOND].map(certificate));
    let told =
        |effect: &Effect| matches!(effect, Effect::Send { to, .. } if to.contains(&certificate(ANOTHER)));
    assert!(effects.iter().any(told));
    let late = story.by(ANOTHER, PRACTICE, accept_of(another)).unwrap_err();
    assert_eq!(late.code(), "not_now");
    story.dentist(crate::bodies::offer()).unwrap();
    story.dentist(grant_to(SECOND, INSTITUTE)).unwrap();
    story.by(INSTITUTE, INSTITUTE, received()).unwrap();
    assert_eq!(story.case.state().name(), "delivered");
    let last = further_report(&story.case, &story.world, second, DENTIST, SECOND);
    let last = by_second(&mut story, Body::Report(Box::new(last))).unwrap();
    story.dentist(read(last)).unwrap();
    story.dentist(close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
}

/// Found by the simulation: that she has the images for an opinion does not make her the one who reads.
#[test]
fn r5_a_report_or_finding_answers_only_what_its_author_has_taken_on() {
    let mut story = known_to_all(Story::requested());
    let ask = |story: &mut Story, kind| {
        let asked = forward(&story.case, &story.world, kind, DENTIST, SECOND);
        story.dentist(body(asked)).unwrap()
    };
    let instead = ask(&mut story, ForwardKind::Alternative);
    by_second(&mut story, decline_of(instead)).unwrap();
    let opinion = ask(&mut story, ForwardKind::SecondOpinion);
    by_second(&mut story, accept_of(opinion)).unwrap();
    story.dentist(crate::bodies::offer()).unwrap();
    story.dentist(grant_to(SECOND, INSTITUTE)).unwrap();
    story.by(INSTITUTE, INSTITUTE, received()).unwrap();
    assert_eq!(story.case.state().name(), "awaiting_acceptance");
    for (asked, good) in [(instead, false), (opinion, true)] {
        let outcome = by_second(&mut story, crate::bodies::urgent(asked));
        assert_eq!(outcome.is_ok(), good);
        let report = further_report(&story.case, &story.world, asked, DENTIST, SECOND);
        let outcome = by_second(&mut story, Body::Report(Box::new(report)));
        assert_eq!(outcome.is_ok(), good);
    }
}

#[test]
fn a_declined_request_is_asked_of_another_and_goes_on() {
    let mut story = known_to_all(Story::requested());
    let no = decline(&story.case);
    story.specialist(no).unwrap();
    assert_eq!(story.case.state().name(), "declined");
    let other = forward(
        &story.case,
        &story.world,
        ForwardKind::Alternative,
        DENTIST,
        SECOND,
    );
    let other = story.dentist(body(other)).unwrap();
    assert_eq!(story.case.state().name(), "awaiting_acceptance");
    let back = accept(&story.case);
    assert_eq!(story.specialist(back).unwrap_err().code(), "not_now");
    by_second(&mut story, accept_of(other)).unwrap();
    assert_eq!(story.case.state().name(), "accepted");
}

#[test]
fn two_who_accept_at_once_both_stand_and_all_nodes_name_the_same_one() {
    let mut story = known_to_all(Story::requested());
    let other = forward(
        &story.case,
        &story.world,
        ForwardKind::Alternative,
        DENTIST,
        SECOND,
    );
    let other = story.dentist(body(other)).unwrap();
    let (mut left, mut right) = (story.case.clone(), story.case.clone());
    let yes = accept(&left);
    let (one, _) = write(&mut left, &story.world, (SPECIALIST, HOSPITAL), yes).unwrap();
    let (two, _) = write(&mut right, &story.world, (SECOND, INSTITUTE), accept_of(other)).unwrap();
    arrive(&mut left, &story.world, &two).unwrap();
    arrive(&mut right, &story.world, &one).unwrap();
    assert_eq!(
        (left.state(), left.consultant()),
        (right.state(), right.consultant())
    );
    assert_eq!(left.state().name(), "accepted");
}

#[test]
fn r17_a_grant_that_is_taken_back_opens_nothing_more() {
    let mut story = known_to_all(Story::accepted());
    story.offer();
    let granted = story
        .case
        .log()
        .ordered()
        .into_iter()
        .find(|entry| matches!(entry.body(), Body::Grant(grant) if grant.node == certificate(HOSPITAL)))
        .unwrap()
        .id();
    let (hospital, node) = (certificate(HOSPITAL), (HOSPITAL, HOSPITAL));
    assert!(story.case.may_fetch(&hospital, &PACKAGE));
    assert_eq!(
        story.specialist(revoke(granted)).unwrap_err().code(),
        "not_the_requester"
    );
    let mut there = Case::replay(CASE, hospital, story.entries(), &story.world).unwrap();
    let (entry, _) = write(&mut story.case, &story.world, (DENTIST, CLINIC), revoke(granted)).unwrap();
    let effects = arrive(&mut there, &story.world, &entry).unwrap();
    assert!(effects.contains(&Effect::StopFetching(PACKAGE)));
    assert!(!story.case.may_fetch(&hospital, &PACKAGE));
    assert_eq!(
        write(&mut story.case, &story.world, node, received()).unwrap_err(),
        Refusal::NotGranted
    );
    assert_eq!(story.dentist(revoke(granted)).unwrap_err().code(), "not_now");
    let other = revoke(EntryId::of(b"other"));
    assert_eq!(story.dentist(other).unwrap_err(), Refusal::UnknownReference);
    // It may be granted again.
    story.dentist(crate::bodies::grant(HOSPITAL)).unwrap();
    assert!(story.case.may_fetch(&hospital, &PACKAGE));
    story.by(HOSPITAL, HOSPITAL, received()).unwrap();
}

#[test]
fn r17_a_reader_grants_only_to_whom_she_has_brought_in_and_only_what_she_holds() {
    let mut story = known_to_all(Story::offered());
    let asked = forward(
        &story.case,
        &story.world,
        ForwardKind::SecondOpinion,
        SPECIALIST,
        SECOND,
    );
    let asked = story.specialist(body(asked)).unwrap();
    story.dentist(consented(asked)).unwrap();
    let grant = grant_to(SECOND, INSTITUTE);
    assert_eq!(
        story.specialist(grant.clone()).unwrap_err().code(),
        "not_now",
        "the images are not here yet"
    );
    story.node(received()).unwrap();
    assert_eq!(
        story.specialist(grant_to(ANOTHER, PRACTICE)).unwrap_err().code(),
        "not_the_requester"
    );
    story.specialist(grant).unwrap();
    assert!(
        !story.case.may_fetch(&certificate(INSTITUTE), &PACKAGE),
        "not before she accepts"
    );
    by_second(&mut story, accept_of(asked)).unwrap();
    assert!(story.case.may_fetch(&certificate(INSTITUTE), &PACKAGE));
    story.dentist(withdraw()).unwrap();
    assert!(!story.case.may_fetch(&certificate(INSTITUTE), &PACKAGE));
}

#[test]
fn r24_the_readers_of_a_case_are_bounded() {
    let mut story = known_to_all(Story::delivered());
    let kind = ForwardKind::SecondOpinion;
    for _ in 1..32 {
        let asked = forward(&story.case, &story.world, kind, DENTIST, SECOND);
        let asked = story.dentist(body(asked)).unwrap();
        story.dentist(decline_of(asked)).unwrap();
    }
    let one_more = forward(&story.case, &story.world, kind, DENTIST, SECOND);
    assert_eq!(
        story.dentist(body(one_more)).unwrap_err(),
        Refusal::Full { limit: 32 }
    );
}
