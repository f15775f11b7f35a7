//! Urgent and incidental findings, doubts, and the word to the patient: who signs what when, and what keeps a case open.

use dokuei_consultation::body::{Body, IncidentalFinding};
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::id::{EntryId, PackageId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::open::OpenKind;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::state::State;

use crate::bodies::{
    acknowledge, answer, close, erase, incidental, informed, query, read, report, request_id, resolve,
    urgent, withdraw,
};
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, NOW, ORDINARY, SPECIALIST, Story, arrive, certificate, forge, write,
};

/// The report is read: what keeps the case open is nothing but what a test adds.
fn all_read() -> (Story, EntryId) {
    let mut story = Story::reported();
    let State::AwaitingReading { unread } = story.case.state() else {
        panic!("a report has come")
    };
    story.dentist(read(unread[0])).unwrap();
    (story, unread[0])
}

fn found(story: &mut Story) -> EntryId {
    let urgent = urgent(request_id(&story.case));
    story.specialist(urgent).unwrap()
}

fn noted(story: &mut Story) -> EntryId {
    let incidental = incidental(request_id(&story.case), DENTIST);
    story.specialist(Body::IncidentalFinding(incidental)).unwrap()
}

fn open(case: &Case) -> Vec<OpenKind> {
    case.open().into_iter().map(|open| open.kind).collect()
}

#[test]
fn r9_an_urgent_finding_alarms_the_requester_until_a_person_acknowledges_it() {
    let mut story = Story::delivered();
    let body = urgent(request_id(&story.case));
    let (entry, effects) = write(&mut story.case, &story.world, (SPECIALIST, HOSPITAL), body).unwrap();
    let (who, finding) = (certificate(DENTIST), entry.id());
    let alarm = Effect::Alarm { who, finding };
    assert!(effects.contains(&alarm));
    // Other duties do not end it, nor does a restart.
    let report = report(&story.case, &story.world);
    let version = story.specialist(Body::Report(Box::new(report))).unwrap();
    story.dentist(read(version)).unwrap();
    let again = Case::replay(CASE, certificate(CLINIC), story.entries(), &story.world).unwrap();
    assert_eq!(again.alarms(), [alarm]);
    let (_, effects) = write(
        &mut story.case,
        &story.world,
        (DENTIST, CLINIC),
        acknowledge(finding),
    )
    .unwrap();
    assert!(effects.contains(&Effect::EndAlarm { finding }));
    let told = |effect: &Effect| {
        matches!(effect, Effect::Notify { who, notice: Notice::UrgentAcknowledged, .. }
            if *who == certificate(SPECIALIST))
    };
    assert!(effects.iter().any(told));
    assert_eq!(story.case.alarms(), []);
    assert_eq!(
        story.dentist(acknowledge(finding)).unwrap_err().code(),
        "not_now",
        "one acknowledgement, never two"
    );
}

#[test]
fn r9_only_the_requester_acknowledges() {
    let mut story = Story::delivered();
    let finding = found(&mut story);
    for signer in [SPECIALIST, ORDINARY] {
        let entry = forge(
            story.case.log(),
            (signer, HOSPITAL),
            &acknowledge(finding),
            signer,
        );
        let refusal = arrive(&mut story.case, &story.world, &entry).unwrap_err();
        assert_eq!(refusal.code(), "not_the_requester");
    }
    assert_eq!(
        story.by(CLINIC, CLINIC, acknowledge(finding)).unwrap_err(),
        Refusal::NotAPerson
    );
    let other = acknowledge(EntryId::of(b"other"));
    assert_eq!(story.dentist(other).unwrap_err(), Refusal::UnknownReference);
}

#[test]
fn r3_r9_a_finding_is_told_by_the_reader_who_has_the_images() {
    for mut story in [Story::accepted(), Story::offered()] {
        let body = urgent(request_id(&story.case));
        assert_eq!(story.specialist(body).unwrap_err().code(), "not_now");
    }
    let mut story = Story::delivered();
    let body = urgent(request_id(&story.case));
    assert_eq!(
        story.dentist(body.clone()).unwrap_err().code(),
        "not_the_consultant"
    );
    story.world.readers.remove(&certificate(SPECIALIST));
    assert_eq!(story.specialist(body).unwrap_err().code(), "not_qualified");
}

