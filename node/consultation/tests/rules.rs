//! What is refused, by whoever drafts it and by whoever receives it signed all the same: each rule by name.

mod support;

use dokuei_consultation::body::{Body, Problem, ReportStatus, Request};
use dokuei_consultation::entry::EntryType;
use dokuei_consultation::event::Event;
use dokuei_consultation::id::AgreementId;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::state::State;
use dokuei_identity::fingerprint::Fingerprint;

use support::desk::{Desk, delivered, forge, request, requested};
use support::{
    AGREEMENT, CLINIC_NODE, COLLEAGUE, DAY, DENTIST, LAPTOP, SPECIALIST, SPECIALIST_NODE, START, STRANGER,
    STRANGER_NODE, World, author, certificate, sample,
};

fn clinic() -> Desk {
    Desk::new(DENTIST, CLINIC_NODE)
}

/// The usual request, changed.
fn asking(world: &World, change: impl FnOnce(&mut Request)) -> Body {
    let mut request = sample::request(world.agreements[&AGREEMENT].reference());
    change(&mut request);
    Body::Request(Box::new(request))
}

#[test]
fn r7_a_request_without_one_of_its_fields_is_refused() {
    type Change = fn(&mut Request);
    let fields: [(&str, Change); 14] = [
        ("requester.name", |r| r.requester.name.clear()),
        ("requester.institution", |r| r.requester.institution.clear()),
        ("patient.id", |r| r.patient.id.clear()),
        ("patient.name", |r| r.patient.name = Default::default()),
        ("patient.birth_date", |r| {
            r.patient.birth_date = Some("1980".to_owned())
        }),
        ("study_instance_uid", |r| r.study_instance_uid.clear()),
        ("modalities", |r| r.modalities.clear()),
        ("region", |r| r.region = "  ".to_owned()),
        ("question", |r| r.question.clear()),
        ("history", |r| r.history = "\u{0}".to_owned()),
        ("justification", |r| r.justification.clear()),
        ("consent.explained_by", |r| r.consent.explained_by.clear()),
        ("consent.explained_at", |r| r.consent.explained_at.0 = 0),
        ("consent.scope", |r| r.consent.scope.clear()),
    ];
    let world = World::new();
    for (field, change) in fields {
        let refusal = clinic().refusal(&world, &asking(&world, change));
        let Refusal::Incomplete(incomplete) = refusal else {
            panic!("{field}: {refusal}")
        };
        assert_eq!(incomplete.field, field);
    }
    let long = asking(&world, |r| r.region = "右".repeat(1_001));
    let refusal = clinic().refusal(&world, &long);
    let limit = Problem::TooLong { limit: 1_000 };
    assert!(matches!(refusal, Refusal::Incomplete(incomplete) if incomplete.problem == limit));
}

#[test]
fn r8_a_request_needs_the_agreement_of_these_two_in_force() {
    let mut world = World::new();
    let unknown = asking(&world, |r| r.agreement.id = AgreementId::from_bytes([9; 16]));
    assert_eq!(clinic().refusal(&world, &unknown), Refusal::NoAgreement);
    let mut late = clinic();
    late.now = START.plus(366 * DAY);
    assert_eq!(
        late.refusal(&world, &request(&world)),
        Refusal::AgreementNotInForce
    );
    let mut early = clinic();
    early.now = START.minus(1);
    assert_eq!(
        early.refusal(&world, &request(&world)),
        Refusal::AgreementNotInForce
    );
    // With somebody else; and with other entries under the same id.
    let id = AgreementId::from_bytes([0xa2; 16]);
    world.agree(id, STRANGER, STRANGER_NODE);
    let reference = world.agreements[&id].reference();
    let elsewhere = asking(&world, |r| r.agreement = reference);
    assert_eq!(clinic().refusal(&world, &elsewhere), Refusal::OtherAgreement);
    let half = asking(&world, |r| r.agreement.countersignature = r.agreement.proposal);
    assert_eq!(clinic().refusal(&world, &half), Refusal::OtherAgreement);
}

#[test]
fn r3_r4_only_one_who_may_read_is_asked_and_accepts() {
    let mut world = World::new();
    let (_, specialist) = requested(&world);
    world.readers.clear();
    let refusal = clinic().refusal(&world, &request(&world));
    assert!(matches!(refusal, Refusal::Denied(_)));
    let accept = sample::accept(specialist.request());
    assert_eq!(specialist.refusal(&world, &accept).code(), "not_qualified");
    // To decline needs no credential.
    let decline = sample::decline(specialist.request());
    assert!(specialist.clone().write(&world, decline).is_ok());
}

#[test]
fn r3_r4_a_report_by_one_who_may_no_longer_read_is_refused() {
    let mut world = World::new();
    let (_, specialist) = delivered(&world);
    world.readers.clear();
    for status in [ReportStatus::Preliminary, ReportStatus::Final] {
        let report = Body::Report(Box::new(specialist.report(&world, status, None)));
        assert_eq!(specialist.refusal(&world, &report).code(), "not_qualified");
    }
}

