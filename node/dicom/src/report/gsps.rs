//! Softcopy Presentation States (PS3.3 A.33): how key images were seen, with what was measured drawn on them.
//!
//! A grayscale state holds one modality LUT for all its images, so there is one for each series and each way to rescale.
//! Colour images have colour states, which are about one colour profile: that of sRGB, which a camera means that names
//! none. Images with a profile of their own have none, for a state would take its place.

use std::collections::BTreeMap;

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use super::content::{numbers, reference};
use super::illustrated::{ImageFacts, Measurement, Points, Shape, ShownFrame};
use super::object::{Kind, Object, limited, sequence, series_uid, text};
use super::{EvidenceInstance, ReportContent, ReportError, SignedAt, WrittenObject, icc};
use crate::uid::Uid;

const GREY: &str = uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE;
const COLOUR: &str = uids::COLOR_SOFTCOPY_PRESENTATION_STATE_STORAGE;
const LAYER: &str = "MEASUREMENTS";

/// What images of one state have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Common<'a> {
    series: &'a Uid,
    colour: bool,
    rescale: Option<&'a [String; 3]>,
    /// High values are dark.
    inverted: bool,
}

/// Images that one state shows.
pub(super) struct Group<'a> {
    common: Common<'a>,
    /// By instance and frame.
    images: BTreeMap<(&'a Uid, u32), Shown<'a>>,
}

struct Shown<'a> {
    frame: &'a ShownFrame,
    window: Option<&'a [String; 2]>,
    drawn: Vec<&'a Measurement>,
}

/// The states of a report, in the order in which it names their images.
pub(super) fn groups(content: &ReportContent) -> Vec<Group<'_>> {
    let illustrations = &content.illustrations;
    let mut groups: Vec<Group<'_>> = Vec::new();
    for one in &illustrations.key_images {
        if let Some(shown) = place(&mut groups, &one.image) {
            shown.window = one.window.as_ref().or(shown.window);
        }
    }
    for one in &illustrations.measurements {
        if matches!(one.points, Points::Image(_))
            && let Some(shown) = place(&mut groups, &one.image)
        {
            shown.drawn.push(one);
        }
    }
    // Behind the grey ones, whose numbers they do not change.
    groups.sort_by_key(|group| group.common.colour);
    groups
}

impl Group<'_> {
    const fn class(&self) -> &'static str {
        if self.common.colour { COLOUR } else { GREY }
    }
}

/// The place of a frame among the groups; none for an image that no state can show.
fn place<'g, 'a>(groups: &'g mut Vec<Group<'a>>, frame: &'a ShownFrame) -> Option<&'g mut Shown<'a>> {
    let facts = &frame.facts;
    let colour = facts.is_plain_colour();
    if !facts.is_grey() && !colour {
        return None;
    }
    let common = Common {
        series: &frame.instance.series_instance_uid,
        colour,
        rescale: facts.rescale.as_ref().filter(|_| !colour),
        inverted: facts.photometric == "MONOCHROME1",
    };
    let at = groups.iter().position(|group| group.common == common);
    let at = at.unwrap_or_else(|| {
        let images = BTreeMap::new();
        groups.push(Group { common, images });
        groups.len() - 1
    });
    let images = &mut groups.get_mut(at)?.images;
    let shown = images.entry((&frame.instance.sop_instance_uid, frame.frame));
    Some(shown.or_insert(Shown {
        frame,
        window: facts.window.as_ref(),
        drawn: Vec::new(),
    }))
}

