//! The report: by whom, when, under which terms, in which version; read; and the end.

use dokuei_consultation::body::{Body, Close, Outcome, Report, ReportStatus};
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::id::{EntryId, PackageId, Sha256Hash};
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::state::State;

use crate::bodies::{self, close, read};
use crate::world::{
    CLINIC, COLLEAGUE, DENTIST, HOSPITAL, ORDINARY, SPECIALIST, Story, arrive, certificate, forge, write,
};

fn body(report: Report) -> Body {
    Body::Report(Box::new(report))
}

fn good(story: &Story) -> Report {
    bodies::report(&story.case, &story.world)
}

/// Signed all the same and brought to the other side.
fn forced(story: &mut Story, report: Report, signer: &str, device: &str, signing: &str) -> Refusal {
    let entry: SignedEntry = forge(story.case.log(), (signer, device), &body(report), signing);
    arrive(&mut story.case, &story.world, &entry).unwrap_err()
}

#[test]
fn r3_a_report_by_one_who_is_not_qualified_is_refused_at_home_and_when_forced_by_the_receiver() {
    let mut story = Story::delivered();
    story.world.readers.remove(&certificate(SPECIALIST));
    let report = good(&story);
    assert_eq!(
        story.specialist(body(report.clone())).unwrap_err().code(),
        "not_qualified"
    );
    assert_eq!(
        forced(&mut story, report, SPECIALIST, HOSPITAL, SPECIALIST).code(),
        "not_qualified"
    );
    assert_eq!(story.case.state().name(), "delivered");
}

#[test]
fn r4_a_report_without_a_japanese_licence_is_refused_with_the_article() {
    let mut story = Story::delivered();
    story.world.licensed.remove(&certificate(SPECIALIST));
    let report = good(&story);
    let refusal = forced(&mut story, report, SPECIALIST, HOSPITAL, SPECIALIST);
    assert!(refusal.ja().contains("歯科医師法17条"));
}

#[test]
fn r5_a_report_signed_by_a_machine_or_by_nobody_known_is_refused() {
    let mut story = Story::delivered();
    let report = good(&story);
    assert_eq!(
        story.by(HOSPITAL, HOSPITAL, body(report.clone())).unwrap_err(),
        Refusal::NotAPerson
    );
    assert_eq!(
        forced(&mut story, report.clone(), HOSPITAL, HOSPITAL, HOSPITAL),
        Refusal::NotAPerson
    );
    let nobody = forced(&mut story, report.clone(), "nobody", HOSPITAL, "nobody");
    assert_eq!(nobody, Refusal::UnknownSigner(certificate("nobody")));
    // In the specialist's name, but with the key of the machine: impersonation.
    assert_eq!(
        forced(&mut story, report, SPECIALIST, HOSPITAL, HOSPITAL),
        Refusal::BadSignature
    );
}

#[test]
fn r5_only_the_consultant_named_reports() {
    let mut story = Story::delivered();
    for signer in [DENTIST, ORDINARY, COLLEAGUE] {
        let report = good(&story);
        assert_eq!(
            story.by(signer, CLINIC, body(report)).unwrap_err().code(),
            "not_the_consultant"
        );
    }
}

#[test]
fn nothing_is_reported_before_the_images_are_whole() {
    for mut story in [Story::requested(), Story::accepted(), Story::offered()] {
        let report = good(&story);
        assert_eq!(story.specialist(body(report)).unwrap_err().code(), "not_now");
    }
    let mut story = Story::delivered();
    let other = Report {
        package: PackageId::from_bytes([0; 16]),
        ..good(&story)
    };
    assert_eq!(story.specialist(body(other)).unwrap_err().code(), "not_now");
}

#[test]
fn r8_a_report_names_the_terms_and_the_request_that_it_is_made_under() {
    let mut story = Story::delivered();
    let other_terms = Report {
        terms: Sha256Hash::of(b"other"),
        ..good(&story)
    };
    assert_eq!(
        story.specialist(body(other_terms)).unwrap_err(),
        Refusal::OtherTerms
    );
    let other_request = Report {
        request: EntryId::of(b"other"),
        ..good(&story)
    };
    assert_eq!(
        story.specialist(body(other_request)).unwrap_err(),
        Refusal::UnknownReference
    );
}

#[test]
fn a_report_without_findings_impression_or_images_is_no_report() {
    let mut story = Story::delivered();
    let mut no_images = good(&story);
    no_images.images.instances = 0;
    let mut no_series = good(&story);
    no_series.images.series.clear();
    let no_findings = Report {
        findings: "  ".to_owned(),
        ..good(&story)
    };
    let no_impression = Report {
        impression: String::new(),
        ..good(&story)
    };
    for incomplete in [no_images, no_series, no_findings, no_impression] {
        assert_eq!(
            story.specialist(body(incomplete)).unwrap_err().code(),
            "incomplete"
        );
    }
}

