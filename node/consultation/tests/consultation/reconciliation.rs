//! Two readers compare their reports and sign one opinion, or dissent; a report is co-signed (R2, R3, R6).

use dokuei_consultation::body::{Body, ForwardKind, Report, Stance, Structure, Tooth, ToothFinding};
use dokuei_consultation::effect::Notice;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::reconciled::{Agreement, Standing, Subject, compare};
use dokuei_consultation::refusal::Refusal;
use proptest::prelude::*;

use crate::bodies::{
    accept_of, amend, amendment, close, co_signature, forward, further_report, grant_to, read, received,
    reconciliation, report,
};
use crate::world::{DENTIST, INSTITUTE, SECOND, SPECIALIST, Story, World, certificate};

/// Consultant and second reader have both signed a final report.
struct Double {
    story: Story,
    first: EntryId,
    second: EntryId,
}

impl Double {
    fn read() -> Self {
        let mut story = Story::delivered();
        story.world = World::all_agreed();
        let asked = forward(
            &story.case,
            &story.world,
            ForwardKind::SecondOpinion,
            DENTIST,
            SECOND,
        );
        let asked = story.dentist(Body::Forward(Box::new(asked))).unwrap();
        story.dentist(grant_to(SECOND, INSTITUTE)).unwrap();
        story.by(SECOND, INSTITUTE, accept_of(asked)).unwrap();
        story.by(INSTITUTE, INSTITUTE, received()).unwrap();
        let own = report(&story.case, &story.world);
        let first = story.specialist(Body::Report(Box::new(own))).unwrap();
        let own = further_report(&story.case, &story.world, asked, DENTIST, SECOND);
        let second = story.by(SECOND, INSTITUTE, Body::Report(Box::new(own))).unwrap();
        Self { story, first, second }
    }

    fn second(&mut self, body: Body) -> Result<EntryId, Refusal> {
        self.story.by(SECOND, INSTITUTE, body)
    }

    /// The consultant proposes what both mean.
    fn proposed(&mut self) -> EntryId {
        let body = reconciliation(self.first, self.second);
        self.story.specialist(body).unwrap()
    }

    fn standing(&self) -> Standing {
        self.story.case.reconciled().last().unwrap().1
    }

    fn told(&self, entry: EntryId) -> Vec<(&'static str, Notice)> {
        let names = [DENTIST, SPECIALIST, SECOND];
        let name = |who| names.into_iter().find(|name| certificate(name) == who).unwrap();
        let told = self.story.case.told_by(&entry).into_iter();
        told.map(|(who, notice)| (name(who), notice)).collect()
    }
}

#[test]
fn r2_r6_what_one_reader_proposes_is_the_opinion_of_both_once_the_other_has_signed() {
    let mut double = Double::read();
    let said = double.proposed();
    assert_eq!(double.standing(), Standing::Proposed);
    assert_eq!(double.told(said), [(SECOND, Notice::ReconciliationProposed)]);
    let again = reconciliation(double.second, double.first);
    assert_eq!(double.second(again).unwrap_err().code(), "not_now");

    let signed = double.second(co_signature(said, Stance::Agrees)).unwrap();
    assert_eq!(double.standing(), Standing::Agreed);
    assert_eq!(
        double.told(signed),
        [(DENTIST, Notice::CoSigned), (SPECIALIST, Notice::CoSigned)]
    );
    // Both reports stay as they are, and the case ends as it would have.
    assert_eq!(double.story.case.versions().len(), 2);
    for version in [double.first, double.second] {
        double.story.dentist(read(version)).unwrap();
    }
    double.story.dentist(close()).unwrap();
    assert_eq!(double.story.case.state().name(), "closed");
    let late = co_signature(double.first, Stance::Agrees);
    assert_eq!(double.second(late).unwrap_err().code(), "not_now");
}

#[test]
fn r6_a_dissent_says_why_and_leaves_room_for_another_opinion() {
    let mut double = Double::read();
    let said = double.proposed();
    let Body::CoSignature(mut wordless) = co_signature(said, Stance::Dissents) else {
        unreachable!()
    };
    wordless.words = " ".to_owned();
    let refused = double.second(Body::CoSignature(wordless)).unwrap_err();
    assert_eq!(refused.code(), "incomplete");
    double.second(co_signature(said, Stance::Dissents)).unwrap();
    assert_eq!(double.standing(), Standing::Dissented);
    let again = co_signature(said, Stance::Agrees);
    assert_eq!(
        double.second(again).unwrap_err().code(),
        "not_now",
        "each signs once"
    );

    let other = reconciliation(double.second, double.first);
    let other = double.second(other).unwrap();
    double
        .story
        .specialist(co_signature(other, Stance::Agrees))
        .unwrap();
    let standings: Vec<_> = double.story.case.reconciled().iter().map(|one| one.1).collect();
    assert_eq!(standings, [Standing::Dissented, Standing::Agreed]);
}