/// The state that shows a frame: class and instance.
pub(super) fn showing(
    content: &ReportContent,
    groups: &[Group<'_>],
    frame: &ShownFrame,
) -> Option<(&'static str, Uid)> {
    let key = (&frame.instance.sop_instance_uid, frame.frame);
    let at = groups.iter().position(|group| group.images.contains_key(&key))?;
    let class = groups.get(at)?.class();
    Some((class, Kind::presentation(at).instance(&content.entry_id)))
}

/// The states as what other documents refer to.
pub(super) fn instances(content: &ReportContent) -> Vec<EvidenceInstance> {
    let groups = groups(content);
    let named = groups.iter().enumerate().filter_map(|(at, group)| {
        Some(EvidenceInstance {
            series_instance_uid: series_uid(Kind::presentation(at).series, &content.entry_id),
            sop_class_uid: group.class().parse().ok()?,
            sop_instance_uid: Kind::presentation(at).instance(&content.entry_id),
        })
    });
    named.collect()
}

pub(super) fn write(content: &ReportContent) -> Result<Vec<WrittenObject>, ReportError> {
    let groups = groups(content);
    let written = groups.iter().enumerate();
    written.map(|(at, group)| write_one(content, at, group)).collect()
}

fn write_one(content: &ReportContent, at: usize, group: &Group<'_>) -> Result<WrittenObject, ReportError> {
    let mut object = Object::new(content, group.class(), &Kind::presentation(at))?;
    let signed = SignedAt::of(content)?;
    object.text(
        tags::SERIES_DESCRIPTION,
        VR::LO,
        "Dokuei presentation / 画像の表示",
    );
    // A state is created, its content has no date of its own (PS3.3 C.11.10).
    object.data.remove_element(tags::CONTENT_DATE);
    object.data.remove_element(tags::CONTENT_TIME);
    part_of_body(&mut object, group);
    object.text(tags::CONTENT_LABEL, VR::CS, "DOKUEI");
    object.text(
        tags::CONTENT_DESCRIPTION,
        VR::LO,
        "Key images and measurements of a report",
    );
    object.text(tags::PRESENTATION_CREATION_DATE, VR::DA, &signed.date);
    object.text(tags::PRESENTATION_CREATION_TIME, VR::TM, &signed.time);
    let creator = content.signed_by.name.to_groups();
    object.text(tags::CONTENT_CREATOR_NAME, VR::PN, &creator);
    let referenced = InMemDicomObject::from_element_iter([
        text(tags::SERIES_INSTANCE_UID, VR::UI, group.common.series.as_str()),
        sequence(
            tags::REFERENCED_IMAGE_SEQUENCE,
            images(group.images.values().map(|one| one.frame)),
        ),
    ]);
    object.items(tags::REFERENCED_SERIES_SEQUENCE, vec![referenced]);
    values(&mut object, group);
    areas(&mut object, group);
    annotate(&mut object, group);
    object.write()
}

/// What makes a picture of values: of grey ones rescaling, window and polarity, of colours their profile.
fn values(object: &mut Object, group: &Group<'_>) {
    let Common {
        colour,
        rescale,
        inverted,
        ..
    } = group.common;
    if colour {
        let profile = PrimitiveValue::U8(icc::srgb().into());
        object
            .data
            .put(DataElement::new(tags::ICC_PROFILE, VR::OB, profile));
        object.text(tags::COLOR_SPACE, VR::CS, "SRGB");
        return;
    }
    if let Some([slope, intercept, kind]) = rescale {
        object.text(tags::RESCALE_INTERCEPT, VR::DS, intercept);
        object.text(tags::RESCALE_SLOPE, VR::DS, slope);
        object.text(tags::RESCALE_TYPE, VR::LO, &limited(kind, 64));
    }
    windows(object, group);
    let shape = if inverted { "INVERSE" } else { "IDENTITY" };
    object.text(tags::PRESENTATION_LUT_SHAPE, VR::CS, shape);
}

/// Which part, and which side of one of two, as far as the images agree on it (PS3.3 C.7.3.1).
fn part_of_body(object: &mut Object, group: &Group<'_>) {
    let agreed = |of: fn(&ImageFacts) -> &str| {
        let mut all = group.images.values().map(|one| of(&one.frame.facts));
        let first = all.next().unwrap_or_default();
        if all.all(|other| other == first) {
            first
        } else {
            ""
        }
    };
    let (part, side) = (
        agreed(|facts| &facts.body_part),
        agreed(|facts| &facts.laterality),
    );
    if !part.is_empty() {
        object.text(tags::BODY_PART_EXAMINED, VR::CS, &limited(part, 16));
    }
    // Empty says that nobody knows; of the middle of the body there is no side.
    if part.is_empty() || !side.is_empty() {
        object.text(tags::LATERALITY, VR::CS, side);
    }
}

/// References to images, with the frames of those that have more than one.
fn images<'a>(frames: impl Iterator<Item = &'a ShownFrame>) -> Vec<InMemDicomObject> {
    let mut by_instance: Vec<(&EvidenceInstance, Vec<String>)> = Vec::new();
    for frame in frames {
        let known = by_instance.iter().position(|(one, _)| **one == frame.instance);
        let number = frame.number().map(|number| number.to_string());
        match known.and_then(|at| by_instance.get_mut(at)) {
            Some((_, numbers)) => numbers.extend(number),
            None => by_instance.push((&frame.instance, number.into_iter().collect())),
        }
    }
    let referred = by_instance.into_iter().map(|(instance, numbers)| {
        let mut image = reference(instance.sop_class_uid.as_str(), &instance.sop_instance_uid);
        if !numbers.is_empty() {
            let value = PrimitiveValue::Strs(numbers.into());
            image.put(DataElement::new(tags::REFERENCED_FRAME_NUMBER, VR::IS, value));
        }
        image
    });
    referred.collect()
}

