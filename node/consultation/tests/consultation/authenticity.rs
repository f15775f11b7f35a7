//! R6: nothing signed can be changed unnoticed, on the way or on the disk.

use dokuei_consultation::body::Body;
use dokuei_consultation::entry::{EntryHeader, EntryType, SignedEntry};
use dokuei_consultation::event::Event;
use dokuei_consultation::id::{EntryId, LogId, Sha256Hash};
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_identity::cbor;

use crate::bodies;
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, NOW, SPECIALIST, Story, arrive, author, certificate, forge, key, rng,
};

#[test]
fn r6_every_flipped_bit_of_an_entry_on_the_way_is_refused() {
    let story = Story::requested();
    let draft = story
        .case
        .draft(&author(DENTIST, CLINIC), bodies::withdraw(), &story.world, NOW)
        .unwrap();
    let bytes = cbor::encode(&draft.sign(&key(DENTIST), &mut rng(9)));
    let before = (story.case.log().heads(), story.case.state());
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let Ok(entry) = cbor::decode::<SignedEntry>(&altered) else {
            continue;
        };
        let mut case = story.case.clone();
        assert!(
            arrive(&mut case, &story.world, &entry).is_err(),
            "bit {bit} was flipped unnoticed"
        );
        assert_eq!(
            (case.log().heads(), case.state()),
            before,
            "bit {bit}: nothing has changed"
        );
    }
}

#[test]
fn r6_every_flipped_byte_of_a_stored_report_is_found_when_the_case_is_taken_up() {
    let story = Story::reported();
    let stored = story.entries();
    assert!(Case::replay(CASE, certificate(CLINIC), stored.clone(), &story.world).is_ok());
    let (last, before) = stored.split_last().unwrap();
    for at in 0..last.body.len() {
        let mut altered = last.clone();
        altered.body[at] ^= 1;
        let all = before.iter().cloned().chain([altered]);
        let refusal = Case::replay(CASE, certificate(CLINIC), all, &story.world).unwrap_err();
        assert_eq!(refusal, Refusal::BodyAltered, "byte {at}");
    }
}

type Change = fn(&mut EntryHeader);

#[test]
fn r6_no_field_of_the_header_can_be_changed_under_the_signature() {
    let changes: [(&str, Change); 11] = [
        ("log", |header| header.log = LogId::from_bytes([0; 16])),
        ("type", |header| header.entry_type = EntryType::Close),
        ("signer", |header| header.signer = certificate(SPECIALIST)),
        ("device", |header| header.device = certificate(HOSPITAL)),
        ("seq", |header| header.seq += 1),
        ("prev_self", |header| {
            header.prev_self = Some(EntryId::of(b"other"))
        }),
        ("parents", |header| header.parents[0] = EntryId::of(b"other")),
        ("lamport", |header| header.lamport += 1),
        ("time", |header| header.time.0 -= 1),
        ("crl_number", |header| header.crl_number += 1),
        ("body_commit", |header| {
            header.body_commit = Sha256Hash::of(b"other")
        }),
    ];
    let story = Story::requested();
    let good = forge(story.case.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST);
    let payload = cbor::encode(&good.unverified_header().unwrap());
    let start = good
        .header
        .windows(payload.len())
        .position(|window| window == payload)
        .unwrap();
    for (field, change) in changes {
        let mut header = good.unverified_header().unwrap();
        change(&mut header);
        let changed = cbor::encode(&header);
        assert_eq!(changed.len(), payload.len(), "{field}: the envelope still fits");
        let mut entry = good.clone();
        entry.header[start..start + changed.len()].copy_from_slice(&changed);
        let refusal = arrive(&mut story.case.clone(), &story.world, &entry).unwrap_err();
        let expected: &[&str] = if field == "signer" {
            &["malformed"]
        } else {
            &["bad_signature"]
        };
        assert!(expected.contains(&refusal.code()), "{field}: {refusal}");
    }
}

#[test]
fn r6_a_cut_or_lengthened_entry_or_the_body_of_another_is_refused() {
    let story = Story::reported();
    let entries = story.entries();
    let (report, before) = entries.split_last().unwrap();
    let here = Case::replay(CASE, certificate(CLINIC), before.to_vec(), &story.world).unwrap();
    let refused = |header: &[u8], body: &[u8]| {
        let altered = SignedEntry {
            header: header.to_vec(),
            body: body.to_vec(),
            salt: report.salt,
        };
        arrive(&mut here.clone(), &story.world, &altered).unwrap_err()
    };
    for length in 0..report.header.len() {
        assert_eq!(
            refused(&report.header[..length], &report.body),
            Refusal::Malformed
        );
    }
    let longer = |bytes: &[u8]| [bytes, &[0]].concat();
    assert_eq!(refused(&longer(&report.header), &report.body), Refusal::Malformed);
    for body in [longer(&report.body), before[0].body.clone(), Vec::new()] {
        assert_eq!(refused(&report.header, &body), Refusal::BodyAltered);
    }
}

#[test]
fn a_body_of_another_type_than_the_header_says_is_refused() {
    let story = Story::requested();
    let good = forge(story.case.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST);
    let mut header = good.unverified_header().unwrap();
    header.entry_type = EntryType::Close;
    let entry = SignedEntry::sign(&header, good.body, good.salt, &key(DENTIST));
    assert_eq!(
        arrive(&mut story.case.clone(), &story.world, &entry).unwrap_err(),
        Refusal::Malformed
    );
}

#[test]
fn an_entry_of_another_case_is_refused() {
    let story = Story::requested();
    let other = LogId::from_bytes([0; 16]);
    let good = forge(story.case.log(), (DENTIST, CLINIC), &bodies::withdraw(), DENTIST);
    let mut header = good.unverified_header().unwrap();
    header.log = other;
    let entry = SignedEntry::sign(&header, good.body, good.salt, &key(DENTIST));
    assert_eq!(
        arrive(&mut story.case.clone(), &story.world, &entry).unwrap_err(),
        Refusal::OtherLog
    );
}

#[test]
fn a_revoked_signer_is_refused_whatever_time_is_claimed_and_history_stays_readable() {
    let mut story = Story::delivered();
    let report = Body::Report(Box::new(bodies::report(&story.case, &story.world)));
    let backdated = forge(story.case.log(), (SPECIALIST, HOSPITAL), &report, SPECIALIST);
    story.world.revoked.insert(certificate(SPECIALIST));
    let refusal = story
        .case
        .handle(Event::Arrived(backdated), &story.world, NOW.plus(86_400))
        .unwrap_err();
    assert_eq!(refusal, Refusal::Revoked(certificate(SPECIALIST)));
    assert_eq!(
        story.specialist(report).unwrap_err(),
        Refusal::Revoked(certificate(SPECIALIST))
    );
    assert!(Case::replay(CASE, certificate(CLINIC), story.entries(), &story.world).is_ok());
}

/// R12: what is written to a log file shows no patient.
#[test]
fn r12_debug_output_and_summaries_hold_no_patient_data() {
    let story = Story::reported();
    let (_, request) = story.case.request().unwrap();
    let mut shown = format!(
        "{:?} {:?} {request:?} {:?}",
        story.case,
        story.entries(),
        request.patient
    );
    for entry in story.case.log().ordered() {
        let (ja, en) = entry.body().summary();
        shown.push_str(&format!("{:?} {ja} {en}", entry.body()));
    }
    for secret in [
        bodies::PATIENT,
        "Yamada",
        "P-0001",
        "19700102",
        "下顎管",
        "神経損傷",
    ] {
        assert!(!shown.contains(secret), "{secret} is shown");
    }
}
