//! The images: offered, granted, fetched once accepted, and receipted by the node that has them whole.

use dokuei_consultation::body::{Body, EraseNotice, PackageOffered, Received};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::id::PackageId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;

use crate::bodies::{self, PACKAGE, accept, decline, erase, grant, offer, received};
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, HOSPITAL_2, SPECIALIST, Story, THIRD, arrive, certificate, forge, write,
};

fn fetches(effects: &[Effect]) -> usize {
    effects
        .iter()
        .filter(|effect| matches!(effect, Effect::FetchPackage { .. }))
        .count()
}

#[test]
fn the_images_are_fetched_only_once_the_case_is_accepted_and_only_by_a_node_with_a_grant() {
    let mut story = Story::requested();
    story.offer();
    let mut hospital = Case::new(CASE, certificate(HOSPITAL));
    let mut third = Case::new(CASE, certificate(THIRD));
    for entry in story.entries() {
        assert_eq!(fetches(&arrive(&mut hospital, &story.world, &entry).unwrap()), 0);
        arrive(&mut third, &story.world, &entry).unwrap();
    }
    assert!(
        !story.case.may_fetch(&certificate(HOSPITAL), &PACKAGE),
        "not accepted yet"
    );
    assert!(hospital.outstanding().is_empty());

    let answer = accept(&hospital);
    let (entry, effects) = write(&mut hospital, &story.world, (SPECIALIST, HOSPITAL), answer).unwrap();
    assert_eq!(fetches(&effects), 1);
    assert!(
        matches!(effects[0], Effect::Persist(_)),
        "durable before anything else"
    );
    assert_eq!(
        hospital.outstanding().len(),
        1,
        "after a start it is fetched all the same"
    );
    assert_eq!(fetches(&arrive(&mut third, &story.world, &entry).unwrap()), 0);
    assert_eq!(
        fetches(&arrive(&mut story.case, &story.world, &entry).unwrap()),
        0
    );
    for (node, may) in [
        (HOSPITAL, true),
        (HOSPITAL_2, true),
        (CLINIC, false),
        (THIRD, false),
    ] {
        assert_eq!(story.case.may_fetch(&certificate(node), &PACKAGE), may, "{node}");
    }
}

#[test]
fn what_has_been_received_is_not_fetched_again_and_what_is_withdrawn_is_stopped() {
    let mut story = Story::offered();
    let mut hospital = Case::new(CASE, certificate(HOSPITAL));
    for entry in story.entries() {
        arrive(&mut hospital, &story.world, &entry).unwrap();
    }
    let mut receiving = hospital.clone();
    write(&mut receiving, &story.world, (HOSPITAL, HOSPITAL), received()).unwrap();
    assert!(receiving.outstanding().is_empty());
    assert!(
        receiving.may_fetch(&certificate(HOSPITAL), &PACKAGE),
        "but may be, should the disk fail"
    );

    story.dentist(bodies::withdraw()).unwrap();
    let withdrawal = story.entries().pop().unwrap();
    let effects = arrive(&mut hospital, &story.world, &withdrawal).unwrap();
    assert!(effects.contains(&Effect::StopFetching(PACKAGE)));
    assert!(!story.case.may_fetch(&certificate(HOSPITAL), &PACKAGE));
}

#[test]
fn only_the_requester_offers_and_grants() {
    let mut story = Story::accepted();
    for body in [offer(), grant(HOSPITAL)] {
        assert_eq!(story.specialist(body).unwrap_err().code(), "not_the_requester");
    }
    assert_eq!(
        story.dentist(grant(HOSPITAL)).unwrap_err(),
        Refusal::UnknownReference,
        "nothing offered yet"
    );
    story.dentist(offer()).unwrap();
    assert_eq!(
        story.dentist(offer()).unwrap_err(),
        Refusal::UnknownReference,
        "offered already"
    );
    let Body::Grant(mut to_another) = grant(HOSPITAL) else {
        unreachable!()
    };
    to_another.recipient = certificate(DENTIST);
    assert_eq!(
        story.dentist(Body::Grant(to_another)).unwrap_err(),
        Refusal::UnknownReference
    );
}