/// Items for images that are alike in `of`; without naming images when all are alike.
fn alike<'a, T: PartialEq>(
    group: &'a Group<'_>,
    of: impl Fn(&'a Shown<'_>) -> Option<T>,
    item: impl Fn(T) -> InMemDicomObject,
) -> Vec<InMemDicomObject> {
    let mut kinds: Vec<(T, Vec<&ShownFrame>)> = Vec::new();
    for shown in group.images.values() {
        let Some(kind) = of(shown) else { continue };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, frames)) => frames.push(shown.frame),
            None => kinds.push((kind, vec![shown.frame])),
        }
    }
    let made = kinds.into_iter().map(|(kind, frames)| {
        let all = frames.len() == group.images.len();
        let mut item = item(kind);
        if !all {
            item.put(sequence(
                tags::REFERENCED_IMAGE_SEQUENCE,
                images(frames.into_iter()),
            ));
        }
        item
    });
    made.collect()
}

/// Softcopy VOI LUT (PS3.3 C.11.8).
fn windows(object: &mut Object, group: &Group<'_>) {
    let items = alike(
        group,
        |shown| shown.window,
        |[center, width]| {
            InMemDicomObject::from_element_iter([
                text(tags::WINDOW_CENTER, VR::DS, center),
                text(tags::WINDOW_WIDTH, VR::DS, width),
            ])
        },
    );
    if !items.is_empty() {
        object.items(tags::SOFTCOPY_VOILUT_SEQUENCE, items);
    }
}

/// Displayed area (PS3.3 C.10.4): the whole image.
fn areas(object: &mut Object, group: &Group<'_>) {
    let size = |shown: &Shown<'_>| {
        let ImageFacts {
            rows,
            columns,
            pixel_spacing,
            ..
        } = &shown.frame.facts;
        Some((*rows, *columns, pixel_spacing.clone()))
    };
    let items = alike(group, size, |(rows, columns, spacing)| {
        let corner = |column: i32, row: i32| PrimitiveValue::I32(vec![column, row].into());
        let pair = |values: [String; 2]| PrimitiveValue::Strs(values.to_vec().into());
        let pixels = match spacing {
            Some(spacing) => DataElement::new(tags::PRESENTATION_PIXEL_SPACING, VR::DS, pair(spacing)),
            None => DataElement::new(
                tags::PRESENTATION_PIXEL_ASPECT_RATIO,
                VR::IS,
                pair(["1", "1"].map(str::to_owned)),
            ),
        };
        InMemDicomObject::from_element_iter([
            DataElement::new(tags::DISPLAYED_AREA_TOP_LEFT_HAND_CORNER, VR::SL, corner(1, 1)),
            DataElement::new(
                tags::DISPLAYED_AREA_BOTTOM_RIGHT_HAND_CORNER,
                VR::SL,
                corner(columns.into(), rows.into()),
            ),
            text(tags::PRESENTATION_SIZE_MODE, VR::CS, "SCALE TO FIT"),
            pixels,
        ])
    });
    object.items(tags::DISPLAYED_AREA_SELECTION_SEQUENCE, items);
}

