//! R8: the agreement that must stand before anything is asked.

use dokuei_consultation::agreement::{AgreementLog, AgreementState};
use dokuei_consultation::body::{Agreement, Body};
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::event::Event;
use dokuei_consultation::refusal::Refusal;

use crate::bodies;
use crate::world::{
    AGREEMENT, CLINIC, COLLEAGUE, DENTIST, HOSPITAL, NOW, ORDINARY, SPECIALIST, World, author, certificate,
    forge, key, rng, signed_agreement, standard,
};

/// Proposed by the dentist to the specialist.
fn proposed(world: &World) -> (AgreementLog, Agreement, Vec<Effect>) {
    let mut log = AgreementLog::new(AGREEMENT);
    let terms = standard(world, DENTIST, SPECIALIST);
    let draft = log
        .draft(&author(DENTIST, CLINIC), terms.clone(), world, NOW)
        .unwrap();
    let entry = draft.sign(&key(DENTIST), &mut rng(1));
    let effects = log.handle(Event::Authored(entry), world, NOW).unwrap();
    (log, terms, effects)
}

#[test]
fn r8_an_agreement_is_in_force_once_both_have_signed_and_only_in_its_time() {
    let world = World::new();
    let (log, terms, effects) = proposed(&world);
    assert_eq!(log.state(NOW), AgreementState::AwaitingCountersignature);
    assert_eq!(log.in_force(NOW), None);
    let told = |effect: &Effect| {
        matches!(effect, Effect::Notify { who, notice: Notice::AgreementProposed, .. }
            if *who == certificate(SPECIALIST))
    };
    assert!(effects.iter().any(told));

    let log = signed_agreement(&world, terms.clone(), DENTIST, SPECIALIST);
    let agreement = log.in_force(NOW).unwrap();
    assert!(agreement.between(&certificate(SPECIALIST), &certificate(DENTIST)));
    assert!(!agreement.between(&certificate(SPECIALIST), &certificate(ORDINARY)));
    assert_eq!(log.state(NOW), AgreementState::InForce);
    assert_eq!(
        log.state(terms.valid_from.minus(1)),
        AgreementState::AwaitingStart
    );
    assert_eq!(log.state(terms.valid_until), AgreementState::InForce);
    assert_eq!(log.state(terms.valid_until.plus(1)), AgreementState::Expired);
    assert_eq!(log.in_force(terms.valid_until.plus(1)), None);
}

#[test]
fn r8_only_the_text_that_was_proposed_can_be_countersigned() {
    let world = World::new();
    let (log, terms, _) = proposed(&world);
    let (proposal, _) = log.proposal().unwrap();
    let changed = Agreement {
        turnaround_hours: 1,
        ..terms.countersignature(proposal)
    };
    let refused = log.draft(&author(SPECIALIST, HOSPITAL), changed, &world, NOW);
    assert_eq!(refused.unwrap_err(), Refusal::OtherTerms);
}

#[test]
fn r8_neither_the_proposer_nor_a_stranger_can_countersign() {
    let world = World::new();
    let (mut log, terms, _) = proposed(&world);
    let (proposal, _) = log.proposal().unwrap();
    let answer = Body::Agreement(Box::new(terms.countersignature(proposal)));
    for (signer, device) in [(DENTIST, CLINIC), (ORDINARY, CLINIC), (COLLEAGUE, CLINIC)] {
        let entry = forge(log.log(), (signer, device), &answer, signer);
        assert_eq!(
            log.handle(Event::Arrived(entry), &world, NOW).unwrap_err(),
            Refusal::NotAParty
        );
    }
    assert_eq!(log.countersigned(), None);
}

#[test]
fn an_agreement_within_one_facility_is_refused() {
    let world = World::new();
    let terms = standard(&world, DENTIST, COLLEAGUE);
    let refused = AgreementLog::new(AGREEMENT).draft(&author(DENTIST, CLINIC), terms, &world, NOW);
    assert_eq!(refused.unwrap_err(), Refusal::SameFacility);
}

#[test]
fn r8_terms_that_do_not_match_their_hash_are_refused() {
    let world = World::new();
    let mut terms = standard(&world, DENTIST, SPECIALIST);
    terms.terms.push_str("費用は無料。");
    let refused = AgreementLog::new(AGREEMENT).draft(&author(DENTIST, CLINIC), terms, &world, NOW);
    assert_eq!(refused.unwrap_err().code(), "incomplete");
}

#[test]
fn nothing_but_an_agreement_belongs_in_its_log() {
    let world = World::new();
    let (mut log, ..) = proposed(&world);
    let entry = forge(log.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST);
    assert_eq!(
        log.handle(Event::Arrived(entry), &world, NOW).unwrap_err().code(),
        "wrong_kind"
    );
}

#[test]
fn an_agreement_is_the_same_after_a_restart() {
    let world = World::new();
    let log = signed_agreement(&world, standard(&world, DENTIST, SPECIALIST), DENTIST, SPECIALIST);
    let stored: Vec<_> = log.log().entries_since(&[]).into_iter().cloned().collect();
    let again = AgreementLog::replay(AGREEMENT, stored, &world).unwrap();
    assert_eq!(again.countersigned(), log.countersigned());
    assert_eq!(again.parties(), [certificate(DENTIST), certificate(SPECIALIST)]);
}