#[test]
fn a_receipt_comes_from_a_granted_node_after_acceptance_and_once() {
    let mut unaccepted = Story::requested();
    unaccepted.offer();
    assert_eq!(unaccepted.node(received()).unwrap_err().code(), "not_now");

    let mut story = Story::offered();
    for node in [CLINIC, THIRD] {
        assert_eq!(story.by(node, node, received()).unwrap_err(), Refusal::NotGranted);
    }
    story.node(received()).unwrap();
    assert_eq!(story.case.state().name(), "delivered");
    assert_eq!(story.node(received()).unwrap_err().code(), "not_now");
    story.by(HOSPITAL_2, HOSPITAL_2, received()).unwrap();
}

#[test]
fn a_receipt_for_other_bytes_is_refused() {
    let mut story = Story::offered();
    let good = Received {
        package: PACKAGE,
        root: [0x11; 32],
        length: 65_536,
    };
    let short = Received {
        length: 65_535,
        ..good.clone()
    };
    let altered = Received {
        root: [0x12; 32],
        ..good.clone()
    };
    for wrong in [short, altered] {
        assert_eq!(
            story.node(Body::Received(wrong)).unwrap_err(),
            Refusal::OtherPackage
        );
    }
    let unknown = Received {
        package: dokuei_consultation::id::PackageId::from_bytes([0; 16]),
        ..good
    };
    assert_eq!(
        story.node(Body::Received(unknown)).unwrap_err(),
        Refusal::UnknownReference
    );
}

#[test]
fn a_person_cannot_sign_a_receipt() {
    let mut story = Story::offered();
    let entry = forge(
        story.case.log(),
        (SPECIALIST, SPECIALIST),
        &received(),
        SPECIALIST,
    );
    let refusal = arrive(&mut story.case, &story.world, &entry).unwrap_err();
    assert_eq!(
        refusal,
        Refusal::UnknownSigner(certificate(SPECIALIST)),
        "no such node"
    );
}

#[test]
fn an_empty_package_cannot_be_offered() {
    let Body::PackageOffered(good) = offer() else {
        unreachable!()
    };
    let mut story = Story::accepted();
    for empty in [
        PackageOffered {
            length: 0,
            ..good.clone()
        },
        PackageOffered { instances: 0, ..good },
    ] {
        assert_eq!(
            story.dentist(Body::PackageOffered(empty)).unwrap_err().code(),
            "incomplete"
        );
    }
}

/// Either side ends a transfer, the other stops and erases, and the same study can be offered again.
#[test]
fn r17_a_transfer_that_is_cancelled_is_stopped_erased_and_can_be_sent_again() {
    for who in [(DENTIST, CLINIC), (SPECIALIST, HOSPITAL)] {
        let mut story = Story::offered();
        let mut hospital = Case::new(CASE, certificate(HOSPITAL));
        for entry in story.entries() {
            arrive(&mut hospital, &story.world, &entry).unwrap();
        }
        assert!(story.case.to_erase().is_empty());
        assert_eq!(story.case.offered(), Some(PACKAGE));
        story.by(who.0, who.1, erase()).unwrap();
        let notice = story.entries().pop().unwrap();
        let effects = arrive(&mut hospital, &story.world, &notice).unwrap();
        assert!(effects.contains(&Effect::StopFetching(PACKAGE)));
        for case in [&story.case, &hospital] {
            assert_eq!((case.to_erase(), case.offered()), (vec![PACKAGE], None));
            assert_eq!(case.state().name(), "accepted");
            assert!(!case.may_fetch(&certificate(HOSPITAL), &PACKAGE) && case.outstanding().is_empty());
        }
        for late in [received(), erase()] {
            let refused = story.by(HOSPITAL, HOSPITAL, late.clone());
            let refused = refused.or_else(|_| story.specialist(late));
            assert!(refused.is_err());
        }

        let again = PackageId::from_bytes([0x9b; 16]);
        let Body::PackageOffered(first) = offer() else {
            unreachable!()
        };
        story
            .dentist(Body::PackageOffered(PackageOffered {
                package: again,
                ..first
            }))
            .unwrap();
        let Body::Grant(mut to) = grant(HOSPITAL) else {
            unreachable!()
        };
        to.package = again;
        story.dentist(Body::Grant(to)).unwrap();
        assert_eq!(story.case.offered(), Some(again));
        assert!(story.case.may_fetch(&certificate(HOSPITAL), &again));
    }
}