#[test]
fn a_revoked_signer_is_refused_whatever_time_the_entry_claims() {
    let mut world = World::new();
    let (clinic, specialist) = requested(&world);
    world.revoked.insert(certificate(SPECIALIST));
    let accept = sample::accept(specialist.request());
    let refusal = specialist.refusal(&world, &accept);
    assert_eq!(refusal, Refusal::Revoked(certificate(SPECIALIST)));
    assert_eq!(clinic.case.state(), State::AwaitingAcceptance);
}

#[test]
fn r5_a_machine_or_nobody_signs_no_report() {
    let world = World::new();
    let (mut clinic, specialist) = delivered(&world);
    let report = Body::Report(Box::new(specialist.report(&world, ReportStatus::Final, None)));
    let mut arrive = |signer: Fingerprint, key: &str| {
        let mut author = author(SPECIALIST, SPECIALIST_NODE);
        author.signer = signer;
        let drafted = specialist
            .case
            .draft(&author, report.clone(), &world, specialist.now)
            .err();
        let entry = forge(&specialist.case, &author, key, &report, specialist.now);
        (drafted, clinic.take(&world, &entry).unwrap_err())
    };
    let machine = arrive(certificate(SPECIALIST_NODE), SPECIALIST_NODE);
    assert_eq!(machine, (Some(Refusal::NotAPerson), Refusal::NotAPerson));
    // In the practitioner's name, by the node's key.
    let (_, refusal) = arrive(certificate(SPECIALIST), SPECIALIST_NODE);
    assert_eq!(refusal, Refusal::BadSignature);
    let nobody = certificate("nobody");
    let unknown = Refusal::UnknownSigner(nobody);
    assert_eq!(arrive(nobody, "nobody"), (Some(unknown.clone()), unknown));
    assert_eq!(clinic.state(), "delivered");
}

#[test]
fn only_the_party_concerned_may_act() {
    let world = World::new();
    let (clinic, specialist) = delivered(&world);
    let report = Body::Report(Box::new(clinic.report(&world, ReportStatus::Final, None)));
    let refusal = clinic.refusal(&world, &report);
    assert_eq!(refusal, Refusal::NotTheConsultant(EntryType::Report));
    for body in [sample::offer(), sample::close(), sample::withdraw()] {
        let refusal = specialist.refusal(&world, &body);
        assert_eq!(refusal, Refusal::NotTheRequester(body.entry_type()));
    }
    let (_, specialist) = requested(&world);
    let mut outsider = Desk::new(STRANGER, STRANGER_NODE);
    outsider.pull(&world, &specialist);
    let accept = sample::accept(outsider.request());
    assert_eq!(
        outsider.refusal(&world, &accept),
        Refusal::NotTheConsultant(EntryType::Accept)
    );
    let in_anothers_name = request(&world);
    let refusal = Desk::new(STRANGER, STRANGER_NODE).refusal(&world, &in_anothers_name);
    assert_eq!(refusal, Refusal::NotTheRequester(EntryType::Request));
}

#[test]
fn consultation_is_between_facilities() {
    let mut world = World::new();
    let own = asking(&world, |r| r.consultant = certificate(COLLEAGUE));
    assert_eq!(clinic().refusal(&world, &own), Refusal::SameFacility);
    let herself = asking(&world, |r| r.consultant = certificate(DENTIST));
    assert_eq!(clinic().refusal(&world, &herself), Refusal::SameFacility);
    world.readers.insert(certificate(DENTIST));
    assert_eq!(clinic().refusal(&world, &herself), Refusal::SameFacility);
}

#[test]
fn a_receipt_is_for_the_package_offered_by_the_node_granted() {
    let world = World::new();
    let (mut clinic, mut specialist) = requested(&world);
    let request = specialist.request();
    let early = specialist.refusal(&world, &sample::received());
    assert_eq!(early, Refusal::UnknownReference);
    clinic.write(&world, sample::offer()).unwrap();
    clinic.write(&world, sample::grant(SPECIALIST_NODE)).unwrap();
    specialist.pull(&world, &clinic);
    assert_eq!(specialist.refusal(&world, &sample::received()).code(), "not_now");
    specialist.write(&world, sample::accept(request)).unwrap();
    let mut other = sample::receipt();
    other.root = [1; 32];
    assert_eq!(
        specialist.refusal(&world, &Body::Received(other)),
        Refusal::OtherPackage
    );
    let mut short = sample::receipt();
    short.length -= 1;
    assert_eq!(
        specialist.refusal(&world, &Body::Received(short)),
        Refusal::OtherPackage
    );
    for node in [LAPTOP, CLINIC_NODE, STRANGER_NODE] {
        let mut elsewhere = Desk::new(SPECIALIST, node);
        elsewhere.pull(&world, &specialist);
        assert_eq!(
            elsewhere.refusal(&world, &sample::received()),
            Refusal::NotGranted
        );
    }
    specialist.write(&world, sample::received()).unwrap();
    assert_eq!(specialist.refusal(&world, &sample::received()).code(), "not_now");
}

