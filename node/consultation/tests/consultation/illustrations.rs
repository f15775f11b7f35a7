//! Key images and measurements of a report: bounded, of one encoding, and never half understood.

use dokuei_consultation::body::{
    Body, Calibration, Illustrations, ImageReference, KeyImage, KeyImageTitle, MAX_KEY_IMAGES, MAX_LINE,
    Measurement, Points, Quantity, QuantityKind, Report, Shape, Thousandths, Tooth, Unit, Window,
};
use dokuei_consultation::entry::EntryType;
use dokuei_consultation::refusal::Refusal;
use proptest::prelude::*;

use crate::bodies;
use crate::world::Story;

fn thousandths(number: i64) -> Thousandths {
    Thousandths::from_thousandths(number)
}

fn image(frame: u32) -> ImageReference {
    ImageReference {
        sop_instance_uid: "1.2.392.200036.9116.2.3".to_owned(),
        frame,
    }
}

fn key_image() -> KeyImage {
    KeyImage {
        image: image(1),
        title: KeyImageTitle::OfInterest,
        words: "根尖と下顎管の接触".to_owned(),
        window: Some(Window {
            center: thousandths(400_000),
            width: thousandths(2_000_000),
        }),
    }
}

pub(crate) fn length() -> Measurement {
    Measurement {
        image: image(1),
        shape: Shape::Line,
        points: Points::Image(vec![
            [thousandths(10_500), thousandths(20_000)],
            [thousandths(40_500), thousandths(60_000)],
        ]),
        quantities: vec![Quantity {
            kind: QuantityKind::Length,
            value: thousandths(12_340),
            unit: Unit::Millimetre,
        }],
        calibration: Calibration::Object,
        tooth: Tooth::new(48),
        words: "根尖から下顎管".to_owned(),
    }
}

pub(crate) fn illustrations() -> Illustrations {
    Illustrations {
        key_images: vec![key_image()],
        measurements: vec![length()],
    }
}

fn illustrated(story: &Story) -> Report {
    Report {
        illustrations: Some(illustrations()),
        ..bodies::report(&story.case, &story.world)
    }
}

fn report(report: Report) -> Body {
    Body::Report(Box::new(report))
}

#[test]
fn r6_a_report_with_images_is_signed_read_and_amended_as_any_other() {
    let mut story = Story::delivered();
    let first = illustrated(&story);
    let id = story.specialist(report(first.clone())).unwrap();
    let header = story.case.log().get(&id).unwrap().header().entry_type;
    assert_eq!(
        (header, header.number(), header.name()),
        (EntryType::IllustratedReport, 24, "report")
    );
    assert_eq!(story.case.versions()[0].report, &first);
    let second = bodies::amend(bodies::amendment(first, id));
    assert_eq!(second.entry_type(), EntryType::IllustratedAmendment);
    story.specialist(second).unwrap();
    assert_eq!(story.case.versions().len(), 2);
}

#[test]
fn a_report_goes_under_the_number_that_older_nodes_know_just_when_it_has_words_only() {
    let story = Story::requested();
    let words = report(bodies::report(&story.case, &story.world));
    let images = report(illustrated(&story));
    assert_eq!(words.entry_type(), EntryType::Report);
    for (body, wrong) in [
        (&words, EntryType::IllustratedReport),
        (&images, EntryType::Report),
    ] {
        assert_eq!(
            Body::decode(wrong, &body.encode()).unwrap_err(),
            Refusal::Malformed
        );
        assert!(Body::decode(body.entry_type(), &body.encode()).is_ok());
    }
}