/// R17: of a request that is over nothing is kept. The bytes of one that was accepted at another device at the same time are.
#[test]
fn r17_the_package_of_a_declined_request_is_erased_on_both_sides() {
    let mut story = Story::requested();
    story.offer();
    let mut hospital = Case::new(CASE, certificate(HOSPITAL));
    for entry in story.entries() {
        arrive(&mut hospital, &story.world, &entry).unwrap();
    }
    let (yes, no) = (accept(&story.case), decline(&story.case));
    let elsewhere = forge(story.case.log(), (SPECIALIST, HOSPITAL_2), &yes, SPECIALIST);
    let (refusal, _) = write(&mut hospital, &story.world, (SPECIALIST, HOSPITAL), no).unwrap();
    arrive(&mut story.case, &story.world, &refusal).unwrap();
    for case in [&story.case, &hospital] {
        assert_eq!(
            (case.state().name(), case.to_erase()),
            ("declined", vec![PACKAGE])
        );
        assert_eq!(case.offered(), None);
        assert!(!case.may_fetch(&certificate(HOSPITAL), &PACKAGE));
    }
    assert!(story.dentist(erase()).is_err(), "there is nothing left to cancel");

    arrive(&mut story.case, &story.world, &elsewhere).unwrap();
    assert_eq!(story.case.state().name(), "accepted");
    assert_eq!(
        (story.case.to_erase(), story.case.offered()),
        (vec![], Some(PACKAGE))
    );
    story.dentist(erase()).unwrap();
    assert_eq!(story.case.offered(), None, "and it can be sent again");
}

/// R6: what a report rests on belongs to the record; nobody erases it, and a report that was signed at the same time
/// stands against the erasure.
#[test]
fn r6_the_images_that_a_report_rests_on_are_kept() {
    let mut story = Story::reported();
    for who in [(DENTIST, CLINIC), (SPECIALIST, HOSPITAL)] {
        assert_eq!(story.by(who.0, who.1, erase()).unwrap_err(), Refusal::Kept);
    }
    let mut at_once = Story::delivered();
    let report = bodies::report(&at_once.case, &at_once.world);
    let report = forge(
        at_once.case.log(),
        (SPECIALIST, HOSPITAL),
        &Body::Report(Box::new(report)),
        SPECIALIST,
    );
    at_once.dentist(erase()).unwrap();
    assert_eq!(at_once.case.to_erase(), [PACKAGE]);
    arrive(&mut at_once.case, &at_once.world, &report).unwrap();
    assert!(at_once.case.to_erase().is_empty());
    assert_eq!(at_once.case.state().name(), "reported");
}

#[test]
fn only_a_party_erases_only_what_was_offered_and_says_why() {
    let mut story = Story::accepted();
    assert_eq!(story.dentist(erase()).unwrap_err(), Refusal::UnknownReference);
    story.offer();
    assert_eq!(story.node(erase()).unwrap_err().code(), "not_a_person");
    let Body::EraseNotice(good) = erase() else {
        unreachable!()
    };
    let silent = EraseNotice {
        reason: " ".to_owned(),
        ..good
    };
    assert_eq!(
        story.dentist(Body::EraseNotice(silent)).unwrap_err().code(),
        "incomplete"
    );
}

/// Where a package can be had: where it was sealed, and wherever somebody signed that all of it is.
#[test]
fn r17_the_holders_of_a_package_are_named_by_the_log() {
    let mut story = Story::offered();
    assert_eq!(story.case.holders(&PACKAGE), [certificate(CLINIC)]);
    story.by(HOSPITAL_2, HOSPITAL_2, received()).unwrap();
    assert_eq!(
        story.case.holders(&PACKAGE),
        [certificate(CLINIC), certificate(HOSPITAL_2)]
    );
}