#[test]
fn r9_an_urgent_finding_is_told_also_after_the_request_was_taken_back_and_keeps_the_images() {
    let story = Story::delivered();
    let (mut clinic, mut hospital) = (story.case.clone(), story.case.clone());
    let (taken_back, _) = write(&mut clinic, &story.world, (DENTIST, CLINIC), withdraw()).unwrap();
    arrive(&mut hospital, &story.world, &taken_back).unwrap();
    let body = urgent(request_id(&hospital));
    let (finding, _) = write(&mut hospital, &story.world, (SPECIALIST, HOSPITAL), body).unwrap();
    arrive(&mut clinic, &story.world, &finding).unwrap();
    assert_eq!(clinic.state().name(), "withdrawn");
    assert_eq!(open(&clinic), [OpenKind::UrgentFinding]);
    assert_eq!(clinic.to_erase(), [], "the finding rests on the images");
    let mut story = Story {
        case: clinic,
        ..story
    };
    story.dentist(acknowledge(finding.id())).unwrap();
    assert_eq!(story.case.open(), []);
}

#[test]
fn r9_r10_a_request_is_not_taken_back_nor_its_images_erased_to_escape_a_finding() {
    let mut story = Story::delivered();
    let finding = found(&mut story);
    assert_eq!(story.dentist(erase()).unwrap_err(), Refusal::Kept);
    assert_eq!(
        story.dentist(withdraw()).unwrap_err(),
        Refusal::StillOpen(OpenKind::UrgentFinding)
    );
    story.dentist(acknowledge(finding)).unwrap();
    let item = noted(&mut story);
    assert_eq!(
        story.dentist(withdraw()).unwrap_err(),
        Refusal::StillOpen(OpenKind::IncidentalFinding)
    );
    story.dentist(resolve(item)).unwrap();
    story.dentist(withdraw()).unwrap();
}

#[test]
fn r10_a_case_does_not_close_while_an_incidental_finding_has_no_outcome() {
    let (mut story, _) = all_read();
    let item = noted(&mut story);
    let still = Refusal::StillOpen(OpenKind::IncidentalFinding);
    assert_eq!(story.dentist(close()).unwrap_err(), still);
    let forged = forge(story.case.log(), (DENTIST, CLINIC), &close(), DENTIST);
    assert_eq!(arrive(&mut story.case, &story.world, &forged).unwrap_err(), still);
    assert_eq!(
        story.specialist(resolve(item)).unwrap_err().code(),
        "not_the_requester",
        "neither owner nor requester"
    );
    story.dentist(resolve(item)).unwrap();
    assert_eq!(story.dentist(resolve(item)).unwrap_err().code(), "not_now");
    story.dentist(close()).unwrap();
}

#[test]
fn r10_an_item_has_an_owner_who_takes_part_and_a_day_to_come() {
    let mut story = Story::delivered();
    let good = incidental(request_id(&story.case), SPECIALIST);
    let strange = IncidentalFinding {
        owner: certificate(ORDINARY),
        ..good.clone()
    };
    let late = IncidentalFinding {
        due: NOW,
        ..good.clone()
    };
    let elsewhere = IncidentalFinding {
        package: PackageId::from_bytes([0; 16]),
        ..good.clone()
    };
    for (body, code) in [
        (strange, "not_a_party"),
        (late, "incomplete"),
        (elsewhere, "not_now"),
    ] {
        let body = Body::IncidentalFinding(body);
        assert_eq!(story.specialist(body).unwrap_err().code(), code);
    }
    let item = story.specialist(Body::IncidentalFinding(good)).unwrap();
    story.specialist(resolve(item)).unwrap();
}