#[test]
fn r6_three_versions_stay_readable_with_author_time_and_order() {
    let mut story = Story::delivered();
    let preliminary = Report {
        status: ReportStatus::Preliminary,
        ..good(&story)
    };
    let first = story.specialist(body(preliminary)).unwrap();
    let second = story
        .specialist(body(Report {
            predecessor: Some(first),
            ..good(&story)
        }))
        .unwrap();
    let amended = Report {
        predecessor: Some(second),
        impression: "訂正後".to_owned(),
        ..good(&story)
    };
    let third = story.specialist(body(amended)).unwrap();
    let versions: Vec<_> = story
        .case
        .log()
        .ordered()
        .into_iter()
        .filter(|entry| matches!(entry.body(), Body::Report(_)))
        .map(|entry| (entry.id(), entry.header().signer))
        .collect();
    let by = certificate(SPECIALIST);
    assert_eq!(versions, [(first, by), (second, by), (third, by)]);
    assert_eq!(story.case.state(), State::AwaitingReading { unread: vec![third] });
}

#[test]
fn r6_a_version_replaces_the_newest_and_a_final_one_stays_final() {
    let mut story = Story::reported();
    let State::AwaitingReading { unread } = story.case.state() else {
        panic!("a report has come")
    };
    let newest = unread[0];
    let side_by_side = good(&story);
    assert_eq!(
        story.specialist(body(side_by_side)).unwrap_err(),
        Refusal::NotTheNewestVersion
    );
    let of_nothing = Report {
        predecessor: Some(EntryId::of(b"other")),
        ..good(&story)
    };
    assert_eq!(
        story.specialist(body(of_nothing)).unwrap_err(),
        Refusal::NotTheNewestVersion
    );
    let back = Report {
        predecessor: Some(newest),
        status: ReportStatus::Preliminary,
        ..good(&story)
    };
    assert_eq!(story.specialist(body(back)).unwrap_err().code(), "not_now");
    story
        .specialist(body(Report {
            predecessor: Some(newest),
            ..good(&story)
        }))
        .unwrap();
    let of_the_old = Report {
        predecessor: Some(newest),
        ..good(&story)
    };
    assert_eq!(
        story.specialist(body(of_the_old)).unwrap_err(),
        Refusal::NotTheNewestVersion
    );
}

#[test]
fn r7_a_case_closes_only_after_the_final_report_was_read() {
    let mut story = Story::delivered();
    assert_eq!(story.dentist(close()).unwrap_err().code(), "not_now");
    let preliminary = Report {
        status: ReportStatus::Preliminary,
        ..good(&story)
    };
    let first = story.specialist(body(preliminary)).unwrap();
    assert_eq!(story.case.state().name(), "reported");
    story.dentist(read(first)).unwrap();
    assert_eq!(
        story.case.state().name(),
        "delivered",
        "the final report is still awaited"
    );
    assert_eq!(story.dentist(close()).unwrap_err().code(), "not_now");
    let last = story
        .specialist(body(Report {
            predecessor: Some(first),
            ..good(&story)
        }))
        .unwrap();
    assert_eq!(story.dentist(close()).unwrap_err().code(), "not_now");
    assert_eq!(
        story.specialist(read(last)).unwrap_err().code(),
        "not_the_requester"
    );
    story.dentist(read(last)).unwrap();
    assert_eq!(story.dentist(read(last)).unwrap_err().code(), "not_now");
    assert_eq!(story.case.state(), State::AwaitingClosing { report: last });
    assert_eq!(story.specialist(close()).unwrap_err().code(), "not_the_requester");
    let silent = Close {
        outcome: Outcome::NotInformed {
            reason: String::new(),
        },
    };
    assert_eq!(
        story.dentist(Body::Close(silent)).unwrap_err().code(),
        "incomplete"
    );
    story.dentist(close()).unwrap();
    assert!(story.case.state().is_ended());
}

#[test]
fn a_correction_after_the_end_opens_the_case_again() {
    let mut story = Story::reported();
    let State::AwaitingReading { unread } = story.case.state() else {
        panic!("a report has come")
    };
    story.dentist(read(unread[0])).unwrap();
    story.dentist(close()).unwrap();
    let correction = body(Report {
        predecessor: Some(unread[0]),
        ..good(&story)
    });
    let (entry, effects) = write(&mut story.case, &story.world, (SPECIALIST, HOSPITAL), correction).unwrap();
    assert_eq!(
        story.case.state(),
        State::AwaitingReading {
            unread: vec![entry.id()]
        }
    );
    let told = |effect: &Effect| matches!(effect, Effect::Notify { who, notice: Notice::FinalReport, .. } if *who == certificate(DENTIST));
    assert!(effects.iter().any(told));
    story.dentist(read(entry.id())).unwrap();
    story.dentist(close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
}

#[test]
fn only_a_report_of_this_case_can_be_read() {
    let mut story = Story::reported();
    let other = read(EntryId::of(b"other"));
    assert_eq!(story.dentist(other).unwrap_err(), Refusal::UnknownReference);
}
