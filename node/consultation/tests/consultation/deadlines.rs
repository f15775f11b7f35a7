//! What is due when: from the log and the time alone, so that a machine that was off tells the same.

use dokuei_consultation::body::{Body, ForwardKind, Request, Urgency};
use dokuei_consultation::deadline::{Deadline, Duty, Patience, Stage};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_identity::time::Timestamp;

use crate::bodies::{
    acknowledge, answer, close, consented, forward, incidental, informed, query, read, request, request_id,
    resolve, urgent, withdraw,
};
use crate::world::{CASE, CLINIC, DENTIST, HOSPITAL, NOW, SECOND, SPECIALIST, Story, World, certificate};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// The deadlines of one duty, by seconds from now, stage and number of those who are told.
fn of(story: &Story, duty: Duty) -> Vec<(u64, Stage, usize)> {
    let all = story.case.deadlines(&Patience::default(), &story.world);
    let hers = all.into_iter().filter(|deadline| deadline.duty == duty);
    hers.map(|deadline| (deadline.at.since(NOW), deadline.stage, deadline.tell.len()))
        .collect()
}

fn owner(story: &Story, duty: Duty) -> Deadline {
    let all = story.case.deadlines(&Patience::default(), &story.world);
    all.into_iter().find(|deadline| deadline.duty == duty).unwrap()
}

fn asked(urgency: Urgency, due: Option<Timestamp>) -> Story {
    let mut story = Story::empty();
    let request = Request {
        urgency,
        due,
        ..request(&story.world)
    };
    story.dentist(Body::Request(Box::new(request))).unwrap();
    story
}

fn read_newest(story: &mut Story) -> EntryId {
    let version = story.case.versions().last().unwrap().id;
    story.dentist(read(version)).unwrap();
    version
}

#[test]
fn r9_an_urgent_finding_that_nobody_acknowledges_warns_its_sender_and_escalates() {
    let mut story = Story::delivered();
    let body = urgent(request_id(&story.case));
    let finding = story.specialist(body).unwrap();
    assert_eq!(
        of(&story, Duty::Acknowledge),
        [
            (11 * MINUTE + 15, Stage::Remind, 1),
            (15 * MINUTE, Stage::Warn, 2),
            (30 * MINUTE, Stage::Escalate, 2),
        ]
    );
    let first = owner(&story, Duty::Acknowledge);
    assert_eq!((first.owner, first.entry), (certificate(DENTIST), finding));
    story.dentist(acknowledge(finding)).unwrap();
    assert_eq!(of(&story, Duty::Acknowledge), []);
}

#[test]
fn r9_timers_survive_a_restart_and_a_day_without_power() {
    let mut story = Story::delivered();
    let body = urgent(request_id(&story.case));
    story.specialist(body).unwrap();
    let patience = Patience::default();
    let again = Case::replay(CASE, certificate(CLINIC), story.entries(), &story.world).unwrap();
    for after in [0, 12 * MINUTE, 15 * MINUTE, 31 * MINUTE, DAY, 30 * DAY] {
        let now = NOW.plus(after);
        let due = story.case.due(&patience, &story.world, now);
        assert_eq!(again.due(&patience, &story.world, now), due);
        assert!(due.now.iter().all(|deadline| deadline.at <= now));
        assert!(due.next.is_none_or(|next| next > now));
    }
    let after_a_day = story.case.due(&patience, &story.world, NOW.plus(DAY));
    let stages = after_a_day
        .now
        .iter()
        .filter(|deadline| deadline.duty == Duty::Acknowledge)
        .map(|deadline| deadline.stage);
    assert_eq!(
        stages.collect::<Vec<_>>(),
        [Stage::Remind, Stage::Warn, Stage::Escalate]
    );
}

#[test]
fn r10_an_incidental_finding_is_overdue_on_both_sides() {
    let mut story = Story::delivered();
    let body = Body::IncidentalFinding(incidental(request_id(&story.case), DENTIST));
    let item = story.specialist(body).unwrap();
    assert_eq!(
        of(&story, Duty::SeeTo),
        [
            (14 * DAY * 3 / 4, Stage::Remind, 1),
            (14 * DAY, Stage::Warn, 2),
            (28 * DAY, Stage::Escalate, 2),
        ]
    );
    story.dentist(withdraw()).unwrap_err();
    story.dentist(resolve(item)).unwrap();
    assert_eq!(of(&story, Duty::SeeTo), []);
}