#[test]
fn r3_r6_nobody_else_signs_for_the_two_and_nobody_what_is_her_own() {
    let mut double = Double::read();
    let (first, second) = (double.first, double.second);
    let foreign = double.story.dentist(reconciliation(first, second)).unwrap_err();
    assert_eq!(foreign.code(), "not_the_consultant");
    let swapped = double
        .story
        .specialist(reconciliation(second, first))
        .unwrap_err();
    assert_eq!(swapped.code(), "not_the_consultant");
    let alone = double.story.specialist(reconciliation(first, first)).unwrap_err();
    assert_eq!(alone.code(), "incomplete");
    let nothing = reconciliation(first, EntryId::of(b"nothing"));
    assert_eq!(
        double.story.specialist(nothing).unwrap_err(),
        Refusal::UnknownReference
    );
    let said = double.proposed();
    for of in [said, first] {
        let own = double.story.specialist(co_signature(of, Stance::Agrees));
        assert_eq!(own.unwrap_err().code(), "not_the_consultant");
        let requester = double.story.dentist(co_signature(of, Stance::Agrees));
        assert_eq!(requester.unwrap_err().code(), "not_the_consultant");
    }
    // Whose qualification has ended signs nothing more.
    double.story.world.readers.remove(&certificate(SECOND));
    let unqualified = double.second(co_signature(said, Stance::Agrees));
    assert_eq!(unqualified.unwrap_err().code(), "not_qualified");
}

#[test]
fn r6_a_newer_version_of_either_report_outdates_what_both_have_signed() {
    let mut double = Double::read();
    let said = double.proposed();
    double.second(co_signature(said, Stance::Agrees)).unwrap();
    let Body::Report(before) = double.story.case.log().get(&double.first).unwrap().body().clone() else {
        unreachable!()
    };
    let newer = amend(amendment(*before, double.first));
    let newer = double.story.specialist(newer).unwrap();
    assert_eq!(double.standing(), Standing::Outdated);
    let old = double.second(reconciliation(double.second, double.first));
    assert_eq!(old.unwrap_err(), Refusal::NotTheNewestVersion);
    let old = double.second(co_signature(double.first, Stance::Agrees));
    assert_eq!(old.unwrap_err(), Refusal::NotTheNewestVersion);
    double.second(reconciliation(double.second, newer)).unwrap();
    assert_eq!(double.standing(), Standing::Proposed);
}

#[test]
fn r6_another_reader_co_signs_a_report_that_she_answers_for_as_well() {
    let mut double = Double::read();
    let signed = co_signature(double.first, Stance::Agrees);
    let signed = double.second(signed).unwrap();
    assert_eq!(
        double.told(signed),
        [(DENTIST, Notice::CoSigned), (SPECIALIST, Notice::CoSigned)]
    );
    let co_signed = double.story.case.co_signed();
    assert_eq!(
        (co_signed.len(), co_signed[0].by, co_signed[0].body.of),
        (1, certificate(SECOND), double.first)
    );
}

fn with_teeth(teeth: &[(u8, &str)]) -> Report {
    let story = Story::requested();
    let teeth = teeth.iter().map(|(number, words)| ToothFinding {
        tooth: Tooth::new(*number).unwrap(),
        supernumerary: false,
        words: (*words).to_owned(),
    });
    Report {
        structure: Some(Structure {
            template: None,
            teeth: teeth.collect(),
        }),
        ..report(&story.case, &story.world)
    }
}

#[test]
fn r2_reports_are_compared_by_part_and_by_tooth() {
    let first = with_teeth(&[(48, "水平埋伏。"), (36, "根尖病変"), (11, "異常なし")]);
    let mut second = with_teeth(&[(36, "歯根破折"), (48, "水平 埋伏"), (21, "異常なし")]);
    second.impression = "別の診断".to_owned();
    second.recommendations = String::new();
    let lines = compare(&first, &second);
    let shown: Vec<_> = lines.iter().map(|line| (line.subject, line.agreement)).collect();
    let tooth = |number| Subject::Tooth {
        number,
        supernumerary: false,
    };
    let mut expected = vec![
        (Subject::Part("findings"), Agreement::Agree),
        (Subject::Part("impression"), Agreement::Differ),
    ];
    if !first.recommendations.is_empty() {
        expected.push((Subject::Part("recommendations"), Agreement::OnlyFirst));
    }
    expected.extend([
        (tooth(11), Agreement::OnlyFirst),
        (tooth(21), Agreement::OnlySecond),
        (tooth(36), Agreement::Differ),
        (tooth(48), Agreement::Agree),
    ]);
    assert_eq!(shown, expected);
}

proptest! {
    /// Who is called the first does not change what is agreed upon, and a report agrees with itself.
    #[test]
    fn r2_a_comparison_reads_the_same_from_either_side(
        first in prop::collection::btree_map(11_u8..19, "[ab ]{1,3}x", 0..6),
        second in prop::collection::btree_map(11_u8..19, "[ab ]{1,3}x", 0..6),
    ) {
        let report = |teeth: &std::collections::BTreeMap<u8, String>| {
            let teeth: Vec<_> = teeth.iter().map(|(number, words)| (*number, words.as_str())).collect();
            with_teeth(&teeth)
        };
        let (first, second) = (report(&first), report(&second));
        let (there, back) = (compare(&first, &second), compare(&second, &first));
        prop_assert_eq!(there.len(), back.len());
        for (one, other) in there.iter().zip(&back) {
            let turned = match one.agreement {
                Agreement::OnlyFirst => Agreement::OnlySecond,
                Agreement::OnlySecond => Agreement::OnlyFirst,
                same => same,
            };
            prop_assert_eq!((one.subject, turned), (other.subject, other.agreement));
        }
        prop_assert!(compare(&first, &first).iter().all(|one| one.agreement == Agreement::Agree));
    }
}
