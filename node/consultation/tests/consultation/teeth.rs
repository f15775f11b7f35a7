//! Findings by tooth: signed with the report, each tooth once, by numbers that exist, and never lost by an addendum.

use dokuei_consultation::body::{Body, Illustrations, MAX_TEETH, Report, Structure, Tooth, ToothFinding};
use dokuei_consultation::entry::EntryType;
use dokuei_consultation::refusal::Refusal;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::IntoDeserializer;

use crate::bodies;
use crate::illustrations::illustrations;
use crate::world::Story;

fn finding(number: u8, words: &str) -> ToothFinding {
    ToothFinding {
        tooth: Tooth::new(number).unwrap(),
        supernumerary: false,
        words: words.to_owned(),
    }
}

pub(crate) fn structure() -> Structure {
    Structure {
        template: Some("third_molar".to_owned()),
        teeth: vec![
            finding(48, "水平埋伏。歯根は下顎管に接する"),
            ToothFinding {
                supernumerary: true,
                ..finding(11, "逆生の過剰歯")
            },
            finding(55, "晩期残存"),
        ],
    }
}

fn with(story: &Story, structure: Structure, illustrations: Option<Illustrations>) -> Report {
    Report {
        structure: Some(structure),
        illustrations,
        ..bodies::report(&story.case, &story.world)
    }
}

fn report(report: Report) -> Body {
    Body::Report(Box::new(report))
}

#[test]
fn r6_a_report_by_tooth_is_signed_read_and_amended_as_any_other() {
    let mut story = Story::delivered();
    let first = with(&story, structure(), Some(illustrations()));
    let id = story.specialist(report(first.clone())).unwrap();
    let header = story.case.log().get(&id).unwrap().header().entry_type;
    assert_eq!(
        (header, header.number(), header.name()),
        (EntryType::StructuredReport, 26, "report")
    );
    assert_eq!(story.case.versions()[0].report, &first);
    let mut changed = bodies::amendment(first, id);
    changed.report.structure.as_mut().unwrap().teeth[0].words = "近心傾斜".to_owned();
    let changed = bodies::amend(changed);
    assert_eq!(
        (changed.entry_type(), changed.entry_type().number()),
        (EntryType::StructuredAmendment, 27)
    );
    story.specialist(changed).unwrap();
    let versions = story.case.versions();
    let differences = versions[1].differences(&versions[0]);
    let teeth = differences.iter().find(|(field, ..)| *field == "teeth").unwrap();
    assert!(teeth.1.starts_with("48: 水平埋伏") && teeth.2.starts_with("48: 近心傾斜"));
}

#[test]
fn a_report_goes_under_the_number_that_older_nodes_know_when_nothing_is_said_by_tooth() {
    let story = Story::requested();
    let teeth = report(with(&story, structure(), None));
    let words = report(bodies::report(&story.case, &story.world));
    for (body, wrong) in [
        (&teeth, EntryType::Report),
        (&teeth, EntryType::IllustratedReport),
        (&words, EntryType::StructuredReport),
    ] {
        assert_eq!(
            Body::decode(wrong, &body.encode()).unwrap_err(),
            Refusal::Malformed
        );
        assert!(Body::decode(body.entry_type(), &body.encode()).is_ok());
    }
}

#[test]
fn r6_an_addendum_loses_no_tooth() {
    let mut story = Story::delivered();
    let first = with(&story, structure(), None);
    let id = story.specialist(report(first.clone())).unwrap();
    let addendum = |structure: Option<Structure>| {
        let mut addendum = bodies::addendum(first.clone(), id);
        addendum.report.structure = structure;
        bodies::amend(addendum)
    };
    let mut changed = structure();
    changed.teeth[0].words = "埋伏なし".to_owned();
    let mut without = structure();
    without.teeth.pop();
    let mut another = structure();
    another.teeth[1].supernumerary = false;
    for lost in [None, Some(changed), Some(without), Some(another)] {
        assert_eq!(
            story.specialist(addendum(lost)).unwrap_err(),
            Refusal::NotAnAddendum
        );
    }
    let mut more = structure();
    more.teeth[0].words.push_str("。歯冠周囲に透過像");
    more.teeth.insert(0, finding(18, "半埋伏"));
    story.specialist(addendum(Some(more))).unwrap();
}

/// A change that spoils what is good, and the field that is then named.
type Spoiling = (&'static str, fn(&mut Structure));

const SPOILT: [Spoiling; 8] = [
    ("structure", |all| *all = Structure::default()),
    ("template", |all| all.template = Some(String::new())),
    ("template", |all| all.template = Some("two words".to_owned())),
    ("template", |all| all.template = Some("x".repeat(65))),
    ("teeth.words", |all| all.teeth[0].words = " ".to_owned()),
    ("teeth.words", |all| all.teeth[0].words = "あ".repeat(1_001)),
    ("teeth", |all| all.teeth.push(all.teeth[0].clone())),
    ("teeth", |all| {
        let many = (0..=MAX_TEETH).map(|_| all.teeth[0].clone());
        all.teeth = many.collect();
    }),
];

#[test]
fn r24_what_is_not_good_is_named_and_refused() {
    let story = Story::requested();
    let refused = |structure: Structure| report(with(&story, structure, None)).validate();
    assert!(refused(structure()).is_ok());
    for (field, spoil) in SPOILT {
        let mut spoilt = structure();
        spoil(&mut spoilt);
        assert_eq!(refused(spoilt).unwrap_err().field, field);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// R24: a tooth that nobody has comes neither by the wire nor by the API.
    #[test]
    fn r24_only_teeth_that_exist_are_read(number in any::<u8>()) {
        let exists = matches!(
            (number / 10, number % 10),
            (1..=4, 1..=8) | (5..=8, 1..=5)
        );
        let told: Result<Tooth, serde::de::value::Error> = Tooth::deserialize(number.into_deserializer());
        prop_assert_eq!(told.is_ok(), exists);
        let story = Story::requested();
        let mut bytes = report(with(&story, Structure { template: None, teeth: vec![finding(48, "x")] }, None)).encode();
        // The last four bytes are the number, whether it is one too many, and the text.
        let at = bytes.len() - 5;
        prop_assert_eq!(&bytes[at..], &[0x18, 48, 0xf4, 0x61, b'x']);
        bytes[at + 1] = number;
        if number < 24 {
            // Not the shortest encoding, and so none at all.
            prop_assert!(Body::decode(EntryType::StructuredReport, &bytes).is_err());
        } else {
            prop_assert_eq!(Body::decode(EntryType::StructuredReport, &bytes).is_ok(), exists);
        }
    }

    #[test]
    fn r24_an_altered_report_by_tooth_is_read_as_written_or_not_at_all(
        at in any::<prop::sample::Index>(),
        to in any::<u8>(),
    ) {
        let story = Story::requested();
        let mut bytes = report(with(&story, structure(), Some(illustrations()))).encode();
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Ok(body) = Body::decode(EntryType::StructuredReport, &bytes) {
            prop_assert_eq!(body.encode(), bytes);
        }
    }
}
