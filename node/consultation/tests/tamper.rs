//! R6: what was signed cannot be changed, moved, taken over or dated otherwise; what comes twice changes nothing.

mod support;

use dokuei_consultation::body::ReportStatus;
use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::{EntryHeader, SignedEntry, VerifiedEntry};
use dokuei_consultation::event::Event;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::{CLOCK_TOLERANCE, body::Body};

use support::desk::{CASE, Desk, delivered, forge, header, request, requested};
use support::{
    CLINIC_NODE, COLLEAGUE, DAY, DENTIST, SPECIALIST, SPECIALIST_NODE, World, author, certificate, key,
    sample,
};

/// A clinic without the report, the report, and the desk that wrote it.
fn report(world: &World) -> (Desk, SignedEntry) {
    let (clinic, mut specialist) = delivered(world);
    let body = specialist.report(world, ReportStatus::Final, None);
    let entry = specialist.write(world, Body::Report(Box::new(body))).unwrap();
    (clinic, entry)
}

#[test]
fn r6_every_flipped_byte_is_found() {
    let world = World::new();
    let (mut clinic, entry) = report(&world);
    let heads = clinic.case.log().heads();
    type Part = fn(&mut SignedEntry) -> &mut [u8];
    let parts: [Part; 3] = [|e| &mut e.header, |e| &mut e.body, |e| &mut e.salt];
    for part in parts {
        for position in 0..part(&mut entry.clone()).len() {
            let mut altered = entry.clone();
            part(&mut altered)[position] ^= 1 << (position % 8);
            assert!(VerifiedEntry::open(altered.clone(), &world).is_err());
            assert!(clinic.take(&world, &altered).is_err(), "byte {position}");
            assert!(Case::replay(CASE, certificate(CLINIC_NODE), [altered], &world).is_err());
        }
    }
    assert_eq!(clinic.case.log().heads(), heads, "nothing has changed");
    clinic
        .take(&world, &entry)
        .expect("the one that was signed stands");
}

#[test]
fn r6_a_cut_or_lengthened_entry_is_refused() {
    let world = World::new();
    let (mut clinic, entry) = report(&world);
    for length in 0..entry.header.len() {
        let mut cut = entry.clone();
        cut.header.truncate(length);
        assert_eq!(clinic.take(&world, &cut), Err(Refusal::Malformed));
    }
    let mut long = entry.clone();
    long.header.push(0);
    assert_eq!(clinic.take(&world, &long), Err(Refusal::Malformed));
    let mut long = entry;
    long.body.push(0);
    assert_eq!(clinic.take(&world, &long), Err(Refusal::BodyAltered));
}

#[test]
fn r6_the_body_of_another_entry_does_not_fit() {
    let world = World::new();
    let (mut clinic, entry) = report(&world);
    let mut swapped = clinic.case.log().ordered()[0].signed().clone();
    swapped.header.clone_from(&entry.header);
    assert_eq!(clinic.take(&world, &swapped), Err(Refusal::BodyAltered));
}

#[test]
fn r6_another_signer_is_refused() {
    let world = World::new();
    let (clinic, specialist) = delivered(&world);
    let body = Body::Report(Box::new(specialist.report(&world, ReportStatus::Final, None)));
    let author = author(SPECIALIST, SPECIALIST_NODE);
    for thief in [DENTIST, COLLEAGUE, "nobody"] {
        let entry = forge(&specialist.case, &author, thief, &body, specialist.now);
        assert_eq!(clinic.clone().take(&world, &entry), Err(Refusal::BadSignature));
    }
    // Under her own name, by one who may read but was not asked.
    let author = support::author(COLLEAGUE, SPECIALIST_NODE);
    let entry = forge(&specialist.case, &author, COLLEAGUE, &body, specialist.now);
    let refusal = clinic.clone().take(&world, &entry).unwrap_err();
    assert_eq!(refusal.code(), "not_the_consultant");
}

#[test]
fn an_entry_from_the_future_is_refused() {
    let world = World::new();
    let (_, mut specialist) = requested(&world);
    let author = author(SPECIALIST, SPECIALIST_NODE);
    let accept = sample::accept(specialist.request());
    let late = specialist.now.plus(CLOCK_TOLERANCE + 1);
    let entry = forge(&specialist.case, &author, SPECIALIST, &accept, late);
    let ahead = CLOCK_TOLERANCE + 1;
    assert_eq!(
        specialist.take(&world, &entry),
        Err(Refusal::FromTheFuture { ahead })
    );
    specialist.now = specialist.now.plus(1);
    specialist
        .take(&world, &entry)
        .expect("clocks may differ a little");
}

