//! What changes a final report: addenda and amendments, with a reason, linked by hash, all readable (R6).

use dokuei_consultation::body::{Amendment, AmendmentKind, Body, Report, ReportStatus};
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::state::State;

use crate::bodies::{self, addendum, amend, amendment, close, read};
use crate::world::{DENTIST, HOSPITAL, HOSPITAL_2, SPECIALIST, Story, arrive, certificate, forge, write};

fn unread(story: &Story) -> EntryId {
    let State::AwaitingReading { unread } = story.case.state() else {
        panic!("a report has come")
    };
    unread[0]
}

fn good(story: &Story) -> Report {
    bodies::report(&story.case, &story.world)
}

#[test]
fn r6_an_addendum_and_an_amendment_leave_three_versions_with_who_when_why_and_what() {
    let mut story = Story::reported();
    let first = unread(&story);
    let second = story.specialist(amend(addendum(good(&story), first))).unwrap();
    let longer = addendum(good(&story), first).report;
    let third = story.specialist(amend(amendment(longer, second))).unwrap();

    let versions = story.case.versions();
    let by = certificate(SPECIALIST);
    let shown: Vec<_> = versions
        .iter()
        .map(|version| (version.id, version.by, version.status()))
        .collect();
    assert_eq!(
        shown,
        [
            (first, by, "final"),
            (second, by, "appended"),
            (third, by, "amended")
        ]
    );
    let reasons: Vec<_> = versions
        .iter()
        .filter_map(|version| version.amendment)
        .map(|amendment| amendment.reason.as_str())
        .collect();
    assert_eq!(reasons, ["追加の所見", "左右の誤記"]);
    let fields = |new: usize, old: usize| {
        let differences = versions[new].differences(&versions[old]);
        differences.iter().map(|(field, ..)| *field).collect::<Vec<_>>()
    };
    assert_eq!(
        (fields(1, 0), fields(2, 1)),
        (vec!["findings"], vec!["impression"])
    );
    // The receiver is to read again.
    assert_eq!(story.case.state(), State::AwaitingReading { unread: vec![third] });
}

#[test]
fn r6_an_amendment_without_a_reason_or_a_predecessor_is_none() {
    let mut story = Story::reported();
    let good = amendment(good(&story), unread(&story));
    let no_reason = Amendment {
        reason: " ".to_owned(),
        ..good.clone()
    };
    let mut of_nothing = good.clone();
    of_nothing.report.predecessor = None;
    let mut preliminary = good;
    preliminary.report.status = ReportStatus::Preliminary;
    for incomplete in [no_reason, of_nothing, preliminary] {
        assert_eq!(
            story.specialist(amend(incomplete)).unwrap_err().code(),
            "incomplete"
        );
    }
}

#[test]
fn r6_an_addendum_loses_no_word_of_what_was_said() {
    let mut story = Story::reported();
    let mut false_addendum = amendment(good(&story), unread(&story));
    false_addendum.kind = AmendmentKind::Addendum;
    assert_eq!(
        story.specialist(amend(false_addendum.clone())).unwrap_err(),
        Refusal::NotAnAddendum
    );
    let forged = forge(
        story.case.log(),
        (SPECIALIST, HOSPITAL),
        &amend(false_addendum),
        SPECIALIST,
    );
    assert_eq!(
        arrive(&mut story.case, &story.world, &forged).unwrap_err(),
        Refusal::NotAnAddendum
    );
}

#[test]
fn r6_only_the_newest_final_version_is_amended() {
    let mut story = Story::delivered();
    let preliminary = Report {
        status: ReportStatus::Preliminary,
        ..good(&story)
    };
    let first = story.specialist(Body::Report(Box::new(preliminary))).unwrap();
    let early = amend(amendment(good(&story), first));
    assert_eq!(story.specialist(early).unwrap_err().code(), "not_now");

    let mut story = Story::reported();
    let first = unread(&story);
    story.specialist(amend(amendment(good(&story), first))).unwrap();
    for of_another in [first, EntryId::of(b"other")] {
        let again = amend(amendment(good(&story), of_another));
        assert_eq!(story.specialist(again).unwrap_err(), Refusal::NotTheNewestVersion);
    }
}

#[test]
fn r3_r5_an_amendment_is_signed_by_the_reader_and_by_one_who_still_may_read() {
    let mut story = Story::reported();
    let body = amend(amendment(good(&story), unread(&story)));
    assert_eq!(
        story.dentist(body.clone()).unwrap_err().code(),
        "not_the_consultant"
    );
    assert_eq!(
        story.by(HOSPITAL, HOSPITAL, body.clone()).unwrap_err(),
        Refusal::NotAPerson
    );
    story.world.readers.remove(&certificate(SPECIALIST));
    assert_eq!(story.specialist(body).unwrap_err().code(), "not_qualified");
}

#[test]
fn r6_an_amendment_after_the_end_opens_the_case_again_and_tells_the_requester() {
    let mut story = Story::reported();
    let first = unread(&story);
    story.dentist(read(first)).unwrap();
    story.dentist(close()).unwrap();
    let body = amend(amendment(good(&story), first));
    let (entry, effects) = write(&mut story.case, &story.world, (SPECIALIST, HOSPITAL), body).unwrap();
    assert_eq!(unread(&story), entry.id());
    let told = |effect: &Effect| matches!(effect, Effect::Notify { who, notice: Notice::AmendedReport, .. } if *who == certificate(DENTIST));
    assert!(effects.iter().any(told));
    story.dentist(read(entry.id())).unwrap();
    story.dentist(close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
}

#[test]
fn r6_two_amendments_written_at_once_are_both_to_be_read() {
    let story = Story::reported();
    let first = unread(&story);
    let (mut one, mut other) = (story.case.clone(), story.case.clone());
    let (left, _) = write(
        &mut one,
        &story.world,
        (SPECIALIST, HOSPITAL),
        amend(amendment(good(&story), first)),
    )
    .unwrap();
    let (right, _) = write(
        &mut other,
        &story.world,
        (SPECIALIST, HOSPITAL_2),
        amend(addendum(good(&story), first)),
    )
    .unwrap();
    arrive(&mut one, &story.world, &right).unwrap();
    arrive(&mut other, &story.world, &left).unwrap();
    assert_eq!(one.state(), other.state());
    assert!(matches!(one.state(), State::AwaitingReading { unread } if unread.len() == 2));
}