#[test]
fn r5_a_receipt_is_signed_by_the_node_that_writes_it() {
    let world = World::new();
    let (mut clinic, specialist) = delivered(&world);
    let mut author = author(SPECIALIST_NODE, LAPTOP);
    let entry = forge(
        &specialist.case,
        &author,
        SPECIALIST_NODE,
        &sample::received(),
        specialist.now,
    );
    assert_eq!(clinic.take(&world, &entry), Err(Refusal::Malformed));
    author.signer = certificate(SPECIALIST);
    let entry = forge(
        &specialist.case,
        &author,
        SPECIALIST,
        &sample::received(),
        specialist.now,
    );
    let unknown = Refusal::UnknownSigner(certificate(SPECIALIST));
    assert_eq!(clinic.take(&world, &entry), Err(unknown));
}

#[test]
fn nothing_comes_before_its_time() {
    let world = World::new();
    let (mut clinic, mut specialist) = requested(&world);
    let empty = Desk::new(DENTIST, CLINIC_NODE);
    let refusal = empty.refusal(&world, &sample::withdraw());
    assert_eq!(refusal, Refusal::Beginning(EntryType::Withdraw));
    assert_eq!(
        clinic.refusal(&world, &request(&world)),
        Refusal::Beginning(EntryType::Request)
    );
    let report = Body::Report(Box::new(specialist.report(&world, ReportStatus::Final, None)));
    assert_eq!(specialist.refusal(&world, &report).code(), "not_now");
    specialist
        .write(&world, sample::accept(specialist.request()))
        .unwrap();
    assert_eq!(
        specialist.refusal(&world, &report).code(),
        "not_now",
        "before the receipt"
    );
    let decline = sample::decline(specialist.request());
    assert_eq!(
        specialist.refusal(&world, &decline).code(),
        "not_now",
        "after acceptance"
    );
    clinic.pull(&world, &specialist);
    assert_eq!(clinic.refusal(&world, &sample::close()).code(), "not_now");
    let nothing = sample::read(clinic.request());
    assert_eq!(clinic.refusal(&world, &nothing), Refusal::UnknownReference);
    assert_eq!(
        clinic.refusal(&world, &sample::grant(SPECIALIST_NODE)),
        Refusal::UnknownReference
    );
}

#[test]
fn r7_no_closing_before_reading_and_no_withdrawal_after_the_final_report() {
    let world = World::new();
    let (mut clinic, mut specialist) = delivered(&world);
    let first = specialist.report(&world, ReportStatus::Final, None);
    let mut foreign = first.clone();
    foreign.terms = dokuei_consultation::id::Sha256Hash::of(b"other terms");
    let refusal = specialist.refusal(&world, &Body::Report(Box::new(foreign)));
    assert_eq!(refusal, Refusal::OtherTerms);
    let first = specialist.write(&world, Body::Report(Box::new(first))).unwrap();
    clinic.pull(&world, &specialist);
    assert_eq!(clinic.refusal(&world, &sample::close()).code(), "not_now");
    assert_eq!(clinic.refusal(&world, &sample::withdraw()).code(), "not_now");
    // R6: a second first version, or one that makes a final report preliminary again.
    let again = Body::Report(Box::new(specialist.report(&world, ReportStatus::Final, None)));
    assert_eq!(specialist.refusal(&world, &again), Refusal::NotTheNewestVersion);
    let back = specialist.report(&world, ReportStatus::Preliminary, Some(first.id()));
    let refusal = specialist.refusal(&world, &Body::Report(Box::new(back)));
    assert_eq!(refusal.code(), "not_now");
    clinic.write(&world, sample::read(first.id())).unwrap();
    assert_eq!(
        clinic.refusal(&world, &sample::read(first.id())).code(),
        "not_now"
    );
    clinic.write(&world, sample::close()).unwrap();
    assert_eq!(clinic.refusal(&world, &sample::offer()).code(), "not_now");
}

#[test]
fn an_entry_of_another_log_is_refused() {
    let world = World::new();
    let (clinic, _) = requested(&world);
    let entry = clinic.case.log().ordered()[0].signed().clone();
    let other = dokuei_consultation::id::CaseId::from_bytes([1; 16]);
    let mut elsewhere = dokuei_consultation::machine::Case::new(other, certificate(LAPTOP));
    let refusal = elsewhere.handle(Event::Arrived(entry), &world, clinic.now);
    assert_eq!(refusal, Err(Refusal::OtherLog));
}