/// A report cannot be dated before the images came, to escape a revocation or the end of an agreement.
#[test]
fn an_entry_dated_before_what_it_follows_is_refused() {
    let world = World::new();
    let (_, specialist) = requested(&world);
    let author = author(SPECIALIST, SPECIALIST_NODE);
    let accept = sample::accept(specialist.request());
    let at = |seconds| specialist.now.minus(seconds);
    let take = |seconds| {
        let entry = forge(&specialist.case, &author, SPECIALIST, &accept, at(seconds));
        specialist.clone().take(&world, &entry)
    };
    let behind = CLOCK_TOLERANCE + 1;
    assert_eq!(take(behind), Err(Refusal::Backdated { behind }));
    take(CLOCK_TOLERANCE).expect("clocks may differ a little");
    let drafted = specialist.case.draft(&author, accept.clone(), &world, at(DAY));
    assert_eq!(drafted.unwrap_err(), Refusal::Backdated { behind: DAY });
}

#[test]
fn an_entry_just_written_here_claims_no_other_time_than_now() {
    let world = World::new();
    let mut clinic = Desk::new(DENTIST, CLINIC_NODE);
    let author = author(DENTIST, CLINIC_NODE);
    let behind = CLOCK_TOLERANCE + 1;
    clinic.now = clinic.now.plus(DAY);
    let at = clinic.now.minus(behind);
    let entry = forge(&clinic.case, &author, DENTIST, &request(&world), at);
    let authored = Event::Authored(entry.clone());
    let refusal = clinic.case.handle(authored, &world, clinic.now);
    assert_eq!(refusal, Err(Refusal::Outdated { age: behind }));
    // From elsewhere it may have been long on its way.
    clinic.take(&world, &entry).expect("an old entry stands");
}

#[test]
fn r6_what_comes_again_changes_nothing() {
    let world = World::new();
    let (mut clinic, entry) = report(&world);
    clinic.take(&world, &entry).unwrap();
    let (heads, state) = (clinic.case.log().heads(), clinic.case.state());
    for entry in clinic.clone().case.log().ordered() {
        let again = clinic.take(&world, entry.signed()).unwrap();
        assert_eq!(
            again,
            [Effect::Acknowledge(entry.id())],
            "nothing is stored or told twice"
        );
        let again = clinic
            .case
            .handle(Event::Authored(entry.signed().clone()), &world, clinic.now)
            .unwrap();
        assert_eq!(again, [Effect::Acknowledge(entry.id())]);
    }
    assert_eq!((clinic.case.log().heads(), clinic.case.state()), (heads, state));
}

#[test]
fn r6_a_stored_log_is_verified_again_when_it_is_taken_up() {
    let world = World::new();
    let (clinic, specialist) = delivered(&world);
    let stored: Vec<_> = clinic
        .case
        .log()
        .entries_since(&[])
        .into_iter()
        .cloned()
        .collect();
    let here = certificate(CLINIC_NODE);
    let again = Case::replay(CASE, here, stored.clone(), &world).unwrap();
    assert_eq!(again.state(), clinic.case.state());
    assert_eq!(again.log().heads(), specialist.case.log().heads());
    let mut altered = stored;
    altered[2].body[5] ^= 1;
    let refusal = Case::replay(CASE, here, altered, &world).unwrap_err();
    assert_eq!(refusal, Refusal::BodyAltered);
}

#[test]
fn r6_a_header_out_of_form_or_place_is_refused() {
    type Change = fn(&mut EntryHeader);
    let changes: [(Change, Refusal); 8] = [
        (|h| h.parents.clear(), Refusal::Malformed),
        (|h| h.parents = vec![h.parents[0]; 2], Refusal::Malformed),
        (|h| h.parents = vec![h.parents[0]; 33], Refusal::Malformed),
        (|h| h.seq = 0, Refusal::Malformed),
        (|h| h.seq = 7, Refusal::BrokenChain),
        (|h| h.lamport += 1, Refusal::BadClock),
        (|h| h.lamport = u64::MAX, Refusal::BadClock),
        (|h| h.prev_self = Some(h.parents[0]), Refusal::BrokenChain),
    ];
    let world = World::new();
    let (clinic, specialist) = delivered(&world);
    let body = sample::withdraw();
    for (change, expected) in changes {
        let author = author(DENTIST, CLINIC_NODE);
        let mut header = header(&clinic.case, &author, &body, clinic.now);
        change(&mut header);
        let entry = SignedEntry::sign(&header, body.encode(), [0x5a; 32], &key(DENTIST));
        assert_eq!(specialist.clone().take(&world, &entry), Err(expected));
    }
}