#[test]
fn r7_r9_r10_close_is_refused_for_everything_that_is_open_and_the_list_says_so() {
    let (mut story, version) = all_read();
    let finding = found(&mut story);
    let item = noted(&mut story);
    let doubt = story.dentist(query(version, SPECIALIST)).unwrap();
    let settle: [(OpenKind, &str, Body); 3] = [
        (OpenKind::UrgentFinding, DENTIST, acknowledge(finding)),
        (OpenKind::IncidentalFinding, DENTIST, resolve(item)),
        (OpenKind::Query, SPECIALIST, answer(doubt)),
    ];
    for (kind, by, body) in settle {
        assert_eq!(open(&story.case)[0], kind);
        assert_eq!(story.dentist(close()).unwrap_err(), Refusal::StillOpen(kind));
        let device = if by == DENTIST { CLINIC } else { HOSPITAL };
        story.by(by, device, body).unwrap();
    }
    assert_eq!(story.case.open(), []);
    story.dentist(close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
}

#[test]
fn r7_r9_what_the_closer_had_not_seen_opens_the_case_again() {
    let (story, version) = all_read();
    let request = request_id(&story.case);
    let openers = [
        urgent(request),
        Body::IncidentalFinding(incidental(request, DENTIST)),
        query(version, DENTIST),
    ];
    for body in openers {
        let (mut clinic, mut hospital) = (story.case.clone(), story.case.clone());
        let (end, _) = write(&mut clinic, &story.world, (DENTIST, CLINIC), close()).unwrap();
        let (opened, _) = write(&mut hospital, &story.world, (SPECIALIST, HOSPITAL), body).unwrap();
        arrive(&mut clinic, &story.world, &opened).unwrap();
        arrive(&mut hospital, &story.world, &end).unwrap();
        assert_eq!([clinic.state().name(), hospital.state().name()], ["read"; 2]);
        assert_eq!(clinic.open().len(), 1);
    }
}

#[test]
fn r7_a_doubt_is_answered_by_the_one_asked_or_settled_by_the_one_who_asked() {
    let mut story = Story::requested();
    let about = request_id(&story.case);
    let doubt = story.specialist(query(about, DENTIST)).unwrap();
    let stranger = forge(story.case.log(), (ORDINARY, CLINIC), &answer(doubt), ORDINARY);
    let refusal = arrive(&mut story.case, &story.world, &stranger).unwrap_err();
    assert_eq!(refusal, Refusal::NotAParty);
    let (_, effects) = write(&mut story.case, &story.world, (DENTIST, CLINIC), answer(doubt)).unwrap();
    let told = |effect: &Effect| {
        matches!(effect, Effect::Notify { who, notice: Notice::Answered, .. }
            if *who == certificate(SPECIALIST))
    };
    assert!(effects.iter().any(told));
    assert_eq!(story.dentist(answer(doubt)).unwrap_err().code(), "not_now");
    let doubt = story.specialist(query(about, DENTIST)).unwrap();
    story.specialist(answer(doubt)).unwrap();
    assert_eq!(story.case.open(), []);
}

#[test]
fn r7_a_doubt_is_about_something_here_and_between_two_who_take_part() {
    let mut story = Story::requested();
    let about = request_id(&story.case);
    for (body, refusal) in [
        (
            query(EntryId::of(b"other"), SPECIALIST),
            Refusal::UnknownReference,
        ),
        (query(about, ORDINARY), Refusal::NotAParty),
        (query(about, DENTIST), Refusal::NotAParty),
    ] {
        assert_eq!(story.dentist(body).unwrap_err(), refusal);
    }
    story.dentist(withdraw()).unwrap();
    let late = query(about, SPECIALIST);
    assert_eq!(story.dentist(late).unwrap_err().code(), "not_now");
}

#[test]
fn r7_the_requester_explains_to_the_patient_what_she_has_read_or_acknowledged() {
    let mut story = Story::reported();
    let State::AwaitingReading { unread } = story.case.state() else {
        panic!("a report has come")
    };
    assert_eq!(story.dentist(informed(unread[0])).unwrap_err().code(), "not_now");
    story.dentist(read(unread[0])).unwrap();
    let body = informed(unread[0]);
    assert_eq!(
        story.specialist(body.clone()).unwrap_err().code(),
        "not_the_requester"
    );
    let (_, effects) = write(&mut story.case, &story.world, (DENTIST, CLINIC), body).unwrap();
    let told = |effect: &Effect| {
        matches!(effect, Effect::Notify { who, notice: Notice::PatientInformed, .. }
            if *who == certificate(SPECIALIST))
    };
    assert!(effects.iter().any(told));
    let finding = found(&mut story);
    assert_eq!(story.dentist(informed(finding)).unwrap_err().code(), "not_now");
    story.dentist(acknowledge(finding)).unwrap();
    story.dentist(informed(finding)).unwrap();
    let other = informed(EntryId::of(b"other"));
    assert_eq!(story.dentist(other).unwrap_err(), Refusal::UnknownReference);
}