#[test]
fn r6_an_addendum_loses_no_image_and_no_measurement() {
    let mut story = Story::delivered();
    let first = illustrated(&story);
    let id = story.specialist(report(first.clone())).unwrap();
    let addendum = |illustrations: Option<Illustrations>| {
        let mut addendum = bodies::addendum(first.clone(), id);
        addendum.report.illustrations = illustrations;
        bodies::amend(addendum)
    };
    let mut changed = illustrations();
    changed.measurements[0].quantities[0].value = thousandths(1);
    let mut without = illustrations();
    without.key_images.clear();
    for lost in [None, Some(changed), Some(without)] {
        assert_eq!(
            story.specialist(addendum(lost)).unwrap_err(),
            Refusal::NotAnAddendum
        );
    }
    let mut more = illustrations();
    more.measurements.push(length());
    story.specialist(addendum(Some(more))).unwrap();
}

/// A change that spoils what is good, and the field that is then named.
type Spoiling = (&'static str, fn(&mut Illustrations));

const SPOILT: [Spoiling; 22] = [
    ("key_images", |all| {
        *all = Illustrations {
            key_images: vec![],
            measurements: vec![],
        }
    }),
    ("key_images", |all| {
        all.key_images = vec![key_image(); MAX_KEY_IMAGES + 1]
    }),
    ("key_images.image", |all| {
        all.key_images[0].image.sop_instance_uid = "1.2..3".to_owned()
    }),
    ("key_images.image", |all| all.key_images[0].image.frame = 0),
    ("key_images.words", |all| {
        all.key_images[0].words = "あ".repeat(MAX_LINE + 1)
    }),
    ("key_images.window", |all| {
        all.key_images[0].window = Some(Window {
            center: thousandths(0),
            width: thousandths(999),
        });
    }),
    ("measurements", |all| all.measurements = vec![length(); 65]),
    ("measurements.image", |all| {
        all.measurements[0].image.frame = 65_536
    }),
    ("measurements.words", |all| {
        all.measurements[0].words = "\u{7}".to_owned()
    }),
    ("measurements.points", |all| {
        all.measurements[0].points = Points::Image(vec![])
    }),
    ("measurements.points", |all| {
        all.measurements[0].shape = Shape::Ellipse
    }),
    ("measurements.points", |all| {
        all.measurements[0].points = Points::Image(vec![[thousandths(i64::MIN); 2]; 2]);
    }),
    ("measurements.points", |all| {
        all.measurements[0].points = Points::Space(vec![[thousandths(i64::MAX); 3]; 2]);
    }),
    // In space distances are true, or nothing is known of them.
    ("measurements.calibration", |all| {
        all.measurements[0].points = Points::Space(vec![[thousandths(0); 3]; 2]);
        all.measurements[0].calibration = Calibration::Detector;
    }),
    ("measurements.quantities", |all| {
        all.measurements[0].quantities.clear()
    }),
    ("measurements.quantities", |all| {
        let one = all.measurements[0].quantities[0];
        all.measurements[0].quantities.push(one);
    }),
    ("measurements.quantities", |all| {
        all.measurements[0].quantities[0].kind = QuantityKind::Area
    }),
    ("measurements.quantities", |all| {
        all.measurements[0].quantities[0].unit = Unit::Degree
    }),
    // No millimetres where nothing says how large a pixel is.
    ("measurements.quantities", |all| {
        all.measurements[0].calibration = Calibration::None
    }),
    ("measurements.quantities", |all| {
        all.measurements[0].quantities[0].unit = Unit::Pixel
    }),
    ("measurements.quantities", |all| {
        all.measurements[0].quantities[0].value = thousandths(-1)
    }),
    ("measurements.quantities", |all| {
        all.measurements[0].quantities[0].value = thousandths(i64::MAX)
    }),
];

#[test]
fn r24_what_is_too_much_without_sense_or_out_of_bounds_is_neither_signed_nor_read() {
    let story = Story::requested();
    for (at, (field, spoil)) in SPOILT.into_iter().enumerate() {
        let mut spoilt = illustrated(&story);
        spoil(spoilt.illustrations.as_mut().unwrap());
        let body = report(spoilt);
        assert_eq!(body.validate().unwrap_err().field, field, "{at}");
        let refusal = Body::decode(body.entry_type(), &body.encode()).unwrap_err();
        assert_eq!(refusal.code(), "incomplete", "{at}");
    }
}

#[test]
fn a_tooth_is_one_of_iso_3950() {
    let teeth = (0..=u8::MAX).filter_map(Tooth::new).map(Tooth::number);
    assert_eq!(teeth.clone().count(), 52);
    assert!(teeth.clone().all(|number| number % 10 != 0 && number % 10 != 9));
    assert_eq!((teeth.clone().min(), teeth.max()), (Some(11), Some(85)));
}

#[test]
fn r24_debug_shows_nothing_of_what_was_seen() {
    let shown = format!("{:?} {:?} {:?}", illustrations(), key_image(), length());
    assert!(!shown.contains("根尖") && !shown.contains("12"), "{shown}");
}

fn any_points(count: usize) -> impl Strategy<Value = Points> {
    let number = || (-100_000_000_000..=100_000_000_000_i64).prop_map(thousandths);
    prop_oneof![
        proptest::collection::vec([number(), number()], count).prop_map(Points::Image),
        proptest::collection::vec([number(), number(), number()], count).prop_map(Points::Space),
    ]
}

/// Whatever a reader may measure.
fn any_measurement() -> impl Strategy<Value = Measurement> {
    let number = || (0..=360_000_i64).prop_map(thousandths);
    let region = |unit| {
        let kinds = [
            QuantityKind::Area,
            QuantityKind::Mean,
            QuantityKind::StandardDeviation,
        ];
        move |value: Thousandths| {
            let quantity = |kind| Quantity {
                kind,
                value,
                unit: if kind == QuantityKind::Area {
                    Unit::SquareMillimetre
                } else {
                    unit
                },
            };
            kinds.map(quantity).to_vec()
        }
    };
    let one = |kind, unit| move |value| vec![Quantity { kind, value, unit }];
    let drawn = prop_oneof![
        (
            Just(Shape::Line),
            any_points(2),
            number().prop_map(one(QuantityKind::Length, Unit::Millimetre))
        ),
        (
            Just(Shape::Angle),
            any_points(3),
            number().prop_map(one(QuantityKind::Angle, Unit::Degree))
        ),
        (
            Just(Shape::Ellipse),
            any_points(4),
            number().prop_map(region(Unit::Hounsfield))
        ),
        (
            Just(Shape::Rectangle),
            any_points(4),
            number().prop_map(region(Unit::Stored))
        ),
        (
            Just(Shape::Point),
            any_points(1),
            number().prop_map(one(QuantityKind::Value, Unit::Stored))
        ),
    ];
    let tooth = proptest::option::of((1..=8_u8, 1..=5_u8));
    (drawn, tooth, 1..=65_535_u32, "\\PC{0,20}").prop_map(
        |((shape, points, quantities), tooth, frame, words)| Measurement {
            image: image(frame),
            shape,
            points,
            quantities,
            calibration: Calibration::Object,
            tooth: tooth.and_then(|(quadrant, place)| Tooth::new(quadrant * 10 + place)),
            words,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_measured_reads_back_as_it_was_signed(
        measurements in proptest::collection::vec(any_measurement(), 1..8),
    ) {
        let story = Story::requested();
        let body = report(Report {
            illustrations: Some(Illustrations { key_images: vec![], measurements }),
            ..bodies::report(&story.case, &story.world)
        });
        prop_assert!(body.validate().is_ok());
        prop_assert_eq!(Body::decode(EntryType::IllustratedReport, &body.encode()).unwrap(), body);
    }

    #[test]
    fn r24_an_altered_report_with_images_is_read_as_written_or_not_at_all(
        at in any::<prop::sample::Index>(),
        to in any::<u8>(),
    ) {
        let story = Story::requested();
        let mut bytes = report(illustrated(&story)).encode();
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Ok(body) = Body::decode(EntryType::IllustratedReport, &bytes) {
            prop_assert_eq!(body.encode(), bytes);
        }
    }
}