/// Graphic annotation and its layer (PS3.3 C.10.5, C.10.7).
fn annotate(object: &mut Object, group: &Group<'_>) {
    let drawn = group.images.values().filter(|shown| !shown.drawn.is_empty());
    let items: Vec<_> = drawn
        .map(|shown| {
            let graphics = shown.drawn.iter().map(|one| graphic(one)).collect();
            let labels = shown.drawn.iter().map(|one| label(one)).collect();
            InMemDicomObject::from_element_iter([
                sequence(tags::REFERENCED_IMAGE_SEQUENCE, images([shown.frame].into_iter())),
                text(tags::GRAPHIC_LAYER, VR::CS, LAYER),
                sequence(tags::TEXT_OBJECT_SEQUENCE, labels),
                sequence(tags::GRAPHIC_OBJECT_SEQUENCE, graphics),
            ])
        })
        .collect();
    if items.is_empty() {
        return;
    }
    object.items(tags::GRAPHIC_ANNOTATION_SEQUENCE, items);
    let layer = InMemDicomObject::from_element_iter([
        text(tags::GRAPHIC_LAYER, VR::CS, LAYER),
        text(tags::GRAPHIC_LAYER_ORDER, VR::IS, "1"),
    ]);
    object.items(tags::GRAPHIC_LAYER_SEQUENCE, vec![layer]);
}

fn graphic(one: &Measurement) -> InMemDicomObject {
    let mut data = numbers(&one.points);
    let kind = match one.shape {
        Shape::Point => "POINT",
        Shape::Ellipse => "ELLIPSE",
        Shape::Rectangle => {
            let first: Vec<f32> = data.iter().take(2).copied().collect();
            data.extend(first);
            "POLYLINE"
        }
        Shape::Line | Shape::Angle => "POLYLINE",
    };
    let points = u16::try_from(data.len() / 2).unwrap_or_default();
    let mut graphic = InMemDicomObject::from_element_iter([
        text(tags::GRAPHIC_ANNOTATION_UNITS, VR::CS, "PIXEL"),
        DataElement::new(tags::GRAPHIC_DIMENSIONS, VR::US, PrimitiveValue::from(2_u16)),
        DataElement::new(
            tags::NUMBER_OF_GRAPHIC_POINTS,
            VR::US,
            PrimitiveValue::from(points),
        ),
        DataElement::new(tags::GRAPHIC_DATA, VR::FL, PrimitiveValue::F32(data.into())),
        text(tags::GRAPHIC_TYPE, VR::CS, kind),
    ]);
    if matches!(one.shape, Shape::Ellipse | Shape::Rectangle) {
        graphic.put(text(tags::GRAPHIC_FILLED, VR::CS, "N"));
    }
    graphic
}

/// The number beside what was drawn, at its first point.
fn label(one: &Measurement) -> InMemDicomObject {
    let anchor: Vec<f32> = numbers(&one.points).into_iter().take(2).collect();
    InMemDicomObject::from_element_iter([
        text(tags::ANCHOR_POINT_ANNOTATION_UNITS, VR::CS, "PIXEL"),
        text(tags::UNFORMATTED_TEXT_VALUE, VR::ST, &limited(&one.label, 1_024)),
        DataElement::new(tags::ANCHOR_POINT, VR::FL, PrimitiveValue::F32(anchor.into())),
        text(tags::ANCHOR_POINT_VISIBILITY, VR::CS, "Y"),
    ])
}