#[test]
fn a_request_is_answered_within_a_time_by_its_urgency_and_the_requester_is_warned() {
    for (urgency, time) in [
        (Urgency::Routine, DAY),
        (Urgency::Urgent, 2 * HOUR),
        (Urgency::Emergency, 15 * MINUTE),
    ] {
        let mut story = asked(urgency, None);
        let warned = of(&story, Duty::Answer)[1];
        assert_eq!(warned, (time, Stage::Warn, 2));
        let own = crate::bodies::accept(&story.case);
        story.specialist(own).unwrap();
        assert_eq!(of(&story, Duty::Answer), []);
    }
    let mut story = asked(Urgency::Routine, None);
    story.dentist(withdraw()).unwrap();
    assert_eq!(story.case.deadlines(&Patience::default(), &story.world), []);
}

#[test]
fn r7_a_report_is_due_when_the_request_says_or_as_was_agreed() {
    for (urgency, due, expected) in [
        (Urgency::Routine, None, 48 * HOUR),
        (Urgency::Urgent, None, DAY),
        (Urgency::Emergency, None, 2 * HOUR),
        (Urgency::Routine, Some(NOW.plus(HOUR)), HOUR),
    ] {
        let mut story = asked(urgency, due);
        let own = crate::bodies::accept(&story.case);
        story.specialist(own).unwrap();
        assert_eq!(of(&story, Duty::Report)[1], (expected, Stage::Warn, 2));
        assert_eq!(owner(&story, Duty::Report).owner, certificate(SPECIALIST));
    }
    let story = Story::reported();
    assert_eq!(of(&story, Duty::Report), []);
}

#[test]
fn r7_a_report_that_is_not_read_or_not_explained_is_chased() {
    let mut story = Story::reported();
    assert_eq!(of(&story, Duty::Read)[1], (3 * DAY, Stage::Warn, 2));
    assert_eq!(of(&story, Duty::Explain), []);
    let version = read_newest(&mut story);
    assert_eq!(of(&story, Duty::Read), []);
    assert_eq!(of(&story, Duty::Explain)[1], (14 * DAY, Stage::Warn, 2));
    let mut explained = story.clone();
    explained.dentist(informed(version)).unwrap();
    assert_eq!(of(&explained, Duty::Explain), []);
    // Or the closing says so, or why not.
    story.dentist(close()).unwrap();
    assert_eq!(story.case.deadlines(&Patience::default(), &story.world), []);
}

#[test]
fn r7_a_query_without_an_answer_is_chased() {
    let mut story = Story::requested();
    let about = request_id(&story.case);
    let doubt = story.specialist(query(about, DENTIST)).unwrap();
    assert_eq!(of(&story, Duty::Reply)[1], (2 * DAY, Stage::Warn, 2));
    assert_eq!(owner(&story, Duty::Reply).owner, certificate(DENTIST));
    story.dentist(answer(doubt)).unwrap();
    assert_eq!(of(&story, Duty::Reply), []);
}

#[test]
fn r12_a_further_reader_waits_for_consent_then_is_waited_for() {
    let mut story = Story::delivered();
    story.world = World::all_agreed();
    let kind = ForwardKind::SecondOpinion;
    let asked = forward(&story.case, &story.world, kind, SPECIALIST, SECOND);
    let asked = story
        .by(SPECIALIST, HOSPITAL, Body::Forward(Box::new(asked)))
        .unwrap();
    assert_eq!(of(&story, Duty::Consent)[1], (DAY, Stage::Warn, 2));
    assert_eq!(owner(&story, Duty::Consent).owner, certificate(DENTIST));
    story.dentist(consented(asked)).unwrap();
    assert_eq!(of(&story, Duty::Consent), []);
    assert_eq!(owner(&story, Duty::Answer).owner, certificate(SECOND));
    assert_eq!(of(&story, Duty::Answer)[2].2, 3, "all three are told in the end");
}

#[test]
fn r9_what_is_urgent_goes_ahead_of_everything() {
    let mut story = Story::delivered();
    assert_eq!(story.case.urgency(), Some(Urgency::Routine));
    let body = urgent(request_id(&story.case));
    let finding = story.specialist(body).unwrap();
    assert_eq!(story.case.urgency(), Some(Urgency::Emergency));
    story.dentist(acknowledge(finding)).unwrap();
    assert_eq!(story.case.urgency(), Some(Urgency::Routine));
}

/// A hostile time is no reason to stop.
#[test]
fn r11_a_day_beyond_all_time_overflows_nothing() {
    let story = asked(Urgency::Routine, Some(Timestamp(u64::MAX)));
    let mut late = story.clone();
    let own = crate::bodies::accept(&late.case);
    late.specialist(own).unwrap();
    let due = late
        .case
        .due(&Patience::default(), &late.world, Timestamp(u64::MAX));
    assert_eq!((due.now.len(), due.next), (3, None));
    let past = asked(Urgency::Routine, Some(Timestamp(0)));
    assert!(!past.case.deadlines(&Patience::default(), &past.world).is_empty());
}
